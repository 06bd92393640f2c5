"""_SSLSocket of the extension: reading, writing, waiting, and the end of a connection."""
from __future__ import absolute_import, division, print_function

import array
import gc
import socket
import struct
import threading
import weakref

import pytest

from extension_link import NATIVE, ON_2, TIMED_OUT, Link, Wire, bare, client_context, server_context, unchecked
from regraft import _openssl as tls


@pytest.fixture
def link(certs):
    return Link(client_context(certs), server_context(certs)).shake_hands()


@pytest.fixture
def wire(certs):
    made = Wire(certs)
    yield made
    made.close()


# ---- reading and writing ---------------------------------------------------

def test_what_is_written_here_is_read_there(link):
    assert link.client.write(b"hello") == 5
    link.carry()
    assert link.server.read(2) == b"he"
    assert link.server.pending() == 3
    assert link.server.read(100) == b"llo"
    assert type(link.server.write(b"x")) is int


@pytest.mark.parametrize("data", [bytearray(b"abc"), memoryview(b"abc"), array.array("B", bytearray(b"abc"))],
                         ids=["bytearray", "memoryview", "array"])
def test_write_takes_any_object_that_lends_memory(link, data):
    assert link.client.write(data) == 3
    link.carry()
    assert link.server.read(10) == b"abc"


@pytest.mark.parametrize("size, expected", [(3, b"012"), (100, b"01234567"), (0, b"01234567"), (-1, b"01234567")])
def test_read_fills_a_buffer(link, size, expected):
    link.client.write(b"0123456789")
    link.carry()
    target = bytearray(8)
    assert link.server.read(size, target) == len(expected)
    assert bytes(target[:len(expected)]) == expected


def test_read_fills_an_array_and_a_view(link):
    link.client.write(b"abcdef")
    link.carry()
    numbers, memory = array.array("B", bytearray(3)), bytearray(3)
    assert link.server.read(3, numbers) == 3
    assert link.server.read(3, memoryview(memory)) == 3
    assert bytearray(numbers) + memory == b"abcdef"


def test_read_into_nothing_is_zero(link):
    assert link.server.read(4, bytearray()) == 0


@pytest.mark.parametrize("target", [b"abcd", u"abcd", None, 5, memoryview(b"abcd")])
def test_read_into_what_cannot_be_written_is_a_type_error(link, target):
    with pytest.raises(TypeError):
        link.server.read(4, target)


def test_a_negative_size_is_refused(link):
    with pytest.raises(ValueError, match="size should not be negative"):
        link.client.read(-1)


def test_reading_nothing_needs_no_data(link):
    assert link.client.read(0) == b""


@pytest.mark.parametrize("size", ["1", None, 1.0])
def test_a_size_that_is_no_integer_is_a_type_error(link, size):
    with pytest.raises(TypeError):
        link.client.read(size)


def test_a_huge_size_gives_what_there_is(link):
    link.client.write(b"abc")
    link.carry()
    assert link.server.read(2 ** 40) == b"abc"


@pytest.mark.skipif(not ON_2, reason="3.x has no default size")
def test_the_size_may_be_left_out_on_2(link):
    link.client.write(b"abc")
    link.carry()
    assert link.server.read() == b"abc"


@pytest.mark.skipif(ON_2, reason="2.7 has a default size")
def test_the_size_must_be_given_on_3(link):
    with pytest.raises(TypeError):
        link.server.read()


def test_without_data_the_reader_is_told_to_come_again(link):
    with pytest.raises(tls.SSLWantReadError) as caught:
        link.client.read(1)
    assert caught.value.args[0] == tls.SSL_ERROR_WANT_READ
    assert caught.value.args[1].startswith("The operation did not complete (read) (_ssl.c:")


def test_three_megabytes_arrive(wire):
    data = bytes(bytearray(range(256))) * 12000
    parts = []

    def read():
        while sum(map(len, parts)) < len(data):
            parts.append(wire.server.read(70000))

    thread = threading.Thread(target=read)
    thread.start()
    assert wire.client.write(data) == len(data)
    thread.join()
    assert b"".join(parts) == data


def test_one_thread_reads_while_another_writes(certs):
    # With a time-out each call takes the connection's lock. Without one it may block inside OpenSSL, and two threads
    # are on their own, as with the stock modules: docs/limits.rst.
    wire = Wire(certs, timeout=20.0)
    echo = []

    def serve():
        data = wire.server.read(4096)
        while data:
            wire.server.write(data)
            data = wire.server.read(4096)
        wire.server.shutdown()

    def read():
        while sum(map(len, echo)) < 300 * 50:
            echo.append(wire.client.read(4096))

    threads = [threading.Thread(target=serve), threading.Thread(target=read)]
    for thread in threads:
        thread.daemon = True
        thread.start()
    for number in range(300):
        wire.client.write(struct.pack("!I", number) + b"." * 46)
    threads[1].join(20)
    wire.client.shutdown()
    threads[0].join(20)
    wire.close()
    assert [struct.unpack("!I", b"".join(echo)[i:i + 4])[0] for i in range(0, 300 * 50, 50)] == list(range(300))


# ---- time-outs and sockets that are gone -----------------------------------

@pytest.mark.parametrize("operation, text", [
    (lambda end: end.read(1), "The read operation timed out"),
    (lambda end: end.read(1, bytearray(1)), "The read operation timed out"),
    (lambda end: end.shutdown(), "The read operation timed out"),
])
def test_an_operation_that_takes_too_long_says_which(wire, operation, text):
    wire.near.settimeout(0.02)
    with pytest.raises(TIMED_OUT) as caught:
        operation(wire.client)
    assert caught.value.args[0] == text


