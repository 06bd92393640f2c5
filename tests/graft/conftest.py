"""Trees to be grafted."""
from __future__ import absolute_import, division, print_function

import pytest

import prefixes


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """An interpreter that is not grafted; nobody changes it."""
    return prefixes.make(str(tmp_path_factory.mktemp("template") / "usr"))


@pytest.fixture(scope="session")
def grafted(template, tmp_path_factory):
    """A grafted one; nobody changes it."""
    prefix = prefixes.copy(template, str(tmp_path_factory.mktemp("grafted")))
    prefix.graft()
    return prefix


@pytest.fixture
def prefix(template, tmp_path):
    """A fresh interpreter, not grafted."""
    return prefixes.copy(template, str(tmp_path / "fresh"))


@pytest.fixture
def regrafted(grafted, tmp_path):
    """A fresh grafted one: a copy with all times, as of an image."""
    return prefixes.copy(grafted, str(tmp_path / "grafted"))
