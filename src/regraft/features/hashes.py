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
        "sources": ["bpo-21306", "bpo-15061 (3.3)", "PEP 466", "hmac documentation, compare_digest()"],
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
    {
        "name": "hmac-one-shot",
        "title": "authenticating a message in one call (hmac.digest)",
        "kind": "feature",
        "module": "hmac",
        "names": ["hmac.digest"],
        "first_2_7": None,
        "first_3": ["3.7"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Authenticating each of many small messages costs so little that no protocol need go without.",
        "beyond": "Messages that travel without authentication can be forged against whoever receives them.",
        "sources": ["bpo-32433", "hmac documentation, digest()", "RFC 2104"],
        "detect": """\
import hmac
available = hasattr(hmac, "digest")
""",
        "harden": """\
import hmac
tag = hmac.digest(b"the key", b"the message", "sha256")
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "It is as safe as the digest that is named.",
            "default": "It is a function to call; nothing is on or off.",
        },
    },
    {
        "name": "hmac-digestmod",
        "title": "naming the digest of an HMAC, and telling which one it is",
        "kind": "feature",
        "module": "hmac",
        "names": ["hmac.HMAC.block_size", "hmac.HMAC.name"],
        "first_2_7": None,
        "first_3": ["3.4"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "The digest that both ends agreed on is named in one place, and can be a newer one without new code.",
        "beyond": "Both ends must use one digest, so a program that cannot change its own keeps its peers at it.",
        "sources": ["bpo-17276", "bpo-18775", "hmac documentation, new()"],
        "detect": """\
import hmac
try:
    hmac.new(b"", b"", "sha256")
except (AttributeError, TypeError):  # Python 2 takes modules and constructors only
    available = False
else:
    available = True
""",
        "harden": """\
import hmac
tag = hmac.new(b"the key", b"the message", "sha256")
name = tag.name  # "hmac-sha256"
""",
        "relax": """\
import hashlib, hmac
tag = hmac.new(b"the key", b"the message", hashlib.md5)  # for a protocol that prescribes it
""",
        "default": None,
        "without": {"default": "What is used if none is named is a row of its own, hmac-digest-required."},
    },
    {
        "name": "hmac-digest-required",
        "title": "refusing an HMAC for which no digest is named",
        "kind": "default",
        "module": "hmac",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.8"],
        "first_regraft": None,
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "No message is authenticated with MD5 only because nobody named a digest.",
        "beyond": "Both ends must use one digest, so a default of MD5 in one program keeps its peers at MD5.",
        "sources": ["bpo-33604", "hmac documentation, new()"],
        "detect": """\
import hmac, warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        hmac.new(b"", b"")
    except (TypeError, ValueError):
        available = True
    else:
        available = False
""",
        "harden": """\
import hashlib, hmac
tag = hmac.new(b"the key", b"the message", hashlib.sha256)  # whatever the default is
""",
        "relax": """\
import hashlib, hmac
tag = hmac.new(b"the key", b"the message", hashlib.md5)  # what was meant where none was named
""",
        "default": """\
import hmac, warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        hmac.new(b"", b"")
    except (TypeError, ValueError):
        default = None
    else:
        default = "md5"
""",
        "without": {},
    },
    {
        "name": "hmac-any-buffer",
        "title": "HMAC of any buffer, with a key that can be overwritten",
        "kind": "feature",
        "module": "hmac",
        "names": [],
        "first_2_7": "2.7.0",
        "first_3": ["3.4"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": ["2.7.0 is the first release of 2.7 that takes them: 2.7.18 was tried, and documents nothing."],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A key in a bytearray can be overwritten after use; in a string it stays in memory.",
        "beyond": "A key that leaks from one process's memory authenticates anybody to all who share it.",
        "sources": ["bpo-18240", "hmac documentation, new()"],
        "detect": """\
import hashlib, hmac
try:
    hmac.new(bytearray(b"key"), memoryview(b"message"), hashlib.sha256)
except TypeError:
    available = False
else:
    available = True
""",
        "harden": """\
import hashlib, hmac
key = bytearray(b"read from a file")
tag = hmac.new(key, memoryview(b"the message"), hashlib.sha256).digest()
key[:] = bytes(bytearray(len(key)))  # copies inside hmac are freed, not overwritten
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Keys in strings are always taken.",
            "default": "It depends on what is given to it.",
        },
    },
    {
        "name": "pbkdf2",
        "title": "keys from passwords (PBKDF2)",
        "kind": "feature",
        "module": "hashlib",
        "names": ["hashlib.pbkdf2_hmac"],
        "first_2_7": "2.7.8",
        "first_3": ["3.4"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Who steals a table of stored passwords must pay for each guess at each of them.",
        "beyond": "People use one password at many services, so one service's table opens accounts at others.",
        "sources": ["bpo-21304", "bpo-18582 (3.4)", "PEP 466", "RFC 8018, section 5.2"],
        "detect": """\
import hashlib
available = hasattr(hashlib, "pbkdf2_hmac")
""",
        "harden": """\
import os
from hashlib import pbkdf2_hmac

def store(password, rounds=600000):
    salt = os.urandom(16)
    return rounds, salt, pbkdf2_hmac("sha256", password, salt, rounds)
""",
        "relax": """\
import hashlib
# To check what an old program has stored; store it anew when the password was right.
old = hashlib.pbkdf2_hmac("sha1", b"password", b"its salt", 1000)
""",
        "default": None,
        "without": {"default": "Digest, salt and rounds have to be given."},
    },
    {
        "name": "scrypt",
        "title": "keys from passwords that cost memory to guess (scrypt)",
        "kind": "feature",
        "module": "hashlib",
        "names": ["hashlib.scrypt"],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.0",
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Guessing stolen passwords cannot be made cheap by hardware that only computes fast.",
        "beyond": "People use one password at many services, so one service's table opens accounts at others.",
        "sources": ["bpo-27928", "hashlib documentation, scrypt()", "RFC 7914"],
        "detect": """\
import hashlib
available = hasattr(hashlib, "scrypt")
""",
        "harden": """\
import os
from hashlib import scrypt

def store(password):
    salt = os.urandom(16)
    return salt, scrypt(password, salt=salt, n=2 ** 14, r=8, p=1)  # 16 MiB a guess
""",
        "relax": """\
import hashlib
# To check what an old program has stored; store it anew when the password was right.
old = hashlib.scrypt(b"password", salt=b"its salt", n=2 ** 10, r=8, p=1)
""",
        "default": None,
        "without": {"default": "Salt and costs have to be given."},
    },
    {
        "name": "blake2",
        "title": "BLAKE2: hashes that are keyed, salted and personalised",
        "kind": "feature",
        "module": "hashlib",
        "names": ["hashlib.blake2b", "hashlib.blake2s"],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A hash as fast as MD5 has no known collisions, and cannot be lengthened by who does not know the key.",
        "beyond": "Files and messages are compared by hashes of others, which must be able to choose a sound one.",
        "sources": ["bpo-26798", "hashlib documentation, BLAKE2", "RFC 7693"],
        "detect": """\
import hashlib
available = hasattr(hashlib, "blake2b") and hasattr(hashlib, "blake2s")
""",
        "harden": """\
import hashlib, os
key = os.urandom(32)
tag = hashlib.blake2b(b"the message", key=key, person=b"cookies of site", digest_size=32).digest()
""",
        "relax": """\
import hashlib
label = hashlib.blake2s(b"a page", digest_size=8).hexdigest()  # 64 bits: a label, no proof
""",
        "default": """\
import hashlib
default = hashlib.blake2b().digest_size
""",
        "without": {},
    },
    {
        "name": "sha3",
        "title": "SHA-3",
        "kind": "feature",
        "module": "hashlib",
        "names": ["hashlib.sha3_224", "hashlib.sha3_256", "hashlib.sha3_384", "hashlib.sha3_512"],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "There is a standard to go on with, of another design, if SHA-2 should fall.",
        "beyond": "Both ends of a protocol must have the new hash before either can leave the old one.",
        "sources": ["bpo-16113", "hashlib documentation, Constructors", "FIPS 202"],
        "detect": """\
import hashlib
available = hasattr(hashlib, "sha3_256")
""",
        "harden": """\
import hashlib
digest = hashlib.sha3_256(b"the message").hexdigest()
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Who does not want it names another digest.",
            "default": "A digest is named where it is used.",
        },
    },
    {
        "name": "shake",
        "title": "digests of any length (SHAKE)",
        "kind": "feature",
        "module": "hashlib",
        "names": ["hashlib.shake_128", "hashlib.shake_256"],
        "first_2_7": None,
        "first_3": ["3.6"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "Nobody has to build longer digests out of short ones in a way of his own.",
        "beyond": "Newer signatures and key exchanges are defined with it, and peers must be able to check them.",
        "sources": ["bpo-16113", "hashlib documentation, SHAKE variable length digests", "FIPS 202"],
        "detect": """\
import hashlib
available = hasattr(hashlib, "shake_128") and hasattr(hashlib, "shake_256")
""",
        "harden": """\
import hashlib
digest = hashlib.shake_256(b"the message").digest(64)
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "How long a digest is, and so how strong, is said in each call.",
            "default": "A length has to be given.",
        },
    },
    {
        "name": "usedforsecurity",
        "title": "telling hashes for security from others (usedforsecurity)",
        "kind": "feature",
        "module": "hashlib",
        "names": [],
        "first_2_7": None,
        "first_3": ["3.9"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A policy may forbid MD5 and SHA-1 for security without breaking the programs that label files.",
        "beyond": "Hosts that cannot forbid broken digests go on making signatures that others must trust.",
        "sources": ["bpo-9216", "hashlib documentation, Constructors"],
        "detect": """\
import hashlib
try:
    hashlib.sha256(usedforsecurity=True)
except TypeError:
    available = False
else:
    available = True
""",
        "harden": """\
import hashlib
digest = hashlib.new("sha256", b"the message", usedforsecurity=True)  # a policy may refuse it
""",
        "relax": """\
import hashlib
label = hashlib.md5(b"a page", usedforsecurity=False)  # nobody gains by another page of this label
""",
        "default": """\
default = True  # each hash counts as for security unless it says otherwise
""",
        "without": {},
    },
    {
        "name": "file-digest",
        "title": "hashing a file as a whole (file_digest)",
        "kind": "feature",
        "module": "hashlib",
        "names": ["hashlib.file_digest"],
        "first_2_7": None,
        "first_3": ["3.11"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "What is checked against a digest is the file to its end, however little memory there is.",
        "beyond": "Programs that fetch files from others must be able to tell whether they got the right ones.",
        "sources": ["bpo-45150", "hashlib documentation, File hashing"],
        "detect": """\
import hashlib
available = hasattr(hashlib, "file_digest")
""",
        "harden": """\
import hashlib, hmac, io
with io.BytesIO(b"what was fetched") as download:  # or open(path, "rb")
    found = hashlib.file_digest(download, "sha256").hexdigest()
right = hmac.compare_digest(found, "what was announced")
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "It is as safe as the digest that is named.",
            "default": "It is a function to call; nothing is on or off.",
        },
    },
    {
        "name": "guaranteed-algorithms",
        "title": "asking which digests there are (algorithms_guaranteed)",
        "kind": "feature",
        "module": "hashlib",
        "names": ["hashlib.algorithms_guaranteed", "hashlib.algorithms_available"],
        "first_2_7": "2.7.9",
        "first_3": ["3.2"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": [],
        "openssl": None,
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "A protocol can choose the strongest digest that is there, instead of the oldest that always is.",
        "beyond": "Two ends meet at the strongest digest that both know to have.",
        "sources": ["bpo-21307", "PEP 466"],
        "detect": """\
import hashlib
available = hasattr(hashlib, "algorithms_guaranteed") and hasattr(hashlib, "algorithms_available")
""",
        "harden": """\
import hashlib
best = [each for each in ("sha3_256", "sha256") if each in hashlib.algorithms_guaranteed][0]
""",
        "relax": """\
import hashlib
choices = sorted(hashlib.algorithms_available)  # also what this OpenSSL has, sound or not
""",
        "default": """\
import hashlib
default = sorted(hashlib.algorithms_guaranteed)
""",
        "without": {},
    },
    {
        "name": "openssl-hashes",
        "title": "hashes of OpenSSL, beside which other threads run",
        "kind": "feature",
        "module": "hashlib",
        "names": [],
        "first_2_7": "2.7.0",
        "first_3": ["3.1"],
        "first_regraft": "0.1.0",
        "affected": None,
        "unconfirmed": ["The oldest OpenSSL whose hashes 2.7 takes; 1.1.1 is the oldest that regraft and 3.10 take."],
        "openssl": "1.1.1",
        "openssl_fixed": None,
        "capabilities": [],
        "cves": [],
        "defends": "While large data are hashed the other threads of a server go on, and the host's OpenSSL is what hashes.",
        "beyond": "A server that hashes what strangers upload must not be stopped by one of them for all others.",
        "sources": ["bpo-4751", "hashlib documentation, Hash algorithms"],
        "detect": """\
try:
    import _hashlib
except ImportError:  # this Python was built without it
    available = False
else:
    available = True
""",
        "harden": """\
from _hashlib import openssl_sha256  # an error where hashlib would take its own, slower one
digest = openssl_sha256(b"the message").hexdigest()
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "hashlib takes OpenSSL's hashes where they are.",
            "default": "What detect finds is what hashlib uses.",
        },
    },
]
