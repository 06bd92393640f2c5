"""`nonlocal`, which 2.7 has not: such a variable becomes an attribute of a cell of its function."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import ExpressionContext, ExpressionContextProvider

from regraft_tools.conformance.translation.base import (
    LIBRARY, Part, argument, assignment, call, insert, statement,
)


class _Bindings(cst.CSTVisitor):
    """The names that a function binds itself, and those that functions in it declare nonlocal."""

    def __init__(self, function: cst.FunctionDef) -> None:
        super().__init__()
        self._depth = 0
        self._function = function
        self.bound: set[str] = set()
        self.declared: set[str] = set()  # nonlocal or global in the function itself
        self.asked: set[str] = set()  # nonlocal in a function inside it
        self.unfit: set[str] = set()  # bound by what cannot bind an attribute

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if node is not self._function and self._depth == 1:
            self.unfit.add(node.name.value)
        self._depth += 1

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self._depth -= 1

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        if self._depth == 1:
            self.unfit.add(node.name.value)

    def visit_ImportAlias(self, node: cst.ImportAlias) -> None:
        if self._depth == 1:
            self.unfit.add((node.evaluated_alias or node.evaluated_name).partition(".")[0])

    def visit_Param(self, node: cst.Param) -> None:
        if self._depth == 1:
            self.bound.add(node.name.value)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._bind(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._bind(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._bind(node.target)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._bind(node.target)

    def visit_For(self, node: cst.For) -> None:
        self._bind(node.target)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._bind(node.name)

    def visit_Nonlocal(self, node: cst.Nonlocal) -> None:
        names = {each.name.value for each in node.names}
        (self.declared if self._depth == 1 else self.asked).update(names)

    def visit_Global(self, node: cst.Global) -> None:
        if self._depth == 1:
            self.declared.update(each.name.value for each in node.names)

    def _bind(self, target: cst.BaseExpression) -> None:
        if self._depth != 1:
            return
        if isinstance(target, cst.Name):
            self.bound.add(target.value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for each in target.elements:
                self._bind(each.value)


class Scopes(Part):
    """The part for the names of variables."""

    METADATA_DEPENDENCIES = (ExpressionContextProvider,)

    def __init__(self, package: str) -> None:
        super().__init__(package)
        # For each function around: name -> the cell that holds it, or None where the name is its own.
        self._cells: list[dict[str, str | None]] = []
        self._made = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        super().visit_FunctionDef(node)
        found = _Bindings(node)
        node.visit(found)
        cells: dict[str, str | None] = dict.fromkeys(found.bound - found.declared)
        shared = (found.asked & (found.bound | found.unfit)) - found.declared
        if shared & found.unfit:
            self.refuse("nonlocal for a name that a definition or an import binds")
        elif shared:
            self._made += 1
            cells.update(dict.fromkeys(shared, "%scell%d" % (LIBRARY, self._made)))
        self._cells.append(cells)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        cells = self._cells.pop()
        parameters = {each.name.value for each in _all_parameters(original_node.params)}
        lines: list[cst.BaseStatement] = []
        for cell in sorted({each for each in cells.values() if each}):
            given = [name for name, each in cells.items() if each == cell and name in parameters]
            made = call("Cell").with_changes(
                args=[cst.Arg(cst.Name(name), cst.Name(name)) for name in sorted(given)]
            )
            lines.append(statement(assignment(cell, made)))
        if lines:
            updated_node = updated_node.with_changes(body=insert(updated_node.body, lines))
        return super().leave_FunctionDef(original_node, updated_node)

    def leave_Nonlocal(
        self, original_node: cst.Nonlocal, updated_node: cst.Nonlocal
    ) -> cst.BaseSmallStatement:
        return cst.Pass()

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(name=original_node.name)

    # What is a name but no variable stays as it is.

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        context = self.get_metadata(ExpressionContextProvider, original_node, None)
        if original_node.attr.value == "__qualname__" and context is ExpressionContext.LOAD:
            return call("qualified_name", argument(updated_node.value))
        return updated_node.with_changes(attr=original_node.attr)

    def leave_NameItem(self, original_node: cst.NameItem, updated_node: cst.NameItem) -> cst.NameItem:
        return original_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if self.get_metadata(ExpressionContextProvider, original_node, None) is None:
            return updated_node
        for cells in reversed(self._cells):
            if original_node.value in cells:
                cell = cells[original_node.value]
                if cell is None:
                    break
                return cst.Attribute(
                    cst.Name(cell), cst.Name(original_node.value), lpar=updated_node.lpar,
                    rpar=updated_node.rpar,
                )
        return updated_node

    def _is_target(self, node: cst.CSTNode) -> bool:
        context = self.get_metadata(ExpressionContextProvider, node, None)
        return context in (ExpressionContext.STORE, ExpressionContext.DEL)


def _all_parameters(node: cst.Parameters) -> list[cst.Param]:
    stars = [each for each in (node.star_arg, node.star_kwarg) if isinstance(each, cst.Param)]
    return [*node.posonly_params, *node.params, *node.kwonly_params, *stars]
