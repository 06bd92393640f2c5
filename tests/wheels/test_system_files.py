"""What a wheel takes from the system it runs on: the platform's CA certificates, and no configuration of OpenSSL.

Each system is a directory that is mounted in the place of /etc, and of /var/lib, for one program.
"""

from __future__ import annotations

import json
import os
import shutil
import struct

import pytest

import systems
from conftest import overlay
from regraft_tools import interpreters

# Of a bundle, of a link (its target), or of a directory (None). HASH is what OpenSSL looks for.
BUNDLE, HASH = object(), object()
MUSL = "musl-3.13"
TLS_BUNDLE = "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"
LAYOUTS = {
    "debian": {"etc/ssl/certs/ca-certificates.crt": BUNDLE, "etc/ssl/certs": HASH},
    "debian-without-the-bundle": {"etc/ssl/certs": HASH},
    # Its directories hold no names by hash.
    "rhel-8": {TLS_BUNDLE: BUNDLE, "etc/pki/tls/certs/ca-bundle.crt": "/" + TLS_BUNDLE, "etc/pki/tls/cert.pem": "/" + TLS_BUNDLE,
               "etc/ssl/certs": "../pki/tls/certs"},
    "fedora-43": {TLS_BUNDLE: BUNDLE, "etc/pki/tls/certs/README": None, "etc/ssl/certs": "../pki/tls/certs"},
    "rhel-6": {"etc/pki/tls/certs/ca-bundle.crt": BUNDLE},
    "alpine": {"etc/ssl/certs/ca-certificates.crt": BUNDLE, "etc/ssl/cert.pem": "certs/ca-certificates.crt"},
    "alpine-without-the-tools": {"etc/ssl/cert.pem": BUNDLE, "etc/ssl/certs/README": None},
    "suse": {"var/lib/ca-certificates/ca-bundle.pem": BUNDLE, "var/lib/ca-certificates/pem": HASH,
             "etc/ssl/ca-bundle.pem": "/var/lib/ca-certificates/ca-bundle.pem",
             "etc/ssl/certs": "/var/lib/ca-certificates/pem"},
    "arch": {"etc/ca-certificates/extracted/tls-ca-bundle.pem": BUNDLE,
             "etc/ssl/certs/ca-certificates.crt": "../../ca-certificates/extracted/tls-ca-bundle.pem",
             "etc/ssl/cert.pem": "../ca-certificates/extracted/tls-ca-bundle.pem"},
}
# As the package of the program openssl leaves it on a Debian without ca-certificates.
NOTHING = {"etc/ssl/certs/README": None}
CONFIGURATION = """
openssl_conf = main
[main]
ssl_conf = tls
[tls]
system_default = all
[all]
MaxProtocol = TLSv1.2
"""
BROKEN = """
openssl_conf = main
[main]
engines = some
providers = some
[some]
nonsense = one
[one]
activate = 1
"""

INCLUDING = ".include /etc/ssl/policy-that-is-not-there.cnf\n"

# Arguments: the layout, the command.
_MOUNT = """
mount --bind "$1/etc" /etc
[ ! -d "$1/var/lib" ] || mount --bind "$1/var/lib" /var/lib
shift
exec "$@"
"""


@pytest.fixture(params=["2.7", "3.13", MUSL])
def start(request, find_wheel, trial):
    """A function that runs a program under a layout, with a wheel."""
    systems.check_root("another system's /etc is mounted")
    if request.param == MUSL:
        return start_on_musl(find_wheel, trial)
    wheel = find_wheel(request.param)
    found = interpreters.search([request.param]).of(request.param)
    if found is None:
        systems.lack("there is no Python %s here" % request.param)

    def run(layout, *words, **variables):
        return systems.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-euc", _MOUNT, "mount", str(layout), str(found.path),
             *map(str, words)], PYTHONPATH=overlay(str(trial / str(wheel))), **variables)

    return run


def start_on_musl(find_wheel, trial):
    """The same in a system with musl, which sees the folder of the trial and the layout only."""
    series = MUSL.removeprefix("musl-")
    wheel = find_wheel(series, libc="musllinux")
    root = systems.musl(series)

    def run(layout, *words, **variables):
        words, values = ([str(each).replace(str(trial), systems.TRIAL) for each in group] for group in (words, variables.values()))
        return systems.enter(root, trial, "/usr/bin/python" + series, *words, layout=layout,
                             PYTHONPATH=overlay("%s/%s" % (systems.TRIAL, wheel)), **dict(zip(variables, values, strict=True)))

    return run


@pytest.fixture
def lay_out(tmp_path, certs):
    """A function that makes a layout; each bundle in it is of one authority."""

    def make(layout, authority="ca.pem"):
        for name, content in layout.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is BUNDLE:
                path.write_bytes((certs / authority).read_bytes())
            elif content is HASH:
                path.mkdir(exist_ok=True)
                (hashed,) = (certs / "ca-path").iterdir()
                (path / hashed.name).write_bytes(hashed.read_bytes())
            elif content is None:
                path.write_text("nothing\n")
            else:
                path.symlink_to(content)
        return tmp_path

    return make


