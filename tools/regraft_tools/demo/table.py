"""Shows what came of the demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from regraft_tools.demo.outcomes import Outcome, Reason, Result, find_fault
from regraft_tools.demo.preparation import Subject
from regraft_tools.demo.scenarios import Part, Scenario

WIDTH_OF_A_FILE = 120  # columns, when it is not a terminal that is written to
_LAST_LINES = 12


@dataclass(frozen=True)
class Row:
    """A scenario and what came of it without and with regraft."""

    scenario: Scenario
    before: Outcome
    after: Outcome

    @property
    def fault(self) -> str | None:
        """What is wrong with the run with regraft, or None."""
        return find_fault(self.scenario.after, self.after)


def make_console() -> Console:
    """A console for stdout, wide enough for the table unless a terminal says otherwise."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_OF_A_FILE)


def build_table(rows: Sequence[Row], python: str) -> Table:
    """Lay the rows out, part by part.

    Args:
        rows: What came of each scenario.
        python: The interpreter, as `Python 2.7.18`.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("What was tried")
    table.add_column(f"Stock {python}")
    table.add_column("With regraft")
    table.add_column("", no_wrap=True)
    for part in Part:
        table.add_row("", Text(part.value, style="bold"))
        for row in rows:
            if row.scenario.part is not part:
                continue
            table.add_row(
                Text(row.scenario.who, style="cyan"),
                Text(row.scenario.what),
                _paint(row.scenario, row.before),
                _paint(row.scenario, row.after),
                Text("NO", style="bold red") if row.fault else Text("ok", style="green"),
            )
        table.add_section()
    return table


def _paint(scenario: Scenario, outcome: Outcome) -> Text:
    if find_fault(scenario.after, outcome) is None:
        style = "green"
    elif is_right(scenario, outcome):
        style = "yellow"
    else:
        style = "red"
    return Text(_say(scenario, outcome), style=style)


def _say(scenario: Scenario, outcome: Outcome) -> str:
    prints = scenario.after.prints
    if outcome.result is Result.WORKS and prints is not None and outcome.prints != prints:
        return f"wrong: printed {outcome.prints!r}"
    if outcome.result is Result.REFUSED and outcome.requests:
        return f"{outcome.words}, but only after a request was sent"
    return outcome.words


def is_right(scenario: Scenario, outcome: Outcome) -> bool:
    """Whether an outcome is the expected one, if perhaps with no reason given."""
    unexplained = outcome.reason is Reason.UNEXPLAINED and not outcome.requests
    return find_fault(scenario.after, outcome) is None or (
        scenario.after.result is Result.REFUSED and unexplained
    )


def summarise(rows: Sequence[Row], python: str, seconds: float) -> str:
    """Say it all in a sentence or two."""
    right = sum(is_right(row.scenario, row.before) for row in rows)
    silent = sum(
        row.before.reason is Reason.UNEXPLAINED and is_right(row.scenario, row.before)
        for row in rows
    )
    good = sum(row.fault is None for row in rows)
    aside = f" (giving no reason for {silent} of its refusals)" if silent else ""
    return (
        f"The same programs, not a line changed: stock {python} got {right} of {len(rows)} right"
        f"{aside}, with regraft {good} of {len(rows)}. All of it took {seconds:.0f} s."
    )


def explain_faults(rows: Sequence[Row]) -> list[str]:
    """What is wrong with each run with regraft that is not as it must be."""
    told = []
    for row in rows:
        if row.fault:
            told.append(f"{row.scenario.who}: {row.scenario.what}: {row.fault}")
            told.extend(f"    {line}" for line in row.after.details.splitlines()[-_LAST_LINES:])
    return told


def describe_subjects(stock: Subject, regrafted: Subject) -> list[str]:
    """Where `import ssl` leads in each environment, and which packages the programs use."""
    packages = ", ".join(f"{name} {version}" for name, version in stock.versions.items())
    return [
        f"the programs use {packages}",
        f"before, ssl is {stock.ssl}, {stock.openssl}",
        f"after, ssl is {regrafted.ssl}, {regrafted.openssl}",
    ]
