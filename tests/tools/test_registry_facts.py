"""The registry against the facts: what releases brought, and what public names they have.

The facts are snapshots/maintenance-releases.md and the snapshots of the auditor; what of them is no concern of the registry is
in registry_facts.toml, with the reason.
"""

from __future__ import annotations

import fnmatch
import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import maintenance
import pytest
from maintenance import Unreadable, number

from regraft_tools.audit import storage

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FACTS = (ROOT / "snapshots" / "maintenance-releases.md").read_text("utf-8")
DATA = tomllib.loads((HERE / "registry_facts.toml").read_text("utf-8"))
OLD, NEW = "2.7.18", "3.15.2"

sys.path.insert(0, str(ROOT / "src"))
from regraft import features  # noqa: E402 - imports neither ssl nor the extension

ROWS = features.rows()


# The modules of the registry; those with an underscore are how they are made.
NAMES = {name: releases for name, releases in storage.names().items() if not name.startswith("_")}


def listed(table: str, key: str) -> dict[str, str]:
    """Entries of a table of the data, each with its reason."""
    found: dict[str, str] = {}
    for group in DATA[table]:
        assert group["reason"].strip(), group
        for each in group[key]:
            assert each not in found, f"{each} is there twice"
            found[each] = group["reason"]
    return found


OUTSIDE = listed("outside", "cves")
WAIVED = listed("waived", "names")
UNSEEN = listed("unseen", "names")
WORDS = listed("words", "words")
READINGS: dict[str, dict[str, Any]] = DATA["readings"]
KNOWN = {*NAMES, *UNSEEN}
COVERED = {name for row in ROWS for name in row["names"]}


def is_public(name: str) -> bool:
    return not any(each.startswith("_") for each in name.split("."))


def is_covered(name: str) -> bool:
    """Whether a row has a name, or its class if that is new since 2.7.18."""
    parent = name.rpartition(".")[0]
    return name in COVERED or (parent in COVERED and OLD not in NAMES.get(parent, set()))


def meant(word: maintenance.Word) -> set[str]:
    """The names of the covered modules that a word in backticks may mean."""
    if word.path is None:
        # Several at once: `OP_*`.
        return {each for each in KNOWN if "*" in word.text and fnmatch.fnmatchcase(each.rpartition(".")[2], word.text)}
    if word.path in maintenance.MODULES:
        return set()
    first = word.path.split(".")[0]
    modules = (first,) if first in maintenance.MODULES else word.modules
    return {each for each in KNOWN if ("." + each).endswith("." + word.path) and each.split(".")[0] in modules
            and is_public(each.rpartition(".")[0])}


def row_of(hole: maintenance.Hole) -> dict[str, Any]:
    """The one row of a hole."""
    rows = [row for row in ROWS if (hole.cve in row["cves"] if hole.cve else
                                    row["kind"] == "fix" and not row["cves"] and hole.issue in row["sources"])]
    assert len(rows) == 1, f"{hole.cve or hole.issue}: {[row['name'] for row in rows]}"
    found: dict[str, Any] = rows[0]
    return found


def numbers(releases: Iterable[str]) -> list[tuple[int, int, int]]:
    return sorted(number(each) for each in releases)


def test_each_cve_of_the_list_is_in_the_registry_or_outside_of_it_for_a_reason():
    ours = {cve for row in ROWS for cve in row["cves"]}
    listed_there = maintenance.cves(FACTS)
    assert listed_there - ours - set(OUTSIDE) == set(), "neither a row nor a reason"
    assert set(OUTSIDE) - (listed_there - ours) == set(), "not needed"


@pytest.mark.parametrize("hole", maintenance.holes(FACTS), ids=lambda hole: hole.cve or hole.issue)
def test_a_hole_was_closed_in_the_releases_that_the_row_says(hole):
    row = row_of(hole)
    if hole.cve in READINGS:
        reading = READINGS[hole.cve]
        assert hole.fixed == reading["text"], "the reading is of another text"
        releases, unconfirmed = reading["releases"], reading["unconfirmed"]
    else:
        releases, unconfirmed = maintenance.releases(hole.fixed)
    assert numbers(row["first_3"]) == numbers(releases), row["name"]
    said = set(maintenance.RELEASE.findall(" ".join(row["unconfirmed"])))
    assert set(unconfirmed) <= said, f"{row['name']}: its `unconfirmed` names what is"


