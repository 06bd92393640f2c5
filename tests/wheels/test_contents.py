"""What is in each wheel, for whatever machine it is; and that each of these gates can fail."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import systems

from conftest import MISSING

GATES = ("record", "exports", "calls", "tag", "sbom", "size", "paths")


@pytest.fixture(scope="module")
def verdicts(judge, wheels):
    return judge(*[each.path for each in wheels])


@pytest.mark.parametrize("gate", GATES)
def test_a_wheel_passes_the_gate(verdicts, wheel, gate):
    assert verdicts[str(wheel.path)][gate] == []


def test_these_are_all_gates(verdicts):
    assert all(set(each) == set(GATES) for each in verdicts.values())


# ---- each gate can fail ----------------------------------------------------------------

@pytest.fixture
def change(tmp_path, wheels):
    """A function that makes a wheel that differs from a good one; RECORD is right unless that is the difference."""
    good = next(each for each in wheels if each.suits(each.series))

    def make(edit=None, name=None, sign=True):
        folder = tmp_path / "content"
        with zipfile.ZipFile(good.path) as archive:
            archive.extractall(folder)
        if edit:
            edit(folder)
        (record,) = folder.glob("*.dist-info/RECORD")
        lines = []
        for each in sorted(folder.rglob("*")):
            if each.is_file() and each != record:
                data = each.read_bytes()
                value = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                lines.append("%s,sha256=%s,%d\n" % (each.relative_to(folder).as_posix(), value, len(data)))
        if sign:
            record.write_text("".join(lines) + "%s,,\n" % record.relative_to(folder).as_posix())
        target = tmp_path / (name or good.path.name)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(folder.rglob("*")):
                if each.is_file():
                    archive.write(each, each.relative_to(folder).as_posix())
        return target

    make.good = good
    return make


def put_in(folder, source, options=()):
    """Replaces the extension by one of a C source."""
    compiler = shutil.which("cc")
    if compiler is None:
        systems.lack("a bad extension is made with a C compiler")
    (extension,) = folder.glob("regraft/_openssl*.so")
    subprocess.run([compiler, "-shared", "-fPIC", "-s", "-o", str(extension), "-xc", "-", *options], check=True,
                   input=source.encode())


def edit_sbom(folder, edit):
    (path,) = folder.glob("*.dist-info/sboms/*.json")
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_a_wheel_that_was_only_packed_anew_passes_all_gates(judge, change):
    path = change()
    assert {name: complaints for name, complaints in judge(path)[str(path)].items() if complaints} == {}


@pytest.mark.parametrize("edit", [
    lambda folder: (folder / "regraft/__init__.py").write_text("# changed\n"),
    lambda folder: (folder / "regraft/another.py").write_text("# added\n"),
    lambda folder: (folder / "regraft/__init__.py").unlink()], ids=["changed", "added", "gone"])
def test_a_file_that_is_not_as_in_record_is_found(judge, change, edit):
    path = change(edit, sign=False)
    assert judge(path)[str(path)]["record"]


def test_a_symbol_that_is_shown_to_others_is_found(judge, change):
    source = "void init_openssl(void) {} void PyInit__openssl(void) {} void SSL_new(void) {}"
    path = change(lambda folder: put_in(folder, source))
    assert "exports SSL_new" in judge(path)[str(path)]["exports"]


def test_a_missing_init_function_is_found(judge, change):
    path = change(lambda folder: put_in(folder, "static int nothing;"))
    assert any(each.startswith("does not export") for each in judge(path)[str(path)]["exports"])


def test_a_call_that_another_library_would_take_over_is_found(judge, change):
    source = "void SSL_new(void); void init_openssl(void) { SSL_new(); } void PyInit__openssl(void) {}"
    path = change(lambda folder: put_in(folder, source))
    assert "leaves SSL_new to another library" in judge(path)[str(path)]["calls"]


def test_an_extension_that_needs_a_newer_libc_than_its_name_says_is_found(judge, change):
    # pthread_create() is of 2.34 in the C library that this is compiled with, or getrandom() of 2.25.
    source = "#include <sys/random.h>\nvoid init_openssl(void) { getrandom(0, 0, 0); } void PyInit__openssl(void) {}"
    path = change(lambda folder: put_in(folder, source))
    assert any("auditwheel" in each for each in judge(path)[str(path)]["tag"])


def test_a_name_that_promises_another_platform_than_the_metadata_is_found(judge, change):
    name = str(change.good).rsplit("-", 1)[0] + "-manylinux_2_5_x86_64.whl"
    path = change(name=name)
    complaints = judge(path)[str(path)]["tag"]
    assert any("its WHEEL" in each for each in complaints) and any("auditwheel" in each for each in complaints)


@pytest.mark.parametrize("edit, words", [
    (lambda content: content["components"].clear(), "lists OpenSSL not"),
    (lambda content: [each.update(version="3.5.0") for each in content["components"]], "lists OpenSSL 3.5.0"),
    (lambda content: content["metadata"]["component"].update(name="other"), "is about other"),
    (lambda content: content.update(bomFormat="Another"), "not valid")], ids=["none", "another", "subject", "format"])
def test_an_sbom_that_is_not_true_or_not_valid_is_found(judge, change, edit, words):
    path = change(lambda folder: edit_sbom(folder, edit))
    assert any(words in each for each in judge(path)[str(path)]["sbom"])


def test_a_missing_sbom_is_found(judge, change):
    path = change(lambda folder: [each.unlink() for each in folder.glob("*.dist-info/sboms/*")])
    assert judge(path)[str(path)]["sbom"]


def test_an_extension_that_is_not_stripped_or_names_a_path_is_found(judge, change):
    def edit(folder):
        put_in(folder, "const char *const where = \"/root/work/openssl.c\"; void init_openssl(void) {}")
        (extension,) = folder.glob("regraft/_openssl*.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-g", "-o", str(extension), "-xc", "-"], check=True,
                       input=b"const char *const where = \"/root/work/openssl.c\"; void init_openssl(void) {}")

    path = change(edit)
    verdict = judge(path)[str(path)]
    assert verdict["size"] and "names /root/work/openssl.c" in verdict["paths"]


def test_without_wheels_nothing_passes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not nothing_passes", str(Path(__file__).parent)],
        env={**os.environ, "REGRAFT_TEST_WHEELS": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and MISSING % tmp_path in done.stdout
    assert re.fullmatch(r"1 deselected, \d+ errors in .*", done.stdout.splitlines()[-1])
