"""Run benchmarks in the interpreter under test; started and driven by run.py.

Plain standard library, one syntax for 2.7 to 3.15. Reads one JSON request a
line on standard input and answers each with one JSON line on standard output.
"""
from __future__ import absolute_import, division, print_function

import atexit
import gc
import hashlib
import json
import os
import platform
import resource
import shutil
import socket
import ssl
import sys
import tempfile
import time

import hashes

RECORD = 16384      # bytes: the largest TLS record
MESSAGE = b"m" * 64
FILE = 1 << 20      # bytes: the file that is sent
IDLE = 100          # connections that are open at once

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

    unit = "seconds"
    most = 1 << 20      # operations in a round; fewer where preparing them takes long

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
    def prepare(self):
        # What is loaded once for the process is not what this asks about.
        ssl.create_default_context()

    def operation(self):
        return ssl.create_default_context()


class BundleContext(Loop):
    def prepare(self):
        self.bundle = ssl.get_default_verify_paths().cafile
        if self.bundle is None:
            raise Unsupported("no file of CA certificates; name one in SSL_CERT_FILE")

    def operation(self):
        return ssl.create_default_context(cafile=self.bundle)


class BundleLoad(Loop):
    """A file of CA certificates that has changed since the last time, so that nobody may have kept it."""

    def prepare(self):
        bundle = ssl.get_default_verify_paths().cafile
        if bundle is None:
            raise Unsupported("no file of CA certificates; name one in SSL_CERT_FILE")
        handle, self.bundle = tempfile.mkstemp(suffix=".pem")
        os.close(handle)
        atexit.register(os.remove, self.bundle)
        shutil.copyfile(bundle, self.bundle)

    def operation(self):
        os.utime(self.bundle, None)
        return ssl.create_default_context(cafile=self.bundle)


