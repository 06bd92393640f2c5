"""The sources of OpenSSL: Debian's package, or upstream's file by name; each with its signatures verified.

What must hold for Debian's package: apt has verified the suite and the files that it names; a Debian
developer signed the .dsc, which has the same checksums; and upstream's key, which the package brings along,
signed upstream's file. A version that no suite lists any more is upstream's file alone, from the pool of the
same mirror, by the same key.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from regraft_tools import debian
from regraft_tools.wheels import signatures

SERIES = "3.5"  # the series with long-term support
PACKAGE = "openssl"
# The day of an advisory begins in the first; it flows into the second with the next point release.
SUITES = ("trixie-security", "trixie")
KEYS_SUITE, KEYS_PACKAGE = "sid", "debian-keyring"
DEVELOPERS = "usr/share/keyrings/debian-keyring.pgp"
UPSTREAM_KEY = "debian/upstream/signing-key.asc"

_CVE = re.compile(r"CVE-\d{4}-\d{4,}")


class NotVerified(RuntimeError):
    """Something about the sources is not as it was signed; the message tells what."""


@dataclass(frozen=True)
class Patch:
    """A patch of Debian's.

    Attributes:
        name: its file.
        text: its content.
    """

    name: str
    text: str

    @property
    def resolves(self) -> tuple[str, ...]:
        """The CVEs that it names."""
        return tuple(sorted(set(_CVE.findall(self.text))))


@dataclass(frozen=True)
class Source:
    """Verified sources.

    Attributes:
        version: upstream's, `3.5.7`.
        debian: the version of Debian's package; empty for upstream's file alone.
        tarball: upstream's file.
        patches: those of the package, in their order.
        signers: who signed what: name of the file to fingerprint of the primary key.
        suite: the suite that lists the package.
    """

    version: str
    debian: str
    tarball: Path
    patches: tuple[Patch, ...] = ()
    signers: Mapping[str, str] = field(default_factory=dict)
    suite: str = ""

    @property
    def name(self) -> str:
        """The most exact version there is."""
        return self.debian or self.version

    @functools.cached_property
    def sha256(self) -> str:
        """Of upstream's file."""
        return _sha256(self.tarball)

    def unpack(self, target: Path) -> None:
        """Puts the sources, patched, into a new directory.

        Raises:
            NotVerified: they are of another release.
        """
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            with tarfile.open(self.tarball) as archive:
                archive.extractall(folder, filter="data")
            (top,) = Path(folder).iterdir()
            # A signature says who packed a file, not that its name was not changed since for a newer release's.
            if top.name != "%s-%s" % (PACKAGE, self.version):
                raise NotVerified("%s has %s in it, not OpenSSL %s" % (self.tarball, top.name, self.version))
            top.rename(target)
        for each in self.patches:
            with tempfile.NamedTemporaryFile("w", suffix=".patch", dir=target.parent) as stream:
                stream.write(each.text)
                stream.flush()
                debian.command(
                    "patch", "--batch", "--forward", "--silent", "--fuzz=0", "--strip=1", "-i", stream.name, cwd=target)

    @functools.cached_property
    def released(self) -> int:
        """When upstream packed it, in seconds since 1970: the date that its own programs show."""
        with tarfile.open(self.tarball) as archive:
            return max(each.mtime for each in archive)


def find(version: str = "") -> Source:
    """Verified sources.

    Args:
        version: `3.5.6`, or a version of Debian's package; default is the newest of the series of which the
            mirror has the files.

    Raises:
        debian.Unavailable: they cannot be had.
        NotVerified, signatures.NotSigned: they are not what somebody signed.
        ValueError: that is no version.
    """
    if version and not re.fullmatch(r"\d+\.\d+\.\d+(-[A-Za-z0-9.+~]+)?", version):
        raise ValueError("%r is not a version of OpenSSL, such as 3.5.7, or of its Debian package" % version)
    for suite in SUITES:
        kept = debian.downloaded_source(suite, PACKAGE, version) if "-" in version else None
        if kept:  # what is asked for by its whole name needs no mirror
            return _packaged(suite, kept)
    listed = _listed()
    wanted = [
        each for each in listed
        if (version in (each[0], _upstream(each[0])) if version else _upstream(each[0]).startswith(SERIES + "."))
    ]
    for found, suite in wanted:
        try:
            return _packaged(suite, debian.download_source(suite, PACKAGE, version=found))
        except debian.Gone:
            print("openssl %s: listed by %s, but the mirror lacks its files" % (found, suite), flush=True)
    if not version or "-" in version:
        raise debian.Gone(
            "no source of openssl %s: %s list %s" % (
                version or SERIES, " and ".join(SUITES), ", ".join(each for each, _ in listed) or "none"))
    return _upstream_alone(version)


