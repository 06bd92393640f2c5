"""Threads of tests."""
from __future__ import absolute_import, division, print_function

import contextlib
import functools
import sys
import threading
import time

from backport.language import raise_again


def requires_working_threading(module=False):
    """A decorator: 2.7 as it is tested has threads."""
    return lambda test: test


def threading_setup():
    """What threading_cleanup compares with."""
    return (threading.active_count(),)


def threading_cleanup(before):
    """Waits until no more threads are left than there were."""
    end = time.time() + 10
    while threading.active_count() > before:
        if time.time() > end:
            raise AssertionError("threads are left: %r" % threading.enumerate())
        time.sleep(0.01)


def reap_threads(function):
    """A decorator that waits for the threads of a test."""
    @functools.wraps(function)
    def wrapper(*arguments, **keywords):
        before = threading_setup()
        try:
            return function(*arguments, **keywords)
        finally:
            threading_cleanup(*before)
    return wrapper


@contextlib.contextmanager
def start_threads(threads, unlock=None):
    """Threads that run during the block and have ended after it."""
    threads = list(threads)
    for each in threads:
        each.start()
    try:
        yield
    finally:
        if unlock is not None:
            unlock()
        for each in threads:
            each.join(60)
        if any(each.is_alive() for each in threads):
            raise AssertionError("threads did not end")


class catch_threading_exception(object):
    """The last exception that ended a thread during the block. 2.7 has no hook, but formats it by one name."""

    exc_type = exc_value = exc_traceback = thread = None

    def __enter__(self):
        self._before = threading._format_exc

        def format_exc(*arguments):
            self.exc_type, self.exc_value, self.exc_traceback = sys.exc_info()
            self.thread = threading.current_thread()
            return self._before(*arguments)
        threading._format_exc = format_exc
        return self

    def __exit__(self, *error):
        threading._format_exc = self._before
        self.exc_type = self.exc_value = self.exc_traceback = self.thread = None


def run_concurrently(worker_func, nthreads=None, args=(), kwargs=None):
    """Runs functions at the same time; the first of their exceptions is raised."""
    functions = list(worker_func) if isinstance(worker_func, (list, tuple)) else [worker_func] * (nthreads or 1)
    errors = []
    begin = threading.Event()

    def run(function):
        begin.wait()
        try:
            function(*args, **(kwargs or {}))
        except BaseException:
            errors.append(sys.exc_info())

    threads = [threading.Thread(target=run, args=(each,)) for each in functions]
    with start_threads(threads, begin.set):
        begin.set()
    if errors:
        raise_again(*errors[0])
