"""MemoryBIO of the extension: bytes in, bytes out, and the end of the stream."""
from __future__ import absolute_import, division, print_function

import array
import threading

import pytest

from regraft import _openssl
from regraft._openssl import MemoryBIO


def filled(data):
    bio = MemoryBIO()
    assert bio.write(data) == len(data)
    return bio


def test_a_new_one_is_empty_and_not_at_its_end():
    bio = MemoryBIO()
    assert (bio.pending, bio.eof, bio.read()) == (0, False, b"")


def test_it_takes_no_arguments():
    with pytest.raises(TypeError, match="no positional arguments"):
        MemoryBIO(1)
    with pytest.raises(TypeError, match="no keyword arguments"):
        MemoryBIO(size=1)


def test_bytes_come_out_in_the_order_in_which_they_went_in():
    bio = filled(b"one ")
    bio.write(b"two")
    assert bio.pending == 7
    assert bio.read() == b"one two"
    assert bio.pending == 0


@pytest.mark.parametrize("size, part, rest", [
    (0, b"", b"0123456789"),
    (1, b"0", b"123456789"),
    (10, b"0123456789", b""),
    (2 ** 31 - 1, b"0123456789", b""),
    (-1, b"0123456789", b""),
    (-7, b"0123456789", b""),
])
def test_reading_gives_at_most_the_size_asked_for(size, part, rest):
    bio = filled(b"0123456789")
    assert bio.read(size) == part
    assert bio.read() == rest


@pytest.mark.parametrize("data", [
    b"bytes", bytearray(b"bytes"), memoryview(b"bytes"), array.array("B", bytearray(b"bytes")),
], ids=["bytes", "bytearray", "memoryview", "array"])
def test_any_object_that_lends_memory_can_be_written(data):
    bio = MemoryBIO()
    assert bio.write(data) == 5
    assert bio.read() == b"bytes"


def test_a_large_amount_survives():
    data = bytes(bytearray(range(256))) * 8192
    bio = filled(data)
    parts = []
    while bio.pending:
        parts.append(bio.read(70001))
    assert b"".join(parts) == data


def test_threads_may_share_one():
    bio, piece, parts = MemoryBIO(), bytes(bytearray(range(256))) * 5, []

    def write():
        for _ in range(500):
            bio.write(piece)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    while sum(map(len, parts)) < 1000 * len(piece):
        parts.append(bio.read(997))
    for writer in writers:
        writer.join()
    assert b"".join(parts) == piece * 1000


@pytest.mark.parametrize("data", [None, 3, [1], object()])
def test_what_lends_no_memory_is_a_type_error(data):
    with pytest.raises(TypeError):
        MemoryBIO().write(data)


@pytest.mark.parametrize("size", ["1", None, 1.5])
def test_a_size_that_is_no_integer_is_a_type_error(size):
    with pytest.raises(TypeError):
        filled(b"x").read(size)


@pytest.mark.parametrize("size", [2 ** 31, 2 ** 63, 2 ** 100])
def test_a_size_beyond_a_c_int_is_an_overflow(size):
    with pytest.raises(OverflowError):
        filled(b"x").read(size)


def test_the_end_is_reached_when_all_is_read_after_write_eof():
    bio = filled(b"last")
    bio.write_eof()
    assert not bio.eof
    assert bio.read(3) == b"las"
    assert not bio.eof
    assert bio.read() == b"t"
    assert bio.eof
    assert bio.read() == b""


def test_write_eof_may_be_called_twice():
    bio = MemoryBIO()
    bio.write_eof()
    bio.write_eof()
    assert bio.eof


@pytest.mark.parametrize("data", [b"", b"more"])
def test_nothing_can_be_written_after_the_end(data):
    bio = MemoryBIO()
    bio.write_eof()
    with pytest.raises(_openssl.SSLError, match=r"cannot write\(\) after write_eof\(\)"):
        bio.write(data)


def test_the_attributes_cannot_be_set():
    bio = MemoryBIO()
    for name in ("pending", "eof", "other"):
        with pytest.raises(AttributeError):
            setattr(bio, name, 1)


def test_it_is_final():
    with pytest.raises(TypeError):
        type("Derived", (MemoryBIO,), {})


def test_its_name_is_that_of_the_c_module():
    assert repr(MemoryBIO()).startswith("<_ssl.MemoryBIO object at ")
