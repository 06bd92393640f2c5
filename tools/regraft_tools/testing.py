"""Runs our own tests: `python -m regraft_tools.testing NAME|grafted [ARGUMENT …]`.

house, tools, x509, differential, peers, wheels, bundle, graft_trials
    tests/house, tests/tools and tests/conformance, or the directory of that name, in the Python of
    these tools.
grafted
    the tests of the runtime, in an environment of each interpreter in which `ssl` is regraft's.
    Arguments such as `2.7` choose interpreters (default: 2.7, 3.6, 3.9, 3.13; `--all`: every one
    that is found); the others go to pytest, and paths among them replace the directories.

Two interpreters are served at a time; the output of each is printed when it is done.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import environments, interpreters, tally
from regraft_tools.interpreters import Interpreter, Search
from regraft_tools.tally import Row

HERE = {
    "house": ("tests/house",), "tools": ("tests/tools", "tests/conformance"),
    "x509": ("tests/x509",), "differential": ("tests/differential",),
    "peers": ("tests/peers",), "wheels": ("tests/wheels",), "bundle": ("tests/bundle",),
    "graft_trials": ("tests/graft_trials",),
}
# Tests that mostly wait for processes of their own: files side by side, as a file's tests share what is dear.
SIDE_BY_SIDE = {name: ("-n", "auto", "--dist", "loadfile") for name in ("tools", "bundle")}
# What interrupts programs at many places, or runs suites of others: seconds after which even that hangs.
LONG = {"wheels": 3600, "bundle": 3600, "graft_trials": 4 * 3600}
PACKAGES = ("hypothesis", "pytest")  # what our own tests need of others
DIRECTORIES = ("tests/unit", "tests/wire", "tests/startup", "tests/profiles", "tests/plugin", "tests/leaks",
               "tests/graft")
CERTIFICATES_VARIABLE = "REGRAFT_TEST_CERTS"
VECTORS_VARIABLE = "REGRAFT_TEST_VECTORS"
REFERENCE_VARIABLE = "REGRAFT_TEST_REFERENCE"
# What a person sets for tests that need more than there always is: a FIPS provider, five gigabytes' patience, luck.
HANDED_ON = ("REGRAFT_TEST_FIPS", "REGRAFT_TEST_HUGE", "REGRAFT_TEST_RANDOM")
REFERENCE = "3.13"  # the series whose answers are taken for right
AT_A_TIME = 4  # they wait for processes, sockets and time-outs more than they compute
NO_TESTS = 5  # exit status of pytest
LONGEST = 1200  # seconds for one interpreter; a run that takes longer hangs


@dataclass(frozen=True)
class Finished:
    """A run of pytest that has ended: its row and all that it printed."""

    row: Row
    output: str


def run_here(name: str, arguments: Sequence[str]) -> bool:
    """Runs tests of the tools' own Python; whether all is well."""
    title = "%s %s" % (interpreters.own().version, name)
    with tempfile.TemporaryDirectory(prefix="regraft-tests-") as folder:
        finished = run_pytest(
            [sys.executable, "-m", "pytest", *SIDE_BY_SIDE.get(name, ())], title, with_paths(arguments, HERE[name]),
            dict(os.environ), Path(folder), LONG.get(name),
        )
    return close([finished])


def run_grafted(arguments: Sequence[str]) -> bool:
    """Runs the runtime's tests on the interpreters that the arguments choose."""
    series = [each for each in arguments if re.fullmatch(r"\d+\.\d+", each)]
    rest = [each for each in arguments if each not in series and each != "--all"]
    found = choose(series, everything="--all" in arguments)
    print(found.report(), flush=True)
    root = environments.checkout()
    rest = with_paths(
        rest, [each for each in DIRECTORIES if any((root / each).glob("test_*.py"))]
    )
    with tempfile.TemporaryDirectory(prefix="regraft-tests-") as folder:
        certificates = make_certificates(Path(folder))
        finished = []
        with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
            jobs = [
                pool.submit(_run_on, each, rest, certificates, Path(folder))
                for each in found.found
            ]
            for job in as_completed(jobs):
                finished.append(job.result())
                show(finished[-1])
    return bool(finished) and close(finished, shown=True)


def make_certificates(folder: Path) -> Path:
    """Makes the throw-away certificates of a run; their directory, in the one given."""
    target = folder / "certificates"
    subprocess.run(
        [sys.executable, "-m", "regraft_tools.certificates", str(target)], check=True,
        stdout=subprocess.DEVNULL,
    )
    return target


