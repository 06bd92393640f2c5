"""regraft_tools.reference: how the system of the newest interpreters is made and entered."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from regraft_tools import debian, environments, interpreters, reference


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(debian.VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def able(monkeypatch):
    """A process that could make and enter the system."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/" + name)


def test_without_root_it_is_said_what_is_needed_and_nothing_is_made(cache, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(reference, "_bootstrap", None)
    assert reference.main(["3.15"]) == 2
    assert "entered with chroot; that needs root" in capsys.readouterr().err
    assert list(cache.iterdir()) == []


def test_a_missing_command_is_named(able, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "unshare" else name)
    with pytest.raises(reference.NotPossible, match="needs the command unshare"):
        reference.system()


def test_the_system_is_made_once(able, cache, monkeypatch):
    made = []
    monkeypatch.setattr(reference, "_bootstrap", made.append)
    assert reference.system() == reference.system() == cache / "reference" / "sid"
    assert len(made) == 1


def test_a_system_that_could_not_be_made_is_not_taken_for_one(able, cache, monkeypatch):
    def fail(folder):
        (folder / "usr").mkdir()
        raise debian.Unavailable("the mirror is asleep")

    monkeypatch.setattr(reference, "_bootstrap", fail)
    with pytest.raises(debian.Unavailable):
        reference.system()
    assert [each.name for each in (cache / "reference").iterdir() if each.is_dir()] == []


def test_debootstrap_is_unpacked_and_gets_the_mirror_and_the_keys_of_this_machine(
    cache, tmp_path, monkeypatch
):
    ran = []
    monkeypatch.setattr(debian, "of_machine", lambda suite: debian.Archive("file:/mirror", Path("/keys")))
    monkeypatch.setattr(debian, "unpack", lambda suite, packages: Path("/tree"))
    monkeypatch.setattr(debian, "command", lambda *words, **options: ran.append((words, options)))
    target = tmp_path / "system"
    archives = target / "var/cache/apt/archives"
    archives.mkdir(parents=True)
    (archives / "some.deb").write_text("")
    reference._bootstrap(target)
    (words, options), = ran
    assert words[1] == "/tree/usr/sbin/debootstrap"
    assert words[-3:] == ("sid", str(target), "file:/mirror")
    assert "--keyring=/keys" in words
    assert options["environ"]["DEBOOTSTRAP_DIR"] == "/tree/usr/share/debootstrap"
    included = next(each for each in words if each.startswith("--include="))
    for series in reference.SERIES:
        assert "libpython%s-testsuite" % series in included
    assert list(archives.iterdir()) == []


def test_the_script_that_enters_is_one_for_the_shell_and_hands_the_command_on_whole(cache, tmp_path):
    command = reference.entering(tmp_path, ["python3.15", "-c", "print('two words')"])
    assert command[:4] == ["unshare", "--mount", "--propagation", "private"]
    script = command[command.index("-euc") + 1]
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    assert command[-6:-3] == [
        str(tmp_path), str(environments.checkout()), str(cache / "reference" / "environments")]
    assert command[-3:] == ["python3.15", "-c", "print('two words')"]


def test_what_steers_the_caller_stays_outside_but_for_where_packages_come_from(monkeypatch):
    for name in ("PYTHONHOME", "REGRAFT_OPENSSL", "LD_LIBRARY_PATH", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "of the caller")
    monkeypatch.setenv("PIP_INDEX_URL", "file:/packages")
    monkeypatch.setenv("https_proxy", "of the machine")
    variables = reference.variables()
    assert "of the caller" not in variables.values()
    assert variables["PIP_INDEX_URL"] == "file:/packages"
    assert variables["https_proxy"] == "of the machine"
    assert variables[environments.VARIABLE] == reference.ROOMS


@pytest.mark.parametrize("arguments, expected", [
    ([], [["testing", "grafted", "3.14", "3.15", *reference.DIRECTORIES],
          ["audit", "3.14", "3.15"],
          ["conformance", "run", "--verbose", "--python", "3.14", "3.15"]]),
    (["3.15", "tests/unit", "-k", "group"], [["testing", "grafted", "3.15", "tests/unit", "-k", "group"]]),
])
def test_inside_our_own_tests_run_and_the_audit_and_the_interpreters_suites_if_nothing_else_was_chosen(
    monkeypatch, arguments, expected
):
    ran = []
    monkeypatch.setattr(interpreters, "own", lambda: None)
    monkeypatch.setattr(
        environments, "ensure", lambda *words, **options: SimpleNamespace(python="python"))
    monkeypatch.setattr(subprocess, "run", lambda words, **options: (
        ran.append(words), SimpleNamespace(returncode=len(ran) - 1))[1])
    status = reference.run_inside(arguments)
    assert [[words[2].removeprefix("regraft_tools."), *words[3:]] for words in ran] == expected
    assert bool(status) is (len(expected) > 1), "a failure of any of them counts"
