"""Makes certificates and revocation lists in which anything can be wrong.

The parts come from `cryptography`; what it refuses to put together (two extensions of one kind, a
negative serial number, a first version with extensions …) is put together here.
"""

from __future__ import annotations

import base64
import datetime
import itertools
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from regraft_tools.certificates import write_der, write_der_integer

PAST = (2001, 2002)
VALID = (2001, 2900)
FUTURE = (2900, 2901)

_BOOLEAN, _BIT_STRING, _OCTET_STRING, _OID, _NULL = 0x01, 0x03, 0x04, 0x06, 0x05
_SEQUENCE, _VERSION, _EXTENSIONS = 0x30, 0xA0, 0xA3
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
# Signature algorithms by kind of key and hash.
_ALGORITHMS = {
    ("ec", "sha1"): "1.2.840.10045.4.1",
    ("ec", "sha256"): "1.2.840.10045.4.3.2",
    ("ec", "sha384"): "1.2.840.10045.4.3.3",
    ("rsa", "sha1"): "1.2.840.113549.1.1.5",
    ("rsa", "md5"): "1.2.840.113549.1.1.4",
    ("rsa", "sha256"): "1.2.840.113549.1.1.11",
    ("ed25519", "sha256"): "1.3.101.112",
}
_HASHES = {
    "md5": hashes.MD5, "sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
}
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
_serials = itertools.count(1001)

_CURVES = {"p192": ec.SECP192R1, "p256": ec.SECP256R1, "p384": ec.SECP384R1}

# An extension: whether it is critical, and what is in it.
Extension = tuple[bool, x509.ExtensionType | bytes]
Constraints = x509.BasicConstraints


@dataclass(frozen=True)
class Certificate:
    """A certificate with the key that belongs to it.

    Attributes:
        subject: whom it names.
        key: the private key.
        der: the certificate.
        serial: its number.
    """

    subject: x509.Name
    key: PrivateKey = field(repr=False)
    der: bytes = field(repr=False)
    serial: int = 0

    @property
    def pem(self) -> str:
        """The certificate as text."""
        return armour("CERTIFICATE", self.der)

    @property
    def key_pem(self) -> str:
        """The private key as text."""
        return self.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()


def armour(kind: str, der: bytes) -> str:
    """PEM of that kind."""
    body = textwrap.fill(base64.b64encode(der).decode(), 64)
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"


def make_key(kind: str = "p256") -> PrivateKey:
    """A new key: `p192`, `p256`, `p384`, `ed25519`, or `rsa` and a number of bits."""
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa")))


def make_name(common_name: str) -> x509.Name:
    """A subject of one common name; of nothing, if that is empty."""
    if not common_name:
        return x509.Name([])
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def issue(
    subject: str | x509.Name, issuer: Certificate | None = None, *, ca: bool = False,
    path: int | None = None, names: Sequence[x509.GeneralName] = (),
    usage: Iterable[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.SERVER_AUTH,),
    changes: Mapping[str, Extension | None] | None = None,
    more: Sequence[tuple[str, bool, bytes]] = (), key: PrivateKey | None = None,
    years: tuple[int, int] = VALID, serial: int | None = None, version: int = 3,
    digest: str = "sha256", spoil: bool = False, issuer_name: x509.Name | None = None,
    dates: bytes = b"",
) -> Certificate:
    """Makes a certificate as RFC 5280 wants it, but for what the arguments change.

    Args:
        subject: common name, or the whole name.
        issuer: who signs it; None is itself.
        ca: whether it may sign others.
        path: how many further authorities may be below it; None is any number.
        names: the subjectAltName.
        usage: the extendedKeyUsage; empty for none.
        changes: by the name of an extension class, what stands there instead; None leaves it out.
        more: further extensions: number, whether critical, content.
        key: its key; default is a new one on P-256.
        years: first and last year of its validity.
        serial: its number; default is the next one.
        version: 1 or 3 as it is written; extensions are in it all the same.
        digest: hash of the signature.
        spoil: make the signature wrong.
        issuer_name: name of the issuer, if it is not that of `issuer`.
        dates: two times in DER, in the place of `years`.
    """
    key = key or make_key()
    name = make_name(subject) if isinstance(subject, str) else subject
    signer = issuer.key if issuer else key
    number = next(_serials) if serial is None else serial
    extensions = _usual(key, signer, ca, path, names, usage, not name.rdns)
    for each, change in (changes or {}).items():
        extensions.pop(each, None)
        if change is not None:
            extensions[each] = change
    algorithm = _algorithm(signer, digest)
    parts = [] if version == 1 else [write_der(_VERSION, write_der_integer(version - 1))]
    parts += [
        _serial(number),
        algorithm,
        (issuer_name or (issuer.subject if issuer else name)).public_bytes(),
        write_der(_SEQUENCE, dates or write_time(years[0]) + write_time(years[1])),
        name.public_bytes(),
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ]
    listed = [
        _extension(
            _oid_of(content) if isinstance(content, x509.ExtensionType) else _BY_NAME[each],
            critical, content,
        )
        for each, (critical, content) in extensions.items()
    ]
    listed += [_extension(*each) for each in more]
    if listed:
        parts.append(write_der(_EXTENSIONS, write_der(_SEQUENCE, b"".join(listed))))
    return Certificate(name, key, _signed(b"".join(parts), signer, digest, spoil), number)


