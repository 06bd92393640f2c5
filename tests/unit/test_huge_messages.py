"""Messages longer than 4 GiB, where sizes of 32 bits end; on request, as they take minutes."""
from __future__ import absolute_import, division, print_function

import hashlib
import hmac
import mmap
import os

import pytest


HUGE = 5 * 2 ** 30


@pytest.mark.skipif(not os.environ.get("REGRAFT_TEST_HUGE"), reason="5 GiB take minutes: set REGRAFT_TEST_HUGE=1")
@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512", "blake2b"])
def test_five_gibibytes_at_once_are_hashed_whole(name, tmpdir):
    # Zeros that take no memory: a file without blocks.
    with open(str(tmpdir.join("zeros")), "wb+") as stream:
        stream.truncate(HUGE)
        data = mmap.mmap(stream.fileno(), HUGE, prot=mmap.PROT_READ)
        try:
            at_once = hashlib.new(name)
            at_once.update(data)
            in_parts = hashlib.new(name)
            for _ in range(HUGE // 2 ** 26):
                in_parts.update(b"\0" * 2 ** 26)
            assert at_once.digest() == in_parts.digest()
            assert hmac.digest(b"key", data, name) == hmac.new(b"key", data, name).digest()
        finally:
            data.close()
