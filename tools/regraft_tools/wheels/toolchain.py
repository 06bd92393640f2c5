"""zig and the packers, in an environment of their own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, environments, interpreters
from regraft_tools.wheels.targets import Target

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
LONGEST = 3600  # seconds for one command; a build of OpenSSL takes minutes
# The names of the compiler as the products keep it.
CC, AR, RANLIB = "regraft-cc", "regraft-ar", "regraft-ranlib"


class Failed(RuntimeError):
    """A command that had to succeed did not; the message has its last words."""


@dataclass(frozen=True)
class Toolchain:
    """Where the tools are.

    Attributes:
        python: the Python of the environment, with Cython, setuptools and wheel.
        zig: zig's executable.
        home: the directory of all that they make: OpenSSLs, extensions, zig's own cache.
    """

    python: Path
    zig: Path
    home: Path

    def install(self, target: Target, folder: Path) -> None:
        """Puts commands for a target into a directory. Their names say nothing of this machine."""
        folder.mkdir(parents=True)
        # Without `-target` zig would compile for this very machine, its instructions included.
        for name, words in (
            (CC, ["cc", "-target", target.triple]), (AR, ["ar"]), (RANLIB, ["ranlib"]),
        ):
            path = folder / name
            path.write_text("#!/bin/sh\nexec %s \"$@\"\n" % shlex.join([str(self.zig), *words]))
            path.chmod(0o755)

    def variables(self, folder: Path, epoch: int) -> dict[str, str]:
        """The environment of a build: nothing of the caller's that could show in the product."""
        return {
            "PATH": os.pathsep.join([str(folder), "/usr/local/bin", "/usr/bin", "/bin"]),
            "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C", "TZ": "UTC",
            "SOURCE_DATE_EPOCH": str(epoch),
            "ZIG_GLOBAL_CACHE_DIR": str(self.home / "zig"), "ZIG_LOCAL_CACHE_DIR": str(self.home / "zig"),
        }


def ensure(home: Path | None = None) -> Toolchain:
    """The tools, installed when first asked for.

    Args:
        home: the directory of all that they make; default is in the cache.

    Raises:
        environments.BuildFailed: they cannot be installed.
    """
    environment = environments.ensure(
        interpreters.own(), "wheels", requirements=REQUIREMENTS, regraft=False)
    done = environment.run(
        "-c", "import os, ziglang; print(os.path.dirname(ziglang.__file__))", stdout=subprocess.PIPE, text=True)
    return Toolchain(
        environment.python, Path(done.stdout.strip()) / "zig", home or debian.cache() / "wheels")


def pinned(package: str) -> str:
    """The version of a tool that requirements.txt names."""
    found = re.search(r"^%s == (\S+)" % re.escape(package), REQUIREMENTS.read_text(), re.M)
    if not found:
        raise LookupError("%s pins no %s" % (REQUIREMENTS, package))
    return found.group(1)


def run(words: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str:
    """What a command prints.

    Raises:
        Failed: it failed, or did not end.
    """
    try:
        done = subprocess.run(
            words, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LONGEST, check=False,
        )
    except OSError as error:
        raise Failed("%s: %s" % (words[0], error.strerror)) from None
    except subprocess.TimeoutExpired:
        raise Failed("no end after %d seconds: %s" % (LONGEST, shlex.join(words))) from None
    if done.returncode:
        last = "\n".join("    " + line for line in done.stdout.strip().splitlines()[-30:])
        raise Failed("failed (exit status %d): %s\n%s" % (done.returncode, shlex.join(words), last))
    return done.stdout
