"""The report as JSON."""

from __future__ import annotations

import json
from typing import Any, TextIO

from regraft_tools.scan import suggestions
from regraft_tools.scan.findings import Finding
from regraft_tools.scan.reports.summary import Summary
from regraft_tools.scan.rules import RULES

VERSION = 1  # of the form; it grows when something is taken away or changes its meaning


def write(summary: Summary, stream: TextIO) -> None:
    """Writes a report."""
    json.dump(as_dict(summary), stream, indent=1, ensure_ascii=True)
    stream.write("\n")


def as_dict(summary: Summary) -> dict[str, Any]:
    """A report as what JSON can hold."""
    return {
        "version": VERSION,
        "files": summary.files,
        "read": summary.read,
        "suppressed": summary.suppressed,
        "findings": [
            {
                "rule": each.rule, "severity": each.severity.word, "path": _whole(each.path), "line": each.line,
                "column": each.column, "end_line": each.end_line, "end_column": each.end_column,
                "message": each.message, "source": _whole(each.source), "suggestion": _name(each),
            }
            for each in summary.findings
        ],
        "problems": [
            {"path": _whole(each.path), "line": each.line or None, "message": each.message} for each in summary.problems
        ],
        "statistics": {rule: dict(counts) for rule, counts in summary.counts().items()},
        "rules": {rule: {"name": RULES[rule].name, "summary": RULES[rule].summary} for rule in summary.rules()},
        "suggestions": {
            each.name: {"feature": each.feature, "defends": each.defends, "recipe": each.recipe}
            for found in summary.suggestions().values() for each in found
        },
    }


def _whole(text: str) -> str:
    """A text without halves of surrogate pairs, which stand for bytes in names that are no UTF-8: many refuse such JSON."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _name(finding: Finding) -> str | None:
    suggestion = suggestions.suggest(finding.rule, finding.about)
    return suggestion.name if suggestion else None
