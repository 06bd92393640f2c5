"""Parts of `doctor`: data on lifetimes, openssl.cnf, settings, hosts as text, faults, text that fits a terminal."""
# coding: utf-8
from __future__ import absolute_import, division, print_function

import datetime
import errno
import io
import json
import os
import re
import socket
import ssl

import pytest

from regraft import features, policy
from regraft.doctor import coverage, faults, host, lifetimes, observation, paper, settings, starttls, target, trust
from regraft.doctor.configuration import Configuration

TODAY = datetime.date(2026, 11, 25)


# Lifetimes.

@pytest.mark.parametrize("table, series, today, expected", [
    (lifetimes.PYTHON, "2.7", TODAY, ("2020-01-01", True)), (lifetimes.PYTHON, "3.13", TODAY, ("2029-10", False)),
    (lifetimes.PYTHON, "3.10", datetime.date(2026, 10, 31), ("2026-10", False)),
    (lifetimes.PYTHON, "3.10", datetime.date(2026, 11, 1), ("2026-10", True)),
    (lifetimes.OPENSSL, "3.0", datetime.date(2026, 9, 7), ("2026-09-07", False)),
    (lifetimes.OPENSSL, "3.0", datetime.date(2026, 9, 8), ("2026-09-07", True)),
    (lifetimes.OPENSSL, "9.9", TODAY, (None, None))])
def test_a_series_has_ended_after_its_last_day(table, series, today, expected):
    assert lifetimes.judge(table, series, today) == expected


def test_each_date_is_one():
    for table in (lifetimes.PYTHON, lifetimes.OPENSSL):
        for series in table:
            assert lifetimes.judge(table, series, datetime.date(2100, 1, 1))[1] is True
    assert set(lifetimes.LONG_TERM) <= set(lifetimes.OPENSSL)


def test_each_series_with_defaults_of_its_own_has_an_end_of_life():
    assert set("%d.%d" % series for series, _row in policy.TABLE) <= set(lifetimes.PYTHON)


# Holes.

ROW = {"name": "guard", "module": "ssl", "detect": None, "openssl_fixed": None, "kind": "fix"}


@pytest.mark.parametrize("changes, has, expected", [
    ({}, None, (None, "unknown")), ({}, False, (True, "release")), ({}, True, (False, "regraft")),
    ({"detect": "1"}, True, (False, "seen")), ({"detect": "1"}, False, (True, "seen"))])
def test_a_hole_is_judged_by_what_is_seen_or_by_release(changes, has, expected):
    assert coverage._judge(dict(ROW, **changes), {"has": has, "default": None}) == expected


@pytest.mark.parametrize("first, expected", [("2.7.0", (False, "release")), (None, (False, "openssl"))])
def test_a_hole_of_stock_modules_is_closed_by_their_release_or_by_openssl(first, expected, monkeypatch):
    monkeypatch.setattr(features, "is_regrafted", lambda name: False)
    row = dict(ROW, openssl_fixed="1.1.1", first_2_7=first, first_3=["3.0"] if first else [],
               affected={"2.7": "2.7.0", "3": "3.0"})
    assert coverage._judge(row, {"has": True, "default": None}) == expected


def test_contexts_made_meanwhile_read_no_files_and_the_environment_is_as_before(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/somewhere")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSLKEYLOGFILE", "/keys")
    before = dict(os.environ)
    with observation.without_files():
        assert "SSLKEYLOGFILE" not in os.environ
        assert ssl.create_default_context().cert_store_stats()["x509"] == 0
    assert dict(os.environ) == before


# openssl.cnf.

