"""`python -m regraft doctor` without a host: what it tells of stock and regrafted interpreters, as text and as JSON."""
from __future__ import absolute_import, division, print_function

import io
import json
import os
import re
import subprocess
import sys

import pytest

import regraft
from regraft import _openssl, doctor, features, libraries
from throwaway import is_below

DOCUMENTATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "doctor.rst")


def report(environment, *arguments, **variables):
    """Return the exit status and the report."""
    result = environment.regraft("doctor", "--json", *arguments, **variables)
    assert result.err == "", result
    return result.status, json.loads(result.out)


def documented(heading):
    """Return the names in the first column of the table behind a line of docs/doctor.rst (set of str)."""
    with io.open(DOCUMENTATION, encoding="utf-8") as stream:
        text = stream.read()
    table = text[text.index(u"\n%s\n" % heading):].split(u"\nkey  ", 1)[1].split(u"\n\n", 1)[0]
    cells = re.findall(r"(?m)^([a-z][a-z_, ]*?)(?:  |$)", table.split(u"\n", 2)[2])
    return set(str(name) for cell in cells for name in cell.split(", "))


def by_name(rows):
    """Return rows by their names."""
    return dict((row["name"], row) for row in rows)


def test_the_difference_between_stock_and_regraft_is_the_true_one(environment):
    status, stock = report(environment)
    assert status == 0
    environment.enable()
    status, ours = report(environment)
    assert status == 0
    before, after = by_name(stock["features"]), by_name(ours["features"])
    assert set(before) == set(after) == set(features.names())
    for name in before:
        # Asked in the stock process itself, and by the regrafted one in a child.
        for aspect in ("stock", "stock_default"):
            assert after[name][aspect] == before[name][aspect], name
        assert before[name]["now"] == before[name]["stock"], name
        # This test runs with regraft, as the second process did.
        assert after[name]["now"] == features.has(name), name
    assert [row for row in ours["features"] if row["stock"] and not row["now"]] == []
    assert ours["stock_error"] is None
    assert set(row["whose"] for row in ours["modules"]) == {"regraft"}
    assert set(row["whose"] for row in stock["modules"]) <= {"host", "missing"}
    assert [row["name"] for row in stock["modules"] if row["whose"] == "missing"] == \
        ([] if sys.version_info[0] > 2 else ["secrets"])


def test_regraft_closes_what_is_open_in_stock(environment):
    stock = report(environment)[1]
    environment.enable()
    ours = report(environment)[1]
    assert [hole["id"] for hole in ours["cves"] if hole["open"]] == []
    known = sorted(cve for row in features.rows() for cve in row["cves"])
    assert sorted(hole["id"] for hole in ours["cves"]) == sorted(hole["id"] for hole in stock["cves"]) == known
    for hole in stock["cves"]:
        row = features.get(hole["feature"])
        if row["detect"] is None and not row["openssl_fixed"]:
            assert hole["open"] == (not features.release_has(row, sys.version_info[:3])), hole
            assert hole["basis"] == "release"


def test_fail_on_names_what_holds_by_the_exit_status(environment):
    status, stock = report(environment, "--fail-on", "cve,weak")
    is_open = any(hole["open"] for hole in stock["cves"])
    assert stock["failed"] == (["cve"] if is_open else []) and status == (1 if is_open else 0)
    environment.enable()
    status, ours = report(environment, "--fail-on", "cve,weak")
    assert (status, ours["failed"]) == (0, [])
    status, ours = report(environment, "--fail-on", "eol")
    ended = bool(ours["interpreter"]["ended"] or ours["openssl"]["ended"])
    assert (status, "eol" in ours["failed"]) == (1 if ended else 0, ended)


def test_a_log_of_keys_is_weak_where_it_is_honoured(environment, tmpdir):
    environment.enable()
    log = tmpdir.join("keys")
    for choice, conditions in (("newest", ["weak"]), ("host", [] if sys.version_info < (3, 8) else ["weak"])):
        found = report(environment, REGRAFT_DEFAULTS=choice, SSLKEYLOGFILE=str(log))[1]
        assert [row["name"] for row in found["weak"]] == (["key-log"] if conditions else [])
        assert ("weak" in found["conditions"]) == bool(conditions)
    assert not log.check()  # to look must not begin one


def test_a_security_level_of_0_is_weak(environment, tmpdir):
    path = tmpdir.join("openssl.cnf")
    path.write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCipherString = DEFAULT:@SECLEVEL=0\n")
    environment.enable()
    found = report(environment, OPENSSL_CONF=str(path))[1]
    # Since 3.10 the default cipher list has a level of its own.
    assert ("security-level" in [row["name"] for row in found["weak"]]) == (sys.version_info < (3, 10))
    assert ("weak" in found["conditions"]) == bool(found["weak"])


