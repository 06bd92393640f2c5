"""Run commands so that none outlives the demo, whatever happens to the demo.

Each command leads a process group of its own, and that group is killed when the command is over,
late, or when the crew is told to stop because a person pressed Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

@dataclass(frozen=True)
class Finished:
    """A command that is over.

    Attributes:
        status: Its exit status; None if it was killed for taking too long.
        stdout: What it wrote there.
        stderr: What it wrote there.
    """

    status: int | None
    stdout: str
    stderr: str


class Stopped(RuntimeError):
    """No command is started any more, since `kill_all` was called."""


class Crew:
    """The commands that run, and the right to start more. Threads may share it."""

    def __init__(self) -> None:
        self._running: set[int] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(
        self,
        command: Sequence[str | os.PathLike[str]],
        environ: Mapping[str, str],
        timeout: float,
        directory: Path | None = None,
    ) -> Finished:
        """Run a command to its end.

        Args:
            command: Program and arguments.
            environ: All of its environment variables.
            timeout: Seconds after which it is killed.
            directory: Where it runs; default is here.

        Raises:
            Stopped: The demo is being stopped.
            OSError: The command cannot be started.
        """
        with self._lock:
            if self._stopped:
                raise Stopped
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environ),
                cwd=directory,
                start_new_session=True,
                encoding="utf-8",
                errors="replace",
            )
            self._running.add(process.pid)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            _kill(process.pid)
            stdout, stderr = process.communicate()
            status = None
        finally:
            _kill(process.pid)
            with self._lock:
                self._running.discard(process.pid)
        if self._stopped:
            raise Stopped
        return Finished(status, stdout, stderr)

    def kill_all(self) -> None:
        """Kill every command that is running, and let no other start."""
        with self._lock:
            self._stopped = True
            for group in self._running:
                _kill(group)


def _kill(group: int) -> None:
    # The group outlives its leader as long as a grandchild lives, and its number is not reused
    # before that; with nobody left in it there is nothing to kill.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
