"""The stock records and the expectations: what a row may say, and that the rows kept here do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from regraft_tools.conformance import expectations, records, report, suites
from regraft_tools.conformance.expectations import Allowed, ExpectationsError, Kind
from regraft_tools.conformance.judgement import judge
from regraft_tools.conformance.results import Outcome, Status, SuiteRun, scrub

DATA = Path(__file__).parent
STOCK = sorted((DATA / "stock").glob("*.json"))
ROW = '[[deviation]]\nsuite = "test_ssl"\ntests = ["A.b"]\nkind = "environment"\nreason = "r"\n'
IDENTITY = {
    "version": "2.7.18", "build": "2.7.18 (default)\n[GCC]", "openssl": "OpenSSL 3.0.19 27 Jan 2026",
    "platform": "Linux", "root": False,
}


def test_a_row_stands_for_each_of_its_tests_and_suites():
    text = ROW.replace('suite = "test_ssl"', 'suites = ["test_ssl", "test_os"]')
    rows = expectations.parse(text.replace('["A.b"]', '["A.b", "A.c"]'), "2.7")
    assert [(row.suite, row.test) for row in rows] == [
        ("test_ssl", "A.b"), ("test_ssl", "A.c"), ("test_os", "A.b"), ("test_os", "A.c")
    ]
    assert {(row.kind, row.allowed) for row in rows} == {(Kind.ENVIRONMENT, Allowed.FAILURE)}


@pytest.mark.parametrize(
    "text, complaint",
    [
        (ROW + ROW, "listed twice"),
        (ROW.replace('reason = "r"', 'reason = " "'), "a reason"),
        (ROW.replace('["A.b"]', "[]"), "tests"),
        (ROW.replace("environment", "flaky"), "flaky"),
        (ROW.replace("environment", "not-yet"), "not-yet"),
        (ROW + 'outcome = "sometimes"\n', "sometimes"),
        (ROW + 'outcome = "unsteady"\n', "unsteady"),
        (ROW + 'resaon = "r"\n', "unknown key"),
        (ROW.replace('suite = "test_ssl"\n', ""), "suite"),
        (ROW + "[[devation]]\n", "only"),
        ("[[deviation", "2.7"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(text, complaint):
    with pytest.raises(ExpectationsError, match=complaint):
        expectations.parse(text, "2.7")


@pytest.mark.parametrize("kind", ["fails-on-stock-too", "differs-by-design"])
def test_what_is_unsteady_is_so_by_the_stock_interpreter_or_by_design(kind):
    (row,) = expectations.parse(ROW.replace("environment", kind) + 'outcome = "unsteady"\n', "2.7")
    assert (row.kind.value, row.allowed) == (kind, Allowed.UNSTEADY)


@pytest.mark.parametrize("series", suites.known_series())
def test_every_kept_row_names_a_suite_that_is_run_and_a_source(series):
    names = {suite.name for suite in suites.suites_of(series)}
    for row in expectations.load(DATA / "expectations", series):
        assert row.suite in names, row
        assert row.link.startswith("https://") or row.link.startswith("issue "), row


def test_a_suite_is_chosen_by_its_name_its_module_or_its_package():
    def names(*asked):
        return [suite.name for suite in suites.choose("3.6", asked)]

    assert names("test_ssl") == ["test_ssl", "test_ssl@legacy-tls"]
    assert names("test_ssl@legacy-tls") == ["test_ssl@legacy-tls"]
    assert names("test_asyncio.test_streams") == ["test_asyncio.test_streams"]
    assert len(names("test_asyncio")) > 3
    assert all(name.startswith("test_asyncio.") for name in names("test_asyncio"))
    assert names() == names(*names()) == [suite.name for suite in suites.suites_of("3.6")]


@pytest.mark.parametrize("path", STOCK, ids=lambda path: path.stem)
def test_a_kept_record_says_where_it_was_measured_and_nothing_private(path):
    _, version, _, openssl = path.stem.split("-", 3)
    record = records.load(path.parent, version, "OpenSSL %s" % openssl)
    assert set(record.provenance) == {
        "interpreter", "build", "openssl", "platform", "root", "measured"
    }
    assert set(record.suites) == set(record.seconds)
    assert not re.search(r"/(root|home|tmp|usr|work)/", path.read_text())


def test_a_record_survives_being_written_and_read(tmp_path):
    outcomes = {
        "A.test_one": Outcome(Status.PASSED),
        "A.test_two": Outcome(Status.PASSED),
        "test.example": Outcome(Status.PASSED),
        "no_dots": Outcome(Status.PASSED),
        "setUpClass (A)": Outcome(Status.SKIPPED, "no IPv6"),
        "A.test_three": Outcome(Status.ERROR, "Traceback …\nOSError: /tmp/x/y.pem at 0x7f00beef12"),
    }
    record = records.Record()
    record.add("test_ssl", SuiteRun(outcomes, IDENTITY, 1.26))
    records.save(tmp_path, record)
    again = records.load(tmp_path, "2.7.18", IDENTITY["openssl"])
    assert again == record
    assert again.suites["test_ssl"]["A.test_three"].detail == "OSError: …/y.pem at 0x…"
    assert {name: each.status for name, each in again.suites["test_ssl"].items()} == {
        name: each.status for name, each in outcomes.items()
    }


def test_without_a_record_for_this_openssl_that_of_another_is_taken(tmp_path):
    record = records.Record()
    record.add("test_ssl", SuiteRun({"A.b": Outcome(Status.PASSED)}, IDENTITY))
    records.save(tmp_path, record)
    other = records.load(tmp_path, "2.7.18", "OpenSSL 3.5.4 30 Sep 2025")
    assert other.provenance["openssl"] == IDENTITY["openssl"]
    assert records.load(tmp_path, "2.7.17", IDENTITY["openssl"]).suites == {}


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("open /tmp/regraft-x/work/a.pem: no", "open …/a.pem: no"),
        ("<socket at 0x7f12ab34cd>", "<socket at 0x…>"),
        ("GET /index.html and 1/2", "GET /index.html and 1/2"),
    ],
)
def test_what_differs_from_machine_to_machine_is_scrubbed(text, wanted):
    assert scrub(text) == wanted


def test_the_last_line_of_a_report_counts_passed_failed_and_skipped():
    run = SuiteRun(
        {
            "A.good": Outcome(Status.PASSED), "A.bad": Outcome(Status.FAILED, "AssertionError"),
            "A.listed": Outcome(Status.ERROR), "A.skipped": Outcome(Status.SKIPPED),
            "A.healed": Outcome(Status.PASSED),
        }
    )
    rows = [
        expectations.Deviation("test_ssl", name, Kind.DIFFERS_BY_DESIGN, Allowed.FAILURE, "so")
        for name in ("A.listed", "A.healed")
    ]
    judged = judge("test_ssl", run, {}, rows)
    assert report.summarise([judged]) == ["1 failed as listed", "1 passed, 2 failed, 1 skipped"]
    table = report.make_table("2.7.18", [judged])
    assert table.splitlines()[-1].split() == ["all", "5", "1", "1", "1", "1", "1", "0.0"]


def test_a_report_file_keeps_what_other_runs_wrote(tmp_path):
    path = tmp_path / "report.json"
    for suite in ("test_ssl", "test_os"):
        judged = judge(suite, SuiteRun({"A.b": Outcome(Status.PASSED)}), {}, [])
        report.update(path, {"interpreter": "2.7.18"}, [judged])
    assert '"test_ssl"' in path.read_text() and '"test_os"' in path.read_text()
