"""Says of each test whether it did what it should."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regraft_tools.conformance.expectations import Allowed, Deviation
from regraft_tools.conformance.results import Outcome, Status, SuiteRun


class Verdict(enum.Enum):
    """What is said of one test. All but the first four make a run fail."""

    PASSED = "passed"
    SKIPPED = "skipped"
    LISTED = "failed as listed"
    LISTED_SKIP = "skipped as listed"

    NEW_FAILURE = "fails, and is not listed"
    NEW_SKIP = "is skipped, ran without regraft, and is not listed"
    NEWLY_MISSING = "is gone, was there without regraft, and is not listed"
    CRASHED = "killed the interpreter"
    HUNG = "did not end"
    UNEXPECTED_PASS = "is listed as failing, and passes"
    STALE_ROW = "is listed, and is no test of this suite"
    OTHER_REASON = "does as listed, but not for the reason that is listed"
    LATER_PASS = "passes, and uses what the emulated release has not"
    NOT_BELIEVED = "the run as a whole went wrong"

    @property
    def is_problem(self) -> bool:
        """Whether it makes the run fail."""
        return self not in (
            Verdict.PASSED, Verdict.SKIPPED, Verdict.LISTED, Verdict.LISTED_SKIP
        )


@dataclass(frozen=True)
class Finding:
    """The verdict on one test, and what it rests on.

    Attributes:
        test: its id; empty when the finding is about the whole run.
        verdict: what is said.
        outcome: what the test did; None if it was not there.
        stock: what it did without regraft; None if it was not there.
        row: the row that lists it, or None.
    """

    test: str
    verdict: Verdict
    outcome: Outcome | None = None
    stock: Outcome | None = None
    row: Deviation | None = None


@dataclass
class Judgement:
    """All findings on one run of one suite.

    Attributes:
        suite: how reports call it.
        findings: one per test, in the order of their ids.
        seconds: how long the suite took.
        retried: tests that failed first and passed when they were run again, alone.
    """

    suite: str
    findings: list[Finding]
    seconds: float = 0.0
    retried: list[str] = field(default_factory=list)

    def count(self, *verdicts: Verdict) -> int:
        """How many tests got one of these verdicts."""
        return sum(finding.verdict in verdicts for finding in self.findings)

    @property
    def problems(self) -> list[Finding]:
        """The findings that make the run fail."""
        return [finding for finding in self.findings if finding.verdict.is_problem]


def judge(
    suite: str,
    run: SuiteRun,
    stock: Mapping[str, Outcome],
    rows: Iterable[Deviation],
    intruders: Iterable[str] = (),
) -> Judgement:
    """Compares a run with what the interpreter did without regraft and with what is allowed.

    Args:
        suite: how reports call it; rows of other suites are ignored.
        run: what was done with regraft.
        stock: outcomes without regraft, by id.
        rows: the allowed deviations.
        intruders: reasons to doubt that the run was one with regraft.
    """
    listed = {row.test: row for row in rows if row.suite == suite}
    doubts = "\n".join(filter(None, [*intruders, run.trouble]))
    findings = []
    if doubts:
        findings.append(Finding("", Verdict.NOT_BELIEVED, Outcome(Status.ERROR, doubts)))
    for test in sorted(set(run.outcomes) | set(stock) | set(listed)):
        finding = _judge_test(test, run.outcomes.get(test), stock.get(test), listed.get(test))
        if finding is None or run.trouble and finding.verdict is Verdict.NEWLY_MISSING:
            continue  # what a run that broke off did not come to is told by that one finding
        findings.append(finding)
    return Judgement(suite, findings, run.seconds)


def _judge_test(
    test: str, outcome: Outcome | None, stock: Outcome | None, row: Deviation | None
) -> Finding | None:
    """The finding on one test; None if there is nothing to say."""
    if row is not None and outcome is None and stock is None:
        return Finding(test, Verdict.STALE_ROW, row=row)
    stock_fails = stock is None or not stock.status.is_good
    allowed = None
    if row is not None:
        unsteady = row.allowed is Allowed.UNSTEADY
        if stock_fails or unsteady or not row.kind.needs_stock_to_fail:
            allowed = row.allowed
    verdict = _verdict(outcome, stock, allowed)
    return None if verdict is None else Finding(test, verdict, outcome, stock, row)


def _verdict(
    outcome: Outcome | None, stock: Outcome | None, allowed: Allowed | None
) -> Verdict | None:
    stock_ran = stock is not None and stock.status is not Status.SKIPPED
    if outcome is None:
        if allowed is Allowed.MISSING:
            return Verdict.LISTED
        return Verdict.NEWLY_MISSING if stock_ran else None
    status = outcome.status
    # No reason is good enough for these two.
    if status is Status.CRASHED:
        return Verdict.CRASHED
    if status is Status.HUNG:
        return Verdict.HUNG
    if status is Status.SKIPPED:
        if allowed in (Allowed.SKIP, Allowed.NOT_RUN):
            return Verdict.LISTED_SKIP
        return Verdict.NEW_SKIP if stock_ran else Verdict.SKIPPED
    if status.is_bad:
        excused = allowed in (Allowed.FAILURE, Allowed.UNSTEADY)
        return Verdict.LISTED if excused else Verdict.NEW_FAILURE
    as_wanted = allowed in (None, Allowed.UNSTEADY)
    return Verdict.PASSED if as_wanted else Verdict.UNEXPECTED_PASS
