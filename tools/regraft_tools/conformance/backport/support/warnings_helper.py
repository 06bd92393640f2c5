"""Warnings in tests."""
from __future__ import absolute_import, division, print_function

import contextlib
import functools
import re
import sys
import warnings

from backport.builtins3 import ResourceWarning
from test.support import gc_collect


class _Recorder(object):
    """The warnings that were given; as an object, the last of them."""

    def __init__(self, seen):
        self.warnings = seen

    def __getattr__(self, name):
        if not self.warnings:
            raise AttributeError("%r: there was no warning" % name)
        return getattr(self.warnings[-1], name)


@contextlib.contextmanager
def check_warnings(*filters, **options):
    """Records all warnings. Each filter, a pattern and a class, must be met, and nothing else may come."""
    quiet = options.get("quiet", not filters)
    for module in list(sys.modules.values()):
        registry = getattr(module, "__warningregistry__", None)
        if registry:
            registry.clear()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        yield _Recorder(seen)
    left = list(seen) if filters else []
    filters = [each for each in filters if each[1] is not ResourceWarning]  # 2.7 gives none
    missing = []
    for pattern, kind in filters:
        met = [
            each for each in left
            if issubclass(each.category, kind) and re.match(pattern, str(each.message), re.I)
        ]
        left = [each for each in left if each not in met]
        if not met and not quiet:
            missing.append((pattern, kind.__name__))
    if left:
        raise AssertionError("unhandled warning %s" % left[0])
    if missing:
        raise AssertionError("filter %r did not catch any warning" % (missing[0],))


def check_no_resource_warning(testcase):
    """2.7 gives none: only the block runs."""
    return _collected()


@contextlib.contextmanager
def _collected():
    yield
    gc_collect()


def ignore_warnings(category=Warning, message=""):
    """A decorator, or a context, in which warnings of a class are not shown."""
    return _Ignoring(category, message)


class _Ignoring(object):
    def __init__(self, category, message):
        self._category, self._message = category, message

    def __enter__(self):
        self._manager = warnings.catch_warnings()
        self._manager.__enter__()
        warnings.filterwarnings("ignore", self._message, self._category)

    def __exit__(self, *error):
        return self._manager.__exit__(*error)

    def __call__(self, test):
        @functools.wraps(test)
        def wrapper(*arguments, **keywords):
            with _Ignoring(self._category, self._message):
                return test(*arguments, **keywords)
        return wrapper


def ignore_fork_in_thread_deprecation_warnings():
    """A decorator: 2.7 does not warn of it."""
    return lambda test: test
