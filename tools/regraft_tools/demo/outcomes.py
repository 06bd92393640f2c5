"""What came of a run, in words, and whether it is what had to come of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from regraft_tools.demo.processes import Finished
from regraft_tools.demo.servers import Log

_LONGEST_QUOTE = 90  # characters


class Result(Enum):
    """How a run ended."""

    WORKS = "works"
    REFUSED = "refused"
    FAILED = "failed"


class Reason(Enum):
    """Why a program refused to talk to a server."""

    WRONG_NAME = "certificate is for another name"
    EXPIRED = "certificate has expired"
    UNKNOWN_CA = "certificate is of an unknown CA"
    REVOKED = "certificate is revoked"
    NO_COMMON_VERSION = "no TLS version in common"
    UNEXPLAINED = "certificate is bad, no reason given"


@dataclass(frozen=True)
class Expectation:
    """What must come of a run.

    Args:
        result: WORKS or REFUSED.
        reason: Why it is refused.
        version: The TLS version that must have been spoken; empty for none.
        prints: What the program must print; None if that does not matter.
    """

    result: Result
    reason: Reason | None = None
    version: str = ""
    prints: str | None = None

    @classmethod
    def works(cls, version: str, prints: str | None = None) -> Expectation:
        """The program does its work, over this TLS version."""
        return cls(Result.WORKS, None, version, prints)

    @classmethod
    def refused(cls, reason: Reason) -> Expectation:
        """The program refuses to talk to the server, for this reason."""
        return cls(Result.REFUSED, reason)


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Args:
        result: How it ended.
        words: The same for a person.
        reason: Why it was refused.
        version: The TLS version that the server saw in its last handshake; empty for none.
        prints: What the program printed.
        requests: How many requests reached the server.
        details: The program's own last words, for the report of a failure.
    """

    result: Result
    words: str
    reason: Reason | None = None
    version: str = ""
    prints: str = ""
    requests: int = 0
    details: str = ""


# The first pattern found in what the program said decides. The words may use its groups.
_REFUSALS = (
    (r"hostname '(?P<host>[^']+)' doesn't match (?:either of )?u?'(?P<names>[^\"\n]+?)'(?:[\"\n]|$)",
     Reason.WRONG_NAME, "certificate is for {names}, not {host}"),
    (r"not valid for '(?P<host>[^']+)'", Reason.WRONG_NAME, "certificate is not for {host}"),
    (r"did not match expected hostname: (?P<host>[^\s]+)\.\s", Reason.WRONG_NAME,
     "certificate is not for {host}"),
    (r"no appropriate commonName or subjectAltName", Reason.WRONG_NAME,
     "certificate has no name in it"),
    (r"certificate has expired", Reason.EXPIRED, ""),
    (r"certificate revoked", Reason.REVOKED, ""),
    (r"self.signed certificate|unable to get (?:local )?issuer", Reason.UNKNOWN_CA, ""),
    (r"certificate verify failed", Reason.UNEXPLAINED, ""),
    (r"alert protocol version|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE",
     Reason.NO_COMMON_VERSION, ""),
)  # fmt: skip

_FAILURES = (
    (r"KRB5_S_TKT_NYV", "the end of the page came out as error KRB5_S_TKT_NYV"),
    (r"AttributeError: .*has no attribute '(?P<name>\w+)'", "its module has no {name}"),
    (r"unsupported hash type:? (?P<name>\w+)", "there is no {name}"),
    (r"Error: No module named '?(?P<name>\w+)", "there is no module {name}"),
)


def read_outcome(finished: Finished, log: Log, done: str) -> Outcome:
    """Put into words what came of a run.

    Args:
        finished: The program's end.
        log: What the server saw.
        done: What to say if it worked.
    """
    version = log.versions[-1] if log.versions else ""
    seen = Outcome(
        Result.FAILED,
        "failed: took too long",
        version=version,
        prints=finished.stdout,
        requests=len(log.requests),
        details=finished.stderr.strip(),
    )
    if finished.status is None:
        return seen
    if finished.status == 0:
        spoken = version.replace("TLSv", ", TLS ")
        return replace(seen, result=Result.WORKS, words=done + spoken)
    # Some releases of pip write their warnings to stdout.
    told = f"{finished.stderr}\n{finished.stdout}"
    for pattern, reason, words in _REFUSALS:
        if found := re.search(pattern, told):
            groups = {name: _tidy(text) for name, text in found.groupdict().items()}
            said = words.format(**groups) if words else reason.value
            return replace(seen, result=Result.REFUSED, reason=reason, words=f"refused: {said}")
    for pattern, words in _FAILURES:
        if found := re.search(pattern, told):
            return replace(seen, words="failed: " + words.format(**found.groupdict()))
    return replace(seen, words=f"failed: {_last_line(finished)}")


def find_fault(expected: Expectation, outcome: Outcome) -> str | None:
    """Compare what came of a run with what had to.

    Returns:
        What is wrong with it, or None.
    """
    if (outcome.result, outcome.reason) != (expected.result, expected.reason):
        return f"expected that it {_say(expected)}, but: {outcome.words}"
    if expected.version and outcome.version != expected.version:
        return f"expected {expected.version}, but {outcome.version or 'no TLS'} was spoken"
    if expected.prints is not None and outcome.prints != expected.prints:
        return f"expected that it prints {expected.prints!r}, but: {outcome.prints!r}"
    if expected.result is Result.REFUSED and outcome.requests:
        return "refused, but a request had reached the server already"
    return None


def _say(expected: Expectation) -> str:
    return f"is refused ({expected.reason.value})" if expected.reason else "works"


def _tidy(text: str) -> str:
    """A name from an error message, with what a terminal cannot show spelled out."""
    text = re.sub(r"\\+x00", "<NUL>", text)
    return "".join(each if each.isprintable() else f"<{ord(each):02X}>" for each in text)


def _last_line(finished: Finished) -> str:
    lines = finished.stderr.strip().splitlines() or [f"exit status {finished.status}"]
    # The place in CPython's C sources tells a reader of the table nothing.
    last = re.sub(r" \(\w+\.c:\d+\)", "", lines[-1])
    return _tidy(last)[:_LONGEST_QUOTE]
