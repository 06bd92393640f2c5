# Keyed hashing: `_hashlib.HMAC`, one-shot HMAC and the comparison of digests.
#
# HMAC is put together from the digest here (RFC 2104), which for short messages costs a quarter of OpenSSL's
# own. Where another provider than OpenSSL's default computes the digest (FIPS), that provider's HMAC is asked.
#
# For the other parts: HMAC, hmac_algorithm(), keyed_with(), update_hmac(), digest_of_hmac(), hexdigest_of_hmac(),
# borrow_key() for keys, passwords and salts.

cdef enum:
    BLOCK_SIZE = 144  # bytes; the longest of a digest that HMAC takes, SHA3-224
    INNER_PAD = 0x36
    OUTER_PAD = 0x5C


@cython.no_gc  # as HASH
@cython.final
@cython.binding(False)
@cython.freelist(16)
cdef class HMAC:
    """An HMAC of OpenSSL's digests. Since: 3.9; Source: RFC 2104."""

    cdef Algorithm algorithm
    cdef EVP_MAC_CTX *mac  # of a foreign provider; NULL if put together here
    cdef EVP_MD_CTX *inner  # NULL while the message is only collected
    cdef PyThread_type_lock lock
    cdef Py_ssize_t collected
    cdef unsigned char key[BLOCK_SIZE]
    cdef unsigned char short_message[SHORT_SIZE]

    def __cinit__(self):
        self.mac = NULL
        self.inner = NULL
        self.lock = NULL
        self.collected = 0

    def __dealloc__(self):
        OPENSSL_cleanse(self.key, BLOCK_SIZE)
        if self.collected:
            OPENSSL_cleanse(self.short_message, self.collected)
        if self.inner != NULL:
            self.algorithm.put(self.inner)
        if self.mac != NULL:
            RG_mac_free(self.mac)
        if self.lock != NULL:
            PyThread_free_lock(self.lock)

    cdef int start(self) except -1:
        """Go over from the collected message to a context."""
        cdef EVP_MD_CTX *ctx = start_pad(self.algorithm, self.key, INNER_PAD)
        if not EVP_DigestUpdate(ctx, self.short_message, self.collected):
            self.algorithm.put(ctx)
            raise_crypto_error(ValueError, "cannot hash")
        self.inner = ctx
        OPENSSL_cleanse(self.short_message, self.collected)
        self.collected = 0
        return 0

    cdef int absorb(self, const unsigned char *data, Py_ssize_t size) except -1:
        cdef int done
        if self.inner == NULL and self.mac == NULL:
            if size <= SHORT_SIZE - self.collected:
                memcpy(self.short_message + self.collected, data, size)
                self.collected += size
                return 0
            self.start()
        if size >= GIL_SIZE and self.lock == NULL:
            self.lock = new_lock()
        if self.lock != NULL:
            hold(self.lock)
        if size < GIL_SIZE:
            done = self.absorb_held(data, size)
            if self.lock != NULL:
                PyThread_release_lock(self.lock)
        else:
            # Released before the GIL is waited for, which at the interpreter's end does not come back.
            with nogil:
                done = self.absorb_held(data, size)
                PyThread_release_lock(self.lock)
        if not done:
            raise_crypto_error(ValueError, "cannot hash")
        return 0

    cdef int absorb_held(self, const unsigned char *data, Py_ssize_t size) noexcept nogil:
        if self.mac != NULL:
            return RG_mac_update(self.mac, data, size)
        return EVP_DigestUpdate(self.inner, data, size)

    cdef int finish(self, unsigned char *out) except -1:
        """Write the digest of what was hashed so far, `EVP_MAX_MD_SIZE` bytes at most; its size."""
        cdef EVP_MD_CTX *ctx
        cdef int done
        if self.mac != NULL:
            return self.finish_foreign(out)
        if self.inner == NULL:
            ctx = start_pad(self.algorithm, self.key, INNER_PAD)
            done = EVP_DigestUpdate(ctx, self.short_message, self.collected)
        else:
            ctx = self.snapshot()
            done = 1
        return finish_outer(self.algorithm, ctx, self.key, done, out)

    cdef int finish_foreign(self, unsigned char *out) except -1:
        cdef EVP_MAC_CTX *mac = self.copy_foreign()
        cdef size_t size = 0
        cdef int done = RG_mac_final(mac, out, &size, EVP_MAX_MD_SIZE)
        RG_mac_free(mac)
        if not done:
            raise_crypto_error(ValueError, "cannot finish the HMAC")
        return <int>size

    cdef EVP_MD_CTX *snapshot(self) except NULL:
        cdef EVP_MD_CTX *ctx = self.algorithm.take()
        cdef int done
        if self.lock != NULL:
            hold(self.lock)
        done = EVP_MD_CTX_copy_ex(ctx, self.inner)
        if self.lock != NULL:
            PyThread_release_lock(self.lock)
        if not done:
            self.algorithm.put(ctx)
            raise_crypto_error(ValueError, "cannot copy the HMAC")
        return ctx

    cdef EVP_MAC_CTX *copy_foreign(self) except NULL:
        cdef EVP_MAC_CTX *mac
        if self.lock != NULL:
            hold(self.lock)
        mac = RG_mac_copy(self.mac)
        if self.lock != NULL:
            PyThread_release_lock(self.lock)
        if mac == NULL:
            raise_crypto_error(ValueError, "cannot copy the HMAC")
        return mac

    cdef HMAC twin(self):
        cdef HMAC result = HMAC.__new__(HMAC)
        result.algorithm = self.algorithm
        memcpy(result.key, self.key, BLOCK_SIZE)
        if self.mac != NULL:
            result.mac = self.copy_foreign()
        elif self.inner != NULL:
            result.inner = self.snapshot()
        else:
            memcpy(result.short_message, self.short_message, self.collected)
            result.collected = self.collected
        return result

    cdef tuple parts(self):
        """The inner and outer hash objects, which only a digest put together here has."""
        cdef HASH inner = blank_hash(self.algorithm)
        cdef HASH outer = blank_hash(self.algorithm)
        cdef int done = 1
        if self.inner == NULL:
            inner.ctx = start_pad(self.algorithm, self.key, INNER_PAD)
            done = EVP_DigestUpdate(inner.ctx, self.short_message, self.collected)
        else:
            inner.ctx = self.snapshot()
        outer.ctx = start_pad(self.algorithm, self.key, OUTER_PAD)
        if not done:
            raise_crypto_error(ValueError, "cannot hash")
        return inner, outer

    def update(self, msg):
        """update($self, /, msg)
--

Authenticate more bytes.

Args: msg (bytes-like; on 2.7 also ASCII unicode)."""
        update_hmac(self, msg)

    def digest(self):
        """digest($self, /)
--

Return the HMAC of what was given so far (bytes)."""
        return digest_of_hmac(self)

    def hexdigest(self):
        """hexdigest($self, /)
--

Return the HMAC of what was given so far (text, two digits for each byte)."""
        return hexdigest_of_hmac(self)

    def copy(self):
        """copy($self, /)
--

Return a second object in the same state."""
        return self.twin()

    @property
    def name(self):
        return "hmac-" + self.algorithm.name

    @property
    def digest_size(self):
        return self.algorithm.digest_size

    @property
    def block_size(self):
        return self.algorithm.block_size

    def __repr__(self):
        return "<%s HMAC object @ 0x%x>" % (self.algorithm.name, <uintptr_t><PyObject *>self)

    def __reduce__(self):
        raise TypeError("cannot pickle '_hashlib.HMAC' object")


