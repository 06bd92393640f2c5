"""What the suites do without regraft, kept as data.

One file per interpreter release and OpenSSL release in `tests/conformance/stock`. It says where
and when it was measured. `run --stock` writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regraft_tools.conformance.results import Outcome, Status, SuiteRun

_RELEASE = re.compile(r"OpenSSL (\d+\.\d+\.\w+)")


@dataclass
class Record:
    """What was measured without regraft.

    Attributes:
        provenance: interpreter, openssl, build, platform, root, and the day of the measurement.
        suites: outcomes by suite and id of the test. Details are one line.
        seconds: how long each suite took.
    """

    provenance: dict[str, Any] = field(default_factory=dict)
    suites: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, suite: str, run: SuiteRun) -> None:
        """Takes over what a run without regraft gave."""
        self.suites[suite] = {
            test: Outcome(outcome.status, outcome.summary)
            for test, outcome in run.outcomes.items()
        }
        self.seconds[suite] = round(run.seconds, 1)
        identity = run.identity
        self.provenance = {
            "interpreter": identity["version"],
            "build": " ".join(identity["build"].split()),
            "openssl": identity["openssl"],
            "platform": identity["platform"],
            "root": identity["root"],
            "measured": datetime.now(UTC).date().isoformat(),
        }


def load(directory: Path, version: str, openssl: str) -> Record:
    """The record of an interpreter release with an OpenSSL, or the nearest thing to it.

    A record made with another OpenSSL still knows which tests there are and nearly all of what
    they do; its provenance says what it is. Without any record of the release an empty one.

    Args:
        directory: where the records are.
        version: release of the interpreter: `2.7.18`.
        openssl: what `ssl.OPENSSL_VERSION` says.
    """
    exact = _path(directory, version, openssl)
    others = sorted(directory.glob("cpython-%s-openssl-*.json" % version))
    for path in [exact, *others]:
        if path.exists():
            return _read(path.read_text(encoding="utf-8"))
    return Record()


def load_series(directory: Path, series: str, openssl: str) -> Record:
    """The record of the newest release of a series that has one; otherwise as load."""
    versions = {path.name.split("-")[1] for path in directory.glob("cpython-%s.*.json" % series)}
    if not versions:
        return Record()
    newest = max(versions, key=lambda version: [int(each) for each in version.split(".")])
    return load(directory, newest, openssl)


def save(directory: Path, record: Record) -> Path:
    """Writes a record and returns its path."""
    path = _path(directory, record.provenance["interpreter"], record.provenance["openssl"])
    directory.mkdir(parents=True, exist_ok=True)
    path.write_text(_write(record), encoding="utf-8")
    return path


def _path(directory: Path, version: str, openssl: str) -> Path:
    match = _RELEASE.match(openssl)
    release = match[1] if match else re.sub(r"\W+", "-", openssl)
    return directory / ("cpython-%s-openssl-%s.json" % (version, release))


def _read(text: str) -> Record:
    document = json.loads(text)
    record = Record(document["provenance"])
    for suite, data in document["suites"].items():
        outcomes = {
            _join(group, name): Outcome(Status.PASSED)
            for group, names in data["passed"].items() for name in names.split()
        }
        for test, status, detail in data["others"]:
            outcomes[test] = Outcome(Status(status), detail)
        record.suites[suite] = outcomes
        record.seconds[suite] = data["seconds"]
    return record


def _write(record: Record) -> str:
    suites = {}
    for suite in sorted(record.suites):
        groups: dict[str, list[str]] = {}
        others = []
        for test, outcome in sorted(record.suites[suite].items()):
            # An id with a space in it cannot stand in the short form.
            if outcome.status is Status.PASSED and " " not in test:
                group, _, name = test.rpartition(".")
                groups.setdefault(group, []).append(name)
            else:
                others.append([test, outcome.status.value, outcome.detail])
        suites[suite] = {
            "seconds": record.seconds[suite],
            "passed": {group: " ".join(names) for group, names in groups.items()},
            "others": others,
        }
    document: Mapping[str, Any] = {"provenance": record.provenance, "suites": suites}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _join(group: str, name: str) -> str:
    return "%s.%s" % (group, name) if group else name
