"""The record by which pip takes regraft away: what `enable` puts in it, and `disable` takes out again."""
from __future__ import absolute_import, division, print_function

import base64
import csv
import hashlib
import json
import os
import shutil
import sys

import pytest

PY2 = sys.version_info[0] == 2
HOOK = ["000_regraft.pth", "000_regraft.start", "_regraft_hook.py"] + (["_regraft_quick.py"] if PY2 else [])
PACKAGE = [b"regraft/__init__.py,,", b"regraft/_boot.py,sha256=abc,12", b'"regraft/a,b.txt",sha256=abc,3']


def write(environment, name, data):
    path = os.path.join(environment.packages, *name.split("/"))
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with open(path, "wb") as stream:
        stream.write(data)
    return path


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def write_wheels_record(environment, ending=b"\n"):
    return write(environment, "regraft-0.1.0.dist-info/RECORD", b"".join(line + ending for line in PACKAGE))


def list_new(path):
    """The rows that are not of the package's files."""
    known = [line.split(b",")[0] for line in PACKAGE]
    lines = [line for line in read(path).splitlines() if line and line.split(b",")[0] not in known]
    return list(csv.reader(line if PY2 else line.decode("latin-1") for line in lines))


def list_hook_of(environment, directory=None):
    """Paths of the hook's files that are there, relative to site-packages."""
    directory = directory or environment.packages
    found = []
    for folder, _, names in os.walk(directory):
        if os.path.basename(folder) in (os.path.basename(directory), "__pycache__"):
            found += [os.path.relpath(os.path.join(folder, name), environment.packages) for name in names
                      if name.startswith(("000_regraft.", "_regraft_"))]
    return sorted(found)


def test_enable_enters_each_file_of_the_hook_with_its_hash_and_size(environment):
    record = write_wheels_record(environment)
    result = environment.enable()
    assert "pip takes it away with regraft" in result.lines[1]
    rows = list_new(record)
    assert sorted(row[0].replace("/", os.sep) for row in rows) == list_hook_of(environment)
    assert set(HOOK) <= set(row[0] for row in rows)
    for name, digest, size in rows:
        data = read(os.path.join(environment.packages, name))
        if name in HOOK:
            wanted = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode("ascii").rstrip("=")
            assert (digest, size) == ("sha256=" + wanted, str(len(data)))
        else:
            assert (digest, size) == ("", "")


@pytest.mark.parametrize("data", [
    b"\n".join(PACKAGE) + b"\n", b"\r\n".join(PACKAGE) + b"\r\n", b"\n".join(PACKAGE), b"\n\n".join(PACKAGE) + b"\n\n",
    b"\n".join(PACKAGE + [b"caf\xc3\xa9,,", b"caf\xe9,,"]) + b"\n",
])
def test_disable_leaves_the_record_as_it_was_byte_for_byte(environment, data):
    record = write(environment, "regraft-0.1.0.dist-info/RECORD", data)
    os.chmod(record, 0o640)
    before = environment.snapshot()
    environment.enable()
    assert read(record).endswith(data) and read(record) != data
    environment.enable("--defaults", "newest")
    assert len(list_new(record)) == len(set(row[0] for row in list_new(record)))
    assert environment.regraft("disable").status == 0
    assert environment.snapshot() == before


def test_lines_of_the_record_end_as_they_did(environment):
    record = write_wheels_record(environment, b"\r\n")
    environment.enable()
    assert read(record).count(b"\r\n") == read(record).count(b"\n")


def test_the_record_of_an_old_pips_egg_info_is_served_too(environment):
    data = b"../regraft/__init__.py\n../regraft/_boot.py\nPKG-INFO\n"
    record = write(environment, "regraft-0.1.0-py2.7.egg-info/installed-files.txt", data)
    environment.enable()
    new = read(record)[:-len(data)].decode("ascii").splitlines()
    assert sorted(os.path.normpath(os.path.join("x", name)) for name in new) == list_hook_of(environment)
    assert environment.regraft("disable").status == 0
    assert read(record) == data


