"""reStructuredText, as the generated parts of pages are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\*`_|])")


def escape(text: str) -> str:
    """Text in which nothing is markup, but `code` between single back-quotes."""
    words = []
    for part in re.split(r"(`[^`]+`)", text):
        if len(part) > 2 and part[0] == part[-1] == "`":
            words.append("``%s``" % part[1:-1])
        elif part:
            # A letter that follows code (`SSLError`s) would keep the code from ending.
            words.append(("\\ " if words and (part[0].isalnum() or part[0] == "(") else "") + _SPECIAL.sub(r"\\\1", part))
    return "".join(words)


def literal(text: str) -> str:
    """Text as code."""
    return "``%s``" % text


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], name: str = "", style: str = ""
) -> list[str]:
    """A list-table; cells are markup already."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: %s" % " ".join(map(str, widths))]
    if name:
        lines.append("   :name: %s" % name)
    if style:
        lines.append("   :class: %s" % style)
    lines.append("")
    for cells in [heads, *rows]:
        if len(cells) != len(heads):
            raise ValueError("a row of %d cells in a table of %d columns: %r" % (len(cells), len(heads), cells))
        lines += ["   %s %s" % ("* -" if not index else "  -", cell) for index, cell in enumerate(cells)]
    return [*lines, ""]


def code(text: str, language: str = "python", style: str = "") -> list[str]:
    """A block of code."""
    lines = [".. code-block:: %s" % language]
    if style:
        lines.append("   :class: %s" % style)
    return [*lines, "", *("   " + line if line else "" for line in text.rstrip("\n").split("\n")), ""]


def section(title: str, adornment: str, label: str = "") -> list[str]:
    """A title, and a label before it that other pages can refer to."""
    lines = [".. _%s:" % label, ""] if label else []
    return [*lines, title, adornment * len(title), ""]


_LINKS = (
    (re.compile(r"^bpo-(\d+)\b"), "https://bugs.python.org/issue%s"),
    (re.compile(r"^gh-(\d+)\b"), "https://github.com/python/cpython/issues/%s"),
    (re.compile(r"^PEP (\d+)\b"), "https://peps.python.org/pep-%04d/"),
    (re.compile(r"^RFC (\d+)\b"), "https://www.rfc-editor.org/rfc/rfc%s"),
    (re.compile(r"^(CVE-\d{4}-\d{4,})\b"), "https://www.cve.org/CVERecord?id=%s"),
    (re.compile(r"^(ssl|hashlib|hmac|os|random|secrets) documentation\b"), "https://docs.python.org/3.15/library/%s.html"),
)


def source(text: str) -> str:
    """A source, as a link if its form tells where it is."""
    for pattern, target in _LINKS:
        found = pattern.match(text)
        if found:
            value = int(found[1]) if "%04d" in target else found[1]
            return "`%s <%s>`__" % (text.replace("`", ""), target % value)
    return text if text.startswith("https://") else escape(text)
