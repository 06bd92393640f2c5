"""Digests: vectors, what is taken as data, names, BLAKE2's parameters, key derivation, files, threads."""
from __future__ import absolute_import, division, print_function

import array
import copy
import inspect
import io
import os
import pickle
import random
import subprocess
import sys
import threading

import _hashlib
import hashlib
import pytest

from regraft import _behavior, _openssl
from regraft._compat import PY2

# FIPS 180-4, FIPS 202, RFC 1321, RFC 7693; for SHAKE the first 16 and 32 bytes. Of b"abc".
VECTORS = {
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha224": "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha384": "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
              "8086072ba1e7cc2358baeca134c825a7",
    "sha512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "sha3_224": "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
    "sha3_256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    "sha3_384": "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
                "98d88cea927ac7f539f1edf228376d25",
    "sha3_512": "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
                "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
    "shake_128": "5881092dd818bf5cf8a3ddb793fbcba7",
    "shake_256": "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739",
    "blake2b": "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
               "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    "blake2s": "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
}
XOF = ("shake_128", "shake_256")
FIXED = sorted(set(VECTORS) - set(XOF))
# Around the sizes where a message is only collected, and where other threads may run.
SIZES = (0, 1, 63, 64, 65, 127, 128, 129, 2047, 2048, 2049, 9000)


