"""Where regraft is installed to: virtual environments with a pip of some release, and bare interpreters."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from regraft_tools import environments
from regraft_tools.installing import NEWEST, OWN, Trouble, artefacts
from regraft_tools.interpreters import Interpreter

VIRTUAL, BARE = "virtual", "bare"
DIRECTORY = "directory"
LONGEST = 1800  # seconds for one command

# pip asks these in the place of its options; a person's settings are not to decide how a scenario ends.
_CLEAN = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1",
          "PIP_NO_CACHE_DIR": "off", "PYTHONWARNINGS": "ignore:DEPRECATION", "NO_PROXY": "*"}
_FOREIGN = ("PYTHONDONTWRITEBYTECODE", "PIP_", "SSL_CERT_", "REQUESTS_", "CURL_", "CC", "CFLAGS", "LDFLAGS")
# What a copy of an interpreter can do without: tests, documentation, what others have installed.
_LEFT_OUT = shutil.ignore_patterns("test", "tests", "idlelib", "share", "*.exe", "_sandboxing_*", "__pycache__")


@dataclass
class Place:
    """An interpreter that a scenario may do to what it likes.

    Attributes:
        kind: VIRTUAL or BARE.
        root: its prefix.
        python: its executable.
        interpreter: what it was made from.
        home: stands for the user's home directory, and has what `pip install --user` puts there.
        pip: the version of its pip.
        pristine: a copy of the prefix as it was made.
        before: what was in it then, and in the home directory.
    """

    kind: str
    root: Path
    python: Path
    interpreter: Interpreter
    home: Path
    pristine: Path
    pip: tuple[int, ...] = ()
    before: dict[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str, compiler: bool = False, settings: bool = False,
        extra: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess:
        """Runs its Python in its prefix; output and errors are one text.

        Args:
            compiler: whether there is one on PATH. If not, PATH has the place's commands only.
            settings: whether this machine's settings of pip hold.
            extra: further variables of its environment.
        """
        environ = {
            name: value for name, value in environments.clean_environ().items()
            if settings or not name.startswith(_FOREIGN)
        }
        if not settings:
            environ |= _CLEAN
        path = [str(self.python.parent)] + ([environ.get("PATH", os.defpath)] if compiler else [])
        environ |= {"PATH": os.pathsep.join(path), "HOME": str(self.home)}
        environ |= {"PYTHONUSERBASE": str(self.home / ".local"), **(extra or {})}
        # pip tells an index the version of rustc, and where that is rustup's it writes settings, which are not pip's.
        environ["RUSTUP_HOME"] = str(self.home.with_name("rustup"))
        return subprocess.run(
            [str(self.python), *arguments], cwd=self.home, env=environ, text=True,
            errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=LONGEST, check=False,
        )

    def differences(self) -> list[str]:
        """What is not as it was: a line for each file."""
        return compare(self.before, self.state())

    def state(self) -> dict[str, str]:
        """What is in the prefix and in the home directory.

        The directories above a user's site-packages do not count: pip makes them, and leaves them empty.
        """
        users = snapshot([self.home]).items()
        return snapshot([self.root]) | {path: state for path, state in users if state != DIRECTORY}

    def restore(self) -> None:
        """Makes all as it was."""
        shutil.rmtree(self.root)
        shutil.copytree(self.pristine, self.root, symlinks=True)
        shutil.rmtree(self.home)
        make_home(self.home)


def make(kind: str, interpreter: Interpreter, pip: str, folder: Path) -> Place:
    """Makes a place in a directory.

    Args:
        kind: VIRTUAL or BARE.
        interpreter: what it is made from.
        pip: its version, OWN or NEWEST.
        folder: for all of it.
    """
    root, home = folder / "environment", folder / "home"
    make_home(home)
    if kind == BARE:
        copy_interpreter(interpreter, root)
    elif pip in (OWN, NEWEST):
        environments.make_venv(interpreter, root)
    else:
        environments.make_virtualenv(interpreter, root, pip)
    name = "python" + interpreter.series if kind == BARE else "python"
    place = Place(kind, root, root / "bin" / name, interpreter, home, folder / "pristine")
    if pip == NEWEST:
        _succeed(place, "-m", "pip", "install", "-q", "--no-index", str(artefacts.fetch("pip")))
    # What a program writes when it is first run is not a change, so each has been: some files of pip are
    # for Python 3 only, and are not compiled by 2.7.
    place.run("-m", "compileall", "-q", str(root))
    _succeed(place, "-m", "pip", "list")
    told = place.run("-c", "import pip; print(pip.__version__)").stdout
    place.pip = tuple(map(int, re.match(r"(\d+)\.(\d+)", told).groups()))
    shutil.copytree(root, place.pristine, symlinks=True)
    place.before = place.state()
    return place


def make_home(home: Path) -> None:
    """Makes a home directory, which nobody has quite empty: old pips take away directories that they leave empty."""
    home.mkdir()
    (home / ".profile").write_text("# a user's\n")


def copy_interpreter(interpreter: Interpreter, target: Path) -> None:
    """Copies the prefix of an interpreter, with pip and setuptools and nothing else of its packages."""
    prefix = interpreter.path.parents[1]
    shutil.copytree(prefix, target, symlinks=True, ignore=_LEFT_OUT)
    packages = target / "lib" / ("python" + interpreter.series) / "site-packages"
    for path in packages.iterdir():
        if not path.name.startswith(("pip", "setuptools", "pkg_resources", "easy_install")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def snapshot(roots: Iterable[Path]) -> dict[str, str]:
    """What is in directories: path -> hash, or what a link leads to, or that it is a directory."""
    found = {}
    for root in roots:
        for path in root.rglob("*"):
            if path.is_symlink():
                state = "link to %s" % os.readlink(path)
            elif path.is_dir():
                state = DIRECTORY
            else:
                state = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(root.parent))] = state
    return found


def compare(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """A line for each difference of two snapshots."""
    lines = ["left behind: %s" % each for each in sorted(after.keys() - before.keys())]
    lines += ["gone: %s" % each for each in sorted(before.keys() - after.keys())]
    both = before.keys() & after.keys()
    return lines + ["changed: %s" % each for each in sorted(both) if before[each] != after[each]]


def _succeed(place: Place, *arguments: str) -> None:
    done = place.run(*arguments)
    if done.returncode:
        raise Trouble("%s\n%s" % (" ".join(arguments), done.stdout))
