"""Who is let through the handshake and who is not, over real sockets."""
from __future__ import absolute_import, division, print_function

import os
import socket
import ssl

import pytest

from loopback import client_context, connected, echo, server_context, serving

IS_2 = bytes is str


def refusal(certs, name, server_hostname="localhost", context=None):
    with serving(echo, server_context(certs, name)) as server:
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            with connected(server, context or client_context(certs), server_hostname):
                pass
    assert server.errors, "the server must see the alert"
    return caught.value


def test_a_trusted_certificate_for_the_name_is_accepted(certs):
    with serving(echo, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            connection.sendall(b"hello")
            assert connection.recv(5) == b"hello"
            assert connection.version() == "TLSv1.3"
            assert connection.getpeercert()["subjectAltName"][0] == ("DNS", "localhost")


@pytest.mark.parametrize("name, code, words", [
    ("wronghost", 62, "Hostname mismatch"),
    ("expired", 10, "certificate has expired"),
    ("notyet", 9, "certificate is not yet valid"),
    ("untrusted", 20, "unable to get local issuer certificate"),
    ("selfsigned", 18, "self"),
])
def test_a_bad_certificate_is_refused_inside_the_handshake(certs, name, code, words):
    error = refusal(certs, name)
    assert error.verify_code == code
    assert words in error.verify_message
    assert error.reason == "CERTIFICATE_VERIFY_FAILED"
    assert error.library == "SSL"
    assert isinstance(error, ssl.SSLError) and isinstance(error, ValueError)
    assert isinstance(error, ssl.CertificateError)
    assert isinstance(error, socket.error)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_ip_address_is_checked_against_the_addresses_of_the_certificate(certs, address):
    with serving(echo, server_context(certs, "ip")) as server:
        with connected(server, client_context(certs), address) as connection:
            assert connection.server_hostname == address


def test_an_ip_address_that_the_certificate_lacks_is_refused(certs):
    error = refusal(certs, "ip", "127.0.0.2")
    assert error.verify_code == 64
    assert "IP address mismatch" in error.verify_message


def test_an_address_is_not_sent_as_server_name(certs):
    seen = []
    context = server_context(certs)
    context.sni_callback = lambda connection, name, _context: seen.append(name)
    with serving(echo, context) as server:
        with connected(server, client_context(certs), "127.0.0.1"):
            pass
    assert seen == [None]


def test_a_revoked_certificate_is_refused_when_revocation_is_checked(certs):
    context = client_context(certs)
    context.load_verify_locations(os.path.join(certs, "crl.pem"))
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    assert refusal(certs, "revoked", context=context).verify_code == 23


def test_an_intermediate_that_the_server_sends_completes_the_chain(certs):
    with serving(echo, server_context(certs, "intermediate-chain")) as server:
        with connected(server, client_context(certs)) as connection:
            assert len(connection.get_verified_chain()) == 3
            assert len(connection.get_unverified_chain()) == 2


def test_a_missing_intermediate_is_refused(certs):
    assert refusal(certs, "intermediate").verify_code == 20


def test_switching_the_name_check_on_switches_verification_on():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS)
    assert context.verify_mode == ssl.CERT_NONE
    context.check_hostname = True
    assert context.verify_mode == ssl.CERT_REQUIRED
    with pytest.raises(ValueError):
        context.verify_mode = ssl.CERT_NONE


def test_a_name_to_check_is_required(certs):
    with pytest.raises(ValueError, match="check_hostname requires server_hostname"):
        client_context(certs).wrap_socket(socket.socket())
    with pytest.raises(ValueError, match="check_hostname requires server_hostname"):
        client_context(certs).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())


@pytest.mark.parametrize("bad", ["", ".example.com", "a\0.example"])
def test_a_server_name_that_is_none_is_refused(certs, bad):
    with pytest.raises((ValueError, TypeError)):
        client_context(certs).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=bad)


def test_a_client_without_certificate_is_refused_where_one_is_required(certs):
    context = server_context(certs)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(os.path.join(certs, "ca.pem"))
    with serving(echo, context) as server:
        with pytest.raises(ssl.SSLError) as caught:
            # The client of TLS 1.3 is done before the server has judged it: the alert comes with the first read.
            with connected(server, client_context(certs)) as connection:
                connection.recv(1)
        assert "CERTIFICATE_REQUIRED" in str(caught.value)
    assert server.errors[0].reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE"


def test_a_client_with_a_certificate_is_let_through(certs):
    context = server_context(certs)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(os.path.join(certs, "ca.pem"))
    client = client_context(certs)
    client.load_cert_chain(os.path.join(certs, "client.pem"))
    with serving(lambda connection: connection.getpeercert()["subject"], context) as server:
        with connected(server, client) as connection:
            assert connection.recv(1) == b""
    assert server.errors == []
    assert server.results[0]


@pytest.mark.parametrize("password", ["secret", b"secret", bytearray(b"secret"), lambda: "secret", lambda: b"secret"])
def test_an_encrypted_key_is_opened_with_its_password(certs, password):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=password)


