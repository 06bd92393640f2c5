"""build_support: what a build refuses, with which words."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from build_support import cythonize, openssl  # noqa: E402
from build_support.compiler import Probe  # noqa: E402

COMPILER = sysconfig.get_config_var("CC").split()[0]


@pytest.fixture
def python_h(tmp_path):
    """An include directory with a Python.h: the compiler shall find it, not more."""
    folder = tmp_path / "python"
    folder.mkdir()
    (folder / "Python.h").write_text("")
    return folder


@pytest.fixture
def probe(python_h):
    return Probe([COMPILER, "-I" + str(python_h)])


def make_prefix(folder: Path, version: str, library: bool = True) -> Path:
    """A prefix with headers of that version text, and perhaps a library that is none."""
    headers = folder / "include" / "openssl"
    headers.mkdir(parents=True)
    (headers / "ssl.h").write_text("#include <openssl/opensslv.h>\n")
    (headers / "crypto.h").write_text("")
    (headers / "opensslv.h").write_text('#define OPENSSL_VERSION_TEXT "%s"\n' % version)
    (folder / "lib").mkdir()
    if library:
        (folder / "lib" / "libssl.so").write_text("no library")
        (folder / "lib" / "libcrypto.so").write_text("no library")
    return folder


def refusal(call, *arguments) -> str:
    with pytest.raises(openssl.Refused) as caught:
        call(*arguments)
    return str(caught.value)


def test_the_openssl_of_this_machine_passes(probe):
    found = openssl.find()
    openssl.check(probe, found)
    assert openssl.parse_version(found.headers) >= (1, 1, 1)


@pytest.mark.parametrize("version, reason", [
    ("OpenSSL 1.0.2u  20 Dec 2019", "older than 1.1.1"),
    ("OpenSSL 1.1.0l  10 Sep 2019", "older than 1.1.1"),
    ("LibreSSL 3.8.2", "not OpenSSL"),
    ("OpenSSL 1.1.1 (compatible; BoringSSL)", "not OpenSSL"),
])
def test_an_openssl_that_is_too_old_or_a_fork_is_refused_by_name_and_place(
    probe, tmp_path, version, reason
):
    prefix = make_prefix(tmp_path / "prefix", version)
    words = refusal(openssl.check, probe, openssl.find({"REGRAFT_OPENSSL": str(prefix)}))
    assert version in words
    assert reason in words
    assert "REGRAFT_OPENSSL=%s" % prefix in words
    assert "libssl-dev" in words and "openssl-devel" in words and "openssl@3" in words


def test_a_prefix_that_does_not_exist_is_refused_and_nothing_else_is_taken(tmp_path):
    words = refusal(openssl.find, {"REGRAFT_OPENSSL": str(tmp_path / "nowhere")})
    assert "there is no such directory" in words


def test_a_prefix_without_headers_is_refused(tmp_path):
    words = refusal(openssl.find, {"REGRAFT_OPENSSL": str(tmp_path)})
    assert "there is no openssl/ssl.h in %s" % (tmp_path / "include") in words


def test_a_prefix_without_libraries_is_refused(tmp_path):
    prefix = make_prefix(tmp_path / "prefix", "OpenSSL 3.5.0 8 Apr 2025", library=False)
    words = refusal(openssl.find, {"REGRAFT_OPENSSL": str(prefix)})
    assert "there is no libssl in" in words


def test_a_shared_library_of_a_prefix_is_found_at_run_time_too(tmp_path):
    prefix = make_prefix(tmp_path / "prefix", "OpenSSL 3.5.0 8 Apr 2025")
    found = openssl.find({"REGRAFT_OPENSSL": str(prefix)})
    assert found.runtime_library_dirs == [str(prefix / "lib")]


def test_a_static_library_of_a_prefix_brings_what_it_needs(tmp_path):
    prefix = make_prefix(tmp_path / "prefix", "OpenSSL 3.5.0 8 Apr 2025", library=False)
    (prefix / "lib64").mkdir()
    (prefix / "lib64" / "libssl.a").write_text("")
    found = openssl.find({"REGRAFT_OPENSSL": str(prefix)})
    assert found.library_dirs == [str(prefix / "lib64")]
    assert found.runtime_library_dirs == []
    assert found.libraries == ["ssl", "crypto", "dl", "pthread"]


def test_a_prefix_may_have_what_depends_on_the_machine_in_directories_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: {"MULTIARCH": "some-machine"}.get(name))
    prefix = make_prefix(tmp_path / "prefix", "OpenSSL 1.1.1w 11 Sep 2023")
    (prefix / "lib").rename(prefix / "moved")
    (prefix / "lib").mkdir()
    (prefix / "moved").rename(prefix / "lib" / "some-machine")
    (prefix / "include" / "some-machine" / "openssl").mkdir(parents=True)
    found = openssl.find({"REGRAFT_OPENSSL": str(prefix)})
    assert found.include_dirs == [str(prefix / "include"), str(prefix / "include" / "some-machine")]
    assert found.library_dirs == found.runtime_library_dirs == [str(prefix / "lib" / "some-machine")]


def test_a_library_that_does_not_link_is_refused_with_the_linkers_words(probe, tmp_path):
    prefix = make_prefix(tmp_path / "prefix", "OpenSSL 3.5.0 8 Apr 2025")
    words = refusal(openssl.check, probe, openssl.find({"REGRAFT_OPENSSL": str(prefix)}))
    assert "OpenSSL 3.5.0" in words
    assert "does not link or run" in words


def test_missing_headers_of_openssl_give_the_name_of_the_package(python_h, tmp_path):
    empty = openssl.OpenSSL("the compiler's own search path")
    words = refusal(openssl.check, Probe([COMPILER, "-nostdinc", "-I" + str(python_h)]), empty)
    assert "the headers of OpenSSL are missing" in words
    assert "libssl-dev" in words


def test_missing_headers_of_python_give_the_name_of_the_package():
    words = refusal(openssl.check, Probe([COMPILER, "-nostdinc"]), openssl.find())
    assert "Python.h" in words
    assert "python%d.%d-dev" % sys.version_info[:2] in words


def test_a_missing_compiler_gives_the_name_of_the_package():
    words = refusal(openssl.check, Probe(["no-such-compiler"]), openssl.find())
    assert "no-such-compiler" in words
    assert "build-essential" in words


def test_pkg_config_decides_when_no_prefix_is_named(tmp_path):
    command = tmp_path / "pkg-config"
    command.write_text(
        "#!/bin/sh\ncase $1 in --variable=prefix) echo /opt/ssl;; "
        "*) echo -I/opt/ssl/include -L/opt/ssl/lib -lssl -lcrypto;; esac\n"
    )
    command.chmod(0o755)
    found = openssl.find({"PKG_CONFIG": str(command)})
    assert found.include_dirs == ["/opt/ssl/include"]
    assert found.library_dirs == found.runtime_library_dirs == ["/opt/ssl/lib"]
    assert found.libraries == ["ssl", "crypto"]
    assert "/opt/ssl" in found.origin


def test_without_pkg_config_the_compiler_searches_by_itself():
    found = openssl.find({"PKG_CONFIG": "no-such-pkg-config"})
    assert found.include_dirs == []
    assert found.libraries == ["ssl", "crypto"]


@pytest.mark.parametrize("loaded", [
    "OpenSSL 3.0.19 27 Jan 2026", "OpenSSL 4.0.0 14 Apr 2026", "OpenSSL 1.1.1w  11 Sep 2023",
    "LibreSSL 3.8.2",
])
def test_a_library_that_does_not_fit_the_headers_is_refused(loaded):
    words = refusal(openssl.check_loaded, loaded, "OpenSSL 3.5.0 8 Apr 2025", "pkg-config")
    assert loaded in words


@pytest.mark.parametrize("loaded", ["OpenSSL 3.5.0 8 Apr 2025", "OpenSSL 3.6.2 1 Apr 2026"])
def test_a_library_as_new_as_the_headers_is_taken(loaded):
    openssl.check_loaded(loaded, "OpenSSL 3.5.0 8 Apr 2025", "pkg-config")


def test_without_cython_the_way_to_get_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "Cython", None)
    with pytest.raises(cythonize.CythonFailed, match="pip install Cython==3.0.12"):
        cythonize.c_source(str(ROOT))


def test_a_cython_that_is_too_old_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "Cython", type(sys)("Cython"))
    sys.modules["Cython"].__version__ = "0.29.37"
    with pytest.raises(cythonize.CythonFailed, match="not 0.29.37"):
        cythonize.c_source(str(ROOT))


def test_the_c_source_is_kept_until_a_source_of_it_changes(monkeypatch, tmp_path):
    made = []

    def generate(root, target):
        made.append(target)
        Path(target).write_text("")

    monkeypatch.setattr(cythonize, "_generate", generate)
    monkeypatch.setattr(cythonize, "_cython_version", lambda shipped=False: "3.0.12")
    (tmp_path / "build_support").mkdir()
    (tmp_path / "build_support" / "cythonize.py").write_text("")
    (tmp_path / "ext").mkdir()
    source, header = tmp_path / "ext" / "_openssl.pyx", tmp_path / "ext" / "compat.h"
    source.write_text("1")
    first = cythonize.c_source(str(tmp_path))
    header.write_text("read by the compiler only")
    assert cythonize.c_source(str(tmp_path)) == first
    assert made == [first]
    source.write_text("2")
    assert cythonize.c_source(str(tmp_path)) != first


def run_preflight(**variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", str(ROOT / "build_support" / "preflight.sh")], capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "PYTHON": sys.executable} | variables,
    )


def test_make_names_every_missing_thing_before_it_starts(tmp_path):
    done = run_preflight(PYTHON="no-python", REGRAFT_OPENSSL=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "PYTHON=no-python is not a Python 3.11 or newer" in done.stderr
    assert "libssl-dev" in done.stderr
    done = run_preflight(CC="no-compiler")
    assert done.returncode == 1
    assert "build-essential" in done.stderr


def test_make_is_told_the_python_to_use():
    done = run_preflight()
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == sys.executable
