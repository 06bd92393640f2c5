"""What the tests of the extension's connections share: two ends, over memory or over sockets."""
from __future__ import absolute_import, division, print_function

import os
import socket
import sys
import threading

from regraft import _openssl as tls

ON_2 = sys.version_info[0] == 2
TIMED_OUT = tls.SSLError if ON_2 else socket.timeout
NATIVE = str


def client_context(certs, **settings):
    context = tls._SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(os.path.join(certs, "ca.pem"))
    return adjust(context, certs, settings)


def server_context(certs, certificate="localhost", **settings):
    context = tls._SSLContext(tls.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(certs, certificate + ".pem"))
    return adjust(context, certs, settings)


def adjust(context, certs, settings):
    # Contexts of 3.8 and 3.9 start with this option; the tests are about what is without it.
    context.options &= ~getattr(tls, "OP_IGNORE_UNEXPECTED_EOF", 0)
    if "certificate" in settings:
        context.load_cert_chain(os.path.join(certs, settings.pop("certificate") + ".pem"))
    if "trusts" in settings:
        context.load_verify_locations(os.path.join(certs, settings.pop("trusts")))
    if "alpn" in settings:
        context._set_alpn_protocols(settings.pop("alpn"))
    for name in sorted(settings):  # check_hostname before verify_mode
        setattr(context, name, settings[name])
    return context


def unchecked(certs, **settings):
    return client_context(certs, check_hostname=False, verify_mode=tls.CERT_NONE, **settings)


class Link(object):
    """A client and a server over memory, moved by hand."""

    def __init__(self, client, server, name="localhost", **keywords):
        self.to_client, self.from_client = tls.MemoryBIO(), tls.MemoryBIO()
        self.to_server, self.from_server = tls.MemoryBIO(), tls.MemoryBIO()
        self.client = client._wrap_bio(self.to_client, self.from_client, False, name, **keywords)
        self.server = server._wrap_bio(self.to_server, self.from_server, True)

    def carry(self):
        self.to_server.write(self.from_client.read())
        self.to_client.write(self.from_server.read())

    def shake_hands(self):
        waiting = [self.client, self.server]
        for _ in range(12):
            for end in list(waiting):
                try:
                    end.do_handshake()
                except tls.SSLWantReadError:
                    pass
                else:
                    waiting.remove(end)
                self.carry()
            if not waiting:
                return self
        raise AssertionError("no handshake after twelve rounds")

    def give_session(self):
        """A session that can be resumed: with TLS 1.3 it comes with the first bytes."""
        self.server.write(b"x")
        self.carry()
        assert self.client.read(1) == b"x"
        return self.client.session


def bare(sock):
    """The C socket: 2.7's Python class only wraps it."""
    return getattr(sock, "_sock", sock)


class Wire(object):
    """The same over a pair of sockets."""

    def __init__(self, certs, shake_hands=True, timeout=5.0):
        self.near, self.far = socket.socketpair()
        self.near.settimeout(timeout)
        self.far.settimeout(timeout)
        self.client = unchecked(certs)._wrap_socket(bare(self.near), False)
        self.server = server_context(certs)._wrap_socket(bare(self.far), True)
        if shake_hands:
            thread = threading.Thread(target=self.server.do_handshake)
            thread.start()
            self.client.do_handshake()
            thread.join()

    def close(self):
        self.near.close()
        self.far.close()
