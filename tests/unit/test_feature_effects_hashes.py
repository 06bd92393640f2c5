"""What the registry's rows of hashes and randomness say can be seen: the recipes do what they are for."""
from __future__ import absolute_import, division, print_function

import hashlib
import hmac
import os
import random

import pytest

from regraft import _openssl, features, policy


def harden(name):
    return features.run(features.get(name), "harden")


def relax(name):
    return features.run(features.get(name), "relax")


def test_compare_digest_tells_equal_from_different():
    assert harden("compare-digest")["same"] is False
    assert hmac.compare_digest(b"expected", b"expected")


def test_a_named_digest_is_the_one_that_is_used():
    tag = harden("hmac-digestmod")["tag"]
    assert tag.name == "hmac-sha256" and tag.block_size == 64
    assert tag.digest() == harden("hmac-one-shot")["tag"] == hmac.new(b"the key", b"the message", hashlib.sha256).digest()
    assert relax("hmac-digestmod")["tag"].digest_size == 16


def test_the_default_digest_is_md5_or_none():
    assert features.default("hmac-digest-required") == (None if policy.DEFAULTS.hmac_needs_digest else "md5")
    assert harden("hmac-digest-required")["tag"].digest_size == 32
    assert relax("hmac-digest-required")["tag"].digest_size == 16


def test_a_key_is_overwritten_after_use():
    found = harden("hmac-any-buffer")
    assert found["tag"] == hmac.new(b"read from a file", b"the message", hashlib.sha256).digest()
    assert set(found["key"]) == set([0]) and len(found["key"]) == 16


@pytest.mark.parametrize("name", ["pbkdf2", "scrypt"])
def test_a_password_is_stored_under_another_salt_each_time(name):
    store = harden(name)["store"]
    options = {"rounds": 1000} if name == "pbkdf2" else {}
    first, second = store(b"password", **options), store(b"password", **options)
    assert first[-2] != second[-2] and first[-1] != second[-1]
    if name == "pbkdf2":
        assert first[-1] == hashlib.pbkdf2_hmac("sha256", b"password", first[1], first[0])
    else:
        assert first[-1] == hashlib.scrypt(b"password", salt=first[0], n=2 ** 14, r=8, p=1)


def test_a_keyed_and_personalised_hash_is_one_of_its_own():
    found = harden("blake2")
    assert len(found["tag"]) == 32
    assert found["tag"] != hashlib.blake2b(b"the message", digest_size=32).digest()
    assert found["tag"] != hashlib.blake2b(b"the message", key=found["key"], digest_size=32).digest()
    assert features.default("blake2") == 64


def test_digests_have_the_length_that_was_asked_for():
    assert len(harden("shake")["digest"]) == 64
    assert len(harden("sha3")["digest"]) == 64


def test_a_file_is_hashed_to_its_end():
    assert harden("file-digest")["found"] == hashlib.sha256(b"what was fetched").hexdigest()


def test_what_is_guaranteed_is_there():
    assert harden("guaranteed-algorithms")["best"] == "sha3_256"
    guaranteed = features.default("guaranteed-algorithms")
    assert guaranteed and all(callable(getattr(hashlib, each)) for each in guaranteed)
    assert set(guaranteed) <= set(relax("guaranteed-algorithms")["choices"])


def test_hashes_are_openssls():
    assert harden("openssl-hashes")["digest"] == hashlib.sha256(b"the message").hexdigest()


@pytest.mark.skipif(not _openssl.CAPABILITIES["GETRANDOM"], reason="this system has no getrandom()")
def test_keys_of_the_kernel_are_there_and_differ():
    for name in ("urandom", "getrandom"):
        first, second = harden(name)["key"], harden(name)["key"]
        assert len(first) == len(second) == 32 and first != second
    assert features.default("urandom") == "getrandom"
    assert len(relax("urandom")["identifier"]) == 16


@pytest.mark.skipif(bool(_openssl.CAPABILITIES["GETRANDOM"]), reason="this system has getrandom()")
def test_without_getrandom_the_rows_say_so():
    assert not features.has("urandom") and not features.has("getrandom")


def test_a_token_is_another_each_time():
    for name, size in [("system-random", 32), ("random-choices", 24), ("secrets", 43)]:
        first, second = harden(name)["token"], harden(name)["token"]
        assert len(first) == len(second) == size and first != second, name
    assert len(harden("random-bytes")["key"]) == 32
    assert features.default("system-random") == "Random"
    assert len(relax("secrets")["code"]) == 6


def test_a_seeded_generator_repeats_itself_and_the_kernels_does_not():
    assert relax("system-random")["repeatable"].random() == random.Random(42).random()
    assert random.SystemRandom(42).random() != random.SystemRandom(42).random()


def test_a_range_is_made_of_bits():
    assert features.default("unbiased-range") == "bits"
    assert 1 <= harden("unbiased-range")["nonce"] < 2 ** 256 - 189
    # A float has 53 bits, so the lowest ones of a large range would never be set.
    assert any(random.SystemRandom().randrange(2 ** 200) & 0xFFFF for _ in range(8))


def test_urandom_is_what_the_row_says_it_is():
    names = features.get("urandom")["names"] + features.get("getrandom")["names"]
    there = [each for each in names if hasattr(os, each.split(".")[1])]
    assert there == (names if _openssl.CAPABILITIES["GETRANDOM"] else ["os.urandom"])


@pytest.mark.parametrize("name", [row["name"] for row in features.rows() if row["kind"] == "fix"])
def test_with_regraft_each_hole_is_closed(name):
    assert features.has(name)
