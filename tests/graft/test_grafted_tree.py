"""A grafted tree: whose modules it gives, to whom, and how regraft's commands stand to it."""
from __future__ import absolute_import, division, print_function

import json
import os
import struct
import sys

import pytest

import prefixes
from regraft import _boot, _compat

OURS = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets")
IMPORT_ALL = "import ssl, hashlib, hmac, random, secrets, os, socket; "


def test_the_two_names_of_the_store_are_one():
    assert os.path.dirname(_boot.RECEIPT) == _compat.ORIGINALS


@pytest.mark.parametrize("flags", prefixes.FLAGS, ids=" ".join)
def test_each_start_of_python_gives_ours(grafted, flags):
    seen = grafted.look(*flags)
    assert dict((name, seen[name]) for name in OURS) == dict.fromkeys(OURS, True)
    assert seen["getrandom"] is True
    assert [os.path.dirname(each) for each in seen["files"]] == [os.path.realpath(grafted.library)] * 4


@pytest.mark.skipif(hasattr(sys.modules["posix"], "getrandom"), reason="this Python has os.getrandom() itself")
@pytest.mark.parametrize("flags", [(), ("-S", "-E")], ids=" ".join)
def test_os_has_getrandom_before_anything_is_imported_and_loads_nothing(grafted, flags):
    result = grafted.run(*(flags + ("-c", "import os, sys; print('regraft' in sys.modules, os.getrandom is not None, "
                                          "os.GRND_NONBLOCK, 'getrandom' in os.__all__); os.urandom(3); "
                                          "print(os.urandom.__module__, len(os.getrandom(5)), os.urandom is "
                                          "sys.modules['regraft._openssl'].urandom)")))
    assert result.out.replace("(", "").replace(")", "").replace("'", "").replace(",", "").splitlines() == [
        "False True 1 True", "os 5 True"], result


def test_byte_code_is_that_of_the_sources_and_python_writes_none_anew(regrafted):
    before = regrafted.snapshot()
    for flag in ("-R", "-O") if prefixes.PY2 else ("-b",):
        command = [regrafted.python, flag, "-S", "-E", "-c", IMPORT_ALL + "import regraft.policy"]
        assert regrafted.run(command=command).status == 0
    after = regrafted.snapshot()
    known = [each for each in after if os.path.basename(each).split(".")[0] in OURS or "regraft" in each]
    assert dict((each, after[each]) for each in known) == dict((each, before.get(each)) for each in known)
    if prefixes.PY2:
        for name in ("ssl.py", "os.py", os.path.join("regraft", "policy.py")):
            path = os.path.join(regrafted.library, name)
            for suffix in "co":
                assert struct.unpack("<L", prefixes.read(path + suffix)[4:8])[0] == int(os.stat(path).st_mtime)


def test_the_kill_switch_has_no_effect_and_the_originals_can_be_put_first(grafted):
    assert grafted.look(REGRAFT_DISABLE="1")["ssl"] is True
    seen = grafted.look(PYTHONPATH=grafted.store)
    assert [seen[each] for each in ("ssl", "_ssl", "hashlib", "hmac", "random")] == [False] * 5


def test_the_newest_defaults_are_had_by_the_variable(grafted):
    code = "import ssl; print(ssl.create_default_context().minimum_version == ssl.TLSVersion.TLSv1_2, " \
           "ssl.create_default_context().verify_flags & 0x80020 == 0x80020)"
    result = grafted.run("-c", code, REGRAFT_DEFAULTS="newest")
    assert result.out.replace("(", "").replace(")", "").replace(",", "") == "True True\n", result


def test_status_says_that_the_tree_is_grafted(grafted):
    result = grafted.regraft("status", "--json", own=True)
    report = json.loads(result.out)
    assert result.status == 0 and report["active"] and report["activated_by"] == "graft"
    assert report["graft"]["originals"] == os.path.realpath(grafted.store) and report["graft"]["time"].endswith("Z")
    words = grafted.regraft("status", own=True, REGRAFT_DISABLE="1").out
    assert "active, through the standard library itself" in words and "none in a grafted tree" in words


def test_enable_has_nothing_to_do_and_refuses_what_it_cannot_do(regrafted):
    assert os.path.isdir(regrafted.packages)
    before = regrafted.snapshot()
    result = regrafted.regraft("enable", own=True)
    assert result.status == 0 and "nothing to do" in result.out, result
    result = regrafted.regraft("enable", "--defaults", "newest", own=True)
    assert result.status == 1 and "REGRAFT_DEFAULTS=newest" in result.err and result.err.count("\n") == 1, result
    result = regrafted.regraft("disable", own=True)
    assert result.status == 0 and "ungraft-tree" in result.out, result
    assert regrafted.snapshot() == before


def test_run_runs_a_program_with_the_trees_modules(grafted):
    result = grafted.run("-S", "-E", "-m", "regraft", "run", "-c", "import ssl; print(ssl.__file__)")
    assert result.status == 0 and os.path.dirname(result.out.strip()) == os.path.realpath(grafted.library), result
    result = grafted.regraft("run", "--defaults", "newest", "-c", "import os; print(os.environ['REGRAFT_DEFAULTS'])",
                             own=True)
    assert result.out == "newest\n", result


