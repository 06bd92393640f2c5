"""What graft-tree appends to the `os.py` of an interpreter without getrandom(), from the marked line on.

It is text there, and not an import: nothing is loaded when Python starts, and a virtual environment that has a copy
of `os.py` works when the tree is given back. `regraft._boot` lends an enabled environment the same.
"""
from __future__ import absolute_import, division, print_function

import sys

from posix import *  # noqa: F401,F403

__all__ = []

# What follows was put here by `python -m regraft graft-tree`; the original is in regraft-originals beside this file.
# On 2.7 the module that knows of the import lock must be there before it is needed.
_rg_import = sys.modules.get("_imp") or __import__("imp")
GRND_NONBLOCK, GRND_RANDOM = 1, 2


def urandom(size):
    """Return `size` random bytes for cryptography from the operating system."""
    return _rg_find_randomness("urandom")(size)


def getrandom(size, flags=0):
    """Return up to `size` random bytes from the system call getrandom()."""
    return _rg_find_randomness("getrandom")(size, flags)


def _rg_find_randomness(name):
    # The extension's; or for the moment the host's: while an import goes on, perhaps in another thread that waits for
    # this one, loading the extension would wait for it, and in a tree that was given back there is no extension.
    found = getattr(sys.modules.get("regraft._openssl"), name, None)
    if found is None:
        host = getattr(sys.modules["posix"], name, None)
        if host is not None and _rg_import.lock_held():
            return host
        try:
            from regraft import randomness
        except ImportError:
            if host is None:
                raise
            return host
        found = randomness.provide(name)
    return found


__all__ += ["getrandom", "GRND_NONBLOCK", "GRND_RANDOM"]
