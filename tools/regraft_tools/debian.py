"""Packages of other Debian suites, unpacked beside the system and not installed.

    tree = debian.unpack("trixie", ["libssl3t64", "libssl-dev"])
    tree / "usr/include/openssl/ssl.h"

The mirror is the one that this machine's apt uses. apt fetches and verifies, with directories of
its own: the system's lists and packages are neither read nor changed. What was unpacked is kept
in the cache and used as it is from then on, though the suite may have moved on; deleting the
cache is always safe. Several processes may ask for the same at the same time.

The cache is `REGRAFT_CACHE`, else `regraft` in `XDG_CACHE_HOME`, else `~/.cache/regraft`.

As a program (`python -m regraft_tools.debian SUITE PACKAGE …`) it prints the root of the tree.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import getpass
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "REGRAFT_CACHE"
# Where the package debian-archive-keyring, which every Debian has, puts the keys of all suites.
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LONGEST = 900  # seconds for one command; a mirror that takes longer is not there

_SUITE = re.compile(r"[a-z][a-z-]*\Z")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*\Z")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+:~-]*\Z")
_SECURITY = "-security"
_TREE, _STAMP = "tree", "packages.json"
# apt's words for a mirror over HTTP, and for one that is a directory.
_NOT_FOUND = re.compile(r"\b404\s+Not Found\b|\bFile not found\b")


class Unavailable(RuntimeError):
    """Packages cannot be had; the message tells what failed and what to do."""


class Gone(Unavailable):
    """The mirror says that it has no such file."""


@dataclass(frozen=True)
class Archive:
    """A Debian mirror.

    Attributes:
        mirror: its address, as in a line of sources.list.
        keyring: the keys of which one must have signed its suites.
    """

    mirror: str
    keyring: Path = KEYRING


def cache() -> Path:
    """The directory for what is large and can be fetched or built again; outside any checkout."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache")
    return Path(base).expanduser().resolve() / "regraft"


def unpack(
    suite: str, packages: Sequence[str], archive: Archive | None = None, architecture: str = ""
) -> Path:
    """The root of a tree with the files of binary packages, fetched when first asked for.

    Nothing is configured and no script of a package runs. Dependencies are not followed.

    Args:
        suite: such as `trixie` or `sid`.
        packages: names, without versions.
        archive: default is `of_machine()`.
        architecture: Debian's name of a machine, such as `arm64`; default is this one.

    Raises:
        Unavailable: there is no apt, the mirror does not answer, a signature is wrong, or the
            suite has no such package.
    """
    if architecture and not _PACKAGE.match(architecture):
        raise ValueError("not a name of a machine: %r" % architecture)

    def fill(folder: Path, tree: Path) -> dict[str, str]:
        apt = _Apt(suite, archive or of_machine(suite), architecture=architecture)
        versions = {}
        with tempfile.TemporaryDirectory(dir=folder) as parcel:
            apt.run("download", *packages, cwd=Path(parcel))
            for each in sorted(Path(parcel).glob("*.deb")):
                command("dpkg-deb", "--extract", str(each), str(tree))
                # Package_version_architecture.deb, with the colon of an epoch as %3a.
                versions.update([each.name.replace("%3a", ":").split("_")[:2]])
        return versions

    return _kept(suite, "binary", packages, fill, architecture)


def unpacked(suite: str, packages: Sequence[str]) -> Path | None:
    """What `unpack` would return at once, without a mirror; None if it would have to fetch."""
    tree = _place(suite, "binary", packages) / _TREE
    return tree if tree.is_dir() else None


def bootstrap(suite: str, target: Path, packages: Sequence[str] = (), archive: Archive | None = None) -> None:
    """Makes a whole system that can be entered: what each Debian has, these packages, and what they need.

    It needs root. The packages' files stay in its `var/cache/apt/archives`.

    Args:
        target: its root, an empty directory.

    Raises:
        Unavailable: as `unpack`.
    """
    _check_names(suite, packages or ["apt"])
    archive = archive or of_machine(suite)
    tool = unpack("sid", ["debootstrap"])
    command(
        "sh", str(tool / "usr/sbin/debootstrap"), "--variant=minbase", "--keyring=%s" % archive.keyring,
        *(["--include=" + ",".join(packages)] if packages else []), suite, str(target), archive.mirror,
        environ=os.environ | {"DEBOOTSTRAP_DIR": str(tool / "usr/share/debootstrap")},
    )


