"""What contexts hold in memory for the CA certificates that they trust."""
from __future__ import absolute_import, division, print_function

import contextlib
import io
import os
import time

import pytest

from growth import _count_heap as count_heap
from growth import growth_of
from loopback import client_context, server_context
from pairs import Pair
from regraft import _openssl

MANY = 60
SIZE = 1000  # bytes that a certificate takes at the very least


@pytest.fixture
def bundle(certs, tmpdir):
    """A file of many certificates that has been left alone for a while."""
    path = str(tmpdir.join("bundle.pem"))
    names = sorted(name for name in os.listdir(certs) if name.endswith("-cert.pem"))
    names += ["ca.pem", "other-ca.pem", "intermediate-ca.pem", "crl.pem"]
    with io.open(path, "wb") as target:
        for name in names:
            with io.open(os.path.join(certs, name), "rb") as source:
                target.write(source.read())
    then = int(time.time()) - 1000
    os.utime(path, (then, then))
    return path


@contextlib.contextmanager
def failing(error):
    """What is inside must raise `error`. pytest.raises would keep each exception's traceback longer."""
    try:
        yield
    except error:
        return
    raise AssertionError("nothing was raised")


def new_context(**trust):
    context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    if trust:
        context.load_verify_locations(**trust)
    return context


def bytes_of(make):
    """How much of the heap a context takes, the first ones left aside."""
    keep = [make() for _ in range(MANY)]
    before = count_heap()
    keep += [make() for _ in range(MANY)]
    return (count_heap() - before) // MANY


def test_a_context_has_no_memory_of_its_own_for_a_bundle(certs, bundle):
    if not count_heap():
        pytest.skip("this C library does not tell how much of its heap is in use")
    with io.open(bundle, encoding="ascii") as stream:
        text = stream.read()
    count = new_context(cafile=bundle).cert_store_stats()["x509"]
    assert count > 15
    bare = bytes_of(new_context)
    assert bytes_of(lambda: new_context(cadata=text)) > bare + count * SIZE
    assert bytes_of(lambda: new_context(cafile=bundle)) < bare + SIZE
    # With more than the bundle it has the certificates by reference.
    mixed = bytes_of(lambda: new_context(cafile=bundle, capath=os.path.join(certs, "ca-path")))
    assert mixed < bare + 3 * SIZE + count * 200


def test_loading_leaves_nothing_behind(certs, bundle):
    def load():
        context = new_context(cafile=bundle)
        context.load_verify_locations(bundle, capath=os.path.join(certs, "ca-path"))
        context.set_default_verify_paths()
        context.get_ca_certs()

    assert growth_of(load) == {}


def test_a_file_that_changes_again_and_again_leaves_nothing_behind(bundle):
    turn = [0]

    def load():
        turn[0] += 1
        os.utime(bundle, (turn[0], turn[0]))
        new_context(cafile=bundle)

    # Whole stores come and go: until the heap has found its shape it grows by a few bytes each time. What would be lost
    # with a bundle is a block at least, of 32 bytes.
    for _ in range(100):
        load()
    assert growth_of(load, 100, heap=24) == {}


def test_loading_that_fails_leaves_nothing_behind(certs, bundle):
    der = io.open(os.path.join(certs, "ca.der"), "rb").read()

    def load():
        context = new_context(cafile=bundle)
        for wrong in ({"cafile": os.path.join(certs, "nowhere.pem"), "cadata": der},
                      {"cafile": os.path.join(certs, "README")}, {"cadata": der + b"rest", "cafile": bundle},
                      {"capath": "", "cafile": bundle, "cadata": der}):
            with failing(EnvironmentError):
                context.load_verify_locations(**wrong)

    assert growth_of(load) == {}


def test_a_store_replaced_during_a_handshake_goes_with_its_context(certs, bundle):
    server = server_context(certs)

    def connect():
        client = client_context(certs)

        def load(connection, direction, version, content_type, message_type, data):
            client.load_verify_locations(bundle)
            client.load_verify_locations(capath=os.path.join(certs, "ca-path"))

        client._msg_callback = load
        Pair(client, server).shake_hands()

    assert growth_of(connect, 10) == {}
