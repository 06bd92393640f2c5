"""os.urandom() and os.getrandom(): PEP 524's on hosts that lack them, the host's own elsewhere."""
from __future__ import absolute_import, division, print_function

import errno
import os
import pickle
import random
import signal
import subprocess
import sys
import tempfile
import threading
import uuid

import pytest

from regraft import _boot, _openssl

OURS = _boot.lacks_getrandom()
needs_ours = pytest.mark.skipif(not OURS, reason="this host has the system call itself, so its `os` stays as it is")
# Chosen around the sizes at which the way to the bytes changes.
SIZES = (0, 1, 16, 255, 256, 257, 2047, 2048, 2049, 100000)

# Lets the system call getrandom() fail in the process that runs it: argument 1 is the error's number.
SANDBOX = """
import ctypes, os, struct, sys
number = {"x86_64": 318, "aarch64": 278}[os.uname()[4]]
program = b"".join(struct.pack("HBBI", *row) for row in (
    (0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | int(sys.argv[1])), (0x06, 0, 0, 0x7FFF0000)))
text = ctypes.create_string_buffer(program, len(program))
filter = struct.pack("HP", len(program) // 8, ctypes.addressof(text))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, filter, 0, 0) == 0, os.strerror(ctypes.get_errno())
"""
sandboxed = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.uname()[4] not in ("x86_64", "aarch64"),
    reason="the filter of system calls is written for Linux on these machines")


def run_sandboxed(program, number):
    return subprocess.check_output(
        [sys.executable, "-c", SANDBOX + program, str(number)], stderr=subprocess.STDOUT).decode("ascii").split()


def test_os_has_our_functions_where_it_lacks_getrandom_and_its_own_elsewhere():
    assert (os.urandom is _openssl.urandom) == OURS
    assert (getattr(os, "getrandom", None) is _openssl.getrandom) == OURS


@pytest.mark.parametrize("size", SIZES)
def test_as_many_bytes_come_as_were_asked_for_and_never_the_same(size):
    first, second = os.urandom(size), _openssl.urandom(size)
    assert type(first) is type(second) is bytes
    assert len(first) == len(second) == size
    if size >= 16:
        assert first != second
    if size >= 2047:
        # That all 256 values occur fails once in 10 ** 600 at 100000 bytes, and 240 of them once in 10 ** 40 at 2047.
        assert len(set(bytearray(second))) >= 240


def test_the_last_bytes_are_written_too():
    for size in SIZES:
        if size >= 16:
            assert any(_openssl.urandom(size)[-8:].strip(b"\0") for _ in range(4))


@pytest.mark.parametrize("size, error", [(-1, ValueError), (1.5, TypeError), ("a", TypeError), (2 ** 70, OverflowError)])
def test_urandom_refuses_what_is_no_size(size, error):
    for function in (os.urandom, _openssl.urandom):
        with pytest.raises(error):
            function(size)


def test_urandom_takes_its_size_by_position_only():
    with pytest.raises(TypeError):
        os.urandom(size=1)


@pytest.mark.skipif(not _openssl.CAPABILITIES["GETRANDOM"], reason="a system without getrandom()")
def test_getrandom_takes_flags_and_says_what_the_system_says():
    assert len(_openssl.getrandom(16)) == 16
    assert len(_openssl.getrandom(size=16, flags=os.GRND_NONBLOCK)) == 16
    assert 0 < len(_openssl.getrandom(8, os.GRND_NONBLOCK | os.GRND_RANDOM)) <= 8
    assert _openssl.getrandom(0) == b""
    for size, flags in ((-1, 0), (1, 64), (1, -1)):
        with pytest.raises(OSError) as caught:
            _openssl.getrandom(size, flags)
        assert caught.value.errno == errno.EINVAL
    with pytest.raises(TypeError):
        _openssl.getrandom(1, 1.5)
    with pytest.raises(OverflowError):
        _openssl.getrandom(1, 2 ** 40)
    with pytest.raises(TypeError):
        _openssl.getrandom()


@needs_ours
def test_the_names_that_come_with_getrandom_are_there():
    assert (os.GRND_NONBLOCK, os.GRND_RANDOM) == (1, 2)
    assert set(("urandom", "getrandom", "GRND_NONBLOCK", "GRND_RANDOM")) <= set(os.__all__)
    assert len(os.__all__) == len(set(os.__all__))
    assert pickle.loads(pickle.dumps(os.urandom)) is os.urandom


