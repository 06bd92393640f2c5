"""Rows of the registry: holes that were closed."""
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
        "unconfirmed": [],
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
]
