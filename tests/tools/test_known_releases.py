"""The table of releases that graft-tree knows, and what makes it."""

from __future__ import annotations

import ast
import json
import re

import pytest

from regraft_tools import environments, interpreters, known_releases

ROOT = environments.checkout()
ROWS = json.loads((ROOT / known_releases.TARGET).read_text())["releases"]


def test_tool_and_command_compare_the_same_files():
    source = (ROOT / "src/regraft/grafting/releases.py").read_text()
    names = next(ast.literal_eval(each.value) for each in ast.parse(source).body
                 if isinstance(each, ast.Assign) and each.targets[0].id == "COMPARED")
    assert names == known_releases.COMPARED


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_row_says_where_its_hashes_come_from(row):
    assert row["source"] and re.match(r"\d+\.\d+\.\d+", row["release"]) and row["release"] in row["name"]
    assert set(row["files"]) <= set(known_releases.COMPARED)
    assert {"ssl.py", "hashlib.py", "hmac.py", "random.py", "os.py"} <= set(row["files"])
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in row["files"].values())


def test_the_interpreter_that_matters_most_is_known():
    assert "2.7.18" in {row["release"] for row in ROWS}


@pytest.mark.parametrize("interpreter", interpreters.find(), ids=lambda each: each.version)
def test_the_files_of_a_known_release_are_those_of_the_interpreter_here(interpreter):
    row = next((each for each in ROWS if each["name"] == "CPython " + interpreter.version), None)
    if row is None:
        pytest.skip("no release %s in the table" % interpreter.version)
    library = interpreter.path.parents[1] / "lib" / ("python" + interpreter.series)
    if not (library / "ssl.py").exists() or interpreter.origin != "pyenv":
        pytest.skip("its library is a distribution's, which may have patches")
    assert known_releases.hash_library(library) == row["files"]


def test_a_new_row_replaces_the_old_one_and_leaves_the_others():
    old = [{"name": "b", "release": "1"}, {"name": "a", "release": "1"}]
    assert known_releases.merge(old, [{"name": "b", "release": "2"}]) == [
        {"name": "a", "release": "1"}, {"name": "b", "release": "2"}]
