"""The comparison as tables for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from regraft_tools.degrade.comparison import Comparison, Group, State

WIDTH = 110  # columns, where the output is no terminal
_COLUMNS = (State.PASSED, State.FAILED, State.CRASHED, State.NOT_RUN, State.SKIPPED, State.WARNED, State.DEGRADED,
            State.FAILS_ON_NEWEST, State.SKIPPED_ON_NEWEST)
_STYLES = {State.FAILED: "red", State.CRASHED: "red", State.NOT_RUN: "red", State.SKIPPED: "yellow",
           State.WARNED: "yellow", State.DEGRADED: "yellow"}


def write(compared: Comparison, console: Console) -> None:
    """Writes both tables, by release and by missing feature, and what was wrong with whole runs."""
    console.print(_by_release(compared))
    for record in (compared.baseline, *compared.records):
        if record.note:
            console.print(Text("as %s: %s" % (record.release, record.note), style="red"))
    if compared.groups:
        console.print(_by_group(compared))


def _by_release(compared: Comparison) -> Table:
    table = Table(title="tests, beside those as %s" % compared.baseline.release, title_justify="left")
    table.add_column("release")
    used = [state for state in _COLUMNS if any(compared.count(each.release, state) for each in compared.records)]
    for state in used:
        table.add_column(state.value, justify="right", overflow="fold")
    for record in compared.records:
        counts = [(state, compared.count(record.release, state)) for state in used]
        table.add_row(record.release, *(
            Text(str(number), style=_STYLES.get(state, "") if number else "dim") for state, number in counts))
    return table


def _by_group(compared: Comparison) -> Table:
    table = Table(title="what explains the differences", title_justify="left")
    table.add_column("missing", overflow="fold")
    for record in compared.records:
        table.add_column(record.release, overflow="fold")
    for group in compared.groups:
        table.add_row(_name(group), *(_count(group, each.release) for each in compared.records))
    return table


def _name(group: Group) -> Text:
    if group.key is None:
        return Text("not explained")
    return Text("%s (feature %s)" % (group.title, group.key) if group.row else "%s (no row in the registry)" % group.key)


def _count(group: Group, release: str) -> Text:
    parts = [(state, group.count(release, state)) for state in State if state.differs]
    return Text("\n").join(
        Text("%d %s" % (number, state.value), style=_STYLES.get(state, "")) for state, number in parts if number)
