"""What all parts of the translation share."""

from __future__ import annotations

import libcst as cst

LIBRARY = "_rb_"  # one underscore at its ends, so that no class mangles it


class NotTranslatable(ValueError):
    """The source has something that 2.7 cannot do and that nothing stands in for."""


def call(function: str, *arguments: cst.BaseExpression) -> cst.Call:
    """A call of a function of the run-time library."""
    return cst.Call(
        cst.Attribute(cst.Name(LIBRARY), cst.Name(function)),
        [cst.Arg(each) for each in arguments],
    )


def text(value: str) -> cst.SimpleString:
    """A literal for a native string."""
    return cst.SimpleString(repr(value))


def number(value: int) -> cst.Integer:
    """A literal for a number that is not negative."""
    return cst.Integer(str(value))


def dotted(node: cst.BaseExpression) -> str | None:
    """`a.b.c` as a text; None for any other expression."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        front = dotted(node.value)
        return None if front is None else "%s.%s" % (front, node.attr.value)
    return None


def argument(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression that may stand between commas."""
    if isinstance(node, (cst.Tuple, cst.GeneratorExp, cst.Yield)) and not node.lpar:
        return parenthesised(node)
    return node


def parenthesised(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression with parentheses around it."""
    return node.with_changes(
        lpar=[*node.lpar, cst.LeftParen()], rpar=[*node.rpar, cst.RightParen()]
    )


def joined(operands: list[cst.BaseExpression]) -> cst.BaseExpression:
    """`a + b + c`, in parentheses."""
    result = operands[0]
    for each in operands[1:]:
        result = cst.BinaryOperation(result, cst.Add(), each)
    return parenthesised(result)


def statement(node: cst.BaseSmallStatement) -> cst.SimpleStatementLine:
    """A line with one small statement."""
    return cst.SimpleStatementLine([node])


def assignment(name: str, value: cst.BaseExpression) -> cst.Assign:
    """`name = value`."""
    return cst.Assign([cst.AssignTarget(cst.Name(name))], value)


def body_of(block: cst.BaseSuite) -> list[cst.BaseStatement]:
    """The statements of an indented block, or of one that stands on the line of its head."""
    if isinstance(block, cst.IndentedBlock):
        return list(block.body)
    return [cst.SimpleStatementLine(list(block.body))]


def is_docstring(node: cst.CSTNode) -> bool:
    """Whether a statement is nothing but a literal."""
    return (
        isinstance(node, cst.SimpleStatementLine)
        and len(node.body) == 1
        and isinstance(node.body[0], cst.Expr)
        and isinstance(node.body[0].value, (cst.SimpleString, cst.ConcatenatedString))
    )


def insert(block: cst.BaseSuite, statements: list[cst.BaseStatement]) -> cst.IndentedBlock:
    """A block with further statements in front, after its docstring."""
    body = body_of(block)
    place = 1 if body and is_docstring(body[0]) else 0
    whole = [*body[:place], *statements, *body[place:]]
    if isinstance(block, cst.IndentedBlock):
        return block.with_changes(body=whole)
    return cst.IndentedBlock(whole)


class Part(cst.CSTTransformer):
    """A part of the translation: each has methods for nodes that no other part looks at.

    Attributes:
        package: of the module that is translated.
        imported: modules that it imports.
        refused: functions that could not be translated, with the reason.
    """

    def __init__(self, package: str) -> None:
        super().__init__()
        self.package = package
        self.imported: set[str] = set()
        self.refused: dict[str, str] = {}
        self._around: list[cst.FunctionDef | cst.ClassDef] = []
        self._complaints: list[list[str]] = []

    def refuse(self, what: str) -> None:
        """Says that the function around cannot be translated."""
        if not self._complaints:
            raise NotTranslatable(what)
        self._complaints[-1].append(what)

    @property
    def where(self) -> str:
        """The qualified name of what is being looked at."""
        return ".".join(each.name.value for each in self._around)
