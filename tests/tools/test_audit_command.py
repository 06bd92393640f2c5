"""`regraft-tools audit`: what it prints, its exit status, and what a new Python or OpenSSL asks for."""

from __future__ import annotations

import argparse
import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import regraft_tools.__main__ as tools_command
from regraft_tools import environments, interpreters, openssls, tally, testing
from regraft_tools.audit import alignment, checklist, command, comparison, gates, report, storage, stubs, taking, waivers
from regraft_tools.audit.comparison import Drift, Kind
from regraft_tools.audit.waivers import Against, Malformed, Verdict
from regraft_tools.conformance import judgement, session

LOST = Drift("ssl.wrap_socket", Kind.MISSING, "is missing")
KEPT = Drift("ssl._dnsname_match", Kind.SIGNATURE, "takes (dn, hostname, max_wildcards=1), not (dn, hostname)")
CLEAN = gates.Result("2.7.18 + regraft", "OpenSSL 3.0.19", 432, {
    Against.REFERENCE: Verdict(((KEPT, "takes the second argument too"),), (), ()),
    Against.STOCK: Verdict((), (), ()), Against.NEWEST: Verdict((), (), ()),
})
DIRTY = gates.Result("3.9.18 + regraft", "OpenSSL 3.0.19", 431, {
    Against.REFERENCE: Verdict((), (), ("stale waiver: ssl.x drifts no more (missing)",)),
    Against.STOCK: Verdict((), (LOST,), ()), Against.NEWEST: Verdict((), (), ()),
})


@pytest.fixture(autouse=True)
def own_tally(tmp_path, monkeypatch):
    """Rows of a test are not those of the run that it is part of."""
    monkeypatch.setattr(tally, "_folder", lambda: tmp_path / "tally")


@pytest.fixture
def audited(monkeypatch):
    """Sets what the audit of each interpreter gives."""
    def set_results(*results):
        hosts = {each.title: each for each in results}
        found = SimpleNamespace(found=list(hosts), missing=(), report=lambda: "two interpreters")
        monkeypatch.setattr(testing, "choose", lambda series, everything: found)
        monkeypatch.setattr(gates, "audit_interpreter", lambda host, rows: hosts[host])
        return found
    return set_results


def test_a_clean_run_is_told_in_a_table_and_in_the_table_of_all_sessions(audited, capsys):
    audited(CLEAN)
    assert command.main([]) == 0
    said = capsys.readouterr().out
    assert "the interface of %s" % storage.API in said and "0 unexplained,   1 explained" in said
    assert said.rstrip().endswith("no drift: 1 interpreters") and KEPT.path not in said
    row, = tally.recorded()
    assert (row.title, row.passed, row.failed, row.expected) == ("2.7.18 audit", 431, 0, 1)


def test_drift_and_stale_rows_fail_and_are_named(audited, capsys):
    audited(CLEAN, DIRTY)
    assert command.main(["--all"]) == 1
    said = capsys.readouterr().out
    assert "missing   ssl.wrap_socket is missing" in said and "stale waiver: ssl.x" in said
    assert said.rstrip().endswith("drift: 3.9.18 + regraft")
    assert [each.failed for each in tally.recorded()] == [0, 2]


def test_what_rows_explain_is_told_on_demand(audited, capsys):
    audited(CLEAN)
    assert command.main(["--verbose"]) == 0
    assert "explained %s: takes the second argument too" % KEPT in capsys.readouterr().out


def test_programs_get_the_same_as_json_and_nothing_else(audited, capsys):
    audited(CLEAN, DIRTY)
    assert command.main(["--json"]) == 1
    clean, dirty = json.loads(capsys.readouterr().out)
    assert clean["clean"] and not dirty["clean"]
    assert dirty["comparisons"]["stock"]["unexplained"] == [
        {"name": "ssl.wrap_socket", "drift": "missing", "what": "is missing"}]
    assert clean["comparisons"]["reference"]["explained"][0]["reason"] == "takes the second argument too"


def test_an_interpreter_that_was_asked_for_by_name_and_is_not_there_fails(audited):
    audited(CLEAN).missing = ("3.9",)
    assert command.main(["2.7", "3.9"]) == 1
    assert command.main([]) == 0


def test_without_any_interpreter_nothing_passes(audited, capsys):
    audited()
    assert command.main([]) == 2
    assert "no interpreter to audit" in capsys.readouterr().err


def test_it_is_a_command_of_the_tools(audited):
    audited(CLEAN)
    assert tools_command.main(["audit"]) == 0


