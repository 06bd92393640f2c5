# What `ssl` needs and digests do not. Most programs that import `hashlib` (on 2.7 by way of `random`, `tempfile` or
# `uuid`) never speak TLS, and without this the extension is there in half the time.
#
# For the other parts: prepare_tls().

cdef bint _tls_is_prepared = False


cdef int prepare_tls() except -1:
    """Make the exceptions, the names of errors and the way to sockets, once. Each use of TLS begins here."""
    global _tls_is_prepared
    if not _tls_is_prepared:
        # Without the texts OpenSSL's reasons have no names.
        OPENSSL_init_ssl(
            OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT, NULL)
        make_exceptions()
        make_reason_tables()
        find_socket_methods()
        _tls_is_prepared = True
    return 0


def serve_tls():
    """serve_tls()
--

Make what only TLS needs. `_ssl` calls it before it takes names from here.

Returns: the names of the extension (dict); a second interpreter of 2.7 has a copy from before the first call."""
    prepare_tls()
    return globals()
