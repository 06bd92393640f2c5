"""RG304: a digest or MAC is compared in a time that tells where it differs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regraft_tools.scan import carrying
from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module
from regraft_tools.scan.rules import purposes
from regraft_tools.scan.rules.rule import Hit, Rule

_MACS = ("hmac.", "?.hmac")
# Digests of what everybody may see.
_PUBLIC = frozenset(["fingerprint", "fingerprints", "public", "pubkey"])
_SHORTEST = 8  # characters of a constant; below it is one of a digest's letters that is looked at, or a number


def check(module: Module) -> Iterator[Hit]:
    """`==` and `!=` with a digest on one side."""
    for node in module.all(ast.Compare):
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:]):
            if not isinstance(operator, (ast.Eq, ast.NotEq)):
                continue
            digests = [each for side in (left, right) for each in module.paths(side) if carrying.is_digest(each)]
            if not digests or None in module.literals(left) + module.literals(right):
                continue
            constants = [side.value for side in (left, right) if isinstance(side, ast.Constant)]
            if _PUBLIC & purposes.words_about(module, node, left, right) and not any(
                    each.startswith(_MACS) for each in digests):
                continue
            if all(isinstance(each, (str, bytes)) and len(each) >= _SHORTEST for each in constants):
                yield _judge(module, node, digests, left, right, bool(constants))


def _judge(
    module: Module, node: ast.Compare, digests: list[str], left: ast.expr, right: ast.expr, constant: bool
) -> Hit:
    words = purposes.words_about(module, node, left, right)
    operator = "==" if isinstance(node.ops[0], ast.Eq) else "!="
    if any(each.startswith(_MACS) for each in digests):
        severity, title = Severity.HIGH, "a MAC"
    else:
        severity = purposes.judge(words)
        title = "a digest"
    if constant:
        severity = Severity.LOW
    return Hit(node, "%s is compared by %s, whose time tells how much of it was right" % (title, operator), severity)


RULES = [
    Rule("RG304", "digest-compared-by-equality", Severity.HIGH,
         "A digest or MAC is compared by == or !=, which stop at the first difference.",
         (("digest", "pbkdf2", "scrypt"), ("==", "!=", "<>")), check),
]
