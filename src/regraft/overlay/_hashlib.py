"""The names of CPython's `_hashlib`, handed on from the extension."""
from __future__ import absolute_import, division, print_function

from regraft import _emulated as _rg_emulated
from regraft._openssl import (  # noqa: F401
    HASH, HASHXOF, HMAC, UnsupportedDigestmodError, _constructors, _GIL_MINSIZE, compare_digest, get_fips_mode,
    hmac_digest, hmac_new, list_digests, new, openssl_md5, openssl_sha1, openssl_sha3_224,
    openssl_sha3_256, openssl_sha3_384, openssl_sha3_512, openssl_sha224, openssl_sha256, openssl_sha384,
    openssl_sha512, openssl_shake_128, openssl_shake_256, pbkdf2_hmac, scrypt)

# Asked for here: `ssl`, for which the extension may be there, needs no digests.
openssl_md_meth_names = list_digests()

del list_digests, absolute_import, division, print_function

if _rg_emulated.RELEASE is not None:
    _rg_emulated.present(__name__)
