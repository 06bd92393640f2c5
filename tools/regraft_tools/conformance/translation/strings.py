"""F-strings become calls; literals and numbers become ones that 2.7 reads the same way."""

from __future__ import annotations

import re

import libcst as cst

from regraft_tools.conformance.translation.base import Part, call, joined

# Escapes that mean something in a text and nothing in a native string of 2.7.
_TEXT_ESCAPE = re.compile(r"\\(?:[uU]|N\{)")


class Strings(Part):
    """The part for literals."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        # Whether the literal that is looked at is one of several that stand side by side.
        self._side_by_side = [False]

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> None:
        self._side_by_side.append(True)

    def leave_ConcatenatedString(
        self, original_node: cst.ConcatenatedString, updated_node: cst.ConcatenatedString
    ) -> cst.BaseExpression:
        self._side_by_side.pop()
        if self._side_by_side[-1]:
            return updated_node  # the outermost one puts all of them together
        pieces = _pieces(updated_node)
        if not any(isinstance(each, cst.FormattedString) for each in pieces):
            return updated_node
        # Line breaks between the pieces would need parentheses, which `joined` gives.
        return joined([
            _format(each) if isinstance(each, cst.FormattedString) else each for each in pieces
        ])

    def visit_FormattedStringExpression(self, node: cst.FormattedStringExpression) -> None:
        self._side_by_side.append(False)

    def leave_FormattedStringExpression(
        self, original_node: cst.FormattedStringExpression,
        updated_node: cst.FormattedStringExpression,
    ) -> cst.FormattedStringExpression:
        self._side_by_side.pop()
        return updated_node

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        return updated_node if self._side_by_side[-1] else _format(updated_node)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        value = updated_node.value
        prefix = updated_node.prefix.lower()
        if prefix == "rb":
            return updated_node.with_changes(value="br" + value[2:])
        if "b" in prefix or "u" in prefix:
            return updated_node
        if not value.isascii() or "r" not in prefix and _TEXT_ESCAPE.search(value):
            return updated_node.with_changes(value="u" + value)
        return updated_node

    def leave_Integer(
        self, original_node: cst.Integer, updated_node: cst.Integer
    ) -> cst.Integer:
        return updated_node.with_changes(value=updated_node.value.replace("_", ""))

    def leave_Float(self, original_node: cst.Float, updated_node: cst.Float) -> cst.Float:
        return updated_node.with_changes(value=updated_node.value.replace("_", ""))

    def leave_Imaginary(
        self, original_node: cst.Imaginary, updated_node: cst.Imaginary
    ) -> cst.Imaginary:
        return updated_node.with_changes(value=updated_node.value.replace("_", ""))

    def visit_TemplatedString(self, node: cst.TemplatedString) -> None:
        self.refuse("a t-string")


def _pieces(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.ConcatenatedString):
        return [*_pieces(node.left), *_pieces(node.right)]
    return [node]


def _format(node: cst.FormattedString) -> cst.BaseExpression:
    """`f"{a!r:>{b}}"` as `_rb_.format("{0!r:>{1}}", a, b)`."""
    values: list[cst.BaseExpression] = []
    template = _template(node.parts, values)
    prefix = node.prefix.lower().replace("f", "")
    if not template.isascii() or not prefix and _TEXT_ESCAPE.search(template):
        prefix = "u" + prefix
    literal = cst.SimpleString("%s%s%s%s" % (prefix, node.quote, template, node.quote))
    return call("format", literal, *values).with_changes(lpar=node.lpar, rpar=node.rpar)


def _template(
    parts: tuple[cst.BaseFormattedStringContent, ...], values: list[cst.BaseExpression]
) -> str:
    template = ""
    for part in parts:
        if isinstance(part, cst.FormattedStringText):
            template += part.value
            continue
        conversion = part.conversion
        if part.equal is not None:
            shown = cst.Module([]).code_for_node(part.expression)
            template += shown.replace("{", "{{").replace("}", "}}") + "="
            if conversion is None and part.format_spec is None:
                conversion = "r"
        number = len(values)
        values.append(part.expression)
        template += "{%d" % number
        if conversion:
            template += "!" + {"a": "r"}.get(conversion, conversion)
        if part.format_spec is not None:
            template += ":" + _template(tuple(part.format_spec), values)
        template += "}"
    return template
