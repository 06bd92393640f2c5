"""The picture: which release has which feature, as one SVG.

Text is text, and each row is one labelled group for who listens instead of looking. Colours come from the page around
it where there is one (variables of the theme), else from the reader's own light or dark setting. Each label stands above
the cells, and a second time above those of Python 3: a phone shows one half of the picture at a time, with its labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from regraft_tools.docgen import registry
from regraft_tools.docgen.registry import LATER, NO, YES, Row

CELL = 17  # user units, which are pixels in a page: width of a column
BOX = 11  # side of what is drawn in it
LEFT, GAP, RIGHT = 6, 16, 16
LINE = 33  # height of a row: its label and its cells
HEAD = 64  # height of the titles of a group and of its columns
BETWEEN_HEADS = 12  # rows after which these stand again: as many as a screen shows

TITLE = "Security features by release of Python"
DESCRIPTION = (
    "One row for each feature, safer default and fix of the registry, in groups by module. Columns: Python 2.7.0 to"
    " 2.7.18, Python 3.2 to 3.15, regraft. A full square: has it. A half square: from a maintenance release of the series"
    " on; under regraft: with REGRAFT_DEFAULTS=newest. A dot: has it not. The tables of the reference pages have the same"
    " facts as text."
)

_STYLE = """
.rg-matrix { --rg-ground: var(--color-background-primary, #fff); --rg-ink: var(--color-foreground-primary, #1a1a1a);
  --rg-faint: var(--color-foreground-muted, #6b6f76); --rg-has: var(--color-brand-content, #2757dd);
  font-family: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  .rg-matrix { --rg-ground: var(--color-background-primary, #131416);
    --rg-ink: var(--color-foreground-primary, #cfd0d0); --rg-faint: var(--color-foreground-muted, #81868d);
    --rg-has: var(--color-brand-content, #5ca5ff); } }
.rg-matrix .rg-ground { fill: var(--rg-ground); }
.rg-matrix text { fill: var(--rg-ink); font-size: 12px; }
.rg-matrix .rg-group { font-size: 15px; font-weight: 600; }
.rg-matrix .rg-column { font-size: 10.5px; fill: var(--rg-faint); }
.rg-matrix .rg-yes { fill: var(--rg-has); stroke: var(--rg-has); }
.rg-matrix .rg-later { fill: none; stroke: var(--rg-has); }
.rg-matrix .rg-half { fill: var(--rg-has); }
.rg-matrix .rg-no { fill: var(--rg-faint); }
.rg-matrix a text { text-decoration: underline; text-decoration-color: var(--rg-faint); }
"""


def render(rows: Sequence[Row], page: str = "") -> str:
    """The picture as SVG.

    Args:
        rows: of the registry, in its order.
        page: where the anchors of the rows are, such as `features.html`; empty for no links.
    """
    columns = _columns()
    width = columns[-1][2] + CELL + RIGHT
    body, y = _legend()
    for module in registry.MODULES:
        own = [row for row in rows if row["module"] == module]
        for index, row in enumerate(own):
            if index % BETWEEN_HEADS == 0:
                body += _heads(module, columns, y)
                y += HEAD
            body += _row(row, columns, y, page)
            y += LINE
        y += LINE // 2 if own else 0
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" class="rg-matrix" role="group" width="%d" height="%d"'
        ' viewBox="0 0 %d %d" aria-labelledby="rg-matrix-title rg-matrix-description">' % (width, y, width, y),
        '<title id="rg-matrix-title">%s</title>' % escape(TITLE),
        '<desc id="rg-matrix-description">%s</desc>' % escape(DESCRIPTION),
        "<style>%s</style>" % _STYLE, '<rect class="rg-ground" width="%d" height="%d"/>' % (width, y),
        *body, "</svg>", "",
    ])


def _columns() -> list[tuple[str, str, int]]:
    """Each column: its release, what stands above it, its place."""
    found, x = [], LEFT
    for releases in (registry.RELEASES_2, registry.SERIES_3, ("regraft",)):
        for release in releases:
            found.append((release, release, x))
            x += CELL
        x += GAP
    return found


def _legend() -> tuple[list[str], int]:
    """What the signs mean, in lines that a phone shows whole."""
    body, y = [], 6
    for line in (((YES, "has it"), (NO, "has it not"), ("?", "not all of it is confirmed")),
                 ((LATER, "from a maintenance release on; regraft: with newest"),)):
        x = LEFT
        for state, words in line:
            body += ['<text x="%d" y="%d">?</text>' % (x + 2, y + 10)] if state == "?" else _mark(state, x, y)
            body.append('<text x="%d" y="%d">%s</text>' % (x + CELL, y + 10, words))
            x += CELL + 7 * len(words) + GAP
        y += 20
    return body, y + 10


def _heads(module: str, columns: Sequence[tuple[str, str, int]], y: int) -> list[str]:
    body = [
        '<text class="rg-group" x="%d" y="%d">%s</text>' % (LEFT, y + 14, escape(module)),
        '<g aria-hidden="true">',
    ]
    for _, words, x in columns:
        place = (x + BOX, y + HEAD - 6)
        body.append('<text class="rg-column" transform="translate(%d %d) rotate(-90)">%s</text>' % (*place, words))
    return [*body, "</g>"]


def _row(row: Row, columns: Sequence[tuple[str, str, int]], y: int, page: str) -> list[str]:
    label = escape(row["name"] + (" ?" if row["unconfirmed"] else ""))
    text = '<text x="%d" y="%d">%s</text>'
    first = text % (LEFT, y + 12, label)
    if page:
        first = "<a href=%s>%s</a>" % (quoteattr("%s#%s" % (page, row["name"])), first)
    second = columns[len(registry.RELEASES_2)][2]
    body = [first, '<text aria-hidden="true" x="%d" y="%d">%s</text>' % (second, y + 12, label)]
    body.append('<g role="img" aria-label=%s>' % quoteattr(describe(row)))
    for release, _, x in columns:
        ours = YES if row["first_regraft"] else LATER
        body += _mark(ours if release == "regraft" else registry.state(row, release), x, y + 17)
    return [*body, "</g>"]


def describe(row: Row) -> str:
    """A row of the picture in words."""
    return "%s: Python 2.7: %s; Python 3: %s; regraft %s" % (
        row["title"], registry.say_first_2(row), registry.say_first_3(row), registry.say_first_regraft(row),
    )


def _mark(state: str, x: int, y: int) -> Iterable[str]:
    if state == YES:
        return [_box("rg-yes", x, y)]
    if state == LATER:
        half = '<path class="rg-half" d="M%d %dV%dH%dZ"/>' % (x, y, y + BOX, x + BOX)
        return [_box("rg-later", x, y), half]
    middle = BOX / 2
    return ['<circle class="rg-no" cx="%g" cy="%g" r="1.5"/>' % (x + middle, y + middle)]


def _box(style: str, x: int, y: int) -> str:
    return '<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="2"/>' % (style, x, y, BOX, BOX)
