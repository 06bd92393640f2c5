"""What the covered modules have on 2.7 with regraft that the stock ones of 2.7.18 lack.

`collect` asks both, and 3.13 with regraft for the parameters that 2.7 cannot tell; `render` makes a page of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regraft_tools import environments, interpreters
from regraft_tools.docgen import markup, registry
from regraft_tools.docgen.registry import Row
from regraft_tools.environments import Environment

Names = dict[str, Any]

PROBE = Path(__file__).with_name("probe.py")
OLD, NEW = "2.7", "3.13"
ENVIRONMENT = "docs-samples"  # regraft in it, and nothing else: samples may enable and disable it

_DIRECTIVES = {
    "class": "py:class", "exception": "py:exception", "function": "py:function", "data": "py:data",
    "method": "py:method", "attribute": "py:attribute",
}


def environment(series: str) -> Environment:
    """The environment in which that series is asked, and samples are run.

    Raises:
        LookupError: the interpreter is not there; the text says how to get it.
    """
    found = interpreters.search([series])
    interpreter = found.of(series)
    if interpreter is None:
        raise LookupError("the documentation is made with Python %s, which is not here\n%s" % (series, found.report()))
    return environments.ensure(interpreter, ENVIRONMENT)


def collect() -> dict[str, Names]:
    """What is new on 2.7, by module and name.

    Raises:
        LookupError: an interpreter is not there.
    """
    old, new = environment(OLD), environment(NEW)
    stock = _ask(old, regrafted=False)
    return compare(_ask(old, regrafted=True), stock, _ask(new, regrafted=True))


def _ask(where: Environment, regrafted: bool) -> dict[str, Names | None]:
    arguments = ["-m", "regraft", "run", PROBE] if regrafted else [PROBE]
    extra = {} if regrafted else {"REGRAFT_DISABLE": "1"}
    return json.loads(where.run(*arguments, env=extra, capture_output=True).stdout)


def compare(
    grafted: dict[str, Names | None], stock: dict[str, Names | None], newer: dict[str, Names | None]
) -> dict[str, Names]:
    """The names that the first has and the second has not; parameters come from the third where it knows the name.

    Where code of the host's own is at work, as in `random`, its docstrings are left out: they are not ours to publish.
    """
    answer: dict[str, Names] = {}
    theirs = {entry["doc"] for names in stock.values() for entry in (names or {}).values() if entry}
    for module, names in grafted.items():
        before, ahead = stock[module] or {}, newer[module] or {}
        answer[module] = {
            name: {
                **entry, "signature": (ahead.get(name) or entry)["signature"] or entry["signature"],
                "doc": "" if entry["doc"] in theirs else entry["doc"],
            }
            for name, entry in (names or {}).items() if entry and name not in before
        }
    return answer


def render(names: Names, rows: Sequence[Row], module: str) -> list[str]:
    """What is new in a module, as lines of reStructuredText.

    Raises:
        LookupError: of a name neither the registry nor its docstring says since when it is there.
    """
    by_name = {name: row for row in rows for name in row["names"]}
    lines = [".. py:module:: %s" % module, ""]
    owner = None
    for name in sorted(names, key=lambda each: _order(each, names)):
        owner_before, owner = owner, name.partition(".")[0]
        if name != owner and owner not in names and owner != owner_before:
            lines += [".. py:class:: %s" % owner, "", "   A class of 2.7 too. New in it:", ""]
        entry, margin = names[name], "" if name == owner else "   "
        since = _say_since(name, names, by_name, module)
        members = ", ".join(map(markup.literal, entry.get("members", ())))
        paragraphs = [members and "An enumeration: %s." % members, _join(markup.escape(entry["doc"]), since)]
        signed = name.split(".")[-1] + (entry["signature"] or "")
        lines += ["%s.. %s:: %s" % (margin, _DIRECTIVES[entry["kind"]], signed), ""]
        for paragraph in filter(None, paragraphs):
            lines += ["%s   %s" % (margin, paragraph), ""]
    return lines


def _join(summary: str, since: str) -> str:
    return since if not summary else summary + ("" if summary.endswith((".", "!", "?")) else ".") + " " + since


def find_since(name: str, names: Names, by_name: dict[str, Row], module: str) -> list[str]:
    """First releases of 3 with a name.

    Its docstring says it, or the row that it belongs to, or its class. A row tells of a feature, which may be older than
    one of its constants: of these, and of enumerations, the recorded names of the releases know better. A member is not
    older than its class.

    Raises:
        LookupError: nothing tells.
    """
    full, entry = "%s.%s" % (module, name), names[name]
    row, own = by_name.get(full), entry["since"][:1]
    found = list(row["first_3"]) if row else []
    if own and (not found or _series(own[0]) != _series(found[0])):
        found = own
    recorded = registry.first_recorded().get(full)
    # What the oldest recorded release has may be older than it. Enumerations are not: 3.6 brought them.
    is_exact = entry["kind"] == "data" and recorded != registry.OLDEST_RECORDED
    if recorded and (entry.get("members") or is_exact and found and _series(found[0]) < _series(recorded)):
        found = [recorded]
    owner = name.partition(".")[0]
    if owner != name and owner in names:
        of_class = find_since(owner, names, by_name, module)
        if not found or _series(found[0]) < _series(of_class[0]):
            found = of_class
    if not found:
        raise LookupError(
            "nothing tells since which Python 3 there is %s: it needs a row of the registry, or Since: in its docstring"
            % full
        )
    return found


def _series(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")[:2]))


def _find_row(name: str, names: Names, by_name: dict[str, Row], module: str) -> Row | None:
    """The row of a name, or of its class if that is new too."""
    owner = name.partition(".")[0]
    row = by_name.get("%s.%s" % (module, name))
    return row or (by_name.get("%s.%s" % (module, owner)) if owner in names else None)


def _say_since(name: str, names: Names, by_name: dict[str, Row], module: str) -> str:
    since, row = find_since(name, names, by_name, module), _find_row(name, names, by_name, module)
    words = "Since Python %s" % ", ".join(since)
    if row and row["openssl"]:
        words += "; needs OpenSSL %s or newer" % row["openssl"]
    return words + ("; :ref:`%s <feature-%s>`." % (row["name"], row["name"]) if row else ".")


def _order(name: str, names: Names) -> tuple[int, str, str]:
    """Classes with what is new in them come first, then exceptions, functions and constants."""
    owner, _, member = name.partition(".")
    kind = names[owner]["kind"] if owner in names else "class"
    return (tuple(_DIRECTIVES).index(kind), owner, member)
