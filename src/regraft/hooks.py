"""The files in a site-packages directory that start regraft with the interpreter.

`000_regraft.pth` is for Pythons up to 3.17, `000_regraft.start` for 3.15 up (PEP 829; where both are, the line
of the first is not run). `start()` of `_regraft_hook.py`, a copy of `regraft._boot` with its settings, can deal with
each state of things. To read it takes time at each start of an interpreter (benchmarks/bench_startup.py), so a start in
which all is as `enable` found it does without: on 3.x the line of the `.pth` file does the work by itself, on 2.7 the
line calls `_regraft_quick.py`, a copy of `regraft._quick`. The `.start` file always calls `_regraft_hook.py`.
The names sort first, so that other packages' start-up code imports regraft's modules already.
"""
from __future__ import absolute_import, division, print_function

import contextlib
import glob
import io
import os
import py_compile
import re
import site
import sys
import sysconfig

# No tempfile: it imports `random`, and a hook must come off although regraft's modules do not load.
from regraft import _boot
from regraft._compat import PY2, text_type

MODULE = "_regraft_hook"
PTH = "000_regraft.pth"
START = "000_regraft.start"
SOURCE = MODULE + ".py"
QUICK = "_regraft_quick.py"
# In the order in which they are written: the callers last. They are removed the other way round.
FILES = (SOURCE, QUICK, START, PTH)

_ORIGIN = "# Written by `python -m regraft enable`; `python -m regraft disable` removes it.\n"


class HookError(Exception):
    """The hook cannot be put there, or taken away; the text says why and what to do."""


def find_directory(user=False):
    """Return the directory whose `.pth` files this interpreter reads at its start.

    Args: user (bool), the user's own instead of the environment's.
    Returns:
        str: absolute path; a user's directory need not exist.
    Raises:
        HookError: this interpreter reads none.
    """
    if user:
        if not site.ENABLE_USER_SITE:
            raise HookError(
                "this interpreter (%s) does not read the user's site-packages: it belongs to a virtual environment"
                " or was started with -s, -I or PYTHONNOUSERSITE. Leave --user out" % sys.executable)
        return site.getusersitepackages()
    home = os.path.dirname(_boot.HOME)
    if site.ENABLE_USER_SITE and _same(home, site.getusersitepackages()):
        raise HookError("regraft is installed for this user only (%s). Use --user" % home)
    # virtualenv before 20 has a site.py without this function.
    read = getattr(site, "getsitepackages", list)()
    paths = sysconfig.get_paths()
    for candidate in [home, paths["purelib"], paths["platlib"]] + read:
        if os.path.isdir(candidate) and any(_same(candidate, each) for each in read or [paths["purelib"]]):
            return os.path.abspath(candidate)
    raise HookError("this interpreter (%s) reads no site-packages directory that exists: %s. Start programs with"
                    " `python -m regraft run`, or call regraft.activate() in them"
                    % (sys.executable, ", ".join(read) or "none"))


def list_directories():
    """Return the directories that may hold a hook of this interpreter: the environment's and the user's."""
    found = []
    for user in (False, True):
        try:
            found.append(find_directory(user))
        except HookError:
            continue
    return found


def render(directory, extension, defaults=None):
    """Return the text of the hook's files.

    Args:
        directory (str): where they will be.
        extension (str): file name of the built extension.
        defaults (str or None): value of REGRAFT_DEFAULTS where the variable is not set.
    Returns:
        dict: file name -> bytes.
    """
    inside = _same(directory, os.path.dirname(_boot.HOME))
    home = _quote(_boot.HOME)
    if inside:
        # An environment that is moved, or seen under another name in a container, takes its hook along.
        home = "os.path.join(os.path.dirname(__file__), %s)" % _quote(os.path.basename(_boot.HOME))
    settings = {"HOME": home, "EXTENSION": _quote(extension), "DEFAULTS": _quote(defaults or "")}
    files = {START: ("%s%s:start\n" % (_ORIGIN, MODULE)).encode("ascii")}
    line = 'import %s; %s.start("pth")' % (MODULE, MODULE)
    if inside and PY2:
        flags = sorted(_boot.GETRANDOM_FLAGS.items()) if _boot.lacks_getrandom() else []
        files[QUICK] = _fill_in("_quick.py", dict(
            settings, LIBRARY=_quote(_find_library()), RECEIPT=_quote(_find_receipt()), RANDOMNESS=repr(tuple(flags))))
        # `sitedir` is a variable of site.py's: the directory of the file that it reads.
        line = 'import imp; imp.load_source("%s", sitedir + "/%s").start("pth")' % (QUICK[:-len(".py")], QUICK)
    elif inside and not _boot.lacks_getrandom():
        line = _render_line(directory, extension, defaults)
    files[PTH] = (_ORIGIN + line + "\n").encode("ascii")
    callers = [_quote(name) for name in reversed(FILES) if name in files or name == SOURCE]
    files[SOURCE] = _fill_in("_boot.py", dict(settings, CALLERS="(%s)" % ", ".join(callers)))
    return files