def test_a_writer_is_not_kept_for_ever(wire):
    wire.near.settimeout(0.02)
    with pytest.raises(TIMED_OUT) as caught:
        while True:
            wire.client.write(b"x" * 100000)
    assert caught.value.args == ("The write operation timed out",)


def test_a_handshake_with_a_silent_peer_ends(certs):
    wire = Wire(certs, shake_hands=False, timeout=0.02)
    with pytest.raises(TIMED_OUT) as caught:
        wire.client.do_handshake()
    assert caught.value.args[0].endswith("The handshake operation timed out")
    wire.close()


def test_without_blocking_nobody_waits(wire):
    wire.near.setblocking(False)
    with pytest.raises(tls.SSLWantReadError):
        wire.client.read(1)
    with pytest.raises(tls.SSLWantWriteError):
        wire.client.write(b"x" * 20000000)


@pytest.mark.parametrize("operation", [
    lambda end: end.read(1), lambda end: end.read(0), lambda end: end.read(1, bytearray(1)),
    lambda end: end.write(b"x"), lambda end: end.do_handshake(), lambda end: end.shutdown(),
])
def test_a_closed_socket_is_gone(wire, operation):
    bare(wire.near).close()
    with pytest.raises(tls.SSLError, match="Underlying socket connection gone"):
        operation(wire.client)


def test_the_socket_is_held_weakly(certs):
    wire = Wire(certs)
    gone = weakref.ref(bare(wire.near))
    wire.near.close()
    wire.near = None
    gc.collect()
    assert gone() is None
    with pytest.raises(tls.SSLError, match="Underlying socket connection gone"):
        wire.client.read(1)
    assert wire.client.version() is not None


def test_an_object_that_is_like_a_socket_will_do(certs):
    near, far = socket.socketpair()

    class Like(object):
        def fileno(self):
            return near.fileno()

        def gettimeout(self):
            return 0.02

    like = Like()
    near.setblocking(False)
    client = unchecked(certs)._wrap_socket(like, False)
    with pytest.raises(TIMED_OUT):
        client.do_handshake()
    near.close()
    far.close()


@pytest.mark.parametrize("sock", [None, 1, "socket"])
def test_what_is_no_socket_is_a_type_error(certs, sock):
    with pytest.raises(TypeError, match="argument 'sock' must be _socket.socket"):
        unchecked(certs)._wrap_socket(sock, False)


# ---- the end of a connection ------------------------------------------------

def test_a_goodbye_gives_an_empty_read(link):
    with pytest.raises(tls.SSLWantReadError):
        link.client.shutdown()
    link.carry()
    assert link.server.read(5) == b""
    assert link.server.read(5, bytearray(5)) == 0
    assert link.server.write(b"bye") == 3
    assert link.server.shutdown() is None
    link.carry()
    assert link.client.read(5) == b"bye"
    assert link.client.shutdown() is None
    with pytest.raises(tls.SSLZeroReturnError):
        link.client.read(5)
    with pytest.raises(tls.SSLError, match="PROTOCOL_IS_SHUTDOWN"):
        link.client.write(b"x")


def test_both_sides_say_goodbye_and_get_their_sockets_back(wire):
    given = []
    thread = threading.Thread(target=lambda: given.append(wire.server.shutdown()))
    thread.start()
    assert wire.client.shutdown() is bare(wire.near)
    thread.join()
    assert given[0] is bare(wire.far)
    wire.near.sendall(b"plain")
    assert wire.far.recv(5) == b"plain"


def test_a_peer_that_closes_without_notice_is_an_eof_error(wire):
    wire.far.shutdown(socket.SHUT_WR)
    with pytest.raises(tls.SSLEOFError, match="EOF occurred in violation of protocol") as caught:
        wire.client.read(1)
    assert caught.value.args[0] == tls.SSL_ERROR_EOF


def test_the_end_is_remembered(link):
    link.to_client.write_eof()
    for operation in (lambda: link.client.read(1), lambda: link.client.read(1), lambda: link.client.write(b"x"),
                      lambda: link.client.read(1, bytearray(1))):
        with pytest.raises(tls.SSLEOFError, match="EOF occurred in violation of protocol"):
            operation()


def test_the_end_inside_a_handshake_is_an_eof_error(certs):
    made = Link(unchecked(certs), server_context(certs))
    made.to_client.write_eof()
    with pytest.raises(tls.SSLEOFError):
        made.client.do_handshake()


def test_a_reset_is_an_error_of_the_system(certs):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    near = socket.create_connection(listener.getsockname())
    far, _ = listener.accept()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    client = unchecked(certs)._wrap_socket(bare(near), False)
    with pytest.raises(socket.error) as caught:
        client.do_handshake()
    assert not isinstance(caught.value, tls.SSLError)
    near.close()
    listener.close()


def test_plain_text_is_no_tls(certs):
    made = Link(unchecked(certs), server_context(certs))
    made.to_client.write(b"HTTP/1.0 400 Bad\r\n\r\n")
    with pytest.raises(tls.SSLError) as caught:
        made.client.do_handshake()
    assert (caught.value.library, type(caught.value.reason)) == ("SSL", NATIVE)


def test_a_goodbye_without_answer_has_2s_number_on_2(link):
    link.to_client.write_eof()
    with pytest.raises(tls.SSLEOFError) as caught:
        link.client.shutdown()
    # 2.7's programs pass over number 0 there: https://bugs.python.org/issue10808
    assert caught.value.args[0] == (0 if ON_2 else tls.SSL_ERROR_EOF)
