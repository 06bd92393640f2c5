"""What stands in the way is said in one line, and nothing is changed."""

from __future__ import annotations

import os
import resource
import shutil

import pytest

from regraft_tools.bundle import trials

NOBODY = 65534


@pytest.fixture
def machine(bare):
    """A bare Python that anybody may read."""
    for folder in [bare.root, *bare.root.parents]:
        if folder.stat().st_uid == os.getuid() and folder != folder.parent and "pytest" in str(folder):
            folder.chmod(0o755)
    return bare


def refuse(machine, words, *arguments, **options):
    """Runs the bundle; it must refuse in one line that has these words, and leave all as it is."""
    before = trials.list_tree(machine.root)
    done = machine.run(*arguments, **options)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and words in done.stderr, done
    assert trials.list_tree(machine.root) == before
    return done.stderr


def test_no_right_to_write(machine, bundle, tmp_path):
    if os.getuid():
        machine.site.chmod(0o555)
        refuse(machine, "cannot be written to by this user. Use --user", bundle, "install")
        return
    readable = tmp_path / "regraft.pyz"
    shutil.copy(bundle, readable)
    refuse(machine, "cannot be written to by this user. Use --user", readable, "install", user=NOBODY)
    refuse(machine, "cannot be written to by this user", readable, "install", "--target", tmp_path / "x", user=NOBODY)


def test_no_right_to_take_away(machine, bundle, tmp_path):
    if os.getuid():
        pytest.skip("a user who owns the files may take them away")
    readable = tmp_path / "regraft.pyz"
    shutil.copy(bundle, readable)
    assert machine.run(bundle, "install").returncode == 0
    refuse(machine, "cannot be written to by this user", readable, "uninstall", user=NOBODY)


def test_a_home_of_somebody_else(machine, bundle, tmp_path):
    if os.getuid():
        pytest.skip("only root meets a home of somebody else that it may write to")
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    refuse(machine, "HOME is not that of the user", bundle, "install", "--user", extra={"HOME": str(home)})


def test_a_python_of_the_system_s_package_manager(machine, bundle):
    (machine.site.parent / "EXTERNALLY-MANAGED").write_text("[externally-managed]\n")
    refuse(machine, "PEP 668", bundle, "install")
    refuse(machine, "PEP 668", bundle, "install", "--user", extra={"HOME": str(machine.root)})
    done = machine.run(bundle, "install", "--break-system-packages")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("size", [1000, 50_000, 400_000])
def test_a_disk_that_has_no_room_for_it(machine, bundle, size):
    # A limit on the size of a file stops the writing at the same place, and needs no root.
    words = "regraft: "
    said = refuse(machine, words, bundle, "install",
                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    assert "too large" in said or "undone" in said, said


def test_the_target_is_a_file(machine, bundle, tmp_path):
    (tmp_path / "file").write_text("")
    refuse(machine, "is no directory", bundle, "install", "--target", tmp_path / "file")
    refuse(machine, "is no directory", bundle, "install", "--target", tmp_path / "file" / "below")


def test_a_symbolic_link_in_the_place_of_the_package(machine, bundle, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.py").write_text("")
    (machine.site / "regraft").symlink_to(elsewhere)
    refuse(machine, "is a symbolic link", bundle, "install")
    refuse(machine, "is a symbolic link", bundle, "uninstall")
    assert [each.name for each in elsewhere.iterdir()] == ["precious.py"]


def test_a_package_that_nobody_recorded(machine, bundle):
    (machine.site / "regraft").mkdir()
    (machine.site / "regraft" / "__init__.py").write_text("mine = True\n")
    refuse(machine, "without a record of who put it there", bundle, "install")


def test_a_file_of_somebody_else_s_in_the_package(machine, bundle):
    assert machine.run(bundle, "install").returncode == 0
    mine = machine.site / "regraft" / "mine.py"
    mine.write_text("")
    refuse(machine, str(mine), bundle, "uninstall")
    refuse(machine, str(mine), bundle, "install")
    mine.unlink()
    assert machine.run(bundle, "uninstall").returncode == 0


def test_an_extension_that_does_not_load(machine, later, tmp_path):
    import zipfile

    from conftest import OLDEST
    from regraft_tools import environments
    from regraft_tools.bundle import maker

    wheel = trials.rename(environments.wheel(OLDEST), "98.0", tmp_path / "wheels")
    with zipfile.ZipFile(wheel) as archive:
        extension = next(each for each in archive.namelist() if each.endswith(".so"))
    broken = trials.rename(wheel, "98.1", tmp_path / "broken", {extension: b"no ELF"})
    assert machine.run(maker.make([wheel], tmp_path, here=True), "install").returncode == 0
    refuse(machine, "regraft does not work in this Python", maker.make([broken], tmp_path, here=True), "install")
    assert machine.ask("import regraft, ssl; print(regraft.__version__)") == "98.0"


def test_an_interpreter_without_a_wheel(machine, tmp_path):
    from conftest import FOUND

    newest = trials.make_bundle(FOUND[-1:], tmp_path / "dist")
    said = refuse(machine, "no wheel in this file serves CPython 2.7", newest, "install")
    assert "there are, for CPython on Linux" in said and "cp313" in said
    shown = machine.run(newest)
    assert shown.returncode == 0 and "No wheel in this file serves CPython 2.7" in shown.stdout


def test_a_truncated_file(machine, bundle, tmp_path):
    short = tmp_path / "short.pyz"
    short.write_bytes(bundle.read_bytes()[:-1000])
    before = trials.list_tree(machine.root)
    assert machine.run(short, "install").returncode != 0
    assert trials.list_tree(machine.root) == before


def test_any_wrong_bit_is_refused_or_concerns_another_interpreter(machine, bundle):
    data = bundle.read_bytes()
    own = next(machine.root.glob("lib/python*")).name.replace("python", "cp").replace(".", "")
    start = data.index(b"wheels/regraft-")
    before = trials.list_tree(machine.root)
    path = machine.root.parent / "damaged.pyz"
    for step in range(40):
        at = step * len(data) // 40 + 17
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << step % 8]) + data[at + 1:])
        done = machine.run(path, "install", "--dry-run")
        assert done.returncode == 0 or done.stderr, done
        if done.returncode == 0:
            assert at > start and "wheels" in str(bundle) or own in done.stdout
        assert trials.list_tree(machine.root) == before
