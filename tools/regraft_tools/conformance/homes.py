"""The home directory of a user who has regraft enabled, or of one who has not.

Suites run in the interpreter itself. Nothing may be installed there, so regraft comes in as a user
would bring it: in the user's own site-packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regraft_tools import environments
from regraft_tools.interpreters import Interpreter


_USER_SITE = "import site; print(site.getusersitepackages())"


class HomeError(RuntimeError):
    """A home could not be made, or is not what it should be."""


@dataclass(frozen=True)
class Home:
    """Where `HOME` points while a suite runs.

    Attributes:
        path: the directory. A suite gets a copy made of links.
        site: the user's site-packages in it; it exists.
        grafted: whether regraft is enabled there.
        python: an interpreter other than the one whose suites they are: a copy with a grafted
            standard library. None for that one itself.
    """

    path: Path
    site: Path
    grafted: bool
    python: Path | None = None


def make_stock(interpreter: Interpreter, path: Path) -> Home:
    """A home without regraft, in every other respect like the one with it."""
    path.mkdir(parents=True)
    site = Path(_ask(interpreter, path, "-c", _USER_SITE))
    if path.resolve() not in site.resolve().parents:
        raise HomeError("%s has its user site in %s, not in HOME" % (interpreter, site))
    site.mkdir(parents=True)
    return Home(path, site, grafted=False)


def make_grafted(interpreter: Interpreter, path: Path) -> Home:
    """A home in which regraft, built from this checkout, is installed and enabled.

    Raises:
        HomeError: regraft could not be enabled.
        environments.BuildFailed: its wheel could not be built.
    """
    stock = make_stock(interpreter, path)
    # Not with pip: distributions forbid theirs to install for a user (PEP 668).
    with zipfile.ZipFile(environments.wheel(interpreter)) as wheel:
        wheel.extractall(stock.site)
    _ask(interpreter, path, "-m", "regraft", "enable", "--user")
    return Home(path, stock.site, grafted=True)


def make_tree(interpreter: Interpreter, path: Path) -> Home:
    """A home of a user of a copy of the interpreter, whose standard library was grafted.

    Raises:
        HomeError: `graft-tree` failed.
        environments.BuildFailed: the wheel of regraft could not be built.
    """
    stock = make_stock(interpreter, path)
    python = copy_prefix(interpreter, path.with_name("prefix"))
    with tempfile.TemporaryDirectory(prefix="regraft-wheel-") as folder:
        with zipfile.ZipFile(environments.wheel(interpreter)) as wheel:
            wheel.extractall(folder)
        done = subprocess.run(
            [python, "-B", "-m", "regraft", "graft-tree", "--any-release", "--python", python],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            env={"HOME": str(path), "PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": folder},
        )
    if done.returncode:
        raise HomeError("%s could not be grafted: %s" % (python, done.stderr.strip()))
    return Home(path, stock.site, grafted=True, python=python)


def copy_prefix(interpreter: Interpreter, target: Path) -> Path:
    """Copies an interpreter with its whole standard library, nothing installed in it; its executable.

    The original is never changed: not even by a link to a file of it.
    """
    prefix = interpreter.path.parents[1]
    library = Path("lib", "python" + interpreter.series)
    shutil.copytree(
        prefix / library, target / library, symlinks=True,
        ignore=lambda folder, names: names if folder == str(prefix / library / "site-packages") else [],
    )
    for shared in sorted((prefix / "lib").glob("libpython*")):
        shutil.copy2(shared, target / "lib", follow_symlinks=False)
    (target / "bin").mkdir()
    return Path(shutil.copy2(interpreter.path, target / "bin"))


def _ask(interpreter: Interpreter, home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(interpreter.path), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, env={"HOME": str(home), "PATH": os.environ.get("PATH", os.defpath)},
        check=False,
    )
    if done.returncode:
        raise HomeError(
            "%s %s failed: %s" % (interpreter, " ".join(arguments), done.stderr.strip())
        )
    return done.stdout.strip()


def find_intruders(home: Home, identity: Mapping[str, Any]) -> list[str]:
    """What in a child's identity contradicts that it ran with (or without) regraft.

    Args:
        home: the home that the child was given.
        identity: what the child wrote of itself.
    """
    if not identity:
        return ["the child said nothing of itself"]
    files = identity["files"]
    ours = {name for name, file in files.items() if _is_ours(home, Path(file))}
    if not home.grafted:
        found = sorted(ours | set(identity["regraft"]))
        return ["%s is in a process without regraft" % name for name in found]
    wanted = ("ssl", "hashlib", "hmac", "random", "regraft._openssl")
    return [
        "%s is not ours: it comes from %s" % (name, files.get(name, "nowhere"))
        for name in wanted if name not in ours
    ]


def _is_ours(home: Home, file: Path) -> bool:
    if home.python is None:
        return home.site.resolve() in file.parents
    # In a grafted tree the place is the same as that of the original.
    source = file.with_suffix(".py") if file.suffix in (".pyc", ".pyo") else file
    return home.python.parents[1] in file.parents and b"regraft" in source.read_bytes()
