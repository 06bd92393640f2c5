"""A flag is true exactly if the thing works with the OpenSSL in use; what is not there says so in 3.15's words."""
from __future__ import absolute_import, division, print_function

import ssl
import sys

import pytest
from objects import Pair, client_context, server_context
from regraft import _openssl

CAPABILITIES = _openssl.CAPABILITIES
TLS13 = ssl.TLSVersion.TLSv1_3


def contexts(certs, version=None):
    pair = client_context(certs), server_context(certs)
    for context in pair:
        if version is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = version
            context.minimum_version = version
    return pair


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"])
def test_a_version_works_if_its_flag_says_so(certs, name):
    try:
        client, server = contexts(certs, ssl.TLSVersion[name])
        pair = Pair(client, server)
        works = pair.succeeds()
    except (ValueError, ssl.SSLError):
        works = False
    assert works == getattr(ssl, "HAS_" + name)
    if works:
        assert pair.client.version() == name.replace("_", ".")


def test_versions_that_openssl_has_no_more_are_not_there():
    assert ssl.HAS_SSLv2 is False
    assert not hasattr(ssl, "PROTOCOL_SSLv2")
    assert hasattr(ssl, "PROTOCOL_SSLv3") == ssl.HAS_SSLv3


def test_a_server_hears_its_name_if_the_flag_says_so(certs):
    client, server = contexts(certs)
    heard = []

    def hear(connection, name, context):
        heard.append(name)
    server.sni_callback = hear
    assert Pair(client, server).succeeds()
    assert (heard == ["localhost"]) == ssl.HAS_SNI


def test_application_protocols_are_settled_if_the_flag_says_so(certs):
    client, server = contexts(certs)
    client.set_alpn_protocols(["h2", "http/1.1"])
    server.set_alpn_protocols(["http/1.1"])
    pair = Pair(client, server)
    assert pair.succeeds()
    assert (pair.client.selected_alpn_protocol() == "http/1.1") == ssl.HAS_ALPN


def test_next_protocols_are_gone(certs):
    assert ssl.HAS_NPN is False
    with pytest.raises(NotImplementedError):
        client_context(certs).set_npn_protocols(["http/1.1"])
    pair = Pair(*contexts(certs)).shake_hands()
    assert pair.client.selected_npn_protocol() is None


def test_elliptic_curves_agree_on_keys_if_the_flag_says_so(certs):
    client, server = contexts(certs, ssl.TLSVersion.TLSv1_2)
    server.set_ecdh_curve("prime256v1")
    client.set_ciphers("ECDHE+AESGCM")
    assert Pair(client, server).succeeds() == ssl.HAS_ECDH


def shake_hands_with_keys(version):
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    for context in (client, server):
        context.maximum_version = version
        context.minimum_version = version
        context.set_ciphers("PSK")
    asked = []

    def key_of(identity):
        asked.append(identity)
        return b"k" * 32
    client.set_psk_client_callback(lambda hint: ("me", b"k" * 32))
    server.set_psk_server_callback(key_of)
    return Pair(client, server, None).succeeds() and asked == ["me"]


def test_keys_known_to_both_sides_authenticate_if_the_flag_says_so():
    if ssl.HAS_PSK:
        assert shake_hands_with_keys(ssl.TLSVersion.TLSv1_2)
        return
    with pytest.raises(NotImplementedError, match="PSK callbacks are not supported by your OpenSSL version."):
        shake_hands_with_keys(ssl.TLSVersion.TLSv1_2)


def test_keys_known_to_both_sides_authenticate_with_tls_1_3_if_the_flag_says_so():
    try:
        works = shake_hands_with_keys(TLS13)
    except (NotImplementedError, ValueError):
        works = False
    assert works == ssl.HAS_PSK_TLS13


def test_a_client_is_asked_later_for_its_certificate_if_the_flag_says_so(certs):
    client, server = contexts(certs)
    client.post_handshake_auth = server.post_handshake_auth = True
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(certs + "/ca.pem")
    client.load_cert_chain(certs + "/client.pem")
    pair = Pair(client, server)
    assert pair.succeeds()
    if not ssl.HAS_PHA:
        with pytest.raises((NotImplementedError, ssl.SSLError)):
            pair.server.verify_client_post_handshake()
        return
    assert pair.server.getpeercert() is None
    pair.server.verify_client_post_handshake()
    pair.server.write(b"x")
    pair.carry()
    assert pair.client.read(1) == b"x"
    pair.client.write(b"y")
    pair.carry()
    assert pair.server.read(1) == b"y"
    assert pair.server.getpeercert()["subject"]


def test_the_common_name_can_be_left_out_if_the_flag_says_so(certs):
    assert ssl.HAS_NEVER_CHECK_COMMON_NAME
    for checks in (True, False):
        client, server = client_context(certs), server_context(certs, "commonname")
        client.hostname_checks_common_name = checks
        assert Pair(client, server).succeeds() == checks


@pytest.mark.parametrize("capability, words, ask", [
    ("GROUP", "Getting selected group requires OpenSSL 3.2 or later.", lambda pair: pair.client.group()),
    ("SIGALG_NAMES", "Getting client signature algorithm requires OpenSSL 3.5 or later.",
     lambda pair: pair.server.client_sigalg()),
    ("SIGALG_NAMES", "Getting server signature algorithm requires OpenSSL 3.5 or later.",
     lambda pair: pair.client.server_sigalg()),
    ("SIGALGS_LIST", "Getting signature algorithms requires OpenSSL 3.4 or later.", lambda pair: ssl.get_sigalgs()[0]),
    ("GROUPS_LIST", "Getting implemented groups requires OpenSSL 3.5 or later.",
     lambda pair: pair.client.context.get_groups()[0]),
])
def test_what_needs_a_newer_openssl_works_or_says_so(certs, capability, words, ask):
    client, server = contexts(certs)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(certs + "/ca.pem")
    client.load_cert_chain(certs + "/client.pem")
    pair = Pair(client, server)
    assert pair.succeeds()
    if CAPABILITIES[capability]:
        assert isinstance(ask(pair), str)
        return
    with pytest.raises(NotImplementedError) as caught:
        ask(pair)
    assert str(caught.value) == words


def test_the_stores_of_windows_are_there_on_windows_only():
    for name in ("enum_certificates", "enum_crls"):
        assert hasattr(ssl._ssl, name) == (sys.platform == "win32")
