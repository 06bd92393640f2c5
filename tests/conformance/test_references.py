"""References: which directories are, how the newest is found, and what is laid out for a suite."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from regraft_tools import debian, interpreters
from regraft_tools.conformance import reference, translation
from regraft_tools.conformance.reference import NoReference, Reference

FOUND = interpreters.search(["2.7"]).found
SUITE = '''
import os
import unittest
from test import support
from test.helper import answer
from test.support import own_helper


class Cases(unittest.TestCase):
    def test_all(self):
        here = os.path.dirname(__file__)
        with open(os.path.join(here, "data", "a.txt")) as one, open(support.findfile("b.txt")) as two:
            self.assertEqual(f"{one.read()}{two.read()}{answer()}{own_helper.NAME}", "a1b142own")
'''
FILES = {
    "test_ssl.py": SUITE,
    "helper.py": "from . import deeper\ndef answer(*, value=deeper.VALUE):\n    return value\n",
    "deeper.py": "VALUE = 4_2\n",
    "unasked.py": "match 1:\n    case 1: pass\n",
    "__init__.py": "raise RuntimeError('the package of the reference itself')\n",
    "support/__init__.py": "raise RuntimeError('what our stand-ins are for')\n",
    "support/own_helper.py": "NAME: str = 'own'\n",
    "data/a.txt": "a1",
    "b.txt": "b1",
}


@pytest.fixture
def planted(tmp_path):
    library = tmp_path / "lib" / "python3.99"
    for name, text in FILES.items():
        path = library / "test" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Reference(library)


def test_a_reference_is_a_library_with_suites(planted, tmp_path):
    assert planted.series == "3.99"
    for path in (tmp_path, tmp_path / "lib" / "python3.98"):
        with pytest.raises(NoReference):
            Reference(path)


@pytest.mark.skipif(not FOUND, reason="Python 2.7, for which it is laid out, is not here")
def test_what_is_laid_out_runs_on_27(planted, tmp_path):
    reference.lay_out(planted, "test_ssl", tmp_path / "made", tmp_path / "kept")
    done = subprocess.run(
        [str(FOUND[0].path), "-B", "-m", "unittest", "test.test_ssl"], cwd=tmp_path / "made",
        env={}, capture_output=True, text=True, timeout=60, check=False,
    )
    assert done.returncode == 0 and "Ran 1 test" in done.stderr, done.stderr


def test_only_what_the_suite_imports_is_translated(planted, tmp_path):
    reference.lay_out(planted, "test_ssl", tmp_path / "made", tmp_path / "kept")
    made = tmp_path / "made" / "test"
    assert (made / "deeper.py").exists() and not (made / "unasked.py").exists()
    ours = (reference.STAND_INS / "__init__.py").read_text()
    assert (made / "support" / "__init__.py").read_text() == ours


def test_a_translation_is_kept_and_used_again(planted, tmp_path, monkeypatch):
    reference.lay_out(planted, "test_ssl", tmp_path / "first", tmp_path / "kept")
    monkeypatch.setattr(translation, "translate", lambda *_: pytest.fail("translated again"))
    reference.lay_out(planted, "test_ssl", tmp_path / "second", tmp_path / "kept")
    first, second = ((tmp_path / each / "test" / "test_ssl.py").read_text() for each in ("first", "second"))
    assert first == second
    (planted.tests / "deeper.py").write_text("VALUE = 5\n")
    with pytest.raises(pytest.fail.Exception, match="translated again"):
        reference.lay_out(planted, "test_ssl", tmp_path / "third", tmp_path / "kept")


def test_a_suite_that_the_reference_has_not_is_told(planted, tmp_path):
    with pytest.raises(NoReference, match="test_hmac"):
        reference.lay_out(planted, "test_hmac", tmp_path / "made", tmp_path / "kept")


def test_what_was_fetched_is_found_before_what_is_installed(planted, tmp_path, monkeypatch):
    newest = tmp_path / "tree" / "usr" / "lib" / ("python" + reference.NEWEST)
    newest.parent.mkdir(parents=True)
    planted.library.rename(newest)
    monkeypatch.setattr(debian, "unpacked", lambda suite, packages: tmp_path / "tree")
    assert reference.find() == Reference(newest)


def test_without_any_reference_that_is_said(monkeypatch):
    monkeypatch.setattr(debian, "unpacked", lambda suite, packages: None)
    monkeypatch.setattr(interpreters, "search", lambda series: interpreters.Search(()))
    with pytest.raises(NoReference, match=reference.NEWEST):
        reference.find()


def test_nothing_is_fetched_to_find_one(monkeypatch, tmp_path):
    monkeypatch.setenv(debian.VARIABLE, str(tmp_path))
    monkeypatch.setattr(debian, "command", lambda *words, **options: pytest.fail("a command ran"))
    try:
        found = reference.find()
    except NoReference:
        return
    assert found.series == reference.INSTALLED and isinstance(found.library, Path)
