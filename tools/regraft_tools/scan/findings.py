"""What a scan gives: findings, and problems with files."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.IntEnum):
    """How much a finding matters, if it is right."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """As options and reports call it."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> Severity:
        """The severity of that word.

        Raises:
            KeyError: there is none.
        """
        return cls[word.upper()]


@dataclass(frozen=True, order=True)
class Finding:
    """A place that a rule warns of.

    Attributes:
        path: the file, as the user named it or the directory it is in.
        line: from 1.
        column: from 1, in characters.
        rule: the id of the rule, "RG304".
        severity: of this finding; it may be less than the rule's.
        message: one sentence about this place.
        end_line, end_column: where the place ends; the column is the first after it.
        source: the line of the file, without blanks around it.
        about: names of covered modules that it is about, such as "ssl.HAS_ALPN", if they decide what to write instead.
    """

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    end_line: int = 0
    end_column: int = 0
    source: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Problem:
    """A file that could not be looked at, or not all of it.

    Attributes:
        path: the file.
        line: where, from 1; 0 means the whole file.
        message: what was wrong, and what was done about it.
    """

    path: str
    line: int
    message: str


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    Attributes:
        findings: in the order of the lines; without those that comments suppress.
        problems: what could not be read.
        suppressed: how many findings comments suppress.
        read: whether the file was looked into; False for one that has none of the words that findings need.
    """

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    suppressed: int = 0
    read: bool = False
