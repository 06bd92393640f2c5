"""Bundles and interpreters for the trials; made once, copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from regraft_tools import interpreters
from regraft_tools.bundle import trials
from regraft_tools.bundle.trials import Machine

FOUND = [each for each in interpreters.find() if each.series in interpreters.DEFAULT_SERIES]
OLDEST = FOUND[0]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory) -> Path:
    """A bundle for all interpreters of the trials."""
    return trials.make_bundle(FOUND, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def later(tmp_path_factory) -> Path:
    """The same, of a later version."""
    return trials.make_bundle(FOUND, tmp_path_factory.mktemp("later"), trials.LATER)


@pytest.fixture(scope="session", params=FOUND, ids=lambda each: each.version)
def interpreter(request):
    """Each interpreter of the trials."""
    return request.param


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Machine:
    """A bare copy of the oldest interpreter, to be copied."""
    return trials.copy_bare(OLDEST, tmp_path_factory.mktemp("template") / "python")


@pytest.fixture
def bare(template, tmp_path) -> Machine:
    """A bare copy of the oldest interpreter."""
    return copy(template, tmp_path / "python")


def copy(machine: Machine, root: Path) -> Machine:
    """A copy of a bare interpreter."""
    shutil.copytree(machine.root, root, symlinks=True)
    return Machine(root / machine.python.relative_to(machine.root), root,
                   root / machine.site.relative_to(machine.root), {"LD_LIBRARY_PATH": str(root / "lib")})
