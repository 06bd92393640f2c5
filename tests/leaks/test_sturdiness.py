"""Exceptions where the interpreter must not crash: odd objects, odd arguments, deletions, garbage."""
from __future__ import absolute_import, division, print_function

import gc
import hashlib
import hmac
import os
import ssl

import _hashlib
import pytest

from regraft import _openssl

from isolation import survives
from loopback import client_context, server_context
from pairs import Pair, SocketPair

IS_2 = bytes is str
ODD = [(), (None,), (-1,), (1 << 80,), (b"",), (b"x",), (u"x",), (object(),), (None, None), (1, bytearray(3)), (1, 2, 3)]


@pytest.fixture(autouse=True)
def elsewhere(tmpdir, monkeypatch):
    """Some of the odd arguments are names of files, which are then made."""
    monkeypatch.chdir(tmpdir)


def attempt(function, *arguments, **keywords):
    """Call; what is raised does not matter here."""
    try:
        return function(*arguments, **keywords)
    except Exception:
        return None


def poke(thing, skip=()):
    """Call every method with odd arguments, set every attribute to odd values, and delete it."""
    for name in dir(type(thing)):
        if name.startswith("__") or name in skip:
            continue
        value = attempt(getattr, thing, name)
        if callable(value):
            for arguments in ODD:
                attempt(value, *arguments)
            attempt(value, no_such_keyword=1)
        for arguments in ODD:
            attempt(setattr, thing, name, arguments)
            attempt(setattr, thing, name, arguments[:1] and arguments[0])
    for name in dir(type(thing)):
        if not name.startswith("__"):
            attempt(delattr, thing, name)
            attempt(getattr, thing, name)


@pytest.mark.parametrize("name", ["_SSLSocket", "SSLSession", "Certificate", "HASH", "HASHXOF", "HMAC"])
def test_what_only_the_extension_can_make_cannot_be_made_by_others(name):
    cls = getattr(_openssl, name)
    for make in (cls, cls.__new__, object.__new__):
        for arguments in ODD:
            with pytest.raises(TypeError):
                make(*(arguments if make is cls else (cls,) + arguments))


def test_the_others_do_not_crash_when_they_are_made_without_their_constructor():
    def run():
        for cls in (_openssl.MemoryBIO, _openssl._SSLContext, ssl.SSLContext, ssl.SSLSocket, ssl.SSLObject, hmac.HMAC,
                    _openssl.KeyedHash, hashlib.blake2b, hashlib.blake2s):
            for arguments in ODD:
                thing = attempt(cls.__new__, cls, *arguments)
                if thing is not None:
                    poke(thing)
                    attempt(repr, thing)
                    attempt(cls.__init__, thing)
    assert survives(run)


def test_a_context_whose_constructor_failed_is_safe_in_its_finalizer():
    def run():
        seen = []

        class Context(_openssl._SSLContext):
            def __del__(self):
                seen.append(attempt(getattr, self, "verify_mode"))
                poke(self)

        for protocol in (99, -1, None, 1 << 80):
            with pytest.raises((ValueError, TypeError, OverflowError)):
                Context(protocol)
        gc.collect()
        assert len(seen) >= 2

    assert survives(run)


def test_contexts_bear_odd_arguments():
    def run():
        for protocol in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER):
            poke(ssl.SSLContext(protocol))
            poke(_openssl._SSLContext(protocol))
    assert survives(run)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_connections_bear_odd_arguments(certs, done):
    def run():
        for pair in (Pair(client_context(certs), server_context(certs)),
                     SocketPair(client_context(certs), server_context(certs))):
            if done:
                pair.shake_hands()
                poke(pair.client._sslobj.session)
                poke(pair.client._sslobj.get_verified_chain()[0])
            for side in (pair.client, pair.server):
                poke(side._sslobj)
                poke(side, skip=("close", "_sslobj", "makefile"))
    assert survives(run)


def test_memory_bios_bear_odd_arguments():
    def run():
        bio = ssl.MemoryBIO()
        poke(bio)
        bio = ssl.MemoryBIO()
        bio.write(b"x" * 100000)
        assert bio.read(1) == b"x" and bio.pending == 99999
        with pytest.raises((TypeError, BufferError, NotImplementedError)):
            bio.write(memoryview(b"0123456789")[::2])
        assert len(bio.read(1 << 30)) == 99999
    assert survives(run)


def test_hash_objects_bear_odd_arguments():
    def run():
        for thing in (hashlib.sha256(), hashlib.new("shake_128"), hashlib.blake2b(), hashlib.blake2s(),
                      hmac.new(b"", b"", "sha256"), _hashlib.hmac_new(b"", b"", "sha256")):
            poke(thing)
        for name in dir(_hashlib):
            if not name.startswith("__") and callable(getattr(_hashlib, name)) and name != "scrypt":
                for arguments in ODD:
                    attempt(getattr(_hashlib, name), *arguments)
                    attempt(getattr(_hashlib, name), *(arguments * 2))
                    attempt(getattr(_hashlib, name), "sha256", *arguments)
    assert survives(run)


