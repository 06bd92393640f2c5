"""Prints, as JSON, what the covered modules of the interpreter that runs it offer. Valid from 2.7 on.

By module and name, members of classes as "Class.member": `kind`, `signature` (text, None where there is none to tell),
`doc` (the first paragraph of the docstring), `since` (the releases of 3 that the docstring names), `members` of
enumerations. Private names are left out; what a module only borrows of another one is None.
"""
from __future__ import absolute_import, division, print_function

import importlib
import inspect
import json
import re
import sys
import types

MODULES = ("ssl", "hashlib", "hmac", "os", "random", "secrets")
# What every class, row of a tuple or enumeration has.
_USUAL = frozenset(dir(object)) | frozenset(dir(tuple)) | frozenset(dir(int)) | frozenset(dir(EnvironmentError))


def describe(module):
    """Return what a module offers (dict), by name; None if there is no such module."""
    try:
        module = importlib.import_module(module)
    except ImportError:
        return None
    found = {}
    for name, value in sorted(vars(module).items()):
        if name.startswith("_"):
            continue
        if _is_borrowed(module, name, value):
            found[name] = None
            continue
        found[name] = _describe(value)
        if not inspect.isclass(value) or value.__module__ in set(MODULES) - set([module.__name__]):
            continue  # the members of a class are told where it is at home
        if hasattr(value, "__members__"):
            found[name]["members"] = sorted(value.__members__)
            continue
        for member in sorted(set(dir(value)) | _attributes_of_instances(value)):
            if not member.startswith("_") and member not in _USUAL:
                found["%s.%s" % (name, member)] = _describe_member(value, member)
    return found


def _attributes_of_instances(cls):
    """Return names (set of str) that stock 2.7 gives instances only, so that its classes do not show them."""
    if sys.version_info[0] > 2:
        return set()
    if cls.__name__ == "HMAC":
        import hashlib
        return set(vars(cls(b"key", b"", hashlib.sha256)))
    if cls.__name__ == "SSLSocket":
        import socket
        return set(getattr(cls(socket.socket()), "__dict__", ()))
    return set()


def _is_borrowed(module, name, value):
    if name in getattr(module, "__all__", ()):
        return False
    if isinstance(value, (types.ModuleType, type(absolute_import))) or type(value).__name__ == "LazyModule":
        return True
    if not inspect.isclass(value) and not inspect.isroutine(value):
        return False
    home = (getattr(value, "__module__", None) or module.__name__).split(".")[0]
    # What is made in C has its home in modules with an underscore; that of `os` is posix.
    return not (home.startswith("_") or home in (module.__name__, "regraft", "posix", "builtins"))


def _describe(value):
    if inspect.isclass(value):
        kind = "exception" if issubclass(value, BaseException) else "class"
        signature = None if kind == "exception" or hasattr(value, "__members__") else _sign(value, False)
        return _entry(kind, None if signature == "(*args, **kwargs)" else signature, value)
    if callable(value):
        return _entry("function", _sign(value, False), value)
    return _entry("data", None, None)


def _describe_member(cls, name):
    member = getattr(cls, name, None)
    raw = next((vars(base)[name] for base in inspect.getmro(cls) if name in vars(base)), member)
    if inspect.isclass(member) or inspect.isdatadescriptor(raw) or not callable(member):
        return _entry("attribute", None, raw if inspect.isdatadescriptor(raw) else None)
    return _entry("method", _sign(member, not isinstance(raw, (classmethod, staticmethod))), member)


def _entry(kind, signature, documented):
    text = (documented is not None and inspect.getdoc(documented) or "").strip()
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    # Functions of C begin with their signature, and a line of two hyphens after it.
    text = text.split(u"\n--\n")[-1].strip()
    since = re.search(u"Since:([^;\n]*)", text)
    first = u" ".join(text.split(u"\n\n")[0].split())
    first = re.split(u" ?(?:Since|Source|Differs|Raises|Returns|Args):", first)[0]
    return {"kind": kind, "signature": signature, "doc": first,
            "since": re.findall(r"\b3\.\d+(?:\.\d+)?", since.group(1)) if since else []}


def _sign(function, is_method):
    try:
        return _write(_parameters(function), is_method)
    except (TypeError, ValueError):
        return None


def _parameters(function):
    """Return [(name, mark, default's text or None), ...]; marks are those of a signature, "k" for keyword-only."""
    if not hasattr(inspect, "signature"):
        return _parameters_2(function)
    marks = {"POSITIONAL_ONLY": "/", "VAR_POSITIONAL": "*", "KEYWORD_ONLY": "k", "VAR_KEYWORD": "**"}
    return [(each.name, marks.get(each.kind.name, ""), None if each.default is each.empty else _show(each.default))
            for each in inspect.signature(function).parameters.values()]


def _parameters_2(function):
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None:
        raise TypeError("a function of C tells no parameters on 2.7")
    named = getattr(function, "__kwdefaults__", None) or {}
    names = [name for name in code.co_varnames[:code.co_argcount] if name not in named]
    defaults = [_show(each) for each in function.__defaults__ or ()]
    rows = [(name, "", default) for name, default in zip(names, [None] * (len(names) - len(defaults)) + defaults)]
    return rows + [(name, "k", _show(named[name])) for name in sorted(named)]


def _show(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return getattr(value, "name", None) or str(int(value))
    text = repr(value)
    return "..." if text.startswith("<") else text


def _write(rows, is_method):
    rows = list(rows[1:] if is_method else rows)
    words, starred = [], False
    for index, (name, mark, default) in enumerate(rows):
        if mark == "k" and not starred:
            words.append("*")
        starred = starred or mark in ("k", "*")
        prefix = mark if mark in ("*", "**") else ""
        words.append(prefix + name + ("" if default is None else "=" + default))
        if mark == "/" and (index + 1 == len(rows) or rows[index + 1][1] != "/"):
            words.append("/")
    return "(%s)" % ", ".join(words)


if __name__ == "__main__":
    json.dump(dict((name, describe(name)) for name in MODULES), sys.stdout, indent=1, sort_keys=True)
