"""Runs one suite of the interpreter's own `test` package and writes down what each test did.

    python child.py ORDER.json

This file runs in the interpreter under test, so it must be valid from 2.7 on, and it imports as
little as it can. ORDER.json holds:

    suite     name of the module in the package `test`
    stream    file to which one JSON object per line is appended; each line is written with one
              system call before the test goes on, so that a crash or a hang loses nothing
    resources names of what the suite may use that not every machine has: `network`
    remote    names of test classes that need more of the network than the loopback device
    only      ids to run; empty means all
    left_out  ids of tests that are not begun and count as skipped
    paths     directories that are searched for modules before all others
    release   the release of Python that regraft emulates; empty for none
    lent      names of `ssl` and values, lent to the suite until its tests run (see `Runner.lend`)
    without   ids to leave out (of tests that were run before an earlier child died)

Lines of the stream:

    {"event": "identity", ...}                     which files and libraries are in use
    {"event": "start", "id": ...}
    {"event": "outcome", "id", "status", "seconds", "detail", "uses"}
    {"event": "end"}                               the suite came to its end
"""

from __future__ import absolute_import, division, print_function

import json
import os
import signal
import sys
import time
import traceback
import unittest

# Bound here because suites replace such functions in their modules for a while.
_open, _write, _close, _now = os.open, os.write, os.close, time.time
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT

# The order says which of several outcomes of one test (a sub-test, then a clean-up) counts.
_GRAVITY = ("passed", "skipped", "expected failure", "unexpected success", "failed", "error")
_LONGEST_DETAIL = 6000  # characters

MODULE_LEVEL = "(module)"
LEFT_OUT = "left out: its row says why"


class Stream(object):
    """Appends events to a file, each whole and at once."""

    def __init__(self, path, suite):
        self._path = os.path.abspath(path)
        self._prefix = "test.%s." % suite

    def write(self, event, **fields):
        fields["event"] = event
        line = json.dumps(fields, sort_keys=True) + "\n"
        # Opened for each line: suites close descriptors that they do not know.
        target = _open(self._path, _APPEND, 0o600)
        try:
            _write(target, line.encode("ascii"))
        finally:
            _close(target)

    def shorten(self, name):
        return name[len(self._prefix):] if name.startswith(self._prefix) else name


class Collector(unittest.TestResult):
    """Turns what unittest reports into events."""

    def __init__(self, stream, emulating=False):
        unittest.TestResult.__init__(self)
        self._stream = stream
        self._emulating = emulating
        self._id = None
        self._started = None
        self._outcomes = []
        self._uses = ()

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self._id, self._started, self._outcomes = test.id(), _now(), []
        self._uses = ()
        if self._emulating:
            self._uses = sorted(list_attributes(getattr(test, test._testMethodName)))
        self._stream.write("start", id=self._stream.shorten(self._id))

    def stopTest(self, test):
        unittest.TestResult.stopTest(self, test)
        if self._id is None:
            return  # 3.12.1 stops what it skips without having started it
        self._write_outcome(self._id, self._outcomes, _now() - self._started)
        self._id = None

    def addSuccess(self, test):
        self._add(test, "passed", "")

    def addSkip(self, test, reason):
        self._add(test, "skipped", "%s" % (reason,))

    def addExpectedFailure(self, test, err):
        self._add(test, "expected failure", "")

    def addUnexpectedSuccess(self, test):
        self._add(test, "unexpected success", "")

    def addFailure(self, test, err):
        self._add(test, "failed", self._describe(err))

    def addError(self, test, err):
        self._add(test, "error", self._describe(err))

    def addSubTest(self, test, subtest, err):
        if err is None:
            return
        failed = issubclass(err[0], test.failureException)
        detail = "%s\n%s" % (subtest, self._describe(err))
        self._add(test, "failed" if failed else "error", detail)

    def _add(self, test, status, detail):
        if self._id is None:
            # A class or a module could not be set up, for which unittest hands over a stand-in; or
            # a test is skipped that was not started.
            self._write_outcome(test.id(), [(status, detail)], 0.0)
        else:
            self._outcomes.append((status, detail))

    def _write_outcome(self, name, outcomes, seconds):
        status, detail = max(
            outcomes or [("error", "the test ended without an outcome")],
            key=lambda outcome: _GRAVITY.index(outcome[0]),
        )
        self._stream.write(
            "outcome", id=self._stream.shorten(name), status=status,
            seconds=round(seconds, 3), detail=_ascii(detail)[-_LONGEST_DETAIL:], uses=self._uses,
        )

    @staticmethod
    def _describe(err):
        return "".join(traceback.format_exception(*err))


