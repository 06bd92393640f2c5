"""Runs pytest under the releases, several at a time, and goes on after what ends a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from regraft_tools.degrade import records
from regraft_tools.degrade.records import Record

LOG = "REGRAFT_PYTEST_LOG"
BEGIN = 600  # seconds for what is no test: starting, collecting, the end of the session
LOST = 50  # so many tests may end their process before a release is given up
STEP = 0.1  # seconds between looks
LAST_WORDS = 3.0  # seconds for a process to say where it hangs
TAIL = 4000  # characters that are kept of the output of a process that died

# Exit statuses of pytest.
_ENDED = (0, 1, 5)
_STATUSES = {2: "pytest was interrupted", 3: "pytest met an error of its own", 4: "pytest refused its command line"}


@dataclass(frozen=True)
class Task:
    """What is to be run.

    Attributes:
        project: the directory in which pytest is started.
        python: the interpreter, with regraft, pytest and what the tests need.
        arguments: those of pytest.
        timeout: seconds after which a test that says nothing hangs.
        folder: where records are kept.
    """

    project: Path
    python: str
    arguments: Sequence[str]
    timeout: float
    folder: Path

    def command(self, release: str) -> list[str]:
        """The command line of a run. A cache of results would be written by all releases at once."""
        return [self.python, "-m", "regraft", "run", "--as", release, "-m", "pytest", "-p", "no:cacheprovider",
                *self.arguments]

    def environment(self, log: Path) -> dict[str, str]:
        """The caller's, without settings of regraft's, which would hold for all releases."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REGRAFT_")}
        return {**kept, LOG: str(log)}


class Run:
    """The run of one release: one process, and another whenever a test has ended one.

    Attributes:
        release: its name.
        record: what is known of it.
        done: whether it is at its end.
    """

    def __init__(self, task: Task, release: str) -> None:
        self.release = release
        self.task = task
        self.log = task.folder / (release + ".jsonl")
        self.output = task.folder / (release + ".txt")
        self.record = records.read(release, self.log)
        self.done = self.record.status is not None or bool(self.record.note)
        self._process: subprocess.Popen[bytes] | None = None
        self._position = self.log.stat().st_size if self.log.exists() else 0
        self._heard = 0.0

    def start(self) -> None:
        """Starts a process that runs what is not done yet."""
        self._end_half_line()
        with open(self.output, "wb") as stream:
            self._process = subprocess.Popen(
                self.task.command(self.release), cwd=self.task.project, env=self.task.environment(self.log),
                stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
            )
        self._heard = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def look(self) -> None:
        """Reads what is new, and deals with a process that has ended or hangs."""
        assert self._process is not None
        status = self._process.poll()
        self._read()
        longest = self.task.timeout if self.record.running else max(BEGIN, self.task.timeout)
        if status is None and time.monotonic() - self._heard > longest:
            self.stop(gently=True)
            self._read()
            self._lose("hung", "nothing happened for %g seconds" % longest)
        elif status is not None:
            self.stop()
            if self.record.status is None:
                how = "killed by signal %d" % -status if status < 0 else "exit status %d" % status
                self._lose("crashed", "the process ended: " + how)
            else:
                self._conclude(self.record.status)

    def stop(self, gently: bool = False) -> None:
        """Ends the process and all that it has started.

        Args:
            gently: let it say where it is, first: faulthandler does, on Python 3.
        """
        if self._process is None:
            return
        if gently:
            self._process.send_signal(signal.SIGABRT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(LAST_WORDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def write(self, message: dict[str, Any]) -> None:
        """Adds a line to the record."""
        with open(self.log, "ab") as stream:
            stream.write(json.dumps(message).encode("ascii") + b"\n")
        self._read()

    def _read(self) -> None:
        if not self.log.exists():
            return
        with open(self.log, "rb") as stream:
            stream.seek(self._position)
            data = stream.read()
        whole = data.rfind(b"\n") + 1
        self._position += whole
        for message in records.lines(data[:whole]):
            self.record.add(message)
            self._heard = time.monotonic()

    def _lose(self, how: str, text: str) -> None:
        """Notes that the process is gone, and goes on after the test that it was at."""
        text = "%s\n%s" % (text, self._read_output())
        if not self.record.running:
            # Tests may all be done: what hangs or dies then is the end of the session.
            self._give_up(text if self.record.python else "pytest did not begin: " + text)
            return
        nodeid = self.record.running
        self.write({"lost": {"nodeid": nodeid, "how": how, "text": text}})
        self.write({"finish": nodeid})
        lost = sum(1 for each in self.record.trials.values()
                   if each.outcome in (records.Outcome.CRASHED, records.Outcome.HUNG))
        if lost >= LOST:
            self._give_up("%d tests have ended their process; the others were not run" % lost)
        elif self.record.count_finished() >= len(self.record.collected):
            self.write({"end": 1})
            self.done = True
        else:
            self.start()

    def _conclude(self, status: int) -> None:
        if status in _ENDED:
            self.done = True
        else:
            self._give_up("%s\n%s" % (_STATUSES.get(status, "exit status %d" % status), self._read_output()))

    def _give_up(self, text: str) -> None:
        self.write({"note": text.strip()})
        self.done = True

    def _read_output(self) -> str:
        # Colours and what else steers a terminal are not for a report.
        return Text.from_ansi(self.output.read_text("utf-8", "replace")[-TAIL:]).plain.strip()

    def _end_half_line(self) -> None:
        """What a process that was killed left of a line must not spoil the next one."""
        if self.log.exists() and self.log.stat().st_size:
            with open(self.log, "rb+") as stream:
                data = stream.read()
                whole = data.rfind(b"\n") + 1
                stream.truncate(whole)
                self._position = min(self._position, whole)


def run_all(task: Task, releases: Sequence[str], at_a_time: int, show: Callable[[Sequence[Run]], None]) -> list[Record]:
    """Runs the releases to their ends, or what is left of them after an interruption.

    Args:
        task: what is run.
        releases: under which, the most wanted first.
        at_a_time: how many processes.
        show: called again and again with all runs.

    Raises:
        KeyboardInterrupt: by the user; the records are kept, and no process is left.
    """
    task.folder.mkdir(parents=True, exist_ok=True)
    runs = [Run(task, each) for each in releases]
    try:
        while True:
            waiting = [each for each in runs if not each.done and not each.is_running]
            running = [each for each in runs if each.is_running]
            for each in waiting[: at_a_time - len(running)]:
                each.start()
            for each in running:
                each.look()
            show(runs)
            if all(each.done for each in runs):
                return [each.record for each in runs]
            time.sleep(STEP)
    finally:
        for each in runs:
            each.stop()
