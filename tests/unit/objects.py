"""A client and a server as `SSLObject`s, in one thread: for tests of `ssl` as programs see it."""
from __future__ import absolute_import, division, print_function

import os
import ssl


def client_context(certs, protocol=ssl.PROTOCOL_TLS_CLIENT):
    """A context (SSLContext) that trusts the tests' authority and, as a client's, checks names."""
    context = ssl.SSLContext(protocol)
    context.load_verify_locations(os.path.join(certs, "ca.pem"))
    return context


def server_context(certs, name="localhost"):
    """A context (SSLContext) of a server with the certificate NAME.pem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(certs, name + ".pem"))
    return context


class Pair(object):
    """Two ends and the bytes between them.

    Attributes: client, server (SSLObject); outcome (dict): what each handshake raised, None for success.
    """

    def __init__(self, client, server, name="localhost", session=None):
        self.to_client, self.from_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.to_server, self.from_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(self.to_client, self.from_client, server_hostname=name, session=session)
        self.server = server.wrap_bio(self.to_server, self.from_server, server_side=True)
        self.outcome = {}

    def carry(self):
        """Bring each side what the other has written."""
        self.to_server.write(self.from_client.read())
        self.to_client.write(self.from_server.read())

    def shake_hands(self):
        """Go on until both sides have succeeded or failed, twelve rounds at most; nothing is raised."""
        for _ in range(12):
            for name, side in (("client", self.client), ("server", self.server)):
                if name in self.outcome:
                    continue
                try:
                    side.do_handshake()
                    self.outcome[name] = None
                except ssl.SSLWantReadError:
                    pass
                except Exception as error:
                    self.outcome[name] = error
                self.carry()
        return self

    def succeeds(self):
        """Whether both handshakes do."""
        return self.shake_hands().outcome == {"client": None, "server": None}
