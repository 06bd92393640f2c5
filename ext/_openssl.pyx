# cython: language_level=3str, binding=True, embedsignature=False, auto_pickle=False
# cython: boundscheck=True, wraparound=False, cdivision=True
"""OpenSSL for the overlay's `_ssl` and `_hashlib`: one extension, one error queue.

The parts are included in the order in which they need one another; what each may
hand to the others is written at its top.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t, uintptr_t
from libc.stddef cimport size_t
from libc.string cimport memcpy, memcmp, memset, strerror, strlen
from libc.errno cimport EISDIR, errno
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.ref cimport PyObject, Py_DECREF, Py_INCREF, Py_XDECREF

from openssl cimport *

cimport cython

# Declared here as the parts refer to each other both ways.
cdef class _SSLContext
cdef class _SSLSocket
cdef class MemoryBIO
cdef class SSLSession

include "buffers.pxi"
include "configuration.pxi"
include "errors.pxi"
include "constants.pxi"
include "certs.pxi"
include "callbacks.pxi"
include "stores.pxi"
include "places.pxi"
include "trust.pxi"
include "distrust.pxi"
include "defaults.pxi"
include "algorithms.pxi"
include "context.pxi"
include "bio.pxi"
include "session.pxi"
include "operation.pxi"
include "connection.pxi"
include "wrapping.pxi"
include "serving.pxi"
include "rand.pxi"
include "message.pxi"
include "entropy.pxi"
include "digest.pxi"
include "constructors.pxi"
include "mac.pxi"
include "keyed.pxi"
include "kdf.pxi"
include "blake2_rounds.pxi"
include "blake2.pxi"
