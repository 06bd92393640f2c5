"""Whole systems in which packages and images are made as the how-to says, and what is asked of them.

A Debian bullseye is made with debootstrap and kept in the cache; each trial has a copy, entered with chroot.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import textwrap
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
import trees

from regraft_tools import debian, environments

SUITE = "bullseye"
# What each system has beyond what every Debian has.
PACKAGES: dict[str, tuple[str, ...]] = {
    "plain": (),
    "builder": ("ca-certificates", "debhelper", "python2.7", "rpm"),
}
# The packages that Debian's Python 2.7 is divided into, of which the system of builders keeps the files.
PYTHONS = ("python2.7-minimal", "libpython2.7-minimal", "libpython2.7-stdlib", "python2.7")
KEPT = re.compile(r"(%s)_" % "|".join(map(re.escape, PYTHONS)))
PAGE = environments.checkout() / "docs" / "howto" / "images.rst"
WHEELS = "REGRAFT_TEST_WHEELS"  # as for the session wheel-gates
LONGEST = 600  # seconds for one command

# Arguments: root, command. The mounts belong to a namespace of this command, and are gone when it ends.
_ENTER = """
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
if [ -e /etc/resolv.conf ] && [ -e "$1/etc/resolv.conf" ]; then mount --bind /etc/resolv.conf "$1/etc/resolv.conf"; fi
root=$1
shift
exec chroot "$root" "$@"
"""


@dataclass(frozen=True)
class Root:
    """A system.

    Attributes:
        path: its root.
    """

    path: Path

    def try_to(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in it."""
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        return subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-euc", _ENTER, "enter", str(self.path), *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
                 "DEBIAN_FRONTEND": "noninteractive", **proxies, **variables},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=LONGEST, check=False)

    def run(self, *command: str, **variables: str) -> str:
        """What a command that must end well prints in it."""
        done = self.try_to(*command, **variables)
        assert done.returncode == 0, "%s: exit status %d\n%s\n%s" % (command, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def look(self, certificates: Path, *flags: str) -> dict:
        """Uses all covered modules of its Python 2.7 once, in a handshake too; which of them are regraft's."""
        for source in (trees.WORKING, certificates):
            target = self.path / "tmp" / source.name
            if not target.exists():
                (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        return json.loads(self.run("python2.7", "-B", *flags, "/tmp/" + trees.WORKING.name, "/tmp/" + certificates.name))

    def verify(self) -> tuple[int, str]:
        """What verify-tree says of its Python 2.7, and with which exit status."""
        done = self.try_to("python2.7", "-B", "-m", "regraft", "verify-tree", "--python", "/usr/bin/python2.7")
        return done.returncode, done.stdout + done.stderr

    def snapshot(self) -> dict[str, tuple[int, str]]:
        """All that there is of Python 2.7: mode and content by path."""
        found = {}
        for place in ("etc/python2.7", "usr/bin", "usr/lib/python2.7", "usr/local/lib"):
            for path in sorted((self.path / place).rglob("*")):
                status = path.lstat()
                content = os.readlink(path) if path.is_symlink() else "" if path.is_dir() else hashlib.sha256(
                    path.read_bytes()).hexdigest()
                found[str(path.relative_to(self.path))] = (status.st_mode, content)
        return found


@contextlib.contextmanager
def copied(name: str, target: Path) -> Iterator[Root]:
    """A copy of a system of PACKAGES, removed in the end as it is large; skips where it cannot be made or entered."""
    try:
        yield copy(name, target)
    finally:
        shutil.rmtree(target, ignore_errors=True)


def copy(name: str, target: Path) -> Root:
    """A copy of a system of PACKAGES, for who removes it; skips where it cannot be made or entered."""
    lacking = [each for each in ("chroot", "mount", "unshare") if not shutil.which(each)]
    if os.geteuid() != 0 or lacking:
        lack("packages and images are made in a system of their own, which needs root%s"
             % "".join(" and the command " + each for each in lacking))
    try:
        source = _make(name)
    except debian.Unavailable as error:
        lack("a Debian %s cannot be made: %s" % (SUITE, error))
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)
    return Root(target)


def _make(name: str) -> Path:
    def fill(folder: Path) -> None:
        debian.bootstrap(SUITE, folder, PACKAGES[name])
        for each in (folder / "var/cache/apt/archives").glob("*.deb"):
            if not KEPT.match(each.name):
                each.unlink()

    return debian.made_once(debian.cache() / "recipes" / ("%s-%s" % (SUITE, name)), fill)


def lack(why: str) -> NoReturn:
    """Skips for want of something; a release is not made without, so there it is a failure."""
    (pytest.fail if os.environ.get("REGRAFT_RELEASE") else pytest.skip)(why)


def find_wheel() -> Path:
    """The wheel for the Python of these systems: wide Unicode, glibc, this machine."""
    folder = Path(os.environ.get(WHEELS) or environments.checkout() / "dist").resolve()
    found = sorted(folder.glob("regraft-*-cp27mu-manylinux*_x86_64.whl"))
    if not found:
        lack("%s has no wheel for 2.7 on x86_64: `nox -s wheels -- manylinux2010_x86_64 --hosts 2.7` makes it" % folder)
    return found[-1]


def unpack_wheel(target: Path) -> None:
    """Puts the wheel into a directory, as a package of regraft or pip does."""
    with zipfile.ZipFile(find_wheel()) as wheel:
        wheel.extractall(target)


def read_recipe(title: str, language: str) -> str:
    """The one block of that language in a section of the how-to."""
    text = re.split(r"(?m)^%s\n-+\n" % re.escape(title), PAGE.read_text())
    assert len(text) == 2, "%s has no section %s" % (PAGE, title)
    section = re.split(r"(?m)^\S.*\n-{3,}\n", text[1])[0]
    found = re.findall(r"(?m)^\.\. code-block:: %s\n\n((?:(?:   .*)?\n)+)" % language, section)
    assert len(found) == 1, "the section %s of %s has %d blocks of %s" % (title, PAGE, len(found), language)
    return textwrap.dedent(found[0]).strip() + "\n"
