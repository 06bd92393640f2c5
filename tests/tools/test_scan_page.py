"""docs/scanner.rst: it has each rule, and the counts that `nox -s scan-packages` put down."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from regraft_tools import environments
from regraft_tools.scan import command, packages
from regraft_tools.scan.findings import Severity
from regraft_tools.scan.rules import RULES, UNUSED

PAGE = (environments.checkout() / packages.PAGE).read_text("utf-8")
COUNTS = json.loads(packages.COUNTS.read_text("utf-8"))
JUDGED = json.loads(packages.JUDGED.read_text("utf-8"))
SECTIONS = dict(re.findall(r"^(RG\d{3}) [a-z0-9-]+\n~+\n(.*?)(?=^RG\d{3} |^On real)", PAGE, re.M | re.S))


def test_the_page_has_each_rule_under_its_name_in_order():
    assert re.findall(r"^(RG\d{3} [a-z0-9-]+)\n~+$", PAGE, re.M) == [
        "%s %s" % (each.id, each.name) for each in RULES.values()]


@pytest.mark.parametrize("rule", sorted(set(RULES) - {UNUSED.id}))
def test_a_rule_says_what_it_finds_why_what_instead_and_what_it_does_not_find(rule):
    for words in ("*Finds*", "*Why", "nstead:*", "*Does not find*"):
        assert words in SECTIONS[rule], words


def test_the_page_has_each_option_of_the_command():
    options = {each for action in command._parser()._actions for each in action.option_strings if each.startswith("--")}
    assert {each for each in options if "``" + each not in PAGE} == {"--help"}


def test_the_page_has_the_counts_that_were_put_down():
    assert packages.read_table(PAGE, "counts") == packages.counts_table(COUNTS)
    assert packages.read_table(PAGE, "judged") == packages.judged_table(JUDGED)


def test_the_counts_are_of_the_releases_that_are_named():
    assert list(COUNTS) == [each.title for each in packages.load()]
    assert {rule for row in COUNTS.values() for rule in row} <= set(RULES)


def test_at_least_a_hundred_findings_were_looked_at_each_in_its_place():
    assert len({(each["release"], each["path"], each["line"], each["rule"]) for each in JUDGED}) == len(JUDGED) >= 100
    for each in JUDGED:
        assert each["release"] in COUNTS and each["rule"] in RULES
        assert each["verdict"] in packages.VERDICTS and bool(each["why"]) == (each["verdict"] != "right")


def test_the_severities_of_the_page_are_those_of_the_command():
    assert all("``%s``" % each.word in PAGE for each in Severity)


@pytest.mark.parametrize("form, file", [("sdist", "thing-1.0.tar.gz"), ("wheel", "thing-1.0-py2.py3-none-any.whl")])
def test_a_release_is_fetched_once_unpacked_and_scanned(form, file, tmp_path, monkeypatch):
    text = "import hmac\nhmac.new(key)\n"
    asked = []

    def download(package, home):
        asked.append(package)
        home.mkdir()
        source = tmp_path / "thing.py"
        source.write_text(text)
        if form == "wheel":
            with zipfile.ZipFile(home / file, "w") as archive:
                archive.write(source, "thing.py")
                archive.writestr("thing-1.0.dist-info/METADATA", "")
        else:
            with tarfile.open(home / file, "w:gz") as archive:
                archive.add(source, "thing-1.0/thing.py")
        return home / file

    monkeypatch.setenv("REGRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packages, "_download", download)
    package = packages.Package("thing", "1.0", form)
    for _ in range(2):
        (finding,) = packages.scan(package)
        assert finding.rule == "RG303" and Path(finding.path) == packages.fetch(package) / "thing.py"
    assert asked == [package]
    row = {"release": "thing 1.0", "path": "thing.py", "line": 2, "rule": "RG303"}
    assert packages.find_gone([row, dict(row, line=3)], [(package, finding)]) == [dict(row, line=3)]
