# How a connection comes to be: its sides, its name, its parameters, and the proof of the name.

import sys


cdef extern from "compat.h":
    const int RG_TAKES_EMPTY_NAMES


cdef bytes _name_of_server(object name):
    """The name as the ASCII bytes that go out, from what the host's `_ssl` accepts."""
    cdef bytes data
    if isinstance(name, unicode):
        # 2.7 takes international names here, 3 leaves them to the layer above.
        data = (<unicode>name).encode("idna" if RG_STR_IS_BYTES else "ascii")
    elif RG_STR_IS_BYTES and isinstance(name, (bytes, bytearray)):
        data = bytes(name)
    else:
        raise TypeError("argument must be str, not %s" % type(name).__name__)
    if b"\0" in data:
        raise TypeError("argument must be encoded string without null bytes, not %s" % type(name).__name__)
    if not data or data.startswith(b"."):
        # OpenSSL would take a leading dot for "any host of this domain".
        raise ValueError("server_hostname cannot be an empty string or start with a leading dot.")
    return data


cdef bint _is_address(bytes name):
    cdef ASN1_OCTET_STRING *address
    clear_errors()
    address = a2i_IPADDRESS(name)
    clear_errors()
    if address == NULL:
        return False
    ASN1_OCTET_STRING_free(address)
    return True


cdef int _check_copy(SSL *ssl, _SSLContext context) except -1:
    """Read back what the new SSL had to take over from the context.

    OpenSSL 3.0 copies the parameters of the verification without looking whether
    the copy succeeded.
    """
    cdef X509_VERIFY_PARAM *copy = SSL_get0_param(ssl)
    cdef X509_VERIFY_PARAM *original = SSL_CTX_get0_param(context.ctx)
    cdef unsigned long flags = X509_VERIFY_PARAM_get_flags(original)
    cdef unsigned int host_flags = X509_VERIFY_PARAM_get_hostflags(original)
    X509_VERIFY_PARAM_set_hostflags(copy, host_flags)
    if (X509_VERIFY_PARAM_get_flags(copy) & flags != flags
            or X509_VERIFY_PARAM_get_hostflags(copy) != host_flags
            or SSL_get_verify_mode(ssl) != SSL_CTX_get_verify_mode(context.ctx)):
        raise_ssl_error("the parameters of the verification could not be copied from the context")
    return 0


cdef int _set_name(_SSLSocket connection, object server_hostname) except -1:
    """Send the name to the server, and have the certificate checked against it."""
    cdef bytes name
    cdef bint address
    cdef int done
    if RG_TAKES_EMPTY_NAMES and server_hostname == "" and not connection.ctx.checks_hostname:
        # 2.7 and 3.6 took that for "none" where no name is checked.
        connection.hostname = ""
        return 0
    name = _name_of_server(server_hostname)
    address = _is_address(name)
    connection.hostname = native_from_bytes(name)
    clear_errors()
    # RFC 6066 allows no addresses in the server-name extension.
    if not address and not SSL_set_tlsext_host_name(connection.ssl, name):
        raise_ssl_error()
    if connection.ctx.checks_hostname:
        if address:
            done = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection.ssl), name)
        else:
            done = X509_VERIFY_PARAM_set1_host(SSL_get0_param(connection.ssl), name, len(name))
        if not done:
            # OpenSSL 4 refuses what cannot be in a certificate, and puts no error into its queue.
            raise_ssl_error("OpenSSL takes no certificate to be valid for '%s'" % native_from_bytes(name)
                            if ERR_peek_last_error() == 0 else None)
        connection.checked_name = name
        connection.names_address = address
        connection.unconfirmed = not connection.server
    return 0


cdef int _set_socket(_SSLSocket connection, object sock) except -1:
    cdef int fd
    connection.plain_socket = (isinstance(sock, _socket.socket)
                               and _gettimeout != NULL and _fileno != NULL)
    if not (connection.plain_socket or hasattr(sock, "fileno") and hasattr(sock, "gettimeout")):
        raise TypeError("_wrap_socket() argument 'sock' must be _socket.socket, not %s"
                        % ("None" if sock is None else type(sock).__name__))
    connection.socket_ref = PyWeakref_NewRef(sock, NULL)
    fd = sock.fileno()
    clear_errors()
    if not SSL_set_fd(connection.ssl, fd):
        raise_ssl_error()
    return 0


