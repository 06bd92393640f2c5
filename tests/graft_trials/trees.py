"""Whole copies of interpreters to be grafted, and what is asked of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import environments
from regraft_tools.conformance import homes
from regraft_tools.interpreters import Interpreter

WORKING = Path(__file__).resolve().parents[1] / "graft" / "working.py"
# The system calls by which a tree can change.
CHANGES = "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,chmod,fchmodat,chown,utimensat,symlink"
# And all others of which one may be the last before a loss of power.
CALLS = CHANGES + ",open,openat,write,fsync,close"


@dataclass(frozen=True)
class Tree:
    """A prefix with an interpreter.

    Attributes:
        path: the prefix.
        python: its executable.
        site: a directory with regraft in it, which belongs to no interpreter.
    """

    path: Path
    python: Path
    site: Path

    @property
    def library(self) -> Path:
        """The standard library."""
        return self.path / "lib" / self.python.name

    def run(
        self, *arguments: str | os.PathLike[str], before: tuple[str, ...] = (), **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs its Python, under the words of another program if there are any."""
        return subprocess.run(
            [*before, str(self.python), "-B", *map(str, arguments)], text=True, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
            env=environments.clean_environ() | variables,
        )

    def regraft(
        self, command: str, *words: str, before: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command on the tree with the regraft of `site`."""
        return self.run("-m", "regraft", command, *words, self.path, before=before,
                        PYTHONPATH=str(self.site))

    def graft(self, *words: str) -> None:
        """Grafts it, as a release that is known."""
        done = self.regraft("graft-tree", *words)
        assert done.returncode == 0, done

    def look(self, certificates: Path, *flags: str) -> dict:
        """Uses all covered modules once, in a handshake too."""
        done = self.run(*flags, WORKING, certificates)
        assert (done.returncode, done.stderr) == (0, ""), done
        return json.loads(done.stdout)

    def copy(self, target: Path) -> Tree:
        """Another one, in which the same may be done to the standard library."""
        subprocess.run(["cp", "-a", "--reflink=auto", self.path, target], check=True)
        return Tree(target, target / "bin" / self.python.name, self.site)

    def remove(self, patterns: tuple[str, ...]) -> None:
        """Removes directories of the library."""
        for each in [path for pattern in patterns for path in self.library.glob(pattern)]:
            shutil.rmtree(each) if each.is_dir() else each.unlink()

    def differences(self, other: Tree) -> list[str]:
        """What `diff -r` says, and each file with another mode, owner or time."""
        done = subprocess.run(
            ["diff", "-r", "--no-dereference", self.path, other.path], capture_output=True,
            text=True, check=False,
        )
        return done.stdout.splitlines() + sorted(
            "%s %s" % each for each in _metadata(self.path) ^ _metadata(other.path)
        )


def _metadata(top: Path) -> set[tuple[str, tuple[int, ...]]]:
    found = set()
    for folder, folders, names in os.walk(top):
        for name in names + folders:
            status = Path(folder, name).lstat()
            changed = 0 if name in folders else status.st_mtime_ns
            found.add((str(Path(folder, name).relative_to(top)),
                       (status.st_mode, status.st_uid, status.st_gid, changed)))
    return found


def make(interpreter: Interpreter, room: Path) -> Tree:
    """A copy of an interpreter without its tests, and the wheel of this checkout unpacked beside it."""
    path = room / "prefix"
    python = homes.copy_prefix(interpreter, path)
    shutil.rmtree(path / "lib" / python.name / "test", ignore_errors=True)
    with zipfile.ZipFile(environments.wheel(interpreter)) as wheel:
        wheel.extractall(room / "site")
    return Tree(path, python, room / "site")
