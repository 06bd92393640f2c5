"""Traces are compared strictly, and a list of differences cannot grow old unseen."""

from __future__ import annotations

import pytest

from regraft_tools.differential import comparison
from regraft_tools.differential.comparison import Row

MEASURE = {"one: a()": 1, "one: b()": {"type": "SSLError"}, "two: c()": None}
ROW = Row(("one: *",), "a reason that is long enough")


def changed(**changes):
    return {**MEASURE, **{"one: %s()" % name: value for name, value in changes.items()}}


def test_equal_traces_do_not_differ():
    assert comparison.differing(MEASURE, dict(MEASURE)) == []


@pytest.mark.parametrize("ours", [changed(a=2), changed(a=True, b=None), {"one: a()": 1}, changed(z=1)])
def test_another_result_a_missing_call_and_a_further_call_are_differences(ours):
    assert comparison.differing(MEASURE, ours)
    assert comparison.unlisted(MEASURE, ours, "2.7", [])


def test_a_difference_is_told_with_both_results():
    told, = comparison.unlisted(MEASURE, changed(a="other"), "2.7", [])
    assert "one: a()" in told and "other" in told and "1" in told


def test_a_row_excuses_what_its_patterns_name_and_nothing_else():
    ours = {**changed(a=2), "two: c()": 3}
    told, = comparison.unlisted(MEASURE, ours, "2.7", [ROW])
    assert told.startswith("two: c()")


def test_a_row_excuses_nothing_on_a_series_that_it_does_not_name():
    row = Row(("one: *",), "a reason that is long enough", ("2.7",))
    assert comparison.unlisted(MEASURE, changed(a=2), "2.7", [row]) == []
    assert comparison.unlisted(MEASURE, changed(a=2), "3.6", [row])


def test_a_row_whose_calls_agree_is_stale():
    assert comparison.stale(MEASURE, {"2.7": changed(a=2)}, [ROW]) == []
    assert comparison.stale(MEASURE, {"2.7": dict(MEASURE)}, [ROW])


def test_a_row_is_stale_if_a_series_that_it_names_agrees():
    row = Row(("one: *",), "a reason that is long enough", ("2.7", "3.6"))
    both = {"2.7": changed(a=2), "3.6": dict(MEASURE)}
    assert comparison.stale(MEASURE, both, [row]) == ["one: * differs no more on 3.6"]
    assert comparison.stale(MEASURE, {"2.7": changed(a=2)}, [row]) == []


def test_two_lines_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two lines"):
        comparison.by_name([{"name": "a", "result": 1}, {"name": "a", "result": 1}])


@pytest.mark.parametrize("text", [
    'calls = ["a"]',
    'reason = "a reason that is long enough"',
    'calls = ["a"]\nreason = "short"',
    'calls = ["a"]\nreason = "a reason that is long enough"\nother = 1',
])
def test_a_row_needs_calls_and_a_reason_and_has_nothing_else(tmp_path, text):
    path = tmp_path / "differences.toml"
    path.write_text("[[difference]]\n" + text)
    with pytest.raises(ValueError):
        comparison.read_list(path)
