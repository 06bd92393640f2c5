"""docs/defaults.rst says what src/regraft/policy.py and _behavior.py do."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "defaults.rst").read_text(encoding="utf-8")
HOSTS = ["2.7", *(f"3.{minor}" for minor in range(6, 16))]

sys.path.insert(0, str(ROOT / "src"))
from regraft import policy  # noqa: E402 - imports neither ssl nor the extension

YES_NO = {True: "yes", False: "no"}

# How the page words a value; what is not here is the value itself.
WORDS: dict[str, dict[Any, str]] = {
    "minimum_version": {None: "OpenSSL's", 0x303: "TLS 1.2"},
    "security_level": {None: "OpenSSL's", 2: "2"},
    "strict_x509": {
        False: "VERIFY_X509_TRUSTED_FIRST",
        True: "VERIFY_X509_TRUSTED_FIRST, VERIFY_X509_PARTIAL_CHAIN, VERIFY_X509_STRICT",
    },
    "one_sided": {False: "PROTOCOL_TLS", True: "PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER"},
    "keylog_from_environment": YES_NO,
    "ignores_missing_close_notify": YES_NO,
    "warns_of_old_tls": YES_NO,
    "hmac_needs_digest": {False: "MD5", True: "TypeError"},
}


def read_tables() -> dict[str, dict[str, str]]:
    """Return the page's tables: name of the default, host, value in plain words."""
    tables: dict[str, dict[str, str]] = {}
    for block in re.finditer(r"\.\. list-table::\n(?P<options>(?:   :.*\n)+)\n(?P<rows>(?:   .*\n)+)", PAGE):
        name = re.search(r":name: (\w+)", block["options"])
        assert name is not None, f"a table without a name: {block[0]}"
        rows = re.findall(r"   \* - (.*)\n     - (.*)\n", block["rows"])
        table = tables.setdefault(name[1], {})
        for hosts, value in rows[1:]:
            for host in hosts.split(", "):
                assert host not in table, f"{name[1]}: {host} is answered twice"
                table[host] = value.replace("``", "")
    return tables


TABLES = read_tables()


def wording(name: str, value: Any) -> str:
    """Return how the page has to word a value of the policy."""
    return WORDS.get(name, {}).get(value, str(value))


def series(host: str) -> tuple[int, ...]:
    """Return "3.9" as (3, 9)."""
    return tuple(map(int, host.split(".")))


@pytest.mark.parametrize("name", sorted(vars(policy.TABLE[-1][1])))
def test_the_page_answers_each_default_of_the_policy_on_every_host(name: str) -> None:
    expected = {host: wording(name, getattr(policy.defaults_of(series(host)), name)) for host in HOSTS}
    expected["newest"] = wording(name, getattr(policy.TABLE[-1][1], name))
    assert TABLES[name] == expected


def test_the_page_has_no_table_that_the_policy_lacks() -> None:
    assert set(TABLES) == set(vars(policy.TABLE[-1][1]))


def read_behaviors() -> set[str]:
    """Return the public facts that _behavior.py states."""
    tree = ast.parse((ROOT / "src" / "regraft" / "_behavior.py").read_text(encoding="utf-8"))
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("_")}


def test_the_page_names_each_fact_about_the_host() -> None:
    named = set(re.findall(r"^``([A-Z_0-9]+)`` \(", PAGE, re.MULTILINE))
    facts = read_behaviors() - {"HOST_SERIES", "HOST_RELEASE"}
    assert named == facts, (
        "docs/defaults.rst must describe each of them, and no other: ``NAME`` (hosts) and a sentence"
    )
