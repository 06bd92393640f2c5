# OpenSSL's random generator, as `_ssl` offers it.
#
# For the other parts: nothing.

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize

from evp cimport *


@cython.binding(False)
def RAND_add(string, double entropy, /):
    """RAND_add(string, entropy, /)
--

Mix bytes into the state of OpenSSL's generator, which seeds itself without them.

Args:
    string (bytes-like or str).
    entropy (float): a lower bound of the randomness in it, in bytes.
Since: 2.6."""
    cdef Py_buffer view
    cdef Py_ssize_t done = 0
    cdef int step
    if not RG_HASHES_TAKE_TEXT and isinstance(string, unicode):
        string = (<unicode>string).encode("utf-8")
    get_buffer(string, &view)
    try:
        while done < view.len:
            step = <int>min(view.len - done, 0x7FFFFFFF)
            RAND_add_bytes(<const char *>view.buf + done, step, entropy)
            done += step
    finally:
        PyBuffer_Release(&view)


@cython.binding(False)
def RAND_bytes(Py_ssize_t n, /):
    """RAND_bytes(n, /)
--

Return random bytes for cryptography.

Args: n (int), how many.
Raises: ValueError for less than 0; SSLError if the generator has no seed.
Since: 3.3."""
    cdef bytes out
    cdef unsigned char *start
    cdef int step
    if n < 0:
        raise ValueError("num must be positive")
    if n > 0x7FFFFFFF:
        raise OverflowError("Python int too large to convert to C int")
    out = PyBytes_FromStringAndSize(NULL, n)
    start = <unsigned char *>PyBytes_AS_STRING(out)
    ERR_clear_error()
    # With the GIL held: the child of a fork() that another thread does meanwhile would wait for ever for OpenSSL's
    # lock of the generator. Between two steps the other threads have their turn.
    while n > 0:
        step = <int>min(n, 0x10000)
        if RAND_fill(start, step) != 1:
            raise_crypto_error(SSLError, "OpenSSL's random generator has no seed")
        start += step
        n -= step
        if n > 0:
            with nogil:
                pass
    return out


@cython.binding(False)
def RAND_pseudo_bytes(Py_ssize_t n, /):
    """RAND_pseudo_bytes(n, /)
--

Return `(RAND_bytes(n), True)`: OpenSSL has had one quality of random bytes since 1.1.0.

Since: 3.3, removed in 3.12."""
    return RAND_bytes(n), True


@cython.binding(False)
def RAND_status():
    """RAND_status()
--

Return whether OpenSSL's generator has its seed (bool; int on 2.7).

Since: 2.6."""
    cdef int status = RAND_is_seeded()
    if RG_HASHES_TAKE_TEXT:
        return status
    return status == 1


belong_to("_ssl", (RAND_add, RAND_bytes, RAND_pseudo_bytes, RAND_status))
