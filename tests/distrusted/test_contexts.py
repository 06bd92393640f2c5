"""A chain with a distrusted key (CVE-2026-115557) is refused, whatever the context trusts."""
from __future__ import absolute_import, division, print_function

import os

import pytest

from handshakes import Pair, client_context, server_context
from regraft import _openssl
from regraft._openssl import _SSLContext

REJECTED = 28  # X509_V_ERR_CERT_REJECTED
ROWS = range(8)
VERSIONS = (_openssl.PROTO_TLSv1_2, _openssl.PROTO_TLSv1_3)


def refusal(pair):
    with pytest.raises(_openssl.SSLCertVerificationError) as caught:
        pair.shake_hands()
    error = caught.value
    assert (error.verify_code, error.verify_message) == (REJECTED, "certificate rejected")
    assert (error.library, error.reason) == ("SSL", "CERTIFICATE_VERIFY_FAILED")
    return error


def verifying_server(certs, trusted="ca.pem", mode=_openssl.CERT_REQUIRED):
    server = server_context(certs)
    server.verify_mode = mode
    server.load_verify_locations(os.path.join(certs, trusted))
    return server


def client_with(certs, name):
    client = client_context(certs)
    client.load_cert_chain(os.path.join(certs, name))
    return client


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", ROWS)
def test_each_distrusted_key_is_refused_as_a_servers_own(certs, number, version):
    client = client_context(certs)
    client.minimum_version = client.maximum_version = version
    pair = Pair(client, server_context(certs, "distrusted-leaf-%d.pem" % number))
    refusal(pair)
    pair.carry()
    with pytest.raises(_openssl.SSLError) as caught:
        pair.server.do_handshake()
    assert caught.value.reason == "SSLV3_ALERT_BAD_CERTIFICATE"


def test_a_distrusted_key_of_a_ca_in_between_is_refused(certs):
    refusal(Pair(client_context(certs), server_context(certs, "distrusted-ca-chain.pem")))


def test_a_trust_anchor_with_a_distrusted_key_is_refused(certs):
    refusal(Pair(client_context(certs, "distrusted-root.pem"), server_context(certs, "distrusted-root-chain.pem")))


@pytest.mark.parametrize("anchor, chain", [
    ("distrusted-ca.pem", "distrusted-ca-chain.pem"), ("distrusted-leaf-0.pem", "distrusted-leaf-0.pem")])
def test_a_chain_that_ends_at_a_distrusted_key_is_refused(certs, anchor, chain):
    client = _SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(os.path.join(certs, anchor))
    client.verify_flags |= 0x80000  # X509_V_FLAG_PARTIAL_CHAIN
    refusal(Pair(client, server_context(certs, chain)))


def test_a_key_that_a_directory_supplies_is_refused(certs, tmpdir):
    client = _SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(capath=os.path.join(certs, "ca-path"))
    refusal(Pair(client, server_context(certs, "distrusted-leaf-0.pem")))


@pytest.mark.parametrize("mode", [_openssl.CERT_REQUIRED, _openssl.CERT_OPTIONAL])
@pytest.mark.parametrize("name", ["distrusted-leaf-1.pem", "distrusted-ca-chain.pem"])
def test_a_server_refuses_a_client_with_a_distrusted_key(certs, name, mode):
    refusal(Pair(client_with(certs, name), verifying_server(certs, mode=mode)))


def test_a_context_of_no_side_refuses_as_well(certs):
    client = _SSLContext(_openssl.PROTOCOL_TLS)
    client.verify_mode = _openssl.CERT_OPTIONAL
    client.load_verify_locations(os.path.join(certs, "ca.pem"))
    refusal(Pair(client, server_context(certs, "distrusted-leaf-2.pem")))


def test_a_host_that_does_not_match_is_told_first(certs):
    with pytest.raises(_openssl.SSLCertVerificationError) as caught:
        Pair(client_context(certs), server_context(certs, "distrusted-leaf-0.pem"), "other.example").shake_hands()
    assert caught.value.verify_code == 62


def test_where_nothing_is_verified_the_key_is_no_error(certs):
    client = client_context(certs)
    client.check_hostname = False
    client.verify_mode = _openssl.CERT_NONE
    pair = Pair(client, server_context(certs, "distrusted-ca-chain.pem")).shake_hands()
    assert pair.client.getpeercert() == {}
    assert len(pair.client.getpeercert(True)) > 100


def test_the_context_that_a_name_switches_to_refuses_as_well(certs):
    class Owner(object):
        pass

    def switch(_owner, _name, _context):
        pair.server.context = second

    first, second = server_context(certs), verifying_server(certs)
    first.verify_mode = _openssl.CERT_REQUIRED
    first.sni_callback = switch
    owner = Owner()
    pair = Pair(client_with(certs, "distrusted-leaf-3.pem"), first, server_owner=owner)
    refusal(pair)


@pytest.mark.skipif(not _openssl.CAPABILITIES["PHA"], reason="this OpenSSL has no TLS 1.3")
def test_a_certificate_asked_for_after_the_handshake_is_refused(certs):
    client, server = client_with(certs, "distrusted-leaf-4.pem"), verifying_server(certs)
    client.post_handshake_auth = server.post_handshake_auth = True
    pair = Pair(client, server).shake_hands()
    pair.server.verify_client_post_handshake()
    pair.server.write(b"x")
    pair.carry()
    assert pair.client.read(1) == b"x"
    pair.client.write(b"y")
    pair.carry()
    with pytest.raises(_openssl.SSLCertVerificationError) as caught:
        pair.server.read(1)
    assert caught.value.verify_code == REJECTED


def test_a_session_of_an_unverified_connection_opens_no_way_around(certs):
    client, server = client_context(certs), server_context(certs, "distrusted-leaf-0.pem")
    client.check_hostname = False
    client.verify_mode = _openssl.CERT_NONE
    pair = Pair(client, server).shake_hands()
    pair.server.write(b"x")
    pair.carry()
    assert pair.client.read(1) == b"x"
    session = pair.client.session
    client.check_hostname = True  # switches the verification on
    pair = Pair(client, server)
    pair.client.session = session
    refusal(pair)


def test_a_chain_without_such_a_key_is_good(certs):
    pair = Pair(client_with(certs, "client.pem"), verifying_server(certs)).shake_hands()
    assert pair.server.getpeercert()["subject"] == ((("commonName", "client"),),)
