"""What is tried with the programs of others: each case is a function of a subject and a directory of certificates."""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import programs
from exchanges import Subject, client, server

CASES: dict[str, Callable[[Subject, Path], dict]] = {}
# Cases in which the two come to no terms.
REFUSED: set[str] = set()
VERSIONS = ("1.2", "1.3")
BOUNDS = {"1.2": "TLSv1_2", "1.3": "TLSv1_3"}
PSK = "00112233445566778899aabbccddeeff"


def case(name: str, versions=VERSIONS, refused: bool = False):
    """Register a case for each version."""
    def register(run):
        for version in versions:
            title = "%s, TLS %s" % (name, version) if version else name
            CASES[title] = functools.partial(run, version=version)
            if refused:
                REFUSED.add(title)
        return run
    return register


def bounds(version: str | None) -> dict:
    """Settings of a subject that has that version only."""
    return {"minimum": BOUNDS[version], "maximum": BOUNDS[version]} if version else {}


def trusting(folder: Path, version: str | None = None, **more) -> dict:
    """Settings of a client."""
    return {"ca": str(folder / "ca.pem"), **bounds(version), **more}


def serving(folder: Path, version: str | None = None, name: str = "localhost", **more) -> dict:
    """Settings of a server."""
    return {"certificate": str(folder / ("%s.pem" % name)), **bounds(version), **more}


def own(folder: Path, name: str = "client") -> str:
    """The path of a key with its certificate."""
    return str(folder / ("%s.pem" % name))


def flag(version: str) -> str:
    """OpenSSL's option for a version."""
    return "-tls1_" + version[-1]


def priority(version: str) -> str:
    """GnuTLS' words for a version."""
    return "NORMAL:-VERS-ALL:+VERS-TLS" + version


REVERSED = (["handshake"], ["facts"], ["send", "ping\n"], ["read_line"], ["send", "CLOSE\n"], ["read_all"], ["unwrap"])


# ---- openssl s_server ------------------------------------------------------------

def with_openssl_server(subject, folder, options, settings, steps=REVERSED, name="localhost"):
    with programs.openssl_server(folder, *options, name=name) as (_program, port):
        subject.tell(client(port, settings, *steps))
        return subject.hear()


@case("openssl s_server")
def openssl_server_plain(subject, folder, version):
    return with_openssl_server(subject, folder, ("-rev", flag(version)), trusting(folder, version))


@case("openssl s_server, RSA")
def openssl_server_rsa(subject, folder, version):
    settings = trusting(folder, version, ciphers="ECDHE-RSA-AES256-GCM-SHA384")
    return with_openssl_server(subject, folder, ("-rev", flag(version)), settings, name="localhost-rsa")


@case("openssl s_server, DHE", ("1.2",))
def openssl_server_dhe(subject, folder, version):
    settings = trusting(folder, version, ciphers="DHE-RSA-AES128-GCM-SHA256")
    options = ("-rev", flag(version), "-dhparam", str(folder / "dh2048.pem"))
    return with_openssl_server(subject, folder, options, settings, name="localhost-rsa")


for _list in (["h2", "http/1.1"], ["http/1.1"], ["foreign"]):
    @case("openssl s_server, ALPN " + "+".join(_list), refused=_list == ["foreign"])
    def openssl_server_alpn(subject, folder, version, offered=_list):
        settings = trusting(folder, version, alpn=offered)
        return with_openssl_server(subject, folder, ("-rev", flag(version), "-alpn", "http/1.1,h2"), settings)


@case("openssl s_server asks for a certificate and gets it")
def openssl_server_client_certificate(subject, folder, version):
    settings = trusting(folder, version, certificate=own(folder))
    options = ("-rev", flag(version), "-Verify", "1", "-CAfile", str(folder / "ca.pem"), "-verify_return_error")
    return with_openssl_server(subject, folder, options, settings)


@case("openssl s_server asks for a certificate and gets none", refused=True)
def openssl_server_no_client_certificate(subject, folder, version):
    options = ("-rev", flag(version), "-Verify", "1", "-CAfile", str(folder / "ca.pem"), "-verify_return_error")
    return with_openssl_server(subject, folder, options, trusting(folder, version))


@case("openssl s_server asks for a certificate and gets a wrong one", refused=True)
def openssl_server_wrong_client_certificate(subject, folder, version):
    settings = trusting(folder, version, certificate=own(folder, "untrusted"))
    options = ("-rev", flag(version), "-Verify", "1", "-CAfile", str(folder / "ca.pem"), "-verify_return_error")
    return with_openssl_server(subject, folder, options, settings)


