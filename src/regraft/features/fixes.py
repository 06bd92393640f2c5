"""Rows of the registry: holes that were closed, through which somebody is trusted, or reads, who must not."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "pre-handshake-data",
        "title": "refusing data that came before the handshake",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.8.18", "3.9.18", "3.10.13", "3.11.5", "3.12.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": "2.7.0", "3": "3.2"},
        "unconfirmed": ["2.7.0 and 3.2 are the first affected releases."],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": ["CVE-2023-40217"],
        "defends": "What a stranger sends in clear and cuts off is not read as if it had come through TLS.",
        "beyond": "A server that asks for client certificates lets anybody speak.",
        "sources": ["gh-108310"],
        "detect": None,
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "detect": "Only a connection that is cut off in time shows it.",
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "distrusted-keys",
        "title": "refusing chains with the compromised keys of CAs",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.14.10", "3.15.2"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": "2.7.0", "3": "3.2"},
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": ["CVE-2026-115557"],
        "defends": "Whoever has one of the compromised keys of eMudhra's CAs cannot stand in for any host.",
        "beyond": "Until each trust store has dropped them, their owners read and change what anybody sends.",
        "sources": ["gh-160040", "What's New in Python 3.15"],
        "detect": None,
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "detect": "A probe would need a certificate that one of these keys has signed.",
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "nul-in-names",
        "title": "reading names in certificates beyond a NUL",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.6",
        "first_3": ["3.2.6", "3.3.3", "3.4.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": "2.7.0", "3": "3.2"},
        "unconfirmed": ["2.7.0 and 3.2 are the first affected releases."],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": ["CVE-2013-4238"],
        "defends": "A certificate for localhost, a NUL and a domain of one's own is not taken for one of localhost.",
        "beyond": "A CA sells such a name to the owner of the domain, who then stands in for the host of another.",
        "sources": ["bpo-18709"],
        "detect": None,
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "detect": "A probe would need a certificate with such a name.",
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "wildcard-bombs",
        "title": "a limit to the wildcards of a name in a certificate",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.9",
        "first_3": ["3.2.6", "3.3.3", "3.4.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": None, "3": "3.2"},
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": ["CVE-2013-2099"],
        "defends": "A certificate full of wildcards cannot keep a client busy for ever.",
        "beyond": "Any server that is connected to can stop the client, and all that others have it do.",
        "sources": ["bpo-17980"],
        "detect": """\
import ssl, warnings
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is deprecated
        ssl.match_hostname({"subjectAltName": [("DNS", "a*b*.example.org")]}, "axbx.example.org")
except (AttributeError, ValueError):  # not there, or refused
    available = True
else:
    available = False
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "wildcards-in-idn",
        "title": "keeping wildcards from matching a part of an international name",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.9",
        "first_3": ["3.3.3", "3.4.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": None, "3": "3.2"},
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": ["CVE-2013-7440"],
        "defends": "A wildcard for some names of a domain does not match the encoded form of an international one.",
        "beyond": "A certificate for one host is good for another, whose owner never asked for it.",
        "sources": ["bpo-17997", "RFC 6125, section 6.4.3"],
        "detect": """\
import ssl, warnings
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is deprecated
        ssl.match_hostname({"subjectAltName": [("DNS", "x*.example.org")]}, "xn--tda.example.org")
except (AttributeError, ValueError):  # not there, or refused
    available = True
else:
    available = False
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "text-after-address",
        "title": "refusing host names that are an address and more text",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.7.4", "3.8.0", "3.9.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": None, "3": "3.7"},
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A host name that begins with an address is not matched as if it were that address.",
        "beyond": "A certificate for an address is good for what is not that address.",
        "sources": ["bpo-37463"],
        "detect": """\
import ssl, warnings
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is deprecated
        ssl.match_hostname({"subjectAltName": [("IP Address", "127.0.0.1")]}, "127.0.0.1 whatever")
except (AttributeError, ValueError):  # not there, or refused
    available = True