def test_a_stock_interpreter_does_not_pass_for_a_regrafted_one():
    with pytest.raises(taking.NotTaken, match="regraft is not in force"):
        gates.take_grafted(taking.of_path(sys.executable))


# ---- drift, snapshot --------------------------------------------------------------


def test_recorded_releases_can_be_compared(capsys):
    assert command.main(["drift", "3.13.0", "3.13.0"]) == 0
    assert capsys.readouterr().out == "no drift\n"
    assert command.main(["drift", "3.13.0", "3.12.1", "--json"]) == 1
    names = {each["name"] for each in json.loads(capsys.readouterr().out)}
    assert {"ssl.HAS_PSK", "ssl.SSLContext.set_psk_client_callback"} <= names
    assert command.main(["drift", "3.13.0", "3.12.1", "--lost", "--json"]) == 1
    lost = [each["name"] for each in json.loads(capsys.readouterr().out)]
    assert lost == ["random._sha512", "random._warn"], "3.13 took nothing else away"


@pytest.mark.parametrize("redirection, lines", [("| true", 0), (">/dev/full", 1)])
def test_a_report_that_does_not_arrive_is_no_drift(redirection, lines):
    # The shell tells the status of the first command by a file, for that of a pipe is of the last.
    ended = subprocess.run(
        ["sh", "-c", '{ "$0" -m regraft_tools audit drift 2.7.18 3.15.2 --json; echo $? >&3; } 3>&2 %s' % redirection,
         sys.executable], capture_output=True, text=True)
    *said, status = ended.stderr.splitlines()
    assert status == "2" and len(said) == lines, ended.stderr


def test_defaults_of_recorded_releases_can_be_compared(capsys):
    assert command.main(["drift", "3.13.0", "3.12.1", "--defaults"]) == 1
    said = capsys.readouterr().out
    assert "ssl.create_default_context(CLIENT_AUTH).verify_flags is with VERIFY_X509_STRICT" in said


def test_a_snapshot_that_was_written_can_be_read_again(tmp_path, capsys):
    target = tmp_path / "own.json"
    assert command.main(["snapshot", sys.executable, "--output", str(target)]) == 0
    assert command.main(["drift", sys.executable, str(target)]) == 0
    assert command.main(["snapshot", sys.executable]) == 0
    assert target.read_text("utf-8") in capsys.readouterr().out


def test_waivers_hold_where_a_regrafted_one_is_compared_with_the_reference(tmp_path, capsys, monkeypatch):
    grafted = storage.recorded(storage.API)
    grafted["interpreter"].update(regraft="0.1.0", capabilities={})
    grafted["modules"]["ssl"]["_dnsname_match"]["signature"].append("max_wildcards=1")
    grafted["differs"] = {"ssl._dnsname_match": "takes one more."}
    (tmp_path / "one.json").write_text(storage.dump(grafted))
    row = waivers.Waiver(("ssl._dnsname_match",), (Kind.SIGNATURE,), (Against.REFERENCE,), "for 2.7",
                         differs=("ssl._dnsname_match",))
    monkeypatch.setattr(waivers, "load", lambda: [row])
    assert command.main(["drift", str(tmp_path / "one.json")]) == 0
    assert "1 more are explained" in capsys.readouterr().out
    monkeypatch.setattr(waivers, "load", lambda: [])
    assert command.main([str(tmp_path / "one.json")]) == 1


# ---- a new Python -----------------------------------------------------------------


@pytest.fixture
def newer(monkeypatch):
    """A Python 3.16 that has a name more and another default; regraft cannot be built for it."""
    snapshot = storage.recorded(storage.API)
    snapshot["interpreter"]["version"] = "3.16.0"
    snapshot["modules"]["ssl"]["get_ech"] = {"kind": "function", "signature": ["host"]}
    del snapshot["modules"]["ssl"]["RAND_add"]
    snapshot["defaults"] = storage.recorded(storage.DEFAULTS)["defaults"]
    snapshot["defaults"]["ssl.SSLContext()"]["minimum_version"] = 0x304
    monkeypatch.setattr(taking, "of_path", lambda path: taking.Subject(str(path), (str(path),), {}))
    monkeypatch.setattr(taking, "take", lambda subject: snapshot)

    def refuse(path):
        raise LookupError("%s is a free-threaded build" % path)

    monkeypatch.setattr(interpreters, "at", refuse)
    return snapshot