class Runner(object):
    """Runs unittest suites, less those tests that the order leaves out."""

    def __init__(self, stream, only, without, remote, left_out, lent=None, emulating=False):
        self._stream = stream
        self._lent = lent or {}
        self._emulating = emulating
        self._remote = frozenset(remote)
        self._only = frozenset(only)
        self._without = frozenset(without)
        self._left_out = frozenset(left_out)

    def lend(self):
        """Gives `ssl` names that it lacks, until the first test is run.

        A newer suite asks for `ssl.HAS_ALPN` in decorators, where an absent name ends the import. A release without
        the feature is told so there, as a program tells itself by `getattr(ssl, "HAS_ALPN", False)`, and the test is
        skipped. No test finds the name while it runs.
        """
        import ssl
        there = sorted(name for name in self._lent if hasattr(ssl, name))
        if there:
            raise LookupError("ssl has what was to be lent to it: %s" % ", ".join(there))
        for name in self._lent:
            setattr(ssl, name, self._lent[name])

    def _take_back(self):
        import ssl
        for name in self._lent:
            delattr(ssl, name)
        self._lent = {}

    def run(self, suite):
        self._take_back()
        result = Collector(self._stream, self._emulating)
        self._select(suite).run(result)

    def run_doctests(self, module, verbosity=None, **options):
        import doctest
        try:
            suite = doctest.DocTestSuite(module)
        except ValueError:  # 2.7: the module has no examples
            return 0, 0
        self.run(suite)
        return 0, suite.countTestCases()

    def _select(self, suite):
        chosen = unittest.TestSuite()
        for test in suite:
            if isinstance(test, unittest.TestSuite):
                chosen.addTest(self._select(test))
            elif self._wants(test):
                chosen.addTest(test)
        return chosen

    def _wants(self, test):
        name = self._stream.shorten(test.id())
        if name in self._without or type(test).__name__ in self._remote:
            return False
        if self._only and name not in self._only:
            return False
        if name in self._left_out:
            write_outcome(self._stream, name, "skipped", LEFT_OUT)
            return False
        return True


def run_suite(stream, runner, name, resources):
    """Imports a suite and runs it in the way its authors meant.

    A suite with a `test_main` prepares there what its tests need, so `test_main` is called, with
    the function replaced through which it hands its tests over. Others are loaded by unittest.
    """
    from test import support
    # A mapping, since some releases ask it for more than whether it contains a name; and not
    # None when there are none, which to Python 3 means that all are enabled.
    support.use_resources = dict.fromkeys(resources)
    if hasattr(support, "_run_suite"):
        support._run_suite = runner.run
    if hasattr(support, "run_doctest"):
        support.run_doctest = runner.run_doctests
    try:
        runner.lend()
        module = __import__("test." + name, fromlist=["*"])
        if hasattr(module, "test_main"):
            module.test_main()
        else:
            runner.run(unittest.defaultTestLoader.loadTestsFromModule(module))
        if hasattr(support, "clean_up_modules"):  # a stand-in has what unittest of 2.7 has not
            support.clean_up_modules()
    except unittest.SkipTest as reason:
        write_outcome(stream, MODULE_LEVEL, "skipped", "%s" % (reason,))
    except (Exception, KeyboardInterrupt, SystemExit):
        write_outcome(stream, MODULE_LEVEL, "error", traceback.format_exc())


