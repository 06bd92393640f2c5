# The operating system's random generator: `os.urandom` and `os.getrandom` as PEP 524 has them, for hosts that
# lack them (`regraft.randomness` decides).
#
# No file descriptor is kept, so none can be closed, exhausted or inherited. After fork() parent and child draw
# from the kernel anew: nothing is buffered here, and the kernel empties the state of its generator in the vDSO.
#
# For the other parts: nothing.

from libc.errno cimport EACCES, EINTR, EINVAL, ENODEV, ENOENT, ENOSYS, ENXIO, EPERM
from cpython.exc cimport PyErr_CheckSignals

cdef enum:
    LONGEST_READ = 0x1000000  # bytes; between two reads signals are looked after

# Whether the kernel has answered once: from then on its pool has a seed, and no call waits.
cdef bint _is_seeded = False


cdef int fill_randomly(unsigned char *out, Py_ssize_t size) except -1:
    """Write `size` random bytes, waiting for the kernel's seed if need be."""
    global _is_seeded
    cdef Py_ssize_t got
    cdef int code = 0
    if _is_seeded and size < GIL_SIZE:
        if RG_fill_by_vdso(out, size):
            return 0
        if RG_getrandom(out, size, 0) == size:
            return 0
    while size > 0:
        with nogil:
            got = RG_getrandom(out, min(size, LONGEST_READ), 0)
            if got < 0:
                code = errno
        if got < 0:
            if code == EINTR:
                PyErr_CheckSignals()
                continue
            if code == ENOSYS or code == EPERM:
                # A kernel before 3.17, or a sandbox written before there was the system call.
                return fill_from_device(out, size)
            raise_os_error(code)
        out += got
        size -= got
        if not _is_seeded:
            _is_seeded = True
            RG_prepare_vdso()
    return 0


cdef int fill_from_device(unsigned char *out, Py_ssize_t size) except -1:
    cdef Py_ssize_t got
    cdef int device, code = 0
    while True:
        with nogil:
            device = RG_open_device()
            if device < 0:
                code = errno
        if device >= 0:
            break
        if code in (ENOENT, ENXIO, ENODEV, EACCES):
            raise NotImplementedError("/dev/urandom (or equivalent) not found")
        if code != EINTR:
            raise_os_error(code)
        PyErr_CheckSignals()
    try:
        while size > 0:
            with nogil:
                got = RG_read_device(device, out, min(size, LONGEST_READ))
                if got < 0:
                    code = errno
            if got < 0:
                if code != EINTR:
                    raise_os_error(code)
                PyErr_CheckSignals()
                continue
            if got == 0:
                raise RuntimeError("Failed to read %d bytes from /dev/urandom" % size)
            out += got
            size -= got
    finally:
        RG_close_device(device)
    return 0


cdef int raise_os_error(int number) except -1:
    # On 3.x OSError makes a BlockingIOError and its kind of the number.
    raise OSError(number, native_from_c(strerror(number)))


@cython.binding(False)
def urandom(Py_ssize_t size, /):
    """urandom(size, /)
--

Return random bytes for cryptography from the operating system.

Waits, early in the life of a machine, until the kernel's generator has its seed.

Args: size (int), how many bytes.
Raises: ValueError for less than 0; NotImplementedError where the system has no generator.
Since: 2.4; the waiting since 3.6; Source: os, PEP 524."""
    cdef bytes out
    if size < 0:
        raise ValueError("size cannot be negative")
    out = PyBytes_FromStringAndSize(NULL, size)
    fill_randomly(<unsigned char *>PyBytes_AS_STRING(out), size)
    return out


@cython.binding(False)
def getrandom(Py_ssize_t size, flags=0):
    """getrandom(size, flags=0)
--

Return up to `size` random bytes from the system call of that name.

Args:
    size (int): how many bytes; may be fewer than asked for.
    flags (int): GRND_RANDOM, GRND_NONBLOCK.
Raises: OSError; with GRND_NONBLOCK BlockingIOError (OSError with EAGAIN on 2.7) instead of waiting.
Since: 3.6; Source: os, getrandom(2)."""
    cdef int options = int_argument(flags)
    cdef Py_ssize_t got
    cdef int code = 0
    cdef bytes out
    cdef unsigned char *start
    if size < 0:
        raise_os_error(EINVAL)
    out = PyBytes_FromStringAndSize(NULL, size)
    start = <unsigned char *>PyBytes_AS_STRING(out)
    while True:
        with nogil:
            got = RG_getrandom(start, size, options)
            if got < 0:
                code = errno
        if got >= 0:
            return out if got == size else out[:got]
        if code != EINTR:
            raise_os_error(code)
        PyErr_CheckSignals()


belong_to("os", (urandom, getrandom))
