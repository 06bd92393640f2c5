"""`except`, `with`, `raise … from`, unpacking, annotations of variables, and what 2.7 has nothing for."""

from __future__ import annotations

import libcst as cst

from regraft_tools.conformance.translation.base import LIBRARY, Part, argument, call, number


class Statements(Part):
    """The part for statements other than definitions and imports."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self._statements: set[cst.Yield] = set()  # those that are statements of their own

    def leave_ExceptHandler(
        self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler
    ) -> cst.ExceptHandler:
        if updated_node.type is None:
            return updated_node
        # Evaluated while the exception is the current one: the library looks at it.
        return updated_node.with_changes(
            type=call("caught", argument(updated_node.type)),
            whitespace_after_except=cst.SimpleWhitespace(" "),
        )

    def visit_TryStar(self, node: cst.TryStar) -> None:
        self.refuse("except*")

    def visit_Match(self, node: cst.Match) -> None:
        self.refuse("match")

    def visit_TypeAlias(self, node: cst.TypeAlias) -> None:
        self.refuse("type")

    def leave_With(self, original_node: cst.With, updated_node: cst.With) -> cst.With:
        if updated_node.asynchronous is not None:
            self.refuse("async with")
        items = [
            each.with_changes(
                item=call("enter", argument(each.item)),
                comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")),
            )
            for each in updated_node.items
        ]
        items[-1] = items[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(
            items=items, asynchronous=None, lpar=cst.MaybeSentinel.DEFAULT,
            rpar=cst.MaybeSentinel.DEFAULT, whitespace_after_with=cst.SimpleWhitespace(" "),
        )

    def leave_Raise(self, original_node: cst.Raise, updated_node: cst.Raise) -> cst.Raise:
        return updated_node.with_changes(cause=None)

    def leave_AnnAssign(
        self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        if updated_node.value is None:
            return cst.Pass()
        return cst.Assign([cst.AssignTarget(updated_node.target)], updated_node.value)

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        for each in updated_node.targets:
            shape = _shape(each.target)
            if shape is None:
                continue
            if len(updated_node.targets) > 1:
                self.refuse("several targets, one of them with *")
                return updated_node
            target, before, after = shape
            unpacked = call("unpack", argument(updated_node.value), number(before), number(after))
            return updated_node.with_changes(
                targets=[each.with_changes(target=target)], value=unpacked
            )
        return updated_node

    def leave_For(self, original_node: cst.For, updated_node: cst.For) -> cst.For:
        if updated_node.asynchronous is not None:
            self.refuse("async for")
            updated_node = updated_node.with_changes(asynchronous=None)
        shape = _shape(updated_node.target)
        if shape is None:
            return updated_node
        target, before, after = shape
        rows = call("unpack_each", argument(updated_node.iter), number(before), number(after))
        return updated_node.with_changes(target=target, iter=rows)

    def leave_CompFor(self, original_node: cst.CompFor, updated_node: cst.CompFor) -> cst.CompFor:
        if updated_node.asynchronous is not None:
            self.refuse("async for")
            return updated_node.with_changes(asynchronous=None)
        return updated_node

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        value = _only_expression(node)
        if isinstance(value, cst.Yield):
            self._statements.add(value)

    def visit_Yield(self, node: cst.Yield) -> None:
        if isinstance(node.value, cst.From) and node not in self._statements:
            self.refuse("the value of yield from")

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        # `yield from x` as a statement of its own passes values one way only, as the suites use it.
        value = _only_expression(updated_node)
        if isinstance(value, cst.Yield) and isinstance(value.value, cst.From):
            variable = cst.Name(LIBRARY + "each")
            body = cst.SimpleStatementLine([cst.Expr(cst.Yield(variable))])
            return cst.For(variable, value.value.item, cst.IndentedBlock([body]))
        return updated_node


def _only_expression(node: cst.SimpleStatementLine) -> cst.BaseExpression | None:
    """The expression that is all of a line; None if the line is more, or no expression."""
    if len(node.body) == 1 and isinstance(node.body[0], cst.Expr):
        return node.body[0].value
    return None


def _shape(target: cst.BaseExpression) -> tuple[cst.BaseExpression, int, int] | None:
    """Of `a, *b, c`: the target without its star, and how many names are before and after it."""
    if not isinstance(target, (cst.Tuple, cst.List)):
        return None
    starred = [
        index for index, each in enumerate(target.elements)
        if isinstance(each, cst.StarredElement)
    ]
    if not starred:
        return None
    place = starred[0]
    elements = [
        cst.Element(each.value, comma=each.comma) if index == place else each
        for index, each in enumerate(target.elements)
    ]
    if len(elements) == 1 and isinstance(target, cst.Tuple):
        elements = [elements[0].with_changes(comma=cst.Comma())]
    return target.with_changes(elements=elements), place, len(elements) - place - 1