def test_what_a_new_release_brings_takes_away_and_changes_is_told(newer, capsys):
    assert command.main(["new-python", "/new/python3.16"]) == 1
    said = capsys.readouterr().out
    assert re.search(r"new:\n  extra +ssl.get_ech is extra", said)
    assert re.search(r"gone:\n  missing +ssl.RAND_add is missing", said)
    assert "ssl.SSLContext().minimum_version is 772, not 771" in said
    assert "--with-ssl-default-suites=openssl" in said


def test_what_could_not_be_done_is_said_with_the_reason(newer, capsys):
    assert command.main(["new-python", "/new/python3.16"]) == 1
    said = capsys.readouterr().out
    assert "NOT DONE: regraft was not tried on it: /new/python3.16 is a free-threaded build" in said
    assert said.rstrip().endswith("1 things not done")


def test_each_step_of_the_list_has_its_command_and_is_ticked_if_it_is_done(newer, capsys):
    command.main(["new-python", "/new/python3.16"])
    said = capsys.readouterr().out.partition("== What a person has to do next")[2]
    assert "[ ] Record its interface" in said
    assert "audit snapshot /new/python3.16 --output snapshots/cpython-3.16.0.json" in said
    assert "own_suites -- --stock --python 3.16" in said
    steps = checklist.of_python(storage.API, "python3.15", [], "3.14.10")
    assert [each.done for each in steps[:3]] == [True, True, True]
    assert all(each.command for each in steps)


def test_without_headers_or_with_a_failing_build_the_rest_is_still_done(newer, monkeypatch, capsys):
    host = SimpleNamespace(has_headers=False, series="3.16", version="3.16.0")
    monkeypatch.setattr(interpreters, "at", lambda path: host)
    assert command.main(["new-python", "/new/python3.16"]) == 1
    assert "has no Python.h: install its development files" in capsys.readouterr().out

    def fail(*arguments, **options):
        raise environments.BuildFailed("the compiler says no")

    host.has_headers = True
    monkeypatch.setattr(environments, "ensure", fail)
    assert command.main(["new-python", "/new/python3.16"]) == 1
    said = capsys.readouterr().out
    assert "the compiler says no" in said and "What a person has to do next" in said


def test_what_regraft_lacks_of_it_is_told_and_suites_that_are_not_there_are_missed(newer, monkeypatch, capsys):
    grafted = storage.recorded(storage.API)
    grafted["interpreter"].update(version="3.16.0", regraft="0.1.0", capabilities={})
    host = SimpleNamespace(has_headers=True, series="3.16", version="3.16.0")
    monkeypatch.setattr(interpreters, "at", lambda path: host)
    monkeypatch.setattr(environments, "ensure", lambda *words, **options: None)
    monkeypatch.setattr(taking, "of_environment", lambda environment: None)
    monkeypatch.setattr(gates, "take_grafted", lambda subject: grafted)
    monkeypatch.setattr(waivers, "load", lambda: [])
    monkeypatch.setattr(session, "has_suites", lambda interpreter: False)
    assert command.main(["new-python", "/new/python3.16"]) == 1
    said = capsys.readouterr().out
    assert re.search(r"missing +ssl.get_ech is missing", said)
    assert "regraft has not (CONTRIBUTING.md, \"Add a name\"): ssl.get_ech" in said
    assert "its suites were not run" in said and "libpython3.16-testsuite" in said


def test_a_series_without_a_list_of_suites_runs_those_of_the_newest_that_has_one(monkeypatch, capsys):
    ran, loaded = [], []
    finding = judgement.Finding("A.test_b", judgement.Verdict.NEW_FAILURE)

    class Here:
        def __init__(self, interpreter, stock, grafted, record, rows):
            pass

        def judge(self, chosen, tell):
            ran.extend(chosen)
            judged = judgement.Judgement("test_ssl", [finding], 1.0)
            tell(judged)
            return [judged]

    monkeypatch.setattr(session, "Session", Here)
    monkeypatch.setattr(session, "has_suites", lambda interpreter: True)
    monkeypatch.setattr(session, "ask_openssl", lambda interpreter: "OpenSSL 4.1.0")
    monkeypatch.setattr(alignment.homes, "make_stock", lambda *words: None)
    monkeypatch.setattr(alignment.homes, "make_grafted", lambda *words: None)
    monkeypatch.setattr(alignment.expectations, "load", lambda folder, series: loaded.append(series))
    found = alignment.Findings("3.16.0")
    alignment.run_suites(found, SimpleNamespace(series="3.16", version="3.16.0"))
    assert {each.module for each in ran} == set(alignment.SUITES) and {each.series for each in ran} == {"3.16"}
    assert loaded == ["3.15"] and found.broken == 1
    said = capsys.readouterr().out
    assert "There are no lists for 3.16 yet; those of 3.15 stand in" in said and "test_ssl: PROBLEMS" in said


