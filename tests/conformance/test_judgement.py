"""Planted deviations of every kind must be found, and allowed ones must be let through."""

from __future__ import annotations

import pytest
from regraft_tools.conformance.expectations import Allowed, Deviation, Kind
from regraft_tools.conformance.judgement import Verdict, judge
from regraft_tools.conformance.results import Outcome, Status, SuiteRun

SUITE = "test_ssl"
TEST = "ThreadedTests.test_echo"


def row(kind=Kind.DIFFERS_BY_DESIGN, allowed=Allowed.FAILURE, test=TEST, suite=SUITE):
    return Deviation(suite, test, kind, allowed, "because")


def judge_one(status, stock, rows=()):
    """The judgement when one test ended so with regraft and so without; None: it was not there."""
    run = SuiteRun({} if status is None else {TEST: Outcome(status)})
    before = {} if stock is None else {TEST: Outcome(stock)}
    return judge(SUITE, run, before, rows)


def verdict_on(status, stock, rows=()):
    judged = judge_one(status, stock, rows)
    return judged.findings[0].verdict if judged.findings else None


PASSED, FAILED, ERROR, SKIPPED = Status.PASSED, Status.FAILED, Status.ERROR, Status.SKIPPED


@pytest.mark.parametrize(
    "status, stock, rows, wanted",
    [
        (PASSED, PASSED, [], Verdict.PASSED),
        (PASSED, FAILED, [], Verdict.PASSED),
        (PASSED, SKIPPED, [], Verdict.PASSED),
        (PASSED, None, [], Verdict.PASSED),
        (Status.EXPECTED_FAILURE, PASSED, [], Verdict.PASSED),
        (SKIPPED, SKIPPED, [], Verdict.SKIPPED),
        (SKIPPED, None, [], Verdict.SKIPPED),
        (FAILED, PASSED, [row()], Verdict.LISTED),
        (ERROR, FAILED, [row(Kind.FAILS_ON_STOCK_TOO)], Verdict.LISTED),
        (FAILED, SKIPPED, [row(Kind.ENVIRONMENT)], Verdict.LISTED),
        (SKIPPED, PASSED, [row(allowed=Allowed.SKIP)], Verdict.LISTED_SKIP),
        (None, PASSED, [row(allowed=Allowed.MISSING)], Verdict.LISTED),
        (PASSED, PASSED, [row(Kind.ENVIRONMENT)], Verdict.PASSED),
        (PASSED, FAILED, [row(Kind.FAILS_ON_STOCK_TOO, Allowed.UNSTEADY)], Verdict.PASSED),
        (FAILED, PASSED, [row(Kind.FAILS_ON_STOCK_TOO, Allowed.UNSTEADY)], Verdict.LISTED),
    ],
)
def test_what_is_as_it_should_be_is_no_problem(status, stock, rows, wanted):
    assert verdict_on(status, stock, rows) is wanted
    assert not judge_one(status, stock, rows).problems


@pytest.mark.parametrize(
    "status, stock, rows, wanted",
    [
        # failures
        (FAILED, PASSED, [], Verdict.NEW_FAILURE),
        (ERROR, PASSED, [], Verdict.NEW_FAILURE),
        (FAILED, FAILED, [], Verdict.NEW_FAILURE),
        (FAILED, SKIPPED, [], Verdict.NEW_FAILURE),
        (FAILED, None, [], Verdict.NEW_FAILURE),
        (Status.UNEXPECTED_SUCCESS, Status.EXPECTED_FAILURE, [], Verdict.NEW_FAILURE),
        # a row of such a kind cannot excuse what works without regraft
        (FAILED, PASSED, [row(Kind.FAILS_ON_STOCK_TOO)], Verdict.NEW_FAILURE),
        (FAILED, PASSED, [row(Kind.ENVIRONMENT)], Verdict.NEW_FAILURE),
        # a row for another outcome, test or suite
        (FAILED, FAILED, [row(allowed=Allowed.SKIP)], Verdict.NEW_FAILURE),
        (SKIPPED, PASSED, [row(allowed=Allowed.FAILURE)], Verdict.NEW_SKIP),
        (FAILED, PASSED, [row(suite="test_ssl@legacy-tls")], Verdict.NEW_FAILURE),
        # skips and tests that are gone
        (SKIPPED, PASSED, [], Verdict.NEW_SKIP),
        (SKIPPED, FAILED, [], Verdict.NEW_SKIP),
        (None, PASSED, [], Verdict.NEWLY_MISSING),
        (None, FAILED, [row()], Verdict.NEWLY_MISSING),
        # nothing excuses these
        (Status.CRASHED, PASSED, [row()], Verdict.CRASHED),
        (Status.CRASHED, Status.CRASHED, [row(Kind.FAILS_ON_STOCK_TOO)], Verdict.CRASHED),
        (Status.HUNG, Status.HUNG, [row()], Verdict.HUNG),
        (SKIPPED, PASSED, [row(Kind.FAILS_ON_STOCK_TOO, Allowed.UNSTEADY)], Verdict.NEW_SKIP),
        # rows that are no longer true
        (PASSED, PASSED, [row()], Verdict.UNEXPECTED_PASS),
        (PASSED, FAILED, [row(Kind.FAILS_ON_STOCK_TOO)], Verdict.UNEXPECTED_PASS),
        (PASSED, PASSED, [row(allowed=Allowed.SKIP)], Verdict.UNEXPECTED_PASS),
        (PASSED, PASSED, [row(allowed=Allowed.MISSING)], Verdict.UNEXPECTED_PASS),
        (None, None, [row()], Verdict.STALE_ROW),
    ],
)
def test_each_planted_deviation_is_a_problem(status, stock, rows, wanted):
    assert verdict_on(status, stock, rows) is wanted
    assert judge_one(status, stock, rows).problems


def test_a_test_that_was_skipped_before_may_be_gone():
    assert judge_one(None, SKIPPED).findings == []


def test_a_row_of_another_suite_is_neither_stale_nor_used():
    assert judge_one(PASSED, PASSED, [row(suite="test_hashlib")]).problems == []


@pytest.mark.parametrize("trouble, intruders", [("5 children died", []), ("", ["ssl is theirs"])])
def test_a_run_that_cannot_be_believed_is_a_problem_although_all_tests_passed(trouble, intruders):
    run = SuiteRun({TEST: Outcome(PASSED)}, trouble=trouble)
    judged = judge(SUITE, run, {TEST: Outcome(PASSED)}, [], intruders)
    assert [each.verdict for each in judged.problems] == [Verdict.NOT_BELIEVED]


def test_a_run_that_broke_off_is_one_problem_and_not_one_for_each_test_it_did_not_come_to():
    before = {"A.test_%d" % number: Outcome(PASSED) for number in range(9)}
    judged = judge(SUITE, SuiteRun({}, trouble="the interpreter ended"), before, [])
    assert [each.verdict for each in judged.problems] == [Verdict.NOT_BELIEVED]


def test_every_verdict_that_is_no_problem_is_named_here():
    fine = {verdict for verdict in Verdict if not verdict.is_problem}
    assert fine == {Verdict.PASSED, Verdict.SKIPPED, Verdict.LISTED, Verdict.LISTED_SKIP}
