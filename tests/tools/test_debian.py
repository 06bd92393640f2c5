"""regraft_tools.debian, on an archive of one package that is made and signed here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from regraft_tools import debian

SUITE = "trial"
NEEDED = ("apt-get", "dpkg-deb", "gpg")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)), reason="no %s: not a Debian" % " or ".join(NEEDED)
)


def call(*words: str, **options) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=60, **options)


def checksums(*files: Path) -> str:
    """The fields of a description or an index that tell what the files are."""
    return "Checksums-Sha256:\n%sFiles:\n%s" % tuple(
        "".join(" %s %d %s\n" % (
            hashlib.new(name, each.read_bytes()).hexdigest(), each.stat().st_size, each.name) for each in files)
        for name in ("sha256", "md5"))


class Made:
    """An archive with the package `greeting`, signed with a key of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "keys"
        self.home.mkdir(mode=0o700)
        self._gpg("--passphrase", "", "--quick-generate-key", "trial archive", "ed25519", "sign")
        keyring = root / "archive.gpg"
        self._gpg("--output", str(keyring), "--export")
        self.archive = debian.Archive("file:%s/mirror" % root, keyring)
        self.listed: dict[str, str] = {}
        self.publish("1:1.0", "hello\n")

    def publish(self, version: str, text: str, machine: str = "") -> None:
        """Puts a release of the package into the suite, in place of the one before; for this machine or another."""
        tree = self.root / "package"
        shutil.rmtree(tree, ignore_errors=True)
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "usr/share").mkdir(parents=True)
        (tree / "usr/share/greeting").write_text(text)
        control = (
            "Package: greeting\nVersion: %s\nArchitecture: %s\nMaintainer: trial <trial@localhost>\n"
            "Description: trial\n" % (version, machine or "all")
        )
        (tree / "DEBIAN/control").write_text(control)
        mirror = self.root / "mirror"
        package = mirror / "pool" / "greeting.deb"
        package.parent.mkdir(parents=True, exist_ok=True)
        call("dpkg-deb", "--root-owner-group", "--build", str(tree), str(package))
        data = package.read_bytes()
        self.architecture = machine or subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
        name = "main/binary-%s/Packages" % self.architecture
        self.listed[name] = control + "Filename: pool/greeting.deb\nSize: %d\nSHA256: %s\n" % (
            len(data), hashlib.sha256(data).hexdigest()
        )
        self._sign()

    def publish_source(self, version: str, text: str) -> Path:
        """Adds a version of the source package to the suite; the directory of its files."""
        folder = self.root / "mirror/pool/source"
        folder.mkdir(parents=True, exist_ok=True)
        tree = self.root / ("greeting-" + version)
        tree.mkdir()
        (tree / "greeting").write_text(text)
        tarball = folder / ("greeting_%s.tar.gz" % version)
        call("tar", "-C", str(self.root), "-czf", str(tarball), tree.name)
        fields = (
            "Version: %s\nFormat: 1.0\nBinary: greeting\nArchitecture: all\n"
            "Maintainer: trial <trial@localhost>\n" % version)
        description = folder / ("greeting_%s.dsc" % version)
        description.write_text("Source: greeting\n" + fields + checksums(tarball))
        name = "main/source/Sources"
        self.listed[name] = self.listed.get(name, "") + (
            "Package: greeting\n" + fields + "Directory: pool/source\n" + checksums(description, tarball) + "\n")
        self._sign()
        return folder

    def _sign(self) -> None:
        suite = self.root / "mirror" / "dists" / SUITE
        for name, text in self.listed.items():
            (suite / name).parent.mkdir(parents=True, exist_ok=True)
            (suite / name).write_text(text)
        self.release = "Suite: %s\nCodename: %s\nComponents: main\nArchitectures: %s\n" % (
            SUITE, SUITE, self.architecture
        ) + "Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n" + "".join(
            " %s %d %s\n" % (hashlib.sha256(text.encode()).hexdigest(), len(text), name)
            for name, text in self.listed.items()
        )
        self.signed = suite / "InRelease"
        self.signed.unlink(missing_ok=True)
        self._gpg("--output", str(self.signed), "--clearsign", text=True, input=self.release)

    def _gpg(self, *arguments: str, **options) -> None:
        call("gpg", "--homedir", str(self.home), "--batch", "--pinentry-mode", "loopback",
             *arguments, **options)

    def close(self) -> None:
        """Ends the agent that gpg started for this directory."""
        call("gpgconf", "--homedir", str(self.home), "--kill", "all")


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv(debian.VARIABLE, str(tmp_path / "cache"))
    made = Made(tmp_path)
    yield made
    made.close()


