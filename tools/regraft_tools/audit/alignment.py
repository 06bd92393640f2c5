"""Aligned again: all that a new release of Python, or of OpenSSL, asks for, in one command each."""

from __future__ import annotations

import argparse
import dataclasses
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regraft_tools import debian, environments, interpreters, openssls, testing
from regraft_tools.audit import checklist, comparison, gates, report, storage, taking, waivers
from regraft_tools.audit.comparison import Drift, Kind
from regraft_tools.audit.waivers import Against
from regraft_tools.conformance import expectations, homes, records, session, suites
from regraft_tools.conformance import report as suite_report
from regraft_tools.interpreters import Interpreter

SUITES = ("test_ssl", "test_hashlib", "test_hmac", "test_random", "test_secrets")  # of the covered modules
DATA = Path("tests", "conformance")  # in the checkout


class NotPossible(RuntimeError):
    """What was named cannot be worked with; the message tells why."""


@dataclasses.dataclass
class Findings:
    """What a look at a new release gave.

    Attributes:
        version: of the release: `3.16.0`, `4.0.3`.
        drifts: what it has otherwise than the release that was the reference so far.
        lacking: what regraft lacks of it.
        broken: how many tests failed.
        not_done: what could not be done, and why.
    """

    version: str
    drifts: list[Drift] = dataclasses.field(default_factory=list)
    lacking: list[Drift] = dataclasses.field(default_factory=list)
    broken: int = 0
    not_done: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_aligned(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.drifts or self.lacking or self.broken or self.not_done)

    def lament(self, sentence: str) -> None:
        """Keeps and tells what could not be done."""
        self.not_done.append(sentence)
        print("NOT DONE: %s" % sentence, flush=True)


def head(text: str) -> None:
    """Prints a heading."""
    print("\n== %s" % text, flush=True)


# ---- Python -------------------------------------------------------------------


def run_new_python(options: argparse.Namespace) -> int:
    """Snapshot, drift, build, what regraft lacks, own suites, checklist; 1 if something is left to do.

    Raises:
        taking.NotTaken: it is no interpreter.
    """
    subject = taking.of_path(options.python)
    new = taking.take(subject)
    if "regraft" in new["interpreter"]:
        raise NotPossible("%s has regraft enabled: its own modules are what is asked for" % options.python)
    reference = _open_reference(options.reference)
    found = Findings(new["interpreter"]["version"])
    level = new["interpreter"]["level"]
    print("Python %s%s with %s, against %s with %s" % (
        found.version, "" if level == "final" else " (%s)" % level, new["interpreter"]["openssl"], reference["interpreter"]["version"],
        reference["interpreter"]["openssl"]))
    found.drifts = tell_drift(reference, new)
    interpreter = _build(found, options.python, new)
    if interpreter is not None and not options.no_suites:
        run_suites(found, interpreter)
    steps = checklist.of_python(found.version, options.python, _names(found), reference["interpreter"]["version"])
    return close(found, steps)


def _open_reference(name: str) -> dict[str, Any]:
    return storage.load(Path(name)) if name.endswith(".json") else storage.recorded(name)


def tell_drift(reference: dict[str, Any], new: dict[str, Any]) -> list[Drift]:
    """Prints what a new release has otherwise than the reference, names and defaults."""
    drifts = [each for each in comparison.compare_interfaces(reference, new) if not waivers.is_incidental(each)]
    head("The interface: %d differences" % len(drifts))
    for title, kinds in (("new", {Kind.EXTRA}), ("gone", {Kind.MISSING}), ("changed", set(Kind) - {Kind.EXTRA, Kind.MISSING})):
        rows = [each for each in drifts if each.kind in kinds]
        if rows:
            print("%s:" % title)
            print("\n".join(report.table(rows)), flush=True)
    upstream = storage.recorded(storage.DEFAULTS)
    changed = comparison.compare_defaults(upstream, new)
    head("The defaults, against those of %s: %d differences" % (storage.DEFAULTS, len(changed)))
    if new["interpreter"]["suites"] != "python":
        print("This build was configured with --with-ssl-default-suites=%s: ciphers and versions are not upstream's."
              % new["interpreter"]["suites"])
    print("\n".join(report.table(changed)) or "none", flush=True)
    return drifts + changed


