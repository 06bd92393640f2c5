"""A program for the tree under test: uses what regraft covers, shakes hands with itself, and tells whose it was."""
from __future__ import absolute_import, division, print_function

import sys

if __name__ == "__main__":
    del sys.path[0]

import hashlib
import hmac
import json
import os
import random
import socket
import ssl
import threading
import warnings


def shake_hands(certificates):
    """Send a word from a server to a client that verifies it; the TLS version."""
    server = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    server.load_cert_chain(os.path.join(certificates, "localhost.pem"))
    client = ssl.create_default_context(cafile=os.path.join(certificates, "ca.pem"))
    here, there = socket.socketpair()
    if not hasattr(here, "_sock") and hasattr(socket, "_fileobject"):
        # The socketpair of 2.7 gives objects of C where wrapping wants the module's.
        here, there = [socket.socket(_sock=each) for each in (here, there)]
    here.settimeout(20), there.settimeout(20)

    def serve():
        connection = server.wrap_socket(there, server_side=True)
        connection.sendall(b"word")
        connection.close()

    thread = threading.Thread(target=serve)
    thread.daemon = True
    thread.start()
    connection = client.wrap_socket(here, server_hostname="localhost")
    said = connection.recv(9)
    version = connection.version() if hasattr(connection, "version") else "unknown"
    thread.join(20)
    assert said == b"word", said
    return version


def name_origin(module):
    return os.path.abspath(module.__file__).replace(".pyc", ".py").replace(".pyo", ".py")


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # the protocol that all releases have
    answer = {"version": shake_hands(sys.argv[1]), "openssl": ssl.OPENSSL_VERSION}
    assert hmac.new(b"key", b"text", hashlib.sha256).hexdigest().startswith("6afa9046a9579cad")
    assert 0 <= random.SystemRandom().random() < 1 and random.Random(1).random() == 0.13436424411240122
    assert len(os.urandom(7)) == 7
    for name in ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets"):
        try:
            module = __import__(name)
        except ImportError:  # 2.7 has no secrets, and some builds no _hashlib
            answer[name] = None
            continue
        # Where ungraft-tree was killed, 2.7 may have the byte code of a module whose source is gone.
        path = name_origin(module)
        with open(path if os.path.exists(path) else module.__file__, "rb") as stream:
            answer[name] = b"regraft" in stream.read()
    answer["getrandom"] = hasattr(os, "getrandom")
    answer["files"] = sorted(each for each in map(name_origin, (ssl, hashlib, hmac, random)))
    print(json.dumps(answer))
