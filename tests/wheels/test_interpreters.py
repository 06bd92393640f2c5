"""Each wheel in its Pythons: the ones here, those of other Debians, another machine's, and those on musl."""

from __future__ import annotations

import json

import pytest

import systems
from conftest import MACHINE, overlay
from regraft_tools import interpreters, reference
from regraft_tools.wheels import musl_python

FOUND = interpreters.search().found
PROGRAM = "programs/handshake.py"
CERTIFICATES = ("certs/localhost.pem", "certs/ca.pem")
# Debian's 3.14 and 3.15, in the system that `nox -s reference` makes.
NEWEST = reference.SERIES
MUSL_ON_ARM = "3.13"
# Of FIPS 180-4 and 202 and RFC 1321 and 7693 for "abc"; of RFC 4231, 7914.
ANSWERS = {
    "md5": "900150983cd24fb0d6963f7d28e17f72", "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "sha3_256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    "blake2b": "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
               "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    "hmac": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "pbkdf2": "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
              "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
    "scrypt": "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
              "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
}
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


@pytest.fixture(params=[(series, "x86_64") for series in musl_python.SERIES] + [(MUSL_ON_ARM, "aarch64")], ids="-".join)
def on_musl(request, find_wheel, trial):
    """A function that runs a program with the wheel for a Python on musl; the wheel, the series and the machine."""
    series, machine = request.param
    wheel = find_wheel(series, machine, "musllinux")

    def enter(name):
        systems.check_root("a system with musl is entered with chroot")
        return systems.enter(systems.musl(series), trial, "/usr/bin/python" + series, *at(systems.TRIAL, name, *CERTIFICATES),
                             PYTHONPATH=overlay("%s/%s" % (systems.TRIAL, wheel)))

    def emulate(name):
        root = systems.musl(series, machine)
        return systems.run(
            [*systems.emulator(), "-L", str(root), str(musl_python.program(root, series)), *at(trial, name, *CERTIFICATES)],
            PYTHONPATH=overlay(str(trial / str(wheel))), PYTHONHOME=str(root / "usr"))

    return enter if machine == MACHINE else emulate, wheel, series, machine


# A thread for which nobody asks for more has a stack of 128 KiB there, and that is what the other program makes do with.
@pytest.mark.parametrize("name", [PROGRAM, "programs/narrow.py"])
def test_it_shakes_hands_on_musl(on_musl, name):
    run, *rest = on_musl
    check(run(name), *rest)


def test_its_digests_are_right_on_musl(on_musl):
    run, wheel, _series, _machine = on_musl
    done = run("programs/digests.py")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["answers"] == ANSWERS
    assert found["ours"] and all(str(wheel) in each for each in found["files"])
    assert len(set(found["random"])) == 3 and {len(each) for each in found["random"]} == {64}
