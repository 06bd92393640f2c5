"""_SSLContext: its settings, what they do to a handshake, and what it refuses."""
from __future__ import absolute_import, division, print_function

import copy
import os
import pickle
import subprocess
import sys
import threading

import pytest

from handshakes import Pair, client_context, server_context
from regraft import _openssl, policy
from regraft._openssl import _SSLContext

GENERIC = _openssl.PROTOCOL_TLS
CLIENT = _openssl.PROTOCOL_TLS_CLIENT
SERVER = _openssl.PROTOCOL_TLS_SERVER
PROPERTIES = ("options", "verify_mode", "verify_flags", "check_hostname", "minimum_version", "maximum_version",
              "post_handshake_auth", "_host_flags", "num_tickets", "sni_callback", "_msg_callback",
              "keylog_filename", "protocol", "security_level")


@pytest.fixture
def defaults():
    """Has the library's defaults in a test that changes those of new contexts, and puts those in force back after it."""
    _openssl.set_context_defaults()
    yield
    policy.configure(_openssl)


# ---- making one ------------------------------------------------------------------

@pytest.mark.parametrize("protocol", [-1, 0, 1, 6, 15, 18, 99])
def test_an_unknown_protocol_is_refused(protocol):
    with pytest.raises(ValueError) as caught:
        _SSLContext(protocol)
    assert str(caught.value) == "invalid or unsupported protocol version %d" % protocol


def test_a_protocol_that_is_no_number_is_refused():
    with pytest.raises(TypeError):
        _SSLContext("2")


def test_a_client_context_verifies_and_the_others_do_not():
    client, server, generic = _SSLContext(CLIENT), _SSLContext(SERVER), _SSLContext(GENERIC)
    assert (client.verify_mode, client.check_hostname) == (_openssl.CERT_REQUIRED, True)
    assert (server.verify_mode, server.check_hostname) == (_openssl.CERT_NONE, False)
    assert (generic.verify_mode, generic.check_hostname) == (_openssl.CERT_NONE, False)


def test_a_new_context_has_the_options_that_python_always_sets():
    options = _SSLContext(GENERIC).options
    wanted = (_openssl.OP_ALL | _openssl.OP_NO_SSLv3 | _openssl.OP_NO_COMPRESSION
              | _openssl.OP_CIPHER_SERVER_PREFERENCE)
    assert options & wanted == wanted
    assert not options & _openssl.OP_NO_TLSv1_3


@pytest.mark.skipif(_openssl.CAPABILITIES["BUNDLED_OPENSSL"], reason="the import is refused: test_openssl_configuration.py")
@pytest.mark.skipif(not _openssl.CAPABILITIES["OPENSSL3"], reason="this OpenSSL has no providers")
def test_a_configuration_without_a_working_provider_is_named(tmpdir):
    configuration = tmpdir.join("openssl.cnf")
    configuration.write("openssl_conf = a\n[a]\nproviders = b\n[b]\nmissing = c\n[c]\nactivate = 1\n")
    environment = dict(os.environ, OPENSSL_CONF=str(configuration))
    script = ("from regraft import _openssl\n"
              "try:\n    _openssl._SSLContext(2)\n"
              "except _openssl.SSLError as error:\n    print(error)\n")
    said = subprocess.check_output([sys.executable, "-c", script], env=environment)
    assert str(configuration).encode("ascii") in said


def test_a_context_can_be_neither_pickled_nor_copied():
    context = _SSLContext(GENERIC)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(context, protocol)
    with pytest.raises(TypeError):
        copy.copy(context)


@pytest.mark.parametrize("name", PROPERTIES)
def test_no_setting_can_be_deleted(name):
    context = _SSLContext(SERVER)
    before = getattr(context, name)
    with pytest.raises(AttributeError):
        delattr(context, name)
    assert getattr(context, name) == before


def test_a_subclass_may_delete_its_own_attributes():
    class Context(_SSLContext):
        pass

    context = Context(GENERIC)
    context.extra = 1
    del context.extra
    assert not hasattr(context, "extra")


# ---- defaults of new contexts ----------------------------------------------------

