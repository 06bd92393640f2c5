"""Throw-away environments with a copy of the regraft under test."""
from __future__ import absolute_import, division, print_function

import shutil

import pytest

from throwaway import MAKERS, Environment, copy_environment, copy_package, find_base


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    """A function from a kind of environment to one of that kind with regraft in it, to be copied."""
    made = {}

    def find(kind):
        if kind not in made:
            root = str(tmp_path_factory.mktemp(kind) / "it's here")
            MAKERS[kind](root)
            made[kind] = Environment(root)
            copy_package(made[kind].package)
        return made[kind]

    return find


@pytest.fixture
def environment(templates, tmp_path):
    """A fresh environment with regraft in it, not enabled."""
    return copy_environment(templates("this"), tmp_path)


@pytest.fixture(params=sorted(MAKERS))
def any_environment(request, templates, tmp_path):
    """A fresh environment with regraft in it, of each kind that can be made here."""
    return copy_environment(templates(request.param), tmp_path)


@pytest.fixture
def user(templates, tmp_path):
    """The interpreter itself, with regraft in a user's site-packages."""
    root = str(tmp_path / "user")
    environment = Environment(root, find_base(), {"PYTHONUSERBASE": root})
    shutil.copytree(templates("this").package, environment.package)
    return environment
