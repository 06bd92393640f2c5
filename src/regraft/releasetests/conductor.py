"""The session that asks: items that stand for tests of other processes, and where they come from."""
from __future__ import absolute_import, division, print_function

import warnings

import pytest

from regraft.releasetests import MARKER, messages, releases
from regraft.releasetests.process import END_LIMIT, KILL_LIMIT, Lost, Process

INTERRUPTED = 2  # exit status of pytest
HERE = ("python -m regraft run --as RELEASE -m pytest --regraft-here --pdb TEST runs one in a process that a debugger "
        "can be in")


class Conductor(object):
    """What `--regraft-as` adds to a session: it collects by asking one process for each release.

    Attributes: releases (list of str)
    """

    def __init__(self, config):
        self.releases = releases.parse(config.getoption("regraft_as"))
        self._processes = []
        refuse(config, "usepdb", "--pdb: the tests run in other processes; " + HERE)
        refuse(config, "trace", "--trace: the tests run in other processes; " + HERE)
        if getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None):
            raise pytest.UsageError("--regraft-as: the tests run in one process for each release; leave out -n")

    def pytest_collection(self, session):
        """Collect under each release; each does it at the same time."""
        wanted = session.config.args
        items = []
        session.config.hook.pytest_collectstart(collector=session)
        for release in self.releases:
            if all(is_of_another(each, release) for each in wanted) and wanted:
                continue
            self._processes.append(SharedProcess(session, release))
        for each in self._processes:
            items.extend(each.make_items())
        session.items = items
        session.testscollected = len(items)
        report = pytest_collect_report_class()(session.nodeid, "passed", None, items)
        session.config.hook.pytest_collectreport(report=report)
        session.config.hook.pytest_collection_finish(session=session)
        return True

    def pytest_sessionfinish(self, exitstatus):
        """Leave no process behind; after an interruption without much waiting."""
        for each in self._processes:
            each.close(KILL_LIMIT if exitstatus == INTERRUPTED else END_LIMIT)


class SharedProcess(object):
    """One release's process for all its tests; another takes its place when it dies."""

    def __init__(self, session, release):
        self.session = session
        self.release = release
        self._indexes = {}
        self._following = None
        self._broken = None
        self._process = Process(session.config, release)

    def make_items(self):
        """Return an item for each test that the process has collected, and for each file that it could not."""
        try:
            collected = self._process.collect()
        except Lost as error:
            self._broken = messages.describe(error)
            self.close()
            name = releases.SUFFIX % self.release
            return [self._make(name, (name, None, name), failure=self._broken)]
        self._note(collected)
        announce_deselected(self.session, collected["deselected"])
        pass_warnings(self.session.config, collected["warnings"])
        items = []
        for report in collected["reports"]:
            # With a space, as pytest takes what ends like the id for a name in a file, and puts colons for its dots.
            file = report["nodeid"][:-len(releases.SUFFIX % self.release)]
            shown = "%s %s" % (file, releases.SUFFIX % self.release)
            items.append(self._make(report["nodeid"], (file, None, shown), found=report))
        return items + [self._make(nodeid, add_suffix(location, self.release))
                        for nodeid, location in collected["tests"]]

    def run(self, item, nextitem):
        """Run a test in the process; an iterator of reports.

        Args:
            item (ReleaseItem): the test.
            nextitem (pytest.Item or None): what comes after it.
        """
        if self._following is None:
            mine = [each for each in self.session.items if getattr(each, "regraft_process", None) is self]
            self._following = dict(zip(mine, mine[1:]))
        after = self._following.get(item)
        if self._process is None and self._broken is None:
            self._restart()
        if self._broken is not None or item.regraft_test not in self._indexes:
            yield item.make_failure(self._broken or "%s did not collect it again" % self.release)
            return
        order = {"run": self._indexes[item.regraft_test],
                 "next": self._indexes.get(after.regraft_test) if after else None}
        try:
            for report in ask(self._process, order, item):
                yield report
        except Lost as error:
            yield item.make_failure(messages.describe(error))
            self.close()
        if after is None:
            self.close()

    def close(self, limit=END_LIMIT):
        """End the process, if there is one.

        Args: limit (float), seconds that it has for that.
        """
        if self._process is not None:
            self._process.close(limit)
            self._process = None

    def _restart(self):
        self._process = Process(self.session.config, self.release)
        try:
            self._note(self._process.collect())
        except Lost as error:
            self._broken = messages.describe(error)
            self.close()

    def _note(self, collected):
        self._indexes = dict((nodeid, index) for index, (nodeid, _) in enumerate(collected["tests"]))

    def _make(self, nodeid, location, found=None, failure=None):
        item = make_item(self.session, nodeid.split("::")[-1], nodeid, self.release)
        item.regraft_process = self
        item.regraft_location = tuple(location)
        item.regraft_found, item.regraft_fault = found, failure
        return item


