"""Connections over sockets: blocking, not blocking, with seconds to wait; reading, writing, ending."""
from __future__ import absolute_import, division, print_function

import errno
import os
import select
import socket
import ssl
import tempfile

from tracing import Sockets, client_context, describe_error, make_pair, server_context

SOON = 0.05


def run(trace):
    before(trace)
    for version in ("TLSv1_2", "TLSv1_3"):
        after(trace, version)
        read_and_write(trace, version)
        end(trace, version)
        cut(trace, version)
    wait(trace)
    step_by_step(trace)
    plain_data(trace)
    send_files(trace)
    connect_and_accept(trace)


def echo(connection):
    """Send back what comes; the word `close` ends properly, `drop` without notice."""
    while True:
        data = connection.recv(70000)
        if not data:
            connection.unwrap()
            return
        if data == b"close":
            connection.unwrap()
            return
        if data == b"drop":
            connection.shutdown(socket.SHUT_RDWR)
            return
        connection.sendall(data)


def make(trace, version="TLSv1_3", serve=echo, **options):
    bound = getattr(ssl.TLSVersion, version)
    return Sockets(client_context(trace, minimum_version=bound, maximum_version=bound), server_context(trace), serve, **options)


def before(trace):
    pair = make_pair()
    connection = client_context(trace).wrap_socket(pair[0], server_hostname="localhost", do_handshake_on_connect=False)
    connection.settimeout(SOON)
    for name in ("getpeercert", "cipher", "version", "selected_alpn_protocol", "pending", "compression", "shared_ciphers",
                 "get_channel_binding", "selected_npn_protocol", "verify_client_post_handshake", "gettimeout"):
        trace.call("before: %s()" % name, getattr(connection, name, None) or (lambda: "none"))
    for name in ("session", "session_reused", "server_side", "server_hostname", "do_handshake_on_connect", "suppress_ragged_eofs"):
        trace.get("before: " + name, connection, name)
    for name, call in (("recv(1)", lambda: connection.recv(1)), ("read(1)", lambda: connection.read(1)), ("send(b'x')", lambda: connection.send(b"x")),
                       ("write(b'x')", lambda: connection.write(b"x")), ("sendall(b'x')", lambda: connection.sendall(b"x")),
                       ("do_handshake()", connection.do_handshake), ("do_handshake(True)", lambda: connection.do_handshake(True)),
                       ("do_handshake(block=False)", lambda: connection.do_handshake(block=False)), ("unwrap()", connection.unwrap),
                       ("recv_into(bytearray(1))", lambda: connection.recv_into(bytearray(1))), ("recvfrom(1)", lambda: connection.recvfrom(1)),
                       ("sendto(b'x', None)", lambda: connection.sendto(b"x", ("127.0.0.1", 1))), ("recvfrom_into(bytearray(1))", lambda: connection.recvfrom_into(bytearray(1))),
                       ("dup()", connection.dup)):
        trace.call("before: " + name, call)
    for attribute in ("server_side", "server_hostname", "session", "session_reused"):
        trace.call("before: %s = None" % attribute, setattr, connection, attribute, None)
    connection.settimeout(0)
    for name, call in (("recv(1)", lambda: connection.recv(1)), ("send(b'x')", lambda: connection.send(b"x")), ("do_handshake()", connection.do_handshake), ("unwrap()", connection.unwrap)):
        trace.call("before, without waiting: " + name, call)
    trace.call("before: close()", connection.close)
    for name, call in (("recv(1)", lambda: connection.recv(1)), ("send(b'x')", lambda: connection.send(b"x")), ("do_handshake()", connection.do_handshake),
                       ("fileno()", lambda: connection.fileno() == -1), ("unwrap()", connection.unwrap), ("getpeercert()", connection.getpeercert),
                       ("close()", connection.close)):
        trace.call("closed: " + name, call)
    pair[1].close()


