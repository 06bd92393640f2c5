"""Random values for passwords, tokens and keys: the public module.

Source: https://docs.python.org/3.15/library/secrets.html
"""
from __future__ import absolute_import, division, print_function

import base64
import os as _rg_os

from random import SystemRandom

from regraft import _emulated as _rg_emulated
from regraft._compat import native_text as _rg_native_text
from regraft._openssl import compare_digest  # noqa: F401

__all__ = [
    "choice", "randbelow", "randbits", "SystemRandom", "token_bytes", "token_hex", "token_urlsafe", "compare_digest"]

_sysrand = SystemRandom()

randbits = _sysrand.getrandbits
choice = _sysrand.choice

DEFAULT_ENTROPY = 32  # bytes


def randbelow(exclusive_upper_bound):
    """Return a random int from 0 up to, and without, the bound.

    Args: exclusive_upper_bound (int).
    Raises: ValueError if it is not positive.
    Since: 3.6; Source: secrets. Differs: nothing.
    """
    if exclusive_upper_bound <= 0:
        raise ValueError("Upper bound must be positive.")
    return _sysrand._randbelow(exclusive_upper_bound)


def token_bytes(nbytes=None):
    """Return random bytes.

    Args: nbytes (int or None): how many; None takes DEFAULT_ENTROPY.
    Since: 3.6; Source: secrets. Differs: nothing.
    """
    # Not by randbytes(), which a release that is shown may not have.
    return _rg_os.urandom(DEFAULT_ENTROPY if nbytes is None else nbytes)


def token_hex(nbytes=None):
    """Return random text of two hexadecimal digits for each byte.

    Args: nbytes (int or None): how many random bytes; None takes DEFAULT_ENTROPY.
    Since: 3.6; Source: secrets. Differs: nothing; `str` on 2.7 too.
    """
    return _rg_native_text(base64.b16encode(token_bytes(nbytes)).lower())


def token_urlsafe(nbytes=None):
    """Return random text that can stand in a URL, about 1.3 characters for each byte.

    Args: nbytes (int or None): how many random bytes; None takes DEFAULT_ENTROPY.
    Since: 3.6; Source: secrets. Differs: nothing; `str` on 2.7 too.
    """
    return _rg_native_text(base64.urlsafe_b64encode(token_bytes(nbytes)).rstrip(b"="))


del absolute_import, division, print_function

if _rg_emulated.RELEASE is not None:
    _rg_emulated.present(__name__)
