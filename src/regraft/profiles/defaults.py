"""What contexts and sockets of each release of 2.7 started with, in the words of `regraft.policy`: data.

Sources: snapshots/maintenance-releases.md names the releases that changed something; the lists of ciphers are those of
the releases' `ssl._DEFAULT_CIPHERS` and `ssl._RESTRICTED_SERVER_CIPHERS`.
"""
from __future__ import absolute_import, division, print_function

from regraft import policy

_OF_2_7_9 = ("ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:ECDH+HIGH:DH+HIGH:ECDH+3DES:DH+3DES:"
             "RSA+AESGCM:RSA+AES:RSA+HIGH:RSA+3DES:")
_OF_2_7_13 = ("ECDH+AESGCM:ECDH+CHACHA20:DH+AESGCM:DH+CHACHA20:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:ECDH+HIGH:"
              "DH+HIGH:RSA+AESGCM:RSA+AES:RSA+HIGH:!aNULL:!eNULL:!MD5:")

# (first release, ciphers, ciphers of servers' default contexts). None: that of OpenSSL.
CIPHERS = (
    ((2, 7, 0), None, None),
    ((2, 7, 3), "DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2", None),
    ((2, 7, 9), _OF_2_7_9 + "ECDH+RC4:DH+RC4:RSA+RC4:!aNULL:!eNULL:!MD5",
     _OF_2_7_9 + "!aNULL:!eNULL:!MD5:!DSS:!RC4"),
    ((2, 7, 10), _OF_2_7_9 + "!aNULL:!eNULL:!MD5", _OF_2_7_9 + "!aNULL:!eNULL:!MD5:!DSS:!RC4"),
    ((2, 7, 13), _OF_2_7_13 + "!3DES", _OF_2_7_13 + "!DSS:!RC4:!3DES"),
)
# From here on the row of `policy` holds.
AS_POLICY = (2, 7, 15)

# The first release that can be built with an OpenSSL that has security levels, and forbids old versions by itself
# (1.1.0: bpo-26470). What came before knows no such thing, and spoke with whoever OpenSSL 0.9.8 to 1.0.2 spoke with.
WITH_SECURITY_LEVELS = (2, 7, 13)


def of_release(release):
    """Return the `policy.Defaults` of a release of 2.7.

    Args: release (tuple of int).
    """
    values = dict(vars(policy.defaults_of((2, 7))))
    if release < AS_POLICY:
        _, ciphers, server_ciphers = [row for row in CIPHERS if row[0] <= release][-1]
        values.update(ciphers=ciphers, server_ciphers=server_ciphers or ciphers)
    if release < WITH_SECURITY_LEVELS:
        values.update(security_level=0, minimum_version=_oldest())
    return policy.Defaults(**values)


def _oldest():
    """Return the number of the oldest version of TLS or SSL that the OpenSSL in use has."""
    from regraft import _openssl

    found = dict((name, getattr(_openssl, "HAS_" + name, False)) for name in ("SSLv3", "TLSv1", "TLSv1_1"))
    return 0x0300 if found["SSLv3"] else 0x0301 if found["TLSv1"] else 0x0302 if found["TLSv1_1"] else 0x0303