cdef int _set_memory(_SSLSocket connection, MemoryBIO incoming, MemoryBIO outgoing) except -1:
    # SSL_set_bio takes over one reference to each, and one only where both are the same.
    if not BIO_up_ref(incoming.bio):
        raise_ssl_error()
    if incoming is not outgoing and not BIO_up_ref(outgoing.bio):
        BIO_free(incoming.bio)
        raise_ssl_error()
    SSL_set_bio(connection.ssl, incoming.bio, outgoing.bio)
    connection.outgoing = outgoing.pool
    return 0


cdef int _allow_late_authentication(_SSLSocket connection) except -1:
    cdef int mode
    if not connection.ctx.wants_pha:
        return 0
    if not connection.server:
        SSL_set_post_handshake_auth(connection.ssl, 1)
        return 0
    mode = SSL_get_verify_mode(connection.ssl)
    # Without VERIFY_PEER OpenSSL minds the flag (https://bugs.python.org/issue37428).
    if mode & SSL_VERIFY_PEER:
        SSL_set_verify(connection.ssl, mode | SSL_VERIFY_POST_HANDSHAKE,
                       SSL_get_verify_callback(connection.ssl))
    return 0


cdef _SSLSocket new_connection(_SSLContext context, object sock, MemoryBIO incoming, MemoryBIO outgoing,
                               bint server_side, object server_hostname, object owner, object session):
    """Make a connection over `sock`, or, where that is None, over the two MemoryBIOs."""
    cdef _SSLSocket connection
    if server_side and context.protocol == PROTOCOL_TLS_CLIENT and not _either_side:
        raise_ssl_error("Cannot create a server socket with a PROTOCOL_TLS_CLIENT context")
    if not server_side and context.protocol == PROTOCOL_TLS_SERVER and not _either_side:
        raise_ssl_error("Cannot create a client socket with a PROTOCOL_TLS_SERVER context")
    if server_hostname is None and context.checks_hostname and not server_side:
        raise ValueError("check_hostname requires server_hostname")

    connection = _SSLSocket.__new__(_SSLSocket, _MAKER)
    connection.ctx = context
    connection.server = server_side
    clear_errors()
    connection.ssl = SSL_new(context.ctx)
    if connection.ssl == NULL or not SSL_set_ex_data(connection.ssl, _connection_index, <void *>connection):
        raise_ssl_error()
    _check_copy(connection.ssl, context)
    context.prepare(connection.ssl, server_side)
    if incoming is None:
        _set_socket(connection, sock)
    else:
        _set_memory(connection, incoming, outgoing)
    SSL_set_mode(connection.ssl, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY)
    _allow_late_authentication(connection)
    if server_hostname is not None:
        _set_name(connection, server_hostname)
    if server_side:
        SSL_set_accept_state(connection.ssl)
    else:
        SSL_set_connect_state(connection.ssl)
    if owner is not None:
        connection.owner = owner
    if session is not None:
        connection.session = session
    return connection


cdef int switch_context(_SSLSocket connection, _SSLContext context) except -1:
    """Go on with another context; its certificates and callbacks take effect at once.

    OpenSSL frees the certificates of the old one, which a handshake points to once it
    has chosen one: while one is under way, only the server-name callback may do this.
    """
    cdef Visit *visit = connection.visits
    cdef unsigned long thread = <unsigned long>PyThread_get_thread_ident()
    cdef _SSLContext old
    cdef bint safe
    if visit == NULL:
        safe = SSL_in_before(connection.ssl) or SSL_is_init_finished(connection.ssl)
    else:
        safe = (visit.thread == thread and visit.next == NULL
                and RG_hears_client_hello(connection.ssl))
    if not safe:
        raise _made_error(SSLError, 0, "the context can be switched before a handshake, in the server's "
                          "sni_callback, and afterwards while no thread uses the connection", None, None)
    clear_errors()
    if SSL_set_SSL_CTX(connection.ssl, context.ctx) != context.ctx:
        raise_ssl_error("the context could not be switched")
    context.give_late_choices(connection.ssl)
    if visit != NULL:
        if connection.lent is None:
            connection.lent = []
        connection.lent.append(context)
        context.handshakes += 1
    # Cython would free the old one before it stores the new one.
    old, connection.ctx = connection.ctx, context
    # OpenSSL leaves the old context's message callback in place.
    SSL_set_msg_callback(connection.ssl, <MessageCallback>NULL if context.message_function is None else on_message)
    return 0


cdef tuple _cipher_tuple(const SSL_CIPHER *cipher):
    if cipher == NULL:
        return None
    return (native_from_c(SSL_CIPHER_get_name(cipher)), native_from_c(SSL_CIPHER_get_version(cipher)),
            SSL_CIPHER_get_bits(cipher, NULL))


