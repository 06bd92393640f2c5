"""regraft_tools.installing, and what of it is quick. `nox -s installs` is all of it, for all pips."""

from __future__ import annotations

import base64
import hashlib
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from regraft_tools import interpreters
from regraft_tools.installing import PIPS, Trouble, artefacts, places, scenarios
from regraft_tools.installing.index import Index

OLDEST = interpreters.oldest()
METADATA = "Metadata-Version: 2.1\nName: regraft\nVersion: 1.0\nRequires-Python: >=2.7\n"


def make_wheel(folder):
    """A wheel that is enough for an index."""
    path = folder / "regraft-1.0-py2.py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("regraft/__init__.py", '__version__ = "1.0"\n')
        archive.writestr("regraft-1.0.dist-info/METADATA", METADATA)
        archive.writestr("regraft-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An environment of the oldest interpreter, with the pip that virtualenv has for it."""
    return places.make(places.VIRTUAL, OLDEST, "embed", tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def offered(place, tmp_path_factory):
    return artefacts.collect(OLDEST, tmp_path_factory.mktemp("offered") / "wheels", place.pip, source=False, anew=True)


@pytest.mark.parametrize("name", ["upgrade", "upgrade-keeping"])
def test_a_scenario_goes_as_it_has_to_on_the_oldest_interpreter(place, offered, name, tmp_path):
    with Index(offered.files(), tmp_path) as index:
        assert scenarios.run(name, place, offered, index, tmp_path) == ""


@pytest.mark.skipif(not OLDEST.has_headers, reason="%s has no Python.h" % OLDEST)
def test_the_pip_that_the_oldest_interpreter_ships_installs_a_checkout(offered, tmp_path):
    pip = PIPS.get(OLDEST.series, ("embed",))[0]
    place = places.make(places.VIRTUAL, OLDEST, pip, tmp_path)
    with Index(offered.files(), tmp_path) as index:
        assert scenarios.run("checkout", place, offered, index, tmp_path) == ""


def test_what_a_scenario_leaves_is_named_and_taken_away(place, offered, tmp_path, monkeypatch):
    def leave_a_file(trial):
        """Leaves a file, and takes one."""
        (trial.place.root / "left").write_text("")
        trial.place.python.with_name("activate").unlink()
        (trial.place.home / "note").write_text("")

    def fail(trial):
        """Runs something that fails."""
        (trial.place.root / "left").write_text("")
        trial.pip("install", "--no-index", "no-such-project")

    for function in (leave_a_file, fail):
        wanted = scenarios.Scenario(function, (places.VIRTUAL,), ())
        monkeypatch.setitem(scenarios.SCENARIOS, function.__name__, wanted)
    with Index(offered.files(), tmp_path) as index:
        told = scenarios.run("leave_a_file", place, offered, index, tmp_path)
        for line in ("left behind: environment/left", "left behind: home/note", "gone: environment/bin/activate"):
            assert line in told
        assert "No matching distribution" in scenarios.run("fail", place, offered, index, tmp_path)
    assert place.differences() == []


def test_a_command_that_has_to_fail_and_does_not_is_trouble(place, offered, tmp_path):
    with Index(offered.files(), tmp_path) as index:
        with pytest.raises(Trouble, match="exit status 0"):
            scenarios.Trial(place, offered, index, tmp_path).pip("list", fails=True)


def test_scenarios_are_for_the_places_and_series_that_they_name():
    old, new = interpreters.find()[0], interpreters.find()[-1]
    assert scenarios.fits("wheel-for-user", places.BARE, new)
    assert not scenarios.fits("wheel-for-user", places.VIRTUAL, new)
    assert scenarios.fits("sdist-offline", places.VIRTUAL, old) is (old.series in ("2.7", "3.6"))
    assert scenarios.fits("sdist-offline", places.VIRTUAL, new) is (new.series in ("2.7", "3.6"))


def test_the_index_has_links_with_hash_and_python_and_knows_its_own_files_only(tmp_path):
    wheel = make_wheel(tmp_path)
    with Index([wheel], tmp_path) as index:
        context = ssl.create_default_context(cafile=str(index.certificate))

        def get(path):
            with urllib.request.urlopen(index.url.replace("/simple/", path), context=context, timeout=30) as answer:
                return answer.read()

        page = get("/simple/regraft/").decode()
        assert "#sha256=" + hashlib.sha256(wheel.read_bytes()).hexdigest() in page
        assert 'data-requires-python="&gt;=2.7"' in page
        assert get("/files/" + wheel.name) == wheel.read_bytes()
        for path in ("/simple/other/", "/files/authority.pem", "/files/../authority.pem", "/"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                get(path)
        assert set(index.versions) == {"TLSv1.3"}
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(index.url, context=ssl.create_default_context(), timeout=30)
    # The server may be told of it a moment later than the client.
    assert all("UNKNOWN_CA" in each for each in index.complaints)


@pytest.mark.parametrize("pip, platform, taken", [
    ((19, 2), "manylinux2010_x86_64.manylinux_2_12_x86_64", True), ((19, 2), "manylinux2014_x86_64", False),
    ((18, 1), "manylinux2010_x86_64", False), ((18, 1), "linux_x86_64", True), ((19, 3), "manylinux2014_x86_64", True),
    ((20, 2), "manylinux_2_28_x86_64", False), ((20, 3), "manylinux_2_28_x86_64", True),
])
def test_a_pip_takes_the_wheels_of_its_time(pip, platform, taken):
    assert artefacts.takes(pip, Path("regraft-1.0-cp36-cp36m-%s.whl" % platform)) is taken


def test_a_wheel_of_other_sources_is_not_tried_in_the_place_of_these(tmp_path, monkeypatch):
    (tmp_path / "dist").mkdir()
    (tmp_path / "src" / "regraft").mkdir(parents=True)
    module = tmp_path / "src" / "regraft" / "__init__.py"
    module.write_text('__version__ = "1.0"\n')
    made = make_wheel(tmp_path)
    tag = "cp%d%d" % OLDEST.release[:2]
    # Of 2.7 there are two kinds, of which one is here.
    for abi in (tag + "m", tag + "mu"):
        shutil.copy(made, tmp_path / "dist" / ("regraft-1.0-%s-%s-manylinux2014_x86_64.whl" % (tag, abi)))
    monkeypatch.setattr(artefacts.environments, "checkout", lambda: tmp_path)
    assert artefacts.find_wheel(OLDEST).parent == tmp_path / "dist"
    module.write_text('__version__ = "1.1"\n')
    with pytest.raises(Trouble, match="is of other sources"):
        artefacts.find_wheel(OLDEST)
    for each in (tmp_path / "dist").iterdir():
        each.unlink()
    assert artefacts.find_wheel(OLDEST) is None


def test_of_two_wheels_for_2_7_the_one_of_the_interpreters_kind_is_taken(tmp_path, monkeypatch):
    interpreter = interpreters.search(["2.7"]).of("2.7")
    if interpreter is None:
        pytest.skip("there is no Python 2.7 here")
    (tmp_path / "dist").mkdir()
    for abi in ("cp27m", "cp27mu"):
        path = tmp_path / "dist" / ("regraft-1.0-cp27-%s-manylinux2010_x86_64.whl" % abi)
        with zipfile.ZipFile(path, "w"):
            pass
    monkeypatch.setattr(artefacts.environments, "checkout", lambda: tmp_path)
    done = subprocess.run([str(interpreter.path), "-c", "import sys; print(sys.maxunicode > 0xffff)"], capture_output=True,
                          text=True, check=True)
    assert ("-cp27mu-" in artefacts.find_wheel(interpreter).name) == (done.stdout.strip() == "True")


def test_a_wheel_is_given_another_version_throughout(tmp_path):
    made = artefacts.renumber(make_wheel(tmp_path), "1.0.1", tmp_path)
    assert made.name == "regraft-1.0.1-py2.py3-none-any.whl"
    with zipfile.ZipFile(made) as archive:
        assert archive.read("regraft/__init__.py") == b'__version__ = "1.0.1"\n'
        assert b"\nVersion: 1.0.1\n" in archive.read("regraft-1.0.1.dist-info/METADATA")
        rows = archive.read("regraft-1.0.1.dist-info/RECORD").decode().splitlines()
        assert sorted(row.split(",")[0] for row in rows) == sorted(archive.namelist())
        for name, digest, size in (row.split(",") for row in rows[:-1]):
            data = archive.read(name)
            wanted = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, size) == ("sha256=" + wanted, str(len(data)))
