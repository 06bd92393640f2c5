"""HMAC: vectors, digests of every kind, what 2.7 had, copies, comparison in constant time."""
from __future__ import absolute_import, division, print_function

import array
import copy
import hashlib
import inspect
import os
import pickle
import subprocess
import sys
import threading
import types
import warnings

import _hashlib
import hmac
import pytest

from regraft import _behavior, _openssl, policy
from regraft._compat import PY2

# RFC 4231, and RFC 2202 for MD5 and SHA-1: key, message, digest, answer.
VECTORS = [
    (b"\x0b" * 20, b"Hi There", "sha1", "b617318655057264e28bc0b6fb378c8ef146be00"),
    (b"Jefe", b"what do ya want for nothing?", "md5", "750c783e6ab0b503eaa86e310a5db738"),
    (b"\x0b" * 20, b"Hi There", "sha224", "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22"),
    (b"\x0b" * 20, b"Hi There", "sha256", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"\x0b" * 20, b"Hi There", "sha384", "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
                                          "faea9ea9076ede7f4af152e8b2fa9cb6"),
    (b"\x0b" * 20, b"Hi There", "sha512", "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                                          "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First", "sha256",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First", "sha512",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
     "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"),
]
NAMED = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
         "blake2b", "blake2s")
SIZES = (0, 1, 64, 127, 128, 129, 1000, 2047, 2048, 9000)


def by_hand(key, message, digest):
    """HMAC by its definition, from two hashes."""
    block = digest().block_size
    key = bytearray(digest(key).digest() if len(key) > block else key)
    key += bytearray(block - len(key))
    inner = digest(bytes(bytearray(byte ^ 0x36 for byte in key)) + message).digest()
    return digest(bytes(bytearray(byte ^ 0x5C for byte in key)) + inner).digest()


