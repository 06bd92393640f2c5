"""What the expressions of a file may stand for: names through imports, aliases, local variables and functions.

    values = Interpretation(tree).values
    values[node]    # {"hmac.new().hexdigest()"}

A value is a set, because a name may have come about in several ways (`try: import hashlib` and `except ImportError:
import md5`). Its members are literals and **paths**: what one would have to write to get there, with `()` for a call,
`[]` for a part, and `?` for what is not known. A path that begins with a dot is of the file itself: `.sign` is its
function `sign`, `.Client()` an instance of its class `Client`.

The file is carried out once, without values: statements in their order, both branches of an `if`, the body of a loop
twice, functions after the module that holds them. A first round learns what functions return and what attributes hold;
the second notes what each expression may be. Nothing is followed into other files.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Union

from regraft_tools.scan import carrying

UNKNOWN = "?"


class Literal(NamedTuple):
    """A constant that stands in the text. The kind tells `0` from `False`."""

    value: Any
    kind: str


Value = frozenset[Union[str, Literal]]

NOTHING: Value = frozenset()
ANYTHING: Value = frozenset([UNKNOWN])
_MOST = 24  # members of a value; with more it says nothing useful
_LONGEST = 120  # characters of a path
# Modules that others hand on under the same name: `from gevent import ssl`, `from .compat import hmac`.
_HANDED_ON = frozenset(["ssl", "hashlib", "hmac", "random", "secrets", "md5", "sha", "sys", "platform"])
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def extend(path: str, part: str) -> str:
    """The path of an attribute (".name"), a call ("()") or a part ("[]") of what a path leads to."""
    if path.startswith(UNKNOWN):
        # Of what is not known only the last step matters: the type of `x.y` is as unknown as that of `x`.
        if part in ("()", "[]"):
            last = path.rpartition(".")[2]
            return path if path.endswith(part) else "?.%s%s" % (last, part) if "." in path else UNKNOWN
        return UNKNOWN + part
    made = path + part
    if part == "()" and path.endswith(".copy"):
        made = path.removesuffix(".copy")
    return made if len(made) <= _LONGEST else UNKNOWN


@dataclass
class Scope:
    """Names of a module, a class or a function.

    Attributes:
        names: what they are bound to, at the point that has been reached.
        outer: the scope around it.
        path: of what it belongs to; "" for the module.
        is_class: names in a class are not seen by its methods.
        globals: names that belong to the module though they are bound here.
    """

    names: dict[str, Value] = field(default_factory=dict)
    outer: Scope | None = None
    path: str = ""
    is_class: bool = False
    globals: set[str] = field(default_factory=set)

    def find(self, name: str) -> Value | None:
        """What a name is bound to, here or around."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.outer
        return None

    @property
    def module(self) -> Scope:
        """The outermost."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope


class Interpretation:
    """Carries out a file without values.

    Attributes:
        values: from an expression to what it may be.
        imported: names that an import binds, so that the name itself stands for what was imported.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.values: dict[ast.AST, Value] = {}
        self.imported: set[str] = set()
        self._returned: dict[str, Value] = {}
        self._attributes: dict[str, Value] = {}
        self._properties: set[str] = set()
        self._bases: dict[str, list[str]] = {}
        self._starred: set[str] = set()
        self._waiting: list[tuple[ast.AST, Scope, str]] = []
        for _ in range(2):
            self.values.clear()
            module = Scope()
            self._run(tree.body, module)
            while self._waiting:
                self._run_function(*self._waiting.pop(0))

    # Statements

    def _run(self, body: Sequence[ast.stmt], scope: Scope) -> bool:
        """Carries out statements; whether the end is reached."""
        for statement in body:
            if not self._step(statement, scope):
                return False
        return True

    def _step(self, node: ast.stmt, scope: Scope) -> bool:
        """Carries out a statement; whether the one after it is reached."""
        handler = getattr(self, "_do_" + type(node).__name__, None)
        if handler is not None:
            return handler(node, scope) is not False
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.expr):
                self._eval(each, scope)
        return True

    def _do_Import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            name, path = (alias.asname, alias.name) if alias.asname else (top, top)
            self.imported.add(name)
            self._bind(name, frozenset([path]), scope)

    def _do_ImportFrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = node.module or ""
        prefix = ("." * node.level + module + "." if module else "." * node.level) if node.level else module + "."
        for alias in node.names:
            if alias.name == "*":
                self._starred.add(module)
                continue
            path = _handed_on(prefix, module, alias.name)
            self.imported.add(alias.asname or alias.name)
            self._bind(alias.asname or alias.name, frozenset([path]), scope)

    def _do_Assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self._eval(node.value, scope)
        for target in node.targets:
            self._assign(target, value, scope, node.value)

    def _do_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self._assign(node.target, self._eval(node.value, scope), scope, node.value)

    def _do_AugAssign(self, node: ast.AugAssign, scope: Scope) -> None:
        added = self._eval(node.value, scope)
        before = self._read(node.target, scope)
        self._assign(node.target, _limited(before | carrying.carried(before | added)), scope, None)

    def _do_For(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self._assign(node.target, self._part_of(node.iter, self._eval(node.iter, scope), scope), scope, None)
        self._loop(node.body, node.orelse, scope)

    _do_AsyncFor = _do_For

    def _do_While(self, node: ast.While, scope: Scope) -> None:
        self._eval(node.test, scope)
        self._loop(node.body, node.orelse, scope)

    def _loop(self, body: list[ast.stmt], otherwise: list[ast.stmt], scope: Scope) -> None:
        before = dict(scope.names)
        for _ in range(2):
            self._run(body, scope)
            scope.names = _merged(before, scope.names)
        self._run(otherwise, scope)

    def _do_If(self, node: ast.If, scope: Scope) -> bool:
        self._eval(node.test, scope)
        before = dict(scope.names)
        goes_on = self._run(node.body, scope)
        after, scope.names = scope.names, before
        goes_on_too = self._run(node.orelse, scope)
        if goes_on and goes_on_too:
            scope.names = _merged(after, scope.names)
        elif goes_on:
            scope.names = after
        return goes_on or goes_on_too

    def _do_Try(self, node: ast.Try, scope: Scope) -> bool:
        before = dict(scope.names)
        goes_on = self._run(node.body, scope)
        failed = _merged(before, scope.names)
        if goes_on:
            goes_on = self._run(node.orelse, scope)
        ends = [scope.names] if goes_on else []
        for handler in node.handlers:
            scope.names = dict(failed)
            if handler.type is not None:
                self._eval(handler.type, scope)
            if handler.name:
                self._bind(handler.name, ANYTHING, scope)
            if self._run(handler.body, scope):
                ends.append(scope.names)
        scope.names = ends[0] if ends else failed
        for other in ends[1:]:
            scope.names = _merged(scope.names, other)
        return self._run(node.finalbody, scope) and bool(ends)

    _do_TryStar = _do_Try

    def _do_With(self, node: ast.With | ast.AsyncWith, scope: Scope) -> bool:
        for item in node.items:
            value = self._eval(item.context_expr, scope)
            if item.optional_vars is not None:
                self._assign(item.optional_vars, value, scope, None)
        return self._run(node.body, scope)

    _do_AsyncWith = _do_With

    def _do_Match(self, node: ast.Match, scope: Scope) -> None:
        self._eval(node.subject, scope)
        ends = [dict(scope.names)]
        for case in node.cases:
            scope.names = dict(ends[0])
            for each in ast.walk(case.pattern):
                if isinstance(each, ast.MatchAs) and each.name:
                    self._bind(each.name, ANYTHING, scope)
            if case.guard is not None:
                self._eval(case.guard, scope)
            if self._run(case.body, scope):
                ends.append(scope.names)
        for other in ends:
            scope.names = _merged(scope.names, other)

    def _do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        path = "%s.%s" % (scope.path, node.name)
        for each in node.decorator_list:
            if any(isinstance(one, str) and one.rpartition(".")[2] in ("property", "cached_property")
                   for one in self._eval(each, scope)):
                self._properties.add(path)
        self._waiting.append((node, scope, path))
        self._defaults(node.args, scope)
        self._bind(node.name, frozenset([path]), scope)

    _do_AsyncFunctionDef = _do_FunctionDef

    def _do_ClassDef(self, node: ast.ClassDef, scope: Scope) -> None:
        path = "%s.%s" % (scope.path, node.name)
        for each in node.decorator_list:
            self._eval(each, scope)
        bases = [one for each in node.bases for one in self._eval(each, scope) if isinstance(one, str)]
        self._bases[path] = [each for each in bases if each != UNKNOWN]
        for each in node.keywords:
            self._eval(each.value, scope)
        inner = Scope(outer=scope, path=path, is_class=True)
        self._run(node.body, inner)
        for name, value in inner.names.items():
            self._learn(path + "()." + name, value)
        self._bind(node.name, frozenset([path]), scope)

    def _do_Return(self, node: ast.Return, scope: Scope) -> bool:
        value = self._eval(node.value, scope) if node.value is not None else NOTHING
        self._returned[scope.path] = _limited(self._returned.get(scope.path, NOTHING) | value)
        return False

    def _do_Raise(self, node: ast.Raise, scope: Scope) -> bool:
        for each in (node.exc, node.cause):
            if each is not None:
                self._eval(each, scope)
        return False

    def _do_Continue(self, node: ast.Continue, scope: Scope) -> bool:
        return False

    _do_Break = _do_Continue

    def _do_Global(self, node: ast.Global, scope: Scope) -> None:
        scope.globals.update(node.names)

    _do_Nonlocal = _do_Global

    def _run_function(self, node: ast.AST, outer: Scope, path: str) -> None:
        """The body of a function, with parameters of which only the defaults are known."""
        assert isinstance(node, (*_FUNCTIONS, ast.Lambda))
        inner = Scope(outer=outer, path=path)
        given = self._defaults(node.args, outer)
        everything = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for each in (node.args.vararg, node.args.kwarg):
            if each is not None:
                everything.append(each)
        for index, each in enumerate(everything):
            inner.names[each.arg] = ANYTHING | given.get(each.arg, NOTHING)
            if index == 0 and outer.is_class and each.arg in ("self", "cls"):
                inner.names[each.arg] = frozenset([outer.path + "()"])
        if isinstance(node, ast.Lambda):
            self._returned[path] = self._eval(node.body, inner)
        else:
            self._run(node.body, inner)

    def _defaults(self, arguments: ast.arguments, scope: Scope) -> dict[str, Value]:
        positional = [*arguments.posonlyargs, *arguments.args]
        found = dict(zip([each.arg for each in positional[len(positional) - len(arguments.defaults):]],
                         arguments.defaults))
        found.update((each.arg, value) for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults)
                     if value is not None)
        return {name: self._eval(value, scope) for name, value in found.items()}

    # Names

    def _bind(self, name: str, value: Value, scope: Scope) -> None:
        if name in scope.globals:
            module = scope.module
            module.names[name] = _limited(module.names.get(name, NOTHING) | value)
        else:
            scope.names[name] = value

    def _assign(self, target: ast.expr, value: Value, scope: Scope, source: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, value, scope)
        elif isinstance(target, (ast.Tuple, ast.List)):
            elements = source.elts if isinstance(source, (ast.Tuple, ast.List)) else []
            for index, each in enumerate(target.elts):
                if len(elements) == len(target.elts):
                    self._assign(each, self.values.get(elements[index], ANYTHING), scope, elements[index])
                else:
                    self._assign(each, _each(value, "[]"), scope, None)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, ANYTHING, scope, None)
        elif isinstance(target, ast.Attribute):
            for owner in self._eval(target.value, scope):
                if isinstance(owner, str):
                    self._learn("%s.%s" % (owner, target.attr), value)
            self.values[target] = value
        elif isinstance(target, ast.Subscript):
            self._eval(target, scope)

    def _learn(self, path: str, value: Value) -> None:
        """Notes what an attribute of this file's own classes and modules may be."""
        if path.startswith("."):
            self._attributes[path] = _limited(self._attributes.get(path, NOTHING) | value)

    def _read(self, target: ast.expr, scope: Scope) -> Value:
        if isinstance(target, ast.Name):
            return scope.find(target.id) or ANYTHING
        if isinstance(target, ast.Attribute):
            owners = self._eval(target.value, scope)
            return _limited(frozenset().union(*(self._attribute(each, target.attr) for each in owners)))
        return ANYTHING

    # Expressions

    def _eval(self, node: ast.expr, scope: Scope) -> Value:
        """What an expression may be; noted for it and for all that is in it."""
        handler = getattr(self, "_of_" + type(node).__name__, None)
        if handler is not None:
            value = _limited(handler(node, scope))
        else:
            value = ANYTHING
            for each in ast.iter_child_nodes(node):
                if isinstance(each, ast.expr):
                    self._eval(each, scope)
        known = self.values.get(node)
        self.values[node] = value if known is None else _limited(known | value)
        return value

    def _of_Constant(self, node: ast.Constant, scope: Scope) -> Value:
        if node.value is None or isinstance(node.value, (bool, int, str, bytes)):
            return frozenset([Literal(node.value, type(node.value).__name__)])
        return ANYTHING

    def _of_Name(self, node: ast.Name, scope: Scope) -> Value:
        found = scope.find(node.id)
        if found is not None:
            return found
        if self._starred:
            return frozenset(["%s.%s" % (module, node.id) for module in self._starred] + [node.id])
        return frozenset([node.id]) if node.id else ANYTHING

    def _of_Attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        owners = self._eval(node.value, scope)
        return frozenset().union(*(self._attribute(each, node.attr) for each in owners)) or ANYTHING

    def _attribute(self, owner: str | Literal, name: str) -> Value:
        if isinstance(owner, Literal):
            return frozenset(["%s().%s" % (owner.kind, name)])
        path = extend(owner, "." + name)
        found: set[str | Literal] = set()
        for each in self._with_bases(owner):
            inherited = "%s.%s" % (each, name)
            found |= self._attributes.get(inherited, NOTHING)
            method = inherited.replace("()", "")
            if method in self._properties:
                found |= self._returned.get(method, NOTHING)
        return frozenset(found | {path})

    def _with_bases(self, path: str) -> list[str]:
        """An instance of a class of this file, as one of the classes that it descends from."""
        found = [path]
        if path.startswith(".") and path.endswith("()"):
            for each in found:
                for base in self._bases.get(each.removesuffix("()"), ()):
                    if base.startswith(".") and base + "()" not in found:
                        found.append(base + "()")
        return found

    def _of_Call(self, node: ast.Call, scope: Scope) -> Value:
        functions = self._eval(node.func, scope)
        arguments = [self._eval(each, scope) for each in node.args]
        keywords = [self._eval(each.value, scope) for each in node.keywords]
        result: set[str | Literal] = set()
        for each in functions:
            if not isinstance(each, str):
                continue
            special = _called_by_name(each, arguments)
            if special is not None:
                result |= special
                continue
            result.add(extend(each, "()"))
            if each.startswith("."):
                result |= self._result_of(each)
            if carrying.carries(each):
                receiver = self.values.get(node.func.value) if isinstance(node.func, ast.Attribute) else None
                result |= carrying.carried(frozenset().union(receiver or NOTHING, *arguments, *keywords))
        return frozenset(result) or ANYTHING

    def _result_of(self, path: str) -> Value:
        owner, _, name = path.rpartition(".")
        found = self._returned.get(path.replace("()", ""), NOTHING)
        for each in self._with_bases(owner)[1:]:
            found |= self._returned.get("%s.%s" % (each.replace("()", ""), name), NOTHING)
        return found

    def _of_Subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        owner = self._eval(node.value, scope)
        self._eval(node.slice, scope)
        return self._part_of(node.value, owner, scope)

    def _part_of(self, container: ast.expr, value: Value, scope: Scope) -> Value:
        """What a part of a container may be: of one that is written out, any of its elements."""
        if isinstance(container, (ast.Tuple, ast.List, ast.Set)):
            return _limited(frozenset().union(*(self.values.get(each, ANYTHING) for each in container.elts)))
        return _each(value, "[]") | carrying.carried(value)

    def _of_BinOp(self, node: ast.BinOp, scope: Scope) -> Value:
        left, right = self._eval(node.left, scope), self._eval(node.right, scope)
        if isinstance(node.op, ast.Add):
            texts = [[each.value for each in side if isinstance(each, Literal) and each.kind == "str"]
                     for side in (left, right)]
            if texts[0] and texts[1]:
                return frozenset(Literal(one + other, "str") for one in texts[0][:3] for other in texts[1][:3])
        return carrying.carried(left | right) | ANYTHING

    def _of_BoolOp(self, node: ast.BoolOp, scope: Scope) -> Value:
        return frozenset().union(*(self._eval(each, scope) for each in node.values))

    def _of_IfExp(self, node: ast.IfExp, scope: Scope) -> Value:
        self._eval(node.test, scope)
        return self._eval(node.body, scope) | self._eval(node.orelse, scope)

    def _of_Compare(self, node: ast.Compare, scope: Scope) -> Value:
        found = [self._eval(each, scope) for each in (node.left, *node.comparators)]
        return carrying.versions(frozenset().union(*found)) | ANYTHING

    def _of_UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Value:
        value = self._eval(node.operand, scope)
        return (carrying.versions(value) | ANYTHING) if isinstance(node.op, ast.Not) else ANYTHING

    def _of_NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self._eval(node.value, scope)
        self._assign(node.target, value, scope, node.value)
        return value

    def _of_Starred(self, node: ast.Starred, scope: Scope) -> Value:
        self._eval(node.value, scope)
        return ANYTHING

    def _of_Await(self, node: ast.Await, scope: Scope) -> Value:
        return self._eval(node.value, scope)

    def _of_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> Value:
        found = [self._eval(each, scope) for each in node.values]
        return carrying.carried(frozenset().union(*found)) | ANYTHING

    def _of_FormattedValue(self, node: ast.FormattedValue, scope: Scope) -> Value:
        value = self._eval(node.value, scope)
        if node.format_spec is not None:
            self._eval(node.format_spec, scope)
        return value

    def _of_Tuple(self, node: ast.Tuple | ast.List | ast.Set, scope: Scope) -> Value:
        found = [self._eval(each, scope) for each in node.elts]
        return carrying.carried(frozenset().union(*found)) | ANYTHING

    _of_List = _of_Set = _of_Tuple

    def _of_Dict(self, node: ast.Dict, scope: Scope) -> Value:
        for each in (*node.keys, *node.values):
            if each is not None:
                self._eval(each, scope)
        return ANYTHING

    def _of_Lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        path = "%s.<lambda at %d:%d>" % (scope.path, node.lineno, node.col_offset)
        self._run_function(node, scope, path)
        return frozenset([path])

    def _of_GeneratorExp(self, node: ast.GeneratorExp | ast.ListComp | ast.SetComp, scope: Scope) -> Value:
        inner = self._comprehended(node.generators, scope)
        return carrying.carried(self._eval(node.elt, inner)) | ANYTHING

    _of_ListComp = _of_SetComp = _of_GeneratorExp

    def _of_DictComp(self, node: ast.DictComp, scope: Scope) -> Value:
        inner = self._comprehended(node.generators, scope)
        self._eval(node.key, inner)
        self._eval(node.value, inner)
        return ANYTHING

    def _comprehended(self, generators: Iterable[ast.comprehension], scope: Scope) -> Scope:
        inner = Scope(outer=scope, path=scope.path)
        inner.names = dict(scope.names) if scope.is_class else {}
        for each in generators:
            value = self._eval(each.iter, inner)
            self._assign(each.target, self._part_of(each.iter, value, inner), inner, None)
            for test in each.ifs:
                self._eval(test, inner)
        return inner


