"""A planted suite that does everything a suite can do to its runner, in real interpreters."""

from __future__ import annotations

import textwrap
import unittest

import pytest
from regraft_tools import interpreters
from regraft_tools.conformance import child, execution, homes
from regraft_tools.conformance.results import Status, StreamReader
from regraft_tools.conformance.suites import LEGACY_TLS, Configuration, Suite

# One of the oldest kind and one of the newest: their test packages and unittests differ most.
FOUND = interpreters.find()
HOSTS = sorted({each.series: each for each in FOUND[:1] + FOUND[-1:]}.values(), key=str)

PLANTED = {
    "test_outcomes": """
        import unittest

        class Outcomes(unittest.TestCase):
            def test_pass(self):
                pass
            def test_failure(self):
                self.assertEqual(1, 2)
            def test_error(self):
                raise KeyError("no such key")
            def test_skip(self):
                self.skipTest("not today")
            @unittest.expectedFailure
            def test_expected(self):
                self.fail()
            @unittest.expectedFailure
            def test_unexpected(self):
                pass
            def test_failure_and_then_an_error_while_cleaning_up(self):
                self.addCleanup(lambda: {}["gone"])
                self.fail()

        class Unprepared(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                raise RuntimeError("cannot begin")
            def test_never(self):
                pass
        """,
    "test_deaths": """
        import os, signal, sys, time, unittest

        class Deaths(unittest.TestCase):
            def test_1_pass(self):
                pass
            def test_2_crash(self):
                sys.stderr.write("last words")
                sys.stderr.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            def test_3_exit(self):
                os._exit(7)
            def test_4_hang(self):
                hang_in_this_function()
            def test_5_pass(self):
                pass

        def hang_in_this_function():
            while True:
                time.sleep(0.01)
        """,
    "test_pollution": """
        import unittest

        polluted = False

        class Pollution(unittest.TestCase):
            def test_1_pollutes(self):
                global polluted
                polluted = True
            def test_2_suffers(self):
                self.assertFalse(polluted)
        """,
    "test_one_death_after_another": """
        import os, unittest

        class Deaths(unittest.TestCase):
            pass

        for number in range(9):
            setattr(Deaths, "test_%d" % number, lambda self: os._exit(1))
        """,
    "test_dies_at_import": "import os; os._exit(3)",
    "test_fails_at_import": "import there_is_no_such_module",
    "test_skipped_whole": "import unittest; raise unittest.SkipTest('no such machine')",
    "test_with_main": """
        import unittest

        prepared = False

        class Main(unittest.TestCase):
            def test_main_has_prepared(self):
                self.assertTrue(prepared)

        class NotAsked(unittest.TestCase):
            def test_never(self):
                pass

        def test_main():
            global prepared
            prepared = True
            try:
                from test.support import run_unittest
            except ImportError:  # 3.13 has done away with it
                from test import support
                loaded = unittest.defaultTestLoader.loadTestsFromTestCase(Main)
                loaded.run(unittest.TestResult())
                raise unittest.SkipTest("no run_unittest")
            run_unittest(Main)
        """,
    "test_resources": """
        import os, unittest
        from test import support

        class Resources(unittest.TestCase):
            def test_network(self):
                support.requires("network")
            def test_configuration(self):
                with open(os.environ["OPENSSL_CONF"]) as source:
                    self.assertIn("SECLEVEL=0", source.read())
            def test_proxies_are_not_seen(self):
                self.assertEqual([n for n in os.environ if n.lower().endswith("_proxy")], [])
        """,
}


