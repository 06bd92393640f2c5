"""The rules of the scanner, on the samples in tests/tools/scan.

A sample begins with a line `==== path`. A line with a comment `want RG304 high` has that finding and no other, a line
without one has none; `want -3 RG304 high` speaks of the third line above.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from regraft_tools.scan import scanning
from regraft_tools.scan.rules import RULES, UNUSED

SAMPLES = Path(__file__).with_name("scan")
WANTED = re.compile(r"# want (?P<back>-\d+ )?(?P<findings>RG.*)$")
RULES_OF = {
    "versions": "RG1", "verification": "RG20[1-4]", "sockets": "RG20[5-7]", "hashes": "RG30[1-3]",
    "comparisons": "RG304", "randomness": "RG4", "protocols": "RG5",
}


def samples() -> list[tuple[str, str, str]]:
    """The name of the file, the path and the text of each sample."""
    found = []
    for file in sorted(SAMPLES.glob("*.txt")):
        for each in re.split(r"^==== ", file.read_text("utf-8"), flags=re.M)[1:]:
            path, _, text = each.partition("\n")
            found.append((file.stem, path.strip(), text))
    return found


def wanted(text: str) -> Counter[tuple[int, str, str]]:
    """The findings that the comments of a sample want: line, rule, severity."""
    found: Counter[tuple[int, str, str]] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        said = WANTED.search(line)
        for each in said.group("findings").split(",") if said else ():
            rule, severity = each.split()
            found[number + int(said.group("back") or 0), rule, severity] += 1
    return found


def selected(kind: str) -> set[str]:
    """The rules that samples of a kind are about."""
    return {rule for rule in RULES if re.match(RULES_OF[kind], rule)}


ALL = samples()
EACH = pytest.mark.parametrize("kind, path, text", ALL, ids=["%s-%s" % each[:2] for each in ALL])


@EACH
def test_a_rule_finds_what_a_sample_says_and_nothing_else(kind, path, text):
    outcome = scanning.scan_text(path, text, selected(kind))
    assert outcome.problems == ()
    assert Counter((each.line, each.rule, each.severity.word) for each in outcome.findings) == wanted(text)


@EACH
def test_a_finding_does_not_rest_on_the_end_of_lines_or_on_what_stands_before(kind, path, text):
    shifted = "# -*- coding: utf-8 -*-\n\n" + text
    before = scanning.scan_text(path, text, selected(kind)).findings
    after = scanning.scan_text(path, shifted, selected(kind)).findings
    assert [(each.line + 2, each.column, each.message) for each in before] == [
        (each.line, each.column, each.message) for each in after]


def test_every_rule_has_samples_with_and_without_findings():
    found = {rule for _, _, text in ALL for _, rule, _ in wanted(text)}
    assert found == set(RULES) - {UNUSED.id}
    assert any(not wanted(text) for _, _, text in ALL)


@pytest.mark.parametrize("rule", sorted(set(RULES) - {UNUSED.id}))
def test_no_finding_is_lost_because_a_file_lacks_words(rule, monkeypatch):
    texts = [(path, text) for _, path, text in ALL]
    quick = [scanning.scan_text(path, text, {rule}).findings for path, text in texts]
    monkeypatch.setattr(type(RULES[rule]), "may_be_in", lambda self, lowered: True)
    assert quick == [scanning.scan_text(path, text, {rule}).findings for path, text in texts]
    assert any(quick)


def test_messages_are_one_line_and_say_something():
    for kind, path, text in ALL:
        for each in scanning.scan_text(path, text, selected(kind)).findings:
            assert "\n" not in each.message and len(each.message) > 15, each
