"""Rows of the registry: names and protocols in the handshake, connections and their errors."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "sni",
        "title": "telling the server which host is asked for (SNI)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.HAS_SNI", "ssl.SSLSocket.server_hostname", "ssl.SSLObject.server_hostname"],
        "first_2_7": "2.7.9", "first_3": ["3.2"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": ["SNI"],
        "cves": [],
        "defends": (
            "The server shows the certificate of the host that was asked for, so that checking it can "
            "succeed."),
        "beyond": (
            "Hosts that share an address can be verified only this way; clients without it make people switch "
            "checking off."),
        "sources": ["bpo-21308", "bpo-5639 (3.2)", "RFC 6066, section 3"],
        "detect": """\
import ssl
available = bool(getattr(ssl, "HAS_SNI", False))
""",
        "harden": """\
import socket
import ssl
context = ssl.create_default_context()
connection = context.wrap_socket(socket.socket(), server_hostname="example.org")
connection.close()  # instead: connection.connect(("example.org", 443))
""",
        "relax": """\
import socket
import ssl
context = ssl.create_default_context()
context.check_hostname = False  # compare connection.getpeercert() with the name yourself
connection = context.wrap_socket(socket.socket())  # sends no name
connection.close()
""",
        "default": None,
        "without": {
            "default": "The name that is given as server_hostname is sent; there is no other setting.",
        },
    },
    {
        "name": "no-addresses-in-sni",
        "title": "keeping IP addresses out of SNI",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.15", "first_3": ["3.6.5", "3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A server that refuses an address as its name, as RFC 6066 tells it to, does not end the "
            "connection."),
        "beyond": "Clients that fail at strict servers keep servers from being strict.",
        "sources": ["bpo-32185", "RFC 6066, section 3"],
        "detect": None,
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "detect": "Only the bytes of a handshake show it.",
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "servername-callback",
        "title": "choosing by the host that is asked for (set_servername_callback)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLContext.set_servername_callback", "ssl.AlertDescription", "ssl.ALERT_DESCRIPTION_ACCESS_DENIED",
            "ssl.ALERT_DESCRIPTION_BAD_CERTIFICATE", "ssl.ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE",
            "ssl.ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE", "ssl.ALERT_DESCRIPTION_BAD_RECORD_MAC",
            "ssl.ALERT_DESCRIPTION_CERTIFICATE_EXPIRED", "ssl.ALERT_DESCRIPTION_CERTIFICATE_REVOKED",
            "ssl.ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN", "ssl.ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE",
            "ssl.ALERT_DESCRIPTION_CLOSE_NOTIFY", "ssl.ALERT_DESCRIPTION_DECODE_ERROR",
            "ssl.ALERT_DESCRIPTION_DECOMPRESSION_FAILURE", "ssl.ALERT_DESCRIPTION_DECRYPT_ERROR",
            "ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE", "ssl.ALERT_DESCRIPTION_ILLEGAL_PARAMETER",
            "ssl.ALERT_DESCRIPTION_INSUFFICIENT_SECURITY", "ssl.ALERT_DESCRIPTION_INTERNAL_ERROR",
            "ssl.ALERT_DESCRIPTION_NO_RENEGOTIATION", "ssl.ALERT_DESCRIPTION_PROTOCOL_VERSION",
            "ssl.ALERT_DESCRIPTION_RECORD_OVERFLOW", "ssl.ALERT_DESCRIPTION_UNEXPECTED_MESSAGE",
            "ssl.ALERT_DESCRIPTION_UNKNOWN_CA", "ssl.ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY",
            "ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME", "ssl.ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE",
            "ssl.ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION", "ssl.ALERT_DESCRIPTION_USER_CANCELLED",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A server of many hosts shows each its own certificate, and refuses names that are not its own.",
        "beyond": (
            "Without it servers put strangers' hosts into one certificate, or show one that clients must not "
            "accept."),
        "sources": ["bpo-21308", "bpo-8109 (3.4)", "RFC 6066, section 3"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "set_servername_callback")
""",
        "harden": """\
import ssl
contexts = {"example.org": ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)}
def choose(connection, name, context):
    if name not in contexts:
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    connection.context = contexts[name]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.set_servername_callback(choose)
""",
        "relax": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.set_servername_callback(None)  # one certificate, whatever name is asked for
