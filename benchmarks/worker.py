"""Run benchmarks in the interpreter under test; started and driven by run.py.

Plain standard library, one syntax for 2.7 to 3.15. Reads one JSON request a
line on standard input and answers each with one JSON line on standard output.
"""
from __future__ import absolute_import, division, print_function

import gc
import hashlib
import hmac
import json
import os
import platform
import resource
import socket
import ssl
import sys
import time

import hashes

RECORD = 16384      # bytes: the largest TLS record
MESSAGE = b"m" * 64
SMALL = b"0123456789abcdef"
KEY = b"key of 16 bytes."

clock = getattr(time, "perf_counter", time.time)


class Unsupported(Exception):
    """This interpreter does not offer what the benchmark needs."""


def cpu_seconds():
    """Return the processor time of this process so far, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Stopwatch(object):
    """Sum up wall and processor seconds of the parts of a round that count."""

    def __init__(self):
        self.wall = 0.0
        self.cpu = 0.0

    def __enter__(self):
        self._cpu = cpu_seconds()
        self._wall = clock()

    def __exit__(self, *exc_info):
        self.wall += clock() - self._wall
        self.cpu += cpu_seconds() - self._cpu


class Benchmark(object):
    """One thing to time: `prepare` once, `run` a number of operations often."""

    def __init__(self, settings):
        self.settings = settings
        self.note = ""
        self.prepare()

    def prepare(self):
        """Set up what must not be timed."""

    def run(self, count, watch):
        """Do `count` operations, timed by `watch`."""
        raise NotImplementedError

    def finish(self):
        """Close what `prepare` opened."""


class Loop(Benchmark):
    """A benchmark without a peer: `operation` is called in a tight loop."""

    def run(self, count, watch):
        operation = self.operation
        with watch:
            for _ in range(count):
                operation()


class Sha256(Loop):
    def operation(self):
        return hashlib.sha256(SMALL).digest()


class HmacNew(Loop):
    def operation(self):
        return hmac.new(KEY, SMALL, hashlib.sha256).digest()


class HmacDigest(Loop):
    def prepare(self):
        if not hasattr(hmac, "digest"):
            raise Unsupported("no hmac.digest")

    def operation(self):
        return hmac.digest(KEY, SMALL, "sha256")


class Hashing(Benchmark):
    """A row of hashes.py."""

    def prepare(self):
        try:
            self.loop = hashes.loop_of(self.settings["name"])
        except hashes.Missing as reason:
            raise Unsupported(str(reason))

    def run(self, count, watch):
        with watch:
            self.loop(count)


class DefaultContext(Loop):
    def operation(self):
        return ssl.create_default_context()


class BundleContext(Loop):
    def prepare(self):
        self.bundle = ssl.get_default_verify_paths().cafile
        if self.bundle is None:
            raise Unsupported("no file of CA certificates; name one in SSL_CERT_FILE")

    def operation(self):
        return ssl.create_default_context(cafile=self.bundle)


class Peer(Benchmark):
    """A benchmark against server.py; verifies its certificate and name."""

    port = "tls13"

    def prepare(self):
        self.address = ("127.0.0.1", self.settings[self.port])
        self.context = ssl.create_default_context(cafile=self.settings["cafile"])

    def connect(self):
        """Return a plain TCP connection to the server."""
        plain = socket.create_connection(self.address, 10)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return plain

    def wrap(self, plain, **more):
        """Shake hands and read the server's greeting of one byte."""
        secure = self.context.wrap_socket(plain, server_hostname="localhost", **more)
        if secure.recv(1) != b"!":
            raise RuntimeError("the server's greeting is missing")
        return secure


class FullHandshake(Peer):
    def run(self, count, watch):
        for _ in range(count):
            plain = self.connect()
            with watch:
                secure = self.wrap(plain)
            secure.close()


class FullHandshake12(FullHandshake):
    port = "tls12"


