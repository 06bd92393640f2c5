"""Compares what a project's tests do without regraft and with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regraft_tools.conformance.expectations import Deviation
from regraft_tools.conformance.judgement import Judgement, Verdict, judge
from regraft_tools.conformance.results import Status, SuiteRun
from regraft_tools.downstream.execution import Place
from regraft_tools.downstream.projects import Project

_GOOD = (Status.PASSED, Status.EXPECTED_FAILURE)


@dataclass(frozen=True)
class Comparison:
    """The two runs of one project, and what is said of them.

    Attributes:
        project: whose tests.
        stock: the run without regraft; empty for tests of our own.
        ours: the run with it.
        judgement: what is said of each test.
        theirs: how many tests are left out, as they fail without regraft and with it.
    """

    project: Project
    stock: SuiteRun
    ours: SuiteRun
    judgement: Judgement
    theirs: int

    def describe(self) -> str:
        """One line with the numbers of tests."""
        parts = [
            "%d passed on stock" % self.stock.count(*_GOOD), "%d with regraft" % self.ours.count(*_GOOD),
            "%d failed as listed" % self.judgement.count(Verdict.LISTED, Verdict.LISTED_SKIP),
            "%d fail with both" % self.theirs, "%d problems" % len(self.judgement.problems),
        ]
        return "%-26s %s" % (self.project.title, ", ".join(parts))


def compare(place: Place, rows: Sequence[Deviation]) -> Comparison:
    """Runs the tests of a project twice; what fails anew with regraft gets a second attempt.

    Args:
        place: where they are run.
        rows: the allowed deviations, of all projects.
    """
    stock = SuiteRun() if place.project.ours else place.run(grafted=False)
    ours = place.run(grafted=True)
    first = weigh(place.project, stock, ours, rows)
    failed = [each.test for each in first.judgement.problems if each.verdict is Verdict.NEW_FAILURE]
    if not failed or place.project.ours:
        return first
    again = place.run(True, place.project.find_batches(failed))
    # Servers and time-outs on a busy machine: once is no proof.
    passed = [
        test for test in failed
        if test in again.outcomes and again.outcomes[test].status.is_good
    ]
    ours.outcomes.update((test, again.outcomes[test]) for test in passed)
    second = weigh(place.project, stock, ours, rows)
    second.judgement.retried = passed
    return second


def weigh(project: Project, stock: SuiteRun, ours: SuiteRun, rows: Sequence[Deviation]) -> Comparison:
    """Judges two runs. A test that fails without regraft and with it needs no row."""
    listed = {row.test for row in rows if row.suite == project.name}
    theirs = {
        name for name, outcome in stock.outcomes.items()
        if outcome.status.is_bad and name not in listed
        and (name not in ours.outcomes or not ours.outcomes[name].status.is_good)
    }
    counted = SuiteRun(
        {name: outcome for name, outcome in ours.outcomes.items() if name not in theirs},
        seconds=ours.seconds, trouble=ours.trouble,
    )
    before = {name: outcome for name, outcome in stock.outcomes.items() if name not in theirs}
    doubts = ["without regraft: " + stock.trouble] if stock.trouble else []
    judgement = judge(project.name, counted, before, rows, doubts)
    return Comparison(project, stock, ours, judgement, len(theirs))
