"""Whatever a scenario calls, 2.7 and 3.6 with regraft answer as stock 3.13 does, or the difference is listed."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from regraft_tools import certificates
from regraft_tools.differential import comparison, parties

HERE = Path(__file__).parent
TRACING = HERE / "tracing.py"
AREAS = sorted(each.stem.removeprefix("scenario_") for each in HERE.glob("scenario_*.py"))
SERIES = ("2.7", "3.6")
ROWS = comparison.read_list(HERE / "differences.toml")
# 3.13's defaults, so that the work is compared and not the defaults; those have a page and a test of their own.
NEWEST = {"REGRAFT_DEFAULTS": "newest"}
FEWEST = 3000


def without_bytes(value):
    """A result as 2.7 can give it, where text and bytes are one class."""
    if isinstance(value, list):
        return [without_bytes(each) for each in value]
    if isinstance(value, dict):
        return value["bytes"] if set(value) == {"bytes"} else {
            key: without_bytes(each) for key, each in value.items()
        }
    return value


@pytest.fixture(scope="module")
def traces(tmp_path_factory):
    """By `stock` and series: what the interpreter says of itself, and its results by name."""
    folder = tmp_path_factory.mktemp("certificates")
    certificates.create_certificates(folder)
    try:
        found = [parties.reference(), *parties.grafted(SERIES)]
    except LookupError as error:
        pytest.skip(str(error))

    def take(party):
        about, lines = None, []
        for area in AREAS:
            about, *more = party.trace(TRACING, area, str(folder), variables=NEWEST)
            lines += more
        return about, comparison.by_name(lines)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(take, found))
    names = ["stock", *(each.series for each in found[1:])]
    return dict(zip(names, made, strict=True))


def measure_for(series, traces):
    """The stock trace, as the host of a series can have it."""
    stock = traces["stock"][1]
    return {name: without_bytes(each) for name, each in stock.items()} if series == "2.7" else stock


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("series", SERIES)
def test_each_call_has_the_result_of_the_stock_interpreter_or_is_listed(traces, series, area):
    if series not in traces:
        pytest.skip("CPython %s was not found" % series)
    assert traces[series][0]["openssl"] == traces["stock"][0]["openssl"]

    def of_area(trace):
        return {name: each for name, each in trace.items() if name.startswith(area + ": ")}

    told = comparison.unlisted(
        of_area(measure_for(series, traces)), of_area(traces[series][1]), series, ROWS
    )
    assert not told, "\n".join(told)


def test_every_listed_difference_is_one(traces):
    found = []
    for series in SERIES:
        if series in traces:
            found += comparison.stale(
                measure_for(series, traces), {series: traces[series][1]},
                [row for row in ROWS if not row.on or series in row.on],
            )
    assert found == []


def test_many_calls_are_traced(traces):
    assert all(len(trace) >= FEWEST for _about, trace in traces.values())


# What a fault of regraft's would change; each must be seen on each series.
PLANTED = {
    "a result": lambda trace: trace.update({"contexts: SSLContext(PROTOCOL_TLS_CLIENT).num_tickets": 3}),
    "a class": lambda trace: trace["contexts: set_ciphers('x')"].update(raises="ValueError"),
    "a reason": lambda trace: trace["contexts: set_ciphers('x')"].update(reason="OTHER"),
    "a text": lambda trace: trace["contexts: set_ciphers('x')"].update(text="another"),
    "a missing call": lambda trace: trace.pop("contexts: set_ciphers('x')"),
}


@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize("what", sorted(PLANTED))
def test_a_planted_difference_is_found(traces, what, series):
    measure = measure_for(series, traces)
    ours = copy.deepcopy(measure)
    PLANTED[what](ours)
    assert len(comparison.unlisted(measure, ours, series, ROWS)) == 1
