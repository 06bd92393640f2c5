# The compression of BLAKE2b and BLAKE2s (RFC 7693).
#
# The message schedule is written out, so that the compiler keeps the state in registers and every index is a
# constant. Nothing here branches on, or indexes by, what is hashed.
#
# For the other parts: Blake2, START_B and START_S, load_b() and load_s(), absorb_blake2(), finish_blake2().

cdef extern from "blake2.h":
    const uint64_t *START_B "RG_START_B"
    const uint32_t *START_S "RG_START_S"
    uint64_t load_b "RG_load_b"(const uint8_t *data) noexcept nogil
    uint32_t load_s "RG_load_s"(const uint8_t *data) noexcept nogil
    void store_b "RG_store_b"(uint8_t *out, uint64_t word) noexcept nogil
    void store_s "RG_store_s"(uint8_t *out, uint32_t word) noexcept nogil
    void mix_b "RG_mix_b"(uint64_t *v, const uint8_t *block, int turn, int x0, int y0, int x1, int y1,
                          int x2, int y2, int x3, int y3) noexcept nogil
    void mix_s "RG_mix_s"(uint32_t *v, const uint8_t *block, int turn, int x0, int y0, int x1, int y1,
                          int x2, int y2, int x3, int y3) noexcept nogil

cdef enum:
    LONGEST_BLOCK = 128

cdef uint64_t ALL_ONES = 0xFFFFFFFFFFFFFFFF


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
    uint8_t buffer[LONGEST_BLOCK]  # zeros after those, as the last block is filled up with


cdef void compress_b(
        uint64_t *h, const uint8_t *block, uint64_t low, uint64_t high, uint64_t last, uint64_t last_node) noexcept nogil:
    """Compress a block into `h`. `low` and `high`: bytes so far, with it; `last`, `last_node`: 0 or all ones."""
    cdef uint64_t v[16]
    # Word by word: a loop or a copy would keep `v` in memory.
    v[0] = h[0]
    v[1] = h[1]
    v[2] = h[2]
    v[3] = h[3]
    v[4] = h[4]
    v[5] = h[5]
    v[6] = h[6]
    v[7] = h[7]
    v[8] = START_B[0]
    v[9] = START_B[1]
    v[10] = START_B[2]
    v[11] = START_B[3]
    v[12] = START_B[4] ^ low
    v[13] = START_B[5] ^ high
    v[14] = START_B[6] ^ last
    v[15] = START_B[7] ^ last_node
    mix_b(v, block, 0, 0, 1, 2, 3, 4, 5, 6, 7)
    mix_b(v, block, 1, 8, 9, 10, 11, 12, 13, 14, 15)
    mix_b(v, block, 0, 14, 10, 4, 8, 9, 15, 13, 6)
    mix_b(v, block, 1, 1, 12, 0, 2, 11, 7, 5, 3)
    mix_b(v, block, 0, 11, 8, 12, 0, 5, 2, 15, 13)
    mix_b(v, block, 1, 10, 14, 3, 6, 7, 1, 9, 4)
    mix_b(v, block, 0, 7, 9, 3, 1, 13, 12, 11, 14)
    mix_b(v, block, 1, 2, 6, 5, 10, 4, 0, 15, 8)
    mix_b(v, block, 0, 9, 0, 5, 7, 2, 4, 10, 15)
    mix_b(v, block, 1, 14, 1, 11, 12, 6, 8, 3, 13)
    mix_b(v, block, 0, 2, 12, 6, 10, 0, 11, 8, 3)
    mix_b(v, block, 1, 4, 13, 7, 5, 15, 14, 1, 9)
    mix_b(v, block, 0, 12, 5, 1, 15, 14, 13, 4, 10)
    mix_b(v, block, 1, 0, 7, 6, 3, 9, 2, 8, 11)
    mix_b(v, block, 0, 13, 11, 7, 14, 12, 1, 3, 9)
    mix_b(v, block, 1, 5, 0, 15, 4, 8, 6, 2, 10)
    mix_b(v, block, 0, 6, 15, 14, 9, 11, 3, 0, 8)
    mix_b(v, block, 1, 12, 2, 13, 7, 1, 4, 10, 5)
    mix_b(v, block, 0, 10, 2, 8, 4, 7, 6, 1, 5)
    mix_b(v, block, 1, 15, 11, 9, 14, 3, 12, 13, 0)
    mix_b(v, block, 0, 0, 1, 2, 3, 4, 5, 6, 7)
    mix_b(v, block, 1, 8, 9, 10, 11, 12, 13, 14, 15)
    mix_b(v, block, 0, 14, 10, 4, 8, 9, 15, 13, 6)
    mix_b(v, block, 1, 1, 12, 0, 2, 11, 7, 5, 3)
    h[0] ^= v[0] ^ v[8]
    h[1] ^= v[1] ^ v[9]
    h[2] ^= v[2] ^ v[10]
    h[3] ^= v[3] ^ v[11]
    h[4] ^= v[4] ^ v[12]
    h[5] ^= v[5] ^ v[13]
    h[6] ^= v[6] ^ v[14]
    h[7] ^= v[7] ^ v[15]


