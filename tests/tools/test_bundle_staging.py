"""How the bundle's installer changes a directory: whole or not at all, whatever stops it."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from regraft_tools.bundle import trials
from regraft_tools.bundle.installer import staging
from regraft_tools.bundle.installer.staging import Staging
from regraft_tools.bundle.installer.wording import Refusal

OLD = {"regraft/__init__.py": b"old", "regraft/gone.py": b"", "regraft-1.dist-info/RECORD": b"1"}
NEW = {"regraft/__init__.py": b"new", "regraft/parts/more.py": b"", "regraft-2.dist-info/RECORD": b"2"}
NAMES = (["regraft", "regraft-2.dist-info"], ["regraft", "regraft-1.dist-info"])


KILLED = 99


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    """No test here cuts the power; waiting for the disk would be most of their time."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def directory(tmp_path):
    """A directory with an old package and somebody else's."""
    put(tmp_path, OLD)
    put(tmp_path, {"other.py": b""})
    return tmp_path


@pytest.fixture(params=["exchange", "two-renamings", "copying"])
def means(request, monkeypatch):
    """What the system can do: exchange names, or not; or not even rename what was there (overlayfs)."""
    if request.param != "exchange":
        monkeypatch.setattr(staging, "exchange", lambda one, other: False)
    if request.param == "copying":
        rename = os.rename

        def refuse(source, target):
            lower = Path(source, "gone.py").exists() or Path(source).name == "regraft-1.dist-info"
            if lower and Path(source).parent.name not in ("old", staging.FOLDER):
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            rename(source, target)

        monkeypatch.setattr(os, "rename", refuse)
    return request.param


def put(directory: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read(directory: Path) -> dict[str, bytes]:
    return {str(each.relative_to(directory)): each.read_bytes() for each in directory.rglob("*") if each.is_file()}


def publish(directory: Path) -> None:
    with Staging(str(directory)) as stage:
        for path, data in NEW.items():
            stage.write(path, data)
        stage.publish(*NAMES)


def die_at(step: int, function: Callable[..., None], *arguments) -> bool:
    """Calls a function in a process that is gone before its step of that number; whether it came to its end."""
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, KILLED)
        return status == 0
    count = itertools.count()

    def watch(place, name):
        watched = getattr(place, name)

        def counted(*arguments, **options):
            if next(count) == step:
                os._exit(KILLED)
            return watched(*arguments, **options)

        setattr(place, name, counted)

    try:
        for name in ("rename", "mkdir", "remove", "unlink", "rmdir", "fsync"):
            watch(os, name)
        for place, name in ((staging.shutil, "rmtree"), (staging.shutil, "copytree"), (staging, "exchange")):
            watch(place, name)
        function(*arguments)
        os._exit(0)
    finally:
        os._exit(1)


def test_the_new_takes_the_place_of_the_old_and_nothing_is_left_over(directory, means):
    publish(directory)
    assert read(directory) == {**NEW, "other.py": b""}


def test_files_and_directories_are_there_for_all_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        publish(tmp_path)
    finally:
        os.umask(before)
    tree = trials.list_tree(tmp_path)
    assert {each.split()[0] for each in tree.values()} == {"drwxr-xr-x", "-rw-r--r--"}


def test_killed_at_any_step_it_is_the_old_or_the_new_and_the_next_run_finishes(tmp_path, means):
    kill_at_each_step(tmp_path, means, there=True)


def test_killed_at_any_step_it_is_nothing_or_the_new_where_nothing_was(tmp_path):
    kill_at_each_step(tmp_path, "exchange", there=False)


def kill_at_each_step(tmp_path: Path, means: str, there: bool) -> None:
    ended, states = False, []
    before = {**(OLD if there else {}), "other.py": b""}
    after = {**NEW, "other.py": b""}
    while not ended:
        directory = tmp_path / str(len(states))
        put(directory, before)
        ended = die_at(len(states), publish, directory)
        package = package_of(read(directory))
        states.append(package)
        if not there or means == "exchange":
            assert package in (package_of(before), package_of(NEW))
        elif means == "two-renamings":
            assert package in (package_of(before), {}, package_of(NEW))
        with Staging(str(directory)):
            pass
        assert read(directory) in (before, after)
        publish(directory)
        assert read(directory) == after
    assert len(states) > 15 and package_of(before) in states and states[-1] == package_of(NEW)


def package_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """Those of the package, without its metadata."""
    return {name: data for name, data in files.items() if name.startswith("regraft/")}


def test_withdrawn_it_is_as_it_was(directory, means):
    before = read(directory)
    publish_and_withdraw(directory)
    assert read(directory) == before


def publish_and_withdraw(directory: Path) -> None:
    with Staging(str(directory)) as stage:
        for path, data in NEW.items():
            stage.write(path, data)
        stage.publish(*NAMES)
        stage.withdraw()


def test_withdrawing_that_is_killed_is_finished_by_the_next_run(tmp_path, means):
    ended, states = False, []
    while not ended:
        directory = tmp_path / str(len(states))
        put(directory, OLD)
        ended = die_at(len(states), publish_and_withdraw, directory)
        if means == "exchange":
            assert package_of(read(directory)) in (package_of(OLD), package_of(NEW))
        with Staging(str(directory)):
            pass
        states.append(read(directory))
        assert states[-1] in (OLD, NEW)
    # Killed before its journal said that it goes back, it was still going forward.
    assert OLD in states and NEW in states and states[-1] == OLD


def test_an_error_halfway_is_undone(directory, monkeypatch):
    rename, before = os.rename, read(directory)

    def fail(source, target):
        if str(target).endswith("regraft-2.dist-info"):
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(OSError, match="No space left"):
        publish(directory)
    assert read(directory) == before


def test_what_cannot_be_undone_is_kept_for_the_next_run(directory, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(staging, "exchange", lambda one, other: False)
        rename, count = os.rename, []

        def fail(source, target):
            if "journal" not in str(source):
                count.append(source)
                if len(count) > 1:
                    raise OSError(errno.EIO, "Input/output error", str(target))
            rename(source, target)

        patch.setattr(os, "rename", fail)
        with pytest.raises(Refusal, match="could not be undone .*Input/output error.*: run this again"):
            publish(directory)
    assert not (directory / "regraft").exists()
    with Staging(str(directory)):
        pass
    assert read(directory) == {**OLD, "other.py": b""}


def test_two_at_a_time_are_one_too_many(directory):
    with Staging(str(directory)):
        with pytest.raises(Refusal, match="another process is changing"):
            publish(directory)
    publish(directory)


def test_a_link_in_the_place_of_its_directory_is_refused(directory, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (directory / staging.FOLDER).symlink_to(elsewhere)
    with pytest.raises(Refusal, match="is no directory of ours"):
        publish(directory)
    assert list(elsewhere.iterdir()) == []


def test_what_another_user_left_is_refused(directory, monkeypatch):
    (directory / staging.FOLDER).mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(Refusal, match="belongs to another user"):
        publish(directory)


def test_where_names_cannot_be_exchanged_nothing_is_changed(tmp_path):
    (tmp_path / "one").mkdir()
    assert staging.exchange(str(tmp_path / "one"), str(tmp_path / "absent")) is False
    assert [each.name for each in tmp_path.iterdir()] == ["one"]
