"""Threads that are inside OpenSSL when the interpreter ends, and what its last steps can still do."""
from __future__ import absolute_import, division, print_function

import ctypes

import pytest

from isolation import output_of
from regraft import _openssl

CONNECTION = """
import ctypes, os, socket, ssl, threading, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
ours, theirs = socket.socketpair()
if not isinstance(ours, socket.socket):  # 2.7 gives the system's sockets
    ours = socket.socket(_sock=ours)

def connect(callback, seconds):
    context._msg_callback = callback
    end = context.wrap_socket(ours, do_handshake_on_connect=False)
    end.settimeout(seconds)
    return end

def start(work):
    thread = threading.Thread(target=work)
    thread.daemon = True
    thread.start()
"""
LIBRARY_IS_SHARED = hasattr(ctypes.CDLL(_openssl.__file__), "OPENSSL_atexit")


@pytest.mark.skipif(not LIBRARY_IS_SHARED, reason="a static OpenSSL is not to be reached from outside")
def test_openssl_is_not_taken_down_under_threads_that_use_it():
    # OPENSSL_cleanup() calls what is registered here, which would end the process by a signal.
    out, err = output_of("""
import ctypes, ssl
assert ctypes.CDLL(sys.argv[1]).OPENSSL_atexit(ctypes.CDLL(None).abort) == 1
print('done')""", _openssl.__file__)
    assert (out, err) == ("done\n", "")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "on_exit"), reason="exit() cannot be made to wait without on_exit()")
@pytest.mark.parametrize("seconds", ["None", "60"], ids=["blocking", "with a time-out"])
def test_a_callback_that_comes_after_the_interpreters_end_does_not_crash(seconds):
    # exit(2) waits 2 seconds after Py_Finalize(); within them the peer's alert comes and the callback with it.
    output_of(CONNECTION + """
end = connect(lambda *unused: None, %s)
if os.fork() == 0:
    time.sleep(1)
    os.write(theirs.fileno(), b'\\x15\\x03\\x01\\x00\\x02\\x02\\x28')
    os._exit(0)
start(end.do_handshake)
time.sleep(0.2)
library = ctypes.CDLL(None)
library.on_exit(library.sleep, None)
sys.exit(2)""" % seconds, status=2)


def test_a_finalizer_does_not_wait_for_a_thread_that_ended_inside_a_handshake():
    out, _err = output_of(CONNECTION + """
entered = threading.Event()
def stay(*unused):
    entered.set()
    time.sleep(100)
end = connect(stay, 50)

class Last(object):
    def __init__(self):
        self.connection, self.error, self.write = end._sslobj, Exception, os.write
    def __del__(self):
        self.connection.cipher()
        try:
            self.connection.do_handshake()
        except self.error:
            self.write(1, b'refused')

sys.last = Last()
start(end.do_handshake)
entered.wait()""")
    assert out == "refused"


@pytest.mark.parametrize("make", ["hashlib.sha256()", "hashlib.blake2b()", "hmac.new(b'k', b'', 'sha256')"])
def test_a_finalizer_does_not_wait_for_a_thread_that_ended_inside_a_hash(make):
    out, _err = output_of("""
import hashlib, hmac, os, threading, time
class Last(object):
    def __init__(self):
        self.made, self.write = %s, os.write
        self.made.update(bytearray(10000))
    def __del__(self):
        self.made.copy().digest()
        self.write(1, b'done')
sys.last = Last()  # `sys` is taken apart on every host
def work(update=sys.last.made.update, much=bytearray(100000000)):
    ready.set()
    update(much)
ready = threading.Event()
thread = threading.Thread(target=work)
thread.daemon = True
thread.start()
ready.wait()
time.sleep(0.01)""" % make)
    assert out == "done"
