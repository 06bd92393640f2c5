"""A wheel in environments that have just been made, on machines with neither compiler nor headers; and taken out again."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import ssl
import subprocess
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest
import systems

import conftest
from regraft_tools import environments, interpreters
from regraft_tools.bundle import maker
from regraft_tools.wheels import musl_python

PACKAGE = "regraft_trial"
LONGEST = 300  # seconds for one command

# pip brings the requests of its own time along.
REQUESTS = """
import pip._internal  # first: the two import each other
from pip._vendor import requests
import json, ssl, sys
page = requests.get(sys.argv[1], verify=sys.argv[2], timeout=30)
print(json.dumps({"status": page.status_code, "ssl": ssl.OPENSSL_VERSION, "file": ssl.__file__}))
"""
# A venv of 3.6 has pip 18.1, which takes no wheel for glibc 2.17; there the sdist is what is installed.
MUSL = "venv-on-musl"
KINDS = [("2.7", "bare"), ("2.7", "virtualenv"), ("3.6", "virtualenv"), ("3.9", "venv"), ("3.13", "venv"), ("3.9", MUSL),
         ("3.13", MUSL)]


@dataclass
class Place:
    """An environment of which nobody but the test knows.

    Attributes:
        root: its directory.
        python: its interpreter, by the name that it has for itself.
        series: of the interpreter.
        wheels: a directory of wheels for it and for others, by the name that it has for the interpreter.
        programs: the directory of all programs that it can call.
    """

    root: Path
    python: Path
    series: str
    wheels: str
    programs: Path

    def show(self, path: Path) -> str:
        """The name for the interpreter of a file of here."""
        return str(path)

    def find(self, name: str) -> Path:
        """The file here of a name that the interpreter says."""
        return Path(name)

    def run(self, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Its Python, with no other program on PATH; a failure is the test's."""
        # What is compiled while programs run is no part of what an installation leaves.
        variables = {"PATH": str(self.python.parent), "HOME": str(self.root), "LANG": "C.UTF-8", "PIP_CONFIG_FILE": "/dev/null",
                     "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1", "PYTHONDONTWRITEBYTECODE": "1", **variables}
        done = subprocess.run([str(self.python), *map(str, words)], env=variables, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LONGEST, check=False, cwd=self.root)
        assert done.returncode == 0, "%s\n%s\n%s" % (words, done.stdout, done.stderr)
        return done


