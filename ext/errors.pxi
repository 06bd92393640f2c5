# SSLError and its children, and the one way from OpenSSL's error queue to them.
#
# Rules of this file: every raise_* function returns never but with an exception,
# and leaves the thread's error queue empty, so that no later call reports
# what an earlier one left behind.

cdef extern from *:
    object PyErr_NewExceptionWithDoc(char *name, char *doc, object base, object dict)


# ---- the classes -----------------------------------------------------------------
# Made by the C API and not by `class`, so that name, module and base are those of
# CPython's (`ssl.SSLError`; pickles find them there) on every host.

def _describe(self):
    if isinstance(self.strerror, str):
        return self.strerror
    return str(self.args)


cdef int make_exceptions() except -1:
    """Make SSLError and its children, once: 2.7 has their base in `_socket`."""
    global _socket, SSLError, SSLZeroReturnError, SSLWantReadError, SSLWantWriteError, SSLSyscallError, SSLEOFError
    global SSLCertVerificationError
    import _socket

    SSLError = PyErr_NewExceptionWithDoc(
        b"ssl.SSLError", b"An error occurred in the SSL implementation.",
        _socket.error, {"__str__": _describe})
    RG_make_immutable(SSLError)  # it alone: CPython's own children of it take attributes
    SSLZeroReturnError = PyErr_NewExceptionWithDoc(
        b"ssl.SSLZeroReturnError", b"SSL/TLS session closed cleanly.", SSLError, {})
    SSLWantReadError = PyErr_NewExceptionWithDoc(
        b"ssl.SSLWantReadError",
        b"Non-blocking SSL socket needs to read more data\nbefore the requested operation can be completed.",
        SSLError, {})
    SSLWantWriteError = PyErr_NewExceptionWithDoc(
        b"ssl.SSLWantWriteError",
        b"Non-blocking SSL socket needs to write more data\nbefore the requested operation can be completed.",
        SSLError, {})
    SSLSyscallError = PyErr_NewExceptionWithDoc(
        b"ssl.SSLSyscallError", b"System error when attempting SSL operation.", SSLError, {})
    SSLEOFError = PyErr_NewExceptionWithDoc(
        b"ssl.SSLEOFError", b"SSL/TLS connection terminated abruptly.", SSLError, {})
    SSLCertVerificationError = PyErr_NewExceptionWithDoc(
        b"ssl.SSLCertVerificationError", b"A certificate could not be verified.",
        (SSLError, ValueError), {})
    return 0


# ---- names of libraries and reasons ----------------------------------------------

lib_codes_to_names = {
    ERR_LIB_SYS: "SYS", ERR_LIB_BN: "BN", ERR_LIB_RSA: "RSA", ERR_LIB_DH: "DH", ERR_LIB_EVP: "EVP",
    ERR_LIB_BUF: "BUF", ERR_LIB_OBJ: "OBJ", ERR_LIB_PEM: "PEM", ERR_LIB_DSA: "DSA", ERR_LIB_X509: "X509",
    ERR_LIB_ASN1: "ASN1", ERR_LIB_CONF: "CONF", ERR_LIB_CRYPTO: "CRYPTO", ERR_LIB_EC: "EC",
    ERR_LIB_SSL: "SSL", ERR_LIB_BIO: "BIO", ERR_LIB_PKCS7: "PKCS7", ERR_LIB_X509V3: "X509V3",
    ERR_LIB_PKCS12: "PKCS12", ERR_LIB_RAND: "RAND", ERR_LIB_DSO: "DSO", ERR_LIB_ENGINE: "ENGINE",
    ERR_LIB_OCSP: "OCSP", ERR_LIB_UI: "UI", ERR_LIB_COMP: "COMP", ERR_LIB_OSSL_STORE: "OSSL_STORE",
    ERR_LIB_FIPS: "FIPS", ERR_LIB_CMS: "CMS", ERR_LIB_TS: "TS", ERR_LIB_HMAC: "HMAC", ERR_LIB_CT: "CT",
    ERR_LIB_ASYNC: "ASYNC", ERR_LIB_KDF: "KDF", ERR_LIB_SM2: "SM2", ERR_LIB_ECDSA: "ECDSA",
    ERR_LIB_ECDH: "ECDH", ERR_LIB_ESS: "ESS", ERR_LIB_PROP: "PROP", ERR_LIB_CRMF: "CRMF",
    ERR_LIB_PROV: "PROV", ERR_LIB_CMP: "CMP", ERR_LIB_OSSL_ENCODER: "OSSL_ENCODER",
    ERR_LIB_OSSL_DECODER: "OSSL_DECODER", ERR_LIB_HTTP: "HTTP", ERR_LIB_NONE: "NONE", ERR_LIB_USER: "USER",
}


