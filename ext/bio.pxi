# MemoryBIO: encrypted bytes in memory, between a connection and whatever carries them.
#
# A connection reads and writes here without the GIL while other threads call read()
# and write() with it. OpenSSL's own memory BIO has no lock (stock Python corrupts its
# memory then), so the bytes lie in a pool of ours, behind a BIO of ours. The lock is
# held while bytes are copied and never longer.
#
# What a large write() of a connection makes is mostly read whole and at once: asyncio
# does so. lend_room() has such bytes put into the object that read() then returns, which
# saves copying them and growing the pool. A pool that bytes are read from in pieces, or
# that needs more, goes on with memory of its own. Only who has the GIL makes, gives away
# or drops an object. None is made where nobody called read() since the last one: a BIO
# between two connections would keep it, as OpenSSL takes the bytes without the GIL.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.pythread cimport (
    NOWAIT_LOCK, PyThread_acquire_lock, PyThread_allocate_lock, PyThread_get_thread_ident, PyThread_release_lock,
    PyThread_type_lock, WAIT_LOCK)
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memmove

# Cython's own declaration asks for a GIL that freeing does not need.
cdef extern from "pythread.h" nogil:
    void free_lock "PyThread_free_lock"(PyThread_type_lock lock)
    void drop_object "Py_XDECREF"(PyObject *found)

cdef struct Pool:
    PyThread_type_lock lock
    char *data
    size_t start
    size_t end
    size_t capacity
    bint ended
    PyObject *lent   # a bytes object or NULL
    bint in_lent     # `data` is the inside of `lent`, and not allocated
    bint asked       # read() was called since the last object was made

cdef enum:
    # What an empty pool keeps for the next bytes: some records.
    _POOL_KEEPS = 65536


cdef size_t _waiting(Pool *pool) noexcept nogil:
    cdef size_t size
    PyThread_acquire_lock(pool.lock, WAIT_LOCK)
    size = pool.end - pool.start
    PyThread_release_lock(pool.lock)
    return size


cdef size_t _take(Pool *pool, char *target, size_t size, bint *ended) noexcept nogil:
    """Move at most `size` bytes out of the pool; how many, and whether more can come."""
    PyThread_acquire_lock(pool.lock, WAIT_LOCK)
    if size > pool.end - pool.start:
        size = pool.end - pool.start
    if size > 0:  # memcpy wants two addresses even for nothing, and an empty pool may have none
        memcpy(target, pool.data + pool.start, size)
    pool.start += size
    ended[0] = pool.ended
    if pool.start == pool.end:
        pool.start = pool.end = 0
        if pool.capacity > _POOL_KEEPS and not pool.in_lent:
            free(pool.data)
            pool.data = NULL
            pool.capacity = 0
    PyThread_release_lock(pool.lock)
    return size


cdef bint _make_room(Pool *pool, size_t size) noexcept nogil:
    cdef size_t capacity = pool.capacity
    cdef char *data
    if size <= capacity - pool.end:
        return True
    if pool.start > 0:
        memmove(pool.data, pool.data + pool.start, pool.end - pool.start)
        pool.end -= pool.start
        pool.start = 0
    if size <= capacity - pool.end:
        return True
    if size > (<size_t>-1) // 4 or capacity > (<size_t>-1) // 4:
        return False
    capacity = max(2 * capacity, pool.end + size, <size_t>1024)
    return _reallocate(pool, capacity)


cdef bint _reallocate(Pool *pool, size_t capacity) noexcept nogil:
    """Have the pool's bytes, from the first one of `data` on, in allocated memory of that size."""
    cdef char *data = <char *>realloc(NULL if pool.in_lent else pool.data, capacity)
    if data == NULL:
        return False
    if pool.in_lent:
        memcpy(data, pool.data, pool.end)
        pool.in_lent = False
    pool.data = data
    pool.capacity = capacity
    return True


cdef bint _put(Pool *pool, const char *source, size_t size) noexcept nogil:
    """Add all bytes, or none when memory runs out."""
    cdef bint done
    PyThread_acquire_lock(pool.lock, WAIT_LOCK)
    done = _make_room(pool, size)
    if done and size > 0:
        memcpy(pool.data + pool.end, source, size)
        pool.end += size
    PyThread_release_lock(pool.lock)
    return done