def test_a_release_with_nothing_new_is_aligned():
    assert alignment.Findings("3.15.3").is_aligned
    assert not alignment.Findings("3.15.3", lacking=[LOST]).is_aligned
    assert alignment.close(alignment.Findings("3.15.3"), []) == 0
    assert alignment.close(alignment.Findings("3.15.3", broken=1), []) == 1


def test_an_interpreter_with_regraft_enabled_is_no_new_python(newer, capsys):
    newer["interpreter"]["regraft"] = "0.1.0"
    assert command.main(["new-python", "/new/python3.16"]) == 2
    assert "has regraft enabled" in capsys.readouterr().err


# ---- a new OpenSSL ----------------------------------------------------------------


def prefix_of(folder, version="4.1.0"):
    (folder / "include/openssl").mkdir(parents=True)
    (folder / "include/openssl/opensslv.h").write_text('# define OPENSSL_VERSION_TEXT "OpenSSL %s 1 Oct 2026"\n' % version)
    (folder / "lib64").mkdir()
    (folder / "lib64/libssl.so").write_text("")
    return folder


@pytest.mark.parametrize("name, series", [("openssl-3.5", "3.5"), ("openssl-4", "4"), ("openssl-4.0", "4")])
def test_a_known_openssl_is_found_by_name(name, series):
    assert alignment.find_openssl(name).series == series


def test_a_directory_is_an_openssl_of_the_version_that_its_header_tells(tmp_path):
    release = alignment.find_openssl(str(prefix_of(tmp_path)))
    assert release.name == "openssl-4.1.0"
    assert openssls.prefix(release) == tmp_path


def test_a_directory_without_shared_libraries_is_refused(tmp_path):
    (prefix_of(tmp_path) / "lib64/libssl.so").unlink()
    with pytest.raises(alignment.NotPossible, match="build it with shared libraries"):
        alignment.find_openssl(str(tmp_path))


@pytest.fixture
def grown(monkeypatch, tmp_path):
    """An OpenSSL with which regraft has a capability more, and other ciphers."""
    before = storage.recorded(storage.API)
    before["interpreter"].update(regraft="0.1.0", capabilities={"GROUP": False, "PSK": True})
    after = copy.deepcopy(before)
    after["interpreter"].update(openssl="OpenSSL 4.1.0", capabilities={"GROUP": True, "PSK": True})
    after["defaults"]["ssl.SSLContext()"]["ciphers"] = ["NEW"]
    used = []
    monkeypatch.setattr(openssls, "using", lambda folder: (used.append(folder), _Nothing())[1])
    monkeypatch.setattr(environments, "ensure", lambda host, name, packages: name)
    monkeypatch.setattr(openssls, "confirm", lambda environment, folder: "OpenSSL 4.1.0")
    monkeypatch.setattr(taking, "of_environment", lambda environment: environment)
    monkeypatch.setattr(gates, "take_grafted", lambda name: before if name == "tests" else after)
    monkeypatch.setattr(gates, "audit_environment", lambda environment, rows: CLEAN)
    monkeypatch.setattr(interpreters, "search", lambda series: SimpleNamespace(found=[SimpleNamespace(version="2.7.18")]))
    return SimpleNamespace(folder=prefix_of(tmp_path), used=used)


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def test_what_a_new_openssl_changes_is_told(grown, capsys):
    assert command.main(["new-openssl", str(grown.folder), "2.7", "--no-tests"]) == 1
    said = capsys.readouterr().out
    assert grown.used == [None, grown.folder]
    assert "capabilities gained: GROUP\ncapabilities lost: none" in said
    assert "ssl.SSLContext().ciphers is " in said and "with NEW" in said
    assert "1 drifts, 0 without a counterpart" in said
    assert "REGRAFT_OPENSSL=%s" % grown.folder in said
    assert "openssl_matrix -- openssl-4.1.0" in said and "[ ] Name it in RELEASES" in said
    assert any(each.done for each in checklist.of_openssl("3.5.9", "openssl-3.5", "openssl-3.5", None, True))


def test_our_own_tests_run_on_a_new_openssl_and_their_failures_count(grown, monkeypatch, capsys):
    finished = testing.Finished(tally.Row("2.7.18 openssl-4.1.0", 10, 2), "2 failed")
    jobs = []
    monkeypatch.setattr(testing, "make_certificates", lambda folder: folder)
    monkeypatch.setattr(openssls, "run", lambda job, *rest: (jobs.append(job), finished)[1])
    assert command.main(["new-openssl", str(grown.folder), "2.7"]) == 1
    assert "2 failures of tests" in capsys.readouterr().out
    assert jobs[0].built.folder == grown.folder


