"""Certificates: what is shown of them, and what is made of them."""
from __future__ import absolute_import, division, print_function

import ssl

from tracing import Memory, client_context, server_context, told_of_both

LEAVES = ("localhost", "localhost-rsa", "second", "wronghost", "expired", "notyet", "ip", "wildcard", "intermediate", "revoked",
          "untrusted", "client", "selfsigned", "commonname", "everything", "nulname", "intermediate-chain")
HOSTS = ("localhost", "127.0.0.1", "::1", "second.example", "a.wild.example", "a.b.wild.example", "LOCALHOST", "localhost.", "other.example")
TIMES = ("Jan  5 09:34:43 2018 GMT", "Jan 05 09:34:43 2018 GMT", "jan  5 09:34:43 2018 GMT", "Jan  5 09:34:43 2018", "Jan  5 09:34:60 2018 GMT",
         "Jan  5 09:34:61 2018 GMT", "Feb 29 00:00:00 2016 GMT", "Feb 30 00:00:00 2016 GMT", "Dec 31 23:59:59 9999 GMT", "Jan  1 00:00:00 1970 GMT",
         "Jan  1 00:00:00 1900 GMT", "Foo  1 00:00:00 1970 GMT", "", "Jan  5 09:34:43 2018 UTC", "Jan  5 24:00:00 2018 GMT", " Jan  5 09:34:43 2018 GMT",
         "Jan  5 09:34:43 2018 GMT ", "Jan  5 09:34 2018 GMT", "May 10 09:34:43 2018 gmt")


def plain(value):
    """2.7's own dictionaries of certificates have text of both classes."""
    if isinstance(value, type(u"")) and bytes is str:
        return value.encode("latin-1", "replace")
    if isinstance(value, tuple):
        return tuple(plain(each) for each in value)
    if isinstance(value, dict):
        return dict((plain(key), plain(each)) for key, each in value.items())
    return value


def run(trace):
    decode(trace)
    check_names(trace)
    show(trace)
    chains(trace)
    convert(trace)
    read_times(trace)


def steady(value):
    """A dictionary without what is new in each run."""
    return dict((key, each) for key, each in plain(value).items() if key != "serialNumber") if value else value


def decode(trace):
    for name in LEAVES:
        if name != "everything":  # its names are not ASCII, which 2.7 shows in bytes
            trace.call("decoded: " + name, lambda: steady(ssl._ssl._test_decode_cert(trace.path(name + ".pem"))))
    trace.call("decoded: everything, but for its subject", lambda: dict(
        (key, each) for key, each in steady(ssl._ssl._test_decode_cert(trace.path("everything.pem"))).items() if key != "subject"))
    trace.call("decoded: everything: keys", lambda: sorted(ssl._ssl._test_decode_cert(trace.path("everything.pem"))))
    for name, path in (("a missing file", "/nowhere/a.pem"), ("a key", trace.path("localhost-key.pem")), ("DER", trace.path("ca.der")), ("a number", 5), ("a directory", trace.certs)):
        trace.call("decoded: " + name, ssl._ssl._test_decode_cert, path)


def check_names(trace):
    for leaf in ("localhost", "ip", "wildcard", "commonname", "nulname", "everything", "second"):
        for host in HOSTS:
            made = Memory(client_context(trace), server_context(trace, leaf), host)
            trace.note("%s asked for as %s" % (leaf, host), told_of_both(made.shake()))
    for checks in (True, False):
        client = client_context(trace)
        client.hostname_checks_common_name = checks
        made = Memory(client, server_context(trace, "commonname"), "localhost")
        trace.note("a common name, checked %s" % checks, told_of_both(made.shake()))


def show(trace):
    for leaf in LEAVES:
        for mode in ("CERT_NONE", "CERT_REQUIRED"):
            client = client_context(trace)
            client.load_verify_locations(trace.path("other-ca.pem"))
            client.check_hostname = False
            client.verify_mode = getattr(ssl, mode)
            made = Memory(client, server_context(trace, leaf), "localhost")
            errors = made.shake()
            name = "%s, %s" % (leaf, mode)
            trace.note(name, told_of_both(errors))
            for about, arguments in (("()", ()), ("(False)", (False,)), ("(True)", (True,)), ("(1)", (1,)), ("(None)", (None,)), ("('x')", ("x",))):
                def get(arguments=arguments):
                    got = made.client.getpeercert(*arguments)
                    return ["DER", len(got) > 100] if isinstance(got, bytes) else sorted(got)
                trace.call("%s: getpeercert%s" % (name, about), get)
            trace.call(name + ": subjectAltName", lambda: plain(made.client.getpeercert().get("subjectAltName")))
            trace.call(name + ": of the server's peer", made.server.getpeercert)


def chains(trace):
    for leaf in ("localhost", "intermediate", "intermediate-chain", "selfsigned", "untrusted"):
        client = client_context(trace)
        client.check_hostname = False
        client.verify_mode = ssl.CERT_NONE
        made = Memory(client, server_context(trace, leaf), "localhost")
        trace.note("chain of %s" % leaf, told_of_both(made.shake()))
        for method in ("get_verified_chain", "get_unverified_chain"):
            trace.call("chain of %s: %s()" % (leaf, method), lambda: [type(each).__name__ if bytes is not str else "bytes" for each in getattr(made.client, method)()])
        trace.call("chain of %s: the first is the certificate" % leaf, lambda: made.client.get_unverified_chain()[0] == made.client.getpeercert(True))
        trace.call("chain of %s: of the server's peer" % leaf, made.server.get_verified_chain)


def convert(trace):
    der = open(trace.path("ca.der"), "rb").read()
    pem = open(trace.path("ca.pem")).read()
    trace.value("DER to PEM and back", ssl.PEM_cert_to_DER_cert(ssl.DER_cert_to_PEM_cert(der)) == der)
    trace.value("DER to PEM is the file", ssl.DER_cert_to_PEM_cert(der) == pem)
    trace.call("DER to PEM, short", ssl.DER_cert_to_PEM_cert, b"abc")
    trace.call("DER to PEM, of a line and more", ssl.DER_cert_to_PEM_cert, b"a" * 49)
    trace.call("DER to PEM, nothing", ssl.DER_cert_to_PEM_cert, b"")
    for name, value in (("None", None), ("a number", 5)):
        trace.call("DER to PEM, " + name, ssl.DER_cert_to_PEM_cert, value)
        trace.call("PEM to DER, " + name, ssl.PEM_cert_to_DER_cert, value)
    for name, value in (("spaces around", " \n" + pem + "\n "), ("words before", "x" + pem), ("words after", pem + "x"), ("nothing", ""), ("no end", pem[:60]), ("only the marks", ssl.PEM_HEADER + ssl.PEM_FOOTER)):
        trace.call("PEM to DER, " + name, lambda: len(ssl.PEM_cert_to_DER_cert(value)) > 0)


def read_times(trace):
    for text in TIMES:
        trace.call("cert_time_to_seconds(%r)" % text, ssl.cert_time_to_seconds, text)
    for name, value in (("None", None), ("a number", 5), ("unicode", u"Jan  5 09:34:43 2018 GMT")):
        trace.call("cert_time_to_seconds(%s)" % name, ssl.cert_time_to_seconds, value)
    trace.call("cert_time_to_seconds(cert_time=)", lambda: ssl.cert_time_to_seconds(cert_time="Jan  5 09:34:43 2018 GMT"))
