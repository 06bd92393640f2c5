# What a context trusts: certificates of CAs and revocation lists, from files,
# directories, memory and the library's own places.


# ---- from memory -----------------------------------------------------------------

cdef X509Stack *_parse(BIO *bio, bint pem, bint *failed) noexcept nogil:
    # All certificates in a memory BIO. `failed` says that something stood there that is
    # none. DER asks for the next one only while there are bytes: which error OpenSSL
    # reports at the end differs from release to release (NOT_ENOUGH_DATA since 3.0.21).
    cdef X509Stack *found = sk_X509_new_null()
    cdef X509 *x
    cdef unsigned long code
    failed[0] = False
    while found != NULL:
        if pem:
            x = PEM_read_bio_X509(bio, NULL, refuse_password, NULL)
        elif BIO_ctrl_pending(bio) == 0:
            break
        else:
            x = d2i_X509_bio(bio, NULL)
        if x == NULL:
            code = ERR_peek_last_error()
            failed[0] = not (pem and ERR_GET_LIB(code) == ERR_LIB_PEM
                             and ERR_GET_REASON(code) == PEM_R_NO_START_LINE)
            break
        if not sk_X509_push(found, x):
            X509_free(x)
            failed[0] = True
            break
    return found


cdef int _add_all(X509_STORE *store, X509Stack *certificates) noexcept nogil:
    cdef int i
    for i in range(sk_X509_num(certificates)):
        if not X509_STORE_add_cert(store, sk_X509_value(certificates, i)):
            return 0
    return 1


cdef X509Stack *_certificates_of(object data) except NULL:
    """The certificates of a PEM text or of DER bytes; all of them or, on an error, none."""
    cdef Py_buffer view
    cdef BIO *bio = NULL
    cdef X509Stack *certificates = NULL
    cdef bint pem = isinstance(data, unicode), failed = False, good = False
    if pem:
        try:
            data = (<unicode>data).encode("ascii")
        except UnicodeError:
            raise TypeError("cadata should be an ASCII string or a bytes-like object") from None
    elif RG_STR_IS_BYTES and isinstance(data, bytes):
        # 2.7's str may be either; DER begins with 0x30.
        pem = b"-----BEGIN" in <bytes>data and not (<bytes>data).startswith(b"\x30")
    try:
        get_buffer(data, &view)
    except TypeError:
        raise TypeError("cadata should be an ASCII string or a bytes-like object") from None
    try:
        if view.len == 0:
            raise ValueError("Empty certificate data")
        if view.len > INT_MAX:
            raise OverflowError("Certificate data is too long.")
        ERR_clear_error()
        bio = BIO_new_mem_buf(view.buf, <int>view.len)
        check_pointer(bio)
        with nogil:
            certificates = _parse(bio, pem, &failed)
        check_pointer(certificates)
        if sk_X509_num(certificates) == 0:
            raise_ssl_error(("no start line" if pem else "not enough data")
                            + ": cadata does not contain a certificate")
        if failed:
            raise_ssl_error()
        ERR_clear_error()
        good = True
    finally:
        PyBuffer_Release(&view)
        BIO_free(bio)
        if not good:
            sk_X509_pop_free(certificates, X509_free)
    return certificates


# ---- from files ------------------------------------------------------------------

cdef int raise_file_error(int saved_errno, object filename=None) except -1:
    """Raise for a file that could not be loaded: the system's error if it was one."""
    cdef unsigned long first = ERR_peek_error()
    if first != 0 and ERR_GET_LIB(first) == ERR_LIB_SYS:
        raise_errno(ERR_GET_REASON(first), filename)
    # A directory can be opened, and its reading leaves no error in the queue.
    if saved_errno == EISDIR:
        raise_errno(saved_errno, filename)
    raise_ssl_error()


