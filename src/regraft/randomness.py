"""The names of `os` for secure randomness, where the host lacks them: PEP 524's `urandom`, and `getrandom`.

`os` stays the host's module; docs/randomness.rst says which of its names change, and why.
"""
from __future__ import absolute_import, division, print_function

import os
import sys

from regraft import _boot, _openssl


# The code of the functions that the line of the .pth file puts into `os`, once the extension is loaded: for programs
# that took them before. It runs with the globals of `site`, which have `sys`.

def _urandom(size):
    return sys.modules["regraft._openssl"].urandom(size)


def _getrandom(size, flags=0):
    return sys.modules["regraft._openssl"].getrandom(size, flags)


def provide(wanted=None):
    """Let `os` have regraft's functions in the place of the host's, or of those that wait for their first call.

    Nothing changes where `os` has `getrandom()` itself, as since 3.6, or where the system has no such call. A
    `urandom` that the program has put there stays.

    Args: wanted (str or None), "urandom" or "getrandom".
    Returns: the function of that name.
    """
    if _boot.lacks_getrandom() and _openssl.CAPABILITIES["GETRANDOM"]:
        for name, shortcut in (("urandom", _urandom), ("getrandom", _getrandom)):
            present = getattr(os, name, None)
            origin = getattr(present, "__module__", None)
            if origin == "site":
                present.__code__ = shortcut.__code__
            if origin in _boot.REPLACEABLE:
                setattr(os, name, getattr(_openssl, name))
        _boot.add_flags()
    return wanted and getattr(_openssl, wanted)


def is_provided():
    """Tell whether `os.urandom` is regraft's."""
    return os.urandom is _openssl.urandom


del absolute_import, division, print_function
