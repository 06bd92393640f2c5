"""A wheel's OpenSSL beside others in one process: each keeps working, and ours stays ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import systems
from conftest import overlay
from regraft_tools import environments, interpreters

LIBRARY = "libssl.so.3"
# The last releases for 2.7; of the others the newest.
PACKAGES = {
    "2.7": ("psycopg2-binary==2.8.6", "cryptography==3.3.2"),
    "3.13": ("psycopg2-binary", "cryptography", "pycurl"),
}
OTHERS = ("_ssl", "_hashlib", "psycopg2", "cryptography", "pycurl")


@dataclass(frozen=True)
class Place:
    """An interpreter with packages, and the wheel for it."""

    python: Path
    tree: Path
    series: str


@pytest.fixture(scope="module", params=sorted(PACKAGES))
def place(request, find_wheel, trial):
    series = request.param
    wheel = find_wheel(series)
    found = interpreters.search([series]).of(series)
    if found is None:
        systems.lack("there is no Python %s here" % series)
    environment = environments.ensure(found, "neighbours", packages=PACKAGES[series], regraft=False)
    if series == "2.7":
        build_pycurl(environment)
    return Place(environment.python, trial / str(wheel), series)


def run(place, trial, name, order, *words, **variables):
    if name == "_hashlib" and place.series == "2.7" and not has(place, "_hashlib"):
        pytest.skip("this Python 2.7 was built without _hashlib, as all are that were built with OpenSSL 3")
    if name == "pycurl" and not has(place, "pycurl"):
        systems.lack("pycurl has no wheel for 2.7, and could not be compiled here")
    return systems.run(
        [str(place.python), str(trial / "programs/neighbours.py"), name, order, *words, str(trial / "certs/localhost.pem"),
         str(trial / "certs/ca.pem")], PYTHONPATH=overlay(str(place.tree)), **variables)


def has(place, name):
    return subprocess.run([str(place.python), "-S", "-c", "import %s" % name] if name.startswith("_") else
                          [str(place.python), "-c", "import %s" % name], capture_output=True, check=False).returncode == 0


def check(done, place):
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["neighbour"]["works"] and found["still"]
    # OpenSSL before 3.5 does not know the group, so no other can have made it.
    assert found["ssl"].startswith("OpenSSL 3.5.") and found["group"] == "X25519MLKEM768"
    assert str(place.tree) in found["extension"] and found["bundled"]
    return found


@pytest.mark.parametrize("visible", [False, True], ids=["local", "global"])
@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("name", OTHERS)
def test_both_work_in_one_process(place, trial, name, order, visible):
    found = check(run(place, trial, name, order, *["global"] * visible), place)
    if name == "_ssl":
        # The interpreters here have the system's, so two were loaded.
        assert found["libraries"] and found["neighbour"]["loaded"] != found["ssl"]


@pytest.mark.parametrize("name", OTHERS)
def test_a_libssl_that_is_preloaded_takes_no_call_from_ours(place, trial, name):
    found = check(run(place, trial, name, "first", LD_PRELOAD=LIBRARY), place)
    assert LIBRARY in found["libraries"]


def test_a_wheel_that_leaves_its_calls_to_others_is_found(trial, tmp_path):
    # A regraft that was built with the system's OpenSSL, as for our own tests, in the wheel's place.
    interpreter = interpreters.own()
    tree = tmp_path / "regraft-of-the-system"
    shutil.unpack_archive(str(environments.wheel(interpreter)), str(tree), "zip")
    bad = Place(interpreter.path, tree, interpreter.series)
    done = run(bad, trial, "_ssl", "first")
    with pytest.raises(AssertionError):
        check(done, bad)
    assert "OpenSSL" in done.stdout and str(tree) in done.stdout, done.stderr


def build_pycurl(environment):
    """Compiles pycurl for 2.7 against Debian's libcurl, unless it is there or cannot be."""
    if subprocess.run([str(environment.python), "-c", "import pycurl"], capture_output=True, check=False).returncode == 0:
        return
    tree = systems.unpack("bookworm", ["libcurl4-openssl-dev"])
    usr = tree / "usr"
    library = next((usr / "lib").glob("*/pkgconfig")).parent
    runtime = next(iter(Path(os.sep, "usr/lib", library.name).glob("libcurl.so.4")), None)
    if runtime is None:
        return
    folder = environment.path / "curl"
    (folder / "lib").mkdir(parents=True, exist_ok=True)
    link = folder / "lib/libcurl.so"
    if not link.is_symlink():
        link.symlink_to(runtime)
    config = folder / "curl-config"
    # What is asked of it; its own names the directories of an installed package.
    config.write_text("#!/bin/sh\ncase $1 in\n--version) echo libcurl 7.88.1;;\n--cflags) echo -I%s -I%s;;\n"
                      "--libs) echo -L%s -lcurl;;\n--static-libs) exit 1;;\n--features) echo SSL;;\nesac\n"
                      % (usr / "include" / library.name, usr / "include", folder / "lib"))
    config.chmod(0o755)
    environment.run("-m", "pip", "install", "--quiet", "--no-binary", "pycurl", "pycurl==7.43.0.5", check=False,
                    env={"PYCURL_CURL_CONFIG": str(config), "PYCURL_SSL_LIBRARY": "openssl"},
                    stdout=sys.stderr, stderr=sys.stderr)
