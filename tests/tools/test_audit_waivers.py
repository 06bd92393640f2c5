"""regraft_tools.audit.waivers: a row explains what it names, must be needed, and must be told where it is seen."""

from __future__ import annotations

import pytest

from regraft_tools.audit import gates, storage, waivers
from regraft_tools.audit.comparison import Drift, Kind
from regraft_tools.audit.waivers import Against, Malformed

ROW = {
    "names": ["ssl.SSLSocket.makefile"], "drift": ["signature"], "against": ["reference"],
    "differs": ["ssl.SSLSocket.makefile"], "reason": "2.7's file objects take other parameters",
}
DRIFT = Drift("ssl.SSLSocket.makefile", Kind.SIGNATURE, "takes (), not (mode)")
TWO = {
    "interpreter": {"version": "2.7.18", "suites": "python", "capabilities": {"OPENSSL3": True}},
    "differs": {"ssl.SSLSocket.makefile": "2.7's file objects have no encoding."},
}


def rows(**changes):
    """ROW, changed, as read from a file; None takes a key out."""
    row = {key: value for key, value in {**ROW, **changes}.items() if value is not None}
    text = "[[waiver]]\n" + "".join("%s = %s\n" % (
        key, value if isinstance(value, list) else '"%s"' % value) for key, value in row.items())
    return waivers.parse(text)


def judge(listed, drifts=(DRIFT,), against=Against.REFERENCE, snapshot=TWO, off=frozenset()):
    return waivers.judge(drifts, listed, against, snapshot, off)


def test_a_row_explains_the_drift_that_it_names():
    verdict = judge(rows())
    assert verdict.explained == ((DRIFT, ROW["reason"]),)
    assert verdict.unexplained == () and verdict.problems == ()


def test_drift_without_a_row_is_unexplained():
    assert judge([]).unexplained == (DRIFT,)


@pytest.mark.parametrize("other", [
    Drift("ssl.SSLSocket.makefile", Kind.MISSING, "is missing"), Drift("ssl.SSLSocket.send", Kind.SIGNATURE, "takes"),
])
def test_a_row_explains_no_other_name_and_no_other_kind_of_drift(other):
    assert judge(rows(), [DRIFT, other]).unexplained == (other,)


def test_a_row_that_nothing_needs_is_stale():
    assert judge(rows(), []).problems == ("stale waiver: ssl.SSLSocket.makefile drifts no more (signature)",)


def test_each_name_of_a_row_must_be_needed():
    problem, = judge(rows(names=["ssl.SSLSocket.makefile", "ssl.SSLSocket.se*"])).problems
    assert "ssl.SSLSocket.se*" in problem


@pytest.mark.parametrize("changes, applies", [
    ({"on": ["2.7"]}, True), ({"on": ["<3.7"]}, True), ({"on": [">=3.10", "2.7"]}, True),
    ({"on": [">=2.7,<3.6"]}, True), ({"on": [">=3.6,<3.9"]}, False), ({"on": ["3.6"]}, False), ({"on": [">=2.8"]}, False),
    ({"lacks": "OPENSSL3"}, False), ({"suites": "openssl"}, False), ({"suites": "python"}, True),
    ({"against": ["stock"]}, False), ({"against": ["stock", "reference"]}, True),
])
def test_a_row_about_other_hosts_explains_nothing_and_is_not_stale(changes, applies):
    verdict = judge(rows(**changes))
    assert bool(verdict.explained) is applies
    assert judge(rows(**changes), []).problems == (verdict.problems if not applies else (
        "stale waiver: ssl.SSLSocket.makefile drifts no more (signature)",))


def test_a_row_must_be_told_by_the_docstring_that_it_names():
    for said in ({}, {"ssl.SSLSocket.makefile": "nothing."}):
        problems = judge(rows(), snapshot=dict(TWO, differs=said)).problems
        assert any("has no `Differs:` that says so" in each for each in problems)


def test_a_docstring_that_says_nothing_differs_contradicts_any_row():
    said = {**TWO["differs"], "ssl.SSLSocket.makefile": "nothing.", "ssl.SSLSocket": "makefile()."}
    problem, = judge(rows(differs=["ssl.SSLSocket"]), snapshot=dict(TWO, differs=said)).problems
    assert "says in its docstring that it differs in nothing" in problem


def test_a_public_name_is_never_incidental():
    problem, = judge(rows(differs=None, cause="incidental")).problems
    assert "is no private name" in problem
    private = Drift("ssl._socket", Kind.MISSING, "is missing")
    listed = rows(differs=None, cause="incidental", names=["ssl._socket"], drift=["missing"])
    assert judge(listed, [private]).problems == ()


