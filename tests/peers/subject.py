"""Speaks TLS with this interpreter's `ssl` as it is told, line by line, and tells what it saw.

Each line of the input is a JSON object: `role` (client or server), `settings`, `steps` and, for a client, `port`. A
server answers with its port first. Then both answer with what came of each step, up to the first that failed.
"""
from __future__ import absolute_import, division, print_function

import binascii
import errno
import io
import json
import re
import socket
import ssl
import sys

SECONDS = 6  # an exchange that takes longer hangs
LINE_OF_C = re.compile(r"( \(_ssl\.c:\d+\)|_ssl\.c:\d+: )")
CIPHERS = "ECDHE+AESGCM:@SECLEVEL=2"
# 2.7 shares the descriptor of a socket, so that it learns of a reset by another call.
GONE = (errno.ECONNRESET, errno.EPIPE)


def tell(error):
    """An exception, as callers can see it on 2.7 and on 3 alike."""
    if isinstance(error, ssl.SSLError) and "timed out" not in str(error):
        told = {"type": type(error).__name__, "text": LINE_OF_C.sub("", str(error))}
        for name in ("library", "reason", "verify_code", "verify_message"):
            if hasattr(error, name):
                told[name] = getattr(error, name)
        return told
    if "timed out" in str(error):
        return {"type": "hangs"}
    if isinstance(error, (socket.error, IOError)):
        return {"type": "OSError", "errno": "gone" if error.errno in GONE else errno.errorcode.get(error.errno)}
    return {"type": type(error).__name__, "text": str(error)}


def text(data):
    """Bytes for JSON: long ones in short."""
    if len(data) > 100:
        return "%d bytes" % len(data)
    return data.decode("latin-1")


def say_goodbye(connection):
    """End the TCP connection so that the peer gets all that was sent: whoever closes with something unread resets it."""
    try:
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    except EnvironmentError as error:
        if error.errno not in GONE + (errno.ENOTCONN, errno.EBADF):
            raise


class Subject(object):
    """One connection after the other; sessions are kept between them."""

    def __init__(self):
        self.sessions = {}
        self.contexts = {}

    def make_context(self, role, settings):
        """A context of one side; whatever a host would have by itself is said, so that all have the same."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if role == "client" else ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(settings.get("ciphers", CIPHERS))
        context.minimum_version = getattr(ssl.TLSVersion, settings.get("minimum", "TLSv1_2"))
        context.maximum_version = getattr(ssl.TLSVersion, settings.get("maximum", "TLSv1_3"))
        if "ca" in settings:
            context.load_verify_locations(settings["ca"])
        if "verify" in settings:
            context.check_hostname = False
            context.verify_mode = getattr(ssl, "CERT_" + settings["verify"])
        if "certificate" in settings:
            context.load_cert_chain(settings["certificate"])
        if "alpn" in settings:
            context.set_alpn_protocols(settings["alpn"])
        if "keylog" in settings:
            context.keylog_filename = settings["keylog"]
        if settings.get("late"):
            context.post_handshake_auth = True
        if "psk" in settings:
            key = binascii.unhexlify(settings["psk"])
            if role == "client":
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                context.set_psk_client_callback(lambda hint: ("subject", key))
            else:
                context.set_psk_server_callback(lambda identity: key, "hint")
        if "tickets" in settings:
            context.num_tickets = settings["tickets"]
        if "second" in settings:
            second = self.make_context(role, dict(settings["second"]))

            def switch(connection, name, _context):
                if name == "refused.example":
                    return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
                if name == "broken.example":
                    raise ValueError(name)
                if name is not None:
                    connection.context = second
            context.sni_callback = switch
        return context

    def take(self, order):
        """Follow one order; returns what came of it."""
        settings = order["settings"]
        context = self.contexts.get(settings.get("context")) or self.make_context(order["role"], settings)
        if "context" in settings:
            self.contexts[settings["context"]] = context
        if order["role"] == "client":
            plain = socket.create_connection(("127.0.0.1", order["port"]), SECONDS)
        else:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            listener.settimeout(SECONDS)
            say({"port": listener.getsockname()[1]})
            plain = listener.accept()[0]
            listener.close()
        plain.settimeout(SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = self.sessions[settings["resume"]] if "resume" in settings else None
        connection = context.wrap_socket(
            plain, server_side=order["role"] == "server", do_handshake_on_connect=False,
            suppress_ragged_eofs=settings.get("suppress", False),
            server_hostname=settings.get("host", "localhost") if order["role"] == "client" else None, session=session)
        done = []
        try:
            for step in order["steps"]:
                try:
                    done.append([step[0], getattr(self, "do_" + step[0])(connection, *step[1:])])
                except (EnvironmentError, ValueError) as error:
                    done.append([step[0], tell(error)])
                    break
            if "keep" in settings:
                self.sessions[settings["keep"]] = connection.session
            say_goodbye(connection)
        finally:
            connection.close()
            plain.close()
        return done

    def do_handshake(self, connection):
        connection.do_handshake()
        return connection.version()

    def do_facts(self, connection):
        certificate = connection.getpeercert()
        return {
            "cipher": list(connection.cipher()), "alpn": connection.selected_alpn_protocol(),
            "reused": connection.session_reused, "compression": connection.compression(),
            "certificate": certificate and repr(sorted(certificate)),
            "unique": connection.get_channel_binding("tls-unique") is not None,
        }

    def do_reused(self, connection):
        return connection.session_reused

    def do_send(self, connection, what):
        connection.sendall(what.encode("ascii"))
        return None

    def do_send_much(self, connection, size):
        connection.sendall(b"m" * size)
        return None

    def do_read(self, connection, size):
        heard = b""
        while len(heard) < size:
            more = connection.recv(size - len(heard))
            if not more:
                break
            heard += more
        return text(heard)

    def do_read_line(self, connection):
        heard = b""
        while not heard.endswith(b"\n"):
            more = connection.recv(1)
            if not more:
                break
            heard += more
        return text(heard)

    def do_read_head(self, connection):
        heard = b""
        while not heard.endswith(b"\r\n\r\n"):
            more = connection.recv(1)
            if not more:
                break
            heard += more
        return text(heard.split(b"\r\n")[0])

    def do_read_page(self, connection):
        heard = b""
        while True:
            more = connection.recv(65536)
            if not more:
                break
            heard += more
        head, _, body = heard.partition(b"\r\n\r\n")
        return [text(head.split(b"\r\n")[0]), text(body.split(b"\r\n")[0])]

    def do_read_all(self, connection):
        heard = b""
        while True:
            try:
                more = connection.recv(65536)
            except EnvironmentError as error:
                return {"heard": text(heard), "then": tell(error)}
            if not more:
                return {"heard": text(heard), "then": "end"}
            heard += more

    def do_unwrap(self, connection):
        connection.unwrap()
        return "unwrapped"

    def do_ask_certificate(self, connection):
        connection.verify_client_post_handshake()
        return None

    def do_has_certificate(self, connection):
        return bool(connection.getpeercert())


def say(what):
    """One line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main():
    """Follow the orders, until there are no more."""
    subject = Subject()
    say({"openssl": ssl.OPENSSL_VERSION})
    for line in io.open(sys.stdin.fileno(), encoding="utf-8", closefd=False):
        order = json.loads(line)
        if order == "forget":
            subject = Subject()
            continue
        try:
            say({"done": subject.take(order)})
        except Exception as error:
            say({"trouble": tell(error)})


if __name__ == "__main__":
    main()
