# Keys from passwords: `_hashlib.pbkdf2_hmac` and `scrypt`.
#
# For the other parts: natural_number().

cdef enum:
    LONGEST = 0x7FFFFFFF  # OpenSSL counts in C ints


cdef object required_keyword(object value, str name, int position):
    if value is _ABSENT:
        raise TypeError("scrypt() missing required argument '%s' (pos %d)" % (name, position))
    return value


cdef uint64_t natural_number(object value, str c_type) except? 0:
    """A number that is not negative and fits in 64 bits."""
    cdef object number = operator_index(value)
    if number < 0:
        raise ValueError("Cannot convert negative int")
    if number > 0xFFFFFFFFFFFFFFFF:
        raise OverflowError("Python int too large for C %s" % c_type)
    return <uint64_t>number


@cython.binding(False)
def pbkdf2_hmac(hash_name, password, salt, Py_ssize_t iterations, dklen=None):
    """pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None)
--

Return a key (bytes) made of a password by PBKDF2 with HMAC.

Args:
    hash_name (str): of the digest, such as "sha256".
    password (bytes-like).
    salt (bytes-like): 16 random bytes or more.
    iterations (int): how often each block is hashed.
    dklen (int or None): length of the key in bytes; None takes the digest's.
Raises: ValueError, OverflowError for numbers out of range; UnsupportedDigestmodError.
Since: 2.7.8 and 3.4; Source: RFC 8018."""
    cdef Algorithm algorithm = find_algorithm(digest_name(hash_name, "pbkdf2_hmac() argument 'hash_name'"), True)
    cdef Message secret, grain
    cdef Py_ssize_t size
    cdef bytes key
    cdef unsigned char *out
    cdef int done
    borrow_key(password, &secret)
    try:
        borrow_key(salt, &grain)
        try:
            if secret.size > LONGEST:
                raise OverflowError("password is too long.")
            if grain.size > LONGEST:
                raise OverflowError("salt is too long.")
            if iterations < 1:
                raise ValueError("iteration value must be greater than 0.")
            if iterations > LONGEST:
                raise OverflowError("iteration value is too great.")
            # OpenSSL before 3.4 names a size for SHAKE.
            size = dklen if dklen is not None else 0 if algorithm.is_xof else algorithm.digest_size
            if size < 1:
                raise ValueError("key length must be greater than 0.")
            if size > LONGEST:
                raise OverflowError("key length is too great.")
            key = PyBytes_FromStringAndSize(NULL, size)
            out = <unsigned char *>PyBytes_AS_STRING(key)
            ERR_clear_error()
            with nogil:
                done = PKCS5_PBKDF2_HMAC(
                    <const char *>secret.data, <int>secret.size, grain.data, <int>grain.size,
                    <int>iterations, algorithm.md, <int>size, out)
        finally:
            give_back(&grain)
    finally:
        give_back(&secret)
    if not done:
        raise_crypto_error(ValueError, "cannot derive the key")
    return key


@cython.binding(False)
def scrypt(password, *, salt=_ABSENT, n=_ABSENT, r=_ABSENT, p=_ABSENT, Py_ssize_t maxmem=0, Py_ssize_t dklen=64):
    """scrypt(password, *, salt, n, r, p, maxmem=0, dklen=64)
--

Return a key (bytes) made of a password by scrypt.

Args:
    password (bytes-like).
    salt (bytes-like): 16 random bytes or more.
    n (int): cost, a power of 2.
    r (int): block size.
    p (int): parallelization.
    maxmem (int): most memory to use, in bytes; 0 leaves OpenSSL's 32 MiB.
    dklen (int): length of the key in bytes.
Raises: ValueError for parameters that do not fit, or if they need more memory than `maxmem`.
Since: 3.6; Source: RFC 7914."""
    cdef uint64_t cost_n, cost_r, cost_p
    cdef Message secret, grain
    cdef bytes key
    cdef unsigned char *out
    cdef int done
    required_keyword(salt, "salt", 2)
    required_keyword(n, "n", 3)
    required_keyword(r, "r", 4)
    required_keyword(p, "p", 5)
    cost_n = natural_number(n, "unsigned long")
    cost_r = natural_number(r, "unsigned long")
    cost_p = natural_number(p, "unsigned long")
    borrow_key(password, &secret)
    try:
        borrow_key(salt, &grain)
        try:
            if secret.size > LONGEST:
                raise OverflowError("password is too long")
            if grain.size > LONGEST:
                raise OverflowError("salt is too long")
            if cost_n < 2 or cost_n & (cost_n - 1):
                raise ValueError("n must be a power of 2")
            if maxmem < 0 or maxmem > LONGEST:
                raise ValueError("maxmem must be positive and at most %d" % LONGEST)
            if dklen < 1 or dklen > LONGEST:
                raise ValueError("dklen must be at least 1 and at most %d" % LONGEST)
            key = PyBytes_FromStringAndSize(NULL, dklen)
            out = <unsigned char *>PyBytes_AS_STRING(key)
            ERR_clear_error()
            # Without a place for the key OpenSSL only checks the numbers.
            if not EVP_PBE_scrypt(NULL, 0, NULL, 0, cost_n, cost_r, cost_p, maxmem, NULL, 0):
                refusal = explain_refusal()
                if refusal:
                    raise ValueError("[digital envelope routines] unsupported key derivation scrypt%s" % refusal)
                raise_crypto_error(ValueError, "invalid parameter combination for n, r, p, and maxmem")
            with nogil:
                done = EVP_PBE_scrypt(
                    <const char *>secret.data, secret.size, grain.data, grain.size,
                    cost_n, cost_r, cost_p, maxmem, out, dklen)
        finally:
            give_back(&grain)
    finally:
        give_back(&secret)
    if not done:
        raise_crypto_error(ValueError, "cannot derive the key")
    return key


belong_to("_hashlib", (pbkdf2_hmac, scrypt))
