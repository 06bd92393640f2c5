"""Imports that may fail."""
from __future__ import absolute_import, division, print_function

import contextlib
import importlib
import sys
import unittest

from backport.views import load
from test.support import NOT_HERE


def import_module(name, deprecated=False, required_on=()):
    """A module; the test is skipped if there is none."""
    try:
        return load(name)
    except ImportError as error:
        raise unittest.SkipTest("%s%s" % (NOT_HERE, error))


def import_fresh_module(name, fresh=(), blocked=(), deprecated=False):
    """A module imported anew, with others anew too, or kept from it; None if it cannot be."""
    names = [name] + list(fresh) + list(blocked)
    saved = {}
    for each in list(sys.modules):
        if any(each == one or each.startswith(one + ".") for one in names):
            saved[each] = sys.modules.pop(each)
    try:
        for each in blocked:
            sys.modules[each] = None
        for each in fresh:
            importlib.import_module(each)
        return importlib.import_module(name)
    except ImportError:
        return None
    finally:
        for each in names:
            sys.modules.pop(each, None)
        sys.modules.update(saved)


@contextlib.contextmanager
def isolated_modules():
    """What is imported in the block is forgotten after it."""
    before = dict(sys.modules)
    try:
        yield
    finally:
        sys.modules.clear()
        sys.modules.update(before)