cdef PyObject *_end_lending(Pool *pool) noexcept nogil:
    """The object that no byte of the pool lies in any more, or NULL."""
    cdef PyObject *lent = pool.lent
    if pool.in_lent:
        if pool.start < pool.end:
            return NULL
        pool.in_lent = False
        pool.data = NULL
        pool.start = pool.end = pool.capacity = 0
    pool.lent = NULL
    return lent


cdef int lend_room(Pool *pool, size_t size) except -1:
    """Let the next `size` bytes lie in an object that read() can return, if the pool is empty."""
    cdef PyObject *lent
    cdef PyObject *old = NULL
    if not pool.asked or _waiting(pool):
        return 0
    pool.asked = False
    lent = RawBytes(NULL, <Py_ssize_t>size)
    PyThread_acquire_lock(pool.lock, WAIT_LOCK)
    if pool.start == pool.end:
        old = _end_lending(pool)
        free(pool.data)
        pool.lent = lent
        pool.in_lent = True
        pool.data = PyBytes_AS_STRING(<object>lent)
        pool.capacity = size
        pool.start = pool.end = 0
    else:  # another connection was faster
        old = lent
    PyThread_release_lock(pool.lock)
    Py_XDECREF(old)
    return 0


cdef PyObject *_give_lent(Pool *pool, size_t size) noexcept nogil:
    """The object with the next `size` bytes in it, if they are all of the pool; else NULL."""
    cdef PyObject *lent = pool.lent
    # Where few bytes came, as when a write failed, a copy of them is better than cutting off the rest.
    if not pool.in_lent or pool.start or size != pool.end or size < pool.capacity // 2:
        return NULL
    pool.start = pool.end
    return _end_lending(pool)


# ---- what OpenSSL calls ---------------------------------------------------------

cdef int _read_pool(BIO *bio, char *target, int size) noexcept nogil:
    cdef bint ended = False
    cdef size_t done
    BIO_clear_retry_flags(bio)
    if target == NULL or size <= 0:
        return 0
    done = _take(<Pool *>BIO_get_data(bio), target, <size_t>size, &ended)
    if done == 0 and not ended:
        # Nothing yet: without this OpenSSL would take it for the end.
        BIO_set_retry_read(bio)
        return -1
    return <int>done


cdef int _write_pool(BIO *bio, const char *source, int size) noexcept nogil:
    if source == NULL or size <= 0:
        return 0
    if _put(<Pool *>BIO_get_data(bio), source, <size_t>size):
        # The flags may be those of a read of another connection, who has not looked at them yet.
        return size
    BIO_clear_retry_flags(bio)
    return -1


cdef long _control_pool(BIO *bio, int command, long number, void *pointer) noexcept nogil:
    if command == BIO_CTRL_PENDING:
        return <long>_waiting(<Pool *>BIO_get_data(bio))
    if command == BIO_CTRL_EOF:
        return _waiting(<Pool *>BIO_get_data(bio)) == 0
    return command == BIO_CTRL_FLUSH or command == BIO_CTRL_DUP


cdef int _destroy_pool(BIO *bio) noexcept nogil:
    cdef Pool *pool = <Pool *>BIO_get_data(bio)
    if pool != NULL:
        if pool.lock != NULL:
            free_lock(pool.lock)
        if not pool.in_lent:
            free(pool.data)
        # The last one to let the BIO go is an object's end, so the GIL is held.
        drop_object(pool.lent)
        free(pool)
    return 1


cdef BIO_METHOD *_pool_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, b"MemoryBIO")
if (_pool_method == NULL or not BIO_meth_set_read(_pool_method, _read_pool)
        or not BIO_meth_set_write(_pool_method, _write_pool)
        or not BIO_meth_set_ctrl(_pool_method, _control_pool)
        or not BIO_meth_set_destroy(_pool_method, _destroy_pool)):
    raise_ssl_error()


# ---- what Python sees -------------------------------------------------------------