def test_functions_of_the_module_bear_odd_arguments():
    def run():
        for name in ("RAND_add", "RAND_bytes", "RAND_pseudo_bytes", "RAND_status", "txt2obj", "nid2obj", "get_sigalgs",
                     "_test_decode_cert", "get_default_verify_paths", "compare_digest", "hmac_digest", "pbkdf2_hmac"):
            for arguments in ODD + [(0,), (1 << 31,), ("\0",), ("1." * 5000,)]:
                if name == "RAND_bytes" and arguments == (1 << 31,):
                    continue
                attempt(getattr(_openssl, name), *arguments)
    assert survives(run)


@pytest.mark.parametrize("name", sorted(
    name for name in dir(_openssl._SSLContext) if not name.startswith("__")
    and not callable(getattr(_openssl._SSLContext, name))))
def test_settings_of_a_context_cannot_be_deleted(name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises((AttributeError, TypeError)):
        delattr(context, name)


@pytest.mark.parametrize("make", [
    lambda: hashlib.sha256(b"x" * 1000), lambda: _hashlib.hmac_new(b"k", b"x" * 1000, "sha256"),
    lambda: hmac.new(b"k", b"x" * 1000, "sha256"), lambda: hashlib.blake2b(b"x" * 1000),
    lambda: hashlib.new("shake_128", b"x" * 1000),
], ids=["hash", "_hashlib.HMAC", "hmac.HMAC", "blake2", "shake"])
def test_hash_objects_in_garbage_are_freed_once_and_whole(make):
    # The collector takes an object apart before it frees it.
    def run():
        class Cycle(object):
            pass

        expected = hashlib.sha256(b"x").digest()
        gc.collect()
        for _ in range(20):
            cycle = Cycle()
            cycle.things = [make(), make()]
            cycle.me = cycle
            del cycle
        gc.collect()
        others = [hashlib.sha256() for _ in range(20)]
        for each in others:
            each.update(b"x")
            assert each.digest() == each.copy().digest() == expected

    assert survives(run)


def test_connections_and_sessions_in_garbage_are_freed_once_and_whole(certs):
    def run():
        class Cycle(object):
            pass

        client, server = client_context(certs), server_context(certs)
        for _ in range(5):
            pair = Pair(client, server)
            pair.shake_hands()
            pair.talk()
            cycle = Cycle()
            cycle.me, cycle.pair, cycle.session = cycle, pair, pair.client.session
            cycle.chain = pair.client._sslobj.get_verified_chain()
            del pair, cycle
            gc.collect()
        Pair(client, server).shake_hands()

    assert survives(run)


@pytest.mark.parametrize("password", [b"x" * 5000, u"\u20ac" * 1000, bytearray(2000), lambda: b"x" * 5000])
def test_an_over_long_password_is_refused(certs, password):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(ValueError) as caught:
        context.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=password)
    assert "longer than 1024 bytes" in str(caught.value)


def test_replacing_a_part_of_an_hmac_may_run_code_that_looks_at_it():
    def run():
        made = hmac.new(b"k", b"x", "sha256")

        class Nosy(object):
            def __init__(self, name):
                self.name = name

            def __del__(self):
                for name in ("inner", "outer", "digest_cons", "digest_size", "block_size"):
                    attempt(getattr, made, name)

        for name in ("inner", "outer", "digest_cons", "digest_size", "block_size"):
            setattr(made, name, Nosy(name))
            setattr(made, name, None)

    assert survives(run)


@pytest.mark.skipif(not IS_2, reason="Python 3 locks what it lends")
@pytest.mark.parametrize("kind", ["array", "mmap"])
def test_memory_that_moves_during_a_read_is_not_written_to(certs, kind):
    import array
    import mmap
    import threading

    def run():
        pair = SocketPair(client_context(certs), server_context(certs))
        pair.shake_hands()
        pair.client.settimeout(30)
        target = array.array("c", b"-" * 5000) if kind == "array" else mmap.mmap(-1, 8192)
        received = []

        def read():
            try:
                received.append(pair.client.recv_into(target, 5000))
            except Exception as error:
                received.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        while not thread.is_alive():
            pass
        ballast = []
        for _ in range(200):
            if kind == "array":
                del target[:]
                ballast.append(array.array("c", b"*" * 5000))
        if kind == "mmap":
            target.close()
        pair.server.settimeout(30)
        pair.server.sendall(b"!" * 5000)
        thread.join()
        assert len(received) == 1
        assert all(each.tostring() == b"*" * 5000 for each in ballast)

    assert survives(run)


@pytest.mark.skipif(not IS_2, reason="Python 3 has no buffers of this kind")
def test_arrays_are_read_into_and_written_from_on_python_2(certs):
    import array
    import mmap

    pair = SocketPair(client_context(certs), server_context(certs))
    pair.shake_hands()
    for target in (array.array("c", b"-" * 9), mmap.mmap(-1, 4096)):
        pair.server.sendall(array.array("c", b"hello"))
        size = 0
        while not size:
            size = pair.client.recv_into(target)
        assert size == 5 and target[:6] in (array.array("c", b"hello-"), b"hello\0")
    pair.server.sendall(buffer(bytearray(b"hello"), 1))  # noqa: F821
    assert pair.client.recv(9) == b"ello"
