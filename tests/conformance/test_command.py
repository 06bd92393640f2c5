"""The command line: which interpreters are looked for."""

from __future__ import annotations

import pytest
from regraft_tools import interpreters
from regraft_tools.conformance import __main__ as command
from regraft_tools.conformance import suites


@pytest.mark.parametrize(
    "arguments, wanted",
    [
        ([], suites.DEFAULT_SERIES),
        (["--all"], suites.known_series()),
        (["--python", "3.7", "3.8"], ["3.7", "3.8"]),
    ],
)
def test_the_interpreters_that_are_asked_for_are_looked_for(monkeypatch, arguments, wanted):
    asked = []

    def search(series):
        asked.extend(series)
        return interpreters.Search((), missing=tuple(series))

    monkeypatch.setattr(interpreters, "search", search)
    by_name = "--python" in arguments
    # Nothing is found, which is wrong only for what was asked for by name.
    assert command.main(["run", *arguments]) == by_name
    assert asked == list(wanted)
