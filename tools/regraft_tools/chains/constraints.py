"""Cases: which names an authority may certify."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from regraft_tools.chains.case import ACCEPTED, HOST, Case, Workshop, dns
from regraft_tools.chains.forge import Certificate, issue, make_name

OUTSIDE = "permitted subtree violation"
INSIDE = "excluded subtree violation"
UNKNOWN_KIND = "unsupported name constraint type"


def _network(text: str) -> list[x509.GeneralName]:
    return [x509.IPAddress(ipaddress.ip_network(text))]


def _address(text: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(text))


def _mail(*names: str) -> list[x509.GeneralName]:
    return [x509.RFC822Name(each) for each in names]


def _uri(*names: str) -> list[x509.GeneralName]:
    return [x509.UniformResourceIdentifier(each) for each in names]


def _organization(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])


_ADDRESSES = [*dns(HOST), _address("192.0.2.7")]
_NONE: list[x509.GeneralName] = []

# What is permitted, what is excluded, the names of the certificate, what comes of it.
ROWS: Sequence[tuple[str, list, list, list, str]] = (
    ("permitted is the host", dns(HOST), _NONE, dns(HOST), ACCEPTED),
    ("permitted is what is above it", dns("example"), _NONE, dns(HOST), ACCEPTED),
    ("permitted is what is above it, with a dot", dns(".example"), _NONE, dns(HOST), ACCEPTED),
    ("permitted is everything", dns(""), _NONE, dns(HOST), ACCEPTED),
    ("permitted is another host", dns("other.example"), _NONE, dns(HOST), OUTSIDE),
    ("permitted is what is below it", dns("a." + HOST), _NONE, dns(HOST), OUTSIDE),
    ("permitted is an end of a label", dns("eaf.example"), _NONE, dns(HOST), OUTSIDE),
    ("permitted is the host in capitals", dns("LEAF.Example"), _NONE, dns(HOST), ACCEPTED),
    ("permitted are two, the second is it", dns("other.example", HOST), _NONE, dns(HOST), ACCEPTED),
    ("permitted is the first of two names", dns(HOST), _NONE, dns(HOST, "b.example"), OUTSIDE),
    ("permitted is the host of a wildcard", dns("example.org"), _NONE,
     dns(HOST, "*.example.org"), OUTSIDE),
    ("permitted is what is above a wildcard", dns("example.org", "example"), _NONE,
     dns(HOST, "*.example.org"), ACCEPTED),
    ("permitted is an address, the name is a host", _network("192.0.2.0/24"), _NONE, dns(HOST),
     ACCEPTED),
    ("excluded is the host", _NONE, dns(HOST), dns(HOST), INSIDE),
    ("excluded is what is above it", _NONE, dns("example"), dns(HOST), INSIDE),
    ("excluded is another host", _NONE, dns("other.example"), dns(HOST), ACCEPTED),
    ("excluded is everything", _NONE, dns(""), dns(HOST), INSIDE),
    ("excluded is a part of what is permitted", dns("example"), dns(HOST), dns(HOST), INSIDE),
    ("excluded is a host under a wildcard", _NONE, dns("a.example.org"),
     dns(HOST, "*.example.org"), ACCEPTED),
    ("excluded is the second of two names", _NONE, dns("b.example"), dns(HOST, "b.example"),
     INSIDE),
    ("permitted is the network of the address", _network("192.0.2.0/24"), _NONE, _ADDRESSES,
     ACCEPTED),
    ("permitted is another network", _network("198.51.100.0/24"), _NONE, _ADDRESSES, OUTSIDE),
    ("excluded is the network of the address", _NONE, _network("192.0.2.0/24"), _ADDRESSES,
     INSIDE),
    ("excluded is another network", _NONE, _network("198.51.100.0/24"), _ADDRESSES, ACCEPTED),
    ("permitted is a network of version 6", _network("2001:db8::/32"), _NONE,
     [*dns(HOST), _address("2001:db8::1")], ACCEPTED),
    ("excluded is a network of version 6", _NONE, _network("2001:db8::/32"),
     [*dns(HOST), _address("2001:db8::1")], INSIDE),
    ("permitted is version 6 only", _network("::/0"), _NONE, _ADDRESSES, OUTSIDE),
    ("permitted is a host of e-mail", _mail("mail.example"), _NONE,
     [*dns(HOST), *_mail("me@mail.example")], ACCEPTED),
    ("permitted is another host of e-mail", _mail("other.example"), _NONE,
     [*dns(HOST), *_mail("me@mail.example")], OUTSIDE),
    ("permitted is one e-mail address", _mail("me@mail.example"), _NONE,
     [*dns(HOST), *_mail("me@mail.example")], ACCEPTED),
    ("permitted is another e-mail address", _mail("you@mail.example"), _NONE,
     [*dns(HOST), *_mail("me@mail.example")], OUTSIDE),
    ("permitted is e-mail below a domain", _mail(".example"), _NONE,
     [*dns(HOST), *_mail("me@mail.example")], ACCEPTED),
    ("excluded is a host of e-mail", _NONE, _mail("mail.example"),
     [*dns(HOST), *_mail("me@mail.example")], INSIDE),
    ("permitted is a host of URIs", _uri("web.example"), _NONE,
     [*dns(HOST), *_uri("https://web.example/a")], ACCEPTED),
    ("permitted is another host of URIs", _uri("other.example"), _NONE,
     [*dns(HOST), *_uri("https://web.example/a")], OUTSIDE),
    ("permitted is a registered number", [x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))],
     _NONE, [*dns(HOST), x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))], UNKNOWN_KIND),
)


def list_cases(shop: Workshop) -> Iterator[Case]:
    """Which names an authority may certify."""
    for about, permitted, excluded, names, expected in ROWS:
        limited = _limit(shop.root, permitted, excluded)
        leaf = shop.server(limited, names=names)
        yield Case("constraints: " + about, [leaf, limited], [shop.root], expected)
    yield from _on_roots(shop)
    yield from _on_subjects(shop)
    yield from _in_rows(shop)


def _limit(
    issuer: Certificate | None, permitted: Sequence[x509.GeneralName] = (),
    excluded: Sequence[x509.GeneralName] = (), critical: bool = True, **more,
) -> Certificate:
    limits = x509.NameConstraints(list(permitted) or None, list(excluded) or None)
    changes = {"NameConstraints": (critical, limits)}
    return issue(more.pop("subject", "limited"), issuer, ca=True, changes=changes, **more)


def _on_roots(shop: Workshop) -> Iterator[Case]:
    for about, permitted, excluded, expected in (
        ("permitted is the host", dns(HOST), (), ACCEPTED),
        ("permitted is another host", dns("other.example"), (), OUTSIDE),
        ("excluded is the host", (), dns(HOST), INSIDE),
    ):
        root = _limit(None, permitted, excluded)
        yield Case("constraints on a root: " + about, [shop.server(root)], [root], expected)
        middle = issue("middle", root, ca=True)
        yield Case("constraints on a root above another: " + about,
                   [shop.server(middle), middle], [root], expected)


def _on_subjects(shop: Workshop) -> Iterator[Case]:
    for about, permitted, subject, names, host, expected in (
        ("a common name outside, without other names", dns("example"), make_name("a.test"), (),
         "a.test", OUTSIDE),
        ("a common name inside, without other names", dns("example"), make_name(HOST), (), HOST,
         ACCEPTED),
        ("a common name outside that is no host", dns("example"), make_name("A leaf"), dns(HOST),
         HOST, ACCEPTED),
        ("a common name outside, beside other names", dns("example"), make_name("a.test"),
         dns(HOST), HOST, ACCEPTED),
        ("a directory name inside", [x509.DirectoryName(_organization("ours"))],
         _organization("ours"), dns(HOST), HOST, ACCEPTED),
        ("a directory name outside", [x509.DirectoryName(_organization("ours"))],
         _organization("theirs"), dns(HOST), HOST, OUTSIDE),
    ):
        limited = _limit(shop.root, permitted)
        leaf = shop.server(limited, subject=subject, names=names)
        yield Case("constraints and the subject: " + about, [leaf, limited], [shop.root],
                   expected, host=host)


def _in_rows(shop: Workshop) -> Iterator[Case]:
    upper = _limit(shop.root, dns("example"), subject="upper")
    lower = _limit(upper, dns(HOST), subject="lower")
    yield Case("constraints: two authorities permit the host",
               [shop.server(lower), lower, upper], [shop.root], ACCEPTED)
    wider = _limit(upper, dns("test"), subject="wider")
    leaf = shop.server(wider, names=dns("a.test"))
    yield Case("constraints: the lower authority permits more than the upper",
               [leaf, wider, upper], [shop.root], OUTSIDE, host="a.test")
    loose = _limit(shop.root, dns("other.example"), critical=False)
    yield Case("constraints: not critical, and broken", [shop.server(loose), loose], [shop.root],
               OUTSIDE)
    kept = _limit(shop.root, dns("example"), critical=False)
    yield Case("constraints: not critical, and kept", [shop.server(kept), kept], [shop.root],
               ACCEPTED)
    empty = issue("empty", shop.root, ca=True, changes={"NameConstraints": (True, b"\x30\x00")})
    yield Case("constraints: none in the extension", [shop.server(empty), empty], [shop.root],
               ACCEPTED)
    many = _limit(shop.root, dns(*("%d.example" % number for number in range(1100))))
    leaf = shop.server(many, names=dns(HOST, *("%d.test" % number for number in range(1100))))
    yield Case("constraints: more comparisons than are made", [leaf, many], [shop.root],
               "unspecified certificate verification error")
    limits = x509.NameConstraints(dns("other.example"), None)
    leaf = shop.server(changes={"NameConstraints": (True, limits)})
    yield Case("constraints: on the certificate of a server", [leaf], [shop.root], ACCEPTED)
