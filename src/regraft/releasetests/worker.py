"""The process that runs tests under one release for another process: collects, runs what it is told, hands reports back.

Its errand is the dict that `process.Process` hands over: descriptors `read` and `write`, `release`, `file`. It says

    {"tests": [[node id, location], ...], "reports": [...], "deselected": [...], "warnings": [...]}
                             first: what it has collected, and reports about what it could not
    {"report": ...}          of a test, as pytest writes it down
    {"warning": {...}}       that a test gave
    {"done": index}          the test is done
    {"error": text}          pytest itself has failed

and is told `{"run": index, "next": index or None}`. It ends when the other side closes the pipe.
"""
from __future__ import absolute_import, division, print_function

import fcntl
import json
import os

import pytest

from regraft.releasetests import MARKER, messages, releases

# What the process that asks does for all: reports, choosing among results of an earlier run, ending early.
NEUTRAL = (
    ("usepdb", False), ("trace", False), ("maxfail", 0), ("xmlpath", None), ("resultlog", None), ("report_log", None),
    ("htmlpath", None), ("numprocesses", None), ("dist", "no"), ("tx", []), ("looponfail", False), ("pastebin", None),
    ("regraft_as", None),
)
# And what has chosen already where one test is asked for.
CHOOSING = (
    ("keyword", ""), ("markexpr", ""), ("deselect", None), ("lf", False), ("failedfirst", False), ("newfirst", False),
    ("stepwise", False), ("collectonly", False),
)
# They would write down as results of all what is of one release.
KEEPERS = ("lfplugin", "nfplugin", "stepwiseplugin")


class Worker(object):
    """The plug-in that makes a process of pytest one that is told what to do.

    Attributes: release (str), under which it runs.
    """

    def __init__(self, config, errand):
        errand = json.loads(errand)
        self.release = str(errand["release"])
        self._config = config
        self._file = errand["file"]
        self._suffix = releases.SUFFIX % self.release
        self._input = os.fdopen(_keep(errand["read"]), "rb")
        self._output = _keep(errand["write"])
        self._tests, self._reports, self._deselected, self._warnings = [], [], [], []
        self._collected = False
        option = config.option
        for name, value in NEUTRAL + (CHOOSING if self._file else ()):
            if hasattr(option, name):
                setattr(option, name, value)
        if getattr(option, "basetemp", None):
            if not os.path.isdir(str(option.basetemp)):
                os.makedirs(str(option.basetemp))
            option.basetemp = os.path.join(str(option.basetemp), "as-%s-%d" % (self.release, os.getpid()))
        # The process that asks shows what is reported.
        config.pluginmanager.set_blocked("terminalreporter")
        listen(config, self._note_warning)
        if self._file:
            config.args = [str(self._file)]
        else:
            config.args = self._choose(config.args)

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_make_collect_report(self, collector):
        """Add the release to the ids of tests before anything chooses among them."""
        outcome = yield
        for each in outcome.get_result().result or ():
            if isinstance(each, pytest.Item) and not each.nodeid.endswith(self._suffix):
                _rename(each, each.nodeid + self._suffix)
                each.extra_keyword_matches.update([self.release, "as " + self.release])
                marker = each.get_closest_marker(MARKER)
                if marker and not self._file and self.release not in marker.args:
                    each.add_marker(pytest.mark.skip(reason="the marker %s names %s" % (
                        MARKER, ", ".join(map(str, marker.args)))))

    def pytest_collectreport(self, report):
        """Keep what the release's modules say when they cannot be collected."""
        if not report.passed:
            data = messages.pack(self._config, report)
            data["nodeid"] = report.nodeid + self._suffix
            self._reports.append(data)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        """Leave all out where `--lf` finds failures, but of other releases only: here it would run all instead."""
        if not getattr(config.option, "lf", False):
            return
        failed = [each for each in config.cache.get("cache/lastfailed", {}) if each.endswith("]") and "[as " in each]
        if failed and not any(each.endswith(self._suffix) for each in failed):
            config.hook.pytest_deselected(items=list(items))
            del items[:]

    def pytest_deselected(self, items):
        """Keep what was left out."""
        self._deselected.extend(each.nodeid for each in items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Run what is told, as long as anything is."""
        for each in filter(self._config.pluginmanager.hasplugin, KEEPERS):
            self._config.pluginmanager.unregister(name=each)
        self._tests = [[each.nodeid, each.location] for each in session.items]
        self._say_collected()
        for line in iter(self._input.readline, b""):
            order = messages.decode(line)
            after = None if order["next"] is None else session.items[order["next"]]
            item = session.items[order["run"]]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            self._say({"done": order["run"]})
        return True

    def pytest_runtest_logreport(self, report):
        """Hand on a report."""
        self._say({"report": messages.pack(self._config, report)})

    def pytest_internalerror(self, excrepr):
        """Hand on what went wrong in pytest or a plug-in."""
        self._say({"error": messages.describe(excrepr)})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        """Say what was collected if it did not come to running, as after an error in a test that is named."""
        if self._reports:
            self._say_collected()

    def _note_warning(self, warning_message, when, nodeid):
        category = warning_message.category
        said = {"category": category.__name__, "module": category.__module__,
                "text": messages.describe(warning_message.message), "file": warning_message.filename,
                "line": warning_message.lineno, "when": when, "nodeid": nodeid}
        if self._collected:
            self._say({"warning": said})
        else:
            self._warnings.append(said)

    def _choose(self, arguments):
        chosen = []
        for each in arguments:
            if each.endswith(self._suffix):
                each = each[:-len(self._suffix)]
            elif each.endswith("]") and "[as " in each:
                continue
            chosen.append(each)
        return chosen

    def _say_collected(self):
        if not self._collected:
            self._collected = True
            self._say({"tests": self._tests, "reports": self._reports, "deselected": self._deselected,
                       "warnings": self._warnings})

    def _say(self, message):
        data = messages.encode(message)
        while data:
            data = data[os.write(self._output, data):]


class RecordedWarnings(object):
    """Hears warnings of pytest 6 and newer."""

    def __init__(self, note):
        self._note = note

    def pytest_warning_recorded(self, warning_message, when, nodeid):
        """Hand on a warning."""
        self._note(warning_message, when, nodeid)


class CapturedWarnings(object):
    """Hears warnings of pytest 4.6."""

    def __init__(self, note):
        self._note = note

    def pytest_warning_captured(self, warning_message, when, item):
        """Hand on a warning."""
        self._note(warning_message, when, item.nodeid if item else "")


def listen(config, note):
    """Have a function called with each warning that pytest has caught.

    Args: note (function of warnings.WarningMessage, "config", "collect" or "runtest", and node id or "")
    """
    new = hasattr(config.hook, "pytest_warning_recorded")
    config.pluginmanager.register((RecordedWarnings if new else CapturedWarnings)(note))


def _rename(item, nodeid):
    # pytest has no public way. xdist does the same for its groups.
    if hasattr(item, "_id"):  # since 9.2 an object
        item._id = type(item._id).parse(nodeid)
    else:
        item._nodeid = nodeid
    if item.nodeid != nodeid:
        raise pytest.UsageError("regraft cannot give tests other ids with pytest %s; use an older one" % pytest.__version__)


def _keep(descriptor):
    """Keep a descriptor from the processes that tests start."""
    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.fcntl(descriptor, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
    return descriptor
