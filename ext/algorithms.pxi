# What a context tells about itself: ciphers, groups, signature algorithms, counters.


# ---- ciphers ---------------------------------------------------------------------

cdef str _long_name(int nid):
    return None if nid == NID_undef else native_from_c(OBJ_nid2ln(nid))


cdef dict _cipher_dict(const SSL_CIPHER *cipher):
    cdef char description[512]
    cdef int algorithm_bits = 0, bits
    check_pointer(SSL_CIPHER_description(cipher, description, sizeof(description)))
    bits = SSL_CIPHER_get_bits(cipher, &algorithm_bits)
    return {
        "id": int(SSL_CIPHER_get_id(cipher)),
        "name": native_from_c(SSL_CIPHER_get_name(cipher)),
        "protocol": native_from_c(SSL_CIPHER_get_version(cipher)),
        "description": native_from_c(description).rstrip("\n"),
        "strength_bits": bits,
        "alg_bits": algorithm_bits,
        "aead": SSL_CIPHER_is_aead(cipher) != 0,
        "symmetric": _long_name(SSL_CIPHER_get_cipher_nid(cipher)),
        "digest": _long_name(SSL_CIPHER_get_digest_nid(cipher)),
        "kea": _long_name(SSL_CIPHER_get_kx_nid(cipher)),
        "auth": _long_name(SSL_CIPHER_get_auth_nid(cipher)),
    }


cdef list list_ciphers(CipherStack *ciphers):
    """SSLContext.get_ciphers(), from a borrowed list."""
    cdef int i
    return [_cipher_dict(sk_SSL_CIPHER_value(ciphers, i)) for i in range(sk_SSL_CIPHER_num(ciphers))]


# ---- groups and signature algorithms ---------------------------------------------

cdef list list_groups(SSL_CTX *ctx, bint aliases):
    """SSLContext.get_groups()."""
    cdef CStringStack *names
    cdef int i
    if not RG_HAS_GROUPS_LIST:
        raise NotImplementedError("Getting implemented groups requires OpenSSL 3.5 or later.")
    ERR_clear_error()
    names = RG_implemented_groups(ctx, aliases)
    check_pointer(names)
    try:
        return [native_from_c(sk_OPENSSL_CSTRING_value(names, i)) for i in range(sk_OPENSSL_CSTRING_num(names))]
    finally:
        sk_OPENSSL_CSTRING_free(names)


def get_sigalgs():
    """The signature algorithms that the library has for TLS: a list of names.

    Raises:
        NotImplementedError: with OpenSSL older than 3.4.
    Since: 3.15.
    """
    cdef char *names
    if not RG_HAS_SIGALGS_LIST:
        raise NotImplementedError("Getting signature algorithms requires OpenSSL 3.4 or later.")
    ERR_clear_error()
    names = RG_builtin_sigalgs()
    check_pointer(names)
    try:
        return native_from_c(names).split(":")
    finally:
        OPENSSL_free(names)


# ---- sessions --------------------------------------------------------------------

cdef dict session_counters(SSL_CTX *ctx):
    """SSLContext.session_stats()."""
    return {
        "number": int(SSL_CTX_sess_number(ctx)),
        "connect": int(SSL_CTX_sess_connect(ctx)),
        "connect_good": int(SSL_CTX_sess_connect_good(ctx)),
        "connect_renegotiate": int(SSL_CTX_sess_connect_renegotiate(ctx)),
        "accept": int(SSL_CTX_sess_accept(ctx)),
        "accept_good": int(SSL_CTX_sess_accept_good(ctx)),
        "accept_renegotiate": int(SSL_CTX_sess_accept_renegotiate(ctx)),
        "hits": int(SSL_CTX_sess_hits(ctx)),
        "misses": int(SSL_CTX_sess_misses(ctx)),
        "timeouts": int(SSL_CTX_sess_timeouts(ctx)),
        "cache_full": int(SSL_CTX_sess_cache_full(ctx)),
    }
