"""Killed at any point, an installation leaves a Python that works, with the old or the new or none; the next run finishes."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import zipfile
from pathlib import Path

import pytest
from conftest import copy

from regraft_tools.bundle import trials
from regraft_tools.bundle.installer import staging

KILLING = Path(__file__).with_name("killing.py")
TELLING = ("rename", "exchange", "communicate")
POINTS = 25  # among the others, which write what nobody sees, or clear up
# Prints the version of the regraft that `import ssl` gives, or nothing if it is the stock module.
ASK = ("import ssl, sys; ours = 'regraft' in ssl.__file__; ours and ssl.create_default_context(); import regraft;"
       " print(regraft.__version__ if ours else 'stock')")
NOT_ACTIVE = "regraft: NOT active, this process has the old ssl"


def choose_points(steps: list[str]) -> list[int]:
    """Steps at which to kill: before and after all that change names or start a child, and some of those that only write."""
    telling = {at + each for at, name in enumerate(steps) if name in TELLING for each in (0, 1)}
    others = [at for at in range(len(steps)) if at not in telling]
    return sorted(telling & set(range(len(steps)))) + random.Random(len(steps)).sample(others, POINTS)


def list_steps(machine, *arguments) -> list[str]:
    """The steps of a command, which is carried out."""
    done = machine.run(KILLING, arguments[0], "-1", "0", *arguments[1:])
    assert done.returncode == 0, done
    return done.stdout.splitlines()[-1].split()


def read_wheels(*bundles: Path) -> dict[str, dict[str, bytes]]:
    """By version, the files of the package as the bundle's first wheel has them."""
    found = {}
    for bundle in bundles:
        with zipfile.ZipFile(bundle) as archive:
            name = next(each for each in archive.namelist() if "-cp27-" in each)
            with archive.open(name) as stream, zipfile.ZipFile(stream) as wheel:
                found[name.split("-")[1]] = {
                    each: wheel.read(each) for each in wheel.namelist() if each.startswith("regraft/")}
    return found


def check_package(machine, versions: dict[str, dict[str, bytes]]) -> str | None:
    """The version of the package, which must be whole; None if there is none."""
    package = machine.site / "regraft"
    if not package.exists():
        return None
    files = {str(each.relative_to(machine.site)): each.read_bytes() for each in package.rglob("*")
             if each.is_file() and each.suffix != ".pyc"}
    return next(version for version, wanted in versions.items() if wanted == files)


def kill_at(machine, step: int, *arguments) -> None:
    done = machine.run(KILLING, arguments[0], str(step), str(int(signal.SIGKILL)), *arguments[1:])
    assert done.returncode == -signal.SIGKILL, done
    # A child of its, `regraft enable`, may live on.
    folder = machine.site / staging.FOLDER
    if folder.exists():
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.close(descriptor)


def check_programs(machine) -> None:
    """Programs run, and say nothing of a half of anything."""
    done = machine.run("-c", "import ssl, hashlib; hashlib.md5(b''); print(ssl.__file__)")
    assert (done.returncode, done.stderr) == (0, ""), done


def test_a_first_installation_is_whole_or_none(template, bundle, tmp_path):
    versions, before = read_wheels(bundle), trials.list_tree(template.root)
    points = choose_points(list_steps(copy(template, tmp_path / "counted"), bundle, "install"))
    seen = set()
    for step in points:
        machine = copy(template, tmp_path / str(step))
        kill_at(machine, step, bundle, "install")
        seen.add(check_package(machine, versions))
        check_programs(machine)
        finish = machine.run(bundle, "install")
        assert (finish.returncode, finish.stderr) == (0, ""), finish
        assert check_package(machine, versions) and machine.run(bundle, "status").returncode == 0
        assert machine.run(bundle, "uninstall").returncode == 0
        assert trials.find_changes(before, machine.root) == []
        shutil.rmtree(machine.root)
    assert seen == {None, *versions} and len(points) > 30


