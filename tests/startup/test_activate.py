"""`regraft.activate()` in a process that has run for a while."""
from __future__ import absolute_import, division, print_function

import json
import os
import sys

import pytest

from regraft import _boot

PY2 = sys.version_info[0] == 2
ACTIVATE = "import regraft; print(regraft.activate()); "


def test_importing_the_package_imports_nothing_of_what_it_replaces(environment):
    code = "import sys; import regraft, regraft._boot; print([n for n in %r if n in sys.modules])" % (
        _boot.COVERED + ("regraft._openssl", "socket"),)
    assert environment.run("-c", code).lines == ["[]"]


def test_the_covered_modules_are_those_of_the_overlay(environment):
    names = [name[:-len(".py")] for name in os.listdir(environment.overlay) if name.endswith(".py")]
    assert sorted(names) == sorted(_boot.COVERED)


@pytest.mark.parametrize("name", _boot.COVERED)
def test_a_module_imported_afterwards_is_ours(environment, name):
    result = environment.run("-c", ACTIVATE + "import %s as module; print(module.__file__)" % name)
    assert result.status == 0, result
    assert result.lines[0] == "True"
    assert os.path.realpath(os.path.dirname(result.lines[1])) == os.path.realpath(environment.overlay)


def test_activating_again_changes_nothing(environment):
    code = ACTIVATE + ("import sys, ssl; before = list(sys.path), dict(sys.modules); regraft.activate();"
                       "print([(sys.path, sys.modules) == before, ssl is sys.modules['ssl']])")
    assert environment.run("-c", code).lines == ["True", "[True, True]"]


def test_modules_of_the_standard_library_are_dropped_and_go_on_working(environment):
    code = """
import hashlib, random, ssl
from random import choice
old = ssl, random, hashlib
import regraft
regraft.activate()
import gc
gc.collect()
import ssl, random, hashlib
assert not [new for new in (ssl, random, hashlib) if new in old]
assert old[0].SSLError is not ssl.SSLError
print(choice([42]))
"""
    program = environment.write("program.py", code)
    result = environment.run("-W", "ignore", program)
    assert result.lines == ["42"], result




def test_who_keeps_the_old_ssl_is_named_in_a_warning_and_in_the_status(environment):
    environment.write("holder.py", "import ssl\nfrom ssl import SSLError as Held\nimport random\n"
                                   "from random import choice\nclass Mine(ssl.SSLContext): pass\n")
    code = """
import holder, json, regraft
regraft.activate()
print(json.dumps(regraft.status()["holders"]))
"""
    result = environment.run(environment.write("program.py", code))
    assert result.status == 0, result
    assert "RuntimeWarning" in result.err
    assert "holder" in result.err
    rows = json.loads(result.out)
    held = dict((row["name"], row["holds"]) for row in rows if row["module"] == "holder")
    assert held == {"ssl": "ssl", "Held": "ssl.SSLError", "random": "random", "choice": "random.choice",
                    "Mine": "ssl.SSLContext"}


def test_activating_first_warns_of_nothing(environment):
    code = ACTIVATE + "import ssl, socket, random; print(regraft.status()['holders'])"
    result = environment.run("-W", "error", "-c", code)
    assert result.lines == ["True", "[]"], result
    assert result.err == ""


@pytest.mark.skipif(not PY2, reason="socket holds names of _ssl on 2.7 only")
def test_the_names_that_socket_has_of_ssl_are_renewed(environment):
    code = """
import socket
old = socket.sslerror
import regraft
regraft.activate()
import _ssl, ssl
assert socket._ssl is _ssl
assert socket.sslerror is _ssl.SSLError is ssl.SSLError
assert socket.sslerror is not old
assert socket.RAND_add is _ssl.RAND_add and socket.RAND_status is _ssl.RAND_status
try:
    raise ssl.SSLError("caught")
except socket.sslerror as error:
    print(error.args[0])
print(regraft.status()["holders"])
"""
    result = environment.run(environment.write("program.py", code))
    assert result.lines == ["caught", "[]"], result
    assert result.err == ""


def test_a_module_of_the_programs_own_is_left_alone(environment):
    environment.write("program/random.py", "mine = True\n")
    code = "import random, regraft; regraft.activate(); import random as again; print([random is again, random.mine])"
    program = environment.write("program/program.py", code)
    assert environment.run(program).lines == ["[True, True]"]


ATTEMPT = """
import sys
import %s
import regraft
from regraft import _boot
before = list(sys.path), dict(sys.modules)
try:
    regraft.activate()
except regraft.ActivationError as error:
    print(error)
assert sys.path == before[0]
assert [name for name in before[1] if sys.modules.get(name) is not before[1][name]] == []
assert [name for name in _boot.COVERED if name in sys.modules and name not in before[1]] == []
"""


@pytest.mark.parametrize("imported", ["os", "ssl"])
def test_a_missing_extension_is_an_error_and_nothing_is_touched(environment, imported):
    os.remove(environment.find_extension())
    result = environment.run("-c", ATTEMPT % imported)
    assert result.status == 0, result
    assert "does not load in this interpreter" in result.out
    assert "pip install" in result.out


def test_a_truncated_extension_is_an_error_and_nothing_is_touched(environment):
    environment.truncate_extension()
    result = environment.run("-c", ATTEMPT % "ssl")
    assert result.status == 0, result
    assert "does not load in this interpreter" in result.out


def test_an_overlay_that_does_not_import_is_an_error_and_nothing_is_touched(environment):
    with open(os.path.join(environment.overlay, "_ssl.py"), "a") as stream:
        stream.write("\nraise ImportError('on purpose')\n")
    result = environment.run("-c", ATTEMPT % "ssl")
    assert result.status == 0, result
    assert "on purpose" in result.out


def test_defaults_that_do_not_exist_are_an_error(environment):
    code = "import regraft\ntry:\n    regraft.activate()\nexcept regraft.ActivationError as error:\n    print(error)\n"
    result = environment.run("-c", code, REGRAFT_DEFAULTS="neweset")
    assert "neweset" in result.out, result


def test_the_kill_switch_switches_off_explicit_activation_too(environment):
    code = ACTIVATE + "import ssl; print(ssl.__file__)"
    result = environment.run("-c", code, REGRAFT_DISABLE="1")
    assert result.lines[0] == "False"
    assert not result.lines[1].startswith(environment.overlay)


@pytest.mark.parametrize("entry, archive", [
    ("python27.zip", True), ("python313.zip", True), ("python313t.zip", True),
    ("python.zip", False), ("pythonista.zip", False), ("library.zip", False)])
def test_the_archive_of_the_standard_library_is_told_from_others(entry, archive):
    assert _boot._is_library_archive(os.path.join(os.sep + "lib", entry)) is archive


def test_start_reports_what_went_wrong_once_and_does_not_raise(environment):
    code = """
import sys
from regraft import _boot
def fail():
    raise RuntimeError("on purpose")
_boot.insert_overlay = fail
_boot.start()
_boot.start()
sys.stderr = None
_boot._complained = False
_boot.start()
print(42)
"""
    result = environment.run(environment.write("program.py", code))
    assert result.lines == ["42"]
    assert len(result.err.splitlines()) == 1
    assert "RuntimeError: on purpose" in result.err