def test_other_distributions_records_and_those_left_behind_are_not_touched(environment):
    others = [write(environment, name, data) for name, data in [
        ("regraft-0.0.9.dist-info/RECORD", b"regraft/other.py,,\n"),
        ("regraft_tools-0.1.0.dist-info/RECORD", b"regraft_tools/__init__.py,,\n"),
        ("requests-2.27.1.dist-info/RECORD", b"requests/__init__.py,,\n")]]
    before = [read(path) for path in others]
    environment.enable()
    assert [read(path) for path in others] == before


def test_a_hook_that_is_to_be_kept_is_not_in_the_record(environment):
    record = write_wheels_record(environment)
    before = read(record)
    assert "use `python -m regraft disable` before you uninstall" in environment.enable("--keep").out
    assert read(record) == before
    environment.enable()
    assert read(record) != before
    assert "was enabled already" in environment.enable("--keep").out
    assert read(record) == before


def test_status_tells_whether_pip_takes_the_hook_away(environment):
    write_wheels_record(environment)
    for arguments, removed in (((), True), (("--keep",), False)):
        environment.enable(*arguments)
        report = json.loads(environment.regraft("status", "--json").out)
        assert [hook["removed_by_pip"] for hook in report["hooks"]] == [removed]
        assert ("stays when pip uninstalls regraft" in environment.regraft("status").out) is not removed


def test_without_a_record_enable_says_that_pip_will_not_remove_the_hook(environment):
    result = environment.enable()
    assert "pip will not take it away with regraft (pip keeps no record of the package in" in result.lines[1]


def test_a_record_that_cannot_be_written_leaves_regraft_enabled_and_is_told(environment, without_override):
    record = write_wheels_record(environment)
    before = read(record)
    os.chmod(os.path.dirname(record), 0o555)
    try:
        result = environment.enable(preexec_fn=without_override)
    finally:
        os.chmod(os.path.dirname(record), 0o755)
    assert record + " cannot be written to: Permission denied" in result.lines[1]
    assert environment.gets_ours()
    assert read(record) == before
    assert os.listdir(os.path.dirname(record)) == ["RECORD"]


def test_the_hook_of_one_user_is_in_the_record_of_everybodys_package(user, tmp_path):
    # The package of the interpreter itself; a copy of it in another place stands for that.
    elsewhere = str(tmp_path / "everybodys")
    os.mkdir(elsewhere)
    os.rename(user.package, os.path.join(elsewhere, "regraft"))
    record = os.path.join(elsewhere, "regraft-0.1.0.dist-info", "RECORD")
    os.mkdir(os.path.dirname(record))
    with open(record, "wb") as stream:
        stream.write(b"regraft/_boot.py,,\n")
    user.enable("--user", PYTHONPATH=elsewhere)
    rows = [line.split(b",")[0].decode("ascii") for line in read(record).splitlines()[:-1]]
    found = sorted(os.path.relpath(os.path.realpath(os.path.join(elsewhere, row)), os.path.realpath(user.packages))
                   for row in rows)
    assert found == list_hook_of(user)
    shutil.rmtree(os.path.dirname(record))
    assert user.regraft("disable", "--user", PYTHONPATH=elsewhere).status == 0


@pytest.mark.skipif(PY2, reason="2.7 writes its bytecode beside the source, in one file for each of -O and no -O")
@pytest.mark.parametrize("flag", ["-O", "-OO"])
def test_optimized_starts_write_nothing_that_the_record_does_not_have(environment, flag):
    record = write_wheels_record(environment)
    environment.enable()
    assert environment.run(flag, "-c", "import _regraft_hook").status == 0
    assert sorted(row[0] for row in list_new(record)) == list_hook_of(environment)


def test_disable_says_what_it_did_though_the_record_cannot_be_written(environment, without_override):
    record = write_wheels_record(environment)
    environment.enable()
    os.chmod(os.path.dirname(record), 0o555)
    try:
        result = environment.regraft("disable", preexec_fn=without_override)
    finally:
        os.chmod(os.path.dirname(record), 0o755)
    assert result.status == 1 and "regraft disabled in" in result.out, result
    assert "stay in the record" in result.err and "Permission denied" in result.err and result.err.count("\n") == 1, result
    assert not environment.gets_ours()
