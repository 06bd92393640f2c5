"""Files as their package manager has them on record are of a known release: apk's database, and what rpm answers.

dpkg's is in test_taking_out.py; the session graft-trials asks a real rpm.
"""
from __future__ import absolute_import, division, print_function

import base64
import hashlib
import os
import stat
import sys

import pytest

import prefixes
from regraft.grafting import packaged, releases

INSIDE = "usr/lib/" + prefixes.NAME
RPM = """#!%s
# -*- coding: utf-8 -*-
import hashlib, os, sys, time
options, root = sys.argv[1:], %r
assert options[:5] == ["--root", root, "--dbpath", "/var/lib/rpm", "--query"], options
what = %r
files = options[options.index("--file") + 1:]
assert "--queryformat" in options and files
if what == "hangs":
    time.sleep(60)
if what != "has no algorithm":
    print("P python-libs 2.7.5-94.el7.x86_64 " + ("77" if what == "has another algorithm" else "8"))
for each in files:
    with open(root + each, "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    if what == "has another file" and each.endswith("hmac.py"):
        digest = digest[:-1] + "_"
    if what == "has no hash of a file" and each.endswith("hmac.py"):
        digest = ""
    if not (what == "lacks a file" and each.endswith("hmac.py")):
        print("F %%s %%s" %% (digest, each))
sys.exit(1 if what == "fails" else 0)
"""


def change(prefix):
    """Give the tree a text that CPython never had; the root of the system that it is in."""
    prefix.write("hmac.py", prefixes.read(os.path.join(prefix.library, "hmac.py")) + b"# of a distribution\n")
    return os.path.dirname(prefix.path)


def list_names(prefix):
    return sorted(each for each in os.listdir(prefix.library) if each.endswith(".py"))


def write_apk(prefix, hash_file, flags=""):
    """Write apk's database with the tree in it, in the middle of others."""
    root = os.path.dirname(prefix.path)
    lines = ["C:Q1abc=", "P:musl", "V:1.2", "A:x86_64", "F:lib", "R:ld-musl-x86_64.so.1", "a:0:0:755", "Z:Q1abc=", "",
             "C:Q1abc=", "P:python", "V:2.7.18-r0", "T:A language"]
    lines += ["f:" + flags] * bool(flags) + ["F:usr", "F:usr/lib", "M:0:0:755", "F:" + INSIDE]
    for name in list_names(prefix):
        lines.append("R:" + name)
        value = hash_file(name, prefixes.read(os.path.join(prefix.library, name)))
        lines += ["Z:" + value] * bool(value)
    lines += ["F:%s/json" % INSIDE, "R:hmac.py", "Z:Q1%s" % encode(b"\0" * 20), "", "P:zlib", "V:1.3", ""]
    folder = os.path.join(root, "lib", "apk", "db")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(os.path.join(folder, "installed"), "w") as stream:
        stream.write("\n".join(lines))


def encode(digest):
    return base64.b64encode(digest).decode("ascii")


def sha1(_name, data):
    return "Q1" + encode(hashlib.sha1(data).digest())


def find(prefix):
    """Return what the managers say that the covered modules of the tree are of."""
    return packaged.find(prefix.library, [each for each in releases.COMPARED
                                          if os.path.exists(os.path.join(prefix.library, each))])


def graft(prefix, **variables):
    """Graft the tree; the release that the receipt names, None if graft-tree refuses it as of none that is known."""
    result = prefix.regraft("graft-tree", prefix.path, **variables)
    if result.status:
        assert result.status == 1 and result.err.count("\n") == 1 and "--any-release" in result.err, result
        assert not os.path.exists(prefix.store)
        return None
    return prefix.verify()[1]["release"]


def test_files_as_their_package_has_them_are_grafted_unasked_and_others_are_not(prefix, tmp_path):
    path = write_rpm(prefix, tmp_path, "has all")
    write_apk(prefix, lambda name, data: sha1(name, data + b" " * (name == "hmac.py")))
    empty = tmp_path / "empty"
    empty.mkdir()
    assert graft(prefix, PATH=str(empty)) is None
    assert graft(prefix, PATH=path) == "rpm's python-libs 2.7.5-94.el7.x86_64"
    prefix.ungraft()
    write_apk(prefix, sha1)
    assert graft(prefix, PATH=str(empty)) == "apk's python 2.7.18-r0"


@pytest.mark.parametrize("hash_file, flags", [
    (sha1, ""), (sha1, "fx"),
    (lambda _name, data: "Q1" + encode(hashlib.sha256(data).digest()[:20]), "S"),
    (lambda _name, data: "Q2" + encode(hashlib.sha256(data).digest()), "")],
    ids=["SHA-1", "SHA-1 and flags", "SHA-256 of 160 bits", "SHA-256"])
def test_files_as_apk_has_them_on_record_are_of_a_known_release(prefix, hash_file, flags):
    change(prefix)
    write_apk(prefix, hash_file, flags)
    assert find(prefix) == "apk's python 2.7.18-r0"


@pytest.mark.parametrize("hash_file, flags", [
    (lambda name, data: sha1(name, data + b" " * (name == "hmac.py")), ""),
    (lambda name, data: "" if name == "hmac.py" else sha1(name, data), ""),
    (lambda name, data: "Q3" + sha1(name, data)[2:], ""),
    (lambda name, data: "Q1" + "!" * 27 + "=", ""),
    (lambda name, data: "Q1", ""),
    (sha1, "S")],
    ids=["another", "none", "of an unknown kind", "no base64", "empty", "of another algorithm"])
def test_a_file_that_is_not_as_apk_has_it_is_of_no_known_release(prefix, hash_file, flags):
    change(prefix)
    write_apk(prefix, hash_file, flags)
    assert find(prefix) is None


def write_rpm(prefix, tmp_path, what):
    """Make a program `rpm` that knows the tree; the PATH on which it is."""
    root = change(prefix)
    os.makedirs(os.path.join(root, "var", "lib", "rpm"))
    folder = tmp_path / "rpm"
    folder.mkdir()
    program = folder / "rpm"
    program.write_text(u"%s" % (RPM % (sys.executable, root, what)))
    program.chmod(stat.S_IRWXU)
    return os.pathsep.join([str(folder), os.environ["PATH"]])


@pytest.mark.parametrize("what, release", [("has all", "rpm's python-libs 2.7.5-94.el7.x86_64")] + [
    (each, None) for each in ("has another file", "lacks a file", "has no hash of a file", "has another algorithm",
                              "has no algorithm", "fails")])
def test_what_rpm_vouches_for_is_of_a_known_release(prefix, tmp_path, monkeypatch, what, release):
    monkeypatch.setenv("PATH", write_rpm(prefix, tmp_path, what))
    assert find(prefix) == release


def test_an_rpm_that_does_not_answer_is_not_waited_for(prefix, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", write_rpm(prefix, tmp_path, "hangs"))
    monkeypatch.setattr(packaged, "LONGEST", 0.2)
    assert find(prefix) is None
    monkeypatch.setattr(packaged, "LONGEST", 60)
    program = tmp_path / "rpm" / "rpm"
    program.write_text(program.read_text().replace("'hangs'", "'has all'"))
    assert find(prefix) == "rpm's python-libs 2.7.5-94.el7.x86_64"
