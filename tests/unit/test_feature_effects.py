"""What the recipes of the registry for `ssl` do: `harden` refuses more, `relax` lets more pass, and no more than it says."""
from __future__ import absolute_import, division, print_function

import os
import ssl
import sys

import pytest
from objects import Pair, client_context, server_context
from regraft import _openssl, features

CAPABILITIES = _openssl.CAPABILITIES
TLS = ssl.TLSVersion
# What recipes opt out of may be deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def context_of(name, recipe, certs=None):
    """The context that a recipe makes; with `certs` it trusts the tests' authority too."""
    context = features.run(features.get(name), recipe)["context"]
    if certs is not None:
        context.load_verify_locations(os.path.join(certs, "ca.pem"))
    return context


def server_of(certs, name="localhost", versions=None, **settings):
    """A server's context; versions are the oldest and newest, settings methods and their argument."""
    context = server_context(certs, name)
    for setting, value in settings.items():
        getattr(context, setting)(value)
    if versions is not None:
        context.minimum_version = TLS.MINIMUM_SUPPORTED
        context.maximum_version, context.minimum_version = versions[1], versions[0]
    return context


def meet(client, server, name="localhost"):
    return Pair(client, server, name).shake_hands()


def succeeded(pair):
    return pair.outcome == {"client": None, "server": None}


def has(context, kind, value):
    return any(each[kind] == value for each in context.get_ciphers())


# ---- options and flags -----------------------------------------------------------

@pytest.mark.parametrize("name, attribute, flag, hardened", [
    ("secure-options", "options", "OP_CIPHER_SERVER_PREFERENCE", True),
    ("server-preference", "options", "OP_CIPHER_SERVER_PREFERENCE", True),
    ("middlebox-compat", "options", "OP_ENABLE_MIDDLEBOX_COMPAT", True),
    ("session-tickets", "options", "OP_NO_TICKET", True),
    ("renegotiation", "options", "OP_NO_RENEGOTIATION", True),
    ("legacy-server-connect", "options", "OP_LEGACY_SERVER_CONNECT", False),
    ("compression-off", "options", "OP_NO_COMPRESSION", True),
    ("unexpected-eof", "options", "OP_IGNORE_UNEXPECTED_EOF", False),
    ("ktls", "options", "OP_ENABLE_KTLS", True),
    ("verify-flags", "verify_flags", "VERIFY_CRL_CHECK_LEAF", True),
    ("strict-x509", "verify_flags", "VERIFY_X509_STRICT", True),
    ("partial-chains", "verify_flags", "VERIFY_X509_PARTIAL_CHAIN", True),
    ("proxy-certificates", "verify_flags", "VERIFY_ALLOW_PROXY_CERTS", False),
    ("trusted-first", "verify_flags", "VERIFY_X509_TRUSTED_FIRST", True),
])
def test_a_flag_is_set_by_one_recipe_and_cleared_by_the_other(name, attribute, flag, hardened):
    if not all(CAPABILITIES[each] for each in features.get(name)["capabilities"]):
        with pytest.raises(AttributeError):
            context_of(name, "harden")
        return
    for recipe, expected in (("harden", hardened), ("relax", not hardened)):
        assert bool(getattr(context_of(name, recipe), attribute) & getattr(ssl, flag)) is expected, recipe


def test_the_guard_of_cbc_is_switched():
    # SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS, which ssl has no name for.
    assert not context_of("empty-fragments", "harden").options & 0x800
    assert context_of("empty-fragments", "relax").options & 0x800


@pytest.mark.parametrize("name", [each["name"] for each in features.rows() if each["module"] == "ssl" and each["relax"]])
def test_no_way_to_less_switches_verification_off(name):
    try:
        namespace = features.run(features.get(name), "relax")
    except (AttributeError, NotImplementedError):
        assert not features.has(name)
        return
    context = namespace.get("context")
    if context is None or namespace["context"].protocol == ssl.PROTOCOL_TLS_SERVER:
        assert "CERT_NONE" not in features.get(name)["relax"]
    elif "CLIENT_AUTH" not in features.get(name)["relax"]:
        assert context.verify_mode == ssl.CERT_REQUIRED


# ---- versions --------------------------------------------------------------------

@pytest.mark.parametrize("name, version", [
    ("minimum-version", "TLSv1"), ("tls-1-2", "TLSv1_1"), ("minimum-tls-1-2", "TLSv1_1")])