present_as(HMAC, b"_hashlib.HMAC", True)


# ---- the construction --------------------------------------------------------------------------------------

cdef EVP_MD_CTX *start_pad(Algorithm algorithm, const unsigned char *key, unsigned char pad_byte) except NULL:
    """A context that has hashed the inner or outer pad. `key`: one block, filled up with zeros."""
    cdef EVP_MD_CTX *ctx = algorithm.take()
    if not hash_pad(algorithm, ctx, key, pad_byte):
        algorithm.put(ctx)
        raise_crypto_error(ValueError, "cannot start the HMAC")
    return ctx


cdef inline int hash_pad(
        Algorithm algorithm, EVP_MD_CTX *ctx, const unsigned char *key, unsigned char pad_byte) noexcept:
    cdef unsigned char pad[BLOCK_SIZE]
    cdef int i, done
    for i in range(algorithm.block_size):
        pad[i] = key[i] ^ pad_byte
    done = EVP_DigestUpdate(ctx, pad, algorithm.block_size)
    OPENSSL_cleanse(pad, BLOCK_SIZE)
    return done


cdef int finish_outer(
        Algorithm algorithm, EVP_MD_CTX *ctx, const unsigned char *key, int done, unsigned char *out) except -1:
    """Finish the inner hash in `ctx`, which is put back, and the outer one. `done`: whether all went well so far."""
    cdef unsigned char inner[EVP_MAX_MD_SIZE]
    cdef unsigned int size = 0
    done = (done and EVP_DigestFinal_ex(ctx, inner, &size)
            and RG_digest_init(ctx, algorithm.md)
            and hash_pad(algorithm, ctx, key, OUTER_PAD)
            and EVP_DigestUpdate(ctx, inner, size)
            and EVP_DigestFinal_ex(ctx, out, &size))
    OPENSSL_cleanse(inner, EVP_MAX_MD_SIZE)
    algorithm.put(ctx)
    if not done:
        raise_crypto_error(ValueError, "cannot finish the HMAC")
    return <int>size


