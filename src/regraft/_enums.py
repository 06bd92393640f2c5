"""Integers with names: the standard library's enumerations, and where there are none (Python 2) our own.

Ours behave as 3.15's `enum.IntEnum` and `enum.IntFlag` do, as far as the constants of `ssl` can show it:
members are integers, look-up by value and by name, iteration, `repr`, `str`, pickles by class and value,
and for flags `|`, `&`, `^`, `~` that give flags again. Whatever backport of `enum` may be installed on a
Python 2 is left alone: it would cost each `import ssl` more than all the rest of the module.
"""
from __future__ import absolute_import, division, print_function

import operator
import sys

from regraft._compat import PY2, integer_types

if not PY2:
    from enum import IntEnum, IntFlag


def int_enum(name, members, module):
    """Make an enumeration of integers.

    Args: name (str); members (list of (str, int)) in order of definition, where later names of a
        value are aliases of the first; module (str), where its pickles say it lives.
    Returns: a class like 3.15's `enum.IntEnum`.
    """
    if not PY2:
        return IntEnum(name, members, module=module)
    return _make(_EnumMeta, _Member, name, members, module)


def int_flag(name, members, module):
    """Make an enumeration of bits; like `int_enum`, but combinations of members are members too."""
    if not PY2:
        return IntFlag(name, members, module=module)
    return _make(_FlagMeta, _Flag, name, members, module)


def members_of(enumeration):
    """Return the members by name, aliases too, in no order (dict): `__members__` without its cost on Python 2."""
    return enumeration._by_name if PY2 else enumeration.__members__


class _EnumMeta(type):
    """What an enumeration does as a class: look-up, iteration, no second assignment of a member, no subclass."""

    def __new__(meta, name, bases, members):
        for base in bases:
            if isinstance(base, _EnumMeta):
                raise TypeError("<enum %r> cannot extend %r" % (name, base))
        return type.__new__(meta, name, bases, members)

    def __call__(cls, value):
        try:
            return cls._by_value[value]
        except (KeyError, TypeError):
            return cls._missing(value)

    def _missing(cls, value):
        raise ValueError("%r is not a valid %s" % (value, cls.__name__))

    def __getitem__(cls, name):
        return cls._by_name[name]

    @property
    def __members__(cls):
        # Imported here: `collections` costs more than all the constants.
        from collections import OrderedDict
        return OrderedDict([(name, cls._by_name[name]) for name in cls._order])

    def __iter__(cls):
        return iter(cls._canonical)

    def __len__(cls):
        return len(cls._canonical)

    def __contains__(cls, value):
        return value in cls._by_value

    def __setattr__(cls, name, value):
        if name in cls._by_name:
            raise AttributeError("cannot reassign member %r" % (name,))
        type.__setattr__(cls, name, value)

    def __delattr__(cls, name):
        if name in cls._by_name:
            raise AttributeError("%r cannot delete member %r." % (cls.__name__, name))
        type.__delattr__(cls, name)

    def __reversed__(cls):
        return reversed(cls._canonical)

    def __nonzero__(cls):
        return True

    def __repr__(cls):
        return "<enum %r>" % (cls.__name__,)


class _FlagMeta(_EnumMeta):

    def _missing(cls, value):
        if not isinstance(value, integer_types):
            raise ValueError("%r is not a valid %s" % (value, cls.__name__))
        if value < 0:
            # As with 3.15's KEEP boundary: the complement within the bits in use.
            value &= cls._all_bits
        known = cls._by_value.get(value)
        if known is not None:
            return known
        if cls._number is int and value > sys.maxsize:
            # No member can hold it; as a number it does all that a member does.
            return value
        # Kept, so that the same bits are the same object.
        member = cls._by_value[value] = _new_member(cls, value, cls._name_of_bits(value))
        return member

    def __contains__(cls, value):
        # Since 3.12 any number that could be made a member.
        return isinstance(value, integer_types)

    def __repr__(cls):
        return "<flag %r>" % (cls.__name__,)

    def _name_of_bits(cls, value):
        names, rest = [], value
        for member in sorted(cls._canonical) + cls._multiple:
            bits = member.value
            if bits & value == bits:
                names.append(member.name)
                rest &= ~bits
        if not names:
            return None
        return "|".join(names + ([str(rest)] if rest else []))


class _Member(object):
    """What a member is beside an integer."""

    @property
    def name(self):
        """str: the first name of the number; None for flags without one."""
        return self._name_

    @property
    def value(self):
        """int: the plain number."""
        return self._number(self)

    _value_ = value

    def __repr__(self):
        name = "" if self.name is None else "." + self.name
        return "<%s%s: %d>" % (type(self).__name__, name, self)

    def __str__(self):
        return "%d" % self

    def __format__(self, spec):
        return self.value.__format__(spec)

    def __reduce_ex__(self, protocol):
        return type(self), (self.value,)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class _Flag(_Member):

    def _combine(self, other, operation):
        if not isinstance(other, integer_types):
            return NotImplemented
        return type(self)(operation(self.value, int(other)))

    def __or__(self, other):
        return self._combine(other, operator.or_)

    def __and__(self, other):
        return self._combine(other, operator.and_)

    def __xor__(self, other):
        return self._combine(other, operator.xor)

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__

    def __invert__(self):
        return type(self)(~self.value & type(self)._all_bits)

    def __contains__(self, other):
        if not isinstance(other, type(self)):
            raise TypeError("unsupported operand type(s) for 'in': %r and %r"
                            % (type(other).__name__, type(self).__name__))
        return self.value & other.value == other.value

    def __iter__(self):
        return iter([member for member in sorted(type(self)._canonical) if member in self])

    def __len__(self):
        return bin(self.value).count("1")


def _new_member(cls, value, name):
    member = cls._number.__new__(cls, value)
    member._name_ = name
    return member


def _is_single_bit(value):
    return value > 0 and not value & (value - 1)


def _make(meta, behavior, name, members, module):
    # A C long has 32 bits on Windows, where bit 31 of OP_ALL needs a Python long.
    number = int if all(value <= sys.maxsize for _, value in members) else integer_types[-1]
    by_name, by_value = {}, {}
    cls = meta(name, (behavior, number), {
        "__module__": module, "_number": number, "_by_name": by_name, "_by_value": by_value,
        "_order": [name for name, _ in members], "_canonical": [], "_multiple": [], "_all_bits": 0})
    all_bits = 0
    for member_name, value in members:
        member = by_value.get(value)
        if member is None:
            member = by_value[value] = _new_member(cls, value, member_name)
            if meta is _EnumMeta or _is_single_bit(value):
                cls._canonical.append(member)
            elif value:
                cls._multiple.append(member)
        type.__setattr__(cls, member_name, member)
        by_name[member_name] = member
        all_bits |= value
    type.__setattr__(cls, "_all_bits", (1 << all_bits.bit_length()) - 1 if all_bits > 0 else 0)
    return cls