def test_an_old_version_is_spoken_only_by_who_opted_out(certs, name, version):
    def old_server():
        return server_of(certs, versions=(TLS[version], TLS[version]), set_ciphers="ALL:@SECLEVEL=0")
    hardened, relaxed = context_of(name, "harden", certs), context_of(name, "relax", certs)
    assert hardened.minimum_version == TLS.TLSv1_2
    assert relaxed.minimum_version == TLS[version]
    assert not succeeded(meet(hardened, old_server()))
    assert succeeded(meet(relaxed, old_server())) == getattr(ssl, "HAS_" + version)
    # It still takes the newest version that there is.
    assert meet(relaxed, server_of(certs)).client.version() == "TLSv1.3"


def test_tls_1_3_can_be_insisted_on_and_left_out(certs):
    hardened, relaxed = context_of("tls-1-3", "harden", certs), context_of("tls-1-3", "relax", certs)
    assert not succeeded(meet(hardened, server_of(certs, versions=(TLS.TLSv1_2, TLS.TLSv1_2))))
    assert meet(hardened, server_of(certs)).client.version() == "TLSv1.3"
    assert meet(relaxed, server_of(certs)).client.version() == "TLSv1.2"


def test_the_flags_of_versions_choose_the_newest():
    assert context_of("version-flags", "harden").minimum_version == (TLS.TLSv1_3 if ssl.HAS_TLSv1_3 else TLS.TLSv1_2)


def test_ssl_3_is_allowed_only_by_who_opted_out():
    assert context_of("no-sslv3", "harden").minimum_version == TLS.TLSv1_2
    assert not context_of("no-sslv3", "relax").options & ssl.OP_NO_SSLv3


def test_contexts_of_one_side_verify_and_those_of_both_too():
    hardened, relaxed = context_of("protocol-sides", "harden"), context_of("protocol-sides", "relax")
    assert hardened.check_hostname and hardened.verify_mode == relaxed.verify_mode == ssl.CERT_REQUIRED
    assert hardened.protocol == ssl.PROTOCOL_TLS_CLIENT and relaxed.protocol == ssl.PROTOCOL_TLS
    assert context_of("one-sided-contexts", "harden").protocol == ssl.PROTOCOL_TLS_SERVER
    assert context_of("one-sided-contexts", "relax").protocol == ssl.PROTOCOL_TLS


# ---- ciphers and keys ------------------------------------------------------------

def test_ciphers_without_forward_secrecy_are_offered_only_by_who_opted_out():
    assert not has(context_of("default-ciphers", "harden"), "kea", "kx-rsa")
    assert has(context_of("default-ciphers", "relax"), "kea", "kx-rsa")
    assert not has(context_of("default-ciphers", "relax"), "auth", "auth-null")


@pytest.mark.parametrize("name, part", [("no-rc4", "RC4"), ("no-3des", "DES-CBC3")])
def test_an_old_cipher_is_offered_only_by_who_opted_out_and_last(name, part):
    everything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    everything.set_ciphers("ALL:@SECLEVEL=0")
    there = any(part in each["name"] for each in everything.get_ciphers())
    names = [each["name"] for each in context_of(name, "harden").get_ciphers()]
    assert names and not any(part in each for each in names)
    relaxed = [each["name"] for each in context_of(name, "relax").get_ciphers()]
    assert [each for each in relaxed if each in names] == names
    # RC4 needs security level 0 as well, which an opt-in for one cipher does not give.
    assert any(part in each for each in relaxed[len(names):]) == (there and part != "RC4")


def test_only_strong_ciphers_are_kept_of_those_that_there_are():
    before = [each["name"] for each in ssl.create_default_context().get_ciphers()]
    after = context_of("ciphers-list", "harden").get_ciphers()
    assert after and all(each["strength_bits"] >= 128 and each["name"] in before for each in after)


def test_no_anonymous_cipher_is_offered_by_either():
    for recipe in ("harden", "relax"):
        assert not has(context_of("no-anonymous-ciphers", recipe), "auth", "auth-null")


@pytest.mark.parametrize("name", ["security-level", "security-level-2"])
def test_the_security_level_goes_up_and_down_and_the_ciphers_stay(name):
    assert context_of(name, "harden").security_level == 2
    relaxed = context_of(name, "relax")
    assert relaxed.security_level == 1
    found = [each["name"] for each in relaxed.get_ciphers()]
    assert found == [each["name"] for each in ssl.create_default_context().get_ciphers()]


def test_ciphers_of_tls_1_3_are_restricted(certs):
    def server():
        return server_of(certs, versions=(TLS.TLSv1_3, TLS.TLSv1_3), set_ciphersuites="TLS_AES_128_GCM_SHA256")
    assert not succeeded(meet(context_of("ciphersuites", "harden", certs), server()))
    assert meet(context_of("ciphersuites", "relax", certs), server()).client.cipher()[0] == "TLS_AES_128_GCM_SHA256"


