"""What is put into a wheel, what a build may see of the machine, and what a second build is compared with."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from regraft_tools import environments
from regraft_tools.wheels import command, hosts, openssl, packing, sbom, targets, toolchain
from regraft_tools.wheels.extension import Workshop
from regraft_tools.wheels.source import Source

HOST = hosts.named(["3.13"])[0]
EPOCH = 1700000000


@pytest.fixture
def tools(tmp_path):
    return toolchain.Toolchain(Path(sys.executable), tmp_path / "some where" / "zig", tmp_path / "home")


@pytest.fixture
def lay_out(tmp_path, tools):
    """A function that lays out a wheel for a target."""
    def write(path: Path, text: str = "") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    room = tmp_path / "room"
    write(room / "modules/regraft/overlay/ssl.py")
    write(room / "information/regraft-1.2.3.dist-info/METADATA", "Name: regraft\nVersion: 1.2.3\n")
    tarball = write(tmp_path / "openssl.tar.gz", "sources")
    write(tmp_path / "built/LICENSE.txt", "licence of OpenSSL")
    parts = packing.Parts(room / "modules", room / "information/regraft-1.2.3.dist-info", "1.2.3")
    workshop = Workshop(room, room, tools, room, EPOCH)

    def make(target: targets.Target) -> Path:
        extension = write(tmp_path / HOST.extension_name(target))
        built = openssl.Built(tmp_path / "built", Source("3.5.7", "", tarball), target, "key")
        return packing.lay_out(parts, HOST, target, extension, built, workshop)

    return make


@pytest.fixture
def layout(lay_out):
    return lay_out(targets.X86_64)


def test_a_wheel_has_modules_extension_metadata_licences_and_bill_of_materials(layout):
    information = "regraft-1.2.3.dist-info/"
    assert {each.relative_to(layout).as_posix() for each in layout.rglob("*") if each.is_file()} == {
        "regraft/overlay/ssl.py", "regraft/_openssl.cpython-313-x86_64-linux-gnu.so", information + "METADATA",
        information + "WHEEL", information + "licenses/openssl/LICENSE.txt", information + "sboms/" + sbom.NAME,
    }
    document = json.loads((layout / information / "sboms" / sbom.NAME).read_text())
    assert document["metadata"]["component"]["version"] == "1.2.3"


def test_a_wheel_whose_extension_has_no_tag_in_its_name_says_for_which_python_it_is(lay_out):
    names = {each.name for each in (lay_out(targets.MUSL_X86_64) / "regraft").iterdir()}
    assert names == {"overlay", "_openssl.so", "_openssl-for-cpython-313"}
    # As the start-up code looks for it.
    boot = (environments.checkout() / "src/regraft/_boot.py").read_text()
    assert re.search(r'^MARK = "_openssl-for-"$', boot, re.M)


def test_both_spellings_of_a_platform_are_among_the_tags(layout):
    lines = (layout / "regraft-1.2.3.dist-info/WHEEL").read_text().splitlines()
    assert [each for each in lines if each.startswith("Tag: ")] == [
        "Tag: cp313-cp313-manylinux_2_17_x86_64", "Tag: cp313-cp313-manylinux2014_x86_64"]
    assert "Root-Is-Purelib: false" in lines


def test_modes_of_files_are_those_of_a_wheel_and_not_of_whoever_made_it(layout):
    modes = {each.suffix: each.stat().st_mode & 0o777 for each in layout.rglob("*") if each.is_file()}
    assert modes[".so"] == 0o755 and modes[".py"] == modes[".json"] == 0o644


def test_each_tool_is_pinned_by_version_and_hash():
    lines = toolchain.REQUIREMENTS.read_text().replace("\\\n", "").splitlines()
    requirements = [each for each in lines if each and not each.startswith("#")]
    assert len(requirements) >= 5
    for each in requirements:
        assert re.fullmatch(r"[\w-]+ == [\w.]+ +(--hash=sha256:[0-9a-f]{64} *)+", each), each


def test_the_cython_of_the_wheels_is_the_one_of_every_other_build():
    project = (toolchain.REQUIREMENTS.parents[3] / "pyproject.toml").read_text()
    assert '"Cython == %s"' % toolchain.pinned("Cython") in project


def test_a_tool_that_is_not_pinned_has_no_version():
    with pytest.raises(LookupError, match="pins no gcc"):
        toolchain.pinned("gcc")


def test_commands_are_for_the_target_and_stand_paths_with_blanks(tools, tmp_path):
    tools.zig.parent.mkdir()
    tools.zig.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    tools.zig.chmod(0o755)
    tools.install(targets.AARCH64, tmp_path / "bin")
    words = toolchain.run(
        [str(tmp_path / "bin" / toolchain.CC), "-c", "a b.c"], tmp_path, tools.variables(tmp_path / "bin", EPOCH))
    assert words.splitlines() == ["cc", "-target", "aarch64-linux-gnu.2.17", "-c", "a b.c"]


def test_flags_of_the_caller_do_not_reach_a_build(tools, tmp_path, monkeypatch):
    for name in ("CFLAGS", "LDFLAGS", "CC", "PYTHONPATH", "OPENSSL_CONF", "SOURCE_DATE_EPOCH"):
        monkeypatch.setenv(name, "1")
    variables = tools.variables(tmp_path, EPOCH)
    assert variables["SOURCE_DATE_EPOCH"] == str(EPOCH)
    assert not {"CFLAGS", "LDFLAGS", "CC", "PYTHONPATH", "OPENSSL_CONF"} & set(variables)


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path):
    with pytest.raises(toolchain.Failed, match=r"failed \(exit status 3\): .*\n    alas"):
        toolchain.run([sys.executable, "-c", "print('alas'); raise SystemExit(3)"], tmp_path, {})
    with pytest.raises(toolchain.Failed, match="nowhere: No such file"):
        toolchain.run(["nowhere"], tmp_path, {})


def zip_of(path: Path, **files: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return path


@pytest.mark.parametrize("second, differs", [({"a": "1", "b": "2"}, None), ({"a": "1", "b": "3"}, "b")])
def test_a_wheel_that_comes_out_differently_names_the_files(tmp_path, tools, monkeypatch, second, differs):
    first = zip_of(tmp_path / "first/x.whl", a="1", b="2")
    monkeypatch.setattr(toolchain, "ensure", lambda home: tools)
    monkeypatch.setattr(
        command, "make", lambda plan, found, into, epoch, tools: {targets.X86_64: [zip_of(into / "x.whl", **second)]})
    if differs is None:
        command.check_again([], None, EPOCH, [first])
    else:
        with pytest.raises(command.Different, match="x.whl comes out differently when it is made again: b$"):
            command.check_again([], None, EPOCH, [first])


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_an_openssl_without_its_assembly_is_refused(tmp_path, machine):
    target = next(each for each in targets.TARGETS if each.machine == machine)
    names = [*openssl._ASSEMBLY, *(openssl._ASSEMBLY_X86_64 if machine == "x86_64" else ())]
    (tmp_path / "Makefile").write_text("\t$(CC) %s\n" % " ".join("-D" + each for each in names))
    openssl._check_configured(tmp_path, target)
    (tmp_path / "Makefile").write_text("\t$(CC) %s\n" % " ".join("-D" + each for each in names[1:]))
    with pytest.raises(toolchain.Failed, match="was configured without OPENSSL_CPUID_OBJ$"):
        openssl._check_configured(tmp_path, target)
