"""Snapshots as files: short, sorted, one name a line, so that a change shows as one.

What the script prints says `kind` of everything. In a file an integer stands for {"kind": "int", "value": …}, a list
for the signature of a function or method, a text for what has nothing but a kind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from regraft_tools import environments

FOLDER = "snapshots"  # in the checkout
API, DEFAULTS = "3.15.2", "3.13.0"  # the references: of names, and of defaults as upstream builds them
OLDEST = "2.7.18"  # any host may have its public names


class Unreadable(ValueError):
    """A file is no snapshot; the message tells why."""


def folder() -> Path:
    """The directory of the recorded snapshots."""
    return environments.checkout() / FOLDER


def file_of(version: str) -> Path:
    """The file of a recorded release: `3.15.2`."""
    return folder() / ("cpython-%s.json" % version)


def recorded(version: str) -> dict[str, Any]:
    """The recorded snapshot of a release.

    Raises:
        Unreadable: there is none.
    """
    return load(file_of(version))


def load(path: Path) -> dict[str, Any]:
    """The snapshot in a file, as the script printed it.

    Raises:
        Unreadable: it cannot be read or is something else.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        return expand(document)
    except OSError as error:
        raise Unreadable("%s: %s" % (path, error.strerror or error)) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable("%s is no snapshot of `regraft-tools audit snapshot`" % path) from None


def dump(snapshot: dict[str, Any]) -> str:
    """The text of a snapshot's file."""
    return _write(shorten(snapshot), 0) + "\n"


def shorten(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A snapshot in the short form; `expand` is the way back."""
    short = dict(snapshot)
    short["modules"] = {
        name: None if items is None else {key: _short(item, "function") for key, item in items.items()}
        for name, items in snapshot["modules"].items()
    }
    short["instances"] = {
        name: None if items is None else {key: _short(item, "function") for key, item in items.items()}
        for name, items in snapshot["instances"].items()
    }
    short["defaults"] = {name: dict(row) for name, row in snapshot["defaults"].items()}
    first: dict[str, str] = {}
    for name in sorted(short["defaults"]):
        row = short["defaults"][name]
        if "ciphers" in row:
            text = " ".join(row["ciphers"])
            row["ciphers"] = "as " + first[text] if text in first else text
            first.setdefault(text, name)
    return short


def expand(short: dict[str, Any]) -> dict[str, Any]:
    """The snapshot that `shorten` made short."""
    snapshot = dict(short)
    snapshot["modules"] = {
        name: None if items is None else {key: _long(item, "function") for key, item in items.items()}
        for name, items in short["modules"].items()
    }
    snapshot["instances"] = {
        name: None if items is None else {key: _long(item, "function") for key, item in items.items()}
        for name, items in short["instances"].items()
    }
    snapshot["defaults"] = {name: dict(row) for name, row in short["defaults"].items()}
    for row in snapshot["defaults"].values():
        if "ciphers" in row:
            other = row["ciphers"].removeprefix("as ")
            text = short["defaults"][other]["ciphers"] if other != row["ciphers"] else other
            row["ciphers"] = text.split()
    return snapshot


def _short(item: dict[str, Any], callable_kind: str) -> Any:
    match item:
        case {"members": members}:
            inner = "member" if item["kind"] == "enum" else "method"
            return item | {"members": {key: _short(each, inner) for key, each in members.items()}}
        case {"kind": kind, "signature": signature, **rest} if kind == callable_kind and not rest:
            return signature
        case {"kind": kind, "value": int(value), **rest} if not rest and not isinstance(value, bool):
            return value if kind == ("member" if callable_kind == "member" else "int") else item
        case {"kind": kind, **rest} if not rest:
            return kind
    return item


def _long(item: Any, callable_kind: str) -> dict[str, Any]:
    match item:
        case {"members": members}:
            inner = "member" if item["kind"] == "enum" else "method"
            return item | {"members": {key: _long(each, inner) for key, each in members.items()}}
        case list():
            return {"kind": callable_kind, "signature": item}
        case int():
            return {"kind": "member" if callable_kind == "member" else "int", "value": item}
        case str():
            return {"kind": item}
    return item


def _write(value: Any, depth: int) -> str:
    """JSON with a line for each name; what is within a name's description stays on its line, but for members."""
    wide = isinstance(value, dict) and value and (
        depth < 3 and not {"kind", "raises"} & set(value) or "members" in value or depth == 4)
    if not wide:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    pad = " " * (depth + 1)
    lines = ["%s%s:%s" % (pad, json.dumps(key), _write(value[key], depth + 1)) for key in sorted(value)]
    return "{\n%s\n%s}" % (",\n".join(lines), " " * depth)


def names() -> dict[str, set[str]]:
    """Each name of the recorded snapshots, also those of members, and the releases that have it; no imported modules."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder().glob("cpython-*.json")):
        version = path.stem.removeprefix("cpython-")
        for module, items in load(path)["modules"].items():
            for name, item in (items or {}).items():
                if item["kind"] == "module":
                    continue
                for each in (name, *("%s.%s" % (name, member) for member in item.get("members", ()))):
                    found.setdefault("%s.%s" % (module, each), set()).add(version)
    return found
