"""The command line of `regraft-tools degrade`."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from regraft_tools.degrade import execution, page, table
from regraft_tools.degrade.comparison import compare
from regraft_tools.degrade.execution import Run, Task
from regraft_tools.scan import suggestions

NOTHING_WORSE, WORSE, NOT_POSSIBLE, INTERRUPTED = 0, 1, 2, 130
NEWEST = "newest"
FOLDER = ".regraft-degrade"
_EPILOG = """\
exit status: 0 no test gets worse under any release (it may warn, be skipped or go without something), 1 some test fails
there that does not as the newest, or a run did not come to its end, 2 nothing could be run, or the report not be
written, 130 interrupted: the same command goes on where it was

Tests of several releases run at the same time. Those that need the same port or file need -j 1.
"""
# Asks the interpreter what it has. On one line: what regraft makes of an unfit interpreter comes on others.
_QUESTION = (
    "import json, sys, regraft; from regraft import profiles; import pytest, regraft.pytest_plugin; "
    "print(json.dumps({'version': sys.version.split()[0], 'regraft': regraft.__version__, "
    "'releases': list(profiles.releases())}))"
)


class Refused(Exception):
    """It cannot be done; the text says why, and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Runs a project's tests under old releases; the exit status."""
    own, pytest_arguments = _split(arguments)
    try:
        options = _parser().parse_args(own)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else NOT_POSSIBLE
    # Whoever ends this command, as a job that has had its time, wants no processes left.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(options, pytest_arguments)
    except Refused as error:
        print("regraft-tools degrade: %s" % error, file=sys.stderr)
        return NOT_POSSIBLE
    except KeyboardInterrupt:
        print("regraft-tools degrade: interrupted; what is done is kept: the same command goes on", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="regraft-tools degrade", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="regraft-tools degrade PROJECT [OPTION ...] -- pytest [ARGUMENT ...]",
        description="Runs a project's tests under old releases of Python, beside the newest, and tells what gets worse "
        "there and for lack of what.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the directory in which pytest is started")
    parser.add_argument("--as", dest="releases", metavar="RELEASES", default="2.7.6,2.7.8,2.7.9,2.7.18",
                        help="which, with commas (default: %(default)s)")
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter with regraft, pytest and what the tests need "
                        "(default: that of .venv in PROJECT)")
    parser.add_argument("-j", "--jobs", type=_number, default=os.cpu_count() or 1, metavar="NUMBER",
                        help="releases at a time (default: as many as there are processors)")
    parser.add_argument("--timeout", type=_number, default=300, metavar="SECONDS",
                        help="a test that takes longer hangs (default: %(default)s)")
    parser.add_argument("--baseline", default=NEWEST, metavar="RELEASE",
                        help="compare with this (default: %(default)s; host: regraft with this Python's defaults)")
    parser.add_argument("--html", type=Path, metavar="FILE", default=Path("degrade.html"),
                        help="where the page is written (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="begin anew, whatever was interrupted before")
    return parser


def _run(options: argparse.Namespace, pytest_arguments: list[str]) -> int:
    if suggestions.missing():
        raise Refused(suggestions.missing())
    project = options.project.resolve()
    if not project.is_dir():
        raise Refused("there is no directory %s" % options.project)
    python = _find_python(options.python, project)
    known = _ask(python, project)
    releases = list(dict.fromkeys(each for each in options.releases.replace(",", " ").split() if each))
    for each in [*releases, options.baseline]:
        if each not in known["releases"]:
            raise Refused("%s with Python %s has no profile of %r; it has %s"
                          % (python, known["version"], each, ", ".join(known["releases"])))
    wanted = [options.baseline, *(each for each in releases if each != options.baseline)]
    if len(wanted) < 2:
        raise Refused("--as names no release besides %s" % options.baseline)
    _check_writable(options.html)
    task = Task(project, python, pytest_arguments, options.timeout, project / FOLDER)
    begun = time.monotonic()
    _prepare(task, known, options.fresh)
    console = Console(stderr=True)
    with _Display(console, wanted) as display:
        baseline, *records = execution.run_all(task, wanted, options.jobs, display.show)
    compared = compare(records, baseline)
    title = "%s as %s" % (project.name, ", ".join(each.release for each in records))
    shown = page.Setting(title, known["version"], known["regraft"], ["pytest", *pytest_arguments], time.monotonic() - begun)
    try:
        # Texts of tests may have what is no character: half of a pair of surrogates.
        options.html.write_text(page.render(compared, shown), encoding="utf-8", errors="backslashreplace")
        table.write(compared, Console(width=None if sys.stdout.isatty() else table.WIDTH, highlight=False))
        print("page: %s" % options.html, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise Refused("the report cannot be written: %s" % error) from None
    # What has come to its end is no longer gone on with: the next run is one of the code of then.
    shutil.rmtree(task.folder)
    if not baseline.python or not baseline.collected:
        raise Refused("as %s nothing was run%s" % (
            options.baseline, ":\n" + baseline.note if baseline.note else ": pytest found no tests"))
    return WORSE if compared.gets_worse else NOTHING_WORSE


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    own = list(arguments)
    rest: list[str] = []
    if "--" in own:
        at = own.index("--")
        own, rest = own[:at], own[at + 1:]
    return own, rest[1:] if rest[:1] in (["pytest"], ["py.test"]) else rest


def _number(given: str) -> int:
    if not given.isdecimal() or not int(given):
        raise argparse.ArgumentTypeError("%r is not a number from 1" % given)
    return int(given)


def _find_python(given: str | None, project: Path) -> str:
    if given is not None:
        found = shutil.which(given)
        if found is None:
            raise Refused("there is no program %s" % given)
        return str(Path(found).absolute())
    found = str(project / ".venv" / "bin" / "python")
    if not os.access(found, os.X_OK):
        raise Refused("--python PYTHON is needed: %s has no .venv/bin/python" % project)
    return found


def _ask(python: str, project: Path) -> dict:
    """What an interpreter has."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGRAFT_")}
    try:
        done = subprocess.run([python, "-c", _QUESTION], capture_output=True, text=True, cwd=project, env=environment,
                              errors="replace", check=False)
    except OSError as error:
        raise Refused("%s is no program that runs here: %s" % (python, error.strerror)) from None
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        words = (done.stderr.strip() or done.stdout.strip() or "exit status %d" % done.returncode).splitlines()[-1]
        raise Refused("%s needs regraft and pytest; install both there (%s)" % (python, words)) from None


def _check_writable(path: Path) -> None:
    """An hour of tests must not end with a page that cannot be written."""
    if not path.parent.is_dir() or path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Refused("--html: cannot write %s" % path)


def _prepare(task: Task, known: dict, fresh: bool) -> None:
    """Keeps what an interrupted run of the same tests has left, or begins anew."""
    stamp = task.folder / "settings.json"
    wanted = {"python": task.python, "known": known, "arguments": list(task.arguments), "sources": _fingerprint(task.project)}
    if task.folder.exists():
        try:
            same = json.loads(stamp.read_text()) == wanted
        except (OSError, ValueError):
            same = False
        if same and not fresh:
            print("going on with what was interrupted (--fresh begins anew)", file=sys.stderr)
            return
        print("beginning anew%s" % ("" if fresh else ": the command or the sources have changed"), file=sys.stderr)
        shutil.rmtree(task.folder)
    try:
        task.folder.mkdir()
        (task.folder / ".gitignore").write_text("*\n")
        stamp.write_text(json.dumps(wanted))
    except OSError as error:
        raise Refused("cannot keep records in %s: %s. Copy the project to where they can be"
                      % (task.folder, error.strerror)) from None


def _fingerprint(project: Path) -> str:
    """A hash of names, sizes and times of the sources and settings of a project."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "__pycache__")
        for each in sorted(files):
            path = os.path.join(folder, each)
            if each.endswith((".py", ".cfg", ".ini", ".toml")) and os.path.exists(path):  # editors lock by links to nothing
                status = os.stat(path)
                digest.update(repr((folder, each, status.st_size, status.st_mtime_ns)).encode())
    return digest.hexdigest()


class _Display:
    """A bar for each release; on what is no terminal a line for each that is done."""

    def __init__(self, console: Console, releases: Sequence[str]) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("as {task.description}"), BarColumn(), TextColumn("{task.completed:.0f}/{task.fields[number]}"),
            TextColumn("{task.fields[running]}", style="dim"), TimeElapsedColumn(), console=console, transient=True,
            disable=not console.is_terminal,
        )
        self._bars: dict[str, TaskID] = {
            each: self._progress.add_task(each, total=None, number="?", running="", start=False) for each in releases
        }
        self._told: set[str] = set()

    def __enter__(self) -> _Display:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, runs: Sequence[Run]) -> None:
        """Shows how far the runs are."""
        for run in runs:
            bar, record = self._bars[run.release], run.record
            if run.is_running:
                self._progress.start_task(bar)
            number = len(record.collected)
            self._progress.update(bar, total=number or None, completed=record.count_finished(), number=number or "?",
                                  running=record.running[-60:].replace("[", "\\["))
            if run.done and run.release not in self._told:
                self._told.add(run.release)
                self._progress.stop_task(bar)
                if not self._console.is_terminal:
                    note = ": " + record.note.splitlines()[0] if record.note else ""
                    self._console.print("as %s: %d of %d tests done%s" % (
                        run.release, record.count_finished(), number, note), highlight=False, markup=False)
