"""Certificates as they were issued once, for servers that a client of today refuses unless it is told not to.

`cryptography` signs no certificate with SHA-1 any more, so these are put together by `chains.forge`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from regraft_tools.chains import forge

ABOUT = {
    "sha1.pem": "for localhost, signed by ca.pem with SHA-1",
    "lax.pem": "for localhost, without the authorityKeyIdentifier that VERIFY_X509_STRICT wants",
}


def make(root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey) -> Iterator[tuple[str, bytes]]:
    """The files of `ABOUT`: name and content.

    Args:
        root: the certificate of ca.pem.
        root_key: its private key.
    """
    authority = forge.Certificate(root.subject, root_key, root.public_bytes(Encoding.DER))
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    for name, leaf in {
        "sha1.pem": forge.issue("localhost", authority, names=names, digest="sha1"),
        "lax.pem": forge.issue("localhost", authority, names=names, changes={"AuthorityKeyIdentifier": None}),
    }.items():
        yield name, (leaf.key_pem + leaf.pem).encode()
