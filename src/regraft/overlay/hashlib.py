"""Cryptographic digests: the public module.

The work is done by OpenSSL, through `regraft._openssl`; BLAKE2 is the extension's own, as OpenSSL's has none
of its parameters. Of the host's own digest modules (`_md5`, `_sha3` ...) nothing is used, but they are still
what `__get_builtin_constructor` finds.

Source: https://docs.python.org/3.15/library/hashlib.html
"""
from __future__ import absolute_import, division, print_function

from regraft import (
    _behavior as _rg_behavior, _emulated as _rg_emulated, _openssl as _hashlib, policy as _rg_policy,
    randomness as _rg_randomness)
from regraft._compat import PY2 as _RG_PY2, keyword_only as _rg_keyword_only, string_types as _rg_string_types
from regraft._openssl import (  # noqa: F401
    blake2b, blake2s, openssl_md5 as md5, openssl_sha1 as sha1, openssl_sha3_224 as sha3_224,
    openssl_sha3_256 as sha3_256, openssl_sha3_384 as sha3_384, openssl_sha3_512 as sha3_512,
    openssl_sha224 as sha224, openssl_sha256 as sha256, openssl_sha384 as sha384, openssl_sha512 as sha512,
    openssl_shake_128 as shake_128, openssl_shake_256 as shake_256, pbkdf2_hmac, scrypt)

_rg_randomness.provide()
_hashlib.set_hash_warnings(_rg_behavior.HASH_STRING_KEYWORD_IS_DEPRECATED or _rg_policy.IS_NEWEST)

# The digests that 2.7 has always had, in its order, are first.
_RG_GUARANTEED = (
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s",
    "sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake_128", "shake_256")

algorithms_guaranteed = set(_RG_GUARANTEED)
algorithms_available = algorithms_guaranteed.union(_hashlib.list_digests())

__all__ = _RG_GUARANTEED + (
    "new", "algorithms_guaranteed", "algorithms_available", "file_digest", "pbkdf2_hmac", "scrypt")
if _RG_PY2:
    algorithms = _RG_GUARANTEED[:6]
    __all__ += ("algorithms",)

# Where hosts keep their own digests: name, modules and attributes that were ever used for it, newest first.
_RG_BUILTIN = (
    (("md5",), ("_md5",), ("md5", "new")),
    (("sha1",), ("_sha1", "_sha"), ("sha1", "new")),
    (("sha224", "sha256"), ("_sha2", "_sha256"), None),
    (("sha384", "sha512"), ("_sha2", "_sha512"), None),
    (("sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake_128", "shake_256"), ("_sha3",), None),
)

__builtin_constructor_cache = {}

# OpenSSL's BLAKE2 has no parameters, so `new()` does not ask it.
__block_openssl_constructor = {"blake2b", "blake2s"}


def __get_builtin_constructor(name):
    """Return the constructor of a digest that needs no OpenSSL.

    Args: name (str).
    Returns: the host's own constructor; for BLAKE2 this module's.
    Raises: ValueError if the host has none, TypeError if `name` is no text.
    Since: 2.7, private but used by programs and test suites.
    Differs: on 2.7 there is none for SHA-3, as the host has none.
    """
    constructor = __builtin_constructor_cache.get(name)
    if constructor is not None:
        return constructor
    if not isinstance(name, _rg_string_types):
        raise TypeError("name must be a string, not %s" % type(name).__name__)
    if name in __block_openssl_constructor:
        __builtin_constructor_cache.update(blake2b=blake2b, blake2s=blake2s)
        return __builtin_constructor_cache[name]
    for names, modules, attributes in _RG_BUILTIN:
        if name.lower() in names and name in (name.lower(), name.upper()):
            for digest in names:
                found = _rg_find_attribute(modules, attributes or (digest,))
                if found is not None:
                    __builtin_constructor_cache[digest] = found
                    if "_" not in digest:
                        __builtin_constructor_cache[digest.upper()] = found
    try:
        return __builtin_constructor_cache[name]
    except KeyError:
        pass
    raise ValueError("unsupported hash algorithm %s" % (name if isinstance(name, str) else repr(name)))


def _rg_find_attribute(modules, attributes):
    for module in modules:
        try:
            found = __import__(module)
        except ImportError:
            continue
        for attribute in attributes:
            if hasattr(found, attribute):
                return getattr(found, attribute)
    return None


def __hash_new(name, *args, **kwargs):
    """Return a hash object by the name of its digest.

    Args:
        name (str): Python's name, such as "sha3_256", or OpenSSL's.
        data (bytes-like): the first bytes to hash; on 2.7 ASCII text too, and the name `string`.
        usedforsecurity (bool): False also finds digests that a FIPS configuration forbids.
        others: the parameters of BLAKE2.
    Raises: ValueError if there is no such digest.
    Since: 2.5; Source: hashlib, "Constructors".
    Differs: a digest that OpenSSL's configuration keeps back (FIPS, or a provider that is missing) is an error;
        CPython falls back to its own code, which a FIPS configuration meant to forbid.
    """
    if name in __block_openssl_constructor:
        return __get_builtin_constructor(name)(*args, **kwargs)
    try:
        return _hashlib.new(name, *args, **kwargs)
    except _hashlib.UnsupportedDigestmodError:
        if _hashlib.explain_refusal():
            raise
    return __get_builtin_constructor(name)(*args, **kwargs)


new = __hash_new


@_rg_keyword_only("_bufsize")
def file_digest(fileobj, digest, _bufsize=2**18):
    """Hash what a file holds from its position on.

    Args:
        fileobj: open for reading in binary mode, with `readinto()`; a BytesIO is hashed whole.
        digest (str or callable): the name of a digest, or what makes a hash object.
    Returns: the hash object.
    Raises: ValueError if the file is not one, BlockingIOError (IOError on 2.7) if it would block.
    Since: 3.11; Source: hashlib, "File hashing".
    Differs: on 2.7 a `file` must have been opened with "b" in its mode.
    """
    digestobj = new(digest) if isinstance(digest, _rg_string_types) else digest()
    whole = getattr(fileobj, "getbuffer", None) or _rg_whole_of_memory(fileobj)
    if whole is not None:
        digestobj.update(whole())
        return digestobj
    if not (hasattr(fileobj, "readinto") and _rg_reads_bytes(fileobj)):
        raise ValueError("'%r' is not a file-like object in binary reading mode." % (fileobj,))
    buf = bytearray(_bufsize)
    view = memoryview(buf)
    while True:
        size = fileobj.readinto(buf)
        if size is None:
            raise _rg_would_block()
        if size == 0:
            return digestobj
        digestobj.update(view[:size])


if hasattr(file_digest.__code__, "co_posonlyargcount"):
    file_digest.__code__ = file_digest.__code__.replace(co_posonlyargcount=2)


def _rg_would_block():
    import errno
    # Python 3 makes a BlockingIOError of it.
    return IOError(errno.EAGAIN, "I/O operation would block.")


def _rg_whole_of_memory(fileobj):
    # 2.7's BytesIO has no getbuffer().
    return getattr(fileobj, "getvalue", None) if hasattr(fileobj, "readinto") else None


def _rg_reads_bytes(fileobj):
    if hasattr(fileobj, "readable"):
        return fileobj.readable()
    # 2.7's `file`, which has no other way to say.
    mode = getattr(fileobj, "mode", "")
    return "b" in mode and ("r" in mode or "+" in mode)


del absolute_import, division, print_function, __hash_new

if _rg_emulated.RELEASE is not None:
    _rg_emulated.present(__name__)
