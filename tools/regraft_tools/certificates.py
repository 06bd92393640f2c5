"""Make the throw-away certificates that the demo and all tests use.

`python -m regraft_tools.certificates DIR` writes them to DIR. Nothing in DIR is secret, nothing in
it is kept under version control, and each call makes new keys and new certificates. The names of the
files never change, so a test may name them:

===============================  ====================================================================
ca.pem, ca.der                   the root certificate that a test trusts
ca-key.pem                       its private key
ca-path/                         the same root under the hashed name that `capath` looks for
other-ca.pem                     a root that nobody should trust
ca-and-other.pem                 both roots in one file
intermediate-ca.pem              a CA that the root signed
NAME.pem                         key and certificate; `LEAVES` and `MORE` below list each NAME
NAME-cert.pem, NAME-key.pem      the two parts of NAME.pem
localhost-encrypted.pem          the key of localhost.pem, encrypted (password `secret`), then its
                                 certificate
localhost-encrypted-key.pem      that encrypted key alone
intermediate-chain.pem           key and certificate of intermediate.pem, then intermediate-ca.pem
crl.pem                          the root's revocation list; it lists revoked.pem
crl-expired.pem                  the same list, long out of date
dh2048.pem                       Diffie-Hellman parameters: the group ffdhe2048 of RFC 7919
distrusted-….pem                keys that are distrusted everywhere; see `distrusted.py`
sha1.pem, lax.pem                as certificates were once; see `outdated.py`
README                           one line for each file
===============================  ====================================================================

The names, so that one search finds them: localhost localhost-rsa second wronghost expired notyet ip
wildcard intermediate revoked untrusted client selfsigned commonname everything nulname oddnames nonames
brokennames nopoint weak.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import ipaddress
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from regraft_tools import distrusted

PASSWORD = "secret"
ORGANIZATION = "regraft throw-away certificates"
LOOPBACK = ("localhost", "127.0.0.1", "::1")

EC = trustme.KeyType.ECDSA
RSA = trustme.KeyType.RSA
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_INTEGER, _UTF8_STRING, _SEQUENCE, _SET = 0x02, 0x0C, 0x30, 0x31

_PAST = (2001, 2002)
_VALID = (2001, 2900)
_FUTURE = (2900, 2901)


@dataclass(frozen=True)
class Leaf:
    """A certificate that trustme can make.

    Args:
        name: First part of the file names.
        about: What it is for, one line.
        identities: Host names and IP addresses of the subjectAltName.
        issuer: `ca`, `intermediate-ca` or `other-ca`.
        key_type: EC or RSA.
        years: First and last year of its validity.
    """

    name: str
    about: str
    identities: tuple[str, ...] = LOOPBACK
    issuer: str = "ca"
    key_type: trustme.KeyType = EC
    years: tuple[int, int] = _VALID


LEAVES = (
    Leaf("localhost", "valid for localhost, 127.0.0.1 and ::1"),
    Leaf("localhost-rsa", "the same with an RSA key of 2048 bits", key_type=RSA),
    Leaf("second", "valid for second.example, for servers with two names", ("second.example",)),
    Leaf("wronghost", "valid for other.example, not for localhost", ("other.example",)),
    Leaf("expired", "for localhost, no longer valid since 2002", years=_PAST),
    Leaf("notyet", "for localhost, not valid before 2900", years=_FUTURE),
    Leaf("ip", "valid for 127.0.0.1 and ::1, for no host name", ("127.0.0.1", "::1")),
    Leaf("wildcard", "valid for *.wild.example", ("*.wild.example",)),
    Leaf("intermediate", "for localhost, signed by intermediate-ca.pem", issuer="intermediate-ca"),
    Leaf("revoked", "for localhost, revoked by crl.pem"),
    Leaf("untrusted", "for localhost, signed by other-ca.pem", issuer="other-ca"),
)


@dataclass(frozen=True)
class Special:
    """A certificate that trustme cannot make.

    Args:
        name: First part of the file names.
        about: What it is for, one line.
        names: The subjectAltName; empty for a certificate without that extension.
        subject: Pairs of OID and text.
        usage: The extended key usage.
        extensions: More extensions, none of them critical.
        key_bits: Size of an RSA key in bits; 0 for an EC key on P-256.
        self_signed: Signed with its own key rather than by ca.pem.
    """

    name: str
    about: str
    names: tuple[x509.GeneralName, ...]
    subject: tuple[tuple[x509.ObjectIdentifier, str], ...]
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    extensions: tuple[x509.ExtensionType, ...] = ()
    key_bits: int = 0
    self_signed: bool = False


_LOCALHOST = x509.DNSName("localhost")

MORE = (
    Special(
        "client",
        "identifies a client, useless for a server",
        (x509.RFC822Name("client@regraft.example"),),
        ((NameOID.COMMON_NAME, "client"),),
        usage=ExtendedKeyUsageOID.CLIENT_AUTH,
    ),
    Special(
        "selfsigned",
        "for localhost, signed by itself",
        (_LOCALHOST,),
        ((NameOID.COMMON_NAME, "localhost"),),
        self_signed=True,
    ),
    Special(
        "commonname",
        "names localhost only in its subject; it has no subjectAltName",
        (),
        ((NameOID.COMMON_NAME, "localhost"),),
    ),
    Special(
        "everything",
        "each kind of name and address that a certificate can carry",
        (
            _LOCALHOST,
            x509.DNSName("*.everything.example"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            x509.IPAddress(ipaddress.ip_address("2001:db8::1")),
            x509.RFC822Name("everything@regraft.example"),
            x509.UniformResourceIdentifier("https://everything.example/a?b=c"),
            x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4.5")),
            x509.DirectoryName(
                x509.Name(
                    [
                        x509.NameAttribute(NameOID.COUNTRY_NAME, "XX"),
                        x509.NameAttribute(NameOID.COMMON_NAME, "directory name"),
                    ]
                )
            ),
        ),
        (
            (NameOID.COUNTRY_NAME, "XX"),
            (NameOID.ORGANIZATION_NAME, "Exämple, with a comma"),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, "日本語"),
            (NameOID.COMMON_NAME, "everything"),
            (NameOID.EMAIL_ADDRESS, "everything@regraft.example"),
        ),
        extensions=(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(method, x509.UniformResourceIdentifier(address))
                    for method, address in (
                        (AuthorityInformationAccessOID.OCSP, "http://ocsp.regraft.example/"),
                        (AuthorityInformationAccessOID.CA_ISSUERS, "http://ca.regraft.example/ca"),
                    )
                ]
            ),
            x509.CRLDistributionPoints(
                [
                    x509.DistributionPoint(
                        [x509.UniformResourceIdentifier("http://crl.regraft.example/crl")],
                        None,
                        None,
                        None,
                    )
                ]
            ),
        ),
    ),
    Special(
        "nulname",
        "a NUL inside its names: localhost, NUL, .evil.example (CVE-2013-4238)",
        (x509.DNSName("localhost\0.evil.example"),),
        ((NameOID.COMMON_NAME, "localhost\0.evil.example"),),
    ),
    Special(
        "oddnames",
        "names that checks of host names do not know: an otherName, a known registered ID, NULs",
        (
            x509.OtherName(x509.ObjectIdentifier("1.2.3.4"), b"\x0c\x02hi"),
            x509.RegisteredID(ExtendedKeyUsageOID.SERVER_AUTH),
            x509.UniformResourceIdentifier("https://good.example\0.evil.example/"),
            x509.RFC822Name("good\0@evil.example"),
        ),
        ((NameOID.COMMON_NAME, "oddnames"),),
    ),
    Special(
        "nonames",
        "a subjectAltName without a name in it",
        (),
        ((NameOID.COMMON_NAME, "localhost"),),
        extensions=(x509.UnrecognizedExtension(x509.OID_SUBJECT_ALTERNATIVE_NAME, b"\x30\x00"),),
    ),
    Special(
        "brokennames",
        "a subjectAltName that ends too early",
        (),
        ((NameOID.COMMON_NAME, "localhost"),),
        extensions=(x509.UnrecognizedExtension(x509.OID_SUBJECT_ALTERNATIVE_NAME, b"\x30\x05\x82\x02a"),),
    ),
    Special(
        "nopoint",
        "for localhost, a CRL distribution point that says by whom, and not where",
        (_LOCALHOST,),
        ((NameOID.COMMON_NAME, "localhost"),),
        extensions=(
            x509.CRLDistributionPoints(
                [x509.DistributionPoint(None, None, None, [x509.UniformResourceIdentifier("urn:issuer")])]
            ),
        ),
    ),
    Special(
        "weak",
        "for localhost, an RSA key of 1024 bits; security level 2 refuses it",
        (_LOCALHOST,),
        ((NameOID.COMMON_NAME, "localhost"),),
        key_bits=1024,
    ),
)

ABOUT_THE_REST = {
    "ca.pem": "the root certificate that a test trusts",
    "ca.der": "the same in DER",
    "ca-key.pem": "the root's private key",
    "other-ca.pem": "a root that nobody should trust",
    "ca-and-other.pem": "both roots",
    "intermediate-ca.pem": "a CA that the root signed",
    "intermediate-chain.pem": "key and certificate of intermediate.pem, then intermediate-ca.pem",
    "localhost-encrypted.pem": f"as localhost.pem, the key encrypted; password {PASSWORD}",
    "localhost-encrypted-key.pem": "that encrypted key alone",
    "crl.pem": "the root's revocation list: revoked.pem",
    "crl-expired.pem": "the same list, out of date since 2002",
    "dh2048.pem": "Diffie-Hellman parameters, ffdhe2048 of RFC 7919",
}


def create_certificates(directory: Path) -> list[Path]:
    """Write all files, replacing those of an earlier call.

    Args:
        directory: Where to; created if missing.

    Returns:
        The files written, sorted.

    Raises:
        OSError: The directory cannot be written.
    """
    made = dict(_make_all())
    made["README"] = _describe(made).encode()
    written = []
    for name, data in made.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(target.name + ".new")
        draft.write_bytes(data)
        os.replace(draft, target)
        written.append(target)
    return sorted(written)


def _make_all() -> Iterator[tuple[str, bytes]]:
    root = trustme.CA(organization_name=ORGANIZATION, organization_unit_name="root")
    other = trustme.CA(organization_name=ORGANIZATION, organization_unit_name="untrusted root")
    intermediate = trustme.CA(
        parent_cert=root,
        path_length=0,
        organization_name=ORGANIZATION,
        organization_unit_name="intermediate",
    )
    issuers = {"ca": root, "other-ca": other, "intermediate-ca": intermediate}
    pem = {name: issuer.cert_pem.bytes() for name, issuer in issuers.items()}
    for name, data in pem.items():
        yield f"{name}.pem", data
    yield "ca-and-other.pem", pem["ca"] + pem["other-ca"]
    root_certificate = x509.load_pem_x509_certificate(pem["ca"])
    root_key = _private_key(root)
    yield "ca.der", root_certificate.public_bytes(Encoding.DER)
    yield "ca-key.pem", root.private_key_pem.bytes()
    yield f"ca-path/{hash_subject(root_certificate)}.0", pem["ca"]

    from regraft_tools import outdated  # which needs this module

    made: dict[str, tuple[bytes, bytes]] = {}
    for leaf in LEAVES:
        made[leaf.name] = _issue(leaf, issuers[leaf.issuer])
    for special in MORE:
        made[special.name] = _issue_special(special, root_certificate, root_key)
    for name, (key, certificate) in made.items():
        yield f"{name}.pem", key + certificate
        yield f"{name}-cert.pem", certificate
        yield f"{name}-key.pem", key

    key, certificate = made["intermediate"]
    yield "intermediate-chain.pem", key + certificate + pem["intermediate-ca"]
    key, certificate = made["localhost"]
    encrypted = _encrypt(key)
    yield "localhost-encrypted.pem", encrypted + certificate
    yield "localhost-encrypted-key.pem", encrypted
    revoked = x509.load_pem_x509_certificate(made["revoked"][1])
    yield "crl.pem", _revoke(revoked, root_certificate, root_key, _VALID)
    yield "crl-expired.pem", _revoke(revoked, root_certificate, root_key, _PAST)
    yield "dh2048.pem", _dh_parameters()
    yield from distrusted.make(root_certificate, root_key)
    yield from outdated.make(root_certificate, root_key)


def _describe(made: Iterable[str]) -> str:
    from regraft_tools import outdated

    about = {**ABOUT_THE_REST, **distrusted.ABOUT, **outdated.ABOUT}
    for row in (*LEAVES, *MORE):
        about[f"{row.name}.pem"] = row.about
        about[f"{row.name}-cert.pem"] = f"the certificate of {row.name}.pem alone"
        about[f"{row.name}-key.pem"] = f"the key of {row.name}.pem alone"
    lines = ["Throw-away certificates of python -m regraft_tools.certificates. Not secret.", ""]
    for name in sorted(made):
        lines.append(f"{name:30}{about.get(name, 'ca.pem under the name that capath looks for')}")
    return "\n".join(lines) + "\n"


def _private_key(issuer: trustme.CA) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(issuer.private_key_pem.bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _start_of(year: int) -> datetime.datetime:
    return datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)


def _issue(leaf: Leaf, issuer: trustme.CA) -> tuple[bytes, bytes]:
    issued = issuer.issue_cert(
        *leaf.identities,
        organization_name=ORGANIZATION,
        organization_unit_name=leaf.name,
        not_before=_start_of(leaf.years[0]),
        not_after=_start_of(leaf.years[1]),
        key_type=leaf.key_type,
    )
    return issued.private_key_pem.bytes(), issued.cert_chain_pems[0].bytes()


def _issue_special(
    special: Special, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey
) -> tuple[bytes, bytes]:
    key: PrivateKey
    if special.key_bits:
        key = rsa.generate_private_key(public_exponent=65537, key_size=special.key_bits)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in special.subject])
    signer: PrivateKey = key if special.self_signed else root_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if special.self_signed else root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_start_of(_VALID[0]))
        .not_valid_after(_start_of(_VALID[1]))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(x509.ExtendedKeyUsage([special.usage]), critical=False)
    )
    if special.names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName(special.names), critical=False
        )
    for extension in special.extensions:
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(signer, hashes.SHA256())
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        certificate.public_bytes(Encoding.PEM),
    )


def _encrypt(key: bytes) -> bytes:
    return load_pem_private_key(key, password=None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode())
    )


def _revoke(
    revoked: x509.Certificate,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    years: tuple[int, int],
) -> bytes:
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(revoked.serial_number)
        .revocation_date(_start_of(years[0]))
        .build()
    )
    crl = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(_start_of(years[0]))
        .next_update(_start_of(years[1]))
        .add_revoked_certificate(entry)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    return crl.public_bytes(Encoding.PEM)


def _dh_parameters() -> bytes:
    """The group ffdhe2048, computed as RFC 7919 appendix A.1 defines it."""
    bits = 2048
    prime = 2**bits - 2 ** (bits - 64) + (_scaled_e(bits - 130) + 560316) * 2**64 - 1
    generator = 2
    numbers = write_der_integer(prime) + write_der_integer(generator)
    text = textwrap.fill(base64.b64encode(write_der(_SEQUENCE, numbers)).decode(), 64)
    return f"-----BEGIN DH PARAMETERS-----\n{text}\n-----END DH PARAMETERS-----\n".encode()


def _scaled_e(bits: int) -> int:
    """Euler's number times 2**bits, rounded down."""
    guard = 64
    term = total = 1 << (bits + guard)
    divisor = 1
    while term:
        term //= divisor
        total += term
        divisor += 1
    return total >> guard


