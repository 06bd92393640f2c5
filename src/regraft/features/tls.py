"""Rows of the registry: contexts, and the versions of TLS."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "contexts",
        "title": "contexts, with safe settings by default (SSLContext, create_default_context)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLContext", "ssl.create_default_context", "ssl.Purpose", "ssl.Options", "ssl.VerifyMode",
            "ssl.CERT_NONE", "ssl.CERT_OPTIONAL", "ssl.CERT_REQUIRED", "ssl.SSLContext.options",
            "ssl.SSLContext.protocol", "ssl.SSLContext.verify_mode", "ssl.SSLContext.wrap_socket",
            "ssl.SSLContext.set_ciphers", "ssl.SSLContext.session_stats", "ssl.SSLSocket.context",
            "ssl.SSLObject.context",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A program that states no setting at all gets a verified peer, a checked name and no broken "
            "protocol."),
        "beyond": (
            "What libraries share as a context is set right once, in one place, by whoever keeps Python up to "
            "date."),
        "sources": ["bpo-21308", "PEP 466", "bpo-8550 (SSLContext, 3.2)", "bpo-19689 (create_default_context, 3.4)"],
        "detect": """\
import ssl
available = hasattr(ssl, "create_default_context")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()  # in place of ssl.wrap_socket(), which verifies nothing
""",
        "relax": None,
        "default": """\
import ssl
default = ssl.get_protocol_name(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).protocol)
""",
        "without": {
            "relax": "Each setting of a context is weakened by the row that it has here.",
        },
    },
    {
        "name": "secure-options",
        "title": "safe options in contexts that are made bare (SSLContext)",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.16", "first_3": ["3.6"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A context that was made without create_default_context() has no broken protocols, compression "
            "or MD5 either."),
        "beyond": "A server that lets each client choose ends with the weakest cipher that any client prefers.",
        "sources": ["bpo-28043"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "SSLContext"):
    context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23))
    available = bool(context.options & ssl.OP_CIPHER_SERVER_PREFERENCE)
""",
        "harden": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # it is servers that choose
context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_COMPRESSION
""",
        "relax": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE  # clients with slow AES choose for themselves
""",
        "default": """\
import ssl
protocol = getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23)
default = bool(ssl.SSLContext(protocol).options & ssl.OP_CIPHER_SERVER_PREFERENCE)
""",
        "without": {},
    },
    {
        "name": "protocol-tls",
        "title": "one protocol for the newest version that both sides speak (PROTOCOL_TLS)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.PROTOCOL_TLS", "ssl.PROTOCOL_SSLv23"],
        "first_2_7": "2.7.13", "first_3": ["3.6"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "No version is pinned, so a connection is not kept at an old one when both sides can do better.",
        "beyond": "Pinned versions keep old protocols alive on servers long after they were broken.",
        "sources": ["ssl documentation, PROTOCOL_TLS", "RFC 9325, section 3.1"],
        "detect": """\
import ssl
available = hasattr(ssl, "PROTOCOL_TLS")
""",
        "harden": """\
import ssl
# In settings that named PROTOCOL_TLSv1_2 or its kind; PROTOCOL_TLS_CLIENT says the side, too.
protocol = ssl.PROTOCOL_TLS
""",
        "relax": None,
        "default": """\
import ssl
default = ssl.get_protocol_name(ssl.PROTOCOL_SSLv23)
""",
        "without": {
            "relax": "For a peer that fails at one version a context leaves that one out; see the row tls-1-3.",
        },
    },
    {
        "name": "protocol-sides",
        "title": "contexts of one side (PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.PROTOCOL_TLS_CLIENT", "ssl.PROTOCOL_TLS_SERVER"],
        "first_2_7": None, "first_3": ["3.6"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A client's context verifies from the start, and cannot be used by mistake as a server's, or the "
            "other way."),
        "beyond": "Code that only forgot to switch verification on is no longer open to whoever sits between.",
        "sources": ["ssl documentation, PROTOCOL_TLS_CLIENT"],
        "detect": """\
import ssl
available = hasattr(ssl, "PROTOCOL_TLS_CLIENT")
""",
        "harden": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_default_certs()
