"""regraft_tools.tally and testing: a run that did not come to its end is no success."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from regraft_tools import environments, tally, testing
from regraft_tools.interpreters import Interpreter, Search
from regraft_tools.tally import Row


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv(environments.VARIABLE, str(tmp_path / "environments"))


def run(tmp_path: Path, body: str, *arguments: str) -> Row:
    """The row of a test file with that body."""
    path = tmp_path / "test_trial.py"
    path.write_text(body)
    finished = testing.run_pytest(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        "trial", [str(path), *arguments], environments.clean_environ(), tmp_path,
    )
    return finished.row


def test_each_way_in_which_a_test_can_end_is_counted(tmp_path):
    row = run(tmp_path, """
import pytest

def test_passes(): pass
def test_fails(): assert False
def test_is_skipped(): pytest.skip("reason")
@pytest.mark.xfail(reason="known")
def test_is_expected_to_fail(): assert False
@pytest.fixture
def broken(): raise ValueError
def test_has_an_error(broken): pass
""")
    assert row == Row("trial", passed=1, failed=2, skipped=1, expected=1)


def test_a_crash_is_a_failure(tmp_path):
    row = run(tmp_path, "def test_dies():\n    import os\n    os.kill(os.getpid(), 11)\n")
    assert row.failed == 1
    assert "signal 11" in row.note


def test_a_run_that_hangs_is_ended_and_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(testing, "LONGEST", 2)
    row = run(tmp_path, "def test_hangs():\n    import time\n    time.sleep(600)\n")
    assert row.failed == 1
    assert "no end after 2 seconds" in row.note


def test_a_run_without_tests_is_a_failure(tmp_path):
    assert run(tmp_path, "") == Row("trial", failed=1, note="no test ran")


def test_a_wrong_argument_is_a_failure(tmp_path):
    assert run(tmp_path, "def test_passes(): pass", "--no-such-option").failed == 1


def test_rows_are_kept_until_they_are_cleared(capsys):
    tally.record(Row("2.7.18 tests", passed=3, expected=1))
    tally.record(Row("2.7.18 tests", passed=4, expected=1))
    tally.record(Row("3.13.0 tests", passed=2, skipped=5))
    assert tally.main(["show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "6 passed, 0 failed, 5 skipped"
    assert any(line.startswith("2.7.18 tests") for line in lines)
    tally.clear()
    assert tally.recorded() == []


def test_a_failed_row_or_none_at_all_is_no_success(capsys):
    assert tally.main(["show"]) == 1
    tally.record(Row("3.9.1 tests", passed=2, failed=1))
    assert tally.main(["show"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 1 failed, 0 skipped"


def interpreter(version: str) -> Interpreter:
    release = tuple(int(each) for each in version.split("."))
    return Interpreter(Path("/usr/bin/python"), release, Path("/usr/include"), True, "PATH")


def found(*versions: str) -> Search:
    return Search(tuple(interpreter(each) for each in versions), missing=("3.6", "3.12"))


def test_the_usual_run_is_on_four_series(monkeypatch):
    search = found("2.7.18", "3.6.15", "3.7.1", "3.9.1", "3.13.0")
    monkeypatch.setattr(testing.interpreters, "search", lambda *wanted: search)
    chosen = testing.choose([])
    assert [each.series for each in chosen.found] == ["2.7", "3.6", "3.9", "3.13"]
    assert chosen.missing == ("3.6",)
    assert len(testing.choose([], everything=True).found) == 5


def test_without_2_7_the_oldest_found_stands_in(monkeypatch):
    monkeypatch.setattr(testing.interpreters, "search", lambda *wanted: found("3.7.1", "3.9.1"))
    assert [each.series for each in testing.choose([]).found] == ["3.7", "3.9"]


def test_paths_among_the_arguments_replace_the_usual_ones():
    usual = ["tests/unit"]
    assert testing.with_paths(["-k", "digest"], usual) == ["tests/unit", "-k", "digest"]
    assert testing.with_paths(["tests/tools/test_tally.py::test_x"], usual) == [
        "tests/tools/test_tally.py::test_x"
    ]