class ReleaseItem(pytest.Item):
    """One test under one release, which another process runs.

    Attributes:
        regraft_release (str): the release.
        regraft_test (str): its node id in that process.
        regraft_location (tuple): as `pytest.Item.location`.
        regraft_process (SharedProcess or None): that which runs it; None: one of its own.
        regraft_file (str or None): what a process of its own has to collect.
        regraft_found (dict or None): the report of a collection that failed or was skipped, as `messages.pack` gives it.
        regraft_fault (str or None): why it cannot be run.
    """

    regraft_process = regraft_file = regraft_found = regraft_fault = None

    def runtest(self):
        """Refuse: its process runs it, see `regraft_run`."""
        raise RuntimeError("a plug-in that runs tests itself has taken this one from regraft: %s" % self.nodeid)

    def reportinfo(self):
        """Return file, line and name, as pytest asks for them."""
        return self.regraft_location

    @property
    def location(self):
        """File, line and name of the test in its source (tuple)."""
        return self.regraft_location

    def regraft_run(self, nextitem):
        """Run the test and report, in the place of pytest's own protocol.

        Args: nextitem (pytest.Item or None)
        Returns:
            bool: True, it has been run.
        """
        hook = self.ihook
        hook.pytest_runtest_logstart(nodeid=self.nodeid, location=self.location)
        closed = False
        for report in self._report(nextitem):
            self._log(report)
            closed = report.when == "teardown"
        if not closed:  # writers of files close a test with it
            self._log(messages.make_report(self.nodeid, self.location, "passed", None, "teardown"))
        hook.pytest_runtest_logfinish(nodeid=self.nodeid, location=self.location)
        return True

    def make_failure(self, text):
        """Return the report of a failure (pytest's) that the test has not reported itself.

        Args: text (str)
        """
        return messages.make_report(self.nodeid, self.location, "failed", "regraft: " + text, "call")

    def _log(self, report):
        report.regraft_release = self.regraft_release
        if report.when == "teardown":  # JUnit's properties are taken from there
            report.user_properties.append((MARKER, self.regraft_release))
        self.ihook.pytest_runtest_logreport(report=report)

    def _report(self, nextitem):
        if self.regraft_fault is not None:
            return [self.make_failure(self.regraft_fault)]
        if self.regraft_found is not None:
            return [self._make_from_collection(self.regraft_found)]
        if self.regraft_process is not None:
            return self.regraft_process.run(self, nextitem)
        return self._run_alone()

    def _make_from_collection(self, data):
        found = messages.unpack(self.config, data)
        return messages.make_report(self.nodeid, self.location, found.outcome, found.longrepr, "setup", found.sections)

    def _run_alone(self):
        process = Process(self.config, self.regraft_release, self.regraft_file)
        try:
            collected = process.collect()
            pass_warnings(self.config, collected["warnings"], self)
            known = [nodeid for nodeid, _ in collected["tests"]]
            if self.regraft_test in known:
                for report in ask(process, {"run": known.index(self.regraft_test), "next": None}, self):
                    yield report
            elif collected["reports"]:
                for data in collected["reports"]:
                    yield self._make_from_collection(data)
            else:
                yield self.make_failure("as %s its file does not have this test; the tests there are:\n%s"
                                        % (self.regraft_release, "\n".join(known) or "none"))
        except Lost as error:
            yield self.make_failure(messages.describe(error))
        except KeyboardInterrupt:
            process.close(KILL_LIMIT)
            raise
        finally:
            process.close()


def ask(process, order, item):
    """Have a process run a test; an iterator of reports.

    Args:
        process (Process)
        order (dict): what to run, and what will be run after it (`worker.Worker`).
        item (ReleaseItem): the test.
    Raises: Lost
    """
    config = item.config
    process.send(order)
    while True:
        message = process.receive(config.getoption("regraft_timeout"))
        if "report" in message:
            report = messages.unpack(config, message["report"])
            report.location = add_suffix(report.location, item.regraft_release)
            yield report
        elif "warning" in message:
            pass_warnings(config, [message["warning"]], item)
        elif "error" in message:
            raise Lost("pytest as %s met an error of its own:\n%s" % (process.release, message["error"]))
        else:
            return


def multiply(found, marked):
    """Return a list of nodes with, after each test of the marker, an item for each of its releases.

    Args:
        found (list of pytest.Item or Collector): what was collected.
        marked (list of pytest.Item): those of them that have the marker or the fixture.
    """
    result = []
    for each in found:
        result.append(each)
        if each in marked:
            each.regraft_variants = [_make_variant(each, release) for release in _find_releases(each)]
            result.extend(each.regraft_variants)
    return result


