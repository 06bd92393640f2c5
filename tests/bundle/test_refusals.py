"""What stands in the way is said in one line, and nothing is changed."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import zipfile

import pytest
from conftest import FOUND, OLDEST

from regraft_tools import environments
from regraft_tools.bundle import maker, trials

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
    assert trials.find_changes(before, machine.root) == []
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


@pytest.mark.parametrize("options, words", [
    ("ro", "is on a file system that is mounted read-only"), ("size=1m", "No space left on device; what was begun is undone"),
    ("noexec", "failed to map segment from shared object"),
])
def test_a_file_system_that_does_not_serve(machine, bundle, tmp_path, options, words):
    if os.getuid() or not shutil.which("unshare"):
        pytest.skip("only root may mount a file system, and unshare keeps it from the others")
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" && { "$3" "$4" install --target "$2/x"; ls -A "$2" >&2; }'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", options, mounted, machine.python, bundle], env={
            **machine.variables, "PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
    # One line of complaint, and nothing in the listing.
    assert words in done.stderr and done.stderr.count("\n") == 1, done


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
    wheel = trials.rename(environments.wheel(OLDEST), "98.0", tmp_path / "wheels")
    with zipfile.ZipFile(wheel) as archive:
        extension = next(each for each in archive.namelist() if each.endswith(".so"))
    broken = trials.rename(wheel, "98.1", tmp_path / "broken", {extension: b"no ELF"})
    assert machine.run(maker.make([wheel], tmp_path, here=True), "install").returncode == 0
    refuse(machine, "regraft does not work in this Python", maker.make([broken], tmp_path, here=True), "install")
    assert machine.ask("import regraft, ssl; print(regraft.__version__)") == "98.0"


def test_an_enabling_that_crashes_leaves_neither_package_nor_hook(machine, bundle, tmp_path):
    built = environments.wheel(OLDEST)
    with zipfile.ZipFile(built) as archive:
        enable = archive.read("regraft/cli/enable.py")
    enable += b"\n\n_execute = execute\n\n\ndef execute(options):\n    _execute(options)\n    raise KeyError('crash')\n"
    wheel = trials.rename(built, "98.0", tmp_path / "wheels", {"regraft/cli/enable.py": enable})
    crashing = maker.make([wheel], tmp_path, here=True)
    refuse(machine, "regraft cannot be enabled", crashing, "install")
    assert machine.run(bundle, "install", "--defaults", "newest").returncode == 0
    assert machine.run(crashing, "install").returncode == 1
    assert machine.ask("import regraft, ssl; print(regraft.status()['defaults'], regraft.__version__ == '98.0')") \
        == "('newest', False)"


def test_an_interpreter_without_a_wheel(machine, tmp_path):
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
    assert trials.find_changes(before, machine.root) == []


def test_any_wrong_bit_is_refused_or_concerns_another_interpreter(machine, bundle):
    data, before = bundle.read_bytes(), trials.list_tree(machine.root)
    with zipfile.ZipFile(bundle) as archive:
        needed = [each for each in archive.infolist() if "-cp27-" in each.filename or ".whl" not in each.filename]
    starts = [each.header_offset + 30 + len(each.filename) for each in needed]
    spans = [range(start, start + each.file_size) for start, each in zip(starts, needed)]
    path = machine.root.parent / "damaged.pyz"
    refused = 0
    for step in range(40):
        at = step * len(data) // 40 + 17
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << step % 8]) + data[at + 1:])
        done = machine.run(path, "install", "--dry-run")
        if any(at in each for each in spans):
            refused += 1
            assert done.returncode == 1 and done.stderr, done
        assert trials.find_changes(before, machine.root) == []
    assert 5 < refused < 40
