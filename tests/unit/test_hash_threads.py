"""Other threads run while a message of 2 KiB or more is hashed, and not before; no clock is asked."""
from __future__ import absolute_import, division, print_function

import hashlib
import hmac
import os
import subprocess
import sys

import pytest

from regraft import _openssl
from regraft._compat import PY2

if PY2:
    from thread import start_new_thread
else:
    from _thread import start_new_thread

LONG, SHORT = b"m" * 2048, b"m" * 2047

CALLS = {
    "sha256": lambda data: hashlib.sha256(data),
    "sha256 update": hashlib.sha256().update,
    "sha3_256": lambda data: hashlib.sha3_256(data),
    "sha3_256 update": hashlib.sha3_256().update,
    "shake_128 update": hashlib.shake_128().update,
    "blake2b": lambda data: hashlib.blake2b(data),
    "blake2s update": hashlib.blake2s().update,
    "hmac sha256 update": hmac.new(b"key", digestmod="sha256").update,
    "hmac sha3_256 update": hmac.new(b"key", digestmod="sha3_256").update,
    "hmac.digest sha256": lambda data: hmac.digest(b"key", data, "sha256"),
    "hmac.digest sha3_256": lambda data: hmac.digest(b"key", data, "sha3_256"),
}


@pytest.fixture
def unswitched():
    """The interpreter itself takes the GIL from nobody, so only a call that gives it up lets others run."""
    if PY2:
        before, change, never = sys.getcheckinterval(), sys.setcheckinterval, 2 ** 31 - 1
    else:
        before, change, never = sys.getswitchinterval(), sys.setswitchinterval, 10 ** 6
    change(never)
    yield
    change(before)


def runs_beside(call, data, most):
    """Whether another thread runs while `call(data)` is called up to `most` times."""
    seen = []
    start_new_thread(seen.append, (1,))
    for _ in range(most):
        call(data)
        if seen:
            return True
    return False


@pytest.mark.parametrize("name", sorted(CALLS))
def test_another_thread_runs_beside_a_long_message_and_not_beside_a_short_one(unswitched, name):
    assert not runs_beside(CALLS[name], SHORT, 50)
    # The thread needs a processor too, hence many tries.
    assert runs_beside(CALLS[name], LONG, 100000)


def test_another_thread_runs_beside_many_random_bytes(unswitched):
    _openssl.urandom(16)
    assert not runs_beside(_openssl.urandom, 16, 50)
    assert runs_beside(_openssl.urandom, 4096, 100000)


def test_another_thread_runs_beside_the_making_of_a_key(unswitched):
    assert runs_beside(lambda salt: hashlib.pbkdf2_hmac("sha256", b"password", salt, 100), os.urandom(16), 100000)
    assert runs_beside(lambda salt: hashlib.scrypt(b"password", salt=salt, n=16, r=8, p=1), os.urandom(16), 100000)


FIRST_USE = """
import hashlib, hmac, sys, threading
names, wrong, here, THREADS = sorted(hashlib.algorithms_available), [], [0], 8
door = threading.Lock()
door.acquire()

def use():
    here[0] += 1
    with door:
        pass
    for name in names:
        try:
            hashlib.new(name, b"x" * 4096)
            hmac.new(b"key", b"x" * 4096, name)
        except ValueError:  # not for HMAC, or not in this configuration
            pass
        except BaseException as error:
            wrong.append((name, error))

threads = [threading.Thread(target=use) for _ in range(THREADS)]
for each in threads:
    each.start()
door.release()
for each in threads:
    each.join(60)
assert not wrong and not any(each.is_alive() for each in threads), wrong
assert len(names) > 10 and here == [THREADS]
"""


def test_threads_may_use_digests_for_the_first_time_at_once():
    # gh-149816: it ended the process. Only a new process has not used them yet.
    for _ in range(5):
        subprocess.check_call([sys.executable, "-c", FIRST_USE])
