"""regraft-tools degrade: what is said of a test, by what was recorded, and nothing beyond it."""

from __future__ import annotations

import pytest

from regraft_tools.degrade import evidence, page, records
from regraft_tools.degrade.comparison import State, compare
from regraft_tools.degrade.records import Outcome, Record

TEST = "test_it.py::test_it"


def report(outcome: str, when: str = "call", text: str = "", error: dict | None = None, wasxfail: str | None = None) -> dict:
    return {"report": {"nodeid": TEST, "when": when, "outcome": outcome, "duration": 0.1, "wasxfail": wasxfail,
                       "text": text, "error": error}}


def asked(name: str, nodeid: str = TEST) -> dict:
    return {"asked": {"name": name, "nodeid": nodeid, "file": "lib.py", "line": 7}}


def warning(text: str) -> dict:
    return {"warning": {"nodeid": TEST, "category": "InsecurePlatformWarning", "module": "lib", "text": text, "file": "lib.py",
                        "line": 7, "when": "runtest"}}


def record(release: str, *messages: dict) -> Record:
    made = Record(release)
    for each in ({"begin": {"python": "2.7.18"}}, {"collected": [TEST]}, {"start": TEST}, *messages, {"finish": TEST},
                 {"end": 0}):
        made.add(each)
    return made


def error(kind: str, text: str, line: str = "") -> dict:
    return report("failed", text="E   %s: %s" % (kind, text), error={"type": kind, "text": text, "line": line})


GOOD = report("passed")
NEWEST = record("newest", GOOD)


def judge(*messages: dict, release: str = "2.7.6", newest: Record = NEWEST):
    """The cell of the test under a release, and the group that it is in (None: it is in none)."""
    compared = compare([record(release, *messages)], newest)
    group = next((each for each in compared.groups if TEST in each.cells), None)
    return compared.cells[TEST][release], group


@pytest.mark.parametrize("messages, state", [
    ([GOOD], State.PASSED),
    ([report("failed")], State.FAILED),
    ([report("failed", "setup")], State.FAILED),
    ([GOOD, report("failed", "teardown")], State.FAILED),
    ([report("skipped", "setup", "needs it")], State.SKIPPED),
    ([report("skipped", wasxfail="known")], State.PASSED),
    ([GOOD, warning("less than it could be")], State.WARNED),
    ([asked("hashlib.pbkdf2_hmac"), GOOD], State.DEGRADED),
    ([{"lost": {"nodeid": TEST, "how": "crashed", "text": "killed"}}], State.CRASHED),
    ([{"lost": {"nodeid": TEST, "how": "hung", "text": "too long"}}], State.CRASHED),
])
def test_a_test_is_in_one_state_beside_the_newest(messages, state):
    assert judge(*messages)[0].state is state


@pytest.mark.parametrize("messages, state", [
    ([report("failed")], State.FAILS_ON_NEWEST), ([GOOD], State.PASSED), ([report("skipped", "setup")], State.SKIPPED),
])
def test_what_fails_on_the_newest_too_is_no_matter_of_a_release(messages, state):
    assert judge(*messages, newest=record("newest", report("failed")))[0].state is state


def test_a_warning_of_the_newest_is_no_difference():
    assert judge(warning("old"), GOOD, newest=record("newest", warning("old"), GOOD))[0].state is State.PASSED


@pytest.mark.parametrize("messages, feature", [
    ([asked("ssl.create_default_context"),
      error("AttributeError", "'module' object has no attribute 'create_default_context'")], "contexts"),
    ([asked("ssl.SSLContext", "test_it.py"), error("ImportError", "cannot import name SSLContext")], "contexts"),
    ([asked("ssl.SSLContext", "test_it.py"), error("ImportError", "cannot import name 'SSLContext' from 'ssl' (ssl.py)")],
     "contexts"),
    ([asked("ssl.SSLContext"), error("AssertionError", "too old", 'assert hasattr(ssl, "SSLContext"), "too old"')],
     "contexts"),
    ([error("AttributeError", "'SSLSocket' object has no attribute 'selected_alpn_protocol'")], "alpn"),
    ([error("TypeError", "wrap_socket() got an unexpected keyword argument 'server_hostname'")], "sni"),
    ([asked("ssl.SSLContext", "test_it.py"), warning("A true SSLContext object is not available."), GOOD], "contexts"),
    ([asked("ssl.HAS_SNI", "test_it.py"), warning("the SNI extension is not available"), GOOD], "sni"),
    ([asked("ssl.HAS_ALPN", "test_it.py"), report("skipped", "setup", "ALPN is needed")], "alpn"),
    ([asked("hashlib.pbkdf2_hmac"), GOOD], "pbkdf2"),
])
def test_a_difference_is_explained_by_the_feature_that_is_named_or_asked_for(messages, feature):
    cell, group = judge(*messages)
    assert cell.evidence[0].feature == feature
    assert group.key == feature
    assert group.row["detect"]


