"""The home directory of a user who has regraft enabled, or of one who has not.

Suites run in the interpreter itself. Nothing may be installed there, so regraft comes in as a user
would bring it: in the user's own site-packages.
"""

from __future__ import annotations

import os
import subprocess
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
    """

    path: Path
    site: Path
    grafted: bool


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
    ours = {
        name for name, file in files.items() if home.site.resolve() in Path(file).parents
    }
    if not home.grafted:
        found = sorted(ours | set(identity["regraft"]))
        return ["%s is in a process without regraft" % name for name in found]
    wanted = ("ssl", "hashlib", "hmac", "random", "regraft._openssl")
    return [
        "%s is not ours: it comes from %s" % (name, files.get(name, "nowhere"))
        for name in wanted if name not in ours
    ]
