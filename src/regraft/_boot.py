"""Start-up: regraft's modules go before the standard library's.

`python -m regraft enable` writes a copy of this file, with the settings below filled in, beside the `.pth` and
`.start` files that call it. The copy is there when the package is not, and can say so; and one module is
imported in half the time of a package with a module in it. So this file imports nothing but `os` and `sys`,
and `start()` cannot raise and may run twice (site.py of a venv reads each `.pth` file twice).
"""
from __future__ import absolute_import, division, print_function

import os
import sys

# Settings: `regraft.hooks` fills them in, and only there are they other than these.
HOME = os.path.dirname(os.path.abspath(__file__))
EXTENSION = ""
DEFAULTS = ""
CALLERS = ()
# Whether this is the package that `graft-tree` has put into a standard library; it fills that in.
GRAFTED = False

COVERED = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets")
# What is there once a standard library is grafted whole, in it (`regraft.grafting`).
RECEIPT = os.path.join("regraft-originals", "receipt.json")
# Beside an _openssl.so for a Python 3, as in wheels for musl, whose Pythons have two names for an extension of their own:
# its name ends with the cache tag of that Python, as another one would load the file too.
MARK = "_openssl-for-"
# Flags of the system call getrandom(), which are the same on every Linux.
GETRANDOM_FLAGS = {"GRND_NONBLOCK": 1, "GRND_RANDOM": 2}
# Where what `regraft.randomness` may replace in `os` comes from: the host, nowhere, or the start-up code,
# which in a grafted tree is part of `os.py`.
REPLACEABLE = ("posix", None, "os", "_regraft_quick", "_regraft_hook", "regraft._boot")

# How regraft became active in this process: "pth", "start", "run", "graft", "activate", or None.
activated_by = None
_complained = False


def start(how="start"):
    """Put the overlay into `sys.path`; say so on stderr, in one line, if that is impossible.

    Args: how (str), what `status` shows.
    """
    global activated_by
    try:
        overlay = os.path.join(HOME, "overlay")
        if overlay in sys.path or is_switched_off():
            return
        problem = find_graft_problem() if GRAFTED else None
        if GRAFTED and not problem or not GRAFTED and find_grafted_library():
            # The standard library has regraft's modules, and a package to go with them that comes before any other.
            if DEFAULTS:
                os.environ.setdefault("REGRAFT_DEFAULTS", DEFAULTS)
            activated_by = "graft"
            return
        problem = problem or find_problem()
        if problem:
            complain(problem)
            return
        # The package of a library that was grafted and is not any more comes before this one.
        if CALLERS and (os.path.dirname(HOME) not in sys.path or find_receipt()):
            load_package()
        if DEFAULTS:
            os.environ.setdefault("REGRAFT_DEFAULTS", DEFAULTS)
        loaded = [name for name in COVERED if name in sys.modules]
        if loaded:
            from regraft import activation
            activation.activate(how)
        else:
            insert_overlay()
            lend_randomness()
        activated_by = how
    except Exception as error:  # noqa: B902  (whatever it is, an interpreter must start, and hear of it)
        complain("%s: %s" % (type(error).__name__, error))


def is_switched_off():
    """Tell whether REGRAFT_DISABLE, the kill switch, is set to anything but "0". A grafted tree has none."""
    return not GRAFTED and os.environ.get("REGRAFT_DISABLE", "0") not in ("", "0")


def find_grafted_library():
    """Return the directory of the standard library if that has regraft's modules in the place of its own, or None."""
    library = find_receipt()
    return library if library and is_grafted(library) else None


def find_receipt():
    """Return the directory of a standard library with a receipt of graft-tree, or None."""
    # Not the one of `os` alone, of which a virtual environment of 2.7 has a copy; and none of PYTHONPATH, which comes
    # before: a copy of a tree there says nothing about this one.
    for entry in sys.path[find_standard_library():]:
        if entry and os.access(os.path.join(entry, RECEIPT), os.F_OK):
            return entry
    return None


def is_grafted(library, name="ssl"):
    """Tell whether a module of a library with a receipt is still graft-tree's: an upgrade of Python puts its own there."""
    path = os.path.join(library, name + ".py")
    if not os.path.exists(path):
        return True  # an image without sources: an upgrade would have brought one
    with open(path, "rb") as stream:
        return b"from regraft" in stream.read()


def find_graft_problem():
    """Return why the grafted library that this package is in does not give regraft's `ssl`, or None."""
    library = os.path.dirname(HOME)
    if is_grafted(library):
        return None
    return ("ssl.py in %s is not graft-tree's any more, perhaps after an upgrade of Python: run `ungraft-tree"
            " --keep-changed`, then graft-tree" % library)


def find_problem():
    """Return why regraft cannot serve this interpreter, or None. Loads nothing: a file that is there counts."""
    try:
        names = [EXTENSION] if EXTENSION else list_extensions()[:1]
        if not names:
            return "%s has no extension for this interpreter" % HOME
        for name in names + [os.path.join("overlay", "ssl.py")]:
            open(os.path.join(HOME, name)).close()
    except EnvironmentError as error:
        if CALLERS and not os.path.isdir(HOME):
            return "%s is gone" % HOME
        return "%s: %s" % (error.filename, error.strerror)
    return None


