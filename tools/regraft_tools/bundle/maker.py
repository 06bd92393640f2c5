"""Makes the bundle: the same wheels and the same commit give the same bytes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.utils import parse_wheel_filename

from regraft_tools import environments
from regraft_tools.bundle.installer import archive, choice, start
from regraft_tools.bundle.installer.wording import Refusal

INSTALLER = Path(archive.__file__).parent
DISTRIBUTION = "regraft"
SBOM = "sboms/regraft.cdx.json"
TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell


class Unusable(RuntimeError):
    """There is nothing to make a bundle of; the message tells what is wrong with which wheel."""


@dataclass(frozen=True)
class Row:
    """A wheel, as the manifest has it.

    Attributes:
        name: of the file.
        size: in bytes.
        sha256: in hexadecimal.
        openssl: the release in it, or None if it uses the machine's.
    """

    name: str
    size: int
    sha256: str
    openssl: str | None


def make(wheels: Iterable[Path], folder: Path, here: bool = False) -> Path:
    """Writes `regraft-<version>.pyz`.

    Args:
        wheels: all of one version.
        folder: where it is to be.
        here: whether wheels are taken that serve this machine only, for trials.

    Raises:
        Unusable: there are no wheels, or one is not what the installer can install.
    """
    chosen = sorted(each for each in wheels if serves_linux(each.name, here))
    if not chosen:
        raise Unusable("there is no wheel of regraft for Linux to put into a bundle: `nox -s wheels` makes them")
    versions = {str(parse_wheel_filename(each.name)[1]) for each in chosen}
    if len(versions) > 1:
        raise Unusable("wheels of more than one version: %s; delete the old ones" % ", ".join(sorted(versions)))
    rows = [examine(each) for each in chosen]
    version = versions.pop()
    manifest = {
        "version": version, "commit": find_commit(), "wheels": [row.__dict__ for row in rows],
    }
    members = {
        "__main__.py": Path(start.__file__).read_bytes(),
        archive.MANIFEST: json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n",
    }
    for source in sorted(INSTALLER.glob("*.py")):
        if source.name != Path(start.__file__).name:
            members["%s/%s" % (start.PACKAGE, source.name)] = source.read_bytes()
    members |= {archive.WHEELS + each.name: each.read_bytes() for each in chosen}
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / ("%s-%s.pyz" % (DISTRIBUTION, version))
    partial = target.with_suffix(".part")
    write(partial, members)
    partial.replace(target)
    return target


def serves_linux(name: str, here: bool) -> bool:
    """Whether a file is a wheel of regraft that the installer may choose."""
    if not name.startswith(DISTRIBUTION + "-") or not name.endswith(".whl"):
        return False
    kinds = {choice.parse_platform(each)[0] for each in choice.Tags(name).platforms}
    return bool(kinds & ({"glibc", "musl", "linux"} if here else {"glibc", "musl"}))


def examine(path: Path) -> Row:
    """Reads a wheel with the installer's own code, which checks it."""
    data = path.read_bytes()
    try:
        wheel = archive.Wheel(path.name, data)
    except Refusal as error:
        raise Unusable(str(error)) from None
    scripts = wheel.files.get(wheel.metadata + "/entry_points.txt", b"")
    if b"console_scripts" in scripts or b"gui_scripts" in scripts:
        raise Unusable("%s has commands (console_scripts), and the installer makes none" % path.name)
    sbom = wheel.files.get("%s/%s" % (wheel.metadata, SBOM))
    return Row(path.name, len(data), hashlib.sha256(data).hexdigest(), find_openssl(sbom) if sbom else None)


def find_openssl(sbom: bytes) -> str:
    """The release of OpenSSL that an SBOM (CycloneDX) lists."""
    components = json.loads(sbom).get("components", [])
    found = [each["version"] for each in components if each["name"].lower() == "openssl"]
    if len(found) != 1:
        raise Unusable("an SBOM lists %d components named openssl, not one" % len(found))
    return found[0]


def find_commit() -> str | None:
    """The commit of the checkout; with a + if it has changes; None if this is no clone."""
    root = environments.checkout()
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
        changes = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"], cwd=root, capture_output=True, text=True,
            check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if changes.stdout.strip() else "")


def write(path: Path, members: dict[str, bytes]) -> None:
    """Writes a zip that needs no zlib to be read, and has neither times nor owners of this machine."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as bundle:
        for name in sorted(members, key=lambda each: (PurePosixPath(each).suffix == ".whl", each)):
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system = 3  # Unix, whose modes the next line has
            entry.external_attr = 0o100644 << 16
            bundle.writestr(entry, members[name])
