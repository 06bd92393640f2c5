"""Imports by name, which find what the library has."""
from __future__ import absolute_import, division, print_function

from backport.views import load

__all__ = ["import_module"]


def import_module(name, package=None):
    """The module of that name."""
    return load(name)
