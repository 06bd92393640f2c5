"""Runs the tests of a project in an environment and reads what pytest reports."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from regraft_tools.conformance.results import Outcome, Status, SuiteRun
from regraft_tools.conformance.suites import LEGACY_TLS
from regraft_tools.downstream.projects import Project
from regraft_tools.environments import Environment

LONGEST = 900  # seconds for one group of files
WITNESS = Path(__file__).with_name("witness")
# Exit statuses of pytest that mean it came to its end: no test failed, some failed.
_ENDED = (0, 1)
_TAIL = 3000  # characters that are kept of the output of a run that died


@dataclass(frozen=True)
class Place:
    """Where the tests of one project are run.

    Attributes:
        project: whose tests.
        environment: in which it is installed, with all that its tests need.
        sources: the directory to which the files of tests are relative.
        certificates: the directory that tests of our own take certificates from.
    """

    project: Project
    environment: Environment
    sources: Path
    certificates: Path

    def run(self, grafted: bool, batches: Iterable[Sequence[str]] | None = None) -> SuiteRun:
        """Runs the tests, with regraft or without.

        Args:
            grafted: whether regraft is active.
            batches: groups of files to run, each in a process; None means all.
        """
        begun = time.monotonic()
        done = SuiteRun()
        troubles = []
        for batch in self.project.batches() if batches is None else batches:
            with tempfile.TemporaryDirectory(prefix="regraft-downstream-") as name:
                outcomes, trouble = self._run_batch(batch, grafted, Path(name))
            done.outcomes.update(outcomes)
            if trouble:
                troubles.append("%s: %s" % (" ".join(batch), trouble))
        done.seconds = time.monotonic() - begun
        done.trouble = "\n".join(troubles)
        return done

    def _run_batch(
        self, batch: Sequence[str], grafted: bool, room: Path
    ) -> tuple[dict[str, Outcome], str]:
        """The outcomes, and why they cannot be believed; empty if they can."""
        report, witness = room / "report.xml", room / "witness.json"
        command = [
            str(self.environment.python), *(("-m", "regraft", "run") if grafted else ()), "-m", "pytest", "-q",
            "-p", "no:cacheprovider", "-p", "regraft_witness", "--junitxml", str(report),
            "--rootdir", str(self.sources), "-o", "python_files=*.py", *self.project.options,
            *(str(self.sources / each) for each in batch),
        ]
        variables = self.environment.variables({
            "PYTHONPATH": str(WITNESS), "PYTHONDONTWRITEBYTECODE": "1", "REGRAFT_WITNESS": str(witness),
            "REGRAFT_TEST_CERTS": str(self.certificates),
            # To urllib3 it means a busy machine, on which ten milliseconds are too short to wait for a server.
            "CI": "1",
        })
        if not grafted:
            variables["REGRAFT_DISABLE"] = "1"
        if self.project.legacy_tls:
            configuration = room / "openssl.cnf"
            configuration.write_text(LEGACY_TLS.text)
            variables["OPENSSL_CONF"] = str(configuration)
        # Tests of an unpacked source archive look for their data in the directory they are started in.
        folder = room if self.project.installed else self.sources
        ended, output = run_command(command, variables, folder, room / "output.txt")
        outcomes = read_junit(report) if report.exists() else {}
        key = " ".join(batch)
        if ended is None:
            outcomes[key] = Outcome(Status.HUNG, "%s\nnot done after %d seconds" % (output, LONGEST))
        elif ended not in _ENDED or not outcomes:
            outcomes[key] = Outcome(Status.CRASHED, "%s\npytest ended with status %d" % (output, ended))
        else:
            return outcomes, find_doubt(witness, grafted)
        # With regraft the judgement is hard on it by itself; without, nothing can be compared.
        return outcomes, "" if grafted else "did not come to its end\n" + outcomes[key].detail
        return outcomes, find_doubt(witness, grafted)


def run_command(
    command: Sequence[str], variables: dict[str, str], folder: Path, output: Path
) -> tuple[int | None, str]:
    """Runs a command in a process group of its own, of which nothing is left afterwards.

    Returns:
        (exit status, or None if it took too long; the end of what it printed)
    """
    with open(output, "wb") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=stream,
            stderr=subprocess.STDOUT, start_new_session=True,
        )
        try:
            status = process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            status = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return status, output.read_text("utf-8", "replace")[-_TAIL:]


def find_doubt(witness: Path, grafted: bool) -> str:
    """Why a run was not what it should have been, by what its witness wrote; empty if it was."""
    if not witness.exists():
        return "the run did not say which ssl it had"
    files = json.loads(witness.read_text())
    wrong = [
        "%s is %s" % (name, files[name]) for name in ("ssl", "hashlib")
        if (Path(files[name]).parent.parts[-2:] == ("regraft", "overlay")) is not grafted
    ]
    return "; ".join(wrong)


def read_junit(path: Path) -> dict[str, Outcome]:
    """The outcomes in a report of pytest, by class and name of the test."""
    outcomes: dict[str, Outcome] = {}
    for name, outcome in _read_cases(path):
        # A test that passes and then fails to clean up is there twice.
        if name not in outcomes or outcome.status.is_bad:
            outcomes[name] = outcome
    return outcomes


def _read_cases(path: Path) -> Iterator[tuple[str, Outcome]]:
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = "%s.%s" % (case.get("classname", ""), case.get("name", ""))
        yield name, _read_case(case)


def _read_case(case: xml.etree.ElementTree.Element) -> Outcome:
    for tag, status in (("failure", Status.FAILED), ("error", Status.ERROR), ("skipped", Status.SKIPPED)):
        found = case.find(tag)
        if found is not None:
            if found.get("type") == "pytest.xfail":
                status = Status.EXPECTED_FAILURE
            return Outcome(status, "%s\n%s" % (found.text or "", found.get("message") or ""))
    return Outcome(Status.PASSED)
