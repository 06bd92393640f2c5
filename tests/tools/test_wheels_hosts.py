"""Hosts, targets and headers of the wheels, and the command line."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from regraft_tools import interpreters
from regraft_tools.wheels import command, hosts, targets

FOUND = [each for each in interpreters.find(["2.7", "3.13"]) if each.has_headers]


def host(abi: str) -> hosts.Host:
    return hosts.named([abi])[0]


def test_each_series_that_regraft_serves_has_a_wheel():
    assert {each.series for each in hosts.HOSTS} >= set(interpreters.SUPPORTED_SERIES) | {"3.14", "3.15"}


@pytest.mark.parametrize("abi, tag, name", [
    ("cp27mu", "cp27", "_openssl.so"),
    ("cp36m", "cp36", "_openssl.cpython-36m-x86_64-linux-gnu.so"),
    ("cp38", "cp38", "_openssl.cpython-38-x86_64-linux-gnu.so"),
    ("cp315", "cp315", "_openssl.cpython-315-x86_64-linux-gnu.so"),
])
def test_tags_and_file_names_are_those_of_the_host(abi, tag, name):
    assert (host(abi).tag, host(abi).extension_name(targets.X86_64)) == (tag, name)


@pytest.mark.parametrize("interpreter", FOUND, ids=lambda each: each.version)
def test_the_interpreter_looks_for_an_extension_of_that_name(interpreter):
    question = (
        "import sys, imp; print([each[0] for each in imp.get_suffixes()])" if interpreter.series == "2.7" else
        "import importlib.machinery as found; print(found.EXTENSION_SUFFIXES)")
    suffixes = subprocess.run(
        [str(interpreter.path), "-c", question], capture_output=True, text=True, check=True, timeout=60).stdout
    for each in hosts.named([interpreter.series]):
        for target in (targets.X86_64, targets.MUSL_X86_64):
            assert repr(each.extension_name(target).removeprefix("_openssl")) in suffixes


def test_pip_of_2_7_gets_a_tag_that_it_knows():
    assert "manylinux2010_x86_64" in targets.OLD_X86_64.platforms
    assert targets.OLD_X86_64 in host("cp27mu").targets()


def test_a_target_is_as_old_as_its_tags_say():
    for each in targets.TARGETS:
        for platform in each.platforms:
            if platform.startswith("manylinux_"):
                assert platform == "manylinux_%d_%d_%s" % (*each.glibc, each.machine)


def test_a_series_stands_for_all_of_its_abis():
    assert [each.abi for each in hosts.named(["2.7"])] == ["cp27mu", "cp27m"]


def test_no_wheel_is_meant_twice():
    plan = command.choose([], [])
    assert len(plan) == len(set(plan)) > 40


@pytest.mark.parametrize("arguments, message", [
    (["--hosts", "3.5"], "no host '3.5'; there are cp27mu, cp27m, cp36m"),
    (["beos_ppc"], "no target 'beos_ppc'; there are manylinux2010_x86_64"),
    (["musllinux_1_2_x86_64", "--hosts", "2.7"], "there is no wheel for cp27mu, cp27m on musllinux_1_2_x86_64"),
    (["--openssl", "newest"], "'newest' is not a version of OpenSSL"),
])
def test_what_cannot_be_meant_is_one_clear_line(capsys, arguments, message):
    assert command.main(arguments) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith(message) and complaint.count("\n") == 1


@pytest.fixture(params=FOUND, ids=lambda each: each.version)
def headers(request, tmp_path):
    origin = hosts.copy_headers(hosts.named([request.param.series])[0], tmp_path / "headers")
    assert request.param.version in origin
    return tmp_path / "headers"


def test_headers_have_a_stand_in_for_what_zig_lacks(headers):
    assert (headers / "Python.h").is_file() and (headers / "crypt.h").is_file()


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler here")
def test_headers_of_other_sizes_do_not_compile(headers, tmp_path):
    def compiles() -> bool:
        program = tmp_path / "sizes.c"
        program.write_text(hosts.check_program(headers / "pyconfig.h"))
        return subprocess.run(["cc", "-c", str(program), "-o", str(tmp_path / "sizes.o")],
                              capture_output=True, timeout=60, check=False).returncode == 0

    assert compiles()
    text = (headers / "pyconfig.h").read_text(errors="replace")
    assert "#define SIZEOF_LONG 8\n" in text
    (headers / "pyconfig.h").write_text(text.replace("#define SIZEOF_LONG 8\n", "#define SIZEOF_LONG 4\n"))
    assert not compiles()


def test_headers_that_tell_no_size_are_refused(tmp_path):
    (tmp_path / "pyconfig.h").write_text("#define HAVE_ALLOCA_H 1\n")
    with pytest.raises(hosts.NoHeaders, match="tells no size"):
        hosts.check_program(tmp_path / "pyconfig.h")


def test_a_narrow_2_7_has_units_of_16_bits(tmp_path):
    path = tmp_path / "pyconfig.h"
    path.write_text("/* #undef PY_UNICODE_TYPE */\n#define Py_UNICODE_SIZE 4\n")
    hosts._make_narrow(path)
    assert path.read_text() == "#define PY_UNICODE_TYPE unsigned short\n#define Py_UNICODE_SIZE 2\n"


def test_a_pyconfig_that_is_not_understood_is_not_narrowed(tmp_path):
    (tmp_path / "pyconfig.h").write_text("#define Py_UNICODE_SIZE 8\n")
    with pytest.raises(hosts.NoHeaders, match="size of a unicode unit"):
        hosts._make_narrow(tmp_path / "pyconfig.h")


def test_without_interpreter_and_package_it_is_said_how_to_get_headers(tmp_path, monkeypatch):
    monkeypatch.setattr(hosts.interpreters, "search", lambda series: interpreters.Search(found=()))
    with pytest.raises(hosts.NoHeaders, match="no headers of Python 3.8: .*`pyenv install 3.8` makes one"):
        hosts.copy_headers(host("cp38"), tmp_path / "headers")
