"""Servers of each kind that `doctor` may meet, on loopback, for as many connections as it makes."""
from __future__ import absolute_import, division, print_function

import contextlib
import os
import socket
import ssl
import threading
import time

SECONDS = 10
MOST = 12  # connections that a server takes; doctor makes fewer


class Host(object):
    """A server that waits. Attributes: port (int); count (int), of connections so far."""

    def __init__(self, listener):
        self.port = listener.getsockname()[1]
        self.count = 0


@contextlib.contextmanager
def standing(talk):
    """Serve connections with `talk(socket)` until the end of the block; what a peer breaks off is no error.

    Args: talk (function of a connected socket).
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    listener.settimeout(0.05)
    host, ended, end = Host(listener), threading.Event(), time.time() + 60

    def run():
        while not ended.is_set() and host.count < MOST and time.time() < end:
            try:
                plain, _address = listener.accept()
            except (socket.timeout, socket.error):
                continue
            host.count += 1
            plain.settimeout(SECONDS)
            try:
                talk(plain)
            except (EnvironmentError, ValueError):
                pass  # the client broke off, which is what it is for
            finally:
                plain.close()

    thread = threading.Thread(target=run)
    thread.daemon = True
    thread.start()
    try:
        yield host
    finally:
        ended.set()
        thread.join(SECONDS)
        listener.close()
        assert not thread.is_alive(), "the server did not end"


def over_tls(context, words=b"."):
    """Return a talk that shakes hands, says a word, and then waits for the end."""
    def talk(plain):
        connection = context.wrap_socket(plain, server_side=True)
        try:
            if words:
                connection.sendall(words)
            connection.recv(1)
        finally:
            connection.close()
    return talk


def make_context(certs, name="localhost", versions=(), level=None, authorities=None):
    """Return a server's context.

    Args: certs (str); name (str), of the certificate; versions (pair of TLSVersion); level (int), the security level;
        authorities (str), of who must have signed a client's certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if level is not None:
        context.set_ciphers("DEFAULT:@SECLEVEL=%d" % level)
    if versions:
        context.minimum_version, context.maximum_version = versions
    context.load_cert_chain(os.path.join(certs, name + ".pem"))
    if authorities:
        context.load_verify_locations(os.path.join(certs, authorities + ".pem"))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def after_lines(answers, then):
    """Return a talk of lines, in clear, and what comes after it.

    Args: answers (list of bytes): the first is said at once, each other after a line of the client's.
    """
    def talk(plain):
        lines = plain.makefile("rb")
        plain.sendall(answers[0])
        for answer in answers[1:]:
            if not lines.readline():
                return
            plain.sendall(answer)
        lines.close()
        then(plain)
    return talk


def say_http(plain):
    """Answer as a web server without TLS does."""
    plain.recv(4096)
    plain.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def hang(plain):
    """Say nothing until the client goes."""
    while plain.recv(4096):
        pass


def close_at_once(plain):
    """Do nothing."""
