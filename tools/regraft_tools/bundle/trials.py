"""What trials of the bundle need: bare interpreters, bundles of two versions, a look at a whole tree."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regraft_tools import environments
from regraft_tools.bundle import maker
from regraft_tools.interpreters import Interpreter

LATER = "99.1.0"
LONGEST = 300  # seconds for one command
# Of a standard library, what no trial needs, and is most of its size.
_LEFT_OUT = shutil.ignore_patterns(
    "test", "tests", "idlelib", "lib2to3", "tkinter", "lib-tk", "turtledemo", "ensurepip", "config*", "*.a",
    "site-packages", "pydoc_data", "unittest", "distutils",
)


@dataclass(frozen=True)
class Machine:
    """A Python that the bundle is to serve.

    Attributes:
        python: its executable.
        root: the directory with all of it.
        site: its site-packages directory.
        variables: what its processes find in their environment, and nothing else.
    """

    python: Path
    root: Path
    site: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str | os.PathLike[str], extra: Mapping[str, str] | None = None,
            **options) -> subprocess.CompletedProcess:
        """Runs its Python; standard output and standard error are text, each by itself."""
        # Else Python would add bytecode of its own standard library to the tree.
        environ = {"PYTHONDONTWRITEBYTECODE": "1", **self.variables, **(extra or {})}
        return subprocess.run(
            [os.fspath(self.python), *map(os.fspath, arguments)], env=environ, cwd=options.pop("cwd", self.root),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="surrogateescape", timeout=LONGEST, check=False, **options,
        )

    def ask(self, code: str, *switches: str, **options) -> str:
        """What a program prints; one that fails or complains fails the trial."""
        done = self.run(*switches, "-c", code, **options)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout.strip()


def copy_bare(interpreter: Interpreter, root: Path, without: Sequence[str] = ()) -> Machine:
    """A copy of an interpreter as it is when nothing was ever installed: no pip, no setuptools.

    Args:
        interpreter: of which a copy is made.
        root: a directory that is not there yet.
        without: names of modules in C that it is to lack.
    """
    prefix, name = interpreter.path.parents[1], "python" + interpreter.series
    library = Path("lib", name)
    shutil.copytree(prefix / library, root / library, symlinks=True, ignore=_LEFT_OUT)
    site = root / library / "site-packages"
    site.mkdir()
    (root / "bin").mkdir()
    shutil.copy2(interpreter.path, root / "bin" / name)
    for shared in (prefix / "lib").glob("lib%s*.so*" % name):
        shutil.copy2(shared, root / "lib" / shared.name)
    for module in without:
        for path in (root / library / "lib-dynload").glob(module + ".*"):
            path.unlink()
    # The executable names the library of the original, which other users may have no right to read.
    return Machine(root / "bin" / name, root, site, {"LD_LIBRARY_PATH": str(root / "lib")})


def make_environment(interpreter: Interpreter, root: Path) -> Machine:
    """A virtual environment with pip."""
    if interpreter.release < (3, 7):
        environments.make_virtualenv(interpreter, root)
    else:
        environments.make_venv(interpreter, root)
    return Machine(root / "bin" / "python", root, next(root.glob("lib/python*/site-packages")))


def make_bundle(interpreters: Sequence[Interpreter], folder: Path, version: str | None = None) -> Path:
    """A bundle of wheels that were built on this machine for it.

    Args:
        interpreters: those that it serves.
        folder: where it goes.
        version: another than that of the sources, by a change of nothing else in the wheels.
    """
    wheels = [environments.wheel(each) for each in interpreters]
    if version:
        wheels = [rename(each, version, folder) for each in wheels]
    return maker.make(wheels, folder, here=True)


def rename(wheel: Path, version: str, folder: Path, changes: Mapping[str, bytes] | None = None) -> Path:
    """A copy of a wheel with another version, and perhaps other files in the place of some."""
    name, before, *tags = wheel.name.split("-")
    metadata = "%s-%s.dist-info/" % (name, before)
    with zipfile.ZipFile(wheel) as archive:
        files = {each: archive.read(each) for each in archive.namelist() if not each.endswith("/RECORD")}
    files = {each.replace(metadata, metadata.replace(before, version)): data for each, data in files.items()}
    files.update(changes or {})
    metadata = metadata.replace(before, version)
    for path, pattern in (
        (name + "/__init__.py", rb'^__version__ = "(.*)"'), (metadata + "METADATA", rb"^Version: (.*)"),
    ):
        start, end = re.search(pattern, files[path], re.M).span(1)
        files[path] = files[path][:start] + version.encode() + files[path][end:]
    files[metadata + "RECORD"] = "".join(
        "%s,sha256=%s,%d\n" % (each, base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode(),
                               len(data))
        for each, data in files.items()
    ).encode() + ("%sRECORD,,\n" % metadata).encode()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "-".join([name, version, *tags])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in files.items():
            archive.writestr(each, data)
    return target


def list_tree(root: Path) -> dict[str, str]:
    """Each file and directory under a directory: its kind and mode, and what is in it."""
    found = {}
    for path in sorted(root.rglob("*")):
        state = path.lstat()
        if stat.S_ISLNK(state.st_mode):
            content = os.readlink(path)
        else:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[os.fspath(path.relative_to(root))] = "%s %s" % (stat.filemode(state.st_mode), content)
    return found


def find_changes(before: Mapping[str, str], root: Path) -> list[str]:
    """Names under a directory that are new, gone or other than they were."""
    after = list_tree(root)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
