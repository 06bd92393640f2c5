"""pytest plug-in: runs tests under older releases of Python, each release in a process of its own.

`--regraft-as 2.7.6,2.7.9,newest` runs all that is selected under each of these. Nothing is collected in this process
then: each release collects for itself, because what a module defines may depend on what `ssl` has there.
`@pytest.mark.regraft_as("2.7.6", "newest")` does it for one test, with a fresh process for each release.

A test under a release is an item of this session, so that the options of pytest (`-x`, `--lf`, `--junitxml` ...) mean
what they mean elsewhere. Its process is told which test to run, and hands back pytest's own reports. All that is in
the modules of `regraft.releasetests`, which a run that does not ask for it does not load.

Since: regraft 0.1.0.
Source: docs/testing-against-releases.rst.
"""
from __future__ import absolute_import, division, print_function

import os

import pytest

from regraft.releasetests import CONDUCTOR, ERRAND, LOG, MARKER, RECORDER, WORKER


def pytest_addoption(parser):
    """Declare options and settings."""
    group = parser.getgroup("regraft", "tests under older releases of Python")
    group.addoption("--regraft-as", metavar="RELEASES", default=None,
                    help="run the tests under each of these releases, each in a process of its own: 2.7.6,2.7.9,newest "
                         "(newest: what regraft brings, without the limits of a release)")
    group.addoption("--regraft-timeout", metavar="SECONDS", type=float, default=0.0,
                    help="end a process whose test takes longer, and go on with the next test; 0 (the default): wait")
    group.addoption("--regraft-here", action="store_true", default=False,
                    help="run tests with the marker regraft_as in this process, once, whatever they name (for --pdb)")
    parser.addini(MARKER, "releases for tests that take the fixture regraft_release and have no marker regraft_as",
                  type="args", default=[])


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Begin the record that `regraft-tools degrade` wants, before anything of the project is imported."""
    log = os.environ.pop(LOG, None)  # the processes that tests start write none
    if log:
        from regraft.releasetests import recorder

        early_config.pluginmanager.register(recorder.Recorder(early_config, log), RECORDER)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Find out what this process is: one that runs tests for another, one that is asked for releases, or neither."""
    config.addinivalue_line("markers", "regraft_as(release, ...): run the test under each of these releases of Python "
                                       "(\"2.7.6\", \"newest\"), each in a fresh process.")
    errand = os.environ.pop(ERRAND, None)  # the processes that tests start run none
    if errand:
        from regraft.releasetests import worker

        config.pluginmanager.register(worker.Worker(config, errand), WORKER)
        return
    if config.getoption("regraft_timeout") < 0:
        raise pytest.UsageError("--regraft-timeout: seconds from 0 on, not %s" % config.getoption("regraft_timeout"))
    if config.getoption("regraft_as") is not None:
        from regraft.releasetests import conductor

        config.pluginmanager.register(conductor.Conductor(config), CONDUCTOR)


def pytest_report_header(config):
    """Say under which releases the tests run."""
    found = config.pluginmanager.getplugin(CONDUCTOR)
    if found:
        return "regraft: each test as %s; old releases lack security on purpose" % ", ".join(found.releases)
    return None


@pytest.fixture
def regraft_release(request):
    """The release (str) under which the test runs: "2.7.6", "newest", or "" where it runs as any other test does."""
    from regraft.releasetests import releases

    found = request.config.pluginmanager.getplugin(WORKER)
    return found.release if found else releases.of_process()


@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_make_collect_report(collector):
    """Put what has the marker under each of its releases, beside the test itself."""
    outcome = yield
    config = collector.config
    if config.getoption("regraft_here") or config.pluginmanager.hasplugin(WORKER):
        return
    report = outcome.get_result()
    marked = [each for each in report.result or () if isinstance(each, pytest.Item) and _is_meant(each)]
    if marked:
        from regraft.releasetests import conductor

        report.result = conductor.multiply(report.result, marked)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session, config, items):
    """Leave of a test with the marker what runs under a release: the test itself stands for all of them."""
    if any(hasattr(each, "regraft_variants") for each in items):
        from regraft.releasetests import conductor

        conductor.refuse_debugger(config, items)
        items[:] = conductor.replace(items)


@pytest.hookimpl(hookwrapper=True)
def pytest_collectreport(report):
    """Let the tests be counted that will run, not what stands for them."""
    before = report.result
    if any(hasattr(each, "regraft_variants") for each in before or ()):
        from regraft.releasetests import conductor

        report.result = conductor.replace(before)
    yield
    report.result = before


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Have a test under a release run by its process."""
    run = getattr(item, "regraft_run", None)
    return run(nextitem) if run else None


def pytest_terminal_summary(terminalreporter):
    """Count by release what came out."""
    tallies = {}
    for category, reports in terminalreporter.stats.items():
        for report in reports if category not in ("", "deselected", "warnings") else ():
            release = getattr(report, "regraft_release", None)
            if release is not None:
                tally = tallies.setdefault(str(release), {})
                tally[category] = tally.get(category, 0) + 1
    found = terminalreporter.config.pluginmanager.getplugin(CONDUCTOR)
    for release in found.releases if found else ():
        tallies.setdefault(release, {})
    if not tallies:
        return
    from regraft.releasetests import releases

    terminalreporter.write_sep("=", "regraft: results by release")
    width = max(map(len, tallies))
    for release in sorted(tallies, key=releases.sort_key):
        said = ", ".join("%d %s" % (number, str(each)) for each, number in sorted(tallies[release].items()))
        terminalreporter.write_line("as %-*s  %s" % (width, release, said or "no tests ran"))


def _is_meant(item):
    if hasattr(item, "regraft_run") or hasattr(item, "regraft_variants"):
        return False  # what is named by its id passes through the session's own report, too
    return bool(item.get_closest_marker(MARKER)) or "regraft_release" in getattr(item, "fixturenames", ())