@pytest.mark.skipif(sys.version_info[0] > 2, reason="PEP 493's switch is one of 2.7")
@pytest.mark.parametrize("enabled", [False, True])
def test_https_that_is_not_verified_is_weak_and_a_hole(environment, enabled):
    if enabled:
        environment.enable()
    status, found = report(environment, "--fail-on", "weak", PYTHONHTTPSVERIFY="0")
    assert (status, found["failed"], found["defaults"]["https_verifies"]) == (1, ["weak"], False)
    assert [hole["open"] for hole in found["cves"] if hole["id"] == "CVE-2014-9365"] == [True]


def test_the_json_is_one_of_the_documented_structure(environment):
    found = report(environment)[1]
    assert set(found) == documented("JSON")
    assert found["format"] == doctor.FORMAT and found["regraft"] == regraft.__version__
    assert set(found["conditions"]) <= set(doctor.CONDITIONS)
    assert re.match(r"\d{4}-\d\d-\d\d$", found["date"])
    assert set(found["openssl"]) == {"loaded", "built_with", "library", "release", "series", "end_of_support", "ended",
                                     "long_term", "files", "bundled", "sbom"}
    assert set(found["trust"]) == {"origin", "file", "directory", "roots", "expired", "not_yet_valid", "weak",
                                   "unreadable", "distrusted"}
    assert found["interpreter"]["release"] == ".".join(map(str, sys.version_info[:3]))
    assert found["interpreter"]["end_of_life"]


def test_the_trust_store_is_the_one_of_the_environment(environment, certs):
    bundle = os.path.join(certs, "ca-and-other.pem")
    for enabled in (False, True):
        if enabled:
            environment.enable()
        found = report(environment, SSL_CERT_FILE=bundle, SSL_CERT_DIR="/nonexistent")[1]
        assert (found["trust"]["origin"], found["trust"]["file"], found["trust"]["roots"]) == ("environment", bundle, 2)
        assert found["trust"]["distrusted"] == []
        assert [row["value"] for row in found["variables"] if row["name"] == "SSL_CERT_FILE"] == [bundle]


def test_an_openssl_of_our_own_is_told_as_one_in_force_only_while_it_is(environment):
    stock = report(environment)[1]
    assert (stock["openssl"]["bundled"], stock["openssl"]["sbom"]) == (False, None)
    environment.enable()
    found, text = report(environment)[1], environment.regraft("doctor").out
    is_bundled = _openssl.CAPABILITIES["BUNDLED_OPENSSL"]
    assert found["openssl"]["bundled"] == is_bundled
    # It reads no file of the system.
    assert not is_bundled or found["files"]["openssl"] is None
    assert ("updates of the system do not reach it" in " ".join(text.split())) == is_bundled


def test_no_ca_certificates_is_a_warning_that_says_what_to_do(environment):
    environment.enable()
    found = environment.regraft("doctor", SSL_CERT_FILE="/nonexistent", SSL_CERT_DIR="")
    text = " ".join(found.out.split())
    assert "default contexts trust nobody, and no verification succeeds" in text
    assert "install the distribution's package ca-certificates" in text


def test_a_configuration_of_openssl_is_told_with_what_it_sets(environment, tmpdir):
    path = tmpdir.join("openssl.cnf")
    path.write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv1.3\n")
    found = report(environment, OPENSSL_CONF=str(path))[1]
    assert found["files"]["openssl"]["path"] == str(path)
    assert found["files"]["openssl"]["tls"] == {"MinProtocol": "TLSv1.3"}
    assert found["defaults"]["oldest_version"] == "TLSv1.3"
    assert "MinProtocol = TLSv1.3" in environment.regraft("doctor", OPENSSL_CONF=str(path)).out


def without_ssl(environment, tmpdir):
    """Return the variables of a Python that was built without `_ssl`."""
    tmpdir.join("_ssl.py").write("raise ImportError('no _ssl in this build')\n")
    return {"PYTHONPATH": str(tmpdir)}


def test_an_interpreter_without_ssl_is_reported_all_the_same(environment, tmpdir):
    variables = without_ssl(environment, tmpdir)
    result = environment.regraft("doctor", "--json", **variables)
    found = json.loads(result.out)
    assert (result.status, result.err) == (0, "")
    assert "no _ssl in this build" in found["ssl_error"]
    assert found["openssl"]["loaded"] is None and found["defaults"] is None
    assert [hole for hole in found["cves"] if hole["open"] is False and hole["basis"] == "seen"
            and features.get(hole["feature"])["module"] == "ssl"] == []
    text = environment.regraft("doctor", **variables)
    assert "`import ssl` fails" in text.out and "no _ssl in this build" in text.out and text.err == ""


