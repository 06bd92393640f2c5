"""Calls and displays with `*` and `**`, `:=`, `super()`, and methods that objects of 2.7 lack."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from regraft_tools.conformance.translation.base import (
    Part, argument, call, joined, parenthesised, text,
)

# Methods of built-in types that are younger than 2.7. The library looks at the object: a method that it has
# of its own is taken.
YOUNG_METHODS = frozenset((
    "bit_count", "casefold", "cast", "clear", "copy", "hex", "isascii", "listen", "removeprefix",
    "removesuffix", "to_bytes",
))

# Methods of texts that take no keywords in 2.7.
KEYWORD_METHODS = frozenset(("replace", "rsplit", "split", "splitlines"))

# Methods of dictionaries that give lists in 2.7 and views of the dictionary in 3.
VIEW_METHODS = frozenset(("items", "keys", "values"))


class Expressions(Part):
    """The part for expressions other than literals."""

    def leave_Ellipsis(
        self, original_node: cst.Ellipsis, updated_node: cst.Ellipsis
    ) -> cst.BaseExpression:
        return cst.Name("Ellipsis", lpar=updated_node.lpar, rpar=updated_node.rpar)

    def leave_NamedExpr(
        self, original_node: cst.NamedExpr, updated_node: cst.NamedExpr
    ) -> cst.BaseExpression:
        # 2.7's list comprehensions bind their variable in the scope around them.
        target = updated_node.target
        comprehension = cst.ListComp(
            target,
            cst.CompFor(target, cst.List([cst.Element(argument(updated_node.value))])),
        )
        index = cst.SubscriptElement(cst.Index(cst.Integer("0")))
        return parenthesised(cst.Subscript(comprehension, [index]))

    def leave_ListComp(
        self, original_node: cst.ListComp, updated_node: cst.ListComp
    ) -> cst.BaseExpression:
        # For the opposite reason: in Python 3 they have a scope of their own.
        made = call("make_list", cst.GeneratorExp(updated_node.elt, updated_node.for_in))
        return made.with_changes(lpar=updated_node.lpar, rpar=updated_node.rpar)

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.BaseExpression:
        return _displayed(updated_node, "make_list")

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.BaseExpression:
        return _displayed(updated_node, "make_set")

    def leave_Tuple(self, original_node: cst.Tuple, updated_node: cst.Tuple) -> cst.BaseExpression:
        if self._is_target(original_node):
            return updated_node  # an unpacking: the statement around it sees to that
        return _displayed(updated_node, "make_tuple")

    def _is_target(self, node: cst.CSTNode) -> bool:
        raise NotImplementedError  # Scopes knows

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.BaseExpression:
        elements = updated_node.elements
        if not any(isinstance(each, cst.StarredDictElement) for each in elements):
            return updated_node
        parts = [
            each.value if isinstance(each, cst.StarredDictElement)
            else cst.Dict([each.with_changes(comma=cst.MaybeSentinel.DEFAULT)])
            for each in elements
        ]
        return call("merge", *map(argument, parts))

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        if isinstance(updated_node.operator, cst.MatrixMultiply):
            self.refuse("the operator @")
        if isinstance(updated_node.operator, cst.BitOr):
            # Dictionaries have it since 3.9.
            both = call("either", argument(updated_node.left), argument(updated_node.right))
            return both.with_changes(lpar=updated_node.lpar, rpar=updated_node.rpar)
        return updated_node

    def visit_Await(self, node: cst.Await) -> None:
        self.refuse("await")

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        function = updated_node.func
        if isinstance(function, cst.Name) and function.value == "super" and not updated_node.args:
            return self._explicit_super(updated_node)
        named = isinstance(function, cst.Attribute) and function.attr.value
        keywords = any(each.keyword is not None for each in updated_node.args)
        if (
            named in YOUNG_METHODS
            or keywords and named in KEYWORD_METHODS
            or not updated_node.args and named in VIEW_METHODS
        ):
            method = call("method", argument(function.value), text(function.attr.value))
            updated_node = updated_node.with_changes(func=method)
        return updated_node.with_changes(args=_arguments(updated_node.args))

    def _explicit_super(self, node: cst.Call) -> cst.BaseExpression:
        """`super(Class, self)`, for the innermost function that is a method."""
        for index in range(len(self._around) - 1, 0, -1):
            method, owner = self._around[index], self._around[index - 1]
            if isinstance(method, cst.FunctionDef) and isinstance(owner, cst.ClassDef):
                break
        else:
            self.refuse("super() outside a method")
            return node
        # A class in a class is an attribute of it; one in a function is a name.
        start = index - 1
        while start and isinstance(self._around[start - 1], cst.ClassDef):
            start -= 1
        path: cst.BaseExpression = cst.Name(self._around[start].name.value)
        for each in self._around[start + 1:index]:
            path = cst.Attribute(path, cst.Name(each.name.value))
        parameters = [*method.params.posonly_params, *method.params.params]
        if not parameters:
            self.refuse("super() in a method without parameters")
            return node
        arguments = [cst.Arg(path), cst.Arg(cst.Name(parameters[0].name.value))]
        return node.with_changes(args=arguments)


def _displayed(
    node: cst.List | cst.Set | cst.Tuple, maker: str
) -> cst.BaseExpression:
    if not any(isinstance(each, cst.StarredElement) for each in node.elements):
        return node
    return call(maker, _chained(node.elements)).with_changes(lpar=(), rpar=())


def _chained(elements: Sequence[cst.BaseElement | cst.Arg]) -> cst.BaseExpression:
    """`a, *b, c` as `([a] + _rb_.make_list(b) + [c])`."""
    operands: list[cst.BaseExpression] = []
    for each in elements:
        starred = isinstance(each, cst.StarredElement) or (
            isinstance(each, cst.Arg) and each.star == "*"
        )
        if starred:
            operands.append(call("make_list", argument(each.value)))
        else:
            operands.append(cst.List([cst.Element(argument(each.value))]))
    return joined(operands)


def _arguments(arguments: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Arguments that 2.7 takes: one `*` after the positional ones, one `**` at the end."""
    kinds = [each.star or ("=" if each.keyword else "") for each in arguments]
    if "*" not in kinds and "**" not in kinds:
        return list(arguments)
    positional = [each for each, kind in zip(arguments, kinds) if kind in ("", "*")]
    keywords = [each for each, kind in zip(arguments, kinds) if kind in ("=", "**")]
    stars = [kind for kind in kinds if kind in ("", "*")]
    result = []
    if stars.count("*") > 1 or "*" in stars[:-1]:
        result.append(cst.Arg(_chained(positional), star="*"))
    else:
        result += positional
    named = [kind for kind in kinds if kind in ("=", "**")]
    if named.count("**") > 1 or "**" in named[:-1]:
        parts = [
            each.value if each.star else cst.Dict([cst.DictElement(text(each.keyword.value), each.value)])
            for each in keywords
        ]
        result.append(cst.Arg(call("merge", *map(argument, parts)), star="**"))
    else:
        # 2.7 wants `*` after keywords or before them, but nothing after `**`.
        result += keywords
    # Nor a comma after either.
    result[-1] = result[-1].with_changes(
        comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace("")
    )
    return [
        each if each is result[-1] or isinstance(each.comma, cst.Comma)
        else each.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        for each in result
    ]
