"""`python -m regraft_tools.wheels`: see command.py."""

from __future__ import annotations

import sys

from regraft_tools.wheels.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
