"""Makes and keeps the virtual environments in which regraft is tried.

    environment = environments.ensure(interpreter, "demo", packages=["requests==2.27.1"])
    environment.run("-m", "regraft", "run", "program.py")
    subprocess.run([environment.python, ...])

`ensure` answers at once when the environment is there already and still what was asked for: the
same interpreter, the same packages, the same sources of regraft. Otherwise it makes it, or puts
in the new wheel. The wheel of an interpreter is built once for each state of the sources.

Nothing is installed into an interpreter itself. All of it lies in `.environments` of the
checkout (`REGRAFT_ENVIRONMENTS` names another directory) and can be deleted at any time. Several
processes may call `ensure` at the same time.

As a program (`python -m regraft_tools.environments [SERIES …]`) it builds the wheels and prints
their paths.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, interpreters
from regraft_tools.interpreters import Interpreter

VARIABLE = "REGRAFT_ENVIRONMENTS"
CHECKOUT_VARIABLE = "REGRAFT_CHECKOUT"

# What a build reads, relative to the checkout. A change to any of it makes a new wheel; the
# extension in it is compiled again only for a change to its own sources.
EXTENSION_SOURCES = ("setup.py", "setup.cfg", "pyproject.toml", "build_support", "ext")
SOURCES = (*EXTENSION_SOURCES, "MANIFEST.in", "README.md", "LICENSE", "src")

_NOT_SOURCES = shutil.ignore_patterns(
    "__pycache__", "*.pyc", "*.pyo", "*.so", "*.egg-info", ".*", "build", "dist"
)
# Settings of the build that are not in the sources.
_BUILD_VARIABLES = ("REGRAFT_OPENSSL", "CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "PKG_CONFIG_PATH")
# The environment of whoever calls must not reach into the ones that are made here.
_FOREIGN_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV",
                      "__PYVENV_LAUNCHER__", "PYENV_VERSION")


class BuildFailed(RuntimeError):
    """A command that had to succeed did not; the message has its last words."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment.

    Attributes:
        path: its directory.
        python: its executable.
        interpreter: what it was made from.
        created: whether the call that returned it had to make or change something.
    """

    path: Path
    python: Path
    interpreter: Interpreter
    created: bool = False

    @property
    def bin(self) -> Path:
        """The directory of its commands."""
        return self.python.parent

    def run(
        self, *arguments: str | os.PathLike[str], check: bool = True,
        env: Mapping[str, str] | None = None, **options,
    ) -> subprocess.CompletedProcess:
        """Runs its Python with arguments; variables in `env` are added to the caller's.

        Options are those of subprocess.run. Raises CalledProcessError unless check is False.
        """
        return subprocess.run(
            [str(self.python), *map(str, arguments)], check=check,
            env=self.variables(env), **options,
        )

    def variables(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment for a process in it: the caller's, its commands first on PATH."""
        result = clean_environ()
        result["PATH"] = os.pathsep.join([str(self.bin), result.get("PATH", os.defpath)])
        result["VIRTUAL_ENV"] = str(self.path)
        result.update(extra or {})
        return result


def ensure(
    interpreter: Interpreter, name: str, packages: Sequence[str] = (), regraft: bool = True,
    requirements: Path | None = None,
) -> Environment:
    """The virtual environment of that name for that interpreter, made or brought up to date.

    Args:
        interpreter: what it is made from.
        name: what it is for (`demo`, `tests`); with the version it names the directory.
        packages: requirements as pip takes them; they may name files.
        regraft: whether regraft, built from this checkout, is installed in it. It is installed,
            not enabled: `python -m regraft run …` or `enable` do that.
        requirements: a file in pip's format, in which each package has its hash; installed instead of
            `packages`.

    Raises:
        BuildFailed: making it, building regraft or installing failed.
    """
    path = directory() / ("%s-%s" % (interpreter.version, name))
    python = path / "bin" / "python"
    base = {"interpreter": str(interpreter.path), "packages": sorted(packages)}
    if requirements:
        base["requirements"] = requirements.read_text()
    stamp = path / "regraft-tools.json"
    with debian.locked(path):
        # Asked for with the lock held: whoever waits for it then finds the work done.
        built = wheel(interpreter) if regraft else None
        state = dict(base, wheel=str(built) if built else None)
        before = _read_json(stamp)
        if before == state and python.exists():
            return Environment(path, python, interpreter)
        same_base = {key: before.get(key) for key in base} == base
        if not (same_base and python.exists() and (regraft or not before["wheel"])):
            _make(interpreter, path)
            if requirements:
                _pip(python, "install", "--require-hashes", "--only-binary", ":all:", "--requirement",
                     str(requirements))
            elif packages:
                _pip(python, "install", *packages)
        else:
            stamp.unlink()
        if built:
            _pip(python, "install", "--no-deps", "--force-reinstall", "--no-index", str(built))
        stamp.write_text(json.dumps(state))
    return Environment(path, python, interpreter, created=True)


