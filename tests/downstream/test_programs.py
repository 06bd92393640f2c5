"""Programs that stand on other people's packages, under regraft, against a server that speaks TLS 1.3 only."""
from __future__ import absolute_import, division, print_function

import contextlib
import os
import socket
import ssl
import subprocess
import sys

import pytest
from loopback import server_context, serving
from programs import (
    EVENTLET, EVENTLET_CONNECT, FORKING, GEVENT, MANY_GREENLETS, NEIGHBOURS, PIP_VENDORED, REQUESTS, TORNADO, URLLIB2,
    make_neighbourly,
)

PAGE = "the page over %s"
# At the end of each program: that it has had regraft's ssl.
PROOF = "\nimport regraft._openssl, ssl; assert issubclass(ssl.SSLContext, regraft._openssl._SSLContext)\n"
CLIENTS = {
    "urllib2": URLLIB2,
    "requests": REQUESTS,
    "gevent urllib2": GEVENT + URLLIB2,
    "gevent requests": GEVENT + REQUESTS,
    "eventlet urllib2": EVENTLET + URLLIB2,
    "eventlet requests": EVENTLET + REQUESTS,
    "eventlet connect": EVENTLET_CONNECT,
    "tornado": TORNADO,
    "pip's requests": PIP_VENDORED,
}


def answer(connection):
    """Serve one page, which says which protocol was spoken."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        more = connection.recv(4096)
        if not more:
            return
        heard += more
    body = PAGE % connection.version()
    head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)
    connection.sendall((head + body).encode("ascii"))
    # Wait for the peer's goodbye, so that the last bytes are not lost with a reset; some go without one.
    connection.recv(1)
    try:
        connection.unwrap()
    except (ssl.SSLError, socket.error):
        return


@contextlib.contextmanager
def serving_pages(certs, name="localhost", connections=1):
    """A server that speaks TLS 1.3 only; what is handed out is the address of its page."""
    context = server_context(certs, name)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with serving(answer, context, connections=connections) as server:
        yield "https://localhost:%d/" % server.address[1]


def run(program, url, certs):
    """The exit status, the output and the error output of a program, which this interpreter runs."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program + PROOF, url, os.path.join(certs, "ca.pem")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = process.communicate()
    return process.returncode, output.decode("utf-8"), errors.decode("utf-8")


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_an_unmodified_client_reads_a_page_over_tls_1_3(certs, name):
    with serving_pages(certs) as url:
        status, output, errors = run(CLIENTS[name], url, certs)
    assert (status, output.strip()) == (0, PAGE % "TLSv1.3"), errors


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_an_unmodified_client_refuses_a_certificate_for_another_host(certs, name):
    with serving_pages(certs, "wronghost") as url:
        status, output, errors = run(CLIENTS[name], url, certs)
    assert status == 1 and not output, output
    assert "Hostname mismatch" in errors or "doesn't match" in errors, errors


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_an_unmodified_client_refuses_a_certificate_that_nobody_it_trusts_has_signed(certs, name):
    with serving_pages(certs, "untrusted") as url:
        status, output, errors = run(CLIENTS[name], url, certs)
    assert status == 1 and not output, output
    assert "certificate verify failed" in errors, errors


def test_several_greenlets_read_at_the_same_time(certs):
    with serving_pages(certs, connections=5) as url:
        status, output, errors = run(MANY_GREENLETS, url, certs)
    assert (status, output.strip()) == (0, PAGE % "TLSv1.3" * 5), errors


def test_children_of_a_fork_speak_tls_and_have_random_numbers_of_their_own(certs):
    with serving_pages(certs, connections=3) as url:
        status, output, errors = run(FORKING, url, certs)
    assert (status, output.strip()) == (0, PAGE % "TLSv1.3" * 3), errors


@pytest.mark.parametrize("first", [True, False], ids=["before ssl", "after ssl"])
@pytest.mark.parametrize("neighbour", sorted(NEIGHBOURS))
def test_an_extension_with_an_openssl_of_its_own_works_beside_ours(certs, neighbour, first):
    with serving_pages(certs, connections=2 if neighbour == "pyOpenSSL" else 1) as url:
        status, output, errors = run(make_neighbourly(neighbour, first), url, certs)
    assert (status, output.strip()) == (0, PAGE % "TLSv1.3"), errors


def test_pip_starts():
    done = subprocess.Popen([sys.executable, "-m", "pip", "--version"], stdout=subprocess.PIPE)
    output = done.communicate()[0]
    assert done.returncode == 0 and output.startswith(b"pip "), output
