"""The comparison as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from regraft_tools.degrade.comparison import MEANINGS, Cell, Comparison, State

_HERE = Path(__file__).parent
_RECIPES = (("detect", "Ask for it, without a look at the version"), ("harden", "Use it where it is there"))


@dataclass(frozen=True)
class Setting:
    """What was run.

    Attributes:
        title: of the page.
        python: version of the interpreter.
        regraft: version of regraft.
        command: pytest's command line.
        seconds: how long it took.
    """

    title: str
    python: str
    regraft: str
    command: Sequence[str]
    seconds: float


def render(compared: Comparison, setting: Setting) -> str:
    """The page."""
    loader = jinja2.FileSystemLoader(_HERE)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined)
    used = [state for state in State if any(compared.count(each.release, state) for each in compared.records)]
    differing = {nodeid: row for nodeid, row in compared.cells.items() if any(each.state.differs for each in row.values())}
    everywhere = [nodeid for nodeid, row in compared.cells.items()
                  if nodeid not in differing and any(each.state is State.FAILS_ON_NEWEST for each in row.values())]
    quiet = [nodeid for nodeid in compared.cells if nodeid not in differing and nodeid not in everywhere]
    return environment.get_template("page.html").render(
        compared=compared, setting=setting, style=(_HERE / "page.css").read_text(), states=used, meanings=MEANINGS,
        differing=differing, everywhere=everywhere, quiet=quiet, recipes=_RECIPES, slug=slug, describe=describe,
        first_line=first_line, merge=merge,
    )


def slug(text: str | None) -> str:
    """A text as part of an id or of a class."""
    return "".join(each if each.isalnum() else "-" for each in text or "unexplained")


def describe(cell: Cell) -> list[str]:
    """What explains a cell, in words."""
    return ["%s: %s%s" % (each.name, each.how, " (%s)" % each.place if each.place else "") for each in cell.evidence]


def merge(row: Mapping[str, Cell]) -> list[tuple[str, Cell]]:
    """The cells of a test by release, with those releases together that say the same."""
    together: dict[tuple, tuple[list[str], Cell]] = {}
    for release, cell in row.items():
        key = (cell.state, first_line(cell.text), tuple(describe(cell)))
        together.setdefault(key, ([], cell))[0].append(release)
    return [(", ".join(releases), cell) for releases, cell in together.values()]


def first_line(text: str) -> str:
    """The line of a text that says most: of a traceback that with the error."""
    lines = [each for each in text.splitlines() if each.strip()]
    errors = [each[1:].strip() for each in lines if each.startswith("E ")]
    return (errors or lines or [""])[0][:300]
