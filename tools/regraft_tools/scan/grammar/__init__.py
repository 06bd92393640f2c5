"""Python sources of 2.7 and of 3.x, by one grammar, as the syntax trees that `ast` of this Python has.

    reading = grammar.read(text)
    reading.tree        # ast.Module
    reading.comments    # from a line to the comment on it
    reading.errors      # lines that are no Python

The grammar is tree-sitter's for Python. It knows both languages at once (`print >>f, x` and `print(x)`,
`except A, e` and `except* A`), is maintained, reads two to three megabytes in a second, and goes on after an error:
what surrounds it is still looked at. The nodes are those of `ast`, so that rules are written on what every Python
programmer can look up, and so that a test can hold this reader against Python's own on whatever Python can read.

Statements of Python 2 become what they are in Python 3: `print x` and `exec x in y` are calls, `<>` is `!=`,
backticks are a call of `repr`. A parameter that is a tuple gives its names. Patterns of `match` are read for the
names that they bind only.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

import tree_sitter
import tree_sitter_python

from regraft_tools.scan.grammar.statements import StatementReader

_LANGUAGE = tree_sitter.Language(tree_sitter_python.language())
_COMMENTS = tree_sitter.Query(_LANGUAGE, "(comment) @comment")
_ERRORS = tree_sitter.Query(_LANGUAGE, "[(ERROR) (MISSING)] @error")
# Two words for which 2.7 has more use than the grammar: `exec` takes any expression there, `async` is a name. They
# are read as words of the same length, which the grammar takes there, so that every place stays where it is.
_WORDS_OF_2_7 = {b"exec": b"del ", b"async": b"async".replace(b"a", b"_")}


@dataclass
class Reading:
    """What came of a text.

    Attributes:
        tree: the statements.
        comments: from the number of a line, from 1, to the comment on it, with its `#`.
        errors: lines, from 1, at which the text is no Python.
    """

    tree: ast.Module
    comments: dict[int, str] = field(default_factory=dict)
    errors: list[int] = field(default_factory=list)


def read(text: str) -> Reading:
    """Reads the text of a file.

    Args:
        text: with `\\n` at the end of each line.

    Raises:
        RecursionError: expressions are nested deeper than Python can follow.
    """
    source = text.encode("utf-8", "surrogatepass")
    root = _parse(source)
    errors = _error_lines(root)
    if errors:
        as_2_7 = _parse(_reword(source, errors))
        fewer = _error_lines(as_2_7)
        if len(fewer) < len(errors):
            root, errors = as_2_7, fewer
    tree = ast.Module(body=StatementReader(source).body(root), type_ignores=[])
    comments = {
        node.start_point[0] + 1: source[node.start_byte:node.end_byte].decode("utf-8", "replace")
        for node in _captures(_COMMENTS, root)
    }
    return Reading(tree, comments, errors)


def _parse(source: bytes) -> tree_sitter.Node:
    return tree_sitter.Parser(_LANGUAGE).parse(source).root_node


def _captures(query: tree_sitter.Query, root: tree_sitter.Node) -> list[tree_sitter.Node]:
    found = tree_sitter.QueryCursor(query).captures(root)
    return [node for nodes in found.values() for node in nodes]


def _error_lines(root: tree_sitter.Node) -> list[int]:
    if not root.has_error:
        return []
    return sorted({node.start_point[0] + 1 for node in _captures(_ERRORS, root)})


def _reword(source: bytes, numbers: list[int]) -> bytes:
    """The same text with the words of 2.7 on these lines as words that the grammar takes."""
    lines = source.split(b"\n")
    words = re.compile(rb"\b(?:%s)\b" % b"|".join(_WORDS_OF_2_7))
    for number in numbers:
        if number <= len(lines):
            lines[number - 1] = words.sub(lambda found: _WORDS_OF_2_7[found.group()], lines[number - 1])
    return b"\n".join(lines)
