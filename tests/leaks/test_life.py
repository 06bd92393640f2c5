"""How connections live through fork and end with the interpreter."""
from __future__ import absolute_import, division, print_function

import os
import signal
import ssl
import threading

import pytest

from isolation import SECONDS, output_of, survives
from loopback import client_context, server_context
from pairs import Pair, SocketPair

CONNECT = """
import gc, os, socket, ssl, threading, time
from pairs import Pair, SocketPair
certs = sys.argv[1]
client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
client.load_verify_locations(os.path.join(certs, "ca.pem"))
server.load_cert_chain(os.path.join(certs, "localhost.pem"))
pair = SocketPair(client, server)
pair.shake_hands()
pair.talk()
"""


def test_a_connection_goes_on_after_a_fork_that_closes_its_copy(certs):
    pair = SocketPair(client_context(certs), server_context(certs))
    pair.shake_hands()
    assert survives(pair.hang_up)
    pair.talk()
    pair.hang_up()


def test_a_forked_child_may_take_a_connection_over(certs):
    pair = SocketPair(client_context(certs), server_context(certs))
    pair.shake_hands()
    assert survives(pair.talk)


def test_parent_and_child_have_different_random_bytes():
    reader, writer = os.pipe()
    ssl.RAND_bytes(8)
    assert survives(lambda: os.write(writer, ssl.RAND_bytes(16)))
    assert os.read(reader, 16) != ssl.RAND_bytes(16)
    os.close(reader)
    os.close(writer)


def _talk_in_child(certs, writer):
    pair = SocketPair(client_context(certs), server_context(certs))
    pair.shake_hands()
    pair.talk()
    os.write(writer, b"done")


def test_multiprocessing_children_connect_on_their_own(certs):
    import multiprocessing
    if hasattr(multiprocessing, "get_context"):
        multiprocessing = multiprocessing.get_context("fork")
    pair = SocketPair(client_context(certs), server_context(certs))
    pair.shake_hands()
    reader, writer = os.pipe()
    process = multiprocessing.Process(target=_talk_in_child, args=(certs, writer))
    process.start()
    process.join(60)
    assert process.exitcode == 0 and os.read(reader, 4) == b"done"
    pair.talk()
    os.close(reader)
    os.close(writer)


ENDINGS = {
    "with open connections": "print('done')",
    "with connections in a cycle": """
client._msg_callback = lambda *unused: (pair, client)
pair.client._sslobj.owner.me = pair
print('done')""",
    "with a connection in the hands of a finalizer": """
class Last(object):
    def __init__(self, pair):
        self.pair = pair
    def __del__(self):
        for name in ("cipher", "version", "pending"):
            getattr(self.pair.client, name)()
        self.pair.hang_up()
client.last = Last(pair)
print('done')""",
    "with a thread that waits in a read": """
pair.client.settimeout(None)
thread = threading.Thread(target=pair.client.recv, args=(1,))
thread.daemon = True
thread.start()
print('done')""",
    "with a thread that waits in a read with a time-out": """
pair.client.settimeout(60)
thread = threading.Thread(target=pair.client.recv, args=(1,))
thread.daemon = True
thread.start()
print('done')""",
    "with threads that shake hands": """
client._msg_callback = lambda *unused: None
def connect():
    while True:
        other = Pair(client, server)
        other.shake_hands()
        other.talk()
for _ in range(3):
    thread = threading.Thread(target=connect)
    thread.daemon = True
    thread.start()
print('done')""",
    "with threads that hash": """
import hashlib
def work():
    made = hashlib.sha256()
    while True:
        made.update(bytearray(100000))
for _ in range(3):
    thread = threading.Thread(target=work)
    thread.daemon = True
    thread.start()
print('done')""",
    "inside a callback": """
def leave(*unused):
    print('done')
    sys.stdout.flush()
    os._exit(0)
server.sni_callback = leave
Pair(client, server).shake_hands()""",
}


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_the_interpreter_ends_well(certs, ending):
    out, err = output_of(CONNECT + ENDINGS[ending], certs)
    assert out == "done\n"
    # 2.7 takes the modules away under threads that still run, and they say so.
    assert err == "" or "thread" in ending


def test_a_child_of_fork_drops_a_bio_that_another_thread_wrote_into_meanwhile(certs):
    # That thread may have held the lock of the BIO, and does not exist in the child.
    def run():
        pair, over = Pair(client_context(certs), server_context(certs)), []
        pair.shake_hands()
        bios, connection = [pair.to_server], pair.client
        del pair

        def write():
            while not over:
                connection.write(b"x" * 300000)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            for _ in range(100):
                bios[0].read()
                bios[0].read()
                if os.fork() == 0:
                    signal.alarm(SECONDS)
                    bios.pop()
                    os._exit(0)
                assert os.wait()[1] == 0
        finally:
            over.append(True)
            thread.join()

    assert survives(run)


def test_a_child_of_fork_draws_its_own_numbers_whatever_other_threads_draw_meanwhile():
    # Without the GIL around OpenSSL's generator the child would wait for a lock whose holder it does not have.
    def run():
        import uuid

        draws = (lambda: ssl.RAND_bytes(16), lambda: os.urandom(16), lambda: uuid.uuid4().bytes)
        drawn, over = [], []

        def draw():
            while not over:
                drawn.append(tuple(each() for each in draws))

        threads = [threading.Thread(target=draw) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(100):
                reading, writing = os.pipe()
                if os.fork() == 0:
                    signal.alarm(SECONDS)
                    os.write(writing, b"".join(each() for each in draws))
                    os._exit(0)
                os.close(writing)
                data = os.read(reading, 48)
                os.close(reading)
                os.wait()
                drawn.append((data[:16], data[16:32], data[32:]))
        finally:
            over.append(True)
            for thread in threads:
                thread.join()
        seen = [each for row in drawn for each in row]
        assert len(set(seen)) == len(seen) > 300

    assert survives(run)
