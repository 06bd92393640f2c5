"""`secrets`: values, types and refusals."""
from __future__ import absolute_import, division, print_function

import hmac
import random
import string

import pytest
import secrets


def test_the_module_offers_what_3_15_s_does():
    assert sorted(secrets.__all__) == [
        "SystemRandom", "choice", "compare_digest", "randbelow", "randbits", "token_bytes", "token_hex",
        "token_urlsafe"]
    assert secrets.SystemRandom is random.SystemRandom
    assert secrets.compare_digest is hmac.compare_digest
    assert secrets.DEFAULT_ENTROPY == 32


@pytest.mark.parametrize("size", [0, 1, 17, 64])
def test_tokens_hold_as_many_bytes_as_are_asked_for(size):
    assert isinstance(secrets.token_bytes(size), bytes) and len(secrets.token_bytes(size)) == size
    text = secrets.token_hex(size)
    assert isinstance(text, str) and len(text) == 2 * size and set(text) <= set("0123456789abcdef")
    text = secrets.token_urlsafe(size)
    assert isinstance(text, str) and len(text) == (4 * size + 2) // 3
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")


def test_tokens_without_a_size_hold_32_bytes_and_differ():
    assert len(secrets.token_bytes()) == len(secrets.token_bytes(None)) == 32
    assert len(secrets.token_hex()) == 64
    assert len({secrets.token_hex() for _ in range(50)}) == 50


def test_sizes_that_are_none_are_refused():
    for make in (secrets.token_bytes, secrets.token_hex, secrets.token_urlsafe):
        with pytest.raises(ValueError):
            make(-1)
        with pytest.raises(TypeError):
            make("a")


def test_numbers_lie_below_their_bound():
    assert {secrets.randbelow(3) for _ in range(200)} == {0, 1, 2}
    assert secrets.randbelow(1) == 0
    assert 0 <= secrets.randbelow(10 ** 50) < 10 ** 50
    for wrong in (0, -1):
        with pytest.raises(ValueError) as caught:
            secrets.randbelow(wrong)
        assert str(caught.value) == "Upper bound must be positive."
    assert secrets.randbits(0) == 0
    assert 0 <= secrets.randbits(100) < 1 << 100
    with pytest.raises(ValueError):
        secrets.randbits(-1)


def test_choices_come_from_the_sequence():
    assert {secrets.choice("abc") for _ in range(200)} == set("abc")
    with pytest.raises(IndexError):
        secrets.choice([])
