"""Cases: which names a certificate is for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from regraft_tools.chains.case import ACCEPTED, Case, Workshop, dns
from regraft_tools.chains.forge import Certificate, make_name

NO_HOST = "Hostname mismatch"
NO_ADDRESS = "IP address mismatch"


def _address(text: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(text))


# Names in the certificate, the name that the client asks for, and what comes of it.
HOSTS: Sequence[tuple[str, list[x509.GeneralName], str, str]] = (
    ("the same name", dns("a.example"), "a.example", ACCEPTED),
    ("the second of two names", dns("b.example", "a.example"), "a.example", ACCEPTED),
    ("another name", dns("b.example"), "a.example", NO_HOST),
    ("a name above", dns("example"), "a.example", NO_HOST),
    ("a name below", dns("b.a.example"), "a.example", NO_HOST),
    ("an end of the name", dns("a.example"), "aa.example", NO_HOST),
    ("a start of the name", dns("a.exampl"), "a.example", NO_HOST),
    ("a name with a dot before it", dns(".a.example"), "a.example", NO_HOST),
    ("capitals in the certificate", dns("A.Example"), "a.example", ACCEPTED),
    ("capitals in what is asked for", dns("a.example"), "A.EXAMPLE", ACCEPTED),
    ("a dot after the name in the certificate", dns("a.example."), "a.example", NO_HOST),
    ("a dot after the name asked for", dns("a.example"), "a.example.", NO_HOST),
    ("a dot after both names", dns("a.example."), "a.example.", ACCEPTED),
    ("an A-label", dns("xn--bcher-kva.example"), "xn--bcher-kva.example", ACCEPTED),
    ("a wildcard for a whole label", dns("*.example.org"), "a.example.org", ACCEPTED),
    ("a wildcard in capitals", dns("*.EXAMPLE.org"), "a.example.ORG", ACCEPTED),
    ("a wildcard and the name above it", dns("*.example.org"), "example.org", NO_HOST),
    ("a wildcard and two labels", dns("*.example.org"), "a.b.example.org", NO_HOST),
    ("a wildcard and an A-label", dns("*.example.org"), "xn--bcher-kva.example.org", ACCEPTED),
    ("a wildcard at the start of a label", dns("*a.example.org"), "ba.example.org", NO_HOST),
    ("a wildcard at the end of a label", dns("a*.example.org"), "ab.example.org", NO_HOST),
    ("a wildcard inside a label", dns("a*c.example.org"), "abc.example.org", NO_HOST),
    ("a wildcard that would stand for nothing", dns("a*.example.org"), "a.example.org", NO_HOST),
    ("a wildcard beside an A-label's mark", dns("xn--*.example.org"), "xn--a.example.org", NO_HOST),
    ("a wildcard in the second label", dns("a.*.example.org"), "a.b.example.org", NO_HOST),
    ("a wildcard in the last label", dns("a.*"), "a.example", NO_HOST),
    ("two wildcards", dns("*.*.example.org"), "a.b.example.org", NO_HOST),
    ("a wildcard for all below a top domain", dns("*.example"), "a.example", NO_HOST),
    ("a wildcard for all below two labels", dns("*.co.uk"), "a.co.uk", ACCEPTED),
    ("a wildcard alone", dns("*"), "example", NO_HOST),
    ("a wildcard and a dot", dns("*."), "example.", NO_HOST),
    ("a wildcard after a dot", dns(".*.example.org"), "a.example.org", NO_HOST),
    ("a wildcard and a dot after the name", dns("*.example.org"), "a.example.org.", NO_HOST),
    ("a wildcard asked for", dns("*.example.org"), "*.example.org", ACCEPTED),
    ("a host of one label", dns("intranet"), "intranet", ACCEPTED),
    ("an underscore", dns("a_b.example"), "a_b.example", ACCEPTED),
    ("an underscore under a wildcard", dns("*.example.org"), "a_b.example.org", NO_HOST),
    ("hyphens", dns("a--b.example"), "a--b.example", ACCEPTED),
    ("an empty name", dns(""), "a.example", NO_HOST),
    ("a space after the name", dns("a.example "), "a.example", NO_HOST),
    ("a NUL in the middle", dns("a.example\0.evil.example"), "a.example", NO_HOST),
    ("a NUL at the end", dns("a.example\0"), "a.example", NO_HOST),
    ("a long name", dns(".".join(["a" * 60] * 3) + ".example"),
     ".".join(["a" * 60] * 3) + ".example", ACCEPTED),
    ("an address", [_address("127.0.0.1")], "127.0.0.1", ACCEPTED),
    ("another address", [_address("127.0.0.2")], "127.0.0.1", NO_ADDRESS),
    ("an address of version 6", [_address("::1")], "::1", ACCEPTED),
    ("an address of version 6 in another spelling", [_address("2001:db8::1")],
     "2001:0DB8:0:0:0:0:0:1", ACCEPTED),
    ("another address of version 6", [_address("2001:db8::1")], "2001:db8::2", NO_ADDRESS),
    ("an address of version 4 in one of version 6", [_address("::ffff:127.0.0.1")], "127.0.0.1",
     NO_ADDRESS),
    ("an address in the place of a host", dns("127.0.0.1"), "127.0.0.1", NO_ADDRESS),
    ("an address of version 6 in the place of a host", dns("::1"), "::1", NO_ADDRESS),
    ("a wildcard and an address", dns("*.0.0.1"), "127.0.0.1", NO_ADDRESS),
    ("an address where a host is asked for", [_address("127.0.0.1")], "a.example", NO_HOST),
    ("a host where an address is asked for", dns("a.example"), "127.0.0.1", NO_ADDRESS),
    ("an address that lacks a part", [_address("127.0.0.1")], "127.1", NO_HOST),
    ("a name in a URI", [x509.UniformResourceIdentifier("https://a.example/")], "a.example",
     NO_HOST),
    ("a name in an e-mail address", [x509.RFC822Name("me@a.example")], "a.example", NO_HOST),
    ("a name in a directory name", [x509.DirectoryName(make_name("a.example"))], "a.example",
     NO_HOST),
    ("an unknown kind of name before the right one",
     [x509.OtherName(x509.ObjectIdentifier("1.2.3.4"), b"\x0c\x01x"), *dns("a.example")],
     "a.example", ACCEPTED),
    ("a hundred names before the right one",
     dns(*("%d.example" % number for number in range(100)), "a.example"), "a.example", ACCEPTED),
)

# Subject, names, the name asked for, what comes of it.
SUBJECTS: Sequence[tuple[str, x509.Name, list[x509.GeneralName], str, str]] = (
    ("the name in the subject only", make_name("a.example"), [], "a.example", ACCEPTED),
    ("a wildcard in the subject only", make_name("*.example.org"), [], "a.example.org", ACCEPTED),
    ("the name in the subject, and another host", make_name("a.example"), dns("b.example"),
     "a.example", NO_HOST),
    ("the name in the subject, and an address", make_name("a.example"),
     [_address("127.0.0.1")], "a.example", ACCEPTED),
    ("the name in the subject, and an e-mail address", make_name("a.example"),
     [x509.RFC822Name("me@b.example")], "a.example", ACCEPTED),
    ("the address in the subject only", make_name("127.0.0.1"), [], "127.0.0.1", NO_ADDRESS),
    ("a NUL in the subject", make_name("a.example\0.evil.example"), [], "a.example", NO_HOST),
    ("the second of two common names",
     x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each) for each in ("b", "a.example")]),
     [], "a.example", ACCEPTED),
    ("the name in the organization",
     x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "a.example")]), [], "a.example",
     NO_HOST),
    ("no name at all", make_name(""), [], "a.example", NO_HOST),
)


def list_cases(shop: Workshop) -> Iterator[Case]:
    """Which names a certificate is for."""
    for about, names, host, expected in HOSTS:
        leaf = shop.server(names=names)
        yield Case("names: " + about, [leaf], [shop.root], expected, host=host)
    for about, subject, names, host, expected in SUBJECTS:
        leaf = shop.server(subject=subject, names=names)
        strict = None if subject.rdns else "Subject name empty"
        yield Case("subjects: " + about, [leaf], [shop.root], expected, strict, host)
    yield Case("names: none is asked for", [shop.leaf], [shop.root], ACCEPTED, host=None)
    yield from _nameless(shop)


def _nameless(shop: Workshop) -> Iterator[Case]:
    def case(about: str, critical: bool, expected: str, strict: str) -> Case:
        names = x509.SubjectAlternativeName(dns("a.example"))
        leaf: Certificate = shop.server(
            subject="", names=(), changes={"SubjectAlternativeName": (critical, names)}
        )
        return Case("subjects: " + about, [leaf], [shop.root], expected, strict, "a.example")

    yield case("empty, the other names critical", True, ACCEPTED, ACCEPTED)
    yield case("empty, the other names not critical", False, ACCEPTED,
               "Subject empty and Subject Alt Name extension not critical")
