/* Words and the mixing of BLAKE2 (RFC 7693), for ext/blake2_rounds.pxi.
 *
 * C, as Cython cannot ask for what makes it fast: each call is inlined, so that the indexes are constants and the
 * sixteen words live in registers. The four mixings of half a round do not depend on one another; done step by step
 * beside each other they are a tenth faster than one after the other. What the compilers make of four lanes of SSE,
 * AVX2 or AVX-512 was slower than this where it was measured: the message's words have to be gathered.
 */
#ifndef REGRAFT_BLAKE2_H
#define REGRAFT_BLAKE2_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define RG_INLINED static inline __attribute__((always_inline))
#else
#define RG_INLINED static inline
#endif

/* The start of SHA-512 and of SHA-256: fractions of the square roots of the first eight primes. */
static const uint64_t RG_START_B[8] = {
    0x6a09e667f3bcc908ULL, 0xbb67ae8584caa73bULL, 0x3c6ef372fe94f82bULL, 0xa54ff53a5f1d36f1ULL,
    0x510e527fade682d1ULL, 0x9b05688c2b3e6c1fULL, 0x1f83d9abfb41bd6bULL, 0x5be0cd19137e2179ULL};
static const uint32_t RG_START_S[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* Little-endian words at any address; compilers make one instruction of each. */
RG_INLINED uint32_t
RG_load_s(const uint8_t *data)
{
    return data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
}

RG_INLINED uint64_t
RG_load_b(const uint8_t *data)
{
    return RG_load_s(data) | (uint64_t)RG_load_s(data + 4) << 32;
}

RG_INLINED void
RG_store_s(uint8_t *out, uint32_t word)
{
    out[0] = (uint8_t)word;
    out[1] = (uint8_t)(word >> 8);
    out[2] = (uint8_t)(word >> 16);
    out[3] = (uint8_t)(word >> 24);
}

RG_INLINED void
RG_store_b(uint8_t *out, uint64_t word)
{
    RG_store_s(out, (uint32_t)word);
    RG_store_s(out + 4, (uint32_t)(word >> 32));
}

/* Half a round: `turn` 0 mixes the columns of the four rows of `v`, 1 its diagonals. a0 to d0, a1 ... : which words of
 * the block the first mixing takes, and so on. */
#define RG_A(i) v[i]
#define RG_B(i) v[4 + ((i) + turn) % 4]
#define RG_C(i) v[8 + ((i) + 2 * turn) % 4]
#define RG_D(i) v[12 + ((i) + 3 * turn) % 4]
#define RG_FOUR(step, x, y) step(0, x##0, y) step(1, x##1, y) step(2, x##2, y) step(3, x##3, y)
#define RG_ADD_WORD(i, word, unused) RG_A(i) += RG_B(i) + RG_WORD(word);
#define RG_TURN_D(i, unused, bits) RG_D(i) = RG_TURN(RG_D(i) ^ RG_A(i), bits);
#define RG_ADD_D(i, unused, unused2) RG_C(i) += RG_D(i);
#define RG_TURN_B(i, unused, bits) RG_B(i) = RG_TURN(RG_B(i) ^ RG_C(i), bits);
#define RG_MIX(first, second, third, fourth) \
    RG_FOUR(RG_ADD_WORD, x, ) RG_FOUR(RG_TURN_D, x, first) RG_FOUR(RG_ADD_D, x, ) RG_FOUR(RG_TURN_B, x, second) \
    RG_FOUR(RG_ADD_WORD, y, ) RG_FOUR(RG_TURN_D, y, third) RG_FOUR(RG_ADD_D, y, ) RG_FOUR(RG_TURN_B, y, fourth)

#define RG_WORD(i) RG_load_b(block + 8 * (i))
#define RG_TURN(word, bits) ((word) >> (bits) | (word) << (64 - (bits)))
RG_INLINED void
RG_mix_b(uint64_t *v, const uint8_t *block, int turn,
         int x0, int y0, int x1, int y1, int x2, int y2, int x3, int y3)
{
    RG_MIX(32, 24, 16, 63)
}
#undef RG_WORD
#undef RG_TURN

#define RG_WORD(i) RG_load_s(block + 4 * (i))
#define RG_TURN(word, bits) ((word) >> (bits) | (word) << (32 - (bits)))
RG_INLINED void
RG_mix_s(uint32_t *v, const uint8_t *block, int turn,
         int x0, int y0, int x1, int y1, int x2, int y2, int x3, int y3)
{
    RG_MIX(16, 12, 8, 7)
}

#endif
