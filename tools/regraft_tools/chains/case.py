"""What a case is, and what cases have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509

from regraft_tools.chains.forge import Certificate, issue, key_usage

HOST = "leaf.example"
ACCEPTED = "accepted"
# What a server is told that wants to show such a certificate, or a client.
UNREADABLE = "invalid certificate"
# For an authority that is a server, too.
BOTH = {"KeyUsage": (True, key_usage("digital_signature", "key_cert_sign"))}


@dataclass(frozen=True)
class Case:
    """One chain that a peer shows, and what the one who judges it knows.

    Attributes:
        name: what is special about it.
        chain: what the peer sends, its own certificate first.
        trust: what is trusted.
        expected: `accepted`, or words of the complaint, with the verify flags of a bare context.
        strict: the same with those of the newest default context; None if nothing differs.
        host: the name or address that the client asks for; None if it checks none.
        client: the chain is a client's, and the server judges it.
        lists: revocation lists (PEM) that are known.
        flags: names of further verify flags.
        level: OpenSSL's security level of the one who judges.
    """

    name: str
    chain: Sequence[Certificate]
    trust: Sequence[Certificate]
    expected: str
    strict: str | None = None
    host: str | None = HOST
    client: bool = False
    lists: Sequence[str] = ()
    flags: Sequence[str] = ()
    level: int | None = None

    @property
    def strictly_expected(self) -> str:
        """What is expected with the flags of the newest default context."""
        return self.expected if self.strict is None else self.strict


def dns(*names: str) -> list[x509.GeneralName]:
    """Names for a subjectAltName; what is not ASCII stays as it is written."""
    return [x509.DNSName(each) for each in names]


class Workshop:
    """The certificates that many cases share; each is made when it is asked for."""

    @cached_property
    def root(self) -> Certificate:
        """A root that is fit to be trusted."""
        return issue("root", ca=True)

    @cached_property
    def stranger(self) -> Certificate:
        """A root that nobody trusts."""
        return issue("stranger", ca=True)

    @cached_property
    def middle(self) -> Certificate:
        """An authority that the root signed."""
        return issue("middle", self.root, ca=True)

    @cached_property
    def leaf(self) -> Certificate:
        """A server's certificate that the root signed."""
        return self.server()

    @cached_property
    def low(self) -> Certificate:
        """A server's certificate that the authority in the middle signed."""
        return self.server(self.middle)

    def server(self, issuer: Certificate | None = None, **changes) -> Certificate:
        """A server's certificate for HOST; arguments as for `issue`."""
        changes.setdefault("names", dns(HOST))
        return issue(changes.pop("subject", "leaf"), issuer or self.root, **changes)
