"""The files of the registry: literals, so that any Python and any tool can read them without importing them."""

from __future__ import annotations

import ast

import pytest
from sources import RUNTIME, shown, tree_of

FILES = sorted(each for each in (RUNTIME / "features").glob("*.py") if each.name != "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_a_file_of_rows_is_a_docstring_and_one_list_of_literals(path):
    docstring, future, rows = tree_of(path).body
    assert isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)
    assert isinstance(future, ast.ImportFrom) and future.module == "__future__"
    assert isinstance(rows, ast.Assign) and [ast.unparse(each) for each in rows.targets] == ["ROWS"]
    assert all(isinstance(each, dict) for each in ast.literal_eval(rows.value))


def test_the_registry_has_the_rows_of_each_file():
    package = tree_of(RUNTIME / "features" / "__init__.py")
    used = {each.value.id for each in ast.walk(package)
            if isinstance(each, ast.Attribute) and each.attr == "ROWS" and isinstance(each.value, ast.Name)}
    assert used == {each.stem for each in FILES}
