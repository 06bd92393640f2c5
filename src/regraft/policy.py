"""The defaults of TLS contexts: the host release's, or with REGRAFT_DEFAULTS=newest those of the newest Python.

`REGRAFT_DEFAULTS` is read once, at the first import of `ssl` or one of its kind. docs/defaults.rst is the table
below in words, and a test holds the two together.
"""
from __future__ import absolute_import, division, print_function

import os

from regraft import _behavior, _emulated

VARIABLE = "REGRAFT_DEFAULTS"
HOST = "host"
NEWEST = "newest"

_CIPHERS_OF_2_7 = (
    "TLS13-AES-256-GCM-SHA384:TLS13-CHACHA20-POLY1305-SHA256:TLS13-AES-128-GCM-SHA256:"
    "ECDH+AESGCM:ECDH+CHACHA20:DH+AESGCM:DH+CHACHA20:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:"
    "ECDH+HIGH:DH+HIGH:RSA+AESGCM:RSA+AES:RSA+HIGH:!aNULL:!eNULL:!MD5:")
_CIPHERS_OF_3_7 = "DEFAULT:!aNULL:!eNULL:!MD5:!3DES:!DES:!RC4:!IDEA:!SEED:!aDSS:!SRP:!PSK"
_CIPHERS_OF_3_10 = "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM"

_TLS_1_2 = 0x0303


class Defaults(object):
    """The defaults of one release series.

    Attributes:
        ciphers (str): cipher list of every context, in OpenSSL's language, TLS 1.2 and older.
        server_ciphers (str): the one of `create_default_context(Purpose.CLIENT_AUTH)`.
        minimum_version (int or None): wire number of the oldest TLS version of contexts
            that are not pinned to one; None leaves OpenSSL's.
        security_level (int or None): OpenSSL's security level; None leaves OpenSSL's.
        strict_x509 (bool): default contexts set VERIFY_X509_STRICT and VERIFY_X509_PARTIAL_CHAIN.
        one_sided (bool): default contexts are PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER, not PROTOCOL_TLS.
        keylog_from_environment (bool): default contexts honour SSLKEYLOGFILE.
        ignores_missing_close_notify (bool): contexts start with OP_IGNORE_UNEXPECTED_EOF.
        warns_of_old_tls (bool): old protocols and options give a DeprecationWarning.
        hmac_needs_digest (bool): `hmac.new()` without `digestmod` is a TypeError.
    """

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


def _row(base=None, **changes):
    values = dict(vars(base)) if base is not None else {}
    values.update(changes)
    return Defaults(**values)


_2_7 = _row(
    ciphers=_CIPHERS_OF_2_7 + "!3DES", server_ciphers=_CIPHERS_OF_2_7 + "!DSS:!RC4:!3DES",
    minimum_version=None, security_level=None, strict_x509=False, one_sided=False,
    keylog_from_environment=False, ignores_missing_close_notify=False, warns_of_old_tls=False,
    hmac_needs_digest=False)
_3_7 = _row(_2_7, ciphers=_CIPHERS_OF_3_7, server_ciphers=_CIPHERS_OF_3_7)
_3_8 = _row(_3_7, keylog_from_environment=True, ignores_missing_close_notify=True, hmac_needs_digest=True)
_3_10 = _row(
    _3_8, ciphers=_CIPHERS_OF_3_10, server_ciphers=_CIPHERS_OF_3_10, minimum_version=_TLS_1_2,
    security_level=2, one_sided=True, ignores_missing_close_notify=False, warns_of_old_tls=True)
_3_13 = _row(_3_10, strict_x509=True)

# First series of each row, oldest first; a series between two has the row before it.
TABLE = [((2, 7), _2_7), ((3, 7), _3_7), ((3, 8), _3_8), ((3, 10), _3_10), ((3, 13), _3_13)]


def defaults_of(series):
    """Return the `Defaults` of a release series.

    Args: series ((int, int)), such as (3, 9).
    """
    return [row for first, row in TABLE if first <= series][-1]


def _choose():
    choice = os.environ.get(VARIABLE, "") or HOST
    if choice not in (HOST, NEWEST):
        # Going on with the host's defaults might be weaker than what was meant.
        raise ImportError("%s is %r; use %r (the defaults of this Python release) or %r (those of the newest)"
                          % (VARIABLE, choice, HOST, NEWEST))
    return choice


CHOICE = _choose()
# A release that is emulated has its own.
IS_NEWEST = CHOICE == NEWEST and _emulated.RELEASE is None
DEFAULTS = TABLE[-1][1] if IS_NEWEST else defaults_of(_behavior.HOST_SERIES)


def configure(extension):
    """Give the extension the defaults in force, for every context it makes from now on.

    Args: extension (module), `regraft._openssl`.
    """
    ignore_eof = getattr(extension, "OP_IGNORE_UNEXPECTED_EOF", 0)
    extension.set_context_defaults(
        ciphers=DEFAULTS.ciphers, minimum_version=DEFAULTS.minimum_version,
        security_level=DEFAULTS.security_level,
        options_set=ignore_eof if DEFAULTS.ignores_missing_close_notify else 0,
        warn_deprecated=DEFAULTS.warns_of_old_tls)


def describe_host(extension):
    """Tell the extension what programs of this host rely on, whatever the defaults.

    Args: extension (module), `regraft._openssl`.
    """
    extension.set_host_behavior(
        clients_list_ciphers=_behavior.CLIENTS_LIST_SHARED_CIPHERS, either_side=_behavior.CONTEXTS_MAKE_EITHER_SIDE)
