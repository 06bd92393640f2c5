"""The Python for musl: what is taken of its source, what is kept, and what is said where it cannot be made."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import pytest

from regraft_tools import debian, interpreters
from regraft_tools.wheels import hosts, musl_python, toolchain


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A toolchain of nothing, and a cache of nothing."""
    monkeypatch.setenv(debian.VARIABLE, str(tmp_path / "cache"))
    return toolchain.Toolchain(tmp_path / "python", tmp_path / "zig", tmp_path / "home")


@pytest.fixture
def builds(monkeypatch):
    """Notes what is built, which is an empty directory."""
    seen = []

    def make(series, target, tools, making):
        seen.append((series, target.triple))
        (making / "product").mkdir()

    monkeypatch.setattr(musl_python, "_make", make)
    return seen


def pack(path: Path, name: str, text: str) -> None:
    with tarfile.open(path, "w:xz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))


def test_upstreams_part_of_a_source_package_is_taken_and_nothing_of_debians(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    pack(files / "python3.9_3.9.2.orig.tar.xz", "Python-3.9.2/configure", "upstream's")
    pack(files / "python3.9_3.9.2-1.debian.tar.xz", "debian/patches/series", "Debian's")
    (files / "python3.9_3.9.2.orig.tar.xz.asc").write_text("a signature")
    (files / "python3.9_3.9.2-1.dsc").write_text("a description")
    musl_python.unpack(files, tmp_path / "tree")
    assert [each.name for each in (tmp_path / "tree").iterdir()] == ["configure"]
    assert (tmp_path / "tree/configure").read_text() == "upstream's"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["files", "tree"]


def test_it_is_built_once_for_each_series_and_machine(tools, builds):
    roots = [musl_python.system(series, machine, tools) for _ in range(2)
             for series, machine in (("3.9", "x86_64"), ("3.13", "x86_64"), ("3.13", "aarch64"))]
    assert builds == [("3.9", "x86_64-linux-musl"), ("3.13", "x86_64-linux-musl"), ("3.13", "aarch64-linux-musl")]
    assert roots[:3] == roots[3:] and len(set(roots)) == 3 and all(each.is_dir() for each in roots)


def test_another_compiler_builds_it_anew(tools, builds, monkeypatch):
    first = musl_python.system("3.13", tools=tools)
    monkeypatch.setattr(toolchain, "pinned", lambda package: "another")
    assert musl_python.system("3.13", tools=tools) != first and len(builds) == 2


def test_a_build_that_fails_leaves_nothing(tools, monkeypatch):
    def fail(series, target, tools, making):
        (making / "half").write_text("done")
        raise toolchain.Failed("does not compile")

    monkeypatch.setattr(musl_python, "_make", fail)
    with pytest.raises(toolchain.Failed):
        musl_python.system("3.13", tools=tools)
    assert [each.suffix for each in (tools.home / "pythons").iterdir()] == [".lock"]


def test_without_a_python_of_the_series_it_says_what_to_do(tools, monkeypatch):
    monkeypatch.setattr(interpreters, "search", lambda series: interpreters.Search(()))
    with pytest.raises(musl_python.NotPossible, match=re.escape("`pyenv install 3.13`")):
        musl_python.system("3.13", tools=tools)


@pytest.mark.parametrize("series, machine", [("2.7", "x86_64"), ("3.13", "riscv64")])
def test_what_nobody_can_make_is_refused_by_name(tools, builds, series, machine):
    with pytest.raises(LookupError, match="3.9 and 3.13 on x86_64 and aarch64"):
        musl_python.system(series, machine, tools)
    assert builds == []


def test_each_series_has_a_debian_and_wheels():
    for series in musl_python.SERIES:
        assert series in hosts.SUITES
        (host,) = hosts.named([series])
        assert set(musl_python.TARGETS.values()) <= set(host.targets())