def _listed() -> list[tuple[str, str]]:
    """(version, suite) of all packages in the suites, newest first."""
    found = [(version, suite) for suite in SUITES for version in debian.list_sources(suite, PACKAGE)]
    compare = functools.cmp_to_key(debian.compare_versions)
    return sorted(found, key=lambda each: compare(each[0]), reverse=True)


def _upstream(version: str) -> str:
    return version.split("-")[0]


def _packaged(suite: str, files: Path) -> Source:
    version = files.name
    description = files / ("%s_%s.dsc" % (PACKAGE, version))
    keys = debian.unpack(KEYS_SUITE, [KEYS_PACKAGE])
    developer, text = signatures.verify_inline(description, [keys / DEVELOPERS])
    sums = _read_checksums(text, description.name)
    for name, (digest, size) in sums.items():
        path = files / name
        if not path.is_file() or path.stat().st_size != size or _sha256(path) != digest:
            raise NotVerified("%s is not the file that %s, signed by %s, is about" % (
                path, description.name, developer))
    tarball = files / ("%s_%s.orig.tar.gz" % (PACKAGE, _upstream(version)))
    signature = tarball.with_name(tarball.name + ".asc")
    own = files / ("%s_%s.debian.tar.xz" % (PACKAGE, version))
    missing = [each.name for each in (tarball, signature, own) if each.name not in sums]
    if missing:
        raise NotVerified("%s does not name %s" % (description.name, ", ".join(missing)))
    with tempfile.TemporaryDirectory(prefix="regraft-openssl-") as folder:
        with tarfile.open(own) as archive:
            archive.extractall(folder, filter="data")
        upstream = signatures.verify_detached(signature, tarball, [Path(folder) / UPSTREAM_KEY])
        patches = _read_patches(Path(folder, "debian/patches"))
    return Source(
        _upstream(version), version, tarball, patches,
        {description.name: developer, tarball.name: upstream}, suite,
    )


def _upstream_alone(version: str) -> Source:
    """Upstream's file from the pool, by the key that the newest verified package brings along."""
    vouching = find()
    folder = debian.cache() / "wheels" / "upstream" / version
    folder.mkdir(parents=True, exist_ok=True)
    tarball = folder / ("%s_%s.orig.tar.gz" % (PACKAGE, version))
    signature = tarball.with_name(tarball.name + ".asc")
    for each in (signature, tarball):
        if not each.exists():
            debian.download_file("pool/main/o/%s/%s" % (PACKAGE, each.name), each)
    print("openssl %s: no suite lists it; upstream's file, with the key from the package %s"
          % (version, vouching.debian), flush=True)
    own = vouching.tarball.with_name("%s_%s.debian.tar.xz" % (PACKAGE, vouching.debian))
    with tempfile.TemporaryDirectory(prefix="regraft-openssl-") as unpacked:
        with tarfile.open(own) as archive:
            archive.extractall(unpacked, filter="data")
        signer = signatures.verify_detached(signature, tarball, [Path(unpacked) / UPSTREAM_KEY])
    return Source(version, "", tarball, signers={tarball.name: signer})


def _read_checksums(text: str, name: str) -> dict[str, tuple[str, int]]:
    """File to (SHA-256, size in bytes), from the signed text of a .dsc."""
    block = re.search(r"^Checksums-Sha256:[ \t]*\n((?: .*\n)+)", text, re.M)
    lines = [line.split() for line in block.group(1).splitlines()] if block else []
    if not lines or any(len(line) != 3 or "/" in line[2] for line in lines):
        raise NotVerified("%s has no SHA-256 checksums in the part that is signed" % name)
    return {file: (digest, int(size)) for digest, size, file in lines}


def _read_patches(folder: Path) -> tuple[Patch, ...]:
    # All of them, as Debian tests and ships them together: those that mend security bugs between upstream's
    # releases are the point; the others are about shared libraries, manual pages and names of build targets.
    # Should one ever change what TLS does by default, extension.try_out() refuses the wheel.
    series = [line.split("#")[0].strip() for line in (folder / "series").read_text().splitlines()]
    return tuple(Patch(each, (folder / each).read_text("utf-8")) for each in series if each)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