for _name in ("wronghost", "expired", "untrusted", "selfsigned", "client"):
    @case("openssl s_server, certificate " + _name, refused=True)
    def openssl_server_bad(subject, folder, version, name=_name):
        return with_openssl_server(subject, folder, ("-rev", flag(version)), trusting(folder, version), name=name)


@case("openssl s_server of another version", refused=True)
def openssl_server_other_version(subject, folder, version):
    other = {"1.2": "1.3", "1.3": "1.2"}[version]
    return with_openssl_server(subject, folder, ("-rev", flag(other)), trusting(folder, version))


@case("openssl s_server, the session is resumed")
def openssl_server_resumed(subject, folder, version):
    with programs.openssl_server(folder, "-rev", flag(version)) as (_program, port):
        settings = trusting(folder, version, context="kept")
        made = []
        for more in ({"keep": "it"}, {"resume": "it"}):
            subject.tell(client(port, {**settings, **more}, *REVERSED[:-1], ["reused"], ["unwrap"]))
            made.append(subject.hear())
        subject.forget()
        return {"done": [step for each in made for step in each["done"]]}


@case("openssl s_server, PSK")
def openssl_server_psk(subject, folder, version):
    options = ("-rev", flag(version), "-psk", PSK, "-psk_identity", "subject", "-nocert", "-cipher", "PSK:@SECLEVEL=0")
    settings = {**bounds(version), "psk": PSK, "ciphers": "PSK:@SECLEVEL=1"}
    return with_openssl_server(subject, folder, options, settings)


@case("openssl s_server, a wrong PSK", refused=True)
def openssl_server_wrong_psk(subject, folder, version):
    options = ("-rev", flag(version), "-psk", PSK, "-psk_identity", "subject", "-nocert", "-cipher", "PSK:@SECLEVEL=0")
    settings = {**bounds(version), "psk": PSK[::-1], "ciphers": "PSK:@SECLEVEL=1"}
    return with_openssl_server(subject, folder, options, settings)


@case("openssl s_server, both log the same keys")
def openssl_server_keylog(subject, folder, version):
    with tempfile.TemporaryDirectory() as room:
        logs = Path(room, "theirs"), Path(room, "ours")
        settings = trusting(folder, version, keylog=str(logs[1]))
        result = with_openssl_server(subject, folder, ("-rev", flag(version), "-keylogfile", str(logs[0])), settings)
        lines = [
            {line for line in each.read_text().splitlines() if not line.startswith("#")} for each in logs
        ]
        return {**result, "kinds": sorted(line.split()[0] for line in lines[1]), "same": lines[0] == lines[1]}


@case("openssl s_server asks for a certificate after the handshake", ("1.3",))
def openssl_server_pha(subject, folder, version):
    options = (flag(version), "-CAfile", str(folder / "ca.pem"), "-verify", "1")
    settings = trusting(folder, version, certificate=own(folder), late=True)
    with programs.openssl_server(folder, *options) as (program, port):
        subject.tell(client(port, settings, ["handshake"], ["send", "ping\n"], ["read_line"], ["send", "again\n"],
                            ["read_all"], ["unwrap"]))
        program.wait_for("ping")
        program.command("c")
        program.write("pong\n")
        program.wait_for("again")
        program.write("Q\n")
        program.finish()
        return {**subject.hear(), "subject": re.findall("subject=.*", program.output)}


@case("openssl s_server wants a new handshake", ("1.2",))
def openssl_server_renegotiation(subject, folder, version):
    with programs.openssl_server(folder, flag(version)) as (program, port):
        subject.tell(client(port, trusting(folder, version), ["handshake"], ["send", "ping\n"], ["read_line"],
                            ["send", "again\n"], ["read_all"], ["unwrap"]))
        program.wait_for("ping")
        program.command("r")
        program.write("pong\n")
        program.wait_for("again")
        program.write("Q\n")
        program.finish()
        return subject.hear()


# ---- openssl s_client ------------------------------------------------------------

ANSWER = (["handshake"], ["facts"], ["read_line"], ["send", "pong\n"], ["unwrap"])


def with_client(subject, settings, command_for, steps=ANSWER, after=""):
    """A subject that serves one client, which says something after it has heard something; what both came to."""
    subject.tell(server(settings, *steps))
    port = subject.hear()["port"]
    with programs.running(command_for(port)) as program:
        program.wait_for(after)
        program.write("ping\n")
        result = subject.hear()
        status = program.finish()
        return {**result, "status": status, "answered": "pong" in program.output}


