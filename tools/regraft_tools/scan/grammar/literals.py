"""Numbers and texts, as 2.7 and 3.x write them."""

from __future__ import annotations

import re
import warnings

_PREFIX = re.compile(r"[A-Za-z]*")


def read_number(text: str) -> int | float | complex:
    """The value of a number: `0777` and `0o777`, `12L`, `1_000`, `.5e3`, `2j`."""
    plain = text.replace("_", "").rstrip("lL").lower() or "0"  # a number that the grammar misses has no text
    if plain.startswith(("0x", "0o", "0b")):
        return int(plain, 0)
    if plain.isdigit():
        # An octal number of 2.7; 3.x allows noughts before nought only.
        octal = plain.startswith("0") and len(plain) > 1 and not set(plain) & set("89")
        return int(plain, 8 if octal else 10)
    return complex(plain) if plain.endswith("j") else float(plain)


def prefix_of(start: str) -> str:
    """The letters before the quotes of a string, in lower case."""
    found = _PREFIX.match(start)
    return found.group().lower() if found else ""


def read_content(content: str, prefix: str) -> str:
    """What a part of a string says once its escapes are read; a part with a wrong escape is left as it is."""
    if "\\" not in content or "r" in prefix:
        return content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a backslash before another letter
            return content.encode("latin-1", "backslashreplace").decode("unicode_escape")
    except UnicodeDecodeError:
        return content
