"""What `doctor` reads out of certificates, against what OpenSSL reads, and against what is none."""
from __future__ import absolute_import, division, print_function

import binascii
import datetime
import json
import os
import re
import ssl

import pytest

from regraft import _openssl
from regraft.doctor import certificates, trust

NAMES = ("localhost", "localhost-rsa", "expired", "notyet", "everything", "nulname", "selfsigned", "wildcard", "weak",
         "sha1", "client", "intermediate", "commonname", "nonames", "ca", "intermediate-ca")


def load(certs, name):
    """Return the one certificate in a file."""
    found, bad = trust.read(os.path.join(certs, name + ".pem"))
    assert (len(found), bad) == (1, 0)
    return found[0]


@pytest.mark.parametrize("name", NAMES)
def test_dates_names_and_subjects_are_those_that_openssl_reads(certs, name, tmpdir):
    ours = load(certs, name)
    alone = tmpdir.join("alone.pem")
    alone.write(ssl.DER_cert_to_PEM_cert(ours.der))
    theirs = _openssl._test_decode_cert(str(alone))
    assert ours.not_before == ssl.cert_time_to_seconds(theirs["notBefore"])
    assert ours.not_after == ssl.cert_time_to_seconds(theirs["notAfter"])
    wanted = [value for kind, value in theirs.get("subjectAltName", ()) if kind == "DNS"]
    assert [each for each in ours.names if not re.match(r"[\d.]+$|.*:", each)] == wanted
    subject = dict(pair for part in theirs["subject"] for pair in part)
    issuer = dict(pair for part in theirs["issuer"] for pair in part)
    for text, parts in ((ours.subject, subject), (ours.issuer, issuer)):
        assert text == parts.get("commonName", text)
        assert all(value in text for value in parts.values()) or "commonName" in parts


def test_addresses_are_written_as_people_write_them(certs):
    assert load(certs, "everything").names[-2:] == ["127.0.0.1", "2001:db8::1"]
    assert load(certs, "localhost").names == ["localhost", "127.0.0.1", "::1"]


@pytest.mark.parametrize("name, key, signature", [
    ("localhost", ("EC", "P-256", 256), "ecdsaWithSHA256"), ("localhost-rsa", ("RSA", None, 2048), "ecdsaWithSHA256"),
    ("weak", ("RSA", None, 1024), "ecdsaWithSHA256"), ("sha1", ("EC", "P-256", 256), "ecdsaWithSHA1")])
def test_keys_and_signatures_have_their_names_and_sizes(certs, name, key, signature):
    ours = load(certs, name)
    assert ours.key == key
    assert ours.signature[0] == signature


def test_what_is_weak_is_said(certs):
    assert load(certs, "localhost").list_weaknesses() == []
    assert "1024 bits only" in load(certs, "weak").list_weaknesses()[0]
    assert "SHA-1" in load(certs, "sha1").list_weaknesses()[0]


def test_a_root_is_told_from_one_with_the_name_of_its_issuer(certs):
    assert load(certs, "ca").is_self_issued and load(certs, "selfsigned").is_self_issued
    lookalike = load(certs, "intermediate")
    assert lookalike.subject_der == lookalike.issuer_der
    assert not lookalike.is_self_issued


def test_authorities_and_certificates_for_servers_are_told_from_others(certs):
    assert load(certs, "ca").is_authority and not load(certs, "localhost").is_authority
    assert load(certs, "localhost").is_for_servers and not load(certs, "client").is_for_servers


def test_digests_of_keys_are_those_of_the_list_of_distrusted_ones(certs):
    with open(os.path.join(certs, "distrusted.json")) as stream:
        digests = json.load(stream)
    ours = load(certs, "distrusted-leaf-3")
    assert binascii.hexlify(ours.key_digest).decode("ascii") == digests[3]


def test_the_extension_tells_its_list():
    keys = _openssl.list_distrusted_keys()
    assert len(keys) == len(set(keys)) == 8
    assert set(map(len, keys)) == {32}
    # The first row of ext/distrusted.h.
    assert binascii.hexlify(keys[0]).startswith(b"43bffa19d6ef6514")


def test_a_distrusted_key_in_the_trust_store_is_found(certs):
    class Extension(object):
        @staticmethod
        def list_distrusted_keys():
            return [load(certs, "distrusted-ca").key_digest]

    places = {"origin": "environment", "file": os.path.join(certs, "distrusted-ca.pem"), "directory": None}
    found = trust.examine(places, Extension)
    assert [each["subject"] for each in found["distrusted"]] == ["distrusted-ca"]
    assert trust.examine(dict(places, file=os.path.join(certs, "ca.pem")), Extension)["distrusted"] == []
    assert trust.examine(places, None)["distrusted"] is None


def test_no_beginning_of_a_certificate_is_taken_for_one(certs):
    der = load(certs, "everything").der
    for size in range(len(der)):
        with pytest.raises(certificates.MalformedError):
            certificates.Certificate(der[:size])


def test_no_changed_byte_makes_the_reading_fail_otherwise(certs):
    der = bytearray(load(certs, "everything").der)
    for at in range(len(der)):
        changed = bytearray(der)
        changed[at] ^= 0xFF
        try:
            certificates.Certificate(bytes(changed)).describe()
        except certificates.MalformedError as error:
            assert "not a certificate" in str(error)


