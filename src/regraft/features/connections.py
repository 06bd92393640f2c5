"""Rows of the registry: what a connection does after and around its handshake."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "sessions",
        "title": "resuming sessions (SSLSession)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLSession", "ssl.SSLSession.has_ticket", "ssl.SSLSession.id",
            "ssl.SSLSession.ticket_lifetime_hint", "ssl.SSLSession.time", "ssl.SSLSession.timeout",
            "ssl.SSLSocket.session", "ssl.SSLSocket.session_reused", "ssl.SSLObject.session",
            "ssl.SSLObject.session_reused",
        ],
        "first_2_7": None, "first_3": ["3.6"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A second connection is tied to the verified first one: servers of FTP and the like can demand "
            "it."),
        "beyond": "Servers can ask for TLS from everybody when most handshakes cost little.",
        "sources": ["bpo-19500", "ssl documentation, SSLSocket.session"],
        "detect": """\
import ssl
available = hasattr(ssl, "SSLSession")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="example.org")
session = connection.session  # after the handshake: give it to the next wrap_bio()
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "A connection is resumed only if it is given a session.",
            "default": "A connection is resumed only if it is given a session.",
        },
    },
    {
        "name": "session-tickets",
        "title": "doing without session tickets (OP_NO_TICKET)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OP_NO_TICKET"],
        "first_2_7": None, "first_3": ["3.6"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "Whoever gets the key with which a server encrypts its tickets cannot open connections of TLS 1.2 "
            "with it."),
        "beyond": "One stolen ticket key opens what all clients of a server have sent.",
        "sources": ["ssl documentation, OP_NO_TICKET", "RFC 5077", "RFC 9325, section 3.4"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_NO_TICKET")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_NO_TICKET
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_NO_TICKET
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.options & ssl.OP_NO_TICKET)
""",
        "without": {},
    },
    {
        "name": "ticket-count",
        "title": "the number of tickets that a server sends (num_tickets)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.num_tickets"],
        "first_2_7": None, "first_3": ["3.8"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": ["TLSv1_3"],
        "cves": [],
        "defends": (
            "A server with secrets to keep sends no ticket, so that nothing ties its clients' connections "
            "together."),
        "beyond": "Tickets let whoever watches the network follow a client from place to place.",
        "sources": ["bpo-37120", "RFC 8446, appendix C.4"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "num_tickets")
""",
        "harden": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
if context.num_tickets:  # fails where there is no such setting; assigning would not
    context.num_tickets = 0
""",
        "relax": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.num_tickets = 4  # for clients with many connections
""",
        "default": """\
import ssl
default = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).num_tickets
""",
        "without": {},
    },
    {
        "name": "post-handshake-auth",
        "title": "asking for a client's certificate later (post-handshake authentication)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.HAS_PHA", "ssl.SSLContext.post_handshake_auth", "ssl.SSLSocket.verify_client_post_handshake",
            "ssl.SSLObject.verify_client_post_handshake",
        ],
        "first_2_7": None, "first_3": ["3.6.15", "3.7.16", "3.8"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": ["Which maintenance releases of 3.6 and 3.7 had it first: 3.6.15 and 3.7.16 have it."],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": ["PHA"],
        "cves": [],
        "defends": (
            "A server demands a certificate for the pages that need one, with TLS 1.3, which has no "
            "renegotiation."),
        "beyond": "Servers that need it stay at TLS 1.2 as long as clients cannot answer.",
        "sources": ["bpo-34670", "RFC 8446, section 4.6.2"],
        "detect": """\
import ssl
available = (hasattr(getattr(ssl, "SSLContext", None), "post_handshake_auth")
             and getattr(ssl, "HAS_PHA", getattr(ssl, "HAS_TLSv1_3", False)))
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if not context.post_handshake_auth:  # fails where there is no such setting; assigning would not
    context.post_handshake_auth = True
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.post_handshake_auth = False
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.post_handshake_auth
""",
        "without": {},
    },
    {
        "name": "psk",
        "title": "keys that both sides know, in place of certificates (PSK)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.HAS_PSK", "ssl.SSLContext.set_psk_client_callback", "ssl.SSLContext.set_psk_server_callback"],
        "first_2_7": None, "first_3": ["3.13"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": ["PSK"],
        "cves": [],
        "defends": "Devices without certificates authenticate each other; they need not go unverified.",
        "beyond": "A device that takes orders from anybody is turned against others.",
        "sources": ["gh-63284", "RFC 4279"],
        "detect": """\
import ssl
available = bool(getattr(ssl, "HAS_PSK", False))
""",
        "harden": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False  # the key says who it is
context.maximum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("PSK+AESGCM")  # who gets the key later reads all: see psk-tls-1-3
# A password would be guessed: take 16 bytes of os.urandom() or more.
context.set_psk_client_callback(lambda hint: ("name", b"a secret that the server knows too"))
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.set_psk_client_callback(None)  # certificates again
""",
        "default": None,
        "without": {
            "default": "Contexts have no such key until a callback is set.",
        },
    },
    {
        "name": "psk-tls-1-3",
        "title": "keys that both sides know, with TLS 1.3",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.HAS_PSK_TLS13"],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": ["PSK_TLS13"],
        "cves": [],
        "defends": (
            "With TLS 1.3 such a connection has forward secrecy: the key alone does not open what was "
            "recorded."),
        "beyond": "Devices with such keys need not hold their servers at TLS 1.2.",
        "sources": ["gh-133623", "RFC 9257", "RFC 8446, section 2.2"],
        "detect": """\
import ssl
available = bool(getattr(ssl, "HAS_PSK_TLS13", False))
""",
        "harden": """\
import ssl
if not ssl.HAS_PSK_TLS13:
    raise NotImplementedError("%s has no such keys with TLS 1.3" % ssl.OPENSSL_VERSION)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False  # the key says who it is
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.set_psk_client_callback(lambda hint: ("name", b"a secret that the server knows too"))
""",
        "relax": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False  # the key says who it is
context.maximum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("PSK+AESGCM")
context.set_psk_client_callback(lambda hint: ("name", b"a secret that the server knows too"))
""",
        "default": None,
        "without": {
            "default": "Contexts have no such key until a callback is set.",
        },
    },
    {
        "name": "keylog",
        "title": "the log of a connection's secrets (keylog_filename)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.keylog_filename", "ssl.SSLContext._msg_callback"],
        "first_2_7": None, "first_3": ["3.8"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "What goes wrong in a connection can be seen without switching its encryption or verification "
            "off."),
        "beyond": "The file opens each connection that is logged: who can set SSLKEYLOGFILE reads what peers send.",
        "sources": ["bpo-34271", "ssl documentation, SSLContext.keylog_filename"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "keylog_filename")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if context.keylog_filename:  # SSLKEYLOGFILE was set
    context.keylog_filename = None
