"""Each name of `ssl` and `_ssl` is there as in CPython 3.15.2, and nothing that the host had is lost."""
from __future__ import absolute_import, division, print_function

import fnmatch
import json
import os
import subprocess
import sys

import interface
import interface_waivers
import pytest

from regraft import _openssl

HERE = os.path.dirname(os.path.abspath(__file__))
SNAPSHOT = os.path.join(HERE, "..", "..", "snapshots", "ssl-3.15.2.json")
SERIES = sys.version_info[:2]
# What a host cannot say of its functions: 2.7 which parameters must be named, code objects before 3.8 which must not.
SEES_NAMED, SEES_POSITIONAL = SERIES[0] > 2, SERIES >= (3, 8)


def _lost(path, reference, ours, fits):
    """Yield (path, sentence) for each way in which `ours` is not what `reference` is; `fits` compares signatures."""
    if ours is None:
        yield path, "is missing"
        return
    for aspect, wanted in sorted(reference.items()):
        found = ours.get(aspect)
        if aspect == "members":
            for name, member in sorted(wanted.items()):
                for row in _lost("%s.%s" % (path, name), member, (found or {}).get(name), fits):
                    yield row
        elif aspect == "bases":
            if [name for name in wanted if name not in (found or ())]:
                yield path, "is no %s but %s" % (wanted, found)
        elif aspect == "signature":
            if wanted is not None and found is not None and not fits(wanted, found):
                yield path, "takes %s, not %s" % (found, wanted)
        elif aspect == "settable":
            if wanted and found is False:
                yield path, "cannot be set"
        elif found != wanted:
            yield path, "%s is %s, not %s" % (aspect, found, wanted)


def _comparable(signature):
    rows = []
    for name, kind, default in signature:
        if kind == "k" and not SEES_NAMED or kind == "/" and not SEES_POSITIONAL:
            kind = ""
        rows.append((name, kind, default))
    return rows


def _is_same(wanted, found):
    return _comparable(wanted) == _comparable(found)


def _takes_it_too(wanted, found):
    """Whether what can be called as `wanted` says can be so as `found` says."""
    if [kind for _, kind, _ in found] == ["*", "**"]:
        return True
    if len(found) < len(wanted):
        return False
    for (name, kind, default), (our_name, our_kind, our_default) in zip(wanted, found):
        if kind != "/" and name != our_name or our_kind not in (kind, "") or default is not None and our_default is None:
            return False
    return all(kind in ("*", "**") or default is not None for _, kind, default in found[len(wanted):])


def _unexplained(reference, rows, fits):
    ours = interface.describe()
    used, left = set(), []
    rows = [row for row in rows if row[0](SERIES) and not (row[1] and _openssl.CAPABILITIES[row[1]])]
    for module, names in sorted(reference.items()):
        for name, item in sorted(names.items()):
            for path, sentence in _lost("%s.%s" % (module, name), item, ours[module].get(name), fits):
                fitting = [index for index, row in enumerate(rows) if fnmatch.fnmatchcase(path, row[2])]
                used.update(fitting)
                if not fitting:
                    left.append("%s %s" % (path, sentence))
    return left, [rows[index][2] for index in range(len(rows)) if index not in used]


def test_every_name_is_that_of_the_newest_python():
    with open(SNAPSHOT) as stream:
        unexplained, stale = _unexplained(json.load(stream)["modules"], interface_waivers.NEWEST, _is_same)
    assert unexplained == []
    assert stale == []


@pytest.fixture(scope="module")
def stock():
    output = subprocess.check_output([sys.executable, os.path.join(HERE, "interface.py")],
                                     env=dict(os.environ, REGRAFT_DISABLE="1"))
    description = json.loads(output.decode())
    # On a host with regraft's names the comparison would be of ours with ours.
    assert "CAPABILITIES" not in description["_ssl"]
    return description


def test_nothing_that_the_host_had_is_lost(stock):
    unexplained, stale = _unexplained(stock, interface_waivers.STOCK, _takes_it_too)
    assert unexplained == []
    assert stale == []
