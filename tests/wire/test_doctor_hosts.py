"""`doctor` with a host: its verdict is what handshakes do, and with the opt-in that it proposes they pass.

Each server is looked at twice: with regraft's modules, and with the stock ones of this interpreter.
"""
from __future__ import absolute_import, division, print_function

import json
import os
import socket
import ssl
import subprocess
import sys

import pytest

import hosts
from regraft import features
from regraft.doctor import host as doctor_host
from regraft.doctor import paper, starttls, target, words
from regraft.doctor import report as reports

HERE = os.path.dirname(os.path.abspath(__file__))
TLS_1_0, TLS_1_1 = (ssl.TLSVersion.TLSv1,) * 2, (ssl.TLSVersion.TLSv1_1,) * 2
TLS_1_2, TLS_1_3 = (ssl.TLSVersion.TLSv1_2,) * 2, (ssl.TLSVersion.TLSv1_3,) * 2
REGRAFTED, STOCK = "regraft", "stock"


def try_host(certs, whose, talk, cafile="ca", ready=(), timeout=3, **variables):
    """Return what `doctor_trial.py` found out about a server."""
    environment = dict(os.environ, **variables)
    if whose == STOCK:
        environment["REGRAFT_DISABLE"] = "1"
    with hosts.standing(talk) as host:
        asked = {"port": host.port, "cafile": os.path.join(certs, cafile + ".pem"), "timeout": timeout,
                 "ready": dict((name, os.path.join(certs, value + ".pem")) for name, value in ready)}
        child = subprocess.Popen([sys.executable, os.path.join(HERE, "doctor_trial.py"), json.dumps(asked)],
                                 env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, errors = child.communicate()
    assert not errors, errors.decode("utf-8", "replace")
    found = json.loads(output.decode("ascii"))
    is_ours = os.path.basename(os.path.dirname(found["ssl"])) == "overlay"
    assert is_ours == (whose == REGRAFTED)
    assert found["report"]["passes"] == (found["without"] is None), found["without"]
    return found


def kinds(certs):
    """Return by name: the talk of a server, the kind of fault, the opt-ins that may be proposed, what the user has."""
    def serve(*arguments, **options):
        return hosts.over_tls(hosts.make_context(certs, *arguments, **options))

    old = ("security-level-0", "tls-1.0", "tls-1.1")
    trust = (("cafile", "intermediate-ca"),)
    return {
        "expired": (serve("expired"), "expired", ("no-check-time",), ()),
        "not yet valid": (serve("notyet"), "not-yet-valid", ("no-check-time",), ()),
        "wrong name": (serve("wronghost"), "wrong-name", ("server-name",), ()),
        "unknown CA": (serve("untrusted"), "unknown-issuer", ("trust",), (("cafile", "other-ca"),)),
        "self-signed": (serve("selfsigned"), "self-signed", ("trust",), (("cafile", "selfsigned-cert"),)),
        "missing intermediate": (serve("intermediate"), "unknown-issuer", ("trust",), trust),
        "weak key": (serve("weak", level=0), "weak-certificate", ("security-level-1", "security-level-0"), ()),
        # Level 1 is enough for OpenSSL 1.1.1.
        "SHA-1": (serve("sha1", level=0), "weak-certificate", ("security-level-1", "security-level-0"), ()),
        "TLS 1.0": (serve(versions=TLS_1_0, level=0), "protocol-version", old, ()),
        "TLS 1.1": (serve(versions=TLS_1_1, level=0), "protocol-version", old, ()),
        "client certificate, 1.3": (serve(versions=TLS_1_3, authorities="ca"), "client-certificate",
                                    ("client-certificate",), (("certfile", "client"),)),
    }


NAMES = ("expired", "not yet valid", "wrong name", "unknown CA", "self-signed", "missing intermediate", "weak key",
         "SHA-1", "TLS 1.0", "TLS 1.1", "client certificate, 1.3")
PASSED_ONCE = ("weak key", "SHA-1", "TLS 1.0", "TLS 1.1")


@pytest.mark.parametrize("whose", [REGRAFTED, STOCK])
@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_what_handshakes_do_and_the_opt_in_lets_them_pass(certs, name, whose):
    talk, kind, opt_ins, ready = kinds(certs)[name]
    found = try_host(certs, whose, talk, ready=ready)
    report = found["report"]
    if report["passes"]:
        # At its usual security level OpenSSL 1.1.1 lets them pass; then they are told to be weak.
        assert name in PASSED_ONCE and found["openssl"] < [3]
        assert report["weak"]
        return
    assert report["fault"]["kind"] == kind
    assert [row["name"] for row in report["opt_ins"] if row["name"] not in opt_ins] == []
    assert len(report["opt_ins"]) == 1
    assert found["with"] is None
    assert report["passes_with_opt_ins"] is (None if kind == "client-certificate" else True)
    assert report["mend"]
    assert report["connections"] <= doctor_host.MOST_CONNECTIONS


@pytest.mark.parametrize("whose", [REGRAFTED, STOCK])
@pytest.mark.parametrize("versions, version", [(TLS_1_2, "TLSv1.2"), (TLS_1_3, "TLSv1.3")])
def test_a_good_server_is_reached_in_one_connection(certs, versions, version, whose):
    report = try_host(certs, whose, hosts.over_tls(hosts.make_context(certs, versions=versions)))["report"]
    assert report["passes"] and report["connections"] == 1
    assert report["handshake"]["version"] == version
    assert report["chain"][0]["names"] == ["localhost", "127.0.0.1", "::1"]
    assert report["chain"][0]["key"] == {"kind": "EC", "curve": "P-256", "bits": 256}
    assert (report["weak"], report["opt_ins"], report["mend"]) == ([], [], None)
    if whose == REGRAFTED:
        assert (report["chain_from"], len(report["chain"])) == ("verified", 2)


@pytest.mark.parametrize("whose", [REGRAFTED, STOCK])
def test_a_server_of_tls_1_2_that_wants_a_certificate_is_told_from_others_where_ssl_shows_it(certs, whose):
    context = hosts.make_context(certs, versions=TLS_1_2, authorities="ca")
    found = try_host(certs, whose, hosts.over_tls(context), ready=(("certfile", "client"),))
    assert [row["name"] for row in found["report"]["opt_ins"]] == ["client-certificate"]
    assert found["with"] is None
    if whose == REGRAFTED:
        assert found["report"]["asks_for_certificate"] is True
        assert found["report"]["fault"]["kind"] == "client-certificate"


def test_what_the_letter_of_rfc_5280_refuses_passes_without_the_letter(certs):
    talk = hosts.over_tls(hosts.make_context(certs, "lax"))
    found = try_host(certs, REGRAFTED, talk, REGRAFT_DEFAULTS="newest")
    if found["openssl"] < [3]:
        assert found["report"]["passes"]  # OpenSSL 1.1.1 does not ask for that extension
        return
    assert found["report"]["fault"]["kind"] == "strict"
    assert [row["name"] for row in found["report"]["opt_ins"]] == ["no-strict-x509"]
    assert found["with"] is None


LAX_CONFIGURATION = """\
openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = tls
[tls]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""


@pytest.mark.parametrize("whose", [REGRAFTED, STOCK])
def test_the_oldest_version_of_the_defaults_is_the_oldest_that_they_agree_on(certs, whose, tmpdir):
    lax = tmpdir.join("openssl.cnf")
    lax.write(LAX_CONFIGURATION)
    talk = hosts.over_tls(hosts.make_context(certs, versions=TLS_1_0, level=0))
    found = try_host(certs, whose, talk, OPENSSL_CONF=str(lax))
    assert (found["without"] is None) == (found["defaults"]["oldest_version"] in ("SSLv3", "TLSv1"))
    if found["report"]["passes"]:
        assert "TLSv1 is obsolete (RFC 8996)" in found["report"]["weak"]
    strict = try_host(certs, whose, talk)
    assert (strict["without"] is None) == (strict["defaults"]["oldest_version"] in ("SSLv3", "TLSv1"))


@pytest.mark.parametrize("whose", [REGRAFTED, STOCK])
def test_two_faults_need_two_opt_ins(certs, whose):
    # Expired, and its CA is not trusted.
    talk = hosts.over_tls(hosts.make_context(certs, "expired"))
    found = try_host(certs, whose, talk, cafile="other-ca", ready=(("cafile", "ca"),))
    assert sorted(row["name"] for row in found["report"]["opt_ins"]) == ["no-check-time", "trust"]
    assert found["with"] is None
    assert found["report"]["passes_with_opt_ins"] is True


@pytest.mark.parametrize("whose", [REGRAFTED, STOCK])
def test_a_certificate_for_clients_has_no_opt_in(certs, whose):
    report = try_host(certs, whose, hosts.over_tls(hosts.make_context(certs, "client")))["report"]
    assert (report["fault"]["kind"], report["opt_ins"]) == ("wrong-purpose", [])


def test_the_chain_that_was_refused_is_shown_as_the_server_sends_it(certs):
    talk = hosts.over_tls(hosts.make_context(certs, "intermediate-chain"))
    report = try_host(certs, REGRAFTED, talk, cafile="other-ca", ready=(("cafile", "ca"),))["report"]
    assert report["chain_from"] == "sent"
    assert len(report["chain"]) == 2
    assert report["chain"][1]["authority"] and not report["chain"][1]["self_issued"]
    assert report["chain"][1]["subject"] in report["mend"] or report["chain"][1]["issuer"] in report["mend"]


@pytest.mark.parametrize("whose", [REGRAFTED, STOCK])
@pytest.mark.parametrize("talk, kind", [
    (hosts.say_http, "not-tls"), (hosts.close_at_once, "closed"), (hosts.hang, "timeout")])
def test_what_is_no_tls_server_is_told_so_in_bounded_time(certs, talk, kind, whose):
    report = try_host(certs, whose, talk, timeout=0.5)["report"]
    assert report["fault"]["kind"] == kind
    assert (report["opt_ins"], report["passes_with_opt_ins"], report["chain"]) == ([], None, [])


@pytest.mark.parametrize("greeting, protocol", [
    (b"220 mail.example ESMTP\r\n", "smtp"), (b"* OK IMAP4rev1\r\n", "imap"), (b"+OK ready\r\n", "pop3"),
    (b"220 FTP\r\n", "ftp")])
def test_a_server_that_speaks_first_is_recognized_and_starttls_proposed(certs, greeting, protocol):
    talk = hosts.after_lines([greeting, b"500 what?\r\n"], hosts.close_at_once)
    report = try_host(certs, REGRAFTED, talk)["report"]
    assert "--starttls %s" % protocol in report["fault"]["text"]


def examine(port, protocol=None, cafile=None, timeout=3, alpn=()):
    """Return the report about a host in this process."""
    where = target.parse("localhost:%d" % port, protocol)
    return doctor_host.Examination(ssl, where, cafile, timeout, alpn).examine()


# What a server says at once, and after each line of the client's.
CONVERSATIONS = {
    "smtp": [b"220-mail.example\r\n220 ESMTP\r\n", b"250-mail.example\r\n250-SIZE\r\n250 STARTTLS\r\n", b"220 go on\r\n"],
    "imap": [b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n", b"a2 OK begin\r\n"],
    "pop3": [b"+OK ready\r\n", b"+OK begin\r\n"],
    "ftp": [b"220 ready\r\n", b"234 begin\r\n"],
}


@pytest.mark.parametrize("protocol", sorted(CONVERSATIONS))
def test_starttls_leads_to_a_verified_connection(certs, protocol):
    over_tls = hosts.over_tls(hosts.make_context(certs))
    with hosts.standing(hosts.after_lines(CONVERSATIONS[protocol], over_tls)) as host:
        report = examine(host.port, protocol, os.path.join(certs, "ca.pem"))
    assert report["passes"], report["fault"]


@pytest.mark.parametrize("protocol", sorted(CONVERSATIONS))
def test_words_in_clear_behind_the_answer_to_starttls_are_refused(certs, protocol):
    lines = CONVERSATIONS[protocol][:-1] + [CONVERSATIONS[protocol][-1] + b"injected\r\n"]
    with hosts.standing(hosts.after_lines(lines, hosts.over_tls(hosts.make_context(certs)))) as host:
        report = examine(host.port, protocol, os.path.join(certs, "ca.pem"))
    assert report["fault"]["kind"] == "starttls-injection"
    assert "injected" in report["fault"]["text"]


@pytest.mark.parametrize("protocol, lines, words", [
    ("smtp", [b"220 mail\r\n", b"250 SIZE\r\n"], "does not offer STARTTLS"),
    ("smtp", [b"554 go away\r\n"], "554 go away"),
    ("smtp", [b"220 mail\r\n", b"250 STARTTLS\r\n", b"454 not now\r\n"], "454 not now"),
    ("imap", [b"* BYE\r\n"], "BYE"),
    ("imap", [b"* OK\r\n", b"* CAPABILITY IMAP4rev1\r\na1 OK\r\n"], "does not offer STARTTLS"),
    ("imap", [b"* OK\r\n", b"* CAPABILITY STARTTLS\r\na1 OK\r\n", b"a2 NO\r\n"], "a2 NO"),
    ("pop3", [b"-ERR\r\n"], "-ERR"), ("pop3", [b"+OK\r\n", b"-ERR no\r\n"], "-ERR no"),
    ("ftp", [b"220 x\r\n", b"502 no\r\n"], "502 no")])
def test_a_server_that_does_not_go_over_to_tls_is_told_in_its_own_words(protocol, lines, words):
    with hosts.standing(hosts.after_lines(lines, hosts.hang)) as host:
        report = examine(host.port, protocol)
    assert report["fault"]["kind"] == "starttls-refused"
    assert words in report["fault"]["text"]


@pytest.mark.parametrize("protocol", sorted(starttls.PROTOCOLS))
def test_no_conversation_waits_longer_than_it_may(protocol):
    with hosts.standing(hosts.hang) as host:
        report = examine(host.port, protocol, timeout=0.3)
    assert report["fault"]["kind"] == "timeout"
    assert "STARTTLS took longer than 0.3 seconds" in report["fault"]["text"]


def after_bytes(size, answer, then):
    """Return a talk that reads so many bytes, answers, and goes on."""
    def talk(plain):
        data = b""
        while len(data) < size:
            data += plain.recv(size - len(data))
        plain.sendall(answer)
        then(plain)
    return talk


LDAP_REQUEST = 31
LDAP_SUCCESS = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
LDAP_REFUSAL = LDAP_SUCCESS.replace(b"\x0a\x01\x00", b"\x0a\x01\x02")


def test_ldap_and_postgres_go_over_to_tls(certs):
    then = hosts.over_tls(hosts.make_context(certs))
    for protocol, talk in (("ldap", after_bytes(LDAP_REQUEST, LDAP_SUCCESS, then)),
                           ("postgres", after_bytes(8, b"S", then))):
        with hosts.standing(talk) as host:
            report = examine(host.port, protocol, os.path.join(certs, "ca.pem"))
        assert report["passes"], report["fault"]


@pytest.mark.parametrize("protocol, size, answer, kind", [
    ("ldap", LDAP_REQUEST, LDAP_REFUSAL, "starttls-refused"), ("ldap", LDAP_REQUEST, b"HTTP/1.1", "starttls-refused"),
    ("ldap", LDAP_REQUEST, LDAP_SUCCESS + b"x", "starttls-injection"),
    ("postgres", 8, b"N", "starttls-refused"), ("postgres", 8, b"E", "starttls-refused"),
    ("postgres", 8, b"SE", "starttls-injection")])
def test_ldap_and_postgres_servers_that_refuse_or_say_too_much(protocol, size, answer, kind):
    with hosts.standing(after_bytes(size, answer, hosts.hang)) as host:
        assert examine(host.port, protocol)["fault"]["kind"] == kind


def xmpp(features_element, answer, then):
    """Return the talk of an XMPP server."""
    def talk(plain):
        while b"streams'>" not in plain.recv(4096):
            pass
        plain.sendall(b"<stream:stream id='1'>" + features_element)
        plain.recv(4096)
        plain.sendall(answer)
        then(plain)
    return talk


OFFER = (b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
         b"</stream:features>")


@pytest.mark.parametrize("offer, answer, kind", [
    (OFFER, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", None),
    (OFFER, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>", None),
    (OFFER, b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "starttls-refused"),
    (OFFER, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><message/>", "starttls-injection"),
    (b"<stream:features/>", b"", "starttls-refused")])
def test_xmpp_goes_over_to_tls_or_says_why_not(certs, offer, answer, kind):
    with hosts.standing(xmpp(offer, answer, hosts.over_tls(hosts.make_context(certs)))) as host:
        fault = examine(host.port, "xmpp", os.path.join(certs, "ca.pem"))["fault"]
    assert (fault and fault["kind"]) == kind


def test_a_server_that_never_ends_a_line_is_cut_off():
    def talk(plain):
        while True:
            plain.sendall(b"x" * 65536)

    with hosts.standing(talk) as host:
        report = examine(host.port, "smtp")
    assert report["fault"]["kind"] == "not-tls"
    assert "too much" in report["fault"]["text"]


def say(host):
    """Return the lines about a host, as a person reads them on a terminal of 80 columns."""
    whole = reports.examine()
    whole["host"] = host
    whole["conditions"] = reports.list_conditions(whole)
    sheet = paper.Paper(80)
    words.fill(sheet, whole)
    start = [number for number, line in enumerate(sheet.lines) if line.startswith(u"Host ")][0]
    assert max(map(len, sheet.lines)) <= 80
    return u" ".join(line.strip() for line in sheet.lines[start:])


def test_what_is_wrong_what_to_mend_and_the_opt_in_are_told_in_this_order(certs):
    with hosts.standing(hosts.over_tls(hosts.make_context(certs, "expired"))) as host:
        text = say(examine(host.port, cafile=os.path.join(certs, "ca.pem")))
    parts = ["NOT reached: certificate has expired", "code 10", "not verified (seen over",
             "from 2001-01-01 to 2002-01-01", "first: renew the certificate", "is this machine's clock right?",
             "tried with verification on: context.verify_flags |= 0x200000", "gives up:", "3 connections made"]
    found = [text.find(part) for part in parts]
    assert -1 not in found and found == sorted(found), dict(zip(parts, found))
    assert "CERT_NONE" not in text and "check_hostname" not in text


def test_a_host_that_is_reached_is_told_with_its_connection_and_chain(certs):
    with hosts.standing(hosts.over_tls(hosts.make_context(certs))) as host:
        text = say(examine(host.port, cafile=os.path.join(certs, "ca.pem")))
    for part in ("reached, and verified", "TLSv1.3", "the chain as it was verified", "EC P-256", "names: localhost",
                 "is not asked for", "1 connection made; no data was sent"):
        assert part in text
    assert "first:" not in text and "gives up" not in text


def test_what_a_server_says_before_tls_cannot_steer_the_terminal():
    with hosts.standing(hosts.after_lines([b"554 \x1b[2Jgone\x07\r\n"], hosts.hang)) as host:
        text = say(examine(host.port, "smtp"))
    assert u"gone" in text and u"\x1b" not in text and u"\x07" not in text


def test_an_alpn_protocol_is_offered_only_when_asked_for(certs):
    context = hosts.make_context(certs)
    context.set_alpn_protocols(["http/1.1"])
    with hosts.standing(hosts.over_tls(context)) as host:
        cafile = os.path.join(certs, "ca.pem")
        assert examine(host.port, cafile=cafile)["handshake"]["alpn"] is None
        assert examine(host.port, cafile=cafile, alpn=["h2", "http/1.1"])["handshake"]["alpn"] == "http/1.1"


def test_a_quiet_server_of_tls_1_3_is_not_waited_for_without_end(certs):
    with hosts.standing(hosts.over_tls(hosts.make_context(certs), words=b"")) as host:
        assert examine(host.port, cafile=os.path.join(certs, "ca.pem"))["passes"]


def test_a_port_on_which_nobody_listens_is_refused():
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    report = examine(port)
    assert report["fault"]["kind"] == "refused"
    assert "127.0.0.1:%d" % port in report["fault"]["text"]


def test_a_name_that_nobody_has_is_told():
    report = doctor_host.Examination(ssl, target.parse("nobody.invalid"), timeout=5).examine()
    assert report["fault"]["kind"] in ("no-such-host", "timeout")
    assert "nobody.invalid" in report["fault"]["text"]


def test_each_opt_in_keeps_verification_on_and_names_rows_that_exist():
    from regraft.doctor import advice

    known = set(features.names())
    for ladder in advice.LADDERS.values():
        for opt_in in ladder:
            assert "CERT_NONE" not in opt_in.code and "unverified" not in opt_in.code
            assert "check_hostname" not in opt_in.code
            assert opt_in.feature in known, opt_in.name
