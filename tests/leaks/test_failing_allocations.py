"""When memory runs out in a handshake that has to be refused, it is refused."""
from __future__ import absolute_import, division, print_function

import os
import re
import subprocess
import sys

import pytest

import regraft

# One allocation of the library's in each handshake fails, another one each time. Memory functions can
# be set before the library's first allocation only, hence a process of its own.
FAILING = r'''
import ctypes, os, signal, sys
signal.alarm(120)
package, library, certs = sys.argv[1:4]
sys.path.insert(0, package)
libc, libcrypto = ctypes.CDLL(None), ctypes.CDLL(library)
pointer, size, where, line = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_int
for name, result, arguments in (("malloc", pointer, [size]), ("realloc", pointer, [pointer, size]), ("free", None, [pointer])):
    getattr(libc, name).restype, getattr(libc, name).argtypes = result, arguments
count, fatal = [0], [-1]


def fails():
    count[0] += 1
    return count[0] == fatal[0]


functions = (ctypes.CFUNCTYPE(pointer, size, where, line)(lambda n, f, l: None if fails() else libc.malloc(n)),
             ctypes.CFUNCTYPE(pointer, pointer, size, where, line)(lambda p, n, f, l: None if fails() else libc.realloc(p, n)),
             ctypes.CFUNCTYPE(None, pointer, where, line)(lambda p, f, l: libc.free(p)))
assert libcrypto.CRYPTO_set_mem_functions(*functions) == 1
from regraft import _openssl as tls
'''

PROGRAM = FAILING + r'''
steps, certificates = int(sys.argv[4]), sys.argv[5:]


class Link(object):
    """A client that has all it needs to judge the server."""

    def __init__(self, client, server):
        to_client, from_client, to_server, from_server = [tls.MemoryBIO() for _ in range(4)]
        self.client = client._wrap_bio(to_client, from_client, False, "localhost")
        self.server = server._wrap_bio(to_server, from_server, True)
        self.ways = {self.client: (from_client, to_server), self.server: (from_server, to_client)}
        self.go_on(self.client)
        self.go_on(self.server)

    def go_on(self, end):
        """Whether the handshake is over for one end."""
        try:
            end.do_handshake()
            return True
        except tls.SSLWantReadError:
            return False
        finally:
            source, target = self.ways[end]
            target.write(source.read())

    def is_refused(self):
        # OpenSSL may lose the name to check with the allocation: then it is missed at the end.
        for _ in range(4):
            try:
                if self.go_on(self.client):
                    return False
            except (tls.SSLError, MemoryError):
                return True
            fatal[0] = -1
            self.go_on(self.server)
        raise AssertionError("the handshake does not end")


for version in (tls.PROTO_TLSv1_2, tls.PROTO_TLSv1_3):
    for certificate in certificates:
        client, server = tls._SSLContext(tls.PROTOCOL_TLS_CLIENT), tls._SSLContext(tls.PROTOCOL_TLS_SERVER)
        client.minimum_version = client.maximum_version = version
        client.load_verify_locations(os.path.join(certs, "ca.pem"))
        server.load_cert_chain(os.path.join(certs, certificate))
        turn, allocations, refused = 0, 1, 0
        while turn < allocations:
            link = Link(client, server)
            before = count[0]
            fatal[0] = before + turn if turn else -1
            assert link.is_refused(), "allocation %d failed, and the server was taken" % turn
            refused += 1
            fatal[0] = -1
            if not turn:
                allocations = count[0] - before
                step = max(1, allocations // steps)
            turn += step
        sys.stdout.write("%d\n" % refused)
sys.stdout.flush()
os._exit(0)  # the library's own end would call the functions when they are gone
'''


def _libcrypto():
    with open("/proc/self/maps") as stream:
        return sorted(set(re.findall(r"\s(/\S*/libcrypto\.so\S*)", stream.read())))


needs_libcrypto = pytest.mark.skipif(
    not os.path.exists("/proc/self/maps") or not _libcrypto(),
    reason="OpenSSL is linked statically, or its file is not to be found")


def run(program, certs, arguments):
    """Run a program that begins with FAILING. Returns: what it printed (bytes)."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(regraft.__file__)))
    process = subprocess.Popen([sys.executable, "-c", program, package, _libcrypto()[0], certs] + arguments,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate()
    assert process.returncode == 0, err.decode("utf-8", "replace")
    return out


def refuse_while_memory_fails(certs, certificates):
    """Shake hands with servers that are to be refused, each time with another allocation that fails.

    Args: certs (str); certificates (list of str), names of files with a server's key and chain.
    Returns: list of int: how often each was refused, with TLS 1.2 and with TLS 1.3.
    Raises: AssertionError if one was not.
    """
    out = run(PROGRAM, certs, ["40"] + certificates)
    return [int(each) for each in out.split()]


@needs_libcrypto
def test_no_failed_allocation_lets_in_who_is_to_be_refused(certs):
    refused = refuse_while_memory_fails(certs, ["wronghost.pem", "untrusted.pem"])
    assert len(refused) == 4 and min(refused) >= 40


# SSL_new() itself, and what is set in a new connection.
MAKING = FAILING + r'''
client, server = tls._SSLContext(tls.PROTOCOL_TLS_CLIENT), tls._SSLContext(tls.PROTOCOL_TLS_SERVER)
server.load_cert_chain(os.path.join(certs, "localhost.pem"))


def make(fatal_one):
    """How many allocations it takes to make both ends; 0 if the failure of one was reported."""
    before = count[0]
    fatal[0] = before + fatal_one if fatal_one else -1
    try:
        ends = [client._wrap_bio(tls.MemoryBIO(), tls.MemoryBIO(), False, "localhost"),
                server._wrap_bio(tls.MemoryBIO(), tls.MemoryBIO(), True)]
        made = count[0] - before
        assert [each.context for each in ends] == [client, server]
        return made
    except (tls.SSLError, MemoryError):
        return 0
    finally:
        fatal[0] = -1


make(0)
allocations = make(0)
reported = sum(1 for turn in range(1, allocations + 1) if not make(turn))
assert make(0) == allocations
sys.stdout.write("%d %d" % (allocations, reported))
sys.stdout.flush()
os._exit(0)
'''


@needs_libcrypto
def test_a_connection_for_which_there_is_no_memory_is_an_exception(certs):
    # gh-144833: it was read after it had been freed.
    allocations, reported = map(int, run(MAKING, certs, []).split())
    assert allocations > 10 and reported > allocations // 2
