"""Certificates with keys that are to be distrusted, for the tests of the list in ext/distrusted.h.

Nobody but their owners should have the private keys of the list (CVE-2026-115557), so these are new
ones for each run, one for each row. tests/unit/test_distrusted_keys.py puts their digests in the
place of the list's in a copy of the built extension and runs tests/distrusted with it.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import json
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

ROWS = range(8)  # of the list

ABOUT = {
    "distrusted.json": "SHA-256 of the SubjectPublicKeyInfo of each key, in the order of their numbers",
    "distrusted-root.pem": "a root with key 0",
    "distrusted-root-chain.pem": "for localhost, signed by distrusted-root.pem; good but for that",
    "distrusted-ca-chain.pem": "for localhost, signed by a CA with key 0 that ca.pem signed",
    "distrusted-ca.pem": "that CA alone",
}
ABOUT.update({
    f"distrusted-leaf-{number}.pem": f"for localhost, signed by ca.pem, with key {number}" for number in ROWS
})

_NOT_BEFORE = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
_NOT_AFTER = datetime.datetime(2900, 1, 1, tzinfo=datetime.UTC)
_Signer = tuple[x509.Name, ec.EllipticCurvePrivateKey]


def digest(key: ec.EllipticCurvePrivateKey) -> str:
    """SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal digits."""
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()


def make(root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey) -> Iterator[tuple[str, bytes]]:
    """The files of `ABOUT`: name and content.

    Args:
        root: the certificate of ca.pem.
        root_key: its private key.
    """
    signer = (root.subject, root_key)
    keys = [ec.generate_private_key(ec.SECP384R1()) for _ in ROWS]
    key = keys[0]
    yield "distrusted.json", json.dumps([digest(each) for each in keys]).encode()
    for issuer, name in ((None, "distrusted-root"), (signer, "distrusted-ca")):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        authority = _certificate(subject, key, issuer or (subject, key), is_authority=True)
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        leaf = _certificate(_LOCALHOST, leaf_key, (subject, key))
        yield f"{name}.pem", authority
        yield f"{name}-chain.pem", _pem(leaf_key) + leaf + (authority if issuer else b"")
    for number, key in enumerate(keys):
        yield f"distrusted-leaf-{number}.pem", _pem(key) + _certificate(_LOCALHOST, key, signer)


_LOCALHOST = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, signer: _Signer, is_authority: bool = False
) -> bytes:
    issuer, issuer_key = signer
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if is_authority:
        builder = builder.add_extension(_SIGNS_CERTIFICATES, critical=True)
    else:
        builder = builder.add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
    return builder.sign(issuer_key, hashes.SHA384()).public_bytes(Encoding.PEM)


_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False,
    data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
    encipher_only=False, decipher_only=False,
)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
