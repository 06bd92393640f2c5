# What new contexts start with, and which protocol versions that leaves open.

cdef extern from *:
    int PyErr_WarnEx(object category, const char *text, Py_ssize_t level) except -1

cdef uint64_t VERSION_OPTIONS = (SSL_OP_NO_SSLv2 | SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1
                                 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3)
cdef uint64_t DEFAULT_OPTIONS = (
    (SSL_OP_ALL & ~SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS) | SSL_OP_NO_SSLv2 | SSL_OP_NO_SSLv3
    | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_SINGLE_DH_USE | SSL_OP_SINGLE_ECDH_USE)


# ---- defaults --------------------------------------------------------------------

cdef bytes _default_ciphers = None
cdef int _default_minimum = 0
cdef int _default_level = -1
cdef uint64_t _default_set = 0, _default_clear = 0
cdef bint _warns = False

# The library's own choice, in the words of OpenSSL's ciphers(1).
_DEFAULT_CIPHERS = "ALL:!COMPLEMENTOFDEFAULT:!eNULL"


def set_context_defaults(ciphers=None, minimum_version=None, security_level=None,
                         options_set=0, options_clear=0, warn_deprecated=False):
    """Say what new contexts start with; contexts that exist stay as they are.

    Args:
        ciphers: OpenSSL cipher list (str), None for the library's.
        minimum_version: PROTO_* number for contexts of no fixed version, None for the library's.
        security_level: 0 to 5, None for the library's.
        options_set: OP_* bits set beyond those that every context has.
        options_clear: OP_* bits taken away.
        warn_deprecated: whether old protocols and options give DeprecationWarning, as
            since Python 3.10.
    Raises:
        SSLError: if the cipher list selects nothing; nothing is changed then.
    """
    global _default_ciphers, _default_minimum, _default_level, _default_set, _default_clear
    global _warns, _DEFAULT_CIPHERS
    cdef bytes names = None if ciphers is None else encoded_text(ciphers, "ciphers", "utf-8")
    cdef int minimum = 0 if minimum_version is None else int_argument(minimum_version)
    cdef int level = -1 if security_level is None else int_argument(security_level)
    cdef uint64_t bits_set = options_set, bits_clear = options_clear
    _default_ciphers, _default_minimum, _default_level = names, minimum, level
    _default_set, _default_clear, _warns = bits_set, bits_clear, bool(warn_deprecated)
    if ciphers is not None:
        _DEFAULT_CIPHERS = ciphers


# ---- the host --------------------------------------------------------------------

cdef bint _clients_list_ciphers = False
cdef bint _either_side = False


def set_host_behavior(bint clients_list_ciphers=False, bint either_side=False):
    """Say what programs of this host rely on; regraft._behavior knows.

    Args:
        clients_list_ciphers: shared_ciphers() of a client is what it offers, not None.
        either_side: contexts of one side make connections of the other, which then fail
            in the handshake.
    """
    global _clients_list_ciphers, _either_side
    _clients_list_ciphers, _either_side = clients_list_ciphers, either_side


cdef int _warn(str text) except -1:
    if _warns:
        PyErr_WarnEx(DeprecationWarning, text.encode("ascii"), 2)
    return 0


cdef int raise_no_context() except -1:
    """Raise for a failed SSL_CTX_new; a configuration that leaves no ciphers is named."""
    cdef unsigned long code = ERR_peek_last_error()
    cdef char *path
    if ERR_GET_LIB(code) == ERR_LIB_SSL and ERR_GET_REASON(code) == SSL_R_LIBRARY_HAS_NO_CIPHERS:
        path = CONF_get1_default_config_file()
        error = _queued_error(
            SSLError, ERR_GET_REASON(code), code, None,
            "no provider of algorithms is loaded; does OpenSSL's configuration %s name one that is missing?"
            % native_from_c(path))
        OPENSSL_free(path)
        ERR_clear_error()
        raise error
    raise_ssl_error()


# ---- versions --------------------------------------------------------------------

cdef int _fixed_version(int protocol) noexcept:
    # PROTOCOL_TLSv1 and its kind: the methods of one version are gone from OpenSSL 4.
    if protocol == 1 and RG_HAS_SSLv3:
        return SSL3_VERSION
    if protocol == 3:
        return TLS1_VERSION
    if protocol == 4:
        return TLS1_1_VERSION
    if protocol == 5:
        return TLS1_2_VERSION
    return 0


cdef int _highest_block(uint64_t options, int lowest, int highest) noexcept:
    # The lowest version that is allowed without a gap below the highest allowed one, or
    # 0 if there is no gap. With a gap OpenSSL's client would take the versions *below* it:
    # OP_NO_TLSv1_2 would mean "TLS 1.0 and 1.1" instead of "TLS 1.3".
    cdef int version, bottom = 0
    cdef bint allowed, ended = False
    for version in range(TLS1_3_VERSION, SSL3_VERSION - 1, -1):
        allowed = ((lowest == 0 or version >= lowest) and (highest == 0 or version <= highest)
                   and not options & _no_version(version))
        if allowed and ended:
            return bottom
        if allowed:
            bottom = version
        elif bottom:
            ended = True
    return 0


cdef uint64_t _no_version(int version) noexcept:
    if version == TLS1_3_VERSION:
        return SSL_OP_NO_TLSv1_3
    if version == TLS1_2_VERSION:
        return SSL_OP_NO_TLSv1_2
    if version == TLS1_1_VERSION:
        return SSL_OP_NO_TLSv1_1
    if version == TLS1_VERSION:
        return SSL_OP_NO_TLSv1
    return SSL_OP_NO_SSLv3


cdef int oldest_version() except -1:
    return (SSL3_VERSION if HAS_SSLv3 else TLS1_VERSION if HAS_TLSv1
            else TLS1_1_VERSION if HAS_TLSv1_1 else TLS1_2_VERSION)


cdef int newest_version() except -1:
    return TLS1_3_VERSION if HAS_TLSv1_3 else TLS1_2_VERSION


cdef int check_bound(int protocol, int version) except? -1:
    """Refuse what cannot be a context's minimum or maximum version; else the number again."""
    if _fixed_version(protocol):
        raise ValueError("The context's protocol doesn't support modification of highest and lowest version.")
    if version == SSL3_VERSION:
        _warn("ssl.TLSVersion.SSLv3 is deprecated")
    elif version == TLS1_VERSION:
        _warn("ssl.TLSVersion.TLSv1 is deprecated")
    elif version == TLS1_1_VERSION:
        _warn("ssl.TLSVersion.TLSv1_1 is deprecated")
    elif version not in (TLS1_2_VERSION, TLS1_3_VERSION, PROTO_MINIMUM_SUPPORTED, PROTO_MAXIMUM_SUPPORTED):
        raise ValueError("Unsupported TLS/SSL version 0x%x" % (version & 0xFFFFFFFF))
    return version
