# The compression of BLAKE2b and BLAKE2s (RFC 7693).
#
# The message schedule is written out, so that the compiler keeps the state in registers and every index is a
# constant. Nothing here branches on, or indexes by, what is hashed.
#
# For the other parts: Blake2, START_B and START_S, load_b() and load_s(), absorb_blake2(), finish_blake2().

cdef enum:
    LONGEST_BLOCK = 128

cdef uint64_t ALL_ONES = 0xFFFFFFFFFFFFFFFF

# The start of SHA-512 and of SHA-256: fractions of the square roots of the first eight primes.
cdef uint64_t *START_B = [
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179]
cdef uint32_t *START_S = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]


cdef struct Blake2:
    bint is_b
    bint is_last_node
    int block_size  # bytes
    int digest_size  # bytes
    uint64_t b[8]  # the chaining value, of the one or the other
    uint32_t s[8]
    uint64_t count  # bytes compressed, and what overflows of them
    uint64_t count_high
    int filled  # bytes waiting in the buffer; a whole block waits until more comes, as it may be the last
    uint8_t buffer[LONGEST_BLOCK]


cdef inline uint64_t load_b(const uint8_t *data) noexcept nogil:
    return (<uint64_t>data[0] | (<uint64_t>data[1] << 8) | (<uint64_t>data[2] << 16) | (<uint64_t>data[3] << 24) |
            (<uint64_t>data[4] << 32) | (<uint64_t>data[5] << 40) | (<uint64_t>data[6] << 48) | (<uint64_t>data[7] << 56))


cdef inline void store_b(uint8_t *out, uint64_t word) noexcept nogil:
    out[0] = <uint8_t>word
    out[1] = <uint8_t>(word >> 8)
    out[2] = <uint8_t>(word >> 16)
    out[3] = <uint8_t>(word >> 24)
    out[4] = <uint8_t>(word >> 32)
    out[5] = <uint8_t>(word >> 40)
    out[6] = <uint8_t>(word >> 48)
    out[7] = <uint8_t>(word >> 56)


cdef inline uint64_t turn_b(uint64_t word, int bits) noexcept nogil:
    return (word >> bits) | (word << (64 - bits))


cdef inline void mix_b(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, uint64_t x, uint64_t y) noexcept nogil:
    a[0] = a[0] + b[0] + x
    d[0] = turn_b(d[0] ^ a[0], 32)
    c[0] = c[0] + d[0]
    b[0] = turn_b(b[0] ^ c[0], 24)
    a[0] = a[0] + b[0] + y
    d[0] = turn_b(d[0] ^ a[0], 16)
    c[0] = c[0] + d[0]
    b[0] = turn_b(b[0] ^ c[0], 63)


