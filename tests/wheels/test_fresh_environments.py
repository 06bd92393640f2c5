"""A wheel in environments that have just been made, on machines with neither compiler nor headers; and taken out again."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import ssl
import subprocess
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import systems

import conftest
from regraft_tools import environments, interpreters

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
KINDS = [("2.7", "bare"), ("2.7", "virtualenv"), ("3.6", "virtualenv"), ("3.9", "venv"), ("3.13", "venv")]


@dataclass
class Place:
    """An environment of which nobody but the test knows."""

    root: Path
    python: Path
    series: str
    path: str = field(default="")

    def run(self, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Its Python, with no other program on PATH; a failure is the test's."""
        # What is compiled while programs run is no part of what an installation leaves.
        variables = {"PATH": str(self.python.parent), "HOME": str(self.root), "LANG": "C.UTF-8", "PIP_CONFIG_FILE": "/dev/null",
                     "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1", "PYTHONDONTWRITEBYTECODE": "1", **variables}
        done = subprocess.run([str(self.python), *map(str, words)], env=variables, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LONGEST, check=False, cwd=self.root)
        assert done.returncode == 0, "%s\n%s\n%s" % (words, done.stdout, done.stderr)
        return done


@pytest.fixture(params=KINDS, ids="-".join)
def place(request, find_wheel, tmp_path):
    series, kind = request.param
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
    return Place(root, python, series)


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
    authority = str(certs / "ca.pem")
    place.run("-m", "pip", "--version")  # what pip makes of itself when it is first called
    before = conftest.digest(place.root)
    assert not shutil.which("cc", path=str(place.python.parent)) and not shutil.which("gcc", path=str(place.python.parent))
    place.run("-m", "pip", "install", "--no-index", "--find-links", conftest.directory(), "regraft")
    enabled = place.run("-m", "regraft", "enable").stdout
    assert "regraft enabled" in enabled

    found = json.loads(place.run("-m", "regraft", "status", "--json").stdout)
    assert found["active"] and found["extension"]["bundled"] and Path(found["extension"]["sbom"]).is_file()
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