def test_an_openssl_that_cannot_be_built_with_is_said_to_be_so(grown, monkeypatch, capsys):
    def fail(*arguments, **options):
        raise environments.BuildFailed("no such symbol")

    monkeypatch.setattr(environments, "ensure", fail)
    assert command.main(["new-openssl", str(grown.folder), "2.7"]) == 1
    said = capsys.readouterr().out
    assert "NOT DONE: openssl-4.1.0 on Python" in said and "no such symbol" in said


# ---- stubtest -----------------------------------------------------------------------


def write_differences(folder, text):
    (folder / "stubtest.toml").write_text(text)
    return folder / "stubtest.toml"


@pytest.mark.parametrize("text", [
    "[[difference]\n", '[[difference]]\nnames = ["ssl.a"]\n', '[[difference]]\nnames = []\nreason = "long enough to be one"\n',
    '[[difference]]\nnames = ["ssl.a"]\nreason = "short"\n',
    '[[difference]]\nnames = ["ssl.a", "ssl.a"]\nreason = "long enough to be one"\n',
    '[[difference]]\nnames = ["ssl.a"]\nreason = "long enough to be one"\nmore = 1\n',
])
def test_a_difference_from_typeshed_needs_a_reason(tmp_path, text):
    with pytest.raises(Malformed, match="stubtest.toml"):
        stubs.load(write_differences(tmp_path, text))


def test_the_differences_of_the_checkout_can_be_read():
    reasons = stubs.load(environments.checkout() / stubs.FILE)
    assert all(name.partition(".")[0] in stubs.MODULES for name in reasons)


@pytest.mark.parametrize("status, said, expected", [(0, "", 0), (1, "ssl.b is not present in stub\n", 1), (1, "", 1)])
def test_what_stubtest_says_decides(monkeypatch, capsys, status, said, expected):
    seen = {}

    def run(*words, **options):
        seen["allowed"] = Path(words[words.index("--allowlist") + 1]).read_text()
        return subprocess.CompletedProcess(words, status, said)

    host = SimpleNamespace(version="3.13.0")
    monkeypatch.setattr(interpreters, "search", lambda series: SimpleNamespace(of=lambda name: host))
    monkeypatch.setattr(environments, "ensure", lambda *words, **options: SimpleNamespace(run=run))
    assert stubs.run(argparse.Namespace()) == expected
    assert "ssl\\.SSLSocket\\.group\n" in seen["allowed"]
    row, = tally.recorded()
    assert bool(row.failed) is bool(expected)


# ---- other sessions that audit --------------------------------------------------------


def test_the_matrix_of_openssls_audits_each_of_them(monkeypatch):
    release = openssls.Release("4.1.0", folder=Path("/prefix"))
    monkeypatch.setattr(environments, "ensure", lambda *words, **options: "environment")
    monkeypatch.setattr(gates, "audit_environment", lambda environment, rows, extra: DIRTY)
    finished = openssls.audit(openssls.Job(SimpleNamespace(version="2.7.18"), release, release))
    assert finished.row.title == "2.7.18 openssl-4.1.0 audit" and finished.row.failed == 2
    assert "ssl.wrap_socket is missing" in finished.output

    def fail(*words):
        raise taking.NotTaken("it crashed")

    monkeypatch.setattr(gates, "audit_environment", fail)
    finished = openssls.audit(openssls.Job(SimpleNamespace(version="2.7.18"), release, release))
    assert finished.row.failed == 1 and finished.output == "it crashed"


def test_calls_that_share_a_changed_default_share_a_line():
    rows = [Drift("ssl.%s().options" % each, Kind.DEFAULT, "is 1, not 2") for each in "abc"]
    rows += [Drift("ssl.a().verify_mode", Kind.DEFAULT, "is 1, not 2"), Drift("ssl.d().options", Kind.DEFAULT, "is 3, not 2")]
    assert report.table(rows, "") == [
        "default   ssl.a().options is 1, not 2 (and so 2 more)", "default   ssl.a().verify_mode is 1, not 2",
        "default   ssl.d().options is 3, not 2"]


def test_a_table_of_drift_is_one_line_each():
    assert report.table([LOST, KEPT], "") == [
        "missing   ssl.wrap_socket is missing",
        "signature ssl._dnsname_match takes (dn, hostname, max_wildcards=1), not (dn, hostname)",
    ]
    assert comparison.Kind("missing") is Kind.MISSING
