"""The command line; `python -m regraft_tools.conformance run --help` tells the rest."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import debian, environments, interpreters, tally
from regraft_tools.conformance import (
    emulated, expectations, homes, records, reference, report, session, suites, translated,
    translation,
)
from regraft_tools.conformance.judgement import Judgement, Verdict
from regraft_tools.conformance.reference import Reference
from regraft_tools.interpreters import Interpreter

DATA = Path("tests", "conformance")  # in the checkout


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; 0 if all is as it should be, 1 if not, 2 if it could not be done."""
    options = _read_arguments(arguments)
    try:
        return options.action(options)
    except (environments.BuildFailed, homes.HomeError, expectations.ExpectationsError,
            interpreters.UnknownRequest, debian.Unavailable, translation.NotTranslatable, LookupError) as error:
        print(error, file=sys.stderr)
        return 2


def _read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m regraft_tools.conformance")
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="run the interpreters' own suites with regraft")
    which = run.add_mutually_exclusive_group()
    which.add_argument(
        "--all", action="store_true", help="of every series that has a list and is here",
    )
    which.add_argument(
        "--python", nargs="+", metavar="SERIES", choices=suites.known_series(),
        help="of %%(choices)s; default %s, as far as they are here" % " ".join(suites.DEFAULT_SERIES),
    )
    run.add_argument("--suite", nargs="+", metavar="NAME", help="as test_ssl or test_asyncio; default all")
    run.add_argument(
        "--stock", action="store_true",
        help="measure the interpreter without regraft, and record it as data",
    )
    run.add_argument(
        "--tree", action="store_true",
        help="in a copy of the interpreter whose standard library graft-tree has changed",
    )
    run.add_argument("--update-report", type=Path, metavar="FILE", help="JSON, made or updated")
    run.add_argument("--verbose", action="store_true", help="name every listed deviation")
    run.set_defaults(action=_run)
    newer = commands.add_parser(
        "translated", help="run suites of a newer Python, translated, on 2.7 with regraft"
    )
    newer.add_argument(
        "--reference", type=Path, metavar="PATH",
        help="a directory lib/python3.X with test suites; default: Debian's 3.15, fetched when needed",
    )
    newer.add_argument(
        "--here", action="store_true",
        help="fetch nothing: run the newest reference that is here, if there is one",
    )
    newer.add_argument("--suite", nargs="+", metavar="NAME", help="as test_ssl; default all")
    newer.add_argument("--update-report", type=Path, metavar="FILE", help="JSON, made or updated")
    newer.add_argument("--verbose", action="store_true", help="name every listed deviation")
    newer.set_defaults(action=_run_translated)
    older = commands.add_parser("emulated", help="run suites of 2.7 with regraft, as it emulates an older release")
    older.add_argument(
        "--as", dest="releases", nargs="+", metavar="RELEASE", choices=sorted(emulated.MODULES),
        default=sorted(emulated.MODULES), help="of %(choices)s; default all",
    )
    older.add_argument("--suite", nargs="+", metavar="NAME", help="as test_ssl; default all")
    older.add_argument("--update-report", type=Path, metavar="FILE", help="JSON, made or updated")
    older.add_argument("--verbose", action="store_true", help="name every listed deviation")
    older.set_defaults(action=_run_emulated)
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> int:
    data = environments.checkout() / DATA
    wanted = suites.known_series() if options.all else options.python or suites.DEFAULT_SERIES
    search = interpreters.search(wanted)
    for series in search.missing:
        print("Python %s was not found." % series, file=sys.stderr)
    if "2.7" in search.missing:
        print(interpreters.HOW_TO_GET_27, file=sys.stderr)
    # What was asked for by name must be run; what is run by itself is run as far as it is here.
    wrong = bool(options.python and search.missing)
    judged: list[Judgement] = []
    for interpreter in search.found:
        chosen = suites.choose(interpreter.series, options.suite)
        if not chosen:
            continue
        if not session.has_suites(interpreter):
            print("%s has no test package: install libpython%s-testsuite (Debian), or use a "
                  "Python of pyenv" % (interpreter, interpreter.series), file=sys.stderr)
            wrong = True
            continue
        with tempfile.TemporaryDirectory(prefix="regraft-homes-") as room:
            here = _prepare(interpreter, Path(room).resolve(), data, options.stock, options.tree)
            if options.stock:
                wrong |= not _measure(here, chosen, data / "stock")
            else:
                judged += _judge(here, chosen, options)
    if not options.stock:
        print("\n".join(report.summarise(judged)))
    return 1 if wrong or any(each.problems for each in judged) else 0


