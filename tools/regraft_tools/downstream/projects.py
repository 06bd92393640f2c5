"""The projects: data from `projects.toml`, and their sources."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import environments

DATA = Path(__file__).with_name("projects.toml")


@dataclass(frozen=True)
class Project:
    """One release of one project.

    Attributes:
        name: as reports and expectations call it.
        package: as the package index knows it, where that is not the name.
        python: the series of interpreter to run it on.
        packages: what its tests need, as pip takes it; the project itself is among them.
        tests: files or directories of tests, relative to the sources, or for `installed` to the package.
        version: the release; empty for tests of our own.
        installed: the package, of this name, brings its tests with it; otherwise they are in its source archive.
        options: more arguments for pytest.
        alone: each file needs a process of its own (it replaces parts of the standard library).
        legacy_tls: OpenSSL is configured to allow what it allowed when the tests were written.
        ours: the tests are this checkout's and run with regraft only.
    """

    name: str
    python: str
    packages: tuple[str, ...]
    tests: tuple[str, ...]
    version: str = ""
    package: str = ""
    installed: str = ""
    options: tuple[str, ...] = ()
    alone: bool = False
    legacy_tls: bool = False
    ours: bool = False

    @property
    def title(self) -> str:
        """What reports call it."""
        return ("%s %s" % (self.name, self.version)).strip()

    def batches(self) -> list[list[str]]:
        """The files, in the groups that run together."""
        return [[each] for each in self.tests] if self.alone else [list(self.tests)]

    def find_batches(self, outcomes: Iterable[str]) -> list[list[str]]:
        """The groups that the tests with these names are in."""
        names = tuple(outcomes)
        return [
            batch for batch in self.batches()
            if any(name.startswith(_dotted(file)) for file in batch for name in names)
        ]


def _dotted(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".") + "."


def load(names: list[str]) -> list[Project]:
    """The projects that are named, or all.

    Raises:
        LookupError: a name is not in the data.
    """
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["project"]
    known = {
        row["name"]: Project(**{
            key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
        })
        for row in rows
    }
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise LookupError("no such project: %s; there are %s" % (", ".join(unknown), ", ".join(known)))
    return [known[name] for name in names or known]


def find_sources(project: Project, environment: environments.Environment) -> Path:
    """The directory that the files of tests are relative to, fetched if it has to be."""
    if project.ours:
        return environments.checkout()
    if project.installed:
        done = environment.run(
            "-c", "import %s, os; print(os.path.dirname(%s.__file__))" % (project.installed, project.installed),
            stdout=subprocess.PIPE, text=True,
        )
        return Path(done.stdout.strip())
    cache = environments.directory() / "downstream"
    package = project.package or project.name
    folder = cache / ("%s-%s" % (package, project.version))
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Not with the environment's pip: 20.3.4 fails to save source archives.
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--no-binary", package, "--dest", str(cache), "%s==%s" % (package, project.version)],
            check=True,
        )
        with tarfile.open(folder.with_name(folder.name + ".tar.gz")) as archive:
            archive.extractall(cache, filter="data")
    return folder
