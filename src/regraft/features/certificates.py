"""Rows of the registry: certificates, and who is trusted."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "hostname-checking",
        "title": "checking the host name of a certificate",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.check_hostname"],
        "first_2_7": "2.7.9",
        "first_3": ["3.4"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Whoever has a valid certificate for any name at all cannot stand in for the host that was asked for.",
        "beyond": "A server's certificate is worth nothing with clients that take another's for it.",
        "sources": ["bpo-21308", "RFC 9525"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "check_hostname")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.check_hostname = True  # wrap_socket() needs server_hostname=… now
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.check_hostname = False  # the chain is still verified; compare the certificate yourself
""",
        "default": """\
import ssl
default = ssl.create_default_context().check_hostname
""",
        "without": {},
    },
]
