"""Nothing grows: hash objects, HMACs, BLAKE2, derived keys, random bytes, and what is refused."""
from __future__ import absolute_import, division, print_function

import hashlib
import hmac
import random
import secrets

import _hashlib
import pytest

from growth import growth_of
from regraft._compat import PY2

SIZES = (0, 1, 127, 128, 129, 5000)
NAMES = ("md5", "sha1", "sha256", "sha512", "sha3_256", "shake_128", "blake2b", "blake2s")


@pytest.mark.parametrize("name", NAMES)
def test_hash_objects_leave_nothing_behind(name):
    length = (16,) if name.startswith("shake") else ()

    def run():
        for size in SIZES:
            first = hashlib.new(name, b"x" * size)
            first.update(bytearray(size))
            second = first.copy()
            second.update(b"more")
            assert first.digest(*length) != second.digest(*length)
            assert first.hexdigest(*length) and first.name and first.digest_size is not None
            for wrong in (None, 3, u"\xe9", [b"x"]):
                try:
                    first.update(wrong)
                except (TypeError, UnicodeError):
                    continue
                raise AssertionError("%r was hashed" % (wrong,))

    assert growth_of(run) == {}


@pytest.mark.parametrize("maker", [hmac.new, _hashlib.hmac_new], ids=["hmac.new", "hmac_new"])
def test_hmacs_leave_nothing_behind(maker):
    def run():
        for size in SIZES:
            for digest in ("sha256", "sha3_224"):
                first = maker(b"k" * size, b"x" * size, digest)
                first.update(b"y" * size)
                second = first.copy()
                second.update(b"more")
                assert first.digest() != second.digest() and first.hexdigest() and first.name
        assert hmac.digest(b"k", b"x" * 5000, "sha1") if hasattr(hmac, "digest") else True
        assert _hashlib.hmac_digest(b"k" * 300, b"x" * 5000, "sha1")
        for wrong in ("no such digest", "shake_128"):
            try:
                maker(b"k", b"", wrong)
            except ValueError:
                continue
            raise AssertionError("an HMAC was made of %s" % wrong)

    assert growth_of(run) == {}


def test_the_parts_of_an_hmac_leave_nothing_behind():
    def run():
        first = hmac.new(b"key", b"message", "sha256")
        expected = first.digest()
        first.inner, first.outer = first.inner.copy(), first.outer
        assert first.digest() == expected and first.copy().digest() == expected
        first.inner = None

    assert growth_of(run) == {}


def test_parameters_of_blake2_leave_nothing_behind():
    def run():
        made = hashlib.blake2b(b"x" * 300, digest_size=20, key=b"k" * 64, salt=bytearray(16), person=b"me", fanout=2,
                               depth=2, leaf_size=100, node_offset=2, node_depth=1, inner_size=32, last_node=True)
        made.update(b"x" * 5000)
        assert made.copy().hexdigest() == made.hexdigest()
        for wrong in ({"digest_size": 99}, {"key": b"k" * 65}, {"salt": b"s" * 17}, {"person": None}, {"fanout": -1},
                      {"leaf_size": 1 << 40}, {"node_offset": -1}, {"no_such": 1}):
            try:
                hashlib.blake2b(b"", **wrong)
            except (TypeError, ValueError, OverflowError):
                continue
            raise AssertionError("%r was taken" % (wrong,))

    assert growth_of(run) == {}


def test_derived_keys_and_comparisons_leave_nothing_behind():
    def run():
        assert hashlib.pbkdf2_hmac("sha256", b"password", bytearray(b"salt"), 2, 40)
        assert hashlib.scrypt(b"password", salt=b"salt", n=2, r=1, p=1)
        assert hmac.compare_digest(b"x", bytearray(b"x")) and hmac.compare_digest(u"x", u"x")
        assert not PY2 or hmac.compare_digest(u"\xe9", u"\xe9")
        for wrong in (lambda: hashlib.pbkdf2_hmac("no such digest", b"", b"", 1),
                      lambda: hashlib.pbkdf2_hmac("sha1", b"", b"", 0),
                      lambda: hashlib.pbkdf2_hmac("sha1", b"", None, 1),
                      lambda: hashlib.scrypt(b"", salt=b"", n=3, r=1, p=1),
                      lambda: hashlib.scrypt(b"", salt=b"", n=1 << 30, r=8, p=1),
                      lambda: hmac.compare_digest(b"x", u"x"),
                      # 2.7 compares any text.
                      lambda: hmac.compare_digest(u"\xe9", b"x" if PY2 else u"\xe9")):
            try:
                wrong()
            except (TypeError, ValueError, OverflowError):
                continue
            raise AssertionError("a wrong argument was taken")

    assert growth_of(run) == {}


def test_names_nobody_has_are_forgotten():
    def run(count=[0]):
        for _ in range(300):
            count[0] += 1
            try:
                hashlib.new("digest%d" % count[0])
            except ValueError:
                continue
            raise AssertionError("an unknown digest was found")

    assert growth_of(run, 3) == {}


def test_random_bytes_leave_nothing_behind():
    generator = random.SystemRandom()

    def run():
        assert secrets.token_bytes(40) and secrets.token_hex() and generator.random() < 1 and generator.getrandbits(99)

    assert growth_of(run) == {}
