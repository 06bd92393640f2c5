# Digests and hash objects: `_hashlib.HASH` and `HASHXOF`, and what HMAC and key derivation use of them.
#
# A digest is fetched once (`Algorithm`). MD5, SHA-1 and SHA-2 of OpenSSL's own software are hashed by the
# functions behind EVP, with their state in the hash object ("plain"). The others, and these too where a
# configuration has another provider or an engine compute them, go through EVP: the Algorithm keeps a few spare
# contexts, which are wiped and initialised whenever nobody uses them, and a short message is only collected;
# asking for its digest hashes it in one pass. The spare contexts rely on the GIL: taking and putting back are one
# step each, and a call that lets other threads run works on a context that it has taken.
#
# On the paths that cost 100 ns the error queue is not cleared before the call (it would cost a fifth):
# every failure in this extension drains it, so it is empty here.
#
# For the other parts: Algorithm, find_algorithm(), digest_name(), unsupported(), new_hash(), blank_hash().

cdef enum:
    SPARE_CONTEXTS = 8
    KNOWN_NAMES = 256  # spellings that are remembered, so that made-up ones cannot fill the memory
    DIGEST_NIDS = 256

class UnsupportedDigestmodError(ValueError):
    """OpenSSL has no digest of this name, or may not use it. Since: 3.10."""

    __module__ = "_hashlib"


cdef dict _algorithms = {}
cdef dict _insecure_algorithms = {}

# Python's names and OpenSSL's short names; digests that are not here have OpenSSL's long name, in any case.
cdef tuple _NAMES = (
    ("md5", b"MD5"), ("sha1", b"SHA1"),
    ("sha224", b"SHA224"), ("sha256", b"SHA256"), ("sha384", b"SHA384"), ("sha512", b"SHA512"),
    ("sha512_224", b"SHA512-224"), ("sha512_256", b"SHA512-256"),
    ("sha3_224", b"SHA3-224"), ("sha3_256", b"SHA3-256"), ("sha3_384", b"SHA3-384"), ("sha3_512", b"SHA3-512"),
    ("shake_128", b"SHAKE128"), ("shake_256", b"SHAKE256"),
    ("blake2s", b"BLAKE2s256"), ("blake2b", b"BLAKE2b512"),
)
cdef dict _OPENSSL_NAMES = dict(_NAMES)
cdef dict _PYTHON_NAMES = {OBJ_sn2nid(short_name): name for name, short_name in _NAMES}


cdef str python_name(int nid):
    """Python's name of a digest by OpenSSL's number; "undefined" if it has no number."""
    return _PYTHON_NAMES.get(nid) or native_from_c(OBJ_nid2ln(nid))


# ---- algorithms --------------------------------------------------------------------------------------------

@cython.final
@cython.internal
cdef class Algorithm:
    """A digest of OpenSSL, ready to use."""

    cdef const EVP_MD *md
    cdef str name
    cdef int digest_size
    cdef int block_size
    cdef bint is_xof
    cdef bint is_builtin
    cdef int plain  # the number of the plain functions, 0 if it is for EVP
    cdef EVP_MD_CTX *spare[SPARE_CONTEXTS]
    cdef int spares

    def __cinit__(self):
        self.md = NULL
        self.spares = 0

    def __dealloc__(self):
        while self.spares:
            self.spares -= 1
            EVP_MD_CTX_free(self.spare[self.spares])
        if self.md != NULL:
            RG_digest_free(self.md)

    cdef EVP_MD_CTX *take(self) except NULL:
        """A context of the caller's own, initialised."""
        cdef EVP_MD_CTX *ctx
        if self.spares:
            self.spares -= 1
            return self.spare[self.spares]
        ctx = EVP_MD_CTX_new()
        if ctx == NULL:
            raise MemoryError()
        if not RG_digest_init(ctx, self.md):
            EVP_MD_CTX_free(ctx)
            raise_crypto_error(ValueError, "cannot start %s" % self.name)
        return ctx

    cdef void put(self, EVP_MD_CTX *ctx) noexcept:
        """Take a context back. Initialising wipes what is left of the message or key."""
        if self.spares < SPARE_CONTEXTS and RG_digest_init(ctx, self.md):
            self.spare[self.spares] = ctx
            self.spares += 1
        else:
            EVP_MD_CTX_free(ctx)


