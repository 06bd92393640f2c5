"""`enable` and `disable`, and what an interpreter with the hook does, in each state that it may be in."""
from __future__ import absolute_import, division, print_function

import json
import os
import shutil
import sys

import pytest

from throwaway import ORIGIN, is_below

PY2 = sys.version_info[0] == 2
FILES = ("000_regraft.pth", "000_regraft.start", "_regraft_hook.py") + (("_regraft_quick.py",) if PY2 else ())


def list_hook(environment):
    return sorted(name for name in os.listdir(environment.packages) if name in FILES)


def test_an_environment_has_regraft_after_enable_and_the_old_ssl_after_disable(any_environment):
    assert not any_environment.gets_ours()
    any_environment.enable()
    assert any_environment.gets_ours()
    assert any_environment.regraft("disable").status == 0
    assert not any_environment.gets_ours()


@pytest.mark.parametrize("flags", [("-E",), ("-s",)] + ([] if PY2 else [("-I",)]))
def test_flags_that_ignore_the_users_settings_leave_regraft_active(any_environment, flags):
    any_environment.enable()
    assert any_environment.gets_ours(*flags)


def test_an_interpreter_without_site_has_the_old_ssl(any_environment):
    any_environment.enable()
    # (On 2.7 a virtualenv has no library without its site.py, and nothing can be imported at all.)
    result = any_environment.run("-S", "-c", ORIGIN)
    assert not is_below(result.out.strip() or os.sep, any_environment.overlay)


def test_the_users_hook_serves_that_user_and_not_under_s_or_I(user):
    assert user.enable("--user").out.startswith("regraft enabled in " + user.packages)
    assert user.gets_ours()
    assert user.gets_ours("-E")
    assert not user.gets_ours("-s")
    assert not user.gets_ours(PYTHONNOUSERSITE="1")
    if not PY2:
        assert not user.gets_ours("-I")
    assert user.regraft("disable", "--user").status == 0
    assert not user.gets_ours()


def test_a_regraft_of_the_users_is_not_enabled_for_everybody(user):
    result = user.regraft("enable")
    assert result.status == 1
    assert "--user" in result.err
    assert list_hook(user) == []


def test_a_virtual_environment_has_no_hook_of_the_users(environment):
    result = environment.regraft("enable", "--user")
    assert result.status == 1
    assert "does not read the user's site-packages" in result.err


def test_the_overlay_stands_directly_before_the_standard_library_and_after_pythonpath(environment, tmp_path):
    environment.enable()
    result = environment.run("-c", "import sys; print('\\n'.join(sys.path))", PYTHONPATH=str(tmp_path))
    index = result.lines.index(environment.overlay)
    assert result.lines.index(str(tmp_path)) == index - 1
    assert os.path.basename(result.lines[index + 1]).startswith("python")
    assert result.lines[index + 1].endswith(".zip")
    assert result.lines.count(environment.overlay) == 1


def test_a_program_has_its_own_module_before_ours(environment):
    environment.enable()
    environment.write("program/ssl.py", "print('mine')")
    program = environment.write("program/program.py", "import ssl")
    assert environment.run(program).lines == ["mine"]


def test_other_packages_start_up_code_gets_regraft(environment):
    environment.enable()
    path = os.path.join(environment.packages, "001_other.pth")
    with open(path, "w") as stream:
        stream.write("import ssl, sys; sys.stdout.write(ssl.__file__)\n")
    # PEP 829: from 3.15 on, entry points come after the import lines of all packages, and replace what these loaded.
    assert is_below(environment.run("-c", "pass").out, environment.overlay) or sys.version_info >= (3, 15)
    os.remove(path)
    assert environment.gets_ours()


@pytest.mark.parametrize("name", ["ssl", "hashlib", "random"])
def test_a_module_that_earlier_start_up_code_loaded_is_replaced(environment, name):
    environment.enable()
    with open(os.path.join(environment.packages, "000_a.pth"), "w") as stream:
        stream.write("import %s\n" % name)
    assert environment.gets_ours()
    result = environment.run("-c", "import hashlib; print(hashlib.__file__)")
    assert is_below(result.out.strip(), environment.overlay)


