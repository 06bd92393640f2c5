"""Contexts as programs make and set them: arguments, errors, life; the same words as 3.15's."""
from __future__ import absolute_import, division, print_function

import os
import pickle
import ssl
import sys
import warnings

import pytest

from regraft import _behavior, policy



@pytest.fixture
def client():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def server():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_that_holds_a_connection_can_be_pickled(client, protocol):
    client.check_hostname = False
    connection = client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
    for item in (client, ssl.MemoryBIO(), connection._sslobj, connection):
        with pytest.raises(TypeError, match="cannot pickle"):
            pickle.dumps(item, protocol)


def test_sessions_and_certificates_cannot_be_pickled(certs):
    from handshakes import Pair, client_context, server_context

    pair = Pair(client_context(certs), server_context(certs)).shake_hands()
    for item in (pair.client.session, pair.client.get_verified_chain()[0]):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="cannot pickle '_ssl\\."):
                pickle.dumps(item, protocol)


def test_verify_flags_are_numbers(client):
    with pytest.raises(TypeError, match="argument must be int, not str"):
        client.verify_flags = "x"
    with pytest.raises(TypeError, match="argument must be int, not None"):
        client.verify_flags = None


def test_what_cannot_be_called_is_no_message_callback(client):
    with pytest.raises(TypeError, match="^x is not callable.$"):
        client._msg_callback = "x"


def test_memory_bios_are_asked_for_by_name(client):
    with pytest.raises(TypeError, match="argument 'incoming' must be _ssl.MemoryBIO, not None"):
        client._wrap_bio(None, None, False)


def test_an_unverified_context_that_checks_names_is_a_contradiction():
    with pytest.raises(ValueError, match="Cannot set verify_mode to CERT_NONE when check_hostname is enabled."):
        ssl._create_unverified_context(check_hostname=True)
    with pytest.raises(ValueError, match="Cannot set verify_mode to CERT_NONE"):
        ssl._create_stdlib_context(ssl.PROTOCOL_TLS_CLIENT, cert_reqs=ssl.CERT_NONE, check_hostname=True)
    context = ssl._create_unverified_context(cert_reqs=ssl.CERT_REQUIRED, check_hostname=True)
    assert context.check_hostname and context.verify_mode == ssl.CERT_REQUIRED


def test_no_word_on_verification_leaves_what_the_protocol_brings_unless_none_is_what_is_left_out():
    context = ssl._create_unverified_context(cert_reqs=None)
    brings = _behavior.UNVERIFIED_CONTEXT_SETS_VERIFY_MODE and policy.DEFAULTS.one_sided
    assert context.verify_mode == (ssl.CERT_REQUIRED if brings else ssl.CERT_NONE)
    assert ssl._create_unverified_context().verify_mode == ssl.CERT_NONE


def test_a_hint_for_pre_shared_keys_has_its_length_and_type(server):
    if not ssl.HAS_PSK:
        pytest.skip("this OpenSSL has no pre-shared keys")
    with pytest.raises(ValueError, match="failed to set identity hint"):
        server.set_psk_server_callback(lambda identity: b"", "h" * 1000)
    with pytest.raises(TypeError, match="'identity_hint' must be str or None, not int"):
        server.set_psk_server_callback(lambda identity: b"", 5)
    server.set_psk_server_callback(lambda identity: b"", u"\u20ac")


def test_a_subclass_may_call_the_constructor_of_the_host():
    class Context(ssl.SSLContext):
        def __new__(cls, name):
            return super(Context, cls).__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

        def __init__(self, name):
            if sys.version_info < (3, 7):
                super(Context, self).__init__(ssl.PROTOCOL_TLS_CLIENT)
            self.name = name

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        context = Context("x")
    assert context.name == "x" and context.protocol is ssl.PROTOCOL_TLS_CLIENT


def test_an_empty_certificate_is_an_empty_block():
    text = ssl.DER_cert_to_PEM_cert(b"")
    assert text == "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n"
    assert ssl.PEM_cert_to_DER_cert(text) == b""


def test_classes_and_functions_say_they_are_of_ssl():
    for item in (ssl.SSLContext, ssl.SSLSocket, ssl.SSLObject, ssl.SSLError, ssl.Purpose, ssl.DefaultVerifyPaths,
                 ssl.cert_time_to_seconds, ssl.DER_cert_to_PEM_cert, ssl.get_default_verify_paths):
        assert item.__module__ == "ssl"
    assert repr(ssl.SSLSocket) == "<class 'ssl.SSLSocket'>"
    assert pickle.loads(pickle.dumps(ssl.SSLObject)) is ssl.SSLObject


def test_a_key_log_that_cannot_be_opened_leaves_the_one_before(client, tmpdir):
    path = os.path.join(str(tmpdir), "keys")
    client.keylog_filename = path
    with pytest.raises((IOError, OSError)):
        client.keylog_filename = os.path.join(str(tmpdir), "missing", "keys")
    assert client.keylog_filename == path
    client.keylog_filename = None
    assert client.keylog_filename is None
    with pytest.raises(TypeError):
        client.keylog_filename = 1


@pytest.mark.skipif(sys.version_info >= (3, 7), reason="CertificateError is an SSLError since 3.7")
def test_a_certificate_error_says_its_text_where_it_always_did():
    assert str(ssl.CertificateError("hostname 'a' doesn't match 'b'")) == "hostname 'a' doesn't match 'b'"
    assert str(ssl.CertificateError()) == ""
    assert str(ssl.CertificateError(1, "text")) == str(ssl.SSLError(1, "text"))


def test_negative_options_are_what_the_host_makes_of_them(server):
    if sys.version_info >= (3, 12):
        with pytest.raises(ValueError, match="Cannot convert negative int"):
            server.options = -1
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.options = ~ssl.OP_NO_TICKET.value
    assert server.options & ssl.OP_NO_RENEGOTIATION and not server.options & ssl.OP_NO_TICKET


@pytest.mark.skipif(sys.version_info >= (3, 7), reason="Python 3.7 and later refuse it")
def test_an_empty_name_is_none_where_none_is_checked(client):
    with pytest.raises(ValueError):
        client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="")
    client.check_hostname = False
    assert client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="").server_hostname == ""
