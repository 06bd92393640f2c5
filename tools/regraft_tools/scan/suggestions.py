"""What to write instead: recipes of the registry, by name, as they are when a scan runs."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from regraft_tools import environments

# For each rule the feature of the registry, and which of its recipes is the suggestion.
FEATURES: dict[str, tuple[str, str]] = {
    "RG101": ("sni", "detect"),
    "RG201": ("verified-by-default", "harden"),
    "RG202": ("hostname-checking", "harden"),
    "RG203": ("contexts", "harden"),
    "RG204": ("verified-by-default", "harden"),
    "RG205": ("hostname-checking", "harden"),
    "RG206": ("contexts", "harden"),
    "RG207": ("hostname-checking", "harden"),
    "RG301": ("usedforsecurity", "harden"),
    "RG302": ("usedforsecurity", "harden"),
    "RG303": ("hmac-digestmod", "harden"),
    "RG304": ("compare-digest", "harden"),
    "RG401": ("secrets", "harden"),
    "RG501": ("minimum-version", "harden"),
    "RG502": ("minimum-version", "harden"),
    "RG503": ("default-ciphers", "harden"),
}


@dataclass(frozen=True)
class Suggestion:
    """What the registry has to say to a rule.

    Attributes:
        feature: its name in the registry.
        kind: which of its recipes it is, such as "harden".
        defends: what it defends against, a sentence.
        recipe: code to paste, for 2.7 and 3.x.
    """

    feature: str
    kind: str
    defends: str
    recipe: str

    @property
    def name(self) -> str:
        """Feature and kind, as reports refer to it."""
        return "%s/%s" % (self.feature, self.kind)


class NoRegistry(Exception):
    """There is no registry; the message says what to do."""


def missing() -> str:
    """Why there are no suggestions; empty if there are."""
    try:
        registry()
    except NoRegistry as error:
        return str(error)
    return ""


@functools.cache
def registry() -> ModuleType:
    """The module `regraft.features`: the installed one, else that of the checkout of these tools.

    Raises:
        NoRegistry: there is neither.
    """
    try:
        return importlib.import_module("regraft.features")
    except ModuleNotFoundError:
        pass  # these tools may be used from a checkout, into which regraft itself is not installed
    try:
        source = environments.checkout() / "src"
    except LookupError as error:
        raise NoRegistry("regraft is not installed beside these tools, so there are no recipes: pip install regraft"
                         ) from error
    sys.path.append(str(source))
    return importlib.import_module("regraft.features")


def suggest(rule: str, about: Sequence[str] = ()) -> Suggestion | None:
    """The suggestion to a finding; None if its rule has none, or if there is no registry (`missing` says why).

    Args:
        rule: the rule.
        about: what the finding is about; a feature that these names belong to goes before that of the rule.

    Raises:
        LookupError: the registry lacks the feature.
    """
    if rule not in FEATURES or missing():
        return None
    name, kind = FEATURES[rule]
    row = _row_of(about, kind) or registry().get(name)
    return Suggestion(row["name"], kind, row["defends"], row[kind])


@functools.lru_cache(maxsize=1000)
def _find_row(path: str, kind: str) -> dict[str, Any] | None:
    """The first row with a recipe of that kind that has a name; `.name` is that of a member of any class."""
    for row in registry().rows():
        if row[kind] is not None and any(
            each == path or path.startswith(".") and each.endswith(path) for each in row["names"]
        ):
            return row
    return None


def _row_of(about: Sequence[str], kind: str) -> dict[str, Any] | None:
    return next((row for row in (_find_row(each, kind) for each in about) if row is not None), None)
