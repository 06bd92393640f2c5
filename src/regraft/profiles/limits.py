"""What of a release is not emulated, and what is not known of it: data, for people.

A row is (first release, first release without it or None, sentence); docs/profiles.rst and `python -m regraft profiles`
show them.
"""
from __future__ import absolute_import, division, print_function

NOT_EMULATED = (
    ("2.7.0", "2.7.2", "`SSLSocket.connect_ex()` goes through TLS, as since 2.7.2."),
    ("2.7.0", "2.7.3", "CVE-2011-3389: the option that switches the guard of CBC off is not set. Only old versions of"
     " TLS are concerned, and no program can see it."),
    ("2.7.0", "2.7.4", "`SSLSocket.connect_ex()` returns an error number after a time-out, as since 2.7.4; it was None."),
    ("2.7.0", "2.7.5", "A connection whose handshake fails in `SSLSocket.accept()` is closed, as since 2.7.5."),
    ("2.7.0", "2.7.6", "CVE-2013-4238: names in certificates are not cut off at NUL bytes."),
    ("2.7.0", "2.7.7", "Datagram sockets are refused, as since 2.7.7: they sent in clear text what was to be encrypted."),
    ("2.7.0", "2.7.9", "Errors of TLS are plain `SSLError`s without `library` and `reason`, and their text is written as"
     " then, but without the name of the function in OpenSSL: no OpenSSL since 3.0 tells it."),
    ("2.7.0", "2.7.9", "`str()` of an `SSLError` is its text alone, without the number in front."),
    ("2.7.0", "2.7.12", "`recv(0)` and `read(0)` return nothing and negative lengths are a `ValueError`, as since 2.7.12."),
    ("2.7.9", None, "`dir(ssl.SSLContext)` lists names that the release lacked, which are an `AttributeError` all the same."),
    ("2.7.0", "2.7.15", "IP addresses are not sent as server names (SNI). Only a server could tell."),
    ("2.7.0", None, "What the OpenSSL in use cannot do: SSLv2, and in most builds SSLv3, RC4, compression, export ciphers"
     " and NPN. `PROTOCOL_SSLv3` is there if its OpenSSL has it."),
    ("2.7.0", None, "Crashes, leaks, races, and holes inside the implementation (memory, timing) are never emulated."),
    ("2.7.0", None, "`_ssl._SSLContext` and `_ssl._SSLSocket`, which are private, have today's members."),
    ("3.6", None, "What the OpenSSL in use cannot do: SSLv2, and in most builds SSLv3, RC4, compression and NPN."),
    ("3.6", None, "Crashes, leaks, races, and holes inside the implementation (memory, timing) are never emulated."),
    ("3.6", None, "Private names have today's members, and `random` is the host's: what a newer release added to it is not"
     " brought to an older host, and seeded sequences are the host's."),
    ("3.6", None, "`dir(ssl.SSLContext)` lists names that the release lacked, which are an `AttributeError` all the same."),
    ("3.6", "3.12", "What `random` did and the host's does no more: `sample()` of sets (refused since 3.11), `randrange()` of floats"
     " (since 3.12), the `ValueError` of `getrandbits(0)` (until 3.8)."),
    ("3.6", "3.14", "`hashlib.blake2b` and `blake2s` take `data`, `string` and `usedforsecurity` by name, as in 3.15."),
    ("3.6", "3.9", "SHA-3 and SHAKE are functions, as since 3.9, and no classes."),
)

UNCONFIRMED = (
    ("2.7.0", "2.7.2", "That `ssl.socket_error`, `ssl.errno` and `ssl._delegate_methods` were names of `ssl` already:"
     " 2.7.8 has them, and no source says since when."),
    ("2.7.3", "2.7.9", "That the list of default ciphers was the same in each of these releases: the one of 2.7.8 is used."),
    ("2.7.9", "2.7.16", "The order in which `create_default_context()` set its options; which it set is known."),
    ("3.14.0", "3.14.10", "Whether the hash constructors of 3.14.0 took `data` by name already, as those of 3.14.10 do."),
    ("3.6.0", "3.9", "Which maintenance releases of 3.6 and 3.7 had TLS 1.3's post-handshake authentication first."),
)


def select(table, release):
    """Return the sentences of a table that are about a release (list of str).

    Args: table (tuple); release (tuple of int).
    """
    from regraft import features

    found = []
    for first, end, sentence in table:
        first = features.parse_release(first)
        if first[0] == release[0] and first <= release and (end is None or release < features.parse_release(end)):
            found.append(sentence)
    return found
