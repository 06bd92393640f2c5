"""Keyed hashing (RFC 2104): the public module.

Source: https://docs.python.org/3.15/library/hmac.html
"""
from __future__ import absolute_import, division, print_function

import warnings as _warnings

from regraft import (
    _behavior as _rg_behavior, _emulated as _rg_emulated, _openssl as _hashopenssl, policy as _rg_policy,
    randomness as _rg_randomness)
from regraft._compat import PY2 as _RG_PY2, string_types as _rg_string_types
from regraft._openssl import compare_digest  # noqa: F401

_rg_randomness.provide()

trans_5C = bytes(bytearray(x ^ 0x5C for x in range(256)))
trans_36 = bytes(bytearray(x ^ 0x36 for x in range(256)))

_functype = type(_hashopenssl.openssl_sha256)
if _rg_behavior.HMAC_NAMES_OPENSSL_DIGESTS:
    _openssl_md_meths = _hashopenssl.list_digests()

# What the digests of this module return depends on the one that is used; use HMAC.digest_size.
digest_size = None

if _RG_PY2:
    # HMAC(_secret_backdoor_key) is an empty object, which subclasses written for 2.7 fill in.
    _secret_backdoor_key = []


def _is_shake_constructor(digest_like):
    if isinstance(digest_like, _rg_string_types):
        name = digest_like
    else:
        made = digest_like() if callable(digest_like) else digest_like.new()
        name = getattr(made, "name", None)
        if not isinstance(name, _rg_string_types):
            return False
    return name.startswith(("shake", "SHAKE"))


def _get_digest_constructor(digest_like):
    """Return a callable that makes hash objects, from a name, a callable or a PEP 247 module."""
    if callable(digest_like):
        return digest_like
    if isinstance(digest_like, _rg_string_types):
        import hashlib

        def construct(data=b""):
            return hashlib.new(digest_like, data)
        return construct

    def construct_by_module(data=b""):
        return digest_like.new(data)
    return construct_by_module


def _select_blocksize(obj, default, stacklevel=3):
    """Return the block size that an inner hash object is used with (bytes)."""
    if not hasattr(obj, "block_size"):
        _warnings.warn("No block_size attribute on given digest object; Assuming %d." % default,
                       RuntimeWarning, stacklevel)
        return default
    if obj.block_size < 16:
        _warnings.warn("block_size of %d seems too small; using our default of %d." % (obj.block_size, default),
                       RuntimeWarning, stacklevel)
        return default
    return obj.block_size


