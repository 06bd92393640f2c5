"""Exceptions: their families, their words, and what each alert becomes."""
from __future__ import absolute_import, division, print_function

import pickle
import socket
import ssl
import struct

from tracing import Memory, client_context, describe, describe_error, server_context

CLASSES = ("SSLError", "SSLZeroReturnError", "SSLWantReadError", "SSLWantWriteError", "SSLSyscallError", "SSLEOFError", "SSLCertVerificationError",
           "CertificateError")
ALERTS = (0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 120,
          1, 99, 255)


def run(trace):
    classes(trace)
    alerts(trace)
    records(trace)


def classes(trace):
    for name in CLASSES:
        cls = getattr(ssl, name)
        trace.value(name + ": name", cls.__name__)
        trace.value(name + ": module", cls.__module__)
        for about, base in (("SSLError", ssl.SSLError), ("socket.error", socket.error), ("ValueError", ValueError), ("EnvironmentError", EnvironmentError), ("socket.timeout", socket.timeout)):
            trace.value("%s: is a %s" % (name, about), issubclass(cls, base))
        for about, arguments in (("()", ()), ("('x')", ("x",)), ("(5, 'x')", (5, "x")), ("(5, 'x', 'y')", (5, "x", "y")), ("(5)", (5,))):
            made = trace.call(name + about, cls, *arguments)
            trace.call("str(%s%s)" % (name, about), str, made)
            trace.value("%s%s.args" % (name, about), made.args)
            for attribute in ("errno", "strerror", "library", "reason", "verify_code", "verify_message", "filename"):
                trace.call("%s%s.%s" % (name, about, attribute), getattr, made, attribute)
            trace.call("%s%s.reason = 'y'" % (name, about), setattr, made, "reason", "y")
        trace.call("%s, pickled" % name, lambda: str(pickle.loads(pickle.dumps(cls(5, "x")))))

        def throw(cls=cls):
            raise cls(7, "thrown")
        trace.call("%s, raised" % name, throw)
    trace.value("CertificateError is SSLCertVerificationError", ssl.CertificateError is ssl.SSLCertVerificationError)
    trace.value("socket_error is OSError or socket.error", ssl.socket_error is socket.error)
    trace.value("SSLErrorNumber", [each.name for each in ssl.SSLErrorNumber])


def alerts(trace):
    for code in ALERTS:
        for level in (1, 2):
            for end in ("client", "server"):
                made = Memory(client_context(trace), server_context(trace))
                side = getattr(made, end)
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    pass
                data = struct.pack(">BHHBB", 21, 0x0303, 2, level, code)
                (made.to_client if end == "client" else made.to_server).write(data)
                trace.call("alert %d of level %d to a %s" % (code, level, end), side.do_handshake)


def records(trace):
    for about, data in (
            ("a record of version 0", b"\x16\0\0\0\5hello"), ("a record of version 9.9", b"\x16\x09\x09\0\5hello"), ("a record of kind 99", b"\x63\3\3\0\5hello"),
            ("an empty record", b"\x16\3\3\0\0"), ("40 empty records", b"\x16\3\3\0\0" * 40), ("a record of data", b"\x17\3\3\0\5hello"), ("a long record", b"\x16\3\3\xff\xff" + b"x" * 65535),
            ("a change of cipher", b"\x14\3\3\0\1\1"), ("a heartbeat", b"\x18\3\3\0\3\1\0\0"), ("a message of kind 99", b"\x16\3\3\0\4\x63\0\0\0"), ("an empty hello of a server", b"\x16\3\3\0\4\2\0\0\0"),
            ("an empty hello of a client", b"\x16\3\3\0\4\1\0\0\0"), ("a Finished", b"\x16\3\3\0\x10\x14\0\0\x0c" + b"f" * 12), ("a huge message", b"\x16\3\3\0\4\2\xff\xff\xff"), ("a hello request", b"\x16\3\3\0\4\0\0\0\0")):
        for end in ("client", "server"):
            made = Memory(client_context(trace), server_context(trace))
            side = getattr(made, end)
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            (made.to_client if end == "client" else made.to_server).write(data)
            trace.call("%s to a %s" % (about, end), side.do_handshake)
            trace.call("%s to a %s: what it answers" % (about, end), lambda: describe(_alerts(made.to_server.read() if end == "client" else made.to_client.read())))
            trace.call("%s to a %s: and then" % (about, end), side.do_handshake)
    trace.note("an exception of a callback", _raised(trace))


def _raised(trace):
    def fail():
        raise KeyError("mine")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(trace.path("localhost-encrypted.pem"), password=fail)
    except Exception as error:
        return describe_error(error)
    return None


def _alerts(data):
    """The plain alerts among records."""
    found = []
    while len(data) >= 5:
        kind, _version, size = struct.unpack(">BHH", data[:5])
        if kind == 21 and size == 2:
            found.append(list(bytearray(data[5:7])))
        data = data[5 + size:]
    return found
