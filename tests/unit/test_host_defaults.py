"""Defaults are the host's: the same script asks the stock modules and ours, in the same interpreter."""
from __future__ import absolute_import, division, print_function

import json
import os
import subprocess
import sys

import pytest

from regraft import _behavior, policy

SCRIPT = r"""
import json, ssl, sysconfig, warnings
warnings.simplefilter("ignore")

def describe(context):
    answer = {}
    for name in ("protocol", "options", "verify_flags", "verify_mode", "check_hostname", "minimum_version",
                 "maximum_version", "security_level", "num_tickets", "post_handshake_auth", "_host_flags",
                 "hostname_checks_common_name"):
        if hasattr(context, name):
            answer[name] = int(getattr(context, name))
    if hasattr(context, "get_ciphers"):
        answer["ciphers"] = [cipher["name"] for cipher in context.get_ciphers()]
    return answer

makers = dict(
    default_client=lambda: ssl.create_default_context(),
    default_server=lambda: ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
    stdlib=lambda: ssl._create_stdlib_context(),
    unverified=lambda: ssl._create_unverified_context(),
    https=lambda: ssl._create_default_https_context(),
    client=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    server=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
    tls=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS),
    tls12=lambda: ssl.SSLContext(ssl.PROTOCOL_TLSv1_2),
    sslv23=lambda: ssl.SSLContext(ssl.PROTOCOL_SSLv23))
answers = {"file": ssl.__file__, "openssl": ssl.OPENSSL_VERSION,
           "configured": "--with-ssl-default-suites" in (sysconfig.get_config_var("CONFIG_ARGS") or ""), "ciphers": ssl._DEFAULT_CIPHERS, "server_ciphers": ssl._RESTRICTED_SERVER_CIPHERS}
for name, make in makers.items():
    try:
        answers[name] = describe(make())
    except AttributeError:
        pass
print(json.dumps(answers))
"""

OP_LEGACY_SERVER_CONNECT = 0x4


def ask(**variables):
    environment = dict(os.environ, **variables)
    graft = [] if "REGRAFT_DISABLE" in variables else ["-m", "regraft", "run"]
    output = subprocess.check_output([sys.executable] + graft + ["-c", SCRIPT], env=environment)
    return json.loads(output.decode())


@pytest.fixture(scope="module")
def stock():
    answers = ask(REGRAFT_DISABLE="1")
    assert "regraft" not in answers["file"]
    return answers


def test_every_default_of_the_host_is_kept(stock):
    ours = ask()
    assert "regraft" in ours.pop("file")
    if ours["openssl"] != stock["openssl"]:
        # OpenSSL 1.1.1 sets this by itself and 3.0 does not; neither module has a say in it.
        for answer in list(ours.values()) + list(stock.values()):
            if isinstance(answer, dict):
                answer["options"] &= ~OP_LEGACY_SERVER_CONNECT
    if stock["configured"]:
        # Upstream's defaults are kept, not those that the interpreter was built with: docs/limits.rst.
        for answer in [stock, ours] + list(stock.values()):
            if isinstance(answer, dict):
                for name in ("ciphers", "server_ciphers", "minimum_version"):
                    answer.pop(name, None)
    differences = []
    for maker, expected in stock.items():
        if maker in ("file", "openssl"):
            continue
        if not isinstance(expected, dict):
            if ours[maker] != expected:
                differences.append((maker, expected, ours[maker]))
            continue
        for name, value in expected.items():
            if ours[maker].get(name) != value:
                differences.append((maker, name, value, ours[maker].get(name)))
    assert differences == []


def test_contexts_start_with_the_ciphers_and_versions_of_the_table():
    ours, expected = ask(), policy.defaults_of(_behavior.HOST_SERIES)
    assert (ours["ciphers"], ours["server_ciphers"]) == (expected.ciphers, expected.server_ciphers)
    for maker in ("default_client", "client", "server", "tls"):
        assert ours[maker]["minimum_version"] == (expected.minimum_version or ours["sslv23"]["minimum_version"])


def test_newest_gives_the_defaults_of_the_newest_python():
    ours = ask(REGRAFT_DEFAULTS="newest")
    tls12 = 0x0303
    for maker in ("default_client", "default_server", "client", "server", "tls", "unverified"):
        assert ours[maker]["minimum_version"] == tls12
        assert ours[maker]["security_level"] == 2
        assert not [name for name in ours[maker]["ciphers"] if name.endswith("-SHA")]
    strict = 0x20 | 0x80000
    assert ours["default_client"]["verify_flags"] & strict == strict
    assert ours["default_server"]["verify_flags"] & strict == strict
    assert ours["client"]["verify_flags"] & strict == 0
    assert (ours["default_client"]["protocol"], ours["default_server"]["protocol"]) == (16, 17)


def test_an_unknown_choice_of_defaults_is_refused():
    child = subprocess.Popen([sys.executable, "-m", "regraft", "run", "-c", "import ssl"],
                             env=dict(os.environ, REGRAFT_DEFAULTS="newst"), stderr=subprocess.PIPE)
    error = child.communicate()[1].decode()
    assert child.returncode != 0
    assert "REGRAFT_DEFAULTS" in error and "newest" in error
