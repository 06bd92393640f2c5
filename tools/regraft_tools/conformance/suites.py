"""Which suites are run on which interpreter, and under which configuration of OpenSSL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_SERIES = ("2.7", "3.13")

_OF_27 = """
    test_ssl test_hashlib test_hmac test_random test_os test_httplib test_httpservers test_urllib2
    test_urllib2_localnet test_ftplib test_poplib test_imaplib test_smtplib test_asyncore
    test_asynchat test_uuid test_tempfile test_logging test_xmlrpc test_multiprocessing test_socket
    test_md5 test_sha test_site test_pickle test_cpickle test_urllib test_telnetlib test_nntplib
    test_SimpleHTTPServer
""".split()
# What stands on ssl, hashlib and random in every 3.x; `test_asyncio` is a package of suites.
_OF_3 = """
    test_ssl test_hashlib test_hmac test_random test_secrets test_httplib test_httpservers
    test_urllib2_localnet test_ftplib test_poplib test_imaplib test_smtplib test_logging test_uuid
    test_tempfile test_xmlrpc test_docxmlrpc test_asyncio.test_base_events test_asyncio.test_events
    test_asyncio.test_selector_events test_asyncio.test_sslproto test_asyncio.test_streams
    test_asyncio.test_unix_events
""".split()
_SINCE_38 = ["test_asyncio.test_sendfile"]
_SINCE_311 = ["test_asyncio.test_ssl"]
_UNTIL_312 = ["test_nntplib"]
_NAMES = {
    "2.7": _OF_27,
    "3.6": _OF_3 + _UNTIL_312,
    "3.7": _OF_3 + _UNTIL_312,
    "3.8": _OF_3 + _UNTIL_312 + _SINCE_38,
    "3.9": _OF_3 + _UNTIL_312 + _SINCE_38,
    "3.10": _OF_3 + _UNTIL_312 + _SINCE_38,
    "3.11": _OF_3 + _UNTIL_312 + _SINCE_38 + _SINCE_311,
    "3.12": _OF_3 + _UNTIL_312 + _SINCE_38 + _SINCE_311,
    "3.13": _OF_3 + _SINCE_38 + _SINCE_311,
    # Found in a system of their own: regraft_tools.reference.
    "3.14": _OF_3 + _SINCE_38 + _SINCE_311,
    "3.15": _OF_3 + _SINCE_38 + _SINCE_311,
}


@dataclass(frozen=True)
class Configuration:
    """A configuration file for OpenSSL.

    Attributes:
        name: how reports and expectations call it; empty for the machine's own configuration.
        text: what the file says; empty for the machine's own.
        variables: environment variables, as pairs.
    """

    name: str = ""
    text: str = ""
    variables: tuple[tuple[str, str], ...] = ()


MACHINE = Configuration()

# What OpenSSL allowed when 2.7 to 3.7 were made: their suites speak TLS 1.0. Later ones leave those tests out.
LEGACY_TLS = Configuration(
    name="legacy-tls",
    text="""\
openssl_conf = library
[library]
ssl_conf = ssl
[ssl]
system_default = policy
[policy]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
""",
)


@dataclass(frozen=True)
class Suite:
    """One suite of an interpreter under one configuration of OpenSSL.

    Attributes:
        series: `2.7`.
        module: `test_ssl`, or `test_asyncio.test_sslproto`, one of a package of suites.
        configuration: of OpenSSL.
        resources: what the suite may use that not every machine has. `network` where a suite
            asks for it although its servers are its own.
        remote: its test classes that need more of the network than the loopback device.
        apart: ids of tests that leave a process in which later tests cannot pass; each runs in
            one of its own.
        left_out: ids of tests that are not begun; they count as skipped.
        seconds: the run is ended after this time.
        stall: the run is ended when a single test takes longer than this many seconds.
        paths: directories that are searched for modules before all others: a translated suite.
        release: the release of Python that regraft emulates, `2.7.8`; empty for none.
        lent: names of `ssl`, with values, that are there until the first test runs, and no longer.
    """

    series: str
    module: str
    configuration: Configuration = MACHINE
    resources: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    seconds: float = 300.0
    stall: float = 60.0
    paths: tuple[str, ...] = ()
    release: str = ""
    lent: tuple[tuple[str, object], ...] = ()

    @property
    def name(self) -> str:
        """How reports and expectations call it: `test_ssl`, `test_ssl@legacy-tls`."""
        if not self.configuration.name:
            return self.module
        return "%s@%s" % (self.module, self.configuration.name)


_OF_THE_TIME_OF_TLS_1_0 = ("2.7", "3.6", "3.7")
_SPECIAL = {
    "2.7": {
        "test_imaplib": Suite(
            "2.7", "test_imaplib", resources=("network",),
            remote=("RemoteIMAPTest", "RemoteIMAP_SSLTest"),
        ),
        "test_ftplib": Suite(
            "2.7", "test_ftplib",
            # Its server dies of the alert of a client that refuses the certificate, and what it
            # leaves in asyncore's table of sockets kills the servers of the tests that follow.
            apart=("TestTLS_FTPClass.test_check_hostname",),
            # Without regraft each TLS test waits ten seconds for an end that never comes.
            seconds=900.0,
        ),
    },
    # Its tests that ask for `cpu` hash 4 GiB, for which one interpreter will do.
    "3.12": {"test_hashlib": Suite("3.12", "test_hashlib", resources=("cpu",))},
}
# What tests ask for since 3.11 only because they wait long: the echo test, the most thorough of
# test_ssl, and all of test_xmlrpc that have a server.
_RESOURCES_OF_3 = ("walltime",)


def suites_of(series: str) -> list[Suite]:
    """The suites of an interpreter series; empty for one that has no list."""
    special = _SPECIAL.get(series, {})
    resources = () if series == "2.7" else _RESOURCES_OF_3
    suites = [
        special.get(name) or Suite(series, name, resources=resources)
        for name in _NAMES.get(series, [])
    ]
    if series in _OF_THE_TIME_OF_TLS_1_0:
        suites.append(Suite(series, "test_ssl", LEGACY_TLS, resources))
    return suites


def known_series() -> list[str]:
    """The series that have a list of suites, oldest first."""
    return list(_NAMES)


def choose(series: str, names: Sequence[str] | None = None) -> list[Suite]:
    """The suites of a series that are asked for.

    Args:
        series: `3.13`.
        names: names of suites, modules or packages of suites: `test_ssl@legacy-tls`, `test_ssl`,
            `test_asyncio`. None or nothing means all.
    """
    wanted = set(names or ())
    return [
        suite for suite in suites_of(series)
        if not wanted or wanted & {suite.name, suite.module, suite.module.partition(".")[0]}
    ]
