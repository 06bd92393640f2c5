"""A TLS peer that does what it should not, on tlslite-ng; driven by lines of JSON.

Each line of the input names a `behaviour` of `rudeness` and a version, and for a client the port of the server; a
server answers with its port first. Then both answer with what they saw of the other side.
"""

from __future__ import annotations

import contextlib
import io
import json
import socket
import sys

import rudeness
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
from tlslite.errors import TLSAbruptCloseError, TLSError, TLSLocalAlert, TLSRemoteAlert

SECONDS = 5
VERSIONS = {"1.0": (3, 1), "1.2": (3, 3), "1.3": (3, 4)}
ALERT, HANDSHAKE = 21, 22


class Rude(TLSConnection):
    """A connection whose messages pass through a behaviour before they are sent."""

    def __init__(self, plain, behaviour):
        super().__init__(plain)
        self.plain = plain
        self.behaviour = behaviour
        self.sent = 0
        self.closeSocket = False

    def _queue_message(self, msg):
        for each in self.behaviour.change_queued(self, msg):
            super()._queue_message(each)

    def _sendMsg(self, msg, *arguments, **options):
        for each in self.behaviour.change(self, msg):
            if isinstance(each, bytes):
                self.plain.sendall(each)
            else:
                yield from super()._sendMsg(each, *arguments, **options)
        self.sent += 1

    def put(self, msg):
        """Send a message as it is."""
        for _ in TLSConnection._sendMsg(self, msg, update_hashes=False):
            pass

    def put_raw(self, data):
        """Send bytes outside any record of the connection."""
        self.plain.sendall(data)

    def listen(self, size=65536):
        """Read what the other side sends, to the end or an alert."""
        heard = b""
        while len(heard) < size:
            more = self.read(size - len(heard))
            if not more:
                return heard
            heard += bytes(more)
        return heard


def make_settings(order):
    settings = HandshakeSettings()
    settings.minVersion = settings.maxVersion = VERSIONS[order["version"]]
    settings.cipherNames = ["aes128gcm"]
    settings.eccCurves = settings.keyShares = ["secp256r1"]
    settings.ticket_count = order.get("tickets", 0)
    settings.ticketKeys = [bytearray(32)]
    return settings


def read_identity(path):
    text = open(path, encoding="ascii").read()
    chain = X509CertChain()
    chain.parsePemList(text)
    return chain, parsePEMKey(text, private=True)


def describe_records(data):
    """The plain records in what was read from a socket; alerts are named, the rest has only its kind."""
    seen = []
    while len(data) >= 5:
        size = int.from_bytes(data[3:5])
        body = data[5:5 + size]
        seen.append("alert %d %d" % tuple(body) if data[0] == ALERT and size == 2 else "record %d" % data[0])
        data = data[5 + size:]
    return seen + (["%d bytes" % len(data)] if data else [])


def read_to_end(plain):
    data = b""
    with contextlib.suppress(ConnectionError):
        while more := plain.recv(65536):
            data += more
    return data


def converse(plain, order):
    """What the peer saw of the other side (list of str)."""
    behaviour = rudeness.find(order["role"], order["behaviour"])()
    plain.settimeout(SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if behaviour.raw:
        # Whoever is answered by a reset has been heard.
        with contextlib.suppress(ConnectionError):
            behaviour.talk(plain)
        with contextlib.suppress(OSError):
            plain.shutdown(socket.SHUT_WR)
        return describe_records(read_to_end(plain))
    connection = Rude(plain, behaviour)
    seen = []
    try:
        settings = make_settings(order)
        behaviour.adjust(settings)
        if order["role"] == "server":
            chain, key = read_identity(order["certificate"])
            connection.handshakeServer(certChain=chain, privateKey=key, settings=settings)
        else:
            connection.handshakeClientCert(settings=settings, serverName=order.get("host", "localhost"))
        seen.append("handshake")
        behaviour.afterwards(connection, seen)
    except rudeness.Enough:
        plain.shutdown(socket.SHUT_WR)
        seen += describe_later(connection)
    except TLSRemoteAlert as error:
        seen.append("alert %d %d" % (error.level, error.description))
    except TLSAbruptCloseError:
        seen.append("closed without notice")
    except TLSLocalAlert as error:
        seen.append("complains %d" % error.description)
    except TLSError as error:
        seen.append("complains %s" % type(error).__name__)
    except ConnectionError:
        seen.append("connection lost")
    return seen


def describe_later(connection):
    """What comes after the peer has stopped to take part; it may be encrypted or not."""
    try:
        for _ in range(20):
            for result in connection._getNextRecord():
                if result not in (0, 1):
                    break
            header, parser = result
            body = bytes(parser.bytes)
            if header.type == ALERT:
                readable = len(body) == 2 and body[0] in (1, 2)
                return ["alert %d %d" % tuple(body) if readable else "alert that is encrypted"]
    except (TLSError, ConnectionError, AssertionError) as error:
        return ["closed" if isinstance(error, (TLSAbruptCloseError, ConnectionError)) else type(error).__name__]
    return ["talks on"]


def say(what):
    print(json.dumps(what), flush=True)


def take(order):
    if order["role"] == "client":
        plain = socket.create_connection(("127.0.0.1", order["port"]), SECONDS)
    else:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(SECONDS)
            say({"port": listener.getsockname()[1]})
            plain = listener.accept()[0]
    with plain:
        seen = converse(plain, order)
        # Whoever closes while something is unread resets the connection, and may so destroy what was sent.
        with contextlib.suppress(OSError):
            plain.shutdown(socket.SHUT_WR)
            read_to_end(plain)
        return seen


def main():
    if sys.argv[1:] == ["list"]:
        say(rudeness.listed())
        return
    for line in io.open(sys.stdin.fileno(), encoding="utf-8", closefd=False):
        try:
            say({"saw": take(json.loads(line))})
        except Exception as error:
            say({"trouble": "%s: %s" % (type(error).__name__, error)})


if __name__ == "__main__":
    main()
