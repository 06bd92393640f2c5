"""The command line of `regraft-tools matrix`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from regraft_tools.matrix import jobs, results
from regraft_tools.matrix.jobs import Impossible, Plan
from regraft_tools.scan import suggestions

DONE, FAILED, WRONG = 0, 1, 2
_EPILOG = """\
exit status: 0 it is written, or no test failed; 1 (read) some test failed; 2 the command line is wrong, or a file is
missing, broken or cannot be written
"""


def main(arguments: Sequence[str]) -> int:
    """Writes jobs, or reads their results; the exit status."""
    parser = _parser()
    try:
        options = parser.parse_args(list(arguments))
        if not hasattr(options, "execute"):
            parser.error("say what to do: write or read")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else WRONG
    try:
        return options.execute(options)
    except BrokenPipeError:
        # Whoever reads has seen enough; Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (Impossible, suggestions.NoRegistry) as error:
        print("regraft-tools matrix: %s" % error, file=sys.stderr)
    except OSError as error:
        print("regraft-tools matrix: %s: %s" % (error.filename or "standard output", error.strerror), file=sys.stderr)
    return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="regraft-tools matrix", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Jobs for a CI service that run tests under releases of Python, and what they found as one table.",
    )
    commands = parser.add_subparsers(metavar="write|read")
    write = commands.add_parser("write", help="write the jobs")
    write.add_argument("service", choices=sorted(jobs.WRITERS))
    _add_matrix(write, required=True)
    write.add_argument("--install", default=jobs.INSTALL, metavar="COMMAND",
                       help="what installs the tests' needs (default: %(default)s)")
    write.add_argument("--tests", default="", metavar="ARGUMENTS", help="arguments for pytest, in one word")
    write.add_argument("--output", type=Path, metavar="FILE", help="write there instead of to standard output")
    write.set_defaults(execute=_write)
    read = commands.add_parser("read", help="read the JUnit files of the jobs")
    read.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a directory with *.xml in it")
    _add_matrix(read, required=False)
    read.add_argument("--all", action="store_true", help="list tests that do the same everywhere, too")
    read.set_defaults(execute=_read)
    return parser


def _add_matrix(parser: argparse.ArgumentParser, required: bool) -> None:
    said = "" if required else ", to have it said if a file of theirs is missing"
    parser.add_argument("--as", dest="releases", type=_words, required=required, default=[], metavar="RELEASES",
                        help="the releases, with commas: 2.7.6,2.7.9,newest%s" % said)
    parser.add_argument("--host", dest="hosts", type=_words, default=["2.7"], metavar="VERSIONS",
                        help="the interpreters, with commas: 2.7,3.6 (default: 2.7)")


def _words(given: str) -> list[str]:
    return list(dict.fromkeys(given.replace(",", " ").split()))


def _write(options: argparse.Namespace) -> int:
    planned = Plan(jobs.plan(options.releases, options.hosts), options.install, options.tests)
    text = jobs.WRITERS[options.service](planned)
    if options.output is None:
        print(text, end="", flush=True)
    else:
        options.output.write_text(text, encoding="utf-8")
    return DONE


def _read(options: argparse.Namespace) -> int:
    expected = [each.report for each in jobs.plan(options.releases, options.hosts)] if options.releases else []
    found = results.read(options.paths, expected)
    if found.cells:
        console = Console(width=None if sys.stdout.isatty() else results.WIDTH, highlight=False, markup=False)
        results.write(found, console, options.all)
        sys.stdout.flush()
    for each in found.faults:
        print("regraft-tools matrix: %s" % each, file=sys.stderr)
    if found.faults:
        return WRONG
    return FAILED if found.failed else DONE
