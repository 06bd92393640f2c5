"""The start of a Python 2.7 in which all is as `enable` found it. Whatever is not, `regraft._boot` sees to.

`python -m regraft enable` writes a copy of this file, with the settings below filled in, beside the `.pth` file whose
line calls it, and compiles it: 2.7 reads the bytecode of a short module in half the time in which it compiles a long
line, or reads the whole of `_boot` (benchmarks/bench_startup.py).
"""
from __future__ import absolute_import, division, print_function

import imp
import os
import sys

# Settings, which `regraft.hooks` fills in. RANDOMNESS: what `os` lacks beside getrandom(), in pairs of name and value.
HOME = ""
EXTENSION = ""
DEFAULTS = ""
LIBRARY = ""
RECEIPT = ""
RANDOMNESS = ()


def start(how):
    """Put the overlay into `sys.path`, and randomness into `os`; or let `_boot` decide.

    Args: how (str), what `status` shows.
    """
    overlay = os.path.join(HOME, "overlay")
    if overlay in sys.path:
        return
    # Nobody but another package's start-up code can have loaded a covered module before; one of the two asked for is
    # then among them. A path through the overlay to the extension is there only if both are. A receipt is there in a
    # standard library that has regraft in it already.
    if ("REGRAFT_DISABLE" in os.environ or "_ssl" in sys.modules or "hashlib" in sys.modules
            or LIBRARY not in sys.path or not os.access(overlay + "/../" + EXTENSION, os.R_OK)
            or os.access(RECEIPT, os.F_OK)):
        load_hook().start(how)
        return
    if DEFAULTS:
        os.environ.setdefault("REGRAFT_DEFAULTS", DEFAULTS)
    sys.path.insert(sys.path.index(LIBRARY), overlay)
    if RANDOMNESS:
        os.urandom, os.getrandom = urandom, getrandom
        for name, value in RANDOMNESS:
            setattr(os, name, value)
            os.__all__.append(name)
        os.__all__.append("getrandom")


def urandom(size):
    """Return `size` random bytes for cryptography from the operating system."""
    return find_randomness("urandom")(size)


def getrandom(size, flags=0):
    """Return up to `size` random bytes from the system call getrandom()."""
    return find_randomness("getrandom")(size, flags)


def find_randomness(name):
    """Return the function of that name: the extension's, the host's, or the one of `_boot`, which loads the extension."""
    found = getattr(sys.modules.get("regraft._openssl"), name, None)
    if found is None and imp.lock_held():
        # Not even the hook can be read now: _boot.find_randomness() says why. The host has no getrandom().
        found = getattr(sys.modules["posix"], name, None)
    return found or getattr(load_hook(), name)


def load_hook():
    """Return the copy of `_boot`, from where it lies: `sys.path` may have changed since the start."""
    path = os.path.join(os.path.dirname(HOME), "_regraft_hook.py")
    imp.acquire_lock()
    try:
        return sys.modules.get("_regraft_hook") or imp.load_source("_regraft_hook", path)
    finally:
        imp.release_lock()
