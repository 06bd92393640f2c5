"""Which release of Python this process passes for, if `regraft.profiles` emulates one. Otherwise nothing is here.

The lowest of rooms: `_behavior` takes its facts from the release, the covered modules let `present` replace them by
what that release had of them, and keep their own whole selves here for whoever works with these.
"""
from __future__ import absolute_import, division, print_function

import sys

# (int, int, int), or None: the interpreter's own release.
RELEASE = None

# Covered modules by name: the whole one behind the one that programs get.
IMPLEMENTATIONS = {}

# And the one that programs get. They may take it out of `sys.modules` and go on using it.
SHOWN = {}

# Constants of `ssl` that the release had not, which are members of no enumeration then.
HIDDEN = frozenset()

# Called by a covered module at its end, with its name.
present = None


def implementation(name):
    """Return a covered module with all that regraft puts into it.

    Args: name (str); the module must be imported.
    """
    return IMPLEMENTATIONS.get(name) or sys.modules[name]
