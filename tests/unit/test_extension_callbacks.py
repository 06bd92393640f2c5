"""Callbacks of a context: what they are given, and that their failure never lets a peer in."""
from __future__ import absolute_import, division, print_function

import gc
import os
import sys
import weakref

import pytest

from handshakes import Pair, client_context, server_context
from regraft import _openssl
from regraft._openssl import _SSLContext

KEY = b"0123456789abcdef"


class Owner(object):
    pass


@pytest.fixture
def unraisable(monkeypatch, capfd):
    """Function that says what the interpreter printed or hooked because it could not be raised."""
    seen = []
    if hasattr(sys, "unraisablehook"):
        monkeypatch.setattr(sys, "unraisablehook", lambda report: seen.append(report.exc_type.__name__))
    return lambda: " ".join(seen) + capfd.readouterr()[1]


# ---- server name ---------------------------------------------------------------------

def test_the_server_is_told_whom_the_client_wants(certs):
    asked = []
    server = server_context(certs)
    server.sni_callback = lambda *arguments: asked.append(arguments)
    owner = Owner()
    Pair(client_context(certs), server, "localhost", server_owner=owner).shake_hands()
    assert asked == [(owner, "localhost", server)]
    assert isinstance(asked[0][1], str)


def test_a_client_without_a_name_is_announced_with_none(certs):
    asked = []
    server, client = server_context(certs), client_context(certs)
    client.check_hostname = False
    server.sni_callback = lambda connection, name, context: asked.append(name)
    Pair(client, server, None).shake_hands()
    assert asked == [None]


def test_2_7s_callback_gets_the_decoded_name(certs):
    asked = []
    server, client = server_context(certs), client_context(certs)
    client.check_hostname = False
    server.set_servername_callback(lambda connection, name, context: asked.append(name))
    Pair(client, server, "xn--knig-5qa.example").shake_hands()
    assert asked == [u"k\xf6nig.example"]


def test_the_callback_can_switch_to_another_context(certs):
    server, other = server_context(certs), server_context(certs, "second.pem")

    def choose(connection, name, context):
        if name == "second.example":
            connection.context = other

    server.sni_callback = choose
    for name in ("localhost", "second.example"):
        pair = Pair(client_context(certs), server, name).shake_hands()
        assert ("DNS", name) in pair.client.getpeercert()["subjectAltName"]


def test_the_context_with_the_callback_may_go_once_it_has_been_switched_from(certs):
    class Context(_SSLContext):
        pass

    other, asked = server_context(certs, "second.pem"), []

    def choose(connection, name, context):
        asked.append(name)
        connection.context = other

    def prepare():
        first = Context(_openssl.PROTOCOL_TLS_SERVER)
        first.load_cert_chain(os.path.join(certs, "localhost.pem"))
        # No share of a key that the client sends by itself: it has to say hello again.
        first.set_ecdh_curve("secp384r1")
        first.sni_callback = choose
        return Pair(client_context(certs), first, "second.example"), weakref.ref(first)

    pair, first = prepare()
    pair.shake_hands()
    gc.collect()
    assert first() is None
    assert asked[0] == "second.example"
    assert pair.server.context is other
    pair.client.write(b"after it has gone")
    pair.carry()
    assert pair.server.read(64) == b"after it has gone"


def _raise(*arguments):
    raise ZeroDivisionError("in the callback")