def test_defaults_reach_new_contexts_and_only_those(defaults):
    old = _SSLContext(GENERIC)
    before = old.options
    _openssl.set_context_defaults(ciphers="ECDHE+AESGCM", minimum_version=_openssl.PROTO_TLSv1_2,
                                  security_level=2, options_set=_openssl.OP_NO_TICKET,
                                  options_clear=_openssl.OP_NO_COMPRESSION)
    new = _SSLContext(GENERIC)
    assert new.minimum_version == _openssl.PROTO_TLSv1_2
    assert new.security_level == 2
    assert new.options & _openssl.OP_NO_TICKET and not new.options & _openssl.OP_NO_COMPRESSION
    assert all(each["aead"] for each in new.get_ciphers())
    assert _openssl._DEFAULT_CIPHERS == "ECDHE+AESGCM"
    assert old.options == before


def test_a_minimum_version_by_default_leaves_pinned_protocols_alone(defaults):
    _openssl.set_context_defaults(minimum_version=_openssl.PROTO_TLSv1_2)
    assert _SSLContext(_openssl.PROTOCOL_TLSv1).minimum_version == _openssl.PROTO_MINIMUM_SUPPORTED


# ---- versions ----------------------------------------------------------------------

@pytest.mark.parametrize("version", [_openssl.PROTO_TLSv1_2, _openssl.PROTO_TLSv1_3])
def test_bounds_are_read_back_as_they_were_set(version):
    context = _SSLContext(GENERIC)
    context.minimum_version = context.maximum_version = version
    assert (context.minimum_version, context.maximum_version) == (version, version)
    context.minimum_version = _openssl.PROTO_MINIMUM_SUPPORTED
    context.maximum_version = _openssl.PROTO_MAXIMUM_SUPPORTED
    assert context.minimum_version == _openssl.PROTO_MINIMUM_SUPPORTED
    assert context.maximum_version == _openssl.PROTO_MAXIMUM_SUPPORTED


@pytest.mark.parametrize("value", [0, 2, 0x305, -3])
def test_a_version_that_does_not_exist_is_refused(value):
    context = _SSLContext(GENERIC)
    with pytest.raises(ValueError) as caught:
        context.minimum_version = value
    assert str(caught.value) == "Unsupported TLS/SSL version 0x%x" % (value & 0xFFFFFFFF)


def test_a_pinned_protocol_has_no_bounds_to_change():
    context = _SSLContext(_openssl.PROTOCOL_TLSv1_2)
    with pytest.raises(ValueError):
        context.minimum_version = _openssl.PROTO_TLSv1_2
    with pytest.raises(ValueError):
        context.maximum_version = _openssl.PROTO_TLSv1_3


def test_a_pinned_protocol_speaks_that_version_only(certs):
    client = _SSLContext(_openssl.PROTOCOL_TLSv1_2)
    assert Pair(client, server_context(certs)).shake_hands().client.version() == "TLSv1.2"
    server = server_context(certs)
    server.minimum_version = _openssl.PROTO_TLSv1_3
    with pytest.raises(_openssl.SSLError):
        Pair(client, server).shake_hands()


@pytest.mark.parametrize("option, version", [("OP_NO_TLSv1_2", "TLSv1.3"), ("OP_NO_TLSv1_3", "TLSv1.2")])
def test_a_version_that_is_switched_off_leaves_the_best_of_the_others(certs, option, version):
    client = client_context(certs)
    client.minimum_version = _openssl.PROTO_MINIMUM_SUPPORTED
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.options |= getattr(_openssl, option)
    assert Pair(client, server_context(certs)).shake_hands().client.version() == version


def test_options_can_be_set_and_cleared():
    context = _SSLContext(GENERIC)
    context.options |= _openssl.OP_NO_TICKET
    assert context.options & _openssl.OP_NO_TICKET
    context.options &= ~_openssl.OP_NO_TICKET
    assert not context.options & _openssl.OP_NO_TICKET
    for wrong, error in ((-1, ValueError), (1 << 64, OverflowError), ("1", TypeError)):
        with pytest.raises(error):
            context.options = wrong


# ---- verification ---------------------------------------------------------------------

def test_checking_names_switches_verification_on():
    context = _SSLContext(GENERIC)
    context.check_hostname = True
    assert context.verify_mode == _openssl.CERT_REQUIRED


def test_verification_stays_on_while_names_are_checked():
    context = _SSLContext(CLIENT)
    with pytest.raises(ValueError) as caught:
        context.verify_mode = _openssl.CERT_NONE
    assert str(caught.value) == "Cannot set verify_mode to CERT_NONE when check_hostname is enabled."
    assert context.verify_mode == _openssl.CERT_REQUIRED


