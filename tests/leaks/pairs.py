"""A client and a server that talk through memory, in one thread."""
from __future__ import absolute_import, division, print_function

import socket
import ssl


class Pair(object):
    """Two ends of one connection.

    Attributes: client, server (SSLObject); to_client, to_server (MemoryBIO), what is under way to them.
    """

    def __init__(self, client_context, server_context, server_hostname="localhost", session=None):
        self.to_client, self.to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client_context.wrap_bio(
            self.to_client, self.to_server, server_hostname=server_hostname, session=session)
        self.server = server_context.wrap_bio(self.to_server, self.to_client, server_side=True)

    def shake_hands(self):
        """Let both sides go on until both are through. What either raises comes out."""
        waiting = [self.client, self.server]
        for _ in range(20):
            for side in list(waiting):
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    continue
                waiting.remove(side)
            if not waiting:
                return
        raise AssertionError("the handshake does not end")

    def talk(self, data=b"hello"):
        """Send something to either side and read it there."""
        for sender, receiver in ((self.client, self.server), (self.server, self.client)):
            assert sender.write(data) == len(data)
            received = b""
            while len(received) < len(data):
                received += receiver.read(len(data))
            assert received == data

    def close(self):
        """Say goodbye on both sides."""
        try:
            self.client.unwrap()
        except ssl.SSLWantReadError:
            pass
        self.server.unwrap()
        self.client.unwrap()


class SocketPair(Pair):
    """The same over two connected sockets that do not block."""

    def __init__(self, client_context, server_context, server_hostname="localhost"):
        self.plain = socket.socketpair()
        if not isinstance(self.plain[0], socket.socket):  # 2.7 gives the system's sockets
            self.plain = tuple([socket.socket(_sock=each) for each in self.plain])
        for each in self.plain:
            each.setblocking(False)
        self.client = client_context.wrap_socket(
            self.plain[0], server_hostname=server_hostname, do_handshake_on_connect=False)
        self.server = server_context.wrap_socket(self.plain[1], server_side=True, do_handshake_on_connect=False)

    def hang_up(self):
        """Close everything."""
        for each in (self.client, self.server) + self.plain:
            each.close()


def psk_contexts(server_callback, client_callback=lambda hint: ("me", b"k" * 32)):
    """(client, server) contexts that know each other by a key of TLS 1.2, and have no certificate."""
    contexts = []
    for protocol in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER):
        context = ssl.SSLContext(protocol)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("PSK")
        contexts.append(context)
    contexts[0].set_psk_client_callback(client_callback)
    contexts[1].set_psk_server_callback(server_callback, "hint")
    return contexts
