"""The report for people: findings by file, at the end what to write instead, readable at 80 columns."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from regraft_tools.scan import suggestions
from regraft_tools.scan.findings import Finding, Severity
from regraft_tools.scan.reports.summary import Summary
from regraft_tools.scan.rules import RULES

_STYLES = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}
WIDTH = 80  # columns, where there is no terminal
_LONGEST = 160  # characters that are shown of a line


def write(summary: Summary, console: Console, recipes: bool, statistics: bool) -> None:
    """Prints a report."""
    path = None
    for each in summary.findings:
        if each.path != path:
            path = each.path
            console.print()
            console.print(Text(printable(path), style="bold"), soft_wrap=True)
        _finding(each, console)
    if recipes and summary.findings and not suggestions.missing():
        _recipes(summary, console)
    if statistics:
        _statistics(summary, console)
    if summary.findings or summary.problems:
        console.print()
    for problem in summary.problems:
        where = "%s:%d" % (problem.path, problem.line) if problem.line else problem.path
        console.print(Text(printable("%s: %s" % (where, problem.message))), soft_wrap=True)
    console.print(Text(closing_line(summary)), soft_wrap=True)


def printable(text: str) -> str:
    """A text of others as it may go to a terminal: names of files and sources must not move the cursor there."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text.expandtabs(4))


def closing_line(summary: Summary) -> str:
    """What it came to, in one line."""
    parts = ["%s in %s" % (_count(len(summary.findings), "finding"), _count(summary.files, "file"))]
    if summary.suppressed:
        parts.append("%d suppressed by comments" % summary.suppressed)
    if summary.problems:
        parts.append("%s not read, or not wholly" % _count(len({each.path for each in summary.problems}), "file"))
    return ", ".join(parts)


def _count(number: int, word: str) -> str:
    return "%d %s%s" % (number, word, "" if number == 1 else "s")


def _finding(finding: Finding, console: Console) -> None:
    place = "%d:%d" % (finding.line, finding.column)
    head = Text.assemble(
        ("  %-8s " % place, "dim"), ("%s " % finding.rule, "bold"),
        ("%-6s " % finding.severity.word, _STYLES[finding.severity]),
    )
    message = textwrap.wrap(printable(finding.message), max(console.width - 25, 30))
    console.print(head + Text(message[0]), soft_wrap=True)
    for each in message[1:]:
        console.print(Text(" " * 25 + each), soft_wrap=True)
    source = printable(finding.source)
    shown = source if len(source) <= _LONGEST else source[:_LONGEST] + " …"
    room = max(console.width - 12, 30)
    for each in textwrap.wrap(shown, room, break_on_hyphens=False) or [""]:
        console.print(Text(" " * 11 + each, style="dim"), soft_wrap=True)


def _recipes(summary: Summary, console: Console) -> None:
    console.print()
    console.print(Text("What to write instead", style="bold underline"))
    done: set[str] = set()
    for rule, found in summary.suggestions().items():
        console.print()
        for each in textwrap.wrap("%s %s" % (rule, RULES[rule].summary), console.width):
            console.print(Text(each, style="bold"), soft_wrap=True)
        for suggestion in found:
            if suggestion.name in done:
                console.print(Text("  as above, feature %s" % suggestion.feature))
                continue
            done.add(suggestion.name)
            said = "feature %s: %s" % (suggestion.feature, suggestion.defends)
            for each in textwrap.wrap(said, console.width, initial_indent="  ", subsequent_indent="  "):
                console.print(Text(each), soft_wrap=True)
            if console.is_terminal:
                console.print(Padding(Syntax(suggestion.recipe.rstrip(), "python", background_color="default"),
                                      (0, 0, 0, 4)))
            else:
                console.print(Text(textwrap.indent(suggestion.recipe.rstrip(), "    ")), soft_wrap=True)


def _statistics(summary: Summary, console: Console) -> None:
    console.print()
    console.print(Text("rule   high  medium  low  what", style="bold"))
    for rule, counts in summary.counts().items():
        numbers = [counts[each] for each in ("high", "medium", "low")]
        console.print(Text("%s %5d %7d %4d  %s" % (rule, *numbers, RULES[rule].name)), soft_wrap=True)
    console.print(Text("%d of %d files had words that findings need, and were read" % (summary.read, summary.files)))
