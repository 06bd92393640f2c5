"""Shakes hands with itself over TLS 1.3: `handshake.py CERTIFICATE CA`; prints what came of it as JSON. From 2.7 to 3.15."""
from __future__ import absolute_import, division, print_function

import json
import os
import re
import socket
import ssl
import sys
import threading

LONGEST = 30  # seconds


def serve(listener, certificate, answers):
    """Take one connection, and send back what comes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    connection = listener.accept()[0]
    connection.settimeout(LONGEST)
    secured = context.wrap_socket(connection, server_side=True)
    answers.append(secured.version())
    secured.sendall(secured.recv(100))
    secured.close()


def shake_hands(certificate, authority):
    """Return what the client saw (dict)."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    listener.settimeout(LONGEST)
    answers = []
    server = threading.Thread(target=serve, args=(listener, certificate, answers))
    server.daemon = True
    server.start()
    client = ssl.create_default_context(cafile=authority)
    connection = client.wrap_socket(
        socket.create_connection(listener.getsockname(), LONGEST), server_hostname="localhost")
    connection.sendall(b"x" * 50)
    echo = connection.recv(100)
    try:
        group = connection.group()
    except NotImplementedError as error:  # of an OpenSSL that is not the wheel's
        group = str(error)
    found = {"version": connection.version(), "group": group, "cipher": connection.cipher()[0], "echo": len(echo)}
    connection.close()
    server.join(LONGEST)
    listener.close()
    found["server"] = answers
    return found


def describe():
    """Return which OpenSSL serves `ssl`, and which ones are loaded (dict)."""
    from regraft import _openssl

    with open("/proc/self/maps") as stream:
        maps = stream.read()
    return {"ssl": ssl.OPENSSL_VERSION, "extension": _openssl.__file__, "ours": ssl.__file__,
            "bundled": _openssl.CAPABILITIES["BUNDLED_OPENSSL"], "python": ".".join(map(str, sys.version_info[:3])),
            "libraries": sorted(set(re.findall(r"/(lib(?:ssl|crypto)[-.\w]*\.so[.\w]*)$", maps, re.M))),
            "machine": os.uname()[4]}


if __name__ == "__main__":
    answer = describe()
    answer.update(shake_hands(*sys.argv[1:]))
    print(json.dumps(answer))