def test_a_wrong_password_is_an_error_that_says_so(certs):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password="wrong")
    with pytest.raises(ValueError, match="password cannot be longer than 1024 bytes"):
        context.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password="x" * 1025)

    class Stop(Exception):
        pass

    def refuse():
        raise Stop()
    with pytest.raises(Stop):
        context.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=refuse)


def test_tls_1_2_can_be_asked_for(certs):
    client = client_context(certs)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(echo, server_context(certs)) as server:
        with connected(server, client) as connection:
            assert connection.version() == "TLSv1.2"
            assert len(connection.get_channel_binding("tls-unique")) >= 12


def test_forbidding_tls_1_2_leaves_tls_1_3(certs):
    client = client_context(certs)
    client.options |= ssl.OP_NO_TLSv1_2
    with serving(echo, server_context(certs)) as server:
        with connected(server, client) as connection:
            assert connection.version() == "TLSv1.3"


def test_a_server_of_another_version_is_refused_with_the_reason(certs):
    context = server_context(certs)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    client = client_context(certs)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(echo, context) as server:
        with pytest.raises(ssl.SSLError) as caught:
            with connected(server, client):
                pass
    assert caught.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"
    assert server.errors[0].reason == "UNSUPPORTED_PROTOCOL"


def test_alpn_settles_on_what_both_have(certs):
    context, client = server_context(certs), client_context(certs)
    context.set_alpn_protocols(["h2", "http/1.1"])
    client.set_alpn_protocols(["spdy/1", "http/1.1"])
    with serving(lambda connection: connection.selected_alpn_protocol(), context) as server:
        with connected(server, client) as connection:
            assert connection.selected_alpn_protocol() == "http/1.1"
            assert connection.recv(1) == b""
    assert server.results == ["http/1.1"]


def test_a_server_name_callback_may_change_the_certificate(certs):
    context, second = server_context(certs), server_context(certs, "second")
    seen = []

    def choose(connection, name, given):
        seen.append((type(connection), name, given is context))
        connection.context = second
    context.sni_callback = choose
    with serving(echo, context) as server:
        with connected(server, client_context(certs), "second.example") as connection:
            assert connection.getpeercert()["subjectAltName"] == (("DNS", "second.example"),)
    assert seen == [(ssl.SSLSocket, "second.example", True)]


def test_the_old_server_name_callback_gets_what_it_got_before(certs):
    context = server_context(certs)
    seen = []
    context.set_servername_callback(lambda connection, name, given: seen.append(name))
    with serving(echo, context) as server:
        with connected(server, client_context(certs)):
            pass
    assert seen == [u"localhost"]
    assert type(seen[0]) is type(u"")


def test_a_server_name_callback_that_raises_ends_the_handshake(certs):
    context = server_context(certs)

    def fail(connection, name, given):
        raise RuntimeError("planted")
    context.sni_callback = fail
    with serving(echo, context) as server:
        with pytest.raises(ssl.SSLError) as caught:
            with connected(server, client_context(certs)):
                pass
    assert caught.value.reason in ("SSLV3_ALERT_HANDSHAKE_FAILURE", "SSL/TLS_ALERT_HANDSHAKE_FAILURE")
    assert len(server.errors) == 1


def test_a_session_is_resumed(certs):
    context, client = server_context(certs), client_context(certs)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(echo, context, connections=2) as server:
        with connected(server, client) as first:
            first.sendall(b"x")
            first.recv(1)
            session = first.session
            assert not first.session_reused
        with connected(server, client, session=session) as second:
            assert second.session_reused
            assert second.session == session


def test_a_tls_1_3_session_is_resumed(certs):
    context, client = server_context(certs), client_context(certs)
    with serving(echo, context, connections=2) as server:
        with connected(server, client) as first:
            first.sendall(b"x")
            first.recv(1)
            session = first.session
            assert session.has_ticket
        with connected(server, client, session=session) as second:
            second.sendall(b"x")
            assert second.recv(1) == b"x"
            assert second.session_reused


def test_a_session_of_another_context_is_refused(certs):
    with serving(echo, server_context(certs), connections=2) as server:
        with connected(server, client_context(certs)) as first:
            first.sendall(b"x")
            first.recv(1)
            session = first.session
        with pytest.raises(ValueError, match="Session refers to a different SSLContext"):
            with connected(server, client_context(certs), session=session):
                pass


def test_unencrypted_data_before_the_handshake_is_never_taken_for_tls(certs):
    # CVE-2023-40217: the peer sends and closes before the server wraps the connection.
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    peer = socket.create_connection(listener.getsockname())
    accepted, _ = listener.accept()
    peer.sendall(b"delete everything")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()
    try:
        with pytest.raises((ssl.SSLError, socket.error)):
            wrapped = server_context(certs).wrap_socket(accepted, server_side=True)
            wrapped.recv(64)
    finally:
        accepted.close()
        listener.close()
