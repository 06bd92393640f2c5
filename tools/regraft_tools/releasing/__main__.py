"""Makes and checks all that a release consists of.

    python -m regraft_tools.releasing 0.2.0              # from a clean checkout that says it is 0.2.0
    python -m regraft_tools.releasing 0.2.0 --prepare    # first: writes the version and the heading of CHANGELOG.md

Everything is made anew in dist/, in the order of `STEPS`; the first that fails ends it. SHA256SUMS is written last, so
a dist/ without it is no release. Nothing is uploaded, tagged or signed: docs/internals/releasing.md says what is left.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from regraft_tools import environments

SUMS = "SHA256SUMS"
_STATED = re.compile(r'^__version__ = "([^"]+)"$', re.M)
_UNRELEASED = "## Unreleased"


class Refused(RuntimeError):
    """No release can be made of this checkout; the message tells why and what to do."""


@dataclass(frozen=True)
class Step:
    """A part of the work.

    Attributes:
        title: what it does, in words.
        command: a session of nox and its arguments.
    """

    title: str
    command: tuple[str, ...]


STEPS = (
    Step("the rules of the house", ("house", "lint")),
    Step("source distribution", ("sdist",)),
    Step("wheels, with OpenSSL", ("wheels",)),
    Step("gates of each wheel", ("wheel-gates",)),
    Step("one file for machines without an index", ("bundle",)),
    Step("trials of that file", ("bundle-trials",)),
    Step("installed by each pip, and taken out", ("installs",)),
    Step("into images and packages of others, and out", ("graft-trials", "--", "tests/graft_trials/test_recipes.py")),
)


def stated_version(root: Path) -> str:
    """The version that the package states."""
    found = _STATED.search((root / "src/regraft/__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise Refused("src/regraft/__init__.py states no __version__")
    return found.group(1)


def check_version(version: str, released: Sequence[str]) -> None:
    """Refuses what is not a version, not in its normal form, or not newer than all released ones.

    Args:
        version: the new one.
        released: tags of the repository, with or without a `v`.
    """
    try:
        normal = str(Version(version))
    except InvalidVersion:
        raise Refused("%r is not a version, such as 0.2.0 or 0.2.0rc1" % version) from None
    if normal != version:
        raise Refused("write the version as %s, not %s" % (normal, version))
    if Version(version).local:
        raise Refused("%s: indexes take no local versions" % version)
    for tag in released:
        try:
            older = Version(tag)
        except InvalidVersion:
            continue
        if older >= Version(version):
            raise Refused("%s is not newer than %s, which is released" % (version, tag))


def check_checkout(root: Path, version: str) -> None:
    """Refuses a checkout that is not what would be released."""
    changed = git(root, "status", "--porcelain")
    if changed:
        raise Refused("the checkout has changes that are not committed:\n%s" % changed)
    if stated_version(root) != version:
        raise Refused("src/regraft/__init__.py says %s: `nox -s release -- %s --prepare` writes it, then commit"
                      % (stated_version(root), version))
    if not has_heading(root, version):
        raise Refused("CHANGELOG.md has no heading %r: `nox -s release -- %s --prepare` writes it, then commit"
                      % ("## " + version, version))


def has_heading(root: Path, version: str) -> bool:
    """Whether the changes of that version have a heading."""
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    return any(line == "## " + version or line.startswith("## %s (" % version) for line in lines)


def prepare(root: Path, version: str, today: datetime.date) -> None:
    """Writes the version and turns the heading of what is unreleased into its own; nothing, if that does not fit."""
    package, changes = root / "src/regraft/__init__.py", root / "CHANGELOG.md"
    text = changes.read_text(encoding="utf-8")
    if has_heading(root, version):
        raise Refused("CHANGELOG.md has a heading for %s already" % version)
    if text.count(_UNRELEASED + "\n") != 1:
        raise Refused("CHANGELOG.md must have one heading %r" % _UNRELEASED)
    below = text.split(_UNRELEASED + "\n")[1].split("\n## ")[0]
    if not re.search(r"^\* ", below, re.M):
        raise Refused("CHANGELOG.md tells of no change below %r" % _UNRELEASED)
    stated_version(root)
    new = _STATED.sub('__version__ = "%s"' % version, package.read_text(encoding="utf-8"))
    package.write_text(new, encoding="utf-8")
    heading = "## %s (%s)" % (version, today.isoformat())
    changes.write_text(text.replace(_UNRELEASED + "\n", "%s\n\n%s\n" % (_UNRELEASED, heading)), encoding="utf-8")


def git(root: Path, *words: str) -> str:
    """What a command of git prints."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused("git %s: %s" % (" ".join(words), done.stderr.strip()))
    return done.stdout.strip()


