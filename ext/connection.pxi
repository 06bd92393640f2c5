# _SSLSocket: one TLS connection, over a socket or over two MemoryBIOs.
#
# How an operation runs: `_begin` finds the socket and its time-out, `_run` calls one
# step of operation.pxi without the GIL again and again, and waits between the calls
# until the socket is ready, the time is over, or a signal handler raised.

from cpython.bytes cimport PyBytes_AS_STRING
from cpython.exc cimport PyErr_CheckSignals
from libc.string cimport strcmp

# read(size, None) is an error, so None cannot stand for "not given".
cdef object _NO_BUFFER = object()

cdef int _connection_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL)
if _connection_index < 0:
    raise_ssl_error()


@cython.final
@cython.no_gc_clear
cdef class _SSLSocket:
    """One TLS connection.

    Since: 2.6. Source: ssl documentation, "SSL Sockets".
    """
    cdef SSL *ssl
    cdef _SSLContext ctx
    cdef object socket_ref, owner_ref, kept
    cdef str hostname
    cdef bytes checked_name
    cdef bint plain_socket, server, unconfirmed, names_address, ended, blocks
    cdef Pool *outgoing  # of the BIO that the connection keeps; NULL over a socket
    cdef Visit *visits
    cdef Visit usual_visit
    # Contexts switched to from inside OpenSSL, in use until the last thread leaves it.
    cdef list lent
    cdef PyThread_type_lock lock

    def __cinit__(self, maker=None):
        self.ssl = NULL
        self.outgoing = NULL
        self.visits = NULL
        self.lock = NULL
        if maker is not _MAKER:
            raise TypeError("cannot create '_ssl._SSLSocket' instances")
        self.lock = PyThread_allocate_lock()
        if self.lock == NULL:
            raise MemoryError()

    def __dealloc__(self):
        if self.ssl != NULL:
            SSL_set_ex_data(self.ssl, _connection_index, NULL)
            # A connection freed without shutdown would make its session useless for
            # resuming, which RFC 5246 no longer asks for.
            SSL_set_shutdown(self.ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
            SSL_free(self.ssl)
        if self.lock != NULL:
            free_lock(self.lock)

    def __reduce_ex__(self, protocol, /):
        refuse_to_pickle("_ssl._SSLSocket")

    # ---- running an operation ----

    cdef object _begin(self, Patience *patience):
        """The socket, to be kept until the operation ends, and its time-out."""
        cdef object sock, timeout
        cdef double seconds
        if self.socket_ref is None:
            patience.fd = -1
            patience.waits = patience.forever = False
            return None
        sock = RG_weakref_target(self.socket_ref)
        if sock is None:
            _raise_gone()
        if self.plain_socket:
            patience.fd = _fileno(sock, NULL)
            timeout = _gettimeout(sock, NULL)
        else:
            patience.fd = sock.fileno()
            timeout = sock.gettimeout()
        if patience.fd < 0:
            _raise_gone()
        if timeout is None:
            patience.waits = patience.forever = True
        else:
            seconds = timeout
            patience.forever = False
            patience.waits = seconds > 0
            if patience.waits:
                # Some 290 years fit; more is no time-out.
                if seconds > 9e9:
                    patience.forever = True
                else:
                    patience.span = <int64_t>(seconds * 1e9)
                    patience.deadline = 0
        return sock

    cdef int _fail(self, Call *call, bint memory) except -1:
        try:
            raise_connection_error(
                self, call.result, call.ssl_error, 0 if memory else call.saved_errno)
        except SSLEOFError:
            self.ended = True
            raise

    cdef int _run(self, Step step, Call *call, Patience *patience, str late) except -1:
        """Call `step` until it is done: _DONE, _CLOSED (reads only) or, without waiting, _NOT_READY.

        `late` is what a time-out says, None for the word that fits what was waited for.
        """
        cdef Visit *visit
        cdef _SSLContext context
        cdef short events = 0
        # Only where no call can block: a reader that waits in the kernel would lock
        # out the writer its peer waits for.
        cdef bint locks = not patience.forever, alone
        self.blocks = patience.forever
        while True:
            visit = enter(self)
            context = self.ctx
            context.handshakes += 1
            with nogil:
                alone = not locks or lock_out(self)
                if alone:
                    clear_errors()
                    RG_clear_errno()
                    call.result = step(self.ssl, call)
                    call.saved_errno = RG_errno()
                    call.ssl_error = SSL_ERROR_NONE if call.result > 0 else SSL_get_error(self.ssl, call.result)
                    if locks:
                        PyThread_release_lock(self.lock)
            context.handshakes -= 1
            leave(self, visit)
            if not alone:
                raise SSLError("the connection is in the hands of a thread that ended with the interpreter")
            if self.kept is not None:
                clear_errors()
                raise_kept_exception(self)
            if call.result > 0:
                return _DONE
            if call.ssl_error == SSL_ERROR_WANT_READ:
                events = POLLIN
            elif call.ssl_error == SSL_ERROR_WANT_WRITE:
                events = POLLOUT
            elif (call.ssl_error == SSL_ERROR_ZERO_RETURN and step == _read_step
                    and SSL_get_shutdown(self.ssl) == SSL_RECEIVED_SHUTDOWN):
                return _CLOSED
            else:
                self._fail(call, patience.fd < 0)
            if not patience.waits:
                # To be raised by the caller: exceptions are dear, and this one is frequent.
                PyErr_CheckSignals()
                return _NOT_READY
            self._await(patience, events, late)

    cdef int _await(self, Patience *patience, short events, str late) except -1:
        cdef int state = -1
        while state < 0:
            PyErr_CheckSignals()
            with nogil:
                state = _wait(patience, events)
        if state == 0:
            if late is None:
                late = _READ_LATE if events == POLLIN else _WRITE_LATE
            _raise_late(late)
        return 0

    cdef int _shake_hands(self, Patience *patience, str late) except -1:
        cdef Call call
        if self._run(_handshake_step, &call, patience, late) == _NOT_READY:
            raise _not_ready(&call)
        if self.unconfirmed:
            confirm_name(self)
        return 0

    cdef int _open_stream(self, Patience *patience, str late) except -1:
        # What read and write have to settle before their first byte.
        if self.ended:
            # OpenSSL 4 forgets the end; the words are those of the second report.
            raise _made_error(SSLEOFError, RG_ERROR_EOF,
                              "EOF occurred in violation of protocol (_ssl.c:%d)" % RG_LINE, None, None)
        if self.unconfirmed:
            self._shake_hands(patience, late)
        return 0

    # ---- the operations ----

    def do_handshake(self):
        """Shake hands with the peer; the name it was given is checked.

        Raises: SSLCertVerificationError if the certificate does not do; a time-out
            when the socket's seconds are over; SSLWantReadError, SSLWantWriteError
            without blocking.
        Since: 2.6. Source: ssl documentation, SSLSocket.do_handshake.
        """
        cdef Patience patience
        cdef object sock = self._begin(&patience)
        self._shake_hands(&patience, _HANDSHAKE_LATE)

    @cython.binding(False)
    def read(self, Py_ssize_t size=PY_SSIZE_T_MIN, buffer=_NO_BUFFER, /):
        """Read from the connection: read(size[, buffer]).

        Args:
            size: at most so many bytes. With a buffer, 0 and less mean its length.
                May be left out on 2.7 only: 1024.
            buffer: a writable object to read into.
        Returns: bytes, or with a buffer the number of bytes (int); empty or 0 when
            the peer has closed the connection.
        Raises: SSLEOFError if it ended without close_notify.
        Since: 2.6; buffer 2.7.9. Source: ssl documentation, SSLSocket.read.
        """
        cdef Patience patience
        cdef Call call
        cdef PyObject *data
        cdef object sock, result
        if buffer is not _NO_BUFFER:
            return self._read_into(size, buffer)
        if size == PY_SSIZE_T_MIN:
            if not RG_STR_IS_BYTES:
                raise TypeError("_ssl._SSLSocket.read requires 1 to 2 arguments")
            size = 1024
        if size < 0:
            raise ValueError("size should not be negative")
        sock = self._begin(&patience)
        if size == 0:
            return b""
        if self.ended or self.unconfirmed:
            self._open_stream(&patience, _READ_LATE)
        call.size = _RECORD_SIZE if size > _RECORD_SIZE else <size_t>size
        call.done = 0
        data = RawBytes(NULL, <Py_ssize_t>call.size)
        call.data = PyBytes_AS_STRING(<object>data)
        try:
            if self._run(_read_step, &call, &patience, _READ_LATE) == _NOT_READY:
                raise _not_ready(&call)
        except BaseException:
            Py_DECREF(<object>data)
            raise
        if call.done != call.size:
            _PyBytes_Resize(&data, <Py_ssize_t>call.done)
        result = <object>data
        Py_DECREF(result)
        return result

    cdef object _read_into(self, Py_ssize_t size, object buffer):
        cdef Patience patience
        cdef Call call
        cdef Py_buffer view
        cdef object sock
        get_writable_buffer(buffer, &view)
        call.done = 0
        try:
            sock = self._begin(&patience)
            if size <= 0 or size > view.len:
                size = view.len
            if size == 0:
                return 0
            if self.ended or self.unconfirmed:
                self._open_stream(&patience, _READ_LATE)
            call.data = <char *>view.buf
            call.size = <size_t>size
            if self._run(_read_step, &call, &patience, _READ_LATE) == _NOT_READY:
                raise _not_ready(&call)
        finally:
            release_writable_buffer(buffer, &view, <Py_ssize_t>call.done)
        return <Py_ssize_t>call.done

    @cython.binding(False)
    def write(self, b, /):
        """write($self, b, /)\n--\n\nWrite to the connection.

        Args:
            b: bytes, or any object that lends contiguous memory, of any size.
        Returns: the number of bytes written (int), all of them.
        Since: 2.6. Source: ssl documentation, SSLSocket.write.
        """
        cdef Patience patience
        cdef Call call
        cdef Py_buffer view
        cdef object sock
        get_buffer(b, &view)
        try:
            sock = self._begin(&patience)
            if self.ended or self.unconfirmed:
                self._open_stream(&patience, _WRITE_LATE)
            if patience.waits and not patience.forever:
                # A time-out that comes before the first byte leaves no half record behind.
                self._await(&patience, POLLOUT, _WRITE_LATE)
            call.data = <char *>view.buf
            call.size = <size_t>view.len
            call.done = 0
            if call.size >= _LARGE and self.outgoing != NULL:
                lend_room_for(self, call.size)
            if self._run(_write_step, &call, &patience, _WRITE_LATE) == _NOT_READY:
                raise _not_ready(&call)
        finally:
            PyBuffer_Release(&view)
        return <Py_ssize_t>call.done

    def sendfile(self, Py_ssize_t fd, Py_ssize_t offset, Py_ssize_t size, Py_ssize_t flags=0, /):
        """Send from a file through the kernel's TLS.

        Args:
            fd: descriptor of the file. offset: bytes to skip. size: bytes to send.
        Returns: the number of bytes sent (int).
        Raises: NotImplementedError where OpenSSL or the kernel was built without it.
        Since: 3.15. Source: OpenSSL, SSL_sendfile(3).
        """
        cdef Patience patience
        cdef Call call
        cdef object sock
        if size < 0:
            raise ValueError("Cannot convert negative int")
        if not RG_HAS_KTLS:
            raise NotImplementedError("sendfile() needs OpenSSL 3.0 or later, built with kernel TLS")
        if not -INT_MAX <= fd <= INT_MAX or not -INT_MAX <= flags <= INT_MAX:
            raise OverflowError("Python int too large to convert to C int")
        call.fd, call.flags = <int>fd, <int>flags
        call.offset, call.size, call.done = offset, <size_t>size, 0
        sock = self._begin(&patience)
        if self.ended or self.unconfirmed:
            self._open_stream(&patience, _WRITE_LATE)
        if not RG_ktls_send(self.ssl):
            raise_ssl_error("Some I/O error occurred in sendfile()")
        if self._run(_sendfile_step, &call, &patience, _WRITE_LATE) == _NOT_READY:
            raise _not_ready(&call)
        return <Py_ssize_t>call.done

    def shutdown(self):
        """Say goodbye, and wait for the peer's goodbye.

        Returns: the socket, usable without TLS; None over MemoryBIOs.
        Since: 2.6. Source: ssl documentation, SSLSocket.unwrap.
        """
        cdef Patience patience
        cdef Call call
        cdef object sock = self._begin(&patience)
        try:
            if self._run(_shutdown_step, &call, &patience, None) == _NOT_READY:
                raise _not_ready(&call)
        except SSLEOFError as error:
            if not RG_STR_IS_BYTES:
                raise
            # 2.7's number, which its programs pass over: https://bugs.python.org/issue10808
            raise _made_error(SSLEOFError, 0, error.args[1], error.library, error.reason)
        return sock

    def verify_client_post_handshake(self):
        """Ask the client for its certificate now (TLS 1.3, server side).

        Since: 3.7.1. Source: ssl documentation, SSLSocket.verify_client_post_handshake.
        """
        if not RG_HAS_PHA:
            raise NotImplementedError("Post-handshake auth is not supported by your OpenSSL version.")
        refuse_second_visit(self.visits, <unsigned long>PyThread_get_thread_ident())
        clear_errors()
        if SSL_verify_client_post_handshake(self.ssl) != 1:
            raise_ssl_error()

    def pending(self):
        """How many bytes are decrypted and wait to be read (int). Since: 2.6."""
        return SSL_pending(self.ssl)

    # ---- the peer ----

    cdef int _need_handshake(self) except -1:
        if not SSL_is_init_finished(self.ssl):
            raise ValueError("handshake not done yet")
        return 0

    def getpeercert(self, der=False, /):
        """The peer's certificate.

        Args:
            der: True for its DER form (bytes).
        Returns: a dict, empty if the certificate was not verified; None without one.
        Raises: ValueError before the handshake.
        Since: 2.6. Source: ssl documentation, SSLSocket.getpeercert.
        """
        cdef X509 *peer
        self._need_handshake()
        peer = peer_certificate(self)
        if peer == NULL:
            return None
        try:
            if der:
                return certificate_der(peer)
            if not SSL_CTX_get_verify_mode(SSL_get_SSL_CTX(self.ssl)) & SSL_VERIFY_PEER:
                return {}
            return certificate_dict(peer)
        finally:
            X509_free(peer)

    def peer_certificate(self, der=False):
        """2.7's name of getpeercert."""
        return self.getpeercert(der)

    def get_verified_chain(self):
        """The chain that was verified, leaf first: a list of Certificate, or None.

        Since: 3.10 (private), 3.13. Source: ssl documentation, SSLSocket.get_verified_chain.
        """
        cdef bint held = keep_out(self)
        try:
            return _certificate_list(SSL_get0_verified_chain(self.ssl))
        finally:
            let_in(self, held)

    def get_unverified_chain(self):
        """The chain the peer sent, leaf first: a list of Certificate, or None.

        Since: 3.10 (private), 3.13. Source: ssl documentation, SSLSocket.get_unverified_chain.
        """
        return unverified_chain(self)

    # ---- what was agreed upon ----

    def cipher(self):
        """The cipher in use: (name, protocol, secret bits), or None. Since: 2.6."""
        cdef bint held = keep_out(self)
        try:
            return _cipher_tuple(SSL_get_current_cipher(self.ssl))
        finally:
            let_in(self, held)

    def shared_ciphers(self):
        """The client's ciphers that this side has too: a list of such tuples, or None.

        Only a server knows them. Since: 3.5.
        """
        cdef bint held = keep_out(self)
        try:
            return _shared_ciphers(self.ssl)
        finally:
            let_in(self, held)

    def version(self):
        """The protocol's version, such as "TLSv1.3", None without one. Since: 3.5, 2.7.9."""
        cdef const char *name
        if not SSL_is_init_finished(self.ssl):
            return None
        name = SSL_get_version(self.ssl)
        return None if name == NULL or strcmp(name, "unknown") == 0 else native_from_c(name)

    def compression(self):
        """The compression in use (str), None without one. Since: 3.3, 2.7.9."""
        cdef const void *method = SSL_get_current_compression(self.ssl)
        return None if method == NULL else native_from_c(SSL_COMP_get_name(method))

    def group(self):
        """The key agreement's group (str), None before the handshake. Since: 3.15."""
        if not RG_HAS_GROUP:
            raise NotImplementedError("Getting selected group requires OpenSSL 3.2 or later.")
        # OpenSSL 3.6 crashes without a session.
        return None if SSL_get_session(self.ssl) == NULL else native_from_c(SSL_get0_group_name(self.ssl))

    cdef object _signature_name(self, bint of_peer):
        cdef const char *name = NULL
        cdef int known
        if of_peer:
            known = SSL_get0_peer_signature_name(self.ssl, &name)
        else:
            known = SSL_get0_signature_name(self.ssl, &name)
        return native_from_c(name) if known else None

    def client_sigalg(self):
        """The client's signature algorithm (str), None without its certificate. Since: 3.15."""
        if not RG_HAS_SIGALG_NAMES:
            raise NotImplementedError("Getting client signature algorithm requires OpenSSL 3.5 or later.")
        return self._signature_name(self.server)

    def server_sigalg(self):
        """The server's signature algorithm (str), None before the handshake. Since: 3.15."""
        if not RG_HAS_SIGALG_NAMES:
            raise NotImplementedError("Getting server signature algorithm requires OpenSSL 3.5 or later.")
        return self._signature_name(not self.server)

    def selected_alpn_protocol(self):
        """The protocol agreed upon by ALPN (str), None without one. Since: 3.5, 2.7.10."""
        cdef const unsigned char *data = NULL
        cdef unsigned int size = 0
        SSL_get0_alpn_selected(self.ssl, &data, &size)
        return None if data == NULL else native_from_bytes((<const char *>data)[:size])

    def selected_npn_protocol(self):
        """None: TLS 1.3 and OpenSSL 3 know no NPN. Since: 2.7.9, 3.3, gone with 3.10. Differs: not in 3.15."""
        return None

    def get_channel_binding(self, cb_type="tls-unique"):
        """The channel binding data.

        Args:
            cb_type: "tls-unique", the only kind there is.
        Returns: bytes, None before the handshake.
        Since: 3.3, 2.7.9. Source: RFC 5929; ssl documentation, SSLSocket.get_channel_binding.
        """
        cdef char data[64]
        cdef size_t size
        if not isinstance(cb_type, (str, unicode)):
            raise TypeError("get_channel_binding() argument 'cb_type' must be str, not %s"
                            % ("None" if cb_type is None else type(cb_type).__name__))
        if cb_type != "tls-unique":
            raise ValueError("'%s' channel binding type not implemented" % (cb_type,))
        # The first Finished message of the handshake: the client's, but the server's
        # where a session is resumed.
        if bool(SSL_session_reused(self.ssl)) == self.server:
            size = SSL_get_finished(self.ssl, data, sizeof(data))
        else:
            size = SSL_get_peer_finished(self.ssl, data, sizeof(data))
        return data[:size] if size > 0 else None

    def tls_unique_cb(self):
        """2.7's name of get_channel_binding."""
        return self.get_channel_binding()

    def uses_ktls_for_send(self):
        """True if the kernel encrypts (bool). Since: 3.15."""
        return RG_ktls_send(self.ssl) != 0

    def uses_ktls_for_recv(self):
        """True if the kernel decrypts (bool). Since: 3.15."""
        return RG_ktls_recv(self.ssl) != 0

    # ---- attributes ----

    @property
    def context(self):
        """The SSLContext. Set it in a server-name callback to go on with another one."""
        return self.ctx

    @context.setter
    def context(self, value):
        if not isinstance(value, _SSLContext):
            raise TypeError("The value must be a SSLContext")
        switch_context(self, value)

    @context.deleter
    def context(self):
        _refuse_deletion("context")

    @property
    def owner(self):
        """The SSLSocket or SSLObject of this connection, held weakly."""
        return visible_owner(self)

    @owner.setter
    def owner(self, value):
        self.owner_ref = PyWeakref_NewRef(value, NULL)

    @owner.deleter
    def owner(self):
        _refuse_deletion("owner")

    @property
    def server_side(self):
        """True on the side of a server (bool)."""
        return self.server

    @property
    def server_hostname(self):
        """The name the server was asked for (str), None without one."""
        return self.hostname

    @property
    def session(self):
        """The session (SSLSession), None before there is one."""
        cdef bint held = keep_out(self)
        cdef SSL_SESSION *session = SSL_get1_session(self.ssl)
        let_in(self, held)
        return None if session == NULL else new_session(session, self.ctx)

    @session.setter
    def session(self, value):
        if not isinstance(value, SSLSession):
            raise TypeError("Value is not a SSLSession.")
        if (<SSLSession>value).ctx.ctx != self.ctx.ctx:
            raise ValueError("Session refers to a different SSLContext.")
        if self.server:
            raise ValueError("Cannot set session for server-side SSLSocket.")
        if SSL_is_init_finished(self.ssl):
            raise ValueError("Cannot set session after handshake.")
        clear_errors()
        if not SSL_set_session(self.ssl, (<SSLSession>value).session):
            raise_ssl_error()

    @session.deleter
    def session(self):
        _refuse_deletion("session")

    @property
    def session_reused(self):
        """True if the handshake resumed a session (bool)."""
        return SSL_session_reused(self.ssl) != 0


RG_name_type(_SSLSocket, b"_ssl._SSLSocket")
