"""Turns a module that was written for Python 3 into one that Python 2.7 runs and that does the same.

    translated = translate(source)
    translated.source      # 2.7
    translated.imports     # the modules that it asks for
    translated.refused     # functions that could not be translated; they raise NotTranslated

It serves test suites, so it goes only as far as those go. What 2.7 has no syntax for becomes a call of the
run-time library `backport`, which is bound to `_rb_` in every translated module. Texts stay native `str`, as in
a program for 2.7, unless they hold characters outside ASCII.

    strings      f-strings, literals, numbers
    expressions  calls and displays with `*` and `**`, `:=`, `super()`, methods that 2.7 lacks
    functions    parameters, annotations, `async`, decorators, classes
    statements   `except`, `with`, `raise … from`, unpacking, annotations of variables
    imports      every import becomes a call, so that the library can lend 2.7 what it lacks
    scopes       `nonlocal`
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper

from regraft_tools.conformance.translation.base import LIBRARY, NotTranslatable
from regraft_tools.conformance.translation.expressions import Expressions
from regraft_tools.conformance.translation.functions import Functions
from regraft_tools.conformance.translation.imports import Imports
from regraft_tools.conformance.translation.scopes import Scopes
from regraft_tools.conformance.translation.statements import Statements
from regraft_tools.conformance.translation.strings import Strings

__all__ = ["NotTranslatable", "Translated", "translate"]

_HEADER = (
    "from __future__ import absolute_import, division, print_function",
    "import backport as %s" % LIBRARY,
    "from backport.builtins3 import *",
)
_FROM_FUTURE = "from __future__ import"


@dataclass(frozen=True)
class Translated:
    """A module in the language of 2.7.

    Attributes:
        source: its text, UTF-8.
        imports: the names of all modules that it imports, wherever it does.
        refused: the functions that could not be translated, with the reason.
    """

    source: str
    imports: list[str]
    refused: dict[str, str]


class _Translator(Scopes, Strings, Expressions, Functions, Statements, Imports):
    """All parts at once: the tree is walked one time."""


def translate(source: str, package: str = "test") -> Translated:
    """Translates a module.

    Args:
        source: its text.
        package: the package that it is in, for relative imports.

    Raises:
        NotTranslatable: something outside every function has no counterpart in 2.7.
        libcst.ParserSyntaxError: it is no Python that libcst knows.
    """
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    translator = _Translator(package)
    module = wrapper.visit(translator)
    return Translated(
        _with_header(module), sorted(translator.imported), dict(translator.refused)
    )


def _with_header(module: cst.Module) -> str:
    """The text, with the header where 2.7 takes it: after the docstring, before anything else."""
    body = list(module.body)
    first = body[:1] if module.get_docstring(clean=False) is not None else []
    header = [cst.parse_statement(line) for line in _HEADER]
    text = module.with_changes(body=[*first, *header, *body[len(first):]]).code
    ast.parse(text)  # a slip of ours is seen here and not on 2.7
    return "# -*- coding: utf-8 -*-\n" + text