@pytest.mark.parametrize("messages", [
    # Nobody has asked for what the text has.
    [warning("A true SSLContext object is not available."), GOOD],
    [error("AttributeError", "'module' object has no attribute 'SSLContext'")],
    # Another test has asked, and this one fails for a reason of its own.
    [asked("ssl.SSLContext", "test_it.py"), error("AssertionError", "assert 1 == 2")],
    # This one has asked, and went on: nothing shows that it fails for that.
    [asked("ssl.SSLContext"), error("AssertionError", "assert 1 == 2", "assert one() == 2")],
    # The line names what this one has not asked for.
    [asked("hashlib.pbkdf2_hmac"), error("AssertionError", "too old", "assert old, 'SSLContext'")],
    # A word of English that is a name, too.
    [asked("hmac.digest", "test_it.py"), report("skipped", "setup", "no digest here")],
])
def test_what_nothing_shows_is_not_explained(messages):
    cell, group = judge(*messages)
    assert cell.state.differs
    assert cell.evidence == ()
    assert group.key is None
    assert group.title == "Not explained"


def test_a_name_without_a_row_is_a_group_of_its_own():
    assert judge(asked("ssl._private_thing"), GOOD)[1].key == "ssl._private_thing"


@pytest.mark.parametrize("name, release, feature", [
    ("ssl.SSLContext", "2.7.8", "contexts"), ("ssl.SSLContext", "2.7.9", None), ("hmac.compare_digest", "2.7.6", "compare-digest"),
    ("hmac.compare_digest", "2.7.7", None), ("ssl.TLSVersion", "3.6.0", "minimum-version"), ("ssl.TLSVersion", "3.7", None),
    ("ssl.SSLContext.unheard_of", "2.7.6", "contexts"), ("ssl.SSLContext", "newest", None), ("os.no_such", "2.7.6", None),
])
def test_a_feature_explains_only_where_the_release_lacks_it(name, release, feature):
    assert evidence.find_feature(name, release) == feature


def test_a_file_that_cannot_be_collected_explains_why_its_tests_are_not_run():
    old = Record("2.7.6")
    for each in ({"begin": {"python": "2.7.18"}}, asked("ssl.SSLContext", "test_it.py"),
                 {"trouble": {"nodeid": "test_it.py", "outcome": "failed",
                              "text": "test_it.py:1\nE   ImportError: cannot import name SSLContext"}},
                 {"collected": []}, {"end": 1}):
        old.add(each)
    compared = compare([old], NEWEST)
    for nodeid, state in (("test_it.py", State.FAILED), (TEST, State.NOT_RUN)):
        assert compared.cells[nodeid]["2.7.6"].state is state
        assert compared.cells[nodeid]["2.7.6"].group == "contexts"


def test_a_run_that_did_not_begin_is_a_row_and_its_tests_are_not_run():
    old = Record("2.7.6")
    old.add({"note": "the process ended: exit status 4"})
    compared = compare([old], NEWEST)
    assert compared.cells[TEST]["2.7.6"].state is State.NOT_RUN
    assert compared.gets_worse


def test_a_test_that_is_run_again_counts_once():
    made = Record("2.7.6")
    for each in ({"collected": [TEST]}, {"start": TEST}, error("OSError", "half done"), {"start": TEST}, GOOD, {"finish": TEST}):
        made.add(each)
    assert made.trials[TEST].outcome is Outcome.PASSED
    assert made.trials[TEST].errors == []


def test_half_a_line_at_the_end_of_a_record_is_left_out():
    assert list(records.lines(b'{"start": "a"}\n{"fin')) == [{"start": "a"}]


def test_the_page_shows_texts_of_tests_as_text():
    hostile = "<script>alert(1)</script>"
    old = record("2.7.6", report("failed", text=hostile, error={"type": "E", "text": hostile, "line": ""}))
    old.add({"note": hostile})
    text = page.render(compare([old], NEWEST), page.Setting(hostile, "2.7.18", "0.1", ["pytest", hostile], 1.0))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_page_needs_nothing_from_elsewhere_and_its_tables_have_heads():
    compared = compare([record("2.7.6", asked("ssl.HAS_SNI"), error("NameError", "x"))], NEWEST)
    text = page.render(compared, page.Setting("t", "2.7.18", "0.1", ["pytest"], 1.0))
    assert "http://" not in text and "https://" not in text and "src=" not in text
    assert text.count("<caption") == text.count("<table") == 2
    assert '<th scope="row" class="name">%s</th>' % TEST in text
    assert '<html lang="en">' in text
