# _SSLContext: settings that connections share.
#
# Connections copy most settings when they are made; what they go on reading in the
# SSL_CTX while the GIL is released is never freed under them (see set_ciphers).

cdef extern from *:
    int PyObject_GenericSetAttr(object obj, object name, PyObject *value) except -1

cdef int _context_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL)
if _context_index < 0:
    raise_ssl_error()


cdef class _SSLContext:
    """OpenSSL's side of ssl.SSLContext.

    Args:
        protocol: a PROTOCOL_* number.
    Raises:
        ValueError: for a protocol that does not exist or that this OpenSSL lacks.
    Since: 2.7.9, 3.2.
    """

    cdef SSL_CTX *ctx
    cdef readonly int protocol
    cdef bint checks_hostname
    cdef bint wants_pha
    cdef unsigned int hostflags
    cdef int handshakes
    cdef bytes late_ciphers, late_suites
    cdef object alpn, sni, psk_client, psk_server
    cdef bint sni_decoded
    cdef object keylog_name, keylog_file
    cdef object message_function

    def __cinit__(self, protocol, /):
        self.ctx = NULL
        try:
            self.protocol = int_argument(protocol)
            self._create()
        except BaseException:
            # The finalizer of a subclass sees this object all the same.
            if self.ctx == NULL:
                self.ctx = SSL_CTX_new(TLS_method())
            raise

    def __dealloc__(self):
        if self.ctx != NULL:
            # A connection may keep the SSL_CTX longer than this object: its callbacks
            # find then that nobody is at home.
            SSL_CTX_set_ex_data(self.ctx, _context_index, NULL)
            SSL_CTX_free(self.ctx)

    def __delattr__(self, name):
        if type(getattr(_SSLContext, name, None)) is type(_SSLContext.options):
            raise AttributeError("attribute '%s' of '_ssl._SSLContext' objects cannot be deleted" % name)
        PyObject_GenericSetAttr(self, name, NULL)

    def __reduce_ex__(self, protocol, /):
        refuse_to_pickle("_ssl._SSLContext" if type(self) is _SSLContext else type(self).__name__)

    cdef int _create(self) except -1:
        cdef int version = _fixed_version(self.protocol)
        cdef const SSL_METHOD *method
        prepare_tls()
        if self.protocol == PROTOCOL_TLS or version:
            method = TLS_method()
        elif self.protocol == PROTOCOL_TLS_CLIENT:
            method = TLS_client_method()
        elif self.protocol == PROTOCOL_TLS_SERVER:
            method = TLS_server_method()
        else:
            raise ValueError("invalid or unsupported protocol version %d" % self.protocol)
        if version:
            _warn("ssl.PROTOCOL_%s is deprecated" % ("SSLv3", "", "TLSv1", "TLSv1_1", "TLSv1_2")[self.protocol - 1])
        elif self.protocol == PROTOCOL_TLS:
            _warn("ssl.PROTOCOL_TLS is deprecated")
        ERR_clear_error()
        with nogil:
            self.ctx = SSL_CTX_new(method)
        if self.ctx == NULL:
            raise_no_context()
        if not SSL_CTX_set_ex_data(self.ctx, _context_index, <void *>self):
            raise_ssl_error()
        if version:
            if not (SSL_CTX_set_min_proto_version(self.ctx, version)
                    and SSL_CTX_set_max_proto_version(self.ctx, version)):
                ERR_clear_error()
                raise ValueError("invalid or unsupported protocol version %d" % self.protocol)
        elif _default_minimum and not SSL_CTX_set_min_proto_version(self.ctx, _default_minimum):
            raise_ssl_error("Failed to set minimum protocol 0x%x" % _default_minimum)
        return self._start()

    cdef int _start(self) except -1:
        # What every context begins with, beyond the version.
        cdef bint client = self.protocol == PROTOCOL_TLS_CLIENT
        SSL_CTX_set_options(self.ctx, DEFAULT_OPTIONS | _default_set)
        SSL_CTX_clear_options(self.ctx, _default_clear | (SSL_OP_NO_SSLv3 if self.protocol == 1 else 0))
        # Idle connections give their buffers back.
        SSL_CTX_set_mode(self.ctx, SSL_MODE_RELEASE_BUFFERS)
        if _default_ciphers is not None and not SSL_CTX_set_cipher_list(self.ctx, _default_ciphers):
            ERR_clear_error()
            raise SSLError("No cipher can be selected.")
        if _default_level >= 0:
            SSL_CTX_set_security_level(self.ctx, _default_level)
        self._set_verify_mode(CERT_REQUIRED if client else CERT_NONE)
        self.checks_hostname = client
        start_verification(self.ctx)
        self.hostflags = change_host_flags(self.ctx, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        SSL_CTX_set_post_handshake_auth(self.ctx, 0)
        ERR_clear_error()
        return 0

    cdef int prepare(self, SSL *ssl, bint server_side) except -1:
        """Give a new connection what it cannot inherit from the SSL_CTX."""
        cdef int bottom
        self.give_late_choices(ssl)
        if server_side:
            # Sessions of servers belong to a name, or OpenSSL refuses to resume them. A client
            # must not have one: its external keys of TLS 1.3 would be refused.
            if not SSL_set_session_id_context(ssl, b"Python", 6):
                raise_ssl_error()
        else:
            bottom = _highest_block(SSL_get_options(ssl), SSL_get_min_proto_version(ssl),
                                    SSL_get_max_proto_version(ssl))
            if bottom and not SSL_set_min_proto_version(ssl, bottom):
                raise_ssl_error()
        return 0

    cdef int give_late_choices(self, SSL *ssl) except -1:
        """Give a connection the ciphers that were chosen while handshakes ran."""
        cdef bytes suites = self.late_suites
        if self.late_ciphers is None and suites is None:
            return 0
        ERR_clear_error()
        if not self.handshakes:
            # From now on in the SSL_CTX: a connection with a list of its own keeps that
            # when its context is switched.
            if self.late_ciphers is not None and not SSL_CTX_set_cipher_list(self.ctx, self.late_ciphers):
                raise_ssl_error()
            if suites is not None and not SSL_CTX_set_ciphersuites(self.ctx, suites):
                raise_ssl_error()
            self.late_ciphers = self.late_suites = None
        elif self.late_ciphers is not None and not SSL_set_cipher_list(ssl, self.late_ciphers):
            raise_ssl_error()
        # SSL_new has copied these.
        if suites is not None and not SSL_set_ciphersuites(ssl, suites):
            raise_ssl_error()
        return 0

    # ---- connections -------------------------------------------------------------

    def _wrap_socket(self, /, sock, server_side, server_hostname=None, *, owner=None, session=None, ssl_sock=None):
        """A connection over a socket.

        Since: 2.7.9, 3.2. Differs: takes `ssl_sock` too, 2.7's name for `owner`: gevent and eventlet use it.
        """
        if owner is None:
            owner = ssl_sock
        if server_hostname is None and self.checks_hostname and not server_side:
            # 2.7 asked its socket for the name, when the handshake was over; eventlet relies on that.
            server_hostname = getattr(ssl_sock, "server_hostname", None)
        return new_connection(self, sock, None, None, bool(server_side), server_hostname, owner, session)

    def _wrap_bio(self, /, incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None):
        """A connection over two memory BIOs.

        Since: 3.5.
        """
        if not isinstance(incoming, MemoryBIO):
            raise TypeError("_wrap_bio() argument 'incoming' must be _ssl.MemoryBIO, not %s" % type_name(incoming))
        if not isinstance(outgoing, MemoryBIO):
            raise TypeError("_wrap_bio() argument 'outgoing' must be _ssl.MemoryBIO, not %s" % type_name(outgoing))
        return new_connection(self, None, <MemoryBIO>incoming, <MemoryBIO>outgoing,
                              bool(server_side), server_hostname, owner, session)

    # ---- versions and options ----------------------------------------------------

    @property
    def options(self):
        """OP_* bits."""
        return int(SSL_CTX_get_options(self.ctx))

    @options.setter
    def options(self, value):
        cdef uint64_t wanted = unsigned_argument(value), before = SSL_CTX_get_options(self.ctx)
        if wanted & ~before & VERSION_OPTIONS:
            _warn("ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated")
        # Set first: at no moment is a version open that both states forbid.
        if wanted & ~before:
            SSL_CTX_set_options(self.ctx, wanted & ~before)
        if before & ~wanted:
            SSL_CTX_clear_options(self.ctx, before & ~wanted)

    @property
    def minimum_version(self):
        """Oldest version offered or accepted, PROTO_*."""
        cdef int version = 0 if _fixed_version(self.protocol) else SSL_CTX_get_min_proto_version(self.ctx)
        return version if version else PROTO_MINIMUM_SUPPORTED

    @minimum_version.setter
    def minimum_version(self, value):
        cdef int version = check_bound(self.protocol, int_argument(value))
        if version == PROTO_MINIMUM_SUPPORTED:
            version = 0
        elif version == PROTO_MAXIMUM_SUPPORTED:
            version = newest_version()
        if not SSL_CTX_set_min_proto_version(self.ctx, version):
            ERR_clear_error()
            raise ValueError("Unsupported protocol version 0x%x" % version)

    @property
    def maximum_version(self):
        """Newest version offered or accepted, PROTO_*."""
        cdef int version = 0 if _fixed_version(self.protocol) else SSL_CTX_get_max_proto_version(self.ctx)
        return version if version else PROTO_MAXIMUM_SUPPORTED

    @maximum_version.setter
    def maximum_version(self, value):
        cdef int version = check_bound(self.protocol, int_argument(value))
        if version == PROTO_MAXIMUM_SUPPORTED:
            version = 0
        elif version == PROTO_MINIMUM_SUPPORTED:
            version = oldest_version()
        if not SSL_CTX_set_max_proto_version(self.ctx, version):
            ERR_clear_error()
            raise ValueError("Unsupported protocol version 0x%x" % version)

    # ---- verification ------------------------------------------------------------

    @property
    def verify_mode(self):
        """CERT_*."""
        cdef int mode = SSL_CTX_get_verify_mode(self.ctx) & (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)
        if mode == SSL_VERIFY_NONE:
            return CERT_NONE
        return CERT_REQUIRED if mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT else CERT_OPTIONAL

    @verify_mode.setter
    def verify_mode(self, value):
        cdef int mode = int_argument(value)
        if mode == CERT_NONE and self.checks_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._set_verify_mode(mode)

    cdef int _set_verify_mode(self, int mode) except -1:
        cdef int bits
        if mode == CERT_NONE:
            bits = SSL_VERIFY_NONE
        elif mode == CERT_OPTIONAL:
            bits = SSL_VERIFY_PEER
        elif mode == CERT_REQUIRED:
            bits = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        else:
            raise ValueError("invalid value for verify_mode")
        SSL_CTX_set_verify(self.ctx, bits, NULL)
        return 0

    @property
    def check_hostname(self):
        """Whether the peer's certificate must be for the name or address asked for."""
        return bool(self.checks_hostname)

    @check_hostname.setter
    def check_hostname(self, value):
        cdef bint wanted = bool(value)
        # A name cannot be checked on a certificate that nobody verifies.
        if wanted and SSL_CTX_get_verify_mode(self.ctx) == SSL_VERIFY_NONE:
            self._set_verify_mode(CERT_REQUIRED)
        self.checks_hostname = wanted

    @property
    def verify_flags(self):
        """VERIFY_* bits."""
        return int(X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(self.ctx)))

    @verify_flags.setter
    def verify_flags(self, value):
        if not hasattr(value, "__index__"):
            raise TypeError("argument must be int, not %s" % type_name(value))
        cdef unsigned long wanted = operator_index(value) & 0xFFFFFFFFFFFFFFFF
        cdef unsigned long before = X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(self.ctx))
        change_verify_flags(self.ctx, wanted & ~before, before & ~wanted)

    @property
    def _host_flags(self):
        """HOSTFLAG_* bits."""
        return int(self.hostflags)

    @_host_flags.setter
    def _host_flags(self, value):
        self.hostflags = change_host_flags(self.ctx, operator_index(value) & 0xFFFFFFFF)

    @property
    def post_handshake_auth(self):
        """Whether TLS 1.3 clients answer, and servers may send, a late certificate request."""
        return bool(self.wants_pha)

    @post_handshake_auth.setter
    def post_handshake_auth(self, value):
        self.wants_pha = bool(value)

    # ---- trust and own certificate -----------------------------------------------

    def load_cert_chain(self, /, certfile, keyfile=None, password=None):
        """Load the certificate that this side shows, its chain and its key, all PEM.

        Args:
            certfile: path of the certificate and its chain, and of the key if `keyfile` is None.
            keyfile: path of the private key.
            password: str, bytes or bytearray, or a callable that returns one of them; asked
                only if the key is encrypted. At most 1024 bytes.
        Raises:
            SSLError: if a file does not hold what it should or the key does not fit; the
                context is as it was then.
            OSError: if a file cannot be read.
        Since: 2.7.9, 3.2.
        """
        load_certificate_chain(self.ctx, certfile, keyfile, password)

    def load_verify_locations(self, /, cafile=None, capath=None, cadata=None):
        """Trust the CA certificates, and use the revocation lists, of all these places or, on an error, none.

        Args:
            cafile: path of a PEM file.
            capath: path of a directory with hashed names, searched when needed.
            cadata: PEM text or DER bytes, of one or of many certificates.
        Since: 2.7.9, 3.2; cadata 3.4.
        """
        load_trust_locations(self.ctx, cafile, capath, cadata)

    def set_default_verify_paths(self, /):
        """Trust what is trusted by default, see find_default_trust().

        Since: 2.7.9, 3.2.
        """
        load_default_trust(self.ctx)

    def cert_store_stats(self, /):
        """How many certificates ("x509"), CA certificates ("x509_ca") and "crl" are loaded.

        Since: 2.7.9, 3.4.
        """
        return trust_counts(self.ctx)

    def get_ca_certs(self, /, binary_form=False):
        """The CA certificates loaded so far: dictionaries, or with `binary_form` DER bytes.

        Since: 2.7.9, 3.4.
        """
        return trusted_authorities(self.ctx, bool(binary_form))

    def load_dh_params(self, path, /):
        """Use the Diffie-Hellman parameters of a PEM file.

        Since: 2.7.9, 3.3.
        """
        load_dh_parameters(self.ctx, path)

    # ---- algorithms --------------------------------------------------------------

    def set_ciphers(self, cipherlist, /):
        """Choose the ciphers of TLS 1.2 and below (OpenSSL cipher list, str).

        Raises:
            SSLError: if none of them exists.
        Since: 2.7.9, 3.2.
        """
        cdef bytes names = encoded_text(cipherlist, "set_ciphers() argument", "utf-8")
        if not self._choose(names, False):
            ERR_clear_error()
            raise SSLError("No cipher can be selected.")

    def set_ciphersuites(self, ciphersuites, /):
        """Choose the cipher suites of TLS 1.3 (names with colons, str).

        Raises:
            SSLError: if none of them exists.
        Since: 3.15.
        """
        cdef bytes names = encoded_text(ciphersuites, "set_ciphersuites() argument", "utf-8")
        if not self._choose(names, True):
            raise_ssl_error("No cipher suite can be selected.")

    cdef bint _choose(self, bytes names, bint suites) except -1:
        # Tried on a connection first: OpenSSL replaces the list even when it selects nothing.
        # While handshakes run the choice is kept for the connections to come: they read the
        # SSL_CTX's list, and setting a new one frees it (a crash in stock Python).
        cdef SSL *trial
        cdef bint done
        ERR_clear_error()
        trial = SSL_new(self.ctx)
        check_pointer(trial)
        done = SSL_set_ciphersuites(trial, names) if suites else SSL_set_cipher_list(trial, names)
        SSL_free(trial)
        if not done:
            return False
        if suites:
            self.late_suites = names if self.handshakes else None
            return self.handshakes or SSL_CTX_set_ciphersuites(self.ctx, names)
        self.late_ciphers = names if self.handshakes else None
        return self.handshakes or SSL_CTX_set_cipher_list(self.ctx, names)

    def get_ciphers(self, /):
        """The enabled ciphers, in order of preference: a list of dictionaries.

        Since: 3.6.
        """
        cdef SSL *trial
        ERR_clear_error()
        trial = SSL_new(self.ctx)
        check_pointer(trial)
        try:
            self.prepare(trial, True)
            return list_ciphers(SSL_get_ciphers(trial))
        finally:
            SSL_free(trial)

    def set_groups(self, grouplist, /):
        """Choose the key exchange groups (names with colons, str).

        Since: 3.15.
        """
        cdef bytes names = encoded_text(grouplist, "set_groups() argument", "utf-8")
        if not SSL_CTX_set1_groups_list(self.ctx, names):
            raise_ssl_error("unrecognized group")

    def get_groups(self, /, *, include_aliases=False):
        """The key exchange groups that the library has for this context: a list of names.

        Raises:
            NotImplementedError: with OpenSSL older than 3.5.
        Since: 3.15.
        """
        return list_groups(self.ctx, bool(include_aliases))

    def set_client_sigalgs(self, sigalgslist, /):
        """Choose the signature algorithms for certificates of clients (names with colons, str).

        Since: 3.15.
        """
        cdef bytes names = encoded_text(sigalgslist, "set_client_sigalgs() argument", "utf-8")
        if not SSL_CTX_set1_client_sigalgs_list(self.ctx, names):
            raise_ssl_error("unrecognized signature algorithm")

    def set_server_sigalgs(self, sigalgslist, /):
        """Choose the signature algorithms for the handshake (names with colons, str).

        Since: 3.15.
        """
        cdef bytes names = encoded_text(sigalgslist, "set_server_sigalgs() argument", "utf-8")
        if not SSL_CTX_set1_sigalgs_list(self.ctx, names):
            raise_ssl_error("unrecognized signature algorithm")

    def set_ecdh_curve(self, name, /):
        """Use one elliptic curve for key exchange, by OpenSSL's short name.

        Since: 2.7.9, 3.3.
        """
        cdef int nid = OBJ_sn2nid(<bytes>RG_filesystem_path(name))
        if nid == NID_undef:
            ERR_clear_error()
            raise ValueError("unknown elliptic curve name %r" % (name,))
        ERR_clear_error()
        if not SSL_CTX_set1_groups(self.ctx, &nid, 1):
            raise_ssl_error()

    @property
    def security_level(self):
        """OpenSSL's security level, 0 to 5."""
        return SSL_CTX_get_security_level(self.ctx)

    # ---- sessions ----------------------------------------------------------------

    @property
    def num_tickets(self):
        """How many TLS 1.3 session tickets a server sends after a handshake."""
        return int(SSL_CTX_get_num_tickets(self.ctx))

    @num_tickets.setter
    def num_tickets(self, value):
        value = operator_index(value)
        if value < 0:
            raise ValueError("value must be non-negative")
        if self.protocol != PROTOCOL_TLS_SERVER:
            raise ValueError("SSLContext is not a server context.")
        if SSL_CTX_set_num_tickets(self.ctx, value) != 1:
            raise ValueError("failed to set num tickets.")

    def session_stats(self, /):
        """Counters of the session cache.

        Since: 2.7.9, 3.2.
        """
        return session_counters(self.ctx)

    # `old` below outlives the assignment: Cython lets the old value go before the new one is in
    # place, and its end may run code (or close a file) while another thread reads the attribute.
    # OpenSSL reads the pointers to C functions twice, for NULL and for the call, without a lock:
    # those that it looks up in the SSL_CTX are set and never taken away.

    # ---- callbacks ---------------------------------------------------------------

    def _set_alpn_protocols(self, protos, /):
        """The application protocols, as a list in wire form (bytes).

        Since: 2.7.10, 3.5.
        """
        cdef bytes names = protocol_list(protos)
        if SSL_CTX_set_alpn_protos(self.ctx, names, <unsigned int>len(names)) != 0:
            ERR_clear_error()
            raise MemoryError()
        self.alpn = names
        SSL_CTX_set_alpn_select_cb(self.ctx, on_alpn, NULL)

    def _set_npn_protocols(self, protos, /):
        """2.7's way to ALPN's predecessor, which no OpenSSL has had since 2018.

        Raises:
            NotImplementedError: always; HAS_NPN is False.
        Since: 2.7.9.
        """
        raise NotImplementedError("The NPN extension requires OpenSSL 1.0.1 or later, without TLS 1.3.")

    @property
    def sni_callback(self):
        """Called with (connection, name or None, context) when a client says whom it wants."""
        return self.sni

    @sni_callback.setter
    def sni_callback(self, value):
        self._set_sni(value, False)

    def set_servername_callback(self, method, /):
        """2.7's sni_callback: the name is given IDNA-decoded.

        Since: 2.7.9.
        """
        self._set_sni(method, True)

    cdef int _set_sni(self, object function, bint decoded) except -1:
        if self.protocol == PROTOCOL_TLS_CLIENT:
            raise ValueError("sni_callback cannot be set on TLS_CLIENT context")
        if function is not None and not callable(function):
            raise TypeError("not a callable object")
        old, self.sni, self.sni_decoded = self.sni, function, decoded
        SSL_CTX_set_tlsext_servername_callback(self.ctx, on_server_name)
        return 0

    def set_psk_client_callback(self, /, callback):
        """Authenticate with pre-shared keys: callback(hint) gives (identity, key).

        Since: 3.13.
        Differs: a callback that fails ends the handshake with TLS 1.3 too, where 3.15 goes on without a key; an
            identity with a NUL is refused and not cut.
        """
        check_psk(callback, self.protocol == PROTOCOL_TLS_SERVER, "client", "SERVER")
        old, self.psk_client = self.psk_client, callback
        SSL_CTX_set_psk_client_callback(self.ctx, <PskClientCallback>NULL if callback is None else on_psk_client)

    def set_psk_server_callback(self, /, callback, identity_hint=None):
        """Authenticate clients by pre-shared keys: callback(identity) gives the key, b"" for "unknown".

        Since: 3.13.
        Differs: a callback that fails ends the handshake with TLS 1.3 too, where 3.15 goes on with certificates.
        """
        check_psk(callback, self.protocol == PROTOCOL_TLS_CLIENT, "server", "CLIENT")
        cdef bytes hint = identity_hint_bytes(identity_hint)
        ERR_clear_error()
        if not SSL_CTX_use_psk_identity_hint(self.ctx, <const char *>NULL if hint is None else <const char *>hint):
            ERR_clear_error()
            raise ValueError("failed to set identity hint")
        old, self.psk_server = self.psk_server, callback
        SSL_CTX_set_psk_server_callback(self.ctx, <PskServerCallback>NULL if callback is None else on_psk_server)

    @property
    def keylog_filename(self):
        """Path of the file that gets the session keys, for debugging; None for no such file."""
        return self.keylog_name

    @keylog_filename.setter
    def keylog_filename(self, path):
        stream = None if path is None else open_key_log(path)
        old, self.keylog_name, self.keylog_file = (self.keylog_name, self.keylog_file), path, stream
        SSL_CTX_set_keylog_callback(self.ctx, on_key_line)

    @property
    def _msg_callback(self):
        """Called with each message of the protocol, for debugging."""
        return self.message_function

    @_msg_callback.setter
    def _msg_callback(self, value):
        if value is not None and not callable(value):
            raise TypeError("not a callable object")
        old, self.message_function = self.message_function, value
        SSL_CTX_set_msg_callback(self.ctx, <MessageCallback>NULL if value is None else on_message)


RG_name_type(_SSLContext, b"_ssl._SSLContext")