@pytest.mark.parametrize("answer, reason", [
    (lambda *arguments: 40, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
    (lambda *arguments: 49, "TLSV1_ALERT_ACCESS_DENIED"),
    (_raise, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
    (lambda *arguments: "text", "TLSV1_ALERT_INTERNAL_ERROR"),
    (lambda *arguments: 1 << 70, "TLSV1_ALERT_INTERNAL_ERROR")])
def test_a_server_name_that_is_refused_ends_the_handshake(certs, unraisable, answer, reason):
    server = server_context(certs)
    server.sni_callback = answer
    pair = Pair(client_context(certs), server)
    with pytest.raises(_openssl.SSLError) as caught:
        pair.shake_hands()
    assert caught.value.reason == "CALLBACK_FAILED"
    pair.carry()
    with pytest.raises(_openssl.SSLError) as caught:
        pair.client.do_handshake()
    assert caught.value.reason == reason
    assert ("ZeroDivisionError" in unraisable()) == (answer is _raise)


def test_a_connection_whose_owner_is_gone_is_refused(certs):
    server = server_context(certs)
    server.sni_callback = lambda *arguments: None
    owner = Owner()
    pair = Pair(client_context(certs), server, server_owner=owner)
    del owner
    with pytest.raises(_openssl.SSLError):
        pair.shake_hands()


def test_a_server_name_callback_is_for_servers_and_callable():
    with pytest.raises(ValueError):
        _SSLContext(_openssl.PROTOCOL_TLS_CLIENT).sni_callback = None
    server = _SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(TypeError):
        server.sni_callback = 5
    server.sni_callback = _raise
    assert server.sni_callback is _raise
    server.sni_callback = None
    assert server.sni_callback is None


def test_a_callback_that_was_taken_away_is_not_called(certs, tmpdir):
    server = server_context(certs)
    server.sni_callback = server._msg_callback = _raise
    server.keylog_filename = str(tmpdir.join("keys"))
    server.sni_callback = server._msg_callback = server.keylog_filename = None
    tmpdir.join("keys").remove()
    Pair(client_context(certs), server).shake_hands()
    assert not tmpdir.join("keys").check()


# ---- application protocols --------------------------------------------------------------

@pytest.mark.parametrize("client_list, server_list, chosen", [
    (b"\x02h2\x08http/1.1", b"\x08http/1.1\x02h2", "http/1.1"), (b"\x02h2", b"\x02h2", "h2"),
    (b"\x03foo", b"\x02h2", None), (b"\x02h2", None, None), (None, b"\x02h2", None), (b"\x02h2", b"", None)])
def test_the_servers_order_chooses_the_protocol(certs, client_list, server_list, chosen):
    client, server = client_context(certs), server_context(certs)
    if client_list is not None:
        client._set_alpn_protocols(client_list)
    if server_list is not None:
        server._set_alpn_protocols(server_list)
    pair = Pair(client, server).shake_hands()
    assert pair.client.selected_alpn_protocol() == pair.server.selected_alpn_protocol() == chosen


@pytest.mark.parametrize("protocols", [b"\0", b"\x05h2", b"\x02h2\0", b"\x02h2\x01", b"\x01a" * 40000])
def test_a_malformed_list_of_protocols_is_refused(protocols):
    with pytest.raises(ValueError):
        _SSLContext(_openssl.PROTOCOL_TLS)._set_alpn_protocols(protocols)


# ---- pre-shared keys -----------------------------------------------------------------------

def key_contexts(version, client_answer, server_answer):
    client = _SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = _openssl.CERT_NONE
    server = _SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    for context in (client, server):
        context.maximum_version = version
        if version == _openssl.PROTO_TLSv1_2:
            context.set_ciphers("PSK")
        else:
            # The suite whose hash an external key is for (RFC 8446, 4.2.11); with another one the
            # key would be passed over.
            context.set_ciphersuites("TLS_AES_128_GCM_SHA256")
    client.set_psk_client_callback(client_answer)
    server.set_psk_server_callback(server_answer, "a hint")
    return client, server


needs_keys = pytest.mark.skipif(not _openssl.HAS_PSK_TLS13, reason="OpenSSL was built without pre-shared keys")
both_versions = pytest.mark.parametrize("version", [_openssl.PROTO_TLSv1_2, _openssl.PROTO_TLSv1_3])


@needs_keys
@both_versions
def test_a_shared_key_authenticates_both_sides(version):
    told = []
    client, server = key_contexts(version, lambda hint: told.append(hint) or ("me", KEY),
                                  lambda identity: told.append(identity) or KEY)
    pair = Pair(client, server, None).shake_hands()
    assert pair.client.cipher() == pair.server.cipher()
    assert told == ["a hint" if version == _openssl.PROTO_TLSv1_2 else None, "me"]


@needs_keys
@both_versions
@pytest.mark.parametrize("client_answer, server_answer", [
    (lambda hint: ("me", KEY), lambda identity: b"another key, not it"),
    (_raise, lambda identity: KEY),
    (lambda hint: ("me", KEY), _raise),
    (lambda hint: None, lambda identity: KEY),
    (lambda hint: ("me", KEY), lambda identity: None),
    (lambda hint: ("m" * 300, KEY), lambda identity: KEY),
    (lambda hint: ("m\0e", KEY), lambda identity: KEY),
    (lambda hint: ("me", KEY * 100), lambda identity: KEY)])
def test_a_wrong_key_or_a_failing_callback_ends_the_handshake(certs, unraisable, version, client_answer, server_answer):
    client, server = key_contexts(version, client_answer, server_answer)
    # With a certificate at hand the handshake could go on without a key.
    server.load_cert_chain(os.path.join(certs, "localhost.pem"))
    with pytest.raises(_openssl.SSLError):
        Pair(client, server, None).shake_hands()
    if _raise in (client_answer, server_answer):
        assert "ZeroDivisionError" in unraisable()


@needs_keys
def test_key_callbacks_are_for_their_side_and_callable():
    client, server = _SSLContext(_openssl.PROTOCOL_TLS_CLIENT), _SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(_openssl.SSLError) as caught:
        client.set_psk_server_callback(None)
    assert "Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context" in str(caught.value)
    with pytest.raises(_openssl.SSLError) as caught:
        server.set_psk_client_callback(None)
    assert "Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context" in str(caught.value)
    with pytest.raises(TypeError):
        client.set_psk_client_callback(5)
    with pytest.raises(TypeError):
        server.set_psk_server_callback(_raise, 5)


# ---- key log -----------------------------------------------------------------------------------

def test_the_key_log_gets_the_secrets_of_each_connection(certs, tmpdir):
    path = tmpdir.join("keys")
    client = client_context(certs)
    client.keylog_filename = str(path)
    assert client.keylog_filename == str(path)
    Pair(client, server_context(certs)).shake_hands()
    client.keylog_filename = str(path)
    lines = path.read().splitlines()
    assert lines[0] == "# TLS secrets log file, generated by OpenSSL / Python"
    assert all(len(line.split()) == 3 for line in lines[1:]) and len(lines) > 4
    assert len([line for line in lines if line.startswith("#")]) == 1


def test_a_key_log_that_cannot_be_opened_leaves_the_old_one(tmpdir):
    context = _SSLContext(_openssl.PROTOCOL_TLS)
    context.keylog_filename = str(tmpdir.join("keys"))
    for wrong, error in ((str(tmpdir), EnvironmentError), (str(tmpdir.join("no", "where")), EnvironmentError),
                         (5, TypeError)):
        with pytest.raises(error):
            context.keylog_filename = wrong
    assert context.keylog_filename == str(tmpdir.join("keys"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_key_log_that_cannot_be_written_fails_the_call(certs, tmpdir):
    client = client_context(certs)
    link = tmpdir.join("keys")
    link.mksymlinkto("/dev/full")
    with pytest.raises(EnvironmentError):
        client.keylog_filename = str(link)


# ---- messages ----------------------------------------------------------------------------------

def test_each_message_of_the_handshake_is_shown(certs):
    seen = []
    client = client_context(certs)
    client._msg_callback = lambda *arguments: seen.append(arguments)
    owner = Owner()
    Pair(client, server_context(certs), client_owner=owner).shake_hands()
    connection, direction, version, content, message, data = seen[1]
    assert (connection, direction, content, message) == (owner, "write", 22, 1)
    assert version >= _openssl.PROTO_TLSv1_2 and isinstance(data, bytes) and data[:1] == b"\x01"
    assert {each[1] for each in seen} == {"read", "write"}
    assert [each[3:5] for each in seen if each[1:4:2] == ("read", 22)][0] == (22, 2)


def test_what_a_message_callback_raises_comes_out_of_the_handshake(certs):
    client = client_context(certs)
    client._msg_callback = _raise
    with pytest.raises(ZeroDivisionError):
        Pair(client, server_context(certs)).shake_hands()
    with pytest.raises(TypeError):
        client._msg_callback = 5
