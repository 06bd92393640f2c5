"""Expressions: from tree-sitter's nodes to those of `ast`.

Where the text is no Python there may be anything in the tree, or nothing. Whatever cannot be read becomes a name
that is empty, which no rule knows.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TypeVar

from tree_sitter import Node

from regraft_tools.scan.grammar import literals

Made = TypeVar("Made", bound=ast.AST)

_BINARY: dict[str, Callable[[], ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "@": ast.MatMult, "/": ast.Div, "%": ast.Mod, "//": ast.FloorDiv,
    "**": ast.Pow, "|": ast.BitOr, "&": ast.BitAnd, "^": ast.BitXor, "<<": ast.LShift, ">>": ast.RShift,
}
_UNARY: dict[str, Callable[[], ast.unaryop]] = {"+": ast.UAdd, "-": ast.USub, "~": ast.Invert}
_COMPARED: dict[str, Callable[[], ast.cmpop]] = {
    "<": ast.Lt, "<=": ast.LtE, "==": ast.Eq, "!=": ast.NotEq, "<>": ast.NotEq, ">=": ast.GtE, ">": ast.Gt,
    "in": ast.In, "not in": ast.NotIn, "is": ast.Is, "is not": ast.IsNot,
}
_CONSTANTS = {"true": True, "false": False, "none": None, "ellipsis": ...}
_LETTERS = "bBfFrRtTuU"
_NOTHING = frozenset(["comment", "line_continuation", "ERROR"])


def parts(node: Node) -> list[Node]:
    """The children that mean something."""
    return [each for each in node.named_children if each.type not in _NOTHING]


class ExpressionReader:
    """Reads expressions.

    Args:
        source: the text, as it stands in the file. Names and literals are taken from here.
    """

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._readers: dict[str, Callable[[Node], ast.expr]] = {
            "identifier": self._name, "string": self._string, "concatenated_string": self._strings,
            "integer": self._number, "float": self._number,
            "attribute": self._attribute, "member_type": self._attribute, "dotted_name": self._dotted,
            "call": self._call, "subscript": self._subscript, "generic_type": self._generic_type, "slice": self._slice,
            "tuple": self._tuple, "expression_list": self._tuple, "pattern_list": self._tuple,
            "tuple_pattern": self._tuple, "list": self._list, "list_pattern": self._list, "set": self._set,
            "dictionary": self._dictionary, "list_comprehension": self._comprehension,
            "set_comprehension": self._comprehension, "generator_expression": self._comprehension,
            "dictionary_comprehension": self._comprehension,
            "binary_operator": self._binary, "union_type": self._union, "unary_operator": self._unary,
            "not_operator": self._not, "boolean_operator": self._boolean, "comparison_operator": self._comparison,
            "conditional_expression": self._conditional, "named_expression": self._named, "lambda": self._lambda,
            "await": self._await, "yield": self._yield, "list_splat": self._starred,
            "list_splat_pattern": self._starred, "splat_type": self._starred,
            # These only stand around another expression.
            "parenthesized_expression": self._inner, "type": self._inner, "constrained_type": self._inner,
            "as_pattern": self._inner, "as_pattern_target": self._inner, "if_clause": self._inner,
            "expression_statement": self._inner,
        }

    # What others use

    def text(self, node: Node) -> str:
        """What stands in the file there."""
        return self.source[node.start_byte:node.end_byte].decode("utf-8", "replace")

    def at(self, node: Node, made: Made, last: Node | None = None) -> Made:
        """Tells a node of `ast` where it is, and gives it back."""
        row, column = node.start_point
        made.lineno, made.col_offset = row + 1, column  # type: ignore[attr-defined]
        row, column = (last or node).end_point
        made.end_lineno, made.end_col_offset = row + 1, column  # type: ignore[attr-defined]
        return made

    def expression(self, node: Node | None) -> ast.expr:
        """Any expression; what is none is a name that is empty."""
        if node is None:
            return ast.Name("", ast.Load(), lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
        if node.type in _CONSTANTS:
            return self.at(node, ast.Constant(_CONSTANTS[node.type]))
        reader = self._readers.get(node.type)
        return self.at(node, ast.Name("", ast.Load())) if reader is None else _unstarred(reader(node))

    def target(self, node: Node | None) -> ast.expr:
        """An expression that is assigned to."""
        return _stored(self.expression(node))

    def arguments(self, node: Node | None) -> tuple[list[ast.expr], list[ast.keyword]]:
        """What stands in the parentheses of a call or of a class."""
        positional: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for each in parts(node) if node is not None else ():
            if each.type == "keyword_argument":
                name = each.child_by_field_name("name")
                keywords.append(self.at(each, ast.keyword(
                    self.text(name) if name else "", self.expression(each.child_by_field_name("value")),
                )))
            elif each.type == "dictionary_splat":
                keywords.append(self.at(each, ast.keyword(None, self._only(each))))
            else:
                positional.append(self.expression(each))
        return positional, keywords

    def parameters(self, node: Node | None) -> ast.arguments:
        """The parameters of a function or of a lambda."""
        made = ast.arguments(
            posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
        )
        by_keyword = False
        for each in parts(node) if node is not None else ():
            kind = each.type
            default = each.child_by_field_name("value")
            annotation = each.child_by_field_name("type")
            named = each.child_by_field_name("name") or each
            if kind == "typed_parameter":
                named = parts(each)[0] if parts(each) else each
                kind = named.type if named.type.endswith("splat_pattern") else kind
            if kind == "positional_separator":
                made.posonlyargs, made.args = made.args, []
            elif kind == "keyword_separator":
                by_keyword = True
            elif kind == "list_splat_pattern":
                made.vararg, by_keyword = self._parameter(each, self._first(named), annotation), True
            elif kind == "dictionary_splat_pattern":
                made.kwarg = self._parameter(each, self._first(named), annotation)
            elif by_keyword:
                made.kwonlyargs.append(self._parameter(each, named, annotation))
                made.kw_defaults.append(self.expression(default) if default is not None else None)
            else:
                # 2.7 unpacks a parameter that is a tuple; its names are parameters here.
                names = _leaves(named) if named.type == "tuple_pattern" else [named]
                made.args.extend(self._parameter(each, one, annotation) for one in names)
                if default is not None:
                    made.defaults.extend(self.expression(default) for _ in names)
        return made

    # Names and literals

    def _name(self, node: Node) -> ast.expr:
        return self.at(node, ast.Name(self.text(node), ast.Load()))

    def _dotted(self, node: Node) -> ast.expr:
        names = parts(node)
        made = self.expression(names[0] if names else None)
        for each in names[1:]:
            made = self.at(node, ast.Attribute(made, self.text(each), ast.Load()), each)
        return made

    def _number(self, node: Node) -> ast.expr:
        return self.at(node, ast.Constant(literals.read_number(self.text(node))))

    def _string(self, node: Node) -> ast.expr:
        return self._joined(node, [node])

    def _strings(self, node: Node) -> ast.expr:
        return self._joined(node, [each for each in parts(node) if each.type == "string"])

    def _joined(self, node: Node, strings: Sequence[Node]) -> ast.expr:
        """One or more strings that stand one after another."""
        values: list[ast.expr] = []
        formatted = octets = False
        for string in strings:
            start = string.child(0)
            opening = self.text(start) if start is not None else ""
            if opening.endswith("`"):
                called = self.at(string, ast.Name("repr", ast.Load()))
                return self.at(node, ast.Call(called, [], []))
            prefix = literals.prefix_of(opening)
            octets = octets or "b" in prefix
            formatted = formatted or "f" in prefix or "t" in prefix
            if "f" in prefix or "t" in prefix:
                self._format(string, prefix, values)
            else:
                # The end that the grammar tells of a raw string has backslashes in it.
                body = self.source[string.start_byte + len(opening):string.end_byte - len(opening.lstrip(_LETTERS))]
                _append(values, literals.read_content(body.decode("utf-8", "replace"), prefix), string, self)
        if formatted:
            return self.at(node, ast.JoinedStr(values))
        text = "".join(each.value for each in values if isinstance(each, ast.Constant))
        if octets:
            return self.at(node, ast.Constant(text.encode("latin-1", "replace")))
        return self.at(node, ast.Constant(text))

    def _format(self, string: Node, prefix: str, values: list[ast.expr]) -> None:
        """The parts of a string with expressions in it, or of how such an expression is to be formatted."""
        at = None
        for each in string.children:
            if each.type in ("interpolation", "format_expression"):
                if at is not None:
                    self._plain(string, at, each.start_byte, prefix, values)
                self._interpolation(each, prefix, values)
                at = each.end_byte
            elif each.type in ("string_start", ":"):
                at = each.end_byte
            elif each.type == "string_end":
                quote = self.text(each).lstrip("\\")
                self._plain(string, at or each.start_byte, each.end_byte - len(quote), prefix, values)
        if string.type == "format_specifier" and at is not None:
            self._plain(string, at, string.end_byte, prefix, values)

    def _plain(self, node: Node, start: int, end: int, prefix: str, values: list[ast.expr]) -> None:
        text = literals.read_content(self.source[start:end].decode("utf-8", "replace"), prefix)
        _append(values, text.replace("{{", "{").replace("}}", "}"), node, self)

    def _interpolation(self, node: Node, prefix: str, values: list[ast.expr]) -> None:
        inner = node.child_by_field_name("expression")
        conversion = node.child_by_field_name("type_conversion")
        specifier = node.child_by_field_name("format_specifier")
        code = ord(self.text(conversion)[1]) if conversion is not None else -1
        if inner is not None and any(each.type == "=" for each in node.children):
            # `{x=}` says itself what the expression is, up to what comes after the `=`.
            end = next(each for each in reversed(node.children) if each.type not in ("=",))
            follower = conversion or specifier or end
            self._plain(node, node.start_byte + 1, follower.start_byte, "r", values)
            code = ord("r") if conversion is None and specifier is None else code
        spec = None
        if specifier is not None:
            inside: list[ast.expr] = []
            self._format(specifier, prefix, inside)
            spec = self.at(specifier, ast.JoinedStr(inside))
        values.append(self.at(node, ast.FormattedValue(self.expression(inner), code, spec)))

    # What is built from other expressions

    def _first(self, node: Node) -> Node | None:
        found = parts(node)
        return found[0] if found else None

    def _only(self, node: Node) -> ast.expr:
        return self.expression(self._first(node))

    def _inner(self, node: Node) -> ast.expr:
        return self._only(node)

    def _attribute(self, node: Node) -> ast.expr:
        owner = node.child_by_field_name("object") or self._first(node)
        name = node.child_by_field_name("attribute") or (parts(node) or [None])[-1]
        return self.at(node, ast.Attribute(self.expression(owner), self.text(name) if name else "", ast.Load()))

    def _call(self, node: Node) -> ast.expr:
        function = self.expression(node.child_by_field_name("function"))
        given = node.child_by_field_name("arguments")
        if given is not None and given.type == "generator_expression":
            return self.at(node, ast.Call(function, [self.expression(given)], []))
        return self.at(node, ast.Call(function, *self.arguments(given)))

    def _subscript(self, node: Node) -> ast.expr:
        owner = self.expression(node.child_by_field_name("value"))
        within = node.children_by_field_name("subscript")
        made = [self.expression(each) for each in within]
        comma = any(each.type == "," for each in node.children)
        if comma and within:
            key: ast.expr = self.at(within[0], ast.Tuple(made, ast.Load()), _end(node, within[-1]))
        else:
            key = made[0] if made else self.expression(None)
        return self.at(node, ast.Subscript(owner, key, ast.Load()))

    def _generic_type(self, node: Node) -> ast.expr:
        found = parts(node)
        within = parts(found[1]) if len(found) > 1 else []
        made = [self.expression(each) for each in within]
        key = made[0] if len(made) == 1 else self.at(node, ast.Tuple(made, ast.Load()))
        return self.at(node, ast.Subscript(self.expression(found[0] if found else None), key, ast.Load()))

    def _slice(self, node: Node) -> ast.expr:
        limits: list[ast.expr | None] = [None, None, None]
        index = 0
        for each in node.children:
            if each.type == ":":
                index += 1
            elif each.type not in _NOTHING and index < 3:
                limits[index] = self.expression(each)
        return self.at(node, ast.Slice(*limits))

    def _tuple(self, node: Node) -> ast.expr:
        if node.type == "tuple_pattern" and not any(each.type == "," for each in node.children) and self._first(node):
            return self._only(node)  # `(x) = y`
        return self.at(node, ast.Tuple([self.expression(each) for each in parts(node)], ast.Load()))

    def _list(self, node: Node) -> ast.expr:
        return self.at(node, ast.List([self.expression(each) for each in parts(node)], ast.Load()))

    def _set(self, node: Node) -> ast.expr:
        return self.at(node, ast.Set([self.expression(each) for each in parts(node)]))

    def _dictionary(self, node: Node) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for each in parts(node):
            if each.type == "pair":
                keys.append(self.expression(each.child_by_field_name("key")))
                values.append(self.expression(each.child_by_field_name("value")))
            else:
                keys.append(None)
                values.append(self._only(each))
        return self.at(node, ast.Dict(keys, values))

    def _comprehension(self, node: Node) -> ast.expr:
        clauses: list[ast.comprehension] = []
        for each in parts(node):
            if each.type == "for_in_clause":
                source = each.children_by_field_name("right")
                values = [self.expression(one) for one in source if one.is_named]
                over = values[0] if len(values) == 1 else self.at(each, ast.Tuple(values, ast.Load()))
                waits = any(one.type == "async" for one in each.children)
                clauses.append(ast.comprehension(
                    self.target(each.child_by_field_name("left")), over, [], int(waits)
                ))
            elif each.type == "if_clause" and clauses:
                clauses[-1].ifs.append(self._only(each))
        body = node.child_by_field_name("body")
        if node.type == "dictionary_comprehension" and body is not None:
            key, value = (self.expression(body.child_by_field_name(each)) for each in ("key", "value"))
            return self.at(node, ast.DictComp(key, value, clauses))
        kinds = {"list_comprehension": ast.ListComp, "set_comprehension": ast.SetComp}
        return self.at(node, kinds.get(node.type, ast.GeneratorExp)(self.expression(body), clauses))

    def _binary(self, node: Node) -> ast.expr:
        return self._with_operator(node, node.child_by_field_name("operator"))

    def _with_operator(self, node: Node, operator: Node | None) -> ast.expr:
        kind = _BINARY.get(operator.type if operator is not None else "", ast.Add)
        left, right = (self.expression(node.child_by_field_name(each)) for each in ("left", "right"))
        return self.at(node, ast.BinOp(left, kind(), right))

    def augmented(self, operator: str) -> ast.operator:
        """The operator of `+=` and its kind."""
        return _BINARY.get(operator.removesuffix("="), ast.Add)()

    def _union(self, node: Node) -> ast.expr:
        made = [self.expression(each) for each in parts(node)]
        while len(made) < 2:
            made.append(self.expression(None))
        return self.at(node, ast.BinOp(made[0], ast.BitOr(), made[1]))

    def _unary(self, node: Node) -> ast.expr:
        operator = node.child_by_field_name("operator")
        kind = _UNARY.get(operator.type if operator is not None else "", ast.UAdd)
        return self.at(node, ast.UnaryOp(kind(), self.expression(node.child_by_field_name("argument"))))

    def _not(self, node: Node) -> ast.expr:
        return self.at(node, ast.UnaryOp(ast.Not(), self.expression(node.child_by_field_name("argument"))))

    def _boolean(self, node: Node) -> ast.expr:
        # `a or b or c` is one operation in `ast`, here one within another; in parentheses it stays one within another.
        words: list[Node | None] = []
        operator = node.child_by_field_name("operator")
        kind = operator.type if operator is not None else "and"
        at: Node | None = node
        while at is not None and at.type == "boolean_operator":
            word = at.child_by_field_name("operator")
            if word is None or word.type != kind:
                break
            words.append(at.child_by_field_name("right"))
            at = at.child_by_field_name("left")
        values = [self.expression(at), *(self.expression(each) for each in reversed(words))]
        return self.at(node, ast.BoolOp(ast.And() if kind == "and" else ast.Or(), values))

    def _comparison(self, node: Node) -> ast.expr:
        operators = [_COMPARED.get(each.type, ast.Eq)() for each in node.children_by_field_name("operators")]
        skipped = {each.id for each in node.children_by_field_name("operators")}
        values = [self.expression(each) for each in parts(node) if each.id not in skipped]
        while len(values) < len(operators) + 1:
            values.append(self.expression(None))
        return self.at(node, ast.Compare(values[0], operators, values[1:len(operators) + 1]))

    def _conditional(self, node: Node) -> ast.expr:
        found = [self.expression(each) for each in parts(node)[:3]]
        while len(found) < 3:
            found.append(self.expression(None))
        return self.at(node, ast.IfExp(found[1], found[0], found[2]))

    def _named(self, node: Node) -> ast.expr:
        target = self.target(node.child_by_field_name("name"))
        return self.at(node, ast.NamedExpr(target, self.expression(node.child_by_field_name("value"))))

    def _lambda(self, node: Node) -> ast.expr:
        given = self.parameters(node.child_by_field_name("parameters"))
        return self.at(node, ast.Lambda(given, self.expression(node.child_by_field_name("body"))))

    def _await(self, node: Node) -> ast.expr:
        return self.at(node, ast.Await(self._only(node)))

    def _yield(self, node: Node) -> ast.expr:
        inner = self._first(node)
        if any(each.type == "from" for each in node.children):
            return self.at(node, ast.YieldFrom(self.expression(inner)))
        return self.at(node, ast.Yield(self.expression(inner) if inner is not None else None))

    def _starred(self, node: Node) -> ast.expr:
        return self.at(node, ast.Starred(self._only(node), ast.Load()))

    def _parameter(self, node: Node, name: Node | None, annotation: Node | None) -> ast.arg:
        noted = self.expression(annotation) if annotation is not None else None
        whole = name if name is not None and node.type not in ("typed_parameter", "typed_default_parameter") else node
        return self.at(whole, ast.arg(self.text(name) if name is not None else "", noted), annotation or whole)


def _append(values: list[ast.expr], text: str, node: Node, reader: ExpressionReader) -> None:
    """Adds text to the parts of a string; text after text is one part."""
    if not text:
        return
    if values and isinstance(values[-1], ast.Constant):
        values[-1].value += text
    else:
        values.append(reader.at(node, ast.Constant(text)))


def _end(node: Node, last: Node) -> Node:
    """The comma after the last subscript, if there is one, else the subscript."""
    follower = last.next_sibling
    return follower if follower is not None and follower.type == "," else last


def _leaves(node: Node) -> list[Node]:
    """The names in a parameter that is a tuple."""
    if node.type == "identifier":
        return [node]
    return [leaf for each in parts(node) for leaf in _leaves(each)]


# Where an expression that begins with a star has the star.
_BEGINS = {ast.Call: "func", ast.Attribute: "value", ast.Subscript: "value", ast.BinOp: "left", ast.Compare: "left",
           ast.IfExp: "body"}


def _unstarred(made: ast.expr) -> ast.expr:
    """The star of `*a.b` belongs to all of `a.b`; to this grammar it belongs to `a`."""
    field = _BEGINS.get(type(made))
    first = getattr(made, field) if field else made.values[0] if isinstance(made, ast.BoolOp) else None
    if not isinstance(first, ast.Starred):
        return made
    if field:
        setattr(made, field, first.value)
    elif isinstance(made, ast.BoolOp):
        made.values[0] = first.value
    made.col_offset, made.lineno = first.value.col_offset, first.value.lineno
    first.value, first.end_lineno, first.end_col_offset = made, made.end_lineno, made.end_col_offset
    return first


def _stored(made: ast.expr) -> ast.expr:
    """Marks an expression as one that is assigned to."""
    if isinstance(made, (ast.Name, ast.Attribute, ast.Subscript, ast.Starred, ast.Tuple, ast.List)):
        made.ctx = ast.Store()
    if isinstance(made, (ast.Tuple, ast.List)):
        for each in made.elts:
            _stored(each)
    elif isinstance(made, ast.Starred):
        _stored(made.value)
    return made
