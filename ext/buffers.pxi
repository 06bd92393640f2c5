# Bytes in and text out: the borders between Python objects and C.

from cpython.number cimport PyIndex_Check, PyNumber_Index
from libc.limits cimport INT_MAX, INT_MIN, LONG_MAX

cdef extern from "Python.h":
    PyObject *RawBytes "PyBytes_FromStringAndSize"(const char *data, Py_ssize_t size) except NULL
    int _PyBytes_Resize(PyObject **data, Py_ssize_t size) except -1

cdef extern from "compat.h":
    int RG_get_buffer(object source, Py_buffer *view) except -1
    int RG_get_writable_buffer(object target, Py_buffer *view) except -1
    int RG_release_writable_buffer(object target, Py_buffer *view, Py_ssize_t done) except -1
    const int RG_STR_IS_BYTES


cdef int get_buffer(object source, Py_buffer *view) except -1:
    """Lend the read-only, contiguous bytes of `source`; give back with PyBuffer_Release."""
    RG_get_buffer(source, view)
    return 0


cdef int get_writable_buffer(object target, Py_buffer *view) except -1:
    """Lend the writable, contiguous memory of `target`; give back with release_writable_buffer()."""
    RG_get_writable_buffer(target, view)
    return 0


cdef int release_writable_buffer(object target, Py_buffer *view, Py_ssize_t done) except -1:
    """Give back what get_writable_buffer() lent. `done`: how many bytes were written to it."""
    RG_release_writable_buffer(target, view, done)
    return 0


cdef str native_from_bytes(bytes data):
    """`str` of the host from UTF-8: bytes on 2.7, text on 3."""
    if RG_STR_IS_BYTES:
        return <str>data
    return <str>data.decode("utf-8", "replace")


cdef str native_from_c(const char *text):
    """`str` of the host from a C string, None from NULL."""
    if text == NULL:
        return None
    return native_from_bytes(<bytes>text)


cdef object native_int(uint64_t value):
    """The `int` of the host; on 2.7 a `long` only if need be."""
    if value <= <uint64_t>LONG_MAX:
        return <long>value
    return value


cdef str type_name(object value):
    """The type of an argument in the words of CPython's TypeErrors."""
    return "None" if value is None else type(value).__name__


cdef int refuse_to_pickle(str name) except -1:
    """Refuse with Python 3's words; 2.7's pickle would write an object that cannot be read back."""
    raise TypeError("cannot pickle '%s' object" % name)


cdef bytes encoded_text(object text, str what, str encoding):
    """The bytes of `str` or 2.7's `unicode`, without NUL: C would cut there.

    Args:
        what: the argument's name in the words of CPython's TypeError.
        encoding: "ascii" or "utf-8".
    """
    cdef bytes data
    if isinstance(text, unicode):
        data = (<unicode>text).encode(encoding)
    elif RG_STR_IS_BYTES and isinstance(text, bytes):
        data = <bytes>text
    else:
        raise TypeError("%s must be str, not %s" % (what, type_name(text)))
    if b"\0" in data:
        raise ValueError("embedded null character")
    return data


cdef bytes ascii_from_text(object text, str what):
    """The ASCII bytes of `str` or 2.7's `unicode`; UnicodeEncodeError for other text."""
    return encoded_text(text, what, "ascii")


cdef bytes path_argument(object path, str name):
    """The bytes of a path given as the argument `name`."""
    try:
        return <bytes>RG_filesystem_path(path)
    except TypeError:
        raise TypeError("%s should be a valid filesystem path" % name) from None


cdef object operator_index(object value):
    """An int (2.7: or long) from anything that has __index__; 2.7 too refuses others in Python 3's words."""
    if not PyIndex_Check(value):
        raise TypeError("'%s' object cannot be interpreted as an integer" % type(value).__name__)
    return PyNumber_Index(value)


cdef int int_argument(object value) except? -1:
    """A C int from anything that has __index__, in the words of Python's own conversions."""
    value = operator_index(value)
    if value > INT_MAX:
        raise OverflowError("signed integer is greater than maximum")
    if value < INT_MIN:
        raise OverflowError("signed integer is less than minimum")
    return value


cdef uint64_t unsigned_argument(object value) except? 0xFFFFFFFFFFFFFFFF:
    """64 bits from anything that has __index__, in the words of Python's own conversions."""
    value = operator_index(value)
    if value < 0:
        raise ValueError("Cannot convert negative int")
    if value > 0xFFFFFFFFFFFFFFFF:
        raise OverflowError("Python int too large for C unsigned long long")
    return value
