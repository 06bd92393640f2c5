"""A TLS server on loopback for one test, in a thread, that stops by itself."""
from __future__ import absolute_import, division, print_function

import contextlib
import os
import socket
import ssl
import threading

SECONDS = 10


class Loopback(object):
    """What a test sees of the server.

    Attributes: address ((str, int)); errors (list of exceptions that the handler raised); results (list of what
        the handler returned, one for each connection).
    """

    def __init__(self, listener):
        self.listener = listener
        self.address = listener.getsockname()[:2]
        self.errors = []
        self.results = []


def echo(connection):
    """Send back what comes, until the end of it; then close properly."""
    while True:
        data = connection.recv(65536)
        if not data:
            break
        connection.sendall(data)


@contextlib.contextmanager
def serving(handler, context=None, family=socket.AF_INET, connections=1):
    """Serve `connections` connections with `handler(connection)`, over TLS if there is a context.

    A handler that raises ends its connection; the exception is in `errors`, for the test to judge.
    """
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
    listener.listen(5)
    listener.settimeout(SECONDS)
    server = Loopback(listener)

    def run():
        for _ in range(connections):
            try:
                plain, _address = listener.accept()
            except (socket.error, socket.timeout):
                return
            plain.settimeout(SECONDS)
            connection = plain
            try:
                if context is not None:
                    connection = context.wrap_socket(plain, server_side=True)
                server.results.append(handler(connection))
            except Exception as error:
                server.errors.append(error)
            finally:
                connection.close()
                plain.close()

    thread = threading.Thread(target=run)
    thread.daemon = True
    thread.start()
    try:
        yield server
    finally:
        listener.close()
        thread.join(SECONDS)
        assert not thread.is_alive(), "the server did not end"


def server_context(certs, name="localhost", protocol=None):
    """Return a context that serves the certificate NAME.pem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if protocol is None else protocol)
    context.load_cert_chain(os.path.join(certs, name + ".pem"))
    return context


def client_context(certs):
    """Return a context that trusts the throw-away CA and checks names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(os.path.join(certs, "ca.pem"))
    return context


@contextlib.contextmanager
def connected(server, context, server_hostname="localhost", **arguments):
    """Connect to a `Loopback` with a client context and hand out the SSLSocket."""
    plain = socket.create_connection(server.address, timeout=SECONDS)
    try:
        connection = context.wrap_socket(plain, server_hostname=server_hostname, **arguments)
        try:
            yield connection
        finally:
            connection.close()
    finally:
        plain.close()