@pytest.mark.parametrize("mode", [_openssl.CERT_NONE, _openssl.CERT_OPTIONAL, _openssl.CERT_REQUIRED])
def test_a_verify_mode_is_read_back(mode):
    context = _SSLContext(SERVER)
    context.verify_mode = mode
    assert context.verify_mode == mode


@pytest.mark.parametrize("mode", [-1, 3, 7])
def test_an_unknown_verify_mode_is_refused(mode):
    context = _SSLContext(SERVER)
    with pytest.raises(ValueError):
        context.verify_mode = mode


class Old:
    """Of 2.7's old kind, whose type has the slot of __index__ whatever the class has."""


class Answering(object):
    """Answers __index__ as it is told."""

    def __init__(self, answer):
        self.answer = answer

    def __index__(self):
        return self.answer


@pytest.mark.parametrize("value", [1.0, "1", None, Old(), Answering("1"), Answering(1.0), Answering(None)],
                         ids=["float", "str", "None", "old", "index-str", "index-float", "index-None"])
@pytest.mark.parametrize("name", ["options", "verify_flags", "verify_mode", "minimum_version", "num_tickets"])
def test_what_is_no_integer_is_refused_and_changes_nothing(name, value):
    context = _SSLContext(SERVER)
    before = getattr(context, name)
    with pytest.raises(TypeError):
        setattr(context, name, value)
    assert getattr(context, name) == before


def test_what_has_an_index_is_an_integer():
    context = _SSLContext(SERVER)
    value = Answering(_openssl.CERT_REQUIRED)
    value.__index__ = "not looked up in the object"
    context.verify_mode = value
    assert context.verify_mode == _openssl.CERT_REQUIRED


def test_verify_flags_are_set_and_cleared():
    context = _SSLContext(GENERIC)
    assert context.verify_flags == _openssl.VERIFY_X509_TRUSTED_FIRST
    context.verify_flags = _openssl.VERIFY_CRL_CHECK_CHAIN | _openssl.VERIFY_X509_STRICT
    assert context.verify_flags == _openssl.VERIFY_CRL_CHECK_CHAIN | _openssl.VERIFY_X509_STRICT
    context.verify_flags = _openssl.VERIFY_DEFAULT
    assert context.verify_flags == 0


def test_partial_wildcards_are_not_accepted_unless_asked_for():
    context = _SSLContext(CLIENT)
    assert context._host_flags == _openssl.HOSTFLAG_NO_PARTIAL_WILDCARDS
    context._host_flags = _openssl.HOSTFLAG_NEVER_CHECK_SUBJECT
    assert context._host_flags == _openssl.HOSTFLAG_NEVER_CHECK_SUBJECT


@pytest.mark.parametrize("file, name, code", [
    ("wronghost.pem", "localhost", 62), ("localhost.pem", "127.0.0.2", 64), ("expired.pem", "localhost", 10),
    ("notyet.pem", "localhost", 9), ("untrusted.pem", "localhost", 20), ("selfsigned.pem", "localhost", 18)])
def test_a_certificate_that_does_not_do_is_refused(certs, file, name, code):
    pair = Pair(client_context(certs), server_context(certs, file), name)
    with pytest.raises(_openssl.SSLCertVerificationError) as caught:
        pair.shake_hands()
    error = caught.value
    assert (error.library, error.reason, error.verify_code) == ("SSL", "CERTIFICATE_VERIFY_FAILED", code)
    assert error.errno == 1
    assert error.verify_message in str(error)
    assert str(error).startswith("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ")
    assert isinstance(error, ValueError) and isinstance(error, _openssl.SSLError)


@pytest.mark.parametrize("file, name", [
    ("localhost.pem", "localhost"), ("localhost.pem", "127.0.0.1"), ("localhost.pem", "::1"), ("ip.pem", "::1"),
    ("wildcard.pem", "a.wild.example"), ("intermediate-chain.pem", "localhost")])
def test_a_certificate_for_the_name_or_address_is_accepted(certs, file, name):
    pair = Pair(client_context(certs), server_context(certs, file), name).shake_hands()
    assert pair.client.getpeercert()["subjectAltName"]


