"""What an import of a covered module brings into a process, and what it leaves out."""
from __future__ import absolute_import, division, print_function

import sys

import pytest

RELOADED = """
import %s, os, sys
for name in list(sys.modules):
    if name.split(".")[0] in ("regraft", "ssl", "_ssl", "hashlib", "hmac", "random"):
        del sys.modules[name]
import ssl, _ssl
from regraft import _openssl
assert ssl.SSLError is _ssl.SSLError is _openssl.SSLError
assert _openssl.err_codes_to_names[_openssl.err_names_to_codes["NO_START_LINE"]] == "NO_START_LINE"
try:
    ssl.create_default_context().load_verify_locations(os.devnull)
except ssl.SSLError as error:
    print(error.reason)
"""
WITHOUT_THE_MODULE = """
from regraft import _openssl
context = _openssl._SSLContext(_openssl.PROTOCOL_TLS_CLIENT)
try:
    context._wrap_bio(_openssl.MemoryBIO(), _openssl.MemoryBIO(), False, "localhost").do_handshake()
except _openssl.SSLWantReadError as error:
    print(error.__class__.__name__)
"""
UNKNOWN_REASON = """
import hashlib
try:
    hashlib.scrypt(b"", salt=b"", n=2, r=1, p=1, maxmem=1)
except ValueError as error:
    print(error)
"""


@pytest.mark.skipif(sys.version_info[0] != 2, reason="on 3.x the exceptions need no other module")
@pytest.mark.parametrize("name", ["hashlib", "hmac", "random", "secrets"])
def test_digests_bring_no_sockets_into_the_process(environment, name):
    environment.enable()
    result = environment.run("-c", "import sys, %s; print('regraft._openssl' in sys.modules, '_socket' in sys.modules,"
                                   " 'regraft._boot' in sys.modules)" % name)
    assert result.out.strip() == "(True, False, False)", result


@pytest.mark.parametrize("first", ["hashlib", "ssl"])
def test_tls_is_whole_in_an_extension_that_is_imported_again(environment, first):
    # On 2.7 it is then a copy of what the first import had made, as in a second interpreter (mod_wsgi).
    environment.enable()
    result = environment.run("-c", RELOADED % first)
    assert result.out.strip() == "NO_CERTIFICATE_OR_CRL_FOUND", result


def test_a_context_of_the_extension_needs_no_import_of_ssl(environment):
    result = environment.run("-c", WITHOUT_THE_MODULE)
    assert result.out.strip() == "SSLWantReadError", result


def test_an_error_of_a_digest_has_openssls_text_though_tls_is_not_there(environment):
    environment.enable()
    result = environment.run("-c", UNKNOWN_REASON)
    assert "memory limit exceeded" in result.out, result


@pytest.mark.parametrize("name", ["ssl", "hashlib", "hmac", "random"])
def test_a_programs_own_bisect_does_the_modules_no_more_harm_than_stock_ones(environment, name, tmpdir):
    # CPython's own tests have one beside them up to 3.7, and 3.6's `random` does not look into it.
    tmpdir.join("bisect.py").write("")
    program = tmpdir.join("program.py")
    program.write("import %s\nprint('imported')\n" % name)
    stock = environment.run(str(program))
    environment.enable()
    ours = environment.run(str(program))
    assert ours.out == stock.out, ours
