"""Enumerations of numbers, as far as suites make them in order to compare ours with them."""
from __future__ import absolute_import, division, print_function

import sys

REAL = None
__all__ = ["IntEnum", "IntFlag", "StrEnum", "_old_convert_", "_test_simple_enum", "auto"]


class auto(object):
    """A member whose value is its name in small letters: suites ask for no other."""


class _Meta(type):
    def __new__(meta, name, bases, namespace):
        cls = type.__new__(meta, name, bases, dict(
            (key, value) for key, value in namespace.items() if not meta.is_member(key, value)
        ))
        cls.__members__ = {}
        for key, value in namespace.items():
            if meta.is_member(key, value):
                cls.add(key, key.lower() if isinstance(value, auto) else value)
        return cls

    @staticmethod
    def is_member(name, value):
        return not name.startswith("_") and isinstance(value, (int, long, str, auto))

    def add(cls, name, value):
        for member in cls.__members__.values():
            if member.value == value:
                break
        else:
            member = type.__call__(cls, value)
            member.name, member.value = name, value
        cls.__members__[name] = member
        type.__setattr__(cls, name, member)

    def __call__(cls, value):
        for member in cls.__members__.values():
            if member.value == value:
                return member
        raise ValueError("%r is not a valid %s" % (value, cls.__name__))

    def __iter__(cls):
        return iter(cls.__members__.values())

    def __len__(cls):
        return len(set(cls.__members__.values()))


class IntEnum(long):
    """An enumeration of numbers."""
    __metaclass__ = _Meta


class IntFlag(IntEnum):
    """An enumeration of bits."""


class StrEnum(str):
    """An enumeration of texts."""
    __metaclass__ = _Meta

    def __str__(self):
        return self.value


def _old_convert_(kind, name, module, wanted, source=None):
    """An enumeration of the constants of a module whose names are wanted."""
    found = vars(source or sys.modules[module])
    return _Meta(name, (kind,), dict((key, found[key]) for key in found if wanted(key)))


def _test_simple_enum(checked, simple):
    """Raises TypeError where two enumerations differ in names, values or aliases."""
    differences = []
    ours, theirs = simple.__members__, checked.__members__
    for name in sorted(set(ours) | set(theirs)):
        if name not in ours:
            differences.append("no member %s" % name)
        elif name not in theirs:
            differences.append("a member %s too many" % name)
        elif ours[name].value != theirs[name].value or int(ours[name]) != int(theirs[name]):
            differences.append("%s is %r and not %r" % (name, ours[name].value, theirs[name].value))
        else:
            if not isinstance(ours[name], simple):
                differences.append("%s is no instance of its class" % name)
            if getattr(simple, name) is not ours[name] or simple(ours[name].value) is not ours[name]:
                differences.append("%s is not found by its value or as an attribute" % name)
    if differences:
        raise TypeError("enum mismatch:\n   %s" % "\n   ".join(differences))
