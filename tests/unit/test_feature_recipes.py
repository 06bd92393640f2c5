"""Each recipe of the registry is run, with regraft and with the stock modules of the same interpreter."""
from __future__ import absolute_import, division, print_function

import json
import os
import subprocess
import sys
import types
import warnings

import old_ssl
import pytest

from regraft import _behavior, activation, features

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = pytest.mark.parametrize("name", features.names())
# Debian's OpenSSL has security level 2 built in; an `openssl.cnf` may set either.
OPENSSL_MAY_DO_THE_SAME = ("minimum-tls-1-2", "security-level-2")
# No release closed it; without NPN, which OpenSSL takes with it, it is not open.
CLOSED_BY_OPENSSL = ("empty-npn-list",)


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
        assert features.release_has(row, _behavior.HOST_RELEASE) or name in CLOSED_BY_OPENSSL
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


class Context(object):
    """A context of a module that stands for one on another OpenSSL; it has the options that its class was given."""

    options, ciphers, check_hostname = 0, [], False

    def __init__(self, protocol=None):
        self.taken = None

    def get_ciphers(self):
        return self.ciphers

    def wrap_bio(self, incoming, outgoing):
        return None


def ssl_of(monkeypatch, **names):
    """Put a module `ssl` in force that has these names, and a context with these options or ciphers."""
    context = type("SSLContext", (Context,), dict((each, names.pop(each)) for each in ("options", "ciphers") if each in names))
    module = types.ModuleType("ssl")
    names = dict(names, SSLContext=context, PROTOCOL_TLS_CLIENT=16, PROTOCOL_SSLv23=2, create_default_context=context)
    for name, value in names.items():
        setattr(module, name, value)
    module.Purpose = types.ModuleType("Purpose")
    module.Purpose.CLIENT_AUTH = None
    monkeypatch.setitem(sys.modules, "ssl", module)


def detect(name):
    return features.run(features.get(name), "detect")["available"]


@pytest.mark.parametrize("number", [2, 3])
def test_an_old_protocol_is_off_if_openssl_has_it_not_or_contexts_exclude_it(monkeypatch, number):
    name, flag = "no-sslv%d" % number, "OP_NO_SSLv%d" % number
    ssl_of(monkeypatch, **{flag: 4})
    assert detect(name) is True
    ssl_of(monkeypatch, **{flag: 4, "PROTOCOL_SSLv%d" % number: 0})
    assert detect(name) is False
    ssl_of(monkeypatch, **{flag: 4, "PROTOCOL_SSLv%d" % number: 0, "options": 5})
    assert detect(name) is True


def test_an_empty_list_for_npn_does_no_harm_where_there_is_no_npn(monkeypatch):
    ssl_of(monkeypatch, HAS_NPN=True)
    assert detect("empty-npn-list") is False
    ssl_of(monkeypatch, HAS_NPN=False)
    assert detect("empty-npn-list") is True


@pytest.mark.parametrize("name, bad", [
    ("default-ciphers", "AES128-SHA SSLv3 Kx=RSA Au=RSA Enc=AES(128) Mac=SHA1"),
    ("no-anonymous-ciphers", "ADH-AES128-SHA SSLv3 Kx=DH Au=None Enc=AES(128) Mac=SHA1"),
    ("no-rc4", "ECDHE-RSA-RC4-SHA SSLv3 Kx=ECDH Au=RSA Enc=RC4(128) Mac=SHA1"),
    ("no-3des", "ECDHE-RSA-DES-CBC3-SHA SSLv3 Kx=ECDH Au=RSA Enc=3DES(168) Mac=SHA1")])
def test_ciphers_are_judged_by_what_openssl_1_0_2_tells_of_them_too(monkeypatch, name, bad):
    def cipher(description):
        # As of 3.6 on OpenSSL 1.0.2: neither "kea" nor "auth".
        return {"name": description.split()[0], "description": description, "alg_bits": 128, "strength_bits": 128}
    good = cipher("ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 Kx=ECDH Au=RSA Enc=AESGCM(128) Mac=AEAD")
    ssl_of(monkeypatch, ciphers=[good])
    assert detect(name) is True
    ssl_of(monkeypatch, ciphers=[good, cipher(bad)])
    assert detect(name) is False


def test_a_name_that_is_not_given_is_missed_only_where_openssl_checks_it(monkeypatch):
    ssl_of(monkeypatch, MemoryBIO=object)
    assert detect("wrap-bio-checks") is True
    ssl_of(monkeypatch, MemoryBIO=object, SSLCertVerificationError=ValueError)
    assert detect("wrap-bio-checks") is False


@pytest.mark.parametrize("name", ["tls-1-2", "minimum-version", "minimum-tls-1-2"])
def test_an_openssl_without_levels_needs_none_for_an_old_version(name, monkeypatch):
    import ssl

    asked = []

    def refuse_levels(self, ciphers):
        asked.append(ciphers)
        raise ssl.SSLError("No cipher can be selected.")
    monkeypatch.setattr(ssl.SSLContext, "set_ciphers", refuse_levels)
    monkeypatch.setattr(ssl, "create_default_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = features.run(features.get(name), "relax")["context"]
    assert asked[-1].endswith("@SECLEVEL=0")
    assert context.minimum_version < ssl.TLSVersion.TLSv1_2