def test_random_tempfile_and_uuid_draw_on_the_functions_of_os(monkeypatch):
    assert random._urandom is os.urandom
    assert issubclass(tempfile._Random, random.Random)
    monkeypatch.setattr(os, "urandom", lambda size: b"\xff" * size)
    assert str(uuid.uuid4()) == "ffffffff-ffff-4fff-bfff-ffffffffffff"


def test_signals_are_handled_while_bytes_are_drawn_and_the_bytes_come_whole():
    seen = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: seen.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        data = b""
        while not seen:
            data = _openssl.urandom(2 ** 24)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(data) == 2 ** 24
    assert data[-64:].strip(b"\0")


def test_an_exception_of_a_signal_handler_ends_the_drawing():
    class Enough(Exception):
        pass

    def give_up(number, frame):
        raise Enough()

    before = signal.signal(signal.SIGALRM, give_up)
    try:
        with pytest.raises(Enough):
            signal.setitimer(signal.ITIMER_REAL, 0.001)
            while True:
                _openssl.urandom(2 ** 24)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_no_file_descriptor_is_needed():
    program = (
        "import os, resource; from regraft._openssl import urandom, getrandom\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n"
        "os.closerange(3, 64)\n"
        "print(len(urandom(16)) + len(urandom(100000)) + len(getrandom(16)))\n")
    assert subprocess.check_output([sys.executable, "-c", program]).split() == [b"100032"]


def test_parent_and_children_share_no_output():
    # The first calls make the state that children would inherit.
    drawn = [_openssl.urandom(16) for _ in range(100)]
    for _ in range(8):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.write(writing, b"".join(_openssl.urandom(16) for _ in range(32)))
            os._exit(0)
        os.close(writing)
        drawn += [_openssl.urandom(16) for _ in range(32)]
        with os.fdopen(reading, "rb") as stream:
            data = stream.read()
        os.waitpid(child, 0)
        assert len(data) == 512
        drawn += [data[i:i + 16] for i in range(0, 512, 16)]
    assert len(set(drawn)) == len(drawn) == 100 + 8 * 64


def test_threads_share_no_output():
    drawn = []

    def draw():
        mine = [_openssl.urandom(16 if i % 7 else 4096) for i in range(2000)]
        drawn.extend(mine)

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == len(drawn) == 8000


@sandboxed
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
def test_without_the_system_call_urandom_reads_the_device_and_keeps_no_descriptor(number):
    program = (
        "from regraft._openssl import urandom\n"
        "before = sorted(os.listdir('/proc/self/fd'))\n"
        "for each in (len(urandom(16)), len(urandom(100000)), len(set([urandom(16) for _ in range(100)])),\n"
        "             sorted(os.listdir('/proc/self/fd')) == before):\n"
        "    print(each)\n")
    assert run_sandboxed(program, number) == ["16", "100000", "100", "True"]


@sandboxed
def test_getrandom_does_not_hide_that_the_system_call_is_missing():
    program = (
        "from regraft._openssl import getrandom\n"
        "try:\n"
        "    getrandom(16)\n"
        "except OSError as error:\n"
        "    print(error.errno)\n")
    assert run_sandboxed(program, errno.ENOSYS) == [str(errno.ENOSYS)]


@sandboxed
def test_a_pool_without_a_seed_is_an_error_for_who_does_not_want_to_wait():
    program = (
        "from regraft._openssl import getrandom\n"
        "try:\n"
        "    getrandom(16, 1)\n"
        "except OSError as error:\n"
        "    print(error.errno); print(type(error).__name__)\n")
    kind = "OSError" if sys.version_info[0] == 2 else "BlockingIOError"
    assert run_sandboxed(program, errno.EAGAIN) == [str(errno.EAGAIN), kind]


@sandboxed
def test_an_error_of_the_system_call_is_raised_and_not_hidden():
    program = (
        "from regraft._openssl import urandom\n"
        "try:\n"
        "    urandom(16)\n"
        "except OSError as error:\n"
        "    print(error.errno)\n")
    assert run_sandboxed(program, errno.EIO) == [str(errno.EIO)]