CONFIGURATION = u"""\
openssl_conf = start   # the section to begin with
HOME = .
[start]
ssl_conf = ssl_section
providers = provider_section
alg_section = algorithms
[ssl_section]
system_default = tls
[tls]
MinProtocol = TLSv1.2
CipherString = DEFAULT:\\
@SECLEVEL=2
Options = "UnsafeLegacyRenegotiation"
[provider_section]
default = on_section
legacy = off_section
fips = fips_section
.include %(home)s/parts
[on_section]
activate = 1
[off_section]
activate = 0
[algorithms]
default_properties = fips=${answer::word}
[answer]
word = yes
"""


def test_what_openssl_cnf_tells_libssl_and_the_providers_is_read(tmpdir):
    tmpdir.mkdir("parts").join("fips.cnf").write("[fips_section]\nactivate = yes\n")
    tmpdir.join("parts", "notes.txt").write("[fips_section]\nactivate = no\n")
    path = tmpdir.join("openssl.cnf")
    path.write(CONFIGURATION.replace(u"[answer]\nword = yes\n", u"") % {"home": tmpdir})
    path.write(u"[answer]\nword = yes\n[default]\n" + CONFIGURATION.replace(u"[answer]\nword = yes\n", u"") % {"home": tmpdir})
    found = Configuration(str(path)).describe()
    assert found["tls"] == {"MinProtocol": "TLSv1.2", "CipherString": "DEFAULT:@SECLEVEL=2", "Options": "UnsafeLegacyRenegotiation"}
    assert found["providers"] == ["default", "fips"]
    assert found["algorithms"] == {"default_properties": "fips=yes"}
    assert found["files"] == [str(path), str(tmpdir.join("parts", "fips.cnf"))]
    assert found["problems"] == []


def test_an_openssl_cnf_that_includes_itself_or_what_is_not_there_is_told(tmpdir):
    path = tmpdir.join("openssl.cnf")
    path.write(".include openssl.cnf\n.include missing.cnf\n")
    problems = Configuration(str(path)).describe()["problems"]
    assert any("included too deeply" in each for each in problems)
    assert any("missing.cnf" in each for each in problems)


def test_an_openssl_cnf_that_includes_without_end_is_read_to_some_end(tmpdir):
    path = tmpdir.join("openssl.cnf")
    path.write(".include openssl.cnf\n" * 40)
    found = Configuration(str(path)).describe()
    assert len(found["files"]) <= 200 and any("more than 200 files" in each for each in found["problems"])
    assert len(found["problems"]) <= 200


def test_an_openssl_cnf_of_other_than_ascii_names_is_read(tmpdir, monkeypatch):
    home = os.path.join(str(tmpdir), "caf\xc3\xa9" if str is bytes else u"caf\xe9")
    os.makedirs(os.path.join(home, "parts"))
    monkeypatch.setenv("WORD", "\xc3\xb6" if str is bytes else u"\xf6")
    for name, text in (("openssl.cnf", "a = $ENV::WORD\n.include parts\n.include missing\n"), ("parts/x.cnf", "b = 1\n")):
        with open(os.path.join(home, name), "w") as stream:
            stream.write(text)
    found = Configuration(os.path.join(home, "openssl.cnf"))
    assert found.sections[""] == {"a": os.environ["WORD"], "b": "1"}
    assert len(found.files) == 2 and found.problems == ["%s: %s" % (os.path.join(home, "missing"), os.strerror(errno.ENOENT))]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes on Windows")
def test_a_pipe_and_a_file_without_end_are_not_waited_for(tmpdir):
    pipe = str(tmpdir.join("pipe"))
    os.mkfifo(pipe)
    for path, word in ((pipe, "pipe"), ("/dev/zero", "larger than")):
        with pytest.raises(EnvironmentError) as caught:
            trust.read(path)
        assert word in caught.value.strerror
        assert word in Configuration(path).problems[0]
    assert trust.read(os.devnull) == ([], 0)


def test_an_openssl_cnf_that_leads_nowhere_changes_nothing(tmpdir):
    path = tmpdir.join("openssl.cnf")
    path.write_binary(b"openssl_conf = nowhere\n[\xff]\n= 1\nnonsense\n")
    found = Configuration(str(path)).describe()
    assert (found["tls"], found["providers"], found["problems"]) == ({}, [], [])


