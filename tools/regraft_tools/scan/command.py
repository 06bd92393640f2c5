"""The command line of the scanner."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import TextIO

from rich.console import Console

from regraft_tools.scan import scanning, suggestions
from regraft_tools.scan.findings import Severity
from regraft_tools.scan.reports import records, sarif, text
from regraft_tools.scan.reports.summary import Summary
from regraft_tools.scan.rules import RULES

NOTHING_FOUND, FOUND, WRONG_USAGE = 0, 1, 2

_EPILOG = """\
exit status: 0 nothing is found, 1 something is, 2 the command line is wrong, what it names could not be
read, or the report not be written

A comment `# regraft: ignore[RG304] reason` on a line, or alone above it, suppresses findings there.
"""


def main(arguments: Sequence[str]) -> int:
    """Scans what the command line names; the exit status."""
    parser = _parser()
    try:
        options = parser.parse_args(list(arguments))
        if options.list_rules:
            return _list_rules(sys.stdout)
        if not options.paths:
            parser.error("name a file or a directory")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else WRONG_USAGE
    if suggestions.missing():
        print("regraft-tools scan: %s" % suggestions.missing(), file=sys.stderr)
    summary = Summary(named=options.paths)
    least = Severity.named(options.min_severity)
    try:
        for _, outcome in scanning.scan(options.paths, _selected(options), options.exclude, options.processes):
            summary.add(outcome, [each for each in outcome.findings if each.severity >= least])
    except scanning.Ended as error:
        print("regraft-tools scan: %s" % error, file=sys.stderr)
        return WRONG_USAGE
    try:
        _write(options, summary)
    except BrokenPipeError:
        # Whoever reads has seen enough; Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print("regraft-tools scan: cannot write the report: %s" % error, file=sys.stderr)
        return WRONG_USAGE
    if summary.findings:
        return FOUND
    return NOTHING_FOUND if summary.is_whole else WRONG_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="regraft-tools scan", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Finds weak TLS, hashes and tokens, and version checks where a feature is meant, in sources of "
        "Python 2.7 and 3.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file, or a directory with all that is in it")
    parser.add_argument("--format", choices=["text", "json", "sarif"], default="text")
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")
    parser.add_argument("--select", type=_rules, metavar="RULES", help="only these rules: RG304,RG5 (RG5: all of RG5xx)")
    parser.add_argument("--ignore", type=_rules, default=frozenset(), metavar="RULES", help="all but these rules")
    parser.add_argument("--min-severity", choices=[each.word for each in Severity], default="low",
                        help="leave out what is below")
    parser.add_argument("--exclude", action="append", type=_pattern, default=[], metavar="PATTERN",
                        help="leave out files and directories of that name, with * and ?; may be repeated")
    parser.add_argument("--no-recipes", dest="recipes", action="store_false",
                        help="do not print what to write instead")
    parser.add_argument("--statistics", action="store_true", help="print how many findings each rule has")
    parser.add_argument("--processes", type=_positive, metavar="NUMBER",
                        help="how many work at a time (as many as there are processors)")
    parser.add_argument("--list-rules", action="store_true", help="print the rules, and scan nothing")
    return parser


def _rules(given: str) -> frozenset[str]:
    """The rules that an option names, whole or by the beginning of their ids."""
    found: set[str] = set()
    for each in given.upper().replace(" ", "").split(","):
        matching = {rule for rule in RULES if each and rule.startswith(each)}
        if not matching:
            raise argparse.ArgumentTypeError("there is no rule %r; --list-rules prints them" % each)
        found |= matching
    return frozenset(found)


def _pattern(given: str) -> str:
    if not PurePath(given).parts:
        raise argparse.ArgumentTypeError("%r is no pattern" % given)
    return given


def _positive(given: str) -> int:
    if not given.isdecimal() or not int(given):
        raise argparse.ArgumentTypeError("%r is not a number from 1" % given)
    return int(given)


def _selected(options: argparse.Namespace) -> frozenset[str]:
    wanted = frozenset(RULES) if options.select is None else options.select
    return frozenset(wanted - options.ignore)


def _list_rules(stream: TextIO) -> int:
    for rule in RULES.values():
        print("%s %-6s %s" % (rule.id, rule.severity.word, rule.name), file=stream)
    return NOTHING_FOUND


def _write(options: argparse.Namespace, summary: Summary) -> None:
    if options.output is None:
        if sys.stdout is None:
            raise OSError("there is no standard output")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # names of files and sources have any characters
        _write_to(options, summary, sys.stdout)
        sys.stdout.flush()
        return
    with open(options.output, "w", encoding="utf-8") as stream:
        _write_to(options, summary, stream)


def _write_to(options: argparse.Namespace, summary: Summary, stream: TextIO) -> None:
    if options.format == "json":
        records.write(summary, stream)
    elif options.format == "sarif":
        sarif.write(summary, stream)
    else:
        console = Console(file=stream, highlight=False, width=None if stream.isatty() else text.WIDTH)
        text.write(summary, console, options.recipes, options.statistics)
