"""Runs the interpreter's own suites under a profile: regraft as it emulates an older release.

    python -m regraft_tools.conformance emulated --as 2.7.8

2.7.18's test_ssl is full of tests for what came after 2.7.8. Under the profile of 2.7.8 exactly these must fail or be
skipped:

* A test that fails or is skipped needs a row, unless it does the same with regraft and without a profile, which is
  measured in the same run. The row names the feature, in the registry's words, that the release has not. The registry
  has to agree that it came later, and the test has to say what the row says that it does.
* A row whose test passes fails the run.
* So does a test without a row that passes and whose own code uses a name that the profile takes away: it would not
  have passed on that release.
* A fix of a hole is not taken back. A test of such a fix passes, and has a row of its own kind that says so.

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
    "2.7.12": ("test_ssl",),
    # The suites' own release: no row is wanted, and none is there.
    "2.7.18": ("test_ssl", "test_hashlib", "test_hmac", "test_random"),
}
# By release, what is lent to test_ssl.
LENT: Mapping[str, tuple[tuple[str, object], ...]] = {
    "2.7.8": (
        ("CHANNEL_BINDING_TYPES", ()), ("HAS_ALPN", False), ("HAS_ECDH", False), ("HAS_NPN", False),
        ("HAS_SNI", False), ("HAS_TLSv1_3", False),
        # Printed by the suite's test_main(), and asked for nothing.
        ("OP_ALL", 0),
    ),
    "2.7.12": (("HAS_TLSv1_3", False),),
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
        rows = [row for row in self.rows if row.suite == suite.name]
        later = [row for row in rows if row.kind is Kind.LATER_FEATURE]
        listed = {row.test for row in later}
        judged = {
            test: outcome for test, outcome in run.outcomes.items()
            if test in listed or not does_the_same(outcome, stock.get(test))
        }
        expected = {test: outcome for test, outcome in stock.items() if test in judged or outcome.status.is_good}
        found = judgement.judge(suite.name, replace(run, outcomes=judged), expected, later, intruders)
        absent = frozenset(run.identity.get("absent", ()))
        holes = {row.test: row for row in rows if row.kind is Kind.CLOSED_HOLE}
        findings = [check(each, absent, each.test in holes) for each in found.findings]
        gone = sorted(set(holes) - {each.test for each in findings if each.verdict is Verdict.PASSED})
        findings += [Finding(test, Verdict.STALE_ROW, row=holes[test]) for test in gone]
        return replace(found, findings=findings)


def does_the_same(outcome: Outcome, plain: Outcome | None) -> bool:
    """Whether a test fails or is skipped under the profile as it is without one, with the same words."""
    return (
        plain is not None and not outcome.status.is_good
        and (outcome.status, outcome.summary) == (plain.status, plain.summary)
    )


def check(finding: Finding, absent: frozenset[str], is_closed_hole: bool) -> Finding:
    """A finding with the verdicts that only a run under a profile has.

    Args:
        finding: what a run of any kind would say.
        absent: the names that the profile takes away.
        is_closed_hole: whether a row says that the test passes because of a fix that stays.
    """
    outcome, row = finding.outcome, finding.row
    if outcome is None:
        return finding
    if finding.verdict in _AS_LISTED and row is not None:
        as_said = row.says in outcome.summary and not does_the_same(outcome, finding.stock)
        return finding if as_said else replace(finding, verdict=Verdict.OTHER_REASON)
    if finding.verdict is Verdict.PASSED and not is_closed_hole and absent.intersection(outcome.uses):
        uses = ", ".join(sorted(absent.intersection(outcome.uses)))
        return replace(finding, verdict=Verdict.LATER_PASS, outcome=replace(outcome, detail="uses " + uses))
    return finding


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
            "no suite is run as %s; suites are run as %s" % (release, ", ".join(sorted(MODULES)))
        )
    return [
        replace(suite, release=release, lent=LENT.get(release, ()) if suite.module == "test_ssl" else ())
        for suite in suites.choose(HOST, names or MODULES[release]) if suite.module in MODULES[release]
    ]


def rows_of(directory: Path, release: str) -> list[Deviation]:
    """The rows for a release.

    Raises:
        ExpectationsError: a row is of another kind, or its feature is none, or no later one, or not a fix.
    """
    name = "%s-emulating-%s" % (HOST, release)
    rows = expectations.load(directory, name)
    known = {feature["name"]: feature for feature in registry.load()}
    parse = registry.features().parse_release
    for row in rows:
        if row.kind not in (Kind.LATER_FEATURE, Kind.CLOSED_HOLE):
            raise ExpectationsError("%s: %s: no row of the kind %s" % (name, row.test, row.kind.value))
        feature = known.get(row.feature)
        if feature is None:
            raise ExpectationsError("%s: %s: the registry has no %r" % (name, row.test, row.feature))
        if (feature["kind"] == "fix") != (row.kind is Kind.CLOSED_HOLE):
            raise ExpectationsError("%s: %s: %s is a %s" % (name, row.test, row.feature, feature["kind"]))
        first = feature["first_2_7"]
        if first is not None and parse(first) <= parse(release):
            raise ExpectationsError("%s: %s: %s is in %s already" % (name, row.test, row.feature, release))
    return rows


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