cdef int load_trust_locations(SSL_CTX *ctx, object cafile, object capath, object cadata) except -1:
    """SSLContext.load_verify_locations(): types first, then data, then files; all of it or nothing."""
    cdef bytes file_path, directory_path
    cdef const char *directory = NULL
    cdef X509Stack *certificates = NULL
    cdef X509_STORE *bundle = NULL
    cdef int saved_errno = 0
    if cafile is None and capath is None and cadata is None:
        raise TypeError("cafile, capath and cadata cannot be all omitted")
    if cafile is not None:
        file_path = path_argument(cafile, "cafile")
    if capath is not None:
        directory_path = path_argument(capath, "capath")
        directory = directory_path
    try:
        if cadata is not None:
            certificates = _certificates_of(cadata)
        if cafile is not None:
            bundle = borrow_bundle(file_path, &saved_errno)
            if bundle == NULL:
                raise_file_error(saved_errno)
        add_trust(ctx, bundle, certificates, directory)
    finally:
        sk_X509_pop_free(certificates, X509_free)
        X509_STORE_free(bundle)
    return 0


# ---- what is loaded --------------------------------------------------------------

cdef X509ObjectStack *_snapshot(SSL_CTX *ctx) except NULL:
    cdef X509ObjectStack *objects = RG_store_objects(SSL_CTX_get_cert_store(ctx))
    if objects == NULL:
        ERR_clear_error()
        raise MemoryError()
    return objects


cdef dict trust_counts(SSL_CTX *ctx):
    """SSLContext.cert_store_stats()."""
    cdef X509ObjectStack *objects = _snapshot(ctx)
    cdef X509_OBJECT *item
    cdef int i, certificates = 0, authorities = 0, lists = 0, kind
    try:
        for i in range(sk_X509_OBJECT_num(objects)):
            item = sk_X509_OBJECT_value(objects, i)
            kind = X509_OBJECT_get_type(item)
            if kind == X509_LU_X509:
                certificates += 1
                authorities += X509_check_ca(X509_OBJECT_get0_X509(item)) != 0
            elif kind == X509_LU_CRL:
                lists += 1
    finally:
        sk_X509_OBJECT_pop_free(objects, X509_OBJECT_free)
        ERR_clear_error()
    return {"x509": certificates, "crl": lists, "x509_ca": authorities}


cdef list trusted_authorities(SSL_CTX *ctx, bint binary):
    """SSLContext.get_ca_certs(): dictionaries, or DER bytes."""
    cdef X509ObjectStack *objects = _snapshot(ctx)
    cdef X509 *x
    cdef int i
    cdef list found = []
    try:
        for i in range(sk_X509_OBJECT_num(objects)):
            x = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i))
            if x == NULL or not X509_check_ca(x):
                continue
            found.append(certificate_der(x) if binary else certificate_dict(x))
    finally:
        sk_X509_OBJECT_pop_free(objects, X509_OBJECT_free)
        ERR_clear_error()
    return found


# ---- how it verifies ---------------------------------------------------------------
# Read back: a check that was asked for and is not on must not go unnoticed.

cdef int change_verify_flags(SSL_CTX *ctx, unsigned long on, unsigned long off) except -1:
    """Set and clear X509_V_FLAG_* bits."""
    cdef X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx)
    ERR_clear_error()
    if off and not X509_VERIFY_PARAM_clear_flags(param, off):
        raise_ssl_error()
    if on and not X509_VERIFY_PARAM_set_flags(param, on):
        raise_ssl_error()
    if on & ~X509_VERIFY_PARAM_get_flags(param):
        raise_ssl_error("the verification flags could not be set")
    return 0


cdef unsigned int change_host_flags(SSL_CTX *ctx, unsigned int flags) except? 0xFFFFFFFF:
    """Replace the X509_CHECK_FLAG_* bits; gives them back."""
    cdef X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx)
    X509_VERIFY_PARAM_set_hostflags(param, flags)
    if X509_VERIFY_PARAM_get_hostflags(param) != flags:
        raise_ssl_error("the host name flags could not be set")
    return flags


# ---- a context's own certificate -------------------------------------------------

cdef BIO *_open(bytes path, object filename) except NULL:
    cdef const char *name = path
    cdef BIO *bio
    cdef int saved_errno
    ERR_clear_error()
    with nogil:
        RG_clear_errno()
        bio = BIO_new_file(name, b"rb")
        saved_errno = RG_errno()
    if bio == NULL:
        raise_file_error(saved_errno, filename)
    return bio


