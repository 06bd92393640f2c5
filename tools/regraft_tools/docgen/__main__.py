"""`python -m regraft_tools.docgen COMMAND …`: the session `docs`, and its parts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from regraft_tools.docgen import build, matrix, registry, samples
from regraft_tools.environments import BuildFailed

USAGE = """usage: python -m regraft_tools.docgen COMMAND …

  build [--here] [OPTION …]  build the documentation and run its samples; options are Sphinx's. With --here, nothing is
                             done, and said to be, where an interpreter is missing
  interface FILE             write what is new on 2.7, for the pages of the reference
  matrix FILE                write the picture of features by releases, as SVG
  samples FILE               run the code samples that a build has listed in FILE
"""


def main(arguments: Sequence[str]) -> int:
    """0 if all went well, 1 if not, 2 for a command line that is none."""
    try:
        match list(arguments):
            case ["build", *options]:
                return 0 if build.run(options) else 1
            case ["interface", path]:
                build.write_interface(Path(path))
            case ["matrix", path]:
                Path(path).write_text(matrix.render(registry.load()), encoding="utf-8")
            case ["samples", path]:
                outcomes = samples.run_file(Path(path))
                print(samples.report(outcomes))
                return 1 if samples.count(outcomes)[1] else 0
            case _:
                print(USAGE, end="", file=sys.stderr)
                return 2
    except (BuildFailed, LookupError, OSError) as error:
        print("docgen: %s" % error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
