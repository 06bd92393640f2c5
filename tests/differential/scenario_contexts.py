"""Contexts, and what can be set on them."""
from __future__ import absolute_import, division, print_function

import os
import socket
import ssl
import tempfile

from tracing import make_pair

PROTOCOLS = ("PROTOCOL_TLS", "PROTOCOL_TLS_CLIENT", "PROTOCOL_TLS_SERVER", "PROTOCOL_TLSv1", "PROTOCOL_TLSv1_1",
             "PROTOCOL_TLSv1_2")
ATTRIBUTES = ("verify_mode", "check_hostname", "options", "verify_flags", "minimum_version", "maximum_version",
              "security_level", "num_tickets", "post_handshake_auth", "keylog_filename", "sni_callback", "protocol",
              "hostname_checks_common_name", "sslsocket_class", "sslobject_class")
ODD = (("text", "x"), ("None", None), ("a float", 1.5), ("a list", []), ("a huge number", 2 ** 70),
       ("a large number", 2 ** 40), ("-1", -1))
VERSIONS = ("MINIMUM_SUPPORTED", "MAXIMUM_SUPPORTED", "SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3")


def new(protocol=ssl.PROTOCOL_TLS_CLIENT):
    return ssl.SSLContext(protocol)


def run(trace):
    construct(trace)
    set_numbers(trace)
    set_versions(trace)
    set_others(trace)
    delete(trace)
    choose_ciphers(trace)
    choose_groups(trace)
    choose_protocols(trace)
    load_trust(trace)
    load_own(trace)
    load_parameters(trace)
    register(trace)
    wrap(trace)


def construct(trace):
    for name in PROTOCOLS:
        context = trace.call("SSLContext(%s)" % name, ssl.SSLContext, getattr(ssl, name))
        for attribute in ATTRIBUTES:
            trace.get("SSLContext(%s).%s" % (name, attribute), context, attribute)
        trace.call("SSLContext(%s).session_stats()" % name, context.session_stats)
        trace.call("SSLContext(%s).cert_store_stats()" % name, context.cert_store_stats)
        trace.call("SSLContext(%s).get_ca_certs()" % name, context.get_ca_certs)
        trace.value("SSLContext(%s): names of ciphers" % name, [each["name"] for each in context.get_ciphers()])
    trace.value("get_ciphers() of a client: first", new().get_ciphers()[0])
    for name, value in ODD + (("99", 99), ("PROTOCOL_SSLv3", 1), ("PROTOCOL_SSLv2", 0)):
        trace.call("SSLContext(%s)" % name, ssl.SSLContext, value)
    trace.call("SSLContext()", ssl.SSLContext)
    trace.call("SSLContext(protocol=PROTOCOL_TLS_CLIENT)", lambda: ssl.SSLContext(protocol=ssl.PROTOCOL_TLS_CLIENT))

    class Child(ssl.SSLContext):
        pass
    trace.call("a subclass", Child, ssl.PROTOCOL_TLS_CLIENT)


def set_numbers(trace):
    for attribute, values in (
            ("verify_mode", [("CERT_" + each, getattr(ssl, "CERT_" + each)) for each in ("NONE", "OPTIONAL", "REQUIRED")]
             + [("0", 0), ("2", 2), ("3", 3), ("True", True)]),
            ("options", [("0", 0), ("OP_ALL", ssl.OP_ALL), ("OP_NO_TLSv1_2", ssl.OP_NO_TLSv1_2), ("1", 1)]),
            ("verify_flags", [(each, getattr(ssl, each)) for each in (
                "VERIFY_DEFAULT", "VERIFY_CRL_CHECK_LEAF", "VERIFY_CRL_CHECK_CHAIN", "VERIFY_X509_STRICT",
                "VERIFY_X509_TRUSTED_FIRST", "VERIFY_X509_PARTIAL_CHAIN", "VERIFY_ALLOW_PROXY_CERTS")]),
            ("num_tickets", [(str(each), each) for each in (0, 1, 2, 7)]),
            ("post_handshake_auth", [("True", True), ("False", False), ("1", 1)]),
            ("check_hostname", [("True", True), ("False", False), ("1", 1), ("0", 0)]),
            ("hostname_checks_common_name", [("False", False), ("True", True), ("0", 0)])):
        for side in ("CLIENT", "SERVER"):
            for name, value in tuple(values) + ODD:
                context = new(getattr(ssl, "PROTOCOL_TLS_" + side))
                trace.set("%s.%s = %s" % (side, attribute, name), context, attribute, value)
    context = new()
    trace.set("verify_mode = CERT_NONE with check_hostname", context, "verify_mode", ssl.CERT_NONE)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    trace.set("check_hostname = True without verification", context, "check_hostname", True)
    trace.get("verify_mode after it", context, "verify_mode")
    context = new()
    context.options |= ssl.OP_NO_TLSv1_3
    trace.get("options with OP_NO_TLSv1_3", context, "options")
    context.options &= ~ssl.OP_NO_TLSv1_3
    trace.get("options without OP_NO_TLSv1_3", context, "options")
    context.options &= ~ssl.OP_ALL
    trace.get("options without OP_ALL", context, "options")
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.verify_flags &= ~ssl.VERIFY_X509_TRUSTED_FIRST
    trace.get("verify_flags, one more and one less", context, "verify_flags")


