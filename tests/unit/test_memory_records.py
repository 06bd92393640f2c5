"""Large writes over memory: what MemoryBIO.read() gives away, in all the ways to ask for it."""
from __future__ import absolute_import, division, print_function

import gc
import os
import threading

import pytest

from handshakes import Pair, client_context, server_context
from regraft import _openssl

# Around a record's size and the size from which copies are saved; and several records.
SIZES = [1, 4095, 4096, 16383, 16384, 16385, 100000, 1 << 20]


def pattern(size):
    """So many bytes, no two parts of them the same."""
    return "".join("%07d," % number for number in range(size // 8 + 1)).encode("ascii")[:size]


def connected(certs, version=None, ciphers=None):
    client, server = client_context(certs), server_context(certs)
    if version is not None:
        client.maximum_version = version
    if ciphers is not None:
        client.set_ciphers(ciphers)
    pair = Pair(client, server).shake_hands()
    pair.from_client.read()
    return pair


def joined(certs):
    """Client, server and the two BIOs between them, as a proxy has it."""
    wire, back = _openssl.MemoryBIO(), _openssl.MemoryBIO()
    client = client_context(certs)._wrap_bio(back, wire, False, "localhost")
    server = server_context(certs)._wrap_bio(wire, back, True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except _openssl.SSLWantReadError:
            pass
    return client, server, wire, back


def received(pair, size):
    """What the server reads, until it has so many bytes."""
    parts = []
    while size > 0:
        parts.append(pair.server.read(size))
        size -= len(parts[-1])
    return b"".join(parts)


KINDS = pytest.mark.parametrize("version, ciphers", [
    (None, None),
    (_openssl.PROTO_TLSv1_2, "ECDHE+AESGCM"),
    (_openssl.PROTO_TLSv1_2, "ECDHE+CHACHA20"),
    # Its records need more than what is reckoned with.
    (_openssl.PROTO_TLSv1_2, "ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0"),
], ids=["1.3", "1.2-gcm", "1.2-chacha", "1.2-cbc"])


@KINDS
@pytest.mark.parametrize("size", SIZES)
def test_what_is_read_whole_is_what_was_written(certs, version, ciphers, size):
    pair, data = connected(certs, version, ciphers), pattern(size)
    for _ in range(3):
        assert pair.client.write(data) == size
        pending = pair.from_client.pending
        records = pair.from_client.read()
        assert type(records) is bytes
        assert len(records) == pending
        assert (pair.from_client.pending, pair.from_client.read()) == (0, b"")
        pair.to_server.write(records)
        assert received(pair, size) == data


@KINDS
@pytest.mark.parametrize("piece", [1000, 16384, 50000])
def test_what_is_read_in_pieces_is_what_was_written(certs, version, ciphers, piece):
    pair, data = connected(certs, version, ciphers), pattern(70000)
    for _ in range(3):
        pair.client.write(data)
        while pair.from_client.pending:
            pair.to_server.write(pair.from_client.read(piece))
        assert received(pair, len(data)) == data


def test_writes_that_nobody_reads_between_lie_one_behind_the_other(certs):
    pair = connected(certs)
    written = [pattern(size) for size in (20000, 10, 5000, 40000, 100)]
    for data in written:
        pair.client.write(data)
    pair.to_server.write(pair.from_client.read())
    assert received(pair, sum(map(len, written))) == b"".join(written)


def test_a_part_is_read_then_more_is_written(certs):
    pair, first, second = connected(certs), pattern(30000), pattern(50000)
    pair.client.write(first)
    pair.to_server.write(pair.from_client.read(12345))
    pair.client.write(second)
    pair.to_server.write(pair.from_client.read())
    assert received(pair, 80000) == first + second


def test_what_was_read_does_not_change_when_more_is_written(certs):
    pair = connected(certs)
    pair.client.write(b"a" * 50000)
    first = pair.from_client.read()
    kept = bytes(bytearray(first))
    pair.client.write(b"b" * 50000)
    second = pair.from_client.read()
    pair.from_client.write(b"c" * 60000)
    assert first == kept
    assert second != first
    assert pair.from_client.read() == b"c" * 60000


def test_a_large_write_before_the_handshake_is_over_leaves_the_handshake_whole(certs):
    pair = Pair(client_context(certs), server_context(certs))
    data = pattern(100000)
    with pytest.raises(_openssl.SSLWantReadError):
        pair.client.write(data)
    pair.carry()
    pair.shake_hands()
    pair.client.write(data)
    pair.carry()
    assert received(pair, len(data)) == data


def test_what_was_written_directly_stays_in_front(certs):
    pair, data = connected(certs), pattern(20000)
    pair.from_client.write(b"before")
    pair.client.write(data)
    assert pair.from_client.read(6) == b"before"
    pair.to_server.write(pair.from_client.read())
    assert received(pair, len(data)) == data


def test_a_connection_writes_on_when_nobody_can_read_any_more(certs):
    client, server = client_context(certs), server_context(certs)
    pair = Pair(client, server).shake_hands()
    pair.client.write(pattern(50000))
    pair.from_client = None
    gc.collect()
    for _ in range(3):
        assert pair.client.write(pattern(50000)) == 50000


def test_bytes_that_wait_outlive_the_object_where_a_connection_reads_them(certs):
    client, server, wire, back = joined(certs)
    data = pattern(100000)
    wire.read()
    client.write(data)
    del wire, back
    gc.collect()
    parts = []
    while sum(map(len, parts)) < len(data):
        parts.append(server.read(30000))
    assert b"".join(parts) == data


def test_the_end_is_still_the_end(certs):
    pair, data = connected(certs), pattern(20000)
    pair.client.write(data)
    pair.from_client.write_eof()
    assert not pair.from_client.eof
    records = pair.from_client.read()
    assert pair.from_client.eof
    pair.to_server.write(records)
    assert received(pair, len(data)) == data


@pytest.mark.parametrize("size", [50000, 3000000])
def test_a_reader_in_another_thread_gets_each_byte_once(certs, size):
    pair, data, parts = connected(certs), pattern(size), []
    ended = threading.Event()

    def read():
        while not ended.is_set() or pair.from_client.pending:
            parts.append(pair.from_client.read(40000 if len(parts) % 3 else -1))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(5):
            pair.client.write(data)
    finally:
        ended.set()
        reader.join(60)
    assert not reader.is_alive()
    pair.to_server.write(b"".join(parts))
    assert received(pair, 5 * size) == 5 * data


def test_one_connection_reads_what_another_writes_into_the_same_bio_in_another_thread(certs):
    client, server, wire, _back = joined(certs)

    def write():
        for _ in range(60000):
            client.write(b"x" * 100)

    writer = threading.Thread(target=write)
    writer.start()
    left = 6000000
    try:
        while left and (writer.is_alive() or wire.pending or server.pending()):
            try:
                left -= len(server.read(left))
            except _openssl.SSLWantReadError:
                pass
    finally:
        writer.join()
    assert (left, server.pending()) == (0, 0)


def mapped():
    """The size of the process (int), bytes."""
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[0]) * os.sysconf("SC_PAGESIZE")


COUNTS = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is counted in /proc")


@COUNTS
def test_a_write_that_was_refused_keeps_no_room_for_itself(certs):
    pair = Pair(client_context(certs), server_context(certs))
    data = b"x" * (64 << 20)
    with pytest.raises(_openssl.SSLWantReadError):
        pair.client.write(b"x")
    pair.from_client.read()
    before = mapped()
    for _ in range(2):
        with pytest.raises(_openssl.SSLWantReadError):
            pair.client.write(data)
        assert pair.from_client.read() == b""
        assert mapped() - before < len(data) // 2


@COUNTS
def test_a_bio_between_two_connections_keeps_no_room_for_what_went_through(certs):
    client, server, wire, back = joined(certs)
    data, buffer = b"x" * (64 << 20), bytearray(1 << 20)
    before = mapped()
    client.write(data)
    left = len(data)
    while left:
        left -= server.read(len(buffer), buffer)
    assert wire.pending == 0
    assert mapped() - before < len(data) // 2
