"""The deviations that are allowed: data, one file per interpreter series, each row with a reason.

    [[deviation]]
    suite = "test_ssl"
    tests = ["ThreadedTests.test_echo"]
    kind = "environment"
    reason = "speaks TLS 1.0, which OpenSSL 3 refuses at its default security level"
    link = "https://…"

Keys of a row:

    suite    or `suites`, a list: as reports call them (`test_ssl`, `test_ssl@legacy-tls`)
    tests    ids of tests
    outcome  `failure` (default) or `skip` or `missing`; or `unsteady`, for a test that now passes
             and now fails, without regraft too or because what differs by design depends on which
             side of a connection is faster: both are allowed, so the reason says how often; or
             `not-run`, for a test of a translated suite that would wait for ever
    kind     fails-on-stock-too   the suite has a defect, or asks for what no OpenSSL of today gives
             environment          the machine lacks something, or has too much of it
             differs-by-design    ours does another thing, and means it
             not-yet              an open issue, named in `link`, will bring it; not for 2.7
             later-feature        the emulated release has not what the test is about (emulated.py)
             closed-hole          the release had a hole, which is not opened again: the test passes
    reason   what a maintainer of the suite would accept; a later feature needs none
    link     documentation, bug, RFC or issue that supports the reason

A row of the last two kinds has more:

    feature  the registry's name of it, or of the fix
    says     for a later feature: what the test says when it fails, or why it is skipped; a part of the last line

Rows of the first two kinds hold only where the interpreter without regraft fails as well.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Kind(enum.Enum):
    """Why a deviation is allowed."""

    FAILS_ON_STOCK_TOO = "fails-on-stock-too"
    ENVIRONMENT = "environment"
    DIFFERS_BY_DESIGN = "differs-by-design"
    NOT_YET = "not-yet"
    LATER_FEATURE = "later-feature"
    CLOSED_HOLE = "closed-hole"

    @property
    def needs_stock_to_fail(self) -> bool:
        """Whether such a row holds only for tests that do not pass without regraft either."""
        return self in (Kind.FAILS_ON_STOCK_TOO, Kind.ENVIRONMENT)


class Allowed(enum.Enum):
    """What a row allows a test to do."""

    FAILURE = "failure"
    SKIP = "skip"
    MISSING = "missing"
    UNSTEADY = "unsteady"
    NOT_RUN = "not-run"


@dataclass(frozen=True)
class Deviation:
    """One row for one test."""

    suite: str
    test: str
    kind: Kind
    allowed: Allowed
    reason: str
    link: str = ""
    feature: str = ""
    says: str = ""


class ExpectationsError(ValueError):
    """The data says something that it cannot mean."""


_MAY_BE_UNSTEADY = (Kind.FAILS_ON_STOCK_TOO, Kind.DIFFERS_BY_DESIGN)
_OF_PROFILES = (Kind.LATER_FEATURE, Kind.CLOSED_HOLE)
_OF_FEATURES = ("feature", "says")
_KEYS = frozenset(("suite", "suites", "tests", "outcome", "kind", "reason", "link", *_OF_FEATURES))


def load(directory: Path, series: str) -> list[Deviation]:
    """The deviations of an interpreter series; none if there is no file for it.

    Raises:
        ExpectationsError: a row is incomplete, contradicts another, or has a misspelt key.
    """
    path = directory / ("%s.toml" % series)
    if not path.exists():
        return []
    return parse(path.read_text(encoding="utf-8"), series)


def parse(text: str, series: str) -> list[Deviation]:
    """The deviations that a file's text lists.

    Raises:
        ExpectationsError: see load.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExpectationsError("%s: %s" % (series, error)) from None
    if set(document) - {"deviation"}:
        raise ExpectationsError("%s: only [[deviation]] is known" % series)
    result: dict[tuple[str, str], Deviation] = {}
    for number, row in enumerate(document.get("deviation", ()), 1):
        where = "%s, row %d" % (series, number)
        for deviation in _read_row(row, series, where):
            key = (deviation.suite, deviation.test)
            if key in result:
                raise ExpectationsError("%s: %s %s is listed twice" % (where, *key))
            result[key] = deviation
    return list(result.values())


def _read_row(row: Mapping[str, Any], series: str, where: str) -> list[Deviation]:
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise ExpectationsError("%s: unknown key %s" % (where, ", ".join(unknown)))
    if ("suite" in row) == ("suites" in row):
        raise ExpectationsError("%s: one of suite and suites is needed" % where)
    suites = row["suites"] if "suites" in row else [row["suite"]]
    tests = row.get("tests", [])
    reason = row.get("reason", "").strip()
    feature, says = (row.get(name, "").strip() for name in _OF_FEATURES)
    if not tests or not (reason or feature):
        raise ExpectationsError("%s: tests and a reason are needed" % where)
    try:
        kind = Kind(row.get("kind"))
        allowed = Allowed(row.get("outcome", Allowed.FAILURE.value))
    except ValueError as error:
        raise ExpectationsError("%s: %s" % (where, error)) from None
    if allowed is Allowed.UNSTEADY and kind not in _MAY_BE_UNSTEADY:
        raise ExpectationsError("%s: unsteady is not for the kind %s" % (where, kind.value))
    link = row.get("link", "")
    if kind is Kind.NOT_YET and (series.startswith("2.7") or not link):
        raise ExpectationsError("%s: not-yet needs a link, and is not for 2.7" % where)
    if (kind in _OF_PROFILES) != bool(feature) or (kind is Kind.LATER_FEATURE) != bool(says):
        raise ExpectationsError("%s: a later feature has feature and says, a closed hole the former" % where)
    return [
        Deviation(suite, test, kind, allowed, reason or "has not: " + feature, link, feature, says)
        for suite in suites for test in tests
    ]