def test_each_reading_of_prose_is_needed():
    for cve, reading in READINGS.items():
        assert cve in {hole.cve for hole in maintenance.holes(FACTS)}
        with pytest.raises(Unreadable):
            maintenance.releases(reading["text"])


def test_releases_of_2_7_fixed_what_the_rows_say():
    sections = maintenance.maintenance_releases(FACTS)
    for row in ROWS:
        for cve in set(row["cves"]) & maintenance.cves(FACTS):
            told = [release for release, block in sections.items() if cve in maintenance.fixed_in(block)]
            if told:
                assert [row["first_2_7"]] == told, row["name"]
            elif row["first_2_7"] is not None:
                # A function that came with the hole closed.
                assert cve in sections[row["first_2_7"]] and row["affected"]["2.7"] is None, row["name"]


def test_what_is_open_in_2_7_18_is_so_in_the_registry():
    for cve, verdict in maintenance.left_open(FACTS).items():
        row = row_of(maintenance.Hole(cve, None, ""))
        assert row["first_2_7"] is None and row["affected"]["2.7"] is not None, row["name"]
        if "unconfirmed" in verdict:
            assert "2.7" in " ".join(row["unconfirmed"]), row["name"]
    for cve in maintenance.not_affected(FACTS):
        row = row_of(maintenance.Hole(cve, None, ""))
        assert row["first_2_7"] is None and row["affected"]["2.7"] is None, row["name"]


@pytest.mark.parametrize("entries", maintenance.entries_without_number(FACTS), ids=lambda entries: entries.issues[0])
def test_security_entries_without_a_number_have_rows(entries):
    rows = [row for row in ROWS if row["kind"] == "fix" and set(entries.issues) & set(row["sources"])]
    assert {issue for row in rows for issue in row["sources"]} >= set(entries.issues)
    assert {number(each) for row in rows for each in row["first_3"]} >= {number(each) for each in entries.releases}


def test_each_name_of_a_row_is_or_was_one_of_its_module():
    assert sorted(COVERED - KNOWN) == [], "no release has it"
    for row in ROWS:
        assert all(each.split(".")[0] in maintenance.MODULES for each in row["names"]), row["name"]


def test_what_is_new_since_2_7_18_is_in_the_registry_or_waived():
    new = {name for name, releases in NAMES.items() if NEW in releases and OLD not in releases and is_public(name)}
    assert sorted(name for name in new if not is_covered(name) and name not in WAIVED) == []


def test_each_name_in_the_list_is_in_the_registry_or_waived():
    lacking = []
    for word in maintenance.words(FACTS):
        names = meant(word)
        if names and not any(is_covered(name) or name in WAIVED for name in names):
            lacking.append(f"{word.text}: {', '.join(sorted(names))}")
    assert sorted(set(lacking)) == []


def test_what_else_is_in_backticks_is_known_to_be_something_else():
    others = {word.text for word in maintenance.words(FACTS) if not meant(word)}
    assert sorted(others - set(WORDS)) == [], "a name that no release has, or a word for registry_facts.toml"
    assert sorted(set(WORDS) - others) == [], "not needed"


def test_no_waiver_is_stale():
    new = {name for name, releases in NAMES.items() if NEW in releases and OLD not in releases}
    named = {name for word in maintenance.words(FACTS) for name in meant(word)}
    stale = [name for name in WAIVED if name not in new | named or is_covered(name)]
    assert stale == []
    used = named | COVERED
    assert [name for name in UNSEEN if name in NAMES or name not in used] == []


def edited(old: str, new: str) -> str:
    assert FACTS.count(old) >= 1
    return FACTS.replace(old, new, 1)


ADDED = "| CVE-2031-12345 | a new hole | 3.15.9 | N3 gh-1 |\n"
LAST = "| CVE-2026-115557 | compromised CA keys rejected |"


