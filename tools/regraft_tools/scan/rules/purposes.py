"""What names say about the use of a digest: rules on hashes and comparisons share these words."""

from __future__ import annotations

import ast

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.module import Module, words_of

# Not a matter of security: somebody who can choose the data gains nothing by a collision, or could do worse anyway.
HARMLESS = frozenset("""
    bloom bucket cache cached caches caching checksum checksums crc dedup etag etags filename gravatar guid modified shard
    sharding sum uniq unique uniqueness version
""".split())
SECRET = frozenset("""
    auth authenticate authentication authenticator authorization cert certificate cnonce cookie credential credentials
    csrf hmac login mac nonce otp passphrase password passwd passwords pwd salt secret secrets session sign signature
    signatures signed signer signing token tokens xsrf
""".split())


def words_about(module: Module, node: ast.AST, *inside: ast.AST | None) -> frozenset[str]:
    """The words around a place, those of some expressions in it, and those in the name of the file."""
    file = words_of(module.path.replace("\\", "/").rpartition("/")[2].removesuffix(".py"))
    return module.purpose(node) | module.words_in(*inside) | file


def judge(words: frozenset[str]) -> Severity:
    """How much a weak hash matters, by what it is for."""
    if words & SECRET:
        return Severity.HIGH
    return Severity.LOW if words & HARMLESS else Severity.MEDIUM
