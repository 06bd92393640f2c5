"""The wheels of this checkout: what is in them, and what the extension shows to others."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from regraft_tools import environments, testing

sys.path.insert(0, str(environments.checkout()))
from build_support import openssl  # noqa: E402

FOUND = [each for each in testing.choose([]).found if each.has_headers]
# The oldest and the newest: their init functions have different names.
CHOSEN = list(dict.fromkeys([*FOUND[:1], *FOUND[-1:]]))
SOURCE = environments.checkout() / "src"
SHIPPED = (".py", ".pyi", ".pth", ".start", ".json", ".typed")


@pytest.fixture(scope="module", params=CHOSEN, ids=lambda each: each.version)
def interpreter(request):
    return request.param


@pytest.fixture(scope="module")
def unpacked(interpreter, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(environments.wheel(interpreter)) as archive:
        archive.extractall(folder)
    return folder


def files_of(folder: Path) -> set[str]:
    """Names of the files of a tree that belong to the runtime."""
    return {
        each.relative_to(folder).as_posix() for each in (folder / "regraft").rglob("*")
        if each.suffix in SHIPPED and "__pycache__" not in each.parts
    }


def extension_in(folder: Path) -> Path:
    """The one extension of a wheel."""
    (extension,) = folder.rglob("*.so")
    return extension


def test_each_file_of_the_runtime_is_in_the_wheel_and_no_other(unpacked):
    assert files_of(unpacked) == files_of(SOURCE)


def test_the_overlay_is_a_directory_of_modules_not_a_package(unpacked):
    assert (unpacked / "regraft" / "overlay" / "ssl.py").is_file()
    assert not (unpacked / "regraft" / "overlay" / "__init__.py").exists()


def test_the_wheel_brings_one_extension_and_nothing_outside_its_package(unpacked):
    assert extension_in(unpacked).parent == unpacked / "regraft"
    tops = {each.name for each in unpacked.iterdir() if not each.name.endswith(".dist-info")}
    assert tops == {"regraft"}


def test_the_metadata_says_the_version_and_the_pythons(unpacked):
    (metadata,) = unpacked.glob("*.dist-info/METADATA")
    lines = metadata.read_text().splitlines()
    assert "Name: regraft" in lines
    (python,) = [each for each in lines if each.startswith("Requires-Python:")]
    assert ">=2.7" in python and "!=3.5.*" in python
    (version,) = [each.split()[1] for each in lines if each.startswith("Version:")]
    assert '__version__ = "%s"' % version in (SOURCE / "regraft" / "__init__.py").read_text()


@pytest.mark.skipif(not shutil.which("nm"), reason="nm (binutils) is not installed")
def test_the_extension_exports_its_init_function_and_nothing_else(unpacked, interpreter):
    done = subprocess.run(
        ["nm", "-D", "--defined-only", extension_in(unpacked)], capture_output=True, text=True,
        check=True,
    )
    names = {line.split()[-1] for line in done.stdout.splitlines()}
    assert names == {"init_openssl" if interpreter.series == "2.7" else "PyInit__openssl"}


def test_the_extension_knows_its_full_name(unpacked):
    # Types, tracebacks and pickles have it; Cython drops it silently when it is asked wrongly.
    assert b"regraft._openssl" in extension_in(unpacked).read_bytes()


def test_the_extension_tells_nothing_about_the_machine_that_built_it(unpacked):
    content = extension_in(unpacked).read_bytes()
    assert str(environments.directory()).encode() not in content


def test_the_extension_compiles_without_a_warning(interpreter):
    builder = environments._builder(interpreter)
    where = "from build_support.cythonize import c_source; print(c_source('.'))"
    source = builder.run(
        "-c", where, env={"REGRAFT_CYTHON_CACHE": str(environments.directory() / "cython")},
        cwd=environments.checkout(), stdout=subprocess.PIPE, text=True,
    ).stdout.strip()
    done = subprocess.run(
        [
            *sysconfig.get_config_var("CC").split(), "-fsyntax-only", "-O2", "-Wall", "-Wextra",
            # These are about what Cython writes, whatever the source.
            "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Wno-cast-function-type",
            "-fno-strict-aliasing", *openssl.find().compile_arguments(),
            "-I%s" % interpreter.include, "-Iext", source,
        ],
        cwd=environments.checkout(), capture_output=True, text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_build_from_a_wrong_prefix_ends_with_an_explanation(interpreter, tmp_path, monkeypatch):
    builder = environments._builder(interpreter)
    environments.copy_sources(tmp_path / "sources")
    done = builder.run(
        "setup.py", "build_ext", env={"REGRAFT_OPENSSL": str(tmp_path / "nowhere")}, check=False,
        cwd=tmp_path / "sources", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    assert done.returncode != 0
    assert "REGRAFT_OPENSSL=%s: there is no such directory" % (tmp_path / "nowhere") in done.stdout
    assert "Traceback" not in done.stdout
