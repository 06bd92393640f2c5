"""Nothing grows: contexts, handshakes that succeed and that fail, certificates, sessions, descriptors."""
from __future__ import absolute_import, division, print_function

import os
import ssl
import sys
import warnings

import pytest

from growth import failing, growth_of
from loopback import client_context, server_context
from pairs import Pair, SocketPair, psk_contexts
from regraft import _behavior

IS_2 = bytes is str


def of_version(context, version):
    context.maximum_version = context.minimum_version = version
    return context


VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])


# ---- handshakes ----

@VERSIONS
def test_connections_over_memory_leave_nothing_behind(certs, version):
    client, server = of_version(client_context(certs), version), server_context(certs)

    def connect():
        pair = Pair(client, server)
        pair.shake_hands()
        pair.talk()
        pair.close()

    assert growth_of(connect) == {}


def test_large_writes_over_memory_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs)

    def connect():
        pair = Pair(client, server)
        with failing(ssl.SSLWantReadError):
            pair.client.write(b"too early" * 1000)
        pair.shake_hands()
        pair.to_server.read()
        pair.client.write(b"x" * 70000)
        pair.to_server.write(pair.to_server.read())  # given away, and copied back
        pair.client.write(b"y" * 20000)              # needs more room
        pair.server.write(b"z" * 20000)              # stays

    assert growth_of(connect) == {}


def test_connections_over_sockets_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs)

    def connect():
        pair = SocketPair(client, server)
        pair.shake_hands()
        pair.talk()
        with failing(ssl.SSLWantReadError) if not IS_2 else failing(ssl.SSLError):
            pair.client.recv(1)
        stream = pair.client.makefile("rb")
        stream.close()
        pair.hang_up()

    assert growth_of(connect) == {}


@pytest.mark.parametrize("name", ["wronghost", "expired", "untrusted"])
def test_refused_certificates_leave_nothing_behind(certs, name):
    client, server = client_context(certs), server_context(certs, name)

    def connect():
        with failing(ssl.SSLCertVerificationError):
            Pair(client, server).shake_hands()

    assert growth_of(connect) == {}


def test_refused_addresses_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs, "ip")

    def connect():
        with failing(ssl.SSLCertVerificationError):
            Pair(client, server, "192.0.2.1").shake_hands()

    assert growth_of(connect) == {}


def test_peers_that_vanish_or_talk_nonsense_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs)

    def connect():
        pair = Pair(client, server)
        for side in (pair.client, pair.server):
            with failing(ssl.SSLWantReadError):
                side.do_handshake()
        pair.to_server.write_eof()
        with failing(ssl.SSLEOFError, ssl.SSLZeroReturnError):  # which of them depends on the host's options
            pair.server.do_handshake()
        pair = Pair(client, server)
        pair.to_server.write(b"GET / HTTP/1.0\r\n\r\n")
        with failing(ssl.SSLError):
            pair.server.do_handshake()
        pair = SocketPair(client, server)
        pair.plain[1].close()
        pair.server.close()
        with failing(ssl.SSLError, OSError, IOError):
            pair.client.do_handshake()
        pair.hang_up()

    assert growth_of(connect) == {}


def test_time_outs_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs)

    def connect():
        pair = SocketPair(client, server)
        pair.client.settimeout(0.0001)
        with failing(IOError, OSError):
            pair.client.do_handshake()
        pair.client.setblocking(False)
        pair.shake_hands()
        pair.client.settimeout(0.0001)
        with failing(IOError, OSError):
            pair.client.read(1)
            pair.client.read(1)
        pair.hang_up()

    assert growth_of(connect, 15) == {}


def test_connections_that_cannot_be_made_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs)
    memory = ssl.MemoryBIO()

    def connect():
        with failing(ValueError):
            client.wrap_bio(memory, memory, server_hostname=".localhost")
        with failing(ValueError):
            client.wrap_bio(memory, memory)
        if not _behavior.CONTEXTS_MAKE_EITHER_SIDE:
            with failing(ssl.SSLError):
                client._wrap_bio(memory, memory, True)
        with failing(TypeError):
            server._wrap_bio(memory, None, True)
        with failing(TypeError):
            server._wrap_socket(None, True)
        with failing(TypeError):
            client._wrap_bio(memory, memory, False, "localhost", owner=42)
        with failing(TypeError):
            client._wrap_bio(memory, memory, False, "localhost", session=object())

    assert growth_of(connect) == {}


