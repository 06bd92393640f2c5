"""RG201 to RG204: the verification of certificates or of names in them is switched off."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module, words_of
from regraft_tools.scan.rules.rule import Hit, Rule

_NONE = (
    "ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE", "CERT_NONE", "?.CERT_NONE", "OpenSSL.SSL.VERIFY_NONE",
    "?.VERIFY_NONE", "ssl_.CERT_NONE", "urllib3.util.ssl_.CERT_NONE",
)
_MODES = frozenset(["verify_mode", "cert_reqs", "ssl_cert_reqs"])
_UNVERIFIED = ("ssl._create_unverified_context", "ssl._create_stdlib_context")
# Keywords and attributes that switch the check of names off, with what does it.
_NAME_SWITCHES = {
    "check_hostname": False, "assert_hostname": False, "ssl_match_hostname": False, "ssl_check_hostname": False,
    "verify_hostname": False, "tlsAllowInvalidHostnames": True, "tls_allow_invalid_hostnames": True,
}
# The same for the certificate; `verify` is too common a word to mean TLS everywhere.
_SWITCHES = {
    "verify_ssl": False, "ssl_verify": False, "verify_certs": False, "validate_cert": False, "validate_certs": False,
    "verify_cert": False, "verify_peer": False, "verify_certificate": False, "validate_certificate": False,
    "ssl_verify_peer": False, "disable_ssl_certificate_validation": True, "tlsAllowInvalidCertificates": True,
    "tlsInsecure": True, "insecure_skip_verify": True, "skip_ssl_validation": True, "ssl_no_verify": True,
}
_REQUESTS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "request", "send", "Session",
                       "Client", "AsyncClient", "stream"])
_CLIENTS = frozenset(["requests", "httpx", "session", "sess", "client", "http", "self", "api", "s", "r"])
_SERVES = frozenset(["server", "servers", "serve", "listener", "accept"])
_CONNECTS = frozenset(["connect", "client", "clients"])  # `connect_to_server`


def check_certificates(module: Module) -> Iterator[Hit]:
    """RG201: CERT_NONE, by name, by number or by text."""
    for node, _ in module.mentions(*_NONE):
        if not module.is_asked(node) and not _is_constant_again(module, node) and not _is_told(module, node):
            yield _certificate_hit(module, node)
    for node, names, value in _settings(module):
        if set(names) & _MODES and (module.is_literal(value, 0, False) and not _is_default(module, value) or
                                    module.is_literal(value, "CERT_NONE")):
            if isinstance(value, ast.Constant):
                yield _certificate_hit(module, node)


def _certificate_hit(module: Module, node: ast.AST) -> Hit:
    serves = _is_for_a_server(module, node)
    if serves:
        return Hit(node, "the server does not ask for certificates of clients; that is right only if it does not know "
                   "them by certificate", Severity.LOW)
    return Hit(node, "certificates are not verified: anybody on the way can answer in the peer's place", Severity.HIGH)


def _is_constant_again(module: Module, node: ast.AST) -> bool:
    """Whether a place only hands the constant on under its own name: `CERT_NONE = ssl.CERT_NONE`."""
    return any(each in ("CERT_NONE", "VERIFY_NONE") for each in module.target_names(node))


def _is_told(module: Module, node: ast.AST) -> bool:
    """Whether a place only says what is in force: what `verify_mode` gives, a table of constants, a default of a class."""
    parent = module.parents.get(node)
    if module.is_own_default(module.statement(node)):
        return True
    if isinstance(parent, ast.Dict) and node in parent.values:
        key = parent.keys[parent.values.index(node)]
        return any(each in _NONE for each in module.paths(key))
    definitions = module.definitions(node)
    return isinstance(module.statement(node), ast.Return) and bool(definitions) and definitions[0].name in _MODES


def _is_default(module: Module, node: ast.AST) -> bool:
    return isinstance(module.parents.get(node), ast.arguments)


def _is_for_a_server(module: Module, node: ast.AST) -> bool:
    for each in module.above(node):
        if isinstance(each, ast.Call) and (
            module.is_literal(module.argument(each, "server_side"), True) or
            any("CLIENT_AUTH" in path or path.endswith("PROTOCOL_TLS_SERVER") for one in each.args
                for path in module.paths(one))
        ):
            return True
        if isinstance(each, ast.stmt):
            break
    names = module.target_names(node) + [each.name for each in module.definitions(node)]
    statement = module.statement(node)
    if isinstance(statement, ast.Assign):
        names.extend(name for each in statement.targets for name in module.words_in(each))
    words = frozenset().union(*map(words_of, names))
    return bool(words & _SERVES) and not words & _CONNECTS


def _settings(module: Module) -> Iterator[tuple[ast.AST, list[str], ast.expr]]:
    """What is set by name: keywords of calls, attributes, and keys of dictionaries that are options."""
    for call in module.all(ast.Call):
        for each in call.keywords:
            if each.arg and not module.is_asked(each):
                yield each, [each.arg], each.value
        if module.calls(call, "setattr") and len(call.args) == 3:
            yield call, [each for each in module.literals(call.args[1]) if isinstance(each, str)], call.args[2]
    for node in module.all(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                yield node, [target.attr], node.value
            elif isinstance(target, ast.Subscript):
                yield node, [each for each in module.literals(target.slice) if isinstance(each, str)], node.value
    for table in module.all(ast.Dict):
        for key, value in zip(table.keys, table.values):
            if key is not None and not module.is_asked(table):
                yield key, [each for each in module.literals(key) if isinstance(each, str)], value


def check_names(module: Module) -> Iterator[Hit]:
    """RG202: a certificate is taken whatever name is in it."""
    for node, names, value in _settings(module):
        for each in names:
            if each in _NAME_SWITCHES and module.is_literal(value, _NAME_SWITCHES[each]) and \
                    not module.is_own_default(node):
                yield Hit(node, "%s=%s: a certificate for any name is taken" % (each, _NAME_SWITCHES[each]),
                          Severity.HIGH)


def check_contexts(module: Module) -> Iterator[Hit]:
    """RG203: contexts that verify nothing, for one connection or for all of the process."""
    replaced = set()
    for node in module.all(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr == "_create_default_https_context":
                replaced.add(node)
                yield Hit(node, "HTTPS of the whole process is given another context, so other code loses verification"
                          if any(each in _UNVERIFIED for each in module.paths(node.value)) else
                          "HTTPS of the whole process is given another context by a private name", Severity.HIGH)
    for node, path in module.mentions(*_UNVERIFIED):
        if module.statement(node) not in replaced and not module.is_asked(node):
            yield Hit(node, "%s() verifies neither certificates nor names" % path, Severity.HIGH)
    for call in module.all(ast.Call):
        if module.calls(call, "ssl._https_verify_certificates") and \
                module.is_literal(module.argument(call, "enable", 0), False, 0):
            yield Hit(call, "HTTPS of the whole process is no longer verified", Severity.HIGH)


def check_keywords(module: Module) -> Iterator[Hit]:
    """RG204: `verify=False` and the words that other libraries have for it."""
    for node, names, value in _settings(module):
        for each in names:
            if each in _SWITCHES and module.is_literal(value, _SWITCHES[each]):
                yield Hit(node, "%s=%s: certificates are not verified" % (each, _SWITCHES[each]), Severity.HIGH)
            elif each == "verify" and module.is_literal(value, False) and _is_request(module, node):
                yield Hit(node, "verify=False: certificates are not verified", Severity.HIGH)


def _is_request(module: Module, node: ast.AST) -> bool:
    """Whether `verify` is said to an HTTP client: in a call of its kind, or on something that is called a session."""
    if isinstance(node, ast.keyword):
        call = module.parents.get(node)
        if not isinstance(call, ast.Call):
            return False
        if any(each.partition(".")[0] in ("requests", "httpx") for each in module.paths(call.func)):
            return True
        if isinstance(call.func, ast.Attribute) and call.func.attr in _REQUESTS:
            return bool(module.words_in(call.func.value) & _CLIENTS)
        return False
    if isinstance(node, ast.Assign):
        return any(isinstance(each, ast.Attribute) and "session" in module.words_in(each.value) or
                   any(path.startswith("requests.") for path in module.paths(getattr(each, "value", None)))
                   for each in node.targets)
    return False


RULES = [
    Rule("RG201", "certificates-not-verified", Severity.HIGH, "Certificates of the peer are not verified.",
         (("cert_none", "verify_none", "verify_mode", "cert_reqs"),), check_certificates),
    Rule("RG202", "names-not-checked", Severity.HIGH, "The certificate may be for another host.",
         (tuple(each.lower() for each in _NAME_SWITCHES), ("false", "true")), check_names),
    Rule("RG203", "unverified-context", Severity.HIGH,
         "A context that verifies nothing is made, or put in the place of the one that HTTPS takes.",
         (("_create_unverified_context", "_create_stdlib_context", "_create_default_https_context",
           "_https_verify_certificates"),), check_contexts),
    Rule("RG204", "verify-switched-off", Severity.HIGH, "A library is told not to verify certificates.",
         (("verify", *(each.lower() for each in _SWITCHES)), ("false", "true")), check_keywords),
]
