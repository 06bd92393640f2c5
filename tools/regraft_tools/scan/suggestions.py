"""What to write instead: recipes of the registry, by name, as they are when a scan runs."""

from __future__ import annotations

import functools
import importlib
import sys
from dataclasses import dataclass
from types import ModuleType

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
        defends: what it defends against, a sentence.
        recipe: code to paste, for 2.7 and 3.x.
    """

    feature: str
    defends: str
    recipe: str


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


def suggest(rule: str) -> Suggestion | None:
    """The suggestion to a rule; None if it has none, or if there is no registry (`missing` says why).

    Raises:
        LookupError: the registry lacks the feature.
    """
    if rule not in FEATURES or missing():
        return None
    name, recipe = FEATURES[rule]
    row = registry().get(name)
    return Suggestion(name, row["defends"], row[recipe])
