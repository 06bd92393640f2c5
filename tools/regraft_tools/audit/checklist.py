"""What is left to a person after a new release of Python or OpenSSL, each step with its command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from regraft_tools.audit import storage
from regraft_tools.conformance import suites

_TOOL = ".venv/bin/regraft-tools audit"
_NOX = ".venv/bin/nox -s"


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes:
        text: what, and where.
        command: what shows that it is done, or does it.
        done: whether it is, as far as can be seen.
    """

    text: str
    command: str = ""
    done: bool = False


def of_python(version: str, python: str, lacking: Sequence[str], reference: str) -> list[Step]:
    """The steps after a new release of Python.

    Args:
        version: its release.
        python: its interpreter, as it was named.
        lacking: names that regraft has not.
        reference: the release that was the reference so far.
    """
    series = ".".join(version.split(".")[:2])
    path = storage.file_of(version)
    relative = Path(storage.FOLDER, path.name)
    names = ", ".join(lacking[:6]) + (" and %d more" % (len(lacking) - 6) if len(lacking) > 6 else "")
    return [
        Step("Record its interface, and say in snapshots/README.md which build it is of",
             "%s snapshot %s --output %s" % (_TOOL, python, relative), path.exists()),
        Step("Bring in what it has and regraft has not (CONTRIBUTING.md, \"Add a name\"): %s" % (names or "nothing"),
             "%s new-python %s --no-suites" % (_TOOL, python), not lacking),
        Step("Make it the reference: API in tools/regraft_tools/audit/storage.py (DEFAULTS too, if it is built as "
             "upstream builds it); then mend or explain what the gates find, and delete waivers that are stale",
             "%s audit -- --all" % _NOX, version == storage.API),
        Step("Read its \"What's New\" and changelog for what no interface shows: behaviour, errors, defaults, fixes "
             "with a CVE. A default is a row of src/regraft/policy.py and of docs/defaults.rst; a feature or a fix is "
             "a row of src/regraft/features", "%s tests -- 2.7 tests/unit -k feature" % _NOX),
        Step("Compare its list of distrusted keys with ext/distrusted.h",
             "%s tests -- 2.7 tests/unit/test_distrusted_keys.py" % _NOX),
        Step("Give it a list of suites in tools/regraft_tools/conformance/suites.py, measure it without regraft, then "
             "run it with; what differs by design is a row of tests/conformance/expectations/%s.toml" % series,
             "%s own_suites -- --stock --python %s && %s own_suites -- --python %s" % (_NOX, series, _NOX, series),
             series in suites.known_series()),
        Step("Let 2.7 run its suites, translated: reference.py in tools/regraft_tools/conformance names it",
             "%s translated_suites" % _NOX),
        Step("See whether typeshed agrees", "%s stubtest" % _NOX),
        Step("Say in README.md, docs and CHANGELOG.md which release regraft follows now (it was %s), and run all of "
             "the tests on every host" % reference, "make test && %s matrix" % _NOX),
    ]


def of_openssl(version: str, name: str, release: str, folder: Path | None, known: bool) -> list[Step]:
    """The steps after a new release of OpenSSL.

    Args:
        version: what it says of itself.
        name: how it was named.
        release: how RELEASES calls it, or will.
        known: whether it is there.
        folder: its directory; None for the system's.
    """
    prefix = "REGRAFT_OPENSSL=%s " % folder if folder else ""
    return [
        Step("Read its CHANGES and NEWS for what is deprecated, removed, or has another default; a condition is a line "
             "of ext/compat.h (RG_HAS_…) and an entry of CAPABILITIES in ext/constants.pxi, tested for both answers",
             "%s.venv/bin/python -m regraft_tools.environments 2.7" % prefix),
        Step("Explain or mend what drifted; a row of tests/audit/waivers.toml says `lacks` for an older OpenSSL",
             "%s new-openssl %s --no-tests" % (_TOOL, name)),
        Step("Name it in RELEASES of tools/regraft_tools/openssls.py, and run our own tests on it",
             "%s openssl_matrix -- %s" % (_NOX, release), known),
        Step("Look whether memory is still sound", "%s%s sanitizers -- asan 2.7" % (prefix, _NOX)),
        Step("Say in docs/limits.rst, docs/testing.rst and CHANGELOG.md that %s is served" % version, "%s docs" % _NOX),
    ]


def write(steps: Sequence[Step]) -> str:
    """The list as text."""
    lines = []
    for number, step in enumerate(steps, 1):
        lines.append("%2d. [%s] %s" % (number, "x" if step.done else " ", step.text))
        if step.command:
            lines.append("         %s" % step.command)
    return "\n".join(lines)