def replace(items):
    """Return a list of items in which each test of the marker is replaced by those that run under a release.

    A test that was named by its id has its variants beside it already, or has them put in its place; of one that was
    left out only those stay that were asked for.
    """
    result = []
    chosen = set(map(id, items))
    for each in items:
        for wanted in getattr(each, "regraft_variants", [each]):
            if wanted is each or id(wanted) not in chosen:
                result.append(wanted)
    return result


def refuse(config, name, text):
    """Refuse an option of pytest.

    Args:
        name (str): where pytest keeps it.
        text (str): what is said.
    Raises: pytest.UsageError, if the option is given.
    """
    if getattr(config.option, name, False):
        raise pytest.UsageError(text)


def refuse_debugger(config, items):
    """Refuse to run tests of the marker with a debugger.

    Raises: pytest.UsageError
    """
    names = ", ".join(each.nodeid for each in items if hasattr(each, "regraft_variants"))
    for name, option in (("usepdb", "--pdb"), ("trace", "--trace")):
        refuse(config, name, "%s: tests with the marker %s run in other processes (%s); %s" % (option, MARKER, names, HERE))


def make_item(session, name, nodeid, release):
    """Return a new item.

    Args:
        session: pytest's.
        name, nodeid, release (str)
    Returns:
        ReleaseItem
    """
    make = getattr(ReleaseItem, "from_parent", None)
    # The session is its parent: the fixtures of modules and classes are none of this process's business.
    item = make(session, name=name, nodeid=nodeid) if make else ReleaseItem(name, parent=session, nodeid=nodeid)
    item.regraft_release = release
    item.regraft_test = nodeid
    item.regraft_location = ("", None, name)
    item.extra_keyword_matches.update([release, "as " + release])
    return item


def announce_deselected(session, nodeids):
    """Tell pytest which tests a release's process has left out.

    Args: nodeids (list of str)
    """
    if nodeids:
        session.config.hook.pytest_deselected(
            items=[make_item(session, each.split("::")[-1], each, "") for each in nodeids])


def add_suffix(location, release):
    """Return a location (tuple) with the release in the name that it shows.

    Args: location (sequence of str, int or None, str), release (str)
    """
    file, line, name = location
    return (file, line, name + releases.SUFFIX % release)


def is_of_another(argument, release):
    """Whether an argument of the command line names a test under another release.

    Args: argument, release (str)
    """
    return argument.endswith("]") and "[as " in argument and not argument.endswith(releases.SUFFIX % release)


def pass_warnings(config, found, item=None):
    """Hand warnings of another process to pytest's summary.

    Args:
        found (list of dict): as `worker.Worker` sends them.
        item (ReleaseItem or None): the test that gave them.
    """
    hook = config.hook
    for each in found:
        category = type(str(each["category"]), (Warning,), {"__module__": str(each["module"])})
        said = {"warning_message": warnings.WarningMessage(category(each["text"]), category, each["file"], each["line"]),
                "when": each["when"]}
        if hasattr(hook, "pytest_warning_recorded"):
            nodeid = item.nodeid if item else each["nodeid"]
            hook.pytest_warning_recorded.call_historic(kwargs=dict(said, nodeid=nodeid, location=None))
        else:  # pytest 4.6
            hook.pytest_warning_captured.call_historic(kwargs=dict(said, item=item))


def pytest_collect_report_class():
    """Return pytest's class of reports of a collection, which has no public name before 7.0."""
    found = getattr(pytest, "CollectReport", None)
    if found is None:
        from _pytest.reports import CollectReport as found
    return found


def _find_releases(item):
    marker = item.get_closest_marker(MARKER)
    return list(marker.args) if marker else list(item.config.getini(MARKER))


def _make_variant(original, release):
    known = isinstance(release, str)
    suffix = releases.SUFFIX % (release if known else repr(release))
    item = make_item(original.session, original.name + suffix, original.nodeid + suffix, str(release))
    item.regraft_fault = releases.find_fault(release)
    item.regraft_file = str(original.fspath)
    item.regraft_location = add_suffix(original.location, str(release))
    # What selects tests looks at names and markers; those of its module and class are not above it.
    item.own_markers.extend(original.iter_markers())
    item.extra_keyword_matches.update(each.name for each in original.listchain())
    item.extra_keyword_matches.update(original.listextrakeywords())
    for name in ("path", "fspath"):
        if hasattr(original, name):
            setattr(item, name, getattr(original, name))
            break
    return item
