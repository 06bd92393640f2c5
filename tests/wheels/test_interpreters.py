"""Each wheel in its Pythons: the ones here, those of other Debians, another machine's, and those on musl."""

from __future__ import annotations

import json

import pytest

import systems
from conftest import overlay
from regraft_tools import interpreters, reference
from regraft_tools.wheels import musl_python

FOUND = interpreters.search().found
PROGRAM = "programs/handshake.py"
CERTIFICATES = ("certs/localhost.pem", "certs/ca.pem")
# Debian's 3.14 and 3.15, in the system that `nox -s reference` makes.
NEWEST = reference.SERIES
MUSL_ON_ARM = "3.13"
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
    emulator = systems.emulator()
    root = systems.unpack(suite, ARM64[suite, series], "arm64")
    done = systems.run(
        [*emulator, "-L", str(root), str(root / "usr/bin" / ("python" + series)), *at(trial, PROGRAM, *CERTIFICATES)],
        PYTHONPATH=overlay(str(trial / str(wheel))), PYTHONHOME=str(root / "usr"))
    check(done, wheel, series, "aarch64")


@pytest.mark.parametrize("program", [PROGRAM, "programs/narrow.py"])
@pytest.mark.parametrize("series", sorted(musl_python.RECIPES))
def test_it_shakes_hands_on_musl(find_wheel, trial, series, program):
    systems.check_root("a system with musl is entered with chroot")
    wheel = find_wheel(series, libc="musllinux")
    done = systems.enter(systems.musl(series), trial, "/usr/bin/python" + series, *at(systems.TRIAL, program, *CERTIFICATES),
                         PYTHONPATH=overlay("%s/%s" % (systems.TRIAL, wheel)))
    check(done, wheel, series)


def test_it_shakes_hands_on_musl_and_aarch64(find_wheel, trial):
    series = MUSL_ON_ARM
    wheel = find_wheel(series, "aarch64", "musllinux")
    command = systems.emulator()
    root = systems.musl(series, "aarch64")
    done = systems.run([*command, "-L", str(root), str(musl_python.program(root, series)), *at(trial, PROGRAM, *CERTIFICATES)],
                       PYTHONPATH=overlay(str(trial / str(wheel))), PYTHONHOME=str(root / "usr"))
    check(done, wheel, series, "aarch64")