def _fill_in(name, settings):
    """Return the text of a module of regraft's with other settings."""
    path = os.path.join(_boot.HOME, name)
    with io.open(path, encoding="utf-8") as stream:
        text = stream.read()
    for setting, value in settings.items():
        text, count = re.subn(r"(?m)^%s = .*$" % setting, lambda match: "%s = %s" % (setting, value), text)
        if count != 1:
            raise HookError("%s has %d lines `%s = ...`, not one" % (path, count, setting))
    # The statement imports a module, at a third of the hook's whole cost, and the copy has no use for it.
    text = text.replace("from __future__ import absolute_import, division, print_function\n\n", "")
    return (text_type(_ORIGIN) + text).encode("utf-8")


def _find_library():
    return sys.path[_boot.find_standard_library()]


def _find_receipt():
    """Return where the receipt of graft-tree is once the standard library is grafted."""
    # `os` may be a copy that a virtual environment of 2.7 has.
    return os.path.join(os.path.dirname(os.path.abspath(contextlib.__file__)), _boot.RECEIPT)


def _render_line(directory, extension, defaults):
    # The conditions are those of _quick.start(). If one is false, the hook module decides.
    overlay = os.path.join(directory, os.path.basename(_boot.HOME), "overlay")
    library = _quote(_find_library())
    terms = ['"REGRAFT_DISABLE" not in os.environ', '"_ssl" not in sys.modules', '"hashlib" not in sys.modules',
             "%s in sys.path" % library,
             "os.access(%s, 4)" % _quote(os.path.join(overlay, os.pardir, extension)),
             "not os.access(%s, 0)" % _quote(_find_receipt())]
    if defaults:
        terms.append('os.environ.setdefault("REGRAFT_DEFAULTS", %s)' % _quote(defaults))
    terms.append("not sys.path.insert(sys.path.index(%s), %s)" % (library, _quote(overlay)))
    return 'import os, sys; %s in sys.path or %s or __import__("%s").start("pth")' % (
        _quote(overlay), " and ".join(terms), MODULE)


def read(directory):
    """Return those of the hook's files that are in a directory.

    Args: directory (str).
    Returns:
        dict: file name -> bytes.
    """
    found = {}
    for name in FILES:
        path = os.path.join(directory, name)
        if os.path.isfile(path):
            with io.open(path, "rb") as stream:
                found[name] = stream.read()
    return found


def is_current(directory):
    """Tell whether the hook in a directory is whole, and what this version of regraft would write.

    Args: directory (str).
    """
    files = read(directory)
    settings = dict(re.findall(br"(?m)^(EXTENSION|DEFAULTS) = ['\"](.*)['\"]", files.get(SOURCE, b"")))
    if len(settings) != 2:
        return False
    extension, defaults = [settings[name].decode("ascii") for name in (b"EXTENSION", b"DEFAULTS")]
    return files == render(directory, str(extension), str(defaults))


def write(directory, files):
    """Put the hook into a directory, each file in one step, so that no interpreter sees half of one.

    Args: directory (str), made if absent; files (dict), as `render` gives them.
    Returns:
        str: "new", "replaced", or "same" if nothing had to be done.
    Raises:
        HookError: the directory cannot be written to.
    """
    try:
        if not os.path.isdir(directory):
            os.makedirs(directory)
        with lock(directory):
            before = read(directory)
            if before == files and _is_compiled(directory, files):
                return "same"
            try:
                _replace(directory, before, files)
            except BaseException:
                _replace(directory, read(directory), before)
                raise
            _flush(directory)
    except EnvironmentError as error:
        raise HookError(
            "%s cannot be written to: %s. Instead: `python -m regraft enable --user` (if regraft is to serve this"
            " user only), `python -m regraft run PROGRAM` (one program and its children), regraft.activate() in"
            " the program itself, or a virtual environment" % (directory, error.strerror or error))
    return "replaced" if before else "new"


