"""Long trials of grafted trees: whole copies of interpreters, killed at random system calls, installed into, embedded.

Kills need strace, embedding a C compiler: both are named where they are missing. `REGRAFT_TEST_RANDOM` is the seed.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trees

from regraft_tools import interpreters

SERIES = os.environ.get("REGRAFT_TRIALS", "2.7,3.13").split(",")
FOUND = interpreters.search(SERIES).found
KILLS = int(os.environ.get("REGRAFT_TRIALS_KILLS", "50"))
SEED = int(os.environ.get("REGRAFT_TEST_RANDOM", random.SystemRandom().randrange(10**6)))
UNUSED = ("ensurepip", "idlelib", "lib2to3", "config*", "lib-tk", "tkinter", "turtledemo", "pydoc_data", "distutils",
          "unittest", "libpython*.a", "site-packages/*")
OURS = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets")


@pytest.fixture(scope="module", params=FOUND, ids=lambda each: each.version)
def template(request, tmp_path_factory) -> trees.Tree:
    return trees.make(request.param, tmp_path_factory.mktemp("tree"))


@pytest.fixture
def tree(template, tmp_path) -> trees.Tree:
    return template.copy(tmp_path / "it's here")


def record(tree: trees.Tree, command: str, folder: Path, calls: str) -> list[str]:
    """The names of the system calls that a command makes, in their order."""
    log = folder / "calls"
    done = tree.regraft(command, before=("strace", "-qq", "-o", str(log), "-e", "trace=" + calls))
    assert done.returncode == 0, done
    return re.findall(r"(?m)^(\w+)\(", log.read_text())


def kill(tree: trees.Tree, command: str, call: str, number: int) -> None:
    # strace sends the signal when the call of that name with that number is entered.
    done = tree.regraft(command, before=(
        "strace", "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e",
        "inject=%s:signal=KILL:when=%d" % (call, number)))
    assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), done


def choose(tree: trees.Tree, command: str, folder: Path) -> list[tuple[str, int]]:
    """Random calls: half of them among those that change something, half among all that may be the last."""
    source = random.Random(SEED)
    chosen = []
    for calls in (trees.CHANGES, trees.CALLS):
        copy = tree.copy(folder / calls.replace(",", "-")[:40])
        if command == "ungraft-tree":
            copy.graft()
        names = record(copy, command, folder, calls)
        shutil.rmtree(copy.path)
        for place in source.sample(range(len(names)), KILLS // 2):
            chosen.append((names[place], names[:place + 1].count(names[place])))
    return chosen


@pytest.mark.skipif(not shutil.which("strace"), reason="kills at system calls need strace (Debian: strace)")
@pytest.mark.parametrize("command", ["graft-tree", "ungraft-tree"])
def test_killed_at_any_call_the_interpreter_works_and_the_next_run_brings_it_to_an_end(
    template, certificates, tmp_path, command
):
    print("seed %d" % SEED)
    template = template.copy(tmp_path / "template")
    template.remove(UNUSED)  # each kill has a copy of its own
    start = template.copy(tmp_path / "start")
    if command == "ungraft-tree":
        start.graft()
    states: dict[int, int] = {}
    for call, number in choose(template, command, tmp_path):
        tree = start.copy(tmp_path / "killed")
        kill(tree, command, call, number)
        where = (SEED, call, number)
        for flags in ((), ("-S", "-E")):
            tree.look(certificates, *flags)
        verified = tree.regraft("verify-tree")
        assert verified.returncode in (0, 1, 3) and "CHANGED" not in verified.stdout, (where, verified)
        states[verified.returncode] = states.get(verified.returncode, 0) + 1
        following = "graft-tree" if number % 2 else "ungraft-tree"
        done = tree.regraft(following)
        assert done.returncode == 0 or "is not grafted" in done.stderr or "was grafted" in done.stderr, (where, done)
        assert tree.regraft("verify-tree").returncode == (0 if following == "graft-tree" else 3), where
        seen = tree.look(certificates)
        assert seen["ssl"] is (following == "graft-tree"), where
        if following == "graft-tree":
            assert tree.regraft("ungraft-tree").returncode == 0, where
        assert template.differences(tree) == [], where
        shutil.rmtree(tree.path)
    # Not all of them before the first change or after the last.
    assert states.get(1), states


def test_a_whole_prefix_comes_back_as_it_was(template, tree, certificates):
    tree.graft()
    assert template.differences(tree) != []
    for flags in ((), ("-S",), ("-E",), ("-S", "-E")):
        seen = tree.look(certificates, *flags)
        assert {name: seen[name] for name in OURS} == dict.fromkeys(OURS, True)
    done = tree.regraft("ungraft-tree")
    assert done.returncode == 0, done
    assert template.differences(tree) == []


def test_pip_and_environments_of_the_tree_work(tree, certificates, tmp_path):
    tree.graft()
    done = tree.run("-m", "ensurepip")
    assert done.returncode == 0, done
    done = tree.run("-m", "pip", "--version")
    assert done.returncode == 0 and str(tree.library) in done.stdout, done
    place = tmp_path / "environment"
    # The virtualenv of the tools is the last for 2.7, and brings a pip that newer Pythons cannot run.
    make = [tree.python, "-m", "venv"]
    if tree.python.name == "python2.7":
        make = [sys.executable, "-m", "virtualenv", "--quiet", "--no-periodic-update", "--pip", "embed", "--setuptools",
                "embed", "--wheel", "embed", "--python", tree.python]
    subprocess.run([*make, place], check=True)
    inside = trees.Tree(place, place / "bin" / "python", tree.site)
    for flags in ((), ("-E",)):
        assert inside.look(certificates, *flags)["ssl"] is True
    # Of the regraft that pip puts there nothing is used: that of the standard library comes first.
    wheel = shutil.copytree(tree.site, tmp_path / "other")
    packages = next(place.glob("lib/python*/site-packages"))
    shutil.copytree(wheel / "regraft", packages / "regraft")
    done = inside.run("-c", "import regraft; print(regraft.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(tree.library), done
    done = inside.run("-m", "regraft", "enable")
    assert done.returncode == 0 and "nothing to do" in done.stdout, done
    done = inside.run("-m", "pip", "list", "--disable-pip-version-check")
    assert done.returncode == 0, done


EMBEDDING = r"""
#include <Python.h>
extern int Py_NoSiteFlag, Py_IgnoreEnvironmentFlag;
int main(void)
{
    int failed;
    Py_NoSiteFlag = Py_IgnoreEnvironmentFlag = 1;
    HOME_SETTING
    Py_Initialize();
    failed = PyRun_SimpleString(
        "import sys, ssl, hashlib\n"
        "print(ssl.__file__)\n"
        "assert 'regraft._openssl' in sys.modules\n"
        "assert hashlib.sha3_256(b'').digest()\n");
    Py_Finalize();
    return failed ? 1 : 0;
}
"""


@pytest.mark.skipif(not shutil.which("cc"), reason="a program that embeds Python needs a C compiler")
def test_a_program_that_embeds_the_interpreter_has_the_trees_modules(request, template, tree, tmp_path):
    interpreter = request.node.callspec.params["template"]
    if not interpreter.has_headers or not list((tree.path / "lib").glob("libpython*.so*")):
        pytest.skip("%s has no headers or no shared library to embed it with" % interpreter)
    tree.graft()
    setting = 'Py_SetPythonHome(%s"%s");' % ("" if interpreter.series == "2.7" else "L", tree.path)
    source = tmp_path / "embedding.c"
    source.write_text(EMBEDDING.replace("HOME_SETTING", setting))
    program = tmp_path / "embedding"
    library = next(re.fullmatch(r"lib(python[\d.]+m?)\.so", each.name) for each in
                   sorted((tree.path / "lib").glob("libpython%s*.so" % interpreter.series)))
    subprocess.run(
        ["cc", "-w", source, "-o", program, "-I", interpreter.include, "-L", tree.path / "lib",
         "-Wl,-rpath," + str(tree.path / "lib"), "-l" + library.group(1)], check=True,
    )
    done = subprocess.run([program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 and Path(done.stdout.strip()).is_relative_to(tree.library), done
