"""`regraft-tools audit profiles`: releases as regraft.profiles shows them, against their recorded snapshots.

What may differ is a row of tests/profiles/waivers.toml:

    [[waiver]]
    names = ["hashlib.blake2?"]     # dotted names; * and ? stand for anything
    drift = ["signature"]           # in which way: see comparison.Kind
    releases = ["3.6", "3.7"]       # what is shown; every one, if left out
    reason = "classes of the extension, which cannot be changed"

A drift without a row is an error, and so is a row, or a name in it, that explains nothing.
"""

from __future__ import annotations

import argparse
import fnmatch
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regraft_tools import environments, interpreters, tally
from regraft_tools.audit import comparison, report, storage, taking, waivers
from regraft_tools.audit.comparison import Drift, Kind

FILE = Path("tests", "profiles", "waivers.toml")  # in the checkout
HOSTS = ("2.7", "3.13")
AT_A_TIME = 2
_REASON = 15  # characters; less is none
_KEYS = {"names", "drift", "releases", "reason"}


@dataclass(frozen=True)
class Row:
    """A row of the data: see above."""

    names: tuple[str, ...]
    drift: tuple[Kind, ...]
    releases: tuple[str, ...]
    reason: str


def load(path: Path | None = None) -> list[Row]:
    """The rows of the checkout, or of a file.

    Raises:
        waivers.Malformed: a row is incomplete, or says what it cannot mean.
    """
    path = path or environments.checkout() / FILE
    found = []
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        for each in document["waiver"]:
            if set(each) - _KEYS or not each["names"] or len(each["reason"]) < _REASON:
                raise ValueError("a row needs names, drift and a reason, and may say releases: %s" % each)
            found.append(Row(tuple(each["names"]), tuple(map(Kind, each["drift"])), tuple(each.get("releases", ())), each["reason"]))
    except (OSError, ValueError, KeyError) as error:
        raise waivers.Malformed("%s: %s" % (path, error)) from None
    return found


def releases_of(series: str) -> dict[str, str]:
    """The releases that an interpreter of a series is to show, each with the recorded one that it is measured by."""
    known = {path.stem.removeprefix("cpython-") for path in storage.folder().glob("cpython-*.json")}
    known -= {storage.API}  # the newest is not emulated: it is what there is
    if series == "2.7":
        return {each: each for each in known if each.startswith("2.7.")}
    return {each.rpartition(".")[0]: each for each in sorted(known, key=_number) if not each.startswith("2.")}


def _number(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def show(environment: environments.Environment, release: str) -> dict[str, Any]:
    """The snapshot of an interpreter that shows a release."""
    subject = taking.Subject(
        "%s as %s" % (environment.interpreter.version, release),
        (str(environment.python), "-m", "regraft", "run", "--as", release), environment.variables())
    return taking.take(subject)


def compare(environment: environments.Environment, release: str, recorded: str) -> list[Drift]:
    """How what an interpreter shows differs from a recorded release, in names and defaults; private names are left out."""
    measure, found = storage.recorded(recorded), show(environment, release)
    drifts = comparison.compare_interfaces(measure, found) + comparison.compare_defaults(measure, found)
    return [each for each in drifts if not waivers.is_incidental(each)]


def judge(drifts: Iterable[tuple[str, Drift]], rows: Sequence[Row]) -> tuple[list[tuple[str, Drift]], list[str]]:
    """What no row explains, and which names of rows explain nothing.

    Args:
        drifts: with the release that is shown.
    """
    used: set[tuple[int, str]] = set()
    unexplained = []
    for release, drift in drifts:
        fitting = [
            (index, name) for index, row in enumerate(rows) for name in row.names
            if drift.kind in row.drift and (not row.releases or release in row.releases)
            and fnmatch.fnmatchcase(drift.path, name)
        ]
        used.update(fitting)
        if not fitting:
            unexplained.append((release, drift))
    stale = [name for index, row in enumerate(rows) for name in row.names if (index, name) not in used]
    return unexplained, stale


def run(options: argparse.Namespace) -> int:
    """Compares each release on its host; 1 if something is not as it should be."""
    rows, found, names = load(), [], {}
    search = interpreters.search(HOSTS)
    for interpreter in search.found:
        environment = environments.ensure(interpreter, "audit")
        wanted = releases_of(interpreter.series)
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            results = list(pool.map(lambda each: compare(environment, *each), wanted.items()))
        found += [(release, drift) for release, drifts in zip(wanted, results, strict=True) for drift in drifts]
        names[interpreter.version] = wanted
    unexplained, stale = judge(found, rows)
    for version, wanted in names.items():
        mine = [drift for release, drift in unexplained if release in wanted]
        print("%s shows %s: %d unexplained" % (version, ", ".join(wanted), len(mine)))
        tally.record(tally.Row("%s profiles" % version, len(wanted), len(mine), 0, 0))
    for release, drift in unexplained:
        print("\n".join(report.table([drift], "  %-7s " % release)))
    for each in stale if not search.missing else ():
        print("  stale waiver: %s drifts no more" % each)
    for series in search.missing:
        print("Python %s was not found" % series)
    return 1 if unexplained or (stale and not search.missing) or not search.found else 0
