"""Counts what the test sessions gave: one table and one closing line for all of them.

Each session records its rows; `python -m regraft_tools.tally show` prints them when all are done,
`clear` forgets those of the last run.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import xml.etree.ElementTree
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import environments


@dataclass(frozen=True)
class Row:
    """What one run of tests gave.

    Attributes:
        title: interpreter and what ran on it: `2.7.18 tests`.
        passed, failed, skipped, expected: numbers of tests; expected are the failures that are
            expected, with a reason.
        note: what a person must know besides; empty if there is nothing.
    """

    title: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    expected: int = 0
    note: str = ""


def record(row: Row) -> None:
    """Keeps a row for `show`; a later one of the same title replaces it."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = "".join(each if each.isalnum() or each in ".-" else "_" for each in row.title)
    (folder / (name + ".json")).write_text(json.dumps(dataclasses.asdict(row)))


def recorded() -> list[Row]:
    """The rows so far, by title."""
    rows = (Row(**json.loads(each.read_text())) for each in _folder().glob("*.json"))
    return sorted(rows, key=lambda row: row.title)


def clear() -> None:
    """Forgets all rows."""
    shutil.rmtree(_folder(), ignore_errors=True)


def read_junit(path: Path, title: str, note: str = "") -> Row:
    """The row of a report that pytest wrote.

    Raises:
        OSError, xml.etree.ElementTree.ParseError: there is no whole report.
    """
    counts = {"passed": 0, "failed": 0, "skipped": 0, "expected": 0}
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif (skipped := case.find("skipped")) is not None:
            expected = skipped.get("type") == "pytest.xfail"
            counts["expected" if expected else "skipped"] += 1
        else:
            counts["passed"] += 1
    return Row(title=title, note=note, **counts)


def draw(rows: Sequence[Row]) -> str:
    """The table as text."""
    head = ("", "passed", "failed", "skipped", "expected failures", "")
    body = [
        (row.title, row.passed, row.failed, row.skipped, row.expected, row.note) for row in rows
    ]
    width = max([len(row.title) for row in rows], default=0)
    lines = [
        "%-*s  %7s %7s %7s  %17s  %s" % ((width,) + tuple(each)) for each in [head, *body]
    ]
    return "\n".join(line.rstrip() for line in lines)


def closing_line(rows: Iterable[Row]) -> str:
    """The sum, as test runners end. Expected failures are in the table only."""
    rows = list(rows)
    return "%d passed, %d failed, %d skipped" % (
        sum(row.passed for row in rows),
        sum(row.failed for row in rows),
        sum(row.skipped for row in rows),
    )


def _folder() -> Path:
    return environments.directory() / "tally"


def main(arguments: Sequence[str]) -> int:
    """`show` or `clear`; 1 if a row has failures or there is none."""
    match list(arguments):
        case ["clear"]:
            clear()
            return 0
        case ["show"]:
            rows = recorded()
            print("\n%s\n\n%s" % (draw(rows), closing_line(rows)))
            return 0 if rows and not any(row.failed for row in rows) else 1
        case _:
            print("usage: python -m regraft_tools.tally show|clear", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
