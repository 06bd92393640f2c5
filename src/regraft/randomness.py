"""The names of `os` for secure randomness, where the host lacks them: PEP 524's `urandom`, and `getrandom`.

`os` stays the host's module; docs/randomness.rst says which of its names change, and why.
"""
from __future__ import absolute_import, division, print_function

import os

from regraft import _boot, _openssl


def provide(wanted=None):
    """Let `os` have regraft's functions in the place of the host's, or of those that wait for their first call.

    Nothing changes where `os` has `getrandom()` itself, as since 3.6, or where the system has no such call. A
    `urandom` that the program has put there stays.

    Args: wanted (str or None), "urandom" or "getrandom".
    Returns: the function of that name.
    """
    if _boot.lacks_getrandom() and _openssl.CAPABILITIES["GETRANDOM"]:
        for name in ("urandom", "getrandom"):
            if getattr(getattr(os, name, None), "__module__", None) in _boot.REPLACEABLE:
                setattr(os, name, getattr(_openssl, name))
        _boot.add_flags()
    return wanted and getattr(_openssl, wanted)


def is_provided():
    """Tell whether `os.urandom` is regraft's."""
    return os.urandom is _openssl.urandom


del absolute_import, division, print_function