def list_extensions():
    """Return the file names of the extension that this interpreter would take, by their suffixes."""
    stem = "_openssl."
    present = os.listdir(HOME)
    names = [name for name in present if name.startswith(stem) and name.endswith((".so", ".pyd"))]
    marks = [name for name in present if name.startswith(MARK)]
    tag = getattr(getattr(sys, "implementation", None), "cache_tag", None)
    if not tag:
        # 2.7: _openssl.so, _openssl.x86_64-linux-gnu.so, _openssl.pyd
        return [name for name in names if not marks and not name.startswith((stem + "cpython-", stem + "cp3"))]
    # _openssl.cpython-36m-x86_64-linux-gnu.so, _openssl.cpython-313-darwin.so, _openssl.cp313-win_amd64.pyd
    found = []
    for start in (stem + tag, stem + tag.replace("cpython-", "cp")):
        found += [name for name in names
                  if name.startswith(start) and name[len(start):].lstrip("dmut").startswith("-")]
    # Builds without the GIL, and those for debugging, have the same tag and need other extensions.
    if MARK + tag in marks and not set("dt").intersection(sys.abiflags):
        found += [name for name in names if name == stem + "so"]
    return found


def insert_overlay():
    """Put the overlay directly before the first entry of the standard library in `sys.path`."""
    overlay = os.path.join(HOME, "overlay")
    while overlay in sys.path:
        sys.path.remove(overlay)
    sys.path.insert(find_standard_library(), overlay)


def find_standard_library():
    """Return the index in `sys.path` of the first entry of the standard library, 0 if there is none."""
    library = os.path.dirname(os.__file__)
    for index, entry in enumerate(sys.path):
        if entry == library or entry.endswith(".zip") and _is_library_archive(entry):
            return index
    return 0


def _is_library_archive(entry):
    # python27.zip, python313.zip, python313t.zip
    name = os.path.basename(entry)
    return name.startswith("python") and name[len("python"):-len(".zip")].rstrip("t").isdigit()


def lacks_getrandom():
    """Tell whether this is a Linux whose `os` has no `getrandom()` of its own: 2.7, or a build on old headers."""
    return sys.platform.startswith("linux") and not hasattr(sys.modules["posix"], "getrandom")


def lend_randomness():
    """Give `os` functions that load the extension when they are first called; it would cost each start 2 ms."""
    if lacks_getrandom():
        find_import_lock()
        os.urandom, os.getrandom = urandom, getrandom
        add_flags()


def find_import_lock():
    """Return the module that knows of the import lock; on 2.7 it must be loaded before it is needed."""
    return sys.modules.get("_imp") or sys.modules.get("imp") or __import__("imp")


def add_flags():
    """Give `os` the names that `getrandom()` brings with it."""
    for name in sorted(GETRANDOM_FLAGS):
        setattr(os, name, GETRANDOM_FLAGS[name])
    os.__all__ += [name for name in ["getrandom"] + sorted(GETRANDOM_FLAGS) if name not in os.__all__]


def urandom(size):
    """Return `size` random bytes for cryptography from the operating system."""
    return find_randomness("urandom")(size)


def getrandom(size, flags=0):
    """Return up to `size` random bytes from the system call getrandom()."""
    return find_randomness("getrandom")(size, flags)


def find_randomness(name):
    """Return the function of that name: the extension's, or for the moments below the host's.

    Either the program has taken regraft's directories out of sys.path, and with them its ssl. Or an import is going
    on, on 2.7 perhaps in another thread that waits for this one: it would wait for the loading of the extension,
    which would wait for it.
    """
    found = getattr(sys.modules.get("regraft._openssl"), name, None)
    if found is None:
        host = getattr(sys.modules["posix"], name, None)
        if host is not None and (os.path.join(HOME, "overlay") not in sys.path or find_import_lock().lock_held()):
            return host
        if CALLERS and os.path.dirname(HOME) not in sys.path:
            load_package()
        from regraft import randomness
        found = randomness.provide(name)
    return found


def load_package():
    """Import the package from HOME, though `sys.path` does not lead there."""
    parent = os.path.dirname(HOME)
    sys.path.insert(0, parent)
    try:
        import regraft  # noqa: F401
    finally:
        sys.path.remove(parent)


def complain(problem):
    """Say on stderr, once per process and in one line, that this process has the old modules, and why.

    Args: problem (str).
    """
    global _complained
    if _complained:
        return
    _complained = True
    advice = "" if GRAFTED else "; reinstall regraft for this interpreter"
    if CALLERS:
        advice += ", or delete %s in %s" % (", ".join(CALLERS), os.path.dirname(__file__))
    try:
        sys.stderr.write("regraft: NOT active, this process has the old ssl: %s%s\n" % (problem, advice))
    except Exception:  # noqa: B902  (no stderr, or one that is closed: there is nobody to tell)
        return