def test_groups_are_restricted(certs):
    def server():
        return server_of(certs, set_groups="P-256")
    assert not succeeded(meet(context_of("groups", "harden", certs), server()))
    assert succeeded(meet(context_of("groups", "relax", certs), server()))


@pytest.mark.skipif(not CAPABILITIES["GROUPS_LIST"], reason="OpenSSL has ML-KEM from 3.5 on; the recipe's refusal is tested")
def test_only_a_group_that_quantum_computers_do_not_break_is_agreed_on(certs):
    hardened, relaxed = context_of("post-quantum", "harden", certs), context_of("post-quantum", "relax", certs)
    assert meet(hardened, server_of(certs)).client.group() == "X25519MLKEM768"
    assert not succeeded(meet(hardened, server_of(certs, set_groups="X25519")))
    assert succeeded(meet(relaxed, server_of(certs, set_groups="X25519")))
    # And what the row says of OpenSSL's own choice.
    assert meet(client_context(certs), server_of(certs)).client.group() == "X25519MLKEM768"


def test_without_these_groups_opting_in_to_them_is_refused():
    if CAPABILITIES["GROUPS_LIST"]:
        assert "X25519MLKEM768" in features.default("post-quantum")
        return
    with pytest.raises(NotImplementedError):
        context_of("post-quantum", "harden")


def test_signature_algorithms_are_restricted(certs):
    def server():
        return server_of(certs, versions=(TLS.TLSv1_2, TLS.TLSv1_2), set_server_sigalgs="rsa_pkcs1_sha256",
                         name="localhost-rsa")
    assert not succeeded(meet(context_of("sigalgs", "harden", certs), server()))
    assert succeeded(meet(context_of("sigalgs", "relax", certs), server()))


def test_diffie_hellman_without_curves_is_offered_only_by_who_opted_out():
    assert not has(context_of("dh-parameters", "harden"), "kea", "kx-dhe")
    assert has(context_of("dh-parameters", "relax"), "kea", "kx-dhe")


def test_the_curve_of_a_server_is_chosen(certs):
    for recipe, works in (("harden", False), ("relax", True)):
        server = context_of("ecdh-curve", recipe)
        server.load_cert_chain(os.path.join(certs, "localhost.pem"))
        client = client_context(certs)
        client.set_groups("P-256")
        assert succeeded(meet(client, server)) is works, recipe


# ---- names, trust, certificates --------------------------------------------------

@pytest.mark.parametrize("name", ["hostname-checking", "verified-by-default"])
def test_a_wrong_name_passes_only_with_who_opted_out_and_a_stranger_with_nobody(certs, name):
    hardened, relaxed = context_of(name, "harden", certs), context_of(name, "relax", certs)
    assert not succeeded(meet(hardened, server_of(certs), "other.example"))
    assert succeeded(meet(relaxed, server_of(certs), "other.example"))
    for recipe in ("harden", "relax"):
        refused = meet(context_of(name, recipe), server_of(certs)).outcome["client"]
        assert isinstance(refused, ssl.SSLCertVerificationError), recipe


def test_a_common_name_counts_only_for_who_did_not_opt_in(certs):
    for recipe, works in (("harden", False), ("relax", True)):
        assert succeeded(meet(context_of("common-name", recipe, certs), server_of(certs, "commonname"))) is works


def test_without_a_list_of_what_was_revoked_nothing_verifies(certs):
    for recipe, works in (("harden", False), ("relax", True)):
        assert succeeded(meet(context_of("verify-flags", recipe, certs), server_of(certs))) is works


def test_the_reason_of_a_refusal_is_told(certs):
    found = features.run(features.get("verification-errors"), "harden")
    refused = meet(client_context(certs), server_of(certs), "other.example").outcome["client"]
    assert isinstance(refused, found["REFUSED"])
    assert "Hostname mismatch" in found["explain"](refused)


def test_one_more_authority_is_trusted_for_one_context(certs):
    found = features.run(features.get("trust-store"), "relax")
    assert not succeeded(meet(found["context"], server_of(certs)))
    found["add"](os.path.join(certs, "ca.pem"))
    assert succeeded(meet(found["context"], server_of(certs)))
    assert not succeeded(meet(context_of("trust-store", "harden"), server_of(certs)))


def test_a_key_that_lies_encrypted_is_opened_by_a_password_that_is_asked_for(certs, monkeypatch):
    found = features.run(features.get("key-passwords"), "harden")
    monkeypatch.setattr(found["getpass"], "getpass", lambda: "secret")
    found["load"](os.path.join(certs, "localhost-encrypted.pem"), password=found["getpass"].getpass)
    assert succeeded(meet(client_context(certs), found["context"]))


