"""Makes src/regraft/grafting/known.json: by which hashes graft-tree knows the files of a release.

    python -m regraft_tools.known_releases

Read are the interpreters of this machine that were built from a release's sources, and packages of Debian, which apt
verifies (regraft_tools.debian). What the file has of others stays, so that it can be added to where other
interpreters are. Each row says where its files came from.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from regraft_tools import debian, environments, interpreters

TARGET = Path("src", "regraft", "grafting", "known.json")
# The same as `COMPARED` of regraft.grafting.releases; a test compares the two.
COMPARED = ("hashlib.py", "hmac.py", "os.py", "random.py", "secrets.py", "ssl.py")
DEBIAN = (
    ("bullseye", "2.7"), ("bullseye", "3.9"), ("bookworm", "3.11"), ("trixie", "3.13"),
    ("sid", "3.13"), ("sid", "3.14"),
)

Row = dict[str, str | dict[str, str]]


def hash_library(library: Path) -> dict[str, str]:
    """SHA-256 of each file of a standard library that graft-tree compares."""
    return {name: hashlib.sha256((library / name).read_bytes()).hexdigest()
            for name in COMPARED if (library / name).is_file()}


def of_machine() -> Iterator[Row]:
    """The interpreters of pyenv, which builds a release's own sources."""
    for each in interpreters.search().found:
        if each.origin != "pyenv":
            continue
        yield {
            "name": "CPython %s" % each.version, "release": each.version,
            "source": "the release's sources, as pyenv installs them",
            "files": hash_library(each.path.parents[1] / "lib" / ("python" + each.series)),
        }


def of_debian(suite: str, series: str) -> Row:
    """A series of Python in a suite of Debian's. Raises: debian.Unavailable."""
    stem = "libpython" + series
    packages = [stem + "-minimal", stem + "-stdlib"]
    tree = debian.unpack(suite, packages)
    version = debian.versions(tree)[packages[1]]
    release = re.match(r"\d+\.\d+\.\d+(?:[a-c~rc]*\d+)?", version.replace("~", ""))
    if release is None:
        raise debian.Unavailable("%s %s has no release in its version" % (packages[1], version))
    return {
        "name": "Debian's %s %s" % (packages[1], version), "release": release.group(),
        "source": "Debian %s: %s" % (suite, ", ".join(packages)),
        "files": hash_library(tree / "usr" / "lib" / ("python" + series)),
    }


def merge(rows: list[Row], new: list[Row]) -> list[Row]:
    """The rows of both, by name; a new one replaces an old one."""
    merged = {str(each["name"]): each for each in rows + new}
    return [merged[name] for name in sorted(merged)]


def main() -> int:
    """Brings the file up to date; 1 if something could not be had."""
    target = environments.checkout() / TARGET
    found = list(of_machine())
    status = 0
    for suite, series in DEBIAN:
        try:
            found.append(of_debian(suite, series))
        except debian.Unavailable as error:
            print("%s %s: %s" % (suite, series, error), file=sys.stderr)
            status = 1
    rows = merge(json.loads(target.read_text())["releases"] if target.exists() else [], found)
    target.write_text(json.dumps({"releases": rows}, indent=1, sort_keys=True) + "\n")
    print("%s: %d releases" % (TARGET, len(rows)))
    return status


if __name__ == "__main__":
    sys.exit(main())
