# BLAKE2b and BLAKE2s, `hashlib.blake2b` and `blake2s`, with the parameter block of the BLAKE2 paper.
#
# Ours, as OpenSSL's have neither salt, personalization, tree mode nor a key of no length.
#
# Objects are made by functions of ours, which take the place of what Cython makes of __cinit__ (as HASH has one that
# refuses): with nothing but data there are no parameters to look for, which would cost as much as the hashing.
#
# For the other parts: nothing.

# ---- parameters --------------------------------------------------------------------------------------------

cdef int refuse_value(str name, int least, int most) except -1:
    raise ValueError("'%s' must be between %d and %d" % (name, least, most))


cdef int copy_parameter(object source, int most, uint8_t *out, str name) except -1:
    """Copy the bytes of a parameter; their number."""
    cdef Message message
    cdef int size
    borrow_key(source, &message)
    try:
        if message.size > most:
            raise ValueError("maximum %s length is %d bytes, got %d" % (name, most, message.size))
        size = <int>message.size
        memcpy(out, message.data, size)
    finally:
        give_back(&message)
    return size


cdef inline void begin_blake2(Blake2 *state, bint is_b, int digest_size) noexcept:
    """Make the first chaining value with no parameter but the size. `state` is all zeros."""
    state.is_b = is_b
    state.digest_size = digest_size
    if is_b:
        state.block_size = 128
        memcpy(state.b, START_B, sizeof(state.b))
        state.b[0] ^= <uint64_t>(digest_size | 1 << 16 | 1 << 24)  # fanout and depth
    else:
        state.block_size = 64
        memcpy(state.s, START_S, sizeof(state.s))
        state.s[0] ^= <uint32_t>(digest_size | 1 << 16 | 1 << 24)


