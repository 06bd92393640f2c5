"""Comments that suppress findings: `# regraft: ignore[RG101, RG304] reason`.

Such a comment speaks of findings that begin on its own line, or that have it on one of their lines; alone on a line it
speaks of the next line that has code. `# regraft: ignore` without rules speaks of all rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from regraft_tools.scan.findings import Finding, Severity
from regraft_tools.scan.module import Module
from regraft_tools.scan.rules import RULES, UNUSED

_COMMENT = re.compile(r"#\s*regraft:\s*ignore\b(?P<list>\s*\[(?P<rules>[^\]]*)\])?", re.IGNORECASE)


@dataclass
class Suppression:
    """What a comment asks for.

    Attributes:
        line: of the comment.
        target: the line that it speaks of.
        rules: ids; None means all.
        used: the ids of what it has suppressed.
    """

    line: int
    target: int
    rules: tuple[str, ...] | None
    used: set[str]


def find(module: Module) -> list[Suppression]:
    """The suppressions of a file."""
    found = []
    for line, comment in sorted(module.reading.comments.items()):
        said = _COMMENT.search(comment)
        if said is None:
            continue
        named = None
        if said.group("list"):
            named = tuple(each for each in re.split(r"[\s,]+", said.group("rules").upper()) if each)
        target = line
        if module.lines[line - 1].lstrip().startswith("#"):
            target = next((at for at in range(line + 1, len(module.lines) + 1)
                           if module.lines[at - 1].strip() and not module.lines[at - 1].lstrip().startswith("#")), line)
        found.append(Suppression(line, target, named, set()))
    return found


def apply(
    module: Module, findings: list[Finding], selected: Collection[str]
) -> tuple[list[Finding], list[Finding], int]:
    """Takes away what comments suppress.

    Returns:
        The findings that are left, those about comments that suppress nothing, and how many were taken away.
    """
    comments = find(module)
    kept = []
    for finding in findings:
        hits = [each for each in comments if finding.line <= each.target <= max(finding.end_line, finding.line)
                and (each.rules is None or finding.rule in each.rules)]
        for each in hits:
            each.used.add(finding.rule)
        if not hits:
            kept.append(finding)
    unused = [one for each in comments for one in _unused(module, each, selected)]
    return kept, unused, len(findings) - len(kept)


def _unused(module: Module, comment: Suppression, selected: Collection[str]) -> list[Finding]:
    text = module.lines[comment.line - 1]
    column = text.find("#") + 1

    def tell(message: str) -> Finding:
        return Finding(module.path, comment.line, column, UNUSED.id, Severity.LOW, message, comment.line, len(text) + 1,
                       text.strip())

    if comment.rules is None:
        # With some rules left out nobody knows whether one of them would have found something.
        return [] if comment.used or set(selected) != set(RULES) else [tell("nothing is found here")]
    told = []
    for each in comment.rules:
        if each not in RULES:
            told.append(tell("there is no rule %s" % each))
        elif each not in comment.used and each in selected:
            told.append(tell("%s finds nothing here" % each))
    return told if comment.rules else [tell("no rule is named in the brackets")]
