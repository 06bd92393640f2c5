"""`doctor` tells a server without RFC 5746, which OpenSSL refuses since 3.0, and its opt-in lets a program pass."""

from __future__ import annotations

import json
import subprocess

import pytest
from exchanges import HERE

from regraft_tools import certificates, environments, interpreters
from regraft_tools.differential import parties

TLSLITE = "tlslite-ng==0.8.2"
TRIAL = HERE.parent / "wire" / "doctor_trial.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("certificates")
    certificates.create_certificates(made)
    return made


@pytest.fixture
def port(folder):
    environment = environments.ensure(interpreters.own(), "peers", packages=[TLSLITE], regraft=False)
    server = subprocess.Popen(
        [environment.python, HERE / "bygone.py", folder / "localhost.pem"], env=environment.variables(),
        stdout=subprocess.PIPE,
    )
    try:
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("disabled", ["", "1"], ids=["regraft", "stock"])
@pytest.mark.parametrize("series", ["2.7", "3.6", "3.13"])
def test_a_server_without_secure_renegotiation_passes_with_that_opt_in_only(folder, port, series, disabled):
    try:
        party = parties.grafted([series])[0]
    except (LookupError, IndexError) as error:
        pytest.skip("CPython %s was not found: %s" % (series, error))
    asked = {"port": port, "cafile": str(folder / "ca.pem"), "timeout": 5, "ready": {}}
    variables = {**party.variables, "REGRAFT_DISABLE": disabled} if disabled else party.variables
    done = subprocess.run(
        [*party.command, TRIAL, json.dumps(asked)], env=variables, stdout=subprocess.PIPE, check=True
    )
    found = json.loads(done.stdout)
    assert "UNSAFE_LEGACY_RENEGOTIATION" in found["without"]
    assert found["report"]["fault"]["kind"] == "legacy-renegotiation"
    assert [row["name"] for row in found["report"]["opt_ins"]] == ["legacy-renegotiation"]
    assert found["with"] is None