class HMAC(_hashopenssl.KeyedHash):
    """The HMAC of a message, by a digest of OpenSSL's or any other.

    Args:
        key (bytes or bytearray); on 2.7 also what else it could be.
        msg (bytes-like; on 2.7 also ASCII text): the first bytes to authenticate.
        digestmod (str, callable or PEP 247 module): the digest.
    Raises: TypeError without a digest, but for 2.7, 3.6 and 3.7, where it is MD5 unless REGRAFT_DEFAULTS=newest.
    Since: 2.2; Source: hmac, RFC 2104.
    Differs: has 2.7's attributes `inner`, `outer` and `digest_cons` too; `__init__` is the extension's and shows
        no parameters on 3.x.
    """

    blocksize = 64  # bytes; of the digests that do not tell theirs

    if _rg_behavior.HMAC_HAS_SLOTS:
        __slots__ = ()

    if _rg_behavior.HMAC_SHOWS_ITS_PARTS:
        _inner = _hashopenssl.KeyedHash.inner
        _outer = _hashopenssl.KeyedHash.outer
        _digest_cons = _hashopenssl.KeyedHash.digest_cons

    def _rg_default_digest(self):
        if _rg_policy.DEFAULTS.hmac_needs_digest:
            raise TypeError("Missing required argument 'digestmod'.")
        if _rg_behavior.HMAC_WARNING_WITHOUT_DIGEST is not None:
            _warnings.warn("HMAC() without an explicit digestmod argument is deprecated since Python 3.4, "
                           "and will be removed in 3.8", _rg_behavior.HMAC_WARNING_WITHOUT_DIGEST, 2)
        return "md5"

    def _rg_take_key(self, key, digestmod):
        if _RG_PY2:
            if key is _secret_backdoor_key:
                return None
            if isinstance(key, buffer):  # noqa: F821  (a built-in of Python 2)
                return bytes(key)
            # A key that is longer than a block is hashed first, and 2.7's hashes take more kinds than bytes.
            if hasattr(key, "__len__"):
                construct = _get_digest_constructor(digestmod)
                size = getattr(construct(), "block_size", 0)
                if len(key) > (size if size >= 16 else self.blocksize):
                    return construct(key).digest()
        raise _rg_wrong_key(key)

    def _init_hmac(self, key, msg, digestmod):
        self._init_openssl_hmac(key, msg, digestmod)

    def _init_openssl_hmac(self, key, msg, digestmod):
        self._hmac = _hashopenssl.hmac_new(key, msg, digestmod)

    def _init_builtin_hmac(self, key, msg, digestmod):
        """Where Python has an HMAC of its own beside OpenSSL's; here there is one for both."""
        self._hmac = _hashopenssl.hmac_new(key, msg, digestmod)

    def _init_old(self, key, msg, digestmod):
        """Put the HMAC together from two hash objects of any kind."""
        digest_cons = _get_digest_constructor(digestmod)
        if _is_shake_constructor(digestmod):
            raise ValueError("unsupported hash algorithm %s" % (digestmod,))
        outer, inner = digest_cons(), digest_cons()
        self.digest_size = inner.digest_size
        blocksize = _select_blocksize(inner, self.blocksize, 4)
        if len(key) > blocksize:
            key = digest_cons(key).digest()
        elif not isinstance(key, (bytes, bytearray)):
            raise _rg_wrong_key(key)
        key = bytes(key).ljust(blocksize, b"\0")
        outer.update(key.translate(trans_5C))
        inner.update(key.translate(trans_36))
        if msg is not None:
            inner.update(msg)
        self._outer, self._inner = outer, inner
        self.digest_cons = digest_cons
        self.block_size = blocksize


def new(key, msg=None, digestmod=""):
    """Return a new HMAC; the arguments are those of `HMAC`.

    Since: 2.2; Source: hmac, `hmac.new`.
    Differs: as `HMAC`.
    """
    return HMAC(key, msg, digestmod)


def digest(key, msg, digest):
    """Return the HMAC of one message (bytes), faster than by an HMAC object.

    Args:
        key (bytes-like; bytes or bytearray for a digest that is not OpenSSL's).
        msg (bytes-like; on 2.7 also ASCII text): the message.
        digest (str, callable or PEP 247 module): the digest.
    Since: 3.7; Source: hmac, `hmac.digest`.
    Differs: on hosts from 3.7 to 3.13 such a digest also hashes a key of another kind, if it is longer than a block.
    """
    try:
        return _hashopenssl.hmac_digest(key, msg, digest)
    except _hashopenssl.UnsupportedDigestmodError:
        pass
    return _compute_digest_fallback(key, msg, digest)


def _compute_digest_fallback(key, msg, digest):
    if not isinstance(key, (bytes, bytearray)) and not (
            _rg_behavior.HMAC_DIGEST_HASHES_LONG_KEYS and hasattr(key, "__len__")):
        raise _rg_wrong_key(key)
    keyed = HMAC.__new__(HMAC)
    keyed._init_old(key, None, digest)
    keyed.update(msg)
    return keyed.digest()


def _rg_wrong_key(key):
    return TypeError("key: expected bytes or bytearray, but got %r" % (type(key).__name__,))


del absolute_import, division, print_function

if _rg_emulated.RELEASE is not None:
    _rg_emulated.present(__name__)