def test_an_added_cve_is_seen():
    text = edited(LAST, ADDED + LAST)
    assert maintenance.Hole("CVE-2031-12345", None, "3.15.9") in maintenance.holes(text)
    assert maintenance.cves(text) - maintenance.cves(FACTS) == {"CVE-2031-12345"}
    with pytest.raises(AssertionError, match="CVE-2031-12345"):
        row_of(maintenance.holes(text)[-2])
    assert "CVE-2031-12345" in maintenance.cves(edited("### 2.7.5 (", "### 2.7.5 CVE-2031-12345 ("))


def test_an_added_release_is_seen():
    text = edited("| 3.14.8, 3.15.0rc3 | N3 gh-156293", "| 3.13.11, 3.14.8, 3.15.0rc3 | N3 gh-156293")
    hole, = [each for each in maintenance.holes(text) if each.cve == "CVE-2026-19445"]
    assert numbers(maintenance.releases(hole.fixed)[0]) == [(3, 13, 11), (3, 14, 8), (3, 15, 0)]
    with pytest.raises(AssertionError):
        test_a_hole_was_closed_in_the_releases_that_the_row_says(hole)


def test_an_added_name_is_seen():
    line = "* ssl: `SSLContext.levitate()` and `cert_store_stats()`. N\n* CVE: none in these modules (CVE-2011-1521"
    found = maintenance.words(edited("* CVE: none in these modules (CVE-2011-1521", line))
    word = maintenance.Word("SSLContext.levitate()", "SSLContext.levitate", ("ssl",))
    assert word in found and not meant(word)
    assert meant(maintenance.Word("cert_store_stats()", "cert_store_stats", ("ssl",))) == {"ssl.SSLContext.cert_store_stats"}
    assert meant(maintenance.Word("cert_store_stats()", "cert_store_stats", ("hmac",))) == set()


@pytest.mark.parametrize("old, new, read", [
    ("### CVE numbers in these modules, Python 3", "### CVE numbers", maintenance.holes),
    (LAST, "| a hole | compromised CA keys rejected |", maintenance.holes),
    (LAST, "| CVE-2026-115557 | compromised | CA keys rejected |", maintenance.holes),
    ("### 2.7.5 (2013-05-12)", "### 2.7.5, 2013-05-12", maintenance.maintenance_releases),
    ("Not affected: ", "Free: ", maintenance.not_affected),
    ("gh-144833 (use after free when `SSL_new()` fails, 3.14.4)", "gh-144833, 3.14.4", maintenance.entries_without_number),
    ("| CVE-2026-115557 | compromised CA keys not rejected |", "| unknown | compromised CA keys not rejected |",
     maintenance.left_open),
])
def test_another_form_is_an_error_and_not_less_to_test(old: str, new: str, read: Callable[[str], object]):
    assert read(FACTS)
    with pytest.raises(Unreadable):
        read(edited(old, new))


def test_the_fixes_of_a_release_are_told_from_what_is_outside():
    assert maintenance.fixed_in("* CVE: none in these modules (CVE-2011-1521 is urllib).\n") == set()
    assert maintenance.fixed_in("* CVE: CVE-2014-9365. It came with CVE-2013-2099 fixed.\n") == {"CVE-2014-9365"}
    for wrong in ("* ssl: nothing\n", "* CVE: some\n", "* CVE: none.\n* CVE: CVE-2014-9365\n"):
        with pytest.raises(Unreadable):
            maintenance.fixed_in(wrong)


def test_releases_of_a_cell_are_lists_or_an_error():
    assert maintenance.releases("3.9.1, 3.10.0; 3.6.13, 3.7.10 unconfirmed") == (
        ["3.9.1", "3.10.0", "3.6.13", "3.7.10"], ["3.6.13", "3.7.10"])
    for prose in ("3.9 and earlier", "3.10.9; 3.11 has other code", "", "never"):
        with pytest.raises(Unreadable):
            maintenance.releases(prose)
    assert number("3.13.0a5") == number("3.13") == number("3.13.0rc12") == (3, 13, 0)
    assert re.fullmatch(maintenance.RELEASE, "3.15.0rc3")
