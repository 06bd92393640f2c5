"""Installed from the bundle, used, replaced, taken away: the tree is as it was before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from conftest import OLDEST

from regraft_tools import environments
from regraft_tools.bundle import trials

USE = "import ssl, hashlib; hashlib.sha256(b''); ssl.create_default_context(); print(ssl.__file__)"


def succeed(machine, *arguments, **options):
    """Runs the bundle; it must be content. What it prints."""
    done = machine.run(*arguments, **options)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


@pytest.fixture(params=["bare", "environment"])
def machine(request, interpreter, tmp_path):
    """Each interpreter, as a bare copy and as a virtual environment."""
    make = trials.copy_bare if request.param == "bare" else trials.make_environment
    return make(interpreter, tmp_path / "python")


def test_it_comes_and_goes_without_a_trace(machine, bundle):
    before = trials.list_tree(machine.root)
    succeed(machine, bundle, "install")
    assert machine.ask(USE).startswith(str(machine.site / "regraft" / "overlay"))
    assert machine.ask(USE, "-B", "-E").startswith(str(machine.site))
    assert "active, through the hook" in succeed(machine, bundle, "status")
    succeed(machine, bundle, "uninstall")
    assert trials.find_changes(before, machine.root) == []
    assert "nothing to do" in succeed(machine, bundle, "uninstall")


def test_what_was_compiled_is_what_python_would_compile(machine, bundle):
    succeed(machine, bundle, "install")
    tree = trials.list_tree(machine.root)
    machine.ask(USE, extra={"PYTHONDONTWRITEBYTECODE": ""})
    changed = {name for name, content in trials.list_tree(machine.root).items() if tree.get(name) != content}
    assert [each for each in changed if "regraft" in each] == []


def test_pip_lists_shows_and_uninstalls_it(interpreter, bundle, tmp_path):
    machine = trials.make_environment(interpreter, tmp_path / "python")
    before = trials.list_tree(machine.root)
    succeed(machine, bundle, "install")
    listed = machine.run("-m", "pip", "list", "--format=json", "--disable-pip-version-check").stdout
    assert "regraft" in [each["name"] for each in json.loads(listed)]
    shown = machine.run("-m", "pip", "show", "-f", "regraft").stdout
    assert "regraft/overlay/ssl.py\n" in shown and "Version: " in shown
    if interpreter.release >= (3, 7):
        assert machine.run("-m", "pip", "check").returncode == 0
    succeed(machine, bundle, "install", "--force")
    gone = machine.run("-m", "pip", "uninstall", "-y", "regraft")
    assert gone.returncode == 0, gone
    assert trials.find_changes(before, machine.root) == []


def test_one_that_pip_installed_is_replaced_and_then_taken_away_whole(interpreter, bundle, later, tmp_path):
    machine = trials.make_environment(interpreter, tmp_path / "python")
    before = trials.list_tree(machine.root)
    done = machine.run("-m", "pip", "install", "--no-index", "--no-deps", environments.wheel(interpreter))
    assert done.returncode == 0, done
    assert machine.run("-m", "regraft", "enable", "--defaults", "newest").returncode == 0
    said = succeed(machine, later, "install")
    assert "that pip installed" in said and "the defaults of Python 3.15" in said
    assert machine.ask("import regraft; print(regraft.__version__)") == trials.LATER
    assert [each.name for each in machine.site.glob("regraft-*")] == ["regraft-%s.dist-info" % trials.LATER]
    succeed(machine, later, "uninstall")
    assert trials.find_changes(before, machine.root) == []


def test_an_upgrade_keeps_the_settings_and_a_downgrade_needs_force(bare, bundle, later):
    before = trials.list_tree(bare.root)
    ask = "import regraft, ssl; print(regraft.status()['defaults'], regraft.__version__)"
    succeed(bare, bundle, "install", "--defaults", "newest")
    succeed(bare, later, "install")
    assert "newest" in bare.ask(ask) and trials.LATER in bare.ask(ask)
    installed = trials.list_tree(bare.root)
    refused = bare.run(bundle, "install")
    assert refused.returncode == 1 and "is newer than" in refused.stderr and refused.stderr.count("\n") == 1
    assert trials.find_changes(installed, bare.root) == []
    succeed(bare, bundle, "install", "--force", "--defaults", "host")
    assert "host" in bare.ask(ask) and trials.LATER not in bare.ask(ask)
    succeed(bare, bundle, "uninstall")
    assert trials.find_changes(before, bare.root) == []


def test_without_enabling_programs_keep_what_they_have(bare, bundle):
    before = trials.list_tree(bare.root)
    assert "It is not enabled" in succeed(bare, bundle, "install", "--no-enable")
    where = bare.ask("import sys, os\nimport socket\nimport regraft\nprint([e for e in sys.path if 'overlay' in e])")
    assert where == "[]"
    assert "whole: nothing to do" in succeed(bare, bundle, "install", "--no-enable")
    assert "Enabled" in succeed(bare, bundle, "install")
    # One that is enabled stays so.
    assert "nothing to do" in succeed(bare, bundle, "install", "--no-enable")
    succeed(bare, bundle, "uninstall")
    assert trials.find_changes(before, bare.root) == []


def test_a_damaged_installation_is_seen_and_mended(bare, bundle):
    succeed(bare, bundle, "install")
    installed = trials.list_tree(bare.root)
    (bare.site / "regraft" / "overlay" / "hmac.py").write_text("")
    (bare.site / "regraft" / "policy.py").unlink()
    status = bare.run(bundle, "status")
    assert status.returncode == 1
    assert "not as they were installed: regraft/overlay/hmac.py, regraft/policy.py" in status.stdout
    succeed(bare, bundle, "install")
    names = {each: content for each, content in installed.items() if not each.endswith(("RECORD", ".pyc"))}
    assert {each: content for each, content in trials.list_tree(bare.root).items() if each in names} == names


def test_a_directory_of_ones_own_is_no_site_and_nothing_is_enabled(bare, bundle, tmp_path):
    before, target = trials.list_tree(bare.root), tmp_path / "mine" / "own packages"
    assert "regraft run PROGRAM" in succeed(bare, bundle, "install", "--target", target)
    assert trials.find_changes(before, bare.root) == []
    where = succeed(bare, "-m", "regraft", "run", "-c", USE, extra={"PYTHONPATH": str(target)})
    assert where.startswith(str(target / "regraft" / "overlay"))
    assert bare.run(bundle, "status", "--target", target).returncode == 1  # there, but not active
    succeed(bare, bundle, "uninstall", "--target", target)
    assert list(target.iterdir()) == []


def test_a_target_without_site_packages_works_with_s(bare, bundle, tmp_path):
    refused = bare.run("-S", bundle, "install")
    assert refused.returncode == 1 and "leave -S out" in refused.stderr
    succeed(bare, "-S", "-B", "-E", bundle, "install", "--target", tmp_path / "target")
    assert (tmp_path / "target" / "regraft").is_dir()


def test_a_user_s_installation_serves_the_user(bare, bundle, tmp_path):
    before, home = trials.list_tree(bare.root), tmp_path / "home"
    home.mkdir()
    extra = {"HOME": str(home)}
    succeed(bare, bundle, "install", "--user", extra=extra)
    assert bare.ask(USE, extra=extra).startswith(str(home))
    assert trials.find_changes(before, bare.root) == []
    hidden = bare.run(bundle, "install", extra=extra)
    assert hidden.returncode == 1 and "another regraft is in %s" % home in hidden.stderr
    assert "uninstall --user" in succeed(bare, bundle, "uninstall", extra=extra)
    assert "--user; leave" not in bare.run("-s", bundle, "install", "--user", extra=extra).stdout
    succeed(bare, bundle, "uninstall", "--user", extra=extra)
    assert [each for each in home.rglob("*") if each.is_file()] == []


def test_in_an_environment_there_is_no_user(bundle, tmp_path):
    machine = trials.make_environment(OLDEST, tmp_path / "python")
    refused = machine.run(bundle, "install", "--user")
    assert refused.returncode == 1 and "leave --user out" in refused.stderr


@pytest.mark.parametrize("name", ["in a place with spaces/regraft.pyz", "\u017elu\u0165ou\u010dk\u00fd/k\u016f\u0148.pyz",
                                  "100%/it's.pyz", "without-a-suffix"])
def test_the_file_may_have_any_name_in_any_place(interpreter, bundle, tmp_path, name):
    machine = trials.copy_bare(interpreter, tmp_path / os.path.dirname(name or "x") / "python")
    before = trials.list_tree(machine.root)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    shutil.copy(bundle, path)
    path.chmod(0o444)
    for variables in ({}, {"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}):
        succeed(machine, path, "install", extra=variables)
        assert machine.ask(USE)
        succeed(machine, path, "uninstall", extra=variables)
        assert trials.find_changes(before, machine.root) == []
    assert path.read_bytes() == bundle.read_bytes()


def test_it_needs_neither_path_nor_home_nor_a_directory_for_temporary_files(bare, bundle):
    succeed(bare, bundle, "install", extra={"PATH": "", "TMPDIR": "/nowhere", "HOME": "/nowhere"})
    assert bare.ask(USE)


def test_variables_and_a_working_directory_that_mislead_do_not(bare, bundle, tmp_path):
    (tmp_path / "regraft").mkdir()
    (tmp_path / "regraft" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    extra = {"PYTHONPATH": str(tmp_path), "REGRAFT_DISABLE": "1", "REGRAFT_DEFAULTS": "nonsense"}
    succeed(bare, bundle, "install", cwd=tmp_path, extra=extra)
    assert bare.ask(USE)


@pytest.mark.parametrize("without", [
    ["_ssl", "_hashlib", "_md5", "_sha", "_sha256", "_sha512"], ["_ctypes"],
    ["bz2", "readline", "_curses", "_sqlite3", "_json", "_bisect", "_heapq", "_random"],
], ids=", ".join)
def test_a_2_7_that_lacks_modules_is_served(bundle, tmp_path, without):
    machine = trials.copy_bare(OLDEST, tmp_path / "python", without)
    before = trials.list_tree(machine.root)
    succeed(machine, bundle, "install")
    assert machine.ask("import ssl, hashlib; hashlib.sha256(b''); ssl.SSLContext(ssl.PROTOCOL_TLS)") == ""
    succeed(machine, bundle, "uninstall")
    assert trials.find_changes(before, machine.root) == []


@pytest.mark.parametrize("without", ["_socket", "_csv", "fcntl", "binascii", "_struct"])
def test_what_nothing_works_without_is_named_in_one_line(bundle, tmp_path, without):
    machine = trials.copy_bare(OLDEST, tmp_path / "python", [without])
    before = trials.list_tree(machine.root)
    done = machine.run(bundle, "install")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and without in done.stderr, done
    assert trials.find_changes(before, machine.root) == []


def test_a_python_without_zlib_hears_what_it_lacks(bundle, tmp_path):
    machine = trials.copy_bare(OLDEST, tmp_path / "python", ["zlib"])
    before = trials.list_tree(machine.root)
    refused = machine.run(bundle, "install")
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    assert "this Python has no module zlib" in refused.stderr
    assert machine.run(bundle).returncode == 0
    assert trials.find_changes(before, machine.root) == []


def test_while_programs_run_with_the_old_one_it_is_replaced(bare, bundle, later):
    succeed(bare, bundle, "install")
    program = subprocess.Popen(
        [bare.python, "-c", "import ssl, sys; print('ready'); sys.stdout.flush(); sys.stdin.read();"
         " ssl.create_default_context(); import hashlib; print(hashlib.sha256(b'').hexdigest())"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(bare.variables))
    assert program.stdout.readline() == "ready\n"
    succeed(bare, later, "install")
    output, errors = program.communicate("", timeout=trials.LONGEST)
    assert (program.returncode, errors) == (0, "") and len(output.strip()) == 64


def test_the_version_is_that_of_the_file(bare, later):
    done = bare.run(later, "--version")
    assert "regraft %s (commit " % trials.LATER in done.stdout + done.stderr  # argparse of 2.7 writes to the latter
