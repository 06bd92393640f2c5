"""The bundle as a file: what is in it, what is not let in, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from regraft_tools.bundle import __main__ as command
from regraft_tools.bundle import maker
from regraft_tools.bundle.installer import archive, digests, installed
from regraft_tools.bundle.installer.wording import Refusal

TAGS = "cp27-cp27mu-manylinux2010_x86_64"


def make_wheel(folder: Path, files: dict[str, bytes] | None = None, version: str = "1.0", tags: str = TAGS,
               record: str | None = None) -> Path:
    """A wheel with a package of one file, and others."""
    metadata = "regraft-%s.dist-info" % version
    files = {"regraft/__init__.py": b"", metadata + "/METADATA": b"Version: 1.0", **(files or {})}
    lines = "".join("%s,sha256=%s,\n" % (
        name, base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()) for name, data in files.items())
    path = folder / ("regraft-%s-%s.whl" % (version, tags))
    with zipfile.ZipFile(path, "w") as wheel:
        for name, data in files.items():
            wheel.writestr(name, data)
        wheel.writestr(metadata + "/RECORD", lines if record is None else record)
    return path


def test_it_has_the_wheels_as_they_are_and_says_what_they_are(tmp_path):
    sbom = json.dumps({"components": [{"name": "openssl", "version": "3.5.9"}, {"name": "other", "version": "1"}]})
    wheel = make_wheel(tmp_path, {"regraft-1.0.dist-info/sboms/regraft.cdx.json": sbom.encode()})
    path = maker.make([wheel], tmp_path / "dist")
    assert path.name == "regraft-1.0.pyz"
    with zipfile.ZipFile(path) as bundle:
        assert bundle.read("wheels/" + wheel.name) == wheel.read_bytes()
        manifest = json.loads(bundle.read("manifest.json"))
        assert {each.compress_type for each in bundle.infolist()} == {zipfile.ZIP_STORED}
    assert manifest["version"] == "1.0" and len(manifest["commit"].rstrip("+")) == 40
    assert manifest["wheels"] == [{
        "name": wheel.name, "size": wheel.stat().st_size, "openssl": "3.5.9",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}]


def test_the_same_wheels_give_the_same_bytes(tmp_path):
    wheels = [make_wheel(tmp_path, tags=each) for each in (TAGS, "cp36-cp36m-manylinux2014_x86_64")]
    one = maker.make(wheels, tmp_path / "one").read_bytes()
    assert maker.make(reversed(wheels), tmp_path / "other").read_bytes() == one


def test_wheels_for_other_systems_or_for_this_machine_only_stay_out(tmp_path):
    good = make_wheel(tmp_path)
    own = make_wheel(tmp_path, tags="cp27-cp27mu-linux_x86_64")
    others = [make_wheel(tmp_path, tags="cp313-cp313-" + each) for each in ("win_amd64", "macosx_11_0_arm64")]
    bundle = archive.Bundle(str(maker.make([good, own, *others], tmp_path / "dist")))
    assert set(bundle.wheels) == {good.name}
    assert set(archive.Bundle(str(maker.make([good, own, *others], tmp_path, here=True))).wheels) == {good.name, own.name}


@pytest.mark.parametrize("files, record, words", [
    ({"other/__init__.py": b""}, None, "does not belong there"),
    ({"regraft/../../x.py": b""}, None, "does not belong there"),
    ({"/regraft/x.py": b""}, None, "does not belong there"),
    ({"regraft\\x.py": b""}, None, "does not belong there"),
    ({"regraft-1.0.data/scripts/regraft": b""}, None, "does not belong there"),
    ({}, "", "do not have the same files"),
    ({}, "regraft/__init__.py,sha256=AAAA,\nregraft-1.0.dist-info/METADATA,sha256=AAAA,\n", "not what its RECORD says"),
    ({"regraft-1.0.dist-info/entry_points.txt": b"[console_scripts]\nregraft = x:y\n"}, None, "has commands"),
    ({"regraft-1.0.dist-info/sboms/regraft.cdx.json": b"{}"}, None, "lists 0 components named openssl"),
])
def test_a_wheel_that_could_not_be_installed_is_not_let_in(tmp_path, files, record, words):
    with pytest.raises(maker.Unusable, match=words):
        maker.make([make_wheel(tmp_path, files, record=record)], tmp_path)
    assert list(tmp_path.glob("*.pyz")) == []


def test_a_wheel_with_a_symbolic_link_is_not_let_in(tmp_path):
    path = make_wheel(tmp_path)
    with zipfile.ZipFile(path, "a") as wheel:
        link = zipfile.ZipInfo("regraft/link.py")
        link.external_attr = 0o120777 << 16
        wheel.writestr(link, "/etc/passwd")
    with pytest.raises(maker.Unusable, match="no plain file"):
        maker.make([path], tmp_path)


def test_versions_do_not_mix(tmp_path):
    with pytest.raises(maker.Unusable, match="more than one version: 1.0, 2.0"):
        maker.make([make_wheel(tmp_path), make_wheel(tmp_path, version="2.0")], tmp_path)


def test_without_wheels_the_command_says_where_they_come_from(tmp_path, capsys):
    assert command.main(["--wheels", str(tmp_path), "--output", str(tmp_path)]) == 1
    assert "`nox -s wheels` makes them" in capsys.readouterr().err


def test_the_command_prints_the_hash_that_users_compare(tmp_path, capsys):
    make_wheel(tmp_path)
    assert command.main(["--wheels", str(tmp_path), "--output", str(tmp_path)]) == 0
    path = tmp_path / "regraft-1.0.pyz"
    assert capsys.readouterr().out.split()[:2] == [hashlib.sha256(path.read_bytes()).hexdigest(), str(path)]


def test_each_bit_that_is_wrong_in_a_wheel_is_found(tmp_path):
    wheel = make_wheel(tmp_path, {"regraft/data.py": bytes(range(256))})
    path = maker.make([wheel], tmp_path)
    data = path.read_bytes()
    at = data.index(wheel.read_bytes())
    for offset in range(0, wheel.stat().st_size, 7):
        path.write_bytes(data[:at + offset] + bytes([data[at + offset] ^ 1 << offset % 8]) + data[at + offset + 1:])
        with pytest.raises(Refusal, match="is damaged"):
            archive.Bundle(str(path)).open_wheel(wheel.name)


def test_a_wheel_that_is_not_the_manifest_s_is_refused_by_its_hash(tmp_path):
    wheel = make_wheel(tmp_path)
    bundle = archive.Bundle(str(maker.make([wheel], tmp_path)))
    bundle.wheels[wheel.name]["sha256"] = "0" * 64
    with pytest.raises(Refusal, match="SHA-256 of %s in it is [0-9a-f]{64}, and should be 0{64}" % wheel.name):
        bundle.open_wheel(wheel.name)


def test_a_damaged_installer_does_not_run(tmp_path):
    path = maker.make([make_wheel(tmp_path)], tmp_path)
    data = path.read_bytes()
    at = data.index(b"The command line.")
    path.write_bytes(data[:at] + b"t" + data[at + 1:])
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert "is damaged (regraft_installer/command.py in it has a wrong checksum)" in done.stderr


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_our_own_sha_256_is_that_of_hashlib(size):
    data = bytes(each % 251 for each in range(size))
    assert digests.compute(data) == hashlib.sha256(data).digest()


def test_versions_are_in_order():
    ordered = ["0.0.9", "0.1.0.dev1", "0.1.0a1", "0.1.0a2", "0.1.0b1", "0.1.0rc1", "0.1.0", "0.1.0.post1", "0.1.1",
               "0.2", "0.10.0", "1.0"]
    assert sorted(reversed(ordered), key=installed.order) == ordered
    assert installed.order("0.1") == installed.order("0.1.0")


def put(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("")


def test_an_installation_by_an_old_pip_is_known_by_its_list(tmp_path):
    put(tmp_path, "regraft/__init__.py", "regraft/__init__.pyc", "regraft-0.1.0-py2.7.egg-info/PKG-INFO")
    (tmp_path / "regraft-0.1.0-py2.7.egg-info/installed-files.txt").write_text("../regraft/__init__.py\nPKG-INFO\n")
    found = installed.find(str(tmp_path))
    assert (found.version, found.installer, found.find_strangers()) == ("0.1.0", None, [])
    assert found.names == ["regraft", "regraft-0.1.0-py2.7.egg-info"]
    put(tmp_path, "regraft/mine.py")
    assert found.find_strangers() == [str(tmp_path / "regraft/mine.py")]


@pytest.mark.parametrize("name", ["regraft-0.1.0-py2.7-linux-x86_64.egg", "regraft.egg-link",
                                  "__editable__.regraft-0.1.0.pth"])
def test_an_installation_that_leads_elsewhere_is_left_alone(tmp_path, name):
    put(tmp_path, name)
    with pytest.raises(Refusal, match="leads to other files"):
        installed.find(str(tmp_path))


def test_packages_of_similar_names_are_not_taken_for_regraft(tmp_path):
    put(tmp_path, "regraft_tools/__init__.py", "regraft_tools-0.1.0.dist-info/RECORD", "regraftx.py")
    assert installed.find(str(tmp_path)) is None