def test_a_time_that_is_in_no_calendar_is_none(certs):
    def wrap(tag, content):
        assert len(content) < 65536
        size = bytearray([len(content)]) if len(content) < 128 else bytearray([0x82, len(content) >> 8, len(content) & 255])
        return bytes(bytearray([tag]) + size) + content

    der = load(certs, "localhost").der
    start, end = certificates._enter(der, certificates._enter(der, 0)[0])
    parts, at = [], start
    while at < end:
        part, at = certificates._take(der, at)
        parts.append(part)
    # Version, serial number, algorithm, issuer, and then the times.
    for last, is_one in ((b"99991231235959Z", True), (b"99991299235959Z", False), (b"99991231240000Z", False)):
        parts[4] = wrap(0x30, wrap(0x18, b"20200101000000Z") + wrap(0x18, last))
        changed = wrap(0x30, wrap(0x30, b"".join(parts)) + der[end:])
        if is_one:
            assert certificates.Certificate(changed).describe()["not_after"] == "9999-12-31T23:59:59Z"
            continue
        with pytest.raises(certificates.MalformedError):
            certificates.Certificate(changed)


def test_without_sha_256_a_trust_store_is_told_all_the_same(certs, monkeypatch):
    def refuse(data):
        raise ValueError("unsupported hash algorithm sha256")

    monkeypatch.setattr("hashlib.sha256", refuse)
    found = trust.examine({"origin": "environment", "file": os.path.join(certs, "expired-cert.pem"), "directory": None}, _openssl)
    assert (found["roots"], found["expired"][0]["sha256"], found["distrusted"]) == (1, None, None)


def test_the_trust_store_tells_expired_future_weak_and_broken_ones(certs, tmpdir):
    bundle = tmpdir.join("bundle.pem")
    parts = [open(os.path.join(certs, name)).read() for name in ("ca.pem", "expired-cert.pem", "notyet-cert.pem", "weak-cert.pem")]
    parts += [parts[0], "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"]
    bundle.write("".join(parts))
    found = trust.examine({"origin": "environment", "file": str(bundle), "directory": None}, None)
    assert found["roots"] == 4  # one is there twice
    assert [each["not_after"] for each in found["expired"]] == ["2002-01-01T00:00:00Z"]
    assert [each["not_before"] for each in found["not_yet_valid"]] == ["2900-01-01T00:00:00Z"]
    assert len(found["weak"]) == 1 and "1024" in found["weak"][0]
    assert found["unreadable"] == ["%s: 1 of its certificates cannot be read" % bundle]


def test_a_trust_store_that_is_none_is_told(tmpdir):
    for text, words in (("nothing", "there is no certificate in it"),
                        ("-----BEGIN CERTIFICATE-----\nMIIBx\n-----END CERTIFICATE-----\n", "1 of its certificates cannot be read")):
        path = tmpdir.join("store.pem")
        path.write(text)
        found = trust.examine({"origin": "environment", "file": str(path), "directory": None}, None)
        assert (found["roots"], found["unreadable"]) == (0, ["%s: %s" % (path, words)])


def test_a_directory_of_hashed_names_is_read_and_a_missing_one_told(certs):
    places = {"origin": "environment", "file": None, "directory": os.path.join(certs, "ca-path")}
    assert trust.examine(places, None)["roots"] == 1
    missing = trust.examine(dict(places, directory="/nonexistent"), None)
    assert missing["roots"] == 0 and "/nonexistent" in missing["unreadable"][0]


def test_a_der_file_is_told_as_openssl_takes_no_certificate_from_it(certs):
    with pytest.raises(ssl.SSLError):
        ssl.create_default_context(cafile=os.path.join(certs, "ca.der"))
    with pytest.raises(EnvironmentError) as caught:
        trust.read(os.path.join(certs, "ca.der"))
    assert "must be PEM" in caught.value.strerror


@pytest.mark.parametrize("names, version, by", [
    ((), None, "time of the file"), (("certifi-2020.6.20.dist-info",), "2020.6.20", "version"),
    (("certifi-2018.1.18-py2.7.egg-info",), "2018.1.18", "version"), (("certifi-dev.dist-info",), None, "time of the file")])
def test_certifi_is_dated_without_being_imported(tmpdir, monkeypatch, names, version, by):
    tmpdir.mkdir("certifi").join("cacert.pem").write("")
    tmpdir.join("certifi", "__init__.py").write("raise RuntimeError('imported')")
    for name in names:
        tmpdir.mkdir(name)
    monkeypatch.setattr("sys.path", [str(tmpdir)])
    found = trust.find_certifi(datetime.date(2026, 11, 25))
    assert (found["version"], found["date_by"]) == (version, by)
    assert found["file"] == str(tmpdir.join("certifi", "cacert.pem"))
    if version:
        assert found["old"] is True
        assert found["days_old"] == (datetime.date(2026, 11, 25) - datetime.date(*map(int, version.split(".")))).days


def test_no_certifi_is_nothing(monkeypatch):
    monkeypatch.setattr("sys.path", ["/nonexistent"])
    assert trust.find_certifi(datetime.date(2026, 11, 25)) is None