def run_step(root: Path, step: Step) -> bool:
    """Runs the sessions of a step; whether all passed. Gates that lack what they need fail here, and do not skip."""
    command = [sys.executable, "-m", "nox", "--non-interactive", "--session", *step.command]
    return subprocess.run(command, cwd=root, env={**os.environ, "REGRAFT_RELEASE": "1"}, check=False).returncode == 0


def run_steps(
    root: Path, steps: Sequence[Step] = STEPS, runner: Callable[[Path, Step], bool] = run_step
) -> list[tuple[Step, float]]:
    """Runs the steps, each after the one before has passed.

    Returns:
        Each step, with the seconds that it took.

    Raises:
        Refused: one has failed.
    """
    taken = []
    for step in steps:
        print("\n===== %s" % step.title, flush=True)
        start = time.monotonic()
        passed = runner(root, step)
        taken.append((step, time.monotonic() - start))
        if not passed:
            raise Refused("%s: failed. What is in dist/ is no release; mend it, commit, and begin anew" % step.title)
    return taken


def write_sums(folder: Path) -> list[tuple[str, str]]:
    """Writes the hashes of all files of a directory, as `sha256sum --check` reads them; hash and name of each."""
    files = sorted(each for each in folder.iterdir() if each.is_file() and each.name != SUMS)
    if not files:
        raise Refused("%s is empty" % folder)
    sums = [(hashlib.sha256(each.read_bytes()).hexdigest(), each.name) for each in files]
    (folder / SUMS).write_text("".join("%s  %s\n" % each for each in sums), encoding="utf-8")
    return sums


def check_names(folder: Path, version: str) -> None:
    """Refuses a directory with files of another version, or without one of the three kinds."""
    names = sorted(each.name for each in folder.iterdir())
    strange = [each for each in names if not each.startswith(("regraft-%s-" % version, "regraft-%s." % version))]
    if strange:
        raise Refused("dist/ has what does not belong to %s: %s" % (version, ", ".join(strange)))
    for suffix in (".tar.gz", ".whl", ".pyz"):
        if not any(each.endswith(suffix) for each in names):
            raise Refused("dist/ has no %s" % suffix)


def main(arguments: Sequence[str]) -> int:
    """Makes a release of this checkout; the exit status."""
    parser = argparse.ArgumentParser(prog="nox -s release --", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("version", help="such as 0.2.0; the checkout must say it")
    parser.add_argument("--prepare", action="store_true", help="write the version and the heading of CHANGELOG.md only")
    options = parser.parse_args(list(arguments))
    root = environments.checkout()
    try:
        check_version(options.version, git(root, "tag", "--list").split())
        if options.prepare:
            prepare(root, options.version, datetime.date.today())
            print("written; read `git diff`, commit, and run `nox -s release -- %s`" % options.version)
            return 0
        check_checkout(root, options.version)
        if os.geteuid() != 0:
            raise Refused("a release is made as root: the gates skip what enters another system without")
        dist = root / "dist"
        shutil.rmtree(dist, ignore_errors=True)
        dist.mkdir()
        taken = run_steps(root)
        check_names(dist, options.version)
        changed = git(root, "status", "--porcelain")
        if changed:
            raise Refused("making the release has changed the checkout:\n%s" % changed)
        sums = write_sums(dist)
    except Refused as error:
        print("release: %s" % error, file=sys.stderr)
        return 1
    print("\n%-45s %s" % ("step", "minutes"))
    for step, seconds in taken:
        print("%-45s %5.1f" % (step.title, seconds / 60))
    print("\n%d files in dist/, and %s:" % (len(sums), SUMS))
    for digest, name in sums:
        print("%s  %9d  %s" % (digest[:16], (dist / name).stat().st_size, name))
    print("\nwhat is left to do by hand: docs/internals/releasing.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
