"""RG205 to RG207: connections whose peer is not checked for its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module, words_of
from regraft_tools.scan.rules.rule import Hit, Rule

_CONTEXTS = ("ssl.SSLContext()", "ssl.create_default_context()", "ssl._create_unverified_context()",
             "ssl._create_stdlib_context()", "ssl._create_default_https_context()")
_CONTEXT_WORDS = frozenset(["context", "ctx", "sslcontext", "sslctx"])
_MATCHERS = ("ssl.match_hostname", "backports.ssl_match_hostname.match_hostname")
_HELPERS = frozenset(["_dnsname_match", "dnsname_match", "_dnsname_to_pat"])
_HOME_MADE = frozenset([
    "match_hostname", "verify_hostname", "_verify_hostname", "check_hostname", "ValidateCertificateHostname",
    "validate_certificate_hostname", "_validate_certificate_hostname",
])
_SERVES = frozenset(["server", "servers", "serve", "listener", "accept", "accepted"])


def check_contexts(module: Module) -> Iterator[Hit]:
    """RG205: `context.wrap_socket()` for a client, without the name that the certificate must be for."""
    for call in module.all(ast.Call):
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr not in ("wrap_socket", "wrap_bio"):
            continue
        if not _is_context(module, function.value) or any(each.arg is None for each in call.keywords):
            continue
        is_socket = function.attr == "wrap_socket"
        side = module.argument(call, "server_side", 1 if is_socket else 2)
        if side is not None and not module.is_literal(side, False) or _is_server(module, call):
            continue
        name = module.argument(call, "server_hostname", 4 if is_socket else 3)
        if name is None or module.literals(name) == [None] and len(module.value(name)) == 1:
            yield Hit(call, "no server_hostname: the certificate may be for any host, and the server is not told which "
                      "one is meant (SNI)", Severity.MEDIUM)


def _is_context(module: Module, node: ast.expr) -> bool:
    if any(each in _CONTEXTS for each in module.paths(node)):
        return True
    if any(each == "ssl" or each.startswith(".") and each.endswith("()") for each in module.paths(node)):
        return False  # the module, or an object of a class in this file
    last = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return bool(_CONTEXT_WORDS & words_of(last)) or last.lower().endswith(("context", "ctx"))


def _is_server(module: Module, node: ast.AST) -> bool:
    names = [each.name for each in module.definitions(node)]
    return bool(_SERVES & frozenset().union(*map(words_of, names)))


def check_wrapping(module: Module) -> Iterator[Hit]:
    """RG206: `ssl.wrap_socket()`, which checks no name and by default no certificate."""
    checked = _checked_definitions(module)
    for call in module.all(ast.Call):
        if not module.calls(call, "ssl.wrap_socket", "?.ssl.wrap_socket"):
            continue
        side = module.argument(call, "server_side", 3)
        if side is not None and module.is_literal(side, True) or _is_server(module, call):
            continue
        required = module.argument(call, "cert_reqs", 4)
        unknown = any(each.arg is None for each in call.keywords) or any(isinstance(each, ast.Starred)
                                                                         for each in call.args)
        if required is None and not unknown and side is None:
            yield Hit(call, "ssl.wrap_socket() without cert_reqs verifies nothing; it is gone from Python 3.12",
                      Severity.HIGH)
        elif module.definitions(call)[:1] and module.definitions(call)[0] in checked:
            continue
        else:
            yield Hit(call, "ssl.wrap_socket() never checks the name in the certificate; it is gone from Python 3.12",
                      Severity.MEDIUM)


def _checked_definitions(module: Module) -> set[ast.AST]:
    """The functions in which a name is checked afterwards."""
    found: set[ast.AST] = set()
    for call in module.all(ast.Call):
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if last in _HOME_MADE or any(each in _MATCHERS for each in module.paths(call.func)):
            found.update(module.definitions(call)[:1])
    return found


def check_matching(module: Module) -> Iterator[Hit]:
    """RG207: names are compared by Python code, the module's old one or one's own."""
    for node in module.all(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute) and "ssl.match_hostname" in module.paths_of_target(target):
                yield Hit(node, "ssl.match_hostname is replaced, for all of the process", Severity.HIGH)
    functions = list(module.all(ast.FunctionDef))
    # A file that has the whole of it has the helpers too: one finding is enough.
    wanted = _HOME_MADE if _HOME_MADE & {each.name for each in functions} else _HELPERS
    for node in functions:
        if node.name in wanted and not module.is_test and _compares(node):
            yield Hit(node, "%s() compares host names by itself: the rules of RFC 6125 are OpenSSL's to apply"
                      % node.name, Severity.MEDIUM)
    for call in module.all(ast.Call):
        if module.calls(call, *_MATCHERS):
            yield Hit(call, "match_hostname() checks after the handshake, when data may have gone out; it is gone from "
                      "Python 3.12", Severity.LOW)


def _compares(node: ast.FunctionDef) -> bool:
    """Whether a function does the work, rather than hand it on or hold a setting."""
    return not node.decorator_list and any(isinstance(each, ast.Compare) for each in ast.walk(node))


RULES = [
    Rule("RG205", "no-server-hostname", Severity.MEDIUM, "A client's socket is wrapped without the name of its peer.",
         (("wrap_socket", "wrap_bio"),), check_contexts),
    Rule("RG206", "old-wrap-socket", Severity.HIGH,
         "ssl.wrap_socket() has no context, checks no name and by default verifies nothing.",
         (("wrap_socket",),), check_wrapping),
    Rule("RG207", "home-made-name-check", Severity.HIGH,
         "Host names in certificates are compared by Python code instead of in the handshake.",
         (tuple(sorted({each.lower() for each in _HOME_MADE | _HELPERS})),), check_matching),
]
