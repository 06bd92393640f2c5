"""The wheels under test: those in dist/, or in the directory that REGRAFT_TEST_WHEELS names."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import systems

from regraft_tools import environments, interpreters, testing

VARIABLE = "REGRAFT_TEST_WHEELS"
HERE = Path(__file__).resolve().parent
MACHINE = "x86_64"
# Pinned: what they find depends on them.
JUDGES = ("auditwheel==6.8.2", "installer==1.1.0", "cyclonedx-python-lib[json-validation]==11.12.0")
MISSING = "there are no wheels in %s: `nox -s wheels` makes them"


@dataclass(frozen=True)
class Wheel:
    """A wheel by its file name."""

    path: Path

    def __str__(self) -> str:
        return self.path.name.removesuffix(".whl")

    @property
    def tags(self) -> tuple[str, str, str]:
        """Python tag, ABI tag, platform tags."""
        python, abi, platforms = str(self).split("-")[-3:]
        return python, abi, platforms

    @property
    def series(self) -> str:
        """`2.7`."""
        return "%s.%s" % (self.tags[0][2], self.tags[0][3:])

    def suits(self, series: str, machine: str = MACHINE, libc: str = "manylinux") -> bool:
        """Whether it is for a Python of that series on that machine and C library, with wide Unicode."""
        python, abi, platforms = self.tags
        return (self.series == series and abi != "cp27m"
                and all(each.startswith(libc) and each.endswith("_" + machine) for each in platforms.split(".")))


def directory() -> Path:
    """Where the wheels are."""
    return Path(os.environ.get(VARIABLE) or environments.checkout() / "dist").resolve()


def list_wheels() -> list[Wheel]:
    """All that have an OpenSSL of their own; there may be none."""
    return [Wheel(each) for each in sorted(directory().glob("regraft-*.whl"))]


def pytest_generate_tests(metafunc):
    if "wheel" in metafunc.fixturenames:
        metafunc.parametrize("wheel", list_wheels() or [None], ids=str)


@pytest.fixture(autouse=True, scope="session")
def wheels():
    """All wheels; without any nothing was tested."""
    found = list_wheels()
    if not found:
        pytest.fail(MISSING % directory())
    return found


@pytest.fixture(scope="session")
def judge():
    """A function from paths of wheels to the complaints about them, by path and gate."""
    environment = environments.ensure(interpreters.own(), "gates", packages=JUDGES, regraft=False)

    def ask(*paths: Path) -> dict[str, dict[str, list[str]]]:
        done = environment.run(str(HERE / "judge.py"), *map(str, paths), stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    return ask


@pytest.fixture(scope="session")
def certs(tmp_path_factory):
    """Directory with the throw-away certificates."""
    return testing.make_certificates(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="session")
def trial(tmp_path_factory, certs, wheels):
    """A folder with the programs, the certificates and each wheel unpacked, by its name; systems see it at TRIAL."""
    folder = tmp_path_factory.mktemp("trial")
    shutil.copytree(HERE / "programs", folder / "programs")
    shutil.copytree(certs, folder / "certs")
    for wheel in wheels:
        with zipfile.ZipFile(wheel.path) as archive:
            archive.extractall(folder / str(wheel))
    return folder


@pytest.fixture(scope="session")
def find_wheel(wheels):
    """A function to the wheel for a Python; skips where dist/ has none, as when only some were built."""

    def find(series: str, machine: str = MACHINE, libc: str = "manylinux") -> Wheel:
        found = [each for each in wheels if each.suits(series, machine, libc)]
        if not found:
            systems.lack("%s has no wheel for %s on %s, %s" % (directory(), series, machine, libc))
        return found[0]

    return find


def overlay(tree: str) -> str:
    """The PYTHONPATH that puts an unpacked wheel in force."""
    return os.pathsep.join([tree + "/regraft/overlay", tree])


def digest(root: Path) -> dict[str, str]:
    """What is in a tree: hash or kind by path."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = Path(folder, name)
            if path.is_symlink():
                content = "link to " + os.readlink(path)
            elif path.is_dir():
                content = "directory"
            else:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(root).as_posix()] = content
    return found
