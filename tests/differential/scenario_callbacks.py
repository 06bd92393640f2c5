"""Callbacks: server names, keys without certificates, messages, keys that are logged."""
from __future__ import absolute_import, division, print_function

import os
import ssl
import tempfile

from tracing import Memory, client_context, describe, server_context, told_of_both

PSK = "PSK:@SECLEVEL=1"


def run(trace):
    choose_names(trace)
    share_keys(trace)
    watch(trace)
    log(trace)


def choose_names(trace):
    for setter in ("sni_callback", "set_servername_callback"):
        for host in ("localhost", "second.example", "xn--bcher-kva.example", "127.0.0.1", None):
            seen = []

            def callback(connection, name, context):
                seen.append([type(connection).__name__, describe(name), type(context).__name__, connection.server_side])
                return None
            server = server_context(trace)
            if setter == "sni_callback":
                server.sni_callback = callback
            else:
                server.set_servername_callback(callback)
            client = client_context(trace, check_hostname=False)
            made = Memory(client, server, host)
            name = "%s, %s" % (setter, host)
            trace.note(name + ": shaking hands", told_of_both(made.shake()))
            trace.note(name + ": what the callback got", seen)
    second = server_context(trace, "second")
    for about, answer in (("None", None), ("an alert", ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME), ("another alert", ssl.ALERT_DESCRIPTION_INTERNAL_ERROR),
                          ("0", 0), ("300", 300), ("-1", -1), ("text", "x"), ("a float", 1.5), ("True", True), ("a huge number", 2 ** 70), ("a list", [])):
        server = server_context(trace)
        server.sni_callback = lambda *_arguments: answer
        made = Memory(client_context(trace), server)
        trace.note("a callback that returns %s" % about, told_of_both(made.shake()))
    for about, action in (
            ("switches", lambda connection: setattr(connection, "context", second)), ("switches to nothing", lambda connection: setattr(connection, "context", None)),
            ("switches to a client's", lambda connection: setattr(connection, "context", client_context(trace))), ("raises", lambda connection: 1 // 0),
            ("asks for the certificate", lambda connection: connection.getpeercert()), ("asks for the version", lambda connection: connection.version()),
            ("asks for the session", lambda connection: connection.session), ("reads", lambda connection: connection.read(1)), ("writes", lambda connection: connection.write(b"x")),
            ("unwraps", lambda connection: connection.unwrap())):
        told = []

        def callback(connection, name, context):
            try:
                action(connection)
                told.append("fine")
            except ssl.SSLError as error:
                told.append(type(error).__name__)
            except ZeroDivisionError:
                raise
            except Exception as error:
                told.append(type(error).__name__)
                raise
        server = server_context(trace)
        server.sni_callback = callback
        made = Memory(client_context(trace, check_hostname=False), server, "second.example")
        # On stderr the host tells of what was raised.
        trace.note("a callback that %s: shaking hands" % about, told_of_both(made.shake()))
        if about != "asks for the session":
            trace.note("a callback that %s: what came of it" % about, told)
        trace.call("a callback that %s: the name served" % about, lambda: made.client.getpeercert()["subjectAltName"])
        trace.value("a callback that %s: the context is the second" % about, made.server.context is second)


def share_keys(trace):
    key = b"k" * 16
    for version in ("TLSv1_2", "TLSv1_3"):
        bound = getattr(ssl.TLSVersion, version)
        for about, client_answer, server_answer, hint in (
                ("good", ("me", key), key, None), ("with a hint", ("me", key), key, "hint"), ("no identity", (None, key), key, "hint"), ("an empty identity", ("", key), key, None),
                ("another key", ("me", b"x" * 16), key, None), ("an empty key of the client", ("me", b""), key, None), ("an empty key of the server", ("me", key), b"", None),
                ("a long key", ("me", b"k" * 256), b"k" * 256, None), ("a key that is too long", ("me", b"k" * 600), b"k" * 600, None), ("a long identity", ("i" * 128, key), key, None),
                ("an identity that is too long", ("i" * 300, key), key, None), ("a text for a key", ("me", u"k" * 16), key, None), ("a text for the server's key", ("me", key), u"k" * 16, None),
                ("a number", 5, key, None), ("a number of the server", ("me", key), 5, None), ("a list", ["me", key], key, None), ("three things", ("me", key, 1), key, None),
                ("None", None, key, None), ("None of the server", ("me", key), None, None), ("an identity without ASCII", (u"m\xe9", key), key, None),
                ("a bytearray", ("me", bytearray(key)), key, None), ("an identity of bytes", (b"me", key), key, None), ("a NUL in the identity", ("m\0e", key), key, None)):
            seen = []
            client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            client.check_hostname = False
            client.verify_mode = ssl.CERT_NONE
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            for context in (client, server):
                context.minimum_version = context.maximum_version = bound
                context.set_ciphers(PSK)
            client.set_psk_client_callback(lambda given: (seen.append(describe(given)), client_answer)[1])
            server.set_psk_server_callback(lambda identity: (seen.append(describe(identity)), server_answer)[1], hint)
            made = Memory(client, server, None)
            name = "%s, PSK, %s" % (version, about)
            trace.note(name, told_of_both(made.shake()))
            trace.note(name + ": what the callbacks got", seen)
            trace.call(name + ": certificate", made.client.getpeercert)

        for about, on_client in (("client", True), ("server", False)):
            def fail(*_arguments):
                raise KeyError("mine")
            client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            client.check_hostname = False
            client.verify_mode = ssl.CERT_NONE
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            for context in (client, server):
                context.minimum_version = context.maximum_version = bound
                context.set_ciphers(PSK)
            client.set_psk_client_callback(fail if on_client else lambda hint: ("me", key))
            server.set_psk_server_callback(fail if not on_client else lambda identity: key)
            trace.note("%s, PSK, the %s's callback raises" % (version, about), told_of_both(Memory(client, server, None).shake()))


def watch(trace):
    for version in ("TLSv1_2", "TLSv1_3"):
        bound = getattr(ssl.TLSVersion, version)
        for end in ("client", "server"):
            seen = []

            def callback(connection, direction, number, content_type, message_type, data):
                seen.append([type(connection).__name__, direction, getattr(number, "name", number), getattr(content_type, "name", content_type),
                             getattr(message_type, "name", message_type), isinstance(data, bytes), len(data) > 0])
            client = client_context(trace, minimum_version=bound, maximum_version=bound)
            server = server_context(trace)
            (client if end == "client" else server)._msg_callback = callback
            made = Memory(client, server)
            made.shake()
            made.settle()
            made.client.write(b"x")
            made.server.read(1)
            trace.note("%s, messages of a %s" % (version, end), seen)

    def fail(*_arguments):
        raise KeyError("mine")
    for end in ("client", "server"):
        client, server = client_context(trace), server_context(trace)
        (client if end == "client" else server)._msg_callback = fail
        trace.note("a message callback of a %s that raises" % end, told_of_both(Memory(client, server).shake()))


def log(trace):
    folder = tempfile.mkdtemp()
    for version in ("TLSv1_2", "TLSv1_3"):
        bound = getattr(ssl.TLSVersion, version)
        path = os.path.join(folder, version)
        client = client_context(trace, minimum_version=bound, maximum_version=bound, keylog_filename=path)
        server = server_context(trace, keylog_filename=path + "-server")
        made = Memory(client, server)
        made.shake()
        made.settle()
        lines = [[line for line in open(each).read().splitlines()] for each in (path, path + "-server")]
        trace.value("%s, key log: kinds" % version, [line.split()[0] for line in lines[0]])
        trace.value("%s, key log: sizes" % version, [[len(part) for part in line.split()[1:]] for line in lines[0] if line[0] != "#"])
        trace.value("%s, key log: both are the same" % version, sorted(lines[0]) == sorted(lines[1]))
