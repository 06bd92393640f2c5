"""`python -m regraft_tools.chains DIR`: writes all cases to DIR."""

from __future__ import annotations

import sys
from pathlib import Path

from regraft_tools.chains import files


def main(arguments: list[str]) -> int:
    """0 if they are written."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    cases = files.write(Path(arguments[0]))
    print("%d cases in %s; cases.json there lists them" % (len(cases), arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