# Settings.

def test_variables_are_listed_with_what_they_do_and_without_passwords(tmpdir):
    tmpdir.join("ssl.py").write("")
    tmpdir.mkdir("libraries").join("libssl.so.3").write("")
    found = dict((row["name"], row) for row in settings.list_variables({
        "HTTPS_PROXY": "http://me:secret@proxy.example:3128", "SSL_CERT_FILE": "/nonexistent.pem", "PYTHONPATH": str(tmpdir),
        "LD_PRELOAD": "/usr/lib/libjemalloc.so", "LD_LIBRARY_PATH": str(tmpdir.join("libraries")), "PATH": "/bin", "OPENSSL_CONF": ""}))
    assert sorted(found) == ["HTTPS_PROXY", "LD_LIBRARY_PATH", "OPENSSL_CONF", "PYTHONPATH", "SSL_CERT_FILE"]
    assert found["HTTPS_PROXY"]["value"] == "http://***@proxy.example:3128"
    for value, shown in (("http://me:p/ss@w@proxy:1", "http://***@proxy:1"), ("me:pass@proxy:1", "***@proxy:1"),
                         ("socks5h://me@proxy", "socks5h://***@proxy"), ("proxy:3128", "proxy:3128")):
        assert [row["value"] for row in settings.list_variables({"all_proxy": value})] == [shown]
    assert "/nonexistent.pem" in found["SSL_CERT_FILE"]["problem"]
    assert str(tmpdir.join("ssl.py")) in found["PYTHONPATH"]["problem"]
    assert found["OPENSSL_CONF"]["problem"] is None


@pytest.mark.parametrize("text, word", [
    ("[https]\nverify=disable\n", "verify=disable"), ("[other]\nverify=enable\n[https]\n# x\nverify = enable\n", "verify=enable"),
    ("[https]\n", "verify=platform_default")])
def test_the_file_of_distributions_for_https_is_read(text, word):
    assert word in settings._judge_verification(text)


# Hosts.

@pytest.mark.parametrize("text, protocol, expected", [
    ("example.org", None, ("example.org", 443)), ("example.org:8443", None, ("example.org", 8443)),
    ("example.org", "smtp", ("example.org", 25)), ("example.org:587", "smtp", ("example.org", 587)),
    ("[::1]:443", None, ("::1", 443)), ("[::1]", None, ("::1", 443)), ("2001:db8::1", None, ("2001:db8::1", 443)),
    ("https://example.org/path?x=1", None, ("example.org", 443)), ("https://me:x@example.org:444/", None, ("example.org", 444)),
    (u"b\xfccher.example", None, ("xn--bcher-kva.example", 443)), ("fe80::1%eth0", None, ("fe80::1%eth0", 443))])
def test_hosts_are_understood_as_people_write_them(text, protocol, expected):
    found = target.parse(text, protocol)
    assert (found.host, found.port) == expected
    assert isinstance(found.host, str)


@pytest.mark.parametrize("text, word", [
    ("example.org:", "port"), ("example.org:x", "port"), ("example.org:0", "port"), ("example.org:65536", "port"),
    ("example.org:-1", "port"), ("", "host name"), (":443", "host name"), ("a b", "host name"), ("http://example.org", "HOST"),
    ("ex\x1bample.org", "host name"), (u"\xfc" * 64, "looked up"), ("[]:1", "host name")])
def test_what_is_no_host_is_told_in_one_line(text, word):
    with pytest.raises(target.TargetError) as caught:
        target.parse(text)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)


@pytest.mark.parametrize("text", ["ftp://me:pass@host/", "me:pass@host", "me:pa/ss@host:1", "ldap://me:p@ss@host"])
def test_no_password_is_repeated_where_it_is_no_host(text):
    with pytest.raises(target.TargetError) as caught:
        target.parse(text)
    assert "ss@" not in str(caught.value) and "***@host" in str(caught.value)


