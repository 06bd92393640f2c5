"""Asks whether OpenSSL or Python has a release that regraft has not followed yet.

    python -m regraft_tools.upstream             # exit status 1: there is one
    python -m regraft_tools.upstream --shipped 3.5.7

Debian's indexes are asked, verified by apt: its security suite lists a fixed OpenSSL on the day of an advisory,
and sid follows Python's releases within days.
The answer is what to do, as commands; nothing is changed. What
the wheels ship is a line of `shipped.toml`, which is changed by hand when they are released.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, environments
from regraft_tools.wheels import source

SHIPPED = Path(__file__).with_name("shipped.toml")
PYTHON_SUITE = "sid"
NOTHING_NEW, NEWS, UNKNOWN = 0, 1, 2

_UPSTREAM = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*)")
_SNAPSHOT = re.compile(r"cpython-((3\.\d+)\.\d+)\.json\Z")

Lister = Callable[[str, str], list[str]]


@dataclass(frozen=True)
class Followed:
    """What is followed.

    Attributes:
        title: in words, with its series.
        package: Debian's source package.
        suites: where it is looked for.
        known: the release that regraft has; empty for a series that is not there yet.
        advice: what to type when there is a newer one; `%s` is that release.
    """

    title: str
    package: str
    suites: tuple[str, ...]
    known: str
    advice: str


@dataclass(frozen=True)
class Answer:
    """What the indexes say of one.

    Attributes:
        followed: of what.
        newest: the newest release that is listed, of those in the followed series; empty for none.
        where: the suite that lists it.
    """

    followed: Followed
    newest: str
    where: str

    @property
    def is_news(self) -> bool:
        """Whether it is newer than what regraft has."""
        return bool(self.newest) and order(self.newest) > order(self.followed.known)


def order(release: str) -> tuple[int, ...]:
    """A release as numbers; a series that is not there yet comes before all."""
    return tuple(int(each) for each in release.split(".")) if release else ()


def read_shipped(path: Path = SHIPPED) -> str:
    """The release of OpenSSL in the wheels that were released last."""
    return tomllib.loads(path.read_text(encoding="utf-8"))["openssl"]


def list_followed(shipped: str, snapshots: Iterable[str]) -> list[Followed]:
    """What is followed: OpenSSL, the series of Python that regraft is, and the one after it.

    A fix that older series of Python get is in the newest, too.

    Args:
        shipped: the release of OpenSSL.
        snapshots: names of the files in snapshots/.
    """
    known = dict(match.group(2, 1) for match in map(_SNAPSHOT.match, snapshots) if match)
    series = max(known, key=order)
    newest = order(series)
    following = "%d.%d" % (newest[0], newest[1] + 1)
    python = "nox -s new-python -- PYTHON-%s (docs/alignment.rst)"
    return [
        Followed("OpenSSL %s, in the wheels" % source.SERIES, source.PACKAGE, source.SUITES, shipped,
                 "nox -s release -- VERSION (docs/internals/releasing.md; the new OpenSSL is %s)"),
        Followed("Python %s" % series, "python" + series, (PYTHON_SUITE,), known[series], python),
        Followed("Python %s, the next" % following, "python" + following, (PYTHON_SUITE, "experimental"), "", python),
    ]


def ask(followed: Followed, lister: Lister) -> Answer:
    """What the indexes say.

    Raises:
        debian.Unavailable: one of them cannot be had.
    """
    best, where = "", ""
    for suite in followed.suites:
        for version in lister(suite, followed.package):
            match = _UPSTREAM.match(version)
            release = match.group(1) if match else ""
            # trixie's openssl may be of another series one day, and 3.16.0~a1 is no release.
            is_final = "~a" not in version and "~b" not in version and "~rc" not in version
            if _is_of(release, followed) and is_final and order(release) > order(best):
                best, where = release, suite
    return Answer(followed, best, where)


def _is_of(release: str, followed: Followed) -> bool:
    if not release or followed.package != source.PACKAGE:
        return bool(release)
    return release.startswith(source.SERIES + ".")


def tell(answer: Answer) -> str:
    """One line, or two."""
    followed = answer.followed
    if answer.is_news:
        return "%-28s %s is out (%s); here is %s\n%28s %s" % (
            followed.title, answer.newest, answer.where, followed.known or "none", "do:", followed.advice % answer.newest)
    if not answer.newest:
        return "%-28s %s" % (followed.title, "not there yet" if not followed.known else
                             "%s; no suite lists it any more" % followed.known)
    return "%-28s %s is the newest" % (followed.title, followed.known)


def main(arguments: Sequence[str], lister: Lister = debian.list_sources) -> int:
    """Tells what is new; the exit status."""
    parser = argparse.ArgumentParser(prog="regraft_tools.upstream", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--shipped", metavar="RELEASE", help="compare with this OpenSSL; default: %s" % SHIPPED.name)
    options = parser.parse_args(list(arguments))
    shipped = options.shipped or read_shipped()
    if not re.fullmatch(r"\d+\.\d+\.\d+", shipped):
        parser.error("not a release of OpenSSL: %r" % shipped)
    names = [each.name for each in (environments.checkout() / "snapshots").glob("cpython-3.*.json")]
    status = NOTHING_NEW
    for followed in list_followed(shipped, names):
        try:
            answer = ask(followed, lister)
        except debian.Unavailable as error:
            print("%-28s NOT KNOWN: %s" % (followed.title, error))
            status = UNKNOWN
            continue
        print(tell(answer), flush=True)
        if answer.is_news and status == NOTHING_NEW:
            status = NEWS
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
