"""Servers that the demo's programs talk to: loopback only, a port of the system's choice.

    with servers.start(servers.WebServer(certificates / "localhost.pem")) as server:
        ...  # https://localhost:<server.port>/
    print(server.log.requests, server.log.versions)

A server runs in threads of this process. It ends with its `with` block, and by itself after
`LIFETIME` seconds. What its clients did is in its log; what went wrong in the server itself, which
is never the client's fault, is in `server.failure`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import socket
import ssl
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LIFETIME = 90.0  # seconds
PATIENCE = 20.0  # seconds that a connection may be silent
_POLL = 0.1  # seconds between two looks at whether to stop
_FAREWELL = 2.0  # seconds to wait for the client's close_notify
_LARGEST_REQUEST = 65536  # bytes

Versions = tuple[ssl.TLSVersion, ssl.TLSVersion]

PAGE = "Hello from the demo.\n"

TLS13_ONLY = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)
TLS12_ONLY = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
TLS12_UP = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED)


@dataclass
class Log:
    """What the clients of a server did.

    Attributes:
        versions: The protocol version of each completed handshake, such as `TLSv1.3`.
        refusals: Why handshakes ended early, in OpenSSL's words.
        requests: What was asked for once the handshake was over.
    """

    versions: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


class Server:
    """A TLS server; its children say what is spoken over TLS.

    Args:
        certificate: File with key and certificate chain.
        versions: Lowest and highest TLS version.
    """

    def __init__(
        self,
        certificate: Path,
        versions: Versions = TLS12_UP,
    ) -> None:
        self.log = Log()
        self.failure: Exception | None = None
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version, self._context.maximum_version = versions
        self._context.load_cert_chain(certificate)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_POLL)
        self.port: int = self._listener.getsockname()[1]

    def start(self) -> None:
        """Begin to accept connections."""
        self._start_thread(self._accept)

    def stop(self) -> None:
        """Stop accepting, and wait for the connections that are open."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        self._listener.close()

    def serve(self, connection: socket.socket) -> None:
        """Talk with one client; called in a thread of its own."""
        raise NotImplementedError

    def shake_hands(self, connection: socket.socket) -> ssl.SSLSocket:
        """Speak TLS from here on.

        Raises:
            OSError: The client did not want to.
        """
        secured = self._context.wrap_socket(connection, server_side=True)
        self.log.versions.append(secured.version() or "unknown")
        return secured

    def _accept(self) -> None:
        deadline = time.monotonic() + LIFETIME
        while not self._stopping.is_set() and time.monotonic() < deadline:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self._start_thread(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection:
            try:
                self.serve(connection)
            except OSError as error:
                self.log.refusals.append(getattr(error, "reason", None) or str(error))

    def _start_thread(self, target, *arguments) -> None:
        def run() -> None:
            try:
                target(*arguments)
            except Exception as error:
                self.failure = error

        thread = threading.Thread(target=run, name=type(self).__name__, daemon=True)
        self._threads.append(thread)
        thread.start()


@contextlib.contextmanager
def start(server: Server) -> Iterator[Server]:
    """Run a server for the length of a `with` block."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


class WebServer(Server):
    """Answers each request for a page with one, then says good-bye as RFC 8446 section 6.1 asks."""

    def serve(self, connection: socket.socket) -> None:
        with self.shake_hands(connection) as secured:
            path = self.read_request(secured)
            if path is not None:
                self.log.requests.append(path)
                secured.sendall(self.frame(*self.answer(path)))
                self.end(secured)

    def answer(self, path: str) -> tuple[str, str, bytes]:
        """Find the page for a path: status, content type, body."""
        return "200 OK", "text/plain", PAGE.encode()

    def frame(self, status: str, kind: str, body: bytes) -> bytes:
        """Put the head before a body; the head tells where the body ends."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"Connection: close\r\n\r\n" + body

    def end(self, secured: ssl.SSLSocket) -> None:
        """Send close_notify and wait for the client's, which many clients never send."""
        secured.settimeout(_FAREWELL)
        with contextlib.suppress(OSError):
            secured.unwrap()

    def read_request(self, secured: ssl.SSLSocket) -> str | None:
        """Read one request's head.

        Returns:
            The path, or None if the client went away without asking for anything.
        """
        head = b""
        while b"\r\n\r\n" not in head:
            more = secured.recv(4096)
            if not more or len(head) > _LARGEST_REQUEST:
                return None
            head += more
        return head.split(b" ", 2)[1].decode("ascii")


class AbruptWebServer(WebServer):
    """Ends the page by closing the connection, without close_notify, as many servers do."""

    def frame(self, status: str, kind: str, body: bytes) -> bytes:
        return f"HTTP/1.0 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body

    def end(self, secured: ssl.SSLSocket) -> None:
        secured.shutdown(socket.SHUT_RDWR)


class PackageIndex(WebServer):
    """A package index by PEP 503 that has one project with one wheel, made on the fly."""

    PROJECT = "throwaway"
    WHEEL = "throwaway-1.0-py2.py3-none-any.whl"

    def __init__(
        self,
        certificate: Path,
        versions: Versions = TLS12_UP,
    ) -> None:
        super().__init__(certificate, versions)
        self.wheel = _make_wheel()

    def answer(self, path: str) -> tuple[str, str, bytes]:
        if path == f"/simple/{self.PROJECT}/":
            digest = hashlib.sha256(self.wheel).hexdigest()
            link = f'<a href="/files/{self.WHEEL}#sha256={digest}">{self.WHEEL}</a>'
            page = f"<!DOCTYPE html><html><body>{link}</body></html>"
            return "200 OK", "text/html", page.encode()
        if path == f"/files/{self.WHEEL}":
            return "200 OK", "application/octet-stream", self.wheel
        return "404 Not Found", "text/plain", b"no such page\n"


def _make_wheel() -> bytes:
    name = f"{PackageIndex.PROJECT}-1.0.dist-info"
    files = {
        f"{PackageIndex.PROJECT}.py": "answer = 42\n",
        f"{name}/METADATA": f"Metadata-Version: 2.1\nName: {PackageIndex.PROJECT}\nVersion: 1.0\n",
        f"{name}/WHEEL": "Wheel-Version: 1.0\nGenerator: regraft demo\n"
        "Root-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n",
    }
    record = [f"{path},," for path in (*files, f"{name}/RECORD")]
    files[f"{name}/RECORD"] = "\n".join(record) + "\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return packed.getvalue()


class MailServer(Server):
    """Takes letters by SMTP, but only once the client has said STARTTLS (RFC 3207)."""

    def serve(self, connection: socket.socket) -> None:
        connection.sendall(b"220 demo ESMTP\r\n")
        for word in self.read_commands(connection):
            if word == b"STARTTLS":
                connection.sendall(b"220 go ahead\r\n")
                break
            if word == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            welcome = word.startswith(b"EHLO")
            connection.sendall(
                b"250-demo\r\n250 STARTTLS\r\n" if welcome else b"530 say STARTTLS first\r\n"
            )
        else:
            return
        # Whatever the client sent before the handshake dies with the reader above: read after
        # it, it would pass for something said in confidence (CVE-2011-0411).
        with self.shake_hands(connection) as secured:
            self.take_letters(secured)

    def take_letters(self, secured: ssl.SSLSocket) -> None:
        """Answer each command until QUIT; a letter that is complete goes to the log."""
        replies = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n", b".": b"250 taken\r\n"}
        in_letter = False
        for word in self.read_commands(secured):
            if in_letter and word != b".":
                continue
            secured.sendall(replies.get(word, b"250 demo\r\n"))
            if word == b".":
                self.log.requests.append("letter")
            in_letter = word == b"DATA"
            if word == b"QUIT":
                return

    def read_commands(self, connection: socket.socket) -> Iterator[bytes]:
        """Yield each line in capitals, until the client goes away."""
        with connection.makefile("rb") as lines:
            while line := lines.readline(_LARGEST_REQUEST):
                yield line.strip().upper()
