"""Cases: how a certificate is written."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509

from regraft_tools.chains.case import ACCEPTED, HOST, UNREADABLE, Case, Workshop, dns
from regraft_tools.chains.forge import Certificate, issue, key_usage

UNHANDLED = "unhandled critical extension"
NO_ISSUER_KEY = "Missing Authority Key Identifier"
NO_OWN_KEY = "Missing Subject Key Identifier"
TOO_OLD = "Using cert extension requires at least X509v3"
NULL = b"\x05\x00"


def list_cases(shop: Workshop) -> Iterator[Case]:
    """How a certificate is written."""
    yield from _unknown(shop)
    yield from _key_identifiers(shop)
    yield from _twice(shop)
    yield from _versions(shop)
    yield from _serials(shop)


def _leaf(shop: Workshop, about: str, leaf: Certificate, expected: str,
          strict: str | None = None) -> Case:
    return Case(about, [leaf], [shop.root], expected, strict)


def _middle(shop: Workshop, about: str, middle: Certificate, expected: str,
            strict: str | None = None) -> Case:
    return Case(about, [shop.server(middle), middle], [shop.root], expected, strict)


def _unknown(shop: Workshop) -> Iterator[Case]:
    for about, critical, expected in (
        ("critical", True, UNHANDLED), ("not critical", False, ACCEPTED),
    ):
        more = [("1.2.3.4.5", critical, NULL)]
        yield _leaf(shop, "unknown extension: %s, of a server" % about, shop.server(more=more),
                    expected)
        yield _middle(shop, "unknown extension: %s, of an authority" % about,
                      issue("middle", shop.root, ca=True, more=more), expected)
        root = issue("odd root", ca=True, more=more)
        yield Case("unknown extension: %s, of a root" % about, [shop.server(root)], [root],
                   expected)
    # These are known, but nothing in OpenSSL acts on them.
    policies = x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)]
    ).public_bytes()
    yield _leaf(shop, "policies: critical", shop.server(more=[("2.5.29.32", True, policies)]),
                ACCEPTED)
    inhibit = [("2.5.29.36", True, b"\x30\x03\x80\x01\x00")]
    yield _middle(shop, "policies: one is required, and there is none",
                  issue("middle", shop.root, ca=True, more=inhibit), ACCEPTED)
    staple = [("1.3.6.1.5.5.7.1.24", False, b"\x30\x03\x02\x01\x05")]
    yield _leaf(shop, "an answer of OCSP is promised, and there is none",
                shop.server(more=staple), ACCEPTED)


def _key_identifiers(shop: Workshop) -> Iterator[Case]:
    without_issuer = {"AuthorityKeyIdentifier": None}
    without_own = {"SubjectKeyIdentifier": None}
    yield _leaf(shop, "key identifiers: a server without that of its issuer",
                shop.server(changes=without_issuer), ACCEPTED, NO_ISSUER_KEY)
    yield _leaf(shop, "key identifiers: a server without its own",
                shop.server(changes=without_own), ACCEPTED)
    yield _leaf(shop, "key identifiers: a server without any",
                shop.server(changes={**without_own, **without_issuer}), ACCEPTED, NO_ISSUER_KEY)
    yield _middle(shop, "key identifiers: an authority without that of its issuer",
                  issue("middle", shop.root, ca=True, changes=without_issuer), ACCEPTED,
                  NO_ISSUER_KEY)
    yield _middle(shop, "key identifiers: an authority without its own",
                  issue("middle", shop.root, ca=True, changes=without_own), ACCEPTED, NO_OWN_KEY)
    root = issue("odd root", ca=True, changes=without_issuer)
    yield Case("key identifiers: a root without that of its issuer", [shop.server(root)], [root],
               ACCEPTED)
    root = issue("odd root", ca=True, changes=without_own)
    yield Case("key identifiers: a root without its own", [shop.server(root)], [root], ACCEPTED,
               NO_OWN_KEY)
    other = x509.AuthorityKeyIdentifier(b"wrong" * 4, None, None)
    yield _leaf(shop, "key identifiers: another than the issuer's",
                shop.server(changes={"AuthorityKeyIdentifier": (False, other)}),
                "unable to get local issuer certificate")
    right = x509.AuthorityKeyIdentifier.from_issuer_public_key(shop.root.key.public_key())
    numbered = x509.AuthorityKeyIdentifier(
        right.key_identifier, [x509.DirectoryName(shop.root.subject)], shop.root.serial + 1
    )
    yield _leaf(shop, "key identifiers: another number of the issuer",
                shop.server(changes={"AuthorityKeyIdentifier": (False, numbered)}),
                "unable to get local issuer certificate")
    yield _leaf(shop, "key identifiers: critical",
                shop.server(changes={"AuthorityKeyIdentifier": (True, right)}), UNHANDLED)
    own = x509.SubjectKeyIdentifier(b"any")
    yield _leaf(shop, "key identifiers: its own is critical",
                shop.server(changes={"SubjectKeyIdentifier": (True, own)}), UNHANDLED)


def _twice(shop: Workshop) -> Iterator[Case]:
    names = x509.SubjectAlternativeName(dns(HOST)).public_bytes()
    usage = key_usage("digital_signature").public_bytes()
    constraints = b"\x30\x00"
    for about, oid, content in (
        ("names", "2.5.29.17", names), ("keyUsage", "2.5.29.15", usage),
        ("constraints", "2.5.29.19", constraints),
    ):
        yield _leaf(shop, "twice: %s of a server" % about,
                    shop.server(more=[(oid, False, content)]), UNREADABLE)
    yield _leaf(shop, "twice: an unknown extension",
                shop.server(more=[("1.2.3.4", False, NULL), ("1.2.3.4", False, NULL)]), ACCEPTED)
    yield _middle(shop, "twice: constraints of an authority",
                  issue("middle", shop.root, ca=True, more=[("2.5.29.19", True, b"\x30\x03\x01\x01\xff")]),
                  "unable to get local issuer certificate")
    yield _leaf(shop, "names that cannot be read",
                shop.server(changes={"SubjectAlternativeName": (False, b"\x30\x05\x82")}, names=()),
                UNREADABLE)
    yield _leaf(shop, "names: an empty list",
                shop.server(changes={"SubjectAlternativeName": (False, b"\x30\x00")}, names=()),
                "Hostname mismatch", "Empty Subject Alternative Name extension")


_BARE = dict.fromkeys((
    "BasicConstraints", "KeyUsage", "SubjectKeyIdentifier", "AuthorityKeyIdentifier",
    "ExtendedKeyUsage", "SubjectAlternativeName",
))


def _versions(shop: Workshop) -> Iterator[Case]:
    yield _leaf(shop, "version 1: a server with extensions", shop.server(version=1), ACCEPTED, TOO_OLD)
    yield _leaf(shop, "version 1: a server without extensions",
                shop.server(subject=HOST, version=1, changes=_BARE), ACCEPTED)
    yield _leaf(shop, "version 3: a server without extensions",
                shop.server(subject=HOST, changes=_BARE), ACCEPTED, NO_ISSUER_KEY)
    yield _leaf(shop, "version 2: a server with extensions", shop.server(version=2), ACCEPTED, TOO_OLD)
    yield _leaf(shop, "version 4: a server with extensions", shop.server(version=4), ACCEPTED)
    root = issue("old root", version=1, changes=_BARE)
    yield Case("version 1: a root", [shop.server(root)], [root], ACCEPTED,
               "invalid CA certificate")
    yield _middle(shop, "version 1: an authority",
                  issue("middle", shop.root, version=1, changes=_BARE), "invalid CA certificate")


def _serials(shop: Workshop) -> Iterator[Case]:
    for about, number in (
        ("zero", 0), ("negative", -5), ("of 20 bytes", 2**158), ("of 40 bytes", 2**318),
        ("of 200 bytes", 2**1598),
    ):
        yield _leaf(shop, "serial number: " + about, shop.server(serial=number), ACCEPTED)
        yield _middle(shop, "serial number of an authority: " + about,
                      issue("middle", shop.root, ca=True, serial=number), ACCEPTED)
