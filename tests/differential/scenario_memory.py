"""Memory BIOs, and connections over them."""
from __future__ import absolute_import, division, print_function

import ssl

from tracing import Memory, client_context, server_context, told_of_both

BEFORE = ("getpeercert", "cipher", "version", "read", "selected_alpn_protocol", "pending", "compression",
          "shared_ciphers", "get_channel_binding", "unwrap", "get_verified_chain", "get_unverified_chain",
          "verify_client_post_handshake", "selected_npn_protocol")
ATTRIBUTES = ("context", "session", "session_reused", "server_side", "server_hostname")


def run(trace):
    use_bios(trace)
    before(trace)
    for version in ("TLSv1_2", "TLSv1_3"):
        talk(trace, version)
        end(trace, version)
    fail(trace)
    cut(trace)
    authenticate_later(trace)


def use_bios(trace):
    for name, arguments in (("an argument", (5,)), ("nothing", ())):
        trace.call("MemoryBIO(%s)" % name, ssl.MemoryBIO, *arguments)
    bio = ssl.MemoryBIO()
    for name, value in (("bytes", b"abc"), ("nothing", b""), ("bytearray", bytearray(b"de")), ("memoryview", memoryview(b"fg")),
                        ("None", None), ("a number", 5), ("a list", []), ("a part", memoryview(b"xhix")[1:3])):
        trace.call("MemoryBIO.write(%s)" % name, bio.write, value)
    trace.get("MemoryBIO.pending", bio, "pending")
    trace.get("MemoryBIO.eof", bio, "eof")
    for name, arguments in (("1", (1,)), ("0", (0,)), ("100", (100,)), ("after all", (1,)), ("-1", (-1,)), ("", ()),
                            ("None", (None,)), ("text", ("x",)), ("a huge number", (2 ** 70,)), ("a float", (1.5,))):
        trace.call("MemoryBIO.read(%s)" % name, bio.read, *arguments)
    bio.write(b"more")
    trace.call("MemoryBIO.write_eof()", bio.write_eof)
    trace.get("MemoryBIO.eof with something in it", bio, "eof")
    trace.call("MemoryBIO.write() after the end", bio.write, b"x")
    trace.call("MemoryBIO.write_eof() again", bio.write_eof)
    trace.call("MemoryBIO.read() after the end", bio.read)
    trace.get("MemoryBIO.eof when empty", bio, "eof")
    trace.call("MemoryBIO.read() when empty", bio.read)
    trace.call("MemoryBIO.pending = 1", setattr, bio, "pending", 1)
    large = ssl.MemoryBIO()
    trace.call("MemoryBIO.write(a megabyte)", large.write, b"m" * 1000000)
    trace.value("MemoryBIO.read() of a megabyte", len(large.read()))


