"""Servers on loopback for the clients of the standard library: they say what they have seen of a client."""
from __future__ import absolute_import, division, print_function

import contextlib
import json
import socket
import ssl

from loopback import server_context, serving
from shown import run

MESSAGE = "<?xml version='1.0'?><methodResponse><params><param><value><string>%s</string></value></param></params></methodResponse>"


class Seen(object):
    """What a server has seen. Attributes: url (str); requests (list of bytes), names, versions, protocols, certificates
    (lists, an entry for each connection)."""

    def __init__(self):
        self.requests, self.names, self.versions, self.protocols, self.certificates = [], [], [], [], []


def ask(release, code, *arguments, **variables):
    """Return what code that is shown a release, and is given arguments, prints as JSON; variables are the environment's."""
    result = run("-m", "regraft", "run", "--as", release, "-c", code, *arguments, **variables)
    assert result.status == 0, result
    return json.loads(result.out)


def read_request(connection):
    """Return a request of HTTP with its body (bytes); empty if there is none."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        more = connection.recv(4096)
        if not more:
            return b""
        heard += more
    head, _, body = heard.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0].partition(b":")[2]):
        body += connection.recv(4096)
    return head + b"\r\n\r\n" + body


def say_goodbye(connection):
    """Close the TLS of a connection; a client may be gone without."""
    try:
        connection.unwrap()
    except (ssl.SSLError, socket.error):
        return


@contextlib.contextmanager
def serving_pages(certs, connections, name="localhost", tunnel=False):
    """Serve pages, and to POST answers of XML-RPC, each of them the server name that the client sent.

    Args: tunnel (bool): a proxy stands before it, which is asked to CONNECT.
    """
    seen = Seen()
    context = server_context(certs, name)
    context.load_verify_locations(certs + "/ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    latest = []
    context.sni_callback = lambda connection, told, _: latest.append(told)

    def answer(connection):
        if tunnel:
            seen.requests.append(read_request(connection))
            connection.sendall(b"HTTP/1.0 200 Connection established\r\n\r\n")
            connection = context.wrap_socket(connection, server_side=True)
        told = latest.pop() if latest else None
        seen.names.append(told)
        seen.versions.append(connection.version())
        seen.protocols.append(connection.selected_alpn_protocol())
        seen.certificates.append(bool(connection.getpeercert()))
        request = read_request(connection)
        seen.requests.append(request)
        body = (MESSAGE if b"text/xml" in request else "%s") % told
        head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall((head + body).encode("ascii"))
        say_goodbye(connection)

    with serving(answer, None if tunnel else context, connections=connections) as server:
        seen.port = server.address[1]
        seen.url = "https://localhost:%d/" % seen.port
        seen.errors = server.errors
        yield seen


@contextlib.contextmanager
def serving_lines(certs, greeting, answers, oldest=None, start_tls=None):
    """Serve one connection of a protocol of lines.

    Args:
        greeting (bytes); answers (list of (bytes, bytes)): the start of a line, and what is said to it, in which {0} is
            the first word of the line.
        oldest (int): wire number of the oldest protocol, from which on all is allowed.
        start_tls (bytes): the start of the line after whose answer TLS begins; None: with the connection.
    """
    seen = Seen()
    context = server_context(certs)
    if oldest is not None:
        context.minimum_version = oldest
        context.set_ciphers("ALL:@SECLEVEL=0")

    def answer(connection):
        connection.sendall(greeting)
        stream = connection.makefile("rb")
        while True:
            line = stream.readline()
            if not line:
                return
            seen.requests.append(line.strip())
            found = [words for start, words in answers if line.upper().startswith(start) or start in line.upper()]
            connection.sendall(found[0].replace(b"{0}", line.split()[0]))
            if start_tls is not None and line.upper().startswith(start_tls):
                connection = context.wrap_socket(connection, server_side=True)
                stream = connection.makefile("rb")
            if hasattr(connection, "version"):
                seen.versions.append(connection.version())
            if line.upper().split()[-1] in (b"QUIT", b"LOGOUT"):
                if hasattr(connection, "unwrap"):
                    say_goodbye(connection)
                return

    with serving(answer, None if start_tls else context) as server:
        seen.port = server.address[1]
        seen.errors = server.errors
        yield seen
