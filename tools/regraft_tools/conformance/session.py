"""Runs and judges the suites of one interpreter."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from regraft_tools.conformance import execution, homes, judgement, records
from regraft_tools.conformance.expectations import Deviation
from regraft_tools.conformance.judgement import Judgement, Verdict
from regraft_tools.conformance.results import Outcome, SuiteRun
from regraft_tools.conformance.suites import Suite
from regraft_tools.interpreters import Interpreter

Result = TypeVar("Result")

AT_ONCE = 2  # suites; most of them wait more than they work

# Verdicts that a look at the interpreter without regraft, as it is today, may change.
_RESTS_ON_STOCK = frozenset(
    (Verdict.NEW_FAILURE, Verdict.NEW_SKIP, Verdict.NEWLY_MISSING, Verdict.UNEXPECTED_PASS)
)


@dataclass(frozen=True)
class Session:
    """Everything that stays the same while the suites of one interpreter are run.

    Attributes:
        interpreter: whose suites.
        stock: the home without regraft.
        grafted: the home with it; None when only the interpreter itself is measured.
        record: what the suites are known to do without regraft.
        rows: the deviations that are allowed.
    """

    interpreter: Interpreter
    stock: homes.Home
    grafted: homes.Home | None
    record: records.Record
    rows: Sequence[Deviation]

    def measure(self, suites: Iterable[Suite], tell: Callable[[str], None]) -> list[str]:
        """Runs suites without regraft and puts what they did into the record.

        Args:
            suites: which.
            tell: is given a line about each suite that is done.

        Returns:
            What went wrong, one sentence each.
        """
        troubles = []
        for suite, run in self._run_all(suites, self._run_stock):
            tell("%-26s %4d tests %6.1f s" % (suite.name, len(run.outcomes), run.seconds))
            wrong = [run.trouble, *homes.find_intruders(self.stock, run.identity)]
            if any(wrong):
                troubles.append("%s: %s" % (suite.name, "; ".join(filter(None, wrong))))
            else:
                self.record.add(suite.name, run)
        return troubles

    def judge(
        self, suites: Iterable[Suite], tell: Callable[[Judgement], None]
    ) -> list[Judgement]:
        """Runs suites with regraft and judges them; `tell` is given each as it is done."""
        result = []
        for _, found in self._run_all(suites, self._judge_one):
            tell(found)
            result.append(found)
        return result

    def _run_all(
        self, suites: Iterable[Suite], work: Callable[[Suite], Result]
    ) -> Iterator[tuple[Suite, Result]]:
        # The longest first, so that none of them is left alone at the end.
        ordered = sorted(suites, key=lambda suite: -self.record.seconds.get(suite.name, 0))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = {pool.submit(work, suite): suite for suite in ordered}
            for done in as_completed(running):
                yield running[done], done.result()

    def _run_stock(self, suite: Suite, only: Iterable[str] = ()) -> SuiteRun:
        return execution.run_suite(self.interpreter.path, suite, self.stock, only=only)

    def _judge_one(self, suite: Suite) -> Judgement:
        python = self.grafted.python or self.interpreter.path
        run = execution.run_suite(python, suite, self.grafted)
        stock: Mapping[str, Outcome] | None = self.record.suites.get(suite.name)
        if stock is None:
            stock = self._run_stock(suite).outcomes
        retried = self._retry(suite, run, stock)
        found = self._compare(suite, run, stock)
        doubtful = [each.test for each in found.problems if each.verdict in _RESTS_ON_STOCK]
        if doubtful:
            # The record may be of another machine or another OpenSSL: ask again.
            today = self._run_stock(suite, only=doubtful).outcomes
            kept = {test: each for test, each in stock.items() if test not in doubtful}
            found = self._compare(suite, run, kept | today)
        found.retried = retried
        return found

    def _retry(
        self, suite: Suite, run: SuiteRun, stock: Mapping[str, Outcome]
    ) -> list[str]:
        """Runs new failures again, alone; those that pass then are taken as passed and named.

        Suites with servers and time-outs fail now and then on a busy machine. A crash or a hang
        is no such failure and gets no second attempt.
        """
        failed = [
            each.test for each in self._compare(suite, run, stock).problems
            if each.verdict is Verdict.NEW_FAILURE
        ]
        if not failed:
            return []
        python = self.grafted.python or self.interpreter.path
        again = execution.run_suite(python, suite, self.grafted, only=failed)
        passed = [
            test for test in failed
            if test in again.outcomes and again.outcomes[test].status.is_good
        ]
        run.outcomes.update((test, again.outcomes[test]) for test in passed)
        return passed

    def _compare(
        self, suite: Suite, run: SuiteRun, stock: Mapping[str, Outcome]
    ) -> Judgement:
        intruders = homes.find_intruders(self.grafted, run.identity)
        return judgement.judge(suite.name, run, stock, self.rows, intruders)


def ask_openssl(interpreter: Interpreter) -> str:
    """What `ssl.OPENSSL_VERSION` of an interpreter says; empty if it has no `ssl`."""
    done = subprocess.run(
        [str(interpreter.path), "-E", "-S", "-c", "import ssl; print(ssl.OPENSSL_VERSION)"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )
    return done.stdout.strip()


def has_suites(interpreter: Interpreter) -> bool:
    """Whether the interpreter came with its `test` package; distributions split it off."""
    done = subprocess.run(
        [str(interpreter.path), "-E", "-S", "-c", "import test.support"],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=Path("/"),
    )
    return done.returncode == 0
