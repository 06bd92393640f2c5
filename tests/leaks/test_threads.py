"""Threads that share contexts, connections and memory BIOs."""
from __future__ import absolute_import, division, print_function

import os
import ssl
import threading
import time

from isolation import survives
from loopback import client_context, server_context
from pairs import Pair, SocketPair

THREADS = 4


def together(*functions):
    """Run functions in threads of their own; the first exception comes out."""
    errors = []

    def guarded(function):
        def run():
            try:
                function()
            except Exception as error:
                errors.append(error)
        return run

    threads = [threading.Thread(target=guarded(each)) for each in functions]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if errors:
        raise errors[0]


def test_threads_may_share_contexts_while_these_change(certs, tmpdir):
    logs = [str(tmpdir.join(name)) for name in ("one", "two")]

    def run():
        client, server, other = client_context(certs), server_context(certs), server_context(certs)
        running = [True]

        def switch(connection, name, context):
            connection.context = other

        def connect():
            for _ in range(6):
                pair = Pair(client, server)
                pair.shake_hands()
                pair.talk()
                assert pair.client.cipher() and pair.client.session and client.get_ciphers()

        def connect_all():
            try:
                together(*[connect] * THREADS)
            finally:
                running[:] = []

        def change():
            number = 0
            while running:
                number += 1
                for context in (client, server, other):
                    context.set_ciphers(("ECDHE+AESGCM", "ECDHE+CHACHA20:ECDHE+AESGCM")[number % 2])
                    context.set_alpn_protocols([["h2"], ["http/1.1", "h2"], ["h2"]][number % 3])
                    context.keylog_filename = (logs + [None])[number % 3]
                    context._msg_callback = (None, lambda *unused: None)[number % 2]
                    context.set_groups(("P-256:P-384", "P-384:P-256")[number % 2])
                    context.options ^= ssl.OP_NO_TICKET
                    context.load_verify_locations(os.path.join(certs, "ca.pem"))
                server.sni_callback = (None, switch)[number % 2]
                for context in (server, other):
                    context.load_cert_chain(os.path.join(certs, "localhost.pem"))
                    context.load_dh_params(os.path.join(certs, "dh2048.pem"))
                client.cert_store_stats()
                client.get_ca_certs(True)
                time.sleep(0.002)  # lets the others have the GIL

        together(connect_all, change)

    assert survives(run)


def test_one_thread_may_read_while_another_writes(certs):
    def run():
        pair = SocketPair(client_context(certs), server_context(certs))
        pair.shake_hands()
        pair.client.settimeout(30)
        pair.server.settimeout(30)
        size = 400000

        def send(end):
            for start in range(0, size, 8000):
                end.sendall(b"x" * 8000)

        def receive(end):
            left = size
            while left:
                left -= len(end.recv(min(left, 5000)))

        together(*[lambda end=end, job=job: job(end) for end in (pair.client, pair.server) for job in (send, receive)])
        pair.hang_up()

    assert survives(run)


def test_threads_may_ask_and_misuse_a_connection_that_shakes_hands(certs):
    def run():
        client, server, other = client_context(certs), server_context(certs), server_context(certs)
        for _ in range(6):
            pair = SocketPair(client, server)
            pair.client.settimeout(30)
            pair.server.settimeout(30)
            running = [True]

            def meddle():
                while running:
                    for end in (pair.client, pair.server):
                        try:
                            end.cipher(), end.version(), end.session, end.pending(), end.shared_ciphers()
                            end.context = other if end is pair.server else client
                            end.getpeercert()
                        except (ssl.SSLError, ValueError):
                            pass
                    time.sleep(0.0005)

            def connect():
                try:
                    together(pair.client.do_handshake, pair.server.do_handshake)
                finally:
                    running[:] = []

            together(connect, meddle)
            pair.hang_up()

    assert survives(run)


def test_memory_bios_may_be_fed_by_other_threads(certs):
    def run():
        for _ in range(3):
            pair = Pair(client_context(certs), server_context(certs))
            pair.shake_hands()
            blocks = 60
            ended = []

            def read():
                left = blocks * 9000
                while left:
                    try:
                        left -= len(pair.server.read(4000))
                    except ssl.SSLWantReadError:
                        time.sleep(0.001)
                ended.append(1)

            def write():
                for _ in range(blocks):
                    pair.client.write(b"x" * 9000)

            def look():
                while not ended:
                    assert pair.to_server.pending >= 0 and pair.to_client.read(1) is not None
                    time.sleep(0.0005)

            together(read, write, look)

    assert survives(run)


def test_a_password_callback_belongs_to_its_call_and_not_to_the_context(certs):
    def run():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        path = os.path.join(certs, "localhost-encrypted.pem")

        def load():
            for _ in range(5):
                try:
                    context.load_cert_chain(path, password=lambda: "wrong")
                except ssl.SSLError:
                    continue
                raise AssertionError("a wrong password opened the key")

        together(*[load] * THREADS)

    assert survives(run)


def test_key_logs_of_threads_are_made_of_whole_lines(certs, tmpdir):
    log = str(tmpdir.join("keys"))
    client, server = client_context(certs), server_context(certs)
    client.keylog_filename = server.keylog_filename = log

    def connect():
        for _ in range(8):
            Pair(client, server).shake_hands()

    together(*[connect] * THREADS)
    with open(log) as stream:
        lines = stream.read().splitlines()
    assert lines[0].startswith("#")
    assert len(lines) == 1 + 2 * 5 * 8 * THREADS
    assert all(len(each.split()) == 3 for each in lines[1:])


def test_hash_objects_may_be_shared():
    import hashlib
    import hmac

    def run():
        for make in (hashlib.sha256, hashlib.blake2b, lambda: hmac.new(b"k", b"", "sha256")):
            shared = make()

            def use():
                for size in (1, 100, 3000, 50000) * 10:
                    shared.update(b"x" * size)
                    assert shared.copy().digest() and shared.hexdigest()

            together(*[use] * THREADS)
            alone = make()
            alone.update(b"x" * (53101 * 10 * THREADS))
            assert shared.digest() == alone.digest()

    assert survives(run)