def unpack(made: Made, *packages: str) -> Path:
    return debian.unpack(SUITE, packages or ["greeting"], made.archive)


def test_a_package_is_unpacked_into_the_cache_and_its_version_kept(made):
    tree = unpack(made)
    assert (tree / "usr/share/greeting").read_text() == "hello\n"
    assert debian.cache() in tree.parents
    assert debian.versions(tree) == {"greeting": "1:1.0"}


def test_a_package_for_another_machine_is_another_tree(made):
    tree = unpack(made)
    made.publish("1:1.0", "from afar\n", "s390x")
    other = debian.unpack(SUITE, ["greeting"], made.archive, architecture="s390x")
    assert (other / "usr/share/greeting").read_text() == "from afar\n"
    assert (tree / "usr/share/greeting").read_text() == "hello\n"
    with pytest.raises(ValueError):
        debian.unpack(SUITE, ["greeting"], made.archive, architecture="../s390x")


def test_what_is_in_the_cache_is_not_fetched_again(made):
    tree = unpack(made)
    made.publish("1:2.0", "good day\n")
    shutil.rmtree(made.root / "mirror")
    assert unpack(made) == tree
    assert (tree / "usr/share/greeting").read_text() == "hello\n"


def test_who_asks_at_the_same_time_gets_the_same_whole_tree(made):
    with ThreadPoolExecutor(max_workers=4) as pool:
        trees = list(pool.map(lambda number: unpack(made), range(4)))
    assert len(set(trees)) == 1
    assert (trees[0] / "usr/share/greeting").is_file()


def test_the_lists_and_packages_of_the_system_stay_as_they_are(made):
    status = Path("/var/lib/dpkg/status")
    lists = Path("/var/lib/apt/lists")
    before = status.stat().st_mtime_ns, sorted(os.listdir(lists))
    unpack(made)
    assert (status.stat().st_mtime_ns, sorted(os.listdir(lists))) == before


def test_a_suite_signed_by_somebody_else_is_refused(made, tmp_path):
    (tmp_path / "other").mkdir()
    other = Made(tmp_path / "other")
    try:
        stranger = debian.Archive(made.archive.mirror, other.archive.keyring)
        with pytest.raises(debian.Unavailable, match="NO_PUBKEY"):
            debian.unpack(SUITE, ["greeting"], stranger)
    finally:
        other.close()


def test_a_package_that_is_not_what_the_suite_signed_is_refused(made):
    package = made.root / "mirror/pool/greeting.deb"
    package.write_bytes(package.read_bytes()[:-1] + b"x")
    with pytest.raises(debian.Unavailable, match="(?i)hash sum mismatch"):
        unpack(made)


def test_a_package_that_is_gone_is_named_and_leaves_nothing_behind(made):
    with pytest.raises(debian.Unavailable, match="Unable to locate package farewell"):
        unpack(made, "greeting", "farewell")
    assert [each for each in (debian.cache() / "debian" / SUITE).iterdir() if each.is_dir()] == []
    assert unpack(made).is_dir()


def test_versions_of_a_source_package_are_listed_newest_first(made):
    for version in ("1.9", "1.10", "1.10~rc1"):
        made.publish_source(version, "")
    assert debian.list_sources(SUITE, "greeting", made.archive) == ["1.10", "1.10~rc1", "1.9"]


def test_a_source_package_is_unpacked_in_its_newest_version_or_in_the_one_that_is_named(made):
    made.publish_source("1.9", "hello\n")
    made.publish_source("1.10", "good day\n")
    newest = debian.unpack_source(SUITE, "greeting", made.archive)
    assert ((newest / "greeting").read_text(), debian.versions(newest)) == ("good day\n", {"greeting": "1.10"})
    named = debian.unpack_source(SUITE, "greeting", made.archive, "1.9")
    assert (named / "greeting").read_text() == "hello\n"


