"""`status`, and the help of the commands."""
from __future__ import absolute_import, division, print_function

import json
import os
import re

import pytest

import regraft
from regraft import _openssl, activation
from regraft.cli.status import describe_trust
from throwaway import is_below


def report(environment, *before, **options):
    result = environment.run(*(before + ("-m", "regraft", "status", "--json")), **options)
    assert result.err == "", result
    return result.status, json.loads(result.out)


def test_status_works_when_nothing_is_active_and_says_so_by_its_exit_status(environment):
    status, found = report(environment)
    assert status == 1
    assert found["active"] is False
    assert found["activated_by"] is None
    assert found["hooks"] == found["holders"] == []
    assert found["overlay"]["position"] is None
    assert found["ssl"]["file"] and not is_below(found["ssl"]["file"], environment.overlay)
    assert os.path.realpath(found["extension"]["file"]) == os.path.realpath(environment.find_extension())
    result = environment.regraft("status")
    assert result.status == 1
    assert "NOT active" in result.lines[0]
    assert "enable" in result.lines[0]


def test_status_of_an_enabled_environment_names_every_part(environment):
    environment.enable("--defaults", "newest")
    status, found = report(environment)
    assert status == 0
    assert found["active"] is True
    assert found["activated_by"] in ("pth", "start")
    assert found["defaults"] == "newest"
    assert found["switched_off"] is False
    assert found["version"] == regraft.__version__
    assert found["extension"]["error"] is None
    assert found["extension"]["loaded"].startswith("OpenSSL ")
    assert re.match(r"\d+\.\d+\.\d+$", found["extension"]["built_with"])
    assert found["overlay"]["position"] is not None
    assert [hook["current"] for hook in found["hooks"]] == [True]
    text = environment.regraft("status").out
    for part in (found["ssl"]["file"], found["extension"]["file"], found["extension"]["loaded"], "newest", "000_regraft"):
        assert part in text


def test_status_tells_which_ca_certificates_are_trusted_by_default(environment, tmpdir):
    bundle = tmpdir.join("bundle.pem")
    bundle.write("")
    _status, found = report(environment, SSL_CERT_FILE=str(bundle), SSL_CERT_DIR="/nonexistent")
    assert found["trust"] == {"origin": "environment", "file": str(bundle), "directory": None}
    text = environment.regraft("status", SSL_CERT_FILE="/nonexistent", SSL_CERT_DIR="").out
    assert "NOTHING, as SSL_CERT_FILE or SSL_CERT_DIR says" in text


def test_status_tells_whether_openssl_is_part_of_the_extension_and_where_it_is_listed(environment):
    is_bundled = _openssl.CAPABILITIES["BUNDLED_OPENSSL"]
    about = report(environment)[1]["extension"]
    assert (about["bundled"], about["sbom"]) == (is_bundled, None)
    sbom = os.path.join(environment.packages, "regraft-%s.dist-info" % regraft.__version__, "sboms", "regraft.cdx.json")
    os.makedirs(os.path.dirname(sbom))
    open(sbom, "w").close()
    assert report(environment)[1]["extension"]["sbom"] == sbom
    line = [each for each in environment.regraft("status").lines if each.startswith("  OpenSSL ")][0]
    assert ("part of the extension, listed in %s" % sbom in line) == is_bundled
    assert ("built with" in line) == (not is_bundled)


def test_a_configuration_that_cannot_be_taken_on_is_told_without_a_traceback(environment, tmpdir):
    missing = str(tmpdir.join("nowhere.cnf"))
    environment.enable()
    status, found = report(environment, OPENSSL_CONF=missing)
    result = environment.regraft("status", OPENSSL_CONF=missing)
    assert "Traceback" not in result.err
    if _openssl.CAPABILITIES["BUNDLED_OPENSSL"]:
        assert (status, found["active"]) == (1, False)
        for text in (found["extension"]["error"], found["ssl"]["error"], result.out):
            assert missing in text and "unset OPENSSL_CONF" in text and "pip install" not in text
    else:
        assert (status, found["active"], found["extension"]["error"]) == (0, True, None)


