"""`python -m regraft_tools.audit` is `regraft-tools audit`."""

from __future__ import annotations

import sys

from regraft_tools.audit import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
