"""Hashes, derives keys and takes random numbers; prints what came of it as JSON. From 2.7 to 3.15."""
from __future__ import absolute_import, division, print_function

import binascii
import hashlib
import hmac
import json
import os
import secrets

import _hashlib


def text(octets):
    """Return them in hexadecimal (str)."""
    return binascii.hexlify(octets).decode("ascii")


if __name__ == "__main__":
    answers = {name: hashlib.new(name, b"abc").hexdigest() for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")}
    answers["hmac"] = hmac.new(b"Jefe", b"what do ya want for nothing?", "sha256").hexdigest()
    answers["pbkdf2"] = text(hashlib.pbkdf2_hmac("sha256", b"passwd", b"salt", 1, 64))
    answers["scrypt"] = text(hashlib.scrypt(b"", salt=b"", n=16, r=1, p=1))
    print(json.dumps({
        "answers": answers, "files": [hashlib.__file__, hmac.__file__, secrets.__file__],
        "ours": all(getattr(hashlib, name) is getattr(_hashlib, "openssl_" + name) for name in ("sha256", "sha512")),
        "random": [text(each) for each in (os.urandom(32), os.urandom(32), secrets.token_bytes(32))],
    }))