def unpack_source(
    suite: str, package: str, archive: Archive | None = None, version: str = ""
) -> Path:
    """The directory of a source package, its patches applied; otherwise like `unpack`.

    Args:
        version: Debian's; default is the newest whose files the mirror has.
    """
    files = download_source(suite, package, archive, version)
    version = files.name

    def fill(folder: Path, tree: Path) -> dict[str, str]:
        tree.rmdir()  # dpkg-source makes it
        # apt has verified the files by the signature of the suite.
        command("dpkg-source", "--no-check", "--extract", str(next(files.glob("*.dsc"))), str(tree))
        return {package: version}

    return _kept(suite, "source", [package], fill, version)


def list_sources(suite: str, package: str, archive: Archive | None = None) -> list[str]:
    """The versions of a source package that a suite lists, newest first.

    Raises:
        Unavailable: there is no apt, the mirror does not answer or a signature is wrong.
    """
    _check_names(suite, [package])
    return _Apt(suite, archive or of_machine(suite), kind="deb-src").source_versions(package)


def download_source(
    suite: str, package: str, archive: Archive | None = None, version: str = ""
) -> Path:
    """A directory with the files of a source package, as apt has verified them; named by the version.

    An index may name files that the mirror has not yet, or has no more: then the next older version
    is taken, and a line tells so.

    Args:
        version: Debian's, and no other is taken; default is the newest that can be had.

    Raises:
        Gone: the mirror lacks the files of each version in question.
        Unavailable: as `list_sources`.
    """
    archive = archive or of_machine(suite)
    names = [version] if version else list_sources(suite, package, archive)
    for number, each in enumerate(names):
        try:
            return _download_source(suite, package, archive, each)
        except Gone:
            if number == len(names) - 1:
                raise
            print("%s %s: listed by %s, but the mirror lacks its files; trying %s"
                  % (package, each, suite, names[number + 1]), flush=True)
    raise Gone("the suite %s of %s lists no source package %s" % (suite, archive.mirror, package))


def _download_source(suite: str, package: str, archive: Archive, version: str) -> Path:
    def fetch(folder: Path) -> None:
        _Apt(suite, archive, kind="deb-src").run(
            "source", "--download-only", "%s=%s" % (package, version), cwd=folder)

    return made_once(_source_place(suite, package, version), fetch)


def downloaded_source(suite: str, package: str, version: str) -> Path | None:
    """What `download_source` would return at once, without a mirror; None if it would have to fetch."""
    folder = _source_place(suite, package, version)
    return folder if folder.is_dir() else None


def _source_place(suite: str, package: str, version: str) -> Path:
    _check_names(suite, [package])
    if not _VERSION.match(version):
        raise ValueError("not a version of a Debian package: %r" % version)
    return cache() / "debian" / suite / ("files-" + package) / version


def download_file(path: str, target: Path, archive: Archive | None = None) -> None:
    """Fetches a file of the mirror by its path there. Nothing vouches for it: verify its signature.

    Raises:
        Gone: the mirror has no such file.
        Unavailable: it cannot be fetched.
    """
    archive = archive or of_machine()
    part = target.with_name(target.name + ".part")
    try:
        command(
            "/usr/lib/apt/apt-helper", "-o", "APT::Sandbox::User=" + getpass.getuser(), "download-file",
            "%s/%s" % (archive.mirror.rstrip("/"), path), str(part),
        )
        part.rename(target)
    except Unavailable as error:
        raise _gone_or_other(error, "%s of %s" % (path, archive.mirror)) from None
    finally:
        part.unlink(missing_ok=True)


