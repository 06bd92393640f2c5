"""Rows of the registry: keys and tokens that cannot be guessed."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "urandom",
        "title": "random bytes only once the kernel has a seed (os.urandom, PEP 524)",
        "kind": "default",
        "module": "os",
        "names": ["os.urandom"],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": ["GETRANDOM"],
        "cves": [],
        "defends": "No key is made before the kernel has a seed, nor fails to be made for want of a file descriptor.",
        "beyond": "TLS and host keys made without a seed were factored by the thousand, to the harm of who trusted them.",
        "sources": ["PEP 524", "bpo-27776", "os documentation, urandom()"],
        "detect": """\
import os
available = hasattr(os, "getrandom")  # urandom() calls it where it is there
""",
        "harden": """\
import os
os.getrandom(1)  # at the start of a program: wait for the seed here
key = os.urandom(32)
""",
        "relax": """\
import os
with open("/dev/urandom", "rb", 0) as device:  # does not wait for a seed
    identifier = device.read(16)
""",
        "default": """\
import os
default = "getrandom" if hasattr(os, "getrandom") else "/dev/urandom"
""",
        "without": {},
    },
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
        "defends": "A server that starts with the machine can find out whether there is a seed, and wait or refuse.",
        "beyond": "Hosts whose keys can be guessed are everybody's problem who trusts them.",
        "sources": ["PEP 524", "bpo-27778", "os documentation, getrandom()"],
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
    {
        "name": "system-random",
        "title": "random numbers of the kernel's generator (SystemRandom)",
        "kind": "feature",
        "module": "random",
        "names": ["random.SystemRandom", "random.SystemRandom.getrandbits"],
        "first_2_7": "2.7.0",
        "first_3": ["3.0"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Nobody can compute the next token from the ones he was given.",
        "beyond": "A session or a password reset that can be guessed gives strangers the accounts of others.",
        "sources": ["random documentation, SystemRandom"],
        "detect": """\
import random
available = hasattr(random, "SystemRandom")
""",
        "harden": """\
import random
token = "%032x" % random.SystemRandom().getrandbits(128)
""",
        "relax": """\
import random
repeatable = random.Random(42)  # for simulations: whoever sees some numbers knows the rest
""",
        "default": """\
import random
default = type(random.random.__self__).__name__  # whose methods the functions of the module are
""",
        "without": {},
    },
    {
        "name": "random-bytes",
        "title": "random bytes of a generator that is a parameter (randbytes)",
        "kind": "feature",
        "module": "random",
        "names": ["random.SystemRandom.randbytes"],
        "first_2_7": None,
        "first_3": ["3.9"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Code that takes a generator as a parameter gets keys from the kernel's, not from a seeded one.",
        "beyond": "Keys of a seeded generator can be computed by whoever sees its output, and open what others sent.",
        "sources": ["random documentation, randbytes()"],
        "detect": """\
import random
available = hasattr(random.SystemRandom, "randbytes")
""",
        "harden": """\
import random
key = random.SystemRandom().randbytes(32)
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Random.randbytes() is the host's, for tests, and on 2.7 there is none.",
            "default": "It is a method to call; nothing is on or off.",
        },
    },
    {
        "name": "random-choices",
        "title": "many choices at once from the kernel's generator (choices)",
        "kind": "feature",
        "module": "random",
        "names": ["random.SystemRandom.choices"],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Passwords and tokens are made of an alphabet without a loop of one's own over a seeded generator.",
        "beyond": "A token that can be guessed gives strangers the account of whoever it was sent to.",
        "sources": ["random documentation, choices()"],
        "detect": """\
import random
available = hasattr(random.SystemRandom, "choices")
""",
        "harden": """\
import random, string
token = "".join(random.SystemRandom().choices(string.ascii_letters + string.digits, k=24))
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Random.choices() is the host's, for tests, and on 2.7 there is none.",
            "default": "It is a method to call; nothing is on or off.",
        },
    },
    {
        "name": "unbiased-range",
        "title": "random numbers of a range that are all equally likely",
        "kind": "default",
        "module": "random",
        "names": [
            "random.SystemRandom.choice", "random.SystemRandom.randint", "random.SystemRandom.randrange",
            "random.SystemRandom.sample", "random.SystemRandom.shuffle",
        ],
        "first_2_7": None,
        "first_3": ["3.2"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Nobody gains by guessing the likelier values; 2.7 cuts the values of a float into unequal pieces.",
        "beyond": "Tokens and lots are drawn for others, who lose to whoever knows which values come up more often.",
        "sources": ["random documentation, randrange()"],
        "detect": """\
import random

class Probe(random.SystemRandom):
    def random(self):
        return 0.0

    def getrandbits(self, k):
        return 1

available = Probe().randrange(2) == 1  # made of bits, not of a float
""",
        "harden": """\
import random
nonce = random.SystemRandom().randrange(1, 2 ** 256 - 189)
""",
        "relax": """\
import random
about = int(random.SystemRandom().random() * 6) + 1  # good enough for a game
""",
        "default": """\
import random

class Probe(random.SystemRandom):
    def random(self):
        return 0.0

    def getrandbits(self, k):
        return 1

default = "bits" if Probe().randrange(2) else "float"
""",
        "without": {},
    },
    {
        "name": "secrets",
        "title": "tokens and keys that cannot be guessed (secrets)",
        "kind": "feature",
        "module": "secrets",
        "names": [
            "secrets.DEFAULT_ENTROPY", "secrets.SystemRandom", "secrets.choice", "secrets.compare_digest",
            "secrets.randbelow", "secrets.randbits", "secrets.token_bytes", "secrets.token_hex",
            "secrets.token_urlsafe",
        ],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "The obvious way to make a token is the safe one, and long enough.",
        "beyond": "A session or a password reset that can be guessed gives strangers the accounts of others.",
        "sources": ["PEP 506", "secrets documentation"],
        "detect": """\
try:
    import secrets
except ImportError:
    available = False
else:
    available = hasattr(secrets, "token_urlsafe")
""",
        "harden": """\
import secrets
token = secrets.token_urlsafe()
""",
        "relax": """\
import secrets
code = "%06d" % secrets.randbelow(10 ** 6)  # for people to type: a few tries must be all there are
""",
        "default": """\
import secrets
default = secrets.DEFAULT_ENTROPY  # bytes
""",
        "without": {},
    },
]
