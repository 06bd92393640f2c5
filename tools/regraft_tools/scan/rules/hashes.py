"""RG301 to RG303: hashes that no longer are secure, modules that are gone, MACs that name no hash."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module
from regraft_tools.scan.rules import purposes
from regraft_tools.scan.rules.rule import Hit, Rule

_WEAK = {
    "hashlib.md5": "MD5", "hashlib.sha1": "SHA-1", "hashlib.md4": "MD4", "hashlib.sha": "SHA-1",
    "django.utils.hashcompat.md5_constructor": "MD5", "django.utils.hashcompat.sha_constructor": "SHA-1",
}
_WEAK_NAMES = {"md5": "MD5", "sha1": "SHA-1", "sha-1": "SHA-1", "md4": "MD4", "sha": "SHA-1"}
_OLD = {"md5": "MD5", "sha": "SHA-1"}
_MACS = ("hmac.new", "hmac.HMAC", "hmac.digest")


def check_weak(module: Module) -> Iterator[Hit]:
    """RG301: MD5 and SHA-1, called or handed to something that calls them."""
    for node, path in module.mentions(*_WEAK):
        parent = module.parents.get(node)
        call = parent if isinstance(parent, ast.Call) and parent.func is node else None
        if call is None and (module.is_asked(node) or _is_alias(module, node)) or _is_measured(module, call):
            continue
        yield from _judge(module, node, call, _WEAK[path])
    for call in module.all(ast.Call):
        if module.calls(call, "hashlib.new"):
            named = module.argument(call, "name", 0)
            for each in sorted({str(one).lower() for one in module.literals(named)} & set(_WEAK_NAMES)):
                yield from _judge(module, call, call, _WEAK_NAMES[each])


def _judge(module: Module, node: ast.AST, call: ast.Call | None, title: str) -> Iterator[Hit]:
    if call is not None and module.is_literal(module.argument(call, "usedforsecurity"), False):
        yield Hit(node, "%s, said not to be for security" % title, Severity.LOW)
        return
    if any(isinstance(each, ast.Call) and module.calls(each, *_MACS) for each in module.above(node)):
        yield Hit(node, "HMAC with %s: not broken, but newer peers and FIPS builds refuse it" % title, Severity.LOW)
        return
    words = purposes.words_about(module, node, *(call.args if call is not None else ()))
    severity = purposes.judge(words)
    if call is not None and not call.args and not words & purposes.SECRET:
        severity = min(severity, Severity.MEDIUM)
    said = {
        Severity.HIGH: "%s for something that has to be secure",
        Severity.MEDIUM: "%s: collisions can be made; FIPS builds of Python refuse it without usedforsecurity=False",
        Severity.LOW: "%s, it seems not for security: say so with usedforsecurity=False, for FIPS builds",
    }
    yield Hit(node, said[severity] % title, severity)


def _is_measured(module: Module, call: ast.Call | None) -> bool:
    """Whether a hash is only made to ask how long its digests are."""
    parent = module.parents.get(call) if call is not None else None
    return isinstance(parent, ast.Attribute) and parent.attr in ("digest_size", "block_size", "name")


def _is_alias(module: Module, node: ast.AST) -> bool:
    """Whether a hash only gets another name, which is then looked at where it is called."""
    parent = module.parents.get(node)
    return isinstance(parent, (ast.Assign, ast.Return)) and parent.value is node or isinstance(parent, ast.Dict)


def check_old(module: Module) -> Iterator[Hit]:
    """RG302: the modules md5 and sha, which Python 3 does not have."""
    for node in module.all(ast.Import, ast.ImportFrom):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if isinstance(node, ast.ImportFrom) and node.level:
            continue
        for each in names:
            if each in _OLD:
                falls_back = any(isinstance(one, (ast.ExceptHandler, ast.Try, ast.If)) for one in module.above(node))
                yield Hit(node, "the module %s is gone from Python 3; hashlib has had %s since 2.5" % (each, _OLD[each]),
                          Severity.LOW if falls_back else Severity.MEDIUM)


def check_macs(module: Module) -> Iterator[Hit]:
    """RG303: a MAC without a hash: MD5 up to Python 3.7, an error from 3.8 on."""
    for call in module.all(ast.Call):
        if not module.calls(call, "hmac.new", "hmac.HMAC"):
            continue
        unknown = any(each.arg is None for each in call.keywords) or \
            any(isinstance(each, ast.Starred) for each in call.args)
        if module.argument(call, "digestmod", 2) is None and not unknown:
            yield Hit(call, "no digestmod: that is MD5 up to Python 3.7, and an error from 3.8 on", Severity.MEDIUM)


RULES = [
    Rule("RG301", "weak-hash", Severity.HIGH, "MD5 or SHA-1, for which collisions can be made.",
         (("hashlib", "hashcompat"), ("md5", "md4", "sha")), check_weak),
    Rule("RG302", "removed-hash-module", Severity.MEDIUM, "The modules md5 and sha are gone from Python 3.",
         ((r"\bmd5\b", r"\bsha\b"),), check_old),
    Rule("RG303", "mac-without-hash", Severity.MEDIUM, "A MAC is made without saying with which hash.",
         (("hmac",),), check_macs),
]