def after(trace, version):
    made = make(trace, version)
    connection = made.client
    for name in ("version", "cipher", "selected_alpn_protocol", "pending", "compression"):
        trace.call("%s: %s()" % (version, name), getattr(connection, name))
    for name in ("server_side", "server_hostname", "session_reused"):
        trace.get("%s: %s" % (version, name), connection, name)
    for name, call in (
            ("do_handshake() again", connection.do_handshake), ("connect()", lambda: connection.connect(("127.0.0.1", 1))),
            ("connect_ex()", lambda: connection.connect_ex(("127.0.0.1", 1))),
            ("recvfrom(1)", lambda: connection.recvfrom(1)), ("recvfrom_into(bytearray(1))", lambda: connection.recvfrom_into(bytearray(1))),
            ("sendto(b'x', nowhere)", lambda: connection.sendto(b"x", ("127.0.0.1", 1))), ("dup()", connection.dup),
            ("recv(1, MSG_PEEK)", lambda: connection.recv(1, socket.MSG_PEEK)), ("send(b'x', MSG_OOB)", lambda: connection.send(b"x", socket.MSG_OOB)),
            ("sendall(b'x', MSG_OOB)", lambda: connection.sendall(b"x", socket.MSG_OOB)), ("recv_into(b, 1, MSG_PEEK)", lambda: connection.recv_into(bytearray(1), 1, socket.MSG_PEEK)),
            ("sendmsg([b'x'])", lambda: getattr(connection, "sendmsg", connection.sendto)([b"x"])),
            ("recvmsg(1)", lambda: getattr(connection, "recvmsg", connection.recvfrom)(1)), ("getpeercert(1)", lambda: type(connection.getpeercert(1)).__name__), ("getpeercert(binary_form=False)", lambda: sorted(connection.getpeercert(binary_form=False))),
            ("get_channel_binding('x')", lambda: connection.get_channel_binding("x")), ("getsockopt()", lambda: connection.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)),
            ("family", lambda: int(connection.family)), ("context is a context", lambda: isinstance(connection.context, ssl.SSLContext)),
            ("it is a socket", lambda: isinstance(connection, socket.socket)), ("fileno()", lambda: connection.fileno() > 2), ("its class", lambda: type(connection).__name__),
            ("its module", lambda: type(connection).__module__)):
        trace.call("%s: %s" % (version, name), call)
    made.close()


def read_and_write(trace, version):
    made = make(trace, version)
    connection = made.client

    def ask(size=5):
        connection.sendall(b"hello"[:size])

    for name, value in (("bytes", b"abc"), ("nothing", b""), ("bytearray", bytearray(b"abc")), ("memoryview", memoryview(b"abc"))):
        trace.call("%s: send(%s)" % (version, name), connection.send, value)
        trace.call("%s: what comes back of %s" % (version, name), lambda: connection.recv(100) if len(value) else "nothing")
        trace.call("%s: write(%s)" % (version, name), connection.write, value)
        trace.call("%s: what comes back of written %s" % (version, name), lambda: connection.read(100) if len(value) else "nothing")
        trace.call("%s: sendall(%s)" % (version, name), connection.sendall, value)
        trace.call("%s: what comes back of all %s" % (version, name), lambda: connection.recv(100) if len(value) else "nothing")
    for name, value in (("None", None), ("a number", 5), ("a list", [])):
        for method in ("send", "sendall", "write"):
            trace.call("%s: %s(%s)" % (version, method, name), getattr(connection, method), value)
    for name, arguments in (("3", (3,)), ("0", (0,)), ("", ()), ("-1", (-1,)), ("None", (None,)), ("text", ("x",)), ("a float", (1.5,))):
        ask()
        trace.call("%s: recv(%s)" % (version, name), connection.recv, *arguments)
        trace.call("%s: rest after recv(%s)" % (version, name), lambda: connection.recv(5 if trace.last else 0) if trace.last else None)
        drain(connection)
        ask()
        trace.call("%s: read(%s)" % (version, name), connection.read, *arguments)
        drain(connection)
    for name, buffer, arguments in (
            ("5", bytearray(5), ()), ("2 of 5", bytearray(5), (2,)), ("7 of 5", bytearray(5), (7,)), ("0 of 5", bytearray(5), (0,)), ("None of 5", bytearray(5), (None,)),
            ("nothing", bytearray(), ()), ("bytes", b"xxxxx", ()), ("None", None, ()), ("-1 of 5", bytearray(5), (-1,))):
        ask()
        trace.call("%s: recv_into(%s)" % (version, name), connection.recv_into, buffer, *arguments)
        trace.value("%s: buffer of recv_into(%s)" % (version, name), bytes(buffer) if buffer is not None else None)
        drain(connection)
        ask()
        fresh = bytearray(buffer) if isinstance(buffer, bytearray) else buffer
        trace.call("%s: read(1024, %s)" % (version, name), connection.read, 1024, fresh)
        drain(connection)
    connection.sendall(b"m" * 50000)
    total = sizes = 0
    while total < 50000:
        total += len(connection.recv(100000))
        sizes += 1
    trace.value("%s: 50000 bytes come back" % version, total)
    ask()
    connection.recv(2)
    trace.value("%s: pending() with 3 left" % version, connection.pending())
    connection.recv(3)
    connection.sendall(b"line one\nline two\n")
    stream = connection.makefile("rb")
    trace.call("%s: makefile().readline()" % version, stream.readline)
    trace.call("%s: makefile().readline() again" % version, stream.readline)
    stream.close()
    trace.call("%s: usable after the file is closed" % version, ask)
    trace.call("%s: recv() after the file is closed" % version, connection.recv, 5)
    made.close()


