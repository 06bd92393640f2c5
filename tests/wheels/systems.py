"""Other systems for the wheels: Debian's packages of other suites and machines, and a Python on musl; unpacked and entered."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from regraft_tools import debian, environments
from regraft_tools.wheels import musl_python

# What a Python needs of others; nothing is configured, and no script of a package runs.
BASE = ("base-files", "libc6", "libgcc-s1", "libcrypt1", "zlib1g", "libffi7", "libexpat1", "libssl1.1")
PYTHONS = {
    "2.7": ("python2.7-minimal", "libpython2.7-minimal", "libpython2.7-stdlib"),
    "3.9": ("python3.9-minimal", "libpython3.9-minimal", "libpython3.9-stdlib", "libmpdec3"),
}
TRIAL = "/mnt"  # where the folder of a trial is in a system
LONGEST = 300  # seconds for one program; under qemu all takes ten times as long

QEMU = "qemu-aarch64-static"
# Arguments: root, folder, layout, command. The mounts belong to a namespace of this command, and are gone when it ends.
_ENTER = """
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount --bind "$2" "$1%s"
for each in etc var/lib; do
    [ ! -d "$3/$each" ] || mount --bind "$3/$each" "$1/$each"
done
root=$1
shift 3
exec chroot "$root" "$@"
""" % TRIAL


def bullseye(series: str) -> Path:
    """The root of a Debian bullseye with one of its Pythons, and OpenSSL 1.1.1; skips where it cannot be had or entered."""
    check_root("a system with another C library is entered with chroot")
    root = unpack("bullseye", [*BASE, *PYTHONS[series]])
    for name in ("dev", "proc", TRIAL.strip("/"), "tmp"):
        (root / name).mkdir(exist_ok=True)
    return root


def musl(series: str, machine: str = "x86_64") -> Path:
    """The root of a system with musl and one Python, which is compiled when first asked for; skips where it cannot be."""
    try:
        return musl_python.system(series, machine)
    except (musl_python.NotPossible, debian.Unavailable, environments.BuildFailed) as error:
        lack("a Python for musl cannot be made: %s" % error)


def emulator() -> list[str]:
    """The command that runs programs of aarch64; none is needed there."""
    if platform.machine() == "aarch64":
        return []
    here = shutil.which(QEMU) or shutil.which("qemu-aarch64")
    if here:
        return [here]
    tree = unpack("bookworm", ["qemu-user-static"])
    return [str(Path(tree, "usr/bin", QEMU))]


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


def enter(root: Path, folder: Path, *command: str, layout: Path = Path(os.devnull), **variables: str,
          ) -> subprocess.CompletedProcess[str]:
    """Runs a command in a system, in which the folder is at TRIAL, and what a layout has in the place of etc and var/lib."""
    return run(["unshare", "--mount", "--propagation", "private", "sh", "-euc", _ENTER, "enter", str(root), str(folder),
                str(layout), *command], **variables)


def run(command: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with these variables and a PATH, and no others."""
    return subprocess.run(
        command, env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", **variables}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace", timeout=LONGEST, check=False)
