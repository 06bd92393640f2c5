"""Tries `pip install .` as a user types it, with the pip that each interpreter ships.

`python -m regraft_tools.installing [SERIES …]`; default is every interpreter that is found. pip
fetches what the build requires by itself, so this needs the package index and takes minutes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import environments, interpreters, tally
from regraft_tools.interpreters import Interpreter
from regraft_tools.tally import Row

# 2.7.18 brings 19.2.3, virtualenv for 2.7 brings 20.3.4. From 3.6 on ensurepip has the one of
# the interpreter.
PIPS_OF_27 = ("19.2.3", "20.3.4")
OWN = "own"

_TRIAL = "import hashlib, ssl; print(ssl.__file__); print(hashlib.__file__)"


def pips_of(interpreter: Interpreter) -> tuple[str, ...]:
    """The versions of pip that must be able to install regraft for an interpreter."""
    return PIPS_OF_27 if interpreter.series == "2.7" else (OWN,)


def try_pip(interpreter: Interpreter, pip: str, folder: Path) -> str:
    """Installs the checkout in a new environment and uses it.

    Args:
        interpreter: what the environment is made from.
        pip: its version, or OWN.
        folder: an empty directory for all of it.

    Returns:
        What went wrong, or an empty text.
    """
    target, sources = folder / "environment", folder / "sources"
    try:
        if pip == OWN:
            environments.make_venv(interpreter, target)
        else:
            environments.make_virtualenv(interpreter, target, pip)
    except environments.BuildFailed as error:
        return str(error)
    python = str(target / "bin" / "python")
    environments.copy_sources(sources)
    for command in (
        [python, "-m", "pip", "install", "."],
        [python, "-m", "regraft", "run", "-c", _TRIAL],
    ):
        done = subprocess.run(
            command, cwd=sources, env=environments.clean_environ(), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            return "%s\n%s" % (" ".join(command), done.stdout)
    files = done.stdout.split()
    if not all(str(target) in each and "/overlay/" in each for each in files):
        return "regraft is installed, but the modules come from %s" % " and ".join(files)
    return ""


def main(arguments: Sequence[str]) -> int:
    """0 if every pip could install regraft."""
    found = interpreters.search(arguments or None)
    print(found.report(), flush=True)
    rows = []
    for interpreter in found.found:
        for pip in pips_of(interpreter):
            with tempfile.TemporaryDirectory(prefix="regraft-install-") as folder:
                trouble = try_pip(interpreter, pip, Path(folder))
            title = "%s pip %s" % (interpreter.version, pip)
            print("%-20s %s" % (title, trouble or "installs"), flush=True)
            rows.append(Row(title, passed=not trouble, failed=bool(trouble)))
    print("\n" + tally.closing_line(rows))
    return 0 if rows and not any(row.failed for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
