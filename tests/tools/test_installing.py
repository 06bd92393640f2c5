"""`pip install .`, typed by a user of the oldest interpreter. `nox -s installs` does it for all."""

from __future__ import annotations

import pytest

from regraft_tools import installing, interpreters

OLDEST = interpreters.oldest()


@pytest.mark.parametrize("pip", installing.pips_of(OLDEST))
def test_the_pip_that_the_oldest_interpreter_ships_installs_regraft(pip, tmp_path):
    if not OLDEST.has_headers:
        pytest.skip("%s has no Python.h" % OLDEST)
    assert installing.try_pip(OLDEST, pip, tmp_path) == ""