def drain(connection):
    """Read what is left, without a trace: the echo of a mark is its end."""
    connection.sendall(b"!")
    while not connection.recv(1000).endswith(b"!"):
        continue


def end(trace, version):
    made = make(trace, version)
    connection = made.client
    plain = trace.call("%s, unwrap: it" % version, lambda: type(connection.unwrap()) is not None)
    del plain
    for name, call in (("again", connection.unwrap), ("recv()", lambda: connection.recv(1)), ("send()", lambda: connection.send(b"x") in (0, 1)),
                       ("getpeercert()", connection.getpeercert), ("cipher()", connection.cipher), ("version()", connection.version),
                       ("session", lambda: connection.session), ("session_reused", lambda: connection.session_reused), ("pending()", connection.pending),
                       ("compression()", connection.compression), ("get_channel_binding()", connection.get_channel_binding), ("do_handshake()", connection.do_handshake),
                       ("selected_alpn_protocol()", connection.selected_alpn_protocol), ("shared_ciphers()", connection.shared_ciphers), ("read()", lambda: connection.read(1)),
                       ("write()", lambda: connection.write(b"x")), ("verify_client_post_handshake()", connection.verify_client_post_handshake)):
        trace.call("%s, after unwrap: %s" % (version, name), call)
    made.close()
    for how in ("SHUT_RD", "SHUT_WR", "SHUT_RDWR"):
        made = make(trace, version)
        trace.call("%s: shutdown(%s)" % (version, how), made.client.shutdown, getattr(socket, how))
        trace.call("%s: version() after shutdown(%s)" % (version, how), made.client.version)
        trace.call("%s: pending() after shutdown(%s)" % (version, how), made.client.pending)
        trace.call("%s: getpeercert() after shutdown(%s)" % (version, how), made.client.getpeercert)
        made.close()
    made = make(trace, version)
    trace.call("%s: shutdown(99)" % version, made.client.shutdown, 99)
    trace.call("%s: shutdown() without argument" % version, made.client.shutdown)
    made.close()
    made = make(trace, version)
    made.client.sendall(b"close")
    for at in range(3):
        trace.call("%s, the peer has ended: recv() %d" % (version, at), made.client.recv, 1)
    trace.call("%s, the peer has ended: recv_into()" % version, made.client.recv_into, bytearray(3))
    trace.call("%s, the peer has ended: unwrap()" % version, lambda: made.client.unwrap() is not None)
    made.close()
    if hasattr(ssl.SSLSocket, "detach"):
        made = make(trace, version)
        number = made.client.detach()
        trace.value("%s, detached: a descriptor" % version, number > 2)
        # 3.13.0 goes on to use the descriptor that it has given away, so nothing is read or written here.
        for name, call in (("version()", made.client.version), ("fileno()", made.client.fileno), ("close()", made.client.close)):
            trace.call("%s, detached: %s" % (version, name), call)
        os.close(number)
        made.close()


