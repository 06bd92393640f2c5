"""Named facts about the interpreter that runs us. Everybody else asks these and never a version.

Each fact is what programs written for this host rely on (rule 1 of precedence, docs/defaults.rst), so
none of them changes with `REGRAFT_DEFAULTS`.
"""
from __future__ import absolute_import, division, print_function

import sys

from regraft import _emulated
from regraft._compat import PY2

# The release itself: what the stock modules of this interpreter have is asked by it where nothing shows it. Under
# `regraft.profiles`, which loads this module anew, it is the one that is emulated.
HOST_RELEASE = _emulated.RELEASE or tuple(sys.version_info[:3])

_HOST = HOST_RELEASE[:2]

# The release series whose defaults are this host's: a key of `policy`'s table.
HOST_SERIES = _HOST

# `socket.socket` is a Python object around a `_socket.socket` in `_sock`, which wrapping shares with the
# unwrapped socket; on Python 3 it is the C object itself, and wrapping takes its descriptor away.
SOCKETS_SHARE_THEIR_DESCRIPTOR = PY2

# A non-blocking `send()` that would block returns 0 (3.5 and later raise: https://bugs.python.org/issue20951).
SEND_RETURNS_ZERO_WHEN_BLOCKED = PY2

# `SSLSocket.sendall()` returns the number of bytes, which a plain socket's never did.
SENDALL_RETURNS_THE_SIZE = PY2

# A client's `shared_ciphers()` lists what it offers, from the start (3.10 and later: None, for only a server knows).
CLIENTS_LIST_SHARED_CIPHERS = (3, 6) <= _HOST < (3, 10)

# Contexts of PROTOCOL_TLS_SERVER make clients and those of PROTOCOL_TLS_CLIENT servers; these cannot shake hands.
CONTEXTS_MAKE_EITHER_SIDE = (3, 6) <= _HOST < (3, 10)

# `ssl.wrap_socket()`, `ssl.match_hostname()` and `ssl.RAND_pseudo_bytes()` are there; 3.12 removed them.
HAS_MODULE_LEVEL_WRAPPING = _HOST < (3, 12)
HAS_PSEUDO_BYTES = (3, 3) <= _HOST < (3, 12)

# `_ssl.sslwrap()` and `_ssl.SSLType` are there, which 2.7 had up to 2.7.8.
HAS_SSLWRAP = PY2

# `match_hostname` takes "f*.example" for a pattern (3.7 and later only whole labels: https://bugs.python.org/issue31399).
NAMES_MATCH_PARTIAL_WILDCARDS = _HOST < (3, 7)

# `SSLSocket(sock, ...)` and `SSLObject(connection, ...)` may be called directly (3.7 and later: TypeError, https://bugs.python.org/issue32951).
SOCKET_HAS_PUBLIC_CONSTRUCTOR = _HOST < (3, 7)

# `str()` of a `CertificateError` with one argument is that, as it was no `SSLError` yet.
CERTIFICATE_ERROR_SAYS_ITS_TEXT = _HOST < (3, 7)

# A negative number of options counts as its 32 bits (3.12 and later raise).
OPTIONS_MAY_BE_NEGATIVE = _HOST < (3, 12)

# `SSLContext.__init__` takes the protocol; 3.7 and later have only `__new__`.
CONTEXT_HAS_CONSTRUCTOR = _HOST < (3, 7)

# `create_default_context()` and its kind take everything by position.
DEFAULT_CONTEXTS_TAKE_POSITIONAL = PY2

# The text given to a hash may be `unicode`, if it is ASCII.
HASHES_TAKE_TEXT = PY2

# The callback of `set_servername_callback()` gets the decoded name as `unicode`, not the A-label.
SERVERNAME_IS_DECODED = PY2

# PEP 493: PYTHONHTTPSVERIFY and `_https_verify_certificates()`.
HTTPS_VERIFICATION_IS_CONFIGURABLE = PY2

# `_create_unverified_context()` sets CERT_NONE even if the protocol brings verification with it.
UNVERIFIED_CONTEXT_SETS_VERIFY_MODE = _HOST >= (3, 7)

# `ssl._PROTOCOL_NAMES` lists PROTOCOL_TLS_CLIENT and PROTOCOL_TLS_SERVER.
PROTOCOL_NAMES_HAVE_SIDES = not PY2

# `hmac.HMAC` works by two hash objects, which callers may look at; 3.10 hid them.
HMAC_SHOWS_ITS_PARTS = _HOST < (3, 10)

# Instances of `hmac.HMAC` take no attributes of the caller's.
HMAC_HAS_SLOTS = _HOST >= (3, 9)

# What `hmac.new()` without `digestmod` warns with where it means MD5 (policy says where).
HMAC_WARNING_WITHOUT_DIGEST = {(3, 6): PendingDeprecationWarning, (3, 7): DeprecationWarning}.get(_HOST)

# The keyword `string` of the hash constructors gives a DeprecationWarning.
HASH_STRING_KEYWORD_IS_DEPRECATED = _HOST >= (3, 15)

# `hmac.digest()` with a digest that is not OpenSSL's takes a key of any kind that can be hashed, if it is longer than a
# block; 3.15 wants bytes or bytearray.
HMAC_DIGEST_HASHES_LONG_KEYS = (3, 7) <= _HOST < (3, 14)

# `hmac._openssl_md_meths` is there, and 3.8's and 3.9's own tests replace it.
HMAC_NAMES_OPENSSL_DIGESTS = (3, 6) <= _HOST < (3, 10)
