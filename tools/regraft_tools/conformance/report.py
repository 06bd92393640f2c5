"""Says what was found: tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from regraft_tools.conformance.judgement import Finding, Judgement, Verdict
from regraft_tools.tally import Row

_FAILURES = tuple(
    verdict for verdict in Verdict
    if verdict.is_problem and verdict is not Verdict.UNEXPECTED_PASS
)
_SKIPS = (Verdict.SKIPPED, Verdict.LISTED_SKIP)
_COLUMNS = ("tests", "passed", "failed as listed", "skipped", "new failures", "passing unexpectedly")
_LINES_OF_DETAIL = 12


def count(judged: Judgement) -> dict[str, int]:
    """The figures of one suite by the names of the table's columns."""
    return dict(
        zip(
            _COLUMNS,
            (
                sum(bool(finding.outcome) for finding in judged.findings if finding.test),
                judged.count(Verdict.PASSED),
                judged.count(Verdict.LISTED),
                judged.count(*_SKIPS),
                judged.count(*_FAILURES),
                judged.count(Verdict.UNEXPECTED_PASS),
            ),
            strict=True,
        )
    )


def make_table(version: str, judged: Iterable[Judgement]) -> str:
    """One line per suite, and one with the sums."""
    suites = sorted(judged, key=lambda each: each.suite)
    rows = [(each.suite, count(each), each.seconds) for each in suites]
    total = {name: sum(figures[name] for _, figures, _ in rows) for name in _COLUMNS}
    rows.append(("all", total, sum(seconds for _, _, seconds in rows)))
    lines = ["%-24s" % version + "".join("  %s" % name for name in _COLUMNS) + "  seconds"]
    for suite, figures, seconds in rows:
        cells = "".join("  %*d" % (len(name), figures[name]) for name in _COLUMNS)
        lines.append("%-24s%s  %7.1f" % (suite, cells, seconds))
    return "\n".join(lines)


def make_row(version: str, judged: Iterable[Judgement]) -> Row:
    """The line of one interpreter in the table of all test sessions."""
    figures = [count(each) for each in judged]
    total = {name: sum(each[name] for each in figures) for name in _COLUMNS}
    return Row(
        "%s own suites" % version,
        passed=total["passed"],
        failed=total["new failures"] + total["passing unexpectedly"],
        skipped=total["skipped"],
        expected=total["failed as listed"],
    )


def describe_problem(version: str, suite: str, finding: Finding) -> str:
    """A finding that makes the run fail, with what a person needs to look into it."""
    lines = ["%s %s %s %s" % (version, suite, finding.test, finding.verdict.value)]
    if finding.row is not None:
        lines.append("    listed as %s: %s" % (finding.row.kind.value, finding.row.reason))
    if finding.test and finding.verdict is not Verdict.STALE_ROW:
        stock = finding.stock.status.value if finding.stock else "no such test"
        lines.append("    without regraft: %s" % stock)
    if finding.outcome is not None:
        detail = finding.outcome.detail.rstrip().splitlines()[-_LINES_OF_DETAIL:]
        lines.extend("    | " + line for line in detail)
    return "\n".join(lines)


def describe_listed(suite: str, finding: Finding) -> str:
    """A deviation that is allowed, with its reason."""
    row = finding.row
    return "    %s %s (%s) %s" % (suite, finding.test, row.kind.value, row.reason)


def summarise(judged: Iterable[Judgement]) -> list[str]:
    """The last lines: what is allowed, then passed, failed, skipped."""
    figures = [count(each) for each in judged]
    total = {name: sum(each[name] for each in figures) for name in _COLUMNS}
    failed = total["new failures"] + total["passing unexpectedly"]
    return [
        "%d failed as listed" % total["failed as listed"],
        "%d passed, %d failed, %d skipped" % (total["passed"], failed, total["skipped"]),
    ]


def update(
    path: Path, provenance: Mapping[str, Any], judged: Sequence[Judgement]
) -> None:
    """Writes the results of one interpreter into a JSON file, replacing its earlier ones."""
    document = json.loads(path.read_text()) if path.exists() else {}
    version = provenance["interpreter"]
    entry = document.setdefault(version, {"suites": {}})
    entry["provenance"] = dict(provenance)
    for each in judged:
        entry["suites"][each.suite] = {
            "counts": count(each),
            "seconds": round(each.seconds, 1),
            "passed on second attempt": each.retried,
            "problems": [
                {
                    "test": finding.test,
                    "verdict": finding.verdict.value,
                    "detail": finding.outcome.detail if finding.outcome else "",
                }
                for finding in each.problems
            ],
            "listed": {
                finding.test: finding.row.reason for finding in each.findings
                if finding.verdict in (Verdict.LISTED, Verdict.LISTED_SKIP)
            },
        }
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
