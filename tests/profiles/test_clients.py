"""The clients of 2.7's standard library under a release: what they took, verified and sent."""
from __future__ import absolute_import, division, print_function

import os
import ssl

import pytest
from answers import ask, serving_lines, serving_pages
from shown import run

# The clients of one page, as people call them.
CLIENTS = """
import httplib, json, sys, urllib, urllib2, xmlrpclib
url = sys.argv[1]
place = url[len("https://"):-1]

def get(connection):
    connection.request("GET", "/")
    return connection.getresponse().read()

def get_old():
    connection = httplib.HTTPS(place)
    connection.putrequest("GET", "/")
    connection.endheaders()
    return connection.getreply() and connection.getfile().read()

clients = [
    ("urllib2", lambda: urllib2.urlopen(url).read()),
    ("opener", lambda: urllib2.build_opener(urllib2.HTTPSHandler(0)).open(url).read()),
    ("urllib", lambda: urllib.urlopen(url).read()),
    ("urlretrieve", lambda: open(urllib.urlretrieve(url)[0]).read()),
    ("HTTPSConnection", lambda: get(httplib.HTTPSConnection(place))),
    ("HTTPS", get_old),
    ("xmlrpclib", lambda: xmlrpclib.ServerProxy(url).anything()),
]
told = {}
for name, client in clients:
    try:
        told[name] = client()
    except Exception as error:
        told[name] = str(error)
print(json.dumps(told))
"""
NAMES = ["urllib2", "opener", "urllib", "urlretrieve", "HTTPSConnection", "HTTPS", "xmlrpclib"]

# What takes a context, and what else came with it: how each says that it does not.
ASK = """
import ftplib, httplib, json, urllib, urllib2, xmlrpclib
asked = {
    "HTTPSConnection": lambda: httplib.HTTPSConnection("localhost", context=None),
    "HTTPS": lambda: httplib.HTTPS("localhost", context=None),
    "HTTPSHandler": lambda: urllib2.HTTPSHandler(context=None),
    "do_open": lambda: urllib2.HTTPSHandler().do_open(None, urllib2.Request("https:"), context=None),
    "urlopen context": lambda: urllib2.urlopen("file:///", context=None),
    "urlopen cafile": lambda: urllib2.urlopen("file:///", cafile=None),
    "urlopen capath": lambda: urllib2.urlopen("file:///", capath=None),
    "urlopen cadefault": lambda: urllib2.urlopen("file:///", cadefault=False),
    "urllib.urlopen": lambda: urllib.urlopen("https:", context=None),
    "urlretrieve": lambda: urllib.urlretrieve("https:", context=None),
    "ServerProxy": lambda: xmlrpclib.ServerProxy("https://localhost/", context=None),
    "SafeTransport": lambda: xmlrpclib.SafeTransport(context=None),
    "FTP_TLS": lambda: ftplib.FTP_TLS(context=None),
}
told = {}
for name in asked:
    try:
        asked[name]()
    except TypeError as error:
        told[name] = str(error)
    except Exception:
        continue
print(json.dumps([told, hasattr(urllib.URLopener(context=1), "context"), int(ftplib.FTP_TLS.ssl_version)]))
"""


@pytest.mark.parametrize("release", ["2.7.6", "2.7.8"])
def test_before_2_7_9_no_client_verifies_or_names_the_server(certs, release):
    with serving_pages(certs, len(NAMES)) as seen:
        told = ask(release, CLIENTS, seen.url)
    assert told == dict.fromkeys(NAMES, "None")
    assert seen.names == [None] * len(NAMES) and not seen.errors


@pytest.mark.parametrize("release", ["2.7.9", "2.7.18"])
def test_from_2_7_9_on_all_clients_verify(certs, release):
    with serving_pages(certs, len(NAMES)) as seen:
        told = ask(release, CLIENTS, seen.url)
    assert sorted(told) == sorted(NAMES)
    assert all("certificate verify failed" in told[name] for name in NAMES), told
    assert len(seen.errors) == len(NAMES) and not seen.requests


def test_where_the_certificate_is_trusted_2_7_9_names_the_server(certs):
    with serving_pages(certs, len(NAMES)) as seen:
        told = ask("2.7.9", CLIENTS, seen.url, SSL_CERT_FILE=os.path.join(certs, "ca.pem"))
    assert told == dict.fromkeys(NAMES, "localhost")


@pytest.mark.parametrize("release, verifies", [("2.7.11", True), ("2.7.12", False)])
def test_the_environment_switches_verification_off_from_2_7_12_on(certs, release, verifies):
    with serving_pages(certs, len(NAMES)) as seen:
        told = ask(release, CLIENTS, seen.url, PYTHONHTTPSVERIFY="0")
    assert ["certificate verify failed" in told[name] for name in NAMES] == [verifies] * len(NAMES), told


def test_contexts_are_an_unexpected_argument_before_they_came():
    told, has_context, protocol = ask("2.7.8", ASK)
    assert len(told) == 13
    for name, text in told.items():
        assert "got an unexpected keyword argument '%s'" % (name.split()[1:] or ["context"])[0] in text
    # It took any names at all for those of files.
    assert not has_context
    assert protocol == ssl.PROTOCOL_TLSv1


