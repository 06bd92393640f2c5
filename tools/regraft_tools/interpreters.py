"""Finds the CPython interpreters of this machine that regraft can serve.

    for interpreter in interpreters.find():          # one per series, oldest first
        print(interpreter.version, interpreter.path)

Looked at: `python2.7` and `python3.X` in the directories of `PATH`, and the versions that pyenv
has installed. Each candidate is run and asked who it is, so that shims and symbolic links end at
one real executable.

`REGRAFT_PYTHONS` narrows or widens the search. It is a list separated by commas: a series
(`2.7`, `3.13`) keeps only the series that are named, a path adds that executable, which then
stands for its series: `REGRAFT_PYTHONS=2.7,3.9,/opt/python3.16/bin/python3`.

As a program (`python -m regraft_tools.interpreters`) it prints what it found.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = "REGRAFT_PYTHONS"
DEFAULT_SERIES = ("2.7", "3.6", "3.9", "3.13")
SUPPORTED_SERIES = ("2.7",) + tuple("3.%d" % minor for minor in range(6, 14))
HOW_TO_GET_27 = (
    "Python 2.7, the interpreter that regraft is made for, was not found. To get one: "
    "`pyenv install 2.7.18` (with pyenv), or the package `python2.7-dev` of Debian 11 (bullseye)."
)

_EXECUTABLE = re.compile(r"python(2\.7|3\.\d+)\Z")
_SERIES = re.compile(r"\d+\.\d+\Z")
_ANSWER_WITHIN = 30  # seconds
_SHOWN = 100  # characters of what a broken candidate said

# Runs in the candidate, so it must be valid from 2.7 on.
_QUESTION = r"""
import json, os, platform, sys, sysconfig
base = getattr(sys, "real_prefix", None) or getattr(sys, "base_prefix", sys.prefix)
include = sysconfig.get_paths()["include"]
sys.stdout.write(json.dumps({
    "path": os.path.realpath(sys.executable),
    "version": list(sys.version_info[:3]),
    "level": sys.version_info[3],
    "implementation": platform.python_implementation(),
    "virtual": os.path.realpath(base) != os.path.realpath(sys.prefix),
    "include": include,
    "headers": os.path.isfile(os.path.join(include, "Python.h")),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """One real CPython executable.

    Attributes:
        path: the executable, symbolic links resolved.
        release: (major, minor, micro).
        include: the directory in which its C headers belong.
        has_headers: whether `Python.h` is there, so that extensions can be built.
        origin: where it was found: `PATH`, `pyenv` or `REGRAFT_PYTHONS`.
    """

    path: Path
    release: tuple[int, int, int]
    include: Path
    has_headers: bool
    origin: str

    @property
    def version(self) -> str:
        """The release as text: `2.7.18`."""
        return "%d.%d.%d" % self.release

    @property
    def series(self) -> str:
        """The feature release as text: `2.7`."""
        return "%d.%d" % self.release[:2]

    def __str__(self) -> str:
        return "CPython %s (%s)" % (self.version, self.path)


@dataclass(frozen=True)
class Search:
    """What a search gave.

    Attributes:
        found: one interpreter per series, oldest first.
        others: further interpreters of series that `found` has already.
        unusable: path of a candidate, and why it cannot be used.
        missing: wanted series of which no interpreter was found.
    """

    found: tuple[Interpreter, ...]
    others: tuple[Interpreter, ...] = ()
    unusable: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def of(self, series: str) -> Interpreter | None:
        """The interpreter of a series, or None."""
        return next((each for each in self.found if each.series == series), None)

    def report(self) -> str:
        """The lines that tell a person what was found and what was not."""
        lines = []
        for each in self.found:
            note = "" if each.has_headers else "   NO Python.h: nothing can be built for it"
            lines.append("  %-8s %s (%s)%s" % (each.version, each.path, each.origin, note))
        lines.extend("  %-8s not found" % series for series in self.missing)
        lines.extend("  unusable %s: %s" % item for item in sorted(self.unusable.items()))
        if not any(each.series == "2.7" for each in self.found):
            lines.append(HOW_TO_GET_27)
            if self.found:
                lines.append("Going on with the oldest that was found: %s." % self.found[0])
        return "\n".join(lines)


class UnknownRequest(ValueError):
    """`REGRAFT_PYTHONS` names something that is neither a series nor an executable."""


def find(series: Iterable[str] | None = None) -> list[Interpreter]:
    """The interpreters that can be used, one per series, oldest first.

    Args:
        series: only these (`("2.7", "3.13")`); default is every series that was found.
    """
    return list(search(series).found)


def oldest() -> Interpreter:
    """The interpreter of the demo: 2.7, or else the oldest one found.

    Raises:
        LookupError: no interpreter at all was found.
    """
    found = find()
    if not found:
        raise LookupError("no CPython 2.7 or 3.6 to 3.15 was found. " + HOW_TO_GET_27)
    return found[0]


def own() -> Interpreter:
    """The interpreter that runs these tools, for environments that serve the tools themselves."""
    return at(Path(sys.executable))


def at(path: Path) -> Interpreter:
    """The interpreter at a path that somebody named.

    Raises:
        LookupError: it is none that regraft can serve; the message tells why.
    """
    answer = _ask(path)
    if isinstance(answer, str):
        raise LookupError("%s %s" % (path, answer))
    return answer


def search(
    wanted: Iterable[str] | None = None, environ: Mapping[str, str] | None = None
) -> Search:
    """Looks for interpreters and keeps the reasons for what it leaves out.

    Args:
        wanted: series to look for; default is all, and `missing` then tells of SUPPORTED_SERIES.
        environ: environment to read `PATH`, `PYENV_ROOT`, `HOME`, `REGRAFT_PYTHONS` from.

    Raises:
        UnknownRequest: `REGRAFT_PYTHONS` cannot be followed.
    """
    environ = os.environ if environ is None else environ
    only, added = _read_request(environ.get(VARIABLE, ""))
    candidates = _candidates(environ, added)
    unusable: dict[str, str] = {}
    usable: list[Interpreter] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = pool.map(lambda candidate: _ask(candidate[0]), candidates)
        for (path, origin, must_work), answer in zip(candidates, answers, strict=True):
            if isinstance(answer, str):
                if must_work:
                    unusable[str(path)] = answer
            elif not any(each.path == answer.path for each in usable):
                usable.append(
                    Interpreter(
                        answer.path, answer.release, answer.include, answer.has_headers, origin
                    )
                )
    refused = sorted(str(path) for path in added if str(path) in unusable)
    if refused:
        raise UnknownRequest(
            "%s names %s, which cannot be used: %s" % (VARIABLE, refused[0], unusable[refused[0]])
        )
    chosen = list(wanted) if wanted is not None else list(SUPPORTED_SERIES)
    if only:
        extra = {each.series for each in usable if each.origin == VARIABLE}
        chosen = [each for each in chosen if each in only or each in extra]
        if wanted is None:
            chosen.extend(each for each in only if each not in chosen)
        usable = [each for each in usable if each.series in only or each.origin == VARIABLE]
    if wanted is not None:
        usable = [each for each in usable if each.series in chosen]
    return _one_per_series(usable, chosen, unusable)


def _one_per_series(
    usable: Sequence[Interpreter], chosen: Iterable[str], unusable: Mapping[str, str]
) -> Search:
    def rank(each: Interpreter) -> tuple[bool, bool, tuple[int, int, int]]:
        return (each.origin == VARIABLE, each.has_headers, each.release)

    best: dict[str, Interpreter] = {}
    for each in sorted(usable, key=rank):
        best[each.series] = each
    found = tuple(sorted(best.values(), key=lambda each: each.release))
    return Search(
        found=found,
        others=tuple(each for each in usable if each not in found),
        unusable=unusable,
        missing=tuple(each for each in chosen if each not in best),
    )


def _read_request(text: str) -> tuple[list[str], list[Path]]:
    only: list[str] = []
    added: list[Path] = []
    for word in (part.strip() for part in text.split(",")):
        if not word:
            continue
        if _SERIES.match(word):
            only.append(word)
        elif os.sep in word and os.access(word, os.X_OK):
            added.append(Path(word))
        else:
            raise UnknownRequest(
                "%s names %r, which is neither a series (as 2.7) nor an executable file"
                % (VARIABLE, word)
            )
    return only, added


def _candidates(
    environ: Mapping[str, str], added: Iterable[Path]
) -> list[tuple[Path, str, bool]]:
    """(path, origin, whether a failure is worth telling) of all that may be an interpreter."""
    result = [(path, VARIABLE, True) for path in added]
    home = environ.get("HOME", "")
    pyenv = Path(environ.get("PYENV_ROOT") or os.path.join(home, ".pyenv"))
    for folder in environ.get("PATH", "").split(os.pathsep):
        # A shim stands for a version that is listed under `versions` anyway, and fails when
        # pyenv has not selected that version.
        if not folder or Path(folder) == pyenv / "shims":
            continue
        for path in _listed(Path(folder)):
            if _EXECUTABLE.match(path.name) and os.access(path, os.X_OK):
                result.append((path, "PATH", True))
    for version in _listed(pyenv / "versions"):
        path = version / "bin" / "python"
        if os.access(path, os.X_OK):
            result.append((path, "pyenv", True))
    return result


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _ask(path: Path) -> Interpreter | str:
    """The interpreter behind a path, or the reason for which it is none of ours."""
    # The variables of a virtual environment or a shell must not tell it who it is.
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "__PYVENV", "REGRAFT"))
    }
    real = Path(os.path.realpath(path))
    try:
        done = subprocess.run(
            [str(real), "-c", _QUESTION],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environ, timeout=_ANSWER_WITHIN, check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "does not run: %s" % error
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return "does not run: %s" % (
            last[0][:_SHOWN] if last else "exit status %d" % done.returncode
        )
    try:
        answer = json.loads(done.stdout.decode("utf-8", "replace"))
    except ValueError:
        return "does not answer as a Python does"
    release = tuple(answer["version"])
    if answer["implementation"] != "CPython":
        return "is %s, not CPython" % answer["implementation"]
    if answer["virtual"]:
        return "is a virtual environment"
    if answer["free_threaded"]:
        return "is a free-threaded build"
    if release[:2] != (2, 7) and release < (3, 6):
        return "is Python %d.%d; regraft serves 2.7 and 3.6 up" % release[:2]
    return Interpreter(
        Path(answer["path"]), release, Path(answer["include"]), answer["headers"], ""
    )


def main() -> int:
    """Prints the table of what was found; 1 if nothing was."""
    try:
        result = search()
    except UnknownRequest as error:
        print(error, file=sys.stderr)
        return 2
    print(result.report())
    return 0 if result.found else 1


if __name__ == "__main__":
    sys.exit(main())