cdef object unsupported(object what):
    return UnsupportedDigestmodError(
        "[digital envelope routines] unsupported hash algorithm %s%s" % (what, explain_refusal()))


@cython.binding(False)
def explain_refusal():
    """explain_refusal()
--

Return why OpenSSL's configuration keeps digests from all programs (str), or "" if it does not."""
    cdef const EVP_MD *md
    cdef char *path
    if RG_fips_mode():
        return ": OpenSSL is configured for FIPS"
    # "-fips" is no condition of a digest's, so this finds one if there is any.
    ERR_set_mark()
    md = RG_digest_fetch(b"SHA256", False)
    ERR_pop_to_mark()
    if md != NULL:
        RG_digest_free(md)
        return ""
    path = CONF_get1_default_config_file()
    try:
        return ": no provider of algorithms is loaded; does OpenSSL's configuration %s name one that is missing?" % (
            native_from_c(path),)
    finally:
        OPENSSL_free(path)


# Contexts that are in no use and belong to no digest: to copy another's state into, for which one that is
# initialised would be of no advantage.
cdef EVP_MD_CTX *_blank[SPARE_CONTEXTS]
cdef int _blanks = 0


cdef EVP_MD_CTX *take_blank() except NULL:
    global _blanks
    cdef EVP_MD_CTX *ctx
    if _blanks:
        _blanks -= 1
        return _blank[_blanks]
    ctx = EVP_MD_CTX_new()
    if ctx == NULL:
        raise MemoryError()
    return ctx


cdef void put_blank(EVP_MD_CTX *ctx) noexcept:
    """Take back a context of any digest, wiped."""
    global _blanks
    if _blanks < SPARE_CONTEXTS and EVP_MD_CTX_reset(ctx):
        _blank[_blanks] = ctx
        _blanks += 1
    else:
        EVP_MD_CTX_free(ctx)


cdef inline Algorithm find_algorithm(str name, bint for_security):
    """The digest of that name, in Python's spelling or OpenSSL's, or UnsupportedDigestmodError."""
    cdef dict known = _algorithms if for_security else _insecure_algorithms
    found = known.get(name)
    if found is None:
        found = fetch_algorithm(name, for_security)
        if len(known) < KNOWN_NAMES:
            known[name] = found
    return <Algorithm>found


cdef Algorithm fetch_algorithm(str name, bint for_security):
    cdef Algorithm algorithm = Algorithm.__new__(Algorithm)
    cdef bytes openssl_name = _OPENSSL_NAMES.get(name)
    if openssl_name is None:
        try:
            openssl_name = ascii_from_text(name, "name")
        except ValueError:
            raise unsupported(name) from None
    ERR_clear_error()
    algorithm.md = RG_digest_fetch(openssl_name, for_security)
    if algorithm.md == NULL:
        ERR_clear_error()
        raise unsupported(name)
    algorithm.name = python_name(RG_digest_nid(algorithm.md))
    algorithm.digest_size = RG_digest_size(algorithm.md)
    algorithm.block_size = RG_digest_block_size(algorithm.md)
    algorithm.is_xof = RG_digest_is_xof(algorithm.md)
    algorithm.is_builtin = RG_digest_is_builtin(algorithm.md)
    algorithm.plain = RG_plain_digest(RG_digest_nid(algorithm.md)) if algorithm.is_builtin else 0
    return algorithm


cdef str digest_name(object name, str function):
    """The name of a digest as `str`, from `str` or 2.7's `unicode`."""
    if isinstance(name, str):
        return <str>name
    if RG_HASHES_TAKE_TEXT and isinstance(name, unicode):
        try:
            return native_from_bytes((<unicode>name).encode("ascii"))
        except UnicodeError:
            raise unsupported(repr(name)) from None
    raise TypeError("%s must be str, not %s" % (function, "None" if name is None else type(name).__name__))


# ---- hash objects ------------------------------------------------------------------------------------------

