"""Builds the documentation and runs its samples: the session `docs`.

    python -m regraft_tools.docgen build [--here] [OPTION OF SPHINX …]

A warning is an error. With `--here`, as `make test` calls it, a machine that lacks one of the interpreters that the
pages are made with is told so and nothing is built; without, that is a failure.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import environments, interpreters, tally
from regraft_tools.docgen import interface, samples
from regraft_tools.tally import Row

PACKAGES = ("furo", "myst-parser", "sphinx")
TITLE = "documentation"


def run(arguments: Sequence[str]) -> bool:
    """Carries out the session and records what it gave; whether all is well.

    Raises:
        LookupError: an interpreter is not there, and `--here` was not asked for.
    """
    options = [each for each in arguments if each != "--here"]
    missing = find_missing()
    if missing and "--here" in arguments:
        return _close(Row(TITLE, note="not built: Python %s is not here" % " and ".join(missing)))
    folder = environments.checkout() / "docs" / "_build"
    folder.mkdir(parents=True, exist_ok=True)
    write_interface(folder / "interface.json")
    if not build_pages(folder / "html", options):
        return _close(Row(TITLE, failed=1, note="the pages could not be built"))
    outcomes = samples.run_file(folder / "samples.json")
    print(samples.report(outcomes))
    passed, failed, skipped = samples.count(outcomes)
    return _close(Row(TITLE, passed, failed, skipped))


def find_missing() -> list[str]:
    """The series that are needed and not here."""
    return [series for series in sorted({interface.OLD, interface.NEW, *samples.SERIES})
            if interpreters.search([series]).of(series) is None]


def write_interface(path: Path) -> None:
    """Writes what is new on 2.7, for the pages of the reference."""
    path.write_text(json.dumps(interface.collect(), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def build_pages(target: Path, options: Sequence[str] = ()) -> bool:
    """Builds the pages as HTML; whether there was no warning."""
    environment = environments.ensure(interpreters.own(), "docs", packages=PACKAGES, regraft=False)
    command = [str(environment.python), "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", *options]
    done = subprocess.run([*command, str(environments.checkout() / "docs"), str(target)], check=False)
    if done.returncode == 0:
        print("the pages are in %s" % target)
    return done.returncode == 0


def _close(row: Row) -> bool:
    tally.record(row)
    print("\n%s\n\n%s" % (tally.draw([row]), tally.closing_line([row])), flush=True)
    return not row.failed
