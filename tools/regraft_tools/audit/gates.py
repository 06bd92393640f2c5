"""The gates: each interpreter with regraft against the reference, and against itself without regraft."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regraft_tools import environments, testing
from regraft_tools.audit import comparison, storage, taking, waivers
from regraft_tools.audit.taking import Subject
from regraft_tools.audit.waivers import Against, Verdict, Waiver
from regraft_tools.environments import Environment
from regraft_tools.interpreters import Interpreter

TITLES = {
    Against.REFERENCE: "the interface of %s" % storage.API,
    Against.STOCK: "what the host has without regraft",
    Against.NEWEST: "the defaults of %s, with REGRAFT_DEFAULTS=newest" % storage.DEFAULTS,
}


@dataclass(frozen=True)
class Result:
    """What the comparisons of one interpreter gave.

    Attributes:
        title: which interpreter.
        openssl: the OpenSSL that regraft used.
        names: how many names of modules were looked at.
        verdicts: by comparison.
    """

    title: str
    openssl: str
    names: int
    verdicts: dict[Against, Verdict]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left unexplained, and no row is wrong."""
        return not any(each.unexplained or each.problems for each in self.verdicts.values())


def audit(
    title: str, host: dict[str, Any], grafted: dict[str, Any], newest: dict[str, Any], rows: Sequence[Waiver]
) -> Result:
    """Compares the snapshots of one interpreter: without regraft, with it, and with it and the newest defaults."""
    return audit_against(
        title, storage.recorded(storage.API), storage.recorded(storage.DEFAULTS), host, grafted, newest, rows)


def audit_against(
    title: str, api: dict[str, Any], defaults: dict[str, Any], host: dict[str, Any], grafted: dict[str, Any],
    newest: dict[str, Any], rows: Sequence[Waiver], older: dict[str, Any] | None = None,
) -> Result:
    """The same with references of one's own.

    Args:
        older: the snapshot of 2.7, whose names may be there on every host; None for the recorded one.
    """
    older = older or storage.recorded(storage.OLDEST)
    drifts = {
        Against.REFERENCE: comparison.compare_interfaces(api, grafted, beside=[host, older]),
        Against.STOCK: comparison.compare_interfaces(host, grafted, lenient=True)
        + comparison.compare_defaults(host, grafted, lenient=True),
        Against.NEWEST: comparison.compare_defaults(defaults, newest),
    }
    off = frozenset(each.path for each in drifts[Against.REFERENCE])
    subjects = {Against.REFERENCE: grafted, Against.STOCK: grafted, Against.NEWEST: newest}
    verdicts = {each: waivers.judge(found, rows, each, subjects[each], off) for each, found in drifts.items()}
    untrue = find_untrue(api, grafted)
    if untrue:
        verdict = verdicts[Against.REFERENCE]
        verdicts[Against.REFERENCE] = dataclasses.replace(verdict, problems=(*verdict.problems, *untrue))
    return Result(
        title, grafted["interpreter"]["openssl"], sum(len(each or ()) for each in grafted["modules"].values()),
        verdicts,
    )


def find_untrue(api: Mapping[str, Any], grafted: Mapping[str, Any]) -> list[str]:
    """What docstrings say of the reference that it belies: that a name is not in it."""
    series = api["interpreter"]["version"].rpartition(".")[0]
    found = []
    for path, text in sorted(grafted.get("differs", {}).items()):
        module, *way = path.split(".")
        items = api["modules"].get(module) or {}
        item: Mapping[str, Any] | None = {"members": items}
        for name in way:
            item = ((item or {}).get("members") or {}).get(name)
        if way and item is not None and re.match(r"not in %s\b" % re.escape(series), text):
            found.append("%s says in its docstring that it is not in %s, but it is" % (path, series))
    return found


def audit_environment(
    environment: Environment, rows: Sequence[Waiver], extra: Mapping[str, str] | None = None
) -> Result:
    """Takes the snapshots of an environment with regraft, and of its interpreter, and compares them.

    Args:
        extra: further variables of the environment, such as LD_LIBRARY_PATH.

    Raises:
        taking.NotTaken: one of them gives none.
    """
    grafted = take_grafted(taking.of_environment(environment, extra=extra))
    newest = take_grafted(taking.of_environment(environment, newest=True, extra=extra))
    host = taking.take(taking.of_path(environment.interpreter.path))
    if "regraft" in host["interpreter"]:
        raise taking.NotTaken("%s has regraft enabled: there is no stock module to compare with" % environment.interpreter)
    return audit(taking.of_environment(environment).title, host, grafted, newest, rows)


def take_grafted(subject: Subject) -> dict[str, Any]:
    """The snapshot of a subject that must have regraft in force.

    Raises:
        taking.NotTaken: it gives none, or has the stock modules.
    """
    snapshot = taking.take(subject)
    if "regraft" not in snapshot["interpreter"]:
        raise taking.NotTaken("%s has the stock ssl: regraft is not in force" % subject.title)
    return snapshot


def audit_interpreter(interpreter: Interpreter, rows: Sequence[Waiver]) -> Result:
    """Builds regraft for an interpreter, if it is not built yet, and audits it.

    Raises:
        environments.BuildFailed: it cannot be built.
        taking.NotTaken: no snapshot.
    """
    return audit_environment(environments.ensure(interpreter, "tests", packages=testing.PACKAGES), rows)
