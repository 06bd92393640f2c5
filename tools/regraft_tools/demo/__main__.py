"""Shows, in one table, what changes for an unmodified program when regraft is installed.

`make demo` runs it. It builds and installs regraft into an environment of its own, starts TLS
servers on the loopback interface, runs the same programs without and with regraft, and ends with
status 0 if everything came out with regraft as it must, else 1.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from regraft_tools import certificates, interpreters
from regraft_tools.demo import preparation, table
from regraft_tools.demo.preparation import Place, PreparationFailed, Subject
from regraft_tools.demo.processes import Crew
from regraft_tools.demo.scenarios import SCENARIOS, Scenario
from regraft_tools.demo.trial import try_scenario
from regraft_tools.interpreters import Interpreter

AT_ONCE = 2
INTERRUPTED = 130  # exit status, by the shells' convention


def main(arguments: list[str] | None = None) -> int:
    """Run the demo and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m regraft_tools.demo", description=__doc__)
    parser.add_argument("--only", metavar="WORD", help="only what has this word in its row")
    only = parser.parse_args(arguments).only
    chosen = [each for each in SCENARIOS if not only or only in f"{each.who}: {each.what}"]
    if not chosen:
        parser.error(f"no row of the table has {only!r} in it")
    console = table.make_console()
    try:
        with _first_signal_interrupts():
            return show(console, chosen)
    except KeyboardInterrupt:
        console.print("Interrupted; everything that the demo started has been stopped.")
        return INTERRUPTED
    except (PreparationFailed, LookupError, interpreters.UnknownRequest, OSError) as error:
        console.print(f"The demo cannot go on: {error}", style="red", markup=False, soft_wrap=True)
        return 1


def show(console: Console, scenarios: list[Scenario]) -> int:
    """Try scenarios, show what came of them, and return 0 if all is as it must be, else 1."""
    started = time.monotonic()
    interpreter = interpreters.oldest()
    if interpreter.series != "2.7":
        console.print(interpreters.HOW_TO_GET_27, style="yellow", markup=False)
        console.print(f"Going on with {interpreter}.", markup=False)
    python = f"Python {interpreter.version}"
    with tempfile.TemporaryDirectory(prefix="regraft-demo-") as scratch:
        place = Place(Crew(), Path(scratch, "home"), Path(scratch, "certificates"))
        place.home.mkdir()
        certificates.create_certificates(place.certificates)
        with _pool(place.crew) as pool:
            with console.status(f"Building and installing regraft for {interpreter} …"):
                stock, regrafted = _prepare(pool, interpreter, place)
            for line in table.describe_subjects(stock, regrafted):
                console.print(line, style="dim", markup=False, soft_wrap=True)
            with console.status("Running the programs …"):
                rows = _try_all(pool, scenarios, stock, regrafted, place)
            preparation.restore(regrafted, place)
    console.print(table.build_table(rows, python))
    for line in table.explain_faults(rows):
        console.print(line, style="red", markup=False, soft_wrap=True)
    console.print(table.summarise(rows, python, time.monotonic() - started), markup=False)
    console.print(
        f"Try a program of your own: {regrafted.python} -m regraft run PROGRAM",
        style="dim",
        markup=False,
        soft_wrap=True,
    )
    return 1 if any(row.fault for row in rows) else 0


@contextlib.contextmanager
def _first_signal_interrupts() -> Iterator[None]:
    """Make a polite kill the same as Ctrl-C, and let nothing disturb the cleaning up that follows.

    nox sends a second signal soon after the first.
    """

    def interrupt(number: int, frame: object) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        for each in before:
            signal.signal(each, interrupt)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def _pool(crew: Crew) -> Iterator[ThreadPoolExecutor]:
    """Threads that wait for a crew's commands. Leaving early kills those, so the threads end."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            yield pool
        except BaseException:
            crew.kill_all()
            raise


def _prepare(
    pool: ThreadPoolExecutor, interpreter: Interpreter, place: Place
) -> tuple[Subject, Subject]:
    stock = pool.submit(preparation.prepare, interpreter, False, place)
    regrafted = pool.submit(preparation.prepare, interpreter, True, place)
    return stock.result(), regrafted.result()


def _try_all(
    pool: ThreadPoolExecutor,
    scenarios: list[Scenario],
    stock: Subject,
    regrafted: Subject,
    place: Place,
) -> list[table.Row]:
    before = [pool.submit(try_scenario, each, stock.python, place) for each in scenarios]
    after = [pool.submit(try_scenario, each, regrafted.python, place) for each in scenarios]
    return [
        table.Row(scenario, left.result(), right.result())
        for scenario, left, right in zip(scenarios, before, after, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
