"""The rows of the registry: whole, well-formed, each fact in its form."""
from __future__ import absolute_import, division, print_function

import re

import pytest

from regraft import features

STRINGS = (str, type(u""))
KEYS = frozenset("""name title kind module names first_2_7 first_3 first_regraft affected unconfirmed openssl
    openssl_fixed capabilities cves defends beyond sources detect harden relax default without""".split())
KINDS = ("feature", "default", "fix")
MODULES = ("ssl", "hashlib", "hmac", "os", "random", "secrets")
ALL = pytest.mark.parametrize("row", features.rows(), ids=features.names())


def test_no_name_is_there_twice():
    names = features.names()
    assert sorted(names) == sorted(set(names))


@ALL
def test_a_row_has_each_key_and_no_other(row):
    assert frozenset(row) == KEYS
    assert re.match(r"^[a-z0-9]+(-[a-z0-9]+)*$", row["name"])
    assert row["kind"] in KINDS and row["module"] in MODULES


@ALL
def test_releases_are_releases(row):
    for each in [row["first_2_7"]] * bool(row["first_2_7"]):
        assert re.match(r"^2\.7\.\d+$", each)
    assert row["first_3"] == sorted(row["first_3"], key=features.parse_release)
    assert all(re.match(r"^3\.\d+(\.\d+)?$", each) for each in row["first_3"])
    if row["first_regraft"] is None:
        assert row["kind"] == "default" and row["detect"], "only a default that can be seen may stay the host's"
    else:
        assert re.match(r"^\d+\.\d+\.\d+$", row["first_regraft"])
    assert (row["affected"] is not None) == (row["kind"] == "fix")
    if row["affected"] is not None:
        assert sorted(row["affected"]) == ["2.7", "3"]


@ALL
def test_a_row_says_in_sentences_what_it_is_for_and_where_that_is_known_from(row):
    for key in ("defends", "beyond"):
        assert row[key].endswith(".") and row[key][0].isupper() and len(row[key]) > 20, key
    assert not row["title"].endswith(".") and len(row["title"]) <= 80
    assert row["sources"] and all(isinstance(each, STRINGS) and each for each in row["sources"])
    assert all(re.match(r"^CVE-\d{4}-\d{4,}$", each) for each in row["cves"])
    assert all(each.endswith(".") for each in row["unconfirmed"])


@ALL
def test_a_recipe_is_code_for_every_release_or_says_why_there_is_none(row):
    missing = [each for each in features.RECIPES if row[each] is None]
    assert sorted(row["without"]) == sorted(missing)
    assert all(reason.endswith(".") for reason in row["without"].values())
    for recipe in features.RECIPES:
        if row[recipe] is None:
            continue
        assert row[recipe].endswith("\n") and max(map(len, row[recipe].splitlines())) <= 100
        # 2.7 refuses other characters in a file that names no encoding.
        assert all(ord(each) < 128 for each in row[recipe])
        assert "regraft" not in row[recipe] and "version_info" not in row[recipe], "plain stdlib code, no version checks"
    assert row["detect"] is None or re.search(r"^ *available = ", row["detect"], re.M)
    assert row["default"] is None or re.search(r"^ *default = ", row["default"], re.M)


@ALL
def test_a_row_stands_on_capabilities_that_there_are(row):
    from regraft import _openssl

    assert set(row["capabilities"]) <= set(_openssl.CAPABILITIES)


def test_each_cve_has_one_row():
    found = [each for row in features.rows() for each in row["cves"]]
    assert sorted(found) == sorted(set(found))


@ALL
def test_whether_a_hole_is_closed_is_not_a_matter_of_names(row):
    # What `detect` of a feature says is whether it can be used, not whether it is in use.
    assert row["kind"] != "feature" or not row["cves"]


def test_each_name_has_one_row():
    found = [each for row in features.rows() for each in row["names"]]
    assert sorted(found) == sorted(set(found))
