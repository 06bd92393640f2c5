"""The file in dist/, which is what is published: the other trials make bundles of their own, without an OpenSSL inside."""

from __future__ import annotations

import json
import zipfile

import pytest

from regraft_tools import environments
from regraft_tools.bundle import trials
from regraft_tools.wheels import source


@pytest.fixture
def released(interpreter):
    """Its path; skips where there is none, or none of its wheels is for the interpreter, as when only some were made."""
    found = sorted((environments.checkout() / "dist").glob("regraft-*.pyz"))
    if not found:
        pytest.skip("there is no bundle in dist/: `nox -s wheels` and `nox -s bundle` make it")
    assert len(found) == 1, "more than one bundle in dist/"
    tag = "-cp%d%d-" % interpreter.release[:2]
    with zipfile.ZipFile(found[0]) as archive:
        if not any(tag in each and "linux" in each and each.endswith("_x86_64.whl") for each in archive.namelist()):
            pytest.skip("%s has no wheel for Python %s" % (found[0].name, interpreter.series))
    return found[0]


def test_it_brings_its_openssl_and_goes_without_a_trace(released, interpreter, tmp_path):
    machine = trials.copy_bare(interpreter, tmp_path / "python")
    before = trials.list_tree(machine.root)
    done = machine.run(released, "install")
    assert (done.returncode, done.stderr) == (0, ""), done
    report = json.loads(machine.run("-m", "regraft", "status", "--json").stdout)
    assert report["active"] and report["extension"]["bundled"] and report["extension"]["sbom"], report
    assert report["ssl"]["openssl"].startswith("OpenSSL %s." % source.SERIES)
    done = machine.run(released, "uninstall")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert trials.list_tree(machine.root) == before
