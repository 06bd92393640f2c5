"""Our answers are those of CPython 3.13 without regraft, over inputs that hypothesis makes.

The tools hand over where that interpreter is (REGRAFT_TEST_REFERENCE).
"""
from __future__ import absolute_import, division, print_function

import binascii
import json
import os
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import reference

VARIABLE = "REGRAFT_TEST_REFERENCE"
PYTHON = os.environ.get(VARIABLE)

pytestmark = pytest.mark.skipif(not PYTHON, reason="%s names no CPython 3.13; the tools set it if there is one" % VARIABLE)

FIXED = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
         "sha512_224", "sha512_256", "sm3", "ripemd160", "blake2b", "blake2s")
XOF = ("shake_128", "shake_256")

# One process answers all examples, so nothing is fresh for each; and the machine may be busy.
# The same examples in each run, so that what a run finds the next one finds; REGRAFT_TEST_RANDOM=1 looks further.
FIT = settings(max_examples=200, deadline=None, derandomize=not os.environ.get("REGRAFT_TEST_RANDOM"),
               suppress_health_check=[HealthCheck.too_slow])


def packed(data):
    return "x" + binascii.hexlify(data).decode("ascii")


def data_of(most):
    return st.binary(max_size=most).map(packed)


# Sizes at which the way of a message changes are as likely as all others.
messages = st.one_of(
    data_of(300), st.sampled_from([55, 56, 64, 111, 112, 127, 128, 129, 136, 143, 144, 168, 2047, 2048, 2049, 5000]).map(
        lambda size: packed(bytes(bytearray(i * 7 % 251 for i in range(size))))))
parts = st.lists(messages, min_size=1, max_size=5)


@pytest.fixture(scope="module")
def ask():
    environment = dict((name, value) for name, value in os.environ.items()
                       if not name.startswith(("PYTHON", "REGRAFT")))
    child = subprocess.Popen([PYTHON, "-E", reference.__file__.replace(".pyc", ".py")], env=environment,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)

    def put(request):
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
        return json.loads(child.stdout.readline())

    yield put
    child.stdin.close()
    child.wait()


@FIT
@given(name=st.sampled_from(FIXED), parts=parts)
def test_digests(ask, name, parts):
    request = ["hash", name, parts, [], {}]
    assert reference.answer(request) == ask(request)


@FIT
@given(name=st.sampled_from(XOF), parts=parts, length=st.integers(0, 3000))
def test_digests_of_any_length(ask, name, parts, length):
    request = ["hash", name, parts, [length], {}]
    assert reference.answer(request) == ask(request)


@FIT
@given(name=st.sampled_from(["blake2b", "blake2s"]), parts=parts, data=st.data())
def test_blake2_with_its_parameters(ask, name, parts, data):
    keywords = data.draw(st.fixed_dictionaries(dict(
        digest_size=st.integers(-1, 66), key=data_of(66), salt=data_of(18), person=data_of(18),
        fanout=st.integers(-1, 257), depth=st.integers(-1, 257), leaf_size=st.integers(-1, 2 ** 32),
        node_offset=st.one_of(st.integers(-1, 2 ** 48), st.integers(2 ** 48, 2 ** 64)),
        node_depth=st.integers(-1, 257), inner_size=st.integers(-1, 66), last_node=st.booleans())))
    kept = data.draw(st.sets(st.sampled_from(sorted(keywords))))
    request = ["hash", name, parts, [], dict((each, keywords[each]) for each in kept)]
    assert reference.answer(request) == ask(request)


@FIT
@given(name=st.sampled_from(FIXED), key=messages, parts=parts)
def test_hmacs(ask, name, key, parts):
    request = ["hmac", name, key, parts]
    assert reference.answer(request) == ask(request)


@FIT
@given(name=st.sampled_from(FIXED), password=messages, salt=data_of(80), rounds=st.integers(-1, 20),
       length=st.one_of(st.none(), st.integers(-1, 200)))
def test_keys_of_pbkdf2(ask, name, password, salt, rounds, length):
    request = ["pbkdf2", name, password, salt, rounds, length]
    assert reference.answer(request) == ask(request)


@FIT
@given(password=data_of(80), salt=data_of(80), n=st.sampled_from([0, 1, 2, 3, 4, 16, 64]), r=st.integers(0, 3),
       p=st.integers(0, 3), length=st.integers(-1, 100))
def test_keys_of_scrypt(ask, password, salt, n, r, p, length):
    request = ["scrypt", password, salt, n, r, p, length]
    assert reference.answer(request) == ask(request)


@FIT
@given(first=data_of(40), second=data_of(40), same=st.booleans(), place=st.integers(0, 39))
def test_comparisons(ask, first, second, same, place):
    if same:
        # Alike but for one bit, or wholly.
        raw = bytearray(binascii.unhexlify(first[1:]))
        if place < len(raw):
            raw[place] ^= 1 << place % 8
        second = packed(bytes(raw))
    for request in (["compare", first, second], ["compare", first, first]):
        assert reference.answer(request) == ask(request)