# What the rule below makes of the texts that were not made from the macro's name, in
# OpenSSL 1.1.1 to 4.0.
cdef dict _NAMED_OTHERWISE = {
    "AT_LEAST__D_TLS_1_2_NEEDED_IN_SUITE_B_MODE": "AT_LEAST_TLS_1_2_NEEDED_IN_SUITEB_MODE",
    "ILLEGAL_SUITE_B_DIGEST": "ILLEGAL_SUITEB_DIGEST",
    "CANT_FIND_SRP_SERVER_PARAM": "MISSING_SRP_PARAM",
    "ERROR_WITH_THE_SRP_PARAMS": "SRP_A_CALC",
    "PEER_HAVENT_SENT_GOST_CERTIFICATE__REQUIRED_FOR_SELECTED_CIPHERSUITE": "NO_GOST_CERTIFICATE_SENT_BY_PEER",
    "EXPECTING_AN_EC_KEY": "EXPECTING_A_EC_KEY",
    "EXPECTING_AN_ECX_KEY": "EXPECTING_A_ECX_KEY",
    "PARTIALLY_OVERLAPPING_BUFFERS": "PARTIALLY_OVERLAPPING",
    "SALT_LENGTH_CHECK_FAILED": "SLEN_CHECK_FAILED",
    "SALT_LENGTH_RECOVERY_FAILED": "SLEN_RECOVERY_FAILED",
    "SEED_LEN_IS_LESS_THAN_THE_LENGTH_OF_Q": "SEED_LEN_SMALL",
}


cdef str reason_mnemonic(int library, int reason):
    """The name of a reason as CPython writes it, None where its tables have none.

    OpenSSL makes its reason texts from the macro names, so the loaded library's own
    text gives the name back. A table made from headers goes stale with the library:
    stock 2.7.18 reports an unexpected end of file as KRB5_S_TKT_NYV.
    """
    # In C, as import makes some 400 of them.
    cdef char name[128]
    cdef size_t size = 0
    cdef const char *text
    cdef str made
    if RG_REASON_IS_COMMON(reason):
        return None
    text = ERR_reason_error_string(ERR_PACK(library, 0, reason))
    if text == NULL:
        return None
    while text[0] != 0 and size < sizeof(name):
        if c"a" <= text[0] <= c"z":
            name[size] = text[0] - 32
        elif c"A" <= text[0] <= c"Z" or c"0" <= text[0] <= c"9":
            name[size] = text[0]
        else:
            name[size] = c"_"
        size += text[0] != c"'"
        text += 1
    made = native_from_bytes(name[:size])
    if size > 14 and (memcmp(name, b"SSL_TLS_ALERT_", 14) == 0 or memcmp(name, b"TLS_ALERT_", 10) == 0):
        # OpenSSL 3.2 changed the text of these alerts, 4.0 their names; programs know the old one.
        return "SSLV3" + made[made.index("_ALERT_"):]
    return _NAMED_OTHERWISE.get(made, made)


cdef dict _reason_table():
    # The three libraries of 2.7's table. Reasons lie between 100 and 420, those that
    # stand for alerts of the peer between 1000 and 1255.
    cdef dict table = {}
    cdef int library, reason
    for library in (ERR_LIB_SSL, ERR_LIB_PEM, ERR_LIB_X509):
        for reason in range(100, 1256 if library == ERR_LIB_SSL else 200):
            if ERR_reason_error_string(ERR_PACK(library, 0, reason)) != NULL:
                table[(library, reason)] = reason_mnemonic(library, reason)
    return table


cdef int make_reason_tables() except -1:
    global err_codes_to_names, err_names_to_codes
    err_codes_to_names = _reason_table()
    err_names_to_codes = dict([(name, code) for code, name in err_codes_to_names.items()])
    return 0


# ---- raising ---------------------------------------------------------------------

cdef object _made_error(object cls, object number, str text, str library, str reason):
    error = cls(number, text)
    error.reason = reason
    error.library = library
    return error


cdef object _queued_error(object cls, object number, unsigned long code, str message, str detail):
    # The words of CPython: "[library: reason] message: detail (_ssl.c:line)".
    cdef int library_code = ERR_GET_LIB(code), reason_code = ERR_GET_REASON(code)
    cdef str library = None, reason = None, text
    if code != 0:
        library = lib_codes_to_names.get(library_code)
        reason = reason_mnemonic(library_code, reason_code)
        if message is None:
            message = native_from_c(ERR_reason_error_string(code))
    if message is None:
        message = "unknown error (0x%x)" % code
    if detail is not None:
        message = "%s: %s" % (message, detail)
    if library is not None and reason is not None:
        text = "[%s: %s] %s (_ssl.c:%d)" % (library, reason, message, RG_LINE)
    elif library is not None:
        text = "[%s] %s (_ssl.c:%d)" % (library, message, RG_LINE)
    else:
        text = "%s (_ssl.c:%d)" % (message, RG_LINE)
    return _made_error(cls, number, text, library, reason)