""",
        "default": None,
        "without": {
            "default": "Contexts have no callback until one is set.",
        },
    },
    {
        "name": "sni-callback",
        "title": "the callback for SNI as a setting that can be read (sni_callback)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.sni_callback"],
        "first_2_7": None, "first_3": ["3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "Names come as the client sent them, so two that decode to the same text are not taken for one.",
        "beyond": "A host name that is decoded differently by two programs is a way into what one of them guards.",
        "sources": ["bpo-28414", "ssl documentation, SSLContext.sni_callback"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "sni_callback")
""",
        "harden": """\
import ssl
def refuse_unknown(connection, name, context):
    if name != "example.org":
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
if context.sni_callback is None:  # fails where there is no such setting; assigning would not
    context.sni_callback = refuse_unknown
""",
        "relax": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.sni_callback = None
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.sni_callback
""",
        "without": {},
    },
    {
        "name": "connection-classes",
        "title": "naming one's own classes of connections (sslsocket_class)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.sslsocket_class", "ssl.SSLContext.sslobject_class", "ssl.SSLSocket"],
        "first_2_7": None, "first_3": ["3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A subclass's connections are made by the context, so none is made past its settings.",
        "beyond": "Libraries that had to copy the constructor kept its old, unverified ways for their users.",
        "sources": ["bpo-32951", "ssl documentation, SSLContext.sslsocket_class"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "sslsocket_class")
""",
        "harden": """\
import ssl
class Context(ssl.SSLContext):
    sslsocket_class = ssl.SSLContext.sslsocket_class  # or a subclass of it
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Nothing is on or off.",
            "default": "Contexts make SSLSocket and SSLObject; nothing is on or off.",
        },
    },
    {
        "name": "memory-bio",
        "title": "TLS without a socket (MemoryBIO, SSLObject)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.MemoryBIO", "ssl.MemoryBIO.eof", "ssl.MemoryBIO.pending", "ssl.MemoryBIO.read",
            "ssl.MemoryBIO.write", "ssl.MemoryBIO.write_eof", "ssl.SSLObject", "ssl.SSLContext.wrap_bio",
            "ssl.SSLObject.cipher", "ssl.SSLObject.do_handshake", "ssl.SSLObject.getpeercert",
            "ssl.SSLObject.pending", "ssl.SSLObject.read", "ssl.SSLObject.server_side", "ssl.SSLObject.unwrap",
            "ssl.SSLObject.write",
        ],
        "first_2_7": None, "first_3": ["3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "Programs with their own event loop can use the ssl module; TLS of their own making is not "
            "needed."),
        "beyond": "TLS outside the ssl module gets none of its fixes and defaults, and its users do not know.",
        "sources": ["bpo-21965", "ssl documentation, Memory BIO Support"],
        "detect": """\
