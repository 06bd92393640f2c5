# One operation on a connection: the step in C, the wait for the socket, the time-out.

from libc.errno cimport EINTR

cdef extern from "poll.h" nogil:
    cdef struct pollfd:
        int fd
        short events
        short revents
    int poll(pollfd *fds, unsigned long count, int milliseconds)
    const short POLLIN, POLLOUT

cdef extern from "time.h" nogil:
    cdef struct timespec:
        long tv_sec
        long tv_nsec
    int clock_gettime(int clock, timespec *now)
    const int CLOCK_MONOTONIC

cdef extern from "Python.h":
    const Py_ssize_t PY_SSIZE_T_MIN
    ctypedef struct PyMethodDef:
        void *ml_meth
        int ml_flags
    ctypedef struct PyMethodDescrObject:
        PyMethodDef *d_method
    const int METH_NOARGS
    object PyWeakref_NewRef(object target, void *callback)
    int Py_IsInitialized() nogil


# What a subclass of socket overrides is meant for its users, so the methods of the C
# type are called; and not by way of Python, as each operation asks twice.
ctypedef object (*MethodOfNone)(object self, void *nothing)

cdef MethodOfNone _c_method(object descriptor):
    cdef PyMethodDef *method
    if type(descriptor) is not type(list.append):
        return NULL
    method = (<PyMethodDescrObject *>descriptor).d_method
    return <MethodOfNone>method.ml_meth if method.ml_flags == METH_NOARGS else NULL


# What find_socket_methods() finds.
cdef MethodOfNone _gettimeout = NULL
cdef MethodOfNone _fileno = NULL
cdef object _socket_timeout = None


cdef int find_socket_methods() except -1:
    global _gettimeout, _fileno, _socket_timeout
    _gettimeout = _c_method(_socket.socket.gettimeout)
    _fileno = _c_method(_socket.socket.fileno)
    _socket_timeout = _socket.timeout
    return 0


# No TLS record carries more; SSL_read_ex gives one record at a time.
cdef enum:
    _RECORD_SIZE = 16384
    # What a record has besides, in bytes: header, AEAD's tag and the type; in TLS 1.2 a nonce and no type.
    _RECORD_MORE = 22
    _RECORD_MORE_12 = 29
    # Bytes; from here on copying them costs more than what saves it.
    _LARGE = 4096

cdef str _HANDSHAKE_LATE = "_ssl.c:%d: The handshake operation timed out" % RG_LINE
cdef str _READ_LATE = "The read operation timed out"
cdef str _WRITE_LATE = "The write operation timed out"


cdef struct Patience:
    int fd            # -1 over MemoryBIOs
    bint waits        # False: non-blocking, or MemoryBIOs
    bint forever      # no time-out; then the descriptor itself blocks
    int64_t span      # the time-out in nanoseconds
    int64_t deadline  # nanoseconds of the monotonic clock; 0 before the first wait

cdef struct Call:
    char *data
    size_t size
    size_t done
    int fd
    int flags
    int64_t offset
    int result
    int ssl_error
    int saved_errno

# How a run of steps can end without an exception.
cdef enum:
    _CLOSED = 0
    _DONE = 1
    _NOT_READY = 2

# A thread that is inside OpenSSL with this connection. Not on the C stack: greenlets
# that switch inside a callback move that away.
cdef struct Visit:
    unsigned long thread
    bint taken
    Visit *next

ctypedef int (*Step)(SSL *ssl, Call *call) noexcept nogil


cdef int _handshake_step(SSL *ssl, Call *call) noexcept nogil:
    return SSL_do_handshake(ssl)


cdef int _read_step(SSL *ssl, Call *call) noexcept nogil:
    # SSL_read_ex says 0 where SSL_read said -1: "failed".
    return 1 if SSL_read_ex(ssl, call.data, call.size, &call.done) > 0 else -1


cdef int _write_step(SSL *ssl, Call *call) noexcept nogil:
    return 1 if SSL_write_ex(ssl, call.data, call.size, &call.done) > 0 else -1


cdef int _shutdown_step(SSL *ssl, Call *call) noexcept nogil:
    cdef int result = SSL_shutdown(ssl)
    if result == 0:
        # Our close_notify is out: the second call waits for the peer's. What lies
        # behind that is no longer TLS and must stay in the socket.
        SSL_set_read_ahead(ssl, 0)
        result = SSL_shutdown(ssl)
        if result == 0:
            return 1
    return result


cdef int _sendfile_step(SSL *ssl, Call *call) noexcept nogil:
    cdef ssize_t sent = RG_sendfile(ssl, call.fd, call.offset, call.size, call.flags)
    if sent < 0:
        return -1
    call.done = <size_t>sent
    return 1


cdef int64_t _now() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return <int64_t>now.tv_sec * 1000000000 + now.tv_nsec


