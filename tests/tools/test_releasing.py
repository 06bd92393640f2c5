"""`nox -s release`: what it refuses, and what it leaves behind when a step fails."""

from __future__ import annotations

import datetime
import hashlib
import subprocess
from pathlib import Path

import pytest

from regraft_tools import environments
from regraft_tools.releasing import __main__ as releasing
from regraft_tools.releasing.__main__ import Refused, Step

TODAY = datetime.date(2026, 11, 25)


@pytest.fixture
def root(tmp_path) -> Path:
    """A checkout with the files that a release reads."""
    (tmp_path / "src/regraft").mkdir(parents=True)
    (tmp_path / "src/regraft/__init__.py").write_text('"""A package."""\n\n__version__ = "0.1.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## Unreleased\n\n### Area\n\n* A change.\n\n## 0.1.0\n\n* Old.\n")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("version, told", [
    ("1.0-final-x", "not a version"), ("0.2.0-rc1", "as 0.2.0rc1"), ("v0.2.0", "as 0.2.0"), ("0.2.0+mine", "local"),
    ("0.1.0", "not newer than v0.1.0"), ("0.0.9", "not newer than v0.1.0"), ("0.1.0rc2", "not newer than v0.1.0")])
def test_a_version_that_cannot_be_released_is_refused(version, told):
    with pytest.raises(Refused, match=told):
        releasing.check_version(version, ["v0.1.0", "nightly"])


def test_a_newer_version_is_taken():
    releasing.check_version("0.1.1", ["v0.1.0", "nightly"])
    releasing.check_version("0.2.0rc1", ["v0.1.0"])


def test_prepare_writes_the_version_and_a_heading_and_then_the_checkout_passes_when_committed(root):
    releasing.prepare(root, "0.2.0", TODAY)
    assert releasing.stated_version(root) == "0.2.0"
    assert "## Unreleased\n\n## 0.2.0 (2026-11-25)\n\n### Area\n\n* A change.\n" in (root / "CHANGELOG.md").read_text()
    with pytest.raises(Refused, match="not committed"):
        releasing.check_checkout(root, "0.2.0")
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qam", "x"], cwd=root, check=True)
    releasing.check_checkout(root, "0.2.0")
    with pytest.raises(Refused, match="says 0.2.0"):
        releasing.check_checkout(root, "0.3.0")


@pytest.mark.parametrize("text, told", [
    ("# Changes\n\n## 0.1.0\n\n* Old.\n", "one heading"), ("# Changes\n\n## Unreleased\n\n## 0.1.0\n\n* Old.\n", "no change"),
    ("# Changes\n\n## Unreleased\n\n* New.\n\n## 0.2.0\n", "already")])
def test_without_changes_to_tell_nothing_is_written(text, told, root):
    (root / "CHANGELOG.md").write_text(text)
    with pytest.raises(Refused, match=told):
        releasing.prepare(root, "0.2.0", TODAY)
    assert releasing.stated_version(root) == "0.1.0" and (root / "CHANGELOG.md").read_text() == text


def test_a_missing_heading_is_refused(root):
    (root / "src/regraft/__init__.py").write_text('__version__ = "0.2.0"\n')
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qam", "x"], cwd=root, check=True)
    with pytest.raises(Refused, match="no heading '## 0.2.0'"):
        releasing.check_checkout(root, "0.2.0")


def test_a_step_that_fails_is_the_last(root):
    seen = []

    def runner(folder: Path, step: Step) -> bool:
        seen.append(step.title)
        return step.title != "two"

    with pytest.raises(Refused, match="two: failed"):
        releasing.run_steps(root, [Step(each, (each,)) for each in ("one", "two", "three")], runner)
    assert seen == ["one", "two"]


def test_the_steps_are_sessions_that_exist():
    text = (environments.checkout() / "noxfile.py").read_text()
    for name in {each.command[0] for each in releasing.STEPS}:
        assert 'name="%s"' % name in text or "\ndef %s(" % name in text, name


def test_the_sums_are_what_sha256sum_reads_and_do_not_hold_themselves(tmp_path):
    (tmp_path / "regraft-0.2.0.pyz").write_bytes(b"one")
    (tmp_path / "regraft-0.2.0.tar.gz").write_bytes(b"two")
    first = releasing.write_sums(tmp_path)
    assert releasing.write_sums(tmp_path) == first == [
        (hashlib.sha256(b"one").hexdigest(), "regraft-0.2.0.pyz"), (hashlib.sha256(b"two").hexdigest(), "regraft-0.2.0.tar.gz")]
    assert subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=False).returncode == 0


@pytest.mark.parametrize("names, told", [
    (["regraft-0.2.0.tar.gz", "regraft-0.2.0-cp27-cp27mu-x.whl"], "no .pyz"), (["regraft-0.2.0.pyz"], "no .tar.gz"),
    (["regraft-0.2.0.tar.gz", "regraft-0.2.0-cp27-cp27mu-x.whl", "regraft-0.2.0.pyz", "regraft-0.2.01.pyz"], "regraft-0.2.01.pyz"),
    (["regraft-0.2.0.tar.gz", "notes.txt"], "notes.txt")])
def test_a_directory_that_is_not_one_release_is_refused(names, told, tmp_path):
    for each in names:
        (tmp_path / each).touch()
    with pytest.raises(Refused, match=told):
        releasing.check_names(tmp_path, "0.2.0")
