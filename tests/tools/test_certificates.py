"""The throw-away certificates are what their names say, by the judgement of this Python's own ssl."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from regraft_tools import certificates


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("certificates")
    certificates.create_certificates(directory)
    return directory


def make_client(made: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(made / "ca.pem")
    return context


def make_server(made: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made / f"{name}.pem")
    return context


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """Connect the two in memory and return the client's side."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    unfinished = [ours, theirs]
    for _ in range(10):
        for side in list(unfinished):
            try:
                side.do_handshake()
                unfinished.remove(side)
            except ssl.SSLWantReadError:
                pass
        if not unfinished:
            return ours
    raise AssertionError("the handshake does not come to an end")


GOOD = (
    ("nopoint", "localhost"),
    ("localhost", "localhost"),
    ("localhost", "127.0.0.1"),
    ("localhost", "::1"),
    ("localhost-rsa", "localhost"),
    ("second", "second.example"),
    ("wronghost", "other.example"),
    ("ip", "127.0.0.1"),
    ("ip", "::1"),
    ("wildcard", "any.wild.example"),
    ("intermediate-chain", "localhost"),
    ("revoked", "localhost"),
    ("everything", "localhost"),
    ("everything", "one.everything.example"),
    ("everything", "2001:db8::1"),
)


@pytest.mark.parametrize(("name", "host"), GOOD)
def test_a_good_certificate_is_accepted(made, name, host):
    peer = shake_hands(make_client(made), make_server(made, name), host)
    assert peer.getpeercert()["subjectAltName"]


BAD = (
    ("wronghost", "localhost", "Hostname mismatch"),
    ("second", "localhost", "Hostname mismatch"),
    ("ip", "localhost", "Hostname mismatch"),
    ("second", "127.0.0.1", "IP address mismatch"),
    ("wildcard", "a.b.wild.example", "Hostname mismatch"),
    ("wildcard", "wild.example", "Hostname mismatch"),
    ("nulname", "localhost", "Hostname mismatch"),
    ("oddnames", "localhost", "Hostname mismatch"),
    ("expired", "localhost", "certificate has expired"),
    ("notyet", "localhost", "certificate is not yet valid"),
    ("untrusted", "localhost", "unable to get local issuer certificate"),
    ("intermediate", "localhost", "unable to get local issuer certificate"),
    ("selfsigned", "localhost", "signed certificate"),
    ("client", "localhost", "certificate purpose"),
)


@pytest.mark.parametrize(("name", "host", "complaint"), BAD)
def test_a_bad_certificate_is_refused_for_its_reason(made, name, host, complaint):
    server = make_server(made, name)
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        shake_hands(make_client(made), server, host)
    assert complaint in caught.value.verify_message


def test_each_certificate_is_judged_above_or_below():
    judged = {row[0] for row in (*GOOD, *BAD)} | {"commonname", "nonames", "brokennames", "weak"}
    assert judged >= {row.name for row in (*certificates.LEAVES, *certificates.MORE)}


def test_an_extension_without_names_leaves_the_common_name(made):
    peer = shake_hands(make_client(made), make_server(made, "nonames"), "localhost")
    assert peer.getpeercert()["subjectAltName"] == ()


def test_names_that_cannot_be_read_are_refused(made):
    # By the server that loads it or by the client, depending on the OpenSSL.
    with pytest.raises(ssl.SSLError):
        shake_hands(make_client(made), make_server(made, "brokennames"), "localhost")


def test_the_common_name_is_the_only_name_of_commonname(made):
    client = make_client(made)
    peer = shake_hands(client, make_server(made, "commonname"), "localhost")
    assert "subjectAltName" not in peer.getpeercert()
    client.hostname_checks_common_name = False
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(client, make_server(made, "commonname"), "localhost")


