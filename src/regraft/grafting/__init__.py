"""regraft in the standard library of an interpreter, in place of the modules that it covers, and out of it again.

`trees` finds out what a tree is, `packages` and `releases` whether it may be changed, `layout` says what goes where
and in which order, `staging` prepares all of it beside the originals, `switching` moves it in and out, `records` keeps
the journal and the receipt, `verification` compares. `probe` and `compiling` are programs for the tree's own
interpreter. docs/internals.rst says why each state in between works.
"""
from __future__ import absolute_import, division, print_function


class GraftError(Exception):
    """A tree cannot be grafted, or not be given back; the text says why and what to do, and nothing was changed."""


del absolute_import, division, print_function
