"""RG501 to RG503: old protocols and weak ciphers are asked for, or new ones refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module, words_of
from regraft_tools.scan.rules.rule import Hit, Rule

_TITLES = {"SSLv2": "SSL 2", "SSLv3": "SSL 3", "TLSv1": "TLS 1.0", "TLSv1_1": "TLS 1.1", "TLSv1_2": "TLS 1.2"}
_PINNED = {
    prefix + name: title
    for name, title in _TITLES.items()
    for prefix in ("ssl.PROTOCOL_", "PROTOCOL_", "?.PROTOCOL_", "ssl._SSLMethod.PROTOCOL_", "ssl_.PROTOCOL_")
}
# pyOpenSSL's; its SSLv23_METHOD negotiates, as PROTOCOL_SSLv23 does.
_METHODS = {"OpenSSL.SSL.%s_METHOD" % name: title for name, title in _TITLES.items()}
_OLD = frozenset(["SSL 2", "SSL 3", "TLS 1.0", "TLS 1.1"])
_OLD_VERSIONS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1_1", "MINIMUM_SUPPORTED")
_NEW_OFF = ("OP_NO_TLSv1_3", "OP_NO_TLSv1_2")
_OLD_OFF = frozenset(["OP_NO_SSLv2", "OP_NO_SSLv3", "OP_NO_TLSv1", "OP_NO_TLSv1_1"])

_SEPARATORS = re.compile(r"[:, ]+")
_WEAK = frozenset("""
    NULL ENULL ANULL ADH AECDH EXP EXPORT EXPORT40 EXPORT56 LOW RC2 RC4 DES IDEA SEED COMPLEMENTOFALL ARCFOUR
""".split())
_TIRED = frozenset(["3DES", "MD5", "MEDIUM", "CBC3"])
_LEVEL = re.compile(r"@SECLEVEL=([0-5])")


def check_pinned(module: Module) -> Iterator[Hit]:
    """RG501: contexts and sockets that speak one version of the protocol only."""
    for node, path in module.mentions(*_PINNED, *_METHODS):
        title = _PINNED.get(path) or _METHODS[path]
        if module.is_asked(node) or _is_listed(module, node) or \
                any(each.startswith(("PROTOCOL_", "SSLV", "OP_")) for each in module.target_names(node)):
            continue
        if title in _OLD:
            yield Hit(node, "%s and nothing else: peers of today refuse it, and it is broken or close to it" % title,
                      Severity.HIGH if title.startswith("SSL") else Severity.MEDIUM)
        else:
            yield Hit(node, "%s and nothing else: TLS 1.3 is refused" % title, Severity.LOW)


def _is_listed(module: Module, node: ast.AST) -> bool:
    """Whether a place is one of many in a table, as of names or of what there is."""
    parent = module.parents.get(node)
    if isinstance(parent, ast.Assign) and any(isinstance(each, ast.Subscript) and any(
            path in _PINNED for path in module.paths(each.slice)) for each in parent.targets):
        return True  # from one library's constants to another's
    return isinstance(parent, (ast.Dict, ast.List, ast.Set)) or \
        isinstance(parent, ast.Tuple) and not isinstance(module.parents.get(parent), ast.Call)


def check_limits(module: Module) -> Iterator[Hit]:
    """RG502: a lowest version that is too low, a highest that is too low, options that are taken back."""
    for node in module.all(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr in ("minimum_version", "maximum_version"):
                yield from _version(module, node, target.attr)
    for call in module.all(ast.Call):
        for each in call.keywords:
            if each.arg in ("minimum_version", "maximum_version", "ssl_minimum_version", "ssl_maximum_version"):
                yield from _version(module, each, each.arg.removeprefix("ssl_"))
    for node, path in module.mentions(*("%s.%s" % (owner, each) for owner in ("ssl", "?", "ssl.Options")
                                        for each in _NEW_OFF)):
        name = path.rpartition(".")[2]
        if not module.is_asked(node) and name not in module.target_names(node) and not _is_cleared(module, node):
            yield Hit(node, "%s refuses TLS %s" % (name, name[-3:].replace("_", ".")), Severity.MEDIUM)
    for node in module.all(ast.AugAssign, ast.Assign):
        names = {each.attr for each in ast.walk(node.value) if isinstance(each, ast.Attribute)} | \
            {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
        cleared = [each for each in ast.walk(node.value) if isinstance(each, ast.UnaryOp)
                   and isinstance(each.op, ast.Invert)]
        if cleared and names & _OLD_OFF:
            yield Hit(node, "%s is taken back: an old protocol is spoken again" % sorted(names & _OLD_OFF)[0],
                      Severity.HIGH)


def _is_cleared(module: Module, node: ast.AST) -> bool:
    return any(isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.Invert) for each in module.above(node))


def _version(module: Module, node: ast.Assign | ast.keyword, what: str) -> Iterator[Hit]:
    names = {each.rpartition(".")[2] for each in module.paths(node.value)}
    if what == "minimum_version":
        for each in _OLD_VERSIONS:
            if each in names:
                yield Hit(node, "%s is allowed: %s" % (_TITLES.get(each, "whatever OpenSSL has"), what),
                          Severity.HIGH if each.startswith("SSL") else Severity.MEDIUM)
                return
    else:
        for each in (*_OLD_VERSIONS[:4], "TLSv1_2"):
            if each in names:
                yield Hit(node, "nothing newer than %s is spoken" % _TITLES[each],
                          Severity.LOW if each == "TLSv1_2" else Severity.HIGH)
                return


def check_ciphers(module: Module) -> Iterator[Hit]:
    """RG503: cipher strings that let weak ciphers in."""
    for call in module.all(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("set_ciphers", "set_cipher_list"):
            yield from _cipher_text(module, call, module.argument(call, "cipherlist", 0))
        for each in call.keywords:
            if each.arg and _is_cipher_name(each.arg):
                yield from _cipher_text(module, each, each.value)
    for node in module.all(ast.Assign):
        if any(_is_cipher_name(each) for target in node.targets for each in _names(target)):
            yield from _cipher_text(module, node, node.value)


def _names(target: ast.expr) -> list[str]:
    return [target.id] if isinstance(target, ast.Name) else [target.attr] if isinstance(target, ast.Attribute) else []


def _is_cipher_name(name: str) -> bool:
    return bool({"cipher", "ciphers", "cipherlist", "cyphers", "cypher"} & words_of(name))


def _cipher_text(module: Module, node: ast.AST, value: ast.expr | None) -> Iterator[Hit]:
    if not isinstance(value, (ast.Constant, ast.BinOp, ast.Call)):
        return  # a name: what was assigned to it is looked at there
    for each in module.literals(value) or _joined(module, value):
        text = each.decode("latin-1") if isinstance(each, bytes) else each
        if isinstance(text, str):
            yield from _judge(node, text)
            return


def _joined(module: Module, value: ast.expr) -> list[str]:
    """`":".join([...])` of texts that are written out."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "join" and \
            len(value.args) == 1 and isinstance(value.args[0], (ast.List, ast.Tuple)):
        texts = [one for each in value.args[0].elts for one in module.literals(each) if isinstance(one, str)]
        return [":".join(texts)]
    return []


