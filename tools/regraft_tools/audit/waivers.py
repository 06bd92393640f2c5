"""The drift that is meant: data, rows with reasons.

    [[waiver]]
    names = ["ssl.SSLSocket.makefile"]      # dotted names; * stands for anything
    drift = ["signature"]                   # in which way: see comparison.Kind
    against = ["reference"]                 # what it is compared with: reference, stock, newest
    on = ["2.7", ">=3.7,<3.10"]             # series, one of them; every one, if left out
    lacks = "OPENSSL3"                      # only where the OpenSSL in use lacks this capability
    suites = "openssl"                      # only where Python was built with these default suites
    differs = ["ssl.SSLSocket.makefile"]    # whose docstrings say it after `Differs:`
    reason = "2.7's file objects take (mode, bufsize)"

Instead of `differs` a row says `cause`:

    environment   how the OpenSSL or the interpreter in use was built, not what regraft does
    incidental    a private name, or a module that is imported for a module's own use: no part of the interface
    newest        the host differs, and regraft does what the reference does; no program that worked stops
"""

from __future__ import annotations

import enum
import fnmatch
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regraft_tools import environments
from regraft_tools.audit.comparison import Drift, Kind

FILE = Path("tests", "audit", "waivers.toml")  # in the checkout
_REASON = 15  # characters; less is none
_NARROW = 8  # characters of a pattern besides stars at its ends; "ssl.*" would explain a whole module
_SERIES = re.compile(r"(|<|>=)(\d+)\.(\d+)\Z")
_KEYS = {"names", "drift", "against", "on", "lacks", "suites", "differs", "cause", "reason"}


class Against(enum.StrEnum):
    """What a subject is compared with."""

    REFERENCE = "reference"
    STOCK = "stock"
    NEWEST = "newest"


class Cause(enum.StrEnum):
    """Why a row needs no docstring."""

    ENVIRONMENT = "environment"
    INCIDENTAL = "incidental"
    NEWEST = "newest"


class Malformed(ValueError):
    """The data says something that it cannot mean."""


@dataclass(frozen=True)
class Waiver:
    """A row.

    Attributes:
        names: patterns of names.
        drift: kinds of drift that it explains.
        against: comparisons that it holds for.
        reason: why.
        on: conditions on the series, of which one must hold; empty for every series.
        lacks: a capability that the extension must lack, or None.
        suites: with what default suites the interpreter must have been configured, or None.
        differs: names whose docstrings say it.
        cause: why no docstring does.
    """

    names: tuple[str, ...]
    drift: tuple[Kind, ...]
    against: tuple[Against, ...]
    reason: str
    on: tuple[str, ...] = ()
    lacks: str | None = None
    suites: str | None = None
    differs: tuple[str, ...] = ()
    cause: Cause | None = None

    def applies(self, against: Against, snapshot: Mapping[str, Any]) -> bool:
        """Whether it is about a comparison of a subject."""
        interpreter = snapshot["interpreter"]
        if against not in self.against or self.on and not any(
                _holds(each, interpreter["version"]) for each in self.on):
            return False
        if self.lacks and self.lacks not in interpreter["capabilities"]:
            raise Malformed("the waiver of %s: the extension knows no capability %s" % (self.names[0], self.lacks))
        if self.lacks and interpreter["capabilities"][self.lacks]:
            return False
        return self.suites is None or interpreter["suites"] == self.suites

    def explains(self, drift: Drift) -> list[str]:
        """The patterns by which it explains a drift; none if it does not."""
        if drift.kind not in self.drift:
            return []
        return [each for each in self.names if fnmatch.fnmatchcase(drift.path, each)]


def _holds(condition: str, version: str) -> bool:
    series = tuple(map(int, version.split(".")[:2]))
    for part in condition.split(","):
        sign, *numbers = _SERIES.match(part).groups()
        wanted = tuple(map(int, numbers))
        if not {"": series == wanted, "<": series < wanted, ">=": series >= wanted}[sign]:
            return False
    return True


def load(path: Path | None = None) -> list[Waiver]:
    """The rows of the checkout, or of a file.

    Raises:
        Malformed: a row is incomplete or says what it cannot mean.
    """
    path = path or environments.checkout() / FILE
    try:
        return parse(path.read_text("utf-8"), path.name)
    except OSError as error:
        raise Malformed("%s: %s" % (path, error.strerror)) from None


