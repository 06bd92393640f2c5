"""The pytest plug-in, run as a user runs it: pytest in a process of its own, on files of tests."""
from __future__ import absolute_import, division, print_function

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

import pytest

from regraft._compat import PY2

pytest_plugins = "pytester"

# A release that this interpreter can show, and a name of `ssl` that it lacks.
OLD, MISSING = ("2.7.6", "SSLContext") if PY2 else ("3.6.0", "TLSVersion")

TESTS = """\
import os, signal, ssl, sys, time, unittest, warnings
import pytest

HAS = hasattr(ssl, %r)
"""


@pytest.fixture
def write(testdir, monkeypatch):
    """A function that writes files of tests."""
    for name in ("PYTEST_ADDOPTS", "REGRAFT_DEFAULTS", "REGRAFT_INSECURE_AS"):
        monkeypatch.delenv(name, raising=False)

    def write(files):
        if files:
            testdir.makepyfile(**dict((name, TESTS % MISSING + text) for name, text in files.items()))

    return write


@pytest.fixture
def run(testdir, write):
    """A function that writes files of tests and runs pytest on them."""
    def run(*arguments, **files):
        write(files)
        return testdir.runpytest_subprocess(*arguments)

    return run


@pytest.fixture
def run_here(testdir, write):
    """The same in this process, for what starts no process."""
    def run(*arguments, **files):
        write(files)
        return testdir.runpytest_inprocess(*arguments)

    return run


def lines(result):
    """What a run printed."""
    return "\n".join(result.outlines + result.errlines)


def test_each_test_runs_under_each_release_and_reports_as_if_it_ran_here(run, testdir):
    result = run("--regraft-as", OLD + ",newest", "--junitxml", "found.xml", "-ra", "-v", test_it="""
def test_missing():
    print("printed by the test")
    assert HAS, "it is not there"

@pytest.mark.parametrize("value", ["a", "b"])
def test_both(value, tmpdir):
    warnings.warn(u"weaker than it could be, \\xfcberall")

@pytest.mark.xfail(reason="is known")
def test_known(): assert not HAS or 0

@pytest.mark.skipif(not HAS, reason="nothing to test")
def test_skipped(): pass

class TestCase(unittest.TestCase):
    def test_method(self): self.assertTrue(HAS)
""")
    assert result.ret == 1
    said = lines(result)
    for expected in (
            "test_it.py::test_missing[as %s] FAILED" % OLD, "test_it.py::test_missing[as newest] PASSED",
            "test_it.py::test_both[b][as %s] PASSED" % OLD, "test_it.py::TestCase::test_method[as %s] FAILED" % OLD,
            "E       AssertionError: it is not there", "printed by the test", "nothing to test", "is known",
            "weaker than it could be", "regraft: results by release"):
        assert expected in said
    counts = dict(line.split(None, 2)[1:] for line in result.outlines if line.startswith("as "))
    assert counts == {OLD: "2 failed, 2 passed, 1 skipped, 1 xpassed",
                      "newest": "5 passed, 1 xfailed"}
    cases = list(xml.etree.ElementTree.parse(str(testdir.tmpdir.join("found.xml"))).iter("testcase"))
    assert len(cases) == 12
    [failed] = [each for each in cases if each.get("name") == "test_missing[as %s]" % OLD]
    assert "it is not there" in failed.find("failure").get("message")
    assert [each.get("value") for each in failed.iter("property")] == [OLD]


def test_what_a_release_cannot_import_or_survive_fails_there_and_nothing_else_does(run):
    result = run("--regraft-as", OLD + ",newest", "-v", "--capture=sys", test_a="from ssl import %s\ndef test_a(): pass\n" % MISSING,
                 test_b="""
def test_ends_the_process():
    if not HAS:
        os.write(1, b"\\xc3\\xa9 is the last thing\\n")
        os.kill(os.getpid(), signal.SIGKILL)

def test_after(): pass

if HAS:
    def test_there_only(): pass
""")
    said = lines(result)
    for expected in (
            "test_a.py[as %s] ERROR" % OLD, "test_a.py::test_a[as newest] PASSED",
            "test_b.py::test_ends_the_process[as %s] FAILED" % OLD, "was killed by signal 9 (SIGKILL)",
            "is the last thing", "test_b.py::test_after[as %s] PASSED" % OLD, "test_b.py::test_there_only[as newest] PASSED"):
        assert expected in said
    assert "test_there_only[as %s]" % OLD not in said
    assert result.ret == 1


def test_a_test_with_the_marker_has_a_fresh_process_for_each_release(run):
    result = run("--strict-markers", "-v", test_it="""
import itertools
COUNT = itertools.count()

@pytest.mark.regraft_as(%r, "newest")
@pytest.mark.parametrize("value", ["a"])
def test_marked(value, regraft_release):
    assert next(COUNT) == 0
    assert HAS == (regraft_release == "newest")

@pytest.mark.regraft_as("1.5.2")
def test_unknown(): pass

def test_plain():
    assert next(COUNT) == 0
""" % OLD)
    said = lines(result)
    for expected in ("collected 4 items", "test_it.py::test_marked[a][as %s] PASSED" % OLD,
                     "test_it.py::test_marked[a][as newest] PASSED", "test_it.py::test_unknown[as 1.5.2] FAILED",
                     "there is no profile of a release '1.5.2'", "test_it.py::test_plain PASSED"):
        assert expected in said


