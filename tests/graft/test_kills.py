"""A graft-tree and an ungraft-tree that are killed: the interpreter works, and the next run brings things to an end.

What counts the calls and kills is outside of the product: a program that replaces functions of `os` and then runs the
command. `nox -s graft-trials` kills at system calls, with strace, and at many more places.
"""
from __future__ import absolute_import, division, print_function

import json
import os
import signal

import pytest

import prefixes
from regraft import _boot

# Kills its process before the call of os.rename, link, unlink, mkdir or rmdir with a number, or raises what RAISED names;
# 0 only counts them.
KILLER = r"""
import os, signal, sys
number, raised, sys.argv = int(sys.argv[1]), os.environ.get("RAISED"), ["regraft"] + sys.argv[2:]
from regraft import cli
if raised:
    raised = {"IOError": IOError, "MemoryError": MemoryError, "SystemExit": SystemExit, "ValueError": ValueError}[raised]
calls = [0]

def counted(function):
    def call(*arguments, **options):
        calls[0] += 1
        if calls[0] == number and raised:
            raise raised("in the middle")
        if calls[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return call

for name in ("rename", "link", "unlink", "remove", "mkdir", "rmdir", "fsync"):
    setattr(os, name, counted(getattr(os, name)))
status = cli.main()
print("calls: %d" % calls[0])
sys.exit(status)
"""


def run(prefix, number, *arguments, **variables):
    return prefix.run("-c", KILLER, str(number), *arguments, PYTHONPATH=prefixes.SITE, **variables)


def count(result):
    assert result.status == 0, result
    return int(result.out.split("calls: ")[1])


def spread(total, places=5):
    """Return numbers of calls from the first to the last, but more of the later ones, which change the tree."""
    return sorted(set(1 + int((total - 1) * (place / (places - 1.0)) ** 0.5) for place in range(places)))


@pytest.fixture(scope="module")
def numbers(template, tmp_path_factory):
    """At how many calls graft-tree and ungraft-tree can be killed."""
    prefix = prefixes.copy(template, str(tmp_path_factory.mktemp("counted")))
    return [count(run(prefix, 0, "graft-tree", "--any-release", prefix.path)),
            count(run(prefix, 0, "ungraft-tree", prefix.path))]


def list_natives(prefix):
    with open(os.path.join(prefix.library, _boot.RECEIPT)) as stream:
        return [each["path"] for each in json.load(stream)["natives"]]


def kill(prefix, number, *arguments):
    result = run(prefix, number, *arguments)
    assert result.status == -signal.SIGKILL, result
    for flags in ((), ("-S", "-E")):
        prefix.look(*flags)
    prefix.look()


def test_a_graft_that_is_killed_anywhere_is_finished_or_undone(numbers, template, tmp_path):
    before, states = template.snapshot(), set()
    for number in spread(numbers[0]):
        prefix = prefixes.copy(template, str(tmp_path / str(number)))
        kill(prefix, number, "graft-tree", "--any-release", prefix.path)
        states.add(prefix.verify()[1]["state"])
        forward = number % 2
        command = ["graft-tree", "--any-release"] if forward else ["ungraft-tree"]
        result = prefix.regraft(*(command + [prefix.path]))
        if forward:
            # Killed when all was done, it was grafted already.
            assert result.status == 0 or "was grafted" in result.err, (number, result)
            assert prefix.verify()[1]["state"] == "grafted"
            assert prefix.look()["ssl"] is True
            prefix.ungraft()
        assert prefix.snapshot() == before, number
    assert states >= set(["original", "interrupted"])


def test_an_ungraft_that_is_killed_anywhere_is_finished(numbers, grafted, template, tmp_path):
    before, states = template.snapshot(), set()
    for number in spread(numbers[1]):
        prefix = prefixes.copy(grafted, str(tmp_path / str(number)))
        kill(prefix, number, "ungraft-tree", prefix.path)
        states.add(prefix.verify()[1]["state"])
        if number % 2:
            result = prefix.regraft("ungraft-tree", prefix.path)
            assert result.status == 0 or "is not grafted" in result.err, (number, result)
        else:
            prefix.graft()
            assert prefix.look()["ssl"] is True
            prefix.ungraft()
        assert prefix.snapshot() == before, number
    assert "interrupted" in states


def test_a_graft_after_an_ungraft_that_was_killed_is_like_any_other(regrafted, grafted):
    # Call 6 is the first that moves a file back: halfway the tree hides the host's extensions, which go into the store.
    kill(regrafted, 6, "ungraft-tree", regrafted.path)
    assert regrafted.verify()[1]["state"] == "interrupted"
    assert not os.path.exists(os.path.join(regrafted.library, _boot.RECEIPT))
    regrafted.graft()
    assert list_natives(regrafted) == list_natives(grafted) != []


def test_a_graft_whose_new_modules_do_not_work_is_undone(prefix, tmp_path):
    copy = str(tmp_path / "site" / "regraft")
    prefixes.shutil.copytree(os.path.join(prefixes.SITE, "regraft"), copy)
    with open(os.path.join(copy, "overlay", "hmac.py"), "a") as stream:
        stream.write("\nraise ImportError('a test broke this')\n")
    before = prefix.snapshot()
    result = prefix.regraft("graft-tree", "--any-release", prefix.path, PYTHONPATH=os.path.dirname(copy))
    assert result.status == 1 and result.err.count("\n") == 1 and "a test broke this" in result.err, result
    assert prefix.snapshot() == before


@pytest.mark.parametrize("raised", ["IOError", "MemoryError", "SystemExit", "ValueError"])
def test_a_graft_that_an_exception_of_whatever_kind_ends_is_undone_at_once(numbers, template, tmp_path, raised):
    before = template.snapshot()
    for number in (numbers[0] // 2, numbers[0] - 12):  # of the staged files, and of those that are moved
        prefix = prefixes.copy(template, str(tmp_path / str(number)))
        result = run(prefix, number, "graft-tree", "--any-release", prefix.path, RAISED=raised)
        assert result.status != 0 and "in the middle" in result.err, result
        assert prefix.snapshot() == before
