"""Activation in a process that runs already: what is loaded is replaced, what holds on to it is named."""
from __future__ import absolute_import, division, print_function

import os
import struct
import sys
import types
import warnings

from regraft import ActivationError, _boot

# Where regraft's modules with names of the standard library are. In a grafted tree they are in that itself.
OVERLAY = os.path.dirname(_boot.HOME) if _boot.GRAFTED else os.path.join(_boot.HOME, "overlay")

# Modules of the standard library that were taken out of `sys.modules`. On 2.7 a module without references
# loses its globals, and the functions that others took from it would fail: so they are kept for good.
_replaced = {}

_HOLDABLE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType)
if hasattr(types, "ClassType"):
    _HOLDABLE += (types.ClassType,)


def activate(how="activate"):
    """Activate regraft in this process; `regraft.activate` says what that means.

    Args: how (str), what `status` shows.
    Returns:
        bool: False if the kill switch is set.
    Raises:
        ActivationError: regraft cannot serve this interpreter; nothing was changed.
    """
    if _boot.is_switched_off():
        return False
    check_graft()
    load_extension()
    if _boot.GRAFTED:
        return True
    old_path, old_modules = list(sys.path), _find_stale()
    was_active = find_overlay() is not None and not old_modules
    before = dict((name, sys.modules[name]) for name in _boot.COVERED if name in sys.modules)
    _boot.insert_overlay()
    for name in old_modules:
        del sys.modules[name]
    try:
        import _ssl as replacement
    except Exception as error:
        for name in _boot.COVERED:
            sys.modules.pop(name, None)
        sys.modules.update(before)
        sys.path[:] = old_path
        raise ActivationError("regraft does not start: %s" % error)
    _replaced.update(old_modules)
    if "_ssl" in old_modules and "socket" in sys.modules:
        _renew(sys.modules["socket"], old_modules["_ssl"], replacement)
    if not was_active:
        _boot.activated_by = how
    _warn_of_old_tls()
    return True


def check_graft():
    """Make sure that a grafted library has not got its own `ssl` again. Raises: ActivationError."""
    problem = _boot.find_graft_problem() if _boot.GRAFTED else None
    if problem:
        raise ActivationError("regraft is not active in this interpreter (%s): %s" % (sys.executable, problem))


def load_extension():
    """Import `regraft._openssl` and return it.

    Raises:
        ActivationError: it is missing, or broken, or for another interpreter.
    """
    try:
        _check_extensions()
        from regraft import _openssl
    except RuntimeError as error:
        # It is there and sound, and refuses what the environment asks for: OPENSSL_CONF, says ext/configuration.pxi.
        raise ActivationError("regraft does not start in this interpreter (%s): %s" % (sys.executable, error))
    except Exception as error:  # noqa: B902  (an extension may fail in any way when it is loaded)
        raise ActivationError(
            "the extension of regraft does not load in this interpreter (%s): %s. Extensions there: %s. Install"
            " regraft with this very interpreter: %s -m pip install --force-reinstall regraft"
            % (sys.executable, error, ", ".join(_list_built()) or "none", sys.executable or "python"))
    return _openssl


def _check_extensions():
    # The dynamic loader maps a file that was cut off, as by a full disk, and dies of SIGBUS at a page that is not
    # there. The section headers are an ELF file's end.
    for name in _boot.list_extensions():
        with open(os.path.join(_boot.HOME, name), "rb") as stream:
            head = stream.read(64)
            size = os.fstat(stream.fileno()).st_size
        if len(head) < 64 or head[:4] != b"\x7fELF":
            continue
        order, wide = "<" if head[5:6] == b"\x01" else ">", head[4:5] == b"\x02"
        start, width, count = struct.unpack_from(order + ("Q10xHH" if wide else "L10xHH"), head, 40 if wide else 32)
        if size < start + width * count:
            raise ImportError("%s is cut off: it has %d bytes of %d" % (name, size, start + width * count))


def _list_built():
    return sorted(name for name in os.listdir(_boot.HOME) if name.startswith("_openssl."))


