# What OpenSSL calls back, and the Python code behind it.
#
# The C functions here run inside a handshake, on the thread that released the GIL. They
# take it, keep what they use alive, and refuse the handshake when anything goes
# wrong: an exception in a callback must never let a peer in (CVE-2026-27448,
# CVE-2026-19445). What the Python code leaves in the thread's error queue is taken out
# again: OpenSSL would take it for a failure of the handshake.

cdef extern from *:
    void PyErr_WriteUnraisable(object where)
    void PyErr_SetObject(object cls, object error)


cdef void _report(object error, object where) noexcept:
    # As CPython does where a callback's exception has no call to come out of. The
    # interpreter's own printing is used, so that sys.unraisablehook sees it.
    PyErr_SetObject(type(error), error)
    PyErr_WriteUnraisable(where)


cdef _SSLContext _context_of(const SSL *ssl):
    # The context that owns the callbacks of this connection, None when it is gone.
    cdef void *pointer = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), _context_index)
    if pointer == NULL:
        return None
    return <_SSLContext>pointer


cdef object _visible(const SSL *ssl):
    # What a Python callback is given as "the connection": the SSLSocket or SSLObject it
    # was made for, None when that is gone; the connection itself if it has none.
    cdef _SSLSocket connection = connection_of(ssl)
    if connection is None or connection.owner_ref is None:
        return connection
    return visible_owner(connection)


# ---- server name -----------------------------------------------------------------

cdef object _server_name(const SSL *ssl, bint decoded):
    # The name that the client asked for. 2.7's set_servername_callback() promised the
    # IDNA-decoded form, sni_callback promises the A-label.
    cdef const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)
    cdef bytes raw
    if name == NULL:
        return None
    raw = <bytes>name
    if decoded:
        return raw.decode("idna")
    raw.decode("ascii")
    return native_from_bytes(raw)


cdef int on_server_name(SSL *ssl, int *alert, void *unused) noexcept with gil:
    cdef _SSLContext context
    cdef object function = None, answer
    alert[0] = SSL_AD_INTERNAL_ERROR
    ERR_set_mark()
    try:
        context = _context_of(ssl)
        if context is None:
            return SSL_TLSEXT_ERR_ALERT_FATAL
        function = context.sni
        if function is None:
            return SSL_TLSEXT_ERR_NOACK
        connection = _visible(ssl)
        if connection is None:
            return SSL_TLSEXT_ERR_ALERT_FATAL
        try:
            name = _server_name(ssl, context.sni_decoded)
        except UnicodeError as error:
            _report(error, function)
            return SSL_TLSEXT_ERR_ALERT_FATAL
        try:
            answer = function(connection, name, context)
        except BaseException as error:
            _report(error, function)
            alert[0] = SSL_AD_HANDSHAKE_FAILURE
            return SSL_TLSEXT_ERR_ALERT_FATAL
        if answer is None:
            return SSL_TLSEXT_ERR_OK
        alert[0] = int_argument(answer)
        return SSL_TLSEXT_ERR_ALERT_FATAL
    except BaseException as error:
        _report(error, function)
        return SSL_TLSEXT_ERR_ALERT_FATAL
    finally:
        ERR_pop_to_mark()


# ---- application protocol --------------------------------------------------------

cdef bytes protocol_list(object source):
    """The bytes of a list in wire form: each name after its length, 1 to 255 (RFC 7301, 3.1)."""
    cdef Py_buffer view
    cdef Py_ssize_t i = 0, size
    cdef bytes names
    cdef const unsigned char *data
    get_buffer(source, &view)
    try:
        names = PyBytes_FromStringAndSize(<const char *>view.buf, view.len)
    finally:
        PyBuffer_Release(&view)
    data, size = names, len(names)
    if size > 0xFFFF:
        raise ValueError("the list of application protocols is longer than 65535 bytes")
    while i < size:
        if data[i] == 0 or i + 1 + data[i] > size:
            raise ValueError("the list of application protocols is malformed at byte %d" % i)
        i += 1 + data[i]
    return names