cdef int fill_key(Algorithm algorithm, const unsigned char *data, Py_ssize_t size, unsigned char *key) except -1:
    """Make one block of a key: filled up with zeros, or hashed first if it is longer."""
    cdef EVP_MD_CTX *ctx
    cdef int done
    memset(key, 0, BLOCK_SIZE)
    if size <= algorithm.block_size:
        memcpy(key, data, size)
        return 0
    ctx = algorithm.take()
    if size < GIL_SIZE:
        done = EVP_DigestUpdate(ctx, data, size)
    else:
        with nogil:
            done = EVP_DigestUpdate(ctx, data, size)
    done = done and EVP_DigestFinal_ex(ctx, key, NULL)
    algorithm.put(ctx)
    if not done:
        raise_crypto_error(ValueError, "cannot hash the key")
    return 0


cdef Algorithm hmac_algorithm(object digestmod):
    """The digest for an HMAC, or UnsupportedDigestmodError."""
    cdef Algorithm algorithm = resolve_digestmod(digestmod)
    if algorithm is None or algorithm.is_xof or algorithm.block_size > BLOCK_SIZE or algorithm.digest_size <= 0:
        raise unsupported(digestmod)
    return algorithm


cdef HMAC start_hmac(Algorithm algorithm, const unsigned char *key, Py_ssize_t size):
    cdef HMAC result = HMAC.__new__(HMAC)
    result.algorithm = algorithm
    if algorithm.is_builtin:
        fill_key(algorithm, key, size, result.key)
    else:
        ERR_clear_error()
        result.mac = RG_mac_new(algorithm.md, key, size)
        if result.mac == NULL:
            raise_crypto_error(ValueError, "cannot start the HMAC")
    return result


cdef HMAC keyed_with(Algorithm algorithm, object key):
    cdef Message secret
    borrow_key(key, &secret)
    try:
        return start_hmac(algorithm, secret.data, secret.size)
    finally:
        give_back(&secret)


cdef inline int update_hmac(HMAC hmac, object msg) except -1:
    cdef Message message
    borrow(msg, &message)
    try:
        hmac.absorb(message.data, message.size)
    finally:
        give_back(&message)
    return 0


cdef inline bytes digest_of_hmac(HMAC hmac):
    cdef unsigned char out[EVP_MAX_MD_SIZE]
    cdef int size = hmac.finish(out)
    return PyBytes_FromStringAndSize(<const char *>out, size)


cdef inline str hexdigest_of_hmac(HMAC hmac):
    cdef unsigned char out[EVP_MAX_MD_SIZE]
    cdef int size = hmac.finish(out)
    return native_hex(out, size)


# ---- the functions of `_hashlib` ---------------------------------------------------------------------------

