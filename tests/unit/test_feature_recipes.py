"""Each recipe of the registry is run, with regraft and with the stock modules of the same interpreter."""
from __future__ import absolute_import, division, print_function

import json
import os
import subprocess
import sys

import old_ssl
import pytest

from regraft import _behavior, activation, features

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = pytest.mark.parametrize("name", features.names())
# Debian's OpenSSL has security level 2 built in; an `openssl.cnf` may set either.
OPENSSL_MAY_DO_THE_SAME = ("minimum-tls-1-2", "security-level-2")


def run_recipes(**variables):
    environ = dict(os.environ, **variables)
    child = subprocess.Popen([sys.executable, os.path.join(HERE, "recipes.py")], env=environ, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    output, errors = child.communicate()
    assert child.returncode == 0, errors.decode("utf-8", "replace")
    return json.loads(output.decode("utf-8"))


@pytest.fixture(scope="module")
def regrafted():
    answer = run_recipes()
    assert os.path.dirname(os.path.realpath(answer["ssl"])) == os.path.realpath(activation.OVERLAY)
    return answer["rows"]


@pytest.fixture(scope="module")
def newest():
    return run_recipes(REGRAFT_DEFAULTS="newest")["rows"]


@pytest.fixture(scope="module")
def stock():
    answer = run_recipes(REGRAFT_DISABLE="1")
    assert os.path.dirname(os.path.realpath(answer["ssl"])) != os.path.realpath(activation.OVERLAY)
    return answer["rows"]


@ALL
def test_with_regraft_a_feature_is_there_and_its_recipes_run(name, regrafted):
    row, found = features.get(name), regrafted[name]
    assert found["errors"] == {} or (found["detected"] is False and list(found["errors"]) == ["harden"])
    if row["detect"] is not None:
        assert found["detected"] in ([is_expected(row)] if is_expected(row) is not None else [True, False])


def is_possible(row):
    from regraft import _openssl

    return all(_openssl.CAPABILITIES[each] for each in row["capabilities"])


def is_expected(row, newest=False):
    """What `detect` is to say with regraft; None if OpenSSL's own default may be as good as the newest one."""
    host = _behavior.HOST_RELEASE
    if row["first_regraft"] is None and not newest and not features.release_has(row, host):
        return None if row["name"] in OPENSSL_MAY_DO_THE_SAME else False
    if row["first_regraft"] is not None and not features.regraft_has(row, host):
        return features.release_has(row, host)
    return is_possible(row)


@ALL
def test_with_the_newest_defaults_each_default_is_in_force(name, newest):
    row, found = features.get(name), newest[name]
    assert found["errors"] == {} or (found["detected"] is False and list(found["errors"]) == ["harden"])
    if row["detect"] is not None:
        assert found["detected"] is is_expected(row, newest=True)


@ALL
def test_on_stock_python_detect_says_without_an_exception_what_is_there(name, stock):
    row, found = features.get(name), stock[name]
    if row["detect"] is None:
        return
    assert found["detected"] in (True, False), found
    if found["detected"]:
        assert found["errors"] == {}
    elif row["kind"] == "feature" and row["harden"] is not None:
        assert list(found["errors"]) == ["harden"], "detect says no, and harden works"


@ALL
def test_detect_says_of_stock_python_what_its_release_is_known_for(name, stock):
    row, found = features.get(name), stock[name]
    if row["detect"] is None:
        return
    # A build's OpenSSL may lack what the release has; nothing may be there that the release has not.
    if found["detected"]:
        assert features.release_has(row, _behavior.HOST_RELEASE)
    elif not row["openssl"] and not row["capabilities"]:
        assert not features.release_has(row, _behavior.HOST_RELEASE)


OF_SSL = pytest.mark.parametrize("row", [each for each in features.rows() if each["module"] == "ssl" and each["detect"]],
                                 ids=lambda row: row["name"])
# 2.7.3's guard cannot be seen where there are no contexts, and then no is the safe answer.
NOT_SEEN_IN_2_7_6 = ["empty-fragments"]


@OF_SSL
def test_detect_says_of_a_module_as_old_as_2_7_6_what_it_has(row, monkeypatch):
    monkeypatch.setitem(sys.modules, "ssl", old_ssl.make_module())
    available = features.run(row, "detect")["available"]
    assert available is (features.release_has(row, (2, 7, 6)) and row["name"] not in NOT_SEEN_IN_2_7_6)


@pytest.mark.parametrize("row", [each for each in features.rows() if each["module"] == "ssl" and each["harden"]
                                 and not features.release_has(each, (2, 7, 6))], ids=lambda row: row["name"])
def test_what_a_module_as_old_as_2_7_6_has_not_cannot_be_opted_in_to(row, monkeypatch):
    monkeypatch.setitem(sys.modules, "ssl", old_ssl.make_module())
    with pytest.raises(AttributeError):
        features.run(row, "harden")
