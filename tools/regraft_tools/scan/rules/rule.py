"""What a rule is."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module


class Hit(NamedTuple):
    """A place that a rule found; the fields are those of a finding."""

    node: ast.AST
    message: str
    severity: Severity
    about: tuple[str, ...] = ()


Check = Callable[[Module], Iterator[Hit]]


@dataclass(frozen=True)
class Rule:
    """One thing that a scan warns of.

    Attributes:
        id: as comments and options name it.
        name: the same in words, for SARIF and headings.
        severity: the highest that its findings have.
        summary: one sentence: what is wrong.
        words: groups of words in lower case. A file whose text lacks all words of one group has nothing for this
            rule, so it need not be read; a word that begins with `\\b` is a pattern.
        check: finds the places in a file.
    """

    id: str
    name: str
    severity: Severity
    summary: str
    words: tuple[tuple[str, ...], ...]
    check: Check

    def may_be_in(self, lowered: str) -> bool:
        """Whether a text, given in lower case, has the words without which there is no finding."""
        return all(any(_has(lowered, word) for word in group) for group in self.words)


def _has(lowered: str, word: str) -> bool:
    return re.search(word, lowered) is not None if word.startswith("\\b") else word in lowered
