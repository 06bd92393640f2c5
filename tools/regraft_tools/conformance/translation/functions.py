"""Parameters, annotations, decorators and classes."""

from __future__ import annotations

import libcst as cst

from regraft_tools.conformance.translation.base import (
    LIBRARY, Part, argument, assignment, call, dotted, insert, statement, text,
)

# What 2.7 calls a special method.
_SPECIAL = {"__bool__": "__nonzero__", "__next__": "next"}


class Functions(Part):
    """The part for definitions of functions and classes."""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._around.append(node)
        self._complaints.append([])
        if node.asynchronous is not None:
            self.refuse("a coroutine")

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        where = self.where
        self._around.pop()
        complaints = self._complaints.pop()
        parameters, lines, defaults = _parameters(updated_node.params)
        body = insert(updated_node.body, lines)
        decorators = list(updated_node.decorators)
        if defaults:
            decorators.append(cst.Decorator(call("keyword_defaults").with_changes(args=defaults)))
        if complaints:
            self.refused[where] = ", ".join(complaints)
            refusal = cst.Raise(call("NotTranslated", text(self.refused[where])))
            body = cst.IndentedBlock([statement(refusal)])
        function = updated_node.with_changes(
            decorators=decorators, params=parameters, body=body, returns=None, asynchronous=None, type_parameters=None,
        )
        alias = _SPECIAL.get(function.name.value)
        if alias and self._around and isinstance(self._around[-1], cst.ClassDef):
            line = statement(assignment(alias, cst.Name(function.name.value)))
            return cst.FlattenSentinel([function, line])
        return function

    def leave_Lambda(self, original_node: cst.Lambda, updated_node: cst.Lambda) -> cst.Lambda:
        parameters, lines, _ = _parameters(updated_node.params)
        if lines:
            self.refuse("a lambda with * and parameters after it")
            return updated_node
        return updated_node.with_changes(params=parameters)

    def leave_Decorator(
        self, original_node: cst.Decorator, updated_node: cst.Decorator
    ) -> cst.Decorator:
        expression = updated_node.decorator
        plain = expression.func if isinstance(expression, cst.Call) else expression
        if dotted(plain) is not None:
            return updated_node
        return updated_node.with_changes(decorator=call("same", argument(expression)))

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._around.append(node)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._around.pop()
        lines: list[cst.BaseStatement] = []
        for each in updated_node.keywords:
            if each.keyword is not None and each.keyword.value == "metaclass":
                lines.append(statement(assignment("__metaclass__", each.value)))
            else:
                self.refuse("a class with the keyword %s" % (each.keyword and each.keyword.value))
        bases = list(updated_node.bases) or [cst.Arg(cst.Name("object"))]
        bases[-1] = bases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        body = insert(updated_node.body, lines)
        defined = {
            each.name.value for each in body.body if isinstance(each, cst.FunctionDef)
        }
        if "__eq__" in defined and "__ne__" not in defined:
            opposite = cst.Attribute(cst.Name(LIBRARY), cst.Name("not_equal"))
            body = body.with_changes(body=[*body.body, statement(assignment("__ne__", opposite))])
        return updated_node.with_changes(
            bases=bases, keywords=[], body=body, type_parameters=None,
            lpar=cst.LeftParen(), rpar=cst.RightParen(),
        )


def _parameters(
    node: cst.Parameters,
) -> tuple[cst.Parameters, list[cst.BaseStatement], list[cst.Arg]]:
    """Parameters for 2.7, the lines that the body needs in front because of them, and defaults of keywords.

    A parameter after a bare `*` is one that may be given by position too: the suites do not try. After
    `*name` it is taken out of the keywords, to which a decorator has added the default.
    """
    positional = [_plain(each) for each in (*node.posonly_params, *node.params)]
    named = [_plain(each) for each in node.kwonly_params]
    star_kwarg = node.star_kwarg and _plain(node.star_kwarg)
    lines: list[cst.BaseStatement] = []
    defaults = []
    if isinstance(node.star_arg, cst.Param):
        star: cst.Param | cst.MaybeSentinel = _plain(node.star_arg)
        if named:
            star_kwarg = star_kwarg or cst.Param(cst.Name(LIBRARY + "keywords"))
            keywords = star_kwarg.name
            for each in named:
                taken = call("take", keywords, text(each.name.value))
                if each.default is not None:
                    defaults.append(cst.Arg(each.default, each.name))
                lines.append(statement(assignment(each.name.value, taken)))
            if not node.star_kwarg:
                lines.append(statement(cst.Expr(call("take_nothing", keywords))))
    else:
        star = cst.MaybeSentinel.DEFAULT
        # One without a default may follow one with: give it one that says so.
        seen_default = any(each.default is not None for each in positional)
        for each in named:
            if each.default is None and seen_default:
                missing = cst.Attribute(cst.Name(LIBRARY), cst.Name("REQUIRED"))
                each = each.with_changes(default=missing, equal=cst.AssignEqual(
                    cst.SimpleWhitespace(""), cst.SimpleWhitespace("")))
            seen_default = seen_default or each.default is not None
            positional.append(each)
    # Commas and line breaks are made anew: 2.7 takes no comma after `*name` or `**name`.
    parameters = cst.Parameters(
        params=positional, star_arg=star, kwonly_params=[], star_kwarg=star_kwarg,
        posonly_params=[], posonly_ind=cst.MaybeSentinel.DEFAULT,
    )
    return parameters, lines, defaults


def _plain(node: cst.Param) -> cst.Param:
    return node.with_changes(
        annotation=None, comma=cst.MaybeSentinel.DEFAULT,
        whitespace_after_param=cst.SimpleWhitespace(""),
        whitespace_after_star=cst.SimpleWhitespace(""),
    )