def test_a_row_that_says_it_follows_the_reference_must():
    listed = rows(differs=None, cause="newest", against=["stock"])
    assert judge(listed, against=Against.STOCK).problems == ()
    problem, = judge(listed, against=Against.STOCK, off=frozenset([DRIFT.path])).problems
    assert "is not as in the reference" in problem


@pytest.mark.parametrize("changes, complaint", [
    ({"reason": None}, "reason"), ({"reason": "so"}, "reason in words"), ({"names": None}, "names"),
    ({"drift": ["vanished"]}, "vanished"), ({"against": ["2.7"]}, "2.7"), ({"on": ["3.x"]}, "no condition"), ({"on": [">=3.6,"]}, "no condition"),
    ({"differs": None}, "one of differs and cause"), ({"cause": "environment"}, "one of differs and cause"),
    ({"differs": None, "cause": "because"}, "because"), ({"nmaes": ["x"]}, "unknown key nmaes"),
    ({"names": "ssl.x"}, "names is a list"), ({"names": ["*"]}, "too wide"), ({"names": ["ssl.*"]}, "too wide"),
])
def test_a_row_that_says_too_little_or_too_much_is_refused(changes, complaint):
    with pytest.raises(Malformed, match=complaint):
        rows(**changes)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "broken.toml").write_text("[[waiver]\n")
    with pytest.raises(Malformed, match="broken.toml"):
        waivers.load(tmp_path / "broken.toml")
    with pytest.raises(Malformed, match="No such file"):
        waivers.load(tmp_path / "none.toml")


def test_the_rows_of_the_checkout_can_be_read_and_none_excuses_what_another_does():
    listed = waivers.load()
    assert listed
    seen = set()
    for row in listed:
        for key in [(name, kind, against, on, row.lacks, row.suites) for name in row.names for kind in row.drift
                    for against in row.against for on in row.on or ("all",)]:
            assert key not in seen, key
            seen.add(key)


def test_a_condition_on_a_capability_that_there_is_not_is_refused():
    with pytest.raises(Malformed, match="no capability OPENSLL3"):
        judge(rows(lacks="OPENSLL3"))


def test_a_docstring_must_not_deny_a_name_that_the_reference_has():
    grafted = regrafted(storage.API)
    grafted["differs"] = {
        "ssl.wrap_socket": "not in 3.15.", "ssl.SSLContext.set_npn_protocols": "3.15 fails.", "_ssl.SSLType.read": "not in 3.15"}
    assert audit(grafted).is_clean
    grafted["differs"]["ssl.SSLContext.wrap_bio"] = "not in 3.15."
    assert audit(grafted).verdicts[Against.REFERENCE].problems == (
        "ssl.SSLContext.wrap_bio says in its docstring that it is not in 3.15, but it is",)


def regrafted(release):
    """A recorded release that claims to be regraft's."""
    snapshot = storage.recorded(release)
    snapshot["interpreter"].update(regraft="0.1.0", capabilities={"OPENSSL3": True})
    return snapshot


def audit(grafted):
    same = storage.recorded(storage.API)
    defaults = dict(same, defaults=storage.recorded(storage.DEFAULTS)["defaults"])
    grafted["defaults"] = defaults["defaults"]
    return gates.audit_against("a copy", same, defaults, defaults, grafted, grafted, [])


def test_a_copy_of_the_reference_is_clean_and_each_gate_finds_what_is_planted():
    assert audit(regrafted(storage.API)).is_clean
    missing = regrafted(storage.API)
    del missing["modules"]["ssl"]["SSLContext"]["members"]["wrap_bio"]
    result = audit(missing)
    assert not result.is_clean
    for against in (Against.REFERENCE, Against.STOCK):
        assert [each.path for each in result.verdicts[against].unexplained] == ["ssl.SSLContext.wrap_bio"]
    weak = regrafted(storage.API)
    defaults = storage.recorded(storage.DEFAULTS)["defaults"]
    defaults["ssl.create_default_context(SERVER_AUTH)"]["check_hostname"] = False
    same = storage.recorded(storage.API)
    upstream = storage.recorded(storage.DEFAULTS)
    result = gates.audit_against("a copy", same, upstream, upstream, dict(weak, defaults=upstream["defaults"]),
                                 dict(weak, defaults=defaults), [])
    assert [each.path for each in result.verdicts[Against.NEWEST].unexplained] == [
        "ssl.create_default_context(SERVER_AUTH).check_hostname"]
