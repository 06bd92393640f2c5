"""Traces calls of `ssl` so that traces of different interpreters can be compared.

`tracing.py AREA CERTIFICATES` runs the scenario of that area and prints one line of JSON for each call.
"""
from __future__ import absolute_import, division, print_function

import errno
import importlib
import json
import os
import re
import socket
import ssl
import sys
import threading
import warnings

SECONDS = 10
PY2 = bytes is str
OBJECT = re.compile(r"<[^<>]*>")
LINE_OF_C = re.compile(r"( \(_ssl\.c:\d+\)|_ssl\.c:\d+: )")
FAMILIES = ("SSLError", "OSError", "ValueError", "EOFError", "KeyError")
# What the interpreter's own checks of arguments say differs between releases.
UNWORDED = ("TypeError", "OverflowError", "AttributeError", "NotImplementedError", "UnicodeError", "UnicodeEncodeError",
            "UnicodeDecodeError", "BufferError")


def describe(value):
    """A value for JSON; classes of numbers are kept, text and bytes are told apart where the interpreter does."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int) or type(value).__name__ == "long":
        named = type(value).__module__ == "ssl" or type(value).__name__ in ("Options", "VerifyFlags")
        return [type(value).__name__, int(value)] if named else int(value)
    if isinstance(value, memoryview):
        return {"memoryview": value.tobytes().decode("latin-1")}
    if isinstance(value, bytearray):
        return {"bytearray": bytes(value).decode("latin-1")}
    if isinstance(value, bytes):
        text = shorten(value.decode("latin-1"))
        return text if PY2 else {"bytes": text}
    if isinstance(value, type(u"")):
        return {"unicode": shorten(value)} if PY2 else shorten(value)
    if isinstance(value, tuple):
        return {"tuple": [describe(each) for each in value]}
    if isinstance(value, list):
        return [describe(each) for each in value]
    if isinstance(value, dict):
        return {"dict": sorted([describe(key), describe(each)] for key, each in value.items())}
    if isinstance(value, set):
        return {"set": sorted(describe(each) for each in value)}
    if isinstance(value, type):
        return "class " + value.__name__
    return "a " + type(value).__name__


def shorten(text):
    """Long text by its size and its ends."""
    return text if len(text) <= 300 else "%d characters: %s ... %s" % (len(text), text[:40], text[-40:])


def describe_error(error):
    """An exception as callers see it: family, numbers, words."""
    bases = set(each.__name__ for each in type(error).__mro__)
    if PY2 and isinstance(error, EnvironmentError):
        bases.add("OSError")
    name = type(error).__name__
    if isinstance(error, socket.timeout) or (PY2 and "timed out" in str(error)):
        # An SSLError with the same words on 2.7, which a line of the scenario of sockets tells.
        return {"raises": "timeout", "text": LINE_OF_C.sub("", str(error.args[0]))}
    if isinstance(error, EnvironmentError) and not isinstance(error, ssl.SSLError):
        number = error.errno
        return {"raises": "OSError", "errno": errno.errorcode.get(number, number), "file": describe(error.filename)}
    told = {"raises": name, "family": [each for each in FAMILIES if each in bases]}
    if name not in UNWORDED:
        told["text"] = OBJECT.sub("<>", LINE_OF_C.sub("", str(error)))
    for each in ("errno", "library", "reason", "verify_code", "verify_message"):
        if isinstance(error, ssl.SSLError) and hasattr(error, each):
            told[each] = describe(getattr(error, each))
    return told


class Trace(object):
    """Writes the trace of one area."""

    def __init__(self, area, certs):
        self.area = area
        self.certs = certs
        self.last = None  # what the last call raised

    def path(self, name):
        """The path of one of the certificates."""
        return os.path.join(self.certs, name)

    def note(self, name, result):
        """Write a line."""
        print(json.dumps({"name": "%s: %s" % (self.area, name), "result": result}, sort_keys=True))
        sys.stdout.flush()

    def value(self, name, value):
        """Trace a value."""
        self.note(name, describe(value))

    def call(self, name, function, *arguments, **keywords):
        """Call, trace what comes of it, and return it; None if it raises."""
        self.last = None
        try:
            result = function(*arguments, **keywords)
        except Exception as error:
            self.last = error
            self.note(name, describe_error(error))
            return None
        self.note(name, describe(result))
        return result

    def get(self, name, thing, attribute):
        """Trace an attribute."""
        return self.call(name, getattr, thing, attribute)

    def set(self, name, thing, attribute, value):
        """Set an attribute, and trace what it is afterwards."""
        def put():
            setattr(thing, attribute, value)
            return getattr(thing, attribute)
        return self.call(name, put)


def client_context(trace, **settings):
    """A client that trusts the throw-away root."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trace.path("ca.pem"))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def server_context(trace, name="localhost", **settings):
    """A server with one of the certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trace.path(name + ".pem"))
    for each, value in settings.items():
        setattr(context, each, value)
    return context


class Memory(object):
    """Both ends of a connection over memory."""

    def __init__(self, client, server, host="localhost", **options):
        self.to_client, self.to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(self.to_client, self.to_server, server_hostname=host, **options)
        self.server = server.wrap_bio(self.to_server, self.to_client, server_side=True)

    def shake(self):
        """Shake hands; returns the exceptions of client and server."""
        errors = [None, None]
        open_ends = [0, 1]
        for _ in range(12):
            for end in list(open_ends):
                try:
                    (self.client, self.server)[end].do_handshake()
                    open_ends.remove(end)
                except ssl.SSLWantReadError:
                    continue
                except Exception as error:
                    errors[end] = error
                    open_ends.remove(end)
        return errors

    def settle(self):
        """Let the client read what a server of TLS 1.3 says after the handshake."""
        for end in (self.client, self.server):
            try:
                end.read(1)
            except ssl.SSLError:
                continue


def told_of_both(errors):
    """What client and server saw, for a line of the trace."""
    return [each and describe_error(each) for each in errors]


def make_pair():
    """Two sockets that are connected; 2.7's `socketpair()` gives objects of another class."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    first = socket.create_connection(listener.getsockname(), SECONDS)
    second = listener.accept()[0]
    second.settimeout(SECONDS)
    listener.close()
    return first, second


class Sockets(object):
    """Both ends of a connection over sockets; the server answers in a thread."""

    def __init__(self, client, server, serve, host="localhost", wrapped=True, **options):
        self.plain, other = make_pair()
        self.failure = None

        def run():
            connection = None
            try:
                connection = server.wrap_socket(other, server_side=True)
                serve(connection)
            except Exception as error:
                self.failure = error
            finally:
                (connection or other).close()
                other.close()
        self.thread = threading.Thread(target=run)
        self.thread.daemon = True
        self.thread.start()
        if wrapped:
            self.client = client.wrap_socket(self.plain, server_hostname=host, **options)

    def close(self):
        """End both."""
        if hasattr(self, "client"):
            self.client.close()
        self.plain.close()
        self.thread.join(SECONDS)


def main(area, certs):
    """Trace one area."""
    warnings.simplefilter("ignore")
    print(json.dumps({"openssl": ssl.OPENSSL_VERSION, "python": sys.version.split()[0]}))
    importlib.import_module("scenario_" + area).run(Trace(area, certs))


if __name__ == "__main__":
    main(*sys.argv[1:])
