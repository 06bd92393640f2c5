"""docs/profiles.rst: the releases that `run --as` can show, and what of them it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regraft_tools.docgen import markup, registry
from regraft_tools.docgen.registry import Row

LANGUAGES = (("Python 2.7", True), ("Python 3", False))
COLUMNS, WIDTHS = ("release", "lacks", "weaker", "first to have"), (16, 8, 8, 68)


def render(rows: Sequence[Row]) -> list[str]:
    """The releases, what of them is not emulated, and what is not known, as reStructuredText.

    Args:
        rows: the registry.
    """
    catalogue, limits = _load()
    lines = []
    for heading, is_2 in LANGUAGES:
        lines += markup.section(heading, "~", "releases-of-%d" % (2 if is_2 else 3))
        table = [_describe(catalogue, name) for name in catalogue.list_names(is_2)]
        lines += markup.table(COLUMNS, table, WIDTHS, name="releases-%d" % (2 if is_2 else 3), style="releases")
    for heading, sentences in (("Not emulated", limits.NOT_EMULATED), ("Not known for certain", limits.UNCONFIRMED)):
        lines += markup.section(heading, "~", heading.lower().replace(" ", "-"))
        lines += ["* %s: %s" % (_span(first, end), sentence.replace("`", "``")) for first, end, sentence in sentences]
        lines.append("")
    return lines


def _describe(catalogue: Any, name: str) -> tuple[str, ...]:
    number = registry.features().parse_release(dict(catalogue.SERIES).get(name, name))
    told = catalogue.describe(name, number)
    shown = name if name == told["number"] else "%s (%s)" % (name, told["number"])
    brought = ", ".join(":ref:`%s <feature-%s>`" % (each, each) for each in told["brought"])
    return shown, str(len(told["lacks"])), str(len(told["weaker"])), brought or "none"


def _span(first: str, end: str | None) -> str:
    return "since %s" % first if end is None else "since %s, before %s" % (first, end)


def _load() -> tuple[Any, Any]:
    registry.features()  # puts the sources of the checkout into sys.path
    from regraft.profiles import catalogue, limits

    return catalogue, limits
