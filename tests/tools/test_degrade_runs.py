"""regraft-tools degrade on a small project on 2.7: crashes, hangs and interruptions cost what they must."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from regraft_tools import environments, interpreters, testing
from regraft_tools.degrade import command, execution, page
from regraft_tools.degrade.comparison import State, compare

LIBRARY = """\
import hashlib, ssl, warnings

def connect():
    if not hasattr(ssl, "SSLContext"):
        warnings.warn("A true SSLContext object is not available.")

def derive():
    return getattr(hashlib, "pbkdf2_hmac", None)
"""
TESTS = """\
import os, signal, ssl, time
import lib

OLD = not hasattr(ssl, "SSLContext")

def test_warns(): lib.connect()
def test_degrades(): lib.derive()
def test_fails(): ssl.create_default_context()
def test_fails_everywhere(): assert False
def test_crashes(): OLD and os.kill(os.getpid(), signal.SIGKILL)
def test_hangs(): OLD and time.sleep(600)
def test_after(): pass
"""


@pytest.fixture(scope="module")
def python():
    """The executable of an environment of 2.7 with regraft and pytest."""
    found = interpreters.search(["2.7"]).of("2.7")
    if not found:
        pytest.skip("the project under test is one for 2.7, and there is no 2.7 here")
    return str(environments.ensure(found, "tests", packages=testing.PACKAGES).python)


@pytest.fixture
def project(tmp_path):
    """A directory with a library and its tests."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "lib.py").write_text(LIBRARY)
    (folder / "test_lib.py").write_text(TESTS)
    return folder


def test_each_test_has_its_state_and_what_ends_a_process_costs_itself_only(project, python, tmp_path, capsys):
    path = tmp_path / "page.html"
    status = command.main([str(project), "--python", python, "--as", "2.7.6", "--html", str(path), "--", "pytest", "-k",
                           "not hangs"])
    printed = capsys.readouterr()
    assert status == command.WORSE, printed.err
    assert "keys from passwords (PBKDF2) (feature pbkdf2)" in " ".join(printed.out.split())
    text = path.read_text()
    assert "fail as newest too" in text
    assert "hashlib.pbkdf2_hmac: the test asked for it" in text
    assert not (project / command.FOLDER).exists()


def test_a_run_gives_the_same_through_its_parts(project, python):
    task = execution.Task(project, python, ["-q"], 5, project / "records")
    baseline, old = execution.run_all(task, ["newest", "2.7.6"], 2, lambda runs: None)
    compared = compare([old], baseline)
    found = {nodeid.split("::")[1]: cells["2.7.6"] for nodeid, cells in compared.cells.items() if "::" in nodeid}
    assert {name: cell.state for name, cell in found.items()} == {
        "test_warns": State.WARNED, "test_degrades": State.DEGRADED, "test_fails": State.FAILED,
        "test_fails_everywhere": State.FAILS_ON_NEWEST, "test_crashes": State.CRASHED, "test_hangs": State.CRASHED,
        "test_after": State.PASSED}
    assert {name: cell.group for name, cell in found.items() if cell.group} == {
        "test_warns": "contexts", "test_degrades": "pbkdf2", "test_fails": "contexts"}
    assert "killed by signal 9" in found["test_crashes"].text
    assert "nothing happened for 5 seconds" in found["test_hangs"].text