cdef int _read_chain(BIO *bio, _Password password, object filename, X509 **leaf, X509Stack **chain) except -1:
    cdef PasswordCallback ask = <PasswordCallback>NULL if password is None else on_password
    cdef void *data = <void *>NULL if password is None else <void *>password
    cdef bint failed = False, unreadable = False
    cdef int saved_errno
    ERR_clear_error()
    with nogil:
        RG_clear_errno()
        leaf[0] = PEM_read_bio_X509_AUX(bio, NULL, ask, data)
        saved_errno = RG_errno()
        if leaf[0] != NULL:
            # Extensions that cannot be read: OpenSSL 3 says so in its queue, here and wherever it uses the certificate.
            X509_check_purpose(leaf[0], -1, 0)
            unreadable = ERR_peek_error() != 0
            if not unreadable:
                chain[0] = _parse(bio, True, &failed)
    if leaf[0] == NULL:
        RG_put_pem_lib_error()
        password_first(password)
        raise_file_error(saved_errno, filename)
    if unreadable:
        raise_ssl_error()
    check_pointer(chain[0])
    if failed:
        raise_ssl_error()
    return 0


cdef EVP_PKEY *_read_key(BIO *bio, _Password password, object filename) except NULL:
    cdef PasswordCallback ask = <PasswordCallback>NULL if password is None else on_password
    cdef void *data = <void *>NULL if password is None else <void *>password
    cdef EVP_PKEY *key
    cdef int saved_errno
    ERR_clear_error()
    # Decryption may run a slow key derivation, or OpenSSL ask the terminal.
    with nogil:
        RG_clear_errno()
        key = PEM_read_bio_PrivateKey(bio, NULL, ask, data)
        saved_errno = RG_errno()
    if key == NULL:
        RG_put_pem_lib_error()
        password_first(password)
        raise_file_error(saved_errno, filename)
    return key


cdef int password_first(_Password password) except -1:
    # What the password callback raised is the cause; the library's error follows from it.
    if password is not None and password.error is not None:
        ERR_clear_error()
        raise password.error
    return 0


cdef int load_certificate_chain(SSL_CTX *ctx, object certfile, object keyfile, object password) except -1:
    """SSLContext.load_cert_chain(): everything is read and checked, then all of it is taken."""
    cdef bytes certificate_path = path_argument(certfile, "certfile"), key_path = certificate_path
    cdef object key_name = certfile
    cdef _Password secret = None
    cdef BIO *bio = NULL
    cdef X509 *leaf = NULL
    cdef X509Stack *chain = NULL
    cdef EVP_PKEY *key = NULL
    if keyfile is not None:
        key_path = path_argument(keyfile, "keyfile")
        key_name = keyfile
    if password is not None:
        if not callable(password) and not isinstance(password, (unicode, bytes, bytearray)):
            raise TypeError("password should be a string or callable")
        secret = _Password(password)
    try:
        bio = _open(certificate_path, certfile)
        _read_chain(bio, secret, certfile, &leaf, &chain)
        BIO_free(bio)
        bio = NULL
        bio = _open(key_path, key_name)
        key = _read_key(bio, secret, key_name)
        ERR_clear_error()
        if not X509_check_private_key(leaf, key):
            raise_ssl_error()
        # An empty chain would keep OpenSSL from completing one out of the trust store.
        if not SSL_CTX_use_cert_and_key(ctx, leaf, key, chain if sk_X509_num(chain) else NULL, 1):
            raise_ssl_error()
        ERR_clear_error()
    finally:
        BIO_free(bio)
        X509_free(leaf)
        sk_X509_pop_free(chain, X509_free)
        EVP_PKEY_free(key)
    return 0


cdef int load_dh_parameters(SSL_CTX *ctx, object path) except -1:
    """SSLContext.load_dh_params()."""
    cdef BIO *bio = _open(<bytes>RG_filesystem_path(path), path)
    cdef DH *dh
    cdef int saved_errno, done
    ERR_clear_error()
    with nogil:
        RG_clear_errno()
        dh = PEM_read_bio_DHparams(bio, NULL, refuse_password, NULL)
        saved_errno = RG_errno()
        BIO_free(bio)
    if dh == NULL:
        raise_file_error(saved_errno, path)
    done = SSL_CTX_set_tmp_dh(ctx, dh)
    DH_free(dh)
    if not done:
        raise_ssl_error()
    ERR_clear_error()
    return 0
