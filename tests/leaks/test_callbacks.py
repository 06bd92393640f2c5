"""What callbacks may do to the connection, the context and themselves while OpenSSL waits for them."""
from __future__ import absolute_import, division, print_function

import ctypes
import gc
import os
import ssl
import weakref

import pytest

from isolation import survives
from loopback import client_context, server_context
from pairs import Pair, SocketPair, psk_contexts


def test_the_context_may_be_switched_more_than_once(certs):
    first = server_context(certs)
    others = [server_context(certs, name) for name in ("second", "wildcard", "second")]
    gone = list(map(weakref.ref, others))

    def switch(connection, name, context):
        while others:
            connection.context = others.pop(0)
            gc.collect()

    def run():
        first.sni_callback = switch
        client = client_context(certs)
        client.check_hostname = False
        pair = Pair(client, first)
        pair.shake_hands()
        assert ("DNS", "second.example") in pair.client.getpeercert()["subjectAltName"]
        assert pair.server.context is gone[2]() and gone[0]() is None and gone[1]() is None
        pair.talk()
        pair.close()
        del pair
        gc.collect()
        assert gone[2]() is None

    assert survives(run)


def test_the_first_context_may_go_when_another_one_has_taken_over(certs):
    def run():
        second = server_context(certs)

        def switch(connection, name, context):
            connection.context = second

        first = server_context(certs, "wildcard")
        first.sni_callback = switch
        first._msg_callback = lambda *unused: None
        pair = Pair(client_context(certs), first)
        gone = weakref.ref(first)
        del first, switch
        gc.collect()
        pair.shake_hands()
        pair.talk()
        assert pair.server.context is second and pair.client.session.has_ticket
        del pair
        gc.collect()
        assert gone() is None

    assert survives(run)


def test_a_context_that_was_switched_to_takes_new_ciphers_at_once(certs):
    first, second = server_context(certs), server_context(certs)
    first.maximum_version = ssl.TLSVersion.TLSv1_2
    first.sni_callback = lambda connection, name, context: setattr(connection, "context", second)
    client = client_context(certs)
    Pair(client, first).shake_hands()
    for name in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"):
        second.set_ciphers(name)
        pair = Pair(client, first)
        pair.shake_hands()
        assert pair.client.cipher()[0] == name


