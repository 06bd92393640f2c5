"""Rows of the registry: the protocol, TLS."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "alpn",
        "title": "choosing the application protocol in the handshake (ALPN)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.HAS_ALPN", "ssl.SSLContext.set_alpn_protocols", "ssl.SSLSocket.selected_alpn_protocol",
            "ssl.SSLObject.selected_alpn_protocol",
        ],
        "first_2_7": "2.7.10",
        "first_3": ["3.5"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": "1.0.2",
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A connection that was made for one protocol is not taken for another (cross-protocol attacks).",
        "beyond": "HTTP/2 and later protocols are agreed on only this way, so servers keep weaker ones for who cannot.",
        "sources": ["bpo-20188", "RFC 7301", "RFC 9325, section 3.8"],
        "detect": """\
import ssl
available = getattr(ssl, "HAS_ALPN", False)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_alpn_protocols(["h2", "http/1.1"])
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
]
