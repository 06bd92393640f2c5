"""A package index over TLS, on loopback, for as long as it is asked."""

from __future__ import annotations

import email
import hashlib
import html
import ssl
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme


class Index:
    """Serves files as a simple index (PEP 503), with hashes and Requires-Python. A context manager.

    Args:
        files: wheels and sdists.
        folder: for the certificate.

    Attributes:
        url: what pip takes for `--index-url`.
        certificate: a file for pip's `--cert`.
        versions: the TLS versions of the connections so far.
        complaints: what went wrong with connections; most clients say no more than that it did.
    """

    def __init__(self, files: Iterable[Path], folder: Path) -> None:
        authority = trustme.CA()
        self.certificate = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.certificate))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(context)
        self.versions: list[str | None] = []
        self.complaints: list[str] = []
        self._files = {each.name: each for each in files}
        self._server = _Server(context, self)
        self.url = "https://localhost:%d/simple/" % self._server.server_address[1]

    def __enter__(self) -> Index:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> bytes | None:
        """What is at a path, None if there is nothing."""
        if path.startswith("/files/"):
            found = self._files.get(path[len("/files/"):])
            return found.read_bytes() if found else None
        project = path.removeprefix("/simple/").strip("/")
        links = [render_link(each) for name, each in sorted(self._files.items())
                 if name.split("-")[0].lower() == project]
        return ("<!DOCTYPE html><body>\n%s</body>\n" % "".join(links)).encode() if links else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext, index: Index) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context, self.index = context, index

    def finish_request(self, request, client_address) -> None:  # in the thread of the connection
        request.settimeout(60)
        with self.context.wrap_socket(request, server_side=True) as secured:
            self.index.versions.append(secured.version())
            super().finish_request(secured, client_address)

    def handle_error(self, request, client_address) -> None:
        """Keeps the reason for whoever tells of the scenario."""
        self.index.complaints.append(repr(sys.exception()))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = self.server.index.answer(self.path)
        self.send_response(200 if data is not None else 404)
        self.send_header("Content-Type", "text/html" if not self.path.startswith("/files/")
                         else "application/octet-stream")
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, *_: object) -> None:
        """Quiet."""


def render_link(path: Path) -> str:
    """The line of a file in the page of its project."""
    wanted = read_metadata(path).get("Requires-Python", "")
    return '<a href="/files/%s#sha256=%s" data-requires-python="%s">%s</a><br>\n' % (
        path.name, hashlib.sha256(path.read_bytes()).hexdigest(), html.escape(wanted), path.name)


def read_metadata(path: Path) -> email.message.Message:
    """The metadata of a wheel or an sdist."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
            return email.message_from_bytes(archive.read(name))
    with tarfile.open(path) as archive:
        name = path.name.removesuffix(".tar.gz") + "/PKG-INFO"
        return email.message_from_bytes(archive.extractfile(name).read())