def _prepare(
    interpreter: Interpreter, room: Path, data: Path, only_stock: bool, tree: bool = False
) -> session.Session:
    openssl = session.ask_openssl(interpreter)
    record = records.load(data / "stock", interpreter.version, openssl)
    make = homes.make_tree if tree else homes.make_grafted
    if only_stock and record.provenance.get("openssl") != openssl:
        record = records.Record()  # a record is of one OpenSSL
    return session.Session(
        interpreter,
        homes.make_stock(interpreter, room / "stock"),
        None if only_stock else make(interpreter, room / "grafted"),
        record,
        expectations.load(data / "expectations", interpreter.series),
    )


def _measure(here: session.Session, chosen: Sequence[suites.Suite], directory: Path) -> bool:
    troubles = here.measure(chosen, lambda line: print(line, flush=True))
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    if here.record.suites:
        print("recorded in %s" % records.save(directory, here.record))
    return not troubles


def _judge(
    here: session.Session, chosen: Sequence[suites.Suite], options: argparse.Namespace
) -> list[Judgement]:
    version = here.interpreter.version
    known = here.record.provenance
    if known:
        print("%s without regraft: as measured on %s with %s"
              % (version, known["measured"], known["openssl"]))

    return _tell(here, chosen, version, options)


def _run_translated(options: argparse.Namespace) -> int:
    search = interpreters.search([translated.HOST])
    if not search.found:
        print(interpreters.HOW_TO_GET_27, file=sys.stderr)
        return 2
    if options.reference is not None:
        source = Reference(options.reference)
    elif options.here:
        try:
            source = reference.find()
        except reference.NoReference as error:
            print("Not run: %s." % error)
            tally.record(tally.Row("%s translated suites" % translated.HOST, note="not run: %s" % error))
            return 0
    else:
        source = reference.fetch()
    data = environments.checkout() / DATA
    kept = environments.directory() / "translations"
    with tempfile.TemporaryDirectory(prefix="regraft-translated-") as folder:
        room = Path(folder).resolve()
        site = translated.site_packages(search.found[0])
        chosen = translated.suites(source, room, options.suite or (), kept=kept, site=site)
        here = translated.begin(search.found[0], source, room, data)
        title = "%s as %s" % (here.interpreter.version, source.series)
        judged = _tell(here, chosen, title, options)
    print("\n".join(report.summarise(judged)))
    return 1 if any(each.problems for each in judged) else 0


def _run_emulated(options: argparse.Namespace) -> int:
    search = interpreters.search([emulated.HOST])
    if not search.found:
        print(interpreters.HOW_TO_GET_27, file=sys.stderr)
        return 2
    judged: list[Judgement] = []
    for release in options.releases:
        chosen = emulated.suites_of(release, options.suite or ())
        with tempfile.TemporaryDirectory(prefix="regraft-emulated-") as folder:
            data = environments.checkout() / DATA
            here = emulated.begin(search.found[0], release, Path(folder).resolve(), data)
            judged += _tell(here, chosen, "%s as %s" % (here.interpreter.version, release), options)
    print("\n".join(report.summarise(judged)))
    return 1 if not judged or any(each.problems for each in judged) else 0


def _tell(
    here: session.Session, chosen: Sequence[suites.Suite], version: str,
    options: argparse.Namespace,
) -> list[Judgement]:
    """Judges suites and prints what was found; `version` is what the table is headed with."""
    def tell(found: Judgement) -> None:
        state = "PROBLEMS" if found.problems else "as it should be"
        print("%s %s: %s" % (version, found.suite, state), flush=True)

    judged = here.judge(chosen, tell)
    print("\n" + report.make_table(version, judged))
    for each in judged:
        for test in each.retried:
            print("%s %s %s passed on the second attempt" % (version, each.suite, test))
        for finding in each.findings:
            if finding.verdict.is_problem:
                print(report.describe_problem(version, each.suite, finding))
            elif options.verbose and finding.row and finding.verdict is not Verdict.PASSED:
                print(report.describe_listed(each.suite, finding))
    tally.record(report.make_row(version, judged))
    if options.update_report:
        report.update(options.update_report, {"interpreter": version}, judged)
    return judged


if __name__ == "__main__":
    sys.exit(main())