def with_openssl_client(subject, folder, version, settings, *options, **more):
    return with_client(subject, settings, lambda port: programs.openssl_client(folder, port, flag(version), *options),
                       **more)


@case("openssl s_client")
def openssl_client_plain(subject, folder, version):
    return with_openssl_client(subject, folder, version, serving(folder, version))


@case("openssl s_client, RSA")
def openssl_client_rsa(subject, folder, version):
    return with_openssl_client(subject, folder, version, serving(folder, version, "localhost-rsa"))


for _list in ("h2,http/1.1", "http/1.1", "foreign"):
    @case("openssl s_client, ALPN " + _list)
    def openssl_client_alpn(subject, folder, version, offered=_list):
        return with_openssl_client(subject, folder, version, serving(folder, version, alpn=["http/1.1", "h2"]),
                                   "-alpn", offered)


@case("openssl s_client has a certificate")
def openssl_client_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED")
    return with_openssl_client(subject, folder, version, settings, "-cert", own(folder))


@case("openssl s_client has no certificate", refused=True)
def openssl_client_no_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED")
    return with_openssl_client(subject, folder, version, settings)


@case("openssl s_client has no certificate, and need not")
def openssl_client_optional_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="OPTIONAL")
    return with_openssl_client(subject, folder, version, settings)


@case("openssl s_client has a wrong certificate", refused=True)
def openssl_client_wrong_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED")
    return with_openssl_client(subject, folder, version, settings, "-cert", own(folder, "untrusted"))


for _name in ("expired", "untrusted", "client"):
    @case("openssl s_client is shown certificate " + _name, refused=True)
    def openssl_client_refuses(subject, folder, version, name=_name):
        return with_openssl_client(subject, folder, version, serving(folder, version, name))


for _host in ("second.example", "refused.example", "broken.example"):
    @case("openssl s_client asks for " + _host, refused=_host != "second.example")
    def openssl_client_name(subject, folder, version, host=_host):
        settings = serving(folder, version, second=serving(folder, version, "second"))
        return with_openssl_client(subject, folder, version, settings, "-servername", host, "-verify_hostname",
                                   "second.example")


@case("openssl s_client of another version", refused=True)
def openssl_client_other_version(subject, folder, version):
    other = {"1.2": "1.3", "1.3": "1.2"}[version]
    return with_openssl_client(subject, folder, other, serving(folder, version))


@case("openssl s_client has no cipher in common", refused=True)
def openssl_client_cipher(subject, folder, version):
    return with_openssl_client(subject, folder, version, serving(folder, version), "-cipher", "ECDHE-RSA-AES128-SHA",
                               "-ciphersuites", "TLS_AES_128_CCM_SHA256")


@case("openssl s_client, PSK")
def openssl_client_psk(subject, folder, version):
    settings = {**bounds(version), "psk": PSK, "ciphers": "PSK:@SECLEVEL=1"}
    return with_openssl_client(subject, folder, version, settings, "-psk", PSK, "-psk_identity", "them", "-cipher",
                               "PSK:@SECLEVEL=0", "-no_ticket")


@case("openssl s_client, a wrong PSK", refused=True)
def openssl_client_wrong_psk(subject, folder, version):
    settings = {**bounds(version), "psk": PSK, "ciphers": "PSK:@SECLEVEL=1"}
    return with_openssl_client(subject, folder, version, settings, "-psk", PSK[::-1], "-psk_identity", "them",
                               "-cipher", "PSK:@SECLEVEL=0")


@case("openssl s_client resumes its session")
def openssl_client_resumed(subject, folder, version):
    with tempfile.TemporaryDirectory() as room:
        session = Path(room, "session")
        settings = serving(folder, version, context="kept")
        made = [
            with_openssl_client(subject, folder, version, settings, option, str(session))
            for option in ("-sess_out", "-sess_in")
        ]
        subject.forget()
        return {"done": made[0]["done"] + made[1]["done"], "status": [each["status"] for each in made]}


