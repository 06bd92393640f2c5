"""`regraft-tools COMMAND …`: what users of the tools run. What developers of regraft run are nox sessions."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

# Name of the command: the module whose `main(arguments)` it is, and what it does.
COMMANDS = {
    "audit": ("regraft_tools.audit", "the public API of an interpreter against Python 3.15's and its stock modules'"),
    "degrade": ("regraft_tools.degrade", "a project's tests under old releases of Python: what fails, what is missed, why"),
    "matrix": ("regraft_tools.matrix", "jobs of GitHub Actions or GitLab CI, one for each release, and their results as a table"),
    "scan": ("regraft_tools.scan", "weak TLS, hashes, tokens and version checks in Python sources"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out a command line; the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments and arguments[0] in COMMANDS:
        return importlib.import_module(COMMANDS[arguments[0]][0]).main(arguments[1:])
    usage = "usage: regraft-tools COMMAND …\n\n%s\n" % "\n".join(
        "  %-8s %s" % (name, summary) for name, (_, summary) in COMMANDS.items()
    )
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage, end="")
        return 0
    print("regraft-tools: there is no command %r\n%s" % (arguments[0], usage), end="", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
