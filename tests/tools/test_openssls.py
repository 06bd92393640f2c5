"""regraft_tools.openssls: which OpenSSL a build takes, and what is made sure of before tests run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from regraft_tools import debian, openssls

LISTING = """\
000000000004a0b0 T SSL_new@@OPENSSL_3.0.0
000000000004a0b1 T SSL_free@@OPENSSL_3.0.0
0000000000000000 A OPENSSL_3.0.0
000000000004a0b2 T SSL_poll@@OPENSSL_3.5.0
000000000004a0b3 D SSL_data@@OPENSSL_3.10.0
                 U write@GLIBC_2.2.5
"""
OF_TRIXIE = openssls.Release("3.5", "trixie", "libssl3t64")
OF_SYSTEM = openssls.Release("")


def test_symbols_keep_their_versions_and_all_others_are_hidden():
    assert openssls.version_script(LISTING) == (
        "OPENSSL_3.0.0 {\n    global:\n        SSL_free;\n        SSL_new;\n    local: *;\n} ;\n"
        "OPENSSL_3.5.0 {\n    global:\n        SSL_poll;\n} OPENSSL_3.0.0;\n"
        "OPENSSL_3.10.0 {\n    global:\n        SSL_data;\n} OPENSSL_3.5.0;\n"
    )


def test_a_library_whose_symbols_have_no_versions_is_not_linked_anew():
    with pytest.raises(ValueError):
        openssls.version_script("000000000004a0b0 T SSL_new\n")


def make_package(root: Path) -> Path:
    """A tree as a libssl-dev makes it, with libraries of one function each; its usr."""
    lib = root / "tree/usr/lib/some-machine"
    lib.mkdir(parents=True)
    for name, text in (
        ("crypto", "int number(const char *text) { return (int)__isoc23_strtol(text, 0, 10); }"),
        ("ssl", "int twice(const char *text) { return 2 * number(text); }"),
    ):
        source = lib / (name + ".c")
        source.write_text(
            "long __isoc23_strtol(const char *, char **, int); int number(const char *);" + text
        )
        compiled = lib / (name + ".o")
        subprocess.run(["cc", "-fPIC", "-c", source, "-o", compiled], check=True)
        subprocess.run(["ar", "rc", lib / ("lib%s.a" % name), compiled], check=True)
        symbol = {"crypto": "number", "ssl": "twice"}[name]
        script = lib / "map"
        script.write_text("V_1 { global: %s; local: *; };" % symbol)
        soname = "lib%s.so.7" % name
        subprocess.run(
            ["cc", "-shared", "-Wl,-soname," + soname, "-Wl,--version-script=%s" % script,
             "-Wl,--unresolved-symbols=ignore-all", compiled, "-o", lib / soname], check=True,
        )
        (lib / ("lib%s.so" % name)).symlink_to(soname)
    for folder, header in (("", "ssl.h"), ("some-machine", "configuration.h")):
        place = root / "tree/usr/include" / folder / "openssl"
        place.mkdir(parents=True)
        (place / header).write_text("")
    return root / "tree/usr"


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_a_library_that_needs_a_newer_c_library_is_linked_anew_and_works(tmp_path):
    usr = make_package(tmp_path)
    packaged = usr / "lib/some-machine"
    target = tmp_path / "prefix"
    target.mkdir()
    openssls._relink(usr, packaged, target)
    assert sorted(each.name for each in (target / "include/openssl").iterdir()) == [
        "configuration.h", "ssl.h"]
    assert sorted(each.name for each in (target / "lib").iterdir()) == [
        "libcrypto.so", "libcrypto.so.7", "libssl.so", "libssl.so.7"]
    program = tmp_path / "program.c"
    program.write_text("int twice(const char *); int main(void) { return twice(\"21\") != 42; }")
    lib = target / "lib"
    subprocess.run(
        ["cc", program, "-L%s" % lib, "-Wl,-rpath,%s" % lib, "-lssl", "-lcrypto", "-o",
         tmp_path / "program"], check=True,
    )
    assert subprocess.run([tmp_path / "program"], check=False).returncode == 0
    assert openssls._loads(lib)
    assert openssls.libraries_of(target) == lib


def test_a_suite_that_has_moved_on_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(debian, "unpack", lambda suite, packages: tmp_path)
    monkeypatch.setattr(debian, "versions", lambda tree: {"libssl-dev": "3.50.1-1"})
    with pytest.raises(debian.Unavailable, match="trixie has OpenSSL 3.50.1-1 now, not 3.5"):
        openssls.prefix(OF_TRIXIE)


def test_the_system_has_no_prefix_and_needs_no_package(monkeypatch):
    monkeypatch.setattr(debian, "unpack", None)
    assert openssls.prefix(OF_SYSTEM) is None


def test_builds_take_the_prefix_within_and_what_they_took_before_afterwards(monkeypatch, tmp_path):
    monkeypatch.setenv(openssls.VARIABLE, "before")
    with openssls.using(tmp_path):
        assert os.environ[openssls.VARIABLE] == str(tmp_path)
    with openssls.using(None):
        assert openssls.VARIABLE not in os.environ
    assert os.environ[openssls.VARIABLE] == "before"


class Answering:
    """An environment whose program answers what it is told to."""

    def __init__(self, *files: str, ours: bool = True) -> None:
        self._answer = {"version": "OpenSSL 3.5.9", "ours": ours, "extension": "x.so", "files": files}

    def run(self, *arguments, **options):
        return SimpleNamespace(stdout=json.dumps(self._answer))


def test_the_version_is_told_if_all_libraries_are_of_the_prefix(tmp_path):
    files = [str(tmp_path / "lib" / name) for name in ("libssl.so.3", "libcrypto.so.3")]
    assert openssls.confirm(Answering(*files), tmp_path) == "OpenSSL 3.5.9"


@pytest.mark.parametrize("answer", [
    Answering("/prefix/lib/libssl.so.3", "/usr/lib/libcrypto.so.3"),
    Answering("/usr/lib/libssl.so.3"),
    Answering(),
    Answering("/prefix/lib/libssl.so.3", ours=False),
])
def test_another_library_than_the_one_meant_is_never_tested(answer):
    with pytest.raises(openssls.WrongOpenSSL):
        openssls.confirm(answer, Path("/prefix"))


def test_a_library_of_the_cache_is_not_the_systems(monkeypatch):
    monkeypatch.setenv(debian.VARIABLE, "/cache")
    with pytest.raises(openssls.WrongOpenSSL):
        openssls.confirm(Answering("/cache/openssl/3.5.9/lib/libssl.so.3"), None)
    assert openssls.confirm(Answering("/usr/lib/libssl.so.3"), None) == "OpenSSL 3.5.9"


HOSTS = [SimpleNamespace(version="2.7.18"), SimpleNamespace(version="3.13.0")]


def test_each_release_is_run_on_each_interpreter_and_the_systems_build_on_a_newer_one():
    titles = [job.title for job in openssls.plan(HOSTS, installed="3.0.19")]
    assert len(titles) == len(set(titles)) == 2 * len(openssls.RELEASES) + 2
    assert "2.7.18 openssl-4" in titles
    assert "3.13.0 openssl-3.6, built with openssl-system" in titles
    chosen = openssls.plan(HOSTS[:1], ["openssl-1.1.1"], "3.0.19")
    assert [job.title for job in chosen] == ["2.7.18 openssl-1.1.1"]


@pytest.mark.parametrize("installed", ["1.1.1w", "3.6.5", "3.60.1", "4.0.3"])
def test_a_system_with_another_library_or_one_as_new_is_not_mixed(installed):
    jobs = openssls.plan(HOSTS, installed=installed)
    assert len(jobs) == 2 * len(openssls.RELEASES)
    assert all(job.built == job.runs for job in jobs)


def test_a_release_that_cannot_be_had_is_a_failure_with_its_reason(monkeypatch, tmp_path):
    def refuse(release):
        raise debian.Unavailable("the mirror is asleep")

    monkeypatch.setattr(openssls, "prefix", refuse)
    job = openssls.Job(SimpleNamespace(version="2.7.18"), OF_TRIXIE, OF_TRIXIE)
    finished = openssls.run(job, [], tmp_path, tmp_path)
    assert finished.row.failed == 1
    assert finished.output == "the mirror is asleep"