cdef int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                       const unsigned char *offered, unsigned int offered_size, void *unused) noexcept with gil:
    # The server's order decides (RFC 7301, 3.2). The answer points into the client's
    # list and not into ours, which another thread may replace at any time.
    cdef _SSLContext context
    cdef bytes ours
    cdef const unsigned char *wanted
    cdef Py_ssize_t i = 0, size
    cdef unsigned int j
    try:
        context = _context_of(ssl)
        if context is None or context.alpn is None:
            return SSL_TLSEXT_ERR_NOACK
        ours = <bytes>context.alpn
        wanted = ours
        size = len(ours)
        while i < size:
            j = 0
            while j < offered_size:
                if j + 1 + offered[j] > offered_size:
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                if offered[j] == wanted[i] and memcmp(&offered[j + 1], &wanted[i + 1], wanted[i]) == 0:
                    out[0] = &offered[j + 1]
                    out_size[0] = offered[j]
                    return SSL_TLSEXT_ERR_OK
                j += 1 + offered[j]
            i += 1 + wanted[i]
        return SSL_TLSEXT_ERR_NOACK
    except BaseException as error:
        _report(error, None)
        return SSL_TLSEXT_ERR_ALERT_FATAL


# ---- pre-shared keys -------------------------------------------------------------

cdef unsigned int _refused_key(const SSL *ssl) noexcept:
    # 0 is "no such identity" up to TLS 1.2, but in TLS 1.3 "no key: go on with
    # certificates, or without". More bytes than a key may have end either handshake.
    return PSK_MAX_PSK_LEN + 1 if SSL_version(ssl) >= TLS1_3_VERSION else 0


cdef unsigned int _copy_key(object key, unsigned char *out, unsigned int room) except? 0xFFFFFFFF:
    cdef bytes raw
    if not isinstance(key, bytes):
        raise TypeError("expected bytes, %s found" % type(key).__name__)
    raw = <bytes>key
    if <size_t>len(raw) > room:
        raise ValueError("pre-shared key has %d bytes, at most %d are possible" % (len(raw), room))
    memcpy(out, <const char *>raw, len(raw))
    return <unsigned int>len(raw)


cdef unsigned int on_psk_client(SSL *ssl, const char *hint, char *identity, unsigned int identity_room,
                                      unsigned char *key, unsigned int key_room) noexcept with gil:
    cdef _SSLContext context
    cdef object function = None
    cdef bytes name
    ERR_set_mark()
    try:
        context = _context_of(ssl)
        if context is None or context.psk_client is None:
            return _refused_key(ssl)
        function = context.psk_client
        answer = function(_psk_text(hint))
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise TypeError("a PSK client callback must return (identity, key), not %.100r" % (answer,))
        given, secret = answer
        if given is None:
            name = b""
        elif isinstance(given, bytes):
            name = <bytes>given
        else:
            name = encoded_text(given, "PSK identity", "utf-8")
        if b"\0" in name:
            raise ValueError("embedded null character")
        # The buffer takes a closing NUL as well.
        if <size_t>len(name) + 1 > identity_room:
            raise ValueError("PSK identity has %d bytes, at most %d are possible" % (len(name), identity_room - 1))
        memcpy(identity, <const char *>name, len(name) + 1)
        return _copy_key(secret, key, key_room)
    except BaseException as error:
        _report(error, function)
        return _refused_key(ssl)
    finally:
        ERR_pop_to_mark()


cdef unsigned int on_psk_server(SSL *ssl, const char *identity, unsigned char *key,
                                      unsigned int key_room) noexcept with gil:
    cdef _SSLContext context
    cdef object function = None
    ERR_set_mark()
    try:
        context = _context_of(ssl)
        if context is None or context.psk_server is None:
            return _refused_key(ssl)
        function = context.psk_server
        return _copy_key(function(_psk_text(identity)), key, key_room)
    except BaseException as error:
        _report(error, function)
        return _refused_key(ssl)
    finally:
        ERR_pop_to_mark()


cdef int check_psk(object callback, bint wrong_side, str side, str context_side) except -1:
    """Refuse a PSK callback that this context cannot have, in CPython's order and words."""
    if not HAS_PSK:
        raise NotImplementedError("PSK callbacks are not supported by your OpenSSL version.")
    if wrong_side:
        raise_ssl_error("Cannot add PSK %s callback to a PROTOCOL_TLS_%s context" % (side, context_side))
    if callback is not None and not callable(callback):
        raise TypeError("callback must be callable")
    return 0


cdef bytes identity_hint_bytes(object hint):
    """The hint of a server as bytes, None without one."""
    if hint is None:
        return None
    if not isinstance(hint, (str, unicode)):
        raise TypeError("set_psk_server_callback() argument 'identity_hint' must be str or None, not %s"
                        % type(hint).__name__)
    return encoded_text(hint, "identity_hint", "utf-8")


