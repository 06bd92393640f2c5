"""`python -m regraft_tools.installing`: see the package."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from regraft_tools import environments, installing, interpreters, tally
from regraft_tools.installing import artefacts, places, scenarios
from regraft_tools.installing.index import Index
from regraft_tools.interpreters import Interpreter
from regraft_tools.tally import Row

AT_A_TIME = 2


def run_place(kind: str, interpreter: Interpreter, pip: str, names: Sequence[str]) -> list[Row]:
    """Runs the scenarios that are for a place, one after the other; each begins in the same state."""
    titles = [name for name in names if scenarios.fits(name, kind, interpreter)]
    if not titles:
        return []
    rows = []
    with tempfile.TemporaryDirectory(prefix="regraft-install-") as folder:
        try:
            place = places.make(kind, interpreter, pip, Path(folder))
            offered = artefacts.collect(interpreter, Path(folder, "offered"), place.pip)
        except (installing.Trouble, environments.BuildFailed) as error:
            return [_tell(place_title(kind, interpreter, pip), str(error))]
        with Index(offered.files(), Path(folder)) as index:
            for name in titles:
                if name == "wheel-too-new-for-pip" and not offered.refused:
                    continue
                trouble = scenarios.run(name, place, offered, index, Path(folder))
                rows.append(_tell("%s: %s" % (place_title(kind, interpreter, pip), name), trouble))
    return rows


def place_title(kind: str, interpreter: Interpreter, pip: str) -> str:
    """`2.7.18 virtual, pip 19.2.3`."""
    return "%s %s, pip %s" % (interpreter.version, kind, pip)


def _tell(title: str, trouble: str) -> Row:
    print("%-60s %s" % (title, trouble or "ok"), flush=True)
    return Row(title, passed=not trouble, failed=bool(trouble))


def main(arguments: Sequence[str]) -> int:
    """0 if every scenario went as it has to."""
    parser = argparse.ArgumentParser(prog="nox -s installs --", description=installing.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", nargs="*", metavar="SERIES", help="2.7, 3.6 …")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=list(scenarios.SCENARIOS),
                        choices=list(scenarios.SCENARIOS), help="of: " + ", ".join(scenarios.SCENARIOS))
    options = parser.parse_args(arguments)
    found = interpreters.search(options.series or installing.SERIES)
    print(found.report(), flush=True)
    jobs = []
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        for each in found.found:
            wanted = [(places.VIRTUAL, pip) for pip in installing.pips_of(each)] + [(places.BARE, installing.OWN)]
            jobs += [pool.submit(run_place, kind, each, pip, options.only) for kind, pip in wanted]
        try:
            rows = [row for job in jobs for row in job.result()]
        except BaseException:
            pool.shutdown(cancel_futures=True)  # who interrupts does not want the others either
            raise
    print("\n" + tally.closing_line(rows))
    return 0 if rows and not any(row.failed for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
