"""The conversations that end in TLS on a port where another protocol is spoken first.

Nothing may follow the server's last answer: what somebody put into the stream before TLS would be taken for the
server's own words after it (CVE-2021-38371, CVE-2021-33515 and their kind).
"""
from __future__ import absolute_import, division, print_function

import re

LONGEST = 65536  # bytes of a conversation


class ConversationError(Exception):
    """The server does not go over to TLS. Attributes: kind (str), of `faults`."""

    def __init__(self, text, kind="starttls-refused"):
        Exception.__init__(self, text)
        self.kind = kind


class Stream(object):
    """The bytes of a server, through a function that waits for some and one that sends."""

    def __init__(self, receive, send):
        """Args: receive (function without arguments, to bytes; b"" for the end); send (function of bytes)."""
        self._receive, self.send, self.rest, self._count = receive, send, b"", 0

    def _fill(self):
        data = self._receive()
        if not data:
            raise ConversationError("the server closed the connection before TLS", "closed")
        self._count += len(data)
        if self._count > LONGEST:
            raise ConversationError("the server says too much before TLS", "not-tls")
        self.rest += data

    def read_line(self):
        """Return the next line (bytes) without its end."""
        while b"\n" not in self.rest:
            self._fill()
        line, _, self.rest = self.rest.partition(b"\n")
        return line.rstrip(b"\r")

    def read(self, size):
        """Return that many bytes."""
        while len(self.rest) < size:
            self._fill()
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def read_until(self, pattern):
        """Return the match of a pattern (bytes), and go behind it."""
        match = None
        while match is None:
            match = re.search(pattern, self.rest, re.DOTALL)
            if match is None:
                self._fill()
        self.rest = self.rest[match.end():]
        return match

    def expect_code(self, wanted, what):
        """Read an answer of lines that begin with a number, as in SMTP and FTP; return its lines (list of bytes)."""
        lines = []
        while True:
            line = self.read_line()
            lines.append(line)
            if not re.match(br"\d{3}-", line) and (len(lines) == 1 or re.match(br"\d{3}(?: |$)", line)):
                break
        if not line.startswith(wanted):
            raise ConversationError("%s: the server answers %s" % (what, _show(line)))
        return lines


def _show(data):
    return repr(str(data[:80].decode("ascii", "replace").encode("ascii", "replace").decode("ascii")))


def _speak_smtp(stream, _host):
    stream.expect_code(b"220", "greeting")
    stream.send(b"EHLO localhost\r\n")
    offers = [line[4:].strip().upper() for line in stream.expect_code(b"250", "EHLO")]
    if b"STARTTLS" not in offers:
        raise ConversationError("the server does not offer STARTTLS")
    stream.send(b"STARTTLS\r\n")
    stream.expect_code(b"220", "STARTTLS")


def _speak_imap(stream, _host):
    greeting = stream.read_line()
    if not greeting.startswith((b"* OK", b"* PREAUTH")):
        raise ConversationError("greeting: the server says %s" % _show(greeting))
    stream.send(b"a1 CAPABILITY\r\n")
    offers = b" ".join(_read_tagged(stream, b"a1", "CAPABILITY")).upper().split()
    if b"STARTTLS" not in offers:
        raise ConversationError("the server does not offer STARTTLS")
    stream.send(b"a2 STARTTLS\r\n")
    _read_tagged(stream, b"a2", "STARTTLS")


def _read_tagged(stream, tag, what):
    lines = []
    while True:
        line = stream.read_line()
        if line.startswith(tag + b" "):
            break
        lines.append(line)
    if not line[len(tag) + 1:].upper().startswith(b"OK"):
        raise ConversationError("%s: the server answers %s" % (what, _show(line)))
    return lines


def _speak_pop3(stream, _host):
    for command, what in ((b"", "greeting"), (b"STLS\r\n", "STLS")):
        if command:
            stream.send(command)
        line = stream.read_line()
        if not line.startswith(b"+OK"):
            raise ConversationError("%s: the server says %s" % (what, _show(line)))


def _speak_ftp(stream, _host):
    stream.expect_code(b"220", "greeting")
    stream.send(b"AUTH TLS\r\n")
    stream.expect_code(b"234", "AUTH TLS")


