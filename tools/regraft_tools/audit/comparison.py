"""Compares two snapshots: what one has and the other lacks, or has otherwise."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Any]


class Kind(enum.StrEnum):
    """In which way something drifted."""

    MISSING = "missing"
    EXTRA = "extra"
    KIND = "kind"
    VALUE = "value"
    SIGNATURE = "signature"
    BASES = "bases"
    SETTABLE = "settable"
    DEFAULT = "default"


@dataclass(frozen=True)
class Drift:
    """One way in which a subject is not what it is measured by.

    Attributes:
        path: `ssl.SSLContext.wrap_socket`, `ssl.SSLContext().options`.
        kind: in which way.
        sentence: what goes after the path.
    """

    path: str
    kind: Kind
    sentence: str

    def __str__(self) -> str:
        return "%s %s" % (self.path, self.sentence)


@dataclass(frozen=True)
class _Rules:
    """How two descriptions are compared.

    Attributes:
        lenient: what the subject has beyond the measure is no drift.
        fits: whether a signature may stand for another one.
        text_is_bytes: whether the subject's interpreter has one type for both.
    """

    lenient: bool
    fits: Callable[[Sequence[str], Sequence[str]], bool]
    text_is_bytes: bool


def compare_interfaces(
    measure: Item, subject: Item, lenient: bool = False, beside: Sequence[Item] = ()
) -> list[Drift]:
    """How names, kinds, signatures, values, members and ancestry of a subject drift from those of a measure.

    Args:
        measure, subject: snapshots.
        lenient: only ask whether whoever uses the measure can use the subject: more names, members, parameters and
            ancestors are no drift.
        beside: snapshots whose names are not extra either.
    """
    version = _version(subject)
    rules = _Rules(lenient, takes_as_well if lenient else _same_signature(version), version < (3,))
    found: list[Drift] = []
    for part, lack in (("modules", "cannot be imported"), ("instances", "cannot be made")):
        for name, items in sorted(measure[part].items()):
            ours = subject[part].get(name)
            if items is None:
                continue
            if ours is None:
                found.append(Drift(name, Kind.MISSING, lack))
                continue
            known = [each[part].get(name) or {} for each in beside]
            found += _compare_items(name, items, ours, known, rules)
    return found


def _version(snapshot: Item) -> tuple[int, ...]:
    return tuple(int(each) for each in snapshot["interpreter"]["version"].split("."))


def _compare_items(
    path: str, measure: Item, subject: Item, known: Sequence[Item], rules: _Rules
) -> Iterator[Drift]:
    for name, item in sorted(measure.items()):
        inner = "%s.%s" % (path, name)
        if name not in subject:
            yield Drift(inner, Kind.MISSING, "is missing")
        else:
            yield from _compare_item(inner, item, subject[name], [each.get(name) or {} for each in known], rules)
    if rules.lenient:
        return
    for name in sorted(set(subject).difference(measure, *known)):
        if not name.startswith("_") and subject[name]["kind"] != "module":
            yield Drift("%s.%s" % (path, name), Kind.EXTRA, "is extra (%s)" % subject[name]["kind"])


def _compare_item(path: str, measure: Item, subject: Item, known: Sequence[Item], rules: _Rules) -> Iterator[Drift]:
    kinds = measure["kind"], subject["kind"]
    if kinds[0] != kinds[1] and not (rules.text_is_bytes and set(kinds) == {"str", "bytes"}):
        yield Drift(path, Kind.KIND, "is of the kind %s, not %s" % (kinds[1], kinds[0]))
        return
    if "members" in measure:
        inner = [each.get("members") or {} for each in known]
        yield from _compare_items(path, measure["members"], subject.get("members") or {}, inner, rules)
    if "names" in measure:
        yield from _compare_sets(path, Kind.VALUE, "names", measure, subject, known, rules)
    if "bases" in measure:
        yield from _compare_sets(path, Kind.BASES, "bases", measure, subject, known, rules)
    if measure.get("signature") is not None and subject.get("signature") is not None:
        if not rules.fits(measure["signature"], subject["signature"]):
            yield Drift(path, Kind.SIGNATURE, "takes %s, not %s" % tuple(
                "(%s)" % ", ".join(each["signature"]) for each in (subject, measure)))
    if measure.get("settable") and subject.get("settable") is False:
        yield Drift(path, Kind.SETTABLE, "cannot be set")
    elif not rules.lenient and measure.get("settable") is False and subject.get("settable"):
        yield Drift(path, Kind.SETTABLE, "can be set")
    for aspect, kind in (("value", Kind.VALUE), ("enum", Kind.KIND), ("flags", Kind.KIND)):
        if aspect not in measure:
            continue
        if rules.lenient and isinstance(measure[aspect], list) and set(measure[aspect]) <= set(subject.get(aspect) or ()):
            continue
        if measure[aspect] != subject.get(aspect):
            yield Drift(path, kind, "has the %s %s, not %s" % (
                aspect, _show(subject.get(aspect)), _show(measure[aspect])))


def _compare_sets(
    path: str, kind: Kind, aspect: str, measure: Item, subject: Item, known: Sequence[Item], rules: _Rules
) -> Iterator[Drift]:
    wanted, found = measure[aspect], subject.get(aspect) or ()
    lost = [each for each in wanted if each not in found]
    allowed = {*wanted, *(name for each in known for name in each.get(aspect) or ())}
    more = [each for each in found if each not in allowed]
    if lost:
        yield Drift(path, kind, "lacks %s among its %s" % (", ".join(lost), aspect))
    if more and not rules.lenient:
        yield Drift(path, kind, "has %s among its %s" % (", ".join(more), aspect))


def _show(value: Any) -> str:
    return "none" if value is None else str(value)


@dataclass(frozen=True)
class Parameter:
    """One parameter: `kind` is "/" (by position only), "" (either way), "*", "k" (by keyword only) or "**"."""

    name: str
    kind: str
    default: str | None


def read_signature(texts: Sequence[str]) -> list[Parameter]:
    """The parameters of a signature as the snapshot has it."""
    rows: list[Parameter] = []
    named = False
    for text in texts:
        if text == "/":
            rows = [Parameter(row.name, "/", row.default) for row in rows]
        elif text == "*":
            named = True
        elif text.startswith("**"):
            rows.append(Parameter(text[2:], "**", None))
        elif text.startswith("*"):
            rows.append(Parameter(text[1:], "*", None))
            named = True
        else:
            name, given, default = text.partition("=")
            rows.append(Parameter(name, "k" if named else "", default if given else None))
    return rows


def _same_signature(version: tuple[int, ...]) -> Callable[[Sequence[str], Sequence[str]], bool]:
    """Whether signatures are the same, as far as an interpreter can say.

    2.7 does not know which parameters must be named, and code objects before 3.8 not which must not.
    """
    unseen = {"k": version < (3,), "/": version < (3, 8)}

    def comparable(texts: Sequence[str]) -> list[Parameter]:
        return [Parameter(row.name, "" if unseen.get(row.kind) else row.kind, row.default)
                for row in read_signature(texts)]

    return lambda measure, subject: comparable(measure) == comparable(subject)


def takes_as_well(measure: Sequence[str], subject: Sequence[str]) -> bool:
    """Whether what can be called as the one says can be called so as the other says."""
    wanted, found = read_signature(measure), read_signature(subject)
    places = [each for each in found if each.kind in ("/", "")]
    names = {each.name: each for each in found if each.kind in ("", "k")}
    more = {each.kind for each in found}
    met = set()
    for index, theirs in enumerate(wanted):
        takers = []
        if theirs.kind in ("/", ""):
            if index < len(places):
                takers.append(places[index])
            elif "*" not in more:
                return False
        if theirs.kind in ("", "k"):
            ours = names.get(theirs.name)
            if ours is None:
                if "**" not in more:
                    return False
            elif theirs.kind == "" and ours in places and places.index(ours) != index:
                return False  # the name would be given twice, or to another
            else:
                takers.append(ours)
        if theirs.kind in ("*", "**") and theirs.kind not in more:
            return False
        if theirs.default is not None and any(each.default is None for each in takers):
            return False
        met.update(each.name for each in takers)
    return all(each.default is not None or each.name in met or each.kind in ("*", "**") for each in found)


def compare_defaults(measure: Item, subject: Item, lenient: bool = False) -> list[Drift]:
    """How the defaults of a subject drift from those of a measure.

    Args:
        lenient: a call that fails with the measure may do anything.
    """
    found: list[Drift] = []
    for call, wanted in sorted(measure["defaults"].items()):
        ours = subject["defaults"].get(call)
        if lenient and "raises" in wanted:
            continue
        if ours is None:
            found.append(Drift(call, Kind.MISSING, "cannot be called"))
        elif "raises" in wanted or "raises" in ours:
            if wanted.get("raises") != ours.get("raises"):
                found.append(Drift(call, Kind.DEFAULT, "raises %s, not %s" % (
                    ours.get("raises", "nothing"), wanted.get("raises", "nothing"))))
        else:
            found += [
                Drift("%s.%s" % (call, name), Kind.DEFAULT, _say_change(name, value, ours.get(name), subject))
                for name, value in sorted(wanted.items()) if ours.get(name) != value
            ]
    return found


_SHOWN = 6  # of a list


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (" and %d more" % more if more > 0 else "")


_FLAGS = {"options": "Options", "verify_flags": "VerifyFlags"}


def _say_change(name: str, wanted: Any, found: Any, subject: Item) -> str:
    if isinstance(wanted, list) and isinstance(found, list):
        parts = [("without", [each for each in wanted if each not in found]),
                 ("with", [each for each in found if each not in wanted])]
        said = ["%s %s" % (word, _some(each)) for word, each in parts if each]
        return "is %s" % " and ".join(said) if said else "is in another order"
    if name in _FLAGS and isinstance(found, int):
        members = (subject["modules"]["ssl"].get(_FLAGS[name]) or {}).get("members") or {}
        bits = {item["value"]: each for each, item in members.items() if item["value"].bit_count() == 1}
        said = []
        for word, number in (("without", wanted & ~found), ("with", found & ~wanted)):
            each = [bits.get(1 << at, hex(1 << at)) for at in range(number.bit_length()) if number >> at & 1]
            said += ["%s %s" % (word, ", ".join(each))] if each else []
        return "is %s" % " and ".join(said)
    return "is %s, not %s" % (found, wanted)