def set_versions(trace):
    for protocol in PROTOCOLS:
        for attribute in ("minimum_version", "maximum_version"):
            for name in VERSIONS:
                context = new(getattr(ssl, protocol))
                trace.set("%s.%s = %s" % (protocol, attribute, name), context, attribute, getattr(ssl.TLSVersion, name))
    for attribute in ("minimum_version", "maximum_version"):
        for name, value in ODD + (("0x303", 0x303), ("1", 1), ("0", 0), ("0x305", 0x305)):
            trace.set("%s = %s" % (attribute, name), new(), attribute, value)
    context = new()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    trace.set("maximum_version below minimum_version", context, "maximum_version", ssl.TLSVersion.TLSv1_2)


def set_others(trace):
    folder = tempfile.mkdtemp()
    for name, value in (("a path", os.path.join(folder, "log")), ("the same again", os.path.join(folder, "log")),
                        ("None", None), ("a missing directory", os.path.join("/nowhere", "log")), ("a number", 5.5),
                        ("a list", []), ("a directory", "/")):
        context = new()
        trace.call("keylog_filename = " + name, setattr, context, "keylog_filename", value)
        trace.value("keylog_filename after %s is None" % name, context.keylog_filename is None)
    for attribute in ("protocol", "security_level", "session_stats"):
        trace.call("%s = 1" % attribute, setattr, new(), attribute, 1)
    for name, value in ODD[:4]:
        trace.call("sni_callback = " + name, setattr, new(ssl.PROTOCOL_TLS_SERVER), "sni_callback", value)
        trace.call("set_servername_callback(%s)" % name, new(ssl.PROTOCOL_TLS_SERVER).set_servername_callback, value)
        trace.call("_msg_callback = " + name, setattr, new(), "_msg_callback", value)
    trace.call("sni_callback of a client", setattr, new(), "sni_callback", lambda *arguments: None)
    context = new(ssl.PROTOCOL_TLS_SERVER)

    def callback(*_arguments):
        return None
    context.sni_callback = callback
    trace.value("sni_callback is what was set", context.sni_callback is callback)
    context._msg_callback = callback
    trace.value("_msg_callback is what was set", context._msg_callback is callback)
    context.sni_callback = None
    trace.get("sni_callback after None", context, "sni_callback")
    trace.call("a new attribute", setattr, context, "of_mine", 1)


def delete(trace):
    for attribute in ATTRIBUTES:
        if attribute != "keylog_filename":  # 3.13.0 crashes
            trace.call("del " + attribute, delattr, new(), attribute)


def choose_ciphers(trace):
    for name in ("ALL", "DEFAULT", "ECDHE+AESGCM", "ECDHE+AESGCM:!AES256", "aNULL:@SECLEVEL=0", "PSK:@SECLEVEL=1", "", "x",
                 "ALL:x", "TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "@STRENGTH", "ALL:@SECLEVEL=9", "!ALL",
                 " ", "ALL:COMPLEMENTOFALL"):
        context = new()
        trace.call("set_ciphers(%r)" % name, context.set_ciphers, name)
        trace.value("names of ciphers after set_ciphers(%r)" % name, [each["name"] for each in context.get_ciphers()])
        trace.get("security_level after set_ciphers(%r)" % name, context, "security_level")
    for name, value in (("None", None), ("a number", 5), ("a list", ["ALL"]), ("unicode", u"ALL"), ("a NUL", "ALL\0x"),
                        ("no ASCII", u"\xe4")):
        trace.call("set_ciphers(%s)" % name, new().set_ciphers, value)
    trace.call("set_ciphers()", new().set_ciphers)


