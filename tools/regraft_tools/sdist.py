"""Makes the sdist: `nox -s sdist` puts dist/regraft-VERSION.tar.gz there.

The commands of setup.py put the tree together (build_support/command.py); here it is made from the
files that git knows and no others, and packed so that two builds of a commit give the same bytes:
names in order, no names of users, and the time of the commit, or SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import environments, interpreters

# Beside what pyproject.toml requires of every build: what packs, and what judges the metadata.
PACKAGES = ("build == 1.3.0", "twine == 6.2.0")

# Files that no checkout has: the C, and what setuptools and the standard of sdists want.
_MADE = re.compile(r"generated/[0-9a-f]{16}/_openssl\.c|PKG-INFO|src/regraft\.egg-info/[^/]+")
# Of these all files, but for scripts that serve checkouts only.
_WHOLE = ("src/", "ext/")
_PAPERS = {"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "PKG-INFO", "pyproject.toml", "setup.cfg", "setup.py"}


def make(target: Path | None = None) -> Path:
    """Makes the sdist of the checkout.

    Args:
        target: the directory for it; default is dist/ of the checkout.

    Raises:
        BuildFailed: a command failed; the message has its last words.
    """
    root = environments.checkout()
    target = target or root / "dist"
    target.mkdir(parents=True, exist_ok=True)
    environment = _environment()
    with tempfile.TemporaryDirectory(prefix="regraft-sdist-") as folder:
        sources, product = Path(folder, "sources"), Path(folder, "product")
        copy_known(root, sources)
        _run(environment, "build", "--sdist", "--no-isolation", "--outdir", str(product), str(sources))
        made = next(product.glob("*.tar.gz"))
        packed = Path(folder, made.name)
        pack_again(made, packed, commit_time(root))
        _run(environment, "twine", "check", "--strict", str(packed))
        problems = compare_with_git(list_packed(packed), list_known(root))
        if problems:
            raise environments.BuildFailed("the sdist is not what it should be:\n" + "\n".join(problems))
        # Complete before it has its name, in whatever file system dist/ is.
        partial = target / (".%s-%d" % (made.name, os.getpid()))
        shutil.copyfile(packed, partial)
        return partial.replace(target / made.name)


def list_known(root: Path) -> list[str]:
    """The files of a checkout that git knows, sorted."""
    done = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], check=True, capture_output=True, text=True
    )
    return sorted(name for name in done.stdout.split("\0") if name)


def list_packed(path: Path) -> list[str]:
    """The files of an sdist, without the name of its top directory, sorted."""
    with tarfile.open(path) as archive:
        return sorted(each.name.partition("/")[2] for each in archive if not each.isdir())


def compare_with_git(packed: Sequence[str], known: Sequence[str]) -> list[str]:
    """What is in an sdist and should not be, or the other way round: a line for each file."""
    made = [name for name in packed if not _MADE.fullmatch(name)]
    lines = ["git does not know %s" % name for name in sorted(set(made) - set(known))]
    needed = {name for name in known if name.startswith(_WHOLE)}
    lines += ["%s is missing" % name for name in sorted((needed | _PAPERS) - set(packed))]
    if sum(name.startswith("generated/") for name in packed) != 1:
        lines.append("there is not one generated file")
    return lines


def copy_known(root: Path, target: Path) -> None:
    """Copies what git knows, as it is in the working directory."""
    for name in list_known(root):
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, copy)


def commit_time(root: Path) -> int:
    """SOURCE_DATE_EPOCH, or the time of the last commit, in seconds."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    if named:
        return int(named)
    done = subprocess.run(
        ["git", "-C", str(root), "log", "-1", "--format=%ct"], check=True, capture_output=True,
        text=True,
    )
    return int(done.stdout)


def pack_again(source: Path, target: Path, when: int) -> None:
    """Packs what is in a .tar.gz anew, with nothing in it of the machine or the hour.

    Args:
        when: seconds since the epoch, for every file.
    """
    with tarfile.open(source) as old, open(target, "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new:
                for member in sorted(old.getmembers(), key=lambda each: each.name):
                    fresh = tarfile.TarInfo(member.name)
                    fresh.mtime, fresh.type, fresh.size = when, member.type, member.size
                    fresh.mode = 0o755 if member.isdir() else 0o644
                    new.addfile(fresh, old.extractfile(member) if member.isfile() else None)


def _environment() -> environments.Environment:
    project = tomllib.loads((environments.checkout() / "pyproject.toml").read_text())
    return environments.ensure(
        interpreters.own(), "sdist", packages=[*project["build-system"]["requires"], *PACKAGES],
        regraft=False,
    )


def _run(environment: environments.Environment, module: str, *arguments: str) -> None:
    done = environment.run(
        "-m", module, *arguments, check=False, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={"REGRAFT_CYTHON_CACHE": str(environments.directory() / "cython")},
    )
    if done.returncode:
        raise environments.BuildFailed("%s failed:\n%s" % (module, done.stdout))


def main(arguments: Sequence[str]) -> int:
    """Makes the sdist and prints its path."""
    try:
        print(make(Path(arguments[0]).resolve() if arguments else None))
    except environments.BuildFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
