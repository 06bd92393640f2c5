"""What the misbehaving peer can do. Each behaviour has a role, a name that says what it does, and versions of TLS."""

from __future__ import annotations

import functools
import struct

from tlslite.messages import (
    Alert,
    ChangeCipherSpec,
    HelloRequest,
    KeyUpdate,
    Message,
    NewSessionTicket,
)

CCS, ALERT, HANDSHAKE, DATA, HEARTBEAT = 20, 21, 22, 23, 24
WARNING, FATAL = 1, 2
BOTH = ("1.2", "1.3")
SUITE = 0xC02B  # ECDHE-ECDSA-AES128-GCM-SHA256
_KNOWN: dict[tuple[str, str], type[Behaviour]] = {}


class Enough(Exception):
    """The peer takes part no longer."""


class Behaviour:
    """A peer without fault; the others change some of it.

    Attributes:
        raw: it does not speak TLS, so `talk` gets the bare socket.
        versions: those of TLS in which it makes sense.
    """

    role = "server"
    raw = False
    versions = BOTH

    def adjust(self, settings):
        """Change the settings of tlslite."""

    def change(self, connection, message):
        """What is sent for a message."""
        yield message

    def change_queued(self, connection, message):
        """The same for messages of TLS 1.3 that share a record."""
        yield message

    def afterwards(self, connection, seen):
        """What follows the handshake: a line each way, then the end."""
        if self.role == "server":
            seen.append(connection.listen(5).decode("latin-1"))
            connection.write(b"pong\n")
        else:
            connection.write(b"ping\n")
            seen.append(connection.listen(5).decode("latin-1"))
        self.misbehave(connection, seen)
        self.end(connection, seen)

    def misbehave(self, connection, seen):
        """What is wrong after the lines."""

    def end(self, connection, seen):
        """The end, as it should be."""
        connection.close()
        seen.append("closed")


def record(kind, body=b"", version=0x0303):
    """A plain record."""
    return struct.pack(">BHH", kind, version, len(body)) + body


def handshake(kind, body=b""):
    """A handshake message."""
    return struct.pack(">B", kind) + len(body).to_bytes(3) + body


def find(role, name):
    """The class of a behaviour."""
    return _KNOWN[role, name]


def listed():
    """Role, name and version of all."""
    return [[role, name, version] for (role, name), each in _KNOWN.items() for version in each.versions]


def add(role, name, versions=BOTH, **parts):
    """Register a behaviour; the parts replace methods or attributes."""
    if (role, name) in _KNOWN:
        raise ValueError("two behaviours of a %s are called %r" % (role, name))
    _KNOWN[role, name] = type("Found", (Behaviour,), {"role": role, "versions": versions, **parts})


def both(name, versions=BOTH, **parts):
    """The same for client and server."""
    add("client", name, versions, **parts)
    add("server", name, versions, **parts)


# ---- bytes instead of TLS --------------------------------------------------------

def answer(name, data):
    """A server that reads what the client says first, and answers so."""
    def talk(self, plain):
        plain.recv(4096)
        plain.sendall(data)
    add("server", name, ("any",), raw=True, talk=talk)


def open_with(name, data):
    """A client that says this first."""
    def talk(self, plain):
        plain.sendall(data)
    add("client", name, ("any",), raw=True, talk=talk)


def server_hello(version=0x0303, suite=SUITE, compression=0, extensions=b""):
    """A server's first message."""
    body = struct.pack(">H32sBHB", version, b"r" * 32, 0, suite, compression)
    return record(HANDSHAKE, handshake(2, body + struct.pack(">H", len(extensions)) + extensions))


def client_hello(version=0x0303, suites=(SUITE,), compressions=b"\0", extensions=b""):
    """A client's first message, in no more than TLS 1.2."""
    listed_suites = b"".join(struct.pack(">H", each) for each in suites)
    body = struct.pack(">H32sBH", version, b"r" * 32, 0, len(listed_suites)) + listed_suites
    body += struct.pack(">B", len(compressions)) + compressions
    if extensions:
        body += struct.pack(">H", len(extensions)) + extensions
    return record(HANDSHAKE, handshake(1, body), 0x0301)