""",
        "relax": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)  # either side; verifies only as told below
context.verify_mode = ssl.CERT_REQUIRED
context.check_hostname = True  # of clients; without this line it can serve too, and checks no name
context.load_default_certs()
""",
        "default": """\
import ssl
default = ssl.get_protocol_name(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).protocol)
""",
        "without": {},
    },
    {
        "name": "one-sided-contexts",
        "title": "default contexts of one side",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": None, "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "The context that create_default_context() makes for a client cannot serve, nor the one for a "
            "server connect."),
        "beyond": "A server whose context is handed to a client by mistake would connect without verifying anybody.",
        "sources": ["bpo-43880", "ssl documentation, create_default_context"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "PROTOCOL_TLS_SERVER"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    available = context.protocol == ssl.PROTOCOL_TLS_SERVER
""",
        "harden": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
""",
        "relax": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)  # either side; checks no host name
context.verify_mode = ssl.CERT_REQUIRED
""",
        "default": """\
import ssl
default = ssl.get_protocol_name(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).protocol)
""",
        "without": {},
    },
    {
        "name": "version-flags",
        "title": "flags for the versions that the library speaks (HAS_TLSv1_2 and its kind)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.HAS_SSLv2", "ssl.HAS_SSLv3", "ssl.HAS_TLSv1", "ssl.HAS_TLSv1_1", "ssl.HAS_TLSv1_2"],
        "first_2_7": None, "first_3": ["3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A program learns what the library can do without trying it and without guessing from version "
            "numbers."),
        "beyond": (
            "Guesses from version numbers are how programs stay at old protocols on systems that have new "
            "ones."),
        "sources": ["bpo-31453", "ssl documentation, HAS_TLSv1_2"],
        "detect": """\
import ssl
available = hasattr(ssl, "HAS_TLSv1_2")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.minimum_version = ssl.TLSVersion.TLSv1_3 if ssl.HAS_TLSv1_3 else ssl.TLSVersion.TLSv1_2
""",
        "relax": None,
        "default": """\