def before(trace):
    made = Memory(client_context(trace), server_context(trace))
    for end_name, side in (("client", made.client), ("server", made.server)):
        for name in BEFORE:
            trace.call("before, %s: %s()" % (end_name, name), getattr(side, name, None) or (lambda: "none"))
        for name in ATTRIBUTES:
            trace.get("before, %s: %s" % (end_name, name), side, name)
        trace.call("before, %s: write()" % end_name, side.write, b"x")
        trace.value("before, %s: what went out" % end_name, (made.to_server if side is made.client else made.to_client).pending > 0)
        trace.call("before, %s: getpeercert(True)" % end_name, side.getpeercert, True)
        trace.call("before, %s: session = None" % end_name, setattr, side, "session", None)
        trace.call("before, %s: server_side = 1" % end_name, setattr, side, "server_side", 1)
        trace.call("before, %s: context = None" % end_name, setattr, side, "context", None)
        trace.call("before, %s: context = another" % end_name, setattr, side, "context", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


def make(trace, version, **settings):
    bound = getattr(ssl.TLSVersion, version)
    client = client_context(trace, minimum_version=bound, maximum_version=bound)
    server = server_context(trace)
    client.set_alpn_protocols(["h2", "http/1.1"])
    server.set_alpn_protocols(["http/1.1"])
    made = Memory(client, server)
    return made, made.shake()


def talk(trace, version):
    made, errors = make(trace, version)
    trace.note("%s: shaking hands" % version, told_of_both(errors))
    client, server = made.client, made.server
    for end_name, side in (("client", client), ("server", server)):
        for name in ("cipher", "version", "selected_alpn_protocol", "pending", "compression", "selected_npn_protocol"):
            trace.call("%s, %s: %s()" % (version, end_name, name), getattr(side, name, None) or (lambda: "none"))
        for name in ATTRIBUTES[1:]:
            trace.get("%s, %s: %s" % (version, end_name, name), side, name)
        for name in ("tls-unique", "x", "tls-server-end-point", None, 5):
            binding = trace.call("%s, %s: length of get_channel_binding(%r)" % (version, end_name, name),
                                 lambda: len(side.get_channel_binding(name) or b""))
            del binding
        trace.call("%s, %s: do_handshake() again" % (version, end_name), side.do_handshake)
        trace.call("%s, %s: shared_ciphers()" % (version, end_name), lambda: type(side.shared_ciphers()).__name__)
        trace.call("%s, %s: size of get_verified_chain()" % (version, end_name), lambda: len(side.get_verified_chain()))
        trace.call("%s, %s: size of get_unverified_chain()" % (version, end_name), lambda: len(side.get_unverified_chain()))
        trace.call("%s, %s: verify_client_post_handshake()" % (version, end_name), side.verify_client_post_handshake)
    trace.value("%s: bindings agree" % version, client.get_channel_binding() == server.get_channel_binding())
    for name, value in (("bytes", b"hello"), ("nothing", b""), ("bytearray", bytearray(b"there")), ("memoryview", memoryview(b"again")),
                        ("None", None), ("a number", 5), ("a list", [])):
        trace.call("%s: write(%s)" % (version, name), client.write, value)
    for name, arguments in (("3", (3,)), ("0", (0,)), ("-1", (-1,)), ("", ()), ("100", (100,)), ("None", (None,)), ("text", ("x",)),
                            ("a huge number", (2 ** 70,))):
        trace.call("%s: read(%s)" % (version, name), server.read, *arguments)
    for name, size, buffer in (("5 into 3", 5, bytearray(3)), ("3 into 5", 3, bytearray(5)), ("0 into 5", 0, bytearray(5)),
                               ("-1 into 5", -1, bytearray(5)), ("None into 5", None, bytearray(5)), ("5 into nothing", 5, bytearray()),
                               ("5 into bytes", 5, b"xxxxx"), ("5 into a memoryview", 5, memoryview(bytearray(5))),
                               ("5 into a number", 5, 7)):
        client.write(b"12345")
        trace.call("%s: read(%s)" % (version, name), server.read, size, buffer)
        trace.value("%s: buffer after read(%s)" % (version, name), buffer)
        trace.get("%s: pending after read(%s)" % (version, name), server, "server_side")
        trace.call("%s: rest after read(%s)" % (version, name), server.read, 1000)
    client.write(b"m" * 40000)
    trace.value("%s: sizes of reads of 40000 bytes" % version, [len(server.read(100000)) for _ in range(3)])
    client.write(b"12345")
    server.read(2)
    trace.call("%s: pending() with 3 left" % version, server.pending)


def end(trace, version):
    made, _errors = make(trace, version)
    made.settle()
    client, server = made.client, made.server
    server.write(b"last")
    for name, step in (
            ("client unwraps", client.unwrap), ("client unwraps again", client.unwrap), ("client writes", lambda: client.write(b"x")),
            ("client reads what was left", lambda: client.read(10)), ("server reads", lambda: server.read(1)),
            ("server reads again", lambda: server.read(1)), ("server writes", lambda: server.write(b"x")), ("server unwraps", server.unwrap),
            ("client unwraps at last", client.unwrap), ("client unwraps once more", client.unwrap), ("client reads", lambda: client.read(1)),
            ("client writes at the end", lambda: client.write(b"x")), ("server writes at the end", lambda: server.write(b"x")),
            ("server reads at the end", lambda: server.read(1)), ("client shakes hands", client.do_handshake),
            ("client's certificate of the peer", lambda: bool(client.getpeercert())), ("client's version", client.version),
            ("client's cipher", lambda: client.cipher() is None), ("client's binding", lambda: client.get_channel_binding() is None)):
        trace.call("%s, the end: %s" % (version, name), step)


def fail(trace):
    for name, client_options, server_options, host in (
            ("another name", {}, {}, "other.example"), ("no trust", {"fresh": True}, {}, "localhost"),
            ("versions apart", {"maximum_version": ssl.TLSVersion.TLSv1_2}, {"minimum_version": ssl.TLSVersion.TLSv1_3}, "localhost"),
            ("versions apart the other way", {"minimum_version": ssl.TLSVersion.TLSv1_3}, {"maximum_version": ssl.TLSVersion.TLSv1_2}, "localhost"),
            ("a certificate is asked for", {}, {"verify_mode": ssl.CERT_REQUIRED}, "localhost"),
            ("a certificate may be shown", {}, {"verify_mode": ssl.CERT_OPTIONAL}, "localhost"),
            ("nothing is checked", {"check_hostname": False, "verify_mode": ssl.CERT_NONE}, {}, "localhost"),
            ("the name is not checked", {"check_hostname": False}, {}, None),
            ("a revocation is looked up", {"verify_flags": ssl.VERIFY_CRL_CHECK_LEAF}, {}, "localhost")):
        client_options = dict(client_options)
        fresh = client_options.pop("fresh", False)
        client = client_context(trace) if not fresh else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for each, value in client_options.items():
            setattr(client, each, value)
        made = Memory(client, server_context(trace, **server_options), host)
        errors = made.shake()
        for side in (0, 1):
            if errors[side] is None:
                try:
                    (made.client, made.server)[side].read(1)
                except ssl.SSLError as error:
                    errors[side] = error
        trace.note("refused: " + name, told_of_both(errors))
        for end_name, side in (("client", made.client), ("server", made.server)):
            trace.call("refused: %s, %s does it again" % (name, end_name), side.do_handshake)
            trace.call("refused: %s, %s reads" % (name, end_name), side.read, 1)
            trace.call("refused: %s, %s writes" % (name, end_name), side.write, b"x")
            trace.call("refused: %s, %s unwraps" % (name, end_name), side.unwrap)
            trace.call("refused: %s, certificate of %s's peer" % (name, end_name), lambda: bool(side.getpeercert()))
            trace.call("refused: %s, version of %s" % (name, end_name), side.version)
    made = Memory(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    trace.note("refused: a server without certificate", told_of_both(made.shake()))
    apart = client_context(trace, maximum_version=ssl.TLSVersion.TLSv1_2)
    apart.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    trace.note("refused: no cipher in common", told_of_both(Memory(apart, server_context(trace)).shake()))


def cut(trace):
    """The end of what comes in, at each stage."""
    for version in ("TLSv1_2", "TLSv1_3"):
        made, _errors = make(trace, version)
        made.settle()
        made.server.write(b"some")
        made.to_client.write_eof()
        for at in range(3):
            trace.call("%s, cut off: read() %d" % (version, at), made.client.read, 2)
        for at in range(3):
            trace.call("%s, cut off: read() at the end %d" % (version, at), made.client.read, 2)
        trace.call("%s, cut off: write()" % version, made.client.write, b"x")
        trace.call("%s, cut off: unwrap()" % version, made.client.unwrap)
        made, _errors = make(trace, version)
        made.settle()
        made.to_client.write_eof()
        trace.call("%s, cut off: unwrap() first" % version, made.client.unwrap)
        trace.call("%s, cut off: unwrap() second" % version, made.client.unwrap)
        made, _errors = make(trace, version)
        made.settle()
        made.client.write(b"x" * 100)
        data = made.to_server.read()
        made.to_server.write(data[:50])
        trace.call("%s, half a record: read()" % version, made.server.read, 10)
        made.to_server.write(data[50:-1] + b"?")
        trace.call("%s, a spoiled record: read()" % version, made.server.read, 10)
        trace.call("%s, a spoiled record: read() again" % version, made.server.read, 10)
        trace.call("%s, a spoiled record: the other side reads" % version, made.client.read, 10)
        trace.call("%s, a spoiled record: the other side reads again" % version, made.client.read, 10)
    made = Memory(client_context(trace), server_context(trace))
    made.to_client.write_eof()
    for at in range(3):
        trace.call("cut off before the handshake: do_handshake() %d" % at, made.client.do_handshake)
    made = Memory(client_context(trace), server_context(trace))
    made.to_server.write_eof()
    trace.call("nowhere to write: do_handshake()", made.client.do_handshake)
    for name, data in (("HTTP", b"GET / HTTP/1.1\r\n\r\n"), ("HTTP's answer", b"HTTP/1.1 200 OK\r\n\r\n"), ("zeros", bytes(bytearray(50))),
                       ("SMTP", b"220 hello\r\n"), ("one byte", b"\x16")):
        for side_name in ("client", "server"):
            made = Memory(client_context(trace), server_context(trace))
            (made.to_client if side_name == "client" else made.to_server).write(data)
            side = getattr(made, side_name)
            trace.call("%s instead of TLS to a %s: do_handshake()" % (name, side_name), side.do_handshake)
            trace.call("%s instead of TLS to a %s: do_handshake() again" % (name, side_name), side.do_handshake)


def authenticate_later(trace):
    for offered in (True, False):
        client = client_context(trace, post_handshake_auth=offered)
        client.load_cert_chain(trace.path("client.pem"))
        server = server_context(trace, post_handshake_auth=True)
        server.load_verify_locations(trace.path("ca.pem"))
        made = Memory(client, server)
        made.shake()
        made.settle()
        server.verify_mode = ssl.CERT_REQUIRED
        name = "offered" if offered else "not offered"
        trace.call("later, %s: on a client" % name, made.client.verify_client_post_handshake)
        trace.call("later, %s: certificate before" % name, made.server.getpeercert)
        trace.call("later, %s: verify_client_post_handshake()" % name, made.server.verify_client_post_handshake)
        trace.call("later, %s: again at once" % name, made.server.verify_client_post_handshake)
        made.server.write(b"x")
        trace.call("later, %s: client reads" % name, made.client.read, 1)
        made.client.write(b"y")
        trace.call("later, %s: server reads" % name, made.server.read, 1)
        trace.call("later, %s: certificate after" % name, lambda: bool(made.server.getpeercert()))
