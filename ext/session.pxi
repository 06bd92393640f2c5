# SSLSession: what a client keeps of a connection, to resume it in a later one.
#
# The SSL_SESSION is shared with the connection it came from, by reference. That is
# safe because a connection is marked as shut down before it is freed (see
# _SSLSocket.__dealloc__): otherwise OpenSSL would make the session useless.

# Only this module can make the objects that must not exist without their C part.
cdef object _MAKER = object()


@cython.final
@cython.no_gc_clear
cdef class SSLSession:
    """A TLS session of a client.

    Since: 3.6; not in 2.7.
    Source: ssl documentation, "SSL session".
    """
    cdef SSL_SESSION *session
    cdef _SSLContext ctx

    # Equal sessions would need equal hashes, and 3.x gives none.
    __hash__ = None

    def __cinit__(self, maker=None):
        self.session = NULL
        if maker is not _MAKER:
            raise TypeError("cannot create '_ssl.SSLSession' instances")

    def __dealloc__(self):
        if self.session != NULL:
            SSL_SESSION_free(self.session)

    def __reduce_ex__(self, protocol, /):
        refuse_to_pickle("_ssl.SSLSession")

    def __eq__(self, value):
        cdef unsigned int size = 0, other_size = 0
        cdef const unsigned char *mine
        cdef const unsigned char *other
        if not isinstance(value, SSLSession):
            return NotImplemented
        if self is value:
            return True
        mine = SSL_SESSION_get_id(self.session, &size)
        other = SSL_SESSION_get_id((<SSLSession>value).session, &other_size)
        return size == other_size and memcmp(mine, other, size) == 0

    def __ne__(self, value):
        equal = self.__eq__(value)
        return equal if equal is NotImplemented else not equal

    @property
    def id(self):
        """The session's identifier (bytes, at most 32)."""
        cdef unsigned int size = 0
        cdef const unsigned char *data = SSL_SESSION_get_id(self.session, &size)
        return (<const char *>data)[:size]

    @property
    def time(self):
        """When the session was made (int, seconds since 1970)."""
        return SSL_SESSION_get_time(self.session)

    @property
    def timeout(self):
        """How long the session may be resumed (int, seconds)."""
        return SSL_SESSION_get_timeout(self.session)

    @property
    def ticket_lifetime_hint(self):
        """The server's word on the ticket's life (int, seconds; 0 without one)."""
        return <long>SSL_SESSION_get_ticket_lifetime_hint(self.session)

    @property
    def has_ticket(self):
        """True if the server gave a session ticket (bool)."""
        return SSL_SESSION_has_ticket(self.session) != 0


RG_name_type(SSLSession, b"_ssl.SSLSession")


cdef SSLSession new_session(SSL_SESSION *session, _SSLContext context):
    """Wrap a session; the reference goes over to the new object."""
    cdef SSLSession wrapped
    try:
        wrapped = SSLSession.__new__(SSLSession, _MAKER)
    except BaseException:
        SSL_SESSION_free(session)
        raise
    wrapped.session = session
    wrapped.ctx = context
    return wrapped
