"""Connects to a local server with default contexts: `trust.py CERTIFICATE`; prints as JSON whether it is trusted, and why."""
from __future__ import absolute_import, division, print_function

import json
import socket
import ssl
import sys
import threading

import regraft

LONGEST = 30  # seconds


def serve(listener, certificate):
    """Take one connection, and shake hands."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    connection = listener.accept()[0]
    connection.settimeout(LONGEST)
    try:
        context.wrap_socket(connection, server_side=True).close()
    except (ssl.SSLError, EnvironmentError):
        connection.close()  # the client tells why


def connect(certificate):
    """Return how a default client finds the server (str), "trusted" if it does."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    listener.settimeout(LONGEST)
    server = threading.Thread(target=serve, args=(listener, certificate))
    server.daemon = True
    server.start()
    plain = socket.create_connection(listener.getsockname(), LONGEST)
    try:
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost").close()
    except ssl.SSLError as error:
        return str(error)
    finally:
        plain.close()
        server.join(LONGEST)
        listener.close()
    return "trusted"


if __name__ == "__main__":
    print(json.dumps({"trust": regraft.status()["trust"], "outcome": connect(sys.argv[1])}))
