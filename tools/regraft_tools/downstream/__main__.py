"""Command line: `python -m regraft_tools.downstream [PROJECT …]`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import certificates, environments, interpreters
from regraft_tools.conformance import expectations, report
from regraft_tools.downstream import projects
from regraft_tools.downstream.comparison import Comparison, compare
from regraft_tools.downstream.execution import Place
from regraft_tools.interpreters import Interpreter

ROWS = Path("tests", "downstream")


def run(chosen: Sequence[projects.Project], found: dict[str, Interpreter]) -> list[Comparison]:
    """Runs the projects, one after the other, and tells what comes out.

    Args:
        chosen: which.
        found: an interpreter for each series that they name.
    """
    rows = expectations.load(environments.checkout() / ROWS, "expectations")
    done = []
    with tempfile.TemporaryDirectory(prefix="regraft-downstream-") as name:
        certificates.create_certificates(Path(name))
        for project in chosen:
            interpreter = found[project.python]
            print("%s on %s …" % (project.title, interpreter.version), flush=True)
            environment = environments.ensure(interpreter, "downstream-" + project.name, packages=project.packages)
            place = Place(project, environment, projects.find_sources(project, environment), Path(name))
            compared = compare(place, rows)
            for finding in compared.judgement.problems:
                print(report.describe_problem(interpreter.version, project.name, finding), flush=True)
            for test in compared.judgement.retried:
                print("    %s passed at the second attempt" % test)
            print("    " + compared.describe(), flush=True)
            done.append(compared)
    return done


def main(arguments: Sequence[str]) -> int:
    """0 if whatever passes without regraft passes with it; 1 if not; 2 if nothing could be run."""
    try:
        chosen = projects.load(list(arguments))
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    series = sorted({project.python for project in chosen})
    search = interpreters.search(series)
    if search.missing:
        print(search.report(), file=sys.stderr)
        return 2
    try:
        done = run(chosen, {each.series: each for each in search.found})
    except (environments.BuildFailed, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\nother people's test suites")
    for each in done:
        print("  " + each.describe())
    return 1 if any(each.judgement.problems for each in done) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