def test_2_7_9_has_contexts_but_for_ftp():
    told, has_context, protocol = ask("2.7.9", ASK)
    assert list(told) == ["FTP_TLS"]
    assert has_context and protocol == ssl.PROTOCOL_TLSv1


def test_2_7_10_has_all():
    told, has_context, protocol = ask("2.7.10", ASK)
    assert told == {} and has_context and protocol == ssl.PROTOCOL_SSLv23


REPLACED = """
import json, ssl, sys
import httplib, urllib, urllib2
url, certificate = sys.argv[1:3]
found = []
wrap = ssl.wrap_socket

def wrap_socket(*arguments, **named):
    found.append([len(arguments), named])
    return wrap(*arguments, **named)

ssl.wrap_socket = wrap_socket
urllib2.urlopen(url).read()
urllib.urlopen(url).read()
connection = httplib.HTTPSConnection(url[8:-1], key_file=certificate, cert_file=certificate)
connection.request("GET", "/")
connection.getresponse().read()
found.append([connection.key_file == certificate, connection.cert_file == certificate])
urllib.URLopener(key_file=certificate, cert_file=certificate).open(url).read()
print(json.dumps(found))
"""


def test_clients_reach_what_a_program_puts_into_the_place_of_wrap_socket(certs):
    with serving_pages(certs, 4) as seen:
        found = ask("2.7.8", REPLACED, seen.url, os.path.join(certs, "client.pem"))
    assert found == [[3, {}], [3, {}], [3, {}], [True, True], [3, {}]]
    assert seen.certificates == [False, False, True, True]


# What URLopener sends: to a server, with a name and a password, with a body, and to a proxy.
SENT = """
import json, sys, urllib
url, place = sys.argv[1], sys.argv[1][8:-1]
urllib.urlopen(url + "path?query").read()
urllib.urlopen("https://some%20body:secret@" + place + "/").read()
urllib.urlopen(url, "some=data").read()
opener = urllib.FancyURLopener({"https": "https://me:pass@" + place})
opener.addheader("X-More", "1")
opener.open("https://who:knows@elsewhere.example/far").read()
opener.open("https://elsewhere.example/far", "data").read()
try:
    urllib.urlopen("https:///nowhere")
except IOError as error:
    print(json.dumps(error.args))
"""


def test_urllib_sends_the_same_with_and_without_contexts(certs):
    sent = []
    for release, variables in [("2.7.8", {}), ("2.7.18", {"PYTHONHTTPSVERIFY": "0"})]:
        with serving_pages(certs, 5) as seen:
            told = ask(release, SENT, seen.url, **variables)
        assert told == ["https error", "no host given"]
        assert len(seen.requests) == 5 and not seen.errors
        sent.append([request.replace(b"%d" % seen.port, b"PORT") for request in seen.requests])
    assert sent[0] == sent[1]
    assert b"Authorization: Basic " in sent[0][1] and b"Proxy-Authorization: Basic " in sent[0][3]


TUNNEL = """
import httplib, json, sys
connection = httplib.HTTPSConnection("localhost", int(sys.argv[1]))
connection.set_tunnel("elsewhere.example", 443)
connection.request("GET", "/")
print(json.dumps(connection.getresponse().read()))
"""


def test_a_tunnel_through_a_proxy_has_no_name_and_no_verification_before_2_7_9(certs):
    with serving_pages(certs, 1, "wronghost", tunnel=True) as seen:
        assert ask("2.7.8", TUNNEL, str(seen.port)) == "None"
    assert seen.requests[0].startswith(b"CONNECT elsewhere.example:443 HTTP/1.0\r\n")


SMTP = """
import json, smtplib, sys
kind, port = sys.argv[1], int(sys.argv[2])
client = smtplib.SMTP_SSL("localhost", port) if kind == "whole" else smtplib.SMTP("localhost", port)
client.ehlo("me")
if kind == "later":
    client.starttls()
    client.ehlo("me")
print(json.dumps(client.quit()))
"""
SMTP_ANSWERS = [(b"EHLO", b"250-here\r\n250 STARTTLS\r\n"), (b"STARTTLS", b"220 go\r\n"), (b"QUIT", b"221 bye\r\n")]
IMAP = """
import imaplib, json, sys
client = imaplib.IMAP4_SSL("localhost", int(sys.argv[1]))
print(json.dumps(client.logout()))
"""
IMAP_ANSWERS = [(b"CAPABILITY", b"* CAPABILITY IMAP4REV1\r\n{0} OK done\r\n"), (b"LOGOUT", b"* BYE\r\n{0} OK done\r\n")]
POP = """
import json, poplib, sys
client = poplib.POP3_SSL("localhost", int(sys.argv[1]))
print(json.dumps(client.quit()))
"""