# Faults.

@pytest.mark.parametrize("text, reason, kind", [
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:727)", "WRONG_VERSION_NUMBER", "not-tls"),
    ("[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] unsafe legacy renegotiation disabled", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "legacy-renegotiation"),
    ("[SSL: DH_KEY_TOO_SMALL] dh key too small", "DH_KEY_TOO_SMALL", "security-level"),
    ("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version", "TLSV1_ALERT_PROTOCOL_VERSION", "protocol-version"),
    ("[SSL: TLSV1_UNRECOGNIZED_NAME] tlsv1 unrecognized name", "TLSV1_UNRECOGNIZED_NAME", "server-name"),
    ("[SSL: SSL/TLS_ALERT_HANDSHAKE_FAILURE] ssl/tls alert handshake failure", "SSL/TLS_ALERT_HANDSHAKE_FAILURE", "handshake-failure"),
    # Stock 2.7 with OpenSSL 3 names the wrong reason; OpenSSL's words are right.
    ("[SSL: KRB5_S_TKT_NYV] unexpected eof while reading (_ssl.c:727)", "KRB5_S_TKT_NYV", "closed"),
    ("[SSL] tlsv13 alert certificate required (_ssl.c:1829)", None, "client-certificate"), ("nobody knows", None, "other")])
def test_faults_are_sorted_by_what_openssl_says(text, reason, kind):
    error = ssl.SSLError(1, text)
    error.reason = reason
    found = faults.classify(error, ssl)
    assert found.kind == kind
    assert "_ssl.c" not in found.text


def test_faults_of_sockets_are_sorted_too():
    assert faults.classify(socket.timeout("timed out"), ssl).kind == "timeout"
    assert faults.classify(socket.error(errno.ECONNRESET, "reset"), ssl).kind == "closed"
    assert faults.classify(socket.error(0, "Error"), ssl).kind == "closed"
    assert faults.classify(ValueError("odd"), ssl).kind == "other"


# STARTTLS.

def stream_of(chunks):
    rest = list(chunks)
    return starttls.Stream(lambda: rest.pop(0) if rest else b"", lambda data: None)


def test_lines_that_come_in_pieces_are_put_together():
    starttls.converse("smtp", stream_of([b"22", b"0 hi\r", b"\n", b"250-x\r\n250 STARTTLS\r\n", b"220", b" go\r\n"]), "x")


def test_what_comes_with_the_last_piece_is_seen():
    with pytest.raises(starttls.ConversationError) as caught:
        starttls.converse("pop3", stream_of([b"+OK\r\n", b"+OK\r\n\x16"]), "x")
    assert caught.value.kind == "starttls-injection"


def test_an_early_end_is_no_refusal():
    with pytest.raises(starttls.ConversationError) as caught:
        starttls.converse("imap", stream_of([b"* OK"]), "x")
    assert caught.value.kind == "closed"


# Names in certificates.

@pytest.mark.parametrize("name, expected", [
    (u"www.example", True), (u"10.0.0.1", True), (u"::1", True), (u"a_b-c.example", True), (u"*.example", False),
    (u"caf\xe9.example", False), (u"a\0b", False), (u"a b", False), (u"", False), (u".example", False), (u"a..b", False),
    (u"a'\nb", False), (u"a\n", False), (u"a" * 300, False)])
def test_only_what_may_be_a_name_of_a_host_is_proposed_as_one(name, expected):
    class Leaf(object):
        names = [name]

    trial = host.Examination(ssl, target.parse("localhost"))
    step = trial._choose(faults.Fault("wrong-name", "", 62), [Leaf], set())
    assert (step is not None) == target.is_host(name) == expected
    assert step is None or step[1] == "server_hostname = %r" % str(name)


# Text.

