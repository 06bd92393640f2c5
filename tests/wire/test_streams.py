"""Data on a TLS connection: ends of all kinds, time-outs, non-blocking sockets, large data."""
from __future__ import absolute_import, division, print_function

import errno
import os
import socket
import ssl

import pytest

from loopback import client_context, connected, echo, server_context, serving

IS_2 = bytes is str


def vanish(connection):
    """Send something and close the connection below TLS, without close_notify."""
    connection.sendall(b"last words")
    connection.shutdown(socket.SHUT_RDWR)


def test_an_end_with_notice_is_an_empty_read(certs):
    def bye(connection):
        connection.sendall(b"bye")
        connection.unwrap()
    with serving(bye, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            assert connection.recv(10) == b"bye"
            assert connection.recv(10) == b""


def test_an_end_without_notice_is_an_empty_read(certs):
    with serving(vanish, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            assert connection.recv(10) == b"last words"
            assert connection.recv(10) == b""


def test_an_end_without_notice_is_an_error_when_that_is_asked_for(certs):
    client = client_context(certs)
    # 3.8 and 3.9 start with this option.
    client.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    with serving(vanish, server_context(certs)) as server:
        with connected(server, client, suppress_ragged_eofs=False) as connection:
            assert connection.recv(10) == b"last words"
            with pytest.raises(ssl.SSLEOFError) as caught:
                connection.recv(10)
    assert caught.value.args[0] == ssl.SSL_ERROR_EOF


def break_off(connection):
    """Wait for a byte; the close that follows resets the connection."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def looks_broken(error):
    """Whether an error is the system's, as since Python 3.13; before, it looked like an end (CPython's issue 115627)."""
    return not isinstance(error, ssl.SSLError) and error.errno in (errno.ECONNRESET, errno.EPIPE)


@pytest.mark.parametrize("suppress", (True, False))
def test_a_reset_is_never_an_end_for_readers(certs, suppress):
    with serving(break_off, server_context(certs)) as server:
        with connected(server, client_context(certs), suppress_ragged_eofs=suppress) as connection:
            connection.sendall(b"x")
            with pytest.raises(socket.error) as caught:
                connection.recv(10)
            assert looks_broken(caught.value)


def test_a_reset_is_never_an_end_for_writers(certs):
    with serving(break_off, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            with pytest.raises(socket.error) as caught:
                for _ in range(200):
                    connection.sendall(b"x" * 65536)
            assert looks_broken(caught.value)


def test_a_time_out_is_what_the_host_calls_one(certs):
    def stay_silent(connection):
        return connection.recv(1)
    expected = ssl.SSLError if IS_2 else socket.timeout
    with serving(stay_silent, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            connection.settimeout(0.05)
            with pytest.raises(expected, match="The read operation timed out"):
                connection.recv(1)
            connection.settimeout(5)
            connection.sendall(b"x")


def test_a_handshake_times_out():
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(1)
    expected = ssl.SSLError if IS_2 else socket.timeout
    plain = socket.create_connection(silent.getsockname(), timeout=0.05)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS)
        with pytest.raises(expected, match="_ssl.c.*The handshake operation timed out|The handshake operation timed out"):
            context.wrap_socket(plain)
    finally:
        plain.close()
        silent.close()


def test_a_non_blocking_socket_says_what_it_waits_for(certs):
    with serving(echo, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            connection.setblocking(False)
            with pytest.raises(ssl.SSLWantReadError):
                while True:
                    connection.recv(100)
            connection.setblocking(True)
            connection.settimeout(5)
            connection.sendall(b"x")
            assert connection.recv(1) == b"x"


def test_a_non_blocking_send_without_room_says_so_in_the_words_of_the_host(certs):
    def wait(connection):
        received = 0
        while True:
            data = connection.recv(1 << 16)
            if not data:
                return received
            received += len(data)
            if data.endswith(b"."):
                return received
    block = b"x" * (1 << 16)
    with serving(wait, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            connection.settimeout(0.0)
            sent = 0
            try:
                for _ in range(10000):
                    count = connection.send(block)
                    if count == 0:
                        assert IS_2
                        break
                    sent += count
                else:
                    pytest.fail("the socket took everything")
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                assert not IS_2
            assert sent > 0
            connection.settimeout(10)
            while True:
                # OpenSSL wants the very bytes of the refused write again.
                if connection.send(block):
                    break
            connection.sendall(b".")


def test_megabytes_arrive_whole(certs):
    data = os.urandom(1 << 16) * 48
    with serving(lambda connection: connection.sendall(data), server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            received = bytearray()
            while True:
                chunk = connection.recv(1 << 17)
                if not chunk:
                    break
                received += chunk
    assert received == data


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_all_kinds_of_buffers_are_sent(certs, make):
    with serving(echo, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            connection.sendall(make(b"some bytes"))
            assert connection.recv(100) == b"some bytes"
            assert connection.send(make(b"more")) == 4
            target = bytearray(10)
            assert connection.recv_into(target) == 4
            assert target[:4] == b"more"
            connection.sendall(make(b""))


@pytest.mark.skipif(not IS_2, reason="text is sent on Python 2 only")
def test_ascii_text_is_sent_as_before(certs):
    with serving(echo, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            connection.sendall(u"text")
            assert connection.recv(100) == b"text"
            connection.sendall(buffer(b"old buffer"))  # noqa: F821
            assert connection.recv(100) == b"old buffer"
            with pytest.raises(UnicodeError):
                connection.sendall(u"\xe9")


def test_a_file_object_reads_lines_to_the_end(certs):
    with serving(lambda connection: connection.sendall(b"one\r\ntwo\r\n"), server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            stream = connection.makefile("rb")
            connection.close()
            assert stream.readline() == b"one\r\n"
            assert stream.readlines() == [b"two\r\n"]
            stream.close()


def test_after_unwrap_the_connection_goes_on_without_tls(certs):
    def unwrap(connection):
        below = connection.unwrap()
        below.sendall(b"plain")
        return True
    with serving(unwrap, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            below = connection.unwrap()
            assert below.recv(5) == b"plain"
    assert server.results == [True]


def test_flags_and_addresses_have_no_meaning_on_tls(certs):
    with serving(echo, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            for call in (lambda: connection.send(b"x", socket.MSG_OOB), lambda: connection.recv(1, socket.MSG_PEEK),
                         lambda: connection.sendall(b"x", 1), lambda: connection.recv_into(bytearray(1), 1, 1),
                         lambda: connection.recvfrom(1), lambda: connection.recvfrom_into(bytearray(1)),
                         lambda: connection.sendto(b"x", ("127.0.0.1", 1))):
                with pytest.raises(ValueError):
                    call()
            with pytest.raises(NotImplementedError):
                connection.dup()


def test_an_address_family_of_its_own_makes_no_difference(certs):
    try:
        probe = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        probe.bind(("::1", 0))
        probe.close()
    except socket.error:
        pytest.skip("this machine has no IPv6 loopback")
    with serving(echo, server_context(certs), family=socket.AF_INET6) as server:
        with connected(server, client_context(certs), "::1") as connection:
            connection.sendall(b"x")
            assert connection.recv(1) == b"x"
            assert ("IP Address", "0:0:0:0:0:0:0:1") in connection.getpeercert()["subjectAltName"]


def test_two_memory_bios_shake_hands(certs):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context(certs).wrap_bio(to_client, to_server, server_hostname="localhost")
    server = server_context(certs).wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, server]
    for _ in range(10):
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass
    assert waiting == []
    client.write(b"over memory")
    assert server.read(100) == b"over memory"
    with pytest.raises(ssl.SSLWantReadError):
        client.read(1)
    assert client.version() == server.version() == "TLSv1.3"
    assert client.server_hostname == "localhost" and not client.server_side and server.server_side


def test_only_streams_are_wrapped(certs):
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        with pytest.raises(NotImplementedError, match="only stream sockets are supported"):
            client_context(certs).wrap_socket(datagrams, server_hostname="localhost")
    finally:
        datagrams.close()


def test_a_connection_whose_handshake_fails_in_accept_is_closed_at_once(certs):
    # https://bugs.python.org/issue17918: the peer waited as long as somebody held the exception.
    listener = server_context(certs).wrap_socket(socket.socket(), server_side=True)
    listener.settimeout(10)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    peer = socket.create_connection(listener.getsockname(), 10)
    try:
        peer.sendall(b"this is no handshake\r\n\r\n")
        with pytest.raises(ssl.SSLError) as held:
            listener.accept()
        received = b"?"
        while received:
            try:
                received = peer.recv(4096)
            except socket.error as error:
                assert error.errno == errno.ECONNRESET, error
                break
        assert held.value is not None
    finally:
        peer.close()
        listener.close()


def test_what_is_wrapped_before_connecting_shakes_hands_on_connect(certs):
    with serving(echo, server_context(certs)) as server:
        connection = client_context(certs).wrap_socket(socket.socket(), server_hostname="localhost")
        try:
            connection.settimeout(5)
            connection.connect(server.address)
            assert connection.version() == "TLSv1.3"
            with pytest.raises(ValueError, match="attempt to connect already-connected SSLSocket!"):
                connection.connect(server.address)
        finally:
            connection.close()


def test_the_certificate_of_a_server_is_fetched_as_pem(certs):
    with serving(lambda connection: None, server_context(certs)) as server:
        pem = ssl.get_server_certificate(server.address, timeout=5)
    with open(os.path.join(certs, "localhost-cert.pem")) as stream:
        assert ssl.PEM_cert_to_DER_cert(pem) == ssl.PEM_cert_to_DER_cert(stream.read())


def test_the_certificate_of_a_server_is_fetched_by_name_address_and_family(certs):
    names = []
    context = server_context(certs)
    context.sni_callback = lambda connection, name, context: names.append(name)
    with serving(lambda connection: None, context, connections=2) as server:
        trusted = os.path.join(certs, "ca.pem")
        assert ssl.get_server_certificate(("localhost", server.address[1]), ca_certs=trusted)
        assert ssl.get_server_certificate(server.address, ca_certs=trusted)
    assert names == ["localhost", None]
    try:
        probe = socket.socket(socket.AF_INET6)
        probe.bind(("::1", 0))
        probe.close()
    except socket.error:
        pytest.skip("this machine has no IPv6")
    with serving(lambda connection: None, context, family=socket.AF_INET6) as server:
        assert ssl.get_server_certificate(server.address, timeout=5)


def test_the_certificate_of_another_authority_is_not_handed_out(certs):
    with serving(lambda connection: None, server_context(certs)) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.get_server_certificate(server.address, ca_certs=os.path.join(certs, "other-ca.pem"))


def test_fetching_a_certificate_takes_no_longer_than_its_time_out(certs):
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(1)
    try:
        with pytest.raises(ssl.SSLError if bytes is str else socket.timeout):
            ssl.get_server_certificate(silent.getsockname(), timeout=0.05)
    finally:
        silent.close()
