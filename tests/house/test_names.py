"""Names of files, and what may be said where."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys

import pytest
from sources import (
    EXTENSION,
    OVERLAY,
    ROOT,
    RUNTIME,
    all_files,
    runtime_files,
    shown,
    tree_of,
)

from regraft_tools import interpreters

LONGEST = 600
WRITTEN = (".py", ".pyi", ".pyx", ".pxi", ".pxd", ".h", ".sh", ".rst", ".md")
FILES = pytest.mark.parametrize("path", runtime_files(), ids=shown)
# The third one changes it, where that is asked for.
MAY_ASK_THE_VERSION = {RUNTIME / "_compat.py", RUNTIME / "_behavior.py", RUNTIME / "profiles" / "version.py"}


def standard_names() -> set[str]:
    """Top-level names of the standard library: this Python's and, where there is one, 2.7's."""
    names = set(sys.stdlib_module_names)
    python2 = interpreters.search(["2.7"]).of("2.7")
    if python2:
        question = (
            "import json, pkgutil, sys, sysconfig\n"
            "folders = [sysconfig.get_paths()[each] for each in ('stdlib', 'platstdlib')]\n"
            "print(json.dumps([each[1] for each in pkgutil.iter_modules(folders)]\n"
            "    + list(sys.builtin_module_names)))"
        )
        answer = subprocess.run([python2.path, "-c", question], check=True, capture_output=True)
        names.update(json.loads(answer.stdout))
    return names


def test_outside_the_overlay_no_module_has_a_name_of_the_standard_library():
    # 2.7 imports implicitly relative: `import socket` beside a socket.py of ours would be ours.
    names = standard_names() - {"__init__", "__main__"}
    modules = [each for each in runtime_files() if OVERLAY not in each.parents]
    folders = {each.parent for each in modules} - {RUNTIME}
    guilty = [shown(each) for each in [*modules, *folders] if each.stem in names]
    assert guilty == []


@FILES
def test_the_version_of_python_is_asked_in_two_files_only(path):
    if path in MAY_ASK_THE_VERSION:
        return
    for node in ast.walk(tree_of(path)):
        names = {getattr(node, "attr", None)} if isinstance(node, ast.Attribute) else set()
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
        assert not names & {"version_info", "hexversion", "python_version", "python_version_tuple"}, (
            "%s:%d asks for Python's version; let _behavior.py name what it decides"
            % (shown(path), node.lineno)
        )


def test_version_numbers_of_openssl_and_of_the_c_api_are_compared_in_one_file_only():
    number = r"(?:\w*OPENSSL_VERSION_(?:NUMBER|MAJOR|MINOR|PREREQ)|OPENSSL_VERSION_INFO|PY_VERSION_HEX|PY_MAJOR_VERSION|OpenSSL_version_num\(\))"
    # Two versions may be compared for equality: that asks nothing about what a version can do.
    ordered = r"(?:[<>]=?|[=!]=(?=\s*(?:0x)?\d))"
    compared = re.compile(
        r"%s\s*%s|(?:[<>]=?|\d\s*[=!]=)\s*%s|#\s*if.*%s" % (number, ordered, number, number)
    )
    for path in all_files(".pyx", ".pxi", ".pxd", ".h"):
        if path == EXTENSION / "compat.h":
            continue
        for at, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            assert not compared.search(line), "%s:%d: %s" % (shown(path), at, line.strip())
    for path in runtime_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Compare):
                words = ast.unparse(node)
                assert not re.search(number, words), "%s:%d: %s" % (shown(path), node.lineno, words)


def test_the_extension_asks_the_preprocessor_not_cython():
    for path in all_files(".pyx", ".pxi", ".pxd"):
        for at, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            assert not re.match(r"\s*(?:IF\b.*:|DEF\s+\w+\s*=)", line), "%s:%d" % (shown(path), at)


@pytest.mark.parametrize("path", all_files(*WRITTEN), ids=shown)
def test_no_file_is_too_long_to_read(path):
    lines = path.read_text("utf-8").splitlines()
    generated = any("generated" in line.lower() and "by" in line for line in lines[:3])
    assert generated or len(lines) <= LONGEST, "%s has %d lines" % (shown(path), len(lines))


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(?:%s)\b" % "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)))
    guilty = [
        "%s:%d" % (shown(path), at)
        for path in all_files(*WRITTEN)
        for at, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if later.search(line)
    ]
    assert guilty == []


def test_the_version_is_written_once():
    pattern = re.compile(r'^__version__ = "(\d+\.\d+\.\d+[\w.]*)"$', re.M)
    assert pattern.search((RUNTIME / "__init__.py").read_text("utf-8"))
    others = [shown(each) for each in all_files(".py")
              if each != RUNTIME / "__init__.py" and pattern.search(each.read_text("utf-8"))]
    assert others == []
    assert not re.search(r"^version\s*=", (ROOT / "setup.cfg").read_text("utf-8"), re.M)
