"""The command line of `regraft-tools audit`."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from regraft_tools import audit, debian, environments, interpreters, openssls, reference, tally, testing
from regraft_tools.audit import alignment, comparison, gates, profiles, report, storage, stubs, taking, waivers
from regraft_tools.audit.waivers import Against

AT_A_TIME = 2
_TROUBLES = (
    taking.NotTaken, storage.Unreadable, waivers.Malformed, environments.BuildFailed, interpreters.UnknownRequest,
    debian.Unavailable, reference.NotPossible, openssls.WrongOpenSSL, alignment.NotPossible, LookupError,
)


def main(arguments: Sequence[str]) -> int:
    """0 without drift, 1 with, 2 if it could not be done."""
    options = read_arguments(arguments)
    try:
        status = options.action(options)
        sys.stdout.flush()
        return status
    except _TROUBLES as error:
        print("regraft-tools audit: %s" % error, file=sys.stderr)
    except BrokenPipeError:
        # Whoever reads has seen enough; Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        # Not 1, which means drift.
        print("regraft-tools audit: %s" % error, file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, "%s: %s; --help tells more\n" % (self.prog, message))


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; without the name of an action the gates are meant, or with a path its drift."""
    parser = _Parser(
        prog="regraft-tools audit", description=audit.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    def add(name: str, action, summary: str, **options) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=summary, description=summary, **options)
        made.set_defaults(action=action)
        return made

    each = add("gates", run_gates, "interpreters with regraft, against the reference and against themselves without")
    each.add_argument("series", nargs="*", type=_series, metavar="SERIES", help="as 2.7; default: those of `make test`")
    each.add_argument("--all", action="store_true", help="every interpreter that is found")
    each.add_argument("--verbose", action="store_true", help="each drift that a row explains, too")
    each.add_argument("--json", action="store_true", help="for programs")

    each = add("drift", run_drift, "what one has otherwise than another")
    each.add_argument("which", help="an interpreter, a snapshot's file, or a recorded release such as 3.14.10")
    each.add_argument("measure", nargs="?", default=storage.API, help="the same; default %(default)s")
    each.add_argument("--defaults", action="store_true", help="of contexts, not of names")
    each.add_argument("--lost", action="store_true", help="only what users of the measure would miss")
    each.add_argument("--json", action="store_true", help="for programs")

    each = add("snapshot", run_snapshot, "the interface of an interpreter as data")
    each.add_argument("python", help="an interpreter")
    each.add_argument("--output", type=Path, metavar="FILE", help="a file to write; default: print it")

    each = add("record", run_record, "make the recorded snapshots of stock interpreters anew")
    each.add_argument("series", nargs="*", type=_series, metavar="SERIES", help="default: every one that is found; "
                      "%s are looked for in a system of their own" % " and ".join(reference.SERIES))

    each = add("new-python", alignment.run_new_python, "all that a new release of Python asks for")
    each.add_argument("python", help="its interpreter")
    each.add_argument("--reference", default=storage.API, metavar="RELEASE",
                      help="what it is compared with: a recorded release or a snapshot's file; default %(default)s")
    each.add_argument("--no-suites", action="store_true", help="do not run its own test suites")

    each = add("new-openssl", alignment.run_new_openssl, "all that a new release of OpenSSL asks for")
    each.add_argument("openssl", help="%s, or a directory with include and lib" % ", ".join(
        release.name for release in openssls.RELEASES))
    each.add_argument("series", nargs="*", type=_series, metavar="SERIES",
                      help="default %s" % " ".join(openssls.SERIES))
    each.add_argument("--no-tests", action="store_true", help="do not run our own tests")

    add("profiles", profiles.run, "releases as `run --as` shows them, against their recorded snapshots")

    add("stubtest", stubs.run, "mypy's stubtest of our modules against typeshed")

    words = list(arguments)
    if not words or words[0] not in (*actions.choices, "-h", "--help"):
        words.insert(0, "drift" if words and os.sep in words[0] else "gates")
    return parser.parse_args(words)