@pytest.mark.parametrize("kind", ["whole", "later"])
def test_smtplib_speaks_tls_without_contexts(certs, kind):
    start = b"STARTTLS" if kind == "later" else None
    with serving_lines(certs, b"220 here\r\n", SMTP_ANSWERS, start_tls=start) as seen:
        assert ask("2.7.8", SMTP, kind, str(seen.port)) == [221, "bye"]
    assert not seen.errors and seen.versions


def test_imaplib_and_poplib_speak_tls_without_contexts(certs):
    with serving_lines(certs, b"* OK\r\n", IMAP_ANSWERS) as seen:
        assert ask("2.7.8", IMAP, str(seen.port))[0] == "BYE"
    assert not seen.errors and seen.versions
    with serving_lines(certs, b"+OK here\r\n", [(b"QUIT", b"+OK bye\r\n")]) as seen:
        assert ask("2.7.8", POP, str(seen.port)) == "+OK bye"
    assert not seen.errors and seen.versions


FTP = """
import ftplib, json, ssl, sys
client = ftplib.FTP_TLS(timeout=10)
client.connect("localhost", int(sys.argv[1]))
client.ssl_version = getattr(ssl, sys.argv[2])
client.login("me", "secret")
client.quit()
print(json.dumps(isinstance(client, ftplib.FTP)))
"""
FTP_ANSWERS = [(b"AUTH", b"234 go\r\n"), (b"USER", b"331 password\r\n"), (b"PASS", b"230 in\r\n"), (b"QUIT", b"221 bye\r\n")]


@pytest.mark.parametrize("protocol, asks", [("PROTOCOL_TLSv1", b"AUTH TLS"), ("PROTOCOL_SSLv23", b"AUTH SSL")])
def test_ftp_of_2_7_9_has_a_protocol_in_the_place_of_a_context(certs, protocol, asks):
    if protocol == "PROTOCOL_TLSv1" and not ssl.HAS_TLSv1:
        with serving_lines(certs, b"220 here\r\n", FTP_ANSWERS, start_tls=b"AUTH") as seen:
            with pytest.raises(AssertionError, match="SSLError"):
                ask("2.7.9", FTP, str(seen.port), protocol)
        return
    oldest = ssl.TLSVersion.TLSv1
    with serving_lines(certs, b"220 here\r\n", FTP_ANSWERS, oldest=oldest, start_tls=b"AUTH") as seen:
        assert ask("2.7.9", FTP, str(seen.port), protocol) is True
    assert seen.requests[0] == asks
    assert not seen.errors
    assert (seen.versions[-1] == "TLSv1") is (protocol == "PROTOCOL_TLSv1")


MODULES = """
import imp, json, sys, threading
told = []
import httplib
reload(httplib)
threads = [threading.Thread(target=lambda: told.append(__import__("urllib2").urlopen.__code__.co_argcount))
           for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
assert len(told) == 8
told = sorted(set(told))
try:
    httplib.HTTPSConnection("localhost", context=None)
except TypeError:
    told.append("as it was")
finder, = [each for each in sys.meta_path if type(each).__module__ == "regraft.profiles.clients"]
sys.meta_path.remove(finder)
del sys.modules["httplib"]
try:
    finder.find_module("httplib").load_module("httplib").HTTPSConnection("localhost", context=None)
except TypeError:
    told.append("for who asks")
told.append(httplib.HTTPSConnection.__module__)
told.append(httplib.HTTPSConnection.connect.__module__)
import ftplib
told.append(ftplib.MINE)
print(json.dumps(told))
"""


def test_modules_may_be_loaded_again_by_many_or_be_the_programs_own(tmpdir):
    tmpdir.join("ftplib.py").write("MINE = 'own'\n")
    program = tmpdir.join("program.py")
    program.write(MODULES)
    result = run("-m", "regraft", "run", "--as", "2.7.8", str(program))
    assert result.status == 0, result
    assert result.out.strip() == '[3, "as it was", "for who asks", "httplib", "httplib", "own"]'


def test_a_client_can_be_run_as_a_program_and_its_source_be_read():
    result = run("-m", "regraft", "run", "--as", "2.7.6", "-m", "ftplib")
    assert result.status == 0 and "Usage: ftp" in result.out, result
    code = ("import json, pkgutil; loaders = [pkgutil.find_loader(name) for name in ('httplib', 'xmlrpclib')]\n"
            "print(json.dumps(['class HTTPSConnection' in loaders[0].get_source(), loaders[1].is_package('xmlrpclib')]))")
    assert ask("2.7.6", code) == [True, False]


def test_a_client_that_is_imported_already_is_refused_by_name():
    result = run("-c", "import urllib2; from regraft import profiles; profiles.emulate('2.7.8')")
    assert result.status == 1
    assert "EmulationError" in result.err and "httplib" in result.err, result


def test_without_a_profile_nothing_is_changed():
    code = "import sys, httplib; "
    code += "print([each for each in sys.meta_path if 'regraft' in type(each).__module__], httplib.HTTPSConnection('h', context=None).host)"
    result = run("-m", "regraft", "run", "-c", code)
    assert (result.status, result.out.strip()) == (0, "([], 'h')"), result
