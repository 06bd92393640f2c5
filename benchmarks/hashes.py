"""Benchmarks of hashlib, hmac and the operating system's randomness; `run.py --hashes`.

Plain standard library, one syntax for 2.7 to 3.15. run.py takes the titles from here, worker.py the operations.
Each is a statement that `timeit` puts into its loop: a function of ours around it would cost as much as the digest.
"""
from __future__ import absolute_import, division, print_function

import timeit

DIGESTS = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "shake_128")
SIZES = (("16", 16), ("1k", 1024), ("1m", 1024 * 1024))

_KEYED = 'import hmac, hashlib; new = hmac.new; key = b"key of 16 bytes."; sha256 = hashlib.sha256; data = b"m" * %d'
_ONCE = 'import hmac; digest = hmac.digest; key = b"key of 16 bytes."; data = b"m" * %d'
_HASH = 'import hashlib; hash = hashlib.sha256(b"m" * %d)'
_PASSWORD = 'import hashlib; from hashlib import %s as derive; password, salt = b"key of 16 bytes.", b"salt of 16 bytes"'
_FILE = """
import hashlib, tempfile
digest = hashlib.file_digest
stream = tempfile.TemporaryFile()
stream.write(b"m" * 2**20)
"""

# Name -> title, what is done before, the operation.
TABLE = {
    "update_16": ("update of 16 bytes", _HASH % 16 + '; update = hash.update; data = b"m" * 16', "update(data)"),
    "update_1k": ("update of 1k", _HASH % 16 + '; update = hash.update; data = b"m" * 1024', "update(data)"),
    "copy_16": ("copy, 16 bytes hashed", _HASH % 16 + "; copy = hash.copy", "copy()"),
    "copy_1k": ("copy, 1k hashed", _HASH % 1024 + "; copy = hash.copy", "copy()"),
    "hexdigest_16": ("hexdigest, 16 bytes hashed", _HASH % 16 + "; hexdigest = hash.hexdigest", "hexdigest()"),
    "hexdigest_1k": ("hexdigest, 1k hashed", _HASH % 1024 + "; hexdigest = hash.hexdigest", "hexdigest()"),
    "new_16": ('new("sha256", 16).digest()', 'from hashlib import new; data = b"m" * 16', 'new("sha256", data).digest()'),
    "compare_32": ("compare_digest of 32 bytes", 'from hmac import compare_digest; a, b = b"m" * 32, b"m" * 31 + b"n"',
                   "compare_digest(a, b)"),
    "hmac_constructor_16": ("hmac.new(sha256), 16", _KEYED % 16, "new(key, data, sha256).digest()"),
    "hmac_name_16": ('hmac.new("sha256"), 16', _KEYED % 16, 'new(key, data, "sha256").digest()'),
    "hmac_name_1k": ('hmac.new("sha256"), 1k', _KEYED % 1024, 'new(key, data, "sha256").digest()'),
    "hmac_once_16": ("hmac.digest of 16 bytes", _ONCE % 16, 'digest(key, data, "sha256")'),
    "hmac_once_1k": ("hmac.digest of 1k", _ONCE % 1024, 'digest(key, data, "sha256")'),
    "pbkdf2_1000": ("pbkdf2_hmac, 1000 rounds", _PASSWORD % "pbkdf2_hmac", 'derive("sha256", password, salt, 1000)'),
    "scrypt_1024": ("scrypt, n=1024", _PASSWORD % "scrypt", "derive(password, salt=salt, n=1024, r=8, p=1)"),
    "file_1m": ("file_digest of 1m", _FILE, 'stream.seek(0); digest(stream, "sha256").digest()'),
    "urandom_16": ("os.urandom(16)", "from os import urandom", "urandom(16)"),
    "urandom_256": ("os.urandom(256)", "from os import urandom", "urandom(256)"),
    "urandom_1m": ("os.urandom(1m)", "from os import urandom", "urandom(2**20)"),
}
for _name in DIGESTS:
    for _label, _size in SIZES:
        TABLE["%s_%s" % (_name, _label)] = (
            "%s(%s).digest()" % (_name, _label), 'from hashlib import %s; data = b"m" * %d' % (_name, _size),
            "%s(data).digest(%s)" % (_name, "32" if _name.startswith("shake") else ""))
TITLES = dict((name, TABLE[name][0]) for name in sorted(TABLE))


class Missing(Exception):
    """This interpreter does not offer what the benchmark needs."""


def loop_of(name):
    """Return a function that does the benchmark's operation as often as it is told."""
    _, before, statement = TABLE[name]
    timer = timeit.Timer(statement, before)
    try:
        timer.timeit(1)
    except (ImportError, AttributeError) as error:
        raise Missing(str(error))
    return timer.timeit