@pytest.mark.parametrize("chosen, number", [("test_marked[a]", 2), ("test_marked", 2), ("test_marked[a][as newest]", 1)])
def test_a_test_with_the_marker_can_be_named(run_here, chosen, number):
    result = run_here("--collect-only", "-q", "test_it.py::" + chosen, test_it="""
@pytest.mark.regraft_as(%r, "newest")
@pytest.mark.parametrize("value", ["a"])
def test_marked(value): pass
""" % OLD)
    assert sum(1 for each in result.outlines if each.startswith("test_it.py::test_marked[a][as ")) == number


def test_the_fixture_alone_takes_the_releases_of_the_settings(run, testdir):
    testdir.makeini("[pytest]\nregraft_as = %s newest\n" % OLD)
    result = run("-v", test_it="def test_it(regraft_release): assert HAS == (regraft_release == 'newest')\n")
    result.stdout.fnmatch_lines(["*2 passed*"])


def test_options_of_pytest_mean_what_they_mean_elsewhere(run):
    files = {"test_it": "def test_a(): assert HAS\ndef test_b(): pass\ndef test_c(): assert HAS\n"}
    result = run("--regraft-as", OLD + ",newest", "-x", **files)
    result.stdout.fnmatch_lines(["*1 failed*"])
    assert "passed" not in lines(result).splitlines()[-1]
    result = run("--regraft-as", OLD + ",newest", "--lf", "-v")
    assert [each.split(" FAILED")[0] for each in result.outlines if " FAILED" in each] == [
        "test_it.py::test_a[as %s]" % OLD]
    assert "newest] " not in lines(result)
    result = run("--regraft-as", OLD + ",newest", "-v", "-k", "test_b or test_c", "test_it.py::test_b",
                 "test_it.py::test_c[as newest]")
    result.stdout.fnmatch_lines(["test_it.py::test_b?as newest? PASSED*", "test_it.py::test_c?as newest? PASSED*", "*3 passed*"])


def test_a_test_that_hangs_is_ended_and_the_others_run(run):
    result = run("--regraft-as", OLD, "--regraft-timeout", "2", "-v",
                 test_it="def test_hangs(): time.sleep(600)\ndef test_after(): pass\n")
    said = lines(result)
    assert "test_it.py::test_hangs[as %s] FAILED" % OLD in said
    assert "was not done after 2 seconds, and was ended" in said
    assert "test_it.py::test_after[as %s] PASSED" % OLD in said


def test_an_interrupted_run_leaves_no_process(testdir):
    testdir.makepyfile(test_it="""
import os, time
def test_waits():
    with open("pid.new", "w") as stream:
        stream.write(str(os.getpid()))
    os.rename("pid.new", "pid")
    time.sleep(120)
""")
    # What sleeps does not hear that it is to end.
    testdir.makeconftest("from regraft.releasetests import conductor\nconductor.KILL_LIMIT = 0.5\n")
    pid = str(testdir.tmpdir.join("pid"))
    # What runs the tests may have been started with the signal ignored, as `nohup` and `&` of a script do.
    process = subprocess.Popen([sys.executable, "-m", "pytest", "--regraft-as", OLD], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, cwd=str(testdir.tmpdir),
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        for _ in range(1200):
            if os.path.exists(pid) or process.poll() is not None:
                break
            time.sleep(0.05)
        with open(pid) as stream:
            child = int(stream.read())
        process.send_signal(signal.SIGINT)
        said = process.communicate()[0]
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 2, said
    with pytest.raises(OSError):
        os.kill(child, 0)


@pytest.mark.parametrize("arguments, text", [
    (["--regraft-as", "2.7.99"], "there is no profile of a release '2.7.99' for this Python; known are"),
    (["--regraft-as", ","], "names no release"),
    (["--regraft-as", "newest", "--pdb"], "--pdb: the tests run in other processes; python -m regraft run --as"),
    (["--regraft-timeout", "-1"], "seconds from 0 on"),
])
def test_what_cannot_be_done_is_refused_in_a_line(run_here, arguments, text):
    result = run_here(*arguments, test_it="def test_it(): pass\n")
    assert result.ret == 4
    assert text in lines(result)
    assert "Traceback" not in lines(result)


def test_a_debugger_is_refused_where_tests_have_the_marker_and_welcome_in_this_process(run_here):
    text = "@pytest.mark.regraft_as('newest')\ndef test_it(regraft_release): assert regraft_release == ''\n"
    result = run_here("--pdb", test_it=text)
    assert result.ret == 4
    assert "tests with the marker regraft_as run in other processes (test_it.py::test_it)" in lines(result)
    result = run_here("--pdb", "--regraft-here")
    result.stdout.fnmatch_lines(["*1 passed*"])


def test_a_run_that_does_not_ask_for_it_loads_none_of_it(run):
    result = run(test_it="""
def test_it():
    assert "regraft.pytest_plugin" in sys.modules
    assert not [each for each in sys.modules if each.startswith("regraft.releasetests.")]
""")
    result.stdout.fnmatch_lines(["*1 passed*"])
    assert "results by release" not in lines(result)
