"""One connection to a host: resolved, connected, shaken hands with, and bounded in time."""
from __future__ import absolute_import, division, print_function

import errno
import select
import socket
import threading
import time

from regraft.doctor import faults, starttls

# How long a server of TLS 1.3 is waited for after the handshake, in seconds: only then it says that it wanted a
# certificate.
LINGER = 0.3
BANNER = 1.0  # seconds for the first words of a server that does not speak TLS


class Deadline(object):
    """A moment after which nothing is waited for."""

    def __init__(self, seconds):
        self.seconds = seconds
        self._end = _now() + seconds

    def remaining(self, what):
        """Return the seconds that are left. Args: what (str). Raises: Fault, when none are."""
        left = self._end - _now()
        if left <= 0:
            raise faults.Fault("timeout", "%s took longer than %g seconds" % (what, self.seconds))
        return left


def _now():
    return getattr(time, "monotonic", time.time)()


def resolve(target, deadline):
    """Return the addresses of a host (list of (family, sockaddr)).

    Raises: Fault
    """
    answer = []

    def ask():
        try:
            answer.append(socket.getaddrinfo(target.host, target.port, 0, socket.SOCK_STREAM))
        except (EnvironmentError, UnicodeError) as error:
            answer.append(error)

    # The resolver of the system knows no time-out; a thread can be left behind.
    thread = threading.Thread(target=ask)
    thread.daemon = True
    thread.start()
    thread.join(deadline.remaining("looking up %s" % target.host))
    if not answer:
        deadline.remaining("looking up %s" % target.host)
        raise faults.Fault("timeout", "looking up %s took longer than %g seconds" % (target.host, deadline.seconds))
    if isinstance(answer[0], Exception):
        raise faults.Fault("no-such-host", "%s cannot be looked up: %s" % (
            target.host, getattr(answer[0], "strerror", None) or answer[0]))
    return [(family, address) for family, _kind, _protocol, _name, address in answer[0]]


def connect(addresses, deadline):
    """Return a socket that is connected to the first address that answers, not blocking, and that address.

    Args: addresses (list), of `resolve`; deadline (Deadline)
    Raises: Fault, which tells of each address.
    """
    texts, kind = [], "unreachable"
    for number, (family, address) in enumerate(addresses):
        # Each address gets its part of the time: a first one that drops packets must not take all of it.
        share = deadline.remaining("connecting") / (len(addresses) - number)
        plain = None
        try:
            plain = socket.socket(family, socket.SOCK_STREAM)
            plain.settimeout(share)
            plain.connect(address)
            plain.setblocking(False)
            return plain, address
        except socket.timeout:
            texts.append("%s: no answer within %.3g seconds" % (show_address(address), share))
            kind = "timeout"
        except EnvironmentError as error:
            texts.append("%s: %s" % (show_address(address), error.strerror or error))
            kind = "refused" if error.errno == errno.ECONNREFUSED else kind
        plain and plain.close()
    raise faults.Fault(kind, "no connection; " + "; ".join(texts))


def show_address(address):
    """Return a sockaddr as text: "127.0.0.1:443", "[::1]:443"."""
    return ("[%s]:%d" if ":" in address[0] else "%s:%d") % address[:2]


def _wait(plain, deadline, what, to_write=False):
    ready = select.select([] if to_write else [plain], [plain] if to_write else [], [], deadline.remaining(what))
    if not any(ready):
        deadline.remaining(what)


def open_stream(plain, deadline, what):
    """Return a `starttls.Stream` over a socket that does not block."""
    def receive():
        while True:
            _wait(plain, deadline, what)
            try:
                return plain.recv(4096)
            except socket.error as error:
                if error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR):
                    raise

    def send(data):
        while data:
            _wait(plain, deadline, what, to_write=True)
            data = data[plain.send(data):]

    return starttls.Stream(receive, send)


def shake_hands(ssl, plain, context, name, deadline):
    """Return a TLS socket over a connected one, which then belongs to it, after the handshake.

    Args: ssl (module); plain (socket), not blocking; context; name (str or None), for SNI and the check of the name.
    Raises: what `ssl` raises; Fault, when the time is up.
    """
    tls = context.wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False)
    try:
        while True:
            try:
                tls.do_handshake()
                return tls
            except ssl.SSLWantReadError:
                _wait(tls, deadline, "the handshake")
            except ssl.SSLWantWriteError:
                _wait(tls, deadline, "the handshake", to_write=True)
    except BaseException:
        tls.close()
        raise


def linger(ssl, tls, took):
    """Wait a moment for what a server says right after a handshake of TLS 1.3.

    Args: took (float): seconds that the handshake took.
    Raises: what `ssl` raises: a server that wants a certificate refuses only now.
    """
    if tls.version() != "TLSv1.3":
        return
    end = _now() + max(LINGER, 2 * took)
    while _now() < end:
        if not select.select([tls], [], [], max(0, end - _now()))[0]:
            return
        try:
            tls.recv(1)
            return  # it speaks first, or has closed without a complaint
        except ssl.SSLWantReadError:
            # A ticket, which is sent when all is well.
            return


def listen(plain):
    """Return the first words (bytes) of a server that does not speak TLS, b"" if it waits for ours."""
    stream = open_stream(plain, Deadline(BANNER), "listening")
    try:
        return stream.read(1) + stream.rest
    except (faults.Fault, starttls.ConversationError, EnvironmentError):
        return b""
