"""Suites under a profile: what fails is what came later, says so, and nothing else; and the names that are lent."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import types
from pathlib import Path

import pytest
from regraft_tools import interpreters
from regraft_tools.conformance import emulated, execution, homes, records
from regraft_tools.conformance.emulated import EmulatedSession
from regraft_tools.conformance.expectations import Allowed, Deviation, ExpectationsError, Kind
from regraft_tools.conformance.judgement import Verdict
from regraft_tools.conformance.results import Outcome, Status, SuiteRun
from regraft_tools.conformance.suites import Suite
from regraft_tools.interpreters import Interpreter

DATA = Path(__file__).parent / "expectations"
HOST = Interpreter(Path("/nowhere/python2.7"), (2, 7, 18), Path("/nowhere"), True, "PATH")
GRAFTED = homes.Home(Path("/homes/grafted"), Path("/homes/grafted/site"), grafted=True)
SUITE = Suite("2.7", "test_ssl", release="2.7.8", lent=(("HAS_ALPN", False),))
PASSED = Outcome(Status.PASSED)
LACKS = "AttributeError: 'module' object has no attribute 'SSLContext'"
FAILED = Outcome(Status.ERROR, LACKS)
ROW = Deviation("test_ssl", "A.b", Kind.LATER_FEATURE, Allowed.FAILURE, "", "", "contexts", "attribute 'SSLContext'")
HOLE = Deviation("test_ssl", "A.b", Kind.CLOSED_HOLE, Allowed.FAILURE, "", "", "empty-crl-point")


def identity(absent=()):
    names = ("ssl", "hashlib", "hmac", "random", "regraft._openssl")
    return {"files": {name: str(GRAFTED.site / name) for name in names}, "regraft": [], "absent": list(absent)}


def judge(monkeypatch, profile, plain, rows=(), absent=("ssl.SSLContext",)):
    """The verdict on the one test A.b, given what it does under the profile and without."""
    def run_suite(python, suite, home, *, only=()):
        outcome = profile if suite.release else plain
        assert bool(suite.release) == bool(suite.lent)
        return SuiteRun({} if outcome is None else {"A.b": outcome}, identity(absent if suite.release else ()))

    monkeypatch.setattr(execution, "run_suite", run_suite)
    here = EmulatedSession(HOST, GRAFTED, GRAFTED, records.Record(), list(rows))
    (judged,) = here.judge([SUITE], lambda found: None)
    return [each.verdict for each in judged.findings]


def test_a_test_of_a_later_feature_fails_as_its_row_says(monkeypatch):
    assert judge(monkeypatch, FAILED, PASSED, [ROW]) == [Verdict.LISTED]
    assert judge(monkeypatch, FAILED, Outcome(Status.FAILED, "other"), [ROW]) == [Verdict.LISTED]


def test_a_failure_without_a_row_is_a_problem(monkeypatch):
    assert judge(monkeypatch, FAILED, PASSED) == [Verdict.NEW_FAILURE]
    assert judge(monkeypatch, Outcome(Status.SKIPPED, "no"), PASSED) == [Verdict.NEW_SKIP]
    assert judge(monkeypatch, FAILED, Outcome(Status.FAILED, "AssertionError: other")) == [Verdict.NEW_FAILURE]


def test_a_row_whose_test_passes_is_a_problem(monkeypatch):
    assert judge(monkeypatch, PASSED, PASSED, [ROW]) == [Verdict.UNEXPECTED_PASS]


@pytest.mark.parametrize("says", ["TypeError: something else", ""])
def test_a_test_that_fails_for_another_reason_than_its_row_is_a_problem(monkeypatch, says):
    assert judge(monkeypatch, Outcome(Status.ERROR, says), PASSED, [ROW]) == [Verdict.OTHER_REASON]


def test_a_row_for_a_test_that_fails_so_without_a_profile_is_a_problem(monkeypatch):
    assert judge(monkeypatch, FAILED, FAILED, [ROW]) == [Verdict.OTHER_REASON]


def test_what_fails_so_without_a_profile_needs_no_row(monkeypatch):
    assert judge(monkeypatch, FAILED, FAILED) == []


def test_a_test_that_passes_with_what_the_release_has_not_is_a_problem(monkeypatch):
    uses = Outcome(Status.PASSED, uses=("socket.socket", "ssl.SSLContext"))
    assert judge(monkeypatch, uses, PASSED) == [Verdict.LATER_PASS]
    assert judge(monkeypatch, uses, PASSED, absent=("ssl.HAS_ALPN",)) == [Verdict.PASSED]


def test_a_test_of_a_hole_that_stays_closed_passes(monkeypatch):
    uses = Outcome(Status.PASSED, uses=("ssl.SSLContext",))
    assert judge(monkeypatch, uses, PASSED, [HOLE]) == [Verdict.PASSED]
    assert Verdict.STALE_ROW in judge(monkeypatch, FAILED, PASSED, [HOLE])


def test_a_row_whose_test_is_gone_is_a_problem(monkeypatch):
    assert judge(monkeypatch, None, None, [ROW]) == [Verdict.STALE_ROW]


@pytest.mark.parametrize("release", sorted(emulated.MODULES))
def test_every_kept_row_names_a_suite_and_a_later_feature(release):
    rows = emulated.rows_of(DATA, release)
    names = {suite.name for suite in emulated.suites_of(release)}
    assert {row.suite for row in rows} <= names
    assert bool(rows) is (release != "2.7.18")


@pytest.mark.parametrize("change, complaint", [
    ({"contexts": "contests"}, "the registry has no 'contests'"),
    ({"contexts": "pbkdf2"}, "pbkdf2 is in 2.7.8 already"),
    ({"contexts": "empty-crl-point"}, "is a fix"),
    ({'kind = "later-feature"': 'kind = "environment"', 'feature = "contexts"\nsays = "x"': 'reason = "r"'}, "no row of the kind"),
    ({'says = "x"\n': ""}, "has feature and says"),
])
def test_a_row_that_the_registry_contradicts_is_refused(tmp_path, change, complaint):
    text = '[[deviation]]\nsuite = "test_ssl"\ntests = ["A.b"]\nkind = "later-feature"\nfeature = "contexts"\nsays = "x"\n'
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "2.7-emulating-2.7.8.toml").write_text(text)
    with pytest.raises(ExpectationsError, match=complaint):
        emulated.rows_of(tmp_path, "2.7.8")


def test_a_release_without_rows_is_refused_by_name():
    with pytest.raises(LookupError, match="no suite is run as 2.7.3; suites are run as 2.7.12, 2.7.18, 2.7.6, 2.7.8"):
        emulated.suites_of("2.7.3")


def load_child(monkeypatch, ssl):
    spec = importlib.util.spec_from_file_location("child", execution.CHILD)
    child = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    monkeypatch.setitem(__import__("sys").modules, "ssl", ssl)
    return child


def test_names_are_lent_until_the_first_test_runs(monkeypatch, tmp_path):
    ssl = types.ModuleType("ssl")
    child = load_child(monkeypatch, ssl)
    runner = child.Runner(child.Stream(str(tmp_path / "stream"), "test_ssl"), (), (), (), (), {"HAS_ALPN": False})
    runner.lend()
    assert ssl.HAS_ALPN is False
    seen = []

    class Case(child.unittest.TestCase):
        def test_it(self):
            seen.append(hasattr(ssl, "HAS_ALPN"))

    runner.run(child.unittest.TestSuite([Case("test_it")]))
    assert seen == [False]


def test_what_is_there_cannot_be_lent(monkeypatch, tmp_path):
    ssl = types.ModuleType("ssl")
    ssl.HAS_ALPN = True
    child = load_child(monkeypatch, ssl)
    runner = child.Runner(child.Stream(str(tmp_path / "stream"), "test_ssl"), (), (), (), (), {"HAS_ALPN": False})
    with pytest.raises(LookupError, match="HAS_ALPN"):
        runner.lend()


ATTRIBUTES = """
import functools, json, sys
sys.path.insert(0, %r)
import child
def wrap(function):
    @functools.wraps(function)
    def inner(*arguments):
        return function(*arguments)
    return inner
class Case(object):
    @wrap
    def test_it(self):
        def later():
            return [ssl.HAS_ALPN for _ in ()], (lambda: ssl.Purpose)
        name.ssl.other
        return ssl.SSLContext(ssl.PROTOCOL_TLS).wrap_socket, later
print(json.dumps(sorted(child.list_attributes(Case().test_it))))
"""


def test_what_a_test_asks_of_modules_is_read_from_its_code():
    found = interpreters.search(["2.7"]).found
    if not found:
        pytest.skip("there is no 2.7, whose byte code it is")
    done = subprocess.run(
        [str(found[0].path), "-B", "-c", ATTRIBUTES % str(execution.CHILD.parent)], capture_output=True, text=True, check=True,
    )
    assert json.loads(done.stdout) == ["name.ssl", "ssl.HAS_ALPN", "ssl.PROTOCOL_TLS", "ssl.Purpose", "ssl.SSLContext"]