def revoke(
    issuer: Certificate, *revoked: Certificate, years: tuple[int, int] = VALID,
    key: PrivateKey | None = None,
) -> str:
    """The revocation list of an issuer, in PEM; `key` signs it if it is to be another's."""
    signer = key or issuer.key
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(_start_of(years[0]))
        .next_update(_start_of(years[1]))
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    for each in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(each.serial)
            .revocation_date(_start_of(years[0]))
            .build()
        )
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def key_usage(*allowed: str) -> x509.KeyUsage:
    """A keyUsage extension with the bits of those names."""
    bits = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )
    return x509.KeyUsage(**{each: each in allowed for each in bits})


def _usual(
    key: PrivateKey, signer: PrivateKey, ca: bool, path: int | None,
    names: Sequence[x509.GeneralName], usage: Iterable[x509.ObjectIdentifier], nameless: bool,
) -> dict[str, Extension]:
    bits = ("key_cert_sign", "crl_sign") if ca else ("digital_signature",)
    result: dict[str, Extension] = {
        "BasicConstraints": (True, Constraints(ca=ca, path_length=path)),
        "KeyUsage": (True, key_usage(*bits)),
        "SubjectKeyIdentifier": (
            False, x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        ),
        "AuthorityKeyIdentifier": (
            False, x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        ),
    }
    if not ca and (purposes := list(usage)):
        result["ExtendedKeyUsage"] = (False, x509.ExtendedKeyUsage(purposes))
    if names:
        result["SubjectAlternativeName"] = (nameless, x509.SubjectAlternativeName(names))
    return result


_BY_NAME = {
    "BasicConstraints": "2.5.29.19", "KeyUsage": "2.5.29.15", "SubjectKeyIdentifier": "2.5.29.14",
    "AuthorityKeyIdentifier": "2.5.29.35", "ExtendedKeyUsage": "2.5.29.37",
    "SubjectAlternativeName": "2.5.29.17", "NameConstraints": "2.5.29.30",
}


def _oid_of(content: x509.ExtensionType) -> str:
    return content.oid.dotted_string


def _extension(oid: str, critical: bool, content: x509.ExtensionType | bytes) -> bytes:
    value = content if isinstance(content, bytes) else content.public_bytes()
    mark = write_der(_BOOLEAN, b"\xff") if critical else b""
    return write_der(_SEQUENCE, write_oid(oid) + mark + write_der(_OCTET_STRING, value))


def write_oid(dotted: str) -> bytes:
    """An object identifier in DER."""
    first, second, *rest = map(int, dotted.split("."))
    encoded = b""
    for number in (first * 40 + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.insert(0, number & 0x7F | 0x80)
        encoded += bytes(digits)
    return write_der(_OID, encoded)


def _serial(number: int) -> bytes:
    size = (number if number >= 0 else ~number).bit_length() // 8 + 1
    return write_der(0x02, number.to_bytes(size, signed=True))


def _algorithm(signer: PrivateKey, digest: str) -> bytes:
    kind = "rsa" if isinstance(signer, rsa.RSAPrivateKey) else "ec"
    if isinstance(signer, ed25519.Ed25519PrivateKey):
        kind = "ed25519"
    parameters = write_der(_NULL, b"") if kind == "rsa" else b""
    return write_der(_SEQUENCE, write_oid(_ALGORITHMS[kind, digest]) + parameters)


def _signed(content: bytes, signer: PrivateKey, digest: str, spoil: bool) -> bytes:
    body = write_der(_SEQUENCE, content)
    told = body + b"!" if spoil else body
    if isinstance(signer, rsa.RSAPrivateKey):
        signature = signer.sign(told, padding.PKCS1v15(), _HASHES[digest]())
    elif isinstance(signer, ed25519.Ed25519PrivateKey):
        signature = signer.sign(told)
    else:
        signature = signer.sign(told, ec.ECDSA(_HASHES[digest]()))
    return write_der(
        _SEQUENCE, body + _algorithm(signer, digest) + write_der(_BIT_STRING, b"\0" + signature)
    )


def _start_of(year: int) -> datetime.datetime:
    return datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)


def write_time(year: int, long: bool = False, end: str = "0101000000Z") -> bytes:
    """A time in DER, as RFC 5280 wants it for that year or, if `long`, with four digits."""
    text = "%04d%s" % (year, end)
    if year < 2050 and not long:
        return write_der(_UTC_TIME, text[2:].encode())
    return write_der(_GENERALIZED_TIME, text.encode())