def test_run_shows_an_older_release_in_a_grafted_tree(grafted):
    release = "2.7.6" if prefixes.PY2 else "3.6"
    code = "import ssl, sys; print(hasattr(ssl, 'RAND_bytes'), hasattr(ssl, 'get_ciphers'), hasattr(ssl, 'TLSVersion'))"
    result = grafted.regraft("run", "--as", release, "-c", code, own=True)
    assert result.status == 0 and result.out.replace(")", "").split()[-1] == "False", result


def test_activate_is_true_and_changes_nothing(grafted):
    result = grafted.run("-c", "import ssl, sys, regraft; before = list(sys.path); print(regraft.activate(), "
                               "sys.modules['ssl'] is ssl, sys.path == before, regraft.status()['holders'])")
    assert result.out.replace("(", "").replace(")", "").replace(",", "").split() == ["True", "True", "True", "[]"], result


def test_doctor_asks_the_originals_what_the_stock_modules_have(grafted):
    result = grafted.regraft("doctor", "--json", own=True)
    report = json.loads(result.out)
    assert report["status"]["active"] and "could not be asked" not in result.out
    had = dict((row["name"], (row["stock"], row["now"])) for row in report["features"])
    assert any(stock is False and now is True for stock, now in had.values()), had


@pytest.mark.skipif(prefixes.PY2, reason="the standard library of 2.7 has no venv; graft-trials tries virtualenv")
def test_a_virtual_environment_of_the_tree_has_the_trees_modules(grafted, tmp_path):
    place = str(tmp_path / "venv")
    assert grafted.run("-m", "venv", "--without-pip", place).status == 0
    inside = prefixes.Prefix(place)
    inside.python = os.path.join(place, "bin", "python")
    assert inside.look()["ssl"] is True
    for command in ("graft-tree", "ungraft-tree"):
        result = grafted.regraft(command, "--python", inside.python)
        assert result.status == 1 and "virtual environment" in result.err, result
    assert grafted.verify()[0] == 0


@pytest.mark.parametrize("flags", [(), ("-E",)], ids=" ".join)
def test_a_hook_of_another_regraft_lets_the_grafted_one_be(regrafted, flags):
    # Enabled before the tree was grafted: the hook of what is installed in site-packages.
    packages = regrafted.packages
    copy = os.path.join(packages, "regraft")
    prefixes.shutil.copytree(os.path.join(prefixes.SITE, "regraft"), copy)
    regrafted.ungraft()
    result = regrafted.run("-m", "regraft", "enable", "--defaults", "newest")
    assert result.status == 0, result
    where = ("-c", "import ssl, regraft, os, json; print(json.dumps([os.path.dirname(os.path.dirname(each)) for each in "
                   "(os.path.join(os.path.dirname(ssl.__file__), 'x', 'y'), regraft.__file__)]))")
    overlay = json.loads(regrafted.run(*(flags + where)).out)
    assert overlay == [os.path.join(copy, "overlay"), packages]
    result = regrafted.run("-m", "regraft", "graft-tree", "--any-release", regrafted.path)
    assert result.status == 0, result
    assert json.loads(regrafted.run(*(flags + where)).out) == [regrafted.library] * 2
    # What the hook was told about defaults still counts.
    told = regrafted.run(*(flags + ("-c", "import regraft.policy; print(regraft.policy.CHOICE)")))
    assert told.out == "newest\n", told
    # An upgrade of Python puts its own modules back: the hook does not leave the environment to them.
    regrafted.write("ssl.py", prefixes.read(os.path.join(regrafted.store, "ssl.py")))
    result = regrafted.run(*(flags + where))
    assert json.loads(result.out) == overlay and not result.err, result


def test_a_receipt_in_pythonpath_does_not_switch_a_hook_off(prefix, grafted, tmp_path):
    copy = os.path.join(prefix.packages, "regraft")
    prefixes.shutil.copytree(os.path.join(prefixes.SITE, "regraft"), copy)
    result = prefix.run("-m", "regraft", "enable")
    assert result.status == 0, result
    os.mkdir(str(tmp_path / _compat.ORIGINALS))
    prefixes.shutil.copy(os.path.join(grafted.library, _boot.RECEIPT), str(tmp_path / _boot.RECEIPT))
    # With the variable set, the line of the .pth file leaves the decision to the hook.
    result = prefix.run("-c", "import ssl; print(ssl.__file__)", PYTHONPATH=str(tmp_path), REGRAFT_DISABLE="0")
    assert os.path.dirname(result.out.strip()) == os.path.join(copy, "overlay"), result


def test_installing_and_removing_another_regraft_does_not_touch_the_tree(regrafted):
    packages = regrafted.packages
    prefixes.shutil.copytree(os.path.join(prefixes.SITE, "regraft"), os.path.join(packages, "regraft"))
    found = regrafted.run("-c", "import regraft; print(regraft.__file__)")
    assert os.path.dirname(os.path.dirname(found.out.strip())) == regrafted.library, found
    prefixes.shutil.rmtree(os.path.join(packages, "regraft"))
    assert regrafted.verify()[0] == 0


def test_an_interpreter_with_an_old_ssl_built_in_or_imported_first_gets_ours(grafted):
    # Nothing stands before a built-in module: `_ssl` is another's then, and `ssl` does without.
    code = ("import sys; sys.path.insert(0, %r); import _ssl; del sys.path[0]; import ssl; "
            "print(_ssl.__file__); print(ssl._ssl.__name__); ssl.create_default_context()" % grafted.store)
    result = grafted.run("-c", code)
    old, name = result.out.splitlines()
    assert result.status == 0 and os.path.dirname(old) == grafted.store and name == "regraft._openssl", result
