"""The clients of 3.x's standard library under a release, older or newer than the host."""
from __future__ import absolute_import, division, print_function

import os

import pytest
from answers import ask, serving_pages

# Which parameters there are, by position and by name, as calls and as signatures tell.
ASK = """
import ftplib, http.client, imaplib, inspect, json, poplib, smtplib, ssl, sys, urllib.request, warnings
warnings.simplefilter("always")
file = sys.argv[1]
context = ssl._create_unverified_context()
asked = {
    "HTTPSConnection": (http.client.HTTPSConnection.__init__, lambda **files: http.client.HTTPSConnection("h", **files)),
    "FTP_TLS": (ftplib.FTP_TLS.__init__, ftplib.FTP_TLS),
    "IMAP4_SSL": (imaplib.IMAP4_SSL.__init__, lambda **files: imaplib.IMAP4_SSL("127.0.0.1", 1, **files)),
    "POP3_SSL": (poplib.POP3_SSL.__init__, lambda **files: poplib.POP3_SSL("127.0.0.1", 1, **files)),
    "SMTP_SSL": (smtplib.SMTP_SSL.__init__, smtplib.SMTP_SSL),
    "starttls": (smtplib.SMTP.starttls, lambda **files: smtplib.SMTP().starttls(**files)),
}
told = {}
for name, (function, call) in asked.items():
    parameter = "cert_file" if name == "HTTPSConnection" else "certfile"
    shown = inspect.signature(function).parameters
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            made = call(**{parameter: file})
            answer = getattr(made, parameter) == file
        except TypeError as error:
            answer = "unexpected keyword argument '%s'" % parameter in str(error)
        except (OSError, smtplib.SMTPException) as error:
            answer = True
    said = [each for each in caught if each.category is DeprecationWarning and "custom" in str(each.message)]
    # 3.6 calls such a program "-c".
    told[name] = [parameter in shown, answer, [each.filename in ("<string>", "-c") for each in said]]
shown = inspect.signature(urllib.request.urlopen).parameters
told["urlopen"] = [name in shown for name in ("cafile", "capath", "cadefault")]
if "certfile" in inspect.signature(smtplib.SMTP_SSL.__init__).parameters:
    try:
        smtplib.SMTP_SSL(certfile=file, context=context)
    except ValueError as error:
        told["both"] = str(error)
    try:
        smtplib.SMTP_SSL("", 0, None, None, file, 1, None, None, None)
    except TypeError:
        told["too many"] = True
print(json.dumps(told))
"""
TAKING = ["HTTPSConnection", "FTP_TLS", "IMAP4_SSL", "POP3_SSL", "SMTP_SSL", "starttls"]

FETCH = """
import http.client, importlib, inspect, json, sys, urllib.request, warnings
url, root, certificate = sys.argv[1:4]
importlib.reload(http.client)
importlib.reload(urllib.request)
assert "class HTTPConnection" in inspect.getsource(http.client)
told = [urllib.request.urlopen(url).read().decode()]
told.append(urllib.request.build_opener(urllib.request.HTTPSHandler(check_hostname=True)).open(url).read().decode())
connection = http.client.HTTPSConnection("localhost", int(url[:-1].rpartition(":")[2]))
connection.request("GET", "/")
told.append(connection.getresponse().read().decode())
try:
    connection = http.client.HTTPSConnection("localhost", int(url[:-1].rpartition(":")[2]), certificate, certificate)
    connection.request("GET", "/")
    told.append(connection.getresponse().read().decode())
except TypeError:
    told.append("TypeError")
try:
    told.append(urllib.request.urlopen(url, cafile=root).read().decode())
except TypeError:
    told.append("TypeError")
print(json.dumps(told))
"""


@pytest.mark.parametrize("release", ["3.6", "3.11"])
def test_files_are_taken_up_to_3_11(certs, release):
    told = ask(release, ASK, os.path.join(certs, "client.pem"))
    # starttls() fails before it comes to its files.
    assert dict((name, told[name][:2]) for name in TAKING) == dict.fromkeys(TAKING, [True, True])
    assert all(all(told[name][2]) for name in TAKING), told
    assert told["urlopen"] == [True, True, True]
    assert told["both"] == "context and certfile arguments are mutually exclusive" and told["too many"] is True


@pytest.mark.parametrize("release, has_places", [("3.12", True), ("3.13", False)])
def test_files_are_an_unexpected_argument_since_3_12_and_places_of_trust_since_3_13(certs, release, has_places):
    told = ask(release, ASK, os.path.join(certs, "client.pem"))
    assert dict((name, told[name]) for name in TAKING) == dict.fromkeys(TAKING, [False, True, []])
    assert told["urlopen"] == [has_places] * 3


@pytest.mark.parametrize("release, protocol, taken", [
    ("3.9", None, 5), ("3.10", "http/1.1", 5), ("3.12", "http/1.1", 4), ("3.13", "http/1.1", 3)])
def test_http_names_its_protocol_since_3_10(certs, release, protocol, taken):
    root, certificate = os.path.join(certs, "ca.pem"), os.path.join(certs, "client.pem")
    with serving_pages(certs, taken) as seen:
        told = ask(release, FETCH, seen.url, root, certificate, SSL_CERT_FILE=root)
    assert len([each for each in told if each == "localhost"]) == taken, told
    assert (told[3] == "TypeError") is (release in ("3.12", "3.13"))
    assert (told[4] == "TypeError") is (release == "3.13")
    assert seen.protocols == [protocol] * taken
    assert any(seen.certificates) is (told[3] != "TypeError")


ALONE = """
import importlib.util, json, sys
finder, = [each for each in sys.meta_path if type(each).__module__ == "regraft.profiles.clients"]
sys.meta_path.remove(finder)
spec = finder.find_spec("poplib")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(json.dumps("certfile" in module.POP3_SSL.__init__.__wrapped__.__code__.co_varnames))
"""


def test_the_finder_works_for_who_takes_it_out_and_asks_it():
    import poplib

    theirs = "certfile" in poplib.POP3_SSL.__init__.__code__.co_varnames
    assert ask("3.12" if theirs else "3.9", ALONE) is theirs


HOSTS_OWN = """
import hashlib, hmac, json, smtplib, uuid
try:
    hashlib.md5(b"", usedforsecurity=False)
    shown = "usedforsecurity"
except TypeError:
    shown = "as it was"
print(json.dumps([hasattr(hmac, "digest"), shown, smtplib._have_ssl, str(uuid.uuid3(uuid.NAMESPACE_DNS, "python.org"))]))
"""


def test_modules_of_the_host_work_with_what_the_release_had_not():
    # uuid3() of that name is in the documentation of uuid.
    assert ask("3.6", HOSTS_OWN) == [False, "as it was", True, "6fa459ea-ee8a-3ca4-894e-db77e160355e"]
