"""Which wheel the bundle's installer chooses, for hosts that are not here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import packaging.tags
import pytest

from regraft_tools import interpreters
from regraft_tools.bundle.installer import choice, host
from regraft_tools.bundle.installer.host import Host

X86_27 = "regraft-0.1.0-cp27-cp27mu-manylinux_2_12_x86_64.manylinux2010_x86_64.whl"
WHEELS = [X86_27, "regraft-0.1.0-cp27-cp27mu-manylinux_2_17_aarch64.manylinux2014_aarch64.whl"]
for _abi in ("36m", "37m", "38", "39", "310", "311", "312", "313", "314", "315"):
    WHEELS += ["regraft-0.1.0-cp%s-cp%s-%s.whl" % (_abi.rstrip("m"), _abi, each) for each in (
        "manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_17_aarch64.manylinux2014_aarch64",
        "musllinux_1_2_x86_64")]


def make_host(abi: str, machine: str = "x86_64", libc: str | None = "glibc", version=(2, 36), **other) -> Host:
    python = "cp" + "".join(each for each in abi[2:] if each.isdigit())
    return Host(other.get("implementation", "CPython"), "%s.%s.0" % (python[2], python[3:]), other.get("python", python),
                abi, other.get("system", "linux"), machine, libc, version)


@pytest.mark.parametrize("abi, machine, libc, version, platform", [
    ("cp27mu", "x86_64", "glibc", (2, 12), "manylinux_2_12_x86_64.manylinux2010_x86_64"),
    ("cp27mu", "x86_64", "glibc", (2, 17), "manylinux_2_12_x86_64.manylinux2010_x86_64"),
    ("cp27mu", "x86_64", "glibc", (2, 43), "manylinux_2_12_x86_64.manylinux2010_x86_64"),
    ("cp27mu", "aarch64", "glibc", (2, 17), "manylinux_2_17_aarch64.manylinux2014_aarch64"),
    ("cp36m", "x86_64", "glibc", (2, 17), "manylinux_2_17_x86_64.manylinux2014_x86_64"),
    ("cp37m", "aarch64", "glibc", (2, 28), "manylinux_2_17_aarch64.manylinux2014_aarch64"),
    ("cp38", "x86_64", "glibc", (2, 31), "manylinux_2_17_x86_64.manylinux2014_x86_64"),
    ("cp310", "x86_64", "musl", (1, 2), "musllinux_1_2_x86_64"),
    ("cp315", "x86_64", "musl", (1, 2), "musllinux_1_2_x86_64"),
    ("cp315", "aarch64", "glibc", (2, 41), "manylinux_2_17_aarch64.manylinux2014_aarch64"),
])
def test_a_host_gets_the_wheel_of_its_abi_machine_and_c_library(abi, machine, libc, version, platform):
    chosen = choice.choose(WHEELS, make_host(abi, machine, libc, version))
    assert chosen == "regraft-0.1.0-%s-%s-%s.whl" % (abi.rstrip("mu"), abi, platform)


@pytest.mark.parametrize("lacking", [
    make_host("cp27m"),  # narrow Unicode
    make_host("cp27dmu"),  # a debug build
    make_host("cp27mu", version=(2, 5)),  # CentOS 5
    make_host("cp27mu", "i686"),
    make_host("cp27mu", libc="musl", version=(1, 2)),
    make_host("cp36m", version=(2, 12)),  # CentOS 6
    make_host("cp36dm"),
    make_host("cp313t"),  # without the GIL
    make_host("cp313d"),
    make_host("cp316"),
    make_host("cp310", libc="musl", version=(1, 1)),
    make_host("cp310", "aarch64", libc="musl", version=(1, 2)),
    make_host("cp310", libc=None, version=()),  # Android's C library
    make_host("cp310", "armv7l"),
    make_host("cp310", "ppc64le"),
    make_host("cp310", "arm64", None, (), system="darwin"),
    make_host("cp310", "amd64", None, (), system="win32"),
    make_host("cp27mu", python="pp27", implementation="PyPy"),
], ids=Host.describe)
def test_a_host_that_no_wheel_is_for_gets_none(lacking):
    assert choice.choose(WHEELS, lacking) is None


def test_of_two_wheels_that_serve_the_one_for_the_newer_c_library_is_taken():
    old, new = X86_27, X86_27.replace("2_12", "2_28").replace("2010", "_2_28")
    assert choice.choose([new, old], make_host("cp27mu", version=(2, 31))) == new
    assert choice.choose([new, old], make_host("cp27mu", version=(2, 27))) == old


def test_a_wheel_for_this_machine_alone_comes_after_one_for_many():
    own = "regraft-0.1.0-cp27-cp27mu-linux_x86_64.whl"
    assert choice.choose([own], make_host("cp27mu", libc="musl", version=(1, 2))) == own
    assert choice.choose([own, X86_27], make_host("cp27mu")) == X86_27
    assert choice.choose([own], make_host("cp27mu", "aarch64")) is None


def test_the_offer_is_said_by_platform_with_all_abis_in_order():
    assert choice.describe_offer(WHEELS).split("; ") == [
        "Linux aarch64, glibc 2.17: cp27mu cp36m cp37m cp38 cp39 cp310 cp311 cp312 cp313 cp314 cp315",
        "Linux x86_64, glibc 2.12: cp27mu",
        "Linux x86_64, glibc 2.17: cp36m cp37m cp38 cp39 cp310 cp311 cp312 cp313 cp314 cp315",
        "Linux x86_64, musl 1.2: cp36m cp37m cp38 cp39 cp310 cp311 cp312 cp313 cp314 cp315"]


@pytest.mark.parametrize("name", ["regraft-0.1.0.tar.gz", "regraft-0.1.0-cp27-cp27mu.whl"])
def test_what_is_no_name_of_a_wheel_is_an_error(name):
    with pytest.raises(ValueError, match="is not the name of a wheel"):
        choice.Tags(name)


def test_for_this_interpreter_it_is_as_packaging_says():
    here = host.examine()
    known = {str(each) for each in packaging.tags.sys_tags()}
    assert "%s-%s-linux_%s" % (here.python, here.abi, here.machine) in known
    platforms = ["manylinux_2_5_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64",
                 "musllinux_1_1_x86_64", "musllinux_1_2_x86_64", "linux_x86_64", "linux_aarch64", "manylinux2014_aarch64",
                 "manylinux_2_99_x86_64", "manylinux_3_1_x86_64", "macosx_11_0_arm64", "win_amd64",
                 "manylinux_%d_%d_%s" % (*here.libc_version, here.machine)]
    for each in platforms:
        accepted = choice.rank_platform(each, here) is not None
        assert accepted == ("%s-%s-%s" % (here.python, here.abi, each) in known), each


@pytest.mark.parametrize("maximum, malloc, debug, flags", [
    (0x10FFFF, 1, False, "mu"), (0xFFFF, 1, False, "m"), (0x10FFFF, 0, False, "u"), (0x10FFFF, None, False, "mu"),
    (0x10FFFF, 1, True, "dmu"),
])
def test_of_2_7_the_flags_are_found_without_the_interpreter_telling(monkeypatch, maximum, malloc, debug, flags):
    monkeypatch.delattr(sys, "abiflags")
    monkeypatch.setattr(sys, "maxunicode", maximum)
    monkeypatch.setattr(host.sysconfig, "get_config_var", {"WITH_PYMALLOC": malloc}.get)
    if debug:
        monkeypatch.setattr(sys, "gettotalrefcount", None, raising=False)
    assert host.find_flags() == flags


def test_a_32_bit_python_on_a_64_bit_kernel_is_a_32_bit_host(monkeypatch):
    monkeypatch.setattr(host.struct, "calcsize", lambda kind: 4)
    for kernel, machine in (("x86_64", "i686"), ("aarch64", "armv7l"), ("i686", "i686")):
        monkeypatch.setattr(host.os, "uname", lambda: ("Linux", "", "", "", kernel))
        assert host.find_machine() == machine


def test_the_version_of_glibc_is_found_where_confstr_is_not_there_or_knows_nothing(monkeypatch):
    usual = host.find_libc()
    assert usual[0] == "glibc"
    monkeypatch.delattr(os, "confstr")
    assert host.find_libc() == usual


def test_the_version_of_musl_is_what_its_loader_says(monkeypatch, tmp_path):
    loader = tmp_path / "ld-musl-x86_64.so.1"
    loader.write_text("#!/bin/sh\necho 'musl libc (x86_64)\nVersion 1.2.5\nDynamic Program Loader' >&2\nexit 1\n")
    loader.chmod(0o755)
    monkeypatch.delattr(os, "confstr")
    monkeypatch.setattr(host, "_ask_glibc", lambda: None)
    monkeypatch.setattr(host.glob, "glob", lambda pattern: [str(tmp_path / "broken"), str(loader)])
    assert host.find_libc() == ("musl", (1, 2))
    monkeypatch.setattr(host.glob, "glob", lambda pattern: [])
    assert host.find_libc() == (None, ())


@pytest.mark.parametrize("interpreter", interpreters.find(), ids=lambda each: each.version)
def test_each_interpreter_found_is_described_as_what_it_is(interpreter):
    package = Path(choice.__file__).parent
    code = "import sys; sys.path.insert(0, sys.argv[1]); from installer import host; print(host.examine().describe())"
    said = subprocess.run([interpreter.path, "-c", code, package.parent], check=True, stdout=subprocess.PIPE, text=True,
                          env={"PYTHONDONTWRITEBYTECODE": "1"}).stdout
    flags = {"2.7": "mu", "3.6": "m", "3.7": "m"}.get(interpreter.series, "")
    libc = "glibc %d.%d" % packaging.tags._manylinux._get_glibc_version()
    assert said.strip() == "CPython %s (cp%s%s) on Linux %s, %s" % (
        interpreter.version, interpreter.series.replace(".", ""), flags, os.uname().machine, libc)
