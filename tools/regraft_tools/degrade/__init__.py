"""Runs a project's tests under old releases of Python and tells what gets worse there, and for lack of what.

    regraft-tools degrade PROJECT --python PYTHON --as 2.7.6,2.7.9 -- pytest tests

Each release is a run of its own, beside one as the newest, with which all are compared. A run writes down what happens as
it happens (`regraft.releasetests.recorder`), so that it can be gone on with after an interruption, and tests that end
their process cost themselves only. What explains a difference is taken from what was recorded (`evidence`), not guessed.
"""

from regraft_tools.degrade.command import main

__all__ = ["main"]
