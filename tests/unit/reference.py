"""Answers JSON requests with what this interpreter's own hashlib and hmac say; run by test_reference_answers.py.

A request is a list: the name of a function below and its arguments, bytes as hexadecimal text. The answer is text:
hexadecimal, or the name of an exception.
"""
from __future__ import absolute_import, division, print_function

import binascii
import hashlib
import hmac
import json
import sys


def unpack(value):
    if isinstance(value, list):
        return [unpack(each) for each in value]
    if isinstance(value, dict):
        return dict((str(name), unpack(each)) for name, each in value.items())
    # "x" marks bytes; other text is a name.
    if isinstance(value, type(u"")):
        return binascii.unhexlify(value[1:].encode("ascii")) if value.startswith("x") else str(value)
    return value


def hash_parts(name, parts, length, keywords):
    constructor = getattr(hashlib, name, None)
    made = constructor(parts[0], **keywords) if constructor else hashlib.new(name, parts[0], **keywords)
    for part in parts[1:]:
        made = made.copy()
        made.digest(*length)
        made.update(part)
    return made.digest(*length)


def keyed_parts(name, key, parts):
    made = hmac.new(key, parts[0], name)
    for part in parts[1:]:
        made = made.copy()
        made.digest()
        made.update(part)
    once = hmac.digest(key, b"".join(parts), name)
    return made.digest() + once


def pbkdf2(name, password, salt, rounds, length):
    return hashlib.pbkdf2_hmac(name, password, salt, rounds, length)


def scrypt(password, salt, n, r, p, length):
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, dklen=length)


def compare(first, second):
    return b"\1" if hmac.compare_digest(first, second) else b"\0"


FUNCTIONS = {"hash": hash_parts, "hmac": keyed_parts, "pbkdf2": pbkdf2, "scrypt": scrypt, "compare": compare}


def answer(request):
    arguments = unpack(json.loads(json.dumps(request)))
    try:
        return binascii.hexlify(FUNCTIONS[arguments[0]](*arguments[1:])).decode("ascii")
    except (ValueError, TypeError, OverflowError) as error:
        # Of OpenSSL's own kinds of errors only the public base counts.
        return [each.__name__ for each in type(error).__mro__ if each.__module__ in ("builtins", "exceptions")][0]


def main():
    while True:
        line = sys.stdin.readline()
        if not line:
            break
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
