"""The bundle on the oldest interpreter as it is without pip. `nox -s bundle-trials` does it on all, and much more."""

from __future__ import annotations

import pytest

from regraft_tools import environments, interpreters
from regraft_tools.bundle import trials

OLDEST = interpreters.oldest()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """A bundle of the wheel of this machine."""
    try:
        return trials.make_bundle([OLDEST], tmp_path_factory.mktemp("dist"))
    except environments.BuildFailed as error:
        pytest.skip("no wheel can be built: %s" % error)


def test_a_bare_python_installs_from_it_and_is_after_uninstalling_what_it_was(bundle, tmp_path):
    machine = trials.copy_bare(OLDEST, tmp_path / "python", without=["_ssl", "_hashlib", "_sha256"])
    before = trials.list_tree(machine.root)
    shown = machine.run(bundle)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "`install` would put regraft-" in shown.stdout and "%s install\n" % bundle in shown.stdout
    dry = machine.run(bundle, "install", "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "") and dry.stdout.endswith("Nothing was changed.\n")
    assert trials.find_changes(before, machine.root) == []

    done = machine.run(bundle, "install")
    assert (done.returncode, done.stderr) == (0, "") and "`import ssl` now is regraft's" in done.stdout
    where = machine.ask("import ssl, hashlib; hashlib.sha256(b''); ssl.create_default_context(); print(ssl.__file__)")
    assert where.startswith(str(machine.site / "regraft" / "overlay"))
    again = machine.run(bundle, "install")
    assert again.returncode == 0 and again.stdout.endswith("whole and enabled: nothing to do.\n")
    assert machine.run(bundle, "status").returncode == 0

    gone = machine.run(bundle, "uninstall")
    assert (gone.returncode, gone.stderr) == (0, "")
    assert trials.find_changes(before, machine.root) == []


def test_a_flipped_bit_in_the_wheel_changes_nothing_but_the_mood(bundle, tmp_path):
    machine = trials.copy_bare(OLDEST, tmp_path / "python")
    before = trials.list_tree(machine.root)
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 4
    damaged = tmp_path / "damaged.pyz"
    damaged.write_bytes(data)
    done = machine.run(damaged, "install")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "is damaged" in done.stderr
    assert trials.find_changes(before, machine.root) == []
