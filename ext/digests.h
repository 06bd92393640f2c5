/* Digests and MACs for ext/evp.pxd: EVP's names of OpenSSL 3 on the older libraries.
 *
 * Included by compat.h, whose RG_HAS_* decide; no version number stands here.
 */
#ifndef REGRAFT_DIGESTS_H
#define REGRAFT_DIGESTS_H

#ifndef OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#endif
#if RG_HAS_OPENSSL3
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#else
typedef struct rg_no_mac_st EVP_MAC_CTX;
#endif

/* Text is a byte string on 2.7, where hashes take it if it is ASCII. */
#define RG_HASHES_TAKE_TEXT RG_STR_IS_BYTES

/* A new `str` of ASCII characters that the caller writes to `*text` at once. */
static inline PyObject *
RG_new_ascii(Py_ssize_t size, char **text)
{
#if RG_STR_IS_BYTES
    PyObject *result = PyBytes_FromStringAndSize(NULL, size);
    if (result != NULL)
        *text = PyBytes_AS_STRING(result);
#else
    PyObject *result = PyUnicode_New(size, 127);
    if (result != NULL)
        *text = (char *)PyUnicode_1BYTE_DATA(result);
#endif
    return result;
}

/* The memory of 2.7's `unicode`, which has one width of characters; nothing where text may be of several. */
#if RG_STR_IS_BYTES
#define RG_text_memory(text) ((const unsigned char *)PyUnicode_AS_DATA(text))
#define RG_text_memory_size(text) PyUnicode_GET_DATA_SIZE(text)
#else
#define RG_text_memory(text) ((void)(text), (const unsigned char *)NULL)
#define RG_text_memory_size(text) ((void)(text), (Py_ssize_t)0)
#endif

#if RG_HAS_OPENSSL3
/* One reference, or NULL. "-fips" allows what an approved provider refuses. */
#define RG_digest_fetch(name, for_security) \
    ((const EVP_MD *)EVP_MD_fetch(NULL, name, (for_security) ? NULL : "-fips"))
#define RG_digest_free(md) EVP_MD_free((EVP_MD *)(md))
#define RG_digest_init(ctx, md) EVP_DigestInit_ex2(ctx, md, NULL)
#define RG_digest_nid(md) EVP_MD_get_type(md)
#define RG_digest_size(md) EVP_MD_get_size(md)
#define RG_digest_block_size(md) EVP_MD_get_block_size(md)
#define RG_digest_is_xof(md) ((EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0)
#define RG_fips_mode() EVP_default_properties_is_fips_enabled(NULL)
#else
#define RG_digest_fetch(name, for_security) EVP_get_digestbyname(name)
#define RG_digest_free(md) ((void)(md))
#define RG_digest_init(ctx, md) EVP_DigestInit_ex(ctx, md, NULL)
#define RG_digest_nid(md) EVP_MD_type(md)
#define RG_digest_size(md) EVP_MD_size(md)
#define RG_digest_block_size(md) EVP_MD_block_size(md)
#define RG_digest_is_xof(md) ((EVP_MD_flags(md) & EVP_MD_FLAG_XOF) != 0)
#define RG_fips_mode() FIPS_mode()
#endif

/* Whether OpenSSL's own software computes it: only then may we put its parts together ourselves (HMAC), or call
 * the functions behind EVP. */
static inline int
RG_digest_is_builtin(const EVP_MD *md)
{
#if RG_HAS_OPENSSL3
    const OSSL_PROVIDER *provider = EVP_MD_get0_provider(md);
    if (provider == NULL || strcmp(OSSL_PROVIDER_get0_name(provider), "default") != 0)
        return 0;
#endif
#ifndef OPENSSL_NO_ENGINE
    {
        ENGINE *engine = ENGINE_get_digest_engine(RG_digest_nid(md));
        if (engine != NULL) {
            ENGINE_finish(engine);
            return 0;
        }
    }
#endif
    return 1;
}

/* ---- the functions behind EVP, which for short messages takes as long as the hashing ---------------------- */

