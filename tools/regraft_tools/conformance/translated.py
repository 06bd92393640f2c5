"""Runs suites of a newer Python, translated, on Python 2.7 with regraft.

    python -m regraft_tools.conformance translated           # 3.15's, fetched from Debian
    python -m regraft_tools.conformance translated --here    # the newest that is here already
    python -m regraft_tools.conformance translated --reference …/lib/python3.13 --suite test_ssl

There is nothing to compare with: stock 2.7 has not what these suites ask for. So every failure needs a row. So does a
skip whose reason is 2.7 or our stand-ins, and one of a test that passes on stock 3.13; other skips, as for a system or
for what this OpenSSL cannot do, need none. The rows are in `2.7-as-3.15.toml`, for the newest Python that is served; they
allow the same of an older reference, which need not make use of them. What only an older one needs is in a file of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from regraft_tools import environments
from regraft_tools.conformance import expectations, homes, judgement, records, reference, session
from regraft_tools.conformance.expectations import Allowed, Deviation
from regraft_tools.conformance.judgement import Judgement
from regraft_tools.conformance.reference import Reference
from regraft_tools.conformance.results import Outcome, Status, SuiteRun
from regraft_tools.conformance.suites import Configuration, Suite
from regraft_tools.interpreters import Interpreter

HOST = "2.7"
PACKAGES = ("mock==3.0.5",)  # unittest.mock for 2.7

# How the stand-ins begin the reason of a skip that the suite would not have had elsewhere.
NOT_HERE = "not on 2.7: "

DEFAULTS_OF_NEWEST = Configuration("newest", variables=(("REGRAFT_DEFAULTS", "newest"),))
MODULES = {
    "test_ssl": {"resources": ("walltime",), "seconds": 600.0},
    "test_hashlib": {"resources": ("cpu",)},
    "test_hmac": {"resources": ("cpu",)},
    "test_random": {},
    "test_secrets": {},
}


@dataclass(frozen=True)
class TranslatedSession(session.Session):
    """As a session of the interpreter's own suites, without anything to compare with.

    Attributes:
        elsewhere: what the suites of a stock Python 3 did on their own Python.
        older: whether the rows were made for a newer reference, whose tests need not all be there.
    """

    elsewhere: records.Record = field(default_factory=records.Record)
    older: bool = False

    def _judge_one(self, suite: Suite) -> Judgement:
        left_out = tuple(
            row.test for row in self.rows
            if row.suite == suite.name and row.allowed is Allowed.NOT_RUN
        )
        return super()._judge_one(replace(suite, left_out=left_out))

    def _run_stock(self, suite: Suite, only: Iterable[str] = ()) -> SuiteRun:
        return SuiteRun()

    def _compare(
        self, suite: Suite, run: SuiteRun, stock: Mapping[str, Outcome]
    ) -> Judgement:
        intruders = homes.find_intruders(self.grafted, run.identity)
        rows = [row for row in self.rows if row.suite == suite.name]
        known = self.elsewhere.suites.get(suite.module, {})
        passed = {test for test, outcome in known.items() if outcome.status.is_good}
        # Rows that say of their own reference that the test does no better there.
        passed -= {row.test for row in rows if row.kind.needs_stock_to_fail}
        # As if it had passed without regraft, which makes the skip one that needs a row.
        doubtful = {
            test: Outcome(Status.PASSED) for test, outcome in run.outcomes.items()
            if outcome.status is Status.SKIPPED
            and (outcome.detail.startswith(NOT_HERE) or test in passed)
        }
        if self.older:
            bad = {test for test, each in run.outcomes.items() if not each.status.is_good}
            rows = [row for row in rows if row.test in bad]
        return judgement.judge(suite.name, run, doubtful, rows, intruders)


def suites(
    source: Reference, room: Path, names: Sequence[str] = (), *, kept: Path, site: Path
) -> list[Suite]:
    """The translated suites of a reference, laid out.

    Args:
        source: the reference.
        room: where they are laid out.
        names: modules to choose; empty means all.
        kept: where translations are kept.
        site: a directory with what the stand-ins need of PyPI.
    """
    result = []
    for module, special in MODULES.items():
        if names and module not in names:
            continue
        target = room / module
        reference.lay_out(source, module, target, kept)
        suite = Suite(HOST, module, paths=(str(target), str(site)), **special)
        result.append(suite)
        if module == "test_ssl":
            result.append(replace(suite, configuration=DEFAULTS_OF_NEWEST))
    return result


def rows_of(directory: Path, source: Reference) -> list[Deviation]:
    """The rows that hold for a reference."""
    rows = expectations.load(directory, "%s-as-%s" % (HOST, reference.NEWEST))
    if source.series == reference.NEWEST:
        return rows
    return rows + expectations.load(directory, "%s-as-%s" % (HOST, source.series))


def begin(
    interpreter: Interpreter, source: Reference, room: Path, data: Path
) -> TranslatedSession:
    """A session with a home in which regraft is enabled.

    Args:
        interpreter: 2.7.
        source: whose suites.
        room: where the homes are made.
        data: the directory with records and expectations.
    """
    openssl = session.ask_openssl(interpreter)
    stock = homes.make_stock(interpreter, room / "stock")
    grafted = homes.make_grafted(interpreter, room / "grafted")
    return TranslatedSession(
        interpreter, stock, grafted, records.Record(), rows_of(data / "expectations", source),
        elsewhere=records.load_series(data / "stock", reference.INSTALLED, openssl),
        older=source.series != reference.NEWEST
    )


def site_packages(interpreter: Interpreter) -> Path:
    """A directory with the packages of PyPI that the stand-ins need."""
    environment = environments.ensure(
        interpreter, "translated", packages=PACKAGES, regraft=False
    )
    return environment.path / "lib" / ("python%s" % HOST) / "site-packages"