def finish(made, name):
    return made.hexdigest(len(VECTORS[name]) // 2) if name in XOF else made.hexdigest()


def pattern(size):
    return (bytes(bytearray(range(251))) * (size // 251 + 1))[:size]


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_every_guaranteed_digest_gives_the_published_answer(name):
    constructor = getattr(hashlib, name)
    assert finish(constructor(b"abc"), name) == VECTORS[name]
    assert finish(constructor(data=b"abc", usedforsecurity=False), name) == VECTORS[name]
    assert finish(hashlib.new(name, b"abc"), name) == VECTORS[name]
    assert finish(hashlib.new(name, data=b"abc", usedforsecurity=False), name) == VECTORS[name]
    made = constructor()
    made.update(b"a")
    made.update(b"bc")
    assert finish(made, name) == VECTORS[name]
    assert made.name == name
    assert isinstance(made.name, str) and isinstance(finish(made, name), str)
    assert isinstance(made.digest_size, int) and isinstance(made.block_size, int)


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_a_message_in_parts_of_any_size_has_the_digest_of_the_whole(name):
    for size in SIZES:
        message = pattern(size)
        whole = finish(hashlib.new(name, message), name)
        for step in (17, 128, 2048, 3000):
            made = hashlib.new(name)
            for start in range(0, size, step):
                made.update(message[start:start + step])
            assert finish(made, name) == whole, (size, step)
            assert finish(made, name) == whole


@pytest.mark.parametrize("name", sorted(VECTORS))
@pytest.mark.parametrize("size", [3, 500, 5000])
def test_a_copy_goes_its_own_way(name, size):
    made = hashlib.new(name, pattern(size))
    twin = made.copy()
    assert type(twin) is type(made)
    twin.update(b"more")
    assert finish(made, name) == finish(hashlib.new(name, pattern(size)), name)
    assert finish(twin, name) == finish(hashlib.new(name, pattern(size) + b"more"), name)


@pytest.mark.parametrize("name", FIXED)
def test_digest_and_hexdigest_say_the_same(name):
    made = hashlib.new(name, b"abc")
    assert made.digest_size == len(made.digest())
    assert "".join("%02x" % byte for byte in bytearray(made.digest())) == made.hexdigest()


@pytest.mark.parametrize("name", sorted(set(VECTORS) - set(["blake2b", "blake2s"])))
def test_the_name_of_2_7_for_the_size_of_a_digest_says_what_todays_says(name):
    made = getattr(hashlib, name)()
    assert made.digestsize == made.digest_size


@pytest.mark.parametrize("name", XOF)
def test_shake_gives_as_many_bytes_as_are_asked_for(name):
    made = hashlib.new(name, b"abc")
    assert made.digest_size == 0
    long_answer = made.digest(5000)
    for length in (0, 1, 16, 167, 168, 169, 4096):
        assert made.digest(length) == long_answer[:length]
        assert made.digest(length=length) == long_answer[:length]
        assert len(made.hexdigest(length)) == 2 * length
    with pytest.raises(ValueError):
        made.digest(-1)
    with pytest.raises(ValueError):
        made.hexdigest(-1)
    with pytest.raises(OverflowError):
        made.digest(1 << 70)
    with pytest.raises(TypeError):
        made.digest()
    with pytest.raises(TypeError):
        made.digest(1.0)


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_every_kind_of_buffer_is_data(name):
    expected = finish(hashlib.new(name, b"abcd"), name)
    for data in (bytearray(b"abcd"), memoryview(b"abcd"), memoryview(b"xabcdx")[1:5], array.array("b", [97, 98, 99, 100])):
        assert finish(getattr(hashlib, name)(data), name) == expected
        made = hashlib.new(name)
        made.update(data)
        assert finish(made, name) == expected


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_what_is_no_buffer_is_refused(name):
    constructor = getattr(hashlib, name)
    for wrong in (None, 1, 1.5, object(), [b"a"]):
        for attempt in (constructor, constructor().update):
            with pytest.raises(TypeError):
                attempt(wrong)
    if not PY2:
        # 2.7 cannot make such a view.
        with pytest.raises(BufferError):
            constructor(memoryview(b"abcdef")[::2])


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_text_is_data_only_on_2_7_and_only_if_it_is_ascii(name):
    constructor = getattr(hashlib, name)
    if _behavior.HASHES_TAKE_TEXT:
        assert finish(constructor(u"abc"), name) == VECTORS[name]
        with pytest.raises(UnicodeEncodeError):
            constructor(u"\xe9")
        with pytest.raises(UnicodeEncodeError):
            constructor().update(u"\xe9")
    else:
        for attempt in (constructor, constructor().update):
            with pytest.raises(TypeError) as caught:
                attempt(u"abc")
            assert str(caught.value) == "Strings must be encoded before hashing"


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_string_is_the_old_name_of_data(name, recwarn):
    for constructor in (getattr(hashlib, name), lambda **keywords: hashlib.new(name, **keywords)):
        assert finish(constructor(string=b"abc"), name) == VECTORS[name]
        with pytest.raises(TypeError) as caught:
            constructor(data=b"abc", string=b"abc")
        assert "mutually exclusive" in str(caught.value)
        with pytest.raises(TypeError):
            constructor(nonsense=1)
    assert bool(len(recwarn)) == _behavior.HASH_STRING_KEYWORD_IS_DEPRECATED


def test_the_old_name_of_data_warns_where_the_newest_defaults_are_asked_for(recwarn):
    _openssl.set_hash_warnings(True)
    try:
        hashlib.sha256(string=b"abc")
        hashlib.blake2b(string=b"abc")
    finally:
        _openssl.set_hash_warnings(_behavior.HASH_STRING_KEYWORD_IS_DEPRECATED)
    assert [each.category for each in recwarn] == [DeprecationWarning] * 2
    assert "'string' keyword parameter is deprecated" in str(recwarn[0].message)


def test_openssl_s_spellings_find_the_digest_under_python_s_name():
    for spelling, name in (("SHA256", "sha256"), ("SHA2-256", "sha256"), ("SHA512-256", "sha512_256"),
                           ("SHA3-256", "sha3_256"), ("SHAKE128", "shake_128"), ("BLAKE2b512", "blake2b"),
                           (u"sha1", "sha1")):
        if spelling == "SHA2-256" and not _openssl.CAPABILITIES["OPENSSL3"]:
            continue
        assert hashlib.new(spelling).name == name


@pytest.mark.parametrize("name", ["spam", "", "sha256\0", " sha256", u"sh\xe4", "blake2bx"])
def test_an_unknown_name_is_a_value_error(name):
    with pytest.raises(ValueError) as caught:
        hashlib.new(name)
    assert "unsupported hash algorithm" in str(caught.value)
    with pytest.raises(_hashlib.UnsupportedDigestmodError):
        _hashlib.new(name)


@pytest.mark.parametrize("name", [1, None, 1.5, [], bytearray(b"md5")] + ([] if PY2 else [b"md5"]))
def test_a_name_that_is_no_text_is_a_type_error(name):
    with pytest.raises(TypeError):
        hashlib.new(name) if not isinstance(name, (list, bytearray)) else _hashlib.new(name)


def test_made_up_names_do_not_fill_the_memory():
    for case in range(2 ** 10):
        name = "".join(c.upper() if case >> i & 1 else c for i, c in enumerate("blake2b512"))
        assert _hashlib.new(name, b"abc").hexdigest() == VECTORS["blake2b"]


def test_the_lists_of_names_hold_what_works():
    assert hashlib.algorithms_guaranteed == set(VECTORS)
    assert hashlib.algorithms_available >= hashlib.algorithms_guaranteed | _hashlib.openssl_md_meth_names
    assert "undefined" not in hashlib.algorithms_available
    for name in hashlib.algorithms_available:
        assert hashlib.new(name, usedforsecurity=False).name == name
    for name in hashlib.__all__:
        assert hasattr(hashlib, name)
    assert hasattr(hashlib, "algorithms") == PY2
    if PY2:
        assert hashlib.algorithms == ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


def test_constructors_are_functions_that_do_not_bind():
    class Holder(object):
        make = hashlib.sha256

    assert Holder().make(b"abc").hexdigest() == VECTORS["sha256"]
    assert hashlib.sha256.__name__ == "openssl_sha256"
    assert hashlib.sha256.__module__ == "_hashlib"
    assert pickle.loads(pickle.dumps(hashlib.sha256)) is hashlib.sha256
    assert copy.deepcopy(hashlib.sha256) is hashlib.sha256
    assert _hashlib._constructors[hashlib.sha256] == "sha256"
    assert sorted(_hashlib._constructors.values()) == sorted(set(VECTORS) - {"blake2b", "blake2s"})
    for function, name in _hashlib._constructors.items():
        assert function().name == name and function.__name__ == "openssl_" + name
    with pytest.raises(TypeError):
        _hashlib._constructors[len] = "len"


@pytest.mark.skipif(not hasattr(inspect, "signature"), reason="2.7 has no signatures")
def test_signatures_are_those_of_3_15():
    plain = "(data=b'', *, usedforsecurity=True, string=None)"
    assert str(inspect.signature(hashlib.sha256)) == plain
    assert str(inspect.signature(hashlib.shake_128)) == plain
    assert str(inspect.signature(_hashlib.new)) == "(name, data=b'', *, usedforsecurity=True, string=None)"
    assert str(inspect.signature(hashlib.new)) == "(name, *args, **kwargs)"
    assert str(inspect.signature(hashlib.pbkdf2_hmac)) == "(hash_name, password, salt, iterations, dklen=None)"
    assert str(inspect.signature(hashlib.scrypt)) == "(password, *, salt, n, r, p, maxmem=0, dklen=64)"
    assert str(inspect.signature(hashlib.blake2s)).startswith("(data=b'', *, digest_size=32, key=b'', salt=b''")
    assert str(inspect.signature(_hashlib.HASH.update)) == "(self, obj, /)"
    assert str(inspect.signature(_hashlib.HASHXOF.digest)) == "(self, /, length)"


def test_hash_types_have_cpython_s_names_and_no_constructor():
    for kind, name in ((type(hashlib.sha256()), "HASH"), (type(hashlib.shake_128()), "HASHXOF")):
        assert kind is getattr(_hashlib, name)
        assert (kind.__module__, kind.__name__) == ("_hashlib", name)
        for attempt in (kind, lambda: kind("md5"), lambda: kind.__new__(kind), type("Sub", (kind,), {})):
            with pytest.raises(TypeError) as caught:
                attempt()
            assert "cannot create" in str(caught.value)
        with pytest.raises(TypeError):
            kind.attribute = 1
    assert repr(hashlib.sha256()).startswith("<sha256 _hashlib.HASH object @ 0x")
    assert issubclass(_hashlib.HASHXOF, _hashlib.HASH)
    with pytest.raises(AttributeError):
        hashlib.sha256().attribute = 1
    with pytest.raises(AttributeError):
        hashlib.sha256().name = "md5"


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_hash_objects_are_not_pickled(name):
    made = hashlib.new(name)
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps, lambda each: pickle.dumps(each, 2)):
        with pytest.raises(TypeError) as caught:
            attempt(made)
        assert "cannot pickle '_" in str(caught.value)


def test_builtin_constructors_are_the_host_s():
    find = getattr(hashlib, "__get_builtin_constructor")
    cache = getattr(hashlib, "__builtin_constructor_cache")
    with pytest.raises(ValueError):
        find("spam")
    with pytest.raises(TypeError):
        find(3)
    assert find("blake2b") is hashlib.blake2b
    try:
        found = find("md5")
    except ValueError:
        pytest.skip("this interpreter has no _md5")
    assert found is not hashlib.md5 and found(b"abc").hexdigest() == VECTORS["md5"]
    assert cache["MD5"] is found
    cache["spam"] = hashlib.sha256
    try:
        assert hashlib.new("spam", b"abc").hexdigest() == VECTORS["sha256"]
    finally:
        del cache["spam"]


# ---- BLAKE2 ------------------------------------------------------------------------------------------------

def parts_of_rfc_7693(constructor, sizes, lengths):
    """The digest of digests of RFC 7693, appendix E."""
    def sequence(length, seed):
        a, b, out = 0xDEAD4BAD * seed & 0xFFFFFFFF, 1, bytearray()
        for _ in range(length):
            a, b = b, (a + b) & 0xFFFFFFFF
            out.append(b >> 24)
        return bytes(out)

    whole = constructor(digest_size=32)
    for size in sizes:
        for length in lengths:
            message, key = sequence(length, length), sequence(size, size)
            whole.update(constructor(message, digest_size=size).digest())
            whole.update(constructor(message, digest_size=size, key=key).digest())
    return whole.hexdigest()


def test_blake2_passes_the_self_test_of_its_rfc():
    assert parts_of_rfc_7693(hashlib.blake2b, (20, 32, 48, 64), (0, 3, 128, 129, 255, 1024)) == (
        "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475")
    assert parts_of_rfc_7693(hashlib.blake2s, (16, 20, 28, 32), (0, 3, 64, 65, 255, 1024)) == (
        "6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe")


def test_blake2_puts_every_parameter_in_its_place():
    # Answers of CPython 3.13.
    common = dict(digest_size=17, key=b"key", salt=b"salt", person=b"person", fanout=3, depth=4,
                  leaf_size=0x01020304, node_depth=5, inner_size=6, last_node=True)
    assert hashlib.blake2s(b"abc", node_offset=0x010203040506, **common).hexdigest() == "aacace1a8c3989f6ed9f82bc72c5440f9b"
    assert hashlib.blake2b(b"abc", node_offset=0x0102030405060708, **common).hexdigest() == "05265e183ae82e59c88125c8be6db0b88d"


@pytest.mark.skipif(PY2, reason="2.7 has no BLAKE2 of its own to compare with")
@pytest.mark.parametrize("name", ["blake2b", "blake2s"])
def test_blake2_answers_as_the_host_s_over_random_parameters(name):
    theirs = getattr(pytest.importorskip("_blake2"), name)
    ours = getattr(hashlib, name)
    assert ours is not theirs
    draw = random.Random(2012)

    def some(most):
        return bytes(bytearray(draw.getrandbits(8) for _ in range(draw.choice([0, draw.randint(0, most), most]))))

    most, short = ours.MAX_DIGEST_SIZE, ours.SALT_SIZE
    for _ in range(300):
        parameters = dict(
            digest_size=draw.randint(1, most), key=some(most), salt=some(short), person=some(ours.PERSON_SIZE),
            fanout=draw.randint(0, 255), depth=draw.randint(1, 255), leaf_size=draw.getrandbits(32),
            node_offset=draw.getrandbits(64 if name == "blake2b" else 48), node_depth=draw.randint(0, 255),
            inner_size=draw.randint(0, most), last_node=draw.random() < 0.5)
        mine, other = ours(**parameters), theirs(**parameters)
        for _ in range(draw.randint(0, 4)):
            part = some(300)
            mine.update(part)
            other.update(part)
            assert mine.copy().hexdigest() == other.hexdigest(), parameters
        assert mine.digest() == other.digest(), parameters


@pytest.mark.parametrize("keywords, error", [
    (dict(digest_size=0), ValueError), (dict(digest_size=-1), ValueError), (dict(digest_size=65), ValueError),
    (dict(digest_size=1 << 80), OverflowError), (dict(digest_size=1.0), TypeError),
    (dict(key=b"k" * 65), ValueError), (dict(key=None), TypeError), (dict(salt=b"s" * 17), ValueError),
    (dict(person=b"p" * 17), ValueError), (dict(fanout=-1), ValueError), (dict(fanout=256), ValueError),
    (dict(depth=0), ValueError), (dict(depth=256), ValueError), (dict(leaf_size=-1), ValueError),
    (dict(leaf_size=1 << 32), OverflowError), (dict(leaf_size=1 << 80), OverflowError),
    (dict(leaf_size=1.0), TypeError), (dict(node_offset=-1), ValueError), (dict(node_offset=1 << 64), OverflowError),
    (dict(node_depth=-1), ValueError), (dict(node_depth=256), ValueError), (dict(inner_size=-1), ValueError),
    (dict(inner_size=65), ValueError)])
def test_blake2_refuses_parameters_out_of_range(keywords, error):
    for constructor in (hashlib.blake2b, hashlib.blake2s):
        with pytest.raises(error):
            constructor(**keywords)
    with pytest.raises(OverflowError):
        hashlib.blake2s(node_offset=1 << 48)


def test_blake2_is_a_class_with_its_limits():
    for kind, size, short, block in ((hashlib.blake2b, 64, 16, 128), (hashlib.blake2s, 32, 8, 64)):
        assert (kind.MAX_DIGEST_SIZE, kind.MAX_KEY_SIZE, kind.SALT_SIZE, kind.PERSON_SIZE) == (size, size, short, short)
        assert kind().block_size == block and kind(digest_size=5).digest_size == 5
        assert isinstance(kind(), kind) and kind.__module__ == "_blake2"
        with pytest.raises(TypeError):
            type("Sub", (kind,), {})
        with pytest.raises(TypeError):
            kind(b"", b"")


# ---- key derivation ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, password, salt, rounds, size, expected", [
    # RFC 6070
    ("sha1", b"password", b"salt", 1, 20, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
    ("sha1", b"password", b"salt", 4096, None, "4b007901b765489abead49d926f721d065a429c1"),
    ("sha1", b"passwordPASSWORDpassword", b"saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, 25,
     "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"),
    ("sha1", b"pass\0word", b"sa\0lt", 4096, 16, "56fa6aa75548099dcc37d7f03425e0c3"),
    # RFC 7914
    ("sha256", b"passwd", b"salt", 1, 64,
     "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
     "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783")])
def test_pbkdf2_gives_the_published_keys(name, password, salt, rounds, size, expected):
    key = hashlib.pbkdf2_hmac(name, password, salt, rounds, size)
    assert "".join("%02x" % byte for byte in bytearray(key)) == expected
    assert hashlib.pbkdf2_hmac(
        hash_name=name, password=bytearray(password), salt=memoryview(salt), iterations=rounds, dklen=size) == key


def test_pbkdf2_refuses_what_makes_no_key():
    def derive(name="sha1", password=b"p", salt=b"s", iterations=1, dklen=None):
        return hashlib.pbkdf2_hmac(name, password, salt, iterations, dklen)

    for wrong, error in ((dict(iterations=0), ValueError), (dict(iterations=-1), ValueError),
                         (dict(iterations=1 << 31), OverflowError), (dict(iterations=1 << 80), OverflowError),
                         (dict(iterations=1.0), TypeError), (dict(iterations=None), TypeError),
                         (dict(dklen=0), ValueError), (dict(dklen=-1), ValueError), (dict(dklen=1 << 31), OverflowError),
                         (dict(dklen=1.0), TypeError), (dict(name="spam"), ValueError), (dict(name=1), TypeError),
                         (dict(password=1), TypeError), (dict(salt=None), TypeError)):
        with pytest.raises(error):
            derive(**wrong)
    if PY2:
        assert derive(name=u"sha1", password=u"p", salt=u"s") == derive()
    else:
        for wrong in (dict(name=b"sha1"), dict(password="p"), dict(salt="s")):
            with pytest.raises(TypeError):
                derive(**wrong)


@pytest.mark.parametrize("password, salt, n, r, p, expected", [
    # RFC 7914
    (b"", b"", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                         "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"),
    (b"pleaseletmein", b"SodiumChloride", 16384, 8, 1,
     "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
     "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")])
def test_scrypt_gives_the_published_keys(password, salt, n, r, p, expected):
    key = hashlib.scrypt(password, salt=salt, n=n, r=r, p=p)
    assert "".join("%02x" % byte for byte in bytearray(key)) == expected
    assert hashlib.scrypt(bytearray(password), salt=memoryview(salt), n=n, r=r, p=p, dklen=8) == key[:8]


@pytest.mark.parametrize("wrong, error", [
    (dict(n=0), ValueError), (dict(n=1), ValueError), (dict(n=3), ValueError), (dict(n=-2), ValueError),
    (dict(n=None), TypeError), (dict(n=2.0), TypeError), (dict(n=1 << 80), OverflowError), (dict(r=0), ValueError),
    (dict(r=-1), ValueError), (dict(p=0), ValueError), (dict(p=None), TypeError), (dict(maxmem=-1), ValueError),
    (dict(maxmem=1 << 31), ValueError), (dict(dklen=0), ValueError), (dict(dklen=-1), ValueError),
    (dict(dklen=1 << 31), ValueError), (dict(n=1 << 20), ValueError), (dict(salt=None), TypeError),
    (dict(salt=1), TypeError)])
def test_scrypt_refuses_what_makes_no_key(wrong, error):
    parameters = dict(salt=b"salt", n=2, r=8, p=1)
    assert len(hashlib.scrypt(b"password", **parameters)) == 64
    parameters.update(wrong)
    with pytest.raises(error):
        hashlib.scrypt(b"password", **parameters)


def test_scrypt_says_which_argument_is_missing():
    for missing in ("salt", "n", "r", "p"):
        parameters = dict(salt=b"salt", n=2, r=8, p=1)
        del parameters[missing]
        with pytest.raises(TypeError) as caught:
            hashlib.scrypt(b"password", **parameters)
        assert "missing required argument %r" % missing in str(caught.value)


# ---- files and threads -------------------------------------------------------------------------------------

def test_file_digest_hashes_files_of_every_kind(tmpdir):
    data = pattern(600000)
    path = str(tmpdir.join("data"))
    with open(path, "wb") as out:
        out.write(data)
    expected = hashlib.sha256(data).hexdigest()
    for digest in ("sha256", hashlib.sha256, lambda: hashlib.new("sha256")):
        for opened in (open(path, "rb"), io.open(path, "rb"), io.open(path, "rb", buffering=0), io.BytesIO(data)):
            with opened:
                assert hashlib.file_digest(opened, digest).hexdigest() == expected
    with io.open(path, "rb") as opened:
        opened.seek(5)
        assert hashlib.file_digest(opened, "md5", _bufsize=1000).hexdigest() == hashlib.md5(data[5:]).hexdigest()


def test_file_digest_refuses_what_is_not_open_for_reading_bytes(tmpdir):
    path = str(tmpdir.join("data"))
    with io.open(path, "w") as out:
        out.write(u"text")
    for opened in (open(path, "r"), io.open(path, "r"), open(path, "wb"), io.open(path, "ab"), io.StringIO(u"text")):
        with opened:
            with pytest.raises(ValueError) as caught:
                hashlib.file_digest(opened, "md5")
            assert "not a file-like object in binary reading mode" in str(caught.value)
    for wrong in (None, object(), b"text"):
        with pytest.raises(ValueError):
            hashlib.file_digest(wrong, "md5")
    with pytest.raises(ValueError):
        hashlib.file_digest(io.BytesIO(b"x"), "spam")


def test_file_digest_says_so_when_a_read_would_block():
    class Empty(object):
        def readable(self):
            return True

        def readinto(self, buf):
            return None

    with pytest.raises(IOError) as caught:
        hashlib.file_digest(Empty(), "md5")
    assert "would block" in str(caught.value)


@pytest.mark.parametrize("name", ["sha256", "sha3_256", "blake2b"])
def test_threads_may_share_a_hash_object(name):
    part = b"swineflu" * 1000
    shared = hashlib.new(name)
    before = shared.digest()

    def work():
        for start in range(0, len(part), 8):
            shared.update(part[start:start + 8])
        for _ in range(20):
            shared.update(part)
            shared.copy().hexdigest()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert before == hashlib.new(name).digest()
    assert shared.hexdigest() == hashlib.new(name, part * 21 * 4).hexdigest()


# ---- configurations of OpenSSL -----------------------------------------------------------------------------

FIPS_ONLY = """openssl_conf = settings
[settings]
alg_section = algorithms
providers = providers
[algorithms]
default_properties = fips=yes
[providers]
default = software
[software]
activate = 1
"""


@pytest.mark.skipif(_openssl.CAPABILITIES["BUNDLED_OPENSSL"], reason="the import is refused: test_openssl_configuration.py")
@pytest.mark.skipif(not _openssl.CAPABILITIES["OPENSSL3"], reason="OpenSSL has properties from 3.0 on")
def test_where_only_approved_digests_may_be_used_md5_fails_unless_it_is_not_for_security(tmpdir):
    configuration = tmpdir.join("openssl.cnf")
    configuration.write(FIPS_ONLY)
    program = "\n".join([
        "import hashlib, hmac, _hashlib",
        "def refused(make, *args):",
        "    try: make(*args)",
        "    except ValueError as error: return 'unsupported' in str(error)",
        "assert _hashlib.get_fips_mode() == 1",
        "assert refused(hashlib.md5) and refused(hashlib.new, 'md5')",
        "assert refused(hmac.new, b'key', b'', 'md5') and refused(hmac.digest, b'key', b'', 'md5')",
        "assert refused(hashlib.pbkdf2_hmac, 'md5', b'password', b'salt', 1)",
        "assert hashlib.md5(b'abc', usedforsecurity=False).hexdigest() == %r" % VECTORS["md5"],
        "assert hashlib.new('md5', b'abc', usedforsecurity=False).hexdigest() == %r" % VECTORS["md5"],
        "assert refused(hashlib.md5)",
    ])
    environment = dict(os.environ, OPENSSL_CONF=str(configuration), PYTHONPATH=os.pathsep.join(sys.path))
    subprocess.check_call([sys.executable, "-c", program], env=environment)
