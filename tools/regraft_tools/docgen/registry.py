"""The rows of `regraft.features` as the documentation needs them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from typing import Any

from regraft_tools import environments
from regraft_tools.audit import storage

Row = dict[str, Any]

# In this order the pages stand.
MODULES = ("ssl", "hashlib", "hmac", "os", "random", "secrets")

# Releases of Python 2.7 by number, of 3 by series: the columns of the matrix.
RELEASES_2 = tuple("2.7.%d" % micro for micro in range(19))
SERIES_3 = tuple("3.%d" % minor for minor in range(2, 16))

# The oldest series of 3 in snapshots/.
OLDEST_RECORDED = "3.6"

YES, LATER, NO = "yes", "later", "no"


def load() -> list[Row]:
    """The rows of the checkout, in the order of the registry."""
    return features().rows()


def features() -> Any:
    """The package `regraft.features` of the checkout; it imports neither `ssl` nor the extension."""
    source = str(environments.checkout() / "src")
    if source not in sys.path:
        sys.path.insert(0, source)
    from regraft import features as package

    return package


@functools.cache
def first_recorded() -> dict[str, str]:
    """The first series of 3 that has a name that 2.7 has not, of those that were recorded; of constants it is right.

    Functions may lack in the build that was recorded, and classes do not show what only their objects have.
    """
    found = {}
    for name, releases in storage.names().items():
        series = sorted({features().parse_release(each)[:2] for each in releases if each.startswith("3.")})
        if series:
            found[name] = "%d.%d" % series[0]
    return found


def of_module(rows: Sequence[Row], module: str) -> list[Row]:
    """The rows of a covered module.

    Raises:
        LookupError: it is none of them, or it has no row.
    """
    found = [row for row in rows if row["module"] == module]
    if not found:
        raise LookupError(
            "the registry has no row for the module %r; covered are %s" % (module, ", ".join(MODULES))
        )
    return found


def check(rows: Sequence[Row]) -> list[str]:
    """What keeps rows from being documented: a sentence for each defect, none if all is well."""
    defects = []
    for row in rows:
        where = "row %r of the registry" % row.get("name")
        for key in ("name", "title", "defends", "beyond"):
            if not str(row.get(key) or "").strip():
                defects.append("%s has no %s" % (where, key))
        if not row.get("sources"):
            defects.append("%s has no sources" % where)
        if row.get("module") not in MODULES:
            defects.append("%s belongs to no covered module: %r" % (where, row.get("module")))
        for recipe in features().RECIPES:
            if not row.get(recipe) and not row.get("without", {}).get(recipe):
                defects.append("%s has neither a recipe %s nor a reason for that" % (where, recipe))
    return defects


def state(row: Row, release: str) -> str:
    """Whether a release of 2.7, or a series of 3 from its first release on, has what a row is about.

    Returns: YES, NO, or LATER for a series that has it from a maintenance release on.
    """
    package = features()
    parsed = package.parse_release(release)
    if package.release_has(row, parsed):
        return YES
    if any(package.parse_release(each)[:2] == parsed[:2] for each in row["first_3"]):
        return LATER
    return NO


def never_had_the_hole(row: Row) -> bool:
    """Whether no release of 2.7 had the hole that a row is about."""
    return row["affected"] is not None and row["affected"]["2.7"] is None


def say_first_2(row: Row) -> str:
    """The first maintenance release of 2.7 with it, in words."""
    if row["first_2_7"]:
        return row["first_2_7"]
    return "not affected" if never_had_the_hole(row) else "none"


def say_first_regraft(row: Row) -> str:
    """The first release of regraft with it, in words; a default may stay the host's."""
    return row["first_regraft"] or "with newest"


def say_first_3(row: Row) -> str:
    """The first releases of 3 with it, in words."""
    if row["first_3"]:
        return ", ".join(row["first_3"])
    if row["affected"] is not None and row["affected"]["3"] is None:
        return "not affected"
    return "none"
