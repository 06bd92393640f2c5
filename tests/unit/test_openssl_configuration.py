"""Which configuration OpenSSL takes on: the system's takes the system's; one in the extension takes what is named, or none."""
from __future__ import absolute_import, division, print_function

import os
import subprocess
import sys

import pytest

from regraft import _openssl

BUNDLED = _openssl.CAPABILITIES["BUNDLED_OPENSSL"]
only_bundled = pytest.mark.skipif(not BUNDLED, reason="OpenSSL is the system's, not part of the extension")
only_systems = pytest.mark.skipif(BUNDLED, reason="OpenSSL is part of the extension, not the system's")

PROGRAM = """
from __future__ import print_function
import sys
for attempt in 1, 2:
    try:
        from regraft import _openssl
    except Exception as error:
        print(type(error).__name__, str(error))
if "regraft._openssl" not in sys.modules:
    sys.exit()
_openssl.serve_tls()
context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
print(context.minimum_version, _openssl.get_fips_mode())
try: print(_openssl.new("md4", b"abc").hexdigest())
except ValueError as error: print("no md4")
"""
NOTHING = [str(_openssl.PROTO_MINIMUM_SUPPORTED) + " 0", "no md4"]
HEAD = "openssl_conf = main\n[main]\n"
TLS = HEAD + "ssl_conf = tls\n[tls]\nsystem_default = all\n[all]\nMinProtocol = %s\n"
PROVIDERS = HEAD + "providers = some\n[on]\nactivate = 1\n[off]\nactivate = 0\n[soft]\nactivate = 1\nsoft_load = yes\n[some]\n"


def run_under(path):
    """The lines that a program prints which starts with a value of OPENSSL_CONF, or without one."""
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    environment.pop("OPENSSL_CONF", None)
    if path is not None:
        environment["OPENSSL_CONF"] = str(path)
    child = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, universal_newlines=True)
    out = child.communicate()[0]
    assert child.returncode == 0, out
    return out.splitlines()


@pytest.fixture
def written(tmpdir):
    def write(text):
        path = tmpdir.join("openssl.cnf")
        path.write(text)
        return path
    return write


# ---- on both ---------------------------------------------------------------------------

@pytest.mark.skipif(not _openssl.CAPABILITIES["OPENSSL3"], reason="OpenSSL has settings of TLS for contexts of 3 only")
def test_a_configuration_that_is_named_is_taken_on(written):
    version = run_under(written(TLS % "TLSv1.3"))[0].split()[0]
    assert version == str(_openssl.PROTO_TLSv1_3)


@pytest.mark.skipif(not _openssl.CAPABILITIES["OPENSSL3"], reason="with OpenSSL 1.1.1 there is MD4 in any case")
@pytest.mark.parametrize("path", ["", os.devnull])
def test_no_file_and_an_empty_one_change_nothing(path):
    assert run_under(path) == NOTHING


# ---- part of the extension -------------------------------------------------------------

@only_bundled
@pytest.mark.parametrize("text, words", [
    (HEAD[:-2] + "\n", "missing close square bracket (line 2)"),
    ("openssl_conf = nowhere\n", "missing section (openssl_conf=nowhere)"),
    (HEAD + "engines = some\n[some]\npkcs11 = one\n[one]\ninit = 1\n", "engines"),
    (PROVIDERS + "default = on\nnonsense = on\n", "the provider nonsense, which this OpenSSL does not have"),
    (PROVIDERS + "default = on\nfips = on\n", "the provider fips, which this OpenSSL does not have"),
    (PROVIDERS + "legacy = on\n", "library has no ciphers"),
    (TLS % "TLSv9", "MinProtocol"),
    (HEAD + "alg_section = some\n[some]\ndefault_properties = fips=yes\n", "no FIPS provider"),
], ids=["syntax", "section", "engine", "provider", "fips-provider", "no-default-provider", "setting", "fips-property"])
def test_a_configuration_that_cannot_be_taken_on_whole_is_an_error_that_names_it(written, text, words):
    path = written(text)
    lines = run_under(path)
    # Nor is there a second chance.
    assert len(lines) == 2 and lines[0] == lines[1] and lines[0].startswith("RuntimeError OPENSSL_CONF names"), lines
    assert str(path) in lines[0] and words in lines[0] and "unset OPENSSL_CONF" in lines[0]


@only_bundled
@pytest.mark.parametrize("missing", [True, False])
def test_a_file_that_is_missing_or_a_directory_is_an_error_that_names_it(tmpdir, missing):
    path = tmpdir.join("nowhere.cnf") if missing else tmpdir
    line = run_under(path)[0]
    assert str(path) + (": No such file or directory" if missing else ": Is a directory") in line
    assert line.startswith("RuntimeError ")


@only_bundled
def test_the_legacy_provider_is_there_for_those_who_name_it(written):
    # RFC 1320.
    assert run_under(written(PROVIDERS + "default = on\nlegacy = on\n"))[-1] == "a448017aaf21d8525fc10ae87aa6729d"


@only_bundled
def test_a_provider_that_may_be_missing_or_is_off_is_no_error(written):
    assert run_under(written(PROVIDERS + "default = on\nnonsense = soft\nfips = off\n")) == NOTHING


# ---- the system's ----------------------------------------------------------------------

@only_systems
@pytest.mark.skipif(not _openssl.CAPABILITIES["OPENSSL3"], reason="with OpenSSL 1.1.1 there is MD4 in any case")
def test_a_file_that_is_missing_is_passed_over_as_by_the_stock_module(tmpdir):
    assert run_under(tmpdir.join("nowhere.cnf")) == NOTHING
