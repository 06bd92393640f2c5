"""What a context trusts and what it shows: files, directories and data that are loaded into it."""
from __future__ import absolute_import, division, print_function

import base64
import io
import os

import pytest

from handshakes import Pair, client_context, server_context
from regraft import _openssl
from regraft._openssl import _SSLContext

NOTHING = {"x509": 0, "crl": 0, "x509_ca": 0}


def read(certs, name):
    with io.open(os.path.join(certs, name), "rb") as stream:
        return stream.read()


def der(pem):
    body = pem.split(b"-----BEGIN CERTIFICATE-----")[1].split(b"-----END")[0]
    return base64.b64decode(b"".join(body.split()))


def new_context():
    return _SSLContext(_openssl.PROTOCOL_TLS)


# ---- trusted certificates as data ---------------------------------------------------

def test_der_and_pem_data_may_hold_several_certificates(certs):
    first, second = read(certs, "ca.pem"), read(certs, "other-ca.pem")
    for data in (der(first) + der(second), (first + second).decode("ascii"), bytearray(der(first) + der(second)),
                 memoryview(der(first) + der(second)), (b"# text\n" + first + b"# more\n" + second).decode("ascii")):
        context = new_context()
        context.load_verify_locations(cadata=data)
        assert context.cert_store_stats() == {"x509": 2, "crl": 0, "x509_ca": 2}
        assert sorted(context.get_ca_certs(True)) == sorted([der(first), der(second)])


def test_the_same_certificate_counts_once(certs):
    data = der(read(certs, "ca.pem"))
    context = new_context()
    context.load_verify_locations(cadata=data + data)
    context.load_verify_locations(cadata=data)
    assert context.cert_store_stats()["x509"] == 1


def test_native_text_on_2_7_may_be_pem(certs):
    context = new_context()
    context.load_verify_locations(cadata=str(read(certs, "ca.pem").decode("ascii")))
    assert context.cert_store_stats()["x509_ca"] == 1


@pytest.mark.parametrize("data, words", [
    (b"broken", "not enough data: cadata does not contain a certificate"),
    (u"broken", "no start line: cadata does not contain a certificate")])
def test_data_without_a_certificate_is_refused(data, words):
    context = new_context()
    with pytest.raises(_openssl.SSLError) as caught:
        context.load_verify_locations(cadata=data)
    assert words in str(caught.value)
    assert context.cert_store_stats() == NOTHING


@pytest.mark.parametrize("rest", [b"junk", b"\x30", b"\x30\x82\x01", b"\x00", b"\x30\x00"])
def test_rubbish_after_a_certificate_is_an_error_and_nothing_is_trusted(certs, rest):
    context = new_context()
    with pytest.raises(_openssl.SSLError) as caught:
        context.load_verify_locations(cadata=der(read(certs, "ca.pem")) + rest)
    assert caught.value.library == "ASN1"
    assert context.cert_store_stats() == NOTHING


def test_a_broken_certificate_behind_a_good_one_is_an_error(certs):
    good = read(certs, "ca.pem").decode("ascii")
    context = new_context()
    with pytest.raises(_openssl.SSLError):
        context.load_verify_locations(cadata=good + good.replace("MII", "AAA", 1))
    assert context.cert_store_stats() == NOTHING


@pytest.mark.parametrize("arguments, error", [
    ({}, TypeError), ({"cadata": 5}, TypeError), ({"cadata": u"\xe4"}, TypeError), ({"cadata": b""}, ValueError),
    ({"cadata": u""}, ValueError), ({"cafile": 5}, TypeError), ({"capath": 5}, TypeError),
    ({"cafile": "a\0b"}, ValueError)])
def test_wrong_arguments_are_refused(arguments, error):
    with pytest.raises(error):
        new_context().load_verify_locations(**arguments)


# ---- trusted certificates in files -----------------------------------------------------

def test_files_hold_certificates_and_revocation_lists(certs):
    context = new_context()
    context.load_verify_locations(os.path.join(certs, "ca-and-other.pem"))
    context.load_verify_locations(cafile=os.path.join(certs, "crl.pem"))
    context.load_verify_locations(os.path.join(certs, "localhost-cert.pem"))
    assert context.cert_store_stats() == {"x509": 3, "crl": 1, "x509_ca": 2}
    assert len(context.get_ca_certs()) == 2
    assert all(each["issuer"] == each["subject"] for each in context.get_ca_certs())


def test_a_directory_is_searched_when_it_is_needed(certs):
    client = _SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(capath=os.path.join(certs, "ca-path"))
    assert client.cert_store_stats() == NOTHING
    Pair(client, server_context(certs)).shake_hands()
    assert client.cert_store_stats()["x509_ca"] == 1


