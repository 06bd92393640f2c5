"""regraft_tools.interpreters: what is found, what is refused, what a person is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regraft_tools import interpreters


class Machine:
    """A home and a PATH with made-up interpreters: scripts that answer the question."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self.pyenv = root / "pyenv"
        self.environ = {
            "PATH": "%s:%s" % (self.pyenv / "shims", self.bin),
            "HOME": str(root), "PYENV_ROOT": str(self.pyenv),
        }

    def add(self, path: Path, version: str, /, **answer: object) -> Path:
        """An interpreter of that version; more keywords change what it says of itself."""
        path.parent.mkdir(parents=True, exist_ok=True)
        said = {
            "path": str(path), "version": [int(each) for each in version.split(".")],
            "implementation": "CPython", "virtual": False, "include": str(path.parent / "include"),
            "headers": True, "free_threaded": False,
        } | answer
        return self.script(path, "cat <<'END'\n%s\nEND" % json.dumps(said))

    def script(self, path: Path, body: str) -> Path:
        """A program for the shell."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n%s\n" % body)
        path.chmod(0o755)
        return path

    def search(self, wanted=None, request: str = "") -> interpreters.Search:
        """A search on this machine."""
        return interpreters.search(wanted, self.environ | {"REGRAFT_PYTHONS": request})


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def versions(search: interpreters.Search) -> list[str]:
    return [each.version for each in search.found]


def test_interpreters_on_the_path_and_of_pyenv_are_found_oldest_first(machine):
    machine.add(machine.bin / "python3.12", "3.12.1")
    machine.add(machine.pyenv / "versions/2.7.18/bin/python", "2.7.18")
    found = machine.search()
    assert versions(found) == ["2.7.18", "3.12.1"]
    assert [each.origin for each in found.found] == ["pyenv", "PATH"]
    assert found.of("2.7").path == machine.pyenv / "versions/2.7.18/bin/python"


def test_a_link_to_an_interpreter_is_the_same_interpreter(machine):
    real = machine.add(machine.pyenv / "versions/3.9.18/bin/python", "3.9.18")
    machine.bin.mkdir()
    (machine.bin / "python3.9").symlink_to(real)
    found = machine.search()
    assert versions(found) == ["3.9.18"]
    assert found.others == ()


def test_shims_of_pyenv_are_not_asked(machine):
    witness = machine.root / "asked"
    machine.script(machine.pyenv / "shims/python2.7", "touch '%s'" % witness)
    assert versions(machine.search()) == []
    assert not witness.exists()


def test_names_that_only_look_like_an_interpreter_are_not_asked(machine):
    witness = machine.root / "asked"
    for name in ("python3.9-config", "python3", "python3.9m", "python2.6", "ipython3.9"):
        machine.script(machine.bin / name, "touch '%s'" % witness)
    machine.search()
    assert not witness.exists()


def test_a_broken_interpreter_is_reported_with_its_last_words(machine):
    path = machine.script(machine.bin / "python3.9", "echo no such library >&2; exit 127")
    found = machine.search()
    assert found.unusable == {str(path): "does not run: no such library"}
    assert "no such library" in found.report()


@pytest.mark.parametrize("answer, reason", [
    ({"implementation": "PyPy"}, "is PyPy"),
    ({"virtual": True}, "virtual environment"),
    ({"free_threaded": True}, "free-threaded"),
    ({"version": [3, 5, 9]}, "is Python 3.5"),
])
def test_an_interpreter_that_regraft_does_not_serve_is_refused_with_the_reason(
    machine, answer, reason
):
    path = machine.add(machine.bin / "python3.7", "3.7.0", **answer)
    found = machine.search()
    assert versions(found) == []
    assert reason in found.unusable[str(path)]


def test_of_two_of_one_series_the_one_with_headers_is_taken(machine):
    machine.add(machine.bin / "python3.11", "3.11.9", headers=False)
    machine.add(machine.pyenv / "versions/3.11.2/bin/python", "3.11.2")
    found = machine.search()
    assert versions(found) == ["3.11.2"]
    assert [each.version for each in found.others] == ["3.11.9"]


def test_an_interpreter_without_headers_is_marked_in_the_report(machine):
    machine.add(machine.bin / "python3.11", "3.11.9", headers=False)
    assert "NO Python.h" in machine.search().report()


def test_a_missing_series_is_reported(machine):
    machine.add(machine.bin / "python3.9", "3.9.1")
    found = machine.search(["2.7", "3.9", "3.13"])
    assert versions(found) == ["3.9.1"]
    assert found.missing == ("2.7", "3.13")
    assert "3.13     not found" in found.report()


def test_without_2_7_the_report_says_how_to_get_it_and_what_it_goes_on_with(machine):
    machine.add(machine.bin / "python3.9", "3.9.1")
    machine.add(machine.bin / "python3.6", "3.6.15")
    report = machine.search().report()
    assert "pyenv install 2.7.18" in report
    assert "bullseye" in report
    assert "Going on with the oldest that was found: CPython 3.6.15" in report


def test_with_2_7_the_report_gives_no_advice(machine):
    machine.add(machine.bin / "python2.7", "2.7.18")
    assert "pyenv install" not in machine.search().report()


def test_the_variable_keeps_only_the_series_that_it_names(machine):
    for version in ("2.7.18", "3.6.15", "3.9.1"):
        machine.add(machine.bin / ("python" + version.rpartition(".")[0]), version)
    found = machine.search(request="2.7, 3.9, 3.13")
    assert versions(found) == ["2.7.18", "3.9.1"]
    assert found.missing == ("3.13",)


def test_the_variable_adds_an_executable_which_stands_for_its_series(machine):
    machine.add(machine.bin / "python3.9", "3.9.18")
    own = machine.add(machine.root / "opt/python", "3.9.1", headers=False)
    assert machine.search(request=str(own)).of("3.9").path == own


def test_the_variable_may_name_series_and_executables_together(machine):
    machine.add(machine.bin / "python2.7", "2.7.18")
    machine.add(machine.bin / "python3.9", "3.9.18")
    own = machine.add(machine.root / "opt/python", "3.16.0")
    assert versions(machine.search(request="2.7,%s" % own)) == ["2.7.18", "3.16.0"]


@pytest.mark.parametrize("request_", ["python9", "/nowhere/python", "2"])
def test_a_variable_that_cannot_be_followed_is_an_error(machine, request_):
    with pytest.raises(interpreters.UnknownRequest, match="REGRAFT_PYTHONS names"):
        machine.search(request=request_)


def test_an_executable_of_the_variable_that_is_no_python_is_an_error(machine):
    own = machine.script(machine.root / "opt/tool", "echo hello")
    with pytest.raises(interpreters.UnknownRequest, match="does not answer as a Python"):
        machine.search(request=str(own))


def test_the_interpreter_of_these_tools_knows_itself():
    own = interpreters.own()
    assert own.release >= (3, 11)
    assert own.path.is_file()
