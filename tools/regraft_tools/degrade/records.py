"""What a run under one release has written down, read back."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Outcome(enum.Enum):
    """What became of a test, in one run."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "failed as expected"
    XPASSED = "passed unexpectedly"
    CRASHED = "crashed"
    HUNG = "hung"
    NOT_COLLECTED = "not collected"

    @property
    def is_bad(self) -> bool:
        """Whether it makes a run fail."""
        return self in (Outcome.FAILED, Outcome.ERROR, Outcome.CRASHED, Outcome.HUNG, Outcome.NOT_COLLECTED)


@dataclass
class Trial:
    """A test in one run, or a file that could not be collected.

    Attributes:
        nodeid: pytest's name for it.
        outcome: what became of it; None while it is running.
        seconds: how long it took.
        texts: what its reports say that did not pass.
        errors: the exceptions, each a dict of `type`, `text` and `line` (of source).
        warnings: each a dict of `category`, `module`, `text`, `file`, `line`.
        asked: names that the release lacks and that were asked for while it ran, with the place of the first.
    """

    nodeid: str
    outcome: Outcome | None = None
    seconds: float = 0.0
    texts: list[str] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)


@dataclass
class Record:
    """A run under one release.

    Attributes:
        release: as which it ran.
        python: the version of the interpreter; empty if it did not begin.
        trials: by node id, tests and files that could not be collected.
        collected: node ids of the tests that were to be run.
        asked: names that the release lacks and that were asked for at any time, with the place of the first.
        status: exit status of pytest, if it came to its end.
        running: node id of the test that has not finished.
        note: why the run is not whole; empty if it is.
    """

    release: str
    python: str = ""
    trials: dict[str, Trial] = field(default_factory=dict)
    collected: list[str] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    running: str = ""
    note: str = ""

    def trial(self, nodeid: str) -> Trial:
        """The trial of that name, new if there is none."""
        return self.trials.setdefault(nodeid, Trial(nodeid))

    def add(self, message: dict[str, Any]) -> None:
        """Takes one line of the record in."""
        [(kind, content)] = message.items()
        getattr(self, "_add_" + kind)(content)

    def count_finished(self) -> int:
        """How many tests are done."""
        return sum(1 for each in self.collected if each in self.trials and self.trials[each].outcome)

    def _add_begin(self, content: dict[str, str]) -> None:
        self.python, self.status, self.running = content["python"], None, ""

    def _add_collected(self, content: list[str]) -> None:
        self.collected = content

    def _add_asked(self, content: dict[str, Any]) -> None:
        place = "%s:%d" % (content["file"], content["line"])
        self.asked.setdefault(content["name"], place)
        if content["nodeid"]:
            self.trial(content["nodeid"]).asked.setdefault(content["name"], place)

    def _add_trouble(self, content: dict[str, str]) -> None:
        trial = self.trial(content["nodeid"])
        trial.outcome = Outcome.SKIPPED if content["outcome"] == "skipped" else Outcome.NOT_COLLECTED
        trial.texts = [content["text"]]

    def _add_start(self, nodeid: str) -> None:
        self.running = nodeid
        self.trials[nodeid] = Trial(nodeid)  # what an earlier process left half done does not count

    def _add_report(self, content: dict[str, Any]) -> None:
        trial = self.trial(content["nodeid"])
        trial.seconds += content["duration"] or 0.0
        found = _judge(content)
        if found and (trial.outcome is None or found.is_bad or trial.outcome is Outcome.PASSED):
            trial.outcome = found
        if content["text"] and content["outcome"] != "passed":
            trial.texts.append(content["text"])
        if content["error"] and content["outcome"] == "failed":
            trial.errors.append(content["error"])

    def _add_warning(self, content: dict[str, Any]) -> None:
        self.trial(content["nodeid"]).warnings.append(content)

    def _add_finish(self, nodeid: str) -> None:
        self.running = ""
        trial = self.trial(nodeid)
        if trial.outcome is None:  # a plug-in has run it and said nothing
            trial.outcome, trial.texts = Outcome.ERROR, ["no report"]

    def _add_lost(self, content: dict[str, str]) -> None:
        """The process ended in the middle of a test; written by `execution`."""
        trial = self.trial(content["nodeid"])
        trial.outcome = Outcome.HUNG if content["how"] == "hung" else Outcome.CRASHED
        trial.texts.append(content["text"])

    def _add_note(self, text: str) -> None:
        self.note = text

    def _add_end(self, status: int) -> None:
        self.status = status


def read(release: str, path: Path) -> Record:
    """The record of a release, as far as it goes.

    Args:
        release: its name.
        path: the file; there need be none.
    """
    record = Record(release)
    if path.exists():
        with open(path, "rb") as stream:
            for message in lines(stream.read()):
                record.add(message)
    return record


def lines(data: bytes) -> Iterator[dict[str, Any]]:
    """The messages in whole lines; half a line, the last of a process that was killed, is left out."""
    for line in data.split(b"\n"):
        if line.startswith(b"{") and line.endswith(b"}"):
            try:
                yield json.loads(line)
            except ValueError:
                continue


def _judge(report: dict[str, Any]) -> Outcome | None:
    match report["outcome"], report["when"]:
        case "skipped", _:
            return Outcome.SKIPPED if report["wasxfail"] is None else Outcome.XFAILED
        case "failed", "call":
            return Outcome.FAILED
        case "failed", _:
            return Outcome.ERROR
        case "passed", "call":
            return Outcome.PASSED if report["wasxfail"] is None else Outcome.XPASSED
    return None