def choose_groups(trace):
    for name in ("prime256v1", "secp384r1", "X25519", "secp256k1", "x", "", "P-256", "prime256v1:secp384r1"):
        trace.call("set_ecdh_curve(%r)" % name, new(ssl.PROTOCOL_TLS_SERVER).set_ecdh_curve, name)
    for name, value in (("None", None), ("a number", 5), ("unicode", u"prime256v1"), ("bytes", b"prime256v1"),
                        ("a NUL", "prime256v1\0")):
        trace.call("set_ecdh_curve(%s)" % name, new(ssl.PROTOCOL_TLS_SERVER).set_ecdh_curve, value)


def choose_protocols(trace):
    for name, value in (
            ("[]", []), ("['h2']", ["h2"]), ("('h2', 'http/1.1')", ("h2", "http/1.1")), ("['']", [""]),
            ("255 letters", ["a" * 255]), ("256 letters", ["a" * 256]), ("None", None), ("'ab'", "ab"), ("[5]", [5]),
            ("[None]", [None]), ("unicode", [u"h2"]), ("no ASCII", [u"\xe4"]), ("300 times 255 letters", ["a" * 255] * 300),
            ("a generator", (each for each in ("a", "b")))):
        trace.call("set_alpn_protocols(%s)" % name, new().set_alpn_protocols, value)


def load_trust(trace):
    def read(name):
        with open(trace.path(name), "rb") as stream:
            return stream.read()

    pem, der = read("ca.pem").decode("ascii"), read("ca.der")
    with tempfile.NamedTemporaryFile(suffix=".pem") as empty:
        for name, keywords in (
                ("nothing", {}), ("cafile", {"cafile": trace.path("ca.pem")}),
                ("cafile of two", {"cafile": trace.path("ca-and-other.pem")}),
                ("cafile missing", {"cafile": "/nowhere/ca.pem"}), ("cafile is a directory", {"cafile": trace.certs}),
                ("cafile is empty", {"cafile": empty.name}), ("cafile is a key", {"cafile": trace.path("localhost-key.pem")}),
                ("cafile is DER", {"cafile": trace.path("ca.der")}), ("cafile is a leaf", {"cafile": trace.path("localhost-cert.pem")}),
                ("cafile has key and leaf", {"cafile": trace.path("localhost.pem")}),
                ("cafile is a list of revocations", {"cafile": trace.path("crl.pem")}),
                ("cafile is a number", {"cafile": 5}), ("cafile is a list", {"cafile": []}),
                ("cafile is unicode", {"cafile": type(u"")(trace.path("ca.pem"))}), ("cafile with NUL", {"cafile": "a\0b"}),
                ("capath", {"capath": trace.path("ca-path")}), ("capath missing", {"capath": "/nowhere"}),
                ("capath is a number", {"capath": 5}), ("cafile and capath", {"cafile": trace.path("ca.pem"), "capath": trace.path("ca-path")}),
                ("PEM", {"cadata": pem}), ("PEM twice", {"cadata": pem + pem}), ("PEM in text", {"cadata": "x" + pem + "y"}),
                ("PEM cut short", {"cadata": pem[:-40]}), ("PEM of a key", {"cadata": read("ca-key.pem").decode("ascii")}),
                ("PEM then broken PEM", {"cadata": pem + pem[:60]}),
                ("DER", {"cadata": der}), ("DER twice", {"cadata": der + der}), ("DER cut short", {"cadata": der[:-1]}),
                ("DER and more", {"cadata": der + b"x"}), ("two DER", {"cadata": der + ssl.PEM_cert_to_DER_cert(read("other-ca.pem").decode("ascii"))}),
                ("DER as bytearray", {"cadata": bytearray(der)}), ("DER as memoryview", {"cadata": memoryview(der)}),
                ("empty text", {"cadata": u""}), ("empty bytes", {"cadata": b""}), ("words", {"cadata": u"broken"}),
                ("broken bytes", {"cadata": b"\x30\x03broken"}), ("text without ASCII", {"cadata": u"\xe4"}),
                ("cadata is a number", {"cadata": 5}), ("cadata is a list", {"cadata": []}),
                ("cafile and cadata", {"cafile": trace.path("other-ca.pem"), "cadata": pem})):
            context = new()
            trace.call("load_verify_locations(%s)" % name, context.load_verify_locations, **keywords)
            trace.call("cert_store_stats() after load_verify_locations(%s)" % name, context.cert_store_stats)
            trace.value("certificates after load_verify_locations(%s)" % name, len(context.get_ca_certs()))
    context = new()
    context.load_verify_locations(trace.path("ca.pem"))
    trace.value("get_ca_certs(): keys", sorted(context.get_ca_certs()[0]))
    trace.value("get_ca_certs(True) is the DER", context.get_ca_certs(True) == [der])
    trace.value("get_ca_certs(binary_form=True) is the DER", context.get_ca_certs(binary_form=True) == [der])
    for name, value in (("nothing", ()), ("SERVER_AUTH", (ssl.Purpose.SERVER_AUTH,)), ("CLIENT_AUTH", (ssl.Purpose.CLIENT_AUTH,)),
                        ("text", ("x",)), ("None", (None,))):
        trace.call("load_default_certs(%s)" % name, new().load_default_certs, *value)
    trace.call("set_default_verify_paths()", new().set_default_verify_paths)


