"""The page of the registry: each row in words, and its recipes."""

from __future__ import annotations

from collections.abc import Sequence

from regraft_tools.docgen import markup, registry
from regraft_tools.docgen.registry import Row

CAPTIONS = {
    "detect": "Detect",
    "harden": "Harden: opt in to more",
    "relax": "Relax: opt in to less",
    "default": "Find out the default",
}

KINDS = {"feature": "feature", "default": "safer default", "fix": "fix"}


def render(rows: Sequence[Row]) -> list[str]:
    """All rows by module, as lines of reStructuredText.

    Raises:
        ValueError: a row cannot be documented; the text says why.
    """
    defects = registry.check(rows)
    if defects:
        raise ValueError("\n".join(defects))
    lines = []
    for module in registry.MODULES:
        own = [row for row in rows if row["module"] == module]
        if own:
            lines += markup.section("Rows of %s" % markup.literal(module), "-", "features-of-%s" % module)
        for row in own:
            lines += _describe(row)
    return lines


def _describe(row: Row) -> list[str]:
    lines = markup.section(row["name"], "~", "feature-%s" % row["name"])
    lines += ["**%s** (%s)" % (_capitalised(markup.escape(row["title"])), KINDS[row["kind"]]), ""]
    lines += ["%s %s" % (markup.escape(row["defends"]), markup.escape(row["beyond"])), ""]
    lines += [":In: %s" % _say_releases(row)]
    if row["names"]:
        lines.append(":Names: %s" % ", ".join(map(markup.literal, row["names"])))
    if row["openssl"]:
        lines.append(":Needs: OpenSSL %s or newer" % row["openssl"])
    if row["openssl_fixed"]:
        lines.append(":Closed by: OpenSSL %s or newer, whatever Python does" % row["openssl_fixed"])
    if row["cves"]:
        lines.append(":CVE: %s" % ", ".join(map(markup.source, row["cves"])))
    lines.append(":Sources: %s" % ", ".join(map(markup.source, row["sources"])))
    if row["unconfirmed"]:
        lines.append(":Unconfirmed: %s" % " ".join(map(markup.escape, row["unconfirmed"])))
    lines.append("")
    for recipe, caption in CAPTIONS.items():
        if row[recipe]:
            lines += ["*%s*" % caption, ""] + markup.code(row[recipe], style="recipe")
    reasons = [(recipe, row["without"][recipe]) for recipe in CAPTIONS if not row[recipe]]
    if reasons:
        lines += ["* No recipe *%s*: %s" % (recipe, markup.escape(reason)) for recipe, reason in reasons] + [""]
    return lines


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _say_releases(row: Row) -> str:
    first_2, first_3 = registry.say_first_2(row), registry.say_first_3(row)
    words = ["2.7 is not affected" if first_2 == "not affected" else "no 2.7" if first_2 == "none" else first_2]
    words.append("3.x is not affected" if first_3 == "not affected" else "no 3.x" if first_3 == "none" else first_3)
    words.append("regraft %s" % registry.say_first_regraft(row))
    return "; ".join(words)
