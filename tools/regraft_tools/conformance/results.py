"""What a run of a suite gave, test by test."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class Status(enum.Enum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    EXPECTED_FAILURE = "expected failure"
    UNEXPECTED_SUCCESS = "unexpected success"
    CRASHED = "crashed"
    HUNG = "hung"

    @property
    def is_good(self) -> bool:
        """Whether the test did what its authors expect of it."""
        return self in (Status.PASSED, Status.EXPECTED_FAILURE)

    @property
    def is_bad(self) -> bool:
        """Whether the test failed, in whatever way."""
        return not self.is_good and self is not Status.SKIPPED


@dataclass(frozen=True)
class Outcome:
    """How one test ended.

    Attributes:
        status: the way.
        detail: traceback, or the reason for skipping; empty for a test that passed.
        seconds: how long it took.
        uses: what the test's own code asks of modules, `ssl.SSLContext`, sorted; under a profile only.
    """

    status: Status
    detail: str = ""
    seconds: float = 0.0
    uses: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The line of the detail that says what happened, without paths of this machine."""
        lines = [line for line in self.detail.splitlines() if line.strip()]
        frames = [number for number, line in enumerate(lines) if line.startswith('  File "')]
        if frames:
            # What stands after the last frame is the exception; its text may have many lines.
            told = (line for line in lines[frames[-1] + 1:] if not line.startswith(" "))
            return scrub(next(told, ""))[:300]
        return scrub(lines[-1].strip())[:300] if lines else ""


# A suite runs in a directory with a random name, and tracebacks name installation directories.
_PATH = re.compile(r"(?<![\w.])/(?:[\w.+@-]+/)+([\w.+@-]*)")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def scrub(text: str) -> str:
    """A text without directories and addresses, so that two runs of a failure give the same."""
    return _ADDRESS.sub("0x…", _PATH.sub(r"…/\1", text))


@dataclass
class SuiteRun:
    """All that one run of one suite gave.

    Attributes:
        outcomes: by id of the test.
        identity: what the child said of itself: version, build, openssl, files and more.
        seconds: wall time of the whole run.
        trouble: why the run as a whole cannot be believed; empty if it can.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    trouble: str = ""

    def count(self, *statuses: Status) -> int:
        """How many tests ended in one of these ways."""
        return sum(outcome.status in statuses for outcome in self.outcomes.values())


@dataclass
class StreamReader:
    """Reads the lines that a child writes, as far as they are there.

    Attributes:
        outcomes: by id; a test that is reported twice counts as its worst.
        running: the id of the test that has begun and not ended, or None.
        ended: whether the suite came to its end.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)
    running: str | None = None
    ended: bool = False

    def feed(self, lines: Iterable[str]) -> None:
        """Takes further lines.

        Raises:
            ValueError: a line that the child cannot have written.
        """
        for line in lines:
            event = json.loads(line)
            match event["event"]:
                case "identity":
                    self.identity = event
                case "start":
                    self.running = event["id"]
                case "outcome":
                    self._take(event)
                case "end":
                    self.ended = True
                case other:
                    raise ValueError("unknown event %r" % other)

    def _take(self, event: Mapping[str, Any]) -> None:
        name = event["id"]
        uses = tuple(event.get("uses", ()))
        outcome = Outcome(Status(event["status"]), event["detail"], event["seconds"], uses)
        earlier = self.outcomes.get(name)
        if earlier is None or _gravity(outcome) >= _gravity(earlier):
            self.outcomes[name] = outcome
        if self.running == name:
            self.running = None


def _gravity(outcome: Outcome) -> int:
    if outcome.status.is_bad:
        return 2
    return 1 if outcome.status is Status.SKIPPED else 0
