"""What a context trusts by default: the environment, else OpenSSL's own places, else those of the platform."""
from __future__ import absolute_import, division, print_function

import os
import re
import ssl
import subprocess
import sys

import pytest

import regraft
from handshakes import Pair, server_context
from regraft import _openssl

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
ELSEWHERE = ("/nonexistent/cert.pem", "/nonexistent/certs")
PLATFORMS = [
    ("Debian, Ubuntu, Arch, Gentoo", "etc/ssl/certs/ca-certificates.crt", "etc/ssl/certs"),
    ("Fedora, RHEL 7 and newer", "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "etc/pki/tls/certs"),
    ("RHEL 6", "etc/pki/tls/certs/ca-bundle.crt", "etc/pki/tls/certs"),
    ("SUSE", "etc/ssl/ca-bundle.pem", "etc/ssl/certs"),
    ("FreeBSD, from packages", "usr/local/etc/ssl/cert.pem", ""),
    ("Alpine, OpenBSD, FreeBSD, macOS", "etc/ssl/cert.pem", ""),
    ("DragonFly BSD", "usr/local/share/certs/ca-root-nss.crt", ""),
    ("NetBSD", "etc/openssl/certs/ca-certificates.crt", "etc/openssl/certs")]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def place(root, *names):
    """Make files, or directories where the name ends with a slash, below a root; returns it."""
    for name in names:
        path = os.path.join(str(root), name)
        folder = path if name.endswith("/") else os.path.dirname(path)
        if not os.path.isdir(folder):
            os.makedirs(folder)
        if folder != path:
            open(path, "w").close()
    return str(root)


def below(root, name):
    return os.path.join(str(root), name) if name else ""


# ---- which places ----------------------------------------------------------------------

HASHED = "0a775a30.0"  # the name by which OpenSSL looks for a certificate in a directory


@pytest.mark.parametrize("platform, path, directory", PLATFORMS)
def test_each_platforms_places_are_found(tmpdir, platform, path, directory):
    root = place(tmpdir, path, *[directory + "/"] * bool(directory))
    found = _openssl.find_default_trust(root=root, built_in=ELSEWHERE)
    assert found == (platform, below(root, path), below(root, directory))
    assert all(isinstance(each, str) for each in found)


def test_a_directory_counts_where_there_is_no_file(tmpdir):
    root = place(tmpdir, "etc/ssl/certs/" + HASHED)
    assert _openssl.find_default_trust(root=root, built_in=ELSEWHERE)[1:] == ("", below(root, "etc/ssl/certs"))


@pytest.mark.parametrize("name", ["", "README", "0a775a3.0", "0a775a30.r", "0a775a30.", "0a775a300", "0A775A30.0", "0a775a30.0x"])
def test_a_directory_in_which_openssl_would_find_nothing_is_passed_over(tmpdir, name):
    root = place(tmpdir, "etc/ssl/certs/" + name)
    assert _openssl.find_default_trust(root=root, built_in=ELSEWHERE) == (None,) + ELSEWHERE
    place(tmpdir, "etc/pki/tls/certs/" + HASHED)
    assert _openssl.find_default_trust(root=root, built_in=ELSEWHERE)[2] == below(root, "etc/pki/tls/certs")


def test_a_directory_that_does_not_exist_is_not_named(tmpdir):
    root = place(tmpdir, "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")
    assert _openssl.find_default_trust(root=root, built_in=ELSEWHERE)[2] == ""


def test_a_directory_with_the_name_of_a_file_is_none(tmpdir):
    root = place(tmpdir, "etc/ssl/cert.pem/", "etc/openssl/certs/ca-certificates.crt")
    assert _openssl.find_default_trust(root=root, built_in=ELSEWHERE)[0] == "NetBSD"


@pytest.mark.parametrize("made", ["own/cert.pem", "own/certs/"])
def test_what_is_built_into_openssl_comes_first(tmpdir, made):
    root = place(tmpdir, made, "etc/ssl/certs/ca-certificates.crt")
    own = (below(root, "own/cert.pem"), below(root, "own/certs"))
    assert _openssl.find_default_trust(root=root, built_in=own, bundled=False) == ("OpenSSL",) + own
    # Where OpenSSL is part of the extension they exist by chance.
    assert _openssl.find_default_trust(root=root, built_in=own, bundled=True) == (
        "Debian, Ubuntu, Arch, Gentoo", below(root, "etc/ssl/certs/ca-certificates.crt"), below(root, "etc/ssl/certs"))


def test_the_places_that_count_are_those_of_this_build(tmpdir):
    root = place(tmpdir, "own/cert.pem", "etc/ssl/certs/ca-certificates.crt")
    own = (below(root, "own/cert.pem"), below(root, "own/certs"))
    origin = _openssl.find_default_trust(root=root, built_in=own)[0]
    assert (origin == "OpenSSL") == (not _openssl.CAPABILITIES["BUNDLED_OPENSSL"])


def test_nothing_known_is_said_to_be_nothing(tmpdir):
    assert _openssl.find_default_trust(root=str(tmpdir), built_in=ELSEWHERE) == (None,) + ELSEWHERE


@pytest.mark.parametrize("variable, position", [("SSL_CERT_FILE", 0), ("SSL_CERT_DIR", 1)])
@pytest.mark.parametrize("value", ["/nonexistent/mine", "", "relative"])
def test_a_variable_wins_even_if_it_names_nothing(tmpdir, monkeypatch, variable, position, value):
    root = place(tmpdir, "etc/ssl/certs/ca-certificates.crt", "own/cert.pem")
    monkeypatch.setenv(variable, value)
    expected = list(ELSEWHERE)
    expected[position] = value
    assert _openssl.find_default_trust(root=root, built_in=ELSEWHERE) == ("environment",) + tuple(expected)


# ---- what is loaded --------------------------------------------------------------------

def default_context():
    context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context


def test_the_file_of_the_variable_is_loaded(certs, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", os.path.join(certs, "ca-and-other.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")
    contexts = [default_context() for _ in range(3)]
    for context in contexts:
        assert context.cert_store_stats() == {"x509": 2, "crl": 0, "x509_ca": 2}
        Pair(context, server_context(certs)).shake_hands()


def test_the_directories_of_the_variable_are_searched(certs, monkeypatch, tmpdir):
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join([str(tmpdir), os.path.join(certs, "ca-path")]))
    context = default_context()
    assert context.cert_store_stats()["x509"] == 0
    Pair(context, server_context(certs)).shake_hands()
    assert context.cert_store_stats()["x509"] == 1


@pytest.mark.parametrize("value", ["/nonexistent/mine", "", "README"])
def test_a_variable_that_names_nothing_leaves_nothing_trusted(certs, monkeypatch, value):
    monkeypatch.setenv("SSL_CERT_FILE", value and os.path.join(certs, value))
    monkeypatch.setenv("SSL_CERT_DIR", "")
    context = default_context()
    assert context.cert_store_stats() == {"x509": 0, "crl": 0, "x509_ca": 0}
    with pytest.raises(_openssl.SSLCertVerificationError):
        Pair(context, server_context(certs)).shake_hands()


def test_loading_adds_to_what_is_there(certs, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", os.path.join(certs, "other-ca.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", "")
    context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(os.path.join(certs, "ca.pem"))
    context.set_default_verify_paths()
    assert context.cert_store_stats()["x509"] == 2


# ---- what get_default_verify_paths() tells ---------------------------------------------

def test_get_default_verify_paths_tells_what_is_loaded(certs, monkeypatch, tmpdir):
    built_in = _openssl.get_default_verify_paths()
    assert (ssl.get_default_verify_paths().openssl_cafile, ssl.get_default_verify_paths().openssl_capath) == built_in[1::2]
    monkeypatch.setenv("SSL_CERT_FILE", os.path.join(certs, "ca.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmpdir))
    paths = ssl.get_default_verify_paths()
    assert (paths.cafile, paths.capath) == (os.path.join(certs, "ca.pem"), str(tmpdir))
    assert paths[2:] == (built_in[0], built_in[1], built_in[2], built_in[3])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmpdir))
    monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")
    assert ssl.get_default_verify_paths()[:2] == (None, None)
    several = os.pathsep.join(["/nonexistent", str(tmpdir)])
    monkeypatch.setenv("SSL_CERT_DIR", several)
    assert ssl.get_default_verify_paths().capath == several


def test_get_default_verify_paths_names_the_platforms_places(monkeypatch, tmpdir):
    root = place(tmpdir, "etc/ssl/certs/ca-certificates.crt")
    find = _openssl.find_default_trust
    monkeypatch.setattr(_openssl, "find_default_trust", lambda: find(root=root, built_in=ELSEWHERE))
    paths = ssl.get_default_verify_paths()
    assert paths.cafile == below(root, "etc/ssl/certs/ca-certificates.crt")
    assert paths.capath == below(root, "etc/ssl/certs")
    assert (paths.openssl_cafile, paths.openssl_capath) == _openssl.get_default_verify_paths()[1::2]


# ---- a library whose own places do not exist ---------------------------------------------

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from regraft import _openssl
print(_openssl.get_default_verify_paths()[1])
context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
context.set_default_verify_paths()
print(_openssl.find_default_trust()[0])
print(context.cert_store_stats()["x509"])
"""


def _libcrypto():
    with open("/proc/self/maps") as stream:
        found = set(re.findall(r"\s(/\S*/libcrypto\.so\S*)", stream.read()))
    return sorted(found)


@pytest.mark.skipif(not os.path.exists("/proc/self/maps") or not _libcrypto(),
                    reason="OpenSSL is linked statically, or its file is not to be found")
def test_a_library_that_was_built_elsewhere_trusts_what_the_platform_does(tmpdir):
    library = _libcrypto()[0]
    with open(library, "rb") as stream:
        data = stream.read()
    own = [each.encode("ascii") for each in _openssl.get_default_verify_paths()[1::2]]
    for path in own:
        assert data.count(b"\0" + path + b"\0") == 1
        data = data.replace(b"\0" + path + b"\0", b"\0" + b"/" + b"-" * (len(path) - 1) + b"\0")
    # The same library, as if it had been built for a place that does not exist here.
    with open(str(tmpdir.join(os.path.basename(library))), "wb") as stream:
        stream.write(data)
    environ = dict((name, value) for name, value in os.environ.items() if name not in VARIABLES)
    environ["LD_LIBRARY_PATH"] = str(tmpdir)
    package = os.path.dirname(os.path.dirname(os.path.abspath(regraft.__file__)))
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, package], env=environ, stdout=subprocess.PIPE)
    built_in, origin, count = process.communicate()[0].decode("ascii").split("\n")[:3]
    assert set(built_in) == set("/-")
    expected = _openssl.find_default_trust(root="/", built_in=ELSEWHERE)
    assert origin == str(expected[0])
    assert (int(count) > 0) == os.path.isfile(expected[1])
