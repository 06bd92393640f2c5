"""Each test under each release against what it does as the newest, in groups by what explains the difference."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from regraft_tools.degrade import evidence
from regraft_tools.degrade.evidence import Evidence
from regraft_tools.degrade.records import Outcome, Record, Trial


class State(enum.Enum):
    """How a test does under a release, beside the newest. In the order of what a reader wants first."""

    FAILED = "failed"
    CRASHED = "crashed"
    NOT_RUN = "not run"
    SKIPPED = "skipped"
    WARNED = "warned"
    DEGRADED = "degraded"
    FAILS_ON_NEWEST = "fails on the newest too"
    PASSED = "passed"
    SKIPPED_ON_NEWEST = "not run on the newest either"

    @property
    def differs(self) -> bool:
        """Whether there is something to explain."""
        return self in _DIFFERENT


_DIFFERENT = (State.FAILED, State.CRASHED, State.NOT_RUN, State.SKIPPED, State.WARNED, State.DEGRADED)
MEANINGS = {
    State.FAILED: "fails, and does not as the newest",
    State.CRASHED: "ends its process, or hangs, and does not as the newest",
    State.NOT_RUN: "is not there, or its run did not come that far",
    State.SKIPPED: "is skipped, and is not as the newest",
    State.WARNED: "passes with a warning that it does not give as the newest",
    State.DEGRADED: "passes without a word, after it asked for something that the release lacks",
    State.FAILS_ON_NEWEST: "fails as the newest as well: that is no matter of the release",
    State.PASSED: "does what it does as the newest",
    State.SKIPPED_ON_NEWEST: "is skipped, or is not there, as the newest as well",
}


@dataclass(frozen=True)
class Cell:
    """A test under one release.

    Attributes:
        state: how it does.
        text: what it says: the error, warnings, the reason of a skip.
        evidence: what explains a difference, the strongest first.
    """

    state: State
    text: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def group(self) -> str | None:
        """The group of its difference: a feature, else a name; None without an explanation."""
        return (self.evidence[0].feature or self.evidence[0].name) if self.evidence else None


@dataclass
class Group:
    """The differences that one missing feature explains.

    Attributes:
        key: name of the feature, or of what has no row in the registry; None for those without an explanation.
        row: of the registry, if it is a feature.
        cells: the tests with it, by node id, by release.
    """

    key: str | None
    row: dict[str, Any] | None
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """A heading."""
        if self.key is None:
            return "Not explained"
        return self.row["title"] if self.row else self.key

    def is_met(self, release: str) -> bool:
        """Whether it is missed by any test under a release."""
        return any(release in each for each in self.cells.values())

    def count(self, release: str, state: State) -> int:
        """How many tests have it under a release in that state."""
        return sum(1 for each in self.cells.values() if release in each and each[release].state is state)


@dataclass(frozen=True)
class Comparison:
    """All tests under all releases.

    Attributes:
        records: the runs that are compared, in the order asked for.
        baseline: the run as the newest.
        cells: by node id, by release.
        groups: the differences, those with most failures first, the unexplained last.
    """

    records: tuple[Record, ...]
    baseline: Record
    cells: dict[str, dict[str, Cell]]
    groups: tuple[Group, ...]

    def count(self, release: str, state: State) -> int:
        """How many tests are in a state under a release."""
        return sum(1 for each in self.cells.values() if each[release].state is state)

    @property
    def gets_worse(self) -> bool:
        """Whether any test fails, crashes or is not run for the sake of a release, or a run is not whole."""
        bad = (State.FAILED, State.CRASHED, State.NOT_RUN)
        return any(each.note for each in self.records) or any(
            cell.state in bad for row in self.cells.values() for cell in row.values())


def compare(records: Sequence[Record], baseline: Record) -> Comparison:
    """Compares runs with the one as the newest."""
    nodeids = dict.fromkeys(
        nodeid for record in [baseline, *records]
        for nodeid in [*record.collected, *(each for each in record.trials if record.trials[each].outcome)] if nodeid
    )
    cells = {
        nodeid: {record.release: _judge(nodeid, record, baseline) for record in records} for nodeid in nodeids
    }
    return Comparison(tuple(records), baseline, cells, tuple(_group(cells)))


def _judge(nodeid: str, record: Record, baseline: Record) -> Cell:
    trial, before = record.trials.get(nodeid), baseline.trials.get(nodeid)
    if trial is None or trial.outcome is None:
        if before is None or before.outcome is Outcome.NOT_COLLECTED:
            # It is there under another release only, or is a file that cannot be collected there.
            return Cell(State.SKIPPED_ON_NEWEST)
        return _judge_missing(nodeid, record)
    text = "\n".join(trial.texts)
    if trial.outcome.is_bad:
        if before is not None and before.outcome is not None and before.outcome.is_bad:
            return Cell(State.FAILS_ON_NEWEST, text)
        lost = trial.outcome in (Outcome.CRASHED, Outcome.HUNG)
        state = State.CRASHED if lost else State.FAILED
        return Cell(state, text, tuple(evidence.find(trial, record, [], failed=True)))
    if trial.outcome is Outcome.SKIPPED:
        if before is not None and before.outcome is Outcome.SKIPPED:
            return Cell(State.SKIPPED_ON_NEWEST, text)
        return Cell(State.SKIPPED, text, tuple(evidence.find(trial, record, [], failed=False)))
    return _judge_good(trial, before, record)


def _judge_good(trial: Trial, before: Trial | None, record: Record) -> Cell:
    known = {(each["category"], each["text"]) for each in before.warnings} if before else set()
    fresh = [each for each in trial.warnings if (each["category"], each["text"]) not in known]
    explained = tuple(evidence.find(trial, record, fresh, failed=False))
    if fresh:
        said = dict.fromkeys("%s: %s" % (each["category"], each["text"]) for each in fresh)
        return Cell(State.WARNED, "\n".join(said), explained)
    if trial.asked:
        places = ["asked for %s (%s)" % item for item in trial.asked.items()]
        return Cell(State.DEGRADED, "\n".join(places), explained)
    return Cell(State.PASSED)


def _judge_missing(nodeid: str, record: Record) -> Cell:
    """A test of the newest that has not been run: its file says why, or the whole run does."""
    file = record.trials.get(nodeid.split("::")[0])
    if file is not None and file.outcome is Outcome.NOT_COLLECTED:
        return Cell(State.NOT_RUN, "\n".join(file.texts), tuple(evidence.find(file, record, [], failed=True)))
    if file is not None and file.outcome is Outcome.SKIPPED:
        return Cell(State.SKIPPED, "\n".join(file.texts), tuple(evidence.find(file, record, [], failed=False)))
    if record.note:
        whole = Trial("", texts=[record.note])
        return Cell(State.NOT_RUN, record.note, tuple(evidence.find(whole, record, [], failed=True)))
    return Cell(State.NOT_RUN, "its file does not have it under this release")


def _group(cells: dict[str, dict[str, Cell]]) -> list[Group]:
    rows = {each["name"]: each for each in evidence.registry().rows()}
    groups: dict[str | None, Group] = {}
    for nodeid, row in cells.items():
        for release, cell in row.items():
            if cell.state.differs:
                group = groups.setdefault(cell.group, Group(cell.group, rows.get(cell.group or "")))
                group.cells.setdefault(nodeid, {})[release] = cell

    def weigh(group: Group) -> tuple[bool, int, int, str]:
        states = [cell.state for each in group.cells.values() for cell in each.values()]
        failed = sum(1 for each in states if each in (State.FAILED, State.CRASHED, State.NOT_RUN))
        return group.key is None, -failed, -len(states), group.key or ""

    return sorted(groups.values(), key=weigh)
