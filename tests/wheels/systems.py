"""Other systems for the wheels: Debian's packages of other suites and machines, unpacked and entered."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from regraft_tools import debian

# What a Python needs of others; nothing is configured, and no script of a package runs.
BASE = ("base-files", "libc6", "libgcc-s1", "libcrypt1", "zlib1g", "libffi7", "libexpat1", "libssl1.1")
PYTHONS = {
    "2.7": ("python2.7-minimal", "libpython2.7-minimal", "libpython2.7-stdlib"),
    "3.9": ("python3.9-minimal", "libpython3.9-minimal", "libpython3.9-stdlib", "libmpdec3"),
}
TRIAL = "/mnt"  # where the folder of a trial is in a system
LONGEST = 300  # seconds for one program; under qemu all takes ten times as long

# Arguments: root, folder, command. The mounts belong to a namespace of this command, and are gone when it ends.
_ENTER = """
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount --bind "$2" "$1%s"
root=$1
shift 2
exec chroot "$root" "$@"
""" % TRIAL


def bullseye(series: str) -> Path:
    """The root of a Debian bullseye with one of its Pythons, and OpenSSL 1.1.1; skips where it cannot be had or entered."""
    check_root("a system with another C library is entered with chroot")
    root = unpack("bullseye", [*BASE, *PYTHONS[series]])
    for name in ("dev", "proc", TRIAL.strip("/"), "tmp"):
        (root / name).mkdir(exist_ok=True)
    return root


def lack(why: str) -> NoReturn:
    """Skips for want of something; a release is not made without, so there it is a failure."""
    (pytest.fail if os.environ.get("REGRAFT_RELEASE") else pytest.skip)(why)


def unpack(suite: str, packages: Sequence[str], architecture: str = "") -> Path:
    """The root of a tree of packages; skips where they cannot be had."""
    try:
        return debian.unpack(suite, packages, architecture=architecture)
    except debian.Unavailable as error:
        lack("packages of Debian %s cannot be had: %s" % (suite, error))


def check_root(why: str) -> None:
    """Skips unless mounts can be made."""
    lacking = [each for each in ("chroot", "mount", "unshare") if not shutil.which(each)]
    if os.geteuid() != 0 or lacking:
        lack("%s, which needs root%s" % (why, "".join(" and the command " + each for each in lacking)))


def enter(root: Path, folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in a system, in which the folder is at TRIAL."""
    return run(["unshare", "--mount", "--propagation", "private", "sh", "-euc", _ENTER, "enter", str(root), str(folder),
                *command], **variables)


def run(command: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with these variables and a PATH, and no others."""
    return subprocess.run(
        command, env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", **variables}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace", timeout=LONGEST, check=False)
