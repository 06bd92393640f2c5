# Keyed hashing: `_hashlib.HMAC`, one-shot HMAC and the comparison of digests.
#
# HMAC is put together from the digest here (RFC 2104), which for short messages costs a quarter of OpenSSL's
# own. Where another provider than OpenSSL's default computes the digest (FIPS), that provider's HMAC is asked.
# Plain digests (digest.pxi) need no context; then the inner state is there from the beginning.
#
# For the other parts: HMAC, hmac_algorithm(), keyed_with(), update_hmac(), digest_of_hmac(), hexdigest_of_hmac(),
# borrow_key() for keys, passwords and salts.

cdef enum:
    BLOCK_SIZE = 144  # bytes, a multiple of 8; the longest of a digest that HMAC takes, SHA3-224
    INNER_PAD = 0x36
    OUTER_PAD = 0x5C


@cython.no_gc  # as HASH
@cython.final
@cython.binding(False)
@cython.freelist(16)
cdef class HMAC:
    """An HMAC of OpenSSL's digests. Since: 3.9; Source: RFC 2104."""

    cdef Algorithm algorithm
    cdef int plain  # as the algorithm's
    cdef EVP_MAC_CTX *mac  # of a foreign provider; NULL if put together here
    cdef EVP_MD_CTX *inner  # NULL if plain, and while the message is only collected
    cdef PyThread_type_lock lock
    cdef Py_ssize_t collected
    cdef unsigned char key[BLOCK_SIZE]
    cdef RG_progress progress

    def __cinit__(self):
        self.mac = NULL
        self.inner = NULL
        self.lock = NULL
        self.collected = 0

    def __dealloc__(self):
        RG_wipe(self.key, BLOCK_SIZE)
        if self.plain:
            RG_wipe(&self.progress, RG_plain_size(self.plain))
        elif self.collected:
            RG_wipe(self.progress.message, self.collected)
        if self.inner != NULL:
            self.algorithm.put(self.inner)
        if self.mac != NULL:
            RG_mac_free(self.mac)
        if self.lock != NULL:
            PyThread_free_lock(self.lock)

    cdef int start(self) except -1:
        """Go over from the collected message to a context."""
        cdef EVP_MD_CTX *ctx = start_pad(self.algorithm, self.key, INNER_PAD)
        if not EVP_DigestUpdate(ctx, self.progress.message, self.collected):
            self.algorithm.put(ctx)
            raise_crypto_error(ValueError, "cannot hash")
        self.inner = ctx
        RG_wipe(self.progress.message, self.collected)
        self.collected = 0
        return 0

    cdef int absorb(self, const unsigned char *data, Py_ssize_t size) except -1:
        cdef int done
        if self.plain:
            if self.lock == NULL and size < GIL_SIZE:
                RG_plain_update(self.plain, &self.progress.plain, data, size)
                return 0
        elif self.inner == NULL and self.mac == NULL:
            if size <= RG_SHORT_SIZE - self.collected:
                memcpy(self.progress.message + self.collected, data, size)
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
        if self.plain:
            RG_plain_update(self.plain, &self.progress.plain, data, size)
            return 1
        if self.mac != NULL:
            return RG_mac_update(self.mac, data, size)
        return EVP_DigestUpdate(self.inner, data, size)

    cdef int finish(self, unsigned char *out) except -1:
        """Write the digest of what was hashed so far, `EVP_MAX_MD_SIZE` bytes at most; its size."""
        cdef EVP_MD_CTX *ctx
        cdef RG_plain state
        cdef int done
        if self.plain:
            self.copy_plain(&state)
            return finish_plain(self.algorithm, &state, self.key, out)
        if self.mac != NULL:
            return self.finish_foreign(out)
        if self.inner == NULL:
            ctx = start_pad(self.algorithm, self.key, INNER_PAD)
            done = EVP_DigestUpdate(ctx, self.progress.message, self.collected)
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

    cdef int copy_plain(self, RG_plain *state) noexcept:
        if self.lock != NULL:
            hold(self.lock)
        memcpy(state, &self.progress.plain, RG_plain_size(self.plain))
        if self.lock != NULL:
            PyThread_release_lock(self.lock)
        return 0

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
        result.plain = self.plain
        memcpy(result.key, self.key, BLOCK_SIZE)
        if self.plain:
            self.copy_plain(&result.progress.plain)
        elif self.mac != NULL:
            result.mac = self.copy_foreign()
        elif self.inner != NULL:
            result.inner = self.snapshot()
        else:
            memcpy(result.progress.message, self.progress.message, self.collected)
            result.collected = self.collected
        return result

    cdef tuple parts(self):
        """The inner and outer hash objects, which only a digest put together here has."""
        cdef HASH inner = blank_hash(self.algorithm)
        cdef HASH outer = blank_hash(self.algorithm)
        cdef int done = 1
        if self.plain:
            self.copy_plain(&inner.progress.plain)
            start_plain(self.algorithm, &outer.progress.plain, self.key, OUTER_PAD)
            return inner, outer
        if self.inner == NULL:
            inner.ctx = start_pad(self.algorithm, self.key, INNER_PAD)
            done = EVP_DigestUpdate(inner.ctx, self.progress.message, self.collected)
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