def _judge(node: ast.AST, text: str) -> Iterator[Hit]:
    """What a string in OpenSSL's format for lists of ciphers lets in."""
    words = [each.split("@")[0].upper() for each in _SEPARATORS.split(text) if each]
    level = _LEVEL.search(text)
    if level is not None and level.group(1) in "01":
        yield Hit(node, "@SECLEVEL=%s allows keys, signatures and protocols that are too weak" % level.group(1),
                  Severity.HIGH if level.group(1) == "0" else Severity.MEDIUM)
    removed = {each[1:] for each in words if each[:1] in "!-"}
    wanted = [each for each in words if each[:1] not in "!-+"]
    for kinds, severity in ((_WEAK, Severity.HIGH), (_TIRED, Severity.LOW)):
        for each in wanted:
            parts = set(re.split(r"[-+_]", each))
            found = sorted((parts & kinds) - (removed & kinds))
            if found and not parts & removed and not (found == ["DES"] and parts & {"3DES", "CBC3"}):
                yield Hit(node, "the cipher string lets %s in" % each, severity)
                return
    if "ALL" in wanted and not {"ANULL", "ADH"} & removed:
        yield Hit(node, "ALL lets ciphers in that do not authenticate the peer: add !aNULL", Severity.HIGH)


RULES = [
    Rule("RG501", "pinned-protocol", Severity.HIGH,
         "One version of the protocol is asked for, instead of all that are secure.",
         (("protocol_sslv", "protocol_tlsv", "sslv2_method", "sslv3_method", "tlsv1_method", "tlsv1_1_method",
           "tlsv1_2_method"),),
         check_pinned),
    Rule("RG502", "version-limits", Severity.HIGH, "Old protocols are allowed, or new ones refused.",
         (("minimum_version", "maximum_version", "op_no_"),), check_limits),
    Rule("RG503", "weak-ciphers", Severity.HIGH, "Weak ciphers or weak keys are allowed.", (("cipher", "cypher"),),
         check_ciphers),
]
