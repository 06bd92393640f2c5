"""The names of CPython's `_ssl`, handed on from the extension.

2.7's `socket` imports this module, so it must not import `socket`.
"""
from __future__ import absolute_import, division, print_function

from regraft import _emulated as _rg_emulated, _openssl, policy, randomness
from regraft._behavior import HAS_PSEUDO_BYTES, HAS_SSLWRAP as _rg_has_sslwrap
from regraft._compat import integer_types

# Before the names are taken: the first makes some of them, the second decides `_DEFAULT_CIPHERS`.
vars(_openssl).update(_openssl.serve_tls())
policy.configure(_openssl)
policy.describe_host(_openssl)

from regraft._openssl import (  # noqa: E402,F401
    Certificate, MemoryBIO, OPENSSL_VERSION, OPENSSL_VERSION_INFO, RAND_add, RAND_bytes, RAND_status,
    SSLCertVerificationError, SSLEOFError, SSLError, SSLSession, SSLSyscallError, SSLWantReadError,
    SSLWantWriteError, SSLZeroReturnError, _DEFAULT_CIPHERS, _OPENSSL_API_VERSION, _SSLContext, _SSLSocket,
    _test_decode_cert, err_codes_to_names, err_names_to_codes, get_default_verify_paths, get_sigalgs,
    lib_codes_to_names, nid2obj, txt2obj)

if HAS_PSEUDO_BYTES:
    from regraft._openssl import RAND_pseudo_bytes  # noqa: F401
if _rg_has_sslwrap:
    from regraft.sslparts.legacy import ModuleWithSslwrap as _rg_Module, SSLType  # noqa: F401

# Constants: what there is depends on the OpenSSL that the extension was built with.
globals().update((name, value) for name, value in vars(_openssl).items()
                 if name[0].isupper() and isinstance(value, integer_types))

randomness.provide()

del HAS_PSEUDO_BYTES, _openssl, absolute_import, division, integer_types, policy, print_function, randomness

if _rg_has_sslwrap:
    _rg_Module.replace(__name__)

if _rg_emulated.RELEASE is not None:
    _rg_emulated.present(__name__)
