"""How a runtime file and an extension file are written."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import OVERLAY, all_files, runtime_files, shown, tree_of

from regraft_tools import interpreters

FUTURE = ["absolute_import", "division", "print_function"]
FILES = pytest.mark.parametrize("path", runtime_files(), ids=shown)
INTERPRETERS = pytest.mark.parametrize("interpreter", interpreters.find(), ids=lambda each: each.version)

# Runs in the interpreter under test: files by line on standard input, errors as JSON.
COMPILE = r"""
import io, json, sys, warnings
warnings.simplefilter("error")
failures = []
for path in json.load(sys.stdin):
    with io.open(path, "rb") as stream:
        try:
            compile(stream.read(), path, "exec", 0, True)
        except (SyntaxError, Warning) as error:
            failures.append("%s: %s" % (path, error))
print(json.dumps(failures))
"""


@FILES
def test_the_first_statement_makes_python_2_speak_as_python_3_does(path):
    body = tree_of(path).body
    if ast.get_docstring(tree_of(path)) is not None:
        body = body[1:]
    first = body[0] if body else None
    assert isinstance(first, ast.ImportFrom) and first.module == "__future__", shown(path)
    assert [alias.name for alias in first.names] == FUTURE


@FILES
def test_the_runtime_is_ascii(path):
    # 2.7 takes a file without a declaration for that, and refuses it; compile() above does not.
    assert path.read_bytes().isascii()


def test_nobody_turns_native_strings_into_unicode_ones():
    wanted = re.compile(r"^from __future__ import.*\bunicode_literals", re.M)
    guilty = [shown(each) for each in all_files(".py") if wanted.search(each.read_text("utf-8"))]
    assert guilty == []


@INTERPRETERS
def test_the_runtime_is_valid_in_each_interpreter_found(interpreter):
    files = [str(each) for each in runtime_files()]
    done = subprocess.run(
        [interpreter.path, "-c", COMPILE], input=json.dumps(files).encode(), check=True,
        stdout=subprocess.PIPE,
    )
    assert json.loads(done.stdout) == []


@FILES
def test_a_file_without_an_encoding_is_ascii(path):
    # 2.7 refuses to import another one; compile(), as above, takes it.
    first = path.read_bytes().split(b"\n")[:2]
    assert path.read_bytes().isascii() or any(b"coding" in each for each in first), shown(path)


@FILES
def test_no_error_is_swallowed_without_a_name(path):
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        broad = node.type is None or (
            isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
        )
        silent = all(isinstance(each, (ast.Pass, ast.Continue)) for each in node.body)
        assert not (broad and silent), "%s:%d" % (shown(path), node.lineno)


def public_parts(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The public classes, functions and methods of a file, with their dotted names."""

    def visit(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.AST]]:
        for node in body:
            if isinstance(node, (ast.If, ast.Try)):
                yield from visit(node.body + node.orelse, prefix)
            elif isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                if any(ast.unparse(each).endswith((".setter", ".deleter"))
                       for each in node.decorator_list):
                    continue
                yield prefix + node.name, node
                if isinstance(node, ast.ClassDef):
                    yield from visit(node.body, prefix + node.name + ".")

    yield from visit(tree_of(path).body, "")


@FILES
def test_what_is_public_says_what_it_does(path):
    assert path.name == "__init__.py" or ast.get_docstring(tree_of(path)), "%s says nothing" % shown(path)
    dumb = [name for name, node in public_parts(path) if not ast.get_docstring(node)]
    assert dumb == []


@FILES
def test_the_first_line_of_a_docstring_is_a_sentence(path):
    for name, node in public_parts(path):
        first = (ast.get_docstring(node) or ".").splitlines()[0]
        assert first.rstrip()[-1:] in ".:;)", "%s: %s begins with %r" % (shown(path), name, first)


@pytest.mark.parametrize("path", sorted(OVERLAY.glob("*.py")), ids=shown)
def test_a_public_function_of_the_overlay_says_how_it_differs(path):
    silent = [name for name, node in public_parts(path)
              if "." not in name and isinstance(node, ast.FunctionDef)
              and "Differs:" not in (ast.get_docstring(node) or "")]
    assert silent == []


def signatures(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each C function that an extension file defines."""
    lines = path.read_text("utf-8").splitlines()
    for at, line in enumerate(lines):
        if not re.match(r"\s*cdef\b(?!\s+(?:class|extern|struct|enum|union)\b).*\(", line):
            continue
        text = line
        following = at
        while text.count("(") > text.count(")") and following + 1 < len(lines):
            following += 1
            text += " " + lines[following].strip()
        text = text.split("#")[0].rstrip()
        if text.endswith(":") and "=" not in text.split("(")[0]:
            yield at + 1, text


@pytest.mark.parametrize("path", all_files(".pyx", ".pxi"), ids=shown)
def test_c_callbacks_and_helpers_without_the_gil_promise_not_to_raise(path):
    # Without the word Cython takes the lock back after each call, to look for an exception.
    for at, text in signatures(path):
        if re.search(r"\b(?:with gil|nogil)\b", text):
            assert re.search(r"\b(?:noexcept|except)\b", text), "%s:%d: %s" % (shown(path), at, text)
        if re.search(r"\bwith gil\b", text):
            assert "noexcept" in text, "%s:%d: a callback of C: %s" % (shown(path), at, text)
