"""The generated part of "Security Considerations" (PEP 466's draft, section "Documentation"), and of the hazards.

It demands of each covered module the key security enhancements and fixes, with CVE identifiers where there are any,
and the feature and maintenance releases that first included them.
"""

from __future__ import annotations

from collections.abc import Sequence

from regraft_tools.docgen import markup, registry
from regraft_tools.docgen.registry import Row

UNCONFIRMED = "†"


def render(rows: Sequence[Row], module: str) -> list[str]:
    """Both tables of a module and what is unconfirmed about them, as lines of reStructuredText.

    Raises:
        LookupError: the registry has no row for that module.
    """
    own = registry.of_module(rows, module)
    lines = _by_cve(own, module) + _by_feature(own, module)
    doubts = [(row, each) for row in own for each in row["unconfirmed"]]
    if any(row["first_regraft"] is None for row in own):
        lines += ["*with newest*: with ``REGRAFT_DEFAULTS=newest``; else the default is the host's (:doc:`/defaults`)."]
        lines.append("")
    if doubts:
        lines += ["%s What no source confirms:" % UNCONFIRMED, ""]
        lines += ["* %s: %s" % (link(row), markup.escape(each)) for row, each in doubts] + [""]
    return lines


def render_opt_outs(rows: Sequence[Row]) -> list[str]:
    """What each recipe `relax` of the registry gives up, as lines of reStructuredText."""
    own = [row for row in rows if row["relax"]]
    if not own:
        raise LookupError("the registry has no recipe relax at all")
    table = [
        ("%s (``%s``)" % (link(row), row["module"]), markup.escape(row["defends"]), markup.escape(row["beyond"]))
        for row in own
    ]
    return markup.table(
        ("opted out of", "what no longer holds", "why that concerns others"), table, (22, 39, 39), name="opt-outs",
        style="releases",
    )


def link(row: Row) -> str:
    """A reference to the row on the page of the registry."""
    return ":ref:`%s <feature-%s>`" % (row["name"], row["name"])


def _mark(row: Row) -> str:
    return " " + UNCONFIRMED if row["unconfirmed"] else ""


def _by_cve(own: Sequence[Row], module: str) -> list[str]:
    found = sorted(((cve, row) for row in own for cve in row["cves"]), key=lambda each: _order(each[0]))
    lines = ["By CVE", "~~~~~~", ""]
    if not found:
        return [*lines, "No CVE that the registry knows is about %s." % markup.literal(module), ""]
    table = [
        (
            markup.source(cve),
            "%s: %s. %s" % (link(row), markup.escape(row["title"]), markup.escape(row["defends"])),
            registry.say_first_3(row) + _mark(row),
            registry.say_first_2(row) + _mark(row),
            registry.say_first_regraft(row) + _with_library(row),
        )
        for cve, row in found
    ]
    return lines + markup.table(
        ("CVE", "what was put right", "fixed in 3.x", "fixed in 2.7", "fixed in regraft"), table, (20, 38, 18, 12, 12),
        name="%s-cves" % module, style="releases",
    )


def _with_library(row: Row) -> str:
    return ", or any with OpenSSL %s or newer" % row["openssl_fixed"] if row["openssl_fixed"] else ""


def _order(cve: str) -> tuple[int, int]:
    _, year, number = cve.split("-")
    return int(year), int(number)


def _by_feature(own: Sequence[Row], module: str) -> list[str]:
    table = [
        (
            "%s: %s" % (link(row), markup.escape(row["title"])),
            registry.say_first_3(row) + _mark(row),
            registry.say_first_2(row) + _mark(row),
            registry.say_first_regraft(row),
            row["openssl"] or "any",
        )
        for row in own
    ]
    return ["By feature", "~~~~~~~~~~", ""] + markup.table(
        ("feature or fix", "first 3.x", "first 2.7", "first regraft", "needs OpenSSL"), table, (44, 18, 14, 12, 12),
        name="%s-features" % module, style="releases",
    )