def test_an_extension_that_is_broken_is_reported_all_the_same(environment):
    environment.enable()
    environment.truncate_extension()
    # The hook sees only that the file is there.
    result = environment.regraft("doctor")
    assert "cut off" in result.out
    assert "Traceback" not in result.err


def test_a_host_cannot_be_looked_at_without_ssl_and_that_is_said_in_one_line(environment, tmpdir):
    result = environment.regraft("doctor", "localhost:1", **without_ssl(environment, tmpdir))
    assert result.status == 1 and result.out == ""
    assert "no _ssl in this build" in result.err and len(result.err.splitlines()) == 1


def test_a_module_that_hides_a_covered_one_is_named(environment, tmpdir):
    tmpdir.join("random.py").write("def random(): return 4\n")
    found = report(environment, PYTHONPATH=str(tmpdir))[1]
    assert str(tmpdir.join("random.py")) in found["hiding"]
    assert [row["whose"] for row in found["modules"] if row["name"] == "random"] == ["other"]
    assert "hides" in environment.regraft("doctor", PYTHONPATH=str(tmpdir)).out


def test_another_module_of_the_name_of_ssl_or_random_in_the_current_directory_is_named(environment, tmpdir):
    for name in ("ssl", "random"):
        there = tmpdir.mkdir(name)
        there.join(name + ".py").write("answer = 4\n")
        for _compiled in (False, True):
            result = environment.regraft("doctor", "--json", cwd=str(there))
            found = json.loads(result.out)
            assert (result.status, result.err) == (0, "")
            assert found["hiding"] == [str(there.join(name + ".py"))]
            assert [row["whose"] for row in found["modules"] if row["name"] == name] == ["other"]
            assert ("is another module of that name" in (found["ssl_error"] or "")) == (name == "ssl")


def test_an_openssl_that_can_make_no_context_is_reported_all_the_same(environment, tmpdir):
    path = tmpdir.join("openssl.cnf")
    path.write("openssl_conf = a\n[a]\nalg_section = b\nproviders = c\n[b]\ndefault_properties = fips=yes\n"
               "[c]\ndefault = d\n[d]\nactivate = 1\n")
    for enabled in (False, True):
        if enabled:
            environment.enable()
        found = report(environment, OPENSSL_CONF=str(path))[1]
        if enabled and _openssl.CAPABILITIES["BUNDLED_OPENSSL"]:
            # It does not start with less than was asked for.
            assert str(path) in found["ssl_error"] and found["openssl"]["loaded"] is None
            continue
        # Before OpenSSL 3 there are no providers.
        is_new = libraries.order_release(found["openssl"]["release"]) >= (3,)
        assert bool(found["defaults"]["error"]) == is_new
        assert ("no default context can be made" in environment.regraft("doctor", OPENSSL_CONF=str(path)).out) == is_new
        status, found = report(environment, "127.0.0.1:1", OPENSSL_CONF=str(path))
        assert (status, found["host"]["fault"]["kind"]) == (1, "no-context" if is_new else "refused")
        assert found["host"]["connections"] == 1 and found["host"]["opt_ins"] == []


def test_what_a_sitecustomize_prints_is_not_taken_for_what_the_stock_modules_have(environment, tmpdir):
    environment.enable()
    tmpdir.join("sitecustomize.py").write("print('None of this is an answer')\n")
    result = environment.regraft("doctor", "--json", PYTHONPATH=str(tmpdir))
    found = json.loads(result.out[result.out.index("{"):])
    assert found["stock_error"] is None and all(row["stock"] is not None for row in found["features"])
    other = tmpdir.mkdir("other")
    other.join("sitecustomize.py").write("import os\nif os.environ.get('REGRAFT_DISABLE'): os._exit(0)\n")
    found = report(environment, PYTHONPATH=str(other))[1]
    assert "said nothing" in found["stock_error"]


@pytest.mark.parametrize("enabled", [False, True])
def test_no_line_is_longer_than_80_columns(environment, enabled, tmpdir):
    if enabled:
        environment.enable()
    deep = tmpdir
    for number in range(12):
        deep = deep.mkdir("a rather long name %d" % number)
    result = environment.regraft("doctor", SSL_CERT_FILE=str(deep.join("bundle.pem")), PYTHONPATH=str(deep))
    assert max(map(len, result.lines)) <= 80
    assert result.status == 0 and "\x1b" not in result.out
    joined = "".join(line.strip() for line in result.lines)
    assert str(deep).replace(" ", "") in joined.replace(" ", "")


