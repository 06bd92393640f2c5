"""What explains that a test does otherwise under a release: names that the release lacks, as recorded.

A name counts when something shows that this test met its absence: the error names it, the line that failed asks for it, a
warning or the reason of a skip names it; or the test asked for it. Texts are searched only for names that this run has asked
for in vain, so that a word that happens to be in a text explains nothing. What nothing explains stays unexplained.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from regraft_tools.degrade.records import Record, Trial
from regraft_tools.scan import suggestions

BY_ERROR, BY_LINE, BY_WARNING, BY_REASON, BY_ASKING = (
    "the error names it", "the line that failed asks for it", "a warning names it", "the reason of the skip names it", "the test asked for it")

_ATTRIBUTE = re.compile(r"has no attribute '(\w+)'")
_OWNER = re.compile(r"(?:'(\w+)' object|type object '(\w+)'|module '(\w+)') has no attribute '(\w+)'")
_IMPORTED = re.compile(r"cannot import name '?(\w+)")
_KEYWORD = re.compile(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'")
_FLAG = "HAS_"


def registry() -> ModuleType:
    """The package `regraft.features`: installed beside these tools, or of their checkout.

    Raises:
        suggestions.NoRegistry: there is none; the text says what to do.
    """
    return suggestions.registry()


@dataclass(frozen=True)
class Evidence:
    """One name, and what shows that its absence was met.

    Attributes:
        name: dotted: `ssl.SSLContext`.
        how: a phrase.
        place: file and line that asked for it, if that is known.
        feature: name of its row in the registry; None: it has none that the release lacks.
    """

    name: str
    how: str
    place: str
    feature: str | None


def find(trial: Trial, record: Record, warnings: Sequence[dict[str, Any]], failed: bool) -> list[Evidence]:
    """What explains a trial, the strongest first.

    Args:
        trial: that does otherwise than as the newest.
        record: the run that it is of.
        warnings: those it did not give as the newest.
        failed: whether it fails. If it does not, and neither warns nor is skipped, then what it asked for is all that
            there is to explain.
    """
    found: dict[str, Evidence] = {}
    errors = trial.errors
    if failed and not errors:  # a file that could not be collected has a text only
        errors = [{"type": "", "text": each} for each in trial.texts]
    names = [(name, BY_ERROR) for each in errors for name in _names_of_error(each, trial, record)]
    names += [(name, BY_LINE) for each in trial.errors for name in _names_in_line(each["line"], trial)]
    names += [(name, BY_WARNING) for each in warnings for name in _names_in_text(each["text"], record)]
    if not failed:
        names += [(name, BY_REASON) for each in trial.texts for name in _names_in_text(each, record)]
    if not failed and not warnings and not names:
        # That a test has asked explains no failure and no warning: it may be at peace with the answer, as one that passes.
        # One that is skipped has come no further than to the last of its questions.
        names += [(each, BY_ASKING) for each in list(trial.asked)[-1 if trial.texts else 0:]]
    for name, how in names:
        place = trial.asked.get(name) or record.asked.get(name, "")
        found.setdefault(name, Evidence(name, how, place, find_feature(name, record.release)))
    return sorted(found.values(), key=lambda each: each.feature is None)


@functools.cache
def find_feature(name: str, release: str) -> str | None:
    """The row of the registry that a name belongs to and that the release lacks.

    Args:
        name: dotted; of a member without a row of its own that of its class is taken.
        release: such as 2.7.6.
    """
    while name.count("."):
        rows = [each for each in registry().rows() if name in each["names"] and lacks(release, each)]
        if rows:
            return rows[0]["name"]
        name = name.rpartition(".")[0]
    return None


def lacks(release: str, row: dict[str, Any]) -> bool:
    """Whether a release has a row of the registry not yet; False for what is no release's number."""
    if not re.fullmatch(r"\d+(\.\d+)*", release):
        return False
    wanted = registry().parse_release(release)
    if wanted[0] == 2:
        return row["first_2_7"] is None or registry().parse_release(row["first_2_7"]) > wanted
    firsts = [registry().parse_release(each) for each in row["first_3"]]
    same = [each for each in firsts if each[:2] == wanted[:2]]
    return wanted < same[0] if same else not any(each[:2] < wanted[:2] for each in firsts)


def _names_of_error(error: dict[str, str], trial: Trial, record: Record) -> Iterator[str]:
    text = error["text"]
    for owner in _OWNER.finditer(text):
        cls, kind, module, attribute = owner.groups()
        if module and module != "module":
            yield from _confirmed(["%s.%s" % (module, attribute)], record, trial)
        elif (cls or kind) in _classes():
            yield "%s.%s" % (_classes()[cls or kind], attribute)
    wanted = _ATTRIBUTE.findall(text) + _IMPORTED.findall(text)
    for attribute in wanted:
        yield from _confirmed(
            [each for each in record.asked if each.rpartition(".")[2] == attribute], record, trial)
    for function, keyword in _KEYWORD.findall(text):
        known = [name for row in registry().rows() if lacks(record.release, row) for name in row["names"]
                 if name.rpartition(".")[2] == keyword]
        if known:
            yield known[0]
        elif function in _functions():
            yield "%s(%s)" % (_functions()[function], keyword)


def _names_in_line(line: str, trial: Trial) -> list[str]:
    """Those that the test asked for in vain and that its failing line has, as `assert hasattr(ssl, "SSLContext")` does."""
    words = set(re.findall(r"\w+", line))
    return [name for name in trial.asked if name.rpartition(".")[2] in words]


def _confirmed(names: Iterable[str], record: Record, trial: Trial) -> Iterator[str]:
    """Those of the names that were asked for in vain: by the test, or else at any time of the run."""
    names = list(names)
    mine = [each for each in names if each in trial.asked]
    yield from mine or [each for each in names if each in record.asked]


def _names_in_text(text: str, record: Record) -> Iterator[str]:
    words = set(re.findall(r"\w+", text))
    for name in record.asked:
        last = name.rpartition(".")[2]
        if last in words and _is_telling(last):
            yield name
        elif last.startswith(_FLAG) and last.removeprefix(_FLAG) in words:
            yield name


def _is_telling(word: str) -> bool:
    """Whether a word is hardly one of English: `SSLContext`, `pbkdf2_hmac`."""
    return "_" in word or (not word.islower() and not word.istitle())


@functools.cache
def _classes() -> dict[str, str]:
    """Dotted names of the classes that have members in the registry, by their own."""
    dotted = {name.rpartition(".")[0] for row in registry().rows() for name in row["names"] if name.count(".") > 1}
    return {each.rpartition(".")[2]: each for each in dotted}


@functools.cache
def _functions() -> dict[str, str]:
    """Dotted names of what the registry has, by their last part."""
    return {name.rpartition(".")[2]: name for row in registry().rows() for name in row["names"]} | {
        "wrap_socket": "ssl.wrap_socket", "__init__": "__init__"}
