"""What all reports tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from regraft_tools.scan import suggestions
from regraft_tools.scan.findings import Finding, Outcome, Problem
from regraft_tools.scan.suggestions import Suggestion


@dataclass
class Summary:
    """All that a scan gave.

    Attributes:
        files: how many files were looked at.
        read: how many of them had words that findings need, and so were read.
        suppressed: how many findings comments suppress.
        findings: those to be reported, in the order of the files.
        problems: what could not be read.
        named: the files and directories that were to be scanned, as the user named them.
    """

    files: int = 0
    read: int = 0
    suppressed: int = 0
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    named: Sequence[str] = ()

    def add(self, outcome: Outcome, findings: Iterable[Finding]) -> None:
        """Counts a file in, with those of its findings that are wanted."""
        self.files += 1
        self.read += outcome.read
        self.suppressed += outcome.suppressed
        self.findings.extend(findings)
        self.problems.extend(outcome.problems)

    @property
    def is_whole(self) -> bool:
        """Whether the scan has looked at what it was to: a check that has not must not pass.

        In a directory there may be a file that cannot be read; what is named must be there, and not all be unreadable.
        """
        unread = [each.path for each in self.problems if not each.line]
        return not set(unread) & set(self.named) and not (unread and len(unread) == self.files)

    def counts(self) -> dict[str, Counter[str]]:
        """For each rule with findings how many, by the word for their severity."""
        made: dict[str, Counter[str]] = {}
        for each in self.findings:
            made.setdefault(each.rule, Counter())[each.severity.word] += 1
        return dict(sorted(made.items()))

    def suggestions(self) -> dict[str, list[Suggestion]]:
        """For each rule with findings what the registry suggests to them, each once."""
        made: dict[str, list[Suggestion]] = {}
        for each in sorted(self.findings, key=lambda one: one.rule):
            suggestion = suggestions.suggest(each.rule, each.about)
            if suggestion is not None and suggestion not in made.setdefault(each.rule, []):
                made[each.rule].append(suggestion)
        return made

    def rules(self) -> list[str]:
        """The ids of the rules that found something."""
        return list(self.counts())
