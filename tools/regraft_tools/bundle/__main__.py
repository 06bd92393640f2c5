"""Makes `dist/regraft-<version>.pyz`: `python -m regraft_tools.bundle [--wheels DIRECTORY] [--output DIRECTORY] [--here]`."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import environments
from regraft_tools.bundle import maker


def main(arguments: Sequence[str]) -> int:
    """0 if the bundle was made."""
    parser = argparse.ArgumentParser(prog="regraft_tools.bundle", description="Makes regraft-<version>.pyz of wheels.")
    dist = environments.checkout() / "dist"
    parser.add_argument("--wheels", type=Path, default=dist, metavar="DIRECTORY", help="where they are; default dist")
    parser.add_argument("--output", type=Path, default=dist, metavar="DIRECTORY", help="where the file goes; default dist")
    parser.add_argument("--here", action="store_true", help="take wheels that serve this machine only, too: for trials")
    options = parser.parse_args(arguments)
    try:
        path = maker.make(options.wheels.glob("*.whl"), options.output, options.here)
    except maker.Unusable as error:
        print("regraft_tools.bundle: %s" % error, file=sys.stderr)
        return 1
    data = path.read_bytes()
    print("%s  %s" % (hashlib.sha256(data).hexdigest(), path))
    print("%d bytes" % len(data))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
