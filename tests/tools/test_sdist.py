"""regraft_tools.sdist: what is in an sdist, and that it is the same each time; the C that it brings along."""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from regraft_tools import environments, sdist

sys.path.insert(0, str(environments.checkout()))

from build_support import command, cythonize  # noqa: E402
from setuptools.errors import SetupError  # noqa: E402

C_FILE = "generated/%s/_openssl.c" % ("0" * 16)
KNOWN = ["LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "pyproject.toml", "setup.cfg", "setup.py",
         "Makefile", "docs/index.rst", "ext/_openssl.pyx", "src/regraft/__init__.py"]
PACKED = [name for name in KNOWN if name not in ("Makefile", "docs/index.rst")] + [C_FILE, "PKG-INFO"]


def pack(folder: Path, name: str, when: int) -> Path:
    """A .tar.gz with two files of that time."""
    tree = folder / "regraft-1"
    tree.mkdir(exist_ok=True)
    for each in ("b", "a"):
        (tree / each).write_text(each)
        os.utime(tree / each, (when, when))
        (tree / each).chmod(0o600)
    with tarfile.open(folder / name, "w:gz") as archive:
        archive.add(tree, "regraft-1")
    return folder / name


def test_two_packings_give_the_same_bytes(tmp_path):
    results = []
    for when in (1_000_000_000, 1_500_000_000):
        target = tmp_path / ("again-%d" % when)
        sdist.pack_again(pack(tmp_path, "%d.tar.gz" % when, when), target, 1_700_000_000)
        results.append(target.read_bytes())
    assert results[0] == results[1]
    with tarfile.open(target) as archive:
        members = archive.getmembers()
        assert [each.name for each in members] == ["regraft-1", "regraft-1/a", "regraft-1/b"]
        assert {(each.mtime, each.uid, each.uname) for each in members} == {(1_700_000_000, 0, "")}
        assert [each.mode for each in members] == [0o755, 0o644, 0o644]
        assert archive.extractfile("regraft-1/b").read() == b"b"


def test_the_time_of_the_files_is_the_one_asked_for_or_the_commits(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert sdist.commit_time(environments.checkout()) == 1700000000
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    if not (environments.checkout() / ".git").exists():
        pytest.skip("not a clone")
    assert sdist.commit_time(environments.checkout()) > 1700000000


@pytest.mark.parametrize("packed, problem", [
    (PACKED, None),
    ([*PACKED, "src/regraft.egg-info/SOURCES.txt"], None),
    ([*PACKED, "src/regraft/scratch.py"], "git does not know src/regraft/scratch.py"),
    ([name for name in PACKED if name != "ext/_openssl.pyx"], "ext/_openssl.pyx is missing"),
    ([name for name in PACKED if name != "LICENSE"], "LICENSE is missing"),
    ([name for name in PACKED if name != C_FILE], "there is not one generated file"),
    ([*PACKED, C_FILE.replace("0", "1")], "there is not one generated file"),
])
def test_what_git_does_not_know_and_what_is_missing_is_named(packed, problem):
    assert sdist.compare_with_git(packed, KNOWN) == ([problem] if problem else [])


@pytest.fixture
def tree(tmp_path):
    """The sources of an sdist: what the key of the C is made of, and C that is none."""
    root = environments.checkout()
    for name in ("ext", "build_support"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shipped = Path(cythonize.shipped_source(str(tmp_path)))
    shipped.parent.mkdir(parents=True)
    shipped.write_text("/* C */")
    return tmp_path


@pytest.fixture
def without_cython(monkeypatch):
    monkeypatch.setitem(sys.modules, "Cython", None)


def test_the_c_of_an_sdist_is_taken_without_cython(tree, without_cython):
    assert Path(cythonize.c_source(str(tree))).read_text() == "/* C */"


def test_c_of_other_sources_is_not_taken(tree, without_cython):
    with open(tree / "ext" / "rand.pxi", "a") as stream:
        stream.write("# changed\n")
    with pytest.raises(cythonize.CythonFailed) as caught:
        cythonize.c_source(str(tree))
    assert "is not there; the C in generated/ is of other sources than those in ext/" in str(caught.value)


def test_an_sdist_that_is_made_from_an_sdist_has_its_c(tree, tmp_path, without_cython):
    target = tmp_path / "again"
    for name in ("ext", "build_support"):
        shutil.copytree(tree / name, target / name)
    cythonize.ship(str(tree), str(target))
    assert Path(cythonize.shipped_source(str(target))).read_text() == "/* C */"


def test_an_sdist_is_not_made_by_another_cython_or_of_a_part_of_the_sources(tree, tmp_path, monkeypatch):
    class Cython:
        __version__ = "3.1.0"

    monkeypatch.setitem(sys.modules, "Cython", Cython)
    with pytest.raises(cythonize.CythonFailed, match="made with Cython 3.0.12, not 3.1.0"):
        cythonize.ship(str(environments.checkout()), str(tmp_path / "elsewhere"))
    target = tmp_path / "part"
    for name in ("ext", "build_support"):
        shutil.copytree(tree / name, target / name)
    (target / "ext" / "rand.pxi").unlink()
    with pytest.raises(cythonize.CythonFailed, match="are not those in"):
        cythonize.ship(str(tree), str(target))


def test_the_requirements_of_an_sdist_are_those_of_a_checkout_without_cython(tmp_path):
    source = environments.checkout() / "pyproject.toml"
    path = tmp_path / "pyproject.toml"
    path.write_text(source.read_text())
    command._require_no_cython(str(path))
    before, after = source.read_text().splitlines(), path.read_text().splitlines()
    assert [line.strip() for line in before if line not in after] == ['"Cython == 3.0.12",']
    path.write_text(source.read_text().replace('"Cython == 3.0.12"', '"setuptools", "Cython == 3.0.12"'))
    with pytest.raises(SetupError, match="requires Cython in another way"):
        command._require_no_cython(str(path))
