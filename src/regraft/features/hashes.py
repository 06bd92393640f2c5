"""Rows of the registry: hashes and message authentication."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "compare-digest",
        "title": "comparing digests in constant time",
        "kind": "feature",
        "module": "hmac",
        "names": ["hmac.compare_digest"],
        "first_2_7": "2.7.7",
        "first_3": ["3.3"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A signature cannot be found byte by byte from how long it takes to refuse it.",
        "beyond": "Whoever can forge one service's tokens gets into the others that accept them.",
        "sources": ["bpo-21306"],
        "detect": """\
import hmac
available = hasattr(hmac, "compare_digest")
""",
        "harden": """\
import hmac
same = hmac.compare_digest(b"expected", b"received")  # never ==
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Who wants a comparison that tells its time writes ==.",
            "default": "It is a function to call; nothing is on or off.",
        },
    },
]
