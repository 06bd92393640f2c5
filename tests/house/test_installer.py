"""How the installer inside the bundle is written: it runs where the runtime does, and has less to stand on."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest
from sources import ROOT, shown
from test_text import COMPILE, FUTURE

from regraft_tools import interpreters

FILES = sorted((ROOT / "tools" / "regraft_tools" / "bundle" / "installer").glob("*.py"))
EACH = pytest.mark.parametrize("path", FILES, ids=shown)
INTERPRETERS = pytest.mark.parametrize("interpreter", interpreters.find(), ids=lambda each: each.version)
# A file may import those after it.
ORDER = ("start", "command", "work", "children", "installed", "staging", "archive", "places", "choice", "host", "digests",
         "signals", "wording")
# A bare Python may lack them, or what they import: only inside a function that knows what to do then.
MAY_BE_MISSING = {"ctypes", "hashlib", "logging", "ssl", "zlib"}
NEVER = {"hmac", "pip", "pkg_resources", "random", "setuptools", "tempfile", "uuid"}


def imports_of(path):
    """Absolute and relative names that a file imports, and whether that is in a function."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(node) for function in ast.walk(tree) if isinstance(function, ast.FunctionDef)
              for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], "", id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield from (("", name, id(node) in inside) for name in (
                [node.module] if node.module else [alias.name for alias in node.names]))
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0], "", id(node) in inside


def test_each_file_has_its_place():
    assert {each.stem for each in FILES} == {"__init__", *ORDER}


@EACH
def test_it_imports_downwards_and_the_standard_library_only(path):
    for module, ours, deferred in imports_of(path):
        if ours:
            assert path.stem != "start" and ORDER.index(ours) > ORDER.index(path.stem), ours
        else:
            assert module in sys.stdlib_module_names and module not in NEVER, module
            assert deferred or module not in MAY_BE_MISSING, module


@EACH
def test_its_first_statement_makes_python_2_speak_as_python_3_does(path):
    docstring, first, *_ = ast.parse(path.read_text("utf-8")).body
    assert isinstance(docstring, ast.Expr) and path.read_bytes().isascii()
    assert isinstance(first, ast.ImportFrom) and [alias.name for alias in first.names] == FUTURE


@INTERPRETERS
def test_it_is_valid_in_each_interpreter_found(interpreter):
    done = subprocess.run(
        [interpreter.path, "-c", COMPILE], input=json.dumps([str(each) for each in FILES]).encode(), check=True,
        stdout=subprocess.PIPE)
    assert json.loads(done.stdout) == []
