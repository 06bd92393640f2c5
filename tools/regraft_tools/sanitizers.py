"""Runs our tests under memory checkers: `python -m regraft_tools.sanitizers [CHECKER …] [SERIES …] [ARGUMENT …]`.

asan
    the extension is built with gcc's AddressSanitizer and UndefinedBehaviorSanitizer.
valgrind
    the usual build under memcheck; sees OpenSSL's own memory too, and takes twenty times as long.
growth
    the usual build without a checker: tests/leaks/test_many.py with 10,000 connections each.

Without a word all three run; SERIES are such as `2.7` (default: 2.7 and the newest of the default
ones); the other arguments go to pytest, and paths among them replace the usual ones. A checker's
report fails the run, whatever pytest says: each is printed once, with how often it came.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from regraft_tools import environments, interpreters, testing
from regraft_tools.interpreters import Interpreter
from regraft_tools.tally import Row

CHECKERS = ("asan", "valgrind", "growth")
MANY = "10000"  # connections for test_many.py
LONGEST = 5400  # seconds for one checker and interpreter
# What counts memory by itself says nothing under a checker.
PATHS = ("tests/wire", "tests/leaks", "tests/unit")
NOT_CHECKED = ("tests/leaks/test_growth.py", "tests/leaks/test_hash_growth.py", "tests/leaks/test_many.py")
SUPPRESSIONS = "tests/leaks/valgrind.supp"

# Programs that Python starts to find libraries.
FOREIGN = "*/sh,*/ldconfig,*/ldconfig.real,*/gcc,*/cc,*/ld,*/objdump"
FLAGS = "-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined"


class Unavailable(RuntimeError):
    """A checker is not installed; the message says what to do."""


@dataclass(frozen=True)
class Checker:
    """How pytest is run under a checker.

    Attributes:
        prefix: what stands before the command.
        environ: variables of the run.
        arguments: for pytest.
    """

    prefix: tuple[str, ...] = ()
    environ: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()


def make_checker(name: str, reports: Path) -> Checker:
    """The checker of that name; it writes a file for each process into the folder `reports`."""
    left_out = tuple("--ignore=" + each for each in NOT_CHECKED)
    plain_memory = (("PYTHONMALLOC", "malloc"), ("REGRAFT_TEST_PATIENCE", "20"))
    match name:
        case "asan":
            options = f"log_path={reports}/report:detect_leaks=0:detect_stack_use_after_return=1"
            return Checker(
                environ=(
                    ("LD_PRELOAD", _library("libasan.so")), ("ASAN_OPTIONS", options),
                    ("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1"), *plain_memory,
                ),
                # Where the compiler has two runtimes, UBSan's writes to stderr whatever it is told.
                arguments=("--capture=sys", *left_out),
            )
        case "valgrind":
            program = shutil.which("valgrind")
            if program is None:
                raise Unavailable("valgrind is not installed (Debian: apt install valgrind)")
            return Checker(
                prefix=(
                    program, "--quiet", "--trace-children=yes", f"--trace-children-skip={FOREIGN}",
                    "--num-callers=40", "--error-limit=no",
                    f"--suppressions={environments.checkout() / SUPPRESSIONS}",
                    f"--log-file={reports}/report.%p",
                ),
                environ=plain_memory, arguments=left_out,
            )
        case _:
            return Checker(environ=(("REGRAFT_TEST_MANY", MANY),), arguments=("tests/leaks/test_many.py",))


def _library(name: str) -> str:
    compiler = os.environ.get("CC", "gcc").split()[0]
    try:
        found = subprocess.run(
            [compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"asking {compiler} for {name}: {error}") from error
    if not os.path.isabs(found):
        raise Unavailable(f"{compiler} has no {name} (Debian: it comes with gcc)")
    return found


@contextmanager
def _built_with(flags: str):
    # The wheel's key has CFLAGS in it. The build imports what it made, without the checker.
    changed = {"CFLAGS": flags, "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def prepare(name: str, interpreter: Interpreter) -> environments.Environment:
    """The environment whose extension is built for the checker."""
    if name == "asan":
        with _built_with(FLAGS):
            return environments.ensure(interpreter, "asan", packages=testing.PACKAGES)
    return environments.ensure(interpreter, "tests", packages=testing.PACKAGES)


def run_one(
    name: str, interpreter: Interpreter, arguments: Sequence[str], certificates: Path, folder: Path
) -> testing.Finished:
    """Runs pytest under one checker on one interpreter; its reports are failures."""
    title = f"{interpreter.version} {name}"
    reports = folder / title.replace(" ", "-")
    reports.mkdir()
    try:
        checker = make_checker(name, reports)
        environment = prepare(name, interpreter)
    except (Unavailable, environments.BuildFailed) as error:
        return testing.Finished(Row(title, failed=1, note="not run"), str(error))
    usual = () if checker.arguments and not checker.arguments[0].startswith("-") else PATHS
    environ = environment.variables(testing.name_data(certificates) | dict(checker.environ))
    finished = testing.run_pytest(
        [*checker.prefix, str(environment.python), "-m", "regraft", "run", "-m", "pytest"], title,
        [*testing.with_paths(arguments, usual), *checker.arguments], environ, folder, LONGEST,
    )
    found = read_reports(reports)
    if not found:
        return finished
    text = "\n\n".join(f"[{count} times]\n{report}" for report, count in found.most_common())
    return testing.Finished(
        replace(
            finished.row, failed=finished.row.failed + len(found),
            note="; ".join(filter(None, (finished.row.note, f"{len(found)} reports of {name}"))),
        ),
        f"{finished.output}\n{text}",
    )


def read_reports(folder: Path) -> Counter[str]:
    """What the checker wrote into a folder, each report once, with how often it came."""
    found: Counter[str] = Counter()
    for path in sorted(folder.iterdir()):
        text = path.read_text("utf-8", "replace")
        found.update(split_reports(text))
    return found


def split_reports(text: str) -> list[str]:
    """The reports in a checker's output, without what differs from process to process."""
    # valgrind puts the process's number before each line and an empty such line between reports.
    lines = [re.sub(r"^[=-]{2}\d+[=-]{2} ?", "", each) for each in text.splitlines()]
    if any(each.startswith("ERROR: AddressSanitizer") or "runtime error:" in each for each in lines):
        return ["\n".join(lines).strip()]
    blocks = re.split(r"\n\s*\n", "\n".join(lines))
    return [
        re.sub(r"0x[0-9A-F]+: ", "", each.strip())
        for each in blocks if re.search(r"^ +(at|by) 0x", each, re.M)
    ]


def choose(series: Sequence[str]) -> interpreters.Search:
    """The interpreters of a run: those named, else 2.7 and the newest of the default ones."""
    return interpreters.search(series or (interpreters.DEFAULT_SERIES[0], interpreters.DEFAULT_SERIES[-1]))


def main(arguments: Sequence[str]) -> int:
    """0 if all tests passed and no checker had anything to report."""
    names = [each for each in arguments if each in CHECKERS] or list(CHECKERS)
    series = [each for each in arguments if re.fullmatch(r"\d+\.\d+", each)]
    rest = [each for each in arguments if each not in names and each not in series]
    found = choose(series)
    print(found.report(), flush=True)
    finished = []
    with tempfile.TemporaryDirectory(prefix="regraft-sanitizers-") as folder:
        certificates = testing.make_certificates(Path(folder))
        for name in names:
            for interpreter in found.found:
                finished.append(run_one(name, interpreter, rest, certificates, Path(folder)))
                testing.show(finished[-1])
    return 0 if finished and testing.close(finished, shown=True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