cdef void compress_b(
        uint64_t *h, const uint8_t *block, uint64_t low, uint64_t high, uint64_t last, uint64_t last_node) noexcept nogil:
    """Compress a block into `h`. `low` and `high`: bytes so far, with it; `last`, `last_node`: 0 or all ones."""
    cdef uint64_t v[16]
    cdef uint64_t m[16]
    cdef int i
    for i in range(16):
        m[i] = load_b(block + 8 * i)
    for i in range(8):
        v[i] = h[i]
        v[i + 8] = START_B[i]
    v[12] ^= low
    v[13] ^= high
    v[14] ^= last
    v[15] ^= last_node
    mix_b(&v[0], &v[4], &v[8], &v[12], m[0], m[1])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[2], m[3])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[4], m[5])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[6], m[7])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[8], m[9])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[10], m[11])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[12], m[13])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[14], m[15])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[14], m[10])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[4], m[8])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[9], m[15])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[13], m[6])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[1], m[12])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[0], m[2])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[11], m[7])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[5], m[3])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[11], m[8])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[12], m[0])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[5], m[2])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[15], m[13])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[10], m[14])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[3], m[6])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[7], m[1])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[9], m[4])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[7], m[9])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[3], m[1])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[13], m[12])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[11], m[14])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[2], m[6])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[5], m[10])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[4], m[0])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[15], m[8])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[9], m[0])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[5], m[7])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[2], m[4])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[10], m[15])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[14], m[1])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[11], m[12])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[6], m[8])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[3], m[13])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[2], m[12])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[6], m[10])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[0], m[11])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[8], m[3])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[4], m[13])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[7], m[5])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[15], m[14])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[1], m[9])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[12], m[5])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[1], m[15])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[14], m[13])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[4], m[10])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[0], m[7])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[6], m[3])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[9], m[2])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[8], m[11])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[13], m[11])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[7], m[14])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[12], m[1])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[3], m[9])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[5], m[0])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[15], m[4])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[8], m[6])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[2], m[10])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[6], m[15])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[14], m[9])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[11], m[3])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[0], m[8])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[12], m[2])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[13], m[7])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[1], m[4])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[10], m[5])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[10], m[2])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[8], m[4])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[7], m[6])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[1], m[5])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[15], m[11])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[9], m[14])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[3], m[12])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[13], m[0])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[0], m[1])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[2], m[3])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[4], m[5])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[6], m[7])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[8], m[9])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[10], m[11])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[12], m[13])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[14], m[15])
    mix_b(&v[0], &v[4], &v[8], &v[12], m[14], m[10])
    mix_b(&v[1], &v[5], &v[9], &v[13], m[4], m[8])
    mix_b(&v[2], &v[6], &v[10], &v[14], m[9], m[15])
    mix_b(&v[3], &v[7], &v[11], &v[15], m[13], m[6])
    mix_b(&v[0], &v[5], &v[10], &v[15], m[1], m[12])
    mix_b(&v[1], &v[6], &v[11], &v[12], m[0], m[2])
    mix_b(&v[2], &v[7], &v[8], &v[13], m[11], m[7])
    mix_b(&v[3], &v[4], &v[9], &v[14], m[5], m[3])
    for i in range(8):
        h[i] ^= v[i] ^ v[i + 8]


cdef inline uint32_t load_s(const uint8_t *data) noexcept nogil:
    return (<uint32_t>data[0] | (<uint32_t>data[1] << 8) | (<uint32_t>data[2] << 16) | (<uint32_t>data[3] << 24))


cdef inline void store_s(uint8_t *out, uint32_t word) noexcept nogil:
    out[0] = <uint8_t>word
    out[1] = <uint8_t>(word >> 8)
    out[2] = <uint8_t>(word >> 16)
    out[3] = <uint8_t>(word >> 24)


cdef inline uint32_t turn_s(uint32_t word, int bits) noexcept nogil:
    return (word >> bits) | (word << (32 - bits))


cdef inline void mix_s(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d, uint32_t x, uint32_t y) noexcept nogil:
    a[0] = a[0] + b[0] + x
    d[0] = turn_s(d[0] ^ a[0], 16)
    c[0] = c[0] + d[0]
    b[0] = turn_s(b[0] ^ c[0], 12)
    a[0] = a[0] + b[0] + y
    d[0] = turn_s(d[0] ^ a[0], 8)
    c[0] = c[0] + d[0]
    b[0] = turn_s(b[0] ^ c[0], 7)