for _send in (answer, open_with):
    _send("says nothing", b"")
    _send("says four bytes of a record", record(HANDSHAKE, b"x" * 9)[:4])
    _send("says zeros", bytes(64))
    _send("says bytes without sense", b"\xff\xfe" * 32)
    _send("greets like a mail server", b"220 mail.example ESMTP\r\n")
    for _code in (0, 10, 20, 40, 42, 48, 49, 70, 71, 80, 86, 90, 112, 116, 120, 255):
        _send("fatal alert %d" % _code, record(ALERT, bytes([FATAL, _code])))
    for _code in (0, 41, 90, 100, 112):
        _send("warning %d" % _code, record(ALERT, bytes([WARNING, _code])))
    _send("six warnings", record(ALERT, bytes([WARNING, 90])) * 6)
    _send("an alert of one byte", record(ALERT, bytes([FATAL])))
    _send("an alert of three bytes", record(ALERT, bytes([FATAL, 40, 0])))
    _send("an alert of no level", record(ALERT, bytes([7, 40])))
    _send("an empty alert", record(ALERT))
    _send("two alerts in a record", record(ALERT, bytes([WARNING, 90, FATAL, 40])))
    _send("data before the handshake", record(DATA, b"too early"))
    _send("a change of cipher first", record(CCS, b"\1"))
    _send("a heartbeat", record(HEARTBEAT, b"\1\0\1x" + b"p" * 16))
    _send("a record of an unknown kind", record(99, b"x"))
    _send("a record of version 2", record(HANDSHAKE, b"x" * 10, 0x0200))
    _send("a record of version 9", record(HANDSHAKE, b"x" * 10, 0x0909))
    _send("an empty record", record(HANDSHAKE))
    _send("40 empty records", record(HANDSHAKE) * 40)
    _send("a record that is too long", struct.pack(">BHH", HANDSHAKE, 0x0303, 0x4800) + bytes(0x4800))
    _send("a message of 16 megabytes announced", record(HANDSHAKE, b"\2\xff\xff\xff" + bytes(100)))
    _send("a message of an unknown kind", record(HANDSHAKE, handshake(77, b"x")))
    _send("a message that belongs to the end", record(HANDSHAKE, handshake(20, b"f" * 12)))

