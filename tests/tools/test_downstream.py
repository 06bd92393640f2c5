"""regraft_tools.downstream: what passes on stock must pass with regraft, and nothing that went wrong counts as passed."""

from __future__ import annotations

import json
import os
import sys
import tomllib

import pytest

from regraft_tools import environments
from regraft_tools.conformance.expectations import Allowed, Deviation, Kind, load
from regraft_tools.conformance.judgement import Verdict
from regraft_tools.conformance.results import Outcome, Status, SuiteRun
from regraft_tools.downstream import comparison, execution, projects
from regraft_tools.downstream.projects import Project

PROJECT = Project("sample", "2.7", (), ("tests/test_one.py", "tests/test_two.py"), version="1.0", alone=True)
ONE, TWO = "tests.test_one.Case.test_reads", "tests.test_two.test_writes"


def row(test: str) -> Deviation:
    return Deviation("sample", test, Kind.DIFFERS_BY_DESIGN, Allowed.FAILURE, "because")


def suite_run(**statuses: Status) -> SuiteRun:
    names = {"one": ONE, "two": TWO}
    return SuiteRun({names[name]: Outcome(status) for name, status in statuses.items()})


def verdicts(stock: SuiteRun, ours: SuiteRun, rows=()) -> dict[str, Verdict]:
    judged = comparison.weigh(PROJECT, stock, ours, rows).judgement
    return {each.test: each.verdict for each in judged.findings}


def test_a_test_that_passes_only_without_regraft_is_a_problem():
    compared = comparison.weigh(
        PROJECT, suite_run(one=Status.PASSED, two=Status.PASSED),
        suite_run(one=Status.FAILED, two=Status.PASSED), [],
    )
    assert [each.test for each in compared.judgement.problems] == [ONE]
    assert "2 passed on stock, 1 with regraft" in compared.describe()


def test_a_row_with_a_reason_allows_it_and_is_a_problem_when_it_is_no_longer_true():
    stock = suite_run(one=Status.PASSED)
    assert verdicts(stock, suite_run(one=Status.FAILED), [row(ONE)]) == {ONE: Verdict.LISTED}
    assert verdicts(stock, suite_run(one=Status.PASSED), [row(ONE)]) == {ONE: Verdict.UNEXPECTED_PASS}
    assert verdicts(stock, suite_run(one=Status.PASSED), [row(ONE), row("gone")])["gone"] is Verdict.STALE_ROW


def test_a_test_that_fails_with_both_is_counted_and_needs_no_row():
    compared = comparison.weigh(
        PROJECT, suite_run(one=Status.FAILED, two=Status.PASSED),
        suite_run(one=Status.ERROR, two=Status.PASSED), [],
    )
    assert compared.theirs == 1
    assert not compared.judgement.problems


def test_a_test_that_was_skipped_on_stock_and_fails_with_regraft_is_a_problem():
    assert verdicts(suite_run(one=Status.SKIPPED), suite_run(one=Status.FAILED)) == {ONE: Verdict.NEW_FAILURE}


def test_a_test_that_runs_on_stock_and_is_skipped_or_gone_with_regraft_is_a_problem():
    stock = suite_run(one=Status.PASSED, two=Status.PASSED)
    found = verdicts(stock, suite_run(one=Status.SKIPPED))
    assert found == {ONE: Verdict.NEW_SKIP, TWO: Verdict.NEWLY_MISSING}


def test_a_run_without_regraft_that_went_wrong_is_a_problem():
    stock = suite_run(one=Status.PASSED)
    stock.trouble = "did not come to its end"
    assert verdicts(stock, suite_run(one=Status.PASSED))[""] is Verdict.NOT_BELIEVED


class Rehearsed:
    """A place whose runs are known beforehand."""

    def __init__(self, project, *runs):
        self.project, self.runs, self.asked = project, list(runs), []

    def run(self, grafted, batches=None):
        self.asked.append((grafted, batches))
        return self.runs.pop(0)


def test_a_new_failure_gets_a_second_attempt_with_the_files_it_is_in():
    place = Rehearsed(
        PROJECT, suite_run(one=Status.PASSED, two=Status.PASSED),
        suite_run(one=Status.PASSED, two=Status.FAILED), suite_run(two=Status.PASSED),
    )
    compared = comparison.compare(place, [])
    assert place.asked == [(False, None), (True, None), (True, [["tests/test_two.py"]])]
    assert compared.judgement.retried == [TWO]
    assert not compared.judgement.problems


def test_a_failure_that_stays_is_a_problem():
    again = suite_run(two=Status.FAILED)
    place = Rehearsed(PROJECT, suite_run(two=Status.PASSED), suite_run(two=Status.FAILED), again)
    assert [each.test for each in comparison.compare(place, []).judgement.problems] == [TWO]


def test_tests_of_our_own_have_to_pass_at_once_and_are_not_run_without_regraft():
    ours = Project("sample", "2.7", (), ("tests",), ours=True)
    place = Rehearsed(ours, suite_run(one=Status.FAILED))
    assert [each.test for each in comparison.compare(place, []).judgement.problems] == [ONE]
    assert place.asked == [(True, None)]


def test_the_data_names_each_project_once_and_no_release_is_left_open():
    everything = tomllib.loads(projects.DATA.read_text(encoding="utf-8"))["project"]
    assert len({each["name"] for each in everything}) == len(everything)
    for each in projects.load([]):
        assert each.ours or any(package.endswith("==" + each.version) for package in each.packages), each.name
        assert all("==" in package or "<" in package for package in each.packages), each.name
    with pytest.raises(LookupError, match="no such project: nothing"):
        projects.load(["nothing"])


def test_each_row_belongs_to_a_project():
    rows = load(environments.checkout() / "tests" / "downstream", "expectations")
    assert {each.suite for each in rows} <= {each.name for each in projects.load([])}


def witness(tmp_path, folder):
    path = tmp_path / "witness.json"
    path.write_text(json.dumps({"ssl": folder + "/ssl.pyc", "hashlib": folder + "/hashlib.py", "openssl": "3"}))
    return path


def test_a_run_with_another_ssl_than_the_one_it_is_about_is_not_believed(tmp_path):
    ours, theirs = "/site/regraft/overlay", "/usr/lib/python2.7"
    assert execution.find_doubt(witness(tmp_path, ours), grafted=True) == ""
    assert execution.find_doubt(witness(tmp_path, theirs), grafted=False) == ""
    assert "ssl is " in execution.find_doubt(witness(tmp_path, theirs), grafted=True)
    assert "ssl is " in execution.find_doubt(witness(tmp_path, ours), grafted=False)
    assert "did not say" in execution.find_doubt(tmp_path / "nothing.json", grafted=True)


def test_the_worst_report_of_a_test_counts(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuite><testcase classname="a.B" name="c"/><testcase classname="a.B" name="c"><error message="m">t</error>'
        '</testcase><testcase classname="a.B" name="d"><skipped type="pytest.xfail"/></testcase></testsuite>'
    )
    found = execution.read_junit(report)
    assert {name: each.status for name, each in found.items()} == {
        "a.B.c": Status.ERROR, "a.B.d": Status.EXPECTED_FAILURE,
    }


def test_a_command_that_does_not_end_is_ended_and_what_it_said_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(execution, "LONGEST", 2)
    program = "import time; print('still here', flush=True); time.sleep(600)"
    status, output = execution.run_command(
        [sys.executable, "-c", program], dict(os.environ), tmp_path, tmp_path / "output.txt",
    )
    assert (status, output) == (None, "still here\n")