cdef list _certificate_list(const X509Stack *chain):
    cdef int index
    if chain == NULL:
        return None
    return [wrap_certificate(sk_X509_value(chain, index)) for index in range(sk_X509_num(chain))]


cdef list _shared_ciphers(SSL *ssl):
    cdef CipherStack *theirs = SSL_get_client_ciphers(ssl)
    cdef CipherStack *ours = SSL_get_ciphers(ssl)
    cdef const SSL_CIPHER *cipher
    cdef int index
    cdef list shared = []
    if _clients_list_ciphers and not SSL_is_server(ssl):
        theirs = ours
    if theirs == NULL or ours == NULL:
        return None
    for index in range(sk_SSL_CIPHER_num(theirs)):
        cipher = sk_SSL_CIPHER_value(theirs, index)
        if sk_SSL_CIPHER_find(ours, cipher) >= 0:
            shared.append(_cipher_tuple(cipher))
    return shared


cdef X509 *peer_certificate(_SSLSocket connection) except? NULL:
    """The peer's certificate with a reference, NULL without one."""
    cdef bint held = keep_out(connection)
    cdef X509 *peer = SSL_get1_peer_certificate(connection.ssl)
    let_in(connection, held)
    return peer


cdef list unverified_chain(_SSLSocket connection):
    """What the peer sent, leaf first; None without a certificate."""
    cdef X509 *peer = NULL
    cdef bint held = keep_out(connection)
    try:
        chain = _certificate_list(SSL_get_peer_cert_chain(connection.ssl))
        if not connection.server:
            return chain
        # What a server gets from OpenSSL lacks the client's own certificate. A resumed session has no more than that.
        peer = SSL_get1_peer_certificate(connection.ssl)
        if peer == NULL:
            return None
        chain = [] if chain is None else chain
        chain.insert(0, wrap_certificate(peer))
        return chain
    finally:
        X509_free(peer)
        let_in(connection, held)


# ---- after the handshake ----

cdef int confirm_name(_SSLSocket connection) except -1:
    """Prove that the handshake checked the name it had to check, or refuse.

    A failed allocation inside OpenSSL can lose the name from the parameters of
    the verification, and a resumed session brings no verification at all.
    """
    cdef X509 *peer = NULL
    cdef bint good = False
    clear_errors()
    if SSL_get_verify_result(connection.ssl) == X509_V_OK:
        peer = SSL_get1_peer_certificate(connection.ssl)
    if peer != NULL:
        if connection.names_address:
            good = X509_check_ip_asc(peer, connection.checked_name, 0) == 1
        elif SSL_get0_peername(connection.ssl) != NULL:
            good = True
        else:
            good = X509_check_host(
                peer, connection.checked_name, len(connection.checked_name),
                X509_VERIFY_PARAM_get_hostflags(SSL_get0_param(connection.ssl)), NULL) == 1
        X509_free(peer)
    clear_errors()
    if not good:
        if SSL_get_verify_result(connection.ssl) == X509_V_OK:
            SSL_set_verify_result(connection.ssl, X509_V_ERR_IP_ADDRESS_MISMATCH if connection.names_address
                                  else X509_V_ERR_HOSTNAME_MISMATCH)
        raise _verification_error(connection, ERR_PACK(ERR_LIB_SSL, 0, SSL_R_CERTIFICATE_VERIFY_FAILED))
    connection.unconfirmed = False
    return 0


# ---- what the callbacks ask ------------------------------------------------

cdef _SSLSocket connection_of(const SSL *ssl):
    """The connection of an SSL, None if it is unknown."""
    cdef void *found = NULL if ssl == NULL else SSL_get_ex_data(ssl, _connection_index)
    return None if found == NULL else <_SSLSocket>found


cdef object visible_owner(_SSLSocket connection):
    """The SSLSocket or SSLObject a connection was made for, None when it is gone."""
    if connection is None or connection.owner_ref is None:
        return None
    return connection.owner_ref()


cdef void keep_callback_exception(_SSLSocket connection) noexcept:
    """Keep the exception being handled, the first one wins, for the call that is running."""
    if connection is not None and connection.kept is None:
        connection.kept = sys.exc_info()


cdef int raise_kept_exception(_SSLSocket connection) except -1:
    """Raise what a callback of this connection raised, if one did."""
    if connection.kept is None:
        return 0
    kind, value, traceback = connection.kept
    connection.kept = None
    try:
        raise kind, value, traceback
    finally:
        del traceback


cdef int _refuse_deletion(str name) except -1:
    raise AttributeError("attribute '%s' of '_ssl._SSLSocket' objects cannot be deleted" % name)