def hash_subject(certificate: x509.Certificate) -> str:
    """Compute the name, less its `.0`, under which OpenSSL looks for a CA in a directory.

    Args:
        certificate: The CA. Its subject must be of UTF8String or PrintableString, one attribute to
            a set.

    Returns:
        Eight hexadecimal digits.
    """
    encoded = b""
    for attribute in certificate.subject:
        text = " ".join(str(attribute.value).split()).lower().encode()
        only = x509.Name([x509.NameAttribute(attribute.oid, "x")]).public_bytes()
        oid = only[6 : 6 + 2 + only[7]]
        encoded += write_der(_SET, write_der(_SEQUENCE, oid + write_der(_UTF8_STRING, text)))
    digest = hashlib.sha1(encoded, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def write_der(tag: int, content: bytes) -> bytes:
    """One element of DER."""
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(size))) + size + content


def write_der_integer(number: int) -> bytes:
    """A number that is not negative, in DER."""
    return write_der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m regraft_tools.certificates",
        description="Make the throw-away certificates that the demo and all tests use.",
    )
    parser.add_argument("directory", type=Path, help="where to write them")
    directory = parser.parse_args(arguments).directory
    try:
        written = create_certificates(directory)
    except OSError as error:
        print(f"certificates: cannot write to {directory}: {error}", file=sys.stderr)
        return 1
    print(f"{len(written)} files in {directory}; README there lists them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