def test_the_weak_key_passes_security_level_0_only(made):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("DEFAULT:@SECLEVEL=2")
    with pytest.raises(ssl.SSLError, match="EE_KEY_TOO_SMALL"):
        server.load_cert_chain(made / "weak.pem")
    server.set_ciphers("DEFAULT:@SECLEVEL=0")
    server.load_cert_chain(made / "weak.pem")


def test_a_signature_with_sha_1_passes_security_level_0_only(made):
    client = make_client(made)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("DEFAULT:@SECLEVEL=0")
    server.load_cert_chain(made / "sha1.pem")
    with pytest.raises(ssl.SSLCertVerificationError, match="digest algorithm too weak"):
        shake_hands(client, server, "localhost")
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    shake_hands(client, server, "localhost")


def test_the_lax_certificate_is_refused_by_the_letter_only(made):
    client = make_client(made)
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    shake_hands(client, make_server(made, "lax"), "localhost")
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    with pytest.raises(ssl.SSLCertVerificationError, match="Missing Authority Key Identifier"):
        shake_hands(client, make_server(made, "lax"), "localhost")


def test_the_list_of_revoked_certificates_lists_the_revoked_one_only(made):
    client = make_client(made)
    client.load_verify_locations(made / "crl.pem")
    client.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    shake_hands(client, make_server(made, "localhost"), "localhost")
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate revoked"):
        shake_hands(client, make_server(made, "revoked"), "localhost")


def test_the_expired_list_is_expired(made):
    client = make_client(made)
    client.load_verify_locations(made / "crl-expired.pem")
    client.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    with pytest.raises(ssl.SSLCertVerificationError, match="CRL has expired"):
        shake_hands(client, make_server(made, "localhost"), "localhost")


def test_the_client_certificate_identifies_a_client(made):
    client = make_client(made)
    client.load_cert_chain(made / "client.pem")
    server = make_server(made, "localhost")
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(made / "ca.pem")
    shake_hands(client, server, "localhost")


def test_the_encrypted_key_opens_with_its_password_only(made):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(made / "localhost-encrypted.pem", password="wrong")
    context.load_cert_chain(made / "localhost-encrypted.pem", password=certificates.PASSWORD)
    context.load_cert_chain(
        made / "localhost-cert.pem",
        made / "localhost-encrypted-key.pem",
        password=certificates.PASSWORD,
    )


def test_openssl_finds_the_root_in_its_directory(made):
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(capath=made / "ca-path")
    shake_hands(client, make_server(made, "localhost"), "localhost")


def test_the_root_is_the_same_in_der_and_pem(made):
    pem = (made / "ca.pem").read_text()
    assert ssl.PEM_cert_to_DER_cert(pem) == (made / "ca.der").read_bytes()
    assert (made / "ca-and-other.pem").read_text().startswith(pem)


def test_openssl_takes_the_diffie_hellman_parameters(made):
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_dh_params(made / "dh2048.pem")


def test_the_readme_has_a_line_for_each_file(made):
    there = {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}
    lines = (made / "README").read_text().splitlines()[2:]
    assert {line.split()[0] for line in lines} == there - {"README"}
    assert all(len(line.split()) > 2 for line in lines)


def test_the_docstring_names_each_certificate():
    words = certificates.__doc__.split("so that one search finds them:")[1].rstrip(".\n").split()
    assert words == [row.name for row in (*certificates.LEAVES, *certificates.MORE)]
    for name in certificates.ABOUT_THE_REST:
        assert name in certificates.__doc__


def test_a_second_call_replaces_each_file_and_leaves_nothing_else(tmp_path):
    first = certificates.create_certificates(tmp_path)
    key = (tmp_path / "localhost-key.pem").read_bytes()
    assert certificates.create_certificates(tmp_path) == first
    assert (tmp_path / "localhost-key.pem").read_bytes() != key
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == first


def test_a_directory_that_cannot_be_written_is_a_message(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert certificates.main([str(tmp_path / "file" / "deeper")]) == 1
    assert "cannot write" in capsys.readouterr().err
