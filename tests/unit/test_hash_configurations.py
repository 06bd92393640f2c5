"""Digests under configurations of OpenSSL: a provider's answer counts, be it a digest or a refusal."""
from __future__ import absolute_import, division, print_function

import os
import subprocess
import sys

import pytest

from regraft import _openssl

pytestmark = pytest.mark.skipif(not _openssl.CAPABILITIES["OPENSSL3"], reason="OpenSSL has providers from 3.0 on")
taken_on = pytest.mark.skipif(
    _openssl.CAPABILITIES["BUNDLED_OPENSSL"], reason="the import is refused: test_openssl_configuration.py")

HEAD = "openssl_conf = main\n[main]\nproviders = providers\nalg_section = algorithms\n[on]\nactivate = 1\n"
PRELUDE = """
from __future__ import print_function
import binascii, hashlib, hmac, _hashlib, sys
def refusal(make, *args, **keywords):
    try: make(*args, **keywords)
    except ValueError as error: return str(error)
    raise AssertionError("not refused")
def hexed(data): return binascii.hexlify(data).decode("ascii")
"""
FIPS_VARIABLE = "REGRAFT_TEST_FIPS"


def run_under(tmpdir, configuration, program):
    """Run a program under a configuration; what it prints, and the configuration's path."""
    path = str(tmpdir.join("openssl.cnf"))
    with open(path, "w") as stream:
        stream.write(HEAD + configuration)
    environment = dict(os.environ, OPENSSL_CONF=path, PYTHONPATH=os.pathsep.join(sys.path))
    child = subprocess.Popen([sys.executable, "-c", PRELUDE + program], env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, universal_newlines=True)
    out = child.communicate()[0]
    assert child.returncode == 0, out
    return out.splitlines(), path


@taken_on
def test_a_configuration_that_names_a_missing_provider_is_named_in_every_error(tmpdir):
    lines, path = run_under(tmpdir, "[providers]\nnonsense = on\n[algorithms]\n", """
for make in (hashlib.md5, hashlib.sha256, lambda: hashlib.new("sha256"), lambda: hmac.new(b"k", b"m", "sha256"),
             lambda: hmac.digest(b"k", b"m", "sha256"), lambda: hashlib.pbkdf2_hmac("sha256", b"p", b"s", 1),
             lambda: hashlib.md5(usedforsecurity=False), lambda: hashlib.scrypt(b"p", salt=b"s", n=2, r=1, p=1)):
    print(refusal(make))
print(hashlib.blake2b(b"").hexdigest()[:8])
""")
    assert lines[-1] == "786a02f7"
    assert len(lines) == 9
    for line in lines[:-1]:
        assert path in line and "missing" in line and "unsupported" in line


@taken_on
def test_what_the_default_properties_forbid_is_refused_although_we_could_hash_it_ourselves(tmpdir):
    lines, _ = run_under(tmpdir, "[providers]\ndefault = on\nbase = on\n[algorithms]\ndefault_properties = fips=yes\n", """
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "sha3_512"):
    for make in (getattr(hashlib, name), lambda: hashlib.new(name), lambda: hmac.new(b"k", b"m", name),
                 lambda: hmac.new(b"k", b"m", getattr(hashlib, name)), lambda: hmac.digest(b"k", b"m", name)):
        text = refusal(make)
        assert name in text or name.startswith("sh") and "openssl_" + name in text, text
        assert "FIPS" in text, text
    assert getattr(hashlib, name)(b"abc", usedforsecurity=False).name == name
    refusal(getattr(hashlib, name))
print(hashlib.md5(b"abc", usedforsecurity=False).hexdigest())
print(hashlib.new("md5", b"abc", usedforsecurity=False).hexdigest())
""")
    assert lines == ["900150983cd24fb0d6963f7d28e17f72"] * 2


def test_digests_of_another_provider_serve_hashes_and_hmac(tmpdir):
    # RFC 1320 and RFC 2286.
    lines, _ = run_under(
        tmpdir, "[providers]\ndefault = on\nlegacy = on\n[algorithms]\ndefault_properties = ?provider=legacy\n", """
try: hashlib.new("md4")
except ValueError: print("no legacy provider"); sys.exit()
made = hashlib.new("md4", b"a")
made.copy().update(b"x")
made.update(b"bc")
print(made.name, made.hexdigest())
keyed = hmac.new(b"\\x0b" * 20, b"Hi ", "ripemd160")
keyed.copy().update(b"x")
keyed.update(b"There")
print(keyed.name, keyed.hexdigest())
print(hexed(hmac.digest(b"\\x0b" * 20, b"Hi There", "ripemd160")))
keyed = hmac.new(b"k" * 200, b"m" * 5000, "md4")
print(keyed.hexdigest() == keyed.copy().hexdigest() == hexed(hmac.digest(b"k" * 200, b"m" * 5000, "md4")))
""")
    if lines == ["no legacy provider"]:
        pytest.skip("this OpenSSL was installed without its legacy provider")
    ripemd = "24cb4bd67d20fc1a5d2ed7732dcc39377f0a5668"
    assert lines == ["md4 a448017aaf21d8525fc10ae87aa6729d", "hmac-ripemd160 " + ripemd, ripemd, "True"]


@pytest.mark.skipif(not os.environ.get(FIPS_VARIABLE), reason="%s names no FIPS provider (fips.so)" % FIPS_VARIABLE)
@taken_on
def test_the_fips_provider_computes_what_it_approves(tmpdir):
    module = os.environ[FIPS_VARIABLE]
    installed = str(tmpdir.join("module.cnf"))
    subprocess.check_call(["openssl", "fipsinstall", "-quiet", "-module", module, "-out", installed])
    with open(installed) as stream:
        section = stream.read()
    lines, _ = run_under(
        tmpdir, "[providers]\ndefault = on\nbase = on\nfips = fips_sect\n[algorithms]\ndefault_properties = fips=yes\n"
        + section + "\nmodule = %s\n" % module, """
# RFC 4231, test case 2; FIPS 180-4 and 202 of b"abc".
keyed = hmac.new(b"Jefe", b"what do ya want ", "sha256")
keyed.copy().update(b"x")
keyed.update(b"for nothing?")
print(keyed.hexdigest()[:16], hexed(hmac.digest(b"Jefe", b"what do ya want for nothing?", hashlib.sha256))[:16])
made = hashlib.sha256(b"a")
made.update(b"bc")
print(made.copy().hexdigest()[:16], hashlib.sha3_256(b"abc").hexdigest()[:16], hashlib.shake_128(b"abc").hexdigest(8))
print(len(hashlib.pbkdf2_hmac("sha256", b"password", b"salt of 16 bytes", 1000)))
refusal(hashlib.md5)
try: print(keyed.inner)
except AttributeError as error: print("provider" in str(error))
""")
    assert lines == ["5bdcc146bf60754e 5bdcc146bf60754e", "ba7816bf8f01cfea 3a985da74fe225b2 5881092dd818bf5c", "32", "True"]
