"""Each wheel in its Pythons: the ones here, those of other Debians, and another machine's."""

from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path

import pytest

import systems
from conftest import overlay
from regraft_tools import interpreters, reference

FOUND = interpreters.search().found
PROGRAM = "programs/handshake.py"
CERTIFICATES = ("certs/localhost.pem", "certs/ca.pem")
# Debian's 3.14 and 3.15, in the system that `nox -s reference` makes.
NEWEST = reference.SERIES
QEMU = "qemu-aarch64-static"
ARM64 = {
    ("bookworm", "3.11"): ("libc6", "libgcc-s1", "zlib1g", "libexpat1", "libffi8", "libpython3.11-minimal", "libpython3.11-stdlib",
                           "python3.11-minimal", "libssl3"),
    ("bullseye", "2.7"): (*systems.BASE, *systems.PYTHONS["2.7"]),
}


def check(done, wheel, series, machine="x86_64"):
    """The program came to its end, with the wheel's extension and its own OpenSSL."""
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["python"].startswith(series + ".") and found["machine"] == machine
    assert str(wheel) in found["extension"] and str(wheel) in found["ours"]
    assert found["bundled"] and found["ssl"].startswith("OpenSSL 3.5.")
    assert (found["version"], found["server"], found["group"], found["echo"]) == ("TLSv1.3", ["TLSv1.3"], "X25519MLKEM768", 50)
    # Another one would be there if a call had been left to it.
    assert found["libraries"] == []
    return found


def at(folder, *names):
    return ["%s/%s" % (folder, each) for each in names]


@pytest.mark.parametrize("interpreter", FOUND, ids=lambda each: each.version)
def test_it_shakes_hands_with_itself(find_wheel, trial, interpreter):
    wheel = find_wheel(interpreter.series)
    done = systems.run([str(interpreter.path), *at(trial, PROGRAM, *CERTIFICATES)], PYTHONPATH=overlay(str(trial / str(wheel))))
    check(done, wheel, interpreter.series)


@pytest.mark.parametrize("series", NEWEST)
def test_it_shakes_hands_on_the_newest_pythons(find_wheel, trial, series):
    systems.check_root("Debian's newest Pythons are in a system of their own")
    root = reference.room() / reference.SUITE
    if not root.is_dir():
        systems.lack("there is no Debian sid in the cache; `nox -s reference` makes it")
    wheel = find_wheel(series)
    done = systems.enter(root, trial, "/usr/bin/python" + series, *at(systems.TRIAL, PROGRAM, *CERTIFICATES),
                         PYTHONPATH=overlay("%s/%s" % (systems.TRIAL, wheel)))
    check(done, wheel, series)


@pytest.mark.parametrize("series", sorted(systems.PYTHONS))
def test_it_shakes_hands_where_the_systems_openssl_is_1_1_1(find_wheel, trial, series):
    wheel = find_wheel(series)
    root = systems.bullseye(series)
    python = "/usr/bin/python" + series
    stock = systems.enter(root, trial, python, "-c", "import ssl; print(ssl.OPENSSL_VERSION)")
    assert stock.stdout.startswith("OpenSSL 1.1.1"), stock.stderr
    done = systems.enter(root, trial, python, *at(systems.TRIAL, PROGRAM, *CERTIFICATES),
                         PYTHONPATH=overlay("%s/%s" % (systems.TRIAL, wheel)))
    check(done, wheel, series)


@pytest.mark.parametrize("suite, series", sorted(ARM64))
def test_it_shakes_hands_on_aarch64(find_wheel, trial, suite, series):
    wheel = find_wheel(series, "aarch64")
    emulator = _find_emulator()
    root = systems.unpack(suite, ARM64[suite, series], "arm64")
    done = systems.run(
        [*emulator, "-L", str(root), str(root / "usr/bin" / ("python" + series)), *at(trial, PROGRAM, *CERTIFICATES)],
        PYTHONPATH=overlay(str(trial / str(wheel))), PYTHONHOME=str(root / "usr"))
    check(done, wheel, series, "aarch64")


def _find_emulator() -> list[str]:
    """The command that runs programs of aarch64; none is needed there."""
    if platform.machine() == "aarch64":
        return []
    here = shutil.which(QEMU) or shutil.which("qemu-aarch64")
    if here:
        return [here]
    tree = systems.unpack("bookworm", ["qemu-user-static"])
    return [str(Path(tree, "usr/bin", QEMU))]