cdef void compress_s(
        uint32_t *h, const uint8_t *block, uint32_t low, uint32_t high, uint32_t last, uint32_t last_node) noexcept nogil:
    """Compress a block into `h`. `low` and `high`: bytes so far, with it; `last`, `last_node`: 0 or all ones."""
    cdef uint32_t v[16]
    # Word by word: a loop or a copy would keep `v` in memory.
    v[0] = h[0]
    v[1] = h[1]
    v[2] = h[2]
    v[3] = h[3]
    v[4] = h[4]
    v[5] = h[5]
    v[6] = h[6]
    v[7] = h[7]
    v[8] = START_S[0]
    v[9] = START_S[1]
    v[10] = START_S[2]
    v[11] = START_S[3]
    v[12] = START_S[4] ^ low
    v[13] = START_S[5] ^ high
    v[14] = START_S[6] ^ last
    v[15] = START_S[7] ^ last_node
    mix_s(v, block, 0, 0, 1, 2, 3, 4, 5, 6, 7)
    mix_s(v, block, 1, 8, 9, 10, 11, 12, 13, 14, 15)
    mix_s(v, block, 0, 14, 10, 4, 8, 9, 15, 13, 6)
    mix_s(v, block, 1, 1, 12, 0, 2, 11, 7, 5, 3)
    mix_s(v, block, 0, 11, 8, 12, 0, 5, 2, 15, 13)
    mix_s(v, block, 1, 10, 14, 3, 6, 7, 1, 9, 4)
    mix_s(v, block, 0, 7, 9, 3, 1, 13, 12, 11, 14)
    mix_s(v, block, 1, 2, 6, 5, 10, 4, 0, 15, 8)
    mix_s(v, block, 0, 9, 0, 5, 7, 2, 4, 10, 15)
    mix_s(v, block, 1, 14, 1, 11, 12, 6, 8, 3, 13)
    mix_s(v, block, 0, 2, 12, 6, 10, 0, 11, 8, 3)
    mix_s(v, block, 1, 4, 13, 7, 5, 15, 14, 1, 9)
    mix_s(v, block, 0, 12, 5, 1, 15, 14, 13, 4, 10)
    mix_s(v, block, 1, 0, 7, 6, 3, 9, 2, 8, 11)
    mix_s(v, block, 0, 13, 11, 7, 14, 12, 1, 3, 9)
    mix_s(v, block, 1, 5, 0, 15, 4, 8, 6, 2, 10)
    mix_s(v, block, 0, 6, 15, 14, 9, 11, 3, 0, 8)
    mix_s(v, block, 1, 12, 2, 13, 7, 1, 4, 10, 5)
    mix_s(v, block, 0, 10, 2, 8, 4, 7, 6, 1, 5)
    mix_s(v, block, 1, 15, 11, 9, 14, 3, 12, 13, 0)
    h[0] ^= v[0] ^ v[8]
    h[1] ^= v[1] ^ v[9]
    h[2] ^= v[2] ^ v[10]
    h[3] ^= v[3] ^ v[11]
    h[4] ^= v[4] ^ v[12]
    h[5] ^= v[5] ^ v[13]
    h[6] ^= v[6] ^ v[14]
    h[7] ^= v[7] ^ v[15]


cdef inline void compress(Blake2 *state, const uint8_t *block) noexcept nogil:
    """Compress a block that is whole and not the last."""
    state.count += state.block_size
    if state.count < <uint64_t>state.block_size:
        state.count_high += 1
    if state.is_b:
        compress_b(state.b, block, state.count, state.count_high, 0, 0)
    else:
        compress_s(state.s, block, <uint32_t>state.count, <uint32_t>(state.count >> 32), 0, 0)


cdef inline void absorb_blake2(Blake2 *state, const uint8_t *data, Py_ssize_t size) noexcept nogil:
    if size <= state.block_size - state.filled:
        memcpy(state.buffer + state.filled, data, size)
        state.filled += <int>size
    else:
        absorb_blocks(state, data, size)


cdef void absorb_blocks(Blake2 *state, const uint8_t *data, Py_ssize_t size) noexcept nogil:
    cdef int room = state.block_size - state.filled
    if state.filled:
        memcpy(state.buffer + state.filled, data, room)
        compress(state, state.buffer)
        memset(state.buffer, 0, LONGEST_BLOCK)
        data += room
        size -= room
    while size > state.block_size:
        compress(state, data)
        data += state.block_size
        size -= state.block_size
    memcpy(state.buffer, data, size)
    state.filled = <int>size


cdef void finish_blake2(const Blake2 *state, uint8_t *out) noexcept nogil:
    """Write the digest, 64 bytes or less of which `digest_size` count, leaving the state as it is."""
    cdef uint64_t b[8]
    cdef uint32_t s[8]
    cdef uint64_t count = state.count + state.filled
    cdef uint64_t last_node = ALL_ONES if state.is_last_node else 0
    cdef int i
    if state.is_b:
        memcpy(b, state.b, sizeof(b))
        compress_b(b, state.buffer, count, state.count_high + (count < state.count), ALL_ONES, last_node)
        for i in range(8):
            store_b(out + 8 * i, b[i])
    else:
        memcpy(s, state.s, sizeof(s))
        compress_s(s, state.buffer, <uint32_t>count, <uint32_t>(count >> 32), <uint32_t>ALL_ONES, <uint32_t>last_node)
        for i in range(8):
            store_s(out + 4 * i, s[i])
