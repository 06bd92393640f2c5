"""2.7, 3.6 and 3.13 with regraft judge chains of certificates as stock 3.13 does, with the same OpenSSL."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from regraft_tools.chains import files
from regraft_tools.chains.case import ACCEPTED
from regraft_tools.differential import comparison, parties

JUDGE = Path(__file__).with_name("judge.py")
ROWS = comparison.read_list(Path(__file__).with_name("differences.toml"))
CONFIGS = ("host", "newest")
SERIES = ("2.7", "3.6", "3.13")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("chains")


@pytest.fixture(scope="module")
def cases(folder):
    return files.write(folder)


def take(party, folder, config):
    """What an interpreter says of itself, and its verdicts by name."""
    first, *lines = party.trace(JUDGE, str(folder), config, variables={"REGRAFT_DEFAULTS": config})
    return first, comparison.by_name(lines)


@pytest.fixture(scope="module")
def measures(cases, folder):
    try:
        reference = parties.reference()
    except LookupError as error:
        pytest.skip(str(error))
    return {config: take(reference, folder, config) for config in CONFIGS}


@pytest.fixture(scope="module")
def verdicts(cases, folder):
    """By configuration and series."""
    try:
        grafted = parties.grafted(SERIES)
    except LookupError as error:
        pytest.skip(str(error))
    return {
        config: {party.series: take(party, folder, config) for party in grafted}
        for config in CONFIGS
    }


@pytest.fixture(params=CONFIGS)
def config(request):
    return request.param


@pytest.mark.parametrize("series", SERIES)
def test_every_verdict_is_that_of_the_stock_interpreter(measures, verdicts, config, series):
    if series not in verdicts[config]:
        pytest.skip("CPython %s was not found" % series)
    about, ours = verdicts[config][series]
    assert about["openssl"] == measures[config][0]["openssl"]
    differences = comparison.unlisted(measures[config][1], ours, series, ROWS)
    assert not differences, "\n".join(differences)


def test_every_listed_difference_is_one(measures, verdicts, config):
    ours = {series: verdict for series, (_about, verdict) in verdicts[config].items()}
    assert comparison.stale(measures[config][1], ours, ROWS) == []


def complaint(result):
    """What a result says in short."""
    error = result.get("error") or result.get("trouble")
    return (error.get("verify_message") or error["text"]) if error else ACCEPTED


def test_the_chains_are_what_their_names_say_by_the_judgement_of_the_stock_interpreter(cases, measures, config):
    wrong = []
    for case in cases:
        expected = case.expected if config == "host" else case.strictly_expected
        found = complaint(measures[config][1][case.name])
        if expected not in found:
            wrong.append("%s: expected %r, got %r" % (case.name, expected, found))
    assert not wrong, "\n".join(wrong)


def test_both_answers_are_common(measures, config):
    found = [complaint(each) == ACCEPTED for each in measures[config][1].values()]
    assert found.count(True) > 100 and found.count(False) > 100


def test_the_two_configurations_judge_with_different_flags(measures):
    name = "authorities: a good chain"
    assert measures["host"][1][name]["flags"] == 0x8000  # VERIFY_X509_TRUSTED_FIRST
    assert measures["newest"][1][name]["flags"] == 0x88020  # and PARTIAL_CHAIN, STRICT


# What a fault of regraft's would change in a verdict; each must be seen.
PLANTED = {
    "a verify code": lambda result: result["error"].update(verify_code=1),
    "a message": lambda result: result["error"].update(verify_message="another"),
    "a class": lambda result: result["error"].update(type="SSLError"),
    "an alert": lambda result: result["other"].update(reason="TLSV1_ALERT_INTERNAL_ERROR"),
    "a flag": lambda result: result.update(flags=0),
    "an answer": lambda result: result.pop("error"),
}


@pytest.mark.parametrize("what", sorted(PLANTED))
def test_a_planted_difference_is_found(measures, what):
    measure = measures["host"][1]
    name = "trust: a stranger"
    ours = copy.deepcopy(measure)
    PLANTED[what](ours[name])
    assert comparison.differing(measure, ours) == [name]
    assert len(comparison.unlisted(measure, ours, "2.7", ROWS)) == 1
