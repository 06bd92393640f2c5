"""JUnit files of many jobs as one table: tests by interpreter and release."""

from __future__ import annotations

import re
import xml.etree.ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 110  # columns, where the output is no terminal
_FILE = re.compile(r"junit-(?P<host>[\w.]+)-as-(?P<release>[\w.]+)\.xml")
_SUFFIX = re.compile(r"\[as (?P<release>[\w.]+)\]$")  # of the pytest plug-in
_STYLES = {"failed": "red", "error": "red", "missing": "dim", "skipped": "yellow"}
BAD = ("failed", "error")
_ORDER = ("passed", "failed", "error", "skipped", "xfailed")


@dataclass
class Results:
    """What the files say.

    Attributes:
        cells: by test, by column: passed, failed, error, skipped, xfailed.
        columns: in the order of the files.
        faults: sentences about files that could not be read, or are not there.
    """

    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    columns: dict[str, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether any test failed."""
        return any(each in BAD for row in self.cells.values() for each in row.values())

    def add(self, test: str, column: str, outcome: str) -> None:
        """Takes one test in. One that passes and then fails to clean up is in a file twice."""
        row = self.cells.setdefault(test, {})
        if row.get(column) not in BAD:
            row[column] = outcome
        self.columns[column] = None


def read(paths: Iterable[Path], expected: Sequence[str] = ()) -> Results:
    """Reads files, and all files named *.xml in directories.

    Args:
        paths: files and directories.
        expected: names of files, without directory, that must be among them.
    """
    results = Results()
    seen = set()
    for path in _files(paths, results):
        seen.add(path.name)
        try:
            tree = xml.etree.ElementTree.parse(path)
        except OSError as error:
            results.faults.append("%s cannot be read: %s" % (path, error.strerror))
        except xml.etree.ElementTree.ParseError as error:
            results.faults.append("%s is no whole XML: %s" % (path, error))
        else:
            _take(path, tree.getroot(), results)
    results.faults += ["%s is not there: did its job end early?" % each for each in expected if each not in seen]
    return results


def write(results: Results, console: Console, everything: bool) -> None:
    """Writes the numbers of each column, and the tests that do not do the same in all of them.

    Args:
        everything: write the others, too.
    """
    numbers = Table(title="results", title_justify="left")
    numbers.add_column("")
    for each in _ORDER:
        numbers.add_column(each, justify="right")
    for column in results.columns:
        outcomes = [row.get(column) for row in results.cells.values()]
        numbers.add_row(column, *(_styled(str(outcomes.count(each)), each, outcomes.count(each)) for each in _ORDER))
    console.print(numbers)
    rows = {test: [row.get(column, "missing") for column in results.columns] for test, row in results.cells.items()}
    shown = {test: row for test, row in rows.items() if everything or len(set(row)) > 1 or row[0] in BAD}
    if shown:
        tests = Table(title="tests" if everything else "tests that fail, or that differ", title_justify="left")
        tests.add_column("test", overflow="fold")
        for column in results.columns:
            tests.add_column(column, overflow="fold")
        for test, row in shown.items():
            tests.add_row(Text(test), *(_styled(each, each, 1) for each in row))
        console.print(tests)
    if len(rows) > len(shown):
        console.print("%d more do the same everywhere" % (len(rows) - len(shown)))


def _files(paths: Iterable[Path], results: Results) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.rglob("*.xml"))
        if not found:
            results.faults.append("%s has no *.xml in it" % path)
        yield from found


def _take(path: Path, root: xml.etree.ElementTree.Element, results: Results) -> None:
    cases = list(root.iter("testcase"))
    if root.tag not in ("testsuites", "testsuite"):
        results.faults.append("%s is no JUnit file: it begins with <%s>" % (path, root.tag))
    elif not cases:
        results.faults.append("%s has no tests in it" % path)
    name = _FILE.fullmatch(path.name)
    column = "%s as %s" % (name["host"], name["release"]) if name else path.stem
    for case in cases:
        test = "%s::%s" % (case.get("classname", ""), case.get("name", ""))
        suffix = _SUFFIX.search(test)
        if suffix:
            test = test[: suffix.start()]
        here = "%s as %s" % (path.stem, suffix["release"]) if suffix else column
        results.add(test.removeprefix("::"), here, _judge(case))


def _judge(case: xml.etree.ElementTree.Element) -> str:
    for tag, outcome in (("error", "error"), ("failure", "failed")):
        if case.find(tag) is not None:
            return outcome
    skipped = case.find("skipped")
    if skipped is not None:
        return "xfailed" if skipped.get("type") == "pytest.xfail" else "skipped"
    return "passed"


def _styled(text: str, outcome: str, number: int) -> Text:
    return Text(text, style=_STYLES.get(outcome, "") if number else "dim")
