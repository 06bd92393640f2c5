"""Starts the TLS programs of others on loopback, and talks with them through their pipes."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from exchanges import HERE
from regraft_tools.differential.parties import end_group

SECONDS = 10
NEEDED = {
    "openssl": "openssl", "gnutls-serv": "gnutls-bin", "gnutls-cli": "gnutls-bin",
    "nginx": "nginx-light", "curl": "curl",
}


def missing() -> list[str]:
    """The Debian packages of programs that are not there."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin"
    return sorted({package for name, package in NEEDED.items() if not shutil.which(name, path=path)})


class Late(RuntimeError):
    """A program did not say or do in time what it was to."""


class Program:
    """A program that runs.

    Attributes:
        output: all that it has printed, its errors among it.
    """

    def __init__(self, command: Sequence[str | Path], **environ: str):
        self.output = ""
        self._changed = threading.Condition()
        self._ended = False
        path = os.environ.get("PATH", os.defpath) + ":/usr/sbin"
        self._process = subprocess.Popen(
            [str(each) for each in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            env={"PATH": path, "LANG": "C.UTF-8", **environ},
        )
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while data := os.read(stream.fileno(), 65536):
            with self._changed:
                self.output += data.decode("utf-8", "replace")
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, pattern: str) -> re.Match:
        """Wait until it has printed something.

        Raises:
            Late: it has not, or has ended before.
        """
        until = time.monotonic() + SECONDS
        with self._changed:
            while not (found := re.search(pattern, self.output)):
                left = until - time.monotonic()
                if left <= 0 or self._ended:
                    raise Late("no %r in: %s" % (pattern, self.output[-500:]))
                self._changed.wait(left)
        return found

    def write(self, text: str) -> None:
        """Put a line into its input; a program that has ended reads it no more."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(text.encode())
            self._process.stdin.flush()

    def command(self, letter: str) -> None:
        """Give s_server a command, and wait until it has done it; what follows at once would be lost."""
        done = self.output.count("SSL_do_handshake -> ")
        self.write(letter + "\n")
        self.wait_for(r"(?s)(SSL_do_handshake -> .*){%d}" % (done + 1))

    def finish(self) -> int:
        """Wait until it ends by itself; its exit status.

        Raises:
            Late: it does not.
        """
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            status = self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise Late("does not end: " + self.output[-500:]) from None
        with self._changed:
            self._changed.wait_for(lambda: self._ended, SECONDS)
        return status

    def close(self) -> None:
        """End it, if it has not ended by itself."""
        end_group(self._process)
        self._process.wait()


@contextlib.contextmanager
def running(command: Sequence[str | Path], **environ: str) -> Iterator[Program]:
    """A program for as long as the block lasts."""
    program = Program(command, **environ)
    try:
        yield program
    finally:
        program.close()


@functools.cache
def make_preload() -> Path:
    """The library that keeps servers on loopback."""
    made = Path(tempfile.mkdtemp(prefix="regraft-peers-")) / "loopback.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", made, HERE / "loopback.c", "-ldl"], check=True
    )
    return made


@contextlib.contextmanager
def openssl_server(folder: Path, *options: str, name: str = "localhost") -> Iterator[tuple[Program, int]]:
    """s_server with a certificate of ours, and its port."""
    given = () if "-nocert" in options else ("-cert", folder / ("%s.pem" % name))
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", *given, *options]
    with running(command) as program:
        yield program, int(program.wait_for(r"ACCEPT 127\.0\.0\.1:(\d+)")[1])


def openssl_client(folder: Path, port: int, *options: str) -> list[str | Path]:
    """The command of s_client, which checks what it gets."""
    return [
        "openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-quiet", "-verify_return_error",
        "-CAfile", folder / "ca.pem", *options,
    ]


@contextlib.contextmanager
def gnutls_server(folder: Path, *options: str, name: str = "localhost") -> Iterator[tuple[Program, int]]:
    """gnutls-serv that echoes, and its port."""
    command = [
        "gnutls-serv", "--echo", "--port", "5556", "--x509certfile", folder / ("%s-cert.pem" % name),
        "--x509keyfile", folder / ("%s-key.pem" % name), *options,
    ]
    with running(command, LD_PRELOAD=str(make_preload())) as program:
        yield program, int(program.wait_for(r"LISTENS 127\.0\.0\.1:(\d+)")[1])


def gnutls_client(folder: Path, port: int, *options: str) -> list[str | Path]:
    """The command of gnutls-cli, which checks what it gets."""
    return [
        "gnutls-cli", "--x509cafile", folder / "ca.pem", "--port", str(port),
        "--sni-hostname", "localhost", "--verify-hostname", "localhost", *options, "127.0.0.1",
    ]


NGINX = """
daemon off;
master_process off;
pid {room}/pid;
error_log {room}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {room};
    proxy_temp_path {room};
    fastcgi_temp_path {room};
    uwsgi_temp_path {room};
    scgi_temp_path {room};
    server {{
        listen 127.0.0.1:443 ssl http2;
        server_name localhost;
        ssl_certificate {folder}/localhost-cert.pem;
        ssl_certificate_key {folder}/localhost-key.pem;
        ssl_protocols {protocols};
        {more}
        location / {{
            return 200 "$ssl_protocol $ssl_client_verify $ssl_server_name $ssl_session_reused\\n";
        }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, protocols: str, more: str = "") -> Iterator[tuple[Program, int]]:
    """An nginx that says how it was reached, and its port."""
    with tempfile.TemporaryDirectory(prefix="regraft-nginx-") as room:
        configuration = Path(room, "nginx.conf")
        configuration.write_text(
            NGINX.format(room=room, folder=folder, protocols=protocols, more=more)
        )
        command = ["nginx", "-p", room, "-e", Path(room, "errors"), "-c", configuration]
        with running(command, LD_PRELOAD=str(make_preload())) as program:
            yield program, int(program.wait_for(r"LISTENS 127\.0\.0\.1:(\d+)")[1])


def curl(folder: Path, port: int, *options: str, host: str = "localhost") -> list[str | Path]:
    """The command of curl, which checks what it gets."""
    return [
        "curl", "--silent", "--show-error", "--max-time", "8", "--cacert", folder / "ca.pem",
        "--noproxy", "*", "--resolve", "%s:%d:127.0.0.1" % (host, port), *options,
        "https://%s:%d/page" % (host, port),
    ]