def _build(found: Findings, python: str, new: dict[str, Any]) -> Interpreter | None:
    """Builds regraft for the interpreter, and prints what that lacks of the interpreter's own modules."""
    head("regraft on it")
    try:
        interpreter = interpreters.at(Path(python))
        if not interpreter.has_headers:
            raise LookupError("%s has no Python.h: install its development files" % interpreter)
        environment = environments.ensure(interpreter, "audit")
        grafted = gates.take_grafted(taking.of_environment(environment))
    except (LookupError, environments.BuildFailed, taking.NotTaken) as error:
        found.lament("regraft was not tried on it: %s" % error)
        return None
    known = [storage.recorded(storage.OLDEST), storage.recorded(storage.API)]
    drifts = comparison.compare_interfaces(new, grafted, beside=known)
    changed = comparison.compare_defaults(new, grafted, lenient=True)
    rows = waivers.load()
    verdicts = (waivers.judge(drifts, rows, Against.REFERENCE, grafted),
                waivers.judge(changed, rows, Against.STOCK, grafted))
    found.lacking = [drift for each in verdicts for drift in each.unexplained]
    print("%d drifts from its own interface and defaults without a waiver, %d with one" % (
        len(found.lacking), sum(len(each.explained) for each in verdicts)))
    print("\n".join(report.table(found.lacking)), flush=True)
    return interpreter


def run_suites(found: Findings, interpreter: Interpreter) -> None:
    """Runs the interpreter's own suites of the covered modules, with regraft."""
    head("Its own suites, with regraft")
    if not session.has_suites(interpreter):
        found.lament("its suites were not run: %s has no test package; install libpython%s-testsuite (Debian), or "
                     "build it from source" % (interpreter, interpreter.series))
        return
    data = environments.checkout() / DATA
    like = interpreter.series if interpreter.series in suites.known_series() else suites.known_series()[-1]
    if like != interpreter.series:
        print("There are no lists for %s yet; those of %s stand in" % (interpreter.series, like))
    chosen = [dataclasses.replace(each, series=interpreter.series) for each in suites.choose(like, SUITES)]
    with tempfile.TemporaryDirectory(prefix="regraft-alignment-") as folder:
        room = Path(folder).resolve()
        try:
            here = session.Session(
                interpreter, homes.make_stock(interpreter, room / "stock"),
                homes.make_grafted(interpreter, room / "grafted"),
                records.load(data / "stock", interpreter.version, session.ask_openssl(interpreter)),
                expectations.load(data / "expectations", like),
            )
        except homes.HomeError as error:
            found.lament("its suites were not run: %s" % error)
            return
        judged = here.judge(chosen, lambda each: print("%s: %s" % (
            each.suite, "PROBLEMS" if each.problems else "as it should be"), flush=True))
    print(suite_report.make_table(interpreter.version, judged))
    for each in judged:
        for finding in each.problems:
            print(suite_report.describe_problem(interpreter.version, each.suite, finding))
    found.broken = sum(len(each.problems) for each in judged)


def _names(found: Findings) -> list[str]:
    return [each.path for each in found.lacking if each.kind is Kind.MISSING and not waivers.is_incidental(each)]


def close(found: Findings, steps: Sequence[checklist.Step]) -> int:
    """Prints the checklist; the exit status."""
    head("What a person has to do next")
    print(checklist.write(steps))
    print("\n%s: %d drifts, %d without a counterpart in regraft, %d failures of tests, %d things not done" % (
        found.version, len(found.drifts), len(found.lacking), found.broken, len(found.not_done)), flush=True)
    return 0 if found.is_aligned else 1


# ---- OpenSSL ------------------------------------------------------------------