def connect(start, layout, trial, **variables):
    done = start(layout, trial / "programs/trust.py", trial / "certs/localhost.pem", **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# ---- CA certificates -------------------------------------------------------------------

@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_the_platforms_ca_certificates_are_trusted(start, lay_out, trial, name):
    found = connect(start, lay_out(LAYOUTS[name]), trial)
    assert found["outcome"] == "trusted", found
    assert found["trust"]["origin"] not in ("OpenSSL", "environment", None)


@pytest.mark.parametrize("name", [each for each in sorted(LAYOUTS) if HASH not in LAYOUTS[each].values()])
def test_only_what_the_platform_trusts_is_trusted(start, lay_out, trial, name):
    assert "CERTIFICATE_VERIFY_FAILED" in connect(start, lay_out(LAYOUTS[name], "other-ca.pem"), trial)["outcome"]


@pytest.mark.parametrize("variables", [{"SSL_CERT_FILE": "ca.pem"}, {"SSL_CERT_DIR": "ca-path"}], ids=lambda each: next(iter(each)))
def test_the_variables_come_first(start, lay_out, trial, variables):
    layout = lay_out(LAYOUTS["alpine"], "other-ca.pem")
    found = connect(start, layout, trial, **{name: str(trial / "certs" / value) for name, value in variables.items()})
    assert (found["outcome"], found["trust"]["origin"]) == ("trusted", "environment")


def test_a_variable_that_names_another_authority_leaves_the_platforms_out(start, lay_out, trial):
    found = connect(start, lay_out(LAYOUTS["alpine"]), trial, SSL_CERT_FILE=str(trial / "certs/other-ca.pem"))
    assert "CERTIFICATE_VERIFY_FAILED" in found["outcome"]


def test_without_ca_certificates_all_say_so(start, lay_out, trial):
    layout = lay_out(NOTHING)
    found = connect(start, layout, trial)
    assert found["trust"] == {"origin": None, "file": None, "directory": None}
    assert "CERTIFICATE_VERIFY_FAILED" in found["outcome"] and "unable to get local issuer certificate" in found["outcome"]
    assert "NOTHING: no CA certificates are found" in start(layout, "-m", "regraft", "status").stdout
    told = " ".join(start(layout, "-m", "regraft", "doctor").stdout.split())
    assert "default contexts trust nobody" in told and "ca-certificates" in told


# ---- configuration ---------------------------------------------------------------------

def shake_hands(start, layout, trial, **variables):
    return start(layout, trial / "programs/handshake.py", trial / "certs/localhost.pem", trial / "certs/ca.pem", **variables)


@pytest.mark.parametrize("text", [CONFIGURATION, BROKEN, "[broken", INCLUDING],
                         ids=["sets", "cannot-be-done", "cannot-be-read", "includes-what-is-not-there"])
def test_the_systems_configuration_is_not_read(start, lay_out, trial, text):
    layout = lay_out(LAYOUTS["debian"])
    for name in ("etc/ssl", "etc/pki/tls", "etc"):
        (layout / name).mkdir(parents=True, exist_ok=True)
        (layout / name / "openssl.cnf").write_text(text)
    done = shake_hands(start, layout, trial, OPENSSL_MODULES=str(layout), OPENSSL_ENGINES=str(layout))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == "TLSv1.3"
    named = shake_hands(start, layout, trial, OPENSSL_CONF="/etc/ssl/openssl.cnf")
    if text == CONFIGURATION:
        # It is one that works, so it would have been noticed above.
        assert json.loads(named.stdout)["version"] == "TLSv1.2", named.stderr
    else:
        assert named.returncode == 1 and "RuntimeError" in named.stderr and "/etc/ssl/openssl.cnf" in named.stderr


# Root has all rights without borrowing any.
_AS_NOBODY = """
import os, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
os.execv(sys.argv[1], sys.argv[1:])
"""
_HIGHEST = "import ssl; print(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).maximum_version.name)"
# Format 2, effective; CAP_NET_BIND_SERVICE, which is what servers without root are given.
_CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)


@pytest.mark.parametrize("place", ["2.7", "3.9", MUSL])
def test_a_program_with_file_capabilities_reads_no_configuration(find_wheel, trial, tmp_path, place):
    series = place.removeprefix("musl-")
    systems.check_root("capabilities are given to a file")
    wheel = find_wheel(series, libc="musllinux" if place == MUSL else "manylinux")
    root = (systems.musl if place == MUSL else systems.bullseye)(series)
    shutil.copytree(trial / str(wheel), tmp_path / "wheel")
    (tmp_path / "openssl.cnf").write_text(CONFIGURATION)
    plain, borrowing = (shutil.copy(root / "usr/bin" / ("python" + series), tmp_path / name) for name in ("plain", "borrowing"))
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    os.setxattr(borrowing, "security.capability", _CAPABILITY)

    def highest(program):
        done = systems.enter(
            root, tmp_path, "/usr/bin/python" + series, "-c", _AS_NOBODY, "%s/%s" % (systems.TRIAL, program), "-c", _HIGHEST,
            PYTHONPATH=overlay(systems.TRIAL + "/wheel"), OPENSSL_CONF=systems.TRIAL + "/openssl.cnf")
        return done.stdout.strip() or done.stderr

    assert highest("plain") == "TLSv1_2"
    assert highest("borrowing") == "MAXIMUM_SUPPORTED"