class ResumedHandshake(Peer):
    def prepare(self):
        Peer.prepare(self)
        self.session = None
        if not hasattr(ssl, "SSLSession"):
            self.note = "full handshakes: no sessions here"
            return
        first = self.wrap(self.connect())
        self.session = first.session
        first.unwrap().close()

    def run(self, count, watch):
        more = {} if self.session is None else {"session": self.session}
        for _ in range(count):
            plain = self.connect()
            with watch:
                secure = self.wrap(plain, **more)
            if more and not secure.session_reused:
                raise RuntimeError("the session was not resumed")
            secure.close()


class ResumedHandshake12(ResumedHandshake):
    port = "tls12"


class Stream(Peer):
    """A benchmark over one connection; `order` tells the server what to do."""

    def prepare(self):
        Peer.prepare(self)
        self.secure = self.wrap(self.connect())

    def finish(self):
        self.secure.close()

    def send_order(self, letter, amount):
        self.secure.sendall(("%s%015d" % (letter, amount)).encode("ascii"))


class BulkSend(Stream):
    def run(self, count, watch):
        record = b"r" * RECORD
        secure = self.secure
        self.send_order("S", count * RECORD)
        with watch:
            for _ in range(count):
                secure.sendall(record)
            if secure.recv(1) != b"k":
                raise RuntimeError("the server did not confirm the data")


class BulkReceive(Stream):
    def run(self, count, watch):
        left = count * RECORD
        secure = self.secure
        self.send_order("R", left)
        with watch:
            while left:
                data = secure.recv(RECORD)
                if not data:
                    raise RuntimeError("the server closed the connection")
                left -= len(data)


class RoundTrip(Stream):
    def run(self, count, watch):
        secure = self.secure
        self.send_order("E", count)
        with watch:
            for _ in range(count):
                secure.sendall(MESSAGE)
                left = len(MESSAGE)
                while left:
                    left -= len(secure.recv(left))


BENCHMARKS = {
    "handshake_tls12": FullHandshake12,
    "handshake_tls13": FullHandshake,
    "resumed_tls12": ResumedHandshake12,
    "resumed_tls13": ResumedHandshake,
    "send_16k": BulkSend,
    "receive_16k": BulkReceive,
    "round_trip_64": RoundTrip,
    "default_context": DefaultContext,
    "bundle_context": BundleContext,
    "sha256_16": Sha256,
    "hmac_new_16": HmacNew,
    "hmac_digest_16": HmacDigest,
}


def measure(benchmark, seconds, count):
    """Run one round of about `seconds` and return (operations, wall, cpu).

    Without a `count` the number of operations is doubled until a round is long
    enough; the caller hands it back for the next round.
    """
    while True:
        watch = Stopwatch()
        gc.collect()
        gc.disable()
        try:
            benchmark.run(count or 1, watch)
        finally:
            gc.enable()
        count = count or 1
        if watch.wall >= seconds / 2:
            return count, watch.wall, watch.cpu
        count *= 2


def describe():
    """Return what this interpreter is and where its modules come from."""
    return {
        "python": platform.python_implementation() + " " + platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "ssl": os.path.abspath(ssl.__file__),
        "hashlib": os.path.abspath(hashlib.__file__),
    }


def main():
    """Answer requests until standard input ends."""
    loaded = {}
    while True:
        line = sys.stdin.readline()     # not iteration: 2.7 reads ahead
        if not line:
            break
        request = json.loads(line)
        if request["do"] == "describe":
            answer = describe()
        else:
            name = request["benchmark"]
            try:
                if name not in loaded:
                    settings = dict(request["settings"], name=name)
                    loaded[name] = [BENCHMARKS.get(name, Hashing)(settings), None]
                benchmark, count = loaded[name]
                count, wall, cpu = measure(benchmark, request["seconds"], count)
                loaded[name][1] = count
                answer = {"wall": wall / count, "cpu": cpu / count, "count": count, "note": benchmark.note}
                if request.get("last"):
                    loaded.pop(name)[0].finish()
            except Unsupported as reason:
                answer = {"unsupported": str(reason)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