@pytest.fixture(scope="module", params=HOSTS, ids=lambda host: host.series)
def planted(request, tmp_path_factory):
    """Runs a planted suite: the test package of the interpreter, with our suites before its own."""
    interpreter = request.param
    room = tmp_path_factory.mktemp("planted")
    home = homes.make_stock(interpreter, room / "home")
    package = room / "before" / "test"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "import pkgutil\n__path__ = pkgutil.extend_path(__path__, __name__)\n"
    )
    for name, text in PLANTED.items():
        (package / (name + ".py")).write_text(textwrap.dedent(text))
    (home.site / "planted.pth").write_text(
        "import sys; sys.path.insert(0, %r)\n" % str(room / "before")
    )

    def run(name, **options):
        only = options.pop("only", ())
        suite = Suite(interpreter.series, name, **({"seconds": 60.0, "stall": 20.0} | options))
        return execution.run_suite(interpreter.path, suite, home, only=only)

    run.home = home
    return run


def statuses(run):
    return {name: outcome.status for name, outcome in run.outcomes.items()}


def test_every_outcome_of_unittest_is_told_apart(planted):
    run = planted("test_outcomes")
    assert run.trouble == ""
    assert statuses(run) == {
        "Outcomes.test_pass": Status.PASSED,
        "Outcomes.test_failure": Status.FAILED,
        "Outcomes.test_error": Status.ERROR,
        "Outcomes.test_skip": Status.SKIPPED,
        "Outcomes.test_expected": Status.EXPECTED_FAILURE,
        "Outcomes.test_unexpected": Status.UNEXPECTED_SUCCESS,
        "Outcomes.test_failure_and_then_an_error_while_cleaning_up": Status.ERROR,
        "setUpClass (test.test_outcomes.Unprepared)": Status.ERROR,
    }
    assert run.outcomes["Outcomes.test_skip"].detail == "not today"
    assert run.outcomes["Outcomes.test_failure"].summary == "AssertionError: 1 != 2"
    assert run.outcomes["Outcomes.test_error"].summary == "KeyError: 'no such key'"


def test_a_child_says_what_it_ran_with(planted):
    run = planted("test_outcomes", only=["Outcomes.test_pass"])
    assert statuses(run) == {"Outcomes.test_pass": Status.PASSED, **_class_errors(run)}
    assert homes.find_intruders(planted.home, run.identity) == []
    grafted = homes.Home(planted.home.path, planted.home.site, grafted=True)
    assert [each.split()[0] for each in homes.find_intruders(grafted, run.identity)] == [
        "ssl", "hashlib", "hmac", "random", "regraft._openssl"
    ]


def _class_errors(run):
    return {name: each for name, each in statuses(run).items() if name.startswith("setUpClass")}


def test_a_child_that_says_nothing_of_itself_is_not_believed(planted):
    assert homes.find_intruders(planted.home, {}) != []


def test_a_crash_and_a_hang_cost_only_the_tests_that_did_it(planted):
    run = planted("test_deaths", stall=2.0)
    assert run.trouble == ""
    assert statuses(run) == {
        "Deaths.test_1_pass": Status.PASSED,
        "Deaths.test_2_crash": Status.CRASHED,
        "Deaths.test_3_exit": Status.CRASHED,
        "Deaths.test_4_hang": Status.HUNG,
        "Deaths.test_5_pass": Status.PASSED,
    }
    crash = run.outcomes["Deaths.test_2_crash"].detail
    assert "SIGKILL" in crash and "last words" in crash
    assert "status 7" in run.outcomes["Deaths.test_3_exit"].detail
    assert "hang_in_this_function" in run.outcomes["Deaths.test_4_hang"].detail


def test_a_test_that_spoils_its_process_can_be_run_apart(planted):
    polluter, sufferer = "Pollution.test_1_pollutes", "Pollution.test_2_suffers"
    assert statuses(planted("test_pollution"))[sufferer] is Status.FAILED
    good = {polluter: Status.PASSED, sufferer: Status.PASSED}
    assert statuses(planted("test_pollution", apart=(polluter,))) == good
    for only in good:
        run = planted("test_pollution", apart=(polluter,), only=[only])
        assert statuses(run) == {only: Status.PASSED}