def test_a_revoked_certificate_is_refused_once_lists_are_checked(certs):
    client = client_context(certs)
    Pair(client, server_context(certs, "revoked.pem")).shake_hands()
    client.verify_flags |= _openssl.VERIFY_CRL_CHECK_LEAF
    with pytest.raises(_openssl.SSLCertVerificationError) as caught:
        Pair(client, server_context(certs, "revoked.pem")).shake_hands()
    assert caught.value.verify_message == "unable to get certificate CRL"
    client.load_verify_locations(os.path.join(certs, "crl.pem"))
    with pytest.raises(_openssl.SSLCertVerificationError) as caught:
        Pair(client, server_context(certs, "revoked.pem")).shake_hands()
    assert caught.value.verify_message == "certificate revoked"
    Pair(client, server_context(certs, "localhost.pem")).shake_hands()


# ---- algorithms -----------------------------------------------------------------------------

def test_ciphers_are_chosen_by_their_names(certs):
    client = client_context(certs)
    client.maximum_version = _openssl.PROTO_TLSv1_2
    client.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    pair = Pair(client, server_context(certs)).shake_hands()
    assert pair.client.cipher() == ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2", 128)
    chosen = [each for each in client.get_ciphers() if each["protocol"] != "TLSv1.3"]
    assert [each["name"] for each in chosen] == ["ECDHE-ECDSA-AES128-GCM-SHA256"]
    assert sorted(chosen[0]) == ["aead", "alg_bits", "auth", "description", "digest", "id", "kea", "name",
                                 "protocol", "strength_bits", "symmetric"]
    assert chosen[0]["aead"] is True and chosen[0]["symmetric"] == "aes-128-gcm"


@pytest.mark.parametrize("names", ["", "NOPE", "TLS_AES_128_GCM_SHA256"])
def test_a_cipher_list_that_selects_nothing_is_refused(names):
    context = _SSLContext(GENERIC)
    before = context.get_ciphers()
    with pytest.raises(_openssl.SSLError) as caught:
        context.set_ciphers(names)
    assert caught.value.args == ("No cipher can be selected.",)
    assert context.get_ciphers() == before


def test_tls_1_3_suites_are_chosen_by_their_names(certs):
    client = client_context(certs)
    client.set_ciphersuites("TLS_CHACHA20_POLY1305_SHA256")
    pair = Pair(client, server_context(certs)).shake_hands()
    assert pair.server.cipher()[:2] == ("TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3")
    with pytest.raises(_openssl.SSLError):
        client.set_ciphersuites("NOPE")


@pytest.mark.parametrize("method", ["set_ciphers", "set_ciphersuites", "set_groups", "set_client_sigalgs",
                                    "set_server_sigalgs"])
def test_names_must_be_text_without_nul(method):
    context = _SSLContext(GENERIC)
    for wrong, error in ((5, TypeError), (None, TypeError), ("A\0B", ValueError)):
        with pytest.raises(error):
            getattr(context, method)(wrong)


def test_groups_and_signature_algorithms_are_chosen_by_their_names(certs):
    client = client_context(certs)
    client.set_groups("P-384")
    client.set_server_sigalgs("ECDSA+SHA256")
    client.set_client_sigalgs("ECDSA+SHA256")
    Pair(client, server_context(certs)).shake_hands()
    server = server_context(certs)
    server.set_groups("P-256")
    with pytest.raises(_openssl.SSLError):
        Pair(client, server).shake_hands()
    with pytest.raises(_openssl.SSLError) as caught:
        client.set_groups("nope")
    assert "unrecognized group" in str(caught.value)
    for method in (client.set_client_sigalgs, client.set_server_sigalgs):
        with pytest.raises(_openssl.SSLError) as caught:
            method("nope")
        assert "unrecognized signature algorithm" in str(caught.value)


def test_lists_of_algorithms_are_there_when_the_library_has_them_and_only_then():
    context = _SSLContext(GENERIC)
    for capability, function in (("GROUPS_LIST", context.get_groups), ("SIGALGS_LIST", _openssl.get_sigalgs)):
        if _openssl.CAPABILITIES[capability]:
            names = function()
            assert len(names) > 3 and all(isinstance(each, str) for each in names)
        else:
            with pytest.raises(NotImplementedError):
                function()


def test_a_curve_is_chosen_by_its_short_name(certs):
    server = server_context(certs)
    server.set_ecdh_curve("secp384r1")
    Pair(client_context(certs), server).shake_hands()
    with pytest.raises(ValueError) as caught:
        server.set_ecdh_curve("nope")
    assert str(caught.value) == "unknown elliptic curve name 'nope'"
    with pytest.raises(TypeError):
        server.set_ecdh_curve(None)


