"""Count the instructions of a benchmark's operation under valgrind, which other processes do not disturb.

    python3 benchmarks/instructions.py "2.7=python2.7" "2.7+regraft=…/python2.7" --only round_trip_64

Each side does N operations in one process and three times as many in another; the difference, divided, is what one
costs, preparing it (connecting and closing, in a handshake) included. What the kernel does is not in it, and
valgrind's processor lacks instructions that hashes and ciphers use where there are some. A command that starts
another one (`python -m regraft run`) has to be replaced by an environment in which regraft is enabled.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys

from run import HERE, TITLES, Failure, Side, running_server

# Benchmarks whose operation is a connection, dear under valgrind.
CONNECTIONS = ("handshake_", "server_", "resumed_", "wrap")
DEAR = ("pbkdf2_", "scrypt_")
NAMES = [name for name in TITLES if name != "idle_memory" and not name.startswith("import_")]


def instructions(side: Side, name: str, settings: dict, count: int) -> int:
    """Return how many instructions a process takes that does `count` operations, its start included."""
    request = {"do": "round", "benchmark": name, "settings": settings, "seconds": 0, "count": count, "last": True}
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *side.command, str(HERE / "worker.py")],
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        # A dictionary's collisions are to be the same each time.
        env={**side.environment, "PYTHONHASHSEED": "0"},
        timeout=600,
        check=False,
    )
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or collected is None or "wall" not in done.stdout:
        raise Failure(f"{side.label}: {name}: {done.stdout.strip()} {done.stderr.strip()[-600:]}")
    return int(collected[1])


def per_operation(side: Side, name: str, settings: dict) -> int:
    """Return the instructions of one operation."""
    count = 20 if name.startswith((*CONNECTIONS, *DEAR)) or name.endswith("_1m") else 300
    few, many = (instructions(side, name, settings, factor * count) for factor in (1, 3))
    return (many - few) // (2 * count)


def main() -> int:
    """Count on every side and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sides", nargs="+", metavar="LABEL=COMMAND", help="an interpreter, as for run.py")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help="this one; may be repeated")
    arguments = parser.parse_args()
    try:
        if shutil.which("valgrind") is None:
            raise Failure("the program valgrind is needed (Debian: apt install valgrind)")
        sides = [Side(text) for text in arguments.sides]
        print(f"{'':20}" + "".join(f"{side.label:>14}" for side in sides))
        with running_server() as settings:
            for name in arguments.only or NAMES:
                counts = [per_operation(side, name, settings) for side in sides]
                print(f"{name:20}" + "".join(f"{each:14}" for each in counts), flush=True)
    except Failure as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
