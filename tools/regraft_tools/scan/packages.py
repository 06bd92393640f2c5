"""Tries the scanner on releases of the time of 2.7: `nox -s scan-packages [-- --write | --sample NUMBER]`.

The releases are in `packages.toml`. They are fetched by pip into the cache and unpacked there; nothing of them is run by
us, and nothing is kept in the checkout but how many findings each rule had (`counts.json`). `--write` puts that down
anew, with the tables of docs/scanner.rst; `--sample` prints that many findings, drawn at random, to be looked at.
What came of looking is in `judged.json`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regraft_tools import debian, environments
from regraft_tools.scan import scanning
from regraft_tools.scan.findings import Finding
from regraft_tools.scan.module import is_test_file
from regraft_tools.scan.rules import RULES

HERE = Path(__file__).parent
PACKAGES, COUNTS, JUDGED = HERE / "packages.toml", HERE / "counts.json", HERE / "judged.json"
PAGE = "docs/scanner.rst"
# Tables of the page stand between these comments.
_TABLE = "(?<=\\.\\. begin %s\n\n).*?(?=\n\\.\\. end %s\n)"

VERDICTS = ("right", "overrated", "wrong")

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Package:
    """A release of a project.

    Attributes:
        name: as the package index knows it.
        version: of the release.
        form: "sdist" or "wheel".
    """

    name: str
    version: str
    form: str = "sdist"

    @property
    def title(self) -> str:
        """What reports call it."""
        return "%s %s" % (self.name, self.version)


def load() -> list[Package]:
    """The releases, in the order of the data."""
    return [Package(**row) for row in tomllib.loads(PACKAGES.read_text("utf-8"))["package"]]


def fetch(package: Package) -> Path:
    """The directory with what is in a release, fetched if it has to be."""
    home = debian.cache() / "scan-packages"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / ("%s-%s" % (package.name, package.version))
    with debian.locked(folder):
        if not folder.exists():
            _unpack(_download(package, home / ("archive-" + folder.name)), folder)
    return folder


def _download(package: Package, home: Path) -> Path:
    """The archive of a release."""
    shutil.rmtree(home, ignore_errors=True)
    form = ["--no-binary", package.name]
    if package.form == "wheel":
        form = ["--only-binary", package.name, "--python-version", "2.7", "--implementation", "py", "--abi", "none"]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", *form,
         "--dest", str(home), "%s==%s" % (package.name, package.version)],
        check=True,
    )
    (archive,) = home.iterdir()
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    room = folder.with_name(folder.name + ".new")
    shutil.rmtree(room, ignore_errors=True)
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(room)
    else:
        with tarfile.open(archive) as source:
            source.extractall(room, filter="data")
    # A source archive has all in one directory of its own.
    inner = list(room.iterdir())
    (inner[0] if len(inner) == 1 and inner[0].is_dir() else room).rename(folder)
    shutil.rmtree(room, ignore_errors=True)


def scan(package: Package) -> list[Finding]:
    """The findings in a release; what could not be read is told on standard error."""
    folder = fetch(package)
    found = []
    for path, outcome in scanning.scan([str(folder)], frozenset(RULES)):
        for problem in outcome.problems:
            print("%s: %s" % (Path(path).relative_to(folder), problem.message), file=sys.stderr)
        found.extend(outcome.findings)
    return found


def count(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings each rule has."""
    return dict(sorted(Counter(each.rule for each in findings).items()))


def counts_table(counts: Mapping[str, Mapping[str, int]]) -> str:
    """The table of findings by release and rule, as the page has it."""
    rules = sorted({rule for row in counts.values() for rule in row})
    head = ["release", *(each.removeprefix("RG") for each in rules), "all"]
    rows = [[title, *(str(row.get(each, "")) for each in rules), str(sum(row.values()))]
            for title, row in counts.items()]
    totals = [sum(row.get(each, 0) for row in counts.values()) for each in rules]
    rows.append(["all", *map(str, totals), str(sum(totals))])
    return _table(head, rows)