else:
    available = False
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "libressl-host-length",
        "title": "checking host names with their length",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.7.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": None, "3": None},
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": ["CVE-2018-8970"],
        "defends": "LibreSSL 2.7.0 does not take a host name of which it is not told the length for a match with any.",
        "beyond": "Every certificate is good for every host.",
        "sources": ["bpo-33136"],
        "detect": None,
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "detect": "Only LibreSSL 2.7.0 shows it.",
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "early-change-cipher-spec",
        "title": "refusing keys before any were agreed on (ChangeCipherSpec injection)",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.8",
        "first_3": ["3.4.2"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": "2.7.0", "3": "3.2"},
        "unconfirmed": ["2.7.0 and 3.2 are the first affected releases."],
        "openssl": None,
        "openssl_fixed": "1.0.1h",
        "capabilities": [],
        "cves": ["CVE-2014-0224"],
        "defends": "Who sits between two old OpenSSLs cannot make them use keys that he knows.",
        "beyond": "He reads and changes what others send.",
        "sources": ["bpo-21671", "OpenSSL 1.0.1h"],
        "detect": """\
import ssl
available = ssl.OPENSSL_VERSION_INFO[:4] >= (1, 0, 1, 8)  # 1.0.1h; vendors mended older ones
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "non-stream-sockets",
        "title": "refusing sockets that are no streams",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.7",
        "first_3": ["3.4"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": "2.7.0", "3": "3.2"},
        "unconfirmed": ["2.7.0 and 3.2 are the first affected releases."],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "What a program sends over a wrapped datagram socket does not go out in clear.",
        "beyond": "Everybody on the way reads what its peers believe to be protected.",
        "sources": ["bpo-19422"],
        "detect": """\
import socket, ssl
if hasattr(ssl, "SSLContext"):
    context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23))
    if hasattr(context, "check_hostname"):
        context.check_hostname = False
    wrap = context.wrap_socket
else:
    wrap = ssl.wrap_socket
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    wrap(datagrams, do_handshake_on_connect=False).close()
except NotImplementedError:
    available = True
else:
    available = False
finally:
    datagrams.close()
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
    {
        "name": "wrap-bio-checks",
        "title": "refusing connections over memory without the host name that is to be checked",
        "kind": "fix",
        "module": "ssl",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.14.8", "3.15.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": None, "3": "3.7"},
        "unconfirmed": ["3.7 is the first affected release: in 3.6.15 do_handshake() sees that there is no name."],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A context that checks host names does not take any name when wrap_bio() is not told which.",
        "beyond": "Whoever has a valid certificate for any name at all can stand in for the host.",
        "sources": ["gh-156793"],
        "detect": """\
import ssl
try:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which checks host names
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
except (AttributeError, ValueError):  # not there, or refused
    available = True
else:
    # Where OpenSSL does not check the name, do_handshake() does, and sees that there is none.
    available = not hasattr(ssl, "SSLCertVerificationError")
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "Give wrap_bio() a server_hostname; then it does not matter.",
            "relax": "Who wants no name checked sets check_hostname to False.",
            "default": "It is always on.",
        },
    },
    {
        "name": "compare-digest-accumulator",
        "title": "a compare_digest that the compiler may not shorten",
        "kind": "fix",
        "module": "hmac",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.6.13", "3.7.10", "3.8.7", "3.9.1", "3.10.0"],
        "first_regraft": "0.1.0",
        "affected": {"2.7": "2.7.7", "3": "3.3"},
        "unconfirmed": [
            "3.6.13, 3.7.10 and 3.8.7 have the fix.",
            "The number of the CVE belongs to it; the changelogs' entries name none.",
            "2.7.7 and 3.3 are the first affected releases.",
        ],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": ["CVE-2022-48566"],
        "defends": "Comparing digests takes the same time wherever they differ, however the compiler optimises.",
        "beyond": "A signature that is found byte by byte is good with all who trust the key.",
        "sources": ["bpo-40791"],
        "detect": None,
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "detect": "It is a matter of the compiler and of nanoseconds.",
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
]
