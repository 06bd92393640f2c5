"""The interpreters that are compared: a stock one, and those with regraft."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regraft_tools import environments, interpreters

REFERENCE = "3.13"
LONGEST = 120  # seconds for one script


class Silent(RuntimeError):
    """A script did not come to its end, or has not written what it was to write."""


@dataclass(frozen=True)
class Party:
    """An interpreter that runs scripts.

    Attributes:
        title: how people call it.
        series: its feature release as text.
        command: what comes before the script.
        variables: its environment.
    """

    title: str
    series: str
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(repr=False)

    def start(
        self, script: Path, *arguments: str, variables: Mapping[str, str] | None = None, **options
    ) -> subprocess.Popen:
        """Starts a script in a process group of its own; options are those of Popen."""
        return subprocess.Popen(
            [*self.command, str(script), *arguments],
            env={**self.variables, "PYTHONDONTWRITEBYTECODE": "1", **(variables or {})},
            start_new_session=True, **options,
        )

    def trace(
        self, script: Path, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> list[dict]:
        """Runs a script and reads the lines of JSON that it prints.

        Raises:
            Silent: it failed, hung, or printed something else.
        """
        process = self.start(
            script, *arguments, variables=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        try:
            output, errors = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            end_group(process)
            raise Silent(
                "%s hangs in %s after %r" % (self.title, script.name, _last(process))
            ) from None
        if process.returncode:
            raise Silent(
                "%s: %s ended with status %d\n%s"
                % (self.title, script.name, process.returncode, errors.decode("utf-8", "replace"))
            )
        try:
            return [json.loads(line) for line in output.splitlines()]
        except ValueError as error:
            raise Silent("%s: %s printed no JSON: %s" % (self.title, script.name, error)) from None


def end_group(process: subprocess.Popen) -> None:
    """Ends a process that `start` has made, and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _last(process: subprocess.Popen) -> str:
    """The last line that a script printed before it was ended."""
    output, _errors = process.communicate()
    return (output.decode("utf-8", "replace").splitlines() or [""])[-1][:200]


def reference() -> Party:
    """The stock interpreter that the others are measured by.

    Raises:
        LookupError: there is none.
    """
    found = interpreters.search([REFERENCE]).of(REFERENCE)
    if found is None:
        raise LookupError(
            "CPython %s, whose ssl is the measure here, was not found: `pyenv install %s`, or name "
            "one in %s" % (REFERENCE, REFERENCE, interpreters.VARIABLE)
        )
    return Party(
        "stock %s" % found.version, found.series, (str(found.path),), environments.clean_environ()
    )


def grafted(series: Sequence[str]) -> list[Party]:
    """The interpreters of those series that are found, with regraft.

    Raises:
        LookupError: none of them was found.
        environments.BuildFailed: regraft cannot be built for one.
    """
    found = interpreters.search(series).found
    if not found:
        raise LookupError("no CPython %s was found" % " or ".join(series))
    made = []
    for each in found:
        environment = environments.ensure(each, "tests", packages=["pytest"])
        made.append(Party(
            "%s + regraft" % each.version, each.series,
            (str(environment.python), "-m", "regraft", "run"), environment.variables(),
        ))
    return made
