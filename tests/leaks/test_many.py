"""Many connections and many failed handshakes in one process: nothing grows, the process least of all.

REGRAFT_TEST_MANY says how many: 300 usually, 10,000 in the session `sanitizers`.
"""
from __future__ import absolute_import, division, print_function

import itertools
import os
import resource
import ssl

from growth import BATCHES, growth_of
from loopback import client_context, server_context
from growth import failing
from pairs import Pair, SocketPair

MANY = int(os.environ.get("REGRAFT_TEST_MANY", "300"))
# Pages that the C library gives to one size of blocks and not to another; a hundredth of a connection's own memory.
SLACK = 2 << 20
PER_CONNECTION = 100


def resident_bytes():
    """Memory of this process that is in use now (int)."""
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * resource.getpagesize()


def take_turns(*actions):
    """An action that does each of `actions` in turn."""
    turns = itertools.cycle(actions)
    return lambda: next(turns)()


def assert_nothing_grows(action):
    for _ in range(MANY // 10):
        action()
    before = resident_bytes()
    # As many turns for each of the actions in each batch.
    assert growth_of(action, times=MANY // BATCHES // 12 * 12) == {}
    grown = resident_bytes() - before
    assert grown < SLACK + PER_CONNECTION * MANY, "%d bytes more after %d connections" % (grown, MANY)


def test_many_connections_take_no_more_memory_than_few(certs):
    client, server = client_context(certs), server_context(certs)
    old = client_context(certs)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    first = Pair(old, server)
    first.shake_hands()
    session = first.client.session
    first.close()
    asking = server_context(certs)
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.load_verify_locations(os.path.join(certs, "ca.pem"))
    known = client_context(certs)
    known.load_cert_chain(os.path.join(certs, "client.pem"))

    def over_sockets():
        pair = SocketPair(client, server)
        pair.shake_hands()
        pair.talk(b"x" * 20000)
        pair.hang_up()

    def over_memory(one, other, resumed=None):
        pair = Pair(one, other, session=resumed)
        pair.shake_hands()
        pair.talk()
        assert pair.client.getpeercert() and pair.client.cipher()
        assert pair.client.session_reused == (resumed is not None)
        pair.close()

    assert_nothing_grows(take_turns(
        over_sockets, lambda: over_memory(old, server), lambda: over_memory(old, server, session),
        lambda: over_memory(known, asking)))


def test_many_failed_handshakes_take_no_more_memory_than_few(certs):
    client, server = client_context(certs), server_context(certs)
    wrong, old = server_context(certs, "wronghost"), client_context(certs)
    untrusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    new = server_context(certs)
    new.minimum_version = ssl.TLSVersion.TLSv1_3

    def refused(one, other):
        pair = SocketPair(one, other)
        with failing(ssl.SSLError):
            pair.shake_hands()
        pair.hang_up()

    def nonsense():
        pair = Pair(client, server)
        pair.to_server.write(b"GET / HTTP/1.0\r\n\r\n")
        with failing(ssl.SSLError):
            pair.server.do_handshake()

    def silence():
        pair = SocketPair(client, server)
        with failing(ssl.SSLWantReadError):
            pair.client.do_handshake()
        pair.server.close()
        pair.plain[1].close()
        with failing(ssl.SSLError, OSError, IOError):
            pair.client.do_handshake()
        pair.hang_up()

    def abandoned():
        pair = Pair(client, server)
        for side in (pair.client, pair.server):
            with failing(ssl.SSLWantReadError):
                side.do_handshake()

    assert_nothing_grows(take_turns(
        lambda: refused(client, wrong), lambda: refused(untrusting, server), lambda: refused(old, new), nonsense,
        silence, abandoned))