present_as(HMAC, b"_hashlib.HMAC", <newfunc>refuse_instances)


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
    cdef int done
    RG_xor(pad, key, pad_byte, BLOCK_SIZE)
    done = EVP_DigestUpdate(ctx, pad, algorithm.block_size)
    RG_wipe(pad, BLOCK_SIZE)
    return done


cdef inline void start_plain(
        Algorithm algorithm, RG_plain *state, const unsigned char *key, unsigned char pad_byte) noexcept:
    """Begin with the inner or outer pad. `key`: one block, filled up with zeros."""
    cdef unsigned char pad[BLOCK_SIZE]
    RG_xor(pad, key, pad_byte, BLOCK_SIZE)
    RG_plain_init(algorithm.plain, state)
    RG_plain_update(algorithm.plain, state, pad, algorithm.block_size)
    RG_wipe(pad, BLOCK_SIZE)


cdef int finish_plain(
        Algorithm algorithm, RG_plain *state, const unsigned char *key, unsigned char *out) noexcept:
    """Finish the inner hash in `state`, which is wiped, and the outer one; the size."""
    cdef unsigned char inner[EVP_MAX_MD_SIZE]
    RG_plain_final(algorithm.plain, state, inner)
    start_plain(algorithm, state, key, OUTER_PAD)
    RG_plain_update(algorithm.plain, state, inner, algorithm.digest_size)
    RG_plain_final(algorithm.plain, state, out)
    RG_wipe(inner, EVP_MAX_MD_SIZE)
    RG_wipe(state, RG_plain_size(algorithm.plain))
    return algorithm.digest_size


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
    RG_wipe(inner, EVP_MAX_MD_SIZE)
    algorithm.put(ctx)
    if not done:
        raise_crypto_error(ValueError, "cannot finish the HMAC")
    return <int>size


cdef int fill_key(Algorithm algorithm, const unsigned char *data, Py_ssize_t size, unsigned char *key) except -1:
    """Make one block of a key: filled up with zeros, or hashed first if it is longer."""
    cdef EVP_MD_CTX *ctx
    cdef RG_plain state
    cdef int done
    memset(key, 0, BLOCK_SIZE)
    if size <= algorithm.block_size:
        memcpy(key, data, size)
        return 0
    if algorithm.plain and size < GIL_SIZE:
        RG_plain_init(algorithm.plain, &state)
        RG_plain_update(algorithm.plain, &state, data, size)
        RG_plain_final(algorithm.plain, &state, key)
        RG_wipe(&state, RG_plain_size(algorithm.plain))
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
        result.plain = algorithm.plain
        if result.plain:
            start_plain(algorithm, &result.progress.plain, result.key, INNER_PAD)
    else:
        ERR_clear_error()
        result.mac = RG_mac_new(algorithm.md, key, size)
        if result.mac == NULL:
            raise_crypto_error(ValueError, "cannot start the HMAC")
    return result


cdef HMAC keyed_with(Algorithm algorithm, object key):
    cdef Message secret
    borrow_hmac_key(key, &secret)
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
    borrow_hmac_key(key, &secret)
    try:
        borrow_key(msg, &message)
        try:
            return digest_at_once(algorithm, &secret, &message)
        finally:
            give_back(&message)
    finally:
        give_back(&secret)