def parse(text: str, name: str = "waivers") -> list[Waiver]:
    """The rows that a text lists.

    Raises:
        Malformed: see load.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed("%s: %s" % (name, error)) from None
    if set(document) - {"waiver"}:
        raise Malformed("%s: only [[waiver]] is known" % name)
    return [
        _read_row(row, "%s, row %d (%s)" % (name, number, ", ".join(map(str, row.get("names", ["?"])))))
        for number, row in enumerate(document.get("waiver", ()), 1)
    ]


def _read_row(row: Mapping[str, Any], where: str) -> Waiver:
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise Malformed("%s: unknown key %s" % (where, ", ".join(unknown)))
    lacking = [each for each in ("names", "drift", "against", "reason") if not row.get(each)]
    if lacking or len(row["reason"]) < _REASON:
        raise Malformed("%s: needs %s" % (where, ", ".join(lacking) or "a reason in words"))
    for key in ("names", "drift", "against", "on", "differs"):
        if not isinstance(row.get(key, []), list):
            raise Malformed("%s: %s is a list" % (where, key))
    wrong = [each for each in row.get("on", ()) if not all(map(_SERIES.match, str(each).split(",")))]
    if wrong:
        raise Malformed("%s: %s is no condition on a series" % (where, wrong[0]))
    wide = [each for each in row["names"] if "*" in each and len(each.strip("*")) < _NARROW]
    if wide:
        raise Malformed("%s: %s is too wide a pattern" % (where, wide[0]))
    if bool(row.get("differs")) == bool(row.get("cause")):
        raise Malformed("%s: one of differs and cause is needed" % where)
    try:
        drift, against = tuple(map(Kind, row["drift"])), tuple(map(Against, row["against"]))
        cause = Cause(row["cause"]) if "cause" in row else None
    except ValueError as error:
        raise Malformed("%s: %s" % (where, error)) from None
    return Waiver(
        tuple(row["names"]), drift, against, row["reason"], tuple(row.get("on", ())), row.get("lacks"),
        row.get("suites"), tuple(row.get("differs", ())), cause)


@dataclass(frozen=True)
class Verdict:
    """What waivers leave of a comparison.

    Attributes:
        explained: drifts with the reasons of their rows.
        unexplained: drifts without a row.
        problems: what is wrong with rows: stale, not told by the docstring that they name, or too wide.
    """

    explained: tuple[tuple[Drift, str], ...]
    unexplained: tuple[Drift, ...]
    problems: tuple[str, ...]


def judge(
    drifts: Iterable[Drift], rows: Sequence[Waiver], against: Against, snapshot: Mapping[str, Any],
    off_reference: frozenset[str] = frozenset(),
) -> Verdict:
    """Which drifts the rows explain, and what is wrong with the rows themselves.

    Args:
        drifts: what the comparison of one subject gave.
        rows: all rows; those about other subjects or comparisons are left alone.
        against: the comparison.
        snapshot: of the subject.
        off_reference: names that drift from the reference, for which no row can say that they follow it.
    """
    rows = [row for row in rows if row.applies(against, snapshot)]
    said = snapshot.get("differs", {})
    used: set[tuple[int, str]] = set()
    explained, unexplained, problems = [], [], []
    for drift in drifts:
        fitting = [(index, each) for index, row in enumerate(rows) for each in row.explains(drift)]
        used.update(fitting)
        if not fitting:
            unexplained.append(drift)
            continue
        row = rows[fitting[0][0]]
        explained.append((drift, row.reason))
        if against is Against.REFERENCE and _says_nothing(said.get(drift.path)):
            problems.append("%s says in its docstring that it differs in nothing, but %s" % (drift.path, drift.sentence))
        if row.cause is Cause.INCIDENTAL and not is_incidental(drift):
            problems.append("%s is no private name: a row with the cause `incidental` cannot excuse it" % drift.path)
        if row.cause is Cause.NEWEST and drift.path in off_reference:
            problems.append("%s is not as in the reference: a row with the cause `newest` cannot excuse it" % drift.path)
    for index, row in enumerate(rows):
        problems += [
            "stale waiver: %s drifts no more (%s)" % (each, "/".join(row.drift))
            for each in row.names if (index, each) not in used
        ]
        if any(index == each for each, _ in used):
            problems += [
                "the waiver of %s names %s, whose docstring has no `Differs:` that says so" % (", ".join(row.names), each)
                for each in row.differs if each not in said or _says_nothing(said[each])
            ]
    return Verdict(tuple(explained), tuple(unexplained), tuple(dict.fromkeys(problems)))


def _says_nothing(text: str | None) -> bool:
    return text is not None and text.rstrip(".") == "nothing"


def is_incidental(drift: Drift) -> bool:
    """Whether a name is private, or that of a module's own import, so that it is no part of the interface."""
    return any(part.startswith("_") for part in drift.path.split(".")[1:]) or drift.path in IMPORTS


# Public names of modules that they import, or leave behind, for their own use.
IMPORTS = frozenset(
    ("ssl.namedtuple", "ssl.ipaddress", "ssl.SOCK_STREAM", "hashlib.binascii", "hashlib.struct", "hmac.x",
     "secrets.binascii", "secrets.os"))