@case("openssl s_client is asked for a certificate after the handshake", ("1.3",))
def openssl_client_pha(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED", late=True)
    return with_openssl_client(
        subject, folder, version, settings, "-enable_pha", "-cert", own(folder),
        after="hello", steps=(["handshake"], ["has_certificate"], ["ask_certificate"], ["send", "hello\n"], ["read_line"],
               ["has_certificate"], ["send", "pong\n"], ["unwrap"]))


@case("openssl s_client cannot be asked for a certificate after the handshake", ("1.3",), refused=True)
def openssl_client_no_pha(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED", late=True)
    return with_openssl_client(
        subject, folder, version, settings, "-cert", own(folder), steps=(["handshake"], ["ask_certificate"]))


# ---- GnuTLS ----------------------------------------------------------------------

ECHOED = (["handshake"], ["facts"], ["send", "ping\n"], ["read_line"], ["unwrap"])


def with_gnutls_server(subject, folder, version, settings, *options, steps=ECHOED, name="localhost"):
    with programs.gnutls_server(folder, "--priority", priority(version), *options, name=name) as (_program, port):
        subject.tell(client(port, settings, *steps))
        return subject.hear()


@case("gnutls-serv")
def gnutls_server_plain(subject, folder, version):
    return with_gnutls_server(subject, folder, version, trusting(folder, version), "--disable-client-cert")


@case("gnutls-serv, ALPN")
def gnutls_server_alpn(subject, folder, version):
    return with_gnutls_server(subject, folder, version, trusting(folder, version, alpn=["h2", "http/1.1"]),
                              "--disable-client-cert", "--alpn", "http/1.1")


@case("gnutls-serv asks for a certificate and gets it")
def gnutls_server_certificate(subject, folder, version):
    return with_gnutls_server(subject, folder, version, trusting(folder, version, certificate=own(folder)),
                              "--require-client-cert", "--verify-client-cert", "--x509cafile", str(folder / "ca.pem"))


@case("gnutls-serv asks for a certificate and gets none", refused=True)
def gnutls_server_no_certificate(subject, folder, version):
    return with_gnutls_server(
        subject, folder, version, trusting(folder, version), "--require-client-cert", "--verify-client-cert",
        "--x509cafile", str(folder / "ca.pem"), steps=(["handshake"], ["read_line"]))


for _name in ("wronghost", "expired", "untrusted"):
    @case("gnutls-serv, certificate " + _name, refused=True)
    def gnutls_server_bad(subject, folder, version, name=_name):
        return with_gnutls_server(subject, folder, version, trusting(folder, version), "--disable-client-cert",
                                  name=name)


@case("gnutls-serv of another version", refused=True)
def gnutls_server_other_version(subject, folder, version):
    other = {"1.2": "1.3", "1.3": "1.2"}[version]
    return with_gnutls_server(subject, folder, other, trusting(folder, version), "--disable-client-cert")


@case("gnutls-serv, the session is resumed")
def gnutls_server_resumed(subject, folder, version):
    options = ("--priority", priority(version), "--disable-client-cert")
    with programs.gnutls_server(folder, *options) as (_program, port):
        made = []
        for more in ({"keep": "it"}, {"resume": "it"}):
            subject.tell(client(port, trusting(folder, version, context="kept", **more), *ECHOED[:-1], ["reused"],
                                ["unwrap"]))
            made += subject.hear()["done"]
        subject.forget()
        return {"done": made}


def with_gnutls_client(subject, folder, version, settings, *options, **more):
    return with_client(
        subject, settings,
        lambda port: programs.gnutls_client(folder, port, "--priority", priority(version), *options), **more)


@case("gnutls-cli")
def gnutls_client_plain(subject, folder, version):
    return with_gnutls_client(subject, folder, version, serving(folder, version))


@case("gnutls-cli, ALPN")
def gnutls_client_alpn(subject, folder, version):
    return with_gnutls_client(subject, folder, version, serving(folder, version, alpn=["http/1.1", "h2"]),
                              "--alpn", "h2")


@case("gnutls-cli has a certificate")
def gnutls_client_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED")
    return with_gnutls_client(subject, folder, version, settings, "--x509certfile", str(folder / "client-cert.pem"),
                              "--x509keyfile", str(folder / "client-key.pem"))


@case("gnutls-cli has no certificate", refused=True)
def gnutls_client_no_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED")
    return with_gnutls_client(subject, folder, version, settings)


for _name in ("wronghost", "expired", "untrusted"):
    @case("gnutls-cli is shown certificate " + _name, refused=True)
    def gnutls_client_refuses(subject, folder, version, name=_name):
        return with_gnutls_client(subject, folder, version, serving(folder, version, name))


@case("gnutls-cli is asked for a certificate after the handshake", ("1.3",))
def gnutls_client_pha(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED", late=True)
    return with_gnutls_client(
        subject, folder, version, settings, "--post-handshake-auth", "--x509certfile",
        str(folder / "client-cert.pem"), "--x509keyfile", str(folder / "client-key.pem"),
        after="hello", steps=(["handshake"], ["has_certificate"], ["ask_certificate"], ["send", "hello\n"], ["read_line"],
               ["has_certificate"], ["send", "pong\n"], ["unwrap"]))


@case("gnutls-cli wants a new handshake", ("1.2",), refused=True)
def gnutls_client_renegotiation(subject, folder, version):
    return with_gnutls_client(subject, folder, version, serving(folder, version), "--rehandshake",
                              steps=(["handshake"], ["read_line"]))


# ---- nginx and curl --------------------------------------------------------------

REQUEST = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"
PAGE = (["handshake"], ["facts"], ["send", REQUEST], ["read_page"], ["unwrap"])


def with_nginx(subject, folder, version, settings, more="", steps=PAGE):
    with programs.nginx(folder, "TLSv" + version, more) as (_program, port):
        subject.tell(client(port, settings, *steps))
        return subject.hear()


@case("nginx")
def nginx_plain(subject, folder, version):
    return with_nginx(subject, folder, version, trusting(folder, version))


@case("nginx, ALPN")
def nginx_alpn(subject, folder, version):
    return with_nginx(subject, folder, version, trusting(folder, version, alpn=["foreign", "http/1.1"]))


@case("nginx asks for a certificate and gets it")
def nginx_certificate(subject, folder, version):
    more = "ssl_verify_client on; ssl_client_certificate %s/ca.pem;" % folder
    return with_nginx(subject, folder, version, trusting(folder, version, certificate=own(folder)), more)


@case("nginx asks for a certificate and gets none")
def nginx_no_certificate(subject, folder, version):
    more = "ssl_verify_client on; ssl_client_certificate %s/ca.pem;" % folder
    return with_nginx(subject, folder, version, trusting(folder, version), more)


@case("nginx refuses the handshake", refused=True)
def nginx_refuses(subject, folder, version):
    return with_nginx(subject, folder, version, trusting(folder, version), "ssl_reject_handshake on;")


@case("nginx is asked for a page without end of its own")
def nginx_large(subject, folder, version):
    more = "location /large { return 200 %s; }" % ("x" * 3000)
    steps = (["handshake"], ["send", "GET /large HTTP/1.0\r\nHost: localhost\r\n\r\n"], ["read_page"], ["unwrap"])
    return with_nginx(subject, folder, version, trusting(folder, version), more, steps)


@case("nginx, the session is resumed")
def nginx_resumed(subject, folder, version):
    with programs.nginx(folder, "TLSv" + version, "ssl_session_cache builtin:10;") as (_program, port):
        made = []
        for more in ({"keep": "it"}, {"resume": "it"}):
            subject.tell(client(port, trusting(folder, version, context="kept", **more), *PAGE[:-1], ["reused"],
                                ["unwrap"]))
            made += subject.hear()["done"]
        subject.forget()
        return {"done": made}


SERVED = (["handshake"], ["facts"], ["read_head"],
          ["send", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\npong\n"], ["unwrap"])


def with_curl(subject, folder, version, settings, *options, host="localhost", steps=SERVED):
    limits = ("--tlsv" + version, "--tls-max", version)
    return with_client(subject, settings, lambda port: programs.curl(folder, port, *limits, *options, host=host),
                       steps=steps)


@case("curl")
def curl_plain(subject, folder, version):
    return with_curl(subject, folder, version, serving(folder, version))


@case("curl, HTTP/1.1 by ALPN")
def curl_alpn(subject, folder, version):
    return with_curl(subject, folder, version, serving(folder, version, alpn=["http/1.1"]), "--http1.1")


@case("curl has a certificate")
def curl_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED")
    return with_curl(subject, folder, version, settings, "--cert", own(folder))


@case("curl has no certificate", refused=True)
def curl_no_certificate(subject, folder, version):
    settings = serving(folder, version, ca=str(folder / "ca.pem"), verify="REQUIRED")
    return with_curl(subject, folder, version, settings)


for _name in ("wronghost", "expired", "untrusted"):
    @case("curl is shown certificate " + _name, refused=True)
    def curl_refuses(subject, folder, version, name=_name):
        # curl judges the name after the handshake, and then may be gone at any moment.
        return with_curl(subject, folder, version, serving(folder, version, name),
                         steps=(["handshake"], ["read_head"]))


@case("curl asks for a second name")
def curl_second(subject, folder, version):
    settings = serving(folder, version, second=serving(folder, version, "second"))
    return with_curl(subject, folder, version, settings, host="second.example")
