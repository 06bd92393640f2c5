"""Writes the cases where any interpreter can read them."""

from __future__ import annotations

import json
from pathlib import Path

from regraft_tools.chains import authorities, constraints, form, names, paths
from regraft_tools.chains.case import Case, Workshop


def make() -> list[Case]:
    """All cases, with new keys.

    Raises:
        ValueError: two of them have one name.
    """
    shop = Workshop()
    cases = [
        case for topic in (names, constraints, authorities, form, paths)
        for case in topic.list_cases(shop)
    ]
    known: set[str] = set()
    for case in cases:
        if case.name in known:
            raise ValueError("two cases are called %r" % case.name)
        known.add(case.name)
    return cases


def write(folder: Path) -> list[Case]:
    """Writes the files of all cases, and `cases.json`, which tells what belongs together.

    Args:
        folder: where to; created if missing.

    Returns:
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shop = Workshop()
    (folder / "judge.pem").write_text(shop.leaf.key_pem + shop.leaf.pem)
    (folder / "judge-ca.pem").write_text(shop.root.pem)
    cases = make()
    rows = []
    for number, case in enumerate(cases):
        chain = folder / ("%03d-chain.pem" % number)
        if case.chain:
            chain.write_text(case.chain[0].key_pem + "".join(each.pem for each in case.chain))
        trust = folder / ("%03d-trust.pem" % number)
        trust.write_text("".join([*(each.pem for each in case.trust), *case.lists]))
        rows.append({
            "name": case.name, "chain": chain.name if case.chain else None,
            "trust": trust.name if case.trust or case.lists else None, "host": case.host,
            "client": case.client, "flags": list(case.flags), "level": case.level,
        })
    (folder / "cases.json").write_text(json.dumps(rows, indent=1))
    return cases
