"""What stands for syntax that 2.7 has not."""
from __future__ import absolute_import, division, print_function

import functools
import types
from binascii import hexlify


class NotTranslated(NotImplementedError):
    """The translation could not say this function in the language of 2.7."""


# The statement is none in 3, in which tools read this file.
exec("def raise_again(kind, error, trace): raise kind, error, trace")


class _Required(object):
    """Stands where a parameter without a default follows one that has one."""

    def __repr__(self):
        return "<required>"


REQUIRED = _Required()


class Cell(object):
    """Variables that functions inside a function may bind."""

    def __init__(self, **variables):
        self.__dict__.update(variables)


def keyword_defaults(**defaults):
    """A decorator: what the keywords are where the caller gives none, made when the function is."""
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*arguments, **keywords):
            return function(*arguments, **dict(defaults, **keywords))
        return wrapper
    return decorate


def take(keywords, name):
    """The keyword-only argument of that name, taken out of the keywords."""
    if name not in keywords:
        raise TypeError("the keyword argument %r is missing" % name)
    return keywords.pop(name)


def take_nothing(keywords):
    """Refuses what no parameter took."""
    if keywords:
        raise TypeError("got an unexpected keyword argument %r" % sorted(keywords)[0])


def format(template, *values):
    """What an f-string gives: native, unless a value is a text that has no ASCII form."""
    try:
        return template.format(*values)
    except UnicodeEncodeError:
        return unicode(template).format(*values)


def enter(manager):
    """A context manager for an object: its own, or one that closes it, as sockets and their kin are in 3."""
    if hasattr(type(manager), "__exit__") or not hasattr(manager, "close"):
        return manager
    return _Closing(manager)


class _Closing(object):
    def __init__(self, thing):
        self._thing = thing

    def __enter__(self):
        return self._thing

    def __exit__(self, *error):
        self._thing.close()


def unpack(values, before, after):
    """Values for `a, *b, c`: as many as there are names, those of the star as one list."""
    values = list(values)
    if len(values) < before + after:
        raise ValueError("not enough values to unpack")
    end = len(values) - after
    return values[:before] + [values[before:end]] + values[end:]


def unpack_each(rows, before, after):
    """The rows of a loop over `a, *b, c`."""
    for row in rows:
        yield unpack(row, before, after)


def merge(*mappings):
    """One dictionary of several; the last to name a key has it."""
    result = {}
    for each in mappings:
        result.update(each)
    return result


def either(left, right):
    """`left | right`."""
    return merge(left, right) if isinstance(left, dict) and isinstance(right, dict) else left | right


# The built-in types, whatever a translated module calls by these names.
make_list, make_set, make_tuple = list, set, tuple


def same(thing):
    """The thing itself: a decorator may be any expression in 3, in 2.7 only a name or a call of one."""
    return thing


def not_equal(self, other):
    """`__ne__` as 3 derives it from `__eq__`."""
    result = self.__eq__(other)
    return result if result is NotImplemented else not result


def qualified_name(thing):
    """`__qualname__`, which classes and functions of 2.7 have only if somebody gave it to them."""
    return getattr(thing, "__qualname__", thing.__name__)


def method(thing, name):
    """A method that 2.7's object may lack, ready to be called."""
    if name == "listen":
        return lambda backlog=128: thing.listen(backlog)
    if name in ("items", "keys", "values") and isinstance(thing, dict):
        return getattr(thing, "view" + name)
    if name in _WITH_KEYWORDS and isinstance(thing, (str, unicode)):
        return types.MethodType(_WITH_KEYWORDS[name], thing)
    found = getattr(thing, name, None)
    if found is not None:
        return found
    for kinds, methods in _METHODS:
        if isinstance(thing, kinds) and name in methods:
            return types.MethodType(methods[name], thing)
    raise AttributeError("%r object has no attribute %r" % (type(thing).__name__, name))


def int_to_bytes(number, length=1, byteorder="big", signed=False):
    """`int.to_bytes`."""
    if number < 0:
        if not signed:
            raise OverflowError("can't convert negative int to unsigned")
        number += 1 << (8 * length)
    digits = "%x" % number
    if number < 0 or len(digits) > 2 * length and number:
        raise OverflowError("int too big to convert")
    data = bytearray.fromhex(unicode(digits.zfill(2 * length))) if length else bytearray()
    if byteorder == "little":
        data.reverse()
    return str(data)


def int_from_bytes(data, byteorder="big", signed=False):
    """`int.from_bytes`."""
    data = bytearray(data)
    if byteorder == "little":
        data.reverse()
    if not data:
        return 0
    number = int(hexlify(data), 16)
    if signed and data[0] & 0x80:
        number -= 1 << (8 * len(data))
    return number


def _without_front(value, front):
    return value[len(front):] if value.startswith(front) else value


def _without_end(value, end):
    return value[:-len(end)] if end and value.endswith(end) else value


def _empty(values):
    del values[:]


_WITH_KEYWORDS = {
    "replace": lambda text, old, new, count=-1: text.replace(old, new, count),
    "rsplit": lambda text, sep=None, maxsplit=-1: text.rsplit(sep, maxsplit),
    "split": lambda text, sep=None, maxsplit=-1: text.split(sep, maxsplit),
    "splitlines": lambda text, keepends=False: text.splitlines(keepends),
}
_OF_TEXT = {
    "casefold": lambda value: value.lower(),
    "hex": lambda value: hexlify(value),
    "isascii": lambda value: all(byte < "\x80" for byte in value),
    "removeprefix": _without_front,
    "removesuffix": _without_end,
}
_METHODS = (
    ((int, long), {"to_bytes": int_to_bytes, "bit_count": lambda number: bin(number).count("1")}),
    ((str, unicode), _OF_TEXT),
    ((bytearray,), {"hex": lambda value: hexlify(value), "copy": bytearray, "clear": _empty}),
    ((list,), {"copy": list, "clear": _empty}),
    ((memoryview,), {"hex": lambda value: hexlify(value.tobytes())}),
)
