"""Stands for `test.support`: what translated suites ask of it, made for 2.7."""
from __future__ import absolute_import, division, print_function

import contextlib
import functools
import gc
import locale
import os
import re
import sys
import time
import unittest

from backport.cases import do_module_cleanups as clean_up_modules  # noqa: F401  (for whoever runs the suite)
from backport.library.functools import wraps

# Set by whoever runs the suite: the resources that it may use, and the function that runs what is collected.
use_resources = {}

verbose = 0
Py_DEBUG = hasattr(sys, "gettotalrefcount")
Py_GIL_DISABLED = False
MS_WINDOWS = sys.platform == "win32"
is_android = is_apple = is_emscripten = is_wasi = is_s390x = False
has_fork_support = hasattr(os, "fork")
_1M, _2G, _4G = 1 << 20, 1 << 31, 1 << 32
LOOPBACK_TIMEOUT, INTERNET_TIMEOUT, SHORT_TIMEOUT, LONG_TIMEOUT = 10.0, 60.0, 30.0, 300.0

# How a skip begins whose reason is 2.7 or these stand-ins, and not the suite's own judgement. Each needs a row.
NOT_HERE = "not on 2.7: "


class TestFailed(Exception):
    """Raised by suites that cannot go on."""


class ResourceDenied(unittest.SkipTest):
    """A resource was asked for that may not be used."""


def is_resource_enabled(resource):
    """Whether the suite may use a resource."""
    return use_resources is None or resource in use_resources


def requires(resource, msg=None):
    """Skips unless the resource may be used."""
    if not is_resource_enabled(resource):
        raise ResourceDenied(msg or "resource %r is not enabled" % resource)


def requires_resource(resource):
    """A decorator that does so for a test or a class of tests."""
    return unittest.skipUnless(is_resource_enabled(resource), "resource %r is not enabled" % resource)


def cpython_only(test):
    """A decorator: this is CPython."""
    return test


def skip_if_sanitizer(reason=None, **kinds):
    """A decorator: 2.7 is built without."""
    return lambda test: test


def check_sanitizer(**kinds):
    """Whether one of them is at work: never in a 2.7."""
    return False


thread_unsafe = skip_if_sanitizer
force_not_colorized = cpython_only


def requires_fork():
    """A decorator that skips where there is no fork."""
    return unittest.skipUnless(has_fork_support, "requires working os.fork()")


def requires_subprocess():
    """A decorator: every system of 2.7 can start processes."""
    return lambda test: test


def requires_IEEE_754(test):
    """A decorator that skips where numbers are not of that standard."""
    return unittest.skipUnless(float.__getformat__("double").startswith("IEEE"), "requires IEEE 754")(test)


def bigmemtest(size, memuse, dry_run=True):
    """A decorator: the test runs with a small size, as it does elsewhere unless memory was promised."""
    def decorate(test):
        @wraps(test)
        def wrapper(self):
            if not dry_run:
                raise unittest.SkipTest("not enough memory: %.1fG minimum needed" % (size * memuse / _1M / 1024))
            return test(self, 5147)
        return wrapper
    return decorate


def subTests(names, values, **options):
    """A decorator that runs a test once for each value, each as a subtest."""
    if isinstance(names, str):
        names = names.replace(",", " ").split()

    def decorate(test):
        @wraps(test)
        def wrapper(self, *arguments, **keywords):
            for value in values:
                given = dict(zip(names, (value,) if len(names) == 1 else value))
                with self.subTest(**given):
                    test(self, *arguments, **dict(keywords, **given))
        return wrapper
    return decorate


def run_with_locale(category, *locales):
    """A decorator that runs a test under the first locale there is."""
    def decorate(test):
        @functools.wraps(test)
        def wrapper(*arguments, **keywords):
            number = getattr(locale, category)
            before = locale.setlocale(number)
            for each in locales:
                try:
                    locale.setlocale(number, each)
                    break
                except locale.Error:
                    continue
            try:
                return test(*arguments, **keywords)
            finally:
                locale.setlocale(number, before)
        return wrapper
    return decorate


def gc_collect():
    """Collects what only the garbage collector can free."""
    for _ in range(3):
        gc.collect()


def busy_retry(timeout, err_msg=None, error=True):
    """Yields until the caller breaks off, or raises when the time is over."""
    end = time.time() + timeout
    while True:
        yield
        if time.time() > end:
            break
    if error:
        raise AssertionError(err_msg or "no end within %.1f seconds" % timeout)


def sleeping_retry(timeout, err_msg=None, init_delay=0.010, max_delay=1.0, error=True):
    """As busy_retry, with pauses that grow."""
    delay = init_delay
    for _ in busy_retry(timeout, err_msg, error):
        yield
        time.sleep(delay)
        delay = min(delay * 2, max_delay)


def check_disallow_instantiation(case, kind, *arguments, **keywords):
    """Asserts that a class makes no instances when it is called."""
    case.assertRaises(TypeError, kind, *arguments, **keywords)


def findfile(name, subdir=None):
    """The path of a file that lies beside the suites."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.join(here, subdir or "", name)


def wait_process(pid, exitcode=0, timeout=None):
    """Waits for a child and asserts how it ended."""
    _, status = os.waitpid(pid, 0)
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    if code != exitcode:
        raise AssertionError("process %d ended with %r, not with %r" % (pid, code, exitcode))


def open_urlresource(url, *arguments, **keywords):
    """Nothing is fetched while suites run."""
    requires("urlfetch")
    raise ResourceDenied("%s is not here" % url)


class _Unraisable(object):
    def __init__(self, kind):
        self.exc_type = kind
        self.exc_value = kind() if kind is not None else None
        self.object = self.err_msg = self.exc_traceback = None


class _Listener(object):
    """A file that takes the place of sys.stderr."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


class catch_unraisable_exception(object):
    """What an exception that nobody can catch was. 2.7 has no hook for it: it tells sys.stderr."""

    _LINE = re.compile(r"^Exception (?:exceptions\.)?([\w.]+)(?::| in)|^(\w+(?:Error|Exception))(?::|$)", re.M)

    def __enter__(self):
        self._before, self._listener = sys.stderr, _Listener()
        sys.stderr = self._listener
        return self

    def __exit__(self, *error):
        sys.stderr = self._before
        sys.stderr.write(self._listener.text)

    @property
    def unraisable(self):
        """The exception, made anew from its name; None if there was none."""
        found = self._LINE.findall(self._listener.text)
        if not found:
            return None
        import exceptions
        return _Unraisable(getattr(exceptions, found[-1][0] or found[-1][1]))


@contextlib.contextmanager
def swap_attr(thing, name, value):
    """An attribute with another value for a while."""
    missing = object()
    before = getattr(thing, name, missing)
    setattr(thing, name, value)
    try:
        yield before
    finally:
        if before is missing:
            delattr(thing, name)
        else:
            setattr(thing, name, before)


@contextlib.contextmanager
def captured_stderr():
    """What is written to sys.stderr."""
    import StringIO
    before, sys.stderr = sys.stderr, StringIO.StringIO()
    try:
        yield sys.stderr
    finally:
        sys.stderr = before