class MemoryHandshake(Loop):
    """Both sides of a TLS 1.3 handshake in this process, over memory: neither the kernel nor another process is in it."""

    group = None

    def prepare(self):
        if not hasattr(ssl, "MemoryBIO"):
            raise Unsupported("no MemoryBIO")
        self.client = ssl.create_default_context(cafile=self.settings["cafile"])
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(self.settings["certificate"])
        if self.group:
            for context in (self.client, self.server):
                context.set_ecdh_curve(self.group)
        group = getattr(self.connect()[0], "group", lambda: None)()
        self.note = group or ""

    def connect(self):
        """Return the client's end, connected, and the BIO that it writes to."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.client.wrap_bio(incoming, outgoing, server_hostname="localhost")
        server = self.server.wrap_bio(outgoing, incoming, server_side=True)
        for end in (client, server, client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass  # the other end's turn
        if client.version() != "TLSv1.3":
            raise Unsupported("no TLS 1.3")
        return client, outgoing

    def operation(self):
        self.connect()


class MemoryHandshakeX25519(MemoryHandshake):
    group = "X25519"


class MemorySend(MemoryHandshake):
    """A record of 16 KiB, encrypted and taken away."""

    def prepare(self):
        MemoryHandshake.prepare(self)
        self.end, self.bio = self.connect()
        self.data = b"x" * RECORD
        self.note = self.end.cipher()[0]
        self.bio.read()

    def operation(self):
        self.end.write(self.data)
        self.bio.read()


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


class ServerHandshake(Benchmark):
    """The peer connects by TLS over the connection that was made to it."""

    port = "client_tls13"

    def prepare(self):
        self.context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_SERVER", ssl.PROTOCOL_SSLv23))
        self.context.load_cert_chain(self.settings["certificate"])

    def run(self, count, watch):
        for _ in range(count):
            plain = socket.create_connection(("127.0.0.1", self.settings[self.port]), 10)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with watch:
                secure = self.context.wrap_socket(plain, server_side=True)
                if secure.recv(1) != b"!":
                    raise RuntimeError("the client's greeting is missing")
            secure.close()


class ServerHandshake12(ServerHandshake):
    port = "client_tls12"


class Wrap(Peer):
    """What `wrap_socket` costs by itself. The sockets are made before and closed after."""

    most = 2 * IDLE

    def run(self, count, watch):
        for start in range(0, count, IDLE):
            plain = [self.connect() for _ in range(min(IDLE, count - start))]
            with watch:
                secure = [
                    self.context.wrap_socket(each, server_hostname="localhost", do_handshake_on_connect=False)
                    for each in plain
                ]
            for each in secure:
                each.close()


class IdleMemory(Peer):
    """Memory of this process for an open connection, handshake done, nothing under way."""

    unit = "bytes"

    def prepare(self):
        Peer.prepare(self)
        if not os.path.exists("/proc/self/statm"):
            raise Unsupported("no /proc/self/statm")
        # What the first connections make for the whole process does not count.
        self.held = [self.wrap(self.connect()) for _ in range(IDLE)]

    def resident(self):
        with open("/proc/self/statm") as stream:
            return int(stream.read().split()[1]) * resource.getpagesize()

    def measure(self):
        """Return bytes for each of some connections more, which stay open."""
        before = self.resident()
        self.held += [self.wrap(self.connect()) for _ in range(IDLE)]
        return (self.resident() - before) / float(IDLE)

    def finish(self):
        for each in self.held:
            each.close()


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
    size = RECORD

    def run(self, count, watch):
        record = b"r" * self.size
        secure = self.secure
        self.send_order("S", count * self.size)
        with watch:
            for _ in range(count):
                secure.sendall(record)
            if secure.recv(1) != b"k":
                raise RuntimeError("the server did not confirm the data")


class BulkSendSmall(BulkSend):
    size = 1024


class BulkReceive(Stream):
    size = RECORD
    order = "R"

    def run(self, count, watch):
        size = self.size
        left = count * size
        secure = self.secure
        self.send_order(self.order, left)
        with watch:
            while left:
                data = secure.recv(size)
                if not data:
                    raise RuntimeError("the server closed the connection")
                left -= len(data)


class BulkReceiveSmall(BulkReceive):
    size = 1024
    order = "r"


class SendFile(Stream):
    def prepare(self):
        Stream.prepare(self)
        self.file = tempfile.TemporaryFile()
        self.file.write(b"f" * FILE)
        self.file.flush()
        if not hasattr(self.secure, "sendfile"):
            self.note = "read() and sendall(): no sendfile() here"

    def run(self, count, watch):
        secure = self.secure
        send = getattr(secure, "sendfile", self.read_and_send)
        self.send_order("S", count * FILE)
        with watch:
            for _ in range(count):
                self.file.seek(0)
                send(self.file)
            if secure.recv(1) != b"k":
                raise RuntimeError("the server did not confirm the data")

    def read_and_send(self, source):
        """Do what programs do that have no sendfile()."""
        while True:
            block = source.read(8192)
            if not block:
                break
            self.secure.sendall(block)


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
    "server_tls12": ServerHandshake12,
    "server_tls13": ServerHandshake,
    "resumed_tls12": ResumedHandshake12,
    "resumed_tls13": ResumedHandshake,
    "wrap": Wrap,
    "send_16k": BulkSend,
    "receive_16k": BulkReceive,
    "send_1k": BulkSendSmall,
    "receive_1k": BulkReceiveSmall,
    "sendfile": SendFile,
    "round_trip_64": RoundTrip,
    "idle_memory": IdleMemory,
    "default_context": DefaultContext,
    "bundle_context": BundleContext,
    "bundle_load": BundleLoad,
    "memory_handshake": MemoryHandshake,
    "memory_handshake_x25519": MemoryHandshakeX25519,
    "memory_send_16k": MemorySend,
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
        if watch.wall >= seconds / 2 or count >= benchmark.most:
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
                    loaded[name] = [BENCHMARKS.get(name, Hashing)(settings), request.get("count")]
                benchmark, count = loaded[name]
                if benchmark.unit == "seconds":
                    count, wall, cpu = measure(benchmark, request["seconds"], count)
                    loaded[name][1] = count
                    answer = {"wall": wall / count, "cpu": cpu / count}
                else:
                    answer = {"size": benchmark.measure()}
                answer["note"] = benchmark.note
                if request.get("last"):
                    loaded.pop(name)[0].finish()
            except Unsupported as reason:
                answer = {"unsupported": str(reason)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
