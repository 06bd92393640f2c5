"""With the programs of others, 2.7 and 3.6 with regraft come to what stock 3.13 comes to, as client and as server."""

from __future__ import annotations

import json
from pathlib import Path

import programs
import pytest
from cases import CASES, REFUSED
from exchanges import Hangs, Subject

from regraft_tools import certificates
from regraft_tools.differential import comparison, parties

SERIES = ("2.7", "3.6")
ROWS = comparison.read_list(Path(__file__).with_name("programs.toml"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("certificates")
    certificates.create_certificates(made)
    return made


@pytest.fixture(scope="module")
def subjects():
    """By series; the stock one is called `stock`."""
    lacking = programs.missing()
    if lacking:
        pytest.fail("these tests need the Debian packages " + " ".join(lacking), pytrace=False)
    try:
        found = [parties.reference(), *parties.grafted(SERIES)]
    except LookupError as error:
        pytest.skip(str(error))
    made = {each.series if at else "stock": Subject(each) for at, each in enumerate(found)}
    yield made
    for each in made.values():
        each.close()


def run(subject, name, folder):
    """What came of a case; what hangs is told."""
    try:
        return CASES[name](subject, folder)
    except (Hangs, programs.Late) as error:
        subject.close()
        return {"hangs": str(error)}


@pytest.fixture(scope="module")
def results(subjects, folder):
    """All results so far, by series and name, for the last test."""
    return {series: {} for series in subjects}


@pytest.mark.parametrize("name", CASES)
def test_a_case_ends_as_with_the_stock_interpreter(subjects, results, folder, name):
    for series, subject in subjects.items():
        results[series][name] = run(subject, name, folder)
    measure = results["stock"][name]
    assert "hangs" not in json.dumps(results["stock"][name]) and "done" in measure, measure
    # That the other side ends without notice is its affair.
    came_to_terms = not any(
        isinstance(each, dict) and "type" in each for step, each in measure["done"] if step != "unwrap"
    ) and measure.get("status") in (None, 0, [0, 0])
    assert came_to_terms is (name not in REFUSED), measure
    for series in results:
        if series != "stock":
            told = comparison.unlisted({name: measure}, {name: results[series][name]}, series, ROWS)
            assert not told, "%s: %s" % (series, told[0])
            assert subjects[series].openssl == subjects["stock"].openssl


def test_every_listed_difference_is_one(results):
    ours = {series: trace for series, trace in results.items() if series != "stock"}
    assert comparison.stale(results["stock"], ours, ROWS) == []