def find_openssl(name: str) -> openssls.Release:
    """The release that a word of the command line means: a name such as `openssl-4.0`, or a directory.

    Raises:
        NotPossible: it means none.
    """
    for each in openssls.RELEASES:
        if name == each.name or each.series and name.startswith(each.name + "."):
            return each
    folder = Path(name)
    header = folder / "include" / "openssl" / "opensslv.h"
    if not header.is_file():
        raise NotPossible("%s is neither %s nor a directory with include/openssl/opensslv.h" % (
            name, ", ".join(each.name for each in openssls.RELEASES)))
    if not list(folder.glob("lib*/**/libssl.so")):
        raise NotPossible("%s has no libssl.so in lib or lib64: build it with shared libraries" % name)
    version = re.search(r'OPENSSL_VERSION_TEXT\s+"OpenSSL (\S+)', header.read_text("utf-8", "replace"))
    return openssls.Release(version.group(1) if version else "unknown", folder=folder.resolve())


def run_new_openssl(options: argparse.Namespace) -> int:
    """Build, snapshot, drift from the system's OpenSSL, gates, our own tests, checklist; 1 if something is left to do.

    Raises:
        NotPossible: there is no such OpenSSL.
    """
    release = find_openssl(options.openssl)
    folder = openssls.prefix(release)
    search = interpreters.search(options.series or openssls.SERIES)
    if not search.found:
        raise LookupError("no interpreter to try it on")
    found = Findings(release.name)
    for interpreter in search.found:
        _try_openssl(found, interpreter, release, folder)
        if not options.no_tests and not found.not_done:
            _test_openssl(found, interpreter, release)
    return close(found, checklist.of_openssl(
        found.version, options.openssl, release.name, folder, release in openssls.RELEASES))


def _try_openssl(found: Findings, interpreter: Interpreter, release: openssls.Release, folder: Path | None) -> None:
    head("%s on %s" % (release.name, interpreter))
    try:
        with openssls.using(None):
            before = gates.take_grafted(taking.of_environment(
                environments.ensure(interpreter, "tests", packages=testing.PACKAGES)))
        with openssls.using(folder):
            environment = environments.ensure(interpreter, release.name, packages=testing.PACKAGES)
        found.version = openssls.confirm(environment, folder)
        after = gates.take_grafted(taking.of_environment(environment))
        result = gates.audit_environment(environment, waivers.load())
    except (environments.BuildFailed, openssls.WrongOpenSSL, debian.Unavailable, taking.NotTaken) as error:
        found.lament("%s on Python %s: %s" % (release.name, interpreter.version, error))
        return
    print("%s, where the system has %s" % (found.version, before["interpreter"]["openssl"]))
    for word, one, other in (("gained", after, before), ("lost", before, after)):
        names = [name for name, has in sorted(one["interpreter"]["capabilities"].items())
                 if has and not other["interpreter"]["capabilities"].get(name)]
        print("capabilities %s: %s" % (word, ", ".join(names) or "none"))
    drifts = comparison.compare_interfaces(before, after) + comparison.compare_defaults(before, after)
    print("%d differences of names and defaults" % len(drifts))
    print("\n".join(report.table(drifts)), flush=True)
    print(report.describe(result), flush=True)
    found.drifts += drifts
    for verdict in result.verdicts.values():
        found.lacking += verdict.unexplained
        for each in verdict.problems:
            found.lament(each)


def _test_openssl(found: Findings, interpreter: Interpreter, release: openssls.Release) -> None:
    head("Our own tests on %s with %s" % (interpreter, release.name))
    with tempfile.TemporaryDirectory(prefix="regraft-openssl-") as folder:
        certificates = testing.make_certificates(Path(folder))
        finished = openssls.run(
            openssls.Job(interpreter, release, release), testing.with_paths([], openssls.DIRECTORIES), certificates,
            Path(folder))
        testing.show(finished)
        found.broken += finished.row.failed
        testing.close([finished], shown=True)
