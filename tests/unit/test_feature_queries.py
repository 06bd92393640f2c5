"""`regraft.features`: has, require, warn_missing, default, as the author of a library calls them."""
from __future__ import absolute_import, division, print_function

import subprocess
import sys
import warnings

import pytest

from regraft import features, libraries

BASE = {
    "name": "levitation", "title": "floating above the ground", "kind": "feature", "module": "ssl", "names": [],
    "first_2_7": "2.7.9", "first_3": ["3.4.3", "3.5"], "first_regraft": "0.1.0", "affected": None, "unconfirmed": [],
    "openssl": None, "openssl_fixed": None, "capabilities": [], "cves": [], "defends": "It falls.", "beyond": "All fall.",
    "sources": [], "detect": "available = False\n", "harden": None, "relax": None, "default": "default = 9\n",
    "without": {"harden": "None.", "relax": "None."}}


@pytest.fixture
def add_row(monkeypatch):
    monkeypatch.setattr(features, "_warned", set())

    def add(**changes):
        row = dict(BASE, **changes)
        monkeypatch.setitem(features._BY_NAME, row["name"], row)
        return row
    return add


def test_importing_the_registry_imports_neither_ssl_nor_the_extension():
    code = ("import sys; from regraft import features; assert len(features.names()) > 3;"
            " print(sorted(set(['ssl', '_ssl', 'hashlib', 'regraft._openssl']) & set(sys.modules)))")
    # -S: on 2.7 nothing else imports them either.
    assert subprocess.check_output([sys.executable, "-c", code]).strip() == b"[]"


def test_has_tells_what_is_there(add_row):
    add_row()
    assert features.has("alpn") is True
    assert features.has("levitation") is False


def test_a_name_that_is_not_in_the_registry_is_an_error_with_a_suggestion():
    for query in (features.has, features.require, features.warn_missing, features.default, features.get):
        with pytest.raises(LookupError) as caught:
            query("alnp")
        assert "did you mean 'alpn'?" in str(caught.value)
    with pytest.raises(LookupError) as caught:
        features.has(None)
    assert "no feature None" in str(caught.value)


@pytest.mark.parametrize("query", [features.require, features.warn_missing])
def test_a_query_about_nothing_is_an_error(query):
    with pytest.raises(TypeError):
        query()


def test_require_does_nothing_if_all_are_there():
    assert features.require("alpn", "hostname-checking") is None


def test_require_says_what_is_missing_loaded_built_with_needed_and_to_do(add_row):
    import ssl

    add_row(openssl="9.1")
    with pytest.raises(features.MissingFeatureError) as caught:
        features.require("alpn", "levitation")
    assert caught.value.names == ("levitation",)
    text = str(caught.value)
    assert "floating above the ground (feature 'levitation') is missing" in text
    assert "needed: Python 2.7.9, Python 3.4.3, Python 3.5 or regraft 0.1.0, with OpenSSL 9.1 or newer" in text
    assert "loaded: ssl from %s with %s, built with OpenSSL " % (ssl.__file__, ssl.OPENSSL_VERSION) in text
    assert "do: give regraft an OpenSSL that has it" in text


def test_require_names_regraft_as_the_way_out_on_stock_python():
    code = ("from regraft import features\n"
            "features._BY_NAME['x'] = dict(features.get('alpn'), name='x', detect='available = False')\n"
            "try: features.require('x')\n"
            "except features.MissingFeatureError as error: print(error)\n")
    import os
    output = subprocess.check_output([sys.executable, "-c", code], env=dict(os.environ, REGRAFT_DISABLE="1"))
    assert b"do: `python -m regraft run PROGRAM`, or `python -m regraft enable`" in output


def test_a_missing_feature_is_warned_of_once_at_the_line_that_asked_the_library(add_row):
    add_row()

    def connect():
        return features.warn_missing("levitation", "alpn")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert connect() is False
        assert connect() is False
    assert [each.category for each in caught] == [features.MissingFeatureWarning]
    assert "feature 'levitation'" in str(caught[0].message)
    assert caught[0].filename.rstrip("c") == __file__.rstrip("c")
    assert features.warn_missing("alpn") is True


def test_a_warning_that_a_filter_makes_an_error_of_is_raised_each_time(add_row):
    add_row()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(features.MissingFeatureWarning):
                features.warn_missing("levitation")


def test_default_tells_the_setting_in_force(add_row):
    import ssl

    assert features.default("hostname-checking") is ssl.create_default_context().check_hostname
    add_row(default=None, without={"default": "It has none."})
    with pytest.raises(LookupError) as caught:
        features.default("levitation")
    assert "levitation has no default: It has none." in str(caught.value)


def test_the_default_of_what_is_missing_is_an_error(add_row):
    add_row()
    with pytest.raises(features.MissingFeatureError):
        features.default("levitation")


def test_a_default_that_is_not_in_force_is_told_all_the_same(add_row):
    add_row(kind="default", detect="available = False\n", default="default = False\n")
    assert features.default("levitation") is False


def test_a_default_that_has_no_name_here_is_missing(add_row):
    add_row(kind="default", detect="available = False\n", default="import ssl\ndefault = ssl.levitates\n")
    with pytest.raises(features.MissingFeatureError):
        features.default("levitation")
    add_row(kind="default", detect="available = True\n", default="import ssl\ndefault = ssl.levitates\n")
    with pytest.raises(AttributeError):
        features.default("levitation")