def cut(trace, version):
    for suppress in (True, False):
        made = make(trace, version, suppress_ragged_eofs=suppress)
        made.client.sendall(b"drop")
        name = "suppressed" if suppress else "not suppressed"
        for at in range(2):
            trace.call("%s, ragged end %s: recv() %d" % (version, name, at), made.client.recv, 1)
        trace.call("%s, ragged end %s: recv_into()" % (version, name), made.client.recv_into, bytearray(3))
        trace.call("%s, ragged end %s: read()" % (version, name), made.client.read)
        trace.call("%s, ragged end %s: unwrap()" % (version, name), made.client.unwrap)
        made.close()


def wait(trace):
    """A peer that says nothing: seconds to wait, or none."""
    pair = make_pair()
    connection = client_context(trace).wrap_socket(pair[0], server_hostname="localhost", do_handshake_on_connect=False)
    connection.settimeout(SOON)
    trace.call("a silent peer: do_handshake()", connection.do_handshake)
    trace.value("a silent peer: the class of a time-out", isinstance(trace.last, ssl.SSLError))
    trace.call("a silent peer: do_handshake() again", connection.do_handshake)
    connection.close()
    pair[1].close()
    pair = make_pair()
    pair[0].settimeout(SOON)
    trace.call("a silent peer: wrap_socket()", client_context(trace).wrap_socket, pair[0], server_hostname="localhost")
    for each in pair:
        each.close()

    stop = []

    def silent(connection):
        while not stop:
            select.select([], [], [], SOON)

    made = make(trace, serve=silent)
    connection = made.client
    for seconds in (SOON, 0):
        connection.settimeout(seconds)
        name = "waiting" if seconds else "not waiting"
        for step, call in (("recv()", lambda: connection.recv(1)), ("read()", lambda: connection.read(1)), ("recv_into()", lambda: connection.recv_into(bytearray(3)))):
            trace.call("%s: %s" % (name, step), call)

        def fill(connection=connection):
            for _ in range(2000):
                connection.sendall(b"f" * 16384)
        trace.call("%s: sendall() too much" % name, fill)

        def write(connection=connection):
            for _ in range(5):
                connection.write(b"f" * 16384)
        trace.call("%s: write() when full" % name, write)
        trace.call("%s: unwrap() when full" % name, connection.unwrap)
    trace.call("not waiting: send() when full", connection.send, b"f" * 16384)
    trace.call("a negative time", connection.settimeout, -1)
    stop.append(True)
    made.client.close()
    made.plain.close()
    made.thread.join(10)


def step_by_step(trace):
    """A handshake without waiting, in which each step and its exception is told."""
    for name, host in (("good", "localhost"), ("a wrong name", "other.example")):
        pair = make_pair()
        for each in pair:
            each.settimeout(0)
        sides = [client_context(trace).wrap_socket(pair[0], server_hostname=host, do_handshake_on_connect=False),
                 server_context(trace).wrap_socket(pair[1], server_side=True, do_handshake_on_connect=False)]
        told = [[], []]
        for at in (0, 1, 0, 1, 0, 1):
            select.select([sides[at]], [], [], SOON)
            try:
                sides[at].do_handshake()
                told[at].append("done")
            except (ssl.SSLError, socket.error) as error:
                told[at].append(describe_error(error))
        trace.note("step by step, %s: client" % name, told[0])
        trace.note("step by step, %s: server" % name, told[1])
        trace.call("step by step, %s: recv()" % name, sides[0].recv, 1)
        trace.call("step by step, %s: send()" % name, sides[0].send, b"x")
        trace.call("step by step, %s: getpeercert()" % name, lambda: bool(sides[0].getpeercert()))
        for each in sides:
            each.close()