def _speak_ldap(stream, _host):
    # An ExtendedRequest of RFC 4511 with StartTLS' OID, 1.3.6.1.4.1.1466.20037.
    name = b"1.3.6.1.4.1.1466.20037"
    request = b"\x80" + _size(name) + name
    message = b"\x02\x01\x01\x77" + _size(request) + request
    stream.send(b"\x30" + _size(message) + message)
    head = bytearray(stream.read(2))
    size = head[1]
    if size & 0x80:
        size = int("".join("%02x" % each for each in bytearray(stream.read(size & 0x7F))) or "0", 16)
    if head[0] != 0x30 or size > LONGEST:
        raise ConversationError("the server does not speak LDAP")
    answer = stream.read(size)
    # Message number, ExtendedResponse, and its resultCode, an enumeration of one byte: 0 is success.
    if not re.match(br"\x02\x01\x01\x78(?:[\x00-\x7f]|\x81.|\x82..)\x0a\x01\x00", answer, re.DOTALL):
        raise ConversationError("StartTLS: the LDAP server refuses it")


def _size(data):
    return bytes(bytearray([len(data)]))


def _speak_postgres(stream, _host):
    # SSLRequest: eight bytes in all, and the number 80877103.
    stream.send(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
    answer = stream.read(1)
    if answer != b"S":
        raise ConversationError("SSLRequest: the PostgreSQL server %s"
                                % ("has no TLS" if answer == b"N" else "answers %s" % _show(answer)))


def _speak_xmpp(stream, host):
    stream.send(b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' to='" + host.encode("ascii")
                + b"' xmlns:stream='http://etherx.jabber.org/streams'>")
    features = stream.read_until(br"<stream:features\s*/>|</stream:features>|</stream:stream>")
    if b"urn:ietf:params:xml:ns:xmpp-tls" not in features.string[:features.end()]:
        raise ConversationError("the server does not offer STARTTLS")
    stream.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    answer = stream.read_until(br"<(proceed|failure)\b[^>]*>")
    if answer.group(1) != b"proceed":
        raise ConversationError("STARTTLS: the server refuses it")
    if not answer.group().endswith(b"/>"):
        stream.read_until(br"^</proceed>")


class Protocol(object):
    """A protocol that goes over to TLS.

    Attributes:
        port (int)
        speak (function of a `Stream` and a host)
        greeting (pattern or None): how a server begins, where it speaks first.
    """

    def __init__(self, port, speak, greeting=None):
        self.port, self.speak, self.greeting = port, speak, greeting


# The patterns are no compiled ones: each command of regraft imports this table, for its help.
PROTOCOLS = {
    "smtp": Protocol(25, _speak_smtp, br"220[ -].*(?:[Ss][Mm][Tt][Pp]|[Mm]ail)"),
    "imap": Protocol(143, _speak_imap, br"\* (?:OK|PREAUTH)"),
    "pop3": Protocol(110, _speak_pop3, br"\+OK"),
    "ftp": Protocol(21, _speak_ftp, br"220[ -]"),
    "ldap": Protocol(389, _speak_ldap),
    "postgres": Protocol(5432, _speak_postgres),
    "xmpp": Protocol(5222, _speak_xmpp),
}
_IN_ORDER = ("smtp", "imap", "pop3", "ftp")


def converse(name, stream, host):
    """Talk until the server waits for TLS.

    Args: name (str), a key of PROTOCOLS; stream (Stream); host (str).
    Raises:
        ConversationError: the server does not want it, or sent more than its answer.
    """
    PROTOCOLS[name].speak(stream, host)
    if stream.rest:
        raise ConversationError(
            "the server, or somebody between, sent %d bytes in clear behind the answer that begins TLS (%s)"
            % (len(stream.rest), _show(stream.rest)), "starttls-injection")


def recognize(data):
    """Return the key of PROTOCOLS that a server's first words belong to, or None. Args: data (bytes)."""
    for name in _IN_ORDER:
        if re.match(PROTOCOLS[name].greeting, data):
            return name
    return None
