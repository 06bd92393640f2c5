"""What is installed: a wheel and an sdist, the same wheel under a higher number, and what builds require."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, environments, sdist
from regraft_tools.installing import Trouble
from regraft_tools.interpreters import Interpreter

# For 2.7 and 3.6; the newest serve the others.
# Wheels for Linux that a pip takes, of those that are made today: manylinux2010 is known since pip 19.0,
# manylinux2014 since 19.3. What it does not know it refuses, from a file as well.
_KNOWN_SINCE = {"manylinux2010": (19, 0), "manylinux2014": (19, 3)}
REQUIRED = ("setuptools < 45", "setuptools < 60", "setuptools", "wheel < 0.38", "wheel")


@dataclass(frozen=True)
class Offered:
    """What there is for one interpreter.

    Attributes:
        wheel, newer: regraft, and the same with a higher version.
        version, newer_version: their versions.
        refused: a wheel in dist/ that the pip is too old for, if there is one; then `wheel` is one without a platform
            of others.
        source: the sdist, if it was asked for.
        required: wheels of what a build of it requires.
    """

    wheel: Path
    newer: Path
    version: str
    newer_version: str
    refused: Path | None = None
    source: Path | None = None
    required: tuple[Path, ...] = ()

    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.wheel, self.newer, *filter(None, [self.source]), *self.required)


def collect(
    interpreter: Interpreter, folder: Path, pip: tuple[int, ...], source: bool = True, anew: bool = False
) -> Offered:
    """Puts together what is installed for an interpreter: from dist/ what is there, else newly made.

    Args:
        folder: for what is made; there is none yet.
        pip: its version.
        source: whether there is to be an sdist.
        anew: whether dist/ is passed over.
    """
    folder.mkdir()
    found = None if anew else find_wheel(interpreter)
    refused = found if found and not takes(pip, found) else None
    wheel = environments.wheel(interpreter) if refused or not found else found
    version = wheel.name.split("-")[1]
    newer = version + ".1"
    offered = Offered(wheel, renumber(wheel, newer, folder), version, newer, refused)
    if not source:
        return offered
    required = tuple(fetch(each) for each in REQUIRED)
    return dataclasses.replace(offered, source=_find_sdist(version), required=required)


def find_wheel(interpreter: Interpreter) -> Path | None:
    """The wheel in dist/ that this machine's interpreter of a series takes, if it was made.

    Raises:
        Trouble: it was made of other sources.
    """
    tag = "cp%d%d" % interpreter.release[:2]
    if interpreter.release[0] == 2:
        question = "import sys; sys.exit(sys.maxunicode == 0xFFFF)"  # UCS-4, as distributions and pyenv build it
        narrow = subprocess.run([str(interpreter.path), "-S", "-c", question], check=False).returncode
        tag += "-%sm%s" % (tag, "" if narrow else "u")
    for path in sorted((environments.checkout() / "dist").glob("regraft-*-%s-*.whl" % tag)):
        platform = path.stem.split("-")[-1]
        if platform.endswith("x86_64") and "musl" not in platform and "macos" not in platform:
            with zipfile.ZipFile(path) as archive:
                _refuse_others(path, {
                    "src/" + name: archive.read(name) for name in archive.namelist()
                    if name.startswith("regraft/") and name.endswith(".py")
                })
            return path
    return None


def takes(pip: tuple[int, ...], wheel: Path) -> bool:
    """Whether a pip knows one of the platforms that a wheel names."""
    named = [each.rsplit("_", 2)[0] for each in wheel.stem.split("-")[-1].split(".")]
    return any(pip >= _KNOWN_SINCE.get(each, (20, 3) if each.startswith("manylinux_") else (0,)) for each in named)


def _find_sdist(version: str) -> Path:
    path = environments.checkout() / "dist" / ("regraft-%s.tar.gz" % version)
    with debian.locked(environments.directory() / "sdist"):
        if not path.exists():
            return sdist.make()
        with tarfile.open(path) as archive:
            _refuse_others(path, {
                each.name.partition("/")[2]: archive.extractfile(each).read()
                for each in archive if "/src/regraft/" in each.name and each.isfile()
            })
        return path


def _refuse_others(path: Path, files: dict[str, bytes]) -> None:
    """Raises Trouble unless the runtime in an archive is the checkout's: it would be tried in its place."""
    root = environments.checkout()
    for name, data in files.items():
        source = root / name
        if not source.is_file() or source.read_bytes() != data:
            raise Trouble("%s is of other sources (%s differs): make it anew, or delete it" % (path, name))


def renumber(wheel: Path, version: str, folder: Path) -> Path:
    """Writes a wheel that is another one with another version."""
    name, old, rest = wheel.name.split("-", 2)
    target = folder / ("%s-%s-%s" % (name, version, rest))
    before, after = "%s-%s.dist-info/" % (name, old), "%s-%s.dist-info/" % (name, version)
    rows = []
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(target, "w") as result:
        for entry in source.infolist():
            data = source.read(entry)
            path = entry.filename.replace(before, after)
            if path == after + "RECORD":
                continue
            if path in (after + "METADATA", name + "/__init__.py"):
                changed = data.replace(b'"%s"' % old.encode(), b'"%s"' % version.encode())
                changed = changed.replace(b"\nVersion: %s\n" % old.encode(), b"\nVersion: %s\n" % version.encode())
                if changed == data:
                    raise Trouble("%s of %s does not have its version" % (path, wheel.name))
                data = changed
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append("%s,sha256=%s,%d\n" % (path, digest, len(data)))
            result.writestr(path, data, zipfile.ZIP_DEFLATED)
        result.writestr(after + "RECORD", "".join(rows) + after + "RECORD,,\n")
    return target


def fetch(requirement: str) -> Path:
    """The wheel of a project, the newest that the requirement allows, as this Python's pip gets it; kept."""
    words = "".join(each if each.isalnum() else "_" for each in requirement)
    folder = debian.cache() / "installing" / words
    with debian.locked(folder):
        if not folder.exists():
            partial = folder.with_name(folder.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            # --ignore-requires-python: what is fetched is for others.
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                 "--ignore-requires-python", "--disable-pip-version-check", "--only-binary",
                 ":all:", "--dest", str(partial), requirement], check=True,
            )
            partial.rename(folder)
    return next(folder.glob("*.whl"))
