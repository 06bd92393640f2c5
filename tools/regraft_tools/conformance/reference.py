"""A Python whose test suites are translated, and the directory in which a translated suite runs on 2.7.

A reference is a directory `lib/python3.X` with the package `test` in it: of an interpreter that is installed, or
of packages that were only unpacked. Nothing of it runs, and nothing of it is kept in the checkout.

    lay_out(Reference(Path("…/lib/python3.13")), "test_ssl", target, kept)

The directory that is made has the package `test`: in it the suite and what that imports of the reference's `test`,
translated; our stand-ins from `backport/support`; links to certificates and other data. And it has `backport`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst

from regraft_tools import debian, interpreters
from regraft_tools.conformance import translation

HERE = Path(__file__).parent
BACKPORT = HERE / "backport"
STAND_INS = BACKPORT / "support"
_SERIES = re.compile(r"python(3\.\d+)$")


class NoReference(LookupError):
    """A directory is no reference, or there is none."""


# Debian's unstable has the newest Python soonest, and its test suites in a package of their own.
DEBIAN_SUITE = "sid"
NEWEST = "3.15"
_PACKAGES = ("libpython%s-testsuite" % NEWEST, "libpython%s-stdlib" % NEWEST)
# What stands in where nothing was fetched: the last series with a build of its own for every machine of ours.
INSTALLED = "3.13"


@dataclass(frozen=True)
class Reference:
    """The standard library of a Python 3, as far as it holds test suites.

    Attributes:
        library: `…/lib/python3.15`.
        series: `3.15`.
        tests: where its package `test` is.
    """

    library: Path

    def __post_init__(self) -> None:
        if not _SERIES.search(self.library.name):
            raise NoReference("%s: the name should end with python3.X" % self.library)
        if not (self.tests / "test_ssl.py").exists():
            raise NoReference("%s has no test suites" % self.library)

    @property
    def series(self) -> str:
        return _SERIES.search(self.library.name)[1]

    @property
    def tests(self) -> Path:
        return self.library / "test"


def fetch() -> Reference:
    """The newest reference, from Debian; fetched when it is asked for the first time.

    Raises:
        debian.Unavailable: it cannot be had.
    """
    return _of_debian(debian.unpack(DEBIAN_SUITE, _PACKAGES))


def find() -> Reference:
    """The newest reference that is here already.

    Raises:
        NoReference: there is none.
    """
    tree = debian.unpacked(DEBIAN_SUITE, _PACKAGES)
    if tree is not None:
        return _of_debian(tree)
    for interpreter in interpreters.search([INSTALLED]).found:
        done = subprocess.run(
            [str(interpreter.path), "-I", "-c", "import os; print(os.path.dirname(os.__file__))"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
        )
        try:
            return Reference(Path(done.stdout.strip()))
        except NoReference:
            continue  # distributions split the suites off
    raise NoReference(
        "no test suites of a newer Python are here: neither Debian's %s has been fetched, nor is there a Python %s "
        "that has them" % (NEWEST, INSTALLED)
    )


def _of_debian(tree: Path) -> Reference:
    return Reference(tree / "usr" / "lib" / ("python%s" % NEWEST))


def lay_out(reference: Reference, suite: str, target: Path, kept: Path) -> None:
    """Makes the directory in which a suite runs.

    Args:
        reference: whose suite.
        suite: `test_ssl`.
        target: the directory; there is none yet.
        kept: where translations are kept, for they take their time.

    Raises:
        NoReference: it has no such suite.
        translation.NotTranslatable: the suite, or what it imports, has no counterpart in 2.7.
    """
    if not (reference.tests / ("%s.py" % suite)).exists():
        raise NoReference("%s has no %s" % (reference.library, suite))
    tests = target / "test"
    shutil.copytree(BACKPORT, target / "backport", ignore=_MADE)
    shutil.copytree(STAND_INS, tests / "support", ignore=_MADE)
    (tests / "__init__.py").write_text("")
    todo = ["test.%s" % suite]
    while todo:
        name = todo.pop()
        module = Path(*name.split(".")).with_suffix(".py")
        source, copy = reference.library / module, target / module
        if copy.exists() or not source.is_file():
            continue  # done, or one of our stand-ins, or no module but a name in one
        made = _translate(source.read_text("utf-8"), name.rpartition(".")[0], kept)
        copy.write_text(made.source, "utf-8")
        todo += [each for each in made.imports if each.startswith("test.")]
    for data in _data(reference.tests):
        (tests / data.name).symlink_to(data)


_MADE = shutil.ignore_patterns("__pycache__", "*.pyc")


def _translate(source: str, package: str, kept: Path) -> translation.Translated:
    """A translation, made or kept from an earlier time."""
    digest = hashlib.sha256(libcst.LIBCST_VERSION.encode())
    for path in sorted(HERE.glob("translation/*.py")):
        digest.update(path.read_bytes())
    digest.update(("\0%s\0%s" % (package, source)).encode())
    path = kept / ("%s.json" % digest.hexdigest()[:24])
    if path.exists():
        return translation.Translated(**json.loads(path.read_text("utf-8")))
    made = translation.translate(source, package)
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=kept, delete=False, encoding="utf-8") as file:
        json.dump(dataclasses.asdict(made), file)
    os.replace(file.name, path)  # so that it is never there half done
    return made


def _data(tests: Path) -> Iterator[Path]:
    """What lies beside the suites and is no code."""
    for path in tests.iterdir():
        if path.is_dir():
            if path.name != "__pycache__" and not (path / "__init__.py").exists():
                yield path
        elif path.suffix not in (".py", ".pyc"):
            yield path
