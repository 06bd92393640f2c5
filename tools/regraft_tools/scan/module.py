"""A file as rules see it: its tree, what its expressions may be, and what the names around a place say."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from regraft_tools.scan import grammar
from regraft_tools.scan.values import NOTHING, Interpretation, Literal, Value, extend

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TEST_PARTS = frozenset(["test", "tests", "testing", "unittests", "test_suite"])
_NAMES_OF_A_CALL = ("attr", "id", "arg")


@functools.lru_cache(maxsize=20000)
def words_of(name: str) -> frozenset[str]:
    """The words in a name, in lower case: `newSessionID` and `new_session_id` have the same."""
    return frozenset(each.lower() for each in _WORD.findall(name))


def is_test_file(path: str) -> bool:
    """Whether a file holds tests, by its name and its directories."""
    pure = PurePath(path)
    name = pure.name.lower()
    return bool(_TEST_PARTS & {each.lower() for each in pure.parts[:-1]}) or name.startswith("test_") or \
        name.endswith(("_test.py", "_tests.py")) or name in ("test.py", "tests.py", "conftest.py")


class Module:
    """A file that has been read.

    Args:
        path: what it is called in reports.
        text: what is in it, with `\\n` at the end of each line.

    Attributes:
        lines: of the text.
        reading: what the grammar made of it.
        is_test: whether it holds tests.
        parents: from each node to the one that it is in.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.reading = grammar.read(text)
        self.is_test = is_test_file(path)
        meaning = Interpretation(self.reading.tree)
        self._values = meaning.values
        self._imported = meaning.imported
        self.parents: dict[ast.AST, ast.AST] = {}
        self._nodes: dict[type, list[Any]] = defaultdict(list)
        waiting: list[ast.AST] = [self.reading.tree]
        while waiting:
            node = waiting.pop()
            self._nodes[type(node)].append(node)
            inner = list(ast.iter_child_nodes(node))
            for each in inner:
                self.parents[each] = node
            waiting.extend(reversed(inner))

    def all(self, *kinds: type) -> Iterator[Any]:
        """The nodes of these types."""
        for kind in kinds:
            yield from self._nodes.get(kind, ())

    # What an expression may be

    def value(self, node: ast.AST | None) -> Value:
        """What an expression may be."""
        return self._values.get(node, NOTHING) if node is not None else NOTHING

    def paths(self, node: ast.AST | None) -> list[str]:
        """The paths that an expression may stand for."""
        return sorted(each for each in self.value(node) if isinstance(each, str))

    def paths_of_target(self, node: ast.Attribute) -> list[str]:
        """The paths that an attribute has that is assigned to."""
        return sorted(extend(each, "." + node.attr) for each in self.paths(node.value))

    def literals(self, node: ast.AST | None) -> list[Any]:
        """The constants that an expression may be."""
        return [each.value for each in self.value(node) if isinstance(each, Literal)]

    def is_literal(self, node: ast.AST | None, *wanted: Any) -> bool:
        """Whether an expression may be one of these constants, of the very same type."""
        return any(type(each) is type(one) and each == one for each in self.literals(node) for one in wanted)

    def names(self, node: ast.AST, path: str) -> bool:
        """Whether a place itself says the last name of a path (`ssl.CERT_NONE`, or `CERT_NONE` if imported).

        A variable to which it was assigned does not: the assignment does.
        """
        if isinstance(node, ast.Attribute):
            return node.attr == path.rpartition(".")[2]
        if isinstance(node, ast.Name):
            return node.id in self._imported or node.id == path
        return isinstance(node, ast.Call) and self.calls(node, "getattr")

    def is_spelled(self, node: ast.AST) -> bool:
        """Whether a place reaches what it stands for from an import: `ssl.HAS_SNI`, not a variable that holds it."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self._imported

    def mentions(self, *paths: str) -> Iterator[tuple[ast.expr, str]]:
        """Each place that names one of these paths, with the path."""
        wanted = frozenset(paths)
        for node in self.all(ast.Attribute, ast.Name, ast.Call):
            if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
                continue
            for each in self.value(node):
                if each in wanted and self.names(node, str(each)):
                    yield node, str(each)
                    break

    def calls(self, node: ast.AST, *paths: str) -> bool:
        """Whether a node is a call of what one of these paths leads to."""
        return isinstance(node, ast.Call) and any(each in paths for each in self.value(node.func))

    def argument(self, call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
        """What a call passes for a parameter."""
        for each in call.keywords:
            if each.arg == name:
                return each.value
        before = call.args[:position + 1] if position is not None else []
        if position is not None and len(before) > position and \
                not any(isinstance(each, ast.Starred) for each in before):
            return before[position]
        return None

    # What is around a place

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is in, from the inside outwards."""
        at = self.parents.get(node)
        while at is not None:
            yield at
            at = self.parents.get(at)

    def definitions(self, node: ast.AST) -> list[Definition]:
        """The functions and classes that a node is in, from the inside outwards."""
        return [each for each in self.above(node) if isinstance(each, _DEFINITIONS)]

    def is_own_default(self, node: ast.AST) -> bool:
        """Whether a class of contexts says here what its instances begin with, as `ssl.SSLContext` does."""
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
            return False
        owner = node.targets[0].value
        return isinstance(owner, ast.Name) and owner.id == "self" and any(
            isinstance(each, ast.ClassDef) and "context" in words_of(each.name) | {each.name[-7:].lower()}
            for each in self.definitions(node))

    def statement(self, node: ast.AST) -> ast.AST:
        """The statement that a node is in, or is."""
        if isinstance(node, ast.stmt):
            return node
        return next((each for each in self.above(node) if isinstance(each, ast.stmt)), node)

    def is_asked(self, node: ast.AST) -> bool:
        """Whether a place only asks: it is compared, looked up by, or handed to `hasattr` or an assertion of a test."""
        inner = node
        for outer in self.above(node):
            if isinstance(outer, (ast.Compare, ast.Assert)):
                return True
            if isinstance(outer, ast.Subscript) and outer.slice is inner:
                return True
            if isinstance(outer, ast.Dict) and inner in outer.keys:
                return True
            if isinstance(outer, ast.Call) and inner is not outer.func:
                name = outer.func.attr if isinstance(outer.func, ast.Attribute) else getattr(outer.func, "id", "")
                if name != "get" or inner not in outer.args[1:]:  # `options.get("cert_reqs", CERT_NONE) == …` asks what is set
                    return name in ("hasattr", "isinstance", "issubclass") or name.startswith("assert")
            if isinstance(outer, ast.If | ast.While) and inner is outer.test:
                return True
            if isinstance(outer, ast.stmt):
                return isinstance(outer, ast.Expr | ast.Delete)
            inner = outer
        return False

    def target_names(self, node: ast.AST) -> list[str]:
        """What a value goes to: the names that are assigned, the keyword, the key of the dictionary."""
        found: list[str] = []
        inner = node
        for outer in self.above(node):
            if isinstance(outer, ast.keyword):
                found.append(outer.arg or "")
            elif isinstance(outer, ast.Dict) and inner in outer.values:
                found.extend(self._texts(outer.keys[outer.values.index(inner)]))
            elif isinstance(outer, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
                for each in outer.targets if isinstance(outer, ast.Assign) else [outer.target]:
                    found.extend(self._assigned(each))
            elif isinstance(outer, ast.arguments):
                found.extend(self._parameter(outer, inner))
            if isinstance(outer, (ast.stmt, ast.Lambda)):
                break
            inner = outer
        return [each for each in found if each]

    def _texts(self, node: ast.AST | None) -> list[str]:
        return [each for each in self.literals(node) if isinstance(each, str) and len(each) < 60]

    def _assigned(self, node: ast.AST) -> list[str]:
        if isinstance(node, ast.Name):
            return [node.id]
        if isinstance(node, ast.Attribute):
            return [node.attr]
        if isinstance(node, ast.Subscript):
            return self._texts(node.slice) + self._assigned(node.value)
        if isinstance(node, (ast.Tuple, ast.List)):
            return [name for each in node.elts for name in self._assigned(each)]
        return []

    @staticmethod
    def _parameter(arguments: ast.arguments, default: ast.AST) -> list[str]:
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [*zip(positional[len(positional) - len(arguments.defaults):], arguments.defaults),
                 *zip(arguments.kwonlyargs, arguments.kw_defaults)]
        return [each.arg for each, value in pairs if value is default]

    def purpose(self, node: ast.AST) -> frozenset[str]:
        """The words that say what a value is for: of what it goes to, and of the functions and classes around it."""
        names = self.target_names(node) + [each.name for each in self.definitions(node)]
        return frozenset().union(*map(words_of, names))

    @staticmethod
    def words_in(*nodes: ast.AST | None) -> frozenset[str]:
        """The words of the names and attributes in expressions."""
        found: list[frozenset[str]] = []
        for node in nodes:
            for each in ast.walk(node) if node is not None else ():
                found.extend(words_of(name) for name in (
                    getattr(each, field, None) for field in _NAMES_OF_A_CALL
                ) if isinstance(name, str))
        return frozenset().union(*found)