def _each(value: Value, part: str) -> Value:
    return frozenset(extend(each, part) for each in value if isinstance(each, str)) or ANYTHING


def _limited(value: Value) -> Value:
    return value if len(value) <= _MOST else ANYTHING


def _merged(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    """Names after two ways that meet."""
    if one is other:
        return one
    made = dict(one)
    for name, value in other.items():
        known = made.get(name)
        if known is None:
            made[name] = value
        elif known is not value:
            made[name] = _limited(known | value)
    return made


def _handed_on(prefix: str, module: str, name: str) -> str:
    """The path of what `from module import name` binds."""
    if name in _HANDED_ON and module.rpartition(".")[2] != name and module not in ("md5", "sha", "hashlib"):
        return name
    last = module.rpartition(".")[2]
    if last in _HANDED_ON and last != module:
        return "%s.%s" % (last, name)  # `from gevent.ssl import CERT_NONE`
    return prefix + name


def _called_by_name(path: str, arguments: Sequence[Value]) -> Value | None:
    """What a call gives that says by a text what it wants: `getattr(x, "y")`, `__import__("x")`."""
    texts = [[one.value for one in each if isinstance(one, Literal) and one.kind == "str"] for each in arguments]
    if path in ("__import__", "importlib.import_module") and texts and texts[0]:
        return frozenset(texts[0])
    if path == "getattr" and len(arguments) > 1:
        found: set[str | Literal] = set(arguments[2]) if len(arguments) > 2 else set()
        for owner in arguments[0]:
            if isinstance(owner, str):
                found |= {extend(owner, "." + each) for each in texts[1] or [UNKNOWN]}
        return frozenset(found)
    return None