cdef int raise_ssl_error(object message=None) except -1:
    """Raise SSLError from the newest error of the queue, or from `message` (str) alone."""
    cdef unsigned long code
    if message is not None:
        ERR_clear_error()
        raise _made_error(SSLError, 0, "%s (_ssl.c:%d)" % (message, RG_LINE), None, None)
    code = ERR_peek_last_error()
    error = _queued_error(SSLError, ERR_GET_REASON(code) if code else 0, code, None, None)
    ERR_clear_error()
    raise error


cdef int raise_crypto_error(object exc_class, object fallback) except -1:
    """Raise `exc_class` in _hashlib's words, from the newest error or with `fallback` (str)."""
    cdef unsigned long code = ERR_peek_last_error()
    cdef str library, reason
    if code == 0:
        raise exc_class(fallback if fallback is not None else "unknown reasons")
    # Digests get here without prepare_tls(), which has loaded the texts.
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL)
    library = native_from_c(ERR_lib_error_string(code))
    reason = native_from_c(ERR_reason_error_string(code))
    ERR_clear_error()
    if reason is None:
        reason = "error code %d" % ERR_GET_REASON(code)
    if library is not None:
        raise exc_class("[%s] %s" % (library, reason))
    raise exc_class(reason)


cdef int raise_errno(int number, object filename=None) except -1:
    """Raise what the host raises for `errno`: the fitting OSError, IOError for files on 2.7."""
    cdef str text = native_from_c(strerror(number))
    ERR_clear_error()
    if filename is not None:
        raise IOError(number, text, filename)
    raise IOError(number, text)


cdef object _verification_error(_SSLSocket connection, unsigned long code):
    cdef long verify_code = SSL_get_verify_result(connection.ssl)
    cdef str detail
    if verify_code == X509_V_ERR_HOSTNAME_MISMATCH:
        detail = "Hostname mismatch, certificate is not valid for '%s'." % (connection.server_hostname,)
    elif verify_code == X509_V_ERR_IP_ADDRESS_MISMATCH:
        detail = "IP address mismatch, certificate is not valid for '%s'." % (connection.server_hostname,)
    else:
        detail = native_from_c(X509_verify_cert_error_string(verify_code))
    error = _queued_error(SSLCertVerificationError, SSL_ERROR_SSL, code, None, detail)
    error.verify_code = verify_code
    error.verify_message = detail
    return error


cdef int raise_connection_error(_SSLSocket connection, int ret, int ssl_error, int saved_errno) except -1:
    """Raise what a failed SSL_* call on a connection means.

    Args:
        ret: what the call returned. That it would have to wait is not for here: see _not_ready.
        ssl_error: SSL_get_error() of it, taken without the GIL right after the call.
        saved_errno: errno, taken at the same place; 0 where no socket is beneath.
    """
    cdef unsigned long code = ERR_peek_last_error()
    cdef int reason = ERR_GET_REASON(code), library = ERR_GET_LIB(code)
    cdef object cls = SSLError
    cdef str message = None
    cdef int number = ssl_error

    # What a callback raised is the reason why OpenSSL failed: it wins.
    try:
        raise_kept_exception(connection)
    except BaseException:
        ERR_clear_error()
        raise

    if library == ERR_LIB_SYS and ssl_error in (SSL_ERROR_SYSCALL, SSL_ERROR_SSL):
        # OpenSSL 3.5 puts errno of a failed send() or recv() into its queue.
        ERR_clear_error()
        raise _socket.error(reason, native_from_c(strerror(reason)))
    if ssl_error == SSL_ERROR_ZERO_RETURN:
        cls, message = SSLZeroReturnError, "TLS/SSL connection has been closed (EOF)"
    elif ssl_error == SSL_ERROR_WANT_X509_LOOKUP:
        message = "The operation did not complete (X509 lookup)"
    elif ssl_error == SSL_ERROR_WANT_CONNECT:
        message = "The operation did not complete (connect)"
    elif ssl_error == SSL_ERROR_SYSCALL:
        if code == 0:
            if ret != 0 and saved_errno != 0:
                ERR_clear_error()
                raise _socket.error(saved_errno, native_from_c(strerror(saved_errno)))
            cls, number = SSLEOFError, RG_ERROR_EOF
            message = "EOF occurred in violation of protocol"
    elif ssl_error == SSL_ERROR_SSL:
        if code == 0:
            message = "A failure in the SSL library occurred"
        elif library == ERR_LIB_SSL and reason == SSL_R_CERTIFICATE_VERIFY_FAILED:
            error = _verification_error(connection, code)
            ERR_clear_error()
            raise error
        elif library == ERR_LIB_SSL and reason == SSL_R_UNEXPECTED_EOF_WHILE_READING:
            # OpenSSL 3 made of a missing close_notify an error of its own.
            cls, number = SSLEOFError, RG_ERROR_EOF
            message = "EOF occurred in violation of protocol"
    else:
        number, message = RG_ERROR_INVALID, "Invalid error code"

    error = _queued_error(cls, number, code, message, None)
    ERR_clear_error()
    raise error