def load_own(trace):
    def raise_it():
        raise KeyError("mine")

    good, locked = trace.path("localhost.pem"), trace.path("localhost-encrypted.pem")
    cert, key = trace.path("localhost-cert.pem"), trace.path("localhost-key.pem")
    for name, arguments, keywords in (
            ("one file", (good,), {}), ("two files", (cert, key), {}), ("keywords", (), {"certfile": cert, "keyfile": key}),
            ("nothing", (), {}), ("None", (None,), {}), ("only a key", (), {"keyfile": key}),
            ("a certificate without key", (cert,), {}), ("a key without certificate", (key,), {}),
            ("another's key", (cert, trace.path("second-key.pem")), {}), ("a key of another kind", (cert, trace.path("localhost-rsa-key.pem")), {}),
            ("a missing file", ("/nowhere/a.pem",), {}), ("a missing key", (cert, "/nowhere/a.pem"), {}),
            ("a directory", (trace.certs,), {}), ("a number", (5,), {}), ("a list", ([],), {}), ("DER", (trace.path("ca.der"),), {}),
            ("parameters", (trace.path("dh2048.pem"),), {}), ("NUL", ("a\0b",), {}), ("unicode", (type(u"")(good),), {}),
            ("the chain", (trace.path("intermediate-chain.pem"),), {}), ("weak", (trace.path("weak.pem"),), {}),
            ("password", (locked,), {"password": "secret"}), ("password as unicode", (locked,), {"password": u"secret"}),
            ("password as bytes", (locked,), {"password": b"secret"}), ("password as bytearray", (locked,), {"password": bytearray(b"secret")}),
            ("password by function", (locked,), {"password": lambda: "secret"}), ("password by function as bytes", (locked,), {"password": lambda: b"secret"}),
            ("password by function as bytearray", (locked,), {"password": lambda: bytearray(b"secret")}),
            ("a wrong password", (locked,), {"password": "other"}), ("an empty password", (locked,), {"password": ""}),
            ("a number for password", (locked,), {"password": 5}), ("a function that gives a number", (locked,), {"password": lambda: 5}),
            ("a function that gives None", (locked,), {"password": lambda: None}), ("a function that raises", (locked,), {"password": raise_it}),
            ("a function with argument", (locked,), {"password": lambda x: "secret"}), ("1023 letters of password", (locked,), {"password": "a" * 1023}),
            ("a long password", (locked,), {"password": "a" * 102400}), ("a function that gives a long password", (locked,), {"password": lambda: "a" * 102400}),
            ("a password that is not needed", (good,), {"password": raise_it})):
        trace.call("load_cert_chain(%s)" % name, new(ssl.PROTOCOL_TLS_SERVER).load_cert_chain, *arguments, **keywords)