#if defined(OPENSSL_NO_DEPRECATED_3_0) || defined(OPENSSL_NO_MD5)
#define RG_HAS_PLAIN_DIGESTS 0
typedef char RG_plain;
#else
#define RG_HAS_PLAIN_DIGESTS 1
#include <openssl/md5.h>
#include <openssl/sha.h>
typedef union {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
    SHA512_CTX sha512;
} RG_plain;
#endif

/* What an object keeps of a digest: the state of a plain one, or the first bytes of the message for EVP. */
#define RG_SHORT_SIZE 128
typedef union {
    RG_plain plain;
    unsigned char message[RG_SHORT_SIZE];
} RG_progress;

/* NID_undef if it has no plain functions. The switches below are resolved by a jump; all calls succeed. */
static inline int
RG_plain_digest(int nid)
{
#if RG_HAS_PLAIN_DIGESTS
    switch (nid) {
    case NID_md5: case NID_sha1: case NID_sha224: case NID_sha256: case NID_sha384: case NID_sha512:
        return nid;
    }
#endif
    (void)nid;
    return NID_undef;
}

#if RG_HAS_PLAIN_DIGESTS
static inline size_t
RG_plain_size(int nid)
{
    switch (nid) {
    case NID_md5: return sizeof(MD5_CTX);
    case NID_sha1: return sizeof(SHA_CTX);
    case NID_sha224: case NID_sha256: return sizeof(SHA256_CTX);
    default: return sizeof(SHA512_CTX);
    }
}

static inline void
RG_plain_init(int nid, RG_plain *state)
{
    switch (nid) {
    case NID_md5: MD5_Init(&state->md5); break;
    case NID_sha1: SHA1_Init(&state->sha1); break;
    case NID_sha224: SHA224_Init(&state->sha256); break;
    case NID_sha256: SHA256_Init(&state->sha256); break;
    case NID_sha384: SHA384_Init(&state->sha512); break;
    default: SHA512_Init(&state->sha512);
    }
}

static inline void
RG_plain_update(int nid, RG_plain *state, const unsigned char *data, size_t size)
{
    switch (nid) {
    case NID_md5: MD5_Update(&state->md5, data, size); break;
    case NID_sha1: SHA1_Update(&state->sha1, data, size); break;
    case NID_sha224: case NID_sha256: SHA256_Update(&state->sha256, data, size); break;
    default: SHA512_Update(&state->sha512, data, size);
    }
}

static inline void
RG_plain_final(int nid, RG_plain *state, unsigned char *out)
{
    switch (nid) {
    case NID_md5: MD5_Final(out, &state->md5); break;
    case NID_sha1: SHA1_Final(out, &state->sha1); break;
    case NID_sha224: SHA224_Final(out, &state->sha256); break;
    case NID_sha256: SHA256_Final(out, &state->sha256); break;
    case NID_sha384: SHA384_Final(out, &state->sha512); break;
    default: SHA512_Final(out, &state->sha512);
    }
}
#else
#define RG_plain_size(nid) ((size_t)0)
#define RG_plain_init(nid, state) ((void)(state))
#define RG_plain_update(nid, state, data, size) ((void)(state))
#define RG_plain_final(nid, state, out) ((void)(state))
#endif

/* ---- secrets ---------------------------------------------------------------------------------------------- */

/* Overwrite memory that is not used any more, and tell the compiler that it is. OPENSSL_cleanse() takes a loop. */
static inline void
RG_wipe(void *memory, size_t size)
{
#if defined(__GNUC__)
    memset(memory, 0, size);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
#else
    OPENSSL_cleanse(memory, size);
#endif
}

/* XOR each of the bytes, whose number is a multiple of 8, with the one given. */
static inline void
RG_xor(unsigned char *out, const unsigned char *in, unsigned char byte, size_t size)
{
    unsigned long long word, pattern = byte * 0x0101010101010101ULL;
    size_t i;
    for (i = 0; i < size; i += 8) {
        memcpy(&word, in + i, 8);
        word ^= pattern;
        memcpy(out + i, &word, 8);
    }
}

