"""Command line: `python -m regraft_tools.downstream [PROJECT …]`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import environments, interpreters
from regraft_tools.conformance import expectations, report
from regraft_tools.conformance.judgement import Judgement, judge
from regraft_tools.conformance.results import Outcome, Status, SuiteRun
from regraft_tools.downstream import projects
from regraft_tools.downstream.projects import Project

LONGEST = 900  # seconds for one group of files
# An exit status of pytest that means it ran tests: none failed, some failed.
RAN = (0, 1)


def run(project: Project, environment: environments.Environment, grafted: bool) -> SuiteRun:
    """Runs the tests of a project, with regraft or without."""
    sources = projects.find_sources(project, environment)
    done = SuiteRun()
    for batch in project.batches():
        with tempfile.TemporaryDirectory(prefix="regraft-downstream-") as room:
            target = Path(room, "report.xml")
            start = ["-m", "regraft", "run", "-m", "pytest"] if grafted else ["-m", "pytest"]
            command = [
                str(environment.python), *start, "-q", "-p", "no:cacheprovider", "--junitxml", str(target),
                "-o", "python_files=*.py", *project.options, *[str(sources / each) for each in batch],
            ]
            variables = environment.variables(None if grafted else {"REGRAFT_DISABLE": "1"})
            try:
                # gevent's and urllib3's tests find their data from where they are started.
                ended = subprocess.run(
                    command, env=variables, cwd=room if project.installed else sources, timeout=LONGEST,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                )
            except subprocess.TimeoutExpired:
                done.outcomes[" ".join(batch)] = Outcome(Status.HUNG, "after %d seconds" % LONGEST)
                continue
            if ended.returncode not in RAN or not target.exists():
                words = ended.stdout.decode("utf-8", "replace")[-2000:]
                done.outcomes[" ".join(batch)] = Outcome(Status.CRASHED, words)
            if target.exists():
                done.outcomes.update(read_junit(target))
    return done


def read_junit(path: Path) -> dict[str, Outcome]:
    """The outcomes that a report of pytest lists, by class and name of the test."""
    outcomes = {}
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = "%s.%s" % (case.get("classname", ""), case.get("name", ""))
        # Places of the machine in the names of classes would make rows useless elsewhere.
        name = name.rpartition("site-packages.")[2]
        outcomes[name] = _read_case(case)
    return outcomes


def _read_case(case: xml.etree.ElementTree.Element) -> Outcome:
    for tag, status in (("failure", Status.FAILED), ("error", Status.ERROR), ("skipped", Status.SKIPPED)):
        found = case.find(tag)
        if found is not None:
            if found.get("type") == "pytest.xfail":
                status = Status.EXPECTED_FAILURE
            return Outcome(status, "%s\n%s" % (found.text or "", found.get("message") or ""))
    return Outcome(Status.PASSED)


def main(arguments: Sequence[str]) -> int:
    """0 if whatever passes without regraft passes with it; 1 if not; 2 if nothing could be run."""
    rows = expectations.load(environments.checkout() / "tests" / "downstream", "expectations")
    try:
        chosen = projects.load(list(arguments))
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    judged: list[Judgement] = []
    for project in chosen:
        found = interpreters.find([project.python])
        if not found:
            print("%s: no Python %s here" % (project.name, project.python), file=sys.stderr)
            return 2
        environment = environments.ensure(found[0], "downstream-" + project.name, packages=project.packages)
        title = "%s %s" % (project.name, project.version)
        print("%s on %s …" % (title, found[0].version), flush=True)
        stock, ours = run(project, environment, False), run(project, environment, True)
        # What fails without regraft too, or is skipped there, is theirs and needs no row.
        theirs = {name for name, outcome in stock.outcomes.items() if not outcome.status.is_good}
        ours.outcomes = {name: each for name, each in ours.outcomes.items()
                         if each.status.is_good or name not in theirs}
        judgement = judge(project.name, ours,
                          {name: each for name, each in stock.outcomes.items() if name not in theirs}, rows)
        judged.append(judgement)
        for finding in judgement.problems:
            print(report.describe_problem(found[0].version, project.name, finding), flush=True)
        print("%s: %d tests that pass on stock, %d passed with regraft, %d problems; %d are not counted, as they "
              "do not pass on stock" % (title, stock.count(Status.PASSED), ours.count(Status.PASSED),
                                        len(judgement.problems), len(theirs)), flush=True)
    print(report.make_table("other people's suites", judged))
    return 1 if any(each.problems for each in judged) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
