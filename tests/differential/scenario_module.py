"""Names and functions of the module."""
from __future__ import absolute_import, division, print_function

import os
import socket
import ssl
import threading

from tracing import describe_error, server_context

ENUMERATIONS = ("_SSLMethod", "TLSVersion", "VerifyMode", "VerifyFlags", "Options", "AlertDescription", "SSLErrorNumber", "Purpose", "_TLSContentType", "_TLSMessageType", "_TLSAlertType")
METHODS = ("SSLContext", "SSLSocket", "SSLObject", "MemoryBIO", "SSLSession")


def run(trace):
    constants(trace)
    classes(trace)
    randomness(trace)
    objects(trace)
    make_contexts(trace)
    fetch(trace)
    for name in ("PROTOCOL_TLS", "PROTOCOL_TLS_CLIENT", "PROTOCOL_TLSv1_2"):
        trace.call("get_protocol_name(%s)" % name, ssl.get_protocol_name, getattr(ssl, name))
    trace.call("get_protocol_name(99)", ssl.get_protocol_name, 99)
    trace.value("get_default_verify_paths()", ssl.get_default_verify_paths())
    trace.value("its fields", ssl.get_default_verify_paths()._fields)
    old = dict((each, os.environ.get(each)) for each in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    os.environ["SSL_CERT_FILE"], os.environ["SSL_CERT_DIR"] = trace.path("ca.pem"), trace.path("ca-path")
    found = ssl.get_default_verify_paths()
    trace.value("get_default_verify_paths() follows the environment", [found.cafile == trace.path("ca.pem"), found.capath == trace.path("ca-path")])
    context = ssl.create_default_context()
    trace.call("create_default_context() follows the environment", context.cert_store_stats)
    for each, value in old.items():
        os.environ.pop(each)
        if value is not None:
            os.environ[each] = value


def constants(trace):
    for name in sorted(vars(ssl)):
        value = getattr(ssl, name)
        if name.isupper() or name.startswith(("HAS_", "OP_", "PROTOCOL_", "VERIFY_", "CERT_", "ALERT_", "SSL_ERROR_", "OPENSSL_", "_OPENSSL", "PEM_")):
            if not name.startswith("_rg") and not name.startswith("_RG"):
                trace.value("constant %s" % name, value)
    for name in ENUMERATIONS:
        enumeration = getattr(ssl, name)
        for each, member in sorted(enumeration.__members__.items()):
            trace.value("%s.%s" % (name, each), int(member) if name != "Purpose" else tuple(member))
        trace.value("%s: its module" % name, enumeration.__module__)


def classes(trace):
    for name in METHODS:
        cls = getattr(ssl, name)
        trace.value("%s: its module" % name, cls.__module__)
        for each in sorted(dir(cls)):
            # What sockets have by themselves is the host's.
            if not each.startswith("_") and not (name == "SSLSocket" and hasattr(socket.socket, each)):
                trace.value("%s.%s: callable" % (name, each), callable(getattr(cls, each)))


def randomness(trace):
    for count in (0, 1, 16):
        trace.call("size of RAND_bytes(%d)" % count, lambda: len(ssl.RAND_bytes(count)))
    for name, value in (("-1", -1), ("None", None), ("text", "x"), ("a huge number", 2 ** 70), ("a float", 1.5)):
        trace.call("RAND_bytes(%s)" % name, ssl.RAND_bytes, value)
    trace.call("RAND_status()", ssl.RAND_status)
    for name, arguments in (("text", ("x", 1.0)), ("bytes", (b"x", 1.0)), ("an int", (b"x", 1)), ("bytearray", (bytearray(b"x"), 0.5)), ("None", (None, 1.0)), ("one", (b"x",)), ("a text for a number", (b"x", "1"))):
        trace.call("RAND_add(%s)" % name, ssl.RAND_add, *arguments)


def objects(trace):
    for name, call in (
            ("tuple(Purpose.SERVER_AUTH)", lambda: tuple(ssl.Purpose.SERVER_AUTH)), ("_ASN1Object(oid)", lambda: tuple(ssl._ASN1Object("1.3.6.1.5.5.7.3.1"))),
            ("_ASN1Object(name)", lambda: tuple(ssl._ASN1Object("serverAuth"))), ("_ASN1Object(unknown)", lambda: tuple(ssl._ASN1Object("1.2.3.4.5.6.7"))),
            ("fromnid(129)", lambda: tuple(ssl._ASN1Object.fromnid(129))), ("fromnid(-1)", lambda: ssl._ASN1Object.fromnid(-1)), ("fromnid(100000)", lambda: ssl._ASN1Object.fromnid(100000)),
            ("fromname(TLS Web Server Authentication)", lambda: tuple(ssl._ASN1Object.fromname("TLS Web Server Authentication"))), ("fromname(x)", lambda: ssl._ASN1Object.fromname("x")),
            ("fromname(oid)", lambda: tuple(ssl._ASN1Object.fromname("2.5.4.3"))), ("Purpose(oid)", lambda: ssl.Purpose("1.3.6.1.5.5.7.3.2") is ssl.Purpose.CLIENT_AUTH), ("Purpose(x)", lambda: ssl.Purpose("x")),
            ("TLSVersion(0x303)", lambda: ssl.TLSVersion(0x303).name), ("TLSVersion(1)", lambda: ssl.TLSVersion(1)), ("TLSVersion['TLSv1_3']", lambda: int(ssl.TLSVersion["TLSv1_3"])), ("VerifyMode(3)", lambda: ssl.VerifyMode(3)),
            ("Options(0)", lambda: int(ssl.Options(0))), ("Options of two", lambda: int(ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1)), ("VerifyFlags of two", lambda: int(ssl.VERIFY_X509_STRICT | ssl.VERIFY_CRL_CHECK_LEAF)),
            ("AlertDescription(40)", lambda: ssl.AlertDescription(40).name), ("AlertDescription(1)", lambda: ssl.AlertDescription(1)), ("order of versions", lambda: ssl.TLSVersion.TLSv1_2 < ssl.TLSVersion.TLSv1_3),
            ("a new attribute of an enumeration", lambda: setattr(ssl.TLSVersion, "TLSv1_2", 5)), ("number of TLSVersion", lambda: len(ssl.TLSVersion))):
        trace.call(name, call)


def make_contexts(trace):
    for name, make in (("create_default_context", ssl.create_default_context), ("_create_unverified_context", ssl._create_unverified_context), ("_create_stdlib_context", ssl._create_stdlib_context),
                       ("_create_default_https_context", ssl._create_default_https_context)):
        for about, arguments, keywords in (("()", (), {}), ("(CLIENT_AUTH)", (ssl.Purpose.CLIENT_AUTH,), {}), ("(SERVER_AUTH)", (ssl.Purpose.SERVER_AUTH,), {}), ("('x')", ("x",), {}), ("(None)", (None,), {}), ("(5)", (5,), {}),
                                           ("(cafile)", (), {"cafile": trace.path("ca.pem")}), ("(capath)", (), {"capath": trace.path("ca-path")}), ("(cafile missing)", (), {"cafile": "/nowhere"}),
                                           ("(cadata)", (), {"cadata": open(trace.path("ca.der"), "rb").read()}), ("(cadata text)", (), {"cadata": open(trace.path("ca.pem")).read()}), ("(purpose=5)", (), {"purpose": 5}),
                                           ("(unknown)", (), {"unknown": 5}), ("(cert_reqs)", (), {"cert_reqs": ssl.CERT_REQUIRED}), ("(check_hostname)", (), {"check_hostname": True}),
                                           ("(certfile)", (), {"certfile": trace.path("localhost.pem")}), ("(keyfile)", (), {"keyfile": trace.path("localhost-key.pem")}), ("(a server)", (), {"purpose": ssl.Purpose.CLIENT_AUTH})):
            context = trace.call(name + about, make, *arguments, **keywords)
            if context is not None:
                trace.call("%s%s: what it is" % (name, about), lambda: [
                    context.protocol.name, context.verify_mode.name, context.check_hostname, int(context.verify_flags), int(context.options), context.minimum_version.name, context.security_level, context.cert_store_stats()["crl"],
                    context.cert_store_stats()["x509"] if "ca" in about else None, context.keylog_filename, context.post_handshake_auth, [each["name"] for each in context.get_ciphers()]])


def fetch(trace):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    listener.settimeout(10)
    context = server_context(trace)
    asked = []

    def serve():
        for _ in range(5):
            try:
                plain = listener.accept()[0]
                plain.settimeout(10)
                context.sni_callback = lambda connection, name, own: asked.append(name)
                connection = context.wrap_socket(plain, server_side=True)
                connection.recv(1)
                connection.close()
            except (socket.error, ssl.SSLError) as error:
                asked.append(describe_error(error))
    thread = threading.Thread(target=serve)
    thread.start()
    address = listener.getsockname()
    wanted = open(trace.path("localhost-cert.pem")).read()
    for name, keywords in (("", {}), ("ca_certs", {"ca_certs": trace.path("ca.pem")}), ("wrong ca_certs", {"ca_certs": trace.path("other-ca.pem")}), ("timeout", {"timeout": 5}), ("ssl_version", {"ssl_version": ssl.PROTOCOL_TLS_CLIENT})):
        trace.call("get_server_certificate(%s)" % name, lambda: ssl.get_server_certificate(("localhost", address[1]), **keywords) == wanted)
    thread.join(20)
    listener.close()
    trace.note("get_server_certificate(): names asked for", [each for each in asked if not isinstance(each, dict)])
    trace.call("get_server_certificate(nobody)", ssl.get_server_certificate, ("127.0.0.1", 1))
    trace.call("get_server_certificate(None)", ssl.get_server_certificate, None)
    trace.call("get_server_certificate(missing ca_certs)", ssl.get_server_certificate, ("127.0.0.1", 1), ca_certs="/nowhere")
