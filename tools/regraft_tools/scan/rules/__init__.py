"""The rules of a scan. Each module beside this one has some, in its `RULES`."""

from __future__ import annotations

from regraft_tools.scan.findings import Severity
from regraft_tools.scan.rules import comparisons, hashes, protocols, randomness, sockets, verification, versions
from regraft_tools.scan.rules.rule import Rule

# Comments that suppress what is not there are found by the scan itself.
UNUSED = Rule("RG001", "unused-suppression", Severity.LOW, "A comment suppresses a finding that is not there.",
              (("regraft:",),), lambda module: iter(()))

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in [UNUSED] + versions.RULES + verification.RULES + sockets.RULES + hashes.RULES + comparisons.RULES
    + randomness.RULES + protocols.RULES
}