def with_paths(arguments: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Arguments for pytest: the usual paths come first unless there are others among them."""
    root = environments.checkout()
    named = any((root / each.split("::")[0]).exists() for each in arguments)
    return [*([] if named else usual), *arguments]


def choose(series: Sequence[str], everything: bool = False) -> Search:
    """The interpreters of a run. With no 2.7 among them the oldest one found stands in for it."""
    if series:
        return interpreters.search(series)
    found = interpreters.search()
    if everything or not found.found:
        return found
    wanted = interpreters.DEFAULT_SERIES
    chosen = [
        each for each in found.found
        if each.series in wanted or each.origin == interpreters.VARIABLE
    ]
    if not found.of("2.7") and found.found[0] not in chosen:
        chosen.insert(0, found.found[0])
    return Search(
        tuple(chosen), unusable=found.unusable,
        missing=tuple(each for each in found.missing if each in wanted),
    )


def run_pytest(
    command: Sequence[str], title: str, arguments: Sequence[str], environ: Mapping[str, str],
    folder: Path, longest: float | None = None,
) -> Finished:
    """Runs pytest in the checkout and reads its report; a crash is a failure of its own.

    Args:
        longest: seconds after which the run is ended; None for LONGEST.
    """
    report = folder / (title.replace(" ", "-") + ".xml")
    output = report.with_suffix(".txt")
    with open(output, "wb") as stream:
        process = subprocess.Popen(
            [*command, "-q", "--junitxml", str(report), *arguments],
            cwd=environments.checkout(), env={**environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        late = ""
        try:
            status = process.wait(LONGEST if longest is None else longest)
        except subprocess.TimeoutExpired as expired:
            # The group is the one that was started here: children that tests left are in it.
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
            late = "no end after %d seconds" % expired.timeout
    text = output.read_text("utf-8", "replace")
    return Finished(_read_row(report, title, status, late), text)


def _read_row(report: Path, title: str, status: int, late: str) -> Row:
    try:
        row = tally.read_junit(report, title)
    except (OSError, xml.etree.ElementTree.ParseError):
        row = Row(title)
    if status == 0 or (status == 1 and row.failed):
        return row
    if status == NO_TESTS:
        return Row(title, failed=1, note="no test ran")
    reason = late or ("killed by signal %d" % -status if status < 0 else "exit status %d" % status)
    return Row(title, row.passed, row.failed + 1, row.skipped, row.expected,
               "pytest did not come to its end: " + reason)


def _run_on(
    interpreter: Interpreter, arguments: Sequence[str], certificates: Path, folder: Path
) -> Finished:
    title = "%s tests" % interpreter.version
    try:
        environment = environments.ensure(interpreter, "tests", packages=PACKAGES)
    except environments.BuildFailed as error:
        return Finished(Row(title, failed=1, note="no environment"), str(error))
    return run_pytest(
        [str(environment.python), "-m", "regraft", "run", "-m", "pytest"], title, arguments,
        environment.variables(name_data(certificates)), folder,
    )


def name_data(certificates: Path) -> dict[str, str]:
    """Where the certificates, the published vectors and the interpreter of the reference are, by their variables."""
    # Here, as `reference` imports this module in a Python that has nothing but itself.
    import cryptography_vectors

    found = {
        CERTIFICATES_VARIABLE: str(certificates),
        VECTORS_VARIABLE: str(Path(cryptography_vectors.__file__).parent),
    }
    interpreter = interpreters.search([REFERENCE]).of(REFERENCE)
    if interpreter:
        found[REFERENCE_VARIABLE] = str(interpreter.path)
    found.update((name, os.environ[name]) for name in HANDED_ON if name in os.environ)
    return found


def show(finished: Finished) -> None:
    """Prints what a run said."""
    print("\n===== %s\n%s" % (finished.row.title, finished.output.rstrip()), flush=True)


def close(finished: Sequence[Finished], shown: bool = False) -> bool:
    """Records the rows and prints their table; whether all is well."""
    for each in finished:
        tally.record(each.row)
        if not shown:
            show(each)
    rows = sorted((each.row for each in finished), key=lambda row: row.title)
    print("\n%s\n\n%s" % (tally.draw(rows), tally.closing_line(rows)), flush=True)
    return not any(row.failed for row in rows)


def main(arguments: Sequence[str]) -> int:
    """0 if all tests did what is expected of them."""
    match list(arguments):
        case [name, *rest] if name in HERE:
            return 0 if run_here(name, rest) else 1
        case ["grafted", *rest]:
            return 0 if run_grafted(rest) else 1
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
