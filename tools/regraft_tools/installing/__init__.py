"""Installs regraft as people do, with the pips that they have, and takes it away again.

`python -m regraft_tools.installing [SERIES …] [--only NAME …]`; default are 2.7, 3.6, 3.13 and all scenarios.
A scenario is a named row (scenarios.py). It starts in a place (places.py) that is as it was before, and is
to leave it so, by file list and hashes. What is installed are the wheels and the sdist in dist/, where they are, or
such as environments makes (artefacts.py); index.py is the index over TLS.

The first run fetches the pips, and what builds require, from the package index.
"""

from __future__ import annotations

from regraft_tools.interpreters import Interpreter

# What people have: 2.7.18 brings the first, virtualenv the last pip for it; 3.6 the same. The own one of later
# interpreters, and whatever is the newest.
PIPS = {"2.7": ("19.2.3", "20.3.4"), "3.6": ("18.1", "21.3")}
OWN = "own"
NEWEST = "newest"
SERIES = ("2.7", "3.6", "3.13")


class Trouble(Exception):
    """Something went another way than it has to; the text is for a person."""


def pips_of(interpreter: Interpreter) -> tuple[str, ...]:
    """The pips that must be able to install regraft for an interpreter."""
    fallback = (OWN, NEWEST) if interpreter.release >= (3, 11) else (OWN,)
    return PIPS.get(interpreter.series, fallback)
