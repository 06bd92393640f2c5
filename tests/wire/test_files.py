"""Files sent over a TLS connection."""
from __future__ import absolute_import, division, print_function

import io
import os
import socket

import pytest

from loopback import client_context, connected, server_context, serving

CONTENT = bytes(bytearray(range(256)) * 3000)


def receive_all(connection):
    parts = []
    while True:
        data = connection.recv(65536)
        if not data:
            return b"".join(parts)
        parts.append(data)


def receive_and_part(connection):
    received = receive_all(connection)
    connection.unwrap()
    return received


@pytest.fixture
def path(tmpdir):
    target = tmpdir.join("file")
    target.write_binary(CONTENT)
    return str(target)


def what_arrives(certs, action):
    """What a server gets from `action(connection)` (bytes), and what that returned."""
    with serving(receive_and_part, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            result = action(connection)
            connection.unwrap()
    assert server.errors == []
    return server.results[0], result


@pytest.mark.parametrize("offset, count", [(0, None), (1000, None), (0, 70000), (300000, 300000), (700000, 10 ** 6)])
@pytest.mark.parametrize("seconds", [None, 10])
def test_a_file_is_sent_from_the_offset_and_its_position_is_behind_what_was_sent(certs, path, offset, count, seconds):
    expected = CONTENT[offset:][:count]

    def send(connection):
        connection.settimeout(seconds)
        with open(path, "rb") as source:
            return connection.sendfile(source, offset, count), source.tell()
    arrived, result = what_arrives(certs, send)
    assert arrived == expected
    assert result == (len(expected), offset + len(expected))


def test_what_only_reads_like_a_file_is_sent_too(certs):
    class Chunks(object):
        left = [b"one", b"two" * 100000, b"three"]

        def read(self, size):
            return self.left.pop(0) if self.left else b""

    expected = b"".join(Chunks.left)
    assert what_arrives(certs, lambda connection: connection.sendfile(Chunks())) == (expected, len(expected))
    assert what_arrives(certs, lambda connection: connection.sendfile(io.BytesIO(CONTENT), 5)) == (
        CONTENT[5:], len(CONTENT) - 5)
    assert what_arrives(certs, lambda connection: connection.sendfile(io.BytesIO())) == (b"", 0)


def test_after_an_exception_the_position_is_behind_what_was_sent(certs):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell() >= 300000:
                raise ZeroDivisionError
            return io.BytesIO.read(self, min(size, 150000))

    source = Broken(CONTENT)

    def send(connection):
        with pytest.raises(ZeroDivisionError):
            connection.sendfile(source, 0)
        return source.tell()
    assert what_arrives(certs, send) == (CONTENT[:300000], 300000)


def test_files_of_text_odd_counts_and_sockets_that_do_not_block_are_refused(certs, path):
    def send(connection):
        with io.open(path, "r", encoding="latin-1") as text:
            with pytest.raises(ValueError, match="binary mode"):
                connection.sendfile(text)
        with open(path, "rb") as source:
            for count, error in ((0, ValueError), (-1, ValueError), (1.5, TypeError), ("1", TypeError)):
                with pytest.raises(error, match="count must be a positive integer"):
                    connection.sendfile(source, count=count)
            connection.setblocking(False)
            with pytest.raises(ValueError, match="non-blocking sockets are not supported"):
                connection.sendfile(source)
            connection.settimeout(10)
    assert what_arrives(certs, send) == (b"", None)


def test_a_socket_that_is_not_wrapped_any_more_sends_files_as_they_are(certs, path):
    def serve(connection):
        plain = connection.unwrap()
        return receive_all(plain)

    with serving(serve, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            connection.unwrap()
            assert connection._sslobj is None
            with open(path, "rb") as source:
                assert connection.sendfile(source, 7, 100000) == 100000
            connection.shutdown(socket.SHUT_WR)
    assert server.errors == [] and server.results == [CONTENT[7:100007]]


class KernelTLS(object):
    """A connection that says the kernel encrypts, and writes down what it is asked to send."""

    def __init__(self, at_once):
        self.at_once = at_once
        self.asked = []

    def uses_ktls_for_send(self):
        return True

    def sendfile(self, descriptor, offset, size):
        assert os.fstat(descriptor).st_size == len(CONTENT)
        self.asked.append((offset, size))
        return min(size, self.at_once)


def test_where_the_kernel_encrypts_it_reads_the_file_as_well(certs, path):
    def send(connection):
        ours, kernel = connection._sslobj, KernelTLS(500000)
        connection._sslobj = kernel
        try:
            with open(path, "rb") as source:
                assert connection.sendfile(source, 1000) == len(CONTENT) - 1000
                assert source.tell() == len(CONTENT)
                assert connection.sendfile(source, 10, 20) == 20
                assert source.tell() == 30
        finally:
            connection._sslobj = ours
        return kernel.asked
    size = len(CONTENT)
    assert what_arrives(certs, send)[1] == [(1000, size - 1000), (501000, size - 501000), (10, 20)]