def judged_table(judged: Sequence[Mapping[str, Any]]) -> str:
    """The table of findings that were looked at, as the page has it."""
    groups = {rule: [each for each in judged if each["rule"] == rule] for rule in sorted({each["rule"] for each in judged})}
    groups["all"] = list(judged)
    groups["in tests"] = [each for each in judged if is_test_file(each["path"])]
    groups["elsewhere"] = [each for each in judged if not is_test_file(each["path"])]
    rows = []
    for title, these in groups.items():
        found = Counter(each["verdict"] for each in these)
        rows.append([title, str(len(these)), *(str(found[each]) for each in VERDICTS),
                     "%d %%" % round(100 * found["wrong"] / len(these)) if these else ""])
    return _table(["findings", "looked at", *VERDICTS, "wrong in a hundred"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in the words of reStructuredText."""
    lines = [".. csv-table::", "   :header: %s" % ", ".join(head), ""]
    lines.extend("   %s" % ", ".join('"%s"' % each if not each else each for each in row) for row in rows)
    return "\n".join(lines) + "\n"


def read_table(page: str, name: str) -> str:
    """A table as it stands in the page.

    Raises:
        LookupError: there is none of that name.
    """
    found = re.search(_TABLE % (name, name), page, re.S)
    if found is None:
        raise LookupError("the page has no table %r" % name)
    return found.group()


def write(counts: Counts) -> None:
    """Puts counts down, and the tables of the page anew."""
    COUNTS.write_text(json.dumps(counts, indent=1) + "\n", "utf-8")
    page = environments.checkout() / PAGE
    text = page.read_text("utf-8")
    tables = {"counts": counts_table(counts), "judged": judged_table(json.loads(JUDGED.read_text("utf-8")))}
    for name, table in tables.items():
        read_table(text, name)  # an error if the page has no such place
        text = re.sub(_TABLE % (name, name), lambda found, table=table: table, text, flags=re.S)
    page.write_text(text, "utf-8")


def main(arguments: Sequence[str]) -> int:
    """Scans the releases; status 1 if the counts, or what was looked at, are not what is written down."""
    parser = argparse.ArgumentParser(prog="nox -s scan-packages --", description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="put the counts down, in data and in the page")
    parser.add_argument("--sample", type=int, metavar="NUMBER", help="print so many findings, drawn at random")
    parser.add_argument("--seed", type=int, default=2026, help="of the drawing (2026)")
    options = parser.parse_args(list(arguments))
    counts: Counts = {}
    everything: list[tuple[Package, Finding]] = []
    for package in load():
        try:
            fetch(package)
        except subprocess.CalledProcessError:
            print("pip could not fetch %s; what it says is above" % package.title)
            return 1
        begun = time.monotonic()
        found = scan(package)
        counts[package.title] = count(found)
        everything.extend((package, each) for each in found)
        print("%-26s %4d findings %6.1f s" % (package.title, len(found), time.monotonic() - begun), flush=True)
    gone = find_gone(json.loads(JUDGED.read_text("utf-8")), everything)
    for each in gone:
        print("judged, but no longer found: %(rule)s in %(release)s, %(path)s:%(line)d" % each)
    if gone:
        return 1
    if options.sample:
        _print_sample(everything, options.sample, options.seed)
    if options.write:
        write(counts)
    elif json.loads(COUNTS.read_text("utf-8")) != counts:
        print("The counts are not those in %s: look at what changed, then run with --write." % COUNTS.name)
        return 1
    return 0


def find_gone(
    judged: Sequence[Mapping[str, Any]], everything: Sequence[tuple[Package, Finding]]
) -> list[Mapping[str, Any]]:
    """The findings that were looked at and that the rules of today do not have: the table must not count them."""
    found = {(package.title, _path_in(package, each), each.line, each.rule) for package, each in everything}
    return [each for each in judged if (each["release"], each["path"], each["line"], each["rule"]) not in found]


def _path_in(package: Package, finding: Finding) -> str:
    return Path(finding.path).relative_to(fetch(package)).as_posix()


def _print_sample(everything: Sequence[tuple[Package, Finding]], number: int, seed: int) -> None:
    drawn = random.Random(seed).sample(everything, min(number, len(everything)))
    for package, each in sorted(drawn, key=lambda one: (one[1].rule, one[0].title, one[1])):
        print("%s %s %s:%d %s\n    %s\n    %s" % (
            each.rule, each.severity.word, package.title, each.line, _path_in(package, each), each.message, each.source))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
