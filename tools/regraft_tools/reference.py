"""The newest hosts, among them the reference interpreter, in a Debian sid of their own.

No stable Debian has Python 3.14 and 3.15, so a whole system is made in the cache, with debootstrap,
and entered with chroot. Both need root. The mounts belong to a namespace of the process that
enters, and are gone when it ends; the machine itself is not changed.

    python -m regraft_tools.reference [SERIES …] [ARGUMENT of pytest …]
        our own tests (unit, wire, startup, profiles), the audit, and the interpreters' own suites with regraft active
    python -m regraft_tools.reference run COMMAND …
        a command in that system, in this checkout: `run python3.15 -c "import ssl"`

The system is kept as it is once it is made; `REGRAFT_CACHE/reference` can be deleted at any time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import debian, environments, interpreters, testing

SUITE = "sid"
SERIES = ("3.14", "3.15")
TOOLS_SERIES = SERIES[0]  # compiled packages appear on PyPI long after a release of Python
PACKAGES = (
    "build-essential", "ca-certificates", "libssl-dev", "openssl", "pkgconf",
    *(each % series for series in SERIES
      for each in ("python%s-dev", "python%s-venv", "libpython%s-testsuite")),
)
DIRECTORIES = ("tests/unit", "tests/wire", "tests/startup", "tests/profiles")

# Where the checkout and what is built from it are within the system.
CHECKOUT, ROOMS = "/regraft", "/environments"

# Arguments: system, checkout, rooms, command. /dev brings the shared memory along.
_ENTER = """
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount --bind "$2" "$1%s"
mount --bind "$3" "$1%s"
for each in /etc/resolv.conf /etc/ssl/certs; do
    if [ -e "$each" ] && [ -e "$1$each" ]; then mount --bind "$each" "$1$each"; fi
done
system=$1
shift 3
exec chroot "$system" /bin/sh -c 'cd %s && exec "$@"' enter "$@"
""" % (CHECKOUT, ROOMS, CHECKOUT)


class NotPossible(RuntimeError):
    """The system cannot be made or entered here; the message tells why."""


def room() -> Path:
    """The directory of the system and of what is built in it."""
    return debian.cache() / "reference"


def system() -> Path:
    """The root of the system, made when first asked for (a gigabyte, some minutes).

    Raises:
        NotPossible: this process is not root's, or a command is missing.
        debian.Unavailable: the packages cannot be had.
    """
    lacking = _lacking()
    if lacking:
        raise NotPossible(
            "the newest interpreters run in a system of their own, which is entered with chroot; "
            "that needs " + " and ".join(lacking)
        )
    return debian.made_once(room() / SUITE, _bootstrap)


def _lacking() -> list[str]:
    needed = [] if os.geteuid() == 0 else ["root"]
    needed += [
        "the command " + each for each in ("chroot", "mount", "unshare", "apt-get", "dpkg-deb")
        if not shutil.which(each)
    ]
    return needed


def _bootstrap(target: Path) -> None:
    print("making a Debian %s with Python %s" % (SUITE, " and ".join(SERIES)), flush=True)
    debian.bootstrap(SUITE, target, PACKAGES)
    # Packages that were fetched for it; they are unpacked now.
    for each in (target / "var/cache/apt/archives").glob("*.deb"):
        each.unlink()
    for name in (CHECKOUT, ROOMS):
        (target / name.lstrip("/")).mkdir()


def entering(root: Path, command: Sequence[str]) -> list[str]:
    """The command that runs another one in the system, in the checkout."""
    rooms = room() / "environments"
    rooms.mkdir(parents=True, exist_ok=True)
    return [
        "unshare", "--mount", "--propagation", "private", "sh", "-euc", _ENTER, "enter",
        str(root), str(environments.checkout()), str(rooms), *command,
    ]


def variables() -> dict[str, str]:
    """The environment variables of a command in the system."""
    # Where packages come from is a matter of the machine, also for pip.
    kept = {name: value for name, value in os.environ.items()
            if name.startswith("PIP_") or name.lower().endswith("_proxy")}
    return kept | {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", "LANG": "C.UTF-8",
        environments.VARIABLE: ROOMS, "PYTHONPATH": CHECKOUT + "/tools",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def enter(command: Sequence[str]) -> int:
    """Runs a command in the system; its exit status."""
    return subprocess.run(
        entering(system(), command), env=variables(), stdin=subprocess.DEVNULL, check=False
    ).returncode


def run_inside(arguments: Sequence[str]) -> int:
    """What runs in the system: our own tests, then the interpreters' own suites."""
    series = [each for each in arguments if re.fullmatch(r"\d+\.\d+", each)] or list(SERIES)
    rest = [each for each in arguments if each not in series]
    project = tomllib.loads((environments.checkout() / "tools/pyproject.toml").read_text())
    tools = environments.ensure(
        interpreters.own(), "tools", packages=project["project"]["dependencies"], regraft=False
    )
    own_tests = ["testing", "grafted", *series, *testing.with_paths(rest, DIRECTORIES)]
    suites = [] if rest else [["audit", *series], ["conformance", "run", "--verbose", "--python", *series]]
    status = 0
    for module, *words in (own_tests, *suites):
        done = subprocess.run(
            [str(tools.python), "-m", "regraft_tools." + module, *words], check=False
        )
        status = status or done.returncode
    return status


def main(arguments: Sequence[str]) -> int:
    """0 if all is as it should be; 2 if it could not be done."""
    try:
        match list(arguments):
            case ["run", *command] if command:
                return enter(command)
            case ["inside", *rest]:
                return run_inside(rest)
            case rest:
                module = [sys.modules[__name__].__spec__.name, "inside", *rest]
                return enter(["python" + TOOLS_SERIES, "-m", *module])
    except (NotPossible, debian.Unavailable, environments.BuildFailed) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