LONG_PATH = "/home/somebody/" + "/".join(["environments", "of", "a", "very", "long", "name"] * 6) + "/lib/python2.7/ssl.py"


@pytest.mark.parametrize("width", [40, 72, 80, 110])
def test_no_line_is_longer_than_the_width(width):
    sheet = paper.Paper(width)
    sheet.title("Title")
    sheet.add("words " * 40, paper.BAD)
    sheet.add(LONG_PATH, paper.NOTE, indent=4)
    sheet.add("x" * 300)
    sheet.row(["name", "yes", "no"], [12, 5, 5], LONG_PATH)
    # As wide as the table of features, whose last column has no room in 40.
    sheet.row(["name", "yes", "no"], [26, 7, 6], LONG_PATH, paper.NOTE)
    sheet.row(["name", "yes", "no"], [26, 7, 6], "")
    assert max(map(len, sheet.lines)) <= width
    assert LONG_PATH in "".join(line.strip() for line in sheet.lines)


def test_a_long_path_is_broken_behind_a_slash():
    lines = paper.wrap(u"%s" % LONG_PATH, 60)
    assert all(line.endswith(u"/") for line in lines[:-1])
    assert u"".join(lines) == LONG_PATH


def test_what_others_say_cannot_steer_the_terminal():
    assert paper.to_text(u"a\x1b[2Jb\x9b\u202e") == u"a\\x1b[2Jb\\x9b\\u202e"
    sheet = paper.Paper()
    sheet.add(u"name\nBAD\r\u2028ok")
    assert len(sheet.lines) == 1 and u"name\\nBAD\\r\\u2028ok" in sheet.lines[0]


@pytest.mark.parametrize("value, expected", [
    (u"\ud800x", u"\ufffdx"), (u"x\udcff", u"x\ufffd"), (u"\U0001f40d", u"\U0001f40d"), (b"\xffx", u"\ufffdx")])
def test_the_json_is_unicode_whatever_a_path_is(value, expected):
    stream = io.BytesIO() if str is bytes else io.StringIO()
    paper.write_json(stream, {"path": [value]})
    text = stream.getvalue()
    assert json.loads(text) == {"path": [expected]}
    assert not re.search(r"\\ud[89a-f]..", text) or expected == u"\U0001f40d"


def test_text_of_others_stays_text():
    assert paper.to_text(b"caf\xc3\xa9" if str is bytes else u"caf\xe9") == u"caf\xe9"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "ascii"

    def isatty(self):
        return True


def test_colours_are_for_terminals_and_only_if_wanted(monkeypatch):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert paper.has_colours(Terminal()) and not paper.has_colours(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not paper.has_colours(Terminal())
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("TERM", "dumb")
    assert not paper.has_colours(Terminal())


def test_colours_take_no_room():
    plain, coloured = paper.Paper(60), paper.Paper(60, colours=True)
    for sheet in (plain, coloured):
        sheet.title("Title")
        sheet.add("words " * 20, paper.BAD)
    assert any(u"\x1b[" in line for line in coloured.lines)
    assert [re.sub(u"\x1b\\[[0-9;]*m", u"", line) for line in coloured.lines] == plain.lines


def test_the_width_is_the_terminals(monkeypatch):
    monkeypatch.setenv("COLUMNS", "64")
    assert paper.find_width(Terminal()) == 64
    assert paper.find_width(io.StringIO()) == 80
    for wrong in ("\u00b2" if str is not bytes else "\xc2\xb2", "wide", "-1"):
        monkeypatch.setenv("COLUMNS", wrong)
        assert paper.NARROWEST <= paper.find_width(Terminal()) <= paper.WIDEST
    monkeypatch.setenv("COLUMNS", "5")
    assert paper.find_width(Terminal()) == paper.NARROWEST
    monkeypatch.setenv("COLUMNS", "500")
    assert paper.find_width(Terminal()) == paper.WIDEST
