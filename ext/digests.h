/* Digests and MACs for ext/evp.pxd: EVP's names of OpenSSL 3 on the older libraries.
 *
 * Included by compat.h, whose RG_HAS_* decide; no version number stands here.
 */
#ifndef REGRAFT_DIGESTS_H
#define REGRAFT_DIGESTS_H

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

/* Whether OpenSSL's own software computes it: only then may we put its parts together ourselves (HMAC). */
static inline int
RG_digest_is_builtin(const EVP_MD *md)
{
#if RG_HAS_OPENSSL3
    const OSSL_PROVIDER *provider = EVP_MD_get0_provider(md);
    return provider != NULL && strcmp(OSSL_PROVIDER_get0_name(provider), "default") == 0;
#else
    (void)md;
    return 1;
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