/* Whether bytes are equal, in a time that depends on their number only. CRYPTO_memcmp() takes one at a time. */
static inline int
RG_equal(const unsigned char *a, const unsigned char *b, size_t size)
{
#if defined(__GNUC__)
    unsigned long long difference = 0, x, y;
    for (; size >= 8; size -= 8, a += 8, b += 8) {
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        difference |= x ^ y;
        /* The compiler must not find out that it might stop here. */
        __asm__ __volatile__("" : "+r"(difference));
    }
    for (; size > 0; size--) {
        difference |= (unsigned char)(*a++ ^ *b++);
        __asm__ __volatile__("" : "+r"(difference));
    }
    return difference == 0;
#else
    return CRYPTO_memcmp(a, b, size) == 0;
#endif
}

struct rg_nids {
    int *nids;
    int count;
    int capacity;
};

static inline void
rg_keep_nid(int nid, struct rg_nids *kept)
{
    if (nid != NID_undef && kept->count < kept->capacity)
        kept->nids[kept->count++] = nid;
}

#if RG_HAS_OPENSSL3
/* The NID of one of "SHA2-256:SHA-256:SHA256:2.16.840.1.101.3.4.2.1", or NID_undef. */
static int
rg_nid_of_names(const char *names)
{
    char name[64];
    while (*names != '\0') {
        size_t size = strcspn(names, ":");
        if (size < sizeof(name)) {
            int nid;
            memcpy(name, names, size);
            name[size] = '\0';
            nid = OBJ_sn2nid(name);
            if (nid != NID_undef)
                return nid;
        }
        names += size + (names[size] == ':');
    }
    return NID_undef;
}

/* Asking the provider for its table spares import what EVP_MD_do_all_provided() costs: it fetches them all. */
static int
rg_visit_provider(OSSL_PROVIDER *provider, void *kept)
{
    int no_cache = 0;
    const OSSL_ALGORITHM *table = OSSL_PROVIDER_query_operation(provider, OSSL_OP_DIGEST, &no_cache);
    const OSSL_ALGORITHM *row;
    for (row = table; row != NULL && row->algorithm_names != NULL; row++)
        if (strcmp(row->algorithm_names, "NULL") != 0)
            rg_keep_nid(rg_nid_of_names(row->algorithm_names), (struct rg_nids *)kept);
    OSSL_PROVIDER_unquery_operation(provider, OSSL_OP_DIGEST, table);
    return 1;
}
#else
static void
rg_visit_digest(const EVP_MD *md, const char *from, const char *to, void *kept)
{
    (void)from; (void)to;
    if (md != NULL)
        rg_keep_nid(RG_digest_nid(md), (struct rg_nids *)kept);
}
#endif

/* The NIDs of the digests on offer, with repetitions; how many. */
static inline int
RG_digest_nids(int *nids, int capacity)
{
    struct rg_nids kept = {nids, 0, capacity};
#if RG_HAS_OPENSSL3
    OSSL_PROVIDER_do_all(NULL, rg_visit_provider, &kept);
#else
    EVP_MD_do_all(rg_visit_digest, &kept);
#endif
    return kept.count;
}

/* HMAC as the digest's provider does it. */
#if RG_HAS_OPENSSL3
static inline EVP_MAC_CTX *
RG_mac_new(const EVP_MD *md, const unsigned char *key, size_t size)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    OSSL_PARAM params[2];
    params[0] = OSSL_PARAM_construct_utf8_string(
        OSSL_MAC_PARAM_DIGEST, (char *)EVP_MD_get0_name(md), 0);
    params[1] = OSSL_PARAM_construct_end();
    EVP_MAC_free(mac);
    if (ctx != NULL && !EVP_MAC_init(ctx, key, size, params)) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}
#define RG_mac_copy(ctx) EVP_MAC_CTX_dup(ctx)
#define RG_mac_free(ctx) EVP_MAC_CTX_free(ctx)
#define RG_mac_update(ctx, data, size) EVP_MAC_update(ctx, data, size)
#define RG_mac_final(ctx, out, size, capacity) EVP_MAC_final(ctx, out, size, capacity)
#else
#define RG_mac_new(md, key, size) ((EVP_MAC_CTX *)NULL)
#define RG_mac_copy(ctx) ((EVP_MAC_CTX *)NULL)
#define RG_mac_free(ctx) ((void)(ctx))
#define RG_mac_update(ctx, data, size) 0
#define RG_mac_final(ctx, out, size, capacity) 0
#endif

#endif