# No part of a cycle. The collector would take `algorithm` away before __dealloc__ needs it.
@cython.no_gc
@cython.binding(False)
@cython.freelist(16)
cdef class HASH:
    """HASH(name, string=b'')
--

A hash object of OpenSSL. Since: 2.5, as `hashlib.new()`; Source: hashlib, "Hash Objects".
Differs: has 2.7's attribute `digestsize` too."""

    cdef Algorithm algorithm
    cdef int plain  # as the algorithm's
    cdef EVP_MD_CTX *ctx  # NULL if plain, and while the message is only collected
    cdef PyThread_type_lock lock
    cdef Py_ssize_t collected
    cdef RG_progress progress

    def __cinit__(self):
        self.ctx = NULL
        self.lock = NULL
        self.collected = 0

    def __dealloc__(self):
        if self.plain:
            RG_wipe(&self.progress, RG_plain_size(self.plain))
        elif self.ctx != NULL:
            self.algorithm.put(self.ctx)
        elif self.collected:
            RG_wipe(self.progress.message, self.collected)
        if self.lock != NULL:
            PyThread_free_lock(self.lock)

    cdef int start(self) except -1:
        """Go over from the collected message to a context."""
        cdef EVP_MD_CTX *ctx = self.algorithm.take()
        if not EVP_DigestUpdate(ctx, self.progress.message, self.collected):
            self.algorithm.put(ctx)
            raise_crypto_error(ValueError, "cannot hash")
        self.ctx = ctx
        RG_wipe(self.progress.message, self.collected)
        self.collected = 0
        return 0

    cdef int absorb(self, const unsigned char *data, Py_ssize_t size) except -1:
        cdef int done
        if self.lock == NULL and size < GIL_SIZE:
            if self.plain:
                RG_plain_update(self.plain, &self.progress.plain, data, size)
                return 0
            if self.ctx == NULL:
                if size <= RG_SHORT_SIZE - self.collected:
                    memcpy(self.progress.message + self.collected, data, size)
                    self.collected += size
                    return 0
                self.start()
            done = EVP_DigestUpdate(self.ctx, data, size)
        else:
            if self.lock == NULL:
                self.lock = new_lock()
            if not self.plain and self.ctx == NULL:
                self.start()
            hold(self.lock)
            if size < GIL_SIZE:
                done = self.absorb_held(data, size)
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
        if not self.plain:
            return EVP_DigestUpdate(self.ctx, data, size)
        RG_plain_update(self.plain, &self.progress.plain, data, size)
        return 1

    cdef int copy_plain(self, RG_plain *state) noexcept:
        if self.lock != NULL:
            hold(self.lock)
        memcpy(state, &self.progress.plain, RG_plain_size(self.plain))
        if self.lock != NULL:
            PyThread_release_lock(self.lock)
        return 0

    cdef EVP_MD_CTX *snapshot(self) except NULL:
        """A context in this object's state, for the caller to finish and to give to put_snapshot()."""
        cdef EVP_MD_CTX *ctx
        cdef int done
        if self.ctx == NULL:
            ctx = self.algorithm.take()
            done = EVP_DigestUpdate(ctx, self.progress.message, self.collected)
        else:
            ctx = take_blank()
            if self.lock != NULL:
                hold(self.lock)
            done = EVP_MD_CTX_copy_ex(ctx, self.ctx)
            if self.lock != NULL:
                PyThread_release_lock(self.lock)
        if not done:
            put_blank(ctx)
            raise_crypto_error(ValueError, "cannot copy the hash")
        return ctx

    cdef void put_snapshot(self, EVP_MD_CTX *ctx) noexcept:
        if self.ctx == NULL:
            self.algorithm.put(ctx)
        else:
            put_blank(ctx)

    cdef int finish(self, unsigned char *out) except -1:
        """Write the digest of what was hashed so far, `EVP_MAX_MD_SIZE` bytes at most; its size."""
        cdef EVP_MD_CTX *ctx
        cdef RG_plain state
        cdef unsigned int size = 0
        cdef int done
        if self.plain:
            self.copy_plain(&state)
            RG_plain_final(self.plain, &state, out)
            RG_wipe(&state, RG_plain_size(self.plain))
            return self.algorithm.digest_size
        ctx = self.snapshot()
        done = EVP_DigestFinal_ex(ctx, out, &size)
        self.put_snapshot(ctx)
        if not done:
            raise_crypto_error(ValueError, "cannot finish the hash")
        return <int>size

    def update(self, obj, /):
        """update($self, obj, /)
--

Hash more bytes.

Args: obj (bytes-like; on 2.7 also ASCII unicode)."""
        cdef Message message
        borrow(obj, &message)
        try:
            self.absorb(message.data, message.size)
        finally:
            give_back(&message)

    def digest(self):
        """digest($self, /)
--

Return the digest of what was hashed so far (bytes)."""
        cdef unsigned char out[EVP_MAX_MD_SIZE]
        cdef int size = self.finish(out)
        return PyBytes_FromStringAndSize(<const char *>out, size)

    def hexdigest(self):
        """hexdigest($self, /)
--

Return the digest of what was hashed so far (text, two digits for each byte)."""
        cdef unsigned char out[EVP_MAX_MD_SIZE]
        cdef int size = self.finish(out)
        return native_hex(out, size)

    def copy(self):
        """copy($self, /)
--

Return a second hash object in the same state."""
        cdef HASH twin = blank_hash(self.algorithm)
        if self.plain:
            self.copy_plain(&twin.progress.plain)
        elif self.ctx != NULL:
            twin.ctx = self.snapshot()
        else:
            memcpy(twin.progress.message, self.progress.message, self.collected)
            twin.collected = self.collected
        return twin

    @property
    def name(self):
        return self.algorithm.name

    @property
    def digest_size(self):
        return self.algorithm.digest_size

    @property
    def digestsize(self):
        return self.digest_size

    @property
    def block_size(self):
        return self.algorithm.block_size

    def __repr__(self):
        return "<%s %s.%s object @ 0x%x>" % (
            self.algorithm.name, type(self).__module__, type(self).__name__, <uintptr_t><PyObject *>self)

    def __reduce__(self):
        raise TypeError("cannot pickle '%s.%s' object" % (type(self).__module__, type(self).__name__))


