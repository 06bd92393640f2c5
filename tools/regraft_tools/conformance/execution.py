"""Runs a suite in a child of the interpreter under test and survives whatever the child does.

A child that crashes, or that hangs and is killed, costs the one test that it was running: another
child goes on with the tests that are left.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from regraft_tools.conformance.homes import Home
from regraft_tools.conformance.results import Outcome, Status, StreamReader, SuiteRun
from regraft_tools.conformance.suites import Suite

CHILD = Path(__file__).with_name("child.py")

_POLL = 0.05  # seconds between looks at the stream
_STACKS_WITHIN = 2.0  # seconds that a hanging child gets to write its stacks
_MOST_CHILDREN = 4  # so that a suite in which every test crashes comes to an end
_TAIL = 3000  # characters of a dead child's output that are kept

# What a suite may see of the caller's environment: no proxy, no PYTHON*, no REGRAFT_*.
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH")


@dataclass
class _End:
    """How a child ended: `reason` is empty if the suite came to its end."""

    status: Status = Status.PASSED
    reason: str = ""
    output: str = ""


def run_suite(
    python: Path, suite: Suite, home: Home, *, only: Iterable[str] = (), child: Path = CHILD
) -> SuiteRun:
    """Runs one suite and collects what its tests did.

    Args:
        python: the executable of the interpreter under test.
        suite: which, and within which times.
        home: what `HOME` holds, which decides whether regraft is enabled.
        only: ids of tests to run; empty means all of them.
        child: the program that runs the suite.
    """
    begun = time.monotonic()
    wanted = frozenset(only)
    command = [str(python), str(child)]
    reader = StreamReader()
    troubles = []
    for test in suite.apart:
        if not wanted or test in wanted:
            troubles.append(_run_tests(command, suite, home, reader, [test], begun))
    together = wanted.difference(suite.apart)
    if together or not wanted:
        troubles.append(_run_tests(command, suite, home, reader, sorted(together), begun))
    return SuiteRun(
        reader.outcomes, reader.identity, time.monotonic() - begun,
        "\n".join(filter(None, troubles)),
    )


def _run_tests(
    command: list[str], suite: Suite, home: Home, reader: StreamReader, only: list[str],
    begun: float,
) -> str:
    """Runs tests that may share a process; the reader takes what they do.

    Returns:
        Why the run cannot be believed; empty if it can.
    """
    for _ in range(_MOST_CHILDREN):
        reader.ended, reader.running = False, None
        end = _run_child(command, suite, home, reader, only, begun + suite.seconds)
        if reader.ended:
            return ""
        report = "%s\n%s" % (end.output, end.reason)
        if reader.running is None:
            return report.strip()
        reader.outcomes[reader.running] = Outcome(end.status, report)
        if time.monotonic() > begun + suite.seconds:
            return "the suite did not end within %g seconds" % suite.seconds
    return "%d children died, one after the other" % _MOST_CHILDREN


def _run_child(
    command: list[str],
    suite: Suite,
    home: Home,
    reader: StreamReader,
    only: list[str],
    deadline: float,
) -> _End:
    with tempfile.TemporaryDirectory(prefix="regraft-suite-", ignore_cleanup_errors=True) as name:
        room = Path(name)
        work = room / "work"
        for folder in (work, room / "home", room / "tmp"):
            folder.mkdir()
        for entry in home.path.iterdir():
            (room / "home" / entry.name).symlink_to(entry)
        stream = room / "stream"
        order = room / "order.json"
        order.write_text(
            json.dumps(
                {
                    "suite": suite.module,
                    "stream": str(stream),
                    "resources": suite.resources,
                    "remote": suite.remote,
                    "only": only,
                    "left_out": suite.left_out,
                    "paths": suite.paths,
                    "release": suite.release,
                    "lent": dict(suite.lent),
                    "without": sorted(reader.outcomes),
                }
            )
        )
        with open(room / "output", "w+b") as output:
            process = subprocess.Popen(
                [*command, str(order)],
                cwd=work, env=_environment(room, suite), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )
            try:
                end = _follow(process, stream, reader, suite.stall, deadline)
            finally:
                _kill_group(process)
            if not reader.ended:
                output.seek(0)
                end.output = output.read().decode("utf-8", "replace")[-_TAIL:]
        if end.status is Status.HUNG:
            stacks = Path(str(stream) + ".stacks")
            if stacks.exists():
                end.output += stacks.read_text(errors="replace")[-_TAIL:]
        return end


def _follow(
    process: subprocess.Popen[bytes],
    stream: Path,
    reader: StreamReader,
    stall: float,
    deadline: float,
) -> _End:
    position = 0
    last_event = time.monotonic()
    while True:
        code = process.poll()  # before the reading, so that nothing written last is missed
        lines, position = _read_lines(stream, position)
        now = time.monotonic()
        if lines:
            reader.feed(lines)
            last_event = now
        if reader.ended:
            return _End()
        if code is not None:
            return _End(Status.CRASHED, _describe_end(code))
        if now > deadline or now - last_event > stall:
            process.send_signal(signal.SIGUSR2)
            time.sleep(_STACKS_WITHIN)
            reason = "no end after %.0f seconds" % (now - last_event)
            return _End(Status.HUNG, reason)
        time.sleep(_POLL)


def _read_lines(stream: Path, position: int) -> tuple[list[str], int]:
    """The whole lines of the stream after a position, and the position after them."""
    try:
        with open(stream, "rb") as source:
            source.seek(position)
            text = source.read()
    except FileNotFoundError:
        return [], position
    whole = text[: text.rfind(b"\n") + 1]
    return whole.decode("ascii").splitlines(), position + len(whole)


def _describe_end(code: int) -> str:
    if code < 0:
        return "the interpreter was ended by signal %s" % signal.Signals(-code).name
    return "the interpreter ended with status %d in the middle of the suite" % code


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Ends the child and every process that its tests left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # all of them have ended already
    process.wait()


def _environment(room: Path, suite: Suite) -> dict[str, str]:
    environ = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environ |= {
        "HOME": str(room / "home"),
        "TMPDIR": str(room / "tmp"),
        "LANG": "C.UTF-8",
        # Not UTC, without which the suites leave out tests of local time.
        "TZ": "EST5EDT,M3.2.0,M11.1.0",
        # The interpreters are not ours: nothing may be written into their directories.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environ |= dict(suite.configuration.variables)
    if suite.configuration.text:
        path = room / "openssl.cnf"
        path.write_text(suite.configuration.text)
        environ["OPENSSL_CONF"] = str(path)
    return environ