def wheel(interpreter: Interpreter) -> Path:
    """The wheel of regraft for an interpreter, built from this checkout's sources.

    Raises:
        BuildFailed: the build failed; the message has the last lines of its output.
    """
    key = source_key()
    target = directory() / "wheels" / key / interpreter.version
    with debian.locked(target):
        ready = sorted(target.glob("*.whl"))
        if ready:
            return ready[0]
        builder = _builder(interpreter)
        room = directory() / "builds" / source_key(EXTENSION_SOURCES) / interpreter.version
        with debian.locked(room), tempfile.TemporaryDirectory(dir=target.parent) as folder:
            _refresh(room)
            product = Path(folder, "product")
            _run(
                [str(builder.python), "setup.py", "--quiet", "bdist_wheel", "--dist-dir",
                 str(product)],
                extra={"REGRAFT_CYTHON_CACHE": str(directory() / "cython")}, cwd=room,
            )
            product.rename(target)  # in the same directory, so never half done
        return next(target.glob("*.whl"))


def source_key(names: Iterable[str] = SOURCES) -> str:
    """A hash of everything that decides what a build from these sources gives."""
    digest = hashlib.sha256()
    root = checkout()
    for name in _BUILD_VARIABLES:
        digest.update(("%s=%s\0" % (name, os.environ.get(name, ""))).encode())
    digest.update(_openssl_version().encode())
    for path in sorted(_source_files(root, names)):
        digest.update(b"%s\0" % str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def checkout() -> Path:
    """The directory with regraft's sources: `REGRAFT_CHECKOUT`, or the one this file is part of.

    Raises:
        LookupError: these tools are installed away from a checkout and nothing names one.
    """
    named = os.environ.get(CHECKOUT_VARIABLE)
    candidates = [Path(named)] if named else [Path(__file__).resolve().parents[2], Path.cwd()]
    for each in candidates:
        if (each / "setup.py").exists() and (each / "src" / "regraft").is_dir():
            return each.resolve()
    raise LookupError(
        "no checkout of regraft at %s: run this in one, or set %s"
        % (" or ".join(map(str, candidates)), CHECKOUT_VARIABLE)
    )


def directory() -> Path:
    """Where environments and wheels are kept."""
    named = os.environ.get(VARIABLE)
    return Path(named).resolve() if named else checkout() / ".environments"


def clean_environ() -> dict[str, str]:
    """The environment variables of this process without those that steer another Python."""
    return {
        name: value for name, value in os.environ.items()
        if name not in _FOREIGN_VARIABLES
        and not (name.startswith("REGRAFT_") and name != "REGRAFT_OPENSSL")
    }


def copy_sources(target: Path) -> None:
    """A copy without anything that earlier builds left, as a fresh clone would be."""
    root = checkout()
    for source in _source_files(root):
        copy = target / source.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)


def make_venv(interpreter: Interpreter, path: Path) -> None:
    """A virtual environment with the interpreter's own venv and the pip that it ships."""
    try:
        _run([str(interpreter.path), "-m", "venv", str(path)])
    except BuildFailed as error:
        shutil.rmtree(path, ignore_errors=True)
        raise BuildFailed(
            "%s\nOn Debian the module venv is in the package python%s-venv."
            % (error, interpreter.series)
        ) from None