import ssl
versions = ["SSLv2", "SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"]
default = [each for each in versions if getattr(ssl, "HAS_" + each)]
""",
        "without": {
            "relax": "A flag only tells what is there.",
        },
    },
    {
        "name": "tls-1-2",
        "title": "TLS 1.2, and switching older versions off",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.PROTOCOL_TLSv1", "ssl.PROTOCOL_TLSv1_1", "ssl.PROTOCOL_TLSv1_2", "ssl.OP_NO_TLSv1",
            "ssl.OP_NO_TLSv1_1", "ssl.OP_NO_TLSv1_2", "ssl.TLSVersion.TLSv1_2",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.0.1", "openssl_fixed": None, "capabilities": ["TLSv1_2"],
        "cves": [],
        "defends": "Older versions rest on MD5, SHA-1 and CBC as TLS 1.0 has it; TLS 1.2 has ciphers that are sound.",
        "beyond": "Servers can switch the old versions off only when their clients have a newer one.",
        "sources": ["bpo-21308", "bpo-16692 (3.4)", "RFC 8996"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_NO_TLSv1_2") and getattr(ssl, "HAS_TLSv1_2", True)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if hasattr(context, "minimum_version"):
    context.minimum_version = ssl.TLSVersion.TLSv1_2
else:
    context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
if hasattr(context, "minimum_version"):
    context.minimum_version = ssl.TLSVersion.TLSv1_1
else:
    context.options &= ~ssl.OP_NO_TLSv1_1
try:
    # OpenSSL 3 signs no TLS 1.1 above level 0, which takes short keys and SHA-1 as well.
    context.set_ciphers("HIGH:!aNULL:!MD5:!3DES:@SECLEVEL=0")
except ssl.SSLError:
    pass  # this OpenSSL has no levels
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = not context.options & ssl.OP_NO_TLSv1_2
if default and hasattr(context, "maximum_version"):  # openssl.cnf sets it, too
    newest = ("MAXIMUM_SUPPORTED", "TLSv1_3", "TLSv1_2")
    default = context.maximum_version.name in newest and context.minimum_version.name != "TLSv1_3"
""",
        "without": {},
    },
    {
        "name": "tls-1-3",
        "title": "TLS 1.3",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.HAS_TLSv1_3", "ssl.OP_NO_TLSv1_3", "ssl.TLSVersion.TLSv1_3"],
        "first_2_7": "2.7.15", "first_3": ["3.6.3", "3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": ["TLSv1_3"],
        "cves": [],
        "defends": (
            "Each connection has forward secrecy, and the certificates in the handshake are not seen on the "
            "wire."),
        "beyond": "What is recorded today stays unread when a server's key is stolen later.",
        "sources": ["bpo-29136", "RFC 8446"],
        "detect": """\
import ssl
available = bool(getattr(ssl, "HAS_TLSv1_3", False))
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if hasattr(context, "minimum_version"):
    context.minimum_version = ssl.TLSVersion.TLSv1_3
else:
    context.options &= ~ssl.OP_NO_TLSv1_3
    context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1_2
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
if hasattr(context, "maximum_version"):
    context.maximum_version = ssl.TLSVersion.TLSv1_2
else:
    context.options |= ssl.OP_NO_TLSv1_3
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = not context.options & ssl.OP_NO_TLSv1_3
if default and hasattr(context, "maximum_version"):  # openssl.cnf sets it, too
    default = context.maximum_version in (ssl.TLSVersion.MAXIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_3)
""",
        "without": {},
    },
    {
        "name": "middlebox-compat",
        "title": "TLS 1.3 through boxes that know only TLS 1.2 (OP_ENABLE_MIDDLEBOX_COMPAT)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OP_ENABLE_MIDDLEBOX_COMPAT"],
        "first_2_7": "2.7.16", "first_3": ["3.6.15", "3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": ["Which maintenance release of 3.6 had it first: 3.6.15 has it."],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": ["TLSv1_3"],
        "cves": [],
        "defends": "A box on the way that drops what it does not know is no reason to switch TLS 1.3 off.",
        "beyond": "Each program that falls back to TLS 1.2 because of such boxes keeps servers from leaving it.",
        "sources": ["bpo-32947", "RFC 8446, appendix D.4"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_ENABLE_MIDDLEBOX_COMPAT")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_ENABLE_MIDDLEBOX_COMPAT
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_ENABLE_MIDDLEBOX_COMPAT  # weakens nothing; saves a few bytes
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.options & ssl.OP_ENABLE_MIDDLEBOX_COMPAT)
""",
        "without": {},
    },
    {
        "name": "minimum-version",
        "title": "oldest and newest version of a context (minimum_version)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.TLSVersion", "ssl.TLSVersion.MINIMUM_SUPPORTED", "ssl.TLSVersion.MAXIMUM_SUPPORTED",
            "ssl.TLSVersion.TLSv1", "ssl.TLSVersion.TLSv1_1", "ssl.SSLContext.minimum_version",
            "ssl.SSLContext.maximum_version",
        ],
        "first_2_7": None, "first_3": ["3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.0", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "One setting shuts out every version below it, those included that nobody thought of excluding.",
        "beyond": "Who excludes versions one by one leaves a gap with each that is added, and peers fall into it.",
        "sources": ["bpo-31453", "ssl documentation, SSLContext.minimum_version", "RFC 9325, section 3.1.1"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "minimum_version")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.minimum_version = ssl.TLSVersion.TLSv1_2
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.minimum_version = ssl.TLSVersion.TLSv1
try:
    # OpenSSL 3 signs no TLS 1.0 above level 0, which takes short keys and SHA-1 as well.
    context.set_ciphers("HIGH:!aNULL:!MD5:!3DES:@SECLEVEL=0")
except ssl.SSLError:
    pass  # this OpenSSL has no levels
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.minimum_version.name
""",
        "without": {},
    },
    {
        "name": "minimum-tls-1-2",
        "title": "TLS 1.2 as the oldest version by default",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": None, "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": ["TLSv1_2"],
        "cves": [],
        "defends": "Nobody on the way can bring a connection down to TLS 1.0 or 1.1.",
        "beyond": "A server that allows them hands attackers whichever of its clients still speak them.",
        "sources": ["bpo-43998", "What's New in Python 3.10", "RFC 8996"],
        "detect": """\
import ssl
available = False
if hasattr(getattr(ssl, "SSLContext", None), "minimum_version"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    available = context.minimum_version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if hasattr(context, "minimum_version"):
    context.minimum_version = ssl.TLSVersion.TLSv1_2
else:
    context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.minimum_version = ssl.TLSVersion.TLSv1_1
try:
    # OpenSSL 3 signs no TLS 1.1 above level 0, which takes short keys and SHA-1 as well.
    context.set_ciphers("HIGH:!aNULL:!MD5:!3DES:@SECLEVEL=0")
except ssl.SSLError:
    pass  # this OpenSSL has no levels
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.minimum_version.name
""",
        "without": {},
    },
]