@pytest.mark.parametrize("trust, words", [
    (("OpenSSL", "/own/cert.pem", "/own/certs"), "/own/cert.pem and /own/certs, as built into OpenSSL"),
    (("OpenSSL", None, "/own/certs"), "/own/certs, as built into OpenSSL"),
    (("SUSE", "/etc/bundle.pem", None), "/etc/bundle.pem, as on SUSE; OpenSSL's own paths do not exist"),
    ((None, None, None), "NOTHING: no CA certificates are found; name a file of them in SSL_CERT_FILE")])
def test_status_says_in_words_what_is_trusted(trust, words):
    assert describe_trust(dict(zip(("origin", "file", "directory"), trust))) == words


def test_places_that_do_not_count_are_not_said_to_be_missing():
    trust = {"origin": "SUSE", "file": "/etc/bundle.pem", "directory": None}
    assert describe_trust(trust, is_bundled=True) == "/etc/bundle.pem, as on SUSE; OpenSSL's own paths do not count"


@pytest.mark.parametrize("version, name", [
    ((1, 1, 1, 23), "1.1.1w"), ((1, 1, 1, 0), "1.1.1"), ((3, 0, 0, 19), "3.0.19"), ((4, 1, 0, 0), "4.1.0")])
def test_versions_are_named_as_openssl_names_them(version, name):
    assert activation.name_version(*version) == name


@pytest.mark.parametrize("how", ["run", "activate", "PYTHONPATH"])
def test_status_knows_how_regraft_was_activated(environment, how):
    if how == "run":
        result = environment.regraft("run", "-m", "regraft", "status", "--json")
    elif how == "PYTHONPATH":
        result = environment.regraft("status", "--json", PYTHONPATH=environment.overlay)
    else:
        result = environment.run("-c", "import json, regraft; regraft.activate(); print(json.dumps(regraft.status()))")
    found = json.loads(result.out)
    assert (found["active"], found["activated_by"]) == (True, how)


def test_activating_an_active_process_does_not_change_how(environment):
    environment.enable()
    code = "import regraft; regraft.activate(); print(regraft.status()['activated_by'])"
    assert environment.run("-c", code).lines[0] in ("pth", "start")


def test_status_shows_the_kill_switch(environment):
    environment.enable()
    status, found = report(environment, REGRAFT_DISABLE="1")
    assert (status, found["active"], found["switched_off"]) == (1, False, True)
    assert "REGRAFT_DISABLE" in environment.regraft("status", REGRAFT_DISABLE="1").lines[0]


def test_status_tells_a_hook_of_another_version(environment):
    environment.enable()
    with open(os.path.join(environment.packages, "_regraft_hook.py"), "a") as stream:
        stream.write("# older\n")
    assert [hook["current"] for hook in report(environment)[1]["hooks"]] == [False]
    assert "run enable again" in environment.regraft("status").out
    assert "anew" in environment.enable().out
    assert [hook["current"] for hook in report(environment)[1]["hooks"]] == [True]


def test_status_of_a_broken_regraft_says_what_to_do(environment):
    environment.truncate_extension()
    result = environment.regraft("status")
    assert result.status == 1
    assert "its extension does not load" in result.lines[0]
    assert "pip install" in result.out
    assert "Traceback" not in result.err


def test_no_command_prints_the_help(environment):
    result = environment.regraft()
    assert result.status == 0
    for command in ("run", "enable", "disable", "status", "doctor", "REGRAFT_DISABLE"):
        assert command in result.out


@pytest.mark.parametrize("command", ["run", "enable", "disable", "status", "doctor"])
def test_every_command_explains_itself(environment, command):
    result = environment.regraft(command, "--help")
    assert result.status == 0
    assert "usage: python -m regraft " + command in result.out


def test_the_help_of_run_names_what_it_does_not_reach(environment):
    text = environment.regraft("run", "--help").out
    for flag in ("-E", "-I", "-S"):
        assert flag in text


def test_the_version_is_the_packages(environment):
    result = environment.regraft("--version")
    assert "regraft %s" % regraft.__version__ in result.out + result.err


def test_defaults_that_do_not_exist_are_a_plain_error_of_each_command(environment):
    result = environment.regraft("status", REGRAFT_DEFAULTS="neweset")
    assert result.status == 2
    assert "neweset" in result.err
    assert "Traceback" not in result.err
