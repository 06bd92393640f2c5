"""`regraft-tools audit`: the public interface of an interpreter against the reference's, and against its own.

    regraft-tools audit [SERIES …] [--all]          each with regraft, against 3.15.2 and against itself without
    regraft-tools audit [drift] WHICH [MEASURE]     any two: an interpreter, a snapshot's file, a recorded release
    regraft-tools audit snapshot PYTHON             its interface as data
    regraft-tools audit record [SERIES …]           make the recorded snapshots anew
    regraft-tools audit new-python PYTHON           all that a new release of Python asks for
    regraft-tools audit new-openssl RELEASE         the same for a new OpenSSL
    regraft-tools audit profiles                    releases as `run --as` shows them, against their snapshots
    regraft-tools audit stubtest                    mypy's stubtest of our modules against typeshed

Exit status: 0 without drift, 1 with, 2 if it could not be done. docs/alignment.rst says what the answers mean.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Carries out a command line; the exit status."""
    # Here, as the script of this package needs none of it.
    from regraft_tools.audit import command

    return command.main(arguments)
