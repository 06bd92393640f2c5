"""_SSLSocket of the extension: the peer's name and certificate, what was agreed upon, and attributes."""
from __future__ import absolute_import, division, print_function

import gc
import socket
import sys

import pytest

from extension_link import NATIVE, ON_2, Link, Wire, bare, client_context, server_context, unchecked
from regraft import _openssl as tls


@pytest.fixture
def link(certs):
    return Link(client_context(certs), server_context(certs)).shake_hands()


@pytest.fixture
def wire(certs):
    made = Wire(certs)
    yield made
    made.close()


# ---- names -----------------------------------------------------------------

@pytest.mark.parametrize("certificate, name", [
    ("localhost", "localhost"), ("localhost", "LOCALHOST"), ("localhost", "127.0.0.1"), ("localhost", "::1"),
    ("ip", "127.0.0.1"), ("wildcard", "a.wild.example"), ("second", u"second.example"),
])
def test_the_right_name_is_accepted(certs, certificate, name):
    made = Link(client_context(certs), server_context(certs, certificate), name).shake_hands()
    assert made.client.server_hostname == name
    assert type(made.client.server_hostname) is NATIVE


@pytest.mark.parametrize("certificate, name, code, text", [
    ("localhost", "wrong.example", 62, "Hostname mismatch, certificate is not valid for 'wrong.example'."),
    ("wildcard", "a.b.wild.example", 62, "Hostname mismatch, certificate is not valid for 'a.b.wild.example'."),
    ("wildcard", "wild.example", 62, "Hostname mismatch, certificate is not valid for 'wild.example'."),
    ("ip", "localhost", 62, "Hostname mismatch, certificate is not valid for 'localhost'."),
    ("second", "127.0.0.1", 64, "IP address mismatch, certificate is not valid for '127.0.0.1'."),
])
def test_a_wrong_name_ends_the_handshake(certs, certificate, name, code, text):
    made = Link(client_context(certs), server_context(certs, certificate), name)
    with pytest.raises(tls.SSLCertVerificationError) as caught:
        made.shake_hands()
    assert (caught.value.verify_code, caught.value.verify_message) == (code, text)
    assert (caught.value.library, caught.value.reason) == ("SSL", "CERTIFICATE_VERIFY_FAILED")


@pytest.mark.parametrize("name", ["localhost.", "local..host", "local host"])
def test_a_name_that_no_certificate_can_have_is_refused_at_the_latest_in_the_handshake(certs, name):
    if tls.CAPABILITIES["HOST_NAME_SYNTAX"]:
        with pytest.raises(tls.SSLError, match="takes no certificate to be valid for '%s'" % name):
            Link(client_context(certs), server_context(certs), name)
    else:
        made = Link(client_context(certs), server_context(certs), name)
        with pytest.raises(tls.SSLCertVerificationError, match="not valid for '%s'" % name):
            made.shake_hands()


@pytest.mark.parametrize("wrap", ["bio", "socket"])
def test_a_name_that_must_be_checked_must_be_given(certs, wrap):
    context = client_context(certs)
    near, far = socket.socketpair()
    with pytest.raises(ValueError, match="check_hostname requires server_hostname"):
        if wrap == "bio":
            context._wrap_bio(tls.MemoryBIO(), tls.MemoryBIO(), False)
        else:
            context._wrap_socket(bare(near), False)
    near.close()
    far.close()


@pytest.mark.parametrize("name", ["", ".", ".example.org", u""])
def test_names_that_openssl_takes_for_something_else_are_refused(certs, name):
    # 2.7 and 3.6 took an empty one for none where no name is checked.
    contexts = [client_context(certs)] + ([unchecked(certs)] if name or sys.version_info >= (3, 7) else [])
    for context in contexts:
        with pytest.raises(ValueError, match="cannot be an empty string or start with a leading dot"):
            Link(context, server_context(certs), name)


@pytest.mark.parametrize("name", ["local\0host", 5, ["localhost"]])
def test_what_is_no_name_is_a_type_error(certs, name):
    with pytest.raises(TypeError):
        Link(unchecked(certs), server_context(certs), name)


