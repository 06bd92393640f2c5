"""What the demo tries: which program meets which server, and what must come of it with regraft.

To try one more thing, add a row to `SCENARIOS`. A row says nothing about what happens without
regraft: that is measured and shown as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from regraft_tools.demo import servers
from regraft_tools.demo.outcomes import Expectation, Reason

PROGRAMS = Path(__file__).with_name("programs")


class Part(Enum):
    """The parts of the table."""

    WORK = "Must work"
    REFUSE = "Must be refused before anything is sent"


@dataclass(frozen=True)
class Scenario:
    """One row of the table.

    Args:
        part: Where the row belongs.
        who: The library or tool at work, as a person calls it.
        what: What is tried.
        command: What Python is started with, in words that may contain the places `{port}`,
            `{certificates}` and `{scratch}` (an empty directory). The first is a file of
            `programs/`, or `-m` and a module.
        after: What must come of it with regraft.
        server: Makes the server from the directory with the certificates; None if there is none.
        done: What to say when it works.
    """

    part: Part
    who: str
    what: str
    command: tuple[str, ...]
    after: Expectation
    server: Callable[[Path], servers.Server] | None = None
    done: str = "page read"

    def arguments(self, port: int, certificates: Path, scratch: Path) -> list[str]:
        """The command with its places filled in, without the Python in front."""
        first, *rest = self.command
        if not first.startswith("-"):
            first = str(PROGRAMS / first)
        places = {"port": port, "certificates": certificates, "scratch": scratch}
        return [first, *(word.format(**places) for word in rest)]


def _web(
    name: str = "localhost", versions: servers.Versions = servers.TLS12_UP
) -> Callable[[Path], servers.Server]:
    return lambda certificates: servers.WebServer(certificates / f"{name}.pem", versions)


def _abrupt(certificates: Path) -> servers.Server:
    return servers.AbruptWebServer(certificates / "localhost.pem")


def _index(name: str) -> Callable[[Path], servers.Server]:
    return lambda certificates: servers.PackageIndex(
        certificates / f"{name}.pem", servers.TLS13_ONLY
    )


def _mail(certificates: Path) -> servers.Server:
    return servers.MailServer(certificates / "localhost.pem", servers.TLS13_ONLY)


_PAGE_READ = Expectation.works("TLSv1.3", servers.PAGE)
_CA = "{certificates}/ca.pem"
_URL = "https://localhost:{port}/"
_BY_ADDRESS = "https://127.0.0.1:{port}/"
_PIP_DOWNLOAD = (
    "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--retries", "0",
    "--index-url", "https://localhost:{port}/simple/", "--cert", _CA,
    "--dest", "{scratch}", servers.PackageIndex.PROJECT,
)  # fmt: skip
_TEXT = b"regraft"
_SALT = b"a grain of salt"

SCENARIOS = (
    Scenario(
        Part.WORK,
        "urllib2",
        "server speaks only TLS 1.3",
        ("read_page.py", _URL, _CA),
        _PAGE_READ,
        _web(versions=servers.TLS13_ONLY),
    ),
    Scenario(
        Part.WORK,
        "requests",
        "server speaks only TLS 1.3",
        ("read_page_requests.py", _URL, _CA),
        _PAGE_READ,
        _web(versions=servers.TLS13_ONLY),
    ),
    Scenario(
        Part.WORK,
        "pip",
        "downloads from an index that speaks only TLS 1.3",
        _PIP_DOWNLOAD,
        Expectation.works("TLSv1.3"),
        _index("localhost"),
        "wheel saved",
    ),
    Scenario(
        Part.WORK,
        "smtplib",
        "STARTTLS, server speaks only TLS 1.3",
        ("send_mail.py", "localhost", "{port}"),
        Expectation.works("TLSv1.3", "sent\n"),
        _mail,
        "letter sent",
    ),
    Scenario(
        Part.WORK,
        "urllib2",
        "server closes without close_notify",
        ("read_page.py", _URL, _CA),
        _PAGE_READ,
        _abrupt,
    ),
    Scenario(
        Part.WORK,
        "requests",
        "server closes without close_notify",
        ("read_page_requests.py", _URL, _CA),
        _PAGE_READ,
        _abrupt,
    ),
    Scenario(
        Part.WORK,
        "urllib2",
        "https://127.0.0.1, the address is in the certificate",
        ("read_page.py", _BY_ADDRESS, _CA),
        _PAGE_READ,
        _web("ip"),
    ),
    Scenario(
        Part.WORK,
        "urllib2",
        "program switches TLS 1.2 off",
        ("read_page_without_tls12.py", _URL, _CA),
        _PAGE_READ,
        _web(),
    ),
    Scenario(
        Part.WORK,
        "urllib2",
        "program trusts a CA given in DER",
        ("read_page_trusting_der.py", _URL, _CA),
        _PAGE_READ,
        _web(),
    ),
    Scenario(
        Part.WORK,
        "ssl",
        "names in the certificate, one of them IPv6",
        ("list_names.py", "localhost", "{port}", _CA),
        Expectation.works("TLSv1.3", "localhost, 127.0.0.1, 0:0:0:0:0:0:0:1\n"),
        _web(),
        "names listed",
    ),
    Scenario(
        Part.WORK,
        "ssl",
        "TLS in memory, without a socket (MemoryBIO)",
        ("read_page_in_memory.py", "localhost", "{port}", _CA),
        _PAGE_READ,
        _web(),
    ),
    Scenario(
        Part.WORK,
        "hashlib",
        "SHA3-256 and BLAKE2b of a text",
        ("checksums.py", _TEXT.decode(), "sha3_256", "blake2b"),
        Expectation.works(
            "",
            hashlib.sha3_256(_TEXT).hexdigest() + "\n" + hashlib.blake2b(_TEXT).hexdigest() + "\n",
        ),
        done="both right",
    ),
    Scenario(
        Part.WORK,
        "hashlib",
        "a password through scrypt",
        ("hash_password.py", _TEXT.decode(), _SALT.decode()),
        Expectation.works(
            "", hashlib.scrypt(_TEXT, salt=_SALT, n=1024, r=8, p=1).hex() + "\n"
        ),
        done="right",
    ),
    Scenario(
        Part.WORK,
        "secrets",
        "a random token of 16 bytes",
        ("make_token.py", "16"),
        Expectation.works("", "32 hexadecimal digits\n"),
        done="token made",
    ),
    Scenario(
        Part.REFUSE,
        "urllib2",
        "certificate is for another host",
        ("read_page.py", _URL, _CA),
        Expectation.refused(Reason.WRONG_NAME),
        _web("wronghost"),
    ),
    Scenario(
        Part.REFUSE,
        "requests",
        "certificate is for another host",
        ("read_page_requests.py", _URL, _CA),
        Expectation.refused(Reason.WRONG_NAME),
        _web("wronghost"),
    ),
    Scenario(
        Part.REFUSE,
        "pip",
        "certificate is for another host",
        _PIP_DOWNLOAD,
        Expectation.refused(Reason.WRONG_NAME),
        _index("wronghost"),
        "wheel saved",
    ),
    Scenario(
        Part.REFUSE,
        "urllib2",
        "https://127.0.0.1, the certificate is for a host name",
        ("read_page.py", _BY_ADDRESS, _CA),
        Expectation.refused(Reason.WRONG_NAME),
        _web("wronghost"),
    ),
    Scenario(
        Part.REFUSE,
        "urllib2",
        "NUL in the certificate's name (CVE-2013-4238)",
        ("read_page.py", _URL, _CA),
        Expectation.refused(Reason.WRONG_NAME),
        _web("nulname"),
    ),
    Scenario(
        Part.REFUSE,
        "urllib2",
        "certificate has expired",
        ("read_page.py", _URL, _CA),
        Expectation.refused(Reason.EXPIRED),
        _web("expired"),
    ),
    Scenario(
        Part.REFUSE,
        "requests",
        "certificate is of an unknown CA",
        ("read_page_requests.py", _URL, _CA),
        Expectation.refused(Reason.UNKNOWN_CA),
        _web("untrusted"),
    ),
    Scenario(
        Part.REFUSE,
        "urllib2",
        "certificate is revoked, program has the list",
        ("read_page_unless_revoked.py", _URL, _CA, "{certificates}/crl.pem"),
        Expectation.refused(Reason.REVOKED),
        _web("revoked"),
    ),
    Scenario(
        Part.REFUSE,
        "urllib2",
        "server speaks only TLS 1.2, program demands 1.3",
        ("read_page_with_tls13.py", _URL, _CA),
        Expectation.refused(Reason.NO_COMMON_VERSION),
        _web(versions=servers.TLS12_ONLY),
    ),
)