def test_enabling_twice_writes_once(environment):
    environment.enable()
    before = environment.snapshot()
    stamps = [os.stat(os.path.join(environment.packages, name)).st_mtime for name in FILES]
    assert "already" in environment.enable().out
    assert environment.snapshot() == before
    assert stamps == [os.stat(os.path.join(environment.packages, name)).st_mtime for name in FILES]


def test_disable_leaves_what_was_there_before_enable_byte_for_byte(environment):
    before = environment.snapshot()
    environment.enable("--defaults", "newest")
    assert list_hook(environment) == sorted(FILES)
    environment.run("-c", ORIGIN, REGRAFT_DISABLE="0")  # runs the hook module
    assert environment.regraft("disable").status == 0
    assert environment.snapshot() == before


def test_disable_says_when_there_is_nothing_to_do(environment):
    before = environment.snapshot()
    result = environment.regraft("disable")
    assert result.status == 0
    assert result.out.startswith("nothing to do")
    assert environment.snapshot() == before


def test_the_defaults_of_the_environment_are_those_asked_for_last(environment):
    show = "import os; print(os.environ.get('REGRAFT_DEFAULTS'))"
    assert "newest" in environment.enable("--defaults", "newest").out
    assert environment.run("-c", show).lines == ["newest"]
    assert environment.run("-c", show, REGRAFT_DEFAULTS="host").lines == ["host"]
    assert environment.run("-c", show, REGRAFT_DISABLE="1").lines == ["None"]
    assert "anew" in environment.enable().out
    assert environment.run("-c", show).lines == ["None"]


@pytest.mark.parametrize("value, ours", [("1", False), ("yes", False), ("0", True), ("", True)])
def test_the_kill_switch_is_any_value_but_nothing_and_zero(environment, value, ours):
    environment.enable()
    assert environment.gets_ours(REGRAFT_DISABLE=value) is ours


def assert_one_line(result, *parts):
    """The interpreter ran its program, and stderr has one line, with all parts in it."""
    assert result.status == 0, result
    lines = result.err.splitlines()
    assert len(lines) == 1, result
    assert lines[0].startswith("regraft: NOT active, this process has the old ssl: ")
    for part in parts:
        assert part in lines[0], result


def test_an_uninstalled_regraft_is_reported_in_one_line(any_environment):
    any_environment.enable()
    shutil.rmtree(any_environment.package)
    result = any_environment.run("-c", "print(42)")
    assert result.lines == ["42"]
    assert_one_line(result, any_environment.package + " is gone", any_environment.packages, *FILES)
    # What the line advises helps.
    for name in FILES:
        os.remove(os.path.join(any_environment.packages, name))
    assert not any_environment.gets_ours()


def test_a_missing_extension_is_reported_in_one_line(environment):
    environment.enable()
    os.remove(environment.find_extension())
    assert_one_line(environment.run("-c", "pass"), "_openssl", "No such file", "reinstall")
    assert not environment.gets_ours(REGRAFT_DISABLE="1")


def test_a_missing_overlay_is_reported_in_one_line(environment):
    environment.enable()
    shutil.rmtree(environment.overlay)
    assert_one_line(environment.run("-c", "pass"), os.path.join("overlay", "ssl.py"), "reinstall")


def test_a_hook_without_stderr_lets_the_interpreter_start(environment):
    environment.enable()
    shutil.rmtree(environment.package)
    code = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', 'pass'], close_fds=True))"
    closed = "import os; os.close(2); " + code
    assert environment.run("-c", closed).status == 0


