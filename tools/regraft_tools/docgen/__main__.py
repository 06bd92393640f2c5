"""`python -m regraft_tools.docgen interface FILE | matrix FILE | samples FILE`, for the session `docs`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from regraft_tools.docgen import interface, matrix, registry, samples
from regraft_tools.environments import BuildFailed

USAGE = """usage: python -m regraft_tools.docgen COMMAND FILE

  interface  write what is new on 2.7, for the pages of the reference
  matrix     write the picture of features by releases, as SVG
  samples    run the code samples that the build of the documentation has listed in FILE
"""


def main(arguments: Sequence[str]) -> int:
    """0 if all went well, 1 if not, 2 for a command line that is none."""
    if len(arguments) != 2 or arguments[0] not in ("interface", "matrix", "samples"):
        print(USAGE, end="", file=sys.stderr)
        return 2
    command, path = arguments[0], Path(arguments[1])
    try:
        if command == "samples":
            return 0 if samples.run_file(path) else 1
        if command == "interface":
            text = json.dumps(interface.collect(), indent=1, sort_keys=True) + "\n"
        else:
            text = matrix.render(registry.load())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (BuildFailed, LookupError, OSError) as error:
        print("docgen: %s" % error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
