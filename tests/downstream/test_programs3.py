"""urllib3 2, aiohttp and asyncio on 3.7 to 3.9, with the stock ssl and with regraft's, against a server of TLS 1.3 only.

Each test runs the same program twice, so that what it asks for is what the stock interpreter gives too.
"""
from __future__ import absolute_import, division, print_function

import contextlib
import os
import select
import socket
import ssl
import subprocess
import sys

import pytest
from loopback import SECONDS, server_context, serving
from programs3 import AIOHTTP, AIOHTTP_SERVER, ASYNCIO, START_TLS, URLLIB3, URLLIB3_PROXY

PAGE = "the page over TLSv1.3"
# At the end of each program: whose ssl it had.
PROOF = """
import ssl, sys
ours = "regraft._openssl" in sys.modules and issubclass(ssl.SSLContext, sys.modules["regraft._openssl"]._SSLContext)
assert ours is %r
"""
CLIENTS = {"urllib3": URLLIB3, "aiohttp": AIOHTTP, "asyncio": ASYNCIO}
PROXY_CLIENTS = {"urllib3": URLLIB3_PROXY, "aiohttp": AIOHTTP}


@pytest.fixture(params=["stock", "regraft"])
def run(request, certs):
    """Runs a program: its exit status, output and error output."""
    grafted = request.param == "regraft"

    def run(program, url="", *arguments):
        variables = dict(os.environ)
        if not grafted:
            variables["REGRAFT_DISABLE"] = "1"
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", program + PROOF % grafted, url, os.path.join(certs, "ca.pem"), certs]
            + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables)
        output, errors = process.communicate()
        return process.returncode, output.decode("utf-8").splitlines(), errors.decode("utf-8")

    return run


def read_head(connection):
    """What comes before the first empty line; empty if the peer has nothing more to say."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        more = connection.recv(4096)
        if not more:
            return b""
        heard += more
    return heard


def answer(connection):
    """Serve the page to each request of a connection that stays open."""
    while read_head(connection):
        body = "the page over %s" % connection.version()
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall((head + body).encode("ascii"))


@contextlib.contextmanager
def serving_pages(certs, name="localhost"):
    """A server that speaks TLS 1.3 only; what is handed out is the address of its page."""
    context = server_context(certs, name)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with serving(answer, context) as server:
        yield "https://localhost:%d/" % server.address[1]


@contextlib.contextmanager
def serving_tunnels(context=None):
    """A proxy that knows CONNECT, over TLS if there is a context: its address and the requests that it gets."""
    requests = []

    def tunnel(connection):
        request = read_head(connection).split(b"\r\n")[0].decode("ascii")
        requests.append(request)
        target = socket.create_connection(("127.0.0.1", int(request.split()[1].rpartition(":")[2])), SECONDS)
        try:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            while move(connection, target):
                pass
        finally:
            target.close()

    def move(connection, target):
        ready = [connection] if context is not None and connection.pending() else select.select(
            [connection, target], [], [], SECONDS)[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return False
            (target if source is connection else connection).sendall(data)
        return bool(ready)

    with serving(tunnel, context) as server:
        yield "%s://localhost:%d" % ("http" if context is None else "https", server.address[1]), requests


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_a_client_reads_two_pages_over_one_connection(certs, run, name):
    with serving_pages(certs) as url:
        status, output, errors = run(CLIENTS[name], url)
    assert (status, output) == (0, [PAGE, PAGE, "1 connection"]), errors


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_a_client_refuses_a_certificate_for_another_host(certs, run, name):
    with serving_pages(certs, "wronghost") as url:
        status, output, errors = run(CLIENTS[name], url)
    assert (status, output) == (1, [])
    assert "Hostname mismatch" in errors, errors


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_a_client_refuses_a_certificate_that_nobody_it_trusts_has_signed(certs, run, name):
    with serving_pages(certs, "untrusted") as url:
        status, output, errors = run(CLIENTS[name], url)
    assert (status, output) == (1, [])
    assert "certificate verify failed" in errors, errors


@pytest.mark.parametrize("name", sorted(PROXY_CLIENTS))
def test_a_client_reads_through_the_tunnel_of_a_proxy(certs, run, name):
    with serving_pages(certs) as url, serving_tunnels() as (proxy, requests):
        status, output, errors = run(PROXY_CLIENTS[name], url, proxy)
    assert (status, output) == (0, [PAGE, PAGE, "1 connection"]), errors
    assert [each.split()[0] for each in requests] == ["CONNECT"]


def test_urllib3_speaks_tls_inside_the_tls_of_a_proxy(certs, run):
    with serving_pages(certs) as url, serving_tunnels(server_context(certs)) as (proxy, requests):
        status, output, errors = run(URLLIB3_PROXY, url, proxy)
    assert (status, output) == (0, [PAGE, PAGE, "1 connection"]), errors
    assert [each.split()[0] for each in requests] == ["CONNECT"]


@pytest.mark.parametrize("outer, inner", [("localhost", "wronghost"), ("wronghost", "localhost")])
def test_urllib3_refuses_either_of_two_names_that_is_wrong(certs, run, outer, inner):
    with serving_pages(certs, inner) as url, serving_tunnels(server_context(certs, outer)) as (proxy, requests):
        status, output, errors = run(URLLIB3_PROXY, url, proxy)
    assert (status, output) == (1, [])
    assert "Hostname mismatch" in errors, errors
    assert len(requests) == (outer == "localhost")


def test_a_server_of_aiohttp_answers_a_client_of_aiohttp(run):
    status, output, errors = run(AIOHTTP_SERVER)
    assert (status, output) == (0, [PAGE]), errors


def test_both_sides_of_asyncio_go_over_to_tls_on_an_open_connection(run):
    status, output, errors = run(START_TLS)
    assert (status, output) == (0, [PAGE]), errors
