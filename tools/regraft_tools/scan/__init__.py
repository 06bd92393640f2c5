"""`regraft-tools scan PATH…`: weak TLS, hashes and tokens, and version checks, in sources of Python 2.7 and 3.

    sources       which files, and their text
    grammar       from text to the trees of `ast`
    values        what an expression may stand for
    module        a file as rules see it
    rules         what is looked for, one module for each kind
    suppressions  comments that say that a finding is none
    suggestions   what to write instead, from the registry
    scanning      all of it, for many files at a time
    reports       text, JSON, SARIF
    command       the command line

docs/scanner.rst is for users. No rule looks at text: a name counts for what it is bound to.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Carries out the command; the exit status."""
    from regraft_tools.scan import command  # what imports a part of the scanner need not load all of it

    return command.main(arguments)
