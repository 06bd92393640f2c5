"""Who may import whom."""

from __future__ import annotations

import re
import sys

import pytest
from sources import OVERLAY, RUNTIME, all_files, imports_of, room_of, runtime_files, shown

# Downwards only. The package itself (its version, ActivationError) may be imported by all but the
# lowest rooms.
ARROWS: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "_boot": set(),
    "_quick": set(),
    "_compat": set(),
    "_enums": {"_compat"},
    "_emulated": set(),
    "_behavior": {"_compat", "_emulated"},
    "libraries": set(),
    "features": {"_behavior", "_compat", "libraries", "features"},
    "policy": {"features", "_behavior", "_compat", "_emulated"},
    "sslparts": {"_openssl", "_compat", "_enums", "_behavior", "_emulated", "policy", "sslparts"},
    "randomness": {"_boot", "_emulated", "_openssl"},
    "overlay": {"_openssl", "_compat", "_enums", "_behavior", "_emulated", "policy", "sslparts", "randomness"},
    "activation": {"_boot", "_compat"},
    "hooks": {"_boot", "_compat"},
    "records": {"_boot", "_compat", "activation", "hooks"},
    "profiles": {"_openssl", "_boot", "_compat", "_behavior", "_emulated", "features", "policy", "activation", "sslparts",
                 "profiles"},
    "inspection": {"_boot", "_compat", "_emulated", "policy", "activation", "hooks", "records", "randomness"},
    "releasetests": {"_compat", "_emulated", "profiles", "releasetests"},
    "pytest_plugin": {"releasetests"},
    "children": set(),
    "grafting": {"_boot", "_compat", "activation", "grafting"},
    "doctor": {"_boot", "_behavior", "_compat", "libraries", "features", "policy", "activation", "inspection", "doctor"},
    "cli": {"_boot", "_behavior", "_compat", "features", "policy", "activation", "hooks",
            "records", "inspection", "doctor", "grafting", "profiles", "cli"},
}
# What is imported inside a function, when it is needed: importing regraft stays cheap, and the
# start-up code runs before anything else may.
DEFERRED: dict[str, set[str]] = {
    "__init__": {"activation", "inspection"},
    "_boot": {"activation", "randomness"},
    "activation": {"_openssl"},
    "children": {"_boot", "activation", "profiles"},
    "features": {"activation"},
    "grafting": {"randomness"},  # of the text that becomes part of `os.py`
}
ROOMS = set(ARROWS) | {"_openssl"}
LOWEST = {"_compat", "_enums", "_emulated", "_behavior"}

FILES = pytest.mark.parametrize("path", runtime_files(), ids=shown)


@FILES
def test_each_import_follows_an_arrow(path):
    room = room_of(path)
    if room not in ARROWS:
        pytest.fail("%s is a room without arrows: say in ARROWS what it may import" % room)
    for each in imports_of(path):
        parts = each.module.split(".")
        if parts[0] != "regraft":
            continue
        where = "%s:%d imports %s" % (shown(path), each.line, each.module)
        if len(parts) > 1 and parts[1] in ROOMS:
            allowed = ARROWS[room] | (DEFERRED.get(room, set()) if each.deferred else set())
            assert parts[1] in allowed, where
        elif len(parts) > 1:
            assert room not in LOWEST, where


def test_the_start_up_code_imports_os_and_sys_only():
    found = imports_of(RUNTIME / "_boot.py")
    names = {each.module for each in found if each.primary and not each.deferred}
    assert names == {"__future__", "os", "sys"}
    later = {each.module for each in found if each.primary and each.deferred}
    assert later <= {"regraft"}


@FILES
def test_the_runtime_imports_nothing_but_the_standard_library_and_itself(path):
    # Names of Python 2 are not in the standard library of the Python that runs this.
    python2 = {"__builtin__", "copy_reg", "cStringIO", "StringIO", "thread", "urllib2", "httplib"}
    known = set(sys.stdlib_module_names) | python2 | {"regraft"}
    if room_of(path) == "children":
        known.add("sitecustomize")  # the one that ours hides
    if room_of(path) in ("pytest_plugin", "releasetests"):
        known.update(["pytest", "_pytest"])  # which loads the one, and that the others
    for each in imports_of(path):
        if not each.primary or each.module.split(".")[0] in known:
            continue
        assert each.module.startswith("regraft_tools"), "%s:%d imports %s" % (
            shown(path), each.line, each.module
        )


@FILES
def test_only_the_command_line_imports_the_tools_and_only_inside_a_function(path):
    for each in imports_of(path):
        if each.module.split(".")[0] == "regraft_tools":
            assert room_of(path) == "cli" and each.deferred, "%s:%d" % (shown(path), each.line)


def test_nobody_imports_the_overlay_as_a_package():
    wanted = re.compile(
        r"^\s*(?:import\s+regraft\.overlay|from\s+regraft\.overlay|from\s+regraft\s+import.*\boverlay\b)",
        re.M,
    )
    guilty = [shown(each) for each in all_files(".py", ".pyx", ".pxi", ".pyi")
              if wanted.search(each.read_text("utf-8"))]
    assert guilty == []


def test_the_overlay_is_no_package():
    assert not (OVERLAY / "__init__.py").exists()


def test_the_overlay_has_no_file_that_the_standard_library_lacks():
    strangers = [each.name for each in OVERLAY.glob("*.py")
                 if each.stem not in sys.stdlib_module_names]
    assert strangers == []
