"""What of a value is still there after a function, an operator or a comparison has been at it."""

from __future__ import annotations

import re
from typing import Any

# Functions and methods that give a text or bytes again, in other form or with other text around it.
_CARRIERS = frozenset("""
    b b2a_base64 b2a_hex b64decode b64encode b85encode bytes bytearray byte_string decode decodestring encode encodebytes
    encodestring ensure_binary ensure_bytes ensure_str ensure_text force_bytes force_str force_text format hex hexlify
    join ljust lower lstrip memoryview native native_str replace repr rstrip smart_bytes smart_str smart_text str
    standard_b64encode strip to_bytes to_native to_str to_text to_unicode tobytes tostring tuple list u unhexlify unicode
    upper urlsafe_b64decode urlsafe_b64encode want_bytes quote quote_plus rjust
""".split())
_DIGEST = re.compile(r"(?:\.(?:hex)?digest|^hashlib\.(?:pbkdf2_hmac|scrypt)|^hmac\.digest)\(\)$")
# Where a version of Python comes from; PY2 and its kind are names that everybody gives it.
_VERSION = re.compile(
    r"^(?:sys\.(?:version_info|hexversion|version)\b|platform\.python_version(?:_tuple)?\(\))"
    r"|(?:^|\.)_?(?:IS_|is_|USE_|ON_|on_)?(?:PY|py|PYTHON|python)_?(?:2|3)(?:\d{0,2}|k|_?(?:OR_LATER|PLUS|only))$"
)


def carries(path: str) -> bool:
    """Whether a function gives what it was given, in other form."""
    return path.rpartition(".")[2] in _CARRIERS


def is_digest(path: Any) -> bool:
    """Whether a path leads to a digest or a MAC."""
    return isinstance(path, str) and _DIGEST.search(path) is not None


def is_version(path: Any) -> bool:
    """Whether a path leads to the version of Python, or to whether it is 2 or 3."""
    return isinstance(path, str) and _VERSION.search(path) is not None


def carried(value: frozenset[Any]) -> frozenset[Any]:
    """Of a value what it still is when it has been encoded, cut or joined with something: a digest stays one."""
    return frozenset(each for each in value if is_digest(each))


def versions(value: frozenset[Any]) -> frozenset[Any]:
    """Of a value what says that a version of Python decides it."""
    return frozenset(each for each in value if is_version(each))
