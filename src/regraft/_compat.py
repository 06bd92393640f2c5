"""What Python 2 and 3 spell differently, behind one name each."""
from __future__ import absolute_import, division, print_function

import sys
import types

try:
    from importlib import reload as reload_module  # noqa: F401
except ImportError:
    reload_module = reload  # noqa: F821  (a built-in of Python 2)

PY2 = sys.version_info[0] == 2

# Where graft-tree keeps the modules that regraft's have taken the place of: a directory beside them.
ORIGINALS = "regraft-originals"

if PY2:
    text_type = unicode  # noqa: F821  (a built-in of Python 2)
    string_types = (str, unicode)  # noqa: F821
    integer_types = (int, long)  # noqa: F821
else:
    text_type = str
    string_types = (str,)
    integer_types = (int,)


def native_text(value):
    """Return `value` as this interpreter's `str`.

    Args: value (str, unicode or bytes, ASCII only).
    Raises: UnicodeError if it is not ASCII.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, text_type):
        return value.encode("ascii")
    return bytes(value).decode("ascii")


class LazyModule(types.ModuleType):
    """A module that is imported when something in it is asked for."""

    def __getattr__(self, name):
        return getattr(__import__(self.__name__), name)


def keyword_only(first):
    """Return a decorator that makes the parameters from `first` on keyword-only.

    The runtime is written in the syntax of 2.7, which cannot say `*`. On
    Python 3 the code object is told instead, so that the signature, the
    errors and `inspect` are those of a function written with `*`. Python 2
    has no such parameters: what the host accepted by position it still does.

    Args: first (str), a parameter of the function; it and all after it need defaults.
    """
    def decorate(function):
        if PY2:
            return function
        code = function.__code__
        names = code.co_varnames[:code.co_argcount]
        kept = names.index(first)
        moved = len(names) - kept
        counts = {"co_argcount": kept, "co_kwonlyargcount": moved}
        function.__code__ = _replace_code(code, counts)
        defaults = function.__defaults__ or ()
        function.__kwdefaults__ = dict(zip(names[kept:], defaults[len(defaults) - moved:]))
        function.__defaults__ = defaults[:len(defaults) - moved] or None
        return function
    return decorate


def _replace_code(code, changes):
    if hasattr(code, "replace"):
        return code.replace(**changes)
    # 3.6 and 3.7 have only the constructor.
    order = ("argcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "code", "consts", "names",
             "varnames", "filename", "name", "firstlineno", "lnotab", "freevars", "cellvars")
    return type(code)(*[changes.get("co_" + name, getattr(code, "co_" + name)) for name in order])


def adopt(donor):
    """Return a class decorator that gives a class the functions and properties of `donor`.

    Shared methods reach `SSLSocket` and `SSLObject` this way, and not through a base class, because their
    base classes are part of the public interface.
    """
    def decorate(cls):
        for name, member in vars(donor).items():
            if name in vars(cls) or (name.startswith("__") and name.endswith("__")):
                continue
            function = getattr(member, "fget", None) or getattr(member, "__func__", member)
            if not PY2 and hasattr(function, "__qualname__"):
                function.__qualname__ = "%s.%s" % (cls.__name__, name)
            setattr(cls, name, member)
        return cls
    return decorate


def load_host_module(name, namespace):
    """Run the host's own standard module of that name in the namespace of the overlay's.

    It is looked for where the interpreter would without the overlay: in the entries of `sys.path` behind the
    overlay's; in a grafted tree it is among the originals. Its `.pyc` is used, and a zipped standard library is
    searched too.

    Args:
        name (str): a top-level module written in Python.
        namespace (dict): `globals()` of the overlay's module.
    Raises: ImportError if the host has none.
    """
    import os

    overlay = os.path.dirname(os.path.abspath(namespace["__file__"]))
    originals = os.path.join(overlay, ORIGINALS)
    entries = [entry for entry in sys.path if entry]
    places = [i for i, entry in enumerate(entries) if os.path.abspath(entry) == overlay]
    if os.path.isdir(originals):
        entries = [originals]
    elif places:
        entries = entries[places[-1] + 1:]
    find = _host_code_2 if PY2 else _host_code_3
    code = find(name, entries)
    if code is None:
        raise ImportError("regraft's %s needs the one of this Python, and found none on sys.path behind %s"
                          % (name, overlay))
    exec(code, namespace)


def _host_code_3(name, entries):
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec(name, entries)
    return spec and spec.loader.get_code(name)


def _host_code_2(name, entries):
    import imp

    for entry in entries:
        importer = sys.path_importer_cache.get(entry)
        if hasattr(importer, "get_code"):
            # zipimport
            if importer.find_module(name) is not None:
                return importer.get_code(name)
            continue
        try:
            found, path, (_, _, kind) = imp.find_module(name, [entry])
        except ImportError:
            continue
        if found is not None:
            with found:
                return _code_of_file(found, path, kind == imp.PY_COMPILED)
    return None


def _code_of_file(found, path, is_compiled):
    """Return the code of a module of 2.7, from its `.pyc` if that is there and belongs to the source."""
    import imp
    import marshal
    import os
    import struct

    if is_compiled:
        return marshal.loads(found.read()[8:])
    try:
        with open(path + ("c" if __debug__ else "o"), "rb") as compiled:
            data = compiled.read()
    except IOError:
        data = b""
    if data[:8] == imp.get_magic() + struct.pack("<L", int(os.stat(path).st_mtime) & 0xFFFFFFFF):
        return marshal.loads(data[8:])
    return compile(found.read(), path, "exec", 0, True)