def test_an_interrupted_run_goes_on_and_does_nothing_twice(project, python, tmp_path):
    (project / "test_lib.py").write_text(
        "import os, time\n"
        "def note(name):\n"
        "    with open(os.environ['NOTES'], 'a') as stream: stream.write(name + '\\n')\n"
        "def test_first(): note('first')\n"
        "def test_waits():\n"
        "    note('waits')\n"
        "    while not os.path.exists(os.environ['NOTES'] + '.go'): time.sleep(0.05)\n"
        "def test_last(): note('last')\n")
    notes = tmp_path / "notes"
    line = [sys.executable, "-m", "regraft_tools", "degrade", str(project), "--python", python, "--as", "2.7.6", "-j", "1",
            "--html", str(tmp_path / "page.html"), "--", "pytest"]
    variables = {**os.environ, "NOTES": str(notes)}
    # What runs the tests may have been started with the signal ignored, as `nohup` and `&` of a script do.
    begun = subprocess.Popen(line, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        for _ in range(1200):
            if notes.exists() and "waits" in notes.read_text():
                break
            time.sleep(0.05)
        begun.send_signal(signal.SIGINT)
        printed, _ = begun.communicate(timeout=60)
    finally:
        begun.kill()
        begun.wait()
    assert begun.returncode == command.INTERRUPTED, printed
    assert "the same command goes on" in printed
    assert notes.read_text().split() == ["first", "waits"]
    (tmp_path / "notes.go").touch()
    done = subprocess.run(line, env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == command.NOTHING_WORSE, done.stderr
    assert "going on with what was interrupted" in done.stderr
    # As the newest: the first is not run again. Then the other release.
    assert notes.read_text().split() == ["first", "waits", "waits", "last", "first", "waits", "last"]


@pytest.mark.parametrize("arguments, text", [
    (["nowhere"], "there is no directory nowhere"),
    (["PROJECT"], "--python PYTHON is needed"),
    (["PROJECT", "--python", "no-such-python"], "there is no program no-such-python"),
    (["PROJECT", "--python", "/bin/true"], "/bin/true needs regraft and pytest"),
    (["PROJECT", "-j", "0"], "'0' is not a number from 1"),
])
def test_what_cannot_be_run_is_refused_in_a_line(arguments, text, project, capsys):
    line = [str(project) if each == "PROJECT" else each for each in arguments]
    assert command.main([*line, "--", "pytest"]) == command.NOT_POSSIBLE
    printed = capsys.readouterr()
    assert text in printed.err
    assert "Traceback" not in printed.err


def test_a_file_that_is_no_program_is_no_python(project, tmp_path, capsys):
    (tmp_path / "python").write_text("#!/nowhere\n")
    (tmp_path / "python").chmod(0o755)
    assert command.main([str(project), "--python", str(tmp_path / "python"), "--", "pytest"]) == command.NOT_POSSIBLE
    assert "is no program that runs here" in capsys.readouterr().err


def test_texts_that_are_none_and_links_to_nothing_are_no_obstacle(project, python, tmp_path):
    (project / "test_lib.py").write_text(TESTS.split("def ")[0] + "def test_half():\n    assert not OLD, u'\\ud800'\n")
    (project / ".#test_lib.py").symlink_to("nobody@nowhere:1")
    path = tmp_path / "page.html"
    assert command.main([str(project), "--python", python, "--as", "2.7.6", "--html", str(path)]) == command.WORSE
    assert "\\ud800" in path.read_text()


def test_releases_and_pages_are_looked_at_before_anything_is_run(project, python, capsys):
    for arguments, text in ((["--as", "2.7.99"], "has no profile of '2.7.99'; it has 2.7.0"),
                            (["--as", "newest"], "--as names no release besides newest"),
                            (["--html", "/nowhere/page.html"], "--html: cannot write /nowhere/page.html")):
        assert command.main([str(project), "--python", python, *arguments, "--", "pytest"]) == command.NOT_POSSIBLE
        assert text in capsys.readouterr().err


def test_a_project_whose_tests_cannot_be_found_is_no_success(project, python, capsys, tmp_path):
    (project / "test_lib.py").unlink()
    status = command.main([str(project), "--python", python, "--as", "2.7.6", "--html", str(tmp_path / "page.html"), "--",
                           "pytest"])
    assert status == command.NOT_POSSIBLE
    assert "as newest nothing was run: pytest found no tests" in capsys.readouterr().err
    assert not (project / command.FOLDER).exists(), "what is mended then would not be seen"


def test_first_lines_are_those_with_the_error():
    assert page.first_line("test.py:3: in test\n    x\nE   KeyError: 'x'\n") == "KeyError: 'x'"
    assert page.first_line("") == ""