# ---- sessions and certificates ----

@VERSIONS
def test_resumed_sessions_leave_nothing_behind(certs, version):
    client, server = of_version(client_context(certs), version), server_context(certs)
    first = Pair(client, server)
    first.shake_hands()
    first.talk()
    session = first.client.session

    def connect():
        pair = Pair(client, server, session=session)
        pair.shake_hands()
        assert pair.client.session_reused
        pair.talk()
        again = pair.client.session
        assert (again == session) in (True, False) and again.id and again.has_ticket
        pair.close()

    assert growth_of(connect) == {}


def test_certificates_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs, "everything")
    client.check_hostname = False
    pair = Pair(client, server)
    pair.shake_hands()
    connection = pair.client._sslobj

    def look():
        assert connection.getpeercert()["subjectAltName"] and connection.getpeercert(True)
        for chain in (connection.get_verified_chain(), connection.get_unverified_chain()):
            for each in chain:
                assert each.get_info() and each.public_bytes() and hash(each) and repr(each) and each == each
                with failing(ValueError):
                    each.public_bytes(99)
        assert client.get_ca_certs() and client.get_ca_certs(True) and client.cert_store_stats()
        with failing(ValueError):
            ssl._ssl.nid2obj(-1)
        with failing(ValueError):
            ssl._ssl.txt2obj("no such object")
        with failing(ssl.SSLError):
            ssl._ssl._test_decode_cert(os.path.join(certs, "README"))

    assert growth_of(look, 10) == {}


# ---- contexts ----

def test_contexts_leave_nothing_behind(certs, tmpdir):
    log = str(tmpdir.join("keys"))

    class Context(ssl.SSLContext):
        pass

    def make():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context = Context(ssl.PROTOCOL_TLS)
        context.me = context
        context.load_cert_chain(os.path.join(certs, "localhost.pem"))
        context.load_verify_locations(os.path.join(certs, "ca.pem"), os.path.join(certs, "ca-path"))
        context.load_dh_params(os.path.join(certs, "dh2048.pem"))
        context.set_ciphers("ECDHE+AESGCM")
        context.set_alpn_protocols(["h2", "http/1.1"])
        context.sni_callback = lambda *unused: context
        context._msg_callback = lambda *unused: context
        context.set_psk_client_callback(lambda unused: context)
        context.set_psk_server_callback(lambda unused: context, "hint")
        context.keylog_filename = log
        assert context.get_ciphers() and context.session_stats() and context.verify_flags is not None
        with failing(TypeError, ValueError):
            ssl.SSLContext(99)

    assert growth_of(make, 10) == {}


def test_settings_replaced_over_and_over_leave_nothing_behind(certs, tmpdir):
    context = server_context(certs)
    with open(os.path.join(certs, "ca.der"), "rb") as stream:
        authority = stream.read()
    logs = [str(tmpdir.join(name)) for name in ("one", "two")]

    def change():
        context.load_cert_chain(os.path.join(certs, "localhost.pem"))
        context.load_verify_locations(cadata=authority)
        context.load_dh_params(os.path.join(certs, "dh2048.pem"))
        context.set_ciphers("ECDHE+AESGCM")
        context.set_ecdh_curve("prime256v1")
        context.set_alpn_protocols(["h2"])
        context.sni_callback = lambda *unused: None
        context._msg_callback = lambda *unused: None
        context.set_psk_server_callback(lambda unused: b"", "hint")
        for each in logs:
            context.keylog_filename = each
        context.sni_callback = context._msg_callback = context.keylog_filename = None
        context.set_psk_server_callback(None)

    assert growth_of(change, 10) == {}