def is_ours(module):
    """Tell whether a module comes from the overlay, or from what graft-tree has put into a standard library."""
    path = getattr(module, "__file__", None)
    if not path or os.path.realpath(os.path.dirname(path)) != os.path.realpath(OVERLAY):
        return False
    name = os.path.basename(path).split(".")[0]
    return not _boot.GRAFTED or name in _boot.COVERED and _boot.is_grafted(OVERLAY, name)


def name_version(major, minor, fix, patch):
    """Return OpenSSL's own name for a version that its headers give: 1.1.1w, 3.5.4.

    Args: four int, as in `_ssl._OPENSSL_API_VERSION`; since 3.0 the third is always 0.
    """
    if major < 3:
        return "%d.%d.%d%s" % (major, minor, fix, chr(ord("a") + patch - 1) if patch else "")
    return "%d.%d.%d" % (major, minor, patch)


def find_overlay():
    """Return the overlay's index in `sys.path`, or None. It may stand there under another name of the directory."""
    wanted = os.path.realpath(OVERLAY)
    for index, entry in enumerate(sys.path):
        if os.path.basename(entry) == os.path.basename(OVERLAY) and os.path.realpath(entry) == wanted:
            return index
    return None


def _find_stale():
    """Return the covered modules that are loaded and that an import would take from the overlay now."""
    if _boot.GRAFTED:
        return {}
    # A program's own random.py stands before the standard library and the overlay, and stays.
    own = set(os.path.abspath(entry) for entry in sys.path[:_boot.find_standard_library()])
    stale = {}
    for name in _boot.COVERED:
        module = sys.modules.get(name)
        if module is None or is_ours(module):
            continue
        path = getattr(module, "__file__", None)
        if not path or os.path.dirname(os.path.abspath(path)) not in own:
            stale[name] = module
    return stale


def _renew(holder, old, new):
    """Let the globals of a module that are an old module, or objects of it, be the new ones."""
    names = dict((id(value), name) for name, value in vars(old).items() if isinstance(value, _HOLDABLE))
    for attribute, value in list(vars(holder).items()):
        if value is old:
            setattr(holder, attribute, new)
        elif id(value) in names and hasattr(new, names[id(value)]):
            setattr(holder, attribute, getattr(new, names[id(value)]))


def find_holders():
    """Return which modules still hold a module of the standard library that regraft replaced, or parts of it.

    Returns:
        list of dict: `module` and `name` of the global that holds, `holds` what it is; sorted.
    """
    old = dict(_replaced)
    if find_overlay() is not None:
        old.update(_find_stale())
    marks = dict((id(module), name) for name, module in old.items())
    # Public names first: an object of `_ssl` is shown as the one of `ssl` that it is.
    for name in [each for each in _boot.COVERED if each in old]:
        for attribute, value in vars(old[name]).items():
            if isinstance(value, _HOLDABLE) and _origin(value) in old:
                marks.setdefault(id(value), "%s.%s" % (name, attribute))
    extension = sys.modules.get("regraft._openssl")
    if extension is not None and os.urandom is extension.urandom:
        marks[id(sys.modules["posix"].urandom)] = "os.urandom"
    found = []
    for name, module in sorted(sys.modules.items()):
        if not isinstance(module, types.ModuleType) or id(module) in marks:
            continue
        if name in (__name__, "posix") or is_ours(module):
            continue
        for attribute, value in sorted(vars(module).items(), key=lambda item: str(item[0])):
            what = _find_mark(value, marks)
            if what:
                found.append({"module": name, "name": attribute, "holds": what})
    return found


def _origin(value):
    # The functions of `random` are methods of a hidden instance.
    bound = getattr(value, "__self__", None)
    if bound is not None and not isinstance(bound, types.ModuleType):
        return type(bound).__module__
    return getattr(value, "__module__", None)


def _find_mark(value, marks):
    if id(value) in marks:
        return marks[id(value)]
    if isinstance(value, type):
        for base in value.__mro__:
            if id(base) in marks:
                return marks[id(base)]
    return None


def _warn_of_old_tls():
    names = set(row["module"] for row in find_holders() if row["holds"].split(".")[0] in ("ssl", "_ssl"))
    if names:
        warnings.warn(
            "these modules were imported before regraft was activated and keep the old ssl: %s. Activate regraft"
            " before they are imported, or start the program with `python -m regraft run`"
            % ", ".join(sorted(names)), RuntimeWarning, stacklevel=4)
