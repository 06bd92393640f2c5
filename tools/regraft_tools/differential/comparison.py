"""Compares traces, and knows the differences that are listed with a reason.

The list is a TOML file of rows::

    [[difference]]
    calls = ["errors: read() after *"]   # names in the trace; * stands for anything
    on = ["2.7", "3.6"]                  # series; every one that is compared, if left out
    reason = "what a maintainer of CPython would accept"
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHOWN = 600  # characters of each side of a difference


@dataclass(frozen=True)
class Row:
    """Calls whose results may differ.

    Attributes:
        calls: patterns of their names.
        on: series; empty for all.
        reason: why.
    """

    calls: tuple[str, ...]
    reason: str
    on: tuple[str, ...] = ()

    def covers(self, call: str, series: str) -> bool:
        """Whether this row is about a call on a series."""
        return (not self.on or series in self.on) and any(
            fnmatch.fnmatchcase(call, each) for each in self.calls
        )


def read_list(path: Path) -> list[Row]:
    """The rows of a file.

    Raises:
        ValueError: a row lacks calls or a reason, or has something else.
    """
    rows = []
    for each in tomllib.loads(path.read_text("utf-8")).get("difference", []):
        calls, on = each.pop("calls", []), each.pop("on", [])
        reason = each.pop("reason", "")
        if each or not calls or len(reason) < 20:
            raise ValueError("%s: a row needs calls and a reason: %s %s" % (path, calls, each))
        rows.append(Row(tuple(calls), reason, tuple(on)))
    return rows


def by_name(lines: Iterable[Mapping]) -> dict[str, object]:
    """The trace as a table of results, by the name of the call.

    Raises:
        ValueError: two lines have one name.
    """
    made: dict[str, object] = {}
    for line in lines:
        if line["name"] in made:
            raise ValueError("two lines of the trace are called %r" % line["name"])
        made[line["name"]] = line["result"]
    return made


def differing(measure: Mapping[str, object], ours: Mapping[str, object]) -> list[str]:
    """The names of calls whose results differ, or that only one side has made."""
    return [
        name for name in dict.fromkeys([*measure, *ours])
        if name not in measure or name not in ours or measure[name] != ours[name]
    ]


def unlisted(
    measure: Mapping[str, object], ours: Mapping[str, object], series: str, rows: Sequence[Row]
) -> list[str]:
    """Differences without a row, each told to a person."""
    return [
        "%s\n    stock:   %s\n    regraft: %s" % (name, _show(measure, name), _show(ours, name))
        for name in differing(measure, ours)
        if not any(row.covers(name, series) for row in rows)
    ]


def stale(
    measure: Mapping[str, object], ours: Mapping[str, Mapping[str, object]], rows: Sequence[Row]
) -> list[str]:
    """Patterns of rows that no difference has any more.

    Args:
        measure: the trace of the stock interpreter.
        ours: the others' by series.
        rows: the list; what it says of a series that was not compared is not judged.
    """
    found = {series: differing(measure, trace) for series, trace in ours.items()}
    return [
        "%s differs no more on %s" % (call, series)
        for row in rows for call in row.calls
        for series in row.on or found
        if series in found and not fnmatch.filter(found[series], call)
    ]


def _show(trace: Mapping[str, object], name: str) -> str:
    text = str(trace[name]) if name in trace else "not called"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