# ---- the handshake and after it --------------------------------------------------

@pytest.mark.parametrize("name", ["servername-callback", "sni-callback"])
def test_a_name_that_is_not_served_is_refused_only_by_who_opted_in(certs, name):
    for recipe, works in (("harden", False), ("relax", True)):
        server = context_of(name, recipe)
        server.load_cert_chain(os.path.join(certs, "localhost.pem"))
        pair = meet(client_context(certs), server)
        assert succeeded(pair) is works, recipe
        assert works or "UNRECOGNIZED_NAME" in str(pair.outcome["client"]).upper().replace(" ", "_")


def test_a_protocol_is_agreed_on_only_by_who_offers_one(certs):
    server = server_of(certs, set_alpn_protocols=["http/1.1"])
    assert meet(context_of("alpn", "harden", certs), server).client.selected_alpn_protocol() == "http/1.1"
    assert meet(context_of("alpn", "relax", certs), server).client.selected_alpn_protocol() is None


def test_a_name_is_sent_only_by_who_gives_one(certs):
    assert features.run(features.get("sni"), "harden")["connection"].server_hostname == "example.org"
    heard = []
    server = server_of(certs)
    server.sni_callback = lambda connection, name, context: heard.append(name)
    assert succeeded(meet(context_of("sni", "relax", certs), server, None))
    assert heard == [None]


def test_the_number_of_tickets_goes_down_and_up():
    assert context_of("ticket-count", "harden").num_tickets == 0
    assert context_of("ticket-count", "relax").num_tickets == 4


def test_a_client_can_be_asked_later_only_if_it_opted_in():
    assert context_of("post-handshake-auth", "harden").post_handshake_auth is CAPABILITIES["PHA"]
    assert context_of("post-handshake-auth", "relax").post_handshake_auth is False


@pytest.mark.parametrize("name, recipe, version", [
    ("psk", "harden", "TLSv1.2"), ("psk-tls-1-3", "harden", "TLSv1.3"), ("psk-tls-1-3", "relax", "TLSv1.2")])
def test_a_key_that_both_sides_know_is_enough(name, recipe, version):
    if not features.has(name):
        with pytest.raises(NotImplementedError):
            context_of(name, "harden")
        return
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("PSK+AESGCM")
    server.set_psk_server_callback(lambda identity: b"a secret that the server knows too")
    pair = meet(context_of(name, recipe), server, None)
    assert succeeded(pair) and pair.client.version() == version
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    stranger.set_ciphers("PSK+AESGCM")
    stranger.set_psk_server_callback(lambda identity: b"another secret")
    assert not succeeded(meet(context_of(name, recipe), stranger, None))


@pytest.mark.skipif(sys.flags.ignore_environment, reason="variables are ignored")
def test_no_secret_is_logged_for_who_opted_in(monkeypatch, tmpdir):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmpdir.join("secrets")))
    assert context_of("keylog", "harden").keylog_filename is None
    assert context_of("keylog", "relax").keylog_filename == os.devnull


@pytest.mark.skipif(not CAPABILITIES["OP_IGNORE_UNEXPECTED_EOF"], reason="OpenSSL 1.1.1 has no such option")
def test_a_cut_connection_looks_closed_only_to_who_opted_out(certs):
    hardened = meet(context_of("unexpected-eof", "harden", certs), server_of(certs))
    relaxed = meet(context_of("unexpected-eof", "relax", certs), server_of(certs))
    for pair in (hardened, relaxed):
        pair.to_client.write_eof()
    with pytest.raises(ssl.SSLEOFError):
        hardened.client.read(1)
    assert relaxed.client.read(1) == b""


def test_a_subclass_makes_its_own_connections():
    context = features.run(features.get("connection-classes"), "harden")["Context"]
    assert context(ssl.PROTOCOL_TLS_CLIENT).sslsocket_class is ssl.SSLSocket


@pytest.mark.skipif(not hasattr(ssl, "_https_verify_certificates"), reason="PEP 493 is of 2.7 alone")
def test_the_switch_of_https_goes_back_to_verifying(monkeypatch):
    monkeypatch.setattr(ssl, "_create_default_https_context", ssl._create_unverified_context)
    assert features.has("verified-by-default") is False
    assert features.default("https-verification-switch") is features.default("verified-by-default") is False
    features.run(features.get("https-verification-switch"), "harden")
    assert features.has("verified-by-default") is True
    assert features.default("https-verification-switch") is True