def on_a_terminal(environment, columns, **variables):
    """Return what `doctor` writes to a terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = dict((name, value) for name, value in os.environ.items()
                 if name not in ("COLUMNS", "NO_COLOR", "PYTHONPATH", "REGRAFT_RUN"))
    clean.update(TERM="xterm", PYTHONIOENCODING="utf-8", **variables)
    child = subprocess.Popen([environment.python, "-m", "regraft", "doctor"], env=clean, stdout=slave, stderr=slave)
    os.close(slave)
    data = b""
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:  # Linux' way of saying that the other end is closed
            break
        if not more:
            break
        data += more
    os.close(master)
    assert child.wait() == 0
    return data.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [40, 50, 80])
def test_on_a_terminal_the_lines_fit_and_are_coloured_unless_that_is_not_wanted(environment, columns):
    text = on_a_terminal(environment, columns)
    assert "\x1b[" in text
    assert max(len(re.sub("\x1b\\[[0-9;]*m", "", line)) for line in text.split("\n")) <= columns
    assert "\x1b" not in on_a_terminal(environment, columns, NO_COLOR="1")


@pytest.mark.parametrize("arguments, words", [
    (("--fail-on", "cve,old"), "no condition 'old'"), (("--timeout", "0", "localhost"), "--timeout"),
    (("--timeout", "nan", "localhost"), "--timeout"), (("--starttls", "smtp"), "name one"),
    (("--alpn", "h2,,x", "localhost"), "--alpn"), (("--alpn", "x" * 256, "localhost"), "--alpn"), (("--alpn", "h2\x07", "localhost"), "--alpn"),
    (("--cafile", "/nonexistent", "localhost:1"), "/nonexistent"), (("localhost:99999",), "port"), (("http://x",), "HOST[:PORT]"),
    (("--starttls", "gopher", "localhost"), "gopher")])
def test_what_makes_no_sense_is_told_with_exit_status_2(environment, arguments, words):
    result = environment.regraft("doctor", *arguments)
    assert (result.status, result.out) == (2, "")
    assert words in result.err and "Traceback" not in result.err


@pytest.mark.parametrize("arguments", [("doctor",), ("doctor", "--json"), ("status", "--json")])
def test_a_reader_that_has_seen_enough_is_no_trouble(environment, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    environment.enable()
    child = subprocess.Popen([environment.python, "-m", "regraft"] + list(arguments), stdout=writing,
                             stderr=subprocess.PIPE)
    os.close(writing)
    assert (child.communicate()[1], child.returncode) == (b"", 0)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("command", ["doctor", "status"])
def test_a_report_that_cannot_be_written_is_told_in_one_line(environment, command):
    for redirection in (">/dev/full", ">&-"):
        child = subprocess.Popen(["sh", "-c", '"$0" -m regraft %s %s' % (command, redirection), environment.python],
                                 stderr=subprocess.PIPE)
        errors = child.communicate()[1].decode("ascii", "replace")
        assert child.returncode == 1 and len(errors.splitlines()) == 1, errors
        assert errors.startswith("regraft %s: the" % command) and "report" in errors


def test_a_ca_file_without_certificates_is_told(environment, tmpdir):
    empty = tmpdir.join("empty.pem")
    empty.write("nothing\n")
    result = environment.regraft("doctor", "--cafile", str(empty), "localhost:1")
    assert (result.status, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1 and "no certificate in it" in result.err


def test_a_host_that_refuses_is_a_report_and_exit_status_1(environment):
    status, found = report(environment, "--timeout", "2", "127.0.0.1:1")
    assert set(found["host"]) == documented("``host`` has:")
    assert (status, found["host"]["passes"], found["host"]["fault"]["kind"]) == (1, False, "refused")
    text = environment.regraft("doctor", "--timeout", "2", "127.0.0.1:1")
    assert "NOT reached" in text.out and text.err == "" and text.status == 1


def test_modules_that_hold_old_ones_are_named(environment, tmpdir):
    tmpdir.join("early.py").write("import hashlib\nsha1 = hashlib.sha1\n")
    code = ("import sys, early, regraft; regraft.activate(); from regraft.cli import main;"
            " sys.exit(main(['doctor', '--json']))")
    found = json.loads(environment.run("-c", code, PYTHONPATH=str(tmpdir)).out)
    assert {"module": "early", "name": "hashlib", "holds": "hashlib"} in found["holders"]


def test_the_modules_of_doctor_are_below_the_package(environment):
    environment.enable()
    found = report(environment)[1]
    for row in found["modules"]:
        assert is_below(row["file"], environment.overlay)
