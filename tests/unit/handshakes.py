"""Two ends of one connection in one thread, over memory BIOs: no socket, no waiting."""
from __future__ import absolute_import, division, print_function

import os

from regraft import _openssl


class Pair(object):
    """A client and a server that hand each other their bytes.

    Args:
        client: _SSLContext of the client.
        server: _SSLContext of the server.
        name: Host name (str) that the client asks for, or None.
        client_owner: Object that the client's callbacks are given.
        server_owner: Object that the server's callbacks are given.
    """

    def __init__(self, client, server, name="localhost", client_owner=None, server_owner=None):
        self.to_client = _openssl.MemoryBIO()
        self.from_client = _openssl.MemoryBIO()
        self.to_server = _openssl.MemoryBIO()
        self.from_server = _openssl.MemoryBIO()
        self.client = client._wrap_bio(self.to_client, self.from_client, False, name, owner=client_owner)
        self.server = server._wrap_bio(self.to_server, self.from_server, True, owner=server_owner)

    def carry(self):
        """Brings each side what the other has written."""
        self.to_server.write(self.from_client.read())
        self.to_client.write(self.from_server.read())

    def shake_hands(self):
        """Completes the handshake; what either side raises comes out."""
        waiting = [self.client, self.server]
        for _ in range(10):
            for side in list(waiting):
                try:
                    side.do_handshake()
                    waiting.remove(side)
                except _openssl.SSLWantReadError:
                    pass
                self.carry()
            if not waiting:
                return self
        raise AssertionError("the handshake does not come to an end")


def client_context(certs, trusted="ca.pem"):
    """A context (_SSLContext) that verifies, as PROTOCOL_TLS_CLIENT does, and trusts one file."""
    context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(os.path.join(certs, trusted))
    return context


def server_context(certs, name="localhost.pem"):
    """A context (_SSLContext) of a server with the certificate and key of one file."""
    context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(certs, name))
    return context
