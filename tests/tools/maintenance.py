"""Reads snapshots/maintenance-releases.md, the list of what each release brought, for test_registry_facts.

What cannot be read is an error that shows the text: an edit of the list must not make a test see less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MODULES = ("ssl", "hashlib", "hmac", "os", "random", "secrets")
CVE = re.compile(r"CVE-\d{4}-\d{4,}")
RELEASE = re.compile(r"\d+\.\d+(?:\.\d+)?(?:(?:a|b|rc)\d+)?")
_CODE = re.compile(r"`([^`]+)`")
_NAME = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)(?:\(.*\))?")


class Unreadable(ValueError):
    """A part of the list has a form that is not known here; the message shows it."""


@dataclass(frozen=True)
class Hole:
    """A row of the table of CVE numbers.

    Attributes:
        cve: the number, or None.
        issue: of a hole without a number, the issue's.
        fixed: the cell "fixed in".
    """

    cve: str | None
    issue: str | None
    fixed: str


@dataclass(frozen=True)
class Word:
    """Something in backticks.

    Attributes:
        text: as it stands there.
        path: if it is a name, the name without its arguments, else None.
        modules: those that the line or the section is about.
    """

    text: str
    path: str | None
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Entries:
    """Issues of a group of security entries without a number, and the releases that got them."""

    issues: tuple[str, ...]
    releases: tuple[str, ...]


def cves(text: str) -> set[str]:
    """All CVE numbers."""
    return set(CVE.findall(text))


def section(text: str, title: str) -> str:
    """What stands under a heading of the third level that begins with a title."""
    found = re.findall(r"^### %s.*\n((?:(?!#{2,3} ).*\n?)*)" % re.escape(title), text, re.M)
    if len(found) != 1:
        raise Unreadable("%d sections are called %r" % (len(found), title))
    return str(found[0])


def _cells(block: str, columns: int) -> Iterator[list[str]]:
    lines = [line for line in block.splitlines() if line.startswith("|")]
    for line in lines[2:]:  # after the heading and its rule
        cells = [each.strip() for each in line.strip().strip("|").split("|")]
        if len(cells) != columns:
            raise Unreadable("not %d cells: %s" % (columns, line))
        yield cells


def holes(text: str) -> list[Hole]:
    """The table of CVE numbers of Python 3."""
    found = []
    for first, _what, fixed, _source in _cells(section(text, "CVE numbers in these modules, Python 3"), 4):
        if CVE.fullmatch(first):
            found.append(Hole(first, None, fixed))
        elif match := re.fullmatch(r"\(no CVE\) ((?:bpo|gh)-\d+)", first):
            found.append(Hole(None, match[1], fixed))
        else:
            raise Unreadable("neither a CVE nor an issue: %s" % first)
    if not found:
        raise Unreadable("the table of CVE numbers is empty")
    return found


def releases(cell: str) -> tuple[list[str], list[str]]:
    """The releases of a cell "fixed in", and those of them that are unconfirmed.

    Raises:
        Unreadable: it is prose.
    """
    all_of_them: list[str] = []
    unconfirmed: list[str] = []
    for part in cell.split("; "):
        doubted = part.endswith(" unconfirmed")
        names = part.removesuffix(" unconfirmed").split(", ")
        if not all(RELEASE.fullmatch(each) for each in names):
            raise Unreadable("not a list of releases: %s" % cell)
        all_of_them += names
        unconfirmed += names * doubted
    return all_of_them, unconfirmed


def number(release: str) -> tuple[int, int, int]:
    """A release as numbers; one that has not come out yet counts as the one it is for."""
    numbers = [int(each) for each in re.split(r"(?:a|b|rc)\d", release)[0].split(".")]
    major, minor, micro = [*numbers, 0][:3]
    return major, minor, micro


def maintenance_releases(text: str) -> dict[str, str]:
    """The sections of 2.7's releases, by release."""
    found = {match: section(text, match + " ") for match in re.findall(r"^### (2\.7\.\d+) \(", text, re.M)}
    if [number(each)[2] for each in found] != list(range(len(found))) or not found:
        raise Unreadable("not each release of 2.7 has a section: %s" % ", ".join(found))
    return found


def fixed_in(block: str) -> set[str]:
    """The CVE numbers of the covered modules that a release of 2.7 fixed, from its section."""
    lines = re.findall(r"^\* CVE: (.*)$", block, re.M)
    if len(lines) != 1:
        raise Unreadable("%d lines begin with `* CVE:` in\n%s" % (len(lines), block))
    if lines[0].startswith("none "):
        return set()
    found = cves(lines[0].split(". ")[0])
    if not found:
        raise Unreadable("neither `none` nor a number: %s" % lines[0])
    return found


def left_open(text: str) -> dict[str, str]:
    """What is open in 2.7.18: by CVE, what is said of 2.7.18."""
    found = {first: verdict for first, _what, verdict in _cells(section(text, "After 2.7.18"), 3)}
    if not found or not all(CVE.fullmatch(each) for each in found):
        raise Unreadable("not only CVE numbers: %s" % ", ".join(found))
    return found


def not_affected(text: str) -> set[str]:
    """The CVE numbers of which 2.7.18 is said to be free."""
    lines = re.findall(r"^Not affected: (.*)$", section(text, "After 2.7.18"), re.M)
    if len(lines) != 1:
        raise Unreadable("%d lines begin with `Not affected:`" % len(lines))
    return cves(lines[0])


def entries_without_number(text: str) -> list[Entries]:
    """The security entries of newer releases that have no CVE."""
    lines = re.findall(r"^Security entries of .* without a number: (.*)$", text, re.M)
    if len(lines) != 1:
        raise Unreadable("%d lines are about entries without a number" % len(lines))
    found = []
    # Issues, joined by "and", then what they are and the releases, in brackets.
    for head, inner in re.findall(r"((?:(?:gh|bpo)-\d+(?: and )?)+) \(([^)]*)\)", lines[0]):
        found.append(Entries(tuple(re.findall(r"(?:gh|bpo)-\d+", head)), tuple(RELEASE.findall(inner))))
    issues = re.findall(r"(?:gh|bpo)-\d+", lines[0])
    if issues != [issue for each in found for issue in each.issues]:
        raise Unreadable("not issues with their releases in brackets: %s" % lines[0])
    return found


def words(text: str) -> list[Word]:
    """All that stands in backticks."""
    found = []
    around: tuple[str, ...] = MODULES
    for line in text.splitlines():
        if line.startswith("#"):
            around = _modules_of(line.lstrip("# ").split(" (")[0]) or MODULES
        prefix = re.match(r"[*|] ([a-z0-9, /]+): ", line)
        here = _modules_of(prefix[1]) if prefix else ()
        for each in _CODE.findall(line):
            name = _NAME.fullmatch(each)
            found.append(Word(each, name[1] if name else None, here or around))
    return found


def _modules_of(text: str) -> tuple[str, ...]:
    named = re.split(r"[, /]+", text)
    return tuple(each for each in MODULES if each in named)
