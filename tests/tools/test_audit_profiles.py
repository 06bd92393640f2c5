"""The comparison of releases that are shown with their snapshots, and its data."""

from __future__ import annotations

import pytest

from regraft_tools.audit import profiles, waivers
from regraft_tools.audit.comparison import Drift, Kind

ROW = """
[[waiver]]
names = ["ssl.old_*", "ssl.new"]
drift = ["extra"]
releases = ["3.6"]
reason = "what a maintainer would accept"
"""
OLD, NEW = Drift("ssl.old_name", Kind.EXTRA, "is extra"), Drift("ssl.new", Kind.EXTRA, "is extra")


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "waivers.toml"
    path.write_text(ROW)
    return profiles.load(path)


def test_a_row_explains_drifts_of_its_releases_and_kinds(rows):
    assert profiles.judge([("3.6", OLD), ("3.6", NEW)], rows) == ([], [])
    other = Drift("ssl.old_name", Kind.MISSING, "is missing")
    unexplained, stale = profiles.judge([("3.7", OLD), ("3.6", other)], rows)
    assert unexplained == [("3.7", OLD), ("3.6", other)]
    assert stale == ["ssl.old_*", "ssl.new"]


def test_a_name_that_explains_nothing_is_stale(rows):
    assert profiles.judge([("3.6", NEW)], rows) == ([], ["ssl.old_*"])


@pytest.mark.parametrize("old, new", [
    ('reason = "what a maintainer would accept"', 'reason = "so"'), ('names = ["ssl.old_*", "ssl.new"]', "names = []"),
    ('drift = ["extra"]', 'drift = ["odd"]'), ('drift = ["extra"]', ""), ("[[waiver]]", "[[waiver]]\nmore = 1"),
    ("[[waiver]]", "[waiver"),
])
def test_an_incomplete_row_is_refused(tmp_path, old, new):
    path = tmp_path / "waivers.toml"
    assert old in ROW
    path.write_text(ROW.replace(old, new))
    with pytest.raises(waivers.Malformed, match="waivers.toml"):
        profiles.load(path)


def test_each_recorded_release_but_the_newest_is_shown_by_a_host():
    assert profiles.releases_of("2.7") == {"2.7.18": "2.7.18"}
    found = profiles.releases_of("3.13")
    assert found["3.6"] == "3.6.15" and found["3.14"] == "3.14.10" and "3.15" not in found
    assert list(found) == ["3.%d" % minor for minor in range(6, 15)]


def test_a_series_means_the_release_that_was_recorded():
    from regraft_tools.docgen import releases

    catalogue, _ = releases._load()
    assert dict(catalogue.SERIES) == profiles.releases_of("3.13")
