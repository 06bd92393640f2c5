"""What connections do under a profile: contexts, names and errors of then."""
from __future__ import absolute_import, division, print_function

import json
import os

import pytest
import shown

from regraft._compat import PY2

CERTIFICATES = os.environ["REGRAFT_TEST_CERTS"]
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conversation.py")
SERVER_NAME, ALPN = 0, 16


def ask(release, what):
    result = shown.run("-W", "ignore", "-m", "regraft", "run", "--as", release, PROGRAM, CERTIFICATES, what)
    assert result.status == 0, result
    return json.loads(result.out)


def extensions(hello):
    """Return the types of the extensions of a ClientHello (RFC 8446, section 4.1.2), given as numbers."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + hello[at] * 256 + hello[at + 1]
    at += 1 + hello[at]
    end = at + 2 + hello[at] * 256 + hello[at + 1]
    at += 2
    found = []
    while at < end:
        found.append(hello[at] * 256 + hello[at + 1])
        at += 4 + hello[at + 2] * 256 + hello[at + 3]
    return found


def test_the_parser_of_hellos_finds_what_is_there():
    if PY2:
        assert SERVER_NAME in extensions(ask("2.7.9", "named hello"))
    assert SERVER_NAME in extensions(ask("2.7.18" if PY2 else "3.7", "named hello"))


if PY2:
    @pytest.mark.parametrize("release", ["2.7.0", "2.7.6", "2.7.8"])
    def test_before_contexts_nothing_is_verified_and_no_name_is_sent(release):
        found = ask(release, "exchange")
        assert (found["read"], found["errors"]) == ("got line\n", [])
        assert found["certificate"] == [] and found["der"] > 100
        assert found["cipher"][1] in ("TLSv1.2", "TLSv1/SSLv3")
        lacking = {"context", "server_side", "server_hostname", "version", "compression", "get_channel_binding",
                   "selected_alpn_protocol", "selected_npn_protocol", "session", "sendfile", "shared_ciphers"}
        assert lacking & set(found["members"]) == set()
        assert {SERVER_NAME, ALPN} & set(extensions(ask(release, "hello"))) == set()

    def test_before_contexts_a_certificate_showed_three_things():
        assert ask("2.7.8", "verify")["certificate"] == ["notAfter", "subject", "subjectAltName"]
        assert "issuer" in ask("2.7.9", "verify")["certificate"]

    def test_before_contexts_errors_were_of_one_class_with_a_number_and_a_text():
        error = ask("2.7.6", "refuse")["error"]
        assert error["exact"] and not error["has reason"] and error["number"] == 1
        assert error["text"].startswith("_ssl.c:") and "SSL routines" in error["text"]
        assert error["text"].endswith("certificate verify failed")
        newer = ask("2.7.9", "refuse")["error"]
        assert newer["has reason"] and newer["text"].startswith("[SSL: CERTIFICATE_VERIFY_FAILED]")

    def test_tls_1_3_came_with_2_7_15():
        assert ask("2.7.14", "localhost")["version"] == "TLSv1.2"
        assert ask("2.7.15", "localhost")["version"] == "TLSv1.3"

CHECKED_AFTERWARDS = ["2.7.9", "2.7.18"] if PY2 else ["3.6", "3.6.0"]


@pytest.mark.parametrize("release", CHECKED_AFTERWARDS)
def test_a_wrong_name_is_a_value_error_after_the_handshake(release):
    error = ask(release, "elsewhere.example")["error"]
    assert (error["class"], error["is ValueError"], error["is SSLError"]) == ("CertificateError", True, False)
    assert error["text"].startswith("hostname 'elsewhere.example' doesn't match")
    assert "version" in ask(release, "localhost")


if not PY2:
    def test_since_3_7_a_wrong_name_ends_the_handshake():
        error = ask("3.7", "elsewhere.example")["error"]
        assert (error["class"], error["is ValueError"], error["is SSLError"]) == ("SSLCertVerificationError", True, True)

    def test_tls_1_3_came_with_3_6_3():
        assert ask("3.6.0", "localhost")["version"] == "TLSv1.2"
        assert ask("3.6.3", "localhost")["version"] == "TLSv1.3"
