"""How runs of translated suites are judged: there is no stock 2.7 to compare with."""

from __future__ import annotations

from pathlib import Path

import pytest
from regraft_tools import tally
from regraft_tools.conformance import __main__, execution, homes, records, reference, translated
from regraft_tools.conformance.expectations import Allowed, Deviation, Kind
from regraft_tools.conformance.judgement import Verdict
from regraft_tools.conformance.results import Outcome, Status, SuiteRun
from regraft_tools.conformance.suites import Suite
from regraft_tools.interpreters import Interpreter

SUITE = Suite("2.7", "test_ssl")
HOST = Interpreter(Path("/nowhere/python2.7"), (2, 7, 18), Path("/nowhere"), True, "PATH")
STOCK = homes.Home(Path("/homes/stock"), Path("/homes/stock/site"), grafted=False)
GRAFTED = homes.Home(Path("/homes/grafted"), Path("/homes/grafted/site"), grafted=True)
OURS = ("ssl", "hashlib", "hmac", "random", "regraft._openssl")
IDENTITY = {"regraft": ["regraft"], "files": {name: str(GRAFTED.site / name) for name in OURS}}


def judge(monkeypatch, outcome, rows=(), elsewhere=None, older=False):
    """The verdicts on a run in which the only test had that outcome, and the suites that were run."""
    asked = []

    def run_suite(python, suite, home, *, only=()):
        assert home is GRAFTED
        asked.append(suite)
        return SuiteRun({"A.b": outcome} if outcome else {}, IDENTITY)

    monkeypatch.setattr(execution, "run_suite", run_suite)
    known = records.Record()
    if elsewhere is not None:
        known.suites["test_ssl"] = {"A.b": Outcome(elsewhere)}
    here = translated.TranslatedSession(
        HOST, STOCK, GRAFTED, records.Record(), list(rows), elsewhere=known, older=older
    )
    (judged,) = here.judge([SUITE], lambda found: None)
    return [each.verdict for each in judged.findings], asked


def row(allowed=Allowed.FAILURE, kind=Kind.DIFFERS_BY_DESIGN, test="A.b"):
    return Deviation("test_ssl", test, kind, allowed, "because")


PASSED, FAILED = Outcome(Status.PASSED), Outcome(Status.FAILED, "AssertionError")
SKIPPED = Outcome(Status.SKIPPED, "Windows specific")
NOT_HERE = Outcome(Status.SKIPPED, translated.NOT_HERE + "no coroutines")


@pytest.mark.parametrize("outcome, rows, elsewhere, verdict", [
    (PASSED, [], None, Verdict.PASSED),
    (FAILED, [], None, Verdict.NEW_FAILURE),
    (FAILED, [row()], None, Verdict.LISTED),
    (PASSED, [row()], None, Verdict.UNEXPECTED_PASS),
    (None, [row()], None, Verdict.STALE_ROW),
    (SKIPPED, [], None, Verdict.SKIPPED),
    (SKIPPED, [], Status.SKIPPED, Verdict.SKIPPED),
    (SKIPPED, [], Status.PASSED, Verdict.NEW_SKIP),
    (SKIPPED, [row(Allowed.SKIP)], Status.PASSED, Verdict.LISTED_SKIP),
    (SKIPPED, [row(Allowed.SKIP, Kind.FAILS_ON_STOCK_TOO)], Status.PASSED, Verdict.LISTED_SKIP),
    (NOT_HERE, [], None, Verdict.NEW_SKIP),
    (NOT_HERE, [row(Allowed.SKIP)], None, Verdict.LISTED_SKIP),
    (Outcome(Status.HUNG), [row()], None, Verdict.HUNG),
])
def test_every_failure_and_every_doubtful_skip_needs_a_row(monkeypatch, outcome, rows, elsewhere, verdict):
    assert judge(monkeypatch, outcome, rows, elsewhere)[0] == [verdict]


def test_a_test_that_must_not_run_is_left_out(monkeypatch):
    outcome = Outcome(Status.SKIPPED, "left out: its row says why")
    verdicts, asked = judge(monkeypatch, outcome, [row(Allowed.NOT_RUN)])
    assert verdicts == [Verdict.LISTED_SKIP]
    assert asked[0].left_out == ("A.b",)


def test_a_row_for_the_newest_reference_need_not_hold_for_an_older_one(monkeypatch):
    rows = [row(), row(test="A.younger")]
    assert judge(monkeypatch, PASSED, rows, older=True)[0] == [Verdict.PASSED]
    assert judge(monkeypatch, FAILED, rows, older=True)[0] == [Verdict.LISTED]
    assert judge(monkeypatch, PASSED, rows)[0] == [Verdict.UNEXPECTED_PASS, Verdict.STALE_ROW]


def test_the_skips_of_the_stand_ins_begin_as_the_judge_expects():
    text = (reference.STAND_INS / "__init__.py").read_text()
    assert "NOT_HERE = %s\n" % repr(translated.NOT_HERE).replace("'", '"') in text


def test_that_no_reference_is_here_is_said_and_no_failure(monkeypatch, capsys):
    noted = []

    def find():
        raise reference.NoReference("none is here")

    monkeypatch.setattr(reference, "find", find)
    monkeypatch.setattr(tally, "record", noted.append)
    assert __main__.main(["translated", "--here"]) == 0
    assert "Not run: none is here" in capsys.readouterr().out
    assert [each.note for each in noted] == ["not run: none is here"]