@pytest.mark.parametrize("name", [b"localhost", bytearray(b"localhost")])
def test_bytes_are_names_on_2_only(certs, name):
    if ON_2:
        assert Link(unchecked(certs), server_context(certs), name).client.server_hostname == "localhost"
    else:
        with pytest.raises(TypeError):
            Link(unchecked(certs), server_context(certs), name)


@pytest.mark.parametrize("name, seen", [("localhost", "localhost"), ("127.0.0.1", None), ("::1", None)])
def test_the_server_hears_names_and_never_addresses(certs, name, seen):
    heard = []
    server = server_context(certs)
    server.sni_callback = lambda connection, given, context: heard.append(given)
    Link(client_context(certs), server, name).shake_hands()
    assert heard == [seen]


# ---- what was agreed upon ---------------------------------------------------

NEEDS_A_HANDSHAKE = ("cipher", "shared_ciphers", "version", "compression", "selected_alpn_protocol",
                     "get_channel_binding", "tls_unique_cb", "get_verified_chain", "get_unverified_chain",
                     "selected_npn_protocol")


@pytest.mark.parametrize("name", NEEDS_A_HANDSHAKE)
def test_before_the_handshake_nothing_is_known(certs, name, host_behavior):
    host_behavior()
    made = Link(unchecked(certs), server_context(certs))
    assert getattr(made.client, name)() is None
    assert getattr(made.server, name)() is None


def test_before_the_handshake_there_is_no_certificate(certs):
    made = Link(unchecked(certs), server_context(certs))
    for method in (made.client.getpeercert, made.client.peer_certificate):
        with pytest.raises(ValueError, match="handshake not done yet"):
            method()


def test_both_sides_agree(certs, host_behavior):
    host_behavior()
    made = Link(client_context(certs, alpn=b"\x02h2\x08http/1.1", maximum_version=tls.PROTO_TLSv1_2),
                server_context(certs, alpn=b"\x08http/1.1")).shake_hands()
    client, server = made.client, made.server
    assert client.version() == server.version() == "TLSv1.2"
    assert client.cipher() == server.cipher()
    assert client.cipher()[1:] in [("TLSv1.2", 256), ("TLSv1.2", 128)]
    assert client.selected_alpn_protocol() == server.selected_alpn_protocol() == "http/1.1"
    assert len(client.get_channel_binding()) == 12
    assert client.get_channel_binding() == server.tls_unique_cb()
    assert client.shared_ciphers() is None
    assert client.cipher() in server.shared_ciphers()
    assert client.compression() is None
    for text in client.cipher()[:2] + (client.version(), client.selected_alpn_protocol()):
        assert type(text) is NATIVE


def test_where_the_host_has_it_so_a_client_lists_its_ciphers_as_shared(certs, host_behavior):
    host_behavior(clients_list_ciphers=True)
    made = Link(client_context(certs), server_context(certs))
    offered = [each["name"] for each in made.client.context.get_ciphers()]
    assert [each[0] for each in made.client.shared_ciphers()] == offered
    assert made.server.shared_ciphers() is None
    made.shake_hands()
    assert [each[0] for each in made.client.shared_ciphers()] == offered
    assert made.client.cipher() in made.server.shared_ciphers()


@pytest.mark.parametrize("kind, error", [("tls-exporter", ValueError), (None, TypeError), (1, TypeError)])
def test_other_kinds_of_channel_binding_are_refused(link, kind, error):
    with pytest.raises(error):
        link.client.get_channel_binding(kind)


@pytest.mark.parametrize("name, capability", [
    ("group", "GROUP"), ("client_sigalg", "SIGALG_NAMES"), ("server_sigalg", "SIGALG_NAMES")])
def test_names_of_algorithms_work_or_say_what_they_need(link, name, capability):
    method = getattr(link.client, name)
    if tls.CAPABILITIES[capability]:
        found = method()
        assert found is None if name == "client_sigalg" else type(found) is NATIVE
    else:
        with pytest.raises(NotImplementedError, match="requires OpenSSL 3"):
            method()


def test_the_peers_certificate_is_a_dictionary_or_der(link, certs):
    assert ("DNS", "localhost") in link.client.getpeercert()["subjectAltName"]
    assert type(link.client.getpeercert(True)) is bytes
    assert link.client.peer_certificate(der=True) == link.client.getpeercert(True)
    assert link.server.getpeercert() is None