""",
        "relax": """\
import os
import ssl
context = ssl.create_default_context()
context.keylog_filename = os.devnull  # or a file that only you can read: it opens each connection
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.keylog_filename
""",
        "without": {},
    },
    {
        "name": "renegotiation",
        "title": "refusing renegotiation (OP_NO_RENEGOTIATION)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OP_NO_RENEGOTIATION"],
        "first_2_7": None, "first_3": ["3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.0h", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A client cannot make a server of TLS 1.2 compute handshake after handshake within one "
            "connection."),
        "beyond": (
            "A server that renegotiates at will can be kept busy by one cheap client, at the expense of all "
            "others."),
        "sources": ["bpo-32257", "RFC 9325, section 3.5"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_NO_RENEGOTIATION")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_NO_RENEGOTIATION
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_NO_RENEGOTIATION
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.options & ssl.OP_NO_RENEGOTIATION)
""",
        "without": {},
    },
    {
        "name": "legacy-server-connect",
        "title": "refusing servers without secure renegotiation (OP_LEGACY_SERVER_CONNECT)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OP_LEGACY_SERVER_CONNECT"],
        "first_2_7": None, "first_3": ["3.12"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "Nobody on the way can put data of his own before what the client sends (renegotiation attack).",
        "beyond": (
            "Servers without the fix of 2010 endanger all their clients, and are mended when clients refuse "
            "them."),
        "sources": ["gh-89051", "RFC 5746", "CVE-2009-3555"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_LEGACY_SERVER_CONNECT")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_LEGACY_SERVER_CONNECT
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_LEGACY_SERVER_CONNECT  # a last resort, for one server
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = not context.options & ssl.OP_LEGACY_SERVER_CONNECT
""",
        "without": {},
    },
    {
        "name": "compression-off",
        "title": "leaving compression out by default",
        "kind": "default",
        "module": "ssl",
        "names": ["ssl.OP_NO_COMPRESSION", "ssl.SSLSocket.compression", "ssl.SSLObject.compression"],
        "first_2_7": "2.7.9", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": ["CVE-2012-4929"],
        "defends": (
            "What an attacker adds to a request does not tell, by its length, what secrets stand beside it "
            "(CRIME)."),
        "beyond": "A server that compresses endangers the cookies of whoever visits it.",
        "sources": ["bpo-21308", "bpo-13634 (3.3)", "changelog of 3.4.0 (no number)", "RFC 7457, section 2.6"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "create_default_context"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    available = bool(context.options & ssl.OP_NO_COMPRESSION)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_NO_COMPRESSION
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_NO_COMPRESSION  # secrets leak by length; and OpenSSL must have zlib
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.options & ssl.OP_NO_COMPRESSION)
""",
        "without": {},
    },
    {
        "name": "no-sslv2",
        "title": "keeping SSL 2 off unless it is asked for",
        "kind": "default",
        "module": "ssl",
        "names": ["ssl.OP_NO_SSLv2", "ssl.PROTOCOL_SSLv2"],
        "first_2_7": "2.7.7", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": ["CVE-2016-0800"],
        "defends": "A connection cannot be brought down to a protocol in which nothing holds.",
        "beyond": (
            "A server that speaks SSL 2 lets the TLS connections of others with the same key be opened "
            "(DROWN)."),
        "sources": ["bpo-20207", "RFC 6176"],
        "detect": """\
import ssl
available = not hasattr(ssl, "PROTOCOL_SSLv2")  # OpenSSL has none
if not available and hasattr(ssl, "SSLContext"):
    available = bool(ssl.SSLContext(ssl.PROTOCOL_SSLv23).options & ssl.OP_NO_SSLv2)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_NO_SSLv2  # off already, unless it was asked for by PROTOCOL_SSLv2
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Nothing needs it, and OpenSSL has it no more.",
            "default": "It is off.",
        },
    },
    {
        "name": "no-sslv3",
        "title": "keeping SSL 3 off by default",
        "kind": "default",
        "module": "ssl",
        "names": ["ssl.OP_NO_SSLv3", "ssl.PROTOCOL_SSLv3", "ssl.TLSVersion.SSLv3"],
        "first_2_7": "2.7.11", "first_3": ["3.4.4", "3.5.1"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": ["CVE-2014-3566"],
        "defends": "A connection cannot be brought down to a protocol whose padding gives its content away (POODLE).",
        "beyond": "A server that still speaks SSL 3 puts at risk clients that could do better.",
        "sources": ["bpo-25530", "RFC 7568"],
        "detect": """\
import ssl
available = not hasattr(ssl, "PROTOCOL_SSLv3")  # OpenSSL has none
if not available and hasattr(ssl, "SSLContext"):
    context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23))
    available = bool(context.options & ssl.OP_NO_SSLv3)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if hasattr(context, "minimum_version"):
    context.minimum_version = ssl.TLSVersion.TLSv1_2
