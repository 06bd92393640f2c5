"""The server of the benchmarks: loopback only, stops when its parent does.

Started by run.py with the interpreter that runs run.py, so that every client
that is compared meets the same server. Prints one JSON line with its ports.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable

RECORD = 16384  # bytes
MESSAGE = 64  # bytes
ORDER = 16  # bytes: one letter and fifteen digits


def read_exactly(connection: ssl.SSLSocket, amount: int) -> bytes:
    """Return `amount` bytes, or fewer if the peer closed."""
    parts = []
    while amount:
        part = connection.recv(amount)
        if not part:
            break
        parts.append(part)
        amount -= len(part)
    return b"".join(parts)


def sink(connection: ssl.SSLSocket, amount: int) -> None:
    """Read `amount` bytes and confirm with one byte."""
    buffer = bytearray(RECORD)
    while amount:
        got = connection.recv_into(buffer, min(amount, RECORD))
        if not got:
            return
        amount -= got
    connection.sendall(b"k")


def pour(connection: ssl.SSLSocket, amount: int) -> None:
    """Write `amount` bytes in full records."""
    record = b"s" * RECORD
    for _ in range(amount // RECORD):
        connection.sendall(record)


def pour_small(connection: ssl.SSLSocket, amount: int) -> None:
    """Write `amount` bytes in records of 1 KiB."""
    record = b"s" * 1024
    for _ in range(amount // 1024):
        connection.sendall(record)


def echo(connection: ssl.SSLSocket, count: int) -> None:
    """Send `count` messages back."""
    for _ in range(count):
        connection.sendall(read_exactly(connection, MESSAGE))


ORDERS = {b"S": sink, b"R": pour, b"r": pour_small, b"E": echo}


def serve_connection(context: ssl.SSLContext, plain: socket.socket) -> None:
    """Greet with one byte, then obey orders until the client closes."""
    plain.settimeout(30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with context.wrap_socket(plain, server_side=True) as connection:
            connection.sendall(b"!")
            while len(order := read_exactly(connection, ORDER)) == ORDER:
                ORDERS[order[:1]](connection, int(order[1:]))
            connection.unwrap()  # a client that says good-bye waits for the answer
    except OSError:
        plain.close()  # a client that just closes is the normal end of a handshake


def be_client(context: ssl.SSLContext, plain: socket.socket) -> None:
    """Be the TLS client of whoever has connected, and send one byte."""
    plain.settimeout(30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall(b"!")
            connection.recv(1)
    except OSError:
        plain.close()


def listen(
    context: ssl.SSLContext, serve: Callable[[ssl.SSLContext, socket.socket], None] = serve_connection
) -> int:
    """Serve on a free loopback port from a thread and return the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def accept() -> None:
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=serve, args=(context, plain), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def make_context(certificate: str, version: ssl.TLSVersion) -> ssl.SSLContext:
    """Return a server context that speaks `version` only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.minimum_version = version
    context.maximum_version = version
    return context


def make_client_context(authority: str, version: ssl.TLSVersion) -> ssl.SSLContext:
    """Return a client context that speaks `version` only and trusts `authority` only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    context.minimum_version = version
    context.maximum_version = version
    return context


def main() -> None:
    """Serve until standard input ends or the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("certificate", help="PEM file with the certificate and its key")
    parser.add_argument("authority", help="PEM file with the certificate's CA")
    parser.add_argument("--limit", type=float, default=3600, help="stop after so many seconds")
    arguments = parser.parse_args()
    ports = {
        "tls12": listen(make_context(arguments.certificate, ssl.TLSVersion.TLSv1_2)),
        "tls13": listen(make_context(arguments.certificate, ssl.TLSVersion.TLSv1_3)),
        "client_tls12": listen(make_client_context(arguments.authority, ssl.TLSVersion.TLSv1_2), be_client),
        "client_tls13": listen(make_client_context(arguments.authority, ssl.TLSVersion.TLSv1_3), be_client),
    }
    timer = threading.Timer(arguments.limit, os._exit, [3])
    timer.daemon = True
    timer.start()
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
