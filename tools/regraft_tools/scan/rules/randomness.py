"""RG401: the Mersenne twister makes what nobody must be able to guess."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module, words_of
from regraft_tools.scan.rules.rule import Hit, Rule

_METHODS = ("choice", "choices", "randint", "random", "randrange", "sample", "shuffle", "getrandbits", "uniform",
            "randbytes")
_CALLS = frozenset(["random." + each for each in _METHODS] + ["random.Random()." + each for each in _METHODS])
_SECRETS = frozenset("""
    challenge cnonce cookie credential credentials csrf nonce otp passphrase passwd password passwords salt secret secrets sid
    token tokens xsrf
""".split())
# A key is a secret only if the other words say so: dictionaries have keys too.
_KINDS = frozenset(["access", "activation", "api", "auth", "crypt", "crypto", "encryption", "private", "secret",
                    "session", "sign", "signing", "aes", "rsa", "confirmation", "reset"])
# Numbers about a secret rather than the secret.
_MEASURES = frozenset(["count", "delay", "index", "length", "number", "size", "timeout", "wait"])
_WITH_KIND = frozenset(["key", "keys", "id", "code", "string", "pin"])


def check(module: Module) -> Iterator[Hit]:
    """Calls of `random` whose result goes to something that is called a secret."""
    for call in module.all(ast.Call):
        found = sorted(each for each in module.paths(call.func) if each in _CALLS)
        if not found:
            continue
        targets = module.target_names(call)
        if any(_MEASURES & words_of(each) for each in targets):
            continue
        named = [each for each in targets if _is_secret(words_of(each))]
        around = [each.name for each in module.definitions(call) if _is_secret(words_of(each.name))]
        function = next((each.name for each in module.definitions(call) if not isinstance(each, ast.ClassDef)), None)
        if named:
            yield Hit(call, "%s() for %s: its next values can be computed from earlier ones" % (found[0], named[0]),
                      Severity.HIGH)
        elif function in around:
            yield Hit(call, "%s() in %s(): its next values can be computed from earlier ones" % (found[0], function),
                      Severity.HIGH)


def _is_secret(words: frozenset[str]) -> bool:
    return bool(words & _SECRETS) or bool(words & _KINDS and words & _WITH_KIND)


RULES = [
    Rule("RG401", "guessable-secret", Severity.HIGH,
         "A token, password, key or nonce is made by the module random, whose values can be computed from earlier ones.",
         (("random",), tuple(_SECRETS | _KINDS)), check),
]