def compare_versions(one: str, other: str) -> int:
    """1, 0 or -1 as a version of a Debian package is newer than, as old as, or older than another."""
    if one == other:
        return 0
    done = subprocess.run(["dpkg", "--compare-versions", one, "gt", other], check=False)
    return 1 if done.returncode == 0 else -1


def _gone_or_other(error: Unavailable, what: str) -> Unavailable:
    words = str(error)
    if _NOT_FOUND.search(words):
        return Gone("the mirror lacks %s.\n%s" % (what, words))
    return error


def versions(tree: Path) -> dict[str, str]:
    """Version of each package in a tree that `unpack` or `unpack_source` returned."""
    return json.loads((tree.parent / _STAMP).read_text())


def of_machine(suite: str = "") -> Archive:
    """The mirror from which this machine's apt gets the suite that is installed.

    Args:
        suite: for a suite of security updates (`trixie-security`), which are on a mirror of their own,
            the one from which apt gets those of the installed suite.

    Raises:
        Unavailable: there is no apt, or it has no sources.
    """
    words = command(
        "apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"
    )
    addresses = [line.split() for line in words.splitlines() if line]
    installed = _codename()
    if suite.endswith(_SECURITY):
        addresses = [each for each in addresses if each[1].endswith(_SECURITY)]
        installed += _SECURITY
    chosen = [address for address, suite in addresses if suite == installed]
    chosen += [address for address, _ in addresses]  # on sid the two may have different names
    if not chosen:
        raise Unavailable(
            "no mirror: apt has no source of packages. Packages of other Debian suites can be had "
            "on Debian only."
        )
    return Archive(chosen[0])