answer("answers in plain HTTP", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
answer("an empty hello", record(HANDSHAKE, handshake(2)))
answer("a hello that is cut short", server_hello()[:30])
answer("a hello of SSL 3", server_hello(0x0300))
answer("a hello of TLS 1.1", server_hello(0x0302))
answer("a hello of TLS 1.9", server_hello(0x030A))
answer("a suite that nobody offered", server_hello(suite=0x1399))
answer("a suite without encryption", server_hello(suite=0x0001))
answer("a hello with compression", server_hello(compression=1))
answer("a hello with an extension that nobody asked for", server_hello(extensions=b"\x99\x99\0\0"))
answer("a hello with an extension twice", server_hello(extensions=b"\0\x17\0\0" * 2))
answer("a hello with extensions that cannot be read", server_hello(extensions=b"\0\x17\0\5x"))
answer("a hello and the end", server_hello())
answer("a hello and a message too early", server_hello() + record(HANDSHAKE, handshake(14)))

for _line in ("GET / HTTP/1.1", "POST /a HTTP/1.0", "HEAD / HTTP/1.1", "PUT / HTTP/1.1", "CONNECT a.example:443 HTTP/1.1",
              "OPTIONS * HTTP/1.1"):
    open_with("asks in plain HTTP: %s" % _line.split()[0], _line.encode() + b"\r\nHost: localhost\r\n\r\n")
open_with("a hello of SSL 2", b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(0x2E - 9))
open_with("an empty hello", record(HANDSHAKE, handshake(1)))
open_with("half of a hello", client_hello()[:30])
open_with("a hello of SSL 3", client_hello(0x0300))
open_with("a hello of TLS 1.0", client_hello(0x0301))
open_with("a hello of TLS 1.1", client_hello(0x0302))
open_with("a hello of TLS 1.2 without extensions, and the end", client_hello())
open_with("no suite in common", client_hello(suites=(0x0001, 0x1399)))
open_with("no suite at all", client_hello(suites=()))
open_with("a fallback from a newer version", client_hello(0x0302, suites=(SUITE, 0x5600)))
open_with("only a compression that nobody has", client_hello(compressions=b"\7"))
open_with("no compression at all", client_hello(compressions=b""))
open_with("an extension twice", client_hello(extensions=b"\0\x17\0\0" * 2))
open_with("extensions that cannot be read", client_hello(extensions=b"\0\x17\0\5x"))
open_with("a name that cannot be read", client_hello(extensions=b"\0\0\0\4\0\2\0\0"))
open_with("a name with a NUL", client_hello(extensions=b"\0\0\0\x0c\0\x0a\0\0\7local\0h"))
open_with("an empty list of protocols", client_hello(extensions=b"\0\x10\0\2\0\0"))


# ---- the handshake ---------------------------------------------------------------

def is_a(message, name):
    """Whether a message is of that class."""
    return type(message).__name__ == name


def instead(role, name, target, make, versions=BOTH):
    """One message of the handshake is replaced by what `make(connection, message)` gives."""
    def change(self, connection, message):
        if is_a(message, target):
            yield from make(connection, message)
        else:
            yield message
    add(role, name, versions, change=change, change_queued=change)


def stop(*_arguments):
    """Take no further part."""
    raise Enough
    yield


def spoil(*attributes):
    """The first of the attributes that is there gets one bit wrong."""
    def make(_connection, message):
        for each in attributes:
            value = getattr(message, each, None)
            if value:
                value = bytearray(value)
                value[-1] ^= 1
                setattr(message, each, value)
        yield message
    return make


def leave_out(*_arguments):
    """Send nothing."""
    return iter(())


def twice(_connection, message):
    """Send it two times."""
    yield message
    yield message


def after(extra):
    """Something more after the message."""
    def make(_connection, message):
        yield message
        yield extra()
    return make


def before(extra):
    """Something more before the message."""
    def make(_connection, message):
        yield extra()
        yield message
    return make


def set_to(**values):
    """Other values in the message."""
    def make(_connection, message):
        for name, value in values.items():
            setattr(message, name, value)
        yield message
    return make


def _in_small_records(self, connection, message):
    size, connection.recordSize = connection.recordSize, self.size
    yield message
    connection.recordSize = size


class OneByteAtATime:
    """A socket that sends so."""

    def __init__(self, plain):
        self.plain = plain

    def send(self, data):
        return self.plain.send(data[:1])

    def __getattr__(self, name):
        return getattr(self.plain, name)


def _slowly(self, connection, message):
    layer = connection._recordLayer._recordSocket
    if not isinstance(layer.sock, OneByteAtATime):
        layer.sock = OneByteAtATime(layer.sock)
    yield message


both("behaves well")
both("sends one byte at a time", change=_slowly)
both("sends records of one byte", change=_in_small_records, size=1)
both("sends records of 100 bytes", change=_in_small_records, size=100)


for _role in ("server", "client"):
    instead(_role, "a wrong Finished", "Finished", spoil("verify_data"))
    instead(_role, "no Finished", "Finished", stop)
    instead(_role, "an empty Finished", "Finished", set_to(verify_data=bytearray()))
    instead(_role, "no change of cipher", "ChangeCipherSpec", leave_out, ("1.2",))
    instead(_role, "two changes of cipher", "ChangeCipherSpec", twice)
    instead(_role, "a change of cipher to 2", "ChangeCipherSpec", set_to(type=2))
    instead(_role, "an empty record before the change of cipher", "ChangeCipherSpec",
            before(lambda: record(HANDSHAKE)))
    instead(_role, "data instead of the Finished", "Finished", lambda *_: iter([record(DATA, b"early")]), ("1.2",))
    instead(_role, "a warning before the change of cipher", "ChangeCipherSpec",
            before(lambda: Alert().create(90, WARNING)), ("1.2",))
    instead(_role, "a fatal alert before the change of cipher", "ChangeCipherSpec",
            before(lambda: Alert().create(80, FATAL)), ("1.2",))
    instead(_role, "plain text before the change of cipher", "ChangeCipherSpec",
            before(lambda: b"HTTP/1.1 200 OK\r\n\r\n"))

instead("server", "two hellos", "ServerHello", twice)
instead("server", "a suite of another version", "ServerHello", set_to(cipher_suite=0x1302))
instead("server", "an unknown suite", "ServerHello", set_to(cipher_suite=0x1399))
instead("server", "a session that nobody asked for", "ServerHello", set_to(session_id=bytearray(b"s" * 32)))
instead("server", "a legacy version of SSL 3", "ServerHello", set_to(server_version=(3, 0)))
instead("server", "the end after the hello", "ServerHello", lambda _connection, message: _then_stop(message))
instead("server", "a warning after the hello", "ServerHello", after(lambda: Alert().create(112, WARNING)))
instead("server", "an empty record after the hello", "ServerHello", after(lambda: record(HANDSHAKE)))
instead("server", "33 changes of cipher after the hello", "ServerHello", after(lambda: record(CCS, b"\1") * 33))
instead("server", "data after the hello", "ServerHello", after(lambda: record(DATA, b"early")))
instead("server", "a wrong signature", "CertificateVerify", spoil("signature"), ("1.3",))
instead("server", "a signature by another algorithm", "CertificateVerify", set_to(signatureAlgorithm=(9, 9)), ("1.3",))
instead("server", "no signature", "CertificateVerify", leave_out, ("1.3",))
instead("server", "no certificate", "Certificate", leave_out)
instead("server", "extensions twice", "EncryptedExtensions", twice, ("1.3",))
instead("server", "no extensions", "EncryptedExtensions", leave_out, ("1.3",))
instead("server", "a wrong signature of the key exchange", "ServerKeyExchange", spoil("signature"), ("1.2",))
instead("server", "a key that is no point", "ServerKeyExchange", set_to(ecdh_Ys=bytearray(b"\4" + b"\1" * 64)), ("1.2",))
instead("server", "no key exchange", "ServerKeyExchange", leave_out, ("1.2",))
instead("server", "no end of the hello", "ServerHelloDone", stop, ("1.2",))
instead("server", "two ends of the hello", "ServerHelloDone", twice, ("1.2",))
instead("server", "a request for a new handshake in the middle", "ServerHelloDone", before(HelloRequest), ("1.2",))
instead("server", "a change of cipher too early", "ServerHelloDone", before(ChangeCipherSpec), ("1.2",))
instead("client", "a key that is no point", "ClientKeyExchange", set_to(ecdh_Yc=bytearray(b"\4" + b"\1" * 64)), ("1.2",))
instead("client", "an empty key", "ClientKeyExchange", set_to(ecdh_Yc=bytearray()), ("1.2",))
instead("client", "no key exchange", "ClientKeyExchange", leave_out, ("1.2",))
instead("client", "a key exchange twice", "ClientKeyExchange", twice, ("1.2",))
instead("client", "the end before the key exchange", "ClientKeyExchange", stop, ("1.2",))
instead("client", "a hello twice", "ClientHello", twice)


def _then_stop(message):
    yield message
    raise Enough


def _certificates(*encoded):
    """The body of a certificate message with those contents."""
    def make(connection, _message):
        entries = b"".join(len(each).to_bytes(3) + each for each in encoded)
        if connection.version > (3, 3):
            entries = b"".join(len(each).to_bytes(3) + each + b"\0\0" for each in encoded)
            yield Message(HANDSHAKE, bytearray(handshake(11, b"\0" + len(entries).to_bytes(3) + entries)))
        else:
            yield Message(HANDSHAKE, bytearray(handshake(11, len(entries).to_bytes(3) + entries)))
    return make


instead("server", "an empty list of certificates", "Certificate", _certificates())
instead("server", "a certificate that cannot be read", "Certificate", _certificates(b"\x30\x03\x02\x01"))
instead("server", "an empty certificate", "Certificate", _certificates(b""))


# ---- after the handshake ---------------------------------------------------------

def later(name, misbehave, versions=BOTH, role=None, **parts):
    """Something wrong after a line each way."""
    def run(self, connection, seen):
        misbehave(connection, seen)
    for each in (role,) if role else ("server", "client"):
        add(each, name, versions, misbehave=run, **parts)


def put(make, count=1):
    """Send a message, a number of times."""
    def run(connection, seen):
        for _ in range(count):
            connection.put(make())
    return run


def put_raw(data):
    """Send bytes past the record layer."""
    def run(connection, seen):
        connection.put_raw(data)
    return run


def _finish(connection, seen):
    """Listen for what the other side makes of it."""
    seen.append("heard %d bytes" % len(connection.listen()))


def _stop_now(self, connection, seen):
    connection.plain.shutdown(1)
    _finish(connection, seen)


def _reset(self, connection, seen):
    connection.plain.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER of 0 seconds
    connection.plain.close()


def _listening(self, connection, seen):
    # Whoever has swallowed what was wrong gets a good end, so that nobody waits for the other.
    connection.put(Alert().create(0, WARNING))
    connection.plain.shutdown(1)
    _finish(connection, seen)


def _data(size=0):
    return Message(DATA, bytearray(size))


def _update_keys(kind, count):
    def run(connection, seen):
        for _ in range(count):
            for _result in connection.send_keyupdate_request(kind):
                pass
        connection.write(b"still here\n")
    return run


both("ends without notice", end=_stop_now)
both("resets the connection", end=_reset)
later("ends in the middle of a record", put_raw(record(DATA, b"x" * 50)[:20]), end=_stop_now)
later("ends in the middle of a header", put_raw(record(DATA, b"x")[:3]), end=_stop_now)
later("a record with a wrong check", put_raw(record(DATA, b"x" * 64)), end=_listening)
later("a record that is too short to be checked", put_raw(record(DATA, b"x")), end=_listening)
later("an unencrypted alert", put_raw(record(ALERT, bytes([FATAL, 80]))), end=_listening)
later("an unencrypted notice of the end", put_raw(record(ALERT, bytes([WARNING, 0]))), end=_listening)
later("plain text after the handshake", put_raw(b"HTTP/1.1 200 OK\r\n\r\n"), end=_listening)
later("a record of a forbidden length", put_raw(struct.pack(">BHH", DATA, 0x0303, 0x4900) + bytes(0x4900)), end=_listening)
for _code in (0, 10, 20, 42, 46, 80, 90, 100, 116):
    later("a fatal alert %d after the handshake" % _code, put(functools.partial(Alert().create, _code, FATAL)),
          end=_listening)
for _code in (42, 90, 100):
    later("a warning %d after the handshake" % _code, put(functools.partial(Alert().create, _code, WARNING)),
          end=_listening)
later("six warnings after the handshake", put(lambda: Alert().create(90, WARNING), 6), end=_listening)
later("an alert of one byte after the handshake", put(lambda: Message(ALERT, bytearray([2]))), end=_listening)
later("data after the notice of the end",
      lambda connection, seen: (connection.put(Alert().create(0, WARNING)), connection.put(_data(5))), end=_listening)
for _count in (1, 20, 40):
    later("%d empty records after the handshake" % _count, put(_data, _count))
later("100 records of one byte", put(lambda: _data(1), 100))
later("the largest record", put(lambda: _data(16384)))
later("a record that holds one byte too much", lambda connection, seen: [
    None for _ in connection._recordLayer.sendRecord(_data(16385))], end=_listening)
later("300000 bytes", lambda connection, seen: connection.write(bytes(300000)))
later("a change of cipher after the handshake", put_raw(record(CCS, b"\1")), end=_listening)
later("a record of an unknown kind after the handshake", put(lambda: Message(99, bytearray(b"x"))), end=_listening)
later("a heartbeat after the handshake", put(lambda: Message(HEARTBEAT, bytearray(b"\1\0\1x" + b"p" * 16))), end=_listening)
later("a Finished after the handshake", put(lambda: Message(HANDSHAKE, bytearray(handshake(20, b"f" * 12)))), end=_listening)
later("half a message, then data",
      lambda connection, seen: (connection.put(Message(HANDSHAKE, bytearray(b"\x18\0"))), connection.put(_data(3))),
      end=_listening)
for _count in (1, 31, 33, 100):
    later("%d updates of keys" % _count, _update_keys(0, _count), ("1.3",))
for _count in (1, 10):
    later("%d updates of keys that ask for one" % _count, _update_keys(1, _count), ("1.3",))
later("an update of keys of an unknown kind", put(lambda: KeyUpdate().create(7)), ("1.3",), end=_listening)
later("an update of keys of two bytes", put(lambda: Message(HANDSHAKE, bytearray(handshake(24, b"\0\0")))), ("1.3",),
      end=_listening)
later("an update of keys and data in one record",
      put(lambda: Message(HANDSHAKE, bytearray(handshake(24, b"\0") + b"\x18"))), ("1.3",), end=_listening)
later("an old-fashioned hello after the handshake", put(lambda: Message(HANDSHAKE, bytearray(
    client_hello(extensions=b"\xff\x01\0\1\0")[5:]))), role="client", end=_listening)
for _count in (1, 5):
    later("%d requests for a new handshake" % _count, put(HelloRequest, _count), role="server")
later("a hello of a server after the handshake", put(lambda: Message(HANDSHAKE, bytearray(server_hello()[5:]))),
      role="server", end=_listening)
later("a request for a certificate that was not offered", put(lambda: Message(HANDSHAKE, bytearray(
    handshake(13, b"\1x\0\x08\0\x0d\0\4\0\2\4\3")))), ("1.3",), role="server", end=_listening)
later("a certificate that was not asked for", put(lambda: Message(HANDSHAKE, bytearray(
    handshake(11, b"\0\0\0\0")))), ("1.3",), role="client", end=_listening)


def _ticket(lifetime=3600, content=b"t" * 64):
    return NewSessionTicket().create(lifetime, 7, bytearray(b"n"), bytearray(content), [])


for _count in (1, 10, 200):
    later("%d tickets" % _count, put(_ticket, _count), ("1.3",), role="server")
later("a ticket for longer than a week", put(functools.partial(_ticket, 10**6)), ("1.3",), role="server")
later("an empty ticket", put(functools.partial(_ticket, 3600, b"")), ("1.3",), role="server", end=_listening)
later("a ticket from a client", put(_ticket), ("1.3",), role="client", end=_listening)
