"""Where OpenSSL's sources come from, and what is refused: on a package that is made and signed here."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from signing import Signer

from regraft_tools import debian
from regraft_tools.wheels import signatures, source

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("gpg", "gpgv", "dpkg", "patch"))), reason="no gpg, gpgv, dpkg or patch: not a Debian")

PATCH = """Subject: closes CVE-2026-1234

--- a/file
+++ b/file
@@ -1 +1 @@
-old
+mended
"""


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    room = tmp_path_factory.mktemp("people")
    made = {name: Signer(room / name, name) for name in ("developer", "upstream", "stranger")}
    yield made
    for each in made.values():
        each.close()


class Mirror:
    """Suites and a pool; versions in `lacking` are listed, but their files are gone."""

    def __init__(self, room: Path, people: dict[str, Signer]) -> None:
        self.room, self.people = room, people
        self.listed: dict[str, list[str]] = {"trixie-security": [], "trixie": []}
        self.lacking: set[str] = set()
        self.pool = room / "pool"
        self.pool.mkdir()

    def publish(self, suite: str, version: str, developer: str = "developer", upstream: str = "upstream") -> Path:
        """Puts a package into a suite."""
        self.listed[suite].insert(0, version)
        release = version.split("-")[0]
        folder = self.room / version
        folder.mkdir()
        tarball = self.make_tarball(folder, release)
        self.people[upstream].sign(tarball)
        own = folder / ("openssl_%s.debian.tar.xz" % version)
        key = self.people["upstream"].export(self.room / "upstream.key", armour=True)
        with tarfile.open(own, "w:xz") as archive:
            add(archive, "debian/patches/series", "# in order\nmend.patch\n")
            add(archive, "debian/patches/mend.patch", PATCH)
            add(archive, "debian/upstream/signing-key.asc", key.read_text())
        self.describe(folder, version, developer)
        return folder

    def make_tarball(self, folder: Path, release: str) -> Path:
        """Upstream's file."""
        path = folder / ("openssl_%s.orig.tar.gz" % release)
        with tarfile.open(path, "w:gz") as archive:
            add(archive, "openssl-%s/file" % release, "old\n")
        return path

    def describe(self, folder: Path, version: str, developer: str) -> None:
        """Signs the list of the files as they are now."""
        lines = [
            " %s %d %s\n" % (hashlib.sha256(each.read_bytes()).hexdigest(), each.stat().st_size, each.name)
            for each in sorted(folder.iterdir()) if each.suffix != ".dsc"
        ]
        self.people[developer].wrap(
            "Source: openssl\nVersion: %s\nChecksums-Sha256:\n%sFiles:\n" % (version, "".join(lines)),
            folder / ("openssl_%s.dsc" % version))

    def list_sources(self, suite, package, archive=None):
        return list(self.listed[suite])

    def download_source(self, suite, package, archive=None, version=""):
        if version in self.lacking:
            raise debian.Gone("the mirror lacks it")
        assert version in self.listed[suite]
        return self.room / version

    def download_file(self, path, target, archive=None):
        found = self.pool / os.path.basename(path)
        if not found.exists():
            raise debian.Gone("the mirror lacks %s" % path)
        shutil.copyfile(found, target)

    def unpack(self, suite, packages, archive=None):
        tree = self.room / "keys"
        keyring = tree / source.DEVELOPERS
        keyring.parent.mkdir(parents=True, exist_ok=True)
        self.people["developer"].export(keyring)
        return tree


def add(archive: tarfile.TarFile, name: str, text: str) -> None:
    information = tarfile.TarInfo(name)
    information.size, information.mtime = len(text.encode()), 1700000000
    archive.addfile(information, io.BytesIO(text.encode()))


@pytest.fixture
def mirror(tmp_path, people, monkeypatch):
    made = Mirror(tmp_path, people)
    monkeypatch.setenv(debian.VARIABLE, str(tmp_path / "cache"))
    for name in ("list_sources", "download_source", "download_file", "unpack"):
        monkeypatch.setattr(debian, name, getattr(made, name))
    return made


def test_the_newest_package_of_all_suites_is_taken(mirror):
    mirror.publish("trixie", "3.5.7-1~deb13u2")
    mirror.publish("trixie-security", "3.5.7-1~deb13u10")
    found = source.find()
    assert (found.version, found.debian, found.suite) == ("3.5.7", "3.5.7-1~deb13u10", "trixie-security")
    assert sorted(found.signers) == ["openssl_3.5.7-1~deb13u10.dsc", "openssl_3.5.7.orig.tar.gz"]


def test_a_newer_series_is_not_taken(mirror):
    mirror.publish("trixie", "3.5.7-1")
    mirror.publish("trixie", "3.6.0-1")
    assert source.find().version == "3.5.7"


def test_a_version_of_which_the_mirror_lacks_the_files_is_told_and_passed_over(mirror, capsys):
    mirror.publish("trixie", "3.5.7-1")
    mirror.publish("trixie", "3.5.9-1")
    mirror.lacking.add("3.5.9-1")
    assert source.find().debian == "3.5.7-1"
    assert "openssl 3.5.9-1: listed by trixie, but the mirror lacks its files" in capsys.readouterr().out


