"""Runs the interpreter's own suites under a profile: regraft as it emulates an older release.

    python -m regraft_tools.conformance emulated --as 2.7.8

2.7.18's test_ssl is full of tests for what came after 2.7.8. Under the profile of 2.7.8 exactly these must fail or be
skipped. What a test does with regraft and without a profile, measured in the same run, is what it is compared with: a
test that passes there passes under the profile too, or has a row. The row names the feature, in the registry's words,
that the release has not; the registry has to agree that it came later, and the test has to fail with the words that
the row gives. A row whose test passes fails the run, as does a failure without a row. What fails without a profile
says nothing about one, and is counted only.

The suite is run as it is. It asks for `ssl.HAS_ALPN` and its kind while it is imported, in decorators, where a release
without the name would end the import and not a single test would run. So these names, `LENT`, are there for that long,
with the answer of a program that asks `getattr(ssl, "HAS_ALPN", False)`; that skips the tests that they guard. No test
finds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from regraft_tools.conformance import execution, expectations, homes, judgement, records, session, suites
from regraft_tools.conformance.expectations import Deviation, ExpectationsError, Kind
from regraft_tools.conformance.judgement import Finding, Judgement, Verdict
from regraft_tools.conformance.results import Outcome, SuiteRun
from regraft_tools.conformance.suites import Suite
from regraft_tools.docgen import registry
from regraft_tools.interpreters import Interpreter

HOST = "2.7"
# What is run under which release.
MODULES: Mapping[str, tuple[str, ...]] = {
    "2.7.6": ("test_hashlib", "test_hmac"),
    "2.7.8": ("test_ssl", "test_hashlib", "test_hmac"),
}
LENT: Mapping[str, tuple[tuple[str, object], ...]] = {
    "test_ssl": (
        ("CHANNEL_BINDING_TYPES", ()), ("HAS_ALPN", False), ("HAS_ECDH", False), ("HAS_NPN", False),
        ("HAS_SNI", False), ("HAS_TLSv1_3", False),
        # Printed by the suite's test_main(), and asked for nothing.
        ("OP_ALL", 0),
    ),
}

_AS_LISTED = (Verdict.LISTED, Verdict.LISTED_SKIP)


@dataclass(frozen=True)
class EmulatedSession(session.Session):
    """As a session of the interpreter's own suites; what it compares with is regraft without a profile."""

    def _run_stock(self, suite: Suite, only: Iterable[str] = ()) -> SuiteRun:
        plain = replace(suite, release="", lent=())
        return execution.run_suite(self.interpreter.path, plain, self.grafted, only=only)

    def _compare(
        self, suite: Suite, run: SuiteRun, stock: Mapping[str, Outcome]
    ) -> Judgement:
        intruders = homes.find_intruders(self.grafted, run.identity)
        listed = {row.test for row in self.rows if row.suite == suite.name}
        judged = {
            test: outcome for test, outcome in run.outcomes.items()
            if test in listed or test not in stock or stock[test].status.is_good
        }
        expected = {test: outcome for test, outcome in stock.items() if test in judged or outcome.status.is_good}
        found = judgement.judge(suite.name, replace(run, outcomes=judged), expected, self.rows, intruders)
        return replace(found, findings=[check_reason(each) for each in found.findings])


def check_reason(finding: Finding) -> Finding:
    """A finding that is as listed becomes a problem if the test gave another reason, or fails without a profile too."""
    if finding.verdict not in _AS_LISTED or finding.row is None or finding.outcome is None:
        return finding
    passes_elsewhere = finding.stock is not None and finding.stock.status.is_good
    if passes_elsewhere and finding.row.says in finding.outcome.summary:
        return finding
    return replace(finding, verdict=Verdict.OTHER_REASON)


def suites_of(release: str, names: Sequence[str] = ()) -> list[Suite]:
    """The suites that are run under the profile of a release.

    Args:
        release: `2.7.8`.
        names: of suites or modules; empty means all.

    Raises:
        LookupError: no suite is run under that release.
    """
    if release not in MODULES:
        raise LookupError(
            "no suite is run as %s; there are rows for %s" % (release, ", ".join(sorted(MODULES)))
        )
    return [
        replace(suite, release=release, lent=LENT.get(suite.module, ()))
        for suite in suites.choose(HOST, names or MODULES[release]) if suite.module in MODULES[release]
    ]


def rows_of(directory: Path, release: str) -> list[Deviation]:
    """The rows for a release.

    Raises:
        ExpectationsError: a row is of another kind, or its feature is none, or no later one.
    """
    name = "%s-emulating-%s" % (HOST, release)
    rows = expectations.load(directory, name)
    for row in rows:
        if row.kind is not Kind.LATER_FEATURE:
            raise ExpectationsError("%s: %s is not of the kind %s" % (name, row.test, Kind.LATER_FEATURE.value))
        if not is_later(row.feature, release):
            raise ExpectationsError("%s: %s: %s is in %s already" % (name, row.test, row.feature, release))
    return rows


def is_later(feature: str, release: str) -> bool:
    """Whether a feature of the registry came after a release of 2.7.

    Raises:
        ExpectationsError: there is no such feature.
    """
    firsts = {row["name"]: row["first_2_7"] for row in registry.load()}
    if feature not in firsts:
        raise ExpectationsError("the registry has no feature %r" % feature)
    first = firsts[feature]
    parse = registry.features().parse_release
    return first is None or parse(first) > parse(release)


def begin(interpreter: Interpreter, release: str, room: Path, data: Path) -> EmulatedSession:
    """A session with a home in which regraft is enabled.

    Args:
        interpreter: 2.7.
        release: which is emulated.
        room: where the homes are made.
        data: the directory with the expectations.
    """
    return EmulatedSession(
        interpreter, homes.make_stock(interpreter, room / "stock"), homes.make_grafted(interpreter, room / "grafted"),
        records.Record(), rows_of(data / "expectations", release),
    )
