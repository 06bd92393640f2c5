# Declarations of libcrypto's digests, MACs, key derivation and randomness.
#
# RG_* come from compat.h, which supplies them for every OpenSSL from 1.1.1 on.

from libc.stdint cimport uint64_t
from libc.stddef cimport size_t

cdef extern from "compat.h":
    ctypedef struct EVP_MD
    ctypedef struct EVP_MD_CTX
    ctypedef struct EVP_MAC_CTX

    const int EVP_MAX_MD_SIZE
    const unsigned long EVP_MD_FLAG_XOF

    EVP_MD_CTX *EVP_MD_CTX_new() nogil
    void EVP_MD_CTX_free(EVP_MD_CTX *ctx) nogil
    int EVP_MD_CTX_reset(EVP_MD_CTX *ctx) nogil
    int EVP_MD_CTX_copy_ex(EVP_MD_CTX *out, const EVP_MD_CTX *source) nogil
    int EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t size) nogil
    int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned int *size) nogil
    int EVP_DigestFinalXOF(EVP_MD_CTX *ctx, unsigned char *out, size_t size) nogil

    int OBJ_sn2nid(const char *name)
    const char *OBJ_nid2ln(int nid)

    int PKCS5_PBKDF2_HMAC(const char *password, int password_size, const unsigned char *salt, int salt_size,
                          int iterations, const EVP_MD *md, int size, unsigned char *out) nogil
    int EVP_PBE_scrypt(const char *password, size_t password_size, const unsigned char *salt, size_t salt_size,
                       uint64_t n, uint64_t r, uint64_t p, uint64_t maxmem, unsigned char *key, size_t size) nogil

    void RAND_add_bytes "RAND_add"(const void *data, int size, double entropy)
    int RAND_fill "RAND_bytes"(unsigned char *out, int size) nogil
    int RAND_is_seeded "RAND_status"()

    const EVP_MD *RG_digest_fetch(const char *name, int for_security)
    void RG_digest_free(const EVP_MD *md)
    int RG_digest_init(EVP_MD_CTX *ctx, const EVP_MD *md) nogil
    int RG_digest_nid(const EVP_MD *md)
    int RG_digest_size(const EVP_MD *md)
    int RG_digest_block_size(const EVP_MD *md)
    int RG_digest_is_xof(const EVP_MD *md)
    int RG_digest_is_builtin(const EVP_MD *md)
    int RG_digest_nids(int *nids, int capacity)

    ctypedef struct RG_plain:
        pass
    const int RG_SHORT_SIZE
    ctypedef struct RG_progress:
        RG_plain plain
        unsigned char message[128]  # RG_SHORT_SIZE
    int RG_plain_digest(int nid)
    size_t RG_plain_size(int nid) nogil
    void RG_plain_init(int nid, RG_plain *state) nogil
    void RG_plain_update(int nid, RG_plain *state, const unsigned char *data, size_t size) nogil
    void RG_plain_final(int nid, RG_plain *state, unsigned char *out) nogil
    void RG_wipe(void *memory, size_t size) nogil
    void RG_xor(unsigned char *out, const unsigned char *source, unsigned char byte, size_t size) nogil
    int RG_equal(const unsigned char *a, const unsigned char *b, size_t size) nogil

    int RG_fips_mode()

    EVP_MAC_CTX *RG_mac_new(const EVP_MD *md, const unsigned char *key, size_t size)
    EVP_MAC_CTX *RG_mac_copy(const EVP_MAC_CTX *ctx)
    void RG_mac_free(EVP_MAC_CTX *ctx)
    int RG_mac_update(EVP_MAC_CTX *ctx, const unsigned char *data, size_t size) nogil
    int RG_mac_final(EVP_MAC_CTX *ctx, unsigned char *out, size_t *size, size_t capacity) nogil

    Py_ssize_t RG_getrandom(unsigned char *out, Py_ssize_t size, int flags) nogil
    int RG_open_device() nogil
    Py_ssize_t RG_read_device(int device, unsigned char *out, Py_ssize_t size) nogil
    void RG_close_device(int device) nogil
    void RG_prepare_vdso()
    int RG_fill_by_vdso(unsigned char *out, Py_ssize_t size)

    const unsigned char *RG_text_memory(object text)
    Py_ssize_t RG_text_memory_size(object text)
    object RG_new_ascii(Py_ssize_t size, char **text)
    const Py_ssize_t PY_SSIZE_T_MAX
    object PyDictProxy_New(object mapping)
    const int RG_HASHES_TAKE_TEXT
