"""Writes down what happens in a run of pytest under a release, for `regraft-tools degrade`: one JSON object a line.

    {"begin": {"release": ..., "python": ..., "pytest": ...}}     a process has started
    {"asked": {"name", "nodeid", "file", "line"}}                 a program asked for what the release lacks
    {"trouble": {"nodeid", "outcome", "text"}}                    something was not collected
    {"collected": [node id, ...]}                                 what will be run
    {"start": node id}, {"finish": node id}                       of a test
    {"report": {"nodeid", "when", "outcome", "duration", "wasxfail", "text", "error": {"type", "text", "line"}}}
    {"warning": {"nodeid", "category", "module", "text", "file", "line", "when"}}
    {"end": exit status}

Each line is written at once, so that nothing is lost with a process that dies. What the file says is finished is not run
again.
"""
from __future__ import absolute_import, division, print_function

import io
import os
import sys
import types

import pytest

from regraft import profiles
from regraft.releasetests import messages, worker

LONGEST = 20000  # characters of a text
# Who looks at all that a module has, and wants nothing of it.
CURIOUS = ("_pytest", "doctest", "inspect", "mock", "pluggy", "pydoc", "regraft", "unittest")


class Recorder(object):
    """The plug-in that writes the file.

    Args:
        config: pytest's.
        path (str): the file; what it has stays.
    """

    def __init__(self, config, path):
        self._config = config
        self._parent = os.getppid()
        self._done = read_finished(path)
        self._stream = io.open(path, "ab", buffering=0)
        self._nodeid = ""
        self._known = set()
        self._errors = {}
        self._say("begin", {"release": profiles.active() or "", "python": sys.version.split()[0],
                            "pytest": pytest.__version__})
        worker.listen(config, self._note_warning)
        if profiles.active():
            watch(self._note_asked)

    def pytest_configure(self, config):
        """Have tests run, though files cannot be collected."""
        config.option.continue_on_collection_errors = True

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector):
        """Know who asks while a module is imported."""
        self._nodeid = collector.nodeid
        yield
        self._nodeid = ""

    def pytest_collectreport(self, report):
        """Write down what cannot be collected, or will not."""
        if not report.passed:
            self._say("trouble", {"nodeid": report.nodeid, "outcome": report.outcome, "text": describe(report)})

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        """Leave out what an earlier process has done."""
        self._say("collected", [each.nodeid for each in items])
        items[:] = [each for each in items if each.nodeid not in self._done]

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """Write down when a test starts and when it is done."""
        if os.getppid() != self._parent:
            item.session.shouldstop = "whoever wanted the record is gone"
        self._nodeid = item.nodeid
        self._say("start", item.nodeid)
        yield
        self._say("finish", item.nodeid)
        self._nodeid = ""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Keep the error itself: a report has only its text."""
        yield
        if call.excinfo is not None:
            self._errors[item.nodeid, call.when] = explain(call.excinfo)

    def pytest_runtest_logreport(self, report):
        """Write down a report."""
        self._say("report", {
            "nodeid": report.nodeid, "when": report.when, "outcome": report.outcome, "duration": report.duration,
            "wasxfail": getattr(report, "wasxfail", None), "text": describe(report),
            "error": self._errors.pop((report.nodeid, report.when), None)})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus):
        """Write down that the run came to its end."""
        self._say("end", int(exitstatus))

    def _note_warning(self, warning_message, when, nodeid):
        category = warning_message.category
        self._say("warning", {
            "nodeid": nodeid or self._nodeid, "category": category.__name__, "module": category.__module__,
            "text": messages.describe(warning_message.message)[:LONGEST], "file": warning_message.filename,
            "line": warning_message.lineno, "when": when})

    def _note_asked(self, name, frame):
        if frame.f_globals.get("__name__", "").split(".")[0] in CURIOUS or (name, self._nodeid) in self._known:
            return
        self._known.add((name, self._nodeid))
        self._say("asked", {"name": name, "nodeid": self._nodeid, "file": frame.f_code.co_filename,
                            "line": frame.f_lineno})

    def _say(self, kind, content):
        # One call for the whole line: a process that is killed leaves no half of one but the last.
        self._stream.write(messages.encode({kind: content}))


def read_finished(path):
    """Return the node ids (set of str) of the tests that a record has to the end.

    Args: path (str); there need be no such file.
    """
    done = set()
    if os.path.exists(path):
        with io.open(path, "rb") as stream:
            for line in stream:
                if line.startswith(b'{"finish"') and line.endswith(b"\n"):
                    done.add(messages.decode(line)["finish"])
    return done


def watch(note):
    """Have a function called when a program asks a covered module, or one of its classes, for what the release lacks.

    Args: note (function of the dotted name (str) and of the frame that asks)
    """
    from regraft import _emulated
    from regraft.profiles import facade

    def get_missing(module, name):
        whole = _emulated.IMPLEMENTATIONS.get(module.__name__)
        if whole is not None and not name.startswith("__") and name in vars(whole):
            note("%s.%s" % (module.__name__.lstrip("_"), name), sys._getframe(1))
        return types.ModuleType.__getattribute__(module, name)  # raises what it raised before

    def get_absent(attribute, instance, owner=None):
        try:
            return usual(attribute, instance, owner)
        except AttributeError:
            cls = attribute._owner
            note("%s.%s.%s" % (cls.__module__.lstrip("_"), cls.__name__.lstrip("_"), attribute._name), sys._getframe(1))
            raise

    usual = facade.Absent.__get__
    facade.Absent.__get__ = get_absent
    facade.ReleasedModule.__getattr__ = get_missing


def describe(report):
    """Return what a report says (str): of a failure its traceback, of a skip its reason."""
    if not report.longrepr:
        return ""
    if isinstance(report.longrepr, tuple):
        return messages.describe(report.longrepr[2])[:LONGEST]
    return report.longreprtext[-LONGEST:]


def explain(excinfo):
    """Return class, text and line of source of an error (dict).

    Args: excinfo (pytest.ExceptionInfo)
    """
    return {"type": excinfo.type.__name__, "text": messages.describe(excinfo.value)[:LONGEST],
            "line": messages.describe(excinfo.traceback[-1].statement)[:LONGEST]}