def list_attributes(function):
    """What the code of a function asks of globals, as `ssl.SSLContext`; so do what it wraps and what is inside it.

    It reads the byte code of 2.7, on which alone suites are run as of an older release.
    """
    found, seen, left = set(), set(), [getattr(function, "__func__", function)]
    while left:
        each = left.pop()
        code = getattr(each, "__code__", each)
        if not hasattr(code, "co_names") or id(code) in seen:
            continue
        seen.add(id(code))
        found.update(_read_attributes(code))
        left.extend(code.co_consts)
        for cell in getattr(each, "__closure__", None) or ():
            try:
                left.append(cell.cell_contents)
            except ValueError:  # it is empty
                continue
    return found


def _read_attributes(code):
    import opcode
    start = None
    text, place = bytearray(code.co_code), 0
    while place < len(text):
        name = opcode.opname[text[place]]
        argument = text[place + 1] + 256 * text[place + 2] if text[place] >= opcode.HAVE_ARGUMENT else None
        place += 1 if argument is None else 3
        if name == "LOAD_ATTR" and start is not None:
            yield "%s.%s" % (start, code.co_names[argument])
        start = code.co_names[argument] if name == "LOAD_GLOBAL" else None


def identify():
    """Which interpreter, OpenSSL and modules this process uses."""
    import _socket
    import platform
    import hashlib
    import hmac
    import random
    import ssl
    extension = sys.modules.get("regraft._openssl")
    modules = {"ssl": ssl, "hashlib": hashlib, "hmac": hmac, "random": random, "_socket": _socket}
    if extension is not None:
        modules["regraft._openssl"] = extension
    return {
        "version": "%d.%d.%d" % sys.version_info[:3],
        "build": sys.version,
        "platform": platform.platform(),
        "openssl": ssl.OPENSSL_VERSION,
        "files": dict(
            (name, os.path.realpath(module.__file__))
            for name, module in modules.items() if getattr(module, "__file__", None)
        ),
        "regraft": sorted(name for name in sys.modules if name.split(".")[0] == "regraft"),
        "absent": sorted(find_absent((ssl, hashlib, hmac))),
        "root": hasattr(os, "geteuid") and os.geteuid() == 0,
    }


def find_absent(modules):
    """The names that an emulated release lacks, of those that regraft has; none if no release is emulated."""
    if "regraft.profiles" not in sys.modules:
        return set()
    from regraft import profiles
    found = set()
    for module in modules:
        whole = vars(profiles.implementation(module.__name__))
        found.update("%s.%s" % (module.__name__, name) for name in whole if not hasattr(module, name))
    return found


def answer_with_stacks(number, path):
    """Makes a signal write the stack of every thread to a file: the parent asks before it kills."""
    try:
        import faulthandler
    except ImportError:
        def write_stacks(number, frame):
            text = []
            for thread, top in sys._current_frames().items():
                text.append("Thread %d:\n%s" % (thread, "".join(traceback.format_stack(top))))
            target = _open(path, _APPEND, 0o600)
            _write(target, "\n".join(text).encode("ascii", "replace"))
            _close(target)
        signal.signal(number, write_stacks)
    else:
        faulthandler.enable()
        # The file object must live as long as the process does.
        faulthandler.register(number, file=open(path, "a"), all_threads=True)


def main(order_path):
    with open(order_path) as source:
        order = json.load(source)
    # This file's directory must not be searched: its neighbours have names of their own.
    sys.path[:1] = [str(path) for path in order["paths"]]
    stream = Stream(order["stream"], order["suite"])
    answer_with_stacks(signal.SIGUSR2, os.path.abspath(order["stream"] + ".stacks"))
    if order["release"]:
        from regraft import profiles
        profiles.emulate(str(order["release"]))
    stream.write("identity", **identify())
    runner = Runner(stream, order["only"], order["without"], order["remote"], order["left_out"], order["lent"],
                    emulating=bool(order["release"]))
    run_suite(stream, runner, str(order["suite"]), order["resources"])
    stream.write("end")
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that a suite forgot must not keep the process; their number is not judged here.
    os._exit(0)


def write_outcome(stream, name, status, detail):
    """Tells how something ended that unittest does not report."""
    stream.write(
        "outcome", id=name, status=status, seconds=0.0,
        detail=_ascii(detail)[-_LONGEST_DETAIL:],
    )


def _ascii(text):
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return text.encode("ascii", "backslashreplace").decode("ascii")


if __name__ == "__main__":
    main(sys.argv[1])
