"""Sending files: `SSLSocket.sendfile()` on every host."""
from __future__ import absolute_import, division, print_function

import os
import socket

from regraft._compat import integer_types
from regraft.sslparts.connection import bare

# Bytes read at a time. Each call costs about as much as encrypting 8 KiB; more than this makes no difference.
BLOCK = 262144
# Bytes sent at a time where there is a time-out, which is for one call. The host sends 8 KiB.
TIMED = 32768
# Bytes that the kernel is asked to send at a time.
LARGEST = 1 << 30


def check_file(sock, file, count):
    """Refuse what cannot be sent.

    Raises: ValueError, TypeError.
    """
    if "b" not in getattr(file, "mode", "b"):
        raise ValueError("file should be opened in binary mode")
    if not sock.type & socket.SOCK_STREAM:
        raise ValueError("only SOCK_STREAM type sockets are supported")
    if count is not None:
        refusal = "count must be a positive integer (got {!r})".format(count)
        if not isinstance(count, integer_types):
            raise TypeError(refusal)
        if count <= 0:
            raise ValueError(refusal)
    if sock.gettimeout() == 0:
        raise ValueError("non-blocking sockets are not supported")


def send_file(sock, file, offset=0, count=None):
    """Send a file from `offset` on over a socket, `count` bytes or all.

    Returns: int, the bytes sent; the file's position is behind them, also after an exception.
    """
    check_file(sock, file, count)
    connection = bare(getattr(sock, "_sslobj", None))
    if connection is not None and connection.uses_ktls_for_send():
        size = _size_on_disk(file)
        if size is not None:
            return _send_by_kernel(connection, file, offset, min(size - offset, size if count is None else count))
    if offset:
        file.seek(offset)
    at_once = BLOCK if sock.gettimeout() is None else TIMED
    sent = 0
    try:
        while count is None or sent < count:
            data = file.read(BLOCK if count is None else min(BLOCK, count - sent))
            if not data:
                break
            view, start = memoryview(data), 0
            while start < len(view):
                done = sock.send(view[start:start + at_once])
                start += done
                sent += done
        return sent
    finally:
        if sent and hasattr(file, "seek"):
            file.seek(offset + sent)


def _size_on_disk(file):
    """Bytes (int) of what the kernel can read by itself, None for other files."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except (AttributeError, EnvironmentError, ValueError):
        return None  # no descriptor, or none that is open


def _send_by_kernel(connection, file, offset, count):
    sent = 0
    try:
        while sent < count:
            done = connection.sendfile(file.fileno(), offset + sent, min(count - sent, LARGEST))
            if not done:
                break
            sent += done
        return sent
    finally:
        if sent and hasattr(file, "seek"):
            file.seek(offset + sent)