def make_virtualenv(interpreter: Interpreter, path: Path, pip: str = "embed") -> None:
    """A virtual environment with virtualenv, for interpreters that have no venv or an old pip.

    Args:
        interpreter: what it is made from.
        path: its directory; there is none yet.
        pip: its version; default is the one that virtualenv brings along. Another is fetched.
    """
    # `embed`, and a cache of our own: the user's may hold releases that other virtualenvs have
    # fetched, among them a pip that does not run on this interpreter.
    _run([
        sys.executable, "-m", "virtualenv", "--quiet", "--no-periodic-update",
        "--app-data", str(directory() / "virtualenv"), "--python", str(interpreter.path),
        "--pip", pip, "--setuptools", "embed", "--wheel", "embed",
        *(["--download"] if pip != "embed" else []), str(path),
    ])


def _refresh(room: Path) -> None:
    """Puts the sources of today where an earlier build may have left its extension."""
    for name in SOURCES:
        path = room / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for path in room.glob("build/lib*/**/*"):
        if path.is_file() and path.suffix != ".so":
            path.unlink()
    copy_sources(room)


def _builder(interpreter: Interpreter) -> Environment:
    if not interpreter.has_headers:
        raise BuildFailed(
            "%s has no C headers (no Python.h in %s): install the package python%s-dev (Debian), "
            "python%s-devel (Fedora), or use a Python of pyenv"
            % (interpreter, interpreter.include, interpreter.series, interpreter.series)
        )
    project = tomllib.loads((checkout() / "pyproject.toml").read_text())
    return ensure(
        interpreter, "build", packages=project["build-system"]["requires"], regraft=False
    )


def _make(interpreter: Interpreter, path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if interpreter.release < (3, 7):
        # The standard library of 2.7 has no venv, and ensurepip of 3.6 brings a pip that knows
        # no manylinux2014. virtualenv 20.15.1, the last for both, has the last pip of each.
        make_virtualenv(interpreter, path)
    else:
        make_venv(interpreter, path)


def _pip(
    python: Path, command: str, *arguments: str,
    extra: Mapping[str, str] | None = None, cwd: Path | None = None,
) -> None:
    _run(
        [str(python), "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments],
        extra=dict(extra or {}, PYTHONWARNINGS="ignore:DEPRECATION"), cwd=cwd,
    )


def _run(
    command: Sequence[str], extra: Mapping[str, str] | None = None, cwd: Path | None = None
) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=clean_environ() | dict(extra or {}), cwd=cwd, check=False,
    )
    if done.returncode:
        words = done.stdout.decode("utf-8", "replace").strip().splitlines()[-60:]
        raise BuildFailed(
            "failed (exit status %d): %s\n%s"
            % (done.returncode, " ".join(command), "\n".join("    " + line for line in words))
        )


def _source_files(root: Path, names: Iterable[str] = SOURCES) -> Iterator[Path]:
    for name in names:
        top = root / name
        if top.is_file():
            yield top
        for folder, folders, files in os.walk(top):
            left_out = _NOT_SOURCES(folder, folders + files)
            folders[:] = [each for each in folders if each not in left_out]
            yield from (Path(folder, each) for each in files if each not in left_out)


def _openssl_version() -> str:
    """What pkg-config says of the OpenSSL that a build would take; empty without one."""
    try:
        done = subprocess.run(
            ["pkg-config", "--modversion", "--libs", "openssl"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )
    except OSError:
        return ""
    return done.stdout


def _read_json(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def main(arguments: Iterable[str]) -> int:
    """Builds the wheels for the series that are named, or for all interpreters found."""
    result = interpreters.search(list(arguments) or None)
    print(result.report())
    failures = 0
    for interpreter in result.found:
        try:
            print(wheel(interpreter))
        except BuildFailed as error:
            failures += 1
            print(error, file=sys.stderr)
    return 1 if failures or result.missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