def test_a_file_that_cannot_be_read_is_the_systems_error(certs):
    for name, number in (("nowhere.pem", 2), ("", 21)):
        with pytest.raises(EnvironmentError) as caught:
            new_context().load_verify_locations(os.path.join(certs, name))
        assert caught.value.errno == number
        assert not isinstance(caught.value, _openssl.SSLError)


def test_a_file_without_a_certificate_is_refused(certs):
    with pytest.raises(_openssl.SSLError) as caught:
        new_context().load_verify_locations(os.path.join(certs, "README"))
    assert (caught.value.library, caught.value.reason) == ("X509", "NO_CERTIFICATE_OR_CRL_FOUND")


def test_the_librarys_own_places_are_known_and_can_be_loaded():
    places = _openssl.get_default_verify_paths()
    assert (places[0], places[2]) == ("SSL_CERT_FILE", "SSL_CERT_DIR")
    assert all(isinstance(each, str) for each in places)
    new_context().set_default_verify_paths()


# ---- the certificate of this side ---------------------------------------------------------

@pytest.mark.parametrize("password", [
    "secret", b"secret", bytearray(b"secret"), lambda: "secret", lambda: b"secret", lambda: bytearray(b"secret")])
def test_an_encrypted_key_takes_its_password_in_each_form(certs, password):
    server = _SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=password)
    Pair(client_context(certs), server).shake_hands()


@pytest.mark.parametrize("password, error, words", [
    ("wrong", _openssl.SSLError, "[SSL] PEM lib"),
    (b"", _openssl.SSLError, "[SSL] PEM lib"),
    ("x" * 1025, ValueError, "password cannot be longer than 1024 bytes"),
    (lambda: "x" * 1025, ValueError, "password cannot be longer than 1024 bytes"),
    (lambda: None, TypeError, "password callback must return a string"),
    (5, TypeError, "password should be a string or callable")])
def test_a_password_that_does_not_do_says_why(certs, password, error, words):
    server = _SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(error) as caught:
        server.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=password)
    assert words in str(caught.value)


def test_what_the_password_callable_raises_comes_out(certs):
    def ask():
        raise LookupError("no vault")

    server = _SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(LookupError):
        server.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password=ask)
    # Its failure stays with that call.
    server.load_cert_chain(os.path.join(certs, "localhost-encrypted.pem"), password="secret")


def test_the_password_is_not_asked_for_a_key_in_the_clear(certs):
    server = _SSLContext(_openssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(os.path.join(certs, "localhost.pem"), password=lambda: 1 // 0)


def test_a_key_that_does_not_fit_is_refused_and_the_old_certificate_stays(certs):
    server = server_context(certs)
    with pytest.raises(_openssl.SSLError) as caught:
        server.load_cert_chain(os.path.join(certs, "second-cert.pem"), os.path.join(certs, "localhost-key.pem"))
    assert (caught.value.library, caught.value.reason) == ("X509", "KEY_VALUES_MISMATCH")
    Pair(client_context(certs), server).shake_hands()


@pytest.mark.parametrize("name", ["localhost-cert.pem", "localhost-key.pem", "README"])
def test_a_file_without_certificate_or_key_is_refused(certs, name):
    with pytest.raises(_openssl.SSLError) as caught:
        _SSLContext(_openssl.PROTOCOL_TLS_SERVER).load_cert_chain(os.path.join(certs, name))
    assert "[SSL] PEM lib" in str(caught.value)


def test_a_missing_certificate_is_the_systems_error_with_its_name(certs):
    missing = os.path.join(certs, "nowhere.pem")
    for arguments in ((missing,), (os.path.join(certs, "localhost-cert.pem"), missing)):
        with pytest.raises(EnvironmentError) as caught:
            _SSLContext(_openssl.PROTOCOL_TLS_SERVER).load_cert_chain(*arguments)
        assert (caught.value.errno, caught.value.filename) == (2, missing)


def test_a_chain_is_sent_with_the_certificate(certs):
    pair = Pair(client_context(certs), server_context(certs, "intermediate-chain.pem")).shake_hands()
    assert len(pair.client.get_unverified_chain()) == 2
    assert len(pair.client.get_verified_chain()) == 3
    with pytest.raises(_openssl.SSLCertVerificationError):
        Pair(client_context(certs), server_context(certs, "intermediate.pem")).shake_hands()


def test_keys_of_two_kinds_can_be_loaded_side_by_side(certs):
    server = server_context(certs, "localhost.pem")
    server.load_cert_chain(os.path.join(certs, "localhost-rsa.pem"))
    for kind in ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"):
        client = client_context(certs)
        client.maximum_version = _openssl.PROTO_TLSv1_2
        client.set_ciphers(kind)
        assert Pair(client, server).shake_hands().client.cipher()[0] == kind