@pytest.mark.parametrize("flags", [[], ["--no-exchange"]], ids=["exchange", "two-renamings"])
def test_an_upgrade_is_the_old_or_the_new(template, bundle, later, tmp_path, flags):
    versions, before = read_wheels(bundle, later), trials.list_tree(template.root)
    old = copy(template, tmp_path / "old")
    assert old.run(bundle, "install").returncode == 0
    points = choose_points(list_steps(copy(old, tmp_path / "counted"), later, *flags, "install"))
    seen = set()
    for step in points:
        machine = copy(old, tmp_path / str(step))
        kill_at(machine, step, later, *flags, "install")
        state = check_package(machine, versions)
        seen.add(state)
        if state or not flags:
            check_programs(machine)
            assert state in versions and machine.ask(ASK) == state
            finish = machine.run(later, "install")
            assert finish.stderr == ""
        else:  # between two renamings: programs run on the stock module, and the hook says so
            done = machine.run("-c", "import ssl")
            assert done.returncode == 0 and NOT_ACTIVE in done.stderr
            finish = machine.run(later, "install")
            assert finish.stderr.count("\n") == 1 and NOT_ACTIVE in finish.stderr
        assert finish.returncode == 0, finish
        assert machine.ask(ASK) == trials.LATER
        assert machine.run(later, "uninstall").returncode == 0
        assert trials.find_changes(before, machine.root) == []
        shutil.rmtree(machine.root)
    assert set(versions) <= seen and len(points) > 30


def test_uninstalling_goes_on_where_it_was_stopped(template, bundle, tmp_path):
    versions, before = read_wheels(bundle), trials.list_tree(template.root)
    new = copy(template, tmp_path / "new")
    assert new.run(bundle, "install").returncode == 0
    for step in choose_points(list_steps(copy(new, tmp_path / "counted"), bundle, "uninstall")):
        machine = copy(new, tmp_path / str(step))
        kill_at(machine, step, bundle, "uninstall")
        check_package(machine, versions)
        check_programs(machine)
        again = machine.run(bundle, "uninstall")
        assert (again.returncode, again.stderr) == (0, ""), again
        assert trials.find_changes(before, machine.root) == []
        shutil.rmtree(machine.root)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda each: each.name)
def test_a_signal_undoes_what_was_begun_or_comes_too_late(template, bundle, tmp_path, number):
    before, ends = trials.list_tree(template.root), []
    steps = list_steps(copy(template, tmp_path / "counted"), bundle, "install")
    for step in choose_points(steps)[::3] + [len(steps) - 1]:
        machine = copy(template, tmp_path / str(step))
        # What runs the tests may have been started with the signal ignored, as `nohup` and `&` of a script do.
        done = machine.run(KILLING, bundle, str(step), str(int(number)), "install",
                           preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
        if done.returncode == 0:
            assert done.stderr == "" and machine.run(bundle, "status").returncode == 0
            assert machine.run(bundle, "uninstall").returncode == 0
        else:
            assert done.returncode == 128 + number, done
            assert done.stderr == "regraft: interrupted; what was begun is undone\n"
        ends.append(done.returncode)
        assert trials.find_changes(before, machine.root) == []
        shutil.rmtree(machine.root)
    assert set(ends) == {0, 128 + number} and len(ends) > 8


def test_left_overs_are_named_by_status_and_taken_away_by_either_command(template, bundle, tmp_path):
    before = trials.list_tree(template.root)
    machine = copy(template, tmp_path / "python")
    kill_at(machine, 100, bundle, "install")
    assert "was interrupted: `install` or `uninstall` finishes it" in machine.run(bundle, "status").stdout
    done = machine.run(bundle, "uninstall")
    assert done.returncode == 0 and "that was interrupted is finished" in done.stdout
    kill_at(machine, 100, bundle, "install")
    left = trials.list_tree(machine.root)
    for command in ("install", "uninstall"):
        done = machine.run(bundle, command, "--dry-run")
        assert done.returncode == 1 and "would be finished first" in done.stderr
    assert trials.find_changes(left, machine.root) == []
    assert machine.run(bundle, "uninstall").returncode == 0
    assert trials.find_changes(before, machine.root) == []
    assert os.listdir(machine.site) == []
