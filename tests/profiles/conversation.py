"""A client and a server that are shown a release, in one process: prints as JSON what a test asks for.

    conversation.py CERTIFICATES WHAT
"""
from __future__ import absolute_import, division, print_function

import errno
import json
import os
import socket
import ssl
import sys
import threading

SECONDS = 20


def serve(listener, handle, errors):
    """Accept one connection in a thread, and let a function handle it; its exceptions go into a list."""
    def run():
        try:
            plain, _ = listener.accept()
            plain.settimeout(SECONDS)
            handle(plain)
            plain.close()
        except Exception as error:  # noqa: B902  (the test judges)
            errors.append(type(error).__name__)
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def listen():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    listener.settimeout(SECONDS)
    return listener


def connect(listener, **arguments):
    """Connect a client through `wrap_socket()`."""
    client = ssl.wrap_socket(socket.socket(), **arguments)
    client.settimeout(SECONDS)
    client.connect(listener.getsockname())
    return client


def tell(error):
    return {"class": type(error).__name__, "text": str(error), "is SSLError": isinstance(error, ssl.SSLError),
            "is ValueError": isinstance(error, ValueError), "exact": type(error) is ssl.SSLError,
            "has reason": hasattr(error, "reason"), "number": error.args[0] if error.args else None}


def exchange(certs, **arguments):
    """Send a line there and back between two sockets of `wrap_socket()`."""
    listener, errors = listen(), []

    def handle(plain):
        server = ssl.wrap_socket(plain, server_side=True, certfile=os.path.join(certs, "localhost.pem"))
        stream = server.makefile("rb")
        server.sendall(b"got " + stream.readline())
        stream.close()
        server.close()

    thread = serve(listener, handle, errors)
    answer = {}
    try:
        client = connect(listener, **arguments)
        client.sendall(b"line\n")
        answer = {"read": client.recv(100).decode("ascii"), "cipher": client.cipher(),
                  "certificate": sorted(client.getpeercert()), "der": len(client.getpeercert(True)),
                  "members": sorted(name for name in dir(client) if not name.startswith("_"))}
        client.close()
    except Exception as error:  # noqa: B902  (the test judges)
        answer = {"error": tell(error)}
    thread.join(SECONDS)
    answer["errors"] = errors
    return answer


def hang_up(connection):
    """End a connection for all that have it: on 2.7 the unwrapped socket holds it open, and so does a traceback."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except socket.error as error:
        if error.errno != errno.ENOTCONN:  # the server was first
            raise
    connection.close()


def hello(start):
    """Return the bytes of a ClientHello, as numbers: what a function sends when it is given an address."""
    listener, errors, seen = listen(), [], []
    thread = serve(listener, lambda plain: seen.append(plain.recv(65536)), errors)
    try:
        start(listener.getsockname())
    except (ssl.SSLError, socket.error):
        pass  # there is no answer to it
    thread.join(SECONDS)
    return list(bytearray(seen[0]))


def check_name(certs, name):
    """Shake hands with a context that checks names, against the certificate of localhost."""
    listener, errors = listen(), []

    def handle(plain):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.load_cert_chain(os.path.join(certs, "localhost.pem"))
        server = context.wrap_socket(plain, server_side=True)
        server.recv(1)
        server.close()

    thread = serve(listener, handle, errors)
    answer = {}
    context = ssl.create_default_context(cafile=os.path.join(certs, "ca.pem"))
    plain = socket.create_connection(listener.getsockname())
    again = socket.fromfd(plain.fileno(), plain.family, socket.SOCK_STREAM)
    try:
        client = context.wrap_socket(plain, server_hostname=name)
        answer = {"version": client.version()}
        client.close()
    except Exception as error:  # noqa: B902  (the test judges)
        answer = {"error": tell(error)}
    finally:
        hang_up(again)
    thread.join(SECONDS)
    answer["server"] = errors
    return answer


def main(certs, what):
    """Return the answer to a question."""
    if what == "exchange":
        return exchange(certs)
    if what == "verify":
        return exchange(certs, cert_reqs=ssl.CERT_REQUIRED, ca_certs=os.path.join(certs, "ca.pem"))
    if what == "refuse":
        return exchange(certs, cert_reqs=ssl.CERT_REQUIRED, ca_certs=os.path.join(certs, "other-ca.pem"))
    if what == "hello":
        return hello(lambda address: ssl.wrap_socket(socket.socket()).connect(address))
    if what == "named hello":
        def start(address):
            context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
            context.wrap_socket(socket.socket(), server_hostname="name.example").connect(address)
        return hello(start)
    return check_name(certs, what)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