@cython.binding(False)
def hmac_new(key, msg=None, digestmod=_ABSENT):
    """hmac_new(key, msg=b'', digestmod=None)
--

Return an HMAC.

Args:
    key (bytes-like).
    msg (bytes-like; on 2.7 also ASCII unicode): the first bytes to authenticate.
    digestmod (str or constructor of this module).
Raises: UnsupportedDigestmodError (a ValueError) if it is not a digest that HMAC can use."""
    cdef HMAC result
    if digestmod is _ABSENT:
        raise TypeError("Missing required parameter 'digestmod'.")
    result = keyed_with(hmac_algorithm(digestmod), key)
    if msg is not None:
        update_hmac(result, msg)
    return result


@cython.binding(False)
def hmac_digest(key, msg, digest):
    """hmac_digest(key, msg, digest)
--

Return the HMAC of one message (bytes); the arguments are those of `hmac_new`."""
    cdef Algorithm algorithm = hmac_algorithm(digest)
    cdef Message secret, message
    borrow_key(key, &secret)
    try:
        borrow_key(msg, &message)
        try:
            return digest_at_once(algorithm, &secret, &message)
        finally:
            give_back(&message)
    finally:
        give_back(&secret)


cdef int borrow_key(object source, Message *message) except -1:
    """Lend the bytes of a key; text is none, but for what 2.7 takes."""
    if PyBytes_CheckExact(source):
        return borrow(source, message)
    if not RG_HASHES_TAKE_TEXT and not PyObject_CheckBuffer(source):
        raise TypeError("a bytes-like object is required, not '%s'" % type(source).__name__)
    return borrow_bytes(source, message)


cdef bytes digest_at_once(Algorithm algorithm, Message *secret, Message *message):
    cdef unsigned char key[BLOCK_SIZE]
    cdef unsigned char out[EVP_MAX_MD_SIZE]
    cdef EVP_MD_CTX *ctx
    cdef HMAC foreign
    cdef int done, size
    if not algorithm.is_builtin:
        foreign = start_hmac(algorithm, secret.data, secret.size)
        foreign.absorb(message.data, message.size)
        return digest_of_hmac(foreign)
    try:
        fill_key(algorithm, secret.data, secret.size, key)
        ctx = start_pad(algorithm, key, INNER_PAD)
        if message.size < GIL_SIZE:
            done = EVP_DigestUpdate(ctx, message.data, message.size)
        else:
            with nogil:
                done = EVP_DigestUpdate(ctx, message.data, message.size)
        size = finish_outer(algorithm, ctx, key, done, out)
    finally:
        OPENSSL_cleanse(key, BLOCK_SIZE)
    return PyBytes_FromStringAndSize(<const char *>out, size)


@cython.binding(False)
def compare_digest(a, b, /):
    """compare_digest(a, b, /)
--

Return whether two secrets are equal, in a time that does not tell where they differ.

Args: a, b (both bytes-like, or both text that is ASCII). Their lengths are not kept secret.
Raises: TypeError for other types, or text beyond ASCII."""
    cdef Message first, second
    cdef bint same
    if isinstance(a, unicode) and isinstance(b, unicode):
        return compare_text(<unicode>a, <unicode>b)
    borrow_secret(a, &first)
    try:
        borrow_secret(b, &second)
        same = first.size == second.size and CRYPTO_memcmp(first.data, second.data, first.size) == 0
        give_back(&second)
    finally:
        give_back(&first)
    return same


cdef int borrow_secret(object source, Message *message) except -1:
    if PyBytes_CheckExact(source):
        return borrow(source, message)
    if isinstance(source, unicode) or not (RG_HASHES_TAKE_TEXT or PyObject_CheckBuffer(source)):
        raise TypeError("a bytes-like object is required, not '%s'" % type(source).__name__)
    return borrow_bytes(source, message)


cdef bint compare_text(unicode a, unicode b) except -1:
    cdef bytes first, second
    try:
        first = a.encode("ascii")
        second = b.encode("ascii")
    except UnicodeError:
        raise TypeError("comparing strings with non-ASCII characters is not supported") from None
    return len(first) == len(second) and CRYPTO_memcmp(
        PyBytes_AS_STRING(first), PyBytes_AS_STRING(second), len(first)) == 0


belong_to("_hashlib", (hmac_new, hmac_digest, compare_digest))