def command(*words: str, cwd: Path | None = None, environ: dict[str, str] | None = None) -> str:
    """What a command prints.

    Raises:
        Unavailable: there is no such command, or it failed; the message has its last words.
    """
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", cwd=cwd, timeout=LONGEST, check=False,
            env={**(os.environ if environ is None else environ), "LC_ALL": "C.UTF-8"},
        )
    except OSError as error:
        raise Unavailable(
            "%s: %s. Debian's packages apt, dpkg and dpkg-dev have the commands that are needed."
            % (words[0], error.strerror)
        ) from None
    except subprocess.TimeoutExpired:
        raise Unavailable("no end after %d seconds: %s" % (LONGEST, " ".join(words))) from None
    if done.returncode:
        last = "\n".join("    " + line for line in done.stdout.strip().splitlines()[-20:])
        raise Unavailable(
            "failed (exit status %d): %s\n%s" % (done.returncode, " ".join(words), last)
        )
    return done.stdout


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Has a path of the cache to itself; others wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(path.name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made_once(target: Path, make: Callable[[Path], None]) -> Path:
    """A directory of the cache, made when first asked for; what fails leaves none, nor half of one.

    Args:
        target: where it is kept.
        make: fills a new directory, which then becomes that one.
    """
    with locked(target):
        if not target.is_dir():
            folder = Path(tempfile.mkdtemp(dir=target.parent, prefix="making-"))
            try:
                make(folder)
                folder.chmod(0o755)
                folder.rename(target)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
    return target


class _Apt:
    """apt-get for one suite of one archive, with directories of its own."""

    def __init__(self, suite: str, archive: Archive, kind: str = "deb", architecture: str = "") -> None:
        if not archive.keyring.is_file():
            raise Unavailable(
                "no %s, which has the keys that the suites are signed with: install the package "
                "debian-archive-keyring" % archive.keyring
            )
        self._suite, self._archive = suite, archive
        machine = "arch=%s " % architecture if architecture else ""
        line = "%s [%ssigned-by=%s] %s %s main\n" % (kind, machine, archive.keyring, archive.mirror, suite)
        key = hashlib.sha256(line.encode()).hexdigest()[:16]
        self._home = cache() / "debian" / "apt" / key
        with locked(self._home):
            for each in ("lists/partial", "archives/partial"):
                (self._home / each).mkdir(parents=True, exist_ok=True)
            (self._home / "sources.list").write_text(line)
            (self._home / "status").touch()
            (self._home / "apt.conf").write_text(_configuration(self._home, architecture))

    def run(self, *arguments: str, cwd: Path) -> None:
        """Brings the lists up to date and runs apt-get in a directory."""
        # Read after the system's files, so that what is said here is what counts, and a proxy
        # that they name is still used.
        words = ["apt-get", "--config-file", str(self._home / "apt.conf"), "--quiet"]
        try:
            with locked(self._home):
                command(*words, "--error-on=any", "update")
                command(*words, *arguments, cwd=cwd)
        except Unavailable as error:
            where = "the suite %s of %s" % (self._suite, self._archive.mirror)
            failure = type(_gone_or_other(error, where))
            raise failure("%s did not give what was asked for.\n%s" % (where, error)) from None

    def source_versions(self, package: str) -> list[str]:
        """The versions of a source package in the list, which is brought up to date; newest first."""
        self.run("check", cwd=self._home)  # for the update before it
        words = command(
            "apt-cache", "--config-file", str(self._home / "apt.conf"), "showsrc", "--only-source", package
        )
        found = set(re.findall(r"^Version: (\S+)$", words, re.M))
        return sorted(found, key=functools.cmp_to_key(compare_versions), reverse=True)


def _configuration(home: Path, architecture: str = "") -> str:
    values = {
        "Dir::State": home, "Dir::State::Lists": home / "lists",
        "Dir::State::Status": home / "status",
        "Dir::Cache": home, "Dir::Cache::Archives": home / "archives",
        "Dir::Etc::SourceList": home / "sources.list", "Dir::Etc::SourceParts": os.devnull,
        "Dir::Etc::Preferences": os.devnull, "Dir::Etc::PreferencesParts": os.devnull,
        "Dir::Etc::Trusted": os.devnull, "Dir::Etc::TrustedParts": os.devnull,
        # The cache may be where another user cannot look.
        "APT::Sandbox::User": getpass.getuser(),
        "APT::Get::AllowUnauthenticated": "false",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::AllowWeakRepositories": "false",
        "Acquire::Retries": "2",
    }
    text = "".join('%s "%s";\n' % item for item in values.items())
    if architecture:
        # The list would keep the machine's own beside it.
        return text + '#clear APT::Architectures;\nAPT::Architecture "%s";\nAPT::Architectures { "%s"; };\n' % (
            architecture, architecture)
    return text


def _kept(
    suite: str, kind: str, packages: Sequence[str], fill: Callable[[Path, Path], dict[str, str]],
    variant: str = "",
) -> Path:
    """The tree of that suite, kind, set of packages and variant of them; `fill` makes it when there is none."""
    target = _place(suite, kind, packages, variant)
    with locked(target):
        if target.is_dir():
            return target / _TREE
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix="making-"))
        try:
            tree = folder / _TREE
            tree.mkdir()
            (folder / _STAMP).write_text(json.dumps(fill(folder, tree), indent=1))
            folder.chmod(0o755)
            folder.rename(target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return target / _TREE


def _place(suite: str, kind: str, packages: Sequence[str], variant: str = "") -> Path:
    """The directory of the cache for that suite, kind, set of packages and variant of them."""
    _check_names(suite, packages)
    names = sorted(set(packages))
    key = hashlib.sha256("\0".join([*names, *filter(None, [variant])]).encode()).hexdigest()[:12]
    return cache() / "debian" / suite / ("%s-%s-%s" % (kind, names[0], key))


def _check_names(suite: str, packages: Sequence[str]) -> None:
    wrong = [each for each in packages if not _PACKAGE.match(each)]
    if wrong or not packages or not _SUITE.match(suite):
        raise ValueError("not a suite and names of packages: %r, %r" % (suite, list(packages)))


def _codename() -> str:
    try:
        text = Path("/etc/os-release").read_text()
    except OSError:
        return ""
    match = re.search(r"^VERSION_CODENAME=\"?([a-z]+)", text, re.M)
    return match.group(1) if match else ""


def main(arguments: Sequence[str]) -> int:
    """Prints the root of the tree."""
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(unpack(arguments[0], arguments[1:]))
    except (Unavailable, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