else:
    context.options |= ssl.OP_NO_SSLv3
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_NO_SSLv3  # content leaks; and OpenSSL must have SSL 3
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.options & ssl.OP_NO_SSLv3)
""",
        "without": {},
    },
    {
        "name": "empty-fragments",
        "title": "the guard of CBC in TLS 1.0 (BEAST)",
        "kind": "default",
        "module": "ssl",
        "names": ["ssl.OP_ALL"],
        "first_2_7": "2.7.3", "first_3": ["3.1.5", "3.2.3", "3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": ["CVE-2011-3389"],
        "defends": "Who can add to a connection of TLS 1.0 cannot find what else is in it, block by block (BEAST).",
        "beyond": "The cookies of whoever visits a page with an attacker's script in it were at stake.",
        "sources": ["bpo-13885", "RFC 7457, section 2.3"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "SSLContext"):
    context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23))
    available = not context.options & 0x800  # SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options &= ~0x800  # SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options |= 0x800  # SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS: for a peer that fails at them
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = not context.options & 0x800  # SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS
""",
        "without": {},
    },
    {
        "name": "unexpected-eof",
        "title": "telling a cut connection from a closed one (OP_IGNORE_UNEXPECTED_EOF)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OP_IGNORE_UNEXPECTED_EOF"],
        "first_2_7": None, "first_3": ["3.8.18", "3.9.18", "3.10"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": ["Which maintenance releases of 3.8 and 3.9 had it first: 3.8.18 and 3.9.18 have it."],
        "openssl": "3.0", "openssl_fixed": None, "capabilities": ["OP_IGNORE_UNEXPECTED_EOF"],
        "cves": [],
        "defends": "Who cuts a connection cannot make half an answer look like the whole (truncation).",
        "beyond": "A message that was cut at a chosen place says something else than its sender said.",
        "sources": ["bpo-43794", "gh-95495", "RFC 8446, section 6.1"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_IGNORE_UNEXPECTED_EOF")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF  # for a peer that never says goodbye
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = not context.options & ssl.OP_IGNORE_UNEXPECTED_EOF
""",
        "without": {},
    },
    {
        "name": "ktls",
        "title": "encryption by the kernel (OP_ENABLE_KTLS)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OP_ENABLE_KTLS"],
        "first_2_7": None, "first_3": ["3.12"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "3.0", "openssl_fixed": None, "capabilities": ["OP_ENABLE_KTLS"],
        "cves": [],
        "defends": (
            "Where speed is the reason for doing without TLS, the kernel encrypts at the speed of the "
            "network."),
        "beyond": "Traffic that goes unencrypted for its volume is readable for everybody on the way.",
        "sources": ["gh-96828", "ssl documentation, OP_ENABLE_KTLS"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_ENABLE_KTLS")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.options |= ssl.OP_ENABLE_KTLS
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.options &= ~ssl.OP_ENABLE_KTLS  # the keys stay in the process
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.options & ssl.OP_ENABLE_KTLS)
""",
        "without": {},
    },
    {
        "name": "sendfile",
        "title": "sending a file through TLS (sendfile)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLSocket.sendfile"],
        "first_2_7": None, "first_3": ["3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A file is encrypted like all else; os.sendfile() on the same socket would send it in clear.",
        "beyond": "A server that sends files past its encryption shows them to everybody on the way.",
        "sources": ["bpo-17552", "ssl documentation, SSLSocket.sendfile"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLSocket", None), "sendfile")
""",
        "harden": """\
import ssl
send_file = ssl.SSLSocket.sendfile  # send_file(connection, file), never os.sendfile()
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Nothing is on or off.",
            "default": "It is a method to call; nothing is on or off.",
        },
    },
]