cdef void compress_s(
        uint32_t *h, const uint8_t *block, uint32_t low, uint32_t high, uint32_t last, uint32_t last_node) noexcept nogil:
    """Compress a block into `h`. `low` and `high`: bytes so far, with it; `last`, `last_node`: 0 or all ones."""
    cdef uint32_t v[16]
    cdef uint32_t m[16]
    cdef int i
    for i in range(16):
        m[i] = load_s(block + 4 * i)
    for i in range(8):
        v[i] = h[i]
        v[i + 8] = START_S[i]
    v[12] ^= low
    v[13] ^= high
    v[14] ^= last
    v[15] ^= last_node
    mix_s(&v[0], &v[4], &v[8], &v[12], m[0], m[1])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[2], m[3])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[4], m[5])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[6], m[7])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[8], m[9])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[10], m[11])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[12], m[13])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[14], m[15])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[14], m[10])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[4], m[8])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[9], m[15])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[13], m[6])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[1], m[12])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[0], m[2])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[11], m[7])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[5], m[3])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[11], m[8])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[12], m[0])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[5], m[2])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[15], m[13])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[10], m[14])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[3], m[6])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[7], m[1])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[9], m[4])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[7], m[9])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[3], m[1])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[13], m[12])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[11], m[14])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[2], m[6])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[5], m[10])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[4], m[0])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[15], m[8])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[9], m[0])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[5], m[7])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[2], m[4])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[10], m[15])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[14], m[1])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[11], m[12])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[6], m[8])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[3], m[13])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[2], m[12])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[6], m[10])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[0], m[11])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[8], m[3])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[4], m[13])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[7], m[5])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[15], m[14])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[1], m[9])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[12], m[5])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[1], m[15])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[14], m[13])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[4], m[10])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[0], m[7])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[6], m[3])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[9], m[2])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[8], m[11])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[13], m[11])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[7], m[14])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[12], m[1])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[3], m[9])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[5], m[0])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[15], m[4])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[8], m[6])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[2], m[10])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[6], m[15])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[14], m[9])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[11], m[3])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[0], m[8])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[12], m[2])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[13], m[7])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[1], m[4])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[10], m[5])
    mix_s(&v[0], &v[4], &v[8], &v[12], m[10], m[2])
    mix_s(&v[1], &v[5], &v[9], &v[13], m[8], m[4])
    mix_s(&v[2], &v[6], &v[10], &v[14], m[7], m[6])
    mix_s(&v[3], &v[7], &v[11], &v[15], m[1], m[5])
    mix_s(&v[0], &v[5], &v[10], &v[15], m[15], m[11])
    mix_s(&v[1], &v[6], &v[11], &v[12], m[9], m[14])
    mix_s(&v[2], &v[7], &v[8], &v[13], m[3], m[12])
    mix_s(&v[3], &v[4], &v[9], &v[14], m[13], m[0])
    for i in range(8):
        h[i] ^= v[i] ^ v[i + 8]


cdef inline void compress(Blake2 *state, const uint8_t *block) noexcept nogil:
    """Compress a block that is whole and not the last."""
    state.count += state.block_size
    if state.count < <uint64_t>state.block_size:
        state.count_high += 1
    if state.is_b:
        compress_b(state.b, block, state.count, state.count_high, 0, 0)
    else:
        compress_s(state.s, block, <uint32_t>state.count, <uint32_t>(state.count >> 32), 0, 0)


cdef void absorb_blake2(Blake2 *state, const uint8_t *data, Py_ssize_t size) noexcept nogil:
    cdef int room = state.block_size - state.filled
    if size > room:
        memcpy(state.buffer + state.filled, data, room)
        compress(state, state.buffer)
        state.filled = 0
        data += room
        size -= room
        while size > state.block_size:
            compress(state, data)
            data += state.block_size
            size -= state.block_size
    memcpy(state.buffer + state.filled, data, size)
    state.filled += <int>size


cdef void finish_blake2(const Blake2 *state, uint8_t *out) noexcept nogil:
    """Write the digest, 64 bytes or less of which `digest_size` count, leaving the state as it is."""
    cdef uint8_t block[LONGEST_BLOCK]
    cdef uint64_t count = state.count + state.filled
    cdef uint64_t count_high = state.count_high + (count < state.count)
    memcpy(block, state.buffer, state.filled)
    memset(block + state.filled, 0, state.block_size - state.filled)
    if state.is_b:
        finish_b(state, block, count, count_high, out)
    else:
        finish_s(state, block, count, out)
    RG_wipe(block, sizeof(block))


cdef void finish_b(
        const Blake2 *state, const uint8_t *block, uint64_t low, uint64_t high, uint8_t *out) noexcept nogil:
    cdef uint64_t h[8]
    cdef int i
    memcpy(h, state.b, sizeof(h))
    compress_b(h, block, low, high, ALL_ONES, ALL_ONES if state.is_last_node else 0)
    for i in range(8):
        store_b(out + 8 * i, h[i])


cdef void finish_s(const Blake2 *state, const uint8_t *block, uint64_t count, uint8_t *out) noexcept nogil:
    cdef uint32_t h[8]
    cdef int i
    memcpy(h, state.s, sizeof(h))
    compress_s(h, block, <uint32_t>count, <uint32_t>(count >> 32), <uint32_t>ALL_ONES,
               <uint32_t>ALL_ONES if state.is_last_node else 0)
    for i in range(8):
        store_s(out + 4 * i, h[i])