def load_parameters(trace):
    for name, arguments in (
            ("good", (trace.path("dh2048.pem"),)), ("missing", ("/nowhere/dh.pem",)), ("a certificate", (trace.path("ca.pem"),)),
            ("None", (None,)), ("a number", (5,)), ("nothing", ()), ("a directory", (trace.certs,)), ("NUL", ("a\0b",))):
        trace.call("load_dh_params(%s)" % name, new(ssl.PROTOCOL_TLS_SERVER).load_dh_params, *arguments)


def register(trace):
    for side in ("CLIENT", "SERVER"):
        for method, good in (("set_psk_client_callback", lambda hint: (None, b"")), ("set_psk_server_callback", lambda identity: b"")):
            for name, arguments in (("a function", (good,)), ("None", (None,)), ("a number", (5,)), ("nothing", ())):
                context = new(getattr(ssl, "PROTOCOL_TLS_" + side))
                trace.call("%s.%s(%s)" % (side, method, name), getattr(context, method), *arguments)
    for name, value in (("None", None), ("text", "hint"), ("empty", ""), ("a number", 5), ("256 letters", "a" * 256),
                        ("257 letters", "a" * 257), ("unicode", u"\xe4"), ("NUL", "a\0b")):
        context = new(ssl.PROTOCOL_TLS_SERVER)
        trace.call("identity_hint=%s" % name, context.set_psk_server_callback, lambda identity: b"", value)


def wrap(trace):
    server = new(ssl.PROTOCOL_TLS_SERVER)
    for name, host in (("None", None), ("empty", ""), ("a dot first", ".a.example"), ("300 letters", "a" * 300),
                       ("64 letters in a label", "a" * 64 + ".example"), ("NUL", "a\0b"), ("no ASCII", u"b\xfccher.example"),
                       ("an A-label", "xn--bcher-kva.example"), ("a wrong A-label", "xn--.example"), ("bytes", b"a.example"), ("a number", 5), ("an address", "127.0.0.1"),
                       ("an address of version 6", "::1"), ("an address in brackets", "[::1]"), ("a dot last", "a.example."),
                       ("two dots", "a..example"), ("a space", "a b"), ("an underscore", "a_b")):
        made = trace.call("wrap_bio(server_hostname=%s)" % name, new().wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=host)
        if made is not None:
            trace.get("server_hostname of %s" % name, made, "server_hostname")
    for name, context, keywords in (
            ("a server with a name", server, {"server_side": True, "server_hostname": "a"}), ("a client of a server's context", server, {}),
            ("a server of a client's context", new(), {"server_side": True}), ("a session that is none", new(), {"server_hostname": "a", "session": 5}),
            ("a session for a server", server, {"server_side": True, "session": 5})):
        trace.call("wrap_bio(%s)" % name, context.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), **keywords)
        pair = make_pair()
        trace.call("wrap_socket(%s)" % name, context.wrap_socket, pair[0], do_handshake_on_connect=False, **keywords)
        for each in pair:
            each.close()
    trace.call("wrap_bio(None, None)", new().wrap_bio, None, None, server_hostname="a")
    trace.call("wrap_bio(one)", new().wrap_bio, ssl.MemoryBIO())
    trace.call("wrap_socket(datagrams)", new().wrap_socket, socket.socket(socket.AF_INET, socket.SOCK_DGRAM), server_hostname="a")
    trace.call("wrap_socket(None)", new().wrap_socket, None, server_hostname="a")
    closed = socket.socket()
    closed.close()
    trace.call("wrap_socket(a closed one)", new().wrap_socket, closed, server_hostname="a")
    unconnected = trace.call("wrap_socket(an unconnected one)", new().wrap_socket, socket.socket(), server_hostname="a")
    for method in ("do_handshake", "getpeercert", "cipher", "version", "read", "unwrap", "pending", "compression",
                   "selected_alpn_protocol", "shared_ciphers", "get_channel_binding", "getpeername"):
        trace.call("%s() of an unconnected one" % method, getattr(unconnected, method))
    trace.call("send() of an unconnected one", unconnected.send, b"x")
    trace.call("connect() to nobody", unconnected.connect, ("127.0.0.1", 1))
    trace.call("SSLObject()", ssl.SSLObject)
