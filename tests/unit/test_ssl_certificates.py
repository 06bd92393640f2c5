"""Certificates as text and dictionaries, their times, and names matched by hand."""
from __future__ import absolute_import, division, print_function

import os
import ssl
import sys

import pytest

NAMES_MATCH = hasattr(ssl, "match_hostname")
needs_match_hostname = pytest.mark.skipif(not NAMES_MATCH, reason="Python 3.12 removed match_hostname()")
# Stock 2.7 and 3.6 let "f*.com" stand for "foo.com", 3.7 to 3.11 do not.
PARTIAL = NAMES_MATCH and sys.version_info < (3, 7)


def certificate(*names, **subject):
    made = {"subjectAltName": names} if names else {}
    made["subject"] = tuple(((key, value),) for key, value in subject.items())
    return made


@pytest.mark.parametrize("text, seconds", [
    ("Jan  1 00:00:00 1970 GMT", 0),
    ("May  9 00:00:00 2007 GMT", 1178668800),
    ("Jan 5 09:34:43 2018 GMT", 1515144883),
    ("JAN  5 09:34:43 2018 GMT", 1515144883),
    ("Feb 29 12:00:00 2016 GMT", 1456747200),
    ("Dec 31 23:59:60 2008 GMT", 1230768000),
    ("Dec 31 23:59:59 9999 GMT", 253402300799),
])
def test_times_are_seconds_in_utc(text, seconds):
    assert ssl.cert_time_to_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "Jan  5 09:34:43 2018", "Foo  5 09:34:43 2018 GMT", "Jan  5 09:34 2018 GMT",
                                  "Jan  0 09:34:43 2018 GMT", "Jan  5 24:34:43 2018 GMT", "Jan  5 09:34:43 2018 UTC"])
def test_texts_that_are_no_times_are_refused(text):
    with pytest.raises(ValueError, match="does not match format"):
        ssl.cert_time_to_seconds(text)


def test_pem_and_der_are_each_others_inverse(certs):
    with open(os.path.join(certs, "localhost-cert.pem")) as stream:
        pem = stream.read()
    der = ssl.PEM_cert_to_DER_cert(pem)
    assert isinstance(der, bytes) and isinstance(ssl.DER_cert_to_PEM_cert(der), str)
    assert ssl.PEM_cert_to_DER_cert(ssl.DER_cert_to_PEM_cert(der)) == der
    for broken in (pem[1:], pem.strip()[:-1]):
        with pytest.raises(ValueError, match="Invalid PEM encoding"):
            ssl.PEM_cert_to_DER_cert(broken)


def test_addresses_in_certificates_end_in_no_line_feed(certs):
    names = ssl._ssl._test_decode_cert(os.path.join(certs, "ip-cert.pem"))["subjectAltName"]
    assert ("IP Address", "127.0.0.1") in names
    assert ("IP Address", "0:0:0:0:0:0:0:1") in names


def test_a_name_with_a_nul_is_kept_whole(certs):
    decoded = ssl._ssl._test_decode_cert(os.path.join(certs, "nulname-cert.pem"))
    assert any("\0" in value for kind, value in decoded["subjectAltName"] if kind == "DNS")


@pytest.mark.parametrize("form", ["ca.pem", "ca.der"])
def test_authorities_are_loaded_from_memory(certs, form):
    with open(os.path.join(certs, form), "rb") as stream:
        data = stream.read()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=data if form.endswith("der") else data.decode("ascii"))
    assert context.cert_store_stats() == {"x509": 1, "x509_ca": 1, "crl": 0}
    if form.endswith("der"):
        context.load_verify_locations(cadata=data + data)
        assert context.get_ca_certs(binary_form=True) == [data]


def test_broken_authorities_are_refused(certs):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with open(os.path.join(certs, "ca.der"), "rb") as stream:
        data = stream.read()
    for broken in (b"broken", data[:-5], data + b"x", u"broken"):
        with pytest.raises(ssl.SSLError):
            context.load_verify_locations(cadata=broken)
    for empty in (b"", u""):
        with pytest.raises(ValueError, match="Empty certificate data"):
            context.load_verify_locations(cadata=empty)
    with pytest.raises((IOError, OSError)) as caught:
        context.load_verify_locations(os.path.join(certs, "missing.pem"))
    assert caught.value.errno == 2
    with pytest.raises(TypeError):
        context.load_verify_locations()


@needs_match_hostname
@pytest.mark.parametrize("name, host", [
    ("example.com", "example.com"), ("example.com", "EXAMPLE.com"), ("*.a.com", "foo.a.com"),
    ("xn--pthon-kva.python.org", "xn--pthon-kva.python.org")])
def test_names_that_match(name, host):
    ssl.match_hostname(certificate(("DNS", name)), host)


@needs_match_hostname
@pytest.mark.parametrize("name, host", [
    ("example.com", "www.example.com"), ("*.a.com", "bar.foo.a.com"), ("*.a.com", "a.com"), ("*.a.com", ".a.com"),
    ("xn--p*.python.org", "xn--pthon-kva.python.org"), ("a.*.com", "a.b.com"), ("", "example.com")])
def test_names_that_do_not_match(name, host):
    with pytest.raises(ssl.CertificateError):
        ssl.match_hostname(certificate(("DNS", name)), host)


@needs_match_hostname
def test_partial_wildcards_match_where_the_host_lets_them():
    wildcard = certificate(("DNS", "f*.com"))
    hosts = ["foo.com", "f.com"]
    refused = ["bar.com", "foo.a.com", "Xfoo.com"]
    if not PARTIAL:
        hosts, refused = [], hosts + refused
    for host in hosts:
        ssl.match_hostname(wildcard, host)
    for host in refused:
        with pytest.raises(ssl.CertificateError):
            ssl.match_hostname(wildcard, host)


@needs_match_hostname
def test_too_many_wildcards_are_refused_at_once():
    with pytest.raises(ssl.CertificateError, match="too many wildcards"):
        ssl.match_hostname(certificate(("DNS", "a*b*c*.com")), "axxbxxcxx.com")


@needs_match_hostname
@pytest.mark.parametrize("address, host", [("10.11.12.13", "10.11.12.13"), ("2003:0:0:0:0:0:0:BABA\n", "2003::baba"),
                                           ("2003:0:0:0:0:0:0:BABA", "2003::baba")])
def test_addresses_match_addresses(address, host):
    ssl.match_hostname(certificate(("IP Address", address)), host)
    for other in ("10.11.12.14", "2003::bebe", "example.com"):
        with pytest.raises(ssl.CertificateError):
            ssl.match_hostname(certificate(("IP Address", address)), other)


@needs_match_hostname
def test_text_after_an_address_is_no_address():
    with pytest.raises(ssl.CertificateError):
        ssl.match_hostname(certificate(("DNS", "x")), "127.0.0.1 evil")
    with pytest.raises(ValueError):
        ssl._inet_paton("127.0.0.1 whatever")
    with pytest.raises(ValueError):
        ssl._inet_paton("127.1")


@needs_match_hostname
def test_the_common_name_counts_only_without_alternative_names():
    ssl.match_hostname(certificate(commonName="example.com"), "example.com")
    with pytest.raises(ssl.CertificateError, match="doesn't match"):
        ssl.match_hostname(certificate(("DNS", "other.com"), commonName="example.com"), "example.com")
    with pytest.raises(ssl.CertificateError, match="no appropriate commonName"):
        ssl.match_hostname(certificate(organizationName="example.com"), "example.com")
    with pytest.raises(ValueError, match="empty or no certificate"):
        ssl.match_hostname({}, "example.com")
