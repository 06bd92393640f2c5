"""A TLS 1.2 server of before RFC 5746: it does not answer to what a client says of renegotiation. On tlslite-ng.

The argument is the file of its certificate. It prints its port, and serves some connections, each for some seconds.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading

from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
from tlslite.constants import ExtensionType
from tlslite.errors import TLSError
from tlslite.messages import ServerHello

CONNECTIONS, SECONDS, LONGEST = 12, 5, 60


class Bygone(TLSConnection):
    """A connection whose server knows nothing of RFC 5746."""

    def _sendMsg(self, msg, *arguments, **options):
        if isinstance(msg, ServerHello):
            msg.extensions = [
                each for each in msg.extensions or () if each.extType != ExtensionType.renegotiation_info
            ]
        return super()._sendMsg(msg, *arguments, **options)


def main() -> None:
    """Serve."""
    with open(sys.argv[1], encoding="ascii") as stream:
        text = stream.read()
    chain = X509CertChain()
    chain.parsePemList(text)
    key = parsePEMKey(text, private=True)
    settings = HandshakeSettings()
    settings.minVersion = settings.maxVersion = (3, 3)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    alarm = threading.Timer(LONGEST, listener.close)
    alarm.daemon = True
    alarm.start()
    for _ in range(CONNECTIONS):
        plain, _address = listener.accept()
        plain.settimeout(SECONDS)
        # Clients that refuse this server are what it is for.
        with contextlib.suppress(TLSError, OSError):
            connection = Bygone(plain)
            connection.handshakeServer(certChain=chain, privateKey=key, settings=settings)
            connection.write(b".")
            connection.read(1)
        plain.close()


if __name__ == "__main__":
    main()