def pattern(size):
    return (bytes(bytearray(range(251))) * (size // 251 + 1))[:size]


class Old(object):
    """A digest as PEP 247 describes them: not OpenSSL's, with no more than it must have."""

    digest_size = 20
    block_size = 64
    name = "old"

    def __init__(self, data=b""):
        self.hash = hashlib.sha1(data)

    def update(self, data):
        self.hash.update(data)

    def digest(self):
        return self.hash.digest()

    def hexdigest(self):
        return self.hash.hexdigest()

    def copy(self):
        twin = type(self)()
        twin.hash = self.hash.copy()
        return twin


old_module = types.ModuleType("old")
old_module.new = Old
old_module.digest_size = 20


@pytest.mark.parametrize("key, message, name, expected", VECTORS)
def test_the_published_answers(key, message, name, expected):
    for digestmod in (name, getattr(hashlib, name), name.upper(), lambda data=b"": hashlib.new(name, data)):
        assert hmac.new(key, message, digestmod).hexdigest() == expected
        assert hmac.new(key, digestmod=digestmod, msg=message).hexdigest() == expected
        answer = hmac.digest(key, message, digestmod)
        assert "".join("%02x" % byte for byte in bytearray(answer)) == expected
        assert hmac.new(key, message, digestmod).digest() == answer
    assert _hashlib.hmac_new(key, message, name).hexdigest() == expected
    assert _hashlib.hmac_digest(key, message, name) == answer


@pytest.mark.parametrize("name", NAMED)
def test_every_way_to_the_same_hmac(name):
    constructor = getattr(hashlib, name)
    for key in (b"", b"key", b"k" * 64, b"k" * 65, b"k" * 144, b"k" * 145, b"k" * 5000):
        for size in SIZES:
            message = pattern(size)
            expected = by_hand(key, message, constructor)
            assert hmac.new(key, message, name).digest() == expected
            assert hmac.digest(key, message, name) == expected
            assert hmac.digest(key, message, constructor) == expected
    for size in SIZES:
        message = pattern(size)
        expected = by_hand(b"key", message, constructor)
        for digestmod in (name, constructor):
            made = hmac.new(b"key", digestmod=digestmod)
            for start in range(0, size, 100):
                made.update(message[start:start + 100])
                if not start % 1000:
                    assert made.copy().digest() == made.digest()
            assert made.digest() == expected == made.digest()
    made = hmac.new(b"key", b"", name)
    assert made.name == "hmac-" + name
    assert (made.digest_size, made.block_size) == (constructor().digest_size, constructor().block_size)
    assert isinstance(made.hexdigest(), str) and isinstance(made.name, str)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("size", [3, 500, 5000])
def test_a_copy_goes_its_own_way(name, size):
    for digestmod in (name, getattr(hashlib, name), lambda data=b"": hashlib.new(name, data)):
        made = hmac.new(b"key", pattern(size), digestmod)
        twin = made.copy()
        assert type(twin) is type(made) and twin.digest_size == made.digest_size and twin.name == made.name
        twin.update(b"more")
        assert made.digest() == hmac.digest(b"key", pattern(size), name)
        assert twin.digest() == hmac.digest(b"key", pattern(size) + b"more", name)


def test_digests_that_are_not_openssl_s_work():
    expected = by_hand(b"key", b"message", hashlib.sha1)
    for digestmod in (Old, old_module):
        made = hmac.new(b"key", b"mess", digestmod)
        made.update(b"age")
        assert made.digest() == expected == made.copy().digest()
        assert made.hexdigest() == "".join("%02x" % byte for byte in bytearray(expected))
        assert hmac.digest(b"key", b"message", digestmod) == expected
        assert hmac.new(b"k" * 100, b"m", digestmod).digest() == by_hand(b"k" * 100, b"m", hashlib.sha1)
        assert (made.digest_size, made.block_size, made.name) == (20, 64, "hmac-old")
        assert made._hmac is None and isinstance(made._inner, Old)


def test_a_digest_without_a_usable_block_size_gets_64_bytes_and_a_warning():
    small = type("Small", (Old,), {"block_size": 1})
    silent = type("Silent", (object,), {name: value for name, value in vars(Old).items()
                                        if name not in ("block_size", "__dict__", "__weakref__")})
    for digestmod in (small, silent):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            made = hmac.new(b"key", b"message", digestmod)
        assert [each.category for each in caught] == [RuntimeWarning]
        assert made.block_size == 64
        assert made.digest() == by_hand(b"key", b"message", hashlib.sha1)


@pytest.mark.parametrize("digestmod", ["spam", "shake_128", hashlib.shake_256, "", None])
def test_digests_that_make_no_hmac_are_refused(digestmod):
    refusal = (ValueError, TypeError, AttributeError)
    if digestmod or _needs_digest():
        with pytest.raises(refusal):
            hmac.new(b"key", b"message", digestmod)
    with pytest.raises(refusal):
        hmac.digest(b"key", b"message", digestmod)
    with pytest.raises(_hashlib.UnsupportedDigestmodError):
        _hashlib.hmac_new(b"key", b"message", digestmod)
    with pytest.raises(_hashlib.UnsupportedDigestmodError):
        _hashlib.hmac_digest(b"key", b"message", digestmod)


def _needs_digest():
    return policy.DEFAULTS.hmac_needs_digest


def test_without_a_digest_it_is_md5_where_the_host_says_so_and_an_error_elsewhere():
    for attempt in (lambda: hmac.new(b"key", b"message"), lambda: hmac.HMAC(b"key", b"message", None)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if _needs_digest():
                with pytest.raises(TypeError) as refused:
                    attempt()
                assert str(refused.value) == "Missing required argument 'digestmod'."
            else:
                assert attempt().digest() == by_hand(b"key", b"message", hashlib.md5)
        expected = [] if _needs_digest() else [_behavior.HMAC_WARNING_WITHOUT_DIGEST]
        assert [each.category for each in caught] == [each for each in expected if each]


def test_with_the_newest_defaults_the_digest_must_be_named():
    program = ("import hmac\n"
               "try: hmac.new(b'key')\n"
               "except TypeError as error: assert 'digestmod' in str(error)\n"
               "else: raise AssertionError\n")
    environment = dict(os.environ, REGRAFT_DEFAULTS="newest", PYTHONPATH=os.pathsep.join(sys.path))
    subprocess.check_call([sys.executable, "-c", program], env=environment)


def test_keys_are_bytes_or_bytearray():
    expected = by_hand(b"key", b"message", hashlib.sha256)
    for digestmod in ("sha256", lambda data=b"": hashlib.sha256(data)):
        assert hmac.new(bytearray(b"key"), bytearray(b"message"), digestmod).digest() == expected
        assert hmac.new(b"key", memoryview(b"message"), digestmod).digest() == expected
        for wrong in (memoryview(b"key"), array.array("b", [1]), u"key", None, 1, [b"key"]):
            for make in (hmac.new, hmac.HMAC):
                with pytest.raises(TypeError) as caught:
                    make(key=wrong, msg=b"message", digestmod=digestmod)
                assert str(caught.value) == (
                    "key: expected bytes or bytearray, but got %r" % type(wrong).__name__)


def test_at_once_openssl_s_digests_take_any_buffer_as_key_and_others_bytes():
    expected = by_hand(b"key", b"message", hashlib.sha256)
    key = memoryview(b"key")
    assert hmac.digest(key, memoryview(b"message"), "sha256") == expected
    assert _hashlib.hmac_digest(key, b"message", "sha256") == expected
    assert _hashlib.hmac_new(key, b"message", "sha256").digest() == expected
    for wrong in (u"key", 1, None):
        for attempt in (hmac.digest, _hashlib.hmac_digest, _hashlib.hmac_new):
            with pytest.raises(TypeError):
                attempt(wrong, b"message", "sha256")
    for wrong in (key, u"key", u"k" * 65, 1, None):
        with pytest.raises(TypeError):
            hmac.digest(wrong, b"message", Old)
    with pytest.raises(TypeError):
        hmac.digest(b"key", None, Old)


def test_a_long_key_of_any_kind_is_hashed_at_once_where_the_host_did_that():
    key = b"k" * 65
    for given in (memoryview(key), array.array("b", bytearray(key))):
        if _behavior.HMAC_DIGEST_HASHES_LONG_KEYS:
            assert hmac.digest(given, b"message", Old) == by_hand(key, b"message", hashlib.sha1)
        else:
            with pytest.raises(TypeError):
                hmac.digest(given, b"message", Old)


@pytest.mark.skipif(PY2, reason="text is data on 2.7")
def test_messages_are_no_text():
    for attempt in (lambda: hmac.new(b"key", "message", "sha256"), lambda: hmac.digest(b"key", "message", "sha256"),
                    lambda: hmac.digest("key", b"message", "sha256"), lambda: hmac.new(b"key", "message", Old),
                    lambda: hmac.new(b"key", b"", "sha256").update("message")):
        with pytest.raises(TypeError):
            attempt()


@pytest.mark.skipif(not PY2, reason="what 2.7 took and Python 3 never did")
def test_what_2_7_took_it_still_takes():
    expected = by_hand(b"key", b"message", hashlib.md5)
    assert hmac.new(buffer("key"), u"message").digest() == expected  # noqa: F821
    assert hmac.new(u"k" * 65, b"m").digest() == by_hand(b"k" * 65, b"m", hashlib.md5)
    for given in (memoryview(b"k" * 65), array.array("c", b"k" * 65), buffer(b"k" * 65)):  # noqa: F821
        for digestmod, digest in ((hashlib.md5, hashlib.md5), (Old, hashlib.sha1)):
            assert hmac.new(given, b"m", digestmod).digest() == by_hand(b"k" * 65, b"m", digest)
    with pytest.raises(UnicodeEncodeError):
        hmac.new(b"key", u"\xe9")
    empty = hmac.HMAC(hmac._secret_backdoor_key)
    assert not vars(empty)
    empty.note = "instances take attributes"
    empty.digest_cons = hashlib.sha1
    empty.inner, empty.outer = hashlib.sha1(b"inner"), hashlib.sha1(b"outer")
    assert empty.digest() == hashlib.sha1(b"outer" + hashlib.sha1(b"inner").digest()).digest()


@pytest.mark.parametrize("size", [3, 5000])
def test_the_parts_of_an_hmac_are_hash_objects(size):
    made = hmac.new(b"key", pattern(size), hashlib.sha256)
    assert made.digest_cons is hashlib.sha256
    assert made.inner.name == made.outer.name == "sha256"
    assert made.inner is made.inner
    made.inner.update(b"more")
    assert made.digest() == hmac.digest(b"key", pattern(size) + b"more", "sha256")
    twin = made.copy()
    assert twin.inner is not made.inner and twin.digest() == made.digest()
    assert hmac.new(b"key", b"", "sha512_256").digest_cons(b"abc").name == "sha512_256"
    fresh = hmac.new(b"key", b"", "sha256")
    if _behavior.HMAC_SHOWS_ITS_PARTS:
        assert fresh._inner is fresh.inner
    else:
        assert fresh._inner is None and fresh._hmac.name == "hmac-sha256"


def test_an_hmac_may_be_made_in_steps_as_cpython_s_tests_do():
    made = hmac.HMAC.__new__(hmac.HMAC)
    made._init_old(b"key", b"message", digestmod="sha256")
    assert made._hmac is None and made.digest() == hmac.digest(b"key", b"message", "sha256")
    for name in ("_init_hmac", "_init_openssl_hmac", "_init_builtin_hmac"):
        made = hmac.HMAC.__new__(hmac.HMAC)
        getattr(made, name)(b"key", b"message", digestmod="sha256")
        assert isinstance(made._hmac, _hashlib.HMAC) and made.digest() == hmac.digest(b"key", b"message", "sha256")
    empty = hmac.HMAC.__new__(hmac.HMAC)
    for attempt in (empty.digest, empty.hexdigest, empty.copy, lambda: empty.update(b""), lambda: empty.name):
        with pytest.raises(AttributeError):
            attempt()


def test_subclasses_keep_their_type_and_attributes():
    class Signed(hmac.HMAC):
        def __init__(self, key):
            hmac.HMAC.__init__(self, key, None, hashlib.sha256)
            self.note = "mine"

    made = Signed(b"key")
    made.update(b"message")
    assert made.digest() == hmac.digest(b"key", b"message", "sha256")
    assert type(made.copy()) is Signed
    assert copy.copy(made).note == "mine" or _behavior.HMAC_HAS_SLOTS
    assert hmac.HMAC.blocksize == 64 and hmac.digest_size is None


def test_an_hmac_takes_attributes_only_where_the_host_s_does():
    made = hmac.new(b"key", b"", "sha256")
    made.digest_size = 5
    assert made.digest_size == 5
    if _behavior.HMAC_HAS_SLOTS:
        with pytest.raises(AttributeError):
            made.attribute = 1
    else:
        made.attribute = 1
        assert copy.copy(made).attribute == 1


def test_hmacs_are_copied_but_not_pickled():
    made = hmac.new(b"key", b"message", "sha256")
    shared = copy.copy(made)
    shared.update(b"more")
    assert made.digest() == shared.digest()
    for attempt in (copy.deepcopy, pickle.dumps, lambda each: pickle.dumps(each, 2)):
        for each in (made, made._hmac):
            with pytest.raises(TypeError) as caught:
                attempt(each)
            assert "cannot pickle" in str(caught.value)


def test_the_inner_type_has_cpython_s_name_and_no_constructor():
    kind = _hashlib.HMAC
    assert (kind.__module__, kind.__name__) == ("_hashlib", "HMAC")
    for attempt in (kind, lambda: kind.__new__(kind), lambda: type("Sub", (kind,), {})):
        with pytest.raises(TypeError):
            attempt()
    assert repr(_hashlib.hmac_new(b"key", b"", "sha256")).startswith("<sha256 HMAC object @ 0x")
    with pytest.raises(TypeError) as caught:
        _hashlib.hmac_new(b"key")
    assert str(caught.value) == "Missing required parameter 'digestmod'."


@pytest.mark.skipif(not hasattr(inspect, "signature"), reason="2.7 has no signatures")
def test_signatures_are_those_of_3_15():
    assert str(inspect.signature(hmac.new)) == "(key, msg=None, digestmod='')"
    assert str(inspect.signature(hmac.HMAC)) == "(key, msg=None, digestmod='')"
    assert str(inspect.signature(hmac.digest)) == "(key, msg, digest)"
    assert str(inspect.signature(hmac.compare_digest)) == "(a, b, /)"
    assert str(inspect.signature(_hashlib.hmac_new)) == "(key, msg=b'', digestmod=None)"
    assert str(inspect.signature(_hashlib.hmac_digest)) == "(key, msg, digest)"


def test_threads_may_share_an_hmac():
    part = b"swineflu" * 1000
    shared = hmac.new(b"key", digestmod="sha256")

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
    assert shared.digest() == hmac.digest(b"key", part * 21 * 4, "sha256")


# ---- comparison --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("a, b, same", [
    (b"", b"", True), (b"secret", b"secret", True), (b"secret", b"Secret", False), (b"secret", b"secre", False),
    (b"secret", b"", False), (b"\xde\xad", b"\xde\xad", True), (bytearray(b"secret"), b"secret", True),
    (b"secret", memoryview(b"secret"), True), (memoryview(b"xsecretx")[1:7], bytearray(b"secret"), True),
    (u"secret", u"secret", True), (u"secret", u"secret2", False), (u"", u"", True)])
def test_comparison_tells_whether_secrets_are_equal(a, b, same):
    assert hmac.compare_digest(a, b) is same
    assert hmac.compare_digest(b, a) is same
    assert hmac.compare_digest is _hashlib.compare_digest


@pytest.mark.parametrize("a, b", [
    (u"secret", b"secret"), (u"secret", bytearray(b"secret")), (1, 1), (None, None), (b"secret", 1),
    (u"secret", None), ([b"a"], [b"a"])])
def test_comparison_refuses_what_it_cannot_do_in_constant_time(a, b):
    for first, second in ((a, b), (b, a)):
        with pytest.raises(TypeError):
            hmac.compare_digest(first, second)


def test_text_beyond_ascii_is_compared_only_where_the_host_did():
    same, other = (u"s\xe9cret", u"s\xe9cret"), (u"s\xe9cret", u"s\xeacret")
    if PY2:
        assert hmac.compare_digest(*same)
        assert not hmac.compare_digest(*other)
        assert not hmac.compare_digest(u"s\xe9cret", u"secret2")
    else:
        for a, b in (same, other, (u"secret", u"s\xe9cret")):
            with pytest.raises(TypeError) as caught:
                hmac.compare_digest(a, b)
            assert str(caught.value) == "comparing strings with non-ASCII characters is not supported"


def test_comparison_does_not_ask_the_objects():
    class Liar(bytes):
        def __eq__(self, other):
            raise AssertionError("asked")

        __hash__ = bytes.__hash__

    class TextLiar(type(u"")):
        def __eq__(self, other):
            raise AssertionError("asked")

        __hash__ = type(u"").__hash__

    assert hmac.compare_digest(Liar(b"secret"), b"secret")
    assert not hmac.compare_digest(Liar(b"secret"), Liar(b"secreT"))
    assert hmac.compare_digest(TextLiar(u"secret"), u"secret")
    assert _openssl.compare_digest is hmac.compare_digest


@pytest.mark.parametrize("a, b", [(1, 1), (None, 1.5)])
def test_two_things_that_are_no_secrets_are_named_both(a, b):
    with pytest.raises(TypeError) as caught:
        hmac.compare_digest(a, b)
    if not PY2:
        assert str(caught.value) == "unsupported operand types(s) or combination of types: '%s' and '%s'" % (
            type(a).__name__, type(b).__name__)
