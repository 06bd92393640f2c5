"""Operations that are interrupted: by signals, by a fork, by another thread that closes the socket."""
from __future__ import absolute_import, division, print_function

import os
import signal
import ssl
import threading
import time

import pytest

from isolation import survives
from loopback import client_context, server_context
from pairs import Pair, SocketPair
from test_threads import together

SOON = 0.1  # seconds


def connected_pair(certs):
    pair = SocketPair(client_context(certs), server_context(certs))
    pair.shake_hands()
    return pair


class Stop(Exception):
    """What a signal handler raises."""


def raise_stop(*unused):
    raise Stop


@pytest.mark.parametrize("seconds", [None, 30], ids=["blocking", "with a time-out"])
@pytest.mark.parametrize("operation", ["recv", "recv_into", "do_handshake", "unwrap"])
def test_what_a_signal_handler_raises_comes_out_of_a_waiting_operation(certs, seconds, operation):
    def run():
        if operation == "do_handshake":
            pair = SocketPair(client_context(certs), server_context(certs))
        else:
            pair = connected_pair(certs)
        pair.client.settimeout(seconds)
        wait = {"recv": lambda: pair.client.recv(1), "recv_into": lambda: pair.client.recv_into(bytearray(1)),
                "do_handshake": pair.client.do_handshake, "unwrap": pair.client.unwrap}[operation]
        signal.signal(signal.SIGALRM, raise_stop)
        signal.setitimer(signal.ITIMER_REAL, SOON)
        with pytest.raises(Stop):
            wait()
        if operation.startswith("recv"):
            pair.client.setblocking(False)
            pair.talk()
        elif operation == "do_handshake":
            pair.client.setblocking(False)
            pair.shake_hands()
            pair.talk()
    assert survives(run)


@pytest.mark.parametrize("seconds", [None, 30], ids=["blocking", "with a time-out"])
def test_an_operation_goes_on_after_a_signal_whose_handler_returns(certs, seconds):
    def run():
        pair = connected_pair(certs)
        pair.client.settimeout(seconds)
        seen = []
        signal.signal(signal.SIGALRM, lambda *unused: seen.append(1))
        signal.setitimer(signal.ITIMER_REAL, SOON / 4, SOON / 4)

        def answer():
            while len(seen) < 3:
                time.sleep(SOON / 10)
            pair.server.write(b"x")

        thread = threading.Thread(target=answer)
        thread.start()
        assert pair.client.recv(1) == b"x" and len(seen) >= 3
        signal.setitimer(signal.ITIMER_REAL, 0)
        thread.join()
    assert survives(run)


def test_a_writer_that_waits_for_room_is_interrupted_and_can_go_on(certs):
    def run():
        pair = connected_pair(certs)
        pair.client.settimeout(30)
        pair.server.settimeout(30)
        signal.signal(signal.SIGALRM, raise_stop)
        signal.setitimer(signal.ITIMER_REAL, SOON)
        data = b"x" * 10 ** 7
        with pytest.raises(Stop):
            pair.client.write(data)
        received = []

        def read():
            while sum(received) < len(data):
                received.append(len(pair.server.recv(65536)))

        # OpenSSL wants the same bytes again, and counts what it has taken of them.
        together(read, lambda: pair.client.write(data))
        assert sum(received) == len(data)
    assert survives(run)


def test_closing_in_another_thread_ends_a_reader_at_its_time_out_at_the_latest(certs):
    def run():
        pair = connected_pair(certs)
        pair.client.settimeout(SOON * 5)
        ended = []

        def read():
            try:
                pair.client.recv(1)
            except (EnvironmentError, ValueError) as error:
                ended.append(error)

        def close():
            time.sleep(SOON)
            pair.client.close()

        together(read, close)
        assert len(ended) == 1
    assert survives(run)


@pytest.mark.parametrize("seconds", [None, 30], ids=["blocking", "with a time-out"])
def test_a_child_forked_while_another_thread_waits_in_a_handshake_connects_on_its_own(certs, seconds):
    # While that thread computes, OpenSSL itself may have locked what the child needs: docs/limits.rst.
    def run():
        client, server = client_context(certs), server_context(certs)
        waiting = SocketPair(client, server)
        waiting.client.settimeout(seconds)

        def connect():
            pair = Pair(client, server)
            pair.shake_hands()
            pair.talk()

        def fork():
            time.sleep(SOON)
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    signal.alarm(30)
                    connect()
                    status = 0
                finally:
                    os._exit(status)
            assert os.waitpid(child, 0)[1] == 0
            connect()
            waiting.server.settimeout(30)
            waiting.server.do_handshake()

        together(waiting.client.do_handshake, fork)
        waiting.client.setblocking(False)
        waiting.server.setblocking(False)
        waiting.talk()
    assert survives(run)


def test_a_connection_over_memory_in_a_cycle_is_collected_whatever_its_state(certs):
    import gc
    import weakref

    class Cycle(object):
        pass

    client, server = client_context(certs), server_context(certs)

    def make(steps):
        cycle = Cycle()
        cycle.me, cycle.pair = cycle, Pair(client, server)
        cycle.pair.client._sslobj.owner.cycle = cycle
        for side in (cycle.pair.client, cycle.pair.server)[:steps]:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            raise AssertionError("the handshake is over too soon")
        return weakref.ref(cycle)

    for steps in (0, 1, 2):
        gone = make(steps)
        gc.collect()
        assert gone() is None
