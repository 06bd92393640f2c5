# What is hashed, and how threads share the object that hashes it.
#
# For the other parts: Message with borrow(), borrow_bytes() and give_back(); native_hex(); new_lock() and hold();
# present_as() and belong_to(); GIL_SIZE; _ABSENT, the default of parameters that tell "not given" from None.

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_WarnEx
from cpython.object cimport PyObject_Call, PyTypeObject, newfunc
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from cpython.buffer cimport PyObject_CheckBuffer
from cpython.pythread cimport (
    NOWAIT_LOCK, PyThread_acquire_lock, PyThread_allocate_lock, PyThread_free_lock, PyThread_release_lock,
    PyThread_type_lock, WAIT_LOCK)

from evp cimport *

cdef enum:
    GIL_SIZE = 2048  # bytes; from here on a call lets other threads run

_GIL_MINSIZE = GIL_SIZE

cdef object _ABSENT = object()


cdef struct Message:
    const unsigned char *data
    Py_ssize_t size
    bint borrowed
    Py_buffer view


cdef inline int borrow(object source, Message *message) except -1:
    """Lend the bytes of what is to be hashed; the caller keeps `source` alive and gives it back."""
    if PyBytes_CheckExact(source):
        message.data = <const unsigned char *>PyBytes_AS_STRING(source)
        message.size = PyBytes_GET_SIZE(source)
        message.borrowed = False
        return 0
    return borrow_buffer(source, message)


cdef int borrow_buffer(object source, Message *message) except -1:
    if not RG_HASHES_TAKE_TEXT:
        if isinstance(source, unicode):
            raise TypeError("Strings must be encoded before hashing")
        if not PyObject_CheckBuffer(source):
            raise TypeError("object supporting the buffer API required")
    return borrow_bytes(source, message)


cdef int borrow_bytes(object source, Message *message) except -1:
    """Lend the bytes of a key or salt, where errors speak of bytes."""
    get_buffer(source, &message.view)
    message.data = <const unsigned char *>message.view.buf
    message.size = message.view.len
    message.borrowed = True
    return 0


cdef inline void give_back(Message *message) noexcept:
    if message.borrowed:
        PyBuffer_Release(&message.view)


cdef str native_hex(const unsigned char *data, Py_ssize_t size):
    """The host's `str` of two lower-case digits for each byte."""
    cdef const char *digits = "0123456789abcdef"
    cdef char *text
    cdef Py_ssize_t i
    if size > PY_SSIZE_T_MAX // 2:
        raise MemoryError()
    result = <str>RG_new_ascii(2 * size, &text)
    for i in range(size):
        text[2 * i] = digits[data[i] >> 4]
        text[2 * i + 1] = digits[data[i] & 15]
    return result


cdef inline void hold(PyThread_type_lock lock) noexcept:
    """Take the lock of an object, letting other threads run if one of them has it."""
    if not PyThread_acquire_lock(lock, NOWAIT_LOCK):
        with nogil:
            PyThread_acquire_lock(lock, WAIT_LOCK)


cdef PyThread_type_lock new_lock() except NULL:
    cdef PyThread_type_lock lock = PyThread_allocate_lock()
    if lock == NULL:
        raise MemoryError()
    return lock


cdef object refuse_instances(type cls, PyObject *args, PyObject *keywords):
    raise TypeError("cannot create '%s.%s' instances" % (cls.__module__, cls.__name__))


cdef void present_as(type cls, const char *name, newfunc constructor) noexcept:
    """Give a class CPython's name and a constructor. (Objects that the extension makes itself do not go through it.)"""
    (<PyTypeObject *>cls).tp_name = name
    (<PyTypeObject *>cls).tp_new = constructor


cdef int belong_to(str module, functions) except -1:
    """Let functions name the module that CPython has them in, for pickle and help()."""
    for function in functions:
        function.__module__ = module
    return 0