import ssl
available = hasattr(ssl, "MemoryBIO")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
connection = context.wrap_bio(incoming, outgoing, server_hostname="example.org")
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Nothing is on or off.",
            "default": "It is a class to use; nothing is on or off.",
        },
    },
    {
        "name": "alpn",
        "title": "choosing the application protocol in the handshake (ALPN)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.HAS_ALPN", "ssl.SSLContext.set_alpn_protocols", "ssl.SSLSocket.selected_alpn_protocol",
            "ssl.SSLObject.selected_alpn_protocol",
        ],
        "first_2_7": "2.7.10", "first_3": ["3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.0.2", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "Both ends know for which protocol a connection was made, and can refuse one that was made for "
            "another (cross-protocol attacks)."),
        "beyond": (
            "HTTP/2 and later protocols are agreed on only this way, so servers keep weaker ones for who "
            "cannot."),
        "sources": ["bpo-20188", "RFC 7301", "RFC 9325, section 3.8"],
        "detect": """\
import ssl
available = bool(getattr(ssl, "HAS_ALPN", False))
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_alpn_protocols(["h2", "http/1.1"])
# Afterwards connection.selected_alpn_protocol() is one of these, or None: then close it.
""",
        "relax": """\
import ssl
context = ssl.create_default_context()  # offers nothing: any protocol may be spoken
""",
        "default": """\
default = None  # contexts offer no protocol until set_alpn_protocols() is called
""",
        "without": {},
    },
    {
        "name": "npn",
        "title": "ALPN's predecessor (NPN)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.HAS_NPN", "ssl.SSLContext.set_npn_protocols", "ssl.SSLSocket.selected_npn_protocol",
            "ssl.SSLObject.selected_npn_protocol",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": ["NPN"],
        "cves": [],
        "defends": "The application protocol was agreed on inside the handshake, before ALPN was there.",
        "beyond": (
            "Python has it with no OpenSSL since 1.1.1: peers that know only NPN are left without an agreed "
            "protocol."),
        "sources": ["bpo-21308", "bpo-14204 (3.3)", "ssl documentation, SSLContext.set_npn_protocols"],
        "detect": """\
import ssl
available = bool(getattr(ssl, "HAS_NPN", False))
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "ALPN has taken its place; see the row alpn.",
            "relax": "Nothing is on unless set_npn_protocols() is called.",
            "default": "Contexts offer no protocol until one is set.",
        },
    },
    {
        "name": "channel-binding",
        "title": "tying a login to the connection (get_channel_binding)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.CHANNEL_BINDING_TYPES", "ssl.SSLSocket.get_channel_binding", "ssl.SSLObject.get_channel_binding",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A login that is passed on through another TLS connection is refused, because it is bound to the "
            "first."),
        "beyond": "Database and mail servers can demand it only when their clients can answer.",
        "sources": ["bpo-21308", "bpo-12551 (3.3)", "RFC 5929", "RFC 9266"],
        "detect": """\
import ssl
available = "tls-unique" in getattr(ssl, "CHANNEL_BINDING_TYPES", ())
""",
        "harden": """\
import socket
import ssl
context = ssl.create_default_context()
connection = context.wrap_socket(socket.socket(), server_hostname="example.org")
# None until the handshake is done; of TLS 1.2 and older, for which alone it is defined (RFC 9266).
binding = connection.get_channel_binding("tls-unique")
connection.close()
""",
        "relax": None,
        "default": """\
import ssl
default = sorted(ssl.CHANNEL_BINDING_TYPES)
""",
        "without": {
            "relax": "A login that uses no binding needs no setting.",
        },
    },
    {
        "name": "connection-version",
        "title": "asking a connection for its version (version)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLSocket.version", "ssl.SSLObject.version"],
        "first_2_7": "2.7.9", "first_3": ["3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A program can refuse, or report, a connection that came out older than it should be.",
        "beyond": "Nobody switches an old version off before it is known who still uses it.",
        "sources": ["bpo-21308", "ssl documentation, SSLSocket.version"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None) and ssl.SSLSocket, "version")
""",
        "harden": """\
import socket
import ssl
context = ssl.create_default_context()
connection = context.wrap_socket(socket.socket(), server_hostname="example.org")
if connection.version() not in (None, "TLSv1.2", "TLSv1.3"):  # None until the handshake is done
    raise ssl.SSLError("the connection uses %s" % connection.version())
connection.close()
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "It only tells.",
            "default": "It only tells.",
        },
    },
    {
        "name": "error-classes",
        "title": "errors that say what happened (SSLEOFError and its kind)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLZeroReturnError", "ssl.SSLWantReadError", "ssl.SSLWantWriteError", "ssl.SSLSyscallError",
            "ssl.SSLEOFError", "ssl.SSLErrorNumber", "ssl.SSL_ERROR_EOF", "ssl.SSL_ERROR_INVALID_ERROR_CODE",
            "ssl.SSL_ERROR_SSL", "ssl.SSL_ERROR_SYSCALL", "ssl.SSL_ERROR_WANT_CONNECT", "ssl.SSL_ERROR_WANT_READ",
            "ssl.SSL_ERROR_WANT_WRITE", "ssl.SSL_ERROR_WANT_X509_LOOKUP", "ssl.SSL_ERROR_ZERO_RETURN",
            "ssl.SSLError", "ssl.SSLError.library", "ssl.SSLError.reason",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A connection that was cut is told from one that was closed, so half a message is not taken for "
            "the whole."),
        "beyond": (
            "Programs that cannot tell errors apart catch all of them, those of verification too, and try "
            "without TLS."),
        "sources": ["bpo-21308", "bpo-11183 (3.3)", "bpo-14837 (3.3)"],
        "detect": """\
import ssl
available = hasattr(ssl, "SSLEOFError")
""",
        "harden": """\
import ssl
TRY_AGAIN = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
CLOSED = ssl.SSLZeroReturnError
CUT = (ssl.SSLEOFError, ssl.SSLSyscallError)  # what was read before is not the whole
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Whoever catches SSLError catches all of them.",
            "default": "Nothing is on or off.",
        },
    },
    {
        "name": "rand-bytes",
        "title": "random bytes of OpenSSL (RAND_bytes)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.RAND_bytes", "ssl.RAND_pseudo_bytes", "ssl.RAND_add", "ssl.RAND_status", "ssl.RAND_egd"],
        "first_2_7": None, "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "Keys come from a generator whose output cannot be predicted.",
        "beyond": "A key that can be guessed opens what it guards to everybody, wherever that is.",
        "sources": ["bpo-12049", "ssl documentation, RAND_bytes"],
        "detect": """\
import ssl
available = hasattr(ssl, "RAND_bytes")
""",
        "harden": """\
import ssl
key = ssl.RAND_bytes(32)  # os.urandom(32) is as good, and is everywhere
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Nothing is on or off.",
            "default": "It is a function to call; nothing is on or off.",
        },
    },
    {
        "name": "openssl-version",
        "title": "asking for the release of OpenSSL (OPENSSL_VERSION_INFO)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OPENSSL_VERSION", "ssl.OPENSSL_VERSION_INFO", "ssl.OPENSSL_VERSION_NUMBER"],
        "first_2_7": "2.7.0", "first_3": ["3.2"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A program can say which library it runs with, and refuse one that gets no more fixes.",
        "beyond": "Who looks after many machines finds those with an old library without logging in to each.",
        "sources": ["bpo-8321", "ssl documentation, OPENSSL_VERSION_INFO"],
        "detect": """\
import ssl
available = hasattr(ssl, "OPENSSL_VERSION_INFO")
""",
        "harden": """\
import ssl
OLDEST = (3, 5)  # of those that got fixes in November 2026: look up which one does today
supported = ssl.OPENSSL_VERSION.startswith("OpenSSL ") and ssl.OPENSSL_VERSION_INFO[:2] >= OLDEST
""",
        "relax": None,
        "default": """\
import ssl
default = ssl.OPENSSL_VERSION
""",
        "without": {
            "relax": "It only tells.",
        },
    },
]
