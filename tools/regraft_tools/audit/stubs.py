"""A second opinion: mypy's stubtest of the covered modules, with regraft in force, against typeshed.

What typeshed says otherwise is a row of tests/audit/stubtest.toml:

    [[difference]]
    names = ["ssl.SSLSocket.group"]     # as stubtest calls them
    reason = "new in 3.15; the stubs of 3.13 are what a 3.13 is compared with"

A row that stubtest does not need fails.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

from regraft_tools import environments, interpreters, tally
from regraft_tools.audit.waivers import Malformed

SERIES = "3.13"
MODULES = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets")
FILE = Path("tests", "audit", "stubtest.toml")  # in the checkout
LONGEST = 600  # seconds
_REASON = 15  # characters; less is none


def load(path: Path) -> dict[str, str]:
    """Reasons by name.

    Raises:
        Malformed: a row is incomplete, or a name is there twice.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Malformed("%s: %s" % (path.name, error)) from None
    reasons: dict[str, str] = {}
    for row in document.get("difference", ()):
        names, reason = row.get("names"), row.get("reason", "")
        if set(row) != {"names", "reason"} or not names or len(reason) < _REASON:
            raise Malformed("%s: a row needs names and a reason in words: %s" % (path.name, row))
        for each in names:
            if each in reasons:
                raise Malformed("%s: %s is listed twice" % (path.name, each))
            reasons[each] = reason
    return reasons


def run(options: argparse.Namespace) -> int:
    """Runs stubtest; 0 if it finds nothing but what is listed, and all of that.

    Raises:
        LookupError: there is no interpreter of that series.
        environments.BuildFailed: mypy or regraft could not be installed.
    """
    del options
    reasons = load(environments.checkout() / FILE)
    found = interpreters.search([SERIES]).of(SERIES)
    if found is None:
        raise LookupError("CPython %s, for whose stubs we are tested, was not found" % SERIES)
    environment = environments.ensure(found, "stubtest", packages=["mypy"])
    with tempfile.TemporaryDirectory(prefix="regraft-stubtest-") as folder:
        allowed = Path(folder, "allowed.txt")
        allowed.write_text("".join("%s\n" % re.escape(each) for each in reasons))
        done = environment.run(
            "-m", "regraft", "run", "-m", "mypy.stubtest", *MODULES, "--concise", "--allowlist", allowed,
            check=False, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=LONGEST,
        )
    lines = done.stdout.strip().splitlines()
    print("\n".join(lines))
    failed = 0 if done.returncode == 0 else max(len(lines), 1)
    tally.record(tally.Row("%s stubtest" % found.version, len(MODULES), failed, 0, len(reasons)))
    print("%d modules, %d differences from typeshed are listed, %s" % (
        len(MODULES), len(reasons), "%d are not, or are stale" % failed if failed else "no other"))
    return 0 if done.returncode == 0 else 1
