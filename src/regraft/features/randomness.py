"""Rows of the registry: keys and tokens that cannot be guessed."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "getrandom",
        "title": "asking the kernel for random bytes without a file (getrandom)",
        "kind": "feature",
        "module": "os",
        "names": ["os.getrandom", "os.GRND_NONBLOCK", "os.GRND_RANDOM"],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": ["GETRANDOM"],
        "cves": [],
        "defends": "No key is made before the kernel has a seed.",
        "beyond": "Hosts whose keys can be guessed are everybody's problem who trusts them.",
        "sources": ["PEP 524"],
        "detect": """\
import os
available = hasattr(os, "getrandom")
""",
        "harden": """\
import os
try:
    key = os.getrandom(32, os.GRND_NONBLOCK)
except OSError:  # no seed yet: wait for it, or refuse to start
    key = os.getrandom(32)
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "There is no weaker source to ask for.",
            "default": "It is a function to call; nothing is on or off.",
        },
    },
]
