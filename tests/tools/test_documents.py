"""What the documents of the checkout point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.rst")])
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]

# Paths of the checkout as documents write them, as far as they begin with one of its directories.
WRITTEN = re.compile(r"`((?:\.ci|benchmarks|build_support|docs|ext|src|tests|tools)/[\w./*-]*)`")


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_each_link_to_a_file_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_each_path_that_is_named_exists(path: Path) -> None:
    named = WRITTEN.findall(path.read_text(encoding="utf-8"))
    assert [name for name in named if not list(ROOT.glob(name))] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_each_test_that_is_named_is_one(path: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", path.read_text(encoding="utf-8"))
    missing = [
        (file, test) for file, test in named
        if not re.search(r"^ *def %s\(" % test, (ROOT / file).read_text(encoding="utf-8"), re.M)
    ]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_each_session_that_is_named_is_one(path: Path) -> None:
    tasks = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    found = re.findall(r"^@nox\.session(?:\(name=\"([\w-]+)\"\))?\ndef (\w+)\(session", tasks, re.M)
    sessions = [given or function for given, function in found]
    named = re.findall(r"nox -s ([\w-]+)", path.read_text(encoding="utf-8"))
    assert set(named) <= set(sessions)