@cython.final
cdef class MemoryBIO:
    """A buffer in memory that a connection reads from or writes to.

    Since: 3.5; not in 2.7.
    Source: ssl documentation, "Memory BIO Support".
    """
    cdef BIO *bio
    cdef Pool *pool

    def __cinit__(self, *args, **keywords):
        self.bio = NULL
        self.pool = NULL
        if args:
            raise TypeError("MemoryBIO() takes no positional arguments")
        if keywords:
            raise TypeError("MemoryBIO() takes no keyword arguments")
        clear_errors()
        self.bio = BIO_new(_pool_method)
        if self.bio == NULL:
            raise_ssl_error("failed to allocate BIO")
        self.pool = <Pool *>calloc(1, sizeof(Pool))
        if self.pool == NULL:
            raise MemoryError()
        # From here on the BIO frees the pool: a connection may outlive this object.
        BIO_set_data(self.bio, self.pool)
        BIO_set_init(self.bio, 1)
        self.pool.lock = PyThread_allocate_lock()
        if self.pool.lock == NULL:
            raise MemoryError()

    def __reduce_ex__(self, protocol, /):
        refuse_to_pickle("_ssl.MemoryBIO")

    def __dealloc__(self):
        # Without the lock: in the child of a fork() a thread that is not there may have it.
        if self.pool != NULL:
            self.pool.asked = False
        if self.bio != NULL:
            BIO_free(self.bio)

    @property
    def pending(self):
        """How many bytes wait to be read (int)."""
        return <Py_ssize_t>_waiting(self.pool)

    @property
    def eof(self):
        """True when write_eof() was called and everything has been read (bool)."""
        return bool(self.pool.ended) and _waiting(self.pool) == 0

    @cython.binding(False)
    def read(self, Py_ssize_t size=-1, /):
        """read($self, size=-1, /)\n--\n\nTake bytes out of the buffer.

        Args:
            size: at most so many bytes; negative for all there are.
        Returns: bytes, empty when there are none.
        Since: 3.5. Source: ssl documentation, MemoryBIO.read.
        """
        cdef Py_ssize_t waiting, done
        cdef PyObject *lent
        cdef bytes data
        cdef bint ended = False
        if size > INT_MAX:
            raise OverflowError("Python int too large to convert to C int")
        PyThread_acquire_lock(self.pool.lock, WAIT_LOCK)
        waiting = <Py_ssize_t>(self.pool.end - self.pool.start)
        if size < 0 or size > waiting:
            size = waiting
        self.pool.asked = True
        lent = _give_lent(self.pool, <size_t>size)
        PyThread_release_lock(self.pool.lock)
        if lent != NULL:
            if size != PyBytes_GET_SIZE(<object>lent):
                _PyBytes_Resize(&lent, size)
            data = <bytes>lent
            Py_DECREF(data)
            return data
        if size == 0:
            return b""
        data = PyBytes_FromStringAndSize(NULL, size)
        done = <Py_ssize_t>_take(self.pool, PyBytes_AS_STRING(data), <size_t>size, &ended)
        if self.pool.lent != NULL:  # who has the GIL may ask without the lock
            PyThread_acquire_lock(self.pool.lock, WAIT_LOCK)
            lent = _end_lending(self.pool)
            PyThread_release_lock(self.pool.lock)
            Py_XDECREF(lent)
        # Another thread may have been faster.
        return data if done == size else data[:done]

    @cython.binding(False)
    def write(self, b, /):
        """write($self, b, /)\n--\n\nPut bytes into the buffer.

        Args:
            b: bytes, or any object that lends contiguous memory.
        Returns: the number of bytes written (int), always all of them.
        Raises: SSLError after write_eof().
        Since: 3.5. Source: ssl documentation, MemoryBIO.write.
        """
        cdef Py_buffer view
        cdef Py_ssize_t size
        cdef bint done
        get_buffer(b, &view)
        try:
            size = view.len
            if size > INT_MAX:
                raise OverflowError("string longer than %d bytes" % INT_MAX)
            if self.pool.ended:
                raise SSLError("cannot write() after write_eof()")
            done = _put(self.pool, <const char *>view.buf, <size_t>size)
        finally:
            PyBuffer_Release(&view)
        if not done:
            raise MemoryError()
        return size

    def write_eof(self):
        """Say that no more bytes will come: an empty buffer is then the end of the stream.

        Since: 3.5. Source: ssl documentation, MemoryBIO.write_eof.
        """
        PyThread_acquire_lock(self.pool.lock, WAIT_LOCK)
        self.pool.ended = True
        PyThread_release_lock(self.pool.lock)


RG_name_type(MemoryBIO, b"_ssl.MemoryBIO")