def plain_data(trace):
    """Data that comes before the handshake, and a peer that is gone."""
    for name in ("server", "client"):
        pair = make_pair()
        pair[1].sendall(b"GET / HTTP/1.0\r\n\r\n")
        if name == "server":
            trace.call("plain data, and the peer is there: %s" % name, server_context(trace).wrap_socket, pair[0], server_side=True)
        else:
            trace.call("plain data, and the peer is there: %s" % name, client_context(trace).wrap_socket, pair[0], server_hostname="localhost")
        for each in pair:
            each.close()
    for name in ("server", "client"):
        pair = make_pair()
        pair[1].close()

        def wrap(plain=pair[0], name=name):
            try:
                if name == "server":
                    return server_context(trace).wrap_socket(plain, server_side=True)
                return client_context(trace).wrap_socket(plain, server_hostname="localhost")
            except (socket.error, ssl.SSLError) as error:
                return "gone" if getattr(error, "errno", None) in (errno.EPIPE, errno.ECONNRESET, ssl.SSL_ERROR_EOF) else describe_error(error)
        trace.call("the peer is gone: %s" % name, wrap)
        pair[0].close()


def send_files(trace):
    with tempfile.TemporaryFile() as stream:
        stream.write(b"0123456789" * 10)
        for name, arguments in (("all", ()), ("from 95", (95,)), ("from 10, 5", (10, 5)), ("from 100", (100,)), ("text", ("x",)), ("-1", (-1,)), ("0, 0", (0, 0)), ("0, -1", (0, -1)), ("None", (None,))):
            made = make(trace)
            stream.seek(0)
            sent = trace.call("sendfile(%s)" % name, lambda: getattr(made.client, "sendfile")(stream, *arguments))
            trace.call("what comes back of sendfile(%s)" % name, lambda: made.client.recv(200) if sent else None)
            made.close()
        made = make(trace)
        trace.call("sendfile() of None", lambda: made.client.sendfile(None))
        trace.call("sendfile() of text", lambda: made.client.sendfile("x"))
        made.close()


def connect_and_accept(trace):
    import threading

    listener = server_context(trace).wrap_socket(socket.socket(), server_side=True)
    listener.bind(("127.0.0.1", 0))
    listener.listen(3)
    listener.settimeout(10)
    seen = []

    def serve():
        for _ in range(3):
            try:
                connection, address = listener.accept()
                seen.append((type(connection).__name__, connection.server_side, len(address), connection.version()))
                connection.close()
            except (ssl.SSLError, socket.error) as error:
                seen.append(describe_error(error))
    thread = threading.Thread(target=serve)
    thread.start()
    for name, host, method in (("connect", "localhost", "connect"), ("connect_ex", "localhost", "connect_ex"), ("connect with a wrong name", "other.example", "connect")):
        client = client_context(trace).wrap_socket(socket.socket(), server_hostname=host)
        client.settimeout(10)
        trace.call("%s()" % name, getattr(client, method), listener.getsockname())
        trace.call("%s(): version()" % name, client.version)
        client.close()
    thread.join(10)
    trace.value("accept(): what it gave", seen[:2])
    trace.note("accept(): a client that refuses", seen[2] if isinstance(seen[2], dict) else "accepted")
    listener.settimeout(SOON)
    trace.call("accept() when nobody comes", listener.accept)
    for call in ("recv", "read"):
        trace.call("%s() of a listener" % call, getattr(listener, call), 1)
    trace.call("do_handshake() of a listener", listener.do_handshake)
    listener.close()
    client = client_context(trace).wrap_socket(socket.socket(), server_hostname="localhost", do_handshake_on_connect=False)
    trace.call("connect_ex() to nobody", client.connect_ex, ("127.0.0.1", 1))
    client.close()
