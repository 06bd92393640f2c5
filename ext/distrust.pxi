# What every verification ends with: no certificate of a good chain has a key of the list in
# distrusted.h.

cdef extern from "distrusted.h" nogil:
    int RG_judge_key(const X509 *x)
    const unsigned char rg_distrusted_keys[][32]
    size_t RG_count_distrusted_keys()


cdef int on_verification(X509_STORE_CTX *verification, void *unused) noexcept nogil:
    # Runs in place of X509_verify_cert, so once for each chain and only after it was found good:
    # a callback for each certificate would also be called for chains that fail, and never for
    # one whose verification ends early. The whole chain is looked at, the leaf and the trust anchor
    # as well. OpenSSL ignores the answer where the context does not verify (CERT_NONE).
    cdef int good = X509_verify_cert(verification), verdict = X509_V_ERR_UNSPECIFIED, depth
    cdef X509Stack *chain
    if good <= 0:
        return good
    chain = X509_STORE_CTX_get0_chain(verification)
    for depth in range(sk_X509_num(chain)):
        verdict = RG_judge_key(sk_X509_value(chain, depth))
        if verdict != X509_V_OK:
            X509_STORE_CTX_set_error_depth(verification, depth)
            X509_STORE_CTX_set_current_cert(verification, sk_X509_value(chain, depth))
            break
    if verdict == X509_V_OK:
        return good
    X509_STORE_CTX_set_error(verification, verdict)
    return 0


cdef int start_verification(SSL_CTX *ctx) except -1:
    """Give a new SSL_CTX what each verification is to do, whatever its verify mode."""
    change_verify_flags(ctx, X509_V_FLAG_TRUSTED_FIRST, 0)
    SSL_CTX_set_cert_verify_callback(ctx, on_verification, NULL)
    return 0


def list_distrusted_keys():
    """Return the keys that no chain may contain.

    Returns:
        list of bytes: SHA-256 of each key's SubjectPublicKeyInfo in DER.
    """
    cdef size_t at
    return [PyBytes_FromStringAndSize(<const char *>rg_distrusted_keys[at], sizeof(rg_distrusted_keys[at]))
            for at in range(RG_count_distrusted_keys())]
