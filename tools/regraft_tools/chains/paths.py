"""Cases: signatures, dates, trust, revocation, and the strength of keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from regraft_tools.chains.case import ACCEPTED, BOTH, HOST, Case, Workshop, dns
from regraft_tools.chains.forge import (
    FUTURE,
    PAST,
    Certificate,
    issue,
    key_usage,
    make_key,
    make_name,
    revoke,
    write_time,
)

EXPIRED = "certificate has expired"
TOO_EARLY = "certificate is not yet valid"
NO_UPPER = "unable to get issuer certificate"
NO_ISSUER = "unable to get local issuer certificate"
NO_IDENTIFIER = "Missing Authority Key Identifier"
FALSE = "certificate signature failure"
HASH = "CA signature digest algorithm too weak"
NO_START = "format error in certificate's notBefore field"
NO_END = "format error in certificate's notAfter field"
LEAF_LIST = "VERIFY_CRL_CHECK_LEAF"
CHAIN_LISTS = "VERIFY_CRL_CHECK_CHAIN"
PARTIAL = "VERIFY_X509_PARTIAL_CHAIN"


def list_cases(shop: Workshop) -> Iterator[Case]:
    """Signatures, dates, trust, revocation, and the strength of keys."""
    yield from _dates(shop)
    yield from _trust(shop)
    yield from _crossed(shop)
    yield from _signatures(shop)
    yield from _revoked(shop)
    yield from _strength(shop)


def _dates(shop: Workshop) -> Iterator[Case]:
    for about, years, expected in (("expired", PAST, EXPIRED), ("not yet", FUTURE, TOO_EARLY)):
        yield Case("dates: a server, " + about, [shop.server(years=years)], [shop.root], expected)
        middle = issue("middle", shop.root, ca=True, years=years)
        yield Case("dates: an authority, " + about, [shop.server(middle), middle], [shop.root],
                   expected)
        root = issue("odd root", ca=True, years=years)
        yield Case("dates: a root, " + about, [shop.server(root)], [root], expected)
    backward = shop.server(years=(2900, 2001))
    yield Case("dates: the end before the start", [backward], [shop.root], TOO_EARLY)
    early, late = write_time(2001), write_time(2900)
    for about, dates, expected in (
        ("four digits of a year before 2050", write_time(2001, long=True) + late, ACCEPTED),
        ("no seconds", write_time(2001, end="01010000Z") + late, NO_START),
        ("a zone of its own", write_time(2001, end="0101000000+0100") + late, NO_START),
        ("parts of a second", early + write_time(2900, end="0101000000.5Z"), NO_END),
        ("the 30th of February", write_time(2001, end="0230000000Z") + late, NO_START),
        ("no end, as RFC 5280 says it", early + write_time(9999, end="1231235959Z"), ACCEPTED),
    ):
        yield Case("dates: " + about, [shop.server(dates=dates)], [shop.root], expected)
    both = shop.server(years=PAST, names=dns("other.example"))
    yield Case("dates: expired, and for another host", [both], [shop.root],
               "Hostname mismatch")


def _trust(shop: Workshop) -> Iterator[Case]:
    low, middle, root, leaf = shop.low, shop.middle, shop.root, shop.leaf
    yield Case("trust: nothing", [leaf], [], NO_ISSUER)
    yield Case("trust: a stranger", [leaf], [shop.stranger], NO_ISSUER)
    yield Case("trust: the root is sent as well", [low, middle, root], [root], ACCEPTED)
    yield Case("trust: an unknown root is sent as well", [low, middle, root], [shop.stranger],
               "self-signed certificate in certificate chain")
    yield Case("trust: the authority between is not sent", [low], [root], NO_ISSUER)
    yield Case("trust: the authority between is known", [low], [root, middle], ACCEPTED)
    yield Case("trust: only the authority between", [low], [middle], NO_UPPER, ACCEPTED)
    yield Case("trust: only the authority between, which is sent", [low, middle], [middle],
               NO_UPPER, ACCEPTED)
    yield Case("trust: only the authority between, part of a chain will do", [low], [middle],
               ACCEPTED, flags=(PARTIAL,))
    yield Case("trust: only the server's certificate", [leaf], [leaf], NO_ISSUER, ACCEPTED)
    yield Case("trust: only the server's certificate, part of a chain will do", [leaf], [leaf],
               ACCEPTED, flags=(PARTIAL,))
    alone = issue("leaf", names=dns(HOST))
    yield Case("trust: signed by itself, not known", [alone], [root], "self-signed certificate")
    yield Case("trust: signed by itself, and known", [alone], [alone], ACCEPTED)
    alone = issue("leaf", names=dns("other.example"))
    yield Case("trust: signed by itself, known, for another host", [alone], [alone],
               "Hostname mismatch")
    alone = issue("leaf", ca=True, names=dns(HOST), changes=BOTH)
    yield Case("trust: signed by itself, an authority, and known", [alone], [alone], ACCEPTED)
    deep = issue("lowest", middle, ca=True)
    low = shop.server(deep)
    yield Case("trust: authorities in the wrong order", [low, middle, deep], [root], ACCEPTED)
    yield Case("trust: others sent between", [low, shop.stranger, deep, shop.leaf, middle], [root],
               ACCEPTED)
    yield Case("trust: the authority sent twice", [low, deep, deep, middle], [root], ACCEPTED)
    made: list[Certificate] = []
    for number in range(105):
        made.insert(0, issue("level %d" % number, made[0] if made else root, ca=True))
    yield Case("trust: 105 authorities", [shop.server(made[0]), *made], [root],
               "certificate chain too long")
    yield Case("trust: a gap in what is sent", [low, middle], [root], NO_ISSUER)


def _crossed(shop: Workshop) -> Iterator[Case]:
    """Two certificates of one authority: by itself and by another."""
    cross = issue("root", shop.stranger, ca=True, key=shop.root.key)
    yield Case("crossed: trusted is the other root", [shop.leaf, cross], [shop.stranger], ACCEPTED)
    yield Case("crossed: trusted is its own", [shop.leaf, cross], [shop.root], ACCEPTED)
    yield Case("crossed: trusted are both", [shop.leaf, cross], [shop.stranger, shop.root],
               ACCEPTED)
    old = issue("root", shop.stranger, ca=True, key=shop.root.key, years=PAST)
    yield Case("crossed: expired, trusted is its own", [shop.leaf, old], [shop.root], ACCEPTED)
    yield Case("crossed: expired, trusted is the other root", [shop.leaf, old], [shop.stranger],
               EXPIRED)
    yield Case("crossed: expired and known, and so is its own", [shop.leaf], [old, shop.root],
               ACCEPTED)
    twin = issue("root", ca=True)
    yield Case("crossed: a root of the same name and another key", [shop.leaf], [twin], NO_ISSUER)
    yield Case("crossed: a root of the same name before the right one", [shop.leaf],
               [twin, shop.root], ACCEPTED)
    bare = {"AuthorityKeyIdentifier": None}
    leaf = shop.server(changes=bare)
    yield Case("crossed: a root of the same name, and no key identifier", [leaf], [twin], FALSE,
               NO_IDENTIFIER)
    upper = issue("one", shop.root, ca=True)
    lower = issue("other", upper, ca=True)
    ring = issue("one", lower, ca=True, key=upper.key)
    yield Case("crossed: authorities in a ring", [shop.server(lower), lower, ring],
               [shop.stranger], NO_ISSUER)


def _signatures(shop: Workshop) -> Iterator[Case]:
    yield Case("signatures: wrong, of a server", [shop.server(spoil=True)], [shop.root], FALSE)
    middle = issue("middle", shop.root, ca=True, spoil=True)
    yield Case("signatures: wrong, of an authority", [shop.server(middle), middle], [shop.root],
               FALSE)
    root = issue("odd root", ca=True, spoil=True)
    yield Case("signatures: wrong, of a root", [shop.server(root)], [root], ACCEPTED)
    forged = issue("leaf", shop.stranger, names=dns(HOST), issuer_name=shop.root.subject,
                   changes={"AuthorityKeyIdentifier": None})
    yield Case("signatures: by another than it says", [forged], [shop.root], FALSE,
               NO_IDENTIFIER)
    nobody = shop.server(issuer_name=make_name("nobody"))
    yield Case("signatures: the issuer has another name", [nobody], [shop.root], NO_ISSUER)
    modern = issue("modern", shop.root, ca=True, key=make_key("ed25519"))
    yield Case("signatures: Ed25519", [shop.server(modern), modern], [shop.root], ACCEPTED)
    mixed = issue("strong", shop.root, ca=True, key=make_key("p384"))
    yield Case("signatures: P-384 and SHA-384", [shop.server(mixed, digest="sha384"), mixed],
               [shop.root], ACCEPTED)


def _revoked(shop: Workshop) -> Iterator[Case]:
    low, middle, root = shop.low, shop.middle, shop.root
    good, good_middle = revoke(root), revoke(middle)
    chain = [low, middle]

    def case(about: str, lists: list[str], expected: str, flag: str = LEAF_LIST,
             shown: list[Certificate] = chain, **more) -> Case:
        return Case("revocation: " + about, shown, [root], expected, lists=lists, flags=(flag,),
                    **more)

    gone = revoke(middle, low)
    yield case("the list does not name it", [good_middle], ACCEPTED)
    yield case("the list names it", [gone], "certificate revoked")
    yield case("the list names it, nobody looks", [gone], ACCEPTED, "VERIFY_DEFAULT")
    yield case("no list", [], "unable to get certificate CRL")
    yield case("a list of another issuer only", [good], "unable to get certificate CRL")
    yield case("the list is out of date", [revoke(middle, years=PAST)], "CRL has expired")
    yield case("the list is out of date and names it", [revoke(middle, low, years=PAST)],
               "CRL has expired")
    yield case("the list is not yet valid", [revoke(middle, years=FUTURE)],
               "CRL is not yet valid")
    yield case("another has signed the list", [revoke(middle, key=shop.stranger.key)],
               "unable to get certificate CRL")
    yield case("all lists are there", [good_middle, good], ACCEPTED, CHAIN_LISTS)
    yield case("the list of the root is missing", [good_middle], "unable to get certificate CRL",
               CHAIN_LISTS)
    yield case("the authority is revoked", [good_middle, revoke(root, middle)],
               "certificate revoked", CHAIN_LISTS)
    yield case("the authority is revoked, only the server is looked up",
               [good_middle, revoke(root, middle)], ACCEPTED)
    mute = issue("mute", root, ca=True, changes={"KeyUsage": (True, key_usage("key_cert_sign"))})
    below = shop.server(mute)
    yield case("the authority may not sign lists", [revoke(mute)],
               "key usage does not include CRL signing", shown=[below, mute])
    client = issue("client", root, usage=())
    yield case("of a client", [revoke(root, client)], "certificate revoked", shown=[client],
               client=True)
    yield case("of a client that is not named", [good], ACCEPTED, shown=[client], client=True)


def _strength(shop: Workshop) -> Iterator[Case]:
    weak = make_key("rsa1024")
    strong = make_key("rsa2048")
    root = issue("weak root", ca=True, key=weak)
    middle = issue("weak middle", shop.root, ca=True, key=weak)
    small = issue("small root", ca=True, key=make_key("p192"))
    firm = issue("firm root", ca=True, key=strong)
    old = issue("old middle", firm, ca=True, digest="sha1")
    old_root = issue("leaf", ca=True, key=strong, digest="sha1", names=dns(HOST), changes=BOTH)
    made = (
        ("RSA of 1024 bits, of a server",
         Case("", [shop.server(key=weak)], [shop.root], ""), ("", "EE certificate key too weak")),
        ("RSA of 1024 bits, of an authority",
         Case("", [shop.server(middle), middle], [shop.root], ""),
         ("", "CA certificate key too weak")),
        ("RSA of 1024 bits, of a root",
         Case("", [shop.server(root)], [root], ""), ("", "CA certificate key too weak")),
        ("P-192, of a root", Case("", [shop.server(small)], [small], ""),
         ("", "CA certificate key too weak")),
        ("RSA of 2048 bits", Case("", [shop.server(firm, key=strong)], [firm], ""), ("", "")),
        ("SHA-1, of a server",
         Case("", [shop.server(firm, digest="sha1")], [firm], ""),
         (HASH, HASH)),
        ("SHA-1, of an authority",
         Case("", [shop.server(old), old], [firm], ""), (HASH, HASH)),
        ("SHA-1, of a root",
         Case("", [old_root], [old_root], ""),
         ("", "")),
        ("MD5, of a server",
         Case("", [shop.server(firm, digest="md5")], [firm], ""),
         (HASH, HASH)),
    )
    for about, case, complaints in made:
        for level, complaint in enumerate(("", *complaints)):
            yield replace(case, name="strength at level %d: %s" % (level, about), level=level,
                          expected=complaint or ACCEPTED)
