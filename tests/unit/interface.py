"""Describes `ssl` and `_ssl` of the interpreter that runs it, as plain data that two interpreters can compare.

As a program it prints the description as JSON. It needs neither regraft nor pytest: the tests run it in the host
without regraft, and `snapshots/ssl-3.15.2.json` is what it printed in CPython 3.15.2.
"""
from __future__ import absolute_import, division, print_function

import collections
import inspect
import json
import sys
import types

MODULES = ("ssl", "_ssl")
# What every class and module has, or what only says where and how it was written.
_INCIDENTAL = frozenset("""__builtins__ __cached__ __classcell__ __conditional_annotations__ __dict__ __doc__ __file__
    __firstlineno__ __loader__ __module__ __name__ __package__ __path__ __slots__ __spec__ __static_attributes__
    __weakref__ __getattribute__ __qualname__ __pyx_vtable__ __pyx_capi__ __test__ __annotations__ __new__ __repr__
    __str__ __hash__ __reduce_ex__ __reduce__ __reduce_cython__ __setstate_cython__ __getstate__ __setstate__
    __delattr__ __setattr__ __lazy_modules__""".split())
_OF_A_ROW = frozenset(vars(collections.namedtuple("Row", "field"))) - set(["field"])
# Python 3 made one class of these.
_SYSTEM_ERRORS = {"error": "OSError", "IOError": None, "EnvironmentError": None, "StandardError": None}
_KINDS = {"POSITIONAL_ONLY": "/", "POSITIONAL_OR_KEYWORD": "", "VAR_POSITIONAL": "*", "KEYWORD_ONLY": "k",
          "VAR_KEYWORD": "**"}
_INTEGERS = (int,) if sys.version_info[0] > 2 else (int, long)  # noqa: F821


def describe():
    """Return the descriptions of the modules' names (dict), by module and name."""
    answer = {}
    for name in MODULES:
        module = __import__(name)
        answer[name] = dict((key, _describe(key, value)) for key, value in list(vars(module).items())
                            if key not in _INCIDENTAL and key[:4] not in ("_rg_", "_RG_"))
    return answer


def _describe(name, value):
    if isinstance(value, types.ModuleType):
        return {"kind": "module"}
    if isinstance(value, type):
        return _describe_class(value)
    if isinstance(value, bool):
        return {"kind": "bool", "value": value}
    if "OPENSSL_" in name:
        # The numbers are the library's.
        return {"kind": type(value).__name__.replace("long", "int")}
    if isinstance(value, _INTEGERS):
        return {"kind": "int", "value": int(value)}
    if value is None or isinstance(value, (str, tuple, list)):
        return {"kind": type(value).__name__, "value": repr(value)}
    if callable(value):
        if getattr(value, "__module__", None) not in MODULES:
            return {"kind": "function"}
        return {"kind": "function", "signature": _signature(value, False)}
    return {"kind": "mapping" if hasattr(value, "keys") else "instance"}


def _describe_class(cls):
    # 3.6 to 3.10 do not say of `Purpose` where it comes from.
    if cls.__module__ not in MODULES and not getattr(cls, "__members__", None):
        return {"kind": "class"}
    kind = "enum" if hasattr(cls, "__members__") else "exception" if issubclass(cls, BaseException) else "class"
    answer = {"kind": kind, "bases": _bases(cls)}
    if kind == "enum":
        answer["members"] = dict((name, {"kind": "member", "value": _plain(member.value)})
                                 for name, member in cls.__members__.items())
        return answer
    members = {}
    for base in reversed(cls.__mro__):
        inherited = base.__module__ not in MODULES
        if inherited and base.__module__ not in ("socket", "_socket"):
            continue
        for name, member in vars(base).items():
            if name in _INCIDENTAL or name.startswith("_rg_") or inherited and name.startswith("_"):
                continue
            if issubclass(cls, tuple) and name in _OF_A_ROW:
                continue
            members[name] = _describe_member(cls, name, member)
    answer["members"] = members
    return answer


def _bases(cls):
    names = []
    for base in cls.__mro__[1:]:
        if base.__module__ in MODULES:
            names.append("%s.%s" % (base.__module__, base.__name__))
        elif base.__module__ in ("builtins", "__builtin__", "exceptions", "socket") and base is not object:
            names.append(_SYSTEM_ERRORS.get(base.__name__, base.__name__))
    return [name for name in names if name not in (None, "_socketobject", "socket")]


def _plain(value):
    return int(value) if isinstance(value, _INTEGERS) else repr(value)


def _describe_member(cls, name, member):
    if isinstance(member, (classmethod, staticmethod)):
        return {"kind": type(member).__name__, "signature": _signature(getattr(cls, name), False)}
    if isinstance(member, type):
        return {"kind": "class"}
    if type(member).__name__ == "property":
        return {"kind": "attribute", "settable": member.fset is not None}
    if inspect.isdatadescriptor(member):
        # Whether those of C can be set only trying tells.
        return {"kind": "attribute"}
    if callable(member):
        return {"kind": "method", "signature": _signature(member, True)}
    if member is None or isinstance(member, (str, tuple, list) + _INTEGERS):
        return {"kind": "value", "value": repr(member)}
    return {"kind": type(member).__name__}


def _signature(function, is_method):
    """Return [[name, kind, default's repr or None], ...], or None where the host cannot say."""
    rows = _parameters(function) if hasattr(inspect, "signature") else _parameters_2(function)
    bound = getattr(function, "__self__", None) is not None and not hasattr(inspect, "signature")
    return rows[1:] if rows and (is_method or bound) else rows


def _parameters(function):
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    return [[each.name, _KINDS[each.kind.name], None if each.default is each.empty else _default(each.default)]
            for each in parameters]


def _parameters_2(function):
    function = getattr(function, "__func__", function)
    code = getattr(function, "func_code", None)
    if code is None or not hasattr(code, "co_varnames"):
        return None
    names = list(code.co_varnames[:code.co_argcount])
    # Cython counts its keyword-only parameters with the others.
    named = getattr(function, "__kwdefaults__", None) or {}
    last = [name for name in names if name in named]
    names = [name for name in names if name not in named]
    defaults = list(function.func_defaults or ())
    defaults = [None] * (len(names) - len(defaults)) + [_default(each) for each in defaults]
    rows = [[name, "", default] for name, default in zip(names, defaults)]
    rest = list(code.co_varnames[code.co_argcount:])
    rows += [[rest.pop(0), kind, None] for flag, kind in ((4, "*"), (8, "**")) if code.co_flags & flag and rest]
    return rows + [[name, "k", _default(named[name])] for name in last]


def _default(value):
    if isinstance(value, _INTEGERS) and not isinstance(value, bool):
        return str(int(value))
    if hasattr(value, "shortname"):
        return value.shortname
    return "..." if type(value) is object else repr(value)


if __name__ == "__main__":
    json.dump(describe(), sys.stdout, indent=0, sort_keys=True)
