"""The names of `os` for secure randomness, where the host lacks them: PEP 524's `urandom`, and `getrandom`.

`os` stays the host's module; docs/randomness.rst says which of its names change, and why.
"""
from __future__ import absolute_import, division, print_function

import os

from regraft import _emulated, _openssl

PROVIDED = ("urandom", "getrandom")


def provide(wanted=None):
    """Let `os` have regraft's functions in the place of the host's, or of those that wait for their first call.

    Nothing changes where `os` has `getrandom()` itself, as since 3.6, or where the system has no such call. A
    `urandom` that the program has put there stays. Nothing changes either where a release is emulated: `os` is the host's.

    Args: wanted (str or None), "urandom" or "getrandom".
    Returns: the function of that name.
    """
    if _emulated.RELEASE is not None:
        return wanted and getattr(_openssl, wanted)
    origins = [getattr(getattr(os, name, None), "__module__", None) for name in PROVIDED]
    if _openssl.CAPABILITIES["GETRANDOM"] and not _is_settled(origins):
        # Imported where it is needed: reading it would be a tenth of what `import hashlib` costs.
        from regraft import _boot

        if _boot.lacks_getrandom():
            for name, origin in zip(PROVIDED, origins):
                if origin in _boot.REPLACEABLE:
                    setattr(os, name, getattr(_openssl, name))
            _boot.add_flags()
    return wanted and getattr(_openssl, wanted)


def _is_settled(origins):
    """Tell whether nothing is left to do but to replace what the start-up code of 2.7 has lent, and do that."""
    if origins in (["_regraft_quick", "_regraft_quick"], ["os", "os"]):
        # What else belongs to them it has put into `os` as well, as in a grafted tree `os.py` has.
        os.urandom, os.getrandom = _openssl.urandom, _openssl.getrandom
        return True
    # The host's own, or what this module has put there.
    return origins[1] == "posix" or is_provided() and os.getrandom is _openssl.getrandom


def is_provided():
    """Tell whether `os.urandom` is regraft's."""
    return os.urandom is _openssl.urandom


del absolute_import, division, print_function