def test_for_a_default_that_stays_the_hosts_the_way_out_is_the_setting(add_row):
    row = add_row(kind="default", first_regraft=None, first_2_7=None, first_3=["3.16"])
    with pytest.raises(features.MissingFeatureError) as caught:
        features.require("levitation")
    assert "needed: Python 3.16 or regraft with REGRAFT_DEFAULTS=newest" in str(caught.value)
    assert "do: REGRAFT_DEFAULTS=newest with regraft, or the row's recipe `harden`" in str(caught.value)
    assert features.regraft_has(row, (2, 7, 18)) is False
    assert features.is_by_release(row) is False


def test_of_several_that_are_missing_each_way_out_is_told(add_row, monkeypatch):
    monkeypatch.setattr(features._behavior, "HOST_RELEASE", (3, 9, 18))
    add_row(name="kept", kind="default", first_regraft=None)
    add_row(name="old", first_3=[])
    add_row()
    told = {}
    for names in (["kept"], ["old"], ["levitation"], ["kept", "old", "levitation"]):
        with pytest.raises(features.MissingFeatureError) as caught:
            features.require(*names)
        told[names[-1] if len(names) == 1 else "all"] = [each for each in str(caught.value).splitlines() if "  do: " in each]
    assert [len(told[each]) for each in ("kept", "old", "levitation")] == [1, 1, 1]
    assert "REGRAFT_DEFAULTS=newest" in told["kept"][0] and "of 2.7 alone" in told["old"][0]
    assert "an OpenSSL that has it" in told["levitation"][0]
    assert told["all"] == told["kept"] + told["old"] + told["levitation"]


def test_the_error_about_an_unknown_name_has_no_other_behind_it():
    for name in ("alnp", [], None):
        with pytest.raises(LookupError) as caught:
            features.get(name)
        assert getattr(caught.value, "__context__", None) is None


def test_what_is_of_2_7_alone_is_not_brought_to_3(add_row):
    row = add_row(first_2_7="2.7.12", first_3=[])
    assert features.regraft_has(row, (2, 7, 18)) is True
    assert features.regraft_has(row, (3, 6, 15)) is False


def test_a_recipe_runs_as_the_reader_would_run_it(add_row):
    row = add_row(detect="x = 7 / 2\ndef f():\n    return x\navailable = f() == (7 / 2)\nkind = type('')\n")
    found = features.run(row, "detect")
    assert found["available"]
    # 2.7's division, as without `from __future__`.
    assert found["x"] == eval(compile("7 / 2", "", "eval", 0, True))


def test_what_nothing_shows_is_judged_by_the_release_unless_the_module_is_ours(add_row):
    assert features.has("pre-handshake-data") is True
    row = features.get("pre-handshake-data")
    releases = {(2, 7, 18): False, (3, 6, 15): False, (3, 8, 17): False, (3, 8, 18): True, (3, 10, 0): False,
                (3, 10, 13): True, (3, 12, 1): True, (3, 15, 2): True}
    assert dict((each, features.release_has(row, each)) for each in releases) == releases
    row = add_row(kind="fix", affected={"2.7": None, "3": "3.7"}, first_2_7=None, first_3=["3.8.2"])
    assert features.release_has(row, (2, 7, 3)) and features.release_has(row, (3, 6, 0))
    assert not features.release_has(row, (3, 7, 16)) and features.release_has(row, (3, 9, 0))


@pytest.mark.parametrize("text, expected", [
    ("OpenSSL 3.0.19 27 Jan 2026", ("OpenSSL", "3.0.19", "3.0")), ("OpenSSL 1.0.2k-fips  26 Jan 2017", ("OpenSSL", "1.0.2k", "1.0.2")),
    ("OpenSSL 1.1.1w  11 Sep 2023", ("OpenSSL", "1.1.1w", "1.1.1")), ("LibreSSL 3.8.2", ("LibreSSL", "3.8.2", "3.8")),
    ("AWS-LC 1.40.0", ("AWS-LC", "1.40.0", "1.40")), ("BoringSSL", ("BoringSSL", None, None)),
    ("OpenSSL 4.1.0-dev", ("OpenSSL", "4.1.0", "4.1")), (None, (None, None, None))])
def test_the_library_its_release_and_its_series_are_read_from_its_name(text, expected):
    assert libraries.parse_library(text) == expected


def test_releases_of_openssl_sort_as_they_came():
    ordered = ["0.9.8zh", "1.0.1", "1.0.1f", "1.0.2", "1.1.0", "1.1.1", "1.1.1b", "1.1.1w", "3.0", "3.0.9", "3.0.19", "3.5.0", "4.0.0"]
    assert sorted(reversed(ordered), key=libraries.order_release) == ordered


@pytest.mark.parametrize("version, closed", [
    ("OpenSSL 1.0.1g 7 Apr 2014", []), ("OpenSSL 1.0.1h", ["1.0.1h"]), ("OpenSSL 1.1.1", ["1.0.1h", "1.1.1"]),
    ("OpenSSL 3.0.7", ["1.0.1h", "1.1.1", "3.0.7"]), ("OpenSSL 3.2.0", ["1.0.1h", "1.1.1", "3.0.7"]),
    ("LibreSSL 3.3.6", []), ("BoringSSL", []), (None, [])])
def test_openssl_is_of_a_release_or_newer_and_other_libraries_never(version, closed):
    assert [each for each in ("1.0.1h", "1.1.1", "3.0.7") if libraries.is_openssl(version, each)] == closed


def test_a_hole_of_older_openssls_is_closed_by_the_one_that_is_loaded(add_row, monkeypatch):
    monkeypatch.setattr(features, "is_regrafted", lambda name: False)
    row = add_row(kind="fix", affected={"2.7": "2.7.0", "3": "3.0"}, first_2_7=None, first_3=[], detect=None)
    assert not features.has("levitation")
    row["openssl_fixed"] = "1.1.1"
    assert features.has("levitation")
    row["openssl_fixed"] = "9.0.0"
    assert not features.has("levitation")