def test_a_certificate_that_nobody_verified_has_no_content(certs):
    made = Link(unchecked(certs), server_context(certs)).shake_hands()
    assert made.client.getpeercert() == {}
    assert len(made.client.getpeercert(True)) > 100


def test_chains_begin_with_the_leaf(certs):
    made = Link(client_context(certs, certificate="client"),
                server_context(certs, "intermediate-chain", trusts="ca.pem",
                               verify_mode=tls.CERT_REQUIRED)).shake_hands()
    for end, length in ((made.client, 3), (made.server, 2)):
        verified, sent = end.get_verified_chain(), end.get_unverified_chain()
        assert len(verified) == length
        assert verified[0] == sent[0]
        assert verified[0].public_bytes(tls.ENCODING_DER) == end.getpeercert(True)
        assert type(sent[0]) is tls.Certificate


@pytest.mark.parametrize("version", [tls.PROTO_TLSv1_2, tls.PROTO_TLSv1_3])
def test_a_server_that_resumes_a_session_has_the_clients_certificate_and_no_chain(certs, version):
    client = client_context(certs, certificate="client", minimum_version=version, maximum_version=version)
    server = server_context(certs, trusts="ca.pem", verify_mode=tls.CERT_REQUIRED)
    first = Link(client, server).shake_hands()
    again = Link(client, server, session=first.give_session()).shake_hands()
    assert again.server.session_reused
    sent = again.server.get_unverified_chain()
    assert [each.public_bytes(tls.ENCODING_DER) for each in sent] == [again.server.getpeercert(True)]
    assert again.server.get_verified_chain() is None


def test_a_client_can_be_asked_later(certs):
    client = client_context(certs, certificate="client", post_handshake_auth=True)
    server = server_context(certs, trusts="ca.pem", verify_mode=tls.CERT_REQUIRED, post_handshake_auth=True)
    made = Link(client, server).shake_hands()
    assert made.server.getpeercert() is None
    assert made.server.verify_client_post_handshake() is None
    made.server.write(b"who are you?")
    made.carry()
    assert made.client.read(20) == b"who are you?"
    made.client.write(b"me")
    made.carry()
    assert made.server.read(20) == b"me"
    assert made.server.getpeercert()["subject"]


def test_asking_too_early_or_on_the_wrong_side_is_an_error(link):
    for end in (link.client, link.server):
        with pytest.raises(tls.SSLError):
            end.verify_client_post_handshake()


def test_the_kernel_does_not_encrypt_what_goes_through_memory(link):
    assert link.client.uses_ktls_for_send() is False
    assert link.client.uses_ktls_for_recv() is False


def test_a_file_cannot_be_sent_without_the_kernel(wire):
    expected = tls.SSLError if tls.CAPABILITIES["KTLS"] else NotImplementedError
    with open(__file__, "rb") as source:
        with pytest.raises(expected):
            wire.client.sendfile(source.fileno(), 0, 10)
    with pytest.raises(ValueError):
        wire.client.sendfile(0, 0, -1)


@pytest.mark.skipif(not tls.CAPABILITIES["KTLS"], reason="no OpenSSL 3: sendfile() raises NotImplementedError")
def test_a_file_sent_after_the_end_is_told_of_the_end_first(wire):
    # One direction only: from 3.5 on OpenSSL tells of the alert that it could not send, not of the end.
    wire.far.shutdown(socket.SHUT_WR)
    for _ in range(2):
        with pytest.raises(tls.SSLEOFError):
            wire.client.read(1)
    with open(__file__, "rb") as source:
        with pytest.raises(tls.SSLEOFError):
            wire.client.sendfile(source.fileno(), 0, 1)


# ---- attributes ------------------------------------------------------------

class Owner(object):
    pass


def test_the_owner_is_held_weakly(certs):
    first, second = Owner(), Owner()
    end = unchecked(certs)._wrap_bio(tls.MemoryBIO(), tls.MemoryBIO(), False, owner=first)
    assert end.owner is first
    end.owner = second
    assert end.owner is second
    del first, second
    gc.collect()
    assert end.owner is None


