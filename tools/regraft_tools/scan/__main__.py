"""`python -m regraft_tools.scan`: the same as `regraft-tools scan`."""

from __future__ import annotations

import sys

from regraft_tools.scan import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