def test_a_test_that_is_left_out_is_not_begun_and_counts_as_skipped(planted):
    run = planted("test_deaths", left_out=["Deaths.test_2_crash", "Deaths.test_3_exit", "Deaths.test_4_hang"])
    assert run.trouble == ""
    assert [name for name, each in statuses(run).items() if each is Status.SKIPPED] == [
        "Deaths.test_2_crash", "Deaths.test_3_exit", "Deaths.test_4_hang"
    ]
    assert statuses(run)["Deaths.test_5_pass"] is Status.PASSED


def test_directories_of_a_suite_are_searched_first_and_its_variables_are_set(planted, tmp_path):
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "__init__.py").write_text("")
    (tmp_path / "test" / "support.py").write_text("")
    (tmp_path / "test" / "test_outcomes.py").write_text(textwrap.dedent("""
        import os, unittest

        class Other(unittest.TestCase):
            def test_variable(self):
                self.assertEqual(os.environ["REGRAFT_DEFAULTS"], "newest")
        """))
    configuration = Configuration("newest", variables=(("REGRAFT_DEFAULTS", "newest"),))
    run = planted("test_outcomes", paths=[str(tmp_path)], configuration=configuration)
    assert statuses(run) == {"Other.test_variable": Status.PASSED}


def test_a_suite_in_which_every_test_crashes_comes_to_an_end_and_is_not_believed(planted):
    run = planted("test_one_death_after_another")
    assert "children died" in run.trouble
    assert set(statuses(run).values()) == {Status.CRASHED}


def test_a_suite_that_takes_too_long_is_ended_and_not_believed(planted):
    run = planted("test_deaths", seconds=1.0, only=["Deaths.test_4_hang"])
    assert "did not end within 1 seconds" in run.trouble
    assert statuses(run) == {"Deaths.test_4_hang": Status.HUNG}


def test_a_child_that_dies_before_its_first_test_is_not_believed(planted):
    run = planted("test_dies_at_import")
    assert "status 3" in run.trouble


def test_a_suite_that_cannot_be_imported_is_a_result(planted):
    run = planted("test_fails_at_import")
    assert statuses(run) == {"(module)": Status.ERROR}


def test_a_suite_that_skips_itself_is_a_result_with_its_reason(planted):
    run = planted("test_skipped_whole")
    assert statuses(run) == {"(module)": Status.SKIPPED}
    assert run.outcomes["(module)"].detail == "no such machine"


def test_what_test_main_prepares_and_selects_is_honoured(planted):
    found = statuses(planted("test_with_main"))
    assert found in (
        {"Main.test_main_has_prepared": Status.PASSED}, {"(module)": Status.SKIPPED}
    )


def test_a_suite_with_servers_of_its_own_may_use_the_network_less_its_remote_classes(planted):
    run = planted("test_resources", resources=("network",), configuration=LEGACY_TLS)
    assert statuses(run)["Resources.test_network"] is Status.PASSED
    run = planted("test_resources", resources=("network",), remote=("Resources",))
    assert run.trouble == "" and statuses(run) == {}


def test_no_resource_is_enabled_and_the_configuration_of_openssl_is_used(planted, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    run = planted("test_resources", configuration=LEGACY_TLS)
    assert statuses(run) == {
        "Resources.test_network": Status.SKIPPED,
        "Resources.test_configuration": Status.PASSED,
        "Resources.test_proxies_are_not_seen": Status.PASSED,
    }


def test_a_skipped_test_that_was_never_started_is_told(tmp_path):
    # As unittest of 3.12.1 does with methods that are decorated to be skipped.
    stream = tmp_path / "stream"
    collector = child.Collector(child.Stream(str(stream), "test_ssl"))
    collector.addSkip(unittest.FunctionTestCase(print, description="x"), "not today")
    collector.stopTest(unittest.FunctionTestCase(print))
    reader = StreamReader()
    reader.feed(stream.read_text().splitlines())
    (outcome,) = reader.outcomes.values()
    assert (outcome.status, outcome.detail) == (Status.SKIPPED, "not today")