def test_a_hook_whose_module_was_deleted_lets_the_interpreter_start(environment):
    environment.enable()
    os.remove(os.path.join(environment.packages, "_regraft_hook.py"))
    environment.run("-c", "pass", REGRAFT_DISABLE="1")
    for name in ("_regraft_hook.pyc", "__pycache__"):
        path = os.path.join(environment.packages, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.remove(path)
    result = environment.run("-c", "print(42)", REGRAFT_DISABLE="1")
    assert (result.status, result.lines) == (0, ["42"])
    assert "_regraft_hook" in result.err


@pytest.mark.skipif(not PY2, reason="on 3.x the line of the .pth file needs no such module")
def test_a_quick_module_that_was_deleted_is_reported_and_written_anew_by_enable(environment):
    environment.enable()
    os.remove(os.path.join(environment.packages, "_regraft_quick.py"))
    result = environment.run("-c", "print(42)")
    assert (result.status, result.lines) == (0, ["42"])
    assert "000_regraft.pth" in result.err and "No such file" in result.err
    assert [hook["current"] for hook in json.loads(environment.regraft("status", "--json").out)["hooks"]] == [False]
    assert "anew" in environment.enable().out
    assert environment.gets_ours()


@pytest.mark.skipif(not PY2, reason="on 3.x the line of the .pth file needs no such module")
def test_the_bytecode_of_another_text_is_not_taken(environment):
    environment.enable()
    path = os.path.join(environment.packages, "_regraft_quick.py")
    with open(path, "a") as stream:
        stream.write("print('changed')\n")
    os.utime(path, (1, 1))
    # site.py of a virtualenv reads the .pth file twice.
    assert set(environment.run("-c", "pass").lines) == set(["changed"])


@pytest.mark.parametrize("flags", [(), ("-O",)] if PY2 else [()])
def test_a_start_has_nothing_to_compile(environment, flags):
    environment.enable()
    before = environment.snapshot()
    assert environment.run(*(flags + ("-c", "import _regraft_hook"))).status == 0
    assert environment.snapshot() == before


@pytest.mark.skipif(not PY2, reason="on 3.x the line of the .pth file has the paths in it")
def test_a_copy_of_an_environment_has_its_own_regraft(environment, tmp_path):
    environment.enable()
    target = str(tmp_path / "copy")
    shutil.copytree(environment.root, target, symlinks=True)
    assert type(environment)(target).gets_ours()
    assert environment.gets_ours()


def test_a_truncated_extension_fails_at_import_and_never_gives_the_old_ssl(environment):
    environment.enable()
    environment.truncate_extension()
    assert environment.run("-c", "print(42)").lines == ["42"]
    # An exception, or the signal of which the dynamic loader dies: no `ssl` in any case.
    result = environment.run("-c", ORIGIN)
    assert result.status != 0
    assert result.out == ""
    report = json.loads(environment.regraft("status", "--json").out)
    assert not report["active"]
    assert report["ssl"]["file"] is None
    assert "cut off" in report["extension"]["error"]
    # The way out works although the modules that it would import do not.
    assert environment.regraft("disable").status == 0
    assert not environment.gets_ours()


def test_a_truncated_extension_is_not_enabled(environment):
    environment.truncate_extension()
    before = environment.snapshot()
    result = environment.regraft("enable")
    assert result.status == 1
    assert "does not load in this interpreter" in result.err
    assert "Traceback" not in result.err
    assert environment.snapshot() == before


def test_an_overlay_that_does_not_import_is_not_enabled(environment):
    with open(os.path.join(environment.overlay, "ssl.py"), "a") as stream:
        stream.write("\nraise ImportError('on purpose')\n")
    before = list_hook(environment)
    result = environment.regraft("enable")
    assert result.status == 1
    assert "nothing was written: ImportError: on purpose" in result.err
    assert list_hook(environment) == before == []


def test_a_read_only_directory_is_an_error_with_the_alternatives(environment, without_override):
    os.chmod(environment.packages, 0o555)
    before = environment.snapshot()
    try:
        result = environment.regraft("enable", preexec_fn=without_override)
    finally:
        os.chmod(environment.packages, 0o755)
    assert result.status == 1
    for part in (environment.packages, "cannot be written to: Permission denied", "--user", "run", "activate()"):
        assert part in result.err
    assert "Traceback" not in result.err
    assert environment.snapshot() == before


def test_a_hook_that_cannot_be_removed_is_an_error(environment, without_override):
    environment.enable()
    os.chmod(environment.packages, 0o555)
    try:
        result = environment.regraft("disable", preexec_fn=without_override)
    finally:
        os.chmod(environment.packages, 0o755)
    assert result.status == 1
    assert "cannot be removed: Permission denied" in result.err
    assert environment.gets_ours()


def test_a_file_in_the_way_leaves_nothing_half_done(environment):
    os.mkdir(os.path.join(environment.packages, "000_regraft.pth"))
    result = environment.regraft("enable")
    assert result.status == 1
    assert "cannot be written to" in result.err
    assert list_hook(environment) == ["000_regraft.pth"]
    assert not environment.gets_ours()
    assert [name for name in os.listdir(environment.packages) if name.startswith((".", "_regraft"))] == []


def test_everybody_may_read_the_hook_whatever_the_umask(environment):
    environment.enable(preexec_fn=lambda: os.umask(0o077) and None)
    modes = set(os.stat(os.path.join(environment.packages, name)).st_mode & 0o777 for name in FILES)
    assert modes == set([0o644])


def test_enabling_at_the_same_time_gives_one_whole_hook(environment):
    children = [environment.start("-m", "regraft", "enable", "--defaults", ("host", "newest")[number % 2])
                for number in range(4)]
    ends = [child.communicate() + (child.returncode,) for child in children]
    assert [end[2] for end in ends] == [0] * 4, ends
    assert environment.gets_ours()
    assert [name for name in os.listdir(environment.packages) if name.startswith(".")] == []
    report = json.loads(environment.regraft("status", "--json").out)
    assert [hook["current"] for hook in report["hooks"]] == [True]


def test_an_environment_that_is_moved_takes_its_hook_along(environment, tmp_path):
    environment.enable()
    target = str(tmp_path / "elsewhere")
    os.rename(environment.root, target)
    moved = type(environment)(target)
    assert moved.gets_ours()


def test_a_package_outside_of_site_packages_can_be_enabled(environment, tmp_path):
    # As in a checkout of the sources.
    elsewhere = str(tmp_path / "source")
    os.mkdir(elsewhere)
    os.rename(environment.package, os.path.join(elsewhere, "regraft"))
    environment.enable(PYTHONPATH=elsewhere)
    environment.overlay = os.path.join(elsewhere, "regraft", "overlay")
    assert environment.gets_ours()
    assert environment.gets_ours("-E")
    assert elsewhere not in environment.run("-c", "import sys; print('\\n'.join(sys.path))").lines


def test_each_of_the_files_has_one_line_of_code_that_starts_regraft(environment):
    environment.enable()
    texts = dict((name, open(os.path.join(environment.packages, name)).read()) for name in FILES)
    assert "_regraft_hook:start" in texts["000_regraft.start"].splitlines()
    lines = [line for line in texts["000_regraft.pth"].splitlines() if not line.startswith("#")]
    assert len(lines) == 1
    if PY2:
        assert lines == ['import imp; imp.load_source("_regraft_quick", sitedir + "/_regraft_quick.py").start("pth")']
    else:
        assert lines[0].startswith("import os, sys; ")
        assert lines[0].endswith(' or __import__("_regraft_hook").start("pth")')


def test_the_entry_point_of_the_start_file_activates(environment):
    environment.enable()
    os.remove(os.path.join(environment.packages, "000_regraft.pth"))
    assert not environment.gets_ours() or sys.version_info >= (3, 15)
    code = "import _regraft_hook; _regraft_hook.start(); import ssl, regraft; print(regraft.status()['activated_by'])"
    assert environment.run("-c", code).lines == ["start"]