@dataclass
class OnMusl(Place):
    """One in a system with musl, which sees nothing of this one but the directory around the environment."""

    system: Path

    def run(self, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """As above."""
        variables = {"HOME": systems.TRIAL, "PIP_CONFIG_FILE": "/dev/null", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                     "PIP_NO_CACHE_DIR": "1", "PYTHONDONTWRITEBYTECODE": "1", **variables}
        done = systems.enter(self.system, self.root.parent, str(self.python), *map(str, words), **variables)
        assert done.returncode == 0, "%s\n%s\n%s" % (words, done.stdout, done.stderr)
        return done

    def show(self, path: Path) -> str:
        """A copy of it, as the file is not seen."""
        shutil.copy(path, self.root.parent)
        return "%s/%s" % (systems.TRIAL, path.name)

    def find(self, name: str) -> Path:
        """It is somewhere in the directory."""
        return self.root.parent / PurePosixPath(name).relative_to(systems.TRIAL)


@pytest.fixture
def place_on_musl(find_wheel, wheels, tmp_path):
    """A function that makes an environment on musl for a series."""

    def make(series: str) -> OnMusl:
        systems.check_root("a system with musl is entered with chroot")
        find_wheel(series, libc="musllinux")
        system = systems.musl(series)
        folder = tmp_path / "shown"
        (folder / "wheels").mkdir(parents=True)
        for each in wheels:
            if each.series == series:
                shutil.copy(each.path, folder / "wheels")
        made = OnMusl(folder / "place", Path(systems.TRIAL, "place/bin/python"), series, systems.TRIAL + "/wheels",
                      system / "usr/bin", system)
        done = systems.enter(system, folder, "/usr/bin/python" + series, "-m", "venv", "--without-pip", systems.TRIAL + "/place")
        assert done.returncode == 0, done.stderr
        # That of 3.9's own ensurepip does not know the tag yet.
        shutil.unpack_archive(musl_python.pip(systems.musl("3.13")), next(made.root.glob("lib/python*/site-packages")), "zip")
        return made

    return make


@pytest.fixture(params=KINDS, ids="-".join)
def place(request, find_wheel, tmp_path):
    series, kind = request.param
    if kind == MUSL:
        return request.getfixturevalue("place_on_musl")(series)
    find_wheel(series)
    found = interpreters.search([series]).of(series)
    if found is None:
        systems.lack("there is no Python %s here" % series)
    root = tmp_path / "place"
    if kind == "venv":
        environments.make_venv(found, root)
    elif kind == "virtualenv":
        environments.make_virtualenv(found, root)
    else:
        prefix = found.path.resolve().parents[1]
        # All but what an installation needs not, the C headers among it.
        shutil.copytree(prefix, root, symlinks=True, ignore=shutil.ignore_patterns("include", "test", "tests", "*.a", "share"))
        leave_only_pip(root)
    (python,) = {each for each in (root / "bin/python", root / "bin" / ("python" + series)) if each.exists()} - {
        root / "bin" / ("python" + series) if (root / "bin/python").exists() else None}
    return Place(root, python, series, str(conftest.directory()), python.parent)


def leave_only_pip(root):
    """Takes out what the person of this prefix has installed."""
    (packages,) = root.glob("lib/python*/site-packages")
    for each in packages.iterdir():
        if not each.name.startswith(("pip", "setuptools", "pkg_resources", "easy_install", "README")):
            shutil.rmtree(each) if each.is_dir() else each.unlink()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves an index, and notes the version of TLS of each request."""

    def do_GET(self):  # noqa: N802  (the name that http.server asks for)
        self.server.seen.append((self.path, self.connection.version()))
        super().do_GET()

    def log_message(self, *words):
        """Says nothing on stderr."""


@pytest.fixture
def index(tmp_path, certs):
    """An index over TLS 1.3 alone with one small package: its address, and what it saw."""
    root = tmp_path / "index"
    folder = root / "simple" / PACKAGE.replace("_", "-")
    folder.mkdir(parents=True)
    name = PACKAGE + "-1.0-py2.py3-none-any.whl"
    with zipfile.ZipFile(folder / name, "w") as archive:
        info = PACKAGE + "-1.0.dist-info/"
        archive.writestr(PACKAGE + ".py", "ANSWER = 42\n")
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: regraft-trial\nVersion: 1.0\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n")
        archive.writestr(info + "RECORD", "%s.py,,\n%sMETADATA,,\n%sWHEEL,,\n%sRECORD,,\n" % (PACKAGE, info, info, info))
    (folder / "index.html").write_text('<a href="%s">%s</a>' % (name, name))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certs / "localhost.pem")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=root))
    server.daemon_threads = True
    server.seen = []
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.address = "https://localhost:%d/simple/" % server.server_address[1]
    yield server
    server.shutdown()
    thread.join(LONGEST)
    server.server_close()


def test_it_is_installed_enabled_used_and_gone_without_a_trace(place, index, certs):
    authority = place.show(certs / "ca.pem")
    place.run("-m", "pip", "--version")  # what pip makes of itself when it is first called
    before = conftest.digest(place.root)
    assert place.programs.is_dir() and not any(shutil.which(each, path=str(place.programs)) for each in ("cc", "gcc"))
    place.run("-m", "pip", "install", "--no-index", "--find-links", place.wheels, "regraft")
    assert place.run("-m", "regraft", "run", "-c", "import ssl; print(ssl.OPENSSL_VERSION)").stdout.startswith("OpenSSL 3.5.")
    enabled = place.run("-m", "regraft", "enable").stdout
    assert "regraft enabled" in enabled

    found = json.loads(place.run("-m", "regraft", "status", "--json").stdout)
    assert found["active"] and found["extension"]["bundled"] and place.find(found["extension"]["sbom"]).is_file()
    assert found["ssl"]["openssl"].startswith("OpenSSL 3.5.")
    said = place.run("-c", "import ssl; print(ssl.OPENSSL_VERSION)").stdout
    assert said.startswith("OpenSSL 3.5.")

    page = json.loads(place.run("-c", REQUESTS, index.address, authority).stdout)
    assert page["status"] == 200 and page["ssl"].startswith("OpenSSL 3.5.") and "regraft" in page["file"]
    place.run("-m", "pip", "install", "--index-url", index.address, "--cert", authority, "regraft-trial")
    assert place.run("-c", "import regraft_trial; print(regraft_trial.ANSWER)").stdout == "42\n"
    assert {version for _, version in index.seen} == {"TLSv1.3"}
    assert any(path.endswith(".whl") for path, _ in index.seen)

    place.run("-m", "pip", "uninstall", "--yes", "regraft-trial")
    place.run("-m", "pip", "uninstall", "--yes", "regraft")
    after = conftest.digest(place.root)
    assert {name: (before.get(name), after.get(name)) for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)} == {}


@pytest.mark.parametrize("series", musl_python.SERIES)
def test_the_bundle_chooses_the_wheel_for_musl(place_on_musl, wheels, series, tmp_path):
    place = place_on_musl(series)
    before = conftest.digest(place.root)
    bundle = place.show(maker.make([each.path for each in wheels if each.series == series], tmp_path))
    said = place.run(bundle, "install").stdout
    assert "musl 1.2" in said and re.search(r"-musllinux_1_2_x86_64\.whl is the wheel for it", said)
    answer = place.run("-c", "import ssl; print(ssl.OPENSSL_VERSION, ssl.__file__)").stdout
    assert answer.startswith("OpenSSL 3.5.") and "/regraft/overlay/" in answer
    place.run(bundle, "uninstall")
    assert conftest.digest(place.root) == before


@pytest.mark.parametrize("series", musl_python.SERIES)
def test_it_is_grafted_into_a_standard_library_on_musl_and_taken_out(find_wheel, trial, tmp_path, series):
    systems.check_root("a system with musl is entered with chroot")
    wheel = find_wheel(series, libc="musllinux")
    root = tmp_path / "root"
    shutil.copytree(systems.musl(series), root, symlinks=True)
    before = conftest.digest(root)

    def run(*words, **variables):
        done = systems.enter(root, trial, "/usr/bin/python" + series, *words, PYTHONDONTWRITEBYTECODE="1", **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    ours = {"PYTHONPATH": "%s/%s" % (systems.TRIAL, wheel)}
    run("-m", "regraft", "graft-tree", "/usr", **ours)
    said = run("-S", "-E", "-c", "import ssl; print(ssl.OPENSSL_VERSION, ssl.__file__)")
    assert said.startswith("OpenSSL 3.5.") and said.split()[-1] == "/usr/lib/python%s/ssl.py" % series
    assert "is grafted" in run("-m", "regraft", "verify-tree", "/usr", **ours)
    run("-m", "regraft", "ungraft-tree", "/usr", **ours)
    assert conftest.digest(root) == before
