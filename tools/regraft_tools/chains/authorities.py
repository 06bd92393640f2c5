"""Cases: who may sign, how deep, and what for."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from regraft_tools.chains.case import ACCEPTED, BOTH, HOST, UNREADABLE, Case, Workshop, dns
from regraft_tools.chains.forge import Certificate, Constraints, issue, key_usage

NO_AUTHORITY = "invalid CA certificate"
TOO_DEEP = "path length constraint exceeded"
NO_PURPOSE = "unsuitable certificate purpose"
NO_ISSUER = "unable to get local issuer certificate"
NOT_MARKED = "Basic Constraints of CA cert not marked critical"

SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
CODE = ExtendedKeyUsageOID.CODE_SIGNING
# Netscape's and Microsoft's "server gated cryptography", which once meant a server too.
GATED = x509.ObjectIdentifier("2.16.840.1.113730.4.1")


def list_cases(shop: Workshop) -> Iterator[Case]:
    """Who may sign, how deep, and what for."""
    yield from _basic(shop)
    yield from _deep(shop)
    yield from _key_usage(shop)
    yield from _purposes(shop)
    yield from _clients(shop)


def _under(shop: Workshop, about: str, middle: Certificate, expected: str,
           strict: str | None = None) -> Case:
    return Case("authorities: " + about, [shop.server(middle), middle], [shop.root], expected,
                strict)


def _basic(shop: Workshop) -> Iterator[Case]:
    def middle(**changes) -> Certificate:
        return issue("middle", shop.root, ca=True, changes=changes)

    yield Case("authorities: a good chain", [shop.low, shop.middle], [shop.root], ACCEPTED)
    yield _under(shop, "none of its constraints", middle(BasicConstraints=None), NO_AUTHORITY)
    yield _under(shop, "says that it is none",
                 middle(BasicConstraints=(True, Constraints(ca=False, path_length=None))),
                 NO_AUTHORITY)
    yield _under(shop, "constraints not critical",
                 middle(BasicConstraints=(False, Constraints(ca=True, path_length=None))),
                 ACCEPTED, NOT_MARKED)
    yield _under(shop, "constraints that say nothing",
                 middle(BasicConstraints=(True, b"\x30\x00")), NO_AUTHORITY)
    yield _under(shop, "constraints that cannot be read",
                 middle(BasicConstraints=(True, b"\x30\x03\x01\x01")), NO_ISSUER)
    yield _under(shop, "a server's certificate that signs",
                 issue("middle", shop.root, names=dns("middle.example")), NO_AUTHORITY)
    for about, constraints, expected, strict in (
        ("none of its constraints", None, ACCEPTED, NO_AUTHORITY),
        ("says that it is none", (True, Constraints(ca=False, path_length=None)), NO_AUTHORITY,
         NO_AUTHORITY),
        ("constraints not critical", (False, Constraints(ca=True, path_length=None)), ACCEPTED,
         NOT_MARKED),
    ):
        root = issue("odd root", ca=True, changes={"BasicConstraints": constraints})
        yield Case("a root: " + about, [shop.server(root)], [root], expected, strict)
    leaf = shop.server(changes={"BasicConstraints": None})
    yield Case("a server: without constraints", [leaf], [shop.root], ACCEPTED)
    leaf = issue("leaf", shop.root, ca=True, names=dns(HOST), changes=BOTH)
    yield Case("a server: that is an authority", [leaf], [shop.root], ACCEPTED)
    leaf = shop.server(changes={"BasicConstraints": (True, b"\x30\x03\x02\x01\x00")})
    yield Case("a server: a path length, though it is no authority", [leaf], [shop.root],
               ACCEPTED, "Path length invalid for non-CA cert")


def _deep(shop: Workshop) -> Iterator[Case]:
    def chain(*lengths: int | None) -> list[Certificate]:
        made: list[Certificate] = []
        for at, length in enumerate(lengths):
            above = made[0] if made else shop.root
            made.insert(0, issue("level %d" % at, above, ca=True, path=length))
        return [shop.server(made[0]), *made]

    for about, lengths, expected in (
        ("0 above a server", (0,), ACCEPTED),
        ("0 above another authority", (0, None), TOO_DEEP),
        ("1 above another authority", (1, None), ACCEPTED),
        ("1 above two others", (1, None, None), TOO_DEEP),
        ("the lower has more than the upper", (1, 7), ACCEPTED),
        ("five authorities without limits", (None,) * 5, ACCEPTED),
    ):
        yield Case("path length: " + about, chain(*lengths), [shop.root], expected)
    root = issue("short root", ca=True, path=0)
    yield Case("path length: 0 of the root above a server", [shop.server(root)], [root], ACCEPTED)
    middle = issue("middle", root, ca=True)
    yield Case("path length: 0 of the root above an authority", [shop.server(middle), middle],
               [root], TOO_DEEP)
    again = issue("middle", middle, ca=True)
    upper = issue("middle", root, ca=True, path=0)
    yield Case("path length: an authority that has issued itself counts once",
               [shop.server(again), again, middle], [root], TOO_DEEP)
    yield Case("path length: the one that is sent has the right name and another key",
               [shop.server(middle), upper], [root], NO_ISSUER)
    bad = issue("middle", shop.root, ca=True,
                changes={"BasicConstraints": (True, b"\x30\x06\x01\x01\xff\x02\x01\xff")})
    yield _under(shop, "a negative path length", bad, NO_ISSUER)


def _key_usage(shop: Workshop) -> Iterator[Case]:
    def middle(usage: object) -> Certificate:
        return issue("middle", shop.root, ca=True, changes={"KeyUsage": usage})

    yield _under(shop, "without keyUsage", middle(None), ACCEPTED,
                 "CA cert does not include key usage extension")
    yield _under(shop, "keyUsage that does not sign certificates",
                 middle((True, key_usage("digital_signature", "crl_sign"))), NO_AUTHORITY)
    yield _under(shop, "keyUsage not critical", middle((False, key_usage("key_cert_sign"))),
                 ACCEPTED)
    root = issue("odd root", ca=True, changes={"KeyUsage": (True, key_usage("crl_sign"))})
    yield Case("a root: keyUsage that does not sign certificates", [shop.server(root)], [root],
               NO_AUTHORITY)
    for about, usage, expected in (
        ("without keyUsage", None, ACCEPTED),
        ("keyUsage that does not sign", (True, key_usage("key_encipherment")), ACCEPTED),
        ("keyUsage for lists only", (True, key_usage("crl_sign")), NO_PURPOSE),
        ("keyUsage of nothing", (True, b"\x03\x02\x07\x00"), UNREADABLE),
    ):
        leaf = shop.server(changes={"KeyUsage": usage})
        yield Case("a server: " + about, [leaf], [shop.root], expected)
    leaf = shop.server(changes={"KeyUsage": (True, key_usage("digital_signature", "key_cert_sign"))})
    yield Case("a server: keyUsage that signs certificates", [leaf], [shop.root], ACCEPTED,
               "Key usage keyCertSign invalid for non-CA cert")


def _purposes(shop: Workshop) -> Iterator[Case]:
    for about, purposes, expected in (
        ("none", (), ACCEPTED),
        ("a client's", (CLIENT,), NO_PURPOSE),
        ("a client's and a server's", (CLIENT, SERVER), ACCEPTED),
        ("any", (ANY,), NO_PURPOSE),
        ("any and a server's", (ANY, SERVER), ACCEPTED),
        ("signing of code", (CODE,), NO_PURPOSE),
        ("an unknown one", (x509.ObjectIdentifier("1.2.3.4"),), NO_PURPOSE),
        ("gated cryptography", (GATED,), ACCEPTED),
    ):
        leaf = shop.server(usage=purposes)
        yield Case("purposes of a server: " + about, [leaf], [shop.root], expected)
    wanted = x509.ExtendedKeyUsage([SERVER])
    leaf = shop.server(changes={"ExtendedKeyUsage": (True, wanted)})
    yield Case("purposes of a server: critical", [leaf], [shop.root], ACCEPTED)
    leaf = shop.server(changes={"ExtendedKeyUsage": (False, b"\x30\x00")})
    yield Case("purposes of a server: an empty list", [leaf], [shop.root], NO_PURPOSE)
    for about, purposes, expected in (
        ("a server's", (SERVER,), ACCEPTED),
        ("a client's", (CLIENT,), NO_PURPOSE),
        ("any", (ANY,), NO_PURPOSE),
        ("signing of code", (CODE,), NO_PURPOSE),
    ):
        changes = {"ExtendedKeyUsage": (False, x509.ExtendedKeyUsage(list(purposes)))}
        middle = issue("middle", shop.root, ca=True, changes=changes)
        yield Case("purposes of an authority: " + about, [shop.server(middle), middle],
                   [shop.root], expected)
        root = issue("odd root", ca=True, changes=changes)
        yield Case("purposes of a root: " + about, [shop.server(root)], [root], expected)


def _clients(shop: Workshop) -> Iterator[Case]:
    def client(**changes) -> Certificate:
        return issue("client", changes.pop("issuer", shop.root),
                     usage=changes.pop("usage", (CLIENT,)), names=dns("client.example"), **changes)

    def case(about: str, chain: list[Certificate], expected: str, strict: str | None = None,
             **more) -> Case:
        return Case("clients: " + about, chain, more.pop("trust", [shop.root]), expected, strict,
                    client=True, **more)

    yield case("a good one", [client()], ACCEPTED)
    yield case("none", [], "peer did not return a certificate")
    yield case("below another authority", [client(issuer=shop.middle), shop.middle], ACCEPTED)
    yield case("without the authority between", [client(issuer=shop.middle)],
               NO_ISSUER)
    yield case("a server's", [client(usage=(SERVER,))], NO_PURPOSE)
    yield case("no purpose at all", [client(usage=())], ACCEPTED)
    yield case("any purpose", [client(usage=(ANY,))], NO_PURPOSE)
    yield case("from a stranger", [client(issuer=shop.stranger)],
               NO_ISSUER)
    yield case("signed by itself", [issue("client", usage=(CLIENT,))], "self-signed certificate")
    yield case("expired", [client(years=(2001, 2002))], "certificate has expired")
    yield case("not yet valid", [client(years=(2900, 2901))], "certificate is not yet valid")
    yield case("a wrong signature", [client(spoil=True)], "certificate signature failure")
    yield case("an unknown critical extension",
               [client(more=[("1.2.3.4", True, b"\x05\x00")])], "unhandled critical extension")
    yield case("without the number of the issuer's key",
               [client(changes={"AuthorityKeyIdentifier": None})], ACCEPTED,
               "Missing Authority Key Identifier")
    yield case("keyUsage without signatures",
               [client(changes={"KeyUsage": (True, key_usage("key_encipherment"))})], NO_PURPOSE)