cdef object _psk_text(const char *text):
    # Hint and identity may be anything that is UTF-8; none and empty are both None.
    cdef bytes raw
    if text == NULL or text[0] == 0:
        return None
    raw = <bytes>text
    decoded = raw.decode("utf-8")
    return raw if RG_STR_IS_BYTES else decoded


# ---- key log ---------------------------------------------------------------------

cdef void on_key_line(const SSL *ssl, const char *line) noexcept with gil:
    # One write per line to a file that is open for appending: lines of several threads,
    # contexts and processes do not mix.
    cdef _SSLContext context
    cdef _SSLSocket connection = None
    ERR_set_mark()
    try:
        connection = connection_of(ssl)
        context = _context_of(ssl)
        if context is None or context.keylog_file is None:
            return
        _append(context.keylog_file, <bytes>line + b"\n")
    except BaseException as error:
        if connection is None:
            _report(error, None)
        else:
            keep_callback_exception(connection)
    finally:
        ERR_pop_to_mark()


cdef object open_key_log(object path):
    """Open a key log for appending, one write() a line; a new one begins with a comment."""
    from _io import FileIO
    RG_filesystem_path(path)
    stream = FileIO(path, "ab")
    if stream.seek(0, 2) == 0:
        _append(stream, b"# TLS secrets log file, generated by OpenSSL / Python\n")
    return stream


cdef int _append(object stream, bytes line) except -1:
    if stream.write(line) != len(line):
        raise IOError("key log: a line was not written whole")
    return 0


# ---- messages of the protocol ----------------------------------------------------

cdef void on_message(int writing, int version, int content_type, const void *data, size_t size,
                           SSL *ssl, void *unused) noexcept with gil:
    cdef _SSLSocket connection = None
    cdef _SSLContext context
    cdef const unsigned char *head = <const unsigned char *>data
    cdef int message_type = -1
    ERR_set_mark()
    try:
        connection = connection_of(ssl)
        context = _context_of(ssl)
        if connection is None or context is None or context.message_function is None:
            return
        visible = _visible(ssl)
        if content_type == SSL3_RT_CHANGE_CIPHER_SPEC:
            message_type = SSL3_MT_CHANGE_CIPHER_SPEC
        elif content_type == SSL3_RT_ALERT and size > 1:
            message_type = head[1]
        elif content_type == SSL3_RT_HEADER and size > 2:
            message_type = head[0]
            version = head[1] << 8 | head[2]
        elif content_type in (SSL3_RT_HANDSHAKE, SSL3_RT_INNER_CONTENT_TYPE) and size > 0:
            message_type = head[0]
        context.message_function(
            connection if visible is None else visible, "write" if writing else "read", version,
            content_type, message_type, PyBytes_FromStringAndSize(<const char *>data, size))
    except BaseException as error:
        if connection is None:
            _report(error, None)
        else:
            keep_callback_exception(connection)
    finally:
        ERR_pop_to_mark()


# ---- password --------------------------------------------------------------------

cdef int refuse_password(char *buffer, int size, int writing, void *data) noexcept nogil:
    """For files that have no business asking: without it OpenSSL would ask the terminal."""
    return -1


@cython.final
@cython.internal
cdef class _Password:
    # The password of one load_cert_chain() call. It belongs to the call and not to the
    # context, which threads share.
    cdef object source
    cdef object error
    cdef bint asked

    def __cinit__(self, source):
        self.source = source
        self.error = None
        self.asked = False

    cdef bytes value(self):
        cdef object given = self.source
        if callable(given):
            given = given()
            if not isinstance(given, (unicode, bytes, bytearray)):
                raise TypeError("password callback must return a string")
        if isinstance(given, unicode):
            return (<unicode>given).encode("utf-8")
        return bytes(given)

    cdef int copy(self, char *buffer, int size) except -1:
        cdef bytes raw = self.value()
        if len(raw) > size:
            raise ValueError("password cannot be longer than %d bytes" % size)
        memcpy(buffer, <const char *>raw, len(raw))
        return <int>len(raw)


cdef int on_password(char *buffer, int size, int writing, void *data) noexcept with gil:
    cdef _Password password = <_Password>data
    ERR_set_mark()
    try:
        return password.copy(buffer, size)
    except BaseException as error:
        password.error = error
        return -1
    finally:
        ERR_pop_to_mark()