def test_ciphers_chosen_while_a_handshake_runs_hold_for_the_next_one(certs):
    first, second = server_context(certs), server_context(certs)
    names = ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"]
    for context in (first, second):
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    def choose(connection, name, context):
        if names:
            first.set_ciphers(names.pop())
            second.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
        connection.context = second

    first.sni_callback = choose
    client = client_context(certs)
    Pair(client, first).shake_hands()
    Pair(client, first).shake_hands()
    names[:] = [None]
    pair = Pair(client, first)
    first.sni_callback = None
    pair.shake_hands()
    assert pair.client.cipher()[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"
    first.sni_callback = lambda connection, name, context: setattr(connection, "context", second)
    pair = Pair(client, first)
    pair.shake_hands()
    assert pair.client.cipher()[0] == "ECDHE-ECDSA-CHACHA20-POLY1305"


def test_the_context_cannot_be_switched_in_the_middle_of_a_handshake(certs):
    # OpenSSL would free the certificate that it is about to send.
    def run():
        client, server, other = client_context(certs), server_context(certs), server_context(certs)
        refused = []

        def switch(connection, direction, version, content_type, message_type, data):
            try:
                connection.context = other
            except ssl.SSLError as error:
                refused.append(error)

        server._msg_callback = switch
        Pair(client, server).shake_hands()
        assert refused
        pair = Pair(client, server)
        server._msg_callback = None
        for side in (pair.client, pair.server):
            with pytest.raises(ssl.SSLWantReadError):
                side.do_handshake()
        with pytest.raises(ssl.SSLError):
            pair.server.context = other
        assert pair.server.context is server
        pair.shake_hands()
        pair.talk()

    assert survives(run)


def test_the_context_can_be_switched_before_and_after_the_handshake(certs):
    server, other = server_context(certs, "wildcard"), server_context(certs)
    pair = Pair(client_context(certs), server)
    pair.server.context = other
    pair.shake_hands()
    pair.server.context = server
    pair.talk()
    assert pair.server.context is server


@pytest.mark.parametrize("name", ["do_handshake", "read", "write", "unwrap", "verify_client_post_handshake"])
def test_a_callback_cannot_enter_its_own_connection(certs, name):
    def run():
        server = server_context(certs)
        raised = []

        def enter(connection, _name, context):
            try:
                getattr(connection, name)(*((b"x",) if name == "write" else ()))
            except ssl.SSLError as error:
                raised.append(error)

        server.sni_callback = enter
        pair = Pair(client_context(certs), server)
        pair.shake_hands()
        assert len(raised) == 1 and "at work" in str(raised[0])
        pair.talk()

    assert survives(run)


def test_a_callback_may_ask_its_connection_everything(certs):
    def run():
        server = server_context(certs)
        asked = []

        def ask(connection, *unused):
            for each in (connection, connection._sslobj):
                for name in dir(each):
                    if name in ("do_handshake", "read", "write", "unwrap", "shutdown", "verify_client_post_handshake"):
                        continue
                    try:
                        value = getattr(each, name)
                        if callable(value) and not name.startswith("_"):
                            value()
                    except (ssl.SSLError, TypeError, ValueError, NotImplementedError):
                        pass
                    asked.append(name)

        server.sni_callback = server._msg_callback = ask
        client = client_context(certs)
        client._msg_callback = ask
        pair = Pair(client, server)
        pair.shake_hands()
        pair.talk()
        assert "cipher" in asked and "getpeercert" in asked

    assert survives(run)


def test_the_last_reference_to_a_connection_may_go_inside_a_callback(certs):
    def run():
        held = {}
        server = server_context(certs)

        def drop(connection, name, context):
            held.clear()
            server.sni_callback = None
            gc.collect()

        server.sni_callback = drop
        pair = SocketPair(client_context(certs), server)
        held["server"], pair.server = pair.server, None
        held["plain"], pair.plain = pair.plain, None
        with pytest.raises(ssl.SSLWantReadError):
            pair.client.do_handshake()
        try:
            held["server"].do_handshake()
        except (ssl.SSLError, OSError, IOError):
            pass
        assert held == {}

    assert survives(run)


def test_callbacks_may_take_themselves_away(certs, tmpdir):
    log = str(tmpdir.join("keys"))

    def run():
        client, server = psk_contexts(lambda identity: server.set_psk_server_callback(None) or b"k" * 32)

        def give(hint):
            client.set_psk_client_callback(None)
            client._msg_callback = client.keylog_filename = None
            gc.collect()
            return "me", b"k" * 32

        client.set_psk_client_callback(give)
        client.keylog_filename = log
        client._msg_callback = lambda *unused: setattr(client, "_msg_callback", lambda *unused: None)
        pair = Pair(client, server)
        del give
        pair.shake_hands()
        pair.talk()

    assert survives(run)


def test_a_password_callback_may_use_its_own_context(certs):
    def run():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def ask():
            context.load_cert_chain(os.path.join(certs, "localhost.pem"))
            with pytest.raises(ssl.SSLError):
                context.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=lambda: b"wrong")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            context.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=ask)
        Pair(client_context(certs), context).shake_hands()

    assert survives(run)


def test_errors_that_a_callback_left_in_openssls_queue_do_not_fail_the_handshake(certs):
    # As another extension on the same OpenSSL may.
    with open("/proc/self/maps") as stream:
        paths = [line.split()[-1] for line in stream if "/libssl" in line]
    if not paths:
        pytest.skip("this build of regraft has an OpenSSL of its own, whose queue nobody else can use")
    leave = ctypes.CDLL(paths[0]).SSL_CTX_new
    leave.argtypes, leave.restype = [ctypes.c_void_p], ctypes.c_void_p
    server = server_context(certs)

    def spoil(*unused):
        assert leave(None) is None

    server.sni_callback = spoil
    server._msg_callback = spoil
    client = client_context(certs)
    client._msg_callback = spoil
    pair = Pair(client, server)
    pair.shake_hands()
    pair.talk()


def test_cycles_of_contexts_callbacks_and_connections_are_collected(certs):
    client, server = client_context(certs), server_context(certs)
    watched = []

    def make():
        contexts = client_context(certs), server_context(certs)
        pair = Pair(*contexts)
        for each in contexts:
            each._msg_callback = lambda *unused: (pair, contexts)
            each.me = pair
        contexts[1].sni_callback = lambda *unused: (pair, contexts) and None
        pair.shake_hands()
        pair.client._sslobj.owner.more = pair.client.session, pair.client._sslobj.get_verified_chain()
        watched.extend(map(weakref.ref, contexts))
        watched.extend([weakref.ref(pair.client), weakref.ref(pair.server)])

    make()
    gc.collect()
    assert [each() for each in watched] == [None] * 4
    Pair(client, server).shake_hands()
