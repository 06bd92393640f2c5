"""Libraries under profiles: each takes the way that it took on that release, and does its work.

The server of a test is in this process, the library in one of its own under `python -m regraft run --as`.
"""
from __future__ import absolute_import, division, print_function

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys

import profile_programs as programs
import pytest
from loopback import server_context, serving

INSECURE = ["InsecurePlatformWarning", "SNIMissingWarning"]
PAGE = "page of %s"


@contextlib.contextmanager
def serving_pages(certs):
    """A server that answers one request with the name that the client sent, or None."""
    names = []
    context = server_context(certs)
    context.sni_callback = lambda connection, name, _: names.append(name)

    def answer(connection):
        heard = b""
        while b"\r\n\r\n" not in heard:
            more = connection.recv(4096)
            if not more:
                return
            heard += more
        body = PAGE % (names[-1] if names else None)
        head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
        connection.sendall((head % len(body) + body).encode("ascii"))
        connection.unwrap()

    with serving(answer, context) as server:
        yield "https://localhost:%d/" % server.address[1]
        for error in server.errors:
            # Some clients go without a goodbye.
            assert isinstance(error, (ssl.SSLError, socket.error)), error


class Result(object):
    """How a program ended: `status`, `told` (dict, what it printed; None if it failed), `errors` (text)."""

    def __init__(self, status, output, errors):
        self.status, self.errors = status, errors
        self.told = None if status else json.loads(output.splitlines()[-1])


@contextlib.contextmanager
def serving_nobody(certs):
    """No server, for programs that do not get as far as to need one."""
    yield "https://localhost:0/"


def run(program, certs, release, as_version=False, serve=serving_pages):
    """Run a program as under a release of Python, or with regraft and nothing else ("newest")."""
    command = [sys.executable, "-m", "regraft", "run"]
    if release != "newest":
        command += ["--as", release] + (["--as-version"] if as_version else [])
    text = programs.HEAD + program + programs.TAIL
    with serve(certs) as url:
        process = subprocess.Popen(command + ["-c", text, url, os.path.join(certs, "ca.pem")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, errors = process.communicate()
    return Result(process.returncode, output.decode("utf-8"), errors.decode("utf-8"))


def tell(program, certs, release, **options):
    """Return what a program tells that has to succeed; options are those of `run`."""
    result = run(program, certs, release, **options)
    assert result.status == 0, result.errors
    return result.told


def has_context(release):
    return release not in ("2.7.6", "2.7.8")


RELEASES = pytest.mark.parametrize("release", ["2.7.6", "2.7.8", "2.7.9", "2.7.18", "newest"])


@RELEASES
@pytest.mark.parametrize("whose", ["urllib3's own", "pip's copy"])
def test_urllib3_warns_where_there_is_no_context_and_no_server_name(certs, release, whose):
    told = tell(programs.URLLIB3 if whose == "urllib3's own" else programs.PIP_URLLIB3, certs, release)
    assert [name for name in INSECURE if name in told["warnings"]] == ([] if has_context(release) else INSECURE)
    assert told["context of its own"] is not has_context(release)
    assert told["page"] == PAGE % ("localhost" if has_context(release) else None)


@RELEASES
@pytest.mark.parametrize("whose", ["requests' own", "pip's copy"])
def test_requests_warns_as_urllib3_does(certs, release, whose):
    told = tell(programs.REQUESTS if whose == "requests' own" else programs.PIP_REQUESTS, certs, release)
    assert [name for name in INSECURE if name in told["warnings"]] == ([] if has_context(release) else INSECURE)
    assert told["page"] == PAGE % ("localhost" if has_context(release) else None)


@RELEASES
def test_names_are_matched_by_the_backport_before_ssl_can(certs, release):
    told = tell(programs.SSL_MATCH_HOSTNAME, certs, release)
    assert told["from"].startswith("backports.") is not has_context(release)
    assert told["another name"] == "refused"
    # wrap_socket() sends no name, whatever the release.
    assert told["page"] == PAGE % None


@pytest.mark.parametrize("release", ["2.7.9", "2.7.18", "newest"])
def test_tornado_5_works_from_2_7_9_on(certs, release):
    told = tell(programs.TORNADO, certs, release)
    assert told["defaults"] == "SSLContext"
    assert told["page"] == PAGE % "localhost"


@pytest.mark.parametrize("release", ["2.7.6", "2.7.8"])
def test_tornado_5_cannot_be_imported_before_2_7_9(certs, release):
    result = run(programs.TORNADO, certs, release, serve=serving_nobody)
    assert result.status == 1
    assert "AttributeError: 'module' object has no attribute 'create_default_context'" in result.errors


@pytest.mark.parametrize("release", ["2.7.6", "2.7.8"])
def test_websocket_client_does_without_tls_before_2_7_9(certs, release):
    told = tell(programs.WEBSOCKET, certs, release, as_version=True)
    assert told["has ssl"] is False
    assert told["answer"] == "SSL not available."
    assert (told["digests compared by"] == "websocket._handshake") is (release == "2.7.6")


@pytest.mark.parametrize("release", ["2.7.9", "2.7.18", "newest"])
def test_websocket_client_has_tls_from_2_7_9_on(certs, release):
    told = tell(programs.WEBSOCKET, certs, release, as_version=True)
    assert told["has ssl"] is True
    # The page came over TLS; it is no handshake of a WebSocket.
    assert "200" in told["answer"]


@RELEASES
def test_pymongo_brings_what_the_release_lacks(certs, release):
    told = tell(programs.PYMONGO, certs, release)
    assert told["context of its own"] is not has_context(release)
    assert told["PBKDF2 of its own"] is (release == "2.7.6")
    assert (told["digests compared by"] == "pymongo.auth") is (release == "2.7.6")
    assert told["key"] == "ea"
    assert told["page"] == PAGE % ("localhost" if has_context(release) else None)


@RELEASES
def test_paramiko_compares_by_openssl_where_hmac_cannot(certs, release):
    told = tell(programs.PARAMIKO, certs, release, serve=serving_nobody)
    assert told["in"] is True and told["compared"] > 0
    assert told["of hmac"] is told["has compare_digest"] is (release != "2.7.6")
