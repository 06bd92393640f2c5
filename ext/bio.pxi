# MemoryBIO: encrypted bytes in memory, between a connection and whatever carries them.

from cpython.bytes cimport PyBytes_AS_STRING


@cython.final
cdef class MemoryBIO:
    """A buffer in memory that a connection reads from or writes to.

    Since: 3.5; not in 2.7.
    Source: ssl documentation, "Memory BIO Support".
    """
    cdef BIO *bio
    cdef bint ended

    def __cinit__(self, *args, **keywords):
        self.bio = NULL
        if args:
            raise TypeError("MemoryBIO() takes no positional arguments")
        if keywords:
            raise TypeError("MemoryBIO() takes no keyword arguments")
        ERR_clear_error()
        self.bio = BIO_new(BIO_s_mem())
        if self.bio == NULL:
            raise_ssl_error("failed to allocate BIO")
        # An empty buffer means "come again": OpenSSL must not take it for the end.
        BIO_set_retry_read(self.bio)
        BIO_set_mem_eof_return(self.bio, -1)

    def __dealloc__(self):
        if self.bio != NULL:
            BIO_free(self.bio)

    @property
    def pending(self):
        """How many bytes wait to be read (int)."""
        return <Py_ssize_t>BIO_ctrl_pending(self.bio)

    @property
    def eof(self):
        """True when write_eof() was called and everything has been read (bool)."""
        return self.ended and BIO_ctrl_pending(self.bio) == 0

    @cython.binding(False)
    def read(self, Py_ssize_t size=-1, /):
        """read($self, size=-1, /)\n--\n\nTake bytes out of the buffer.

        Args:
            size: at most so many bytes; negative for all there are.
        Returns: bytes, empty when there are none.
        Since: 3.5. Source: ssl documentation, MemoryBIO.read.
        """
        cdef Py_ssize_t waiting = <Py_ssize_t>BIO_ctrl_pending(self.bio)
        cdef bytes data
        cdef int done
        if size > INT_MAX:
            raise OverflowError("Python int too large to convert to C int")
        if size < 0 or size > waiting:
            size = waiting if waiting < INT_MAX else INT_MAX
        if size == 0:
            return b""
        data = PyBytes_FromStringAndSize(NULL, size)
        done = BIO_read(self.bio, PyBytes_AS_STRING(data), <int>size)
        if done < 0:
            raise_ssl_error()
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
        cdef int done = 0
        get_buffer(b, &view)
        try:
            if view.len > INT_MAX:
                raise OverflowError("string longer than %d bytes" % INT_MAX)
            if self.ended:
                raise SSLError("cannot write() after write_eof()")
            if view.len > 0:
                clear_errors()
                done = BIO_write(self.bio, view.buf, <int>view.len)
        finally:
            PyBuffer_Release(&view)
        if done < 0:
            raise_ssl_error()
        return done

    def write_eof(self):
        """Say that no more bytes will come: an empty buffer is then the end of the stream.

        Since: 3.5. Source: ssl documentation, MemoryBIO.write_eof.
        """
        self.ended = True
        ERR_clear_error()
        BIO_clear_retry_flags(self.bio)
        BIO_set_mem_eof_return(self.bio, 0)


RG_name_type(MemoryBIO, b"_ssl.MemoryBIO")