cdef int start_blake2(
        Blake2 *state, bint is_b, Py_ssize_t digest_size, object key, object salt, object person,
        Py_ssize_t fanout, Py_ssize_t depth, object leaf_size, object node_offset, Py_ssize_t node_depth,
        Py_ssize_t inner_size, bint last_node) except -1:
    """Make the first chaining value from the parameters, and queue the key. `state` is all zeros."""
    cdef uint8_t names[32]  # salt and personalization, 16 bytes each, or 8 for BLAKE2s
    cdef uint8_t key_block[LONGEST_BLOCK]
    cdef int half = 64 if is_b else 32
    cdef uint64_t leaf = 0, offset = 0, first
    cdef int i, key_size = 0
    # What is no number of C at all is told before any number that is out of its range, as CPython's arguments are.
    if leaf_size is not _ABSENT:
        leaf = natural_number(leaf_size, "unsigned long")
    if node_offset is not _ABSENT:
        offset = natural_number(node_offset, "unsigned long long")
    if digest_size < 1 or digest_size > half:
        raise ValueError("digest_size for %s must be between 1 and %d bytes, got %d" % (
            "blake2b" if is_b else "blake2s", half, digest_size))
    memset(names, 0, sizeof(names))
    if salt is not _ABSENT:
        copy_parameter(salt, half // 4, names, "salt")
    if person is not _ABSENT:
        copy_parameter(person, half // 4, names + half // 4, "person")
    if fanout < 0 or fanout > 255:
        refuse_value("fanout", 0, 255)
    if depth < 1 or depth > 255:
        refuse_value("depth", 1, 255)
    if leaf >> 32:
        raise OverflowError("'leaf_size' is too large")
    if not is_b and offset >> 48:
        raise OverflowError("'node_offset' is too large")
    if node_depth < 0 or node_depth > 255:
        refuse_value("node_depth", 0, 255)
    if inner_size < 0 or inner_size > half:
        refuse_value("inner_size", 0, half)
    if key is not _ABSENT:
        memset(key_block, 0, sizeof(key_block))
        key_size = copy_parameter(key, half, key_block, "key")
    begin_blake2(state, is_b, <int>digest_size)
    state.is_last_node = last_node
    first = <uint64_t>key_size << 8 | <uint64_t>(fanout ^ 1) << 16 | <uint64_t>(depth ^ 1) << 24
    if is_b:
        state.b[0] ^= first | leaf << 32
        state.b[1] ^= offset
        state.b[2] ^= <uint64_t>node_depth | <uint64_t>inner_size << 8
        for i in range(4):
            state.b[4 + i] ^= load_b(names + 8 * i)
    else:
        state.s[0] ^= <uint32_t>first
        state.s[1] ^= <uint32_t>leaf
        state.s[2] ^= <uint32_t>offset
        state.s[3] ^= <uint32_t>(offset >> 32 | <uint64_t>node_depth << 16 | <uint64_t>inner_size << 24)
        for i in range(4):
            state.s[4 + i] ^= load_s(names + 4 * i)
    if key_size:
        absorb_blake2(state, key_block, state.block_size)
        RG_wipe(key_block, sizeof(key_block))
    return 0


# ---- what both classes do ----------------------------------------------------------------------------------

cdef struct Hashing:
    Blake2 state
    PyThread_type_lock lock


cdef inline int update_blake2(Hashing *hashing, object data) except -1:
    cdef Message message
    borrow(data, &message)
    if message.size < GIL_SIZE and hashing.lock == NULL:
        absorb_blake2(&hashing.state, message.data, message.size)
        give_back(&message)
        return 0
    return update_shared(hashing, &message)


cdef int update_shared(Hashing *hashing, Message *message) except -1:
    """Hash what takes long, or belongs to an object that other threads may be hashing with; give it back."""
    try:
        if hashing.lock == NULL:
            hashing.lock = new_lock()
        hold(hashing.lock)
        if message.size < GIL_SIZE:
            absorb_blake2(&hashing.state, message.data, message.size)
            PyThread_release_lock(hashing.lock)
        else:
            # Released before the GIL is waited for, which at the interpreter's end does not come back.
            with nogil:
                absorb_blake2(&hashing.state, message.data, message.size)
                PyThread_release_lock(hashing.lock)
    finally:
        give_back(message)
    return 0


cdef void copy_blake2(Hashing *source, Blake2 *target) noexcept:
    if source.lock != NULL:
        hold(source.lock)
    target[0] = source.state
    if source.lock != NULL:
        PyThread_release_lock(source.lock)


cdef int finish_at(Hashing *hashing, uint8_t *out) noexcept:
    """Write the digest, as finish_blake2() does; its size."""
    cdef Blake2 state
    if hashing.lock == NULL:
        finish_blake2(&hashing.state, out)
    else:
        copy_blake2(hashing, &state)
        finish_blake2(&state, out)
        RG_wipe(&state, sizeof(state))
    return hashing.state.digest_size


cdef inline bytes digest_of_blake2(Hashing *hashing):
    cdef uint8_t out[64]
    cdef int size = finish_at(hashing, out)
    return PyBytes_FromStringAndSize(<const char *>out, size)


cdef str hexdigest_of_blake2(Hashing *hashing):
    cdef uint8_t out[64]
    cdef int size = finish_at(hashing, out)
    return native_hex(out, size)


cdef void end_blake2(Hashing *hashing) noexcept:
    RG_wipe(&hashing.state, sizeof(Blake2))
    if hashing.lock != NULL:
        PyThread_free_lock(hashing.lock)


# ---- the classes -------------------------------------------------------------------------------------------

@cython.final
@cython.binding(False)
@cython.freelist(8)
cdef class blake2b:
    """blake2b(data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, \
node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)
--

A hash object of BLAKE2b. Since: 3.6; Source: RFC 7693, hashlib, "BLAKE2"."""

    MAX_DIGEST_SIZE = 64
    MAX_KEY_SIZE = 64
    PERSON_SIZE = 16
    SALT_SIZE = 16

    cdef Hashing hashing

    def __cinit__(self):
        self.hashing.lock = NULL

    def __dealloc__(self):
        end_blake2(&self.hashing)

    def update(self, data, /):
        """update($self, data, /)
--

Hash more bytes.

Args: data (bytes-like; on 2.7 also ASCII unicode)."""
        update_blake2(&self.hashing, data)

    def digest(self):
        """digest($self, /)
--

Return the digest of what was hashed so far (bytes)."""
        return digest_of_blake2(&self.hashing)

    def hexdigest(self):
        """hexdigest($self, /)
--

Return the digest of what was hashed so far (text, two digits for each byte)."""
        return hexdigest_of_blake2(&self.hashing)

    def copy(self):
        """copy($self, /)
--

Return a second hash object in the same state."""
        cdef blake2b twin = blake2b.__new__(blake2b)
        copy_blake2(&self.hashing, &twin.hashing.state)
        return twin

    @property
    def name(self):
        return "blake2b"

    @property
    def digest_size(self):
        return self.hashing.state.digest_size

    @property
    def block_size(self):
        return 128

    def __reduce__(self):
        raise TypeError("cannot pickle '_blake2.blake2b' object")


@cython.final
@cython.binding(False)
@cython.freelist(8)
cdef class blake2s:
    """blake2s(data=b'', *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, \
node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)
--

A hash object of BLAKE2s. Since: 3.6; Source: RFC 7693, hashlib, "BLAKE2"."""

    MAX_DIGEST_SIZE = 32
    MAX_KEY_SIZE = 32
    PERSON_SIZE = 8
    SALT_SIZE = 8

    cdef Hashing hashing

    def __cinit__(self):
        self.hashing.lock = NULL

    def __dealloc__(self):
        end_blake2(&self.hashing)

    def update(self, data, /):
        """update($self, data, /)
--

Hash more bytes.

Args: data (bytes-like; on 2.7 also ASCII unicode)."""
        update_blake2(&self.hashing, data)

    def digest(self):
        """digest($self, /)
--

Return the digest of what was hashed so far (bytes)."""
        return digest_of_blake2(&self.hashing)

    def hexdigest(self):
        """hexdigest($self, /)
--

Return the digest of what was hashed so far (text, two digits for each byte)."""
        return hexdigest_of_blake2(&self.hashing)

    def copy(self):
        """copy($self, /)
--

Return a second hash object in the same state."""
        cdef blake2s twin = blake2s.__new__(blake2s)
        copy_blake2(&self.hashing, &twin.hashing.state)
        return twin

    @property
    def name(self):
        return "blake2s"

    @property
    def digest_size(self):
        return self.hashing.state.digest_size

    @property
    def block_size(self):
        return 64

    def __reduce__(self):
        raise TypeError("cannot pickle '_blake2.blake2s' object")


# ---- how objects are made ----------------------------------------------------------------------------------

@cython.final
@cython.internal
@cython.binding(False)
cdef class Parameters:
    """Starts a new object. The methods bear the names of the classes, as errors in arguments tell them."""

    cdef Hashing *hashing

    def __cinit__(self):
        self.hashing = NULL

    def blake2b(self, first=_ABSENT, /, *, data=_ABSENT, Py_ssize_t digest_size=64, key=_ABSENT, salt=_ABSENT,
                person=_ABSENT, Py_ssize_t fanout=1, Py_ssize_t depth=1, leaf_size=_ABSENT, node_offset=_ABSENT,
                Py_ssize_t node_depth=0, Py_ssize_t inner_size=0, bint last_node=False,
                bint usedforsecurity=True, string=_ABSENT):
        data = choose_data("blake2b", 1, first, data, string)
        start_blake2(&self.hashing.state, True, digest_size, key, salt, person, fanout, depth, leaf_size,
                     node_offset, node_depth, inner_size, last_node)
        if data is not _ABSENT:
            update_blake2(self.hashing, data)

    def blake2s(self, first=_ABSENT, /, *, data=_ABSENT, Py_ssize_t digest_size=32, key=_ABSENT, salt=_ABSENT,
                person=_ABSENT, Py_ssize_t fanout=1, Py_ssize_t depth=1, leaf_size=_ABSENT, node_offset=_ABSENT,
                Py_ssize_t node_depth=0, Py_ssize_t inner_size=0, bint last_node=False,
                bint usedforsecurity=True, string=_ABSENT):
        data = choose_data("blake2s", 1, first, data, string)
        start_blake2(&self.hashing.state, False, digest_size, key, salt, person, fanout, depth, leaf_size,
                     node_offset, node_depth, inner_size, last_node)
        if data is not _ABSENT:
            update_blake2(self.hashing, data)


cdef object make_blake2b(type cls, PyObject *args, PyObject *keywords):
    cdef blake2b made = blake2b.__new__(blake2b)
    cdef Parameters parameters
    if keywords == NULL and PyTuple_GET_SIZE(<object>args) <= 1:
        begin_blake2(&made.hashing.state, True, 64)
        if PyTuple_GET_SIZE(<object>args):
            update_blake2(&made.hashing, <object>PyTuple_GET_ITEM(<object>args, 0))
    else:
        parameters = Parameters.__new__(Parameters)
        parameters.hashing = &made.hashing
        PyObject_Call(parameters.blake2b, <object>args, {} if keywords == NULL else <object>keywords)
    return made


cdef object make_blake2s(type cls, PyObject *args, PyObject *keywords):
    cdef blake2s made = blake2s.__new__(blake2s)
    cdef Parameters parameters
    if keywords == NULL and PyTuple_GET_SIZE(<object>args) <= 1:
        begin_blake2(&made.hashing.state, False, 32)
        if PyTuple_GET_SIZE(<object>args):
            update_blake2(&made.hashing, <object>PyTuple_GET_ITEM(<object>args, 0))
    else:
        parameters = Parameters.__new__(Parameters)
        parameters.hashing = &made.hashing
        PyObject_Call(parameters.blake2s, <object>args, {} if keywords == NULL else <object>keywords)
    return made


present_as(blake2b, b"_blake2.blake2b", <newfunc>make_blake2b)
present_as(blake2s, b"_blake2.blake2s", <newfunc>make_blake2s)
# Found among the subclasses of `object`, and made there, it would have nothing to start.
present_as(Parameters, b"regraft._openssl.Parameters", <newfunc>refuse_instances)
