"""Tells a person, or a program, what an audit gave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from regraft_tools.audit.comparison import Drift, Kind
from regraft_tools.audit.gates import TITLES, Result
from regraft_tools.tally import Row


def describe(result: Result, verbose: bool = False) -> str:
    """The result of one interpreter: a line for each comparison, then what is wrong.

    Args:
        verbose: also each drift that a row explains, with its reason.
    """
    lines = ["%s, %s, %d names" % (result.title, result.openssl, result.names)]
    for against, verdict in result.verdicts.items():
        lines.append("  %-58s %3d unexplained, %3d explained" % (
            TITLES[against], len(verdict.unexplained), len(verdict.explained)))
        lines += table(verdict.unexplained, "    ")
        lines += ["    WAIVER    %s" % each for each in verdict.problems]
        if verbose:
            lines += ["    explained %s: %s" % each for each in verdict.explained]
    return "\n".join(lines)


def table(drifts: Iterable[Drift], margin: str = "  ") -> list[str]:
    """A line for each drift: in which way, which name, what. One for all calls that share a changed default."""
    groups: dict[tuple[str, ...], list[Drift]] = {}
    for each in drifts:
        key = (each.path.rpartition(").")[2], each.sentence) if each.kind is Kind.DEFAULT else (str(each),)
        groups.setdefault(key, []).append(each)
    lines = []
    for group in groups.values():
        shown = next((each for each in group if "._" not in each.path), group[0])  # rather a public call
        more = " (and so %d more)" % (len(group) - 1) if len(group) > 1 else ""
        lines.append("%s%-9s %s%s" % (margin, shown.kind, shown, more))
    return lines


def as_data(result: Result) -> dict[str, Any]:
    """The same for programs."""
    return {
        "subject": result.title, "openssl": result.openssl, "names": result.names, "clean": result.is_clean,
        "comparisons": {
            str(against): {
                "unexplained": [as_row(each) for each in verdict.unexplained],
                "explained": [as_row(each) | {"reason": reason} for each, reason in verdict.explained],
                "problems": list(verdict.problems),
            }
            for against, verdict in result.verdicts.items()
        },
    }


def as_row(drift: Drift) -> dict[str, str]:
    """A drift for programs."""
    return {"name": drift.path, "drift": str(drift.kind), "what": drift.sentence}


def make_row(result: Result) -> Row:
    """The row in the table of all sessions: names that are as they should be, wrong ones, and explained ones."""
    verdicts = result.verdicts.values()
    failed = sum(len(each.unexplained) + len(each.problems) for each in verdicts)
    expected = len({drift.path for each in verdicts for drift, _ in each.explained})
    title = "%s audit" % result.title.partition(" ")[0]
    return Row(title, max(result.names - failed - expected, 0), failed, 0, expected)


def closing_line(results: Sequence[Result]) -> str:
    """One line about all interpreters."""
    dirty = [each.title for each in results if not each.is_clean]
    if dirty:
        return "drift: %s" % ", ".join(dirty)
    return "no drift: %d interpreters" % len(results)
