"""SHA-256, of `hashlib` where that has it, else of our own.

`hashlib` of a 2.7 that was built without OpenSSL's headers, or with an OpenSSL that went away, may have no `sha256`. Ours
takes some seconds for a wheel; that is better than a wheel that nobody checked.
"""
from __future__ import absolute_import, division, print_function

import base64
import binascii
import struct

MASK = 0xFFFFFFFF


def find_function():
    """Return `hashlib.sha256`, or None if this Python has none that works."""
    # hashlib of 2.7 prints a traceback through logging for each algorithm that it does not find.
    import logging
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        import hashlib
        hashlib.sha256(b"").digest()
        return hashlib.sha256
    except (ImportError, AttributeError, ValueError):
        # ImportError: a regraft that is enabled and broken. ValueError: a library that does not want to.
        return None
    finally:
        logging.disable(before)


_native = find_function()


def is_slow():
    """Tell whether this Python has no SHA-256 of its own."""
    return _native is None


def digest(data):
    """Return the SHA-256 of bytes, as 32 bytes."""
    return _native(data).digest() if _native else compute(data)


def show_hex(data):
    """Return the SHA-256 of bytes as 64 hexadecimal digits, as `sha256sum` writes it."""
    return binascii.hexlify(digest(data)).decode("ascii")


def show_record(data):
    """Return the SHA-256 of bytes as a RECORD has it: `sha256=`, then base64 without padding."""
    return "sha256=" + base64.urlsafe_b64encode(digest(data)).rstrip(b"=").decode("ascii")


def _list_primes(count):
    found, candidate = [], 2
    while len(found) < count:
        if all(candidate % each for each in found):
            found.append(candidate)
        candidate += 1
    return found


def _take_root(number, power):
    """Return the first 32 bits after the point of a root of a small integer."""
    wanted = number << (32 * power)
    low, high = 0, 1 << 40
    while high - low > 1:
        middle = (low + high) // 2
        if middle ** power <= wanted:
            low = middle
        else:
            high = middle
    return low & MASK


# FIPS 180-4, 4.2.2 and 5.3.3: from the cube roots of the first 64 primes and the square roots of the first eight.
_ROUNDS = [_take_root(each, 3) for each in _list_primes(64)]
_START = [_take_root(each, 2) for each in _list_primes(8)]


def compute(data):
    """Return the SHA-256 of bytes without `hashlib` (FIPS 180-4, 6.2)."""
    size = len(data)
    data += b"\x80" + b"\0" * ((55 - size) % 64) + struct.pack(">Q", size * 8)
    state = list(_START)
    unpack = struct.Struct(">16I").unpack_from
    for at in range(0, len(data), 64):
        words = list(unpack(data, at))
        for index in range(16, 64):
            one, two = words[index - 15], words[index - 2]
            words.append((words[index - 16] + words[index - 7]
                          + ((one >> 7 | one << 25) ^ (one >> 18 | one << 14) ^ one >> 3) % 0x100000000
                          + ((two >> 17 | two << 15) ^ (two >> 19 | two << 13) ^ two >> 10) % 0x100000000) & MASK)
        a, b, c, d, e, f, g, h = state
        for constant, word in zip(_ROUNDS, words):
            # The shifts to the left run over 32 bits; only the last 32 are kept.
            first = h + (((e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7)) & MASK) \
                + (e & f ^ ~e & g) + constant + word
            second = (((a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10)) & MASK) + (a & b ^ a & c ^ b & c)
            a, b, c, d, e, f, g, h = (first + second) & MASK, a, b, c, (d + first) & MASK, e, f, g
        state = [(old + new) & MASK for old, new in zip(state, (a, b, c, d, e, f, g, h))]
    return struct.pack(">8I", *state)
