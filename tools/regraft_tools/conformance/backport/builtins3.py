"""What a translated module has besides 2.7's own built-in names: `from backport.builtins3 import *`."""
from __future__ import absolute_import, division, print_function

import __builtin__
import future_builtins
import os

from backport.errors import STAND_INS
from backport.language import int_from_bytes

__all__ = [
    "ModuleNotFoundError", "RecursionError", "ResourceWarning", "ascii", "bytes", "filter", "frozendict", "hex",
    "int", "map", "max", "min", "oct", "open", "range", "str", "zip",
]
ascii, filter, hex = future_builtins.ascii, future_builtins.filter, future_builtins.hex
map, oct, zip = future_builtins.map, future_builtins.oct, future_builtins.zip
ModuleNotFoundError = ImportError
RecursionError = RuntimeError
frozendict = dict  # the suites do not try to change one


class ResourceWarning(Warning):
    """2.7 gives none."""


class _Like(type):
    """The class of a name that makes, and recognises, instances of built-in types."""

    def __new__(meta, name, bases, namespace):
        if "kinds" in namespace:
            return type.__new__(meta, name, bases, namespace)
        # A suite derives from the name: from the built-in type, then.
        return type(name, tuple(each.kinds[0] if isinstance(each, _Like) else each for each in bases), namespace)

    def __instancecheck__(cls, thing):
        return isinstance(thing, cls.kinds)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, cls.kinds)

    def __call__(cls, *arguments, **keywords):
        return cls.make(*arguments, **keywords)

    def __eq__(cls, other):
        return other is cls or other in cls.kinds

    def __ne__(cls, other):
        return not cls == other

    def __hash__(cls):
        return hash(cls.kinds[0])

    def __getattr__(cls, name):
        return getattr(cls.kinds[0], name)

    def __repr__(cls):
        return repr(cls.kinds[0])


class int(object):
    """3's only integer type: 2.7 has two."""
    __metaclass__ = _Like
    kinds = (__builtin__.int, __builtin__.long)
    from_bytes = staticmethod(int_from_bytes)

    @staticmethod
    def make(*arguments, **keywords):
        return __builtin__.int(*arguments, **keywords)


class bytes(object):
    """`bytes` that takes a size, numbers, or a text with its encoding."""
    __metaclass__ = _Like
    kinds = (__builtin__.str,)

    @staticmethod
    def make(source=b"", encoding=None, errors="strict"):
        if encoding is not None:
            return source.encode(encoding, errors)
        if isinstance(source, __builtin__.str):
            return source
        if isinstance(source, unicode):
            raise TypeError("string argument without an encoding")
        if isinstance(source, memoryview):
            return source.tobytes()
        if isinstance(source, bytearray):
            return __builtin__.str(source)
        try:
            return __builtin__.str(buffer(source))
        except TypeError:  # a size, or numbers
            return __builtin__.str(bytearray(source))

    @staticmethod
    def fromhex(digits):
        return __builtin__.str(bytearray.fromhex(unicode(digits)))


class str(object):
    """`str` that takes bytes with their encoding; any of 2.7's two kinds of text is one."""
    __metaclass__ = _Like
    kinds = (__builtin__.str, unicode)

    @staticmethod
    def make(value="", encoding=None, errors="strict"):
        if encoding is not None:
            return __builtin__.bytes(value).decode(encoding, errors)
        return value if isinstance(value, unicode) else __builtin__.str(value)


class range(object):
    """`range` that is no list and knows its length, its items and what is in it."""

    def __init__(self, *bounds):
        if len(bounds) == 1:
            bounds = (0,) + bounds
        self.start, self.stop, self.step = (bounds + (1,))[:3]

    def __len__(self):
        span = self.stop - self.start
        return __builtin__.max(0, (span + self.step - (1 if self.step > 0 else -1)) // self.step)

    def __getitem__(self, index):
        size = self.__len__()
        if isinstance(index, slice):
            first, last, step = index.indices(size)
            return range(self.start + first * self.step, self.start + last * self.step, self.step * step)
        if index < 0:
            index += size
        if not 0 <= index < size:
            raise IndexError("range object index out of range")
        return self.start + index * self.step

    def __iter__(self):
        value = self.start
        while value < self.stop if self.step > 0 else value > self.stop:
            yield value
            value += self.step

    def __contains__(self, value):
        offset = value - self.start
        return offset % self.step == 0 and 0 <= offset // self.step < self.__len__()

    def __reversed__(self):
        return iter(self[::-1])

    def __repr__(self):
        return "range(%r, %r)" % (self.start, self.stop)


def _with_default(choose):
    def wrapper(*arguments, **keywords):
        if "default" in keywords:
            default = keywords.pop("default")
            values = list(arguments[0])
            return choose(values, **keywords) if values else default
        return choose(*arguments, **keywords)
    return wrapper


max, min = _with_default(__builtin__.max), _with_default(__builtin__.min)


def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
    """A file whose text is native; `encoding` says how its bytes are to be taken, which 2.7 leaves open."""
    if isinstance(file, __builtin__.int):
        return os.fdopen(file, mode, buffering)
    return __builtin__.open(file, mode, buffering)


for _name in STAND_INS:
    globals()[_name] = STAND_INS[_name]
    __all__.append(_name)