cdef int _wait(Patience *patience, short events) noexcept nogil:
    """Wait for the descriptor. 1: try again; 0: the time is over; -1: a signal came."""
    cdef pollfd entry
    cdef int64_t left
    cdef int milliseconds = -1
    entry.fd = patience.fd
    entry.events = events
    entry.revents = 0
    if not patience.forever:
        if patience.deadline == 0:
            # What went before did not wait: most reads and writes need no clock.
            left = patience.span
            patience.deadline = _now() + left
        else:
            left = patience.deadline - _now()
        if left <= 0:
            return 0
        # Rounded up: never late by asking too often.
        left = (left + 999999) // 1000000
        milliseconds = INT_MAX if left > INT_MAX else <int>left
    cdef int ready = poll(&entry, 1, milliseconds)
    if ready < 0 and RG_errno() == EINTR:
        return -1
    # A descriptor that cannot be polled makes the next SSL_* call fail with its reason.
    return 1 if ready != 0 else 0


cdef inline void clear_errors() noexcept nogil:
    # Looking is much cheaper than clearing, which empties all sixteen places.
    if ERR_peek_error() != 0:
        ERR_clear_error()


cdef str _READ_WANTED = "The operation did not complete (read) (_ssl.c:%d)" % RG_LINE
cdef str _WRITE_WANTED = "The operation did not complete (write) (_ssl.c:%d)" % RG_LINE


cdef object _not_ready(Call *call):
    """The exception for an operation that would have to wait."""
    if call.ssl_error == SSL_ERROR_WANT_WRITE:
        return _made_error(SSLWantWriteError, SSL_ERROR_WANT_WRITE, _WRITE_WANTED, None, None)
    return _made_error(SSLWantReadError, SSL_ERROR_WANT_READ, _READ_WANTED, None, None)


cdef int lend_room_for(_SSLSocket connection, size_t size) except -1:
    """Let the records that `size` bytes make lie where MemoryBIO.read() can give them away."""
    if not SSL_is_init_finished(connection.ssl):
        return 0  # the write will be refused
    cdef size_t records = (size - 1) // _RECORD_SIZE + 1
    cdef size_t more = _RECORD_MORE if SSL_version(connection.ssl) >= TLS1_3_VERSION else _RECORD_MORE_12
    return lend_room(connection.outgoing, size + records * more)


cdef int refuse_second_visit(Visit *visits, unsigned long thread) except -1:
    # OpenSSL calls back from the middle of its work: entering it again there,
    # with the same connection, is undefined.
    while visits != NULL:
        if visits.thread == thread:
            raise SSLError("the connection is at work: a callback cannot "
                           "shake hands on it, read from it or write to it")
        visits = visits.next
    return 0


cdef Visit *enter(_SSLSocket connection) except NULL:
    cdef unsigned long thread = <unsigned long>PyThread_get_thread_ident()
    cdef Visit *visit = &connection.usual_visit
    if connection.visits != NULL:
        refuse_second_visit(connection.visits, thread)
    if visit.taken:
        visit = <Visit *>calloc(1, sizeof(Visit))
        if visit == NULL:
            raise MemoryError()
    visit.taken = True
    visit.thread = thread
    visit.next = connection.visits
    connection.visits = visit
    return visit


cdef void leave(_SSLSocket connection, Visit *visit) noexcept:
    cdef Visit **place = &connection.visits
    cdef _SSLContext context
    while place[0] != visit:
        place = &place[0].next
    place[0] = visit.next
    visit.taken = False
    if visit != &connection.usual_visit:
        free(visit)
    if connection.lent is not None and connection.visits == NULL:
        for context in connection.lent:
            context.handshakes -= 1
        connection.lent = None


cdef bint lock_out(_SSLSocket connection) noexcept nogil:
    """Keep other threads' operations out. False if that cannot be waited for.

    A daemon thread that the interpreter's end stopped inside an operation never comes out.
    """
    if PyThread_acquire_lock(connection.lock, NOWAIT_LOCK):
        return True
    if not Py_IsInitialized():
        return False
    PyThread_acquire_lock(connection.lock, WAIT_LOCK)
    return True


cdef bint keep_out(_SSLSocket connection):
    """Keep other threads' operations out while something is looked up; let_in() afterwards.

    Only where one is inside now, and not where one may block: as long as the GIL is
    held, none comes in.
    """
    cdef bint held
    if connection.visits == NULL or connection.visits.thread == <unsigned long>PyThread_get_thread_ident():
        return False
    if connection.blocks:
        return False
    with nogil:
        held = lock_out(connection)
    return held


cdef void let_in(_SSLSocket connection, bint held) noexcept:
    if held:
        PyThread_release_lock(connection.lock)


cdef int _raise_late(str text) except -1:
    # 2.7's time-outs are SSLErrors.
    if RG_STR_IS_BYTES:
        raise SSLError(text)
    raise _socket_timeout(text)


cdef int _raise_gone() except -1:
    raise_ssl_error("Underlying socket connection gone")