def test_a_version_that_is_listed_but_whose_files_are_gone_is_told_and_passed_over(made, capsys):
    made.publish_source("1.9", "hello\n")
    folder = made.publish_source("1.10", "good day\n")
    (folder / "greeting_1.10.tar.gz").unlink()
    assert debian.download_source(SUITE, "greeting", made.archive).name == "1.9"
    assert "greeting 1.10: listed by trial, but the mirror lacks its files; trying 1.9" in capsys.readouterr().out
    assert debian.downloaded_source(SUITE, "greeting", "1.10") is None
    assert debian.downloaded_source(SUITE, "greeting", "1.9").is_dir()


def test_a_version_that_is_named_is_not_replaced_by_another(made):
    made.publish_source("1.9", "hello\n")
    folder = made.publish_source("1.10", "good day\n")
    (folder / "greeting_1.10.dsc").unlink()
    with pytest.raises(debian.Gone, match="the suite trial of .* did not give"):
        debian.download_source(SUITE, "greeting", made.archive, "1.10")


def test_a_source_that_is_not_what_the_suite_signed_is_refused_and_no_older_one_taken(made):
    made.publish_source("1.9", "hello\n")
    folder = made.publish_source("1.10", "good day\n")
    tarball = folder / "greeting_1.10.tar.gz"
    tarball.write_bytes(tarball.read_bytes()[:-1] + b"x")
    with pytest.raises(debian.Unavailable, match="(?i)hash sum mismatch") as caught:
        debian.download_source(SUITE, "greeting", made.archive)
    assert not isinstance(caught.value, debian.Gone)


@pytest.mark.parametrize("version", ["", "../1.0", "--option", "x"])
def test_what_is_no_version_is_refused_before_apt_sees_it(made, version):
    with pytest.raises(ValueError):
        debian.downloaded_source(SUITE, "greeting", version)


def test_a_file_of_the_mirror_is_fetched_by_its_path_or_said_to_be_gone(made, tmp_path):
    debian.download_file("pool/greeting.deb", tmp_path / "fetched.deb", made.archive)
    assert (tmp_path / "fetched.deb").read_bytes() == (made.root / "mirror/pool/greeting.deb").read_bytes()
    with pytest.raises(debian.Gone, match="the mirror lacks pool/farewell.deb"):
        debian.download_file("pool/farewell.deb", tmp_path / "farewell.deb", made.archive)
    assert not (tmp_path / "farewell.deb").exists()


def test_a_mirror_that_does_not_answer_is_named(made):
    nobody = debian.Archive("http://127.0.0.1:9/debian", made.archive.keyring)
    with pytest.raises(debian.Unavailable, match="127.0.0.1:9/debian"):
        debian.unpack(SUITE, ["greeting"], nobody)


def test_without_the_keys_nothing_is_fetched(made):
    keyless = debian.Archive(made.archive.mirror, made.root / "nowhere.gpg")
    with pytest.raises(debian.Unavailable, match="debian-archive-keyring"):
        debian.unpack(SUITE, ["greeting"], keyless)


@pytest.mark.parametrize("suite, package", [
    ("trial", "--option"), ("trial", "greeting=1.0"), ("trial", ""), ("../trial", "greeting"),
])
def test_what_is_no_name_is_refused_before_apt_sees_it(made, suite, package):
    with pytest.raises(ValueError):
        debian.unpack(suite, [package], made.archive)


@pytest.mark.parametrize("environ, expected", [
    ({"REGRAFT_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
    ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/regraft"),
    ({"HOME": "/c"}, "/c/.cache/regraft"),
])
def test_the_cache_is_where_its_user_wants_it(monkeypatch, environ, expected):
    for name in ("REGRAFT_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert debian.cache() == Path(expected)


def test_the_mirror_is_the_one_of_the_machine():
    archive = debian.of_machine()
    assert archive.mirror.startswith(("http", "file:", "copy:", "mirror"))
    assert archive.keyring == debian.KEYRING