@cython.no_gc
@cython.binding(False)
cdef class HASHXOF(HASH):
    """HASHXOF(name, string=b'')
--

A hash object whose digest has the length that is asked for. Since: 3.9; Source: hashlib, "SHAKE".
Differs: has 2.7's attribute `digestsize` too, as `HASH`."""

    cdef object squeeze(self, Py_ssize_t length, bint as_text):
        cdef EVP_MD_CTX *ctx
        cdef bytes out
        cdef unsigned char *start
        cdef int done
        if length < 0:
            raise ValueError("length cannot be negative")
        out = PyBytes_FromStringAndSize(NULL, length)
        if length:
            # OpenSSL before 3.3 takes no length of 0.
            start = <unsigned char *>PyBytes_AS_STRING(out)
            ctx = self.snapshot()
            if length < GIL_SIZE:
                done = EVP_DigestFinalXOF(ctx, start, length)
            else:
                with nogil:
                    done = EVP_DigestFinalXOF(ctx, start, length)
            self.put_snapshot(ctx)
            if not done:
                raise_crypto_error(ValueError, "cannot finish the hash")
        if as_text:
            return native_hex(<const unsigned char *>PyBytes_AS_STRING(out), length)
        return out

    def digest(self, Py_ssize_t length):
        """digest($self, /, length)
--

Return the digest of what was hashed so far.

Args: length (int), in bytes."""
        return self.squeeze(length, False)

    def hexdigest(self, Py_ssize_t length):
        """hexdigest($self, /, length)
--

Return the digest of what was hashed so far (text).

Args: length (int), in bytes; the text has two digits for each."""
        return self.squeeze(length, True)

    @property
    def digest_size(self):
        return 0


cdef inline HASH blank_hash(Algorithm algorithm):
    """An object without a state; the caller gives it one if it is plain."""
    cdef HASH result
    if algorithm.is_xof:
        result = HASHXOF.__new__(HASHXOF)
    else:
        result = HASH.__new__(HASH)
    result.algorithm = algorithm
    result.plain = algorithm.plain
    return result


cdef object new_hash(Algorithm algorithm, object data):
    cdef HASH result = blank_hash(algorithm)
    cdef Message message
    cdef int done
    if result.plain:
        RG_plain_init(result.plain, &result.progress.plain)
    if data is _ABSENT:
        return result
    borrow(data, &message)
    try:
        if message.size < GIL_SIZE:
            result.absorb(message.data, message.size)
        else:
            # Nobody else has the object yet: no lock.
            if not result.plain:
                result.start()
            with nogil:
                done = result.absorb_held(message.data, message.size)
            if not done:
                raise_crypto_error(ValueError, "cannot hash")
    finally:
        give_back(&message)
    return result


present_as(HASH, b"_hashlib.HASH", <newfunc>refuse_instances)
present_as(HASHXOF, b"_hashlib.HASHXOF", <newfunc>refuse_instances)
