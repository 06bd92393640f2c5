"""Reads the sources of the checkout for the tests beside this file."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "src" / "regraft"
OVERLAY = RUNTIME / "overlay"
EXTENSION = ROOT / "ext"

# Made by builds and tools, not written by people.
_MADE = {"__pycache__", "build", "dist", "_build", "node_modules"}


def all_files(*suffixes: str) -> list[Path]:
    """Files of the checkout with one of the suffixes, apart from what builds and tools make."""
    return sorted(each for each in _walk(ROOT) if each.suffix in suffixes)


def _walk(folder: Path) -> Iterator[Path]:
    for each in folder.iterdir():
        if each.name in _MADE or each.name.startswith(".") or each.suffix == ".egg-info":
            continue
        if each.is_dir():
            yield from _walk(each)
        else:
            yield each


def runtime_files() -> list[Path]:
    """The Python files of the runtime."""
    return sorted(each for each in _walk(RUNTIME) if each.suffix == ".py")


def shown(path: Path) -> str:
    """A path as people name it: relative to the checkout."""
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """The room of a runtime file: a directory or single module right under src/regraft."""
    return path.relative_to(RUNTIME).parts[0].removesuffix(".py")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text("utf-8"), str(path))


@dataclass(frozen=True)
class Import:
    """One module that a file imports.

    Attributes:
        module: its absolute dotted name. `from a import b` gives both `a` and `a.b`, because
            `b` may be a module.
        line: where.
        deferred: whether it stands inside a function.
        primary: whether the module is imported for sure.
    """

    module: str
    line: int
    deferred: bool
    primary: bool


def imports_of(path: Path) -> list[Import]:
    """All imports of a Python file, those inside functions too."""
    found: list[Import] = []

    def visit(node: ast.AST, deferred: bool) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.append(Import(alias.name, node.lineno, deferred, True))
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            found.append(Import(module, node.lineno, deferred, True))
            for alias in node.names:
                found.append(Import(module + "." + alias.name, node.lineno, deferred, False))
        inside = deferred or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(tree_of(path), False)
    return found


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = ("regraft", *path.relative_to(RUNTIME).parent.parts)
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])