@pytest.mark.parametrize("owner", [None, 5, "owner"])
def test_what_cannot_be_held_weakly_is_no_owner(link, owner):
    with pytest.raises(TypeError):
        link.client.owner = owner


def test_2_names_the_owner_ssl_sock(certs):
    owner = Owner()
    near, far = socket.socketpair()
    end = unchecked(certs)._wrap_socket(bare(near), False, None, ssl_sock=owner)
    assert end.owner is owner
    near.close()
    far.close()


@pytest.mark.parametrize("name", ["context", "owner", "session", "server_side", "server_hostname", "session_reused"])
def test_attributes_cannot_be_deleted(link, name):
    with pytest.raises(AttributeError):
        delattr(link.client, name)


@pytest.mark.parametrize("name", ["server_side", "server_hostname", "session_reused", "other"])
def test_some_attributes_cannot_be_set(link, name):
    with pytest.raises(AttributeError):
        setattr(link.client, name, 1)


def test_sides_must_fit_the_context(certs, host_behavior):
    host_behavior()
    with pytest.raises(tls.SSLError, match="Cannot create a server socket with a PROTOCOL_TLS_CLIENT context"):
        unchecked(certs)._wrap_bio(tls.MemoryBIO(), tls.MemoryBIO(), True)
    with pytest.raises(tls.SSLError, match="Cannot create a client socket with a PROTOCOL_TLS_SERVER context"):
        server_context(certs)._wrap_bio(tls.MemoryBIO(), tls.MemoryBIO(), False)


@pytest.mark.parametrize("cls", [tls._SSLSocket, tls.SSLSession])
def test_nobody_else_can_make_one(cls):
    for make in (cls, lambda: cls.__new__(cls), lambda: cls.__new__(cls, object()), lambda: object.__new__(cls)):
        with pytest.raises(TypeError):
            make()
    with pytest.raises(TypeError):
        type("Derived", (cls,), {})


def test_the_context_can_be_switched_while_the_server_hears_the_name(certs):
    first, second = server_context(certs), server_context(certs, "second", alpn=b"\x01x")

    def switch(connection, name, context):
        made.server.context = second

    first.sni_callback = switch
    made = Link(client_context(certs, alpn=b"\x01x"), first, "second.example")
    del first
    gc.collect()
    made.shake_hands()
    assert made.server.context is second
    assert made.server.selected_alpn_protocol() == "x"


def test_the_context_cannot_be_switched_in_the_middle_of_a_handshake(certs):
    other = server_context(certs, "second")
    made = Link(client_context(certs), server_context(certs))
    with pytest.raises(tls.SSLWantReadError):
        made.client.do_handshake()
    made.carry()
    with pytest.raises(tls.SSLWantReadError):
        made.server.do_handshake()
    with pytest.raises(tls.SSLError, match="the context can be switched before a handshake"):
        made.server.context = other
    made.carry()
    made.shake_hands()
    made.server.context = other
    assert made.server.context is other


@pytest.mark.parametrize("value", [None, 5, "context"])
def test_only_a_context_is_a_context(link, value):
    with pytest.raises(TypeError, match="The value must be a SSLContext"):
        link.client.context = value


@pytest.mark.parametrize("operation", [
    lambda end: end.do_handshake(), lambda end: end.read(1), lambda end: end.write(b"x"),
    lambda end: end.shutdown(), lambda end: end.verify_client_post_handshake(),
], ids=["do_handshake", "read", "write", "shutdown", "verify_client_post_handshake"])
def test_a_callback_cannot_enter_the_connection_again(certs, operation):
    server, raised = server_context(certs), []

    def enter(connection, name, context):
        try:
            operation(made.server)
        except tls.SSLError as error:
            raised.append(str(error))

    server.sni_callback = enter
    made = Link(client_context(certs), server)
    made.shake_hands()
    assert len(raised) == 1 and "the connection is at work" in raised[0]


def test_an_exception_of_the_message_callback_comes_out_of_the_call(certs):
    client = unchecked(certs)

    def complain(*arguments):
        raise ZeroDivisionError("from the callback")

    client._msg_callback = complain
    with pytest.raises(ZeroDivisionError, match="from the callback"):
        Link(client, server_context(certs)).client.do_handshake()