def _series(text: str) -> str:
    if not re.fullmatch(r"\d+\.\d+", text):
        raise argparse.ArgumentTypeError("%r is no series such as 2.7" % text)
    return text


def run_gates(options: argparse.Namespace) -> int:
    """Audits the interpreters that are chosen."""
    found = testing.choose(options.series, options.all)
    if not options.json:
        print(found.report(), flush=True)
    if not found.found:
        raise LookupError("no interpreter to audit")
    rows = waivers.load()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        results = list(pool.map(lambda each: gates.audit_interpreter(each, rows), found.found))
    for each in results:
        tally.record(report.make_row(each))
        if not options.json:
            print("\n" + report.describe(each, options.verbose))
    if options.json:
        print(json.dumps([report.as_data(each) for each in results], indent=1))
    else:
        print("\n" + report.closing_line(results))
    missing = bool(options.series and found.missing)  # what is asked for by name must be there
    return 0 if all(each.is_clean for each in results) and not missing else 1


def open_snapshot(name: str) -> dict[str, Any]:
    """The snapshot that a word of the command line means.

    Raises:
        storage.Unreadable: a file that is none.
        taking.NotTaken: an interpreter that gives none.
    """
    if re.fullmatch(r"\d+\.\d+\.\d+", name):
        return storage.recorded(name)
    if name.endswith(".json"):
        return storage.load(Path(name))
    return taking.take(taking.of_path(name))


def run_drift(options: argparse.Namespace) -> int:
    """Compares any two snapshots. The waivers hold where the one is regrafted and the other the reference."""
    subject, measure = open_snapshot(options.which), open_snapshot(options.measure)
    compare = comparison.compare_defaults if options.defaults else comparison.compare_interfaces
    drifts = compare(measure, subject, lenient=options.lost)
    explained = 0
    is_gate = not options.defaults and not options.lost and options.measure == storage.API
    if is_gate and "regraft" in subject["interpreter"]:
        oldest = storage.recorded(storage.OLDEST)
        drifts = comparison.compare_interfaces(measure, subject, beside=[oldest])
        verdict = waivers.judge(drifts, waivers.load(), Against.REFERENCE, subject)
        drifts, explained = list(verdict.unexplained), len(verdict.explained)
    if options.json:
        print(json.dumps([report.as_row(each) for each in drifts], indent=1))
    else:
        print("\n".join(report.table(drifts, "")) or "no drift")
        if explained:
            print("%d more are explained by tests/audit/waivers.toml" % explained)
    return 1 if drifts else 0


def run_snapshot(options: argparse.Namespace) -> int:
    """Writes the snapshot of one interpreter."""
    text = storage.dump(taking.take(taking.of_path(options.python)))
    if options.output:
        try:
            options.output.write_text(text, "utf-8")
        except OSError as error:
            raise storage.Unreadable("%s: %s" % (options.output, error.strerror)) from None
    else:
        print(text, end="")
    return 0


def run_record(options: argparse.Namespace) -> int:
    """Makes the files in `snapshots` anew."""
    wanted = options.series or [*interpreters.SUPPORTED_SERIES, *reference.SERIES]
    here = [each for each in wanted if each not in reference.SERIES]
    found = interpreters.search(here)
    subjects = [(taking.of_path(each.path), taking.SCRIPT) for each in found.found]
    for series in wanted:
        if series in reference.SERIES:
            command = reference.entering(reference.system(), ["python" + series])
            script = Path(reference.CHECKOUT) / taking.SCRIPT.relative_to(environments.checkout())
            subjects.append((taking.Subject("Debian's " + series, tuple(command), reference.variables()), script))
    for subject, script in subjects:
        snapshot = taking.take(subject, script)
        if "regraft" in snapshot["interpreter"]:
            raise taking.NotTaken("%s has regraft enabled; a stock interpreter is needed" % subject.title)
        path = storage.file_of(snapshot["interpreter"]["version"])
        path.write_text(storage.dump(snapshot), "utf-8")
        print(path.relative_to(environments.checkout()), flush=True)
    for series in found.missing:
        print("Python %s was not found" % series, file=sys.stderr)
    return 1 if found.missing else 0
