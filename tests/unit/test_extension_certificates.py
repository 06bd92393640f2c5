"""Certificates: dictionaries, the class Certificate, and names of ASN.1 objects."""
from __future__ import absolute_import, division, print_function

import io
import os

import pytest

from handshakes import Pair, client_context, server_context
from regraft import _openssl


def decode(certs, name):
    return _openssl._test_decode_cert(os.path.join(certs, name))


@pytest.fixture
def chain(certs):
    """The verified chain of a connection: leaf, intermediate, root."""
    return Pair(client_context(certs), server_context(certs, "intermediate-chain.pem")).shake_hands(
        ).client.get_verified_chain()


# ---- dictionaries ------------------------------------------------------------------

def test_every_kind_of_name_is_there(certs):
    assert decode(certs, "everything-cert.pem")["subjectAltName"] == (
        ("DNS", "localhost"), ("DNS", "*.everything.example"), ("IP Address", "127.0.0.1"),
        ("IP Address", "2001:DB8:0:0:0:0:0:1"), ("email", "everything@regraft.example"),
        ("URI", "https://everything.example/a?b=c"), ("Registered ID", "1.2.3.4.5"),
        ("DirName", ((("countryName", "XX"),), (("commonName", "directory name"),))))


def test_the_subject_is_text_in_any_script(certs):
    assert decode(certs, "everything-cert.pem")["subject"] == (
        (("countryName", u"XX"),), (("organizationName", u"Ex\xe4mple, with a comma"),),
        (("organizationalUnitName", u"\u65e5\u672c\u8a9e"),), (("commonName", u"everything"),),
        (("emailAddress", u"everything@regraft.example"),))


def test_addresses_of_services_are_there(certs):
    info = decode(certs, "everything-cert.pem")
    assert info["OCSP"] == ("http://ocsp.regraft.example/",)
    assert info["caIssuers"] == ("http://ca.regraft.example/ca",)
    assert info["crlDistributionPoints"] == ("http://crl.regraft.example/crl",)


def test_what_a_certificate_lacks_the_dictionary_lacks(certs):
    assert sorted(decode(certs, "commonname-cert.pem")) == [
        "issuer", "notAfter", "notBefore", "serialNumber", "subject", "version"]


def test_a_nul_does_not_end_a_name(certs):
    names = [value for kind, value in decode(certs, "nulname-cert.pem")["subjectAltName"]]
    assert "localhost\0.evil.example" in names and "localhost" not in names


def test_odd_kinds_of_names_are_shown_as_3_15_shows_them(certs):
    assert decode(certs, "oddnames-cert.pem")["subjectAltName"] == (
        ("othername", "<unsupported>"), ("Registered ID", "TLS Web Server Authentication"),
        ("URI", "https://good.example\0.evil.example/"), ("email", "good\0@evil.example"))


def test_an_extension_without_a_name_is_there_and_empty(certs):
    assert decode(certs, "nonames-cert.pem")["subjectAltName"] == ()


def test_a_crl_distribution_point_that_says_nothing_is_left_out(certs):
    # CVE-2019-5010: looking at such a certificate ended the process.
    info = decode(certs, "nopoint-cert.pem")
    assert "crlDistributionPoints" not in info and info["subjectAltName"] == (("DNS", "localhost"),)


def test_an_extension_that_cannot_be_read_is_an_error_and_not_left_out(certs):
    with pytest.raises(_openssl.SSLError, match="ASN1"):
        decode(certs, "brokennames-cert.pem")


def test_fields_have_the_types_that_programs_saw(certs):
    info = decode(certs, "localhost-cert.pem")
    text = type(u"")
    assert info["version"] == 3
    assert [type(info[key]) for key in ("notBefore", "notAfter", "serialNumber")] == [text, str, text]
    assert all(type(value) is str for _, value in info["subjectAltName"])
    assert info["notBefore"].endswith(" GMT")
    int(info["serialNumber"], 16)


def test_a_file_that_holds_no_certificate_is_refused(certs):
    with pytest.raises(_openssl.SSLError) as caught:
        decode(certs, "README")
    assert caught.value.args == ("Error decoding PEM-encoded file",)
    with pytest.raises(_openssl.SSLError) as caught:
        decode(certs, "nowhere.pem")
    assert caught.value.args == ("Can't open file",)


# ---- Certificate ---------------------------------------------------------------------

def test_certificates_come_from_connections_only():
    with pytest.raises(TypeError) as caught:
        _openssl.Certificate()
    assert str(caught.value) == "cannot create '_ssl.Certificate' instances"
    with pytest.raises(TypeError):
        type("Mine", (_openssl.Certificate,), {})


def test_a_certificate_has_its_two_forms(certs, chain):
    with io.open(os.path.join(certs, "intermediate-cert.pem")) as stream:
        pem = stream.read()
    assert chain[0].public_bytes() == chain[0].public_bytes(_openssl.ENCODING_PEM) == pem
    assert isinstance(chain[0].public_bytes(), str)
    binary = chain[0].public_bytes(format=_openssl.ENCODING_DER)
    assert isinstance(binary, bytes) and binary[:1] == b"\x30"
    with pytest.raises(ValueError):
        chain[0].public_bytes(5)


def test_certificates_are_compared_by_what_they_say(chain):
    again = chain[0]
    assert chain[0] == again and hash(chain[0]) == hash(again)
    assert chain[0] != chain[1] and not chain[0] == chain[1]
    assert len({chain[0], again, chain[1]}) == 2
    assert chain[0] != 1


def test_a_certificate_tells_who_it_is(chain):
    assert chain[0].get_info()["issuer"] == chain[1].get_info()["subject"]
    assert repr(chain[0]).startswith("<_ssl.Certificate '") and "regraft throw-away" in repr(chain[0])


# ---- ASN.1 objects ---------------------------------------------------------------------

def test_objects_are_found_by_number_name_and_nid():
    server = (129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1")
    assert _openssl.txt2obj("1.3.6.1.5.5.7.3.1") == server
    assert _openssl.txt2obj(u"serverAuth", name=True) == server
    assert _openssl.nid2obj(129) == server
    assert all(type(each) is str for each in _openssl.nid2obj(129)[1:])


@pytest.mark.parametrize("call, words", [
    (lambda: _openssl.txt2obj("serverAuth"), "unknown object 'serverAuth'"),
    (lambda: _openssl.txt2obj("1.2.3.4.5.6.7"), "Unknown object"),
    (lambda: _openssl.nid2obj(-1), "NID must be positive."),
    (lambda: _openssl.nid2obj(0), "Unknown object"),
    (lambda: _openssl.nid2obj(1000000), "unknown NID 1000000")])
def test_unknown_objects_are_refused(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == words


# ---- names of errors ---------------------------------------------------------------------

def test_names_of_errors_are_those_of_the_library_in_use():
    names = _openssl.err_names_to_codes
    assert names["NO_START_LINE"][0] in _openssl.lib_codes_to_names
    for code, name in _openssl.err_codes_to_names.items():
        assert name == name.upper() and " " not in name
        assert _openssl.lib_codes_to_names[code[0]] in ("SSL", "PEM", "X509")
    for name in ("CERTIFICATE_VERIFY_FAILED", "SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_UNKNOWN_CA",
                 "WRONG_VERSION_NUMBER", "AT_LEAST_TLS_1_2_NEEDED_IN_SUITEB_MODE"):
        assert _openssl.err_codes_to_names[names[name]] == name
    assert ("UNEXPECTED_EOF_WHILE_READING" in names) == _openssl.CAPABILITIES["OPENSSL3"]