def test_diffie_hellman_parameters_come_from_a_file(certs):
    context = _SSLContext(SERVER)
    context.load_dh_params(os.path.join(certs, "dh2048.pem"))
    with pytest.raises(_openssl.SSLError) as caught:
        context.load_dh_params(os.path.join(certs, "ca.pem"))
    assert (caught.value.library, caught.value.reason) == ("PEM", "NO_START_LINE")
    with pytest.raises(EnvironmentError) as caught:
        context.load_dh_params(os.path.join(certs, "nowhere.pem"))
    assert caught.value.errno == 2 and caught.value.filename.endswith("nowhere.pem")


def test_the_security_level_follows_the_cipher_list():
    context = _SSLContext(GENERIC)
    context.set_ciphers("ALL:@SECLEVEL=1")
    assert context.security_level == 1
    with pytest.raises(AttributeError):
        context.security_level = 0


# ---- sessions and the rest --------------------------------------------------------------------

def test_only_a_server_says_how_many_tickets_it_sends():
    server = _SSLContext(SERVER)
    server.num_tickets = 5
    assert server.num_tickets == 5
    with pytest.raises(ValueError):
        server.num_tickets = -1
    with pytest.raises(ValueError) as caught:
        _SSLContext(CLIENT).num_tickets = 1
    assert str(caught.value) == "SSLContext is not a server context."


def test_sessions_are_counted(certs):
    client, server = client_context(certs), server_context(certs)
    assert set(server.session_stats().values()) == {0}
    Pair(client, server).shake_hands()
    assert (server.session_stats()["accept_good"], client.session_stats()["connect_good"]) == (1, 1)


def test_a_context_for_one_side_refuses_the_other(host_behavior):
    host_behavior(either_side=False)
    first, second = _openssl.MemoryBIO(), _openssl.MemoryBIO()
    with pytest.raises(_openssl.SSLError) as caught:
        _SSLContext(CLIENT)._wrap_bio(first, second, True)
    assert "Cannot create a server socket with a PROTOCOL_TLS_CLIENT context" in str(caught.value)
    with pytest.raises(_openssl.SSLError) as caught:
        _SSLContext(SERVER)._wrap_bio(first, second, False)
    assert "Cannot create a client socket with a PROTOCOL_TLS_SERVER context" in str(caught.value)


@pytest.mark.parametrize("protocol, server_side", [(CLIENT, True), (SERVER, False)])
def test_where_the_host_makes_the_other_side_that_cannot_shake_hands(host_behavior, protocol, server_side):
    host_behavior(either_side=True)
    context = _SSLContext(protocol)
    context.check_hostname = False
    connection = context._wrap_bio(_openssl.MemoryBIO(), _openssl.MemoryBIO(), server_side)
    for _ in range(2):
        with pytest.raises(_openssl.SSLError, match="called a function you should not call"):
            connection.do_handshake()


def test_settings_may_change_while_other_threads_shake_hands(certs, tmpdir):
    client, server = client_context(certs), server_context(certs)
    finished = threading.Event()
    failures = []

    def change():
        turn = 0
        while not finished.wait(0.001):
            turn += 1
            for context in (client, server):
                context.set_ciphers("ECDHE+AESGCM" if turn % 2 else "ALL")
                context._set_alpn_protocols(b"\x02h2" if turn % 2 else b"\x08http/1.1\x02h2")
                context.keylog_filename = str(tmpdir.join("keys")) if turn % 3 else None
            server.load_cert_chain(os.path.join(certs, "localhost.pem"))
            client.load_verify_locations(os.path.join(certs, "ca-and-other.pem"))
            client.get_ca_certs()

    def connect():
        try:
            for _ in range(40):
                Pair(client, server).shake_hands()
        except Exception as error:  # reported by the assertion below
            failures.append(error)

    changer = threading.Thread(target=change)
    connectors = [threading.Thread(target=connect) for _ in range(2)]
    for thread in [changer] + connectors:
        thread.start()
    for thread in connectors:
        thread.join()
    finished.set()
    changer.join()
    assert failures == []
    lines = tmpdir.join("keys").read().splitlines()
    assert all(line.startswith("#") or len(line.split()) == 3 for line in lines)
