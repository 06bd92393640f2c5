"""When a suite is run again: alone after a failure, without regraft when the record is in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
from regraft_tools.conformance import execution, homes, records, session
from regraft_tools.conformance.expectations import Allowed, Deviation, Kind
from regraft_tools.conformance.judgement import Verdict
from regraft_tools.conformance.results import Outcome, Status, SuiteRun
from regraft_tools.conformance.suites import Suite
from regraft_tools.interpreters import Interpreter

SUITE = Suite("2.7", "test_ssl")
HOST = Interpreter(Path("/nowhere/python2.7"), (2, 7, 18), Path("/nowhere"), True, "PATH")
STOCK = homes.Home(Path("/homes/stock"), Path("/homes/stock/site"), grafted=False)
GRAFTED = homes.Home(Path("/homes/grafted"), Path("/homes/grafted/site"), grafted=True)
PASSED, FAILED = Status.PASSED, Status.FAILED


def identity_in(home):
    names = ("ssl", "hashlib", "hmac", "random", "regraft._openssl")
    return {
        "version": "2.7.18", "build": "2.7.18", "openssl": "OpenSSL 3.0.19", "platform": "Linux",
        "root": False, "regraft": ["regraft"] if home.grafted else [],
        "files": {name: str(home.site / name) for name in names} if home.grafted else {},
    }


class Runs:
    """Stands for execution.run_suite: what the next runs give, and what was asked for."""

    def __init__(self):
        self.scripts = {STOCK: [], GRAFTED: []}
        self.asked = []

    def __call__(self, python, suite, home, *, only=()):
        self.asked.append((home, sorted(only)))
        given = self.scripts[home].pop(0)
        outcomes = {name: Outcome(status) for name, status in given.items()}
        return SuiteRun(outcomes, identity_in(home))


@pytest.fixture
def runs(monkeypatch):
    result = Runs()
    monkeypatch.setattr(execution, "run_suite", result)
    return result


def begin(recorded=None, rows=()):
    record = records.Record()
    if recorded is not None:
        record.suites[SUITE.name] = {name: Outcome(each) for name, each in recorded.items()}
    return session.Session(HOST, STOCK, GRAFTED, record, list(rows))


def judge(here):
    (judged,) = here.judge([SUITE], lambda found: None)
    return judged


def row(kind):
    return Deviation(SUITE.name, "A.b", kind, Allowed.FAILURE, "because")


def test_a_suite_that_is_as_recorded_is_run_once(runs):
    runs.scripts[GRAFTED] = [{"A.b": PASSED}]
    assert judge(begin({"A.b": PASSED})).problems == []
    assert runs.asked == [(GRAFTED, [])]


def test_a_failure_that_does_not_happen_again_alone_is_named_and_no_problem(runs):
    runs.scripts[GRAFTED] = [{"A.a": PASSED, "A.b": FAILED}, {"A.b": PASSED}]
    judged = judge(begin({"A.a": PASSED, "A.b": PASSED}))
    assert judged.problems == []
    assert judged.retried == ["A.b"]
    assert runs.asked == [(GRAFTED, []), (GRAFTED, ["A.b"])]


def test_a_failure_that_happens_again_is_a_problem(runs):
    runs.scripts[GRAFTED] = [{"A.b": FAILED}, {"A.b": FAILED}]
    runs.scripts[STOCK] = [{"A.b": PASSED}]
    judged = judge(begin({"A.b": PASSED}))
    assert [each.verdict for each in judged.problems] == [Verdict.NEW_FAILURE]
    assert judged.retried == []


@pytest.mark.parametrize("death", [Status.CRASHED, Status.HUNG])
def test_a_crash_or_a_hang_gets_no_second_attempt(runs, death):
    runs.scripts[GRAFTED] = [{"A.b": death}]
    assert len(judge(begin({"A.b": PASSED})).problems) == 1
    assert runs.asked == [(GRAFTED, [])]


def test_a_failure_that_the_record_denies_is_measured_without_regraft_today(runs):
    runs.scripts[GRAFTED] = [{"A.b": FAILED}, {"A.b": FAILED}]
    runs.scripts[STOCK] = [{"A.b": FAILED}]
    judged = judge(begin({"A.b": PASSED}, [row(Kind.ENVIRONMENT)]))
    assert [each.verdict for each in judged.findings] == [Verdict.LISTED]
    assert runs.asked[-1] == (STOCK, ["A.b"])


def test_a_listed_test_that_passes_both_ways_on_this_machine_is_no_problem(runs):
    runs.scripts[GRAFTED] = [{"A.b": PASSED}]
    runs.scripts[STOCK] = [{"A.b": PASSED}]
    assert judge(begin({"A.b": FAILED}, [row(Kind.ENVIRONMENT)])).problems == []


def test_a_listed_test_that_passes_only_with_regraft_is_a_problem(runs):
    runs.scripts[GRAFTED] = [{"A.b": PASSED}]
    runs.scripts[STOCK] = [{"A.b": FAILED}]
    judged = judge(begin({"A.b": FAILED}, [row(Kind.ENVIRONMENT)]))
    assert [each.verdict for each in judged.problems] == [Verdict.UNEXPECTED_PASS]


def test_a_suite_without_a_record_is_first_run_without_regraft(runs):
    runs.scripts[GRAFTED] = [{}]
    runs.scripts[STOCK] = [{"A.b": PASSED}, {"A.b": PASSED}]
    judged = judge(begin())
    assert [each.verdict for each in judged.problems] == [Verdict.NEWLY_MISSING]


def test_a_run_in_which_our_modules_were_not_used_is_not_believed(runs, monkeypatch):
    runs.scripts[GRAFTED] = [{"A.b": PASSED}]
    monkeypatch.setitem(globals(), "identity_in", lambda home: {"files": {}, "regraft": []})
    judged = judge(begin({"A.b": PASSED}))
    assert {each.verdict for each in judged.problems} == {Verdict.NOT_BELIEVED}


def test_what_is_measured_without_regraft_goes_into_the_record(runs):
    runs.scripts[STOCK] = [{"A.b": PASSED}]
    here = begin()
    assert here.measure([SUITE], lambda line: None) == []
    assert here.record.suites[SUITE.name] == {"A.b": Outcome(PASSED)}


def test_a_measurement_that_regraft_took_part_in_is_not_recorded(runs, monkeypatch):
    runs.scripts[STOCK] = [{"A.b": PASSED}]
    grafted = identity_in(GRAFTED)
    monkeypatch.setitem(globals(), "identity_in", lambda home: grafted)
    here = begin()
    assert len(here.measure([SUITE], lambda line: None)) == 1
    assert here.record.suites == {}