cdef inline int borrow_hmac_key(object source, Message *message) except -1:
    """Lend the bytes of a key for an HMAC, which no Python takes text for."""
    if isinstance(source, unicode):
        raise TypeError("a bytes-like object is required, not '%s'" % type(source).__name__)
    return borrow_key(source, message)


cdef int borrow_key(object source, Message *message) except -1:
    """Lend the bytes of a password, salt or message; text is none, but for what 2.7 takes."""
    if PyBytes_CheckExact(source):
        return borrow(source, message)
    if not RG_HASHES_TAKE_TEXT and not PyObject_CheckBuffer(source):
        raise TypeError("a bytes-like object is required, not '%s'" % type(source).__name__)
    return borrow_bytes(source, message)


cdef bytes digest_at_once(Algorithm algorithm, Message *secret, Message *message):
    cdef unsigned char key[BLOCK_SIZE]
    cdef unsigned char out[EVP_MAX_MD_SIZE]
    cdef EVP_MD_CTX *ctx
    cdef RG_plain state
    cdef HMAC foreign
    cdef int done, size
    if not algorithm.is_builtin:
        foreign = start_hmac(algorithm, secret.data, secret.size)
        foreign.absorb(message.data, message.size)
        return digest_of_hmac(foreign)
    try:
        fill_key(algorithm, secret.data, secret.size, key)
        if algorithm.plain:
            start_plain(algorithm, &state, key, INNER_PAD)
            if message.size < GIL_SIZE:
                RG_plain_update(algorithm.plain, &state, message.data, message.size)
            else:
                with nogil:
                    RG_plain_update(algorithm.plain, &state, message.data, message.size)
            size = finish_plain(algorithm, &state, key, out)
        else:
            ctx = start_pad(algorithm, key, INNER_PAD)
            if message.size < GIL_SIZE:
                done = EVP_DigestUpdate(ctx, message.data, message.size)
            else:
                with nogil:
                    done = EVP_DigestUpdate(ctx, message.data, message.size)
            size = finish_outer(algorithm, ctx, key, done, out)
    finally:
        RG_wipe(key, BLOCK_SIZE)
    return PyBytes_FromStringAndSize(<const char *>out, size)


@cython.binding(False)
def compare_digest(a, b, /):
    """compare_digest(a, b, /)
--

Return whether two secrets are equal, in a time that does not tell where they differ.

Args: a, b (both bytes-like, or both text that is ASCII; on 2.7 any text). Their lengths are not kept secret.
Raises: TypeError for other types, or on 3 text beyond ASCII."""
    cdef Message first, second
    cdef bint same
    if isinstance(a, unicode) and isinstance(b, unicode):
        return compare_text(<unicode>a, <unicode>b)
    borrow_secret(a, b, &first)
    try:
        borrow_secret(b, a, &second)
        same = first.size == second.size and RG_equal(first.data, second.data, first.size)
        give_back(&second)
    finally:
        give_back(&first)
    return same


cdef int borrow_secret(object source, object other, Message *message) except -1:
    if PyBytes_CheckExact(source):
        return borrow(source, message)
    if isinstance(source, unicode) or not (RG_HASHES_TAKE_TEXT or PyObject_CheckBuffer(source)):
        if not PyObject_CheckBuffer(other):
            raise TypeError("unsupported operand types(s) or combination of types: '%s' and '%s'" % (
                type(source).__name__, type(other).__name__))
        raise TypeError("a bytes-like object is required, not '%s'" % type(source).__name__)
    return borrow_bytes(source, message)


cdef bint compare_text(unicode a, unicode b) except -1:
    cdef bytes first, second
    if RG_STR_IS_BYTES:
        # 2.7 compares any text. Encoding it would take a time that depends on the characters.
        return RG_text_memory_size(a) == RG_text_memory_size(b) and RG_equal(
            RG_text_memory(a), RG_text_memory(b), RG_text_memory_size(a))
    try:
        first = a.encode("ascii")
        second = b.encode("ascii")
    except UnicodeError:
        raise TypeError("comparing strings with non-ASCII characters is not supported") from None
    return len(first) == len(second) and RG_equal(
        <const unsigned char *>PyBytes_AS_STRING(first), <const unsigned char *>PyBytes_AS_STRING(second), len(first))


belong_to("_hashlib", (hmac_new, hmac_digest, compare_digest))
