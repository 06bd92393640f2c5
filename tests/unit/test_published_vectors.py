"""Answers that NIST and the RFCs published, as PyPI's cryptography-vectors collects them.

The tools hand over where they are (REGRAFT_TEST_VECTORS); they are pure data and installed once, for the tools.
"""
from __future__ import absolute_import, division, print_function

import binascii
import hashlib
import hmac
import io
import os

import pytest

VARIABLE = "REGRAFT_TEST_VECTORS"
FOLDER = os.environ.get(VARIABLE)

pytestmark = pytest.mark.skipif(not FOLDER, reason="%s does not say where the vectors are; the tools set it" % VARIABLE)

DIGESTS = [("md5", "MD5", ("rfc-1321.txt",)), ("sha1", "SHA1", ("SHA1ShortMsg.rsp", "SHA1LongMsg.rsp"))]
DIGESTS += [("sha" + size, "SHA2", ("SHA%sShortMsg.rsp" % size, "SHA%sLongMsg.rsp" % size))
            for size in ("224", "256", "384", "512", "512_224", "512_256")]
DIGESTS += [("sha3_" + size, "SHA3", ("SHA3_%sShortMsg.rsp" % size, "SHA3_%sLongMsg.rsp" % size))
            for size in ("224", "256", "384", "512")]
DIGESTS += [("shake_" + size, "SHAKE", tuple("SHAKE%s%s.rsp" % (size, kind) for kind in ("ShortMsg", "LongMsg", "VariableOut")))
            for size in ("128", "256")]
DIGESTS += [(name, "blake2", (name + ".txt",)) for name in ("blake2b", "blake2s")]
FILES = [(name, "hashes/%s/%s" % (folder, each)) for name, folder, files in DIGESTS for each in files]

# Each row is the end of a chain of a thousand digests.
MONTE = [("sha1", "hashes/SHA1/SHA1Monte.rsp")]
MONTE += [("sha" + size, "hashes/SHA2/SHA%sMonte.rsp" % size) for size in ("224", "256", "384", "512")]
MONTE += [("sha3_" + size, "hashes/SHA3/SHA3_%sMonte.rsp" % size) for size in ("224", "256", "384", "512")]
MONTE_ROWS = 5

MACS = [(name, "HMAC/%s-%s.txt" % (source, name)) for source, name in (
    ("rfc-2202", "md5"), ("rfc-2202", "sha1"), ("rfc-4231", "sha224"), ("rfc-4231", "sha256"), ("rfc-4231", "sha384"),
    ("rfc-4231", "sha512"))]


def read(path, last):
    """Return the rows of a file, each a dict of its lines; `last` is the name that ends a row."""
    rows, row = [], {}
    with io.open(os.path.join(FOLDER, *path.split("/")), encoding="ascii") as stream:
        for line in stream:
            name, equals, value = line.partition("=")
            if equals and not line.startswith(("#", "[")):
                row[name.strip()] = value.strip()
                if name.strip() == last:
                    rows.append(row)
                    row = {}
    assert rows, path
    return rows


def message_of(row):
    message = binascii.unhexlify(row["Msg"])
    return message[:int(row["Len"]) // 8] if "Len" in row else message


def text_of(value):
    return value.encode("ascii").replace(b"\\0", b"\0")


@pytest.mark.parametrize("name, path", FILES)
def test_digests_are_those_published(name, path):
    last = "Output" if name.startswith("shake") else "MD"
    for row in read(path, last):
        message, expected = message_of(row), row[last].lower()
        length = [len(expected) // 2] if last == "Output" else []
        assert hashlib.new(name, message).hexdigest(*length) == expected
        # The same in two parts, which goes another way.
        made = hashlib.new(name)
        made.update(message[:len(message) // 3])
        made = made.copy()
        made.update(message[len(message) // 3:])
        assert binascii.hexlify(made.digest(*length)).decode("ascii") == expected


@pytest.mark.parametrize("name, path", MONTE)
def test_chains_of_digests_end_where_they_should(name, path):
    rows = read(path, "MD")
    seed = binascii.unhexlify(rows[0]["Seed"])
    for row in rows[:MONTE_ROWS]:
        chain = [seed] * 3
        for _ in range(1000):
            message = seed if name.startswith("sha3_") else b"".join(chain)
            seed = hashlib.new(name, message).digest()
            chain = chain[1:] + [seed]
        assert binascii.hexlify(seed).decode("ascii") == row["MD"]


@pytest.mark.parametrize("name, path", MACS)
def test_hmacs_are_those_published(name, path):
    for row in read(path, "MD"):
        key, message, expected = binascii.unhexlify(row["Key"]), message_of(row), row["MD"].lower()
        assert hmac.new(key, message, name).hexdigest() == expected
        assert binascii.hexlify(hmac.digest(key, message, name)).decode("ascii") == expected


def test_keys_of_pbkdf2_are_those_published():
    for row in read("KDF/rfc-6070-PBKDF2-SHA1.txt", "DERIVED_KEY"):
        if int(row["ITERATIONS"]) > 100000:
            continue  # the one of 16 million rounds takes half a minute and tells nothing else
        key = hashlib.pbkdf2_hmac(
            "sha1", text_of(row["PASSWORD"]), text_of(row["SALT"]), int(row["ITERATIONS"]), int(row["LENGTH"]))
        assert binascii.hexlify(key).decode("ascii") == row["DERIVED_KEY"]


def test_keys_of_scrypt_are_those_published():
    for row in read("KDF/scrypt.txt", "DERIVED_KEY"):
        n, r, p = int(row["N"]), int(row["r"]), int(row["p"])
        if n > 2 ** 15:
            continue  # a gigabyte of memory
        key = hashlib.scrypt(text_of(row["PASSWORD"]), salt=text_of(row["SALT"]), n=n, r=r, p=p,
                             maxmem=2 ** 26, dklen=int(row["LENGTH"]))
        assert binascii.hexlify(key).decode("ascii") == row["DERIVED_KEY"]
