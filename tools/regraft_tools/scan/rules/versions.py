"""RG101: a version of Python is asked where a feature is meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from regraft_tools.scan import carrying
from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module, words_of
from regraft_tools.scan.rules.rule import Hit, Rule

COVERED = ("ssl", "hashlib", "hmac", "secrets")
_FUNCTIONS = ("os.urandom", "random.SystemRandom", "backports.ssl_match_hostname")
# What only objects of covered modules have, whatever variable holds them.
_MEMBERS = frozenset([
    "check_hostname", "verify_mode", "wrap_socket", "wrap_bio", "set_ciphers", "set_alpn_protocols",
    "load_default_certs", "load_verify_locations", "set_default_verify_paths", "minimum_version", "maximum_version",
])
_TELLING = frozenset("""
    ssl tls sni alpn npn hostname hashlib hmac digest pbkdf pbkdf2 scrypt urandom cert certs certificate certificates
    cipher ciphers sslcontext https crypto
""".split())
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def check(module: Module) -> Iterator[Hit]:
    """Version checks that decide about a covered module."""
    told = set()
    for node in module.all(ast.Assign):
        names = [each.id for each in node.targets if isinstance(each, ast.Name)]
        asked = _asked(module, node.value)
        if asked and names and any(_TELLING & words_of(each) for each in names) and \
                not isinstance(node.value, (ast.IfExp, ast.Call)):
            told.update(names)
            yield Hit(node, "%s is decided by %s: ask for the feature itself" % (names[0], asked[0]), Severity.MEDIUM)
    for node in module.all(ast.If, ast.IfExp):
        asked = _asked(module, node.test)
        if not asked or told & {getattr(each, "id", None) or getattr(each, "attr", None)
                                for each in ast.walk(node.test)}:
            continue
        inside, outside = _branches(module, node)
        used = _used(module, inside) ^ _used(module, outside) or _used(module, [node.test])
        if used:
            shown = sorted(used)
            yield Hit(
                node.test,
                "%s decides about %s: ask for the feature itself" % (asked[0], ", ".join(shown[:3]) + (
                    " and more" if shown[3:] else "")),
                Severity.LOW if _is_coarse(module, node.test) else Severity.MEDIUM, tuple(shown),
            )


def _asked(module: Module, test: ast.expr) -> list[str]:
    """What says the version in a test, as the text has it."""
    if not carrying.versions(module.value(test)) and not isinstance(test, (ast.BoolOp, ast.UnaryOp)):
        return []
    found = [each for each in ast.walk(test) if isinstance(each, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
             and carrying.versions(module.value(each))]
    outer = [each for each in found if module.parents.get(each) not in found]
    return [ast.unparse(each) for each in outer]


def _is_coarse(module: Module, test: ast.expr) -> bool:
    """Whether a test only tells 2 from 3: that mostly goes on text and bytes."""
    numbers = [each.value for each in ast.walk(test) if isinstance(each, ast.Constant) and isinstance(each.value, int)]
    return not any(isinstance(each, ast.Tuple) and len(each.elts) > 1 for each in ast.walk(test)) and \
        all(each in (0, 2, 3) for each in numbers)


def _branches(module: Module, node: ast.If | ast.IfExp) -> tuple[list[ast.AST], list[ast.AST]]:
    """What is done if the test holds, and what if not; after a branch that leaves, all that follows is the other."""
    if isinstance(node, ast.IfExp):
        return [node.body], [node.orelse]
    inside: list[ast.AST] = list(node.body)
    outside: list[ast.AST] = list(node.orelse)
    if not outside and node.body and isinstance(node.body[-1], _LEAVES):
        parent = module.parents.get(node)
        for field in ("body", "orelse", "finalbody"):
            block = getattr(parent, field, None)
            if isinstance(block, list) and node in block and not isinstance(parent, ast.Module):
                outside = list(block[block.index(node) + 1:])
    return inside, outside


def _used(module: Module, nodes: Sequence[ast.AST]) -> frozenset[str]:
    """What of the covered modules is used in there."""
    found: set[str] = set()
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Import):
                found.update(each.name for each in node.names if _covers(each.name + "."))
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.update("%s.%s" % (node.module, each.name) for each in node.names
                             if _covers("%s.%s" % (node.module, each.name)))
            elif isinstance(node, ast.Attribute) and node.attr in _MEMBERS:
                found.add("." + node.attr)
            elif isinstance(node, (ast.Attribute, ast.Name)):
                if module.is_spelled(node):
                    found.update(_plain(each) for each in module.paths(node) if _covers(each))
            elif isinstance(node, ast.Call):
                if module.calls(node, "getattr"):
                    found.update(_plain(each) for each in module.paths(node) if _covers(each))
                for path in module.paths(node.func):
                    if _covers(path):
                        found.update("%s(%s=)" % (path, each.arg) for each in node.keywords if each.arg)
    return frozenset(each for each in found if not each.endswith(("Error", "Exception")))


def _plain(path: str) -> str:
    return path.split("()")[0].split("[]")[0]


def _covers(path: str) -> bool:
    return path.startswith(_FUNCTIONS) or path.partition(".")[0] in COVERED and "." in path


RULES = [
    Rule(
        "RG101", "version-check", Severity.MEDIUM,
        "A version of Python is asked where a feature is meant: distributors and regraft bring features to old "
        "versions, and builds leave some out of new ones.",
        (("version", "py2", "py3", "py_2", "py_3", "python2", "python3", "python_2", "python_3"),
         (*COVERED, "urandom", "systemrandom", *_MEMBERS, *_TELLING)), check,
    ),
]
