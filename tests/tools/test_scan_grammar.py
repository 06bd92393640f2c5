"""The scanner's grammar: against Python's own where that can read, and on what only 2.7 or only a newer Python reads."""

from __future__ import annotations

import ast
import asyncio
import email
import functools
import json
import logging
import random
import ssl
import subprocess
import urllib
import warnings
from pathlib import Path

import pytest

from regraft_tools import interpreters
from regraft_tools.scan import grammar
from regraft_tools.scan.grammar import literals

# Packages and modules of the standard library whose text uses most of the language.
SUBJECTS = [asyncio, email, json, logging, random, ssl, subprocess, urllib]
FILES = sorted({
    path for module in SUBJECTS
    for path in ([Path(module.__file__)] if not hasattr(module, "__path__") else Path(module.__path__[0]).glob("*.py"))
})
LITERALS = (ast.JoinedStr, ast.FormattedValue)


@functools.cache
def both(path: Path) -> tuple[ast.Module, grammar.Reading]:
    """A file as Python reads it, and as the grammar does."""
    text = path.read_text("utf-8")
    theirs = ast.parse(text)
    if any(isinstance(node, ast.Match) for node in ast.walk(theirs)):
        pytest.skip("patterns of match are read for the names that they bind only")
    return theirs, grammar.read(text)


def shape(tree: ast.AST) -> str:
    """All of a tree but for places, and for the prefix `u`, which says nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None
    return ast.dump(tree)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "%s-%s" % (path.parent.name, path.name))
def test_python_3_is_read_as_python_itself_reads_it(path):
    theirs, reading = both(path)
    assert reading.errors == []
    assert shape(reading.tree) == shape(theirs)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "%s-%s" % (path.parent.name, path.name))
def test_places_are_those_that_python_tells(path):
    def places(tree):
        return [(type(node).__name__, node.lineno, node.col_offset) for node in ast.walk(tree)
                if isinstance(node, (ast.Call, ast.Compare, ast.Attribute, ast.Assign, ast.If, ast.FunctionDef))
                and not inside(node)]

    def inside(node):
        return node in within

    theirs, reading = both(path)
    ours = reading.tree
    # Python 3.11 tells places inside of f-strings otherwise than later ones do.
    within = {inner for tree in (theirs, ours) for node in ast.walk(tree) if isinstance(node, LITERALS)
              for inner in ast.walk(node)}
    assert places(ours) == places(theirs)


@pytest.mark.parametrize("text, meaning", [
    ("print x, 'a' % y", "print(x, 'a' % y)"),
    ("print >>stream, x", "print(x, file=stream)"),
    ("exec code in space", "exec(code, space)"),
    ("exec compile(text, 'x', 'exec') in space", "exec(compile(text, 'x', 'exec') in space)"),
    ("a <> b", "a != b"),
    ("x = 0777 + 0xFFL + 10L", "x = 511 + 255 + 10"),
    (r"x = ur'a\d'", r"x = 'a\\d'"),
    ("raise Error, 'text'", "raise (Error, 'text')"),
    ("x = [i for i in 1, 2]", "x = [i for i in (1, 2)]"),
    ("def f(a, (b, c)=d):\n    return b", "def f(a, b=d, c=d):\n    return b"),
    ("x = lambda (a, b): a", "x = lambda a, b: a"),
    ("def set(self, async):\n    self.async = async", "def set(self, async):\n    self.async = async"),
    ("x = `a`", "x = repr()"),
])
def test_statements_of_2_7_become_what_they_mean(text, meaning):
    reading = grammar.read(text + "\n")
    assert reading.errors == []
    assert ast.unparse(reading.tree) == meaning


def test_old_and_new_handlers_bind_the_same_name():
    old = grammar.read("try:\n    f()\nexcept (A, B), e:\n    g()\n").tree
    new = ast.parse("try:\n    f()\nexcept (A, B) as e:\n    g()\n")
    assert shape(old) == shape(new)


@pytest.mark.parametrize("text", [
    "type X[T] = list[T]\n", "def f[T: int](x: T) -> T: return x\n", "class A[T]: pass\n",
    "try:\n    f()\nexcept* E as e:\n    pass\n", "x = f'{a['b']}'\n", "with (a as b, c as d):\n    pass\n",
    "match x:\n    case [1, *rest] if rest: f(rest)\n    case {'a': A.B(c=d), **more}: f(more)\n",
])
def test_syntax_that_is_newer_than_this_python_is_read(text):
    assert grammar.read(text).errors == []


def test_a_match_binds_names():
    tree = grammar.read("match x:\n    case {'a': A.B(c=d), **more}: f(more)\n    case y: pass\n").tree
    assert [each.name for each in ast.walk(tree) if isinstance(each, ast.MatchAs)] == ["d", "more", "y"]


def test_what_stands_around_an_error_is_read():
    reading = grammar.read("a = 1\ndef f(:\n    pass\nif x:\n    b = g(2)\n")
    assert reading.errors == [2]
    assert {"a = 1", "b = g(2)"} <= {ast.unparse(each) for each in ast.walk(reading.tree) if isinstance(each, ast.Assign)}


@pytest.mark.parametrize("text, value", [
    ("0777", 511), ("0", 0), ("00", 0), ("08", 8), ("0o17", 15), ("0XfFL", 255), ("0b11", 3), ("1_000", 1000), ("12L", 12),
    (".5", 0.5), ("1e3", 1000.0), ("2J", 2j), ("", 0),
])
def test_numbers_of_both_ages_are_read(text, value):
    assert literals.read_number(text) == value and type(literals.read_number(text)) is type(value)


def test_comments_are_told_by_line_and_texts_that_look_so_are_not():
    reading = grammar.read("a = '# no'  # one\n\n# two\nb = 1\n")
    assert reading.comments == {1: "# one", 3: "# two"}


@pytest.mark.parametrize("text", ["", "\n", "x", "(((((", "def", "'''", "f'{", "lambda", "print >>", "class X(",
                                  "import", "from", "@", "x[", "{1:", "\\", "try:", "a..b", "*", "exec"])
def test_no_text_is_too_broken_to_be_read(text):
    for each in (text, text + "\n", "x = 1\n" + text + "\ny = 2\n"):
        assert isinstance(grammar.read(each).tree, ast.Module)


def test_the_standard_library_of_2_7_is_read():
    interpreter = interpreters.search(["2.7"]).of("2.7")
    if interpreter is None:
        pytest.skip("no 2.7 is here")
    where = subprocess.run([interpreter.path, "-c", "import os; print(os.path.dirname(os.__file__))"],
                           check=True, capture_output=True, text=True).stdout.strip()
    texts = {path.name: path.read_bytes().decode("latin-1") for path in Path(where).glob("*.py")}
    old = {name: text for name, text in texts.items() if len(text) < 25000 and not is_python_3(text)}
    assert len(old) > 40
    assert {name: errors for name, text in old.items() if (errors := grammar.read(text).errors)} == {}


def is_python_3(text: str) -> bool:
    """Whether this Python can read a text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it thinks of escapes
            ast.parse(text)
    except SyntaxError:
        return False
    return True