def test_if_the_mirror_lacks_all_of_them_that_is_said(mirror):
    mirror.publish("trixie", "3.5.9-1")
    mirror.lacking.add("3.5.9-1")
    with pytest.raises(debian.Gone, match="no source of openssl 3.5: trixie-security and trixie list 3.5.9-1"):
        source.find()


def test_the_sources_are_unpacked_with_the_patches_of_the_package(mirror, tmp_path):
    mirror.publish("trixie", "3.5.7-1")
    found = source.find()
    found.unpack(tmp_path / "tree")
    assert (tmp_path / "tree/file").read_text() == "mended\n"
    assert [each.resolves for each in found.patches] == [("CVE-2026-1234",)]
    assert found.released == 1700000000


def test_an_older_release_under_the_name_of_a_newer_is_refused(mirror, tmp_path, people):
    # What upstream signed says nothing of the name under which a mirror hands it out.
    mirror.publish("trixie", "3.5.7-1")
    old = mirror.make_tarball(mirror.pool, "3.5.0")
    renamed = old.rename(mirror.pool / "openssl_3.5.6.orig.tar.gz")
    people["upstream"].sign(renamed)
    found = source.find("3.5.6")
    with pytest.raises(source.NotVerified, match="has openssl-3.5.0 in it, not OpenSSL 3.5.6"):
        found.unpack(tmp_path / "tree")


def test_a_package_that_no_developer_signed_is_refused(mirror):
    mirror.publish("trixie", "3.5.7-1", developer="stranger")
    with pytest.raises(signatures.NotSigned, match="3.5.7-1.dsc has no valid signature by a key of debian-keyring"):
        source.find()


def test_a_package_whose_upstream_file_upstream_did_not_sign_is_refused(mirror):
    mirror.publish("trixie", "3.5.7-1", upstream="stranger")
    with pytest.raises(signatures.NotSigned, match="3.5.7.orig.tar.gz has no valid signature by a key of signing-key"):
        source.find()


@pytest.mark.parametrize("suffix", [".orig.tar.gz", ".orig.tar.gz.asc", ".debian.tar.xz"])
def test_a_file_that_is_not_the_one_that_was_signed_is_refused(mirror, suffix):
    folder = mirror.publish("trixie", "3.5.7-1")
    (path,) = [each for each in folder.iterdir() if each.name.endswith(suffix)]
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(source.NotVerified, match=re.escape(path.name) + " is not the file"):
        source.find()


def test_a_description_without_the_signature_of_upstream_is_refused(mirror):
    folder = mirror.publish("trixie", "3.5.7-1")
    (folder / "openssl_3.5.7.orig.tar.gz.asc").unlink()
    mirror.describe(folder, "3.5.7-1", "developer")
    with pytest.raises(source.NotVerified, match="does not name openssl_3.5.7.orig.tar.gz.asc"):
        source.find()


def test_checksums_outside_the_signed_part_do_not_count():
    with pytest.raises(source.NotVerified, match="no SHA-256 checksums in the part that is signed"):
        source._read_checksums("Source: openssl\n", "openssl.dsc")


def test_a_name_with_a_directory_in_it_is_refused():
    with pytest.raises(source.NotVerified):
        source._read_checksums("Checksums-Sha256:\n 00 1 ../file\n", "openssl.dsc")


@pytest.mark.parametrize("named", ["3.5.6", "3.5.6-1"])
def test_a_version_that_a_suite_lists_is_taken_by_its_name(mirror, named):
    mirror.publish("trixie", "3.5.6-1")
    mirror.publish("trixie", "3.5.7-1")
    assert source.find(named).debian == "3.5.6-1"


def test_a_package_that_was_fetched_before_needs_no_mirror(mirror, monkeypatch):
    folder = mirror.publish("trixie", "3.5.7-1")
    kept = debian.cache() / "debian/trixie/files-openssl/3.5.7-1"
    shutil.copytree(folder, kept)
    monkeypatch.setattr(debian, "list_sources", None)
    assert source.find("3.5.7-1").tarball.parent == kept


def test_a_version_that_no_suite_lists_is_upstream_s_file_by_the_key_of_the_newest_package(mirror, capsys):
    mirror.publish("trixie", "3.5.7-1")
    mirror.people["upstream"].sign(mirror.make_tarball(mirror.pool, "3.5.6"))
    found = source.find("3.5.6")
    assert (found.version, found.debian, found.patches) == ("3.5.6", "", ())
    assert list(found.signers) == ["openssl_3.5.6.orig.tar.gz"]
    assert "openssl 3.5.6: no suite lists it" in capsys.readouterr().out


def test_upstream_s_file_alone_signed_by_somebody_else_is_refused(mirror):
    mirror.publish("trixie", "3.5.7-1")
    mirror.people["stranger"].sign(mirror.make_tarball(mirror.pool, "3.5.6"))
    with pytest.raises(signatures.NotSigned):
        source.find("3.5.6")


def test_upstream_s_file_without_a_signature_is_refused(mirror):
    mirror.publish("trixie", "3.5.7-1")
    mirror.make_tarball(mirror.pool, "3.5.6")
    with pytest.raises(debian.Gone, match="3.5.6.orig.tar.gz.asc"):
        source.find("3.5.6")


@pytest.mark.parametrize("named", ["3.5", "latest", "3.5.6/../x", "--help"])
def test_what_is_no_version_is_refused_before_anything_is_fetched(named):
    with pytest.raises(ValueError, match="is not a version of OpenSSL"):
        source.find(named)