def remove(directory):
    """Take the hook out of a directory.

    Args: directory (str).
    Returns:
        list of str: paths of the files removed; empty if there was none.
    Raises:
        HookError: a file cannot be removed.
    """
    if not os.path.isdir(directory):
        return []
    try:
        with lock(directory):
            names = [name for name in FILES if os.path.lexists(os.path.join(directory, name))]
            if names:
                _replace(directory, names, {})
                _flush(directory)
    except EnvironmentError as error:
        raise HookError("%s cannot be removed: %s. Do it as the user who owns it"
                        % (error.filename or directory, error.strerror or error))
    return [os.path.join(directory, name) for name in names]


def _replace(directory, present, wanted):
    """Make the hook's files those wanted, by name; what calls comes last and goes first."""
    for name in FILES:
        if name in wanted:
            _put(directory, name, wanted[name])
    for name in reversed(FILES):
        if name in present and name not in wanted:
            os.remove(os.path.join(directory, name))
    # Bytecode, and what an `enable` that was killed left behind: nobody else holds the lock.
    for path in _find_compiled(directory) + _find(directory, ".regraft-*"):
        os.remove(path)
    for name in _list_modules(wanted):
        _compile(os.path.join(directory, name))
    cache = os.path.join(directory, "__pycache__")
    if not wanted and os.path.isdir(cache) and not os.listdir(cache):
        os.rmdir(cache)


def _same(one, other):
    return os.path.realpath(one) == os.path.realpath(other)


def _quote(text):
    return repr(text) if PY2 else ascii(text)


@contextlib.contextmanager
def lock(directory):
    """Let one process at a time change what is ours in a directory; without a file of its own to leave behind."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _put(directory, name, data):
    with replacing(os.path.join(directory, name)) as temporary:
        with io.open(temporary, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


@contextlib.contextmanager
def replacing(path, mode=0o644):
    """Give the name of a file to write, and put it in the place of `path` if that went well.

    Args:
        path (str).
        mode (int), whatever the umask: a hook that others cannot read leaves them with the old ssl, and nobody is told.
    """
    temporary = os.path.join(os.path.dirname(path), ".regraft-%d" % os.getpid())
    try:
        yield temporary
        _publish(temporary, path, mode)
    finally:
        if os.path.lexists(temporary):
            os.remove(temporary)


def _publish(temporary, path, mode):
    os.chmod(temporary, mode)
    if PY2 and os.name == "nt" and os.path.exists(path):
        os.remove(path)
    getattr(os, "replace", os.rename)(temporary, path)


def _flush(directory):
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_files(directory):
    """Return the paths of the hook's files in a directory, bytecode among them."""
    names = sorted(read(directory), key=FILES.index)
    return [os.path.join(directory, name) for name in names] + _find_compiled(directory)


def _list_modules(files):
    return [name for name in (SOURCE, QUICK) if name in files]


def _is_compiled(directory, files):
    return all(os.path.isfile(target) for name in _list_modules(files)
               for target in _list_bytecode(os.path.join(directory, name)))


def _compile(source):
    """Write the bytecode, which later users of the environment may have no right to, and pay for at each start."""
    for target in _list_bytecode(source):
        if not os.path.isdir(os.path.dirname(target)):
            os.mkdir(os.path.dirname(target))
        with replacing(target) as temporary:
            py_compile.compile(source, cfile=temporary, dfile=source, doraise=True)


def _list_bytecode(source):
    if PY2:
        # The second is what -O reads; the modules have no `assert`.
        return [source + "c", source + "o"]
    import importlib.util
    # All that -O and -OO could write later: pip takes away what is in its record, and no more.
    return [importlib.util.cache_from_source(source, optimization=level) for level in ("", 1, 2)]


def _find_compiled(directory):
    found = []
    for name in (SOURCE, QUICK):
        found += _find(directory, name + "[co]")
        found += _find(directory, os.path.join("__pycache__", name[:-len(".py")] + ".*.py[co]"))
    return found


def _find(directory, pattern):
    return glob.glob(os.path.join(re.sub(r"([\[*?])", r"[\1]", directory), pattern))
