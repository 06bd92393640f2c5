"""The report as SARIF 2.1.0, which GitHub, GitLab and editors read."""

from __future__ import annotations

import importlib.metadata
import json
import os
import urllib.parse
from pathlib import PurePath
from typing import Any, TextIO

from regraft_tools.scan import suggestions
from regraft_tools.scan.findings import Finding, Problem, Severity
from regraft_tools.scan.reports.summary import Summary
from regraft_tools.scan.rules import RULES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# What code hosts sort by, on the scale of CVSS.
_SCORES = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "3.0"}


def write(summary: Summary, stream: TextIO) -> None:
    """Writes a report."""
    json.dump(as_dict(summary), stream, indent=1, ensure_ascii=True)
    stream.write("\n")


def as_dict(summary: Summary) -> dict[str, Any]:
    """A report as what JSON can hold."""
    rules = list(RULES)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "regraft-tools scan",
                "version": importlib.metadata.version("regraft-tools"),
                "rules": [_rule(each) for each in rules],
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"ROOT": {"uri": _directory_uri(os.getcwd())}},
            "invocations": [{
                "executionSuccessful": summary.is_whole,
                "toolExecutionNotifications": [_notification(each) for each in summary.problems],
            }],
            "results": [_result(each, rules.index(each.rule)) for each in summary.findings],
        }],
    }


def _rule(rule: str) -> dict[str, Any]:
    known = RULES[rule]
    made: dict[str, Any] = {
        "id": rule,
        "name": "".join(each.capitalize() for each in known.name.split("-")),
        "shortDescription": {"text": known.name.replace("-", " ")},
        "fullDescription": {"text": known.summary},
        "defaultConfiguration": {"level": _LEVELS[known.severity]},
        "properties": {"tags": ["security"], "security-severity": _SCORES[known.severity]},
    }
    suggestion = suggestions.suggest(rule)
    if suggestion is not None:
        made["help"] = {
            "text": "%s\n\n%s" % (suggestion.defends, suggestion.recipe),
            "markdown": "%s\n\n```python\n%s\n```" % (suggestion.defends, suggestion.recipe.rstrip()),
        }
        made["properties"]["feature"] = suggestion.feature
    return made


def _result(finding: Finding, index: int) -> dict[str, Any]:
    made = _result_alone(finding, index)
    suggestion = suggestions.suggest(finding.rule, finding.about)
    if suggestion is not None and finding.about:
        # It may be another than that of the rule.
        made["properties"] = {"feature": suggestion.feature, "recipe": suggestion.recipe}
    return made


def _result_alone(finding: Finding, index: int) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {
            "artifactLocation": _location(finding.path),
            "region": {
                "startLine": finding.line, "startColumn": finding.column,
                "endLine": finding.end_line, "endColumn": finding.end_column,
                "snippet": {"text": finding.source},
            },
        }}],
    }


def _notification(problem: Problem) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _location(problem.path)}
    if problem.line:
        place["region"] = {"startLine": problem.line}
    return {"level": "warning", "message": {"text": problem.message}, "locations": [{"physicalLocation": place}]}


def _location(path: str) -> dict[str, str]:
    """A file as an URI: relative to the working directory if it was named so."""
    name = PurePath(path).as_posix()
    quoted = urllib.parse.quote(os.fsencode(name))
    return {"uri": "file://" + quoted} if PurePath(path).is_absolute() else {"uri": quoted, "uriBaseId": "ROOT"}


def _directory_uri(path: str) -> str:
    return "file://%s/" % urllib.parse.quote(os.fsencode(PurePath(path).as_posix().rstrip("/")))