def test_settings_that_are_refused_leave_nothing_behind(certs):
    context = server_context(certs)
    encrypted = os.path.join(certs, "localhost-encrypted.pem")

    def raise_an_error():
        raise ZeroDivisionError

    def change():
        for path in ("/nonexistent", certs, os.path.join(certs, "README")):
            with failing(ssl.SSLError, IOError):
                context.load_cert_chain(path)
            with failing(ssl.SSLError, IOError):
                context.load_verify_locations(path)
            with failing(ssl.SSLError, IOError):
                context.load_dh_params(path)
        with failing(ssl.SSLError):
            context.load_verify_locations(cadata=b"\x30\x03nonsense")
        with failing(ssl.SSLError):
            context.load_cert_chain(encrypted, password="wrong")
        with failing(ZeroDivisionError):
            context.load_cert_chain(encrypted, password=raise_an_error)
        with failing(ValueError):
            context.load_cert_chain(encrypted, password=b"x" * 2000)
        with failing(TypeError):
            context.load_cert_chain(encrypted, password=lambda: 42)
        with failing(ssl.SSLError):
            context.set_ciphers("no such cipher")
        with failing(ValueError):
            context.set_ecdh_curve("no such curve")
        with failing(ssl.SSLError):
            context.set_groups("no such group")
        with failing(ssl.SSLError, ValueError):
            context.set_alpn_protocols(["x" * 300])
        with failing(TypeError):
            context.sni_callback = 42
        with failing(ssl.SSLError):
            context.set_psk_client_callback(lambda hint: None)
        with failing(IOError):
            context.keylog_filename = "/nonexistent/file"

    assert growth_of(change, 8) == {}


# ---- exceptions in callbacks ----

@pytest.fixture
def unraisable(monkeypatch):
    """Keeps what callbacks raise where nothing can be raised off stderr."""
    monkeypatch.setattr(sys, "unraisablehook", lambda unused: None, raising=False)
    if IS_2:
        monkeypatch.setattr(sys, "stderr", open(os.devnull, "w"))


def raise_an_error(*unused):
    raise ZeroDivisionError


def test_exceptions_in_server_name_callbacks_leave_nothing_behind(certs, unraisable):
    client, server = client_context(certs), server_context(certs)
    server.sni_callback = raise_an_error

    def connect():
        with failing(ssl.SSLError):
            Pair(client, server).shake_hands()

    assert growth_of(connect) == {}


@pytest.mark.parametrize("side", ["client", "server"])
def test_exceptions_in_key_callbacks_leave_nothing_behind(unraisable, side):
    if side == "client":
        client, server = psk_contexts(lambda identity: b"k" * 32, raise_an_error)
    else:
        client, server = psk_contexts(raise_an_error)

    def connect():
        with failing(ssl.SSLError):
            Pair(client, server).shake_hands()

    assert growth_of(connect) == {}


@pytest.mark.parametrize("side", ["client", "server"])
def test_exceptions_in_message_callbacks_leave_nothing_behind(certs, side):
    contexts = {"client": client_context(certs), "server": server_context(certs)}
    contexts[side]._msg_callback = raise_an_error

    def connect():
        with failing(ZeroDivisionError):
            Pair(contexts["client"], contexts["server"]).shake_hands()

    assert growth_of(connect) == {}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a file that cannot be written to: /dev/full")
def test_key_logs_that_cannot_be_written_leave_nothing_behind(certs, tmpdir):
    # A file that looks as if it were not empty, so that opening it writes nothing.
    client, server = client_context(certs), server_context(certs)
    link = tmpdir.join("full")
    link.write("not empty")
    client.keylog_filename = str(link)
    os.dup2(os.open("/dev/full", os.O_WRONLY), _descriptor_of(str(link)))

    def connect():
        with failing(IOError, OSError):
            Pair(client, server).shake_hands()

    assert growth_of(connect) == {}


def _descriptor_of(path):
    for each in os.listdir("/proc/self/fd"):
        try:
            if os.path.samefile("/proc/self/fd/" + each, path):
                return int(each)
        except OSError:
            continue
    raise AssertionError("nobody has %s open" % path)
