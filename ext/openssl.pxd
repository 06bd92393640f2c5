# What regraft uses of OpenSSL's C interface, in the order of its headers.
#
# Nothing here holds the GIL: the caller decides. Constants are declared as int so that
# the C compiler supplies the value; what a release lacks, compat.h adds.

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stddef cimport size_t
from libc.stdio cimport FILE
from libc.time cimport time_t

cdef extern from "compat.h" nogil:
    ctypedef struct SSL
    ctypedef struct X509_STORE_CTX
    ctypedef struct CRYPTO_EX_DATA

# Shapes of callbacks, under names of our own: OpenSSL's are of several kinds.
ctypedef int (*PasswordCallback)(char *, int, int, void *) noexcept nogil
ctypedef int (*VerifyCallback)(int, X509_STORE_CTX *) noexcept nogil
ctypedef int (*ChainCallback)(X509_STORE_CTX *, void *) noexcept nogil
ctypedef void (*ExDataFree)(void *, void *, CRYPTO_EX_DATA *, int, long, void *) noexcept nogil
ctypedef int (*ServerNameCallback)(SSL *, int *, void *) noexcept nogil
ctypedef int (*AlpnCallback)(SSL *, const unsigned char **, unsigned char *, const unsigned char *, unsigned int, void *) noexcept nogil
ctypedef void (*KeyLogCallback)(const SSL *, const char *) noexcept nogil
ctypedef void (*MessageCallback)(int, int, int, const void *, size_t, SSL *, void *) noexcept nogil
ctypedef unsigned int (*PskClientCallback)(SSL *, const char *, char *, unsigned int, unsigned char *, unsigned int) noexcept nogil
ctypedef unsigned int (*PskServerCallback)(SSL *, const char *, unsigned char *, unsigned int) noexcept nogil

cdef extern from "compat.h" nogil:
    # ---- compat.h's own ----------------------------------------------------
    const int RG_HAS_GROUP, RG_HAS_SIGALGS_LIST, RG_HAS_GROUPS_LIST, RG_HAS_SIGALG_NAMES
    const int RG_HAS_OPENSSL3, RG_HAS_GETRANDOM, RG_HAS_KTLS, RG_HAS_PSK, RG_HAS_PSK_TLS13, RG_HAS_PHA, RG_HAS_SNI
    const int RG_HAS_BUNDLED_OPENSSL
    const int RG_HAS_TLSv1_3, RG_HAS_TLSv1_2, RG_HAS_TLSv1_1, RG_HAS_TLSv1, RG_HAS_SSLv3
    const int RG_HAS_HOST_NAME_SYNTAX, RG_HAS_STORE_SNAPSHOT
    const int RG_HAS_OP_IGNORE_UNEXPECTED_EOF, RG_HAS_OP_ENABLE_KTLS
    const unsigned long RG_OPENSSL_HEADER_VERSION
    unsigned long RG_openssl_series(unsigned long number)
    const int RG_LINE
    int RG_errno()
    void RG_clear_errno()
    void RG_put_pem_lib_error()
    bint RG_hears_client_hello(const SSL *ssl)
    object RG_filesystem_path(object path)
    object RG_weakref_target(object reference)
    void RG_make_immutable(object type)
    void RG_name_type(object cls, const char *name)
    bint RG_REASON_IS_COMMON(int reason)
    unsigned long RG_last_error_data(const char **data, int *flags)
    unsigned long RG_next_error(const char **data, int *flags)
    char *RG_builtin_sigalgs()
    ctypedef struct CStringStack "STACK_OF(OPENSSL_CSTRING)"
    CStringStack *RG_implemented_groups(SSL_CTX *ctx, int aliases)
    int RG_ktls_send(SSL *ssl)
    int RG_ktls_recv(SSL *ssl)
    ssize_t RG_sendfile(SSL *ssl, int fd, int64_t offset, size_t size, int flags)
    X509ObjectStack *RG_store_objects(X509_STORE *store)

    # ---- crypto.h, opensslv.h ----------------------------------------------
    unsigned long OpenSSL_version_num()
    const char *OpenSSL_version(int kind)
    const int OPENSSL_VERSION_KIND "OPENSSL_VERSION"
    void *OPENSSL_malloc(size_t size)
    void OPENSSL_free(void *memory)
    void OPENSSL_cleanse(void *memory, size_t size)
    int CRYPTO_memcmp(const void *a, const void *b, size_t size)
    char *CONF_get1_default_config_file()
    int OPENSSL_init_ssl(uint64_t options, const void *settings)
    int OPENSSL_init_crypto(uint64_t options, const void *settings)
    const uint64_t OPENSSL_INIT_LOAD_SSL_STRINGS, OPENSSL_INIT_LOAD_CRYPTO_STRINGS, OPENSSL_INIT_NO_ATEXIT
    const uint64_t OPENSSL_INIT_LOAD_CONFIG, OPENSSL_INIT_NO_LOAD_CONFIG

    # ---- err.h --------------------------------------------------------------
    unsigned long ERR_get_error()
    unsigned long ERR_peek_error()
    unsigned long ERR_peek_last_error()
    void ERR_clear_error()
    int ERR_set_mark()
    int ERR_pop_to_mark()
    int ERR_GET_LIB(unsigned long code)
    int ERR_GET_REASON(unsigned long code)
    unsigned long ERR_PACK(int library, int function, int reason)
    const char *ERR_lib_error_string(unsigned long code)
    const char *ERR_reason_error_string(unsigned long code)
    const int ERR_TXT_STRING
    const int ERR_LIB_SYS, ERR_LIB_BN, ERR_LIB_RSA, ERR_LIB_DH, ERR_LIB_EVP, ERR_LIB_BUF, ERR_LIB_OBJ, ERR_LIB_PEM
    const int ERR_LIB_DSA, ERR_LIB_X509, ERR_LIB_ASN1, ERR_LIB_CONF, ERR_LIB_CRYPTO, ERR_LIB_EC, ERR_LIB_SSL
    const int ERR_LIB_BIO, ERR_LIB_PKCS7, ERR_LIB_X509V3, ERR_LIB_PKCS12, ERR_LIB_RAND, ERR_LIB_DSO, ERR_LIB_ENGINE
    const int ERR_LIB_OCSP, ERR_LIB_UI, ERR_LIB_COMP, ERR_LIB_OSSL_STORE, ERR_LIB_FIPS, ERR_LIB_CMS, ERR_LIB_TS
    const int ERR_LIB_HMAC, ERR_LIB_CT, ERR_LIB_ASYNC, ERR_LIB_KDF, ERR_LIB_SM2, ERR_LIB_ECDSA, ERR_LIB_ECDH, ERR_LIB_ESS
    const int ERR_LIB_PROP, ERR_LIB_CRMF, ERR_LIB_PROV, ERR_LIB_CMP, ERR_LIB_OSSL_ENCODER, ERR_LIB_OSSL_DECODER
    const int ERR_LIB_HTTP, ERR_LIB_NONE, ERR_LIB_USER
    const int ERR_R_MALLOC_FAILURE, ERR_R_UNSUPPORTED
    const int SSL_R_CERTIFICATE_VERIFY_FAILED, SSL_R_UNEXPECTED_EOF_WHILE_READING, SSL_R_PROTOCOL_IS_SHUTDOWN
    const int SSL_R_LIBRARY_HAS_NO_CIPHERS
    const int PEM_R_NO_START_LINE, X509_R_CERT_ALREADY_IN_HASH_TABLE, X509_R_KEY_VALUES_MISMATCH
    const int ASN1_R_NOT_ENOUGH_DATA, ASN1_R_HEADER_TOO_LONG, X509_R_NO_CERTIFICATE_OR_CRL_FOUND

    # ---- bio.h --------------------------------------------------------------
    ctypedef struct BIO
    ctypedef struct BIO_METHOD
    ctypedef struct BUF_MEM:
        size_t length
        char *data
        size_t max
    const BIO_METHOD *BIO_s_mem()
    int BIO_get_new_index()
    BIO_METHOD *BIO_meth_new(int kind, const char *name)
    int BIO_meth_set_read(BIO_METHOD *method, int (*read)(BIO *, char *, int) noexcept nogil)
    int BIO_meth_set_write(BIO_METHOD *method, int (*write)(BIO *, const char *, int) noexcept nogil)
    int BIO_meth_set_ctrl(BIO_METHOD *method, long (*ctrl)(BIO *, int, long, void *) noexcept nogil)
    int BIO_meth_set_destroy(BIO_METHOD *method, int (*destroy)(BIO *) noexcept nogil)
    void BIO_set_data(BIO *bio, void *data)
    void *BIO_get_data(BIO *bio)
    void BIO_set_init(BIO *bio, int value)
    const int BIO_TYPE_SOURCE_SINK, BIO_CTRL_PENDING, BIO_CTRL_EOF, BIO_CTRL_FLUSH, BIO_CTRL_DUP
    const BIO_METHOD *BIO_s_file()
    BIO *BIO_new(const BIO_METHOD *method)
    BIO *BIO_new_mem_buf(const void *data, int size)
    BIO *BIO_new_file(const char *path, const char *mode)
    int BIO_free(BIO *bio)
    void BIO_free_all(BIO *bio)
    int BIO_up_ref(BIO *bio)
    int BIO_read(BIO *bio, void *data, int size)
    int BIO_write(BIO *bio, const void *data, int size)
    int BIO_gets(BIO *bio, char *data, int size)
    int BIO_puts(BIO *bio, const char *text)
    int BIO_flush(BIO *bio)
    int BIO_eof(BIO *bio)
    int BIO_reset(BIO *bio)
    size_t BIO_ctrl_pending(BIO *bio)
    long BIO_get_mem_data(BIO *bio, char **data)
    void BIO_set_retry_read(BIO *bio)
    void BIO_clear_retry_flags(BIO *bio)
    void BIO_set_mem_eof_return(BIO *bio, int value)
    void BIO_set_nbio(BIO *bio, long value)
    bint BIO_should_retry(BIO *bio)
    int BIO_set_ex_data(BIO *bio, int index, void *data)

    # ---- asn1.h, objects.h, bn.h --------------------------------------------
    ctypedef struct ASN1_OBJECT
    ctypedef struct ASN1_STRING
    ctypedef struct ASN1_INTEGER
    ctypedef struct ASN1_TIME
    ctypedef struct ASN1_OCTET_STRING
    ctypedef struct ASN1_TYPE:
        int type
    const int NID_undef, NID_info_access, NID_ad_OCSP, NID_ad_ca_issuers, NID_subject_alt_name, NID_crl_distribution_points
    const int V_ASN1_OCTET_STRING
    const unsigned char *ASN1_STRING_get0_data(const ASN1_STRING *string)
    int ASN1_STRING_length(const ASN1_STRING *string)
    int ASN1_STRING_to_UTF8(unsigned char **out, const ASN1_STRING *string)
    int ASN1_TIME_print(BIO *bio, const ASN1_TIME *time)
    int i2a_ASN1_INTEGER(BIO *bio, const ASN1_INTEGER *number)
    int i2a_ASN1_OBJECT(BIO *bio, const ASN1_OBJECT *obj)
    void ASN1_OBJECT_free(ASN1_OBJECT *obj)
    ASN1_OBJECT *OBJ_nid2obj(int nid)
    const char *OBJ_nid2ln(int nid)
    const char *OBJ_nid2sn(int nid)
    int OBJ_obj2nid(const ASN1_OBJECT *obj)
    int OBJ_sn2nid(const char *name)
    ASN1_OBJECT *OBJ_txt2obj(const char *text, int no_name)
    int OBJ_obj2txt(char *out, int size, const ASN1_OBJECT *obj, int no_name)

    # ---- x509.h, x509v3.h, x509_vfy.h, pem.h --------------------------------
    ctypedef struct X509
    ctypedef struct X509_CRL
    ctypedef struct X509_NAME
    ctypedef struct X509_NAME_ENTRY
    ctypedef struct X509_OBJECT
    ctypedef struct X509_STORE
    ctypedef struct X509_VERIFY_PARAM
    ctypedef struct X509_LOOKUP
    ctypedef struct EVP_PKEY
    ctypedef struct DH
    ctypedef struct X509Stack "STACK_OF(X509)"
    ctypedef struct X509ObjectStack "STACK_OF(X509_OBJECT)"
    ctypedef struct X509NameStack "STACK_OF(X509_NAME)"
    ctypedef struct GENERAL_NAME
    ctypedef struct GENERAL_NAMES
    ctypedef struct OTHERNAME
    ctypedef struct ACCESS_DESCRIPTION:
        ASN1_OBJECT *method
        GENERAL_NAME *location
    ctypedef struct AUTHORITY_INFO_ACCESS
    ctypedef struct CRL_DIST_POINTS
    const int GEN_OTHERNAME, GEN_EMAIL, GEN_DNS, GEN_X400, GEN_DIRNAME, GEN_EDIPARTY, GEN_URI, GEN_IPADD, GEN_RID
    const int X509_LU_X509, X509_LU_CRL
    const int X509_V_OK, X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
    const int X509_V_ERR_CERT_REJECTED, X509_V_ERR_OUT_OF_MEM, X509_V_ERR_UNSPECIFIED, X509_V_ERR_APPLICATION_VERIFICATION
    const unsigned long X509_V_FLAG_CRL_CHECK, X509_V_FLAG_CRL_CHECK_ALL, X509_V_FLAG_X509_STRICT, X509_V_FLAG_ALLOW_PROXY_CERTS
    const unsigned long X509_V_FLAG_TRUSTED_FIRST, X509_V_FLAG_PARTIAL_CHAIN
    const unsigned int X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT, X509_CHECK_FLAG_NO_WILDCARDS, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
    const unsigned int X509_CHECK_FLAG_MULTI_LABEL_WILDCARDS, X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
    const int X509_FILETYPE_PEM
    const unsigned long XN_FLAG_RFC2253

    void X509_free(X509 *x)
    int X509_up_ref(X509 *x)
    int X509_cmp(const X509 *a, const X509 *b)
    unsigned long X509_subject_name_hash(X509 *x)
    int X509_check_ca(X509 *x)
    int X509_check_host(X509 *x, const char *name, size_t size, unsigned int flags, char **peername)
    int X509_check_ip(X509 *x, const unsigned char *address, size_t size, unsigned int flags)
    int X509_check_ip_asc(X509 *x, const char *address, unsigned int flags)
    X509_NAME *X509_get_subject_name(X509 *x)
    X509_NAME *X509_get_issuer_name(X509 *x)
    long X509_get_version(X509 *x)
    ASN1_INTEGER *X509_get_serialNumber(X509 *x)
    const ASN1_TIME *X509_get0_notBefore(const X509 *x)
    const ASN1_TIME *X509_get0_notAfter(const X509 *x)
    void *X509_get_ext_d2i(const X509 *x, int nid, int *critical, int *index)
    int X509_get_ext_by_NID(const X509 *x, int nid, int last)
    int i2d_X509(X509 *x, unsigned char **out)
    X509 *d2i_X509_bio(BIO *bio, X509 **x)
    X509 *d2i_X509(X509 **x, const unsigned char **data, long size)
    int i2d_X509_bio(BIO *bio, X509 *x)
    int X509_NAME_entry_count(const X509_NAME *name)
    X509_NAME_ENTRY *X509_NAME_get_entry(const X509_NAME *name, int index)
    ASN1_OBJECT *X509_NAME_ENTRY_get_object(const X509_NAME_ENTRY *entry)
    ASN1_STRING *X509_NAME_ENTRY_get_data(const X509_NAME_ENTRY *entry)
    int X509_NAME_ENTRY_set(const X509_NAME_ENTRY *entry)
    int X509_NAME_print_ex(BIO *out, const X509_NAME *name, int indent, unsigned long flags)
    const char *X509_verify_cert_error_string(long code)
    const char *X509_get_default_cert_file_env()
    const char *X509_get_default_cert_file()
    const char *X509_get_default_cert_dir_env()
    const char *X509_get_default_cert_dir()

    X509Stack *sk_X509_new_null()
    int sk_X509_push(X509Stack *stack, X509 *x)
    int sk_X509_num(const X509Stack *stack)
    X509 *sk_X509_value(const X509Stack *stack, int index)
    void sk_X509_pop_free(X509Stack *stack, void (*free)(X509 *) noexcept nogil)
    int sk_X509_OBJECT_num(const X509ObjectStack *stack)
    X509_OBJECT *sk_X509_OBJECT_value(const X509ObjectStack *stack, int index)
    void sk_X509_OBJECT_pop_free(X509ObjectStack *stack, void (*free)(X509_OBJECT *) noexcept nogil)
    void X509_OBJECT_free(X509_OBJECT *obj)
    int X509_OBJECT_get_type(const X509_OBJECT *obj)
    X509 *X509_OBJECT_get0_X509(const X509_OBJECT *obj)
    X509_CRL *X509_OBJECT_get0_X509_CRL(X509_OBJECT *obj)
    int sk_OPENSSL_CSTRING_num(const CStringStack *stack)
    const char *sk_OPENSSL_CSTRING_value(const CStringStack *stack, int index)
    void sk_OPENSSL_CSTRING_free(CStringStack *stack)
    X509NameStack *SSL_load_client_CA_file(const char *path)

    int sk_GENERAL_NAME_num(const GENERAL_NAMES *stack)
    GENERAL_NAME *sk_GENERAL_NAME_value(const GENERAL_NAMES *stack, int index)
    void GENERAL_NAMES_free(GENERAL_NAMES *names)
    void *GENERAL_NAME_get0_value(const GENERAL_NAME *name, int *kind)
    int GENERAL_NAME_print(BIO *out, GENERAL_NAME *name)
    int sk_ACCESS_DESCRIPTION_num(const AUTHORITY_INFO_ACCESS *stack)
    ACCESS_DESCRIPTION *sk_ACCESS_DESCRIPTION_value(const AUTHORITY_INFO_ACCESS *stack, int index)
    void AUTHORITY_INFO_ACCESS_free(AUTHORITY_INFO_ACCESS *info)
    int sk_DIST_POINT_num(const CRL_DIST_POINTS *stack)
    GENERAL_NAMES *RG_dist_point_names(const CRL_DIST_POINTS *stack, int index)
    void CRL_DIST_POINTS_free(CRL_DIST_POINTS *points)

    int X509_STORE_add_cert(X509_STORE *store, X509 *x)
    int X509_STORE_add_crl(X509_STORE *store, X509_CRL *crl)
    X509_STORE *X509_STORE_new()
    int X509_STORE_up_ref(X509_STORE *store)
    void X509_STORE_free(X509_STORE *store)
    void X509_STORE_CTX_set_error(X509_STORE_CTX *ctx, int code)
    int X509_STORE_CTX_get_error(X509_STORE_CTX *ctx)
    void X509_STORE_CTX_set_error_depth(X509_STORE_CTX *ctx, int depth)
    void X509_STORE_CTX_set_current_cert(X509_STORE_CTX *ctx, X509 *x)
    void *X509_STORE_CTX_get_ex_data(X509_STORE_CTX *ctx, int index)
    X509 *X509_STORE_CTX_get0_cert(X509_STORE_CTX *ctx)
    X509Stack *X509_STORE_CTX_get0_chain(X509_STORE_CTX *ctx)
    int X509_verify_cert(X509_STORE_CTX *ctx)
    int SSL_get_ex_data_X509_STORE_CTX_idx()
    unsigned long X509_VERIFY_PARAM_get_flags(X509_VERIFY_PARAM *param)
    int X509_VERIFY_PARAM_set_flags(X509_VERIFY_PARAM *param, unsigned long flags)
    int X509_VERIFY_PARAM_clear_flags(X509_VERIFY_PARAM *param, unsigned long flags)
    int X509_VERIFY_PARAM_set1_host(X509_VERIFY_PARAM *param, const char *name, size_t size)
    int X509_VERIFY_PARAM_set1_ip(X509_VERIFY_PARAM *param, const unsigned char *address, size_t size)
    int X509_VERIFY_PARAM_set1_ip_asc(X509_VERIFY_PARAM *param, const char *address)
    void X509_VERIFY_PARAM_set_hostflags(X509_VERIFY_PARAM *param, unsigned int flags)
    unsigned int X509_VERIFY_PARAM_get_hostflags(const X509_VERIFY_PARAM *param)
    const char *X509_VERIFY_PARAM_get0_peername(X509_VERIFY_PARAM *param)
    ASN1_OCTET_STRING *a2i_IPADDRESS(const char *text)
    void ASN1_OCTET_STRING_free(ASN1_OCTET_STRING *string)

    X509 *PEM_read_bio_X509(BIO *bio, X509 **x, PasswordCallback callback, void *data)
    X509 *PEM_read_bio_X509_AUX(BIO *bio, X509 **x, PasswordCallback callback, void *data)
    int PEM_write_bio_X509(BIO *bio, X509 *x)
    int PEM_write_bio_X509_AUX(BIO *bio, X509 *x)
    EVP_PKEY *PEM_read_bio_PrivateKey(BIO *bio, EVP_PKEY **key, PasswordCallback callback, void *data)
    int X509_check_private_key(const X509 *x, const EVP_PKEY *key)
    int X509_check_purpose(X509 *x, int id, int ca)
    void EVP_PKEY_free(EVP_PKEY *key)
    DH *PEM_read_bio_DHparams(BIO *bio, DH **dh, PasswordCallback callback, void *data)
    void DH_free(DH *dh)

    # ---- ssl.h: context ------------------------------------------------------
    ctypedef struct SSL_CTX
    ctypedef struct SSL_METHOD
    ctypedef struct SSL_CIPHER
    ctypedef struct SSL_SESSION
    ctypedef struct CipherStack "STACK_OF(SSL_CIPHER)"
    const SSL_METHOD *TLS_method()
    const SSL_METHOD *TLS_client_method()
    const SSL_METHOD *TLS_server_method()
    SSL_CTX *SSL_CTX_new(const SSL_METHOD *method)
    void SSL_CTX_free(SSL_CTX *ctx)
    int SSL_CTX_up_ref(SSL_CTX *ctx)
    uint64_t SSL_CTX_get_options(const SSL_CTX *ctx)
    uint64_t SSL_CTX_set_options(SSL_CTX *ctx, uint64_t options)
    uint64_t SSL_CTX_clear_options(SSL_CTX *ctx, uint64_t options)
    long SSL_CTX_set_mode(SSL_CTX *ctx, long mode)
    int SSL_CTX_set_min_proto_version(SSL_CTX *ctx, int version)
    int SSL_CTX_set_max_proto_version(SSL_CTX *ctx, int version)
    int SSL_CTX_get_min_proto_version(SSL_CTX *ctx)
    int SSL_CTX_get_max_proto_version(SSL_CTX *ctx)
    int SSL_CTX_set_cipher_list(SSL_CTX *ctx, const char *names)
    int SSL_CTX_set_ciphersuites(SSL_CTX *ctx, const char *names)
    int SSL_CTX_set1_groups(SSL_CTX *ctx, int *nids, long count)
    int SSL_CTX_set1_groups_list(SSL_CTX *ctx, const char *names)
    int SSL_CTX_set1_sigalgs_list(SSL_CTX *ctx, const char *names)
    int SSL_CTX_set1_client_sigalgs_list(SSL_CTX *ctx, const char *names)
    long SSL_CTX_set_tmp_dh(SSL_CTX *ctx, DH *dh)
    int SSL_CTX_get_security_level(const SSL_CTX *ctx)
    void SSL_CTX_set_security_level(SSL_CTX *ctx, int level)
    int SSL_CTX_set_num_tickets(SSL_CTX *ctx, size_t count)
    size_t SSL_CTX_get_num_tickets(const SSL_CTX *ctx)
    void SSL_CTX_set_post_handshake_auth(SSL_CTX *ctx, int value)
    long SSL_CTX_set_session_cache_mode(SSL_CTX *ctx, long mode)
    void SSL_CTX_set_verify(SSL_CTX *ctx, int mode, VerifyCallback callback)
    int SSL_CTX_get_verify_mode(const SSL_CTX *ctx)
    VerifyCallback SSL_CTX_get_verify_callback(const SSL_CTX *ctx)
    void SSL_CTX_set_cert_verify_callback(SSL_CTX *ctx, ChainCallback callback, void *arg)
    X509_VERIFY_PARAM *SSL_CTX_get0_param(SSL_CTX *ctx)
    X509_STORE *SSL_CTX_get_cert_store(const SSL_CTX *ctx)
    void SSL_CTX_set_cert_store(SSL_CTX *ctx, X509_STORE *store)
    int SSL_CTX_use_cert_and_key(SSL_CTX *ctx, X509 *x, EVP_PKEY *key, X509Stack *chain, int override)
    int SSL_CTX_check_private_key(const SSL_CTX *ctx)
    int SSL_CTX_set_ex_data(SSL_CTX *ctx, int index, void *data)
    void *SSL_CTX_get_ex_data(const SSL_CTX *ctx, int index)
    CipherStack *SSL_CTX_get_ciphers(const SSL_CTX *ctx)
    long SSL_CTX_sess_number(SSL_CTX *ctx)
    long SSL_CTX_sess_connect(SSL_CTX *ctx)
    long SSL_CTX_sess_connect_good(SSL_CTX *ctx)
    long SSL_CTX_sess_connect_renegotiate(SSL_CTX *ctx)
    long SSL_CTX_sess_accept(SSL_CTX *ctx)
    long SSL_CTX_sess_accept_good(SSL_CTX *ctx)
    long SSL_CTX_sess_accept_renegotiate(SSL_CTX *ctx)
    long SSL_CTX_sess_hits(SSL_CTX *ctx)
    long SSL_CTX_sess_misses(SSL_CTX *ctx)
    long SSL_CTX_sess_timeouts(SSL_CTX *ctx)
    long SSL_CTX_sess_cache_full(SSL_CTX *ctx)
    int SSL_CTX_set_alpn_protos(SSL_CTX *ctx, const unsigned char *protos, unsigned int size)
    void SSL_CTX_set_alpn_select_cb(SSL_CTX *ctx, AlpnCallback callback, void *arg)
    int SSL_select_next_proto(unsigned char **out, unsigned char *outlen, const unsigned char *server, unsigned int server_len, const unsigned char *client, unsigned int client_len)
    long SSL_CTX_set_tlsext_servername_callback(SSL_CTX *ctx, ServerNameCallback callback)
    long SSL_CTX_set_tlsext_servername_arg(SSL_CTX *ctx, void *arg)
    void SSL_CTX_set_keylog_callback(SSL_CTX *ctx, KeyLogCallback callback)
    void SSL_CTX_set_msg_callback(SSL_CTX *ctx, MessageCallback callback)
    void SSL_CTX_set_psk_client_callback(SSL_CTX *ctx, PskClientCallback callback)
    void SSL_CTX_set_psk_server_callback(SSL_CTX *ctx, PskServerCallback callback)
    int SSL_CTX_use_psk_identity_hint(SSL_CTX *ctx, const char *hint)

    int sk_SSL_CIPHER_num(const CipherStack *stack)
    const SSL_CIPHER *sk_SSL_CIPHER_value(const CipherStack *stack, int index)
    int sk_SSL_CIPHER_find(CipherStack *stack, const SSL_CIPHER *cipher)
    const char *SSL_CIPHER_get_name(const SSL_CIPHER *cipher)
    const char *SSL_CIPHER_get_version(const SSL_CIPHER *cipher)
    int SSL_CIPHER_get_bits(const SSL_CIPHER *cipher, int *alg_bits)
    uint32_t SSL_CIPHER_get_id(const SSL_CIPHER *cipher)
    char *SSL_CIPHER_description(const SSL_CIPHER *cipher, char *buffer, int size)
    int SSL_CIPHER_is_aead(const SSL_CIPHER *cipher)
    int SSL_CIPHER_get_cipher_nid(const SSL_CIPHER *cipher)
    int SSL_CIPHER_get_digest_nid(const SSL_CIPHER *cipher)
    int SSL_CIPHER_get_kx_nid(const SSL_CIPHER *cipher)
    int SSL_CIPHER_get_auth_nid(const SSL_CIPHER *cipher)

    # ---- ssl.h: connection ---------------------------------------------------
    SSL *SSL_new(SSL_CTX *ctx)
    void SSL_free(SSL *ssl)
    int SSL_up_ref(SSL *ssl)
    SSL_CTX *SSL_get_SSL_CTX(const SSL *ssl)
    SSL_CTX *SSL_set_SSL_CTX(SSL *ssl, SSL_CTX *ctx)
    int SSL_get_min_proto_version(SSL *ssl)
    int SSL_get_max_proto_version(SSL *ssl)
    int SSL_set_min_proto_version(SSL *ssl, int version)
    int SSL_set_session_id_context(SSL *ssl, const unsigned char *data, unsigned int size)
    int SSL_set_cipher_list(SSL *ssl, const char *names)
    int SSL_set_ciphersuites(SSL *ssl, const char *names)
    int SSL_set_ex_data(SSL *ssl, int index, void *data)
    void *SSL_get_ex_data(const SSL *ssl, int index)
    int SSL_get_ex_new_index(long argl, void *argp, void *new_func, void *dup_func, ExDataFree free_func)
    int SSL_CTX_get_ex_new_index(long argl, void *argp, void *new_func, void *dup_func, ExDataFree free_func)
    void SSL_set_bio(SSL *ssl, BIO *rbio, BIO *wbio)
    BIO *SSL_get_rbio(const SSL *ssl)
    BIO *SSL_get_wbio(const SSL *ssl)
    int SSL_set_fd(SSL *ssl, int fd)
    long SSL_set_mode(SSL *ssl, long mode)
    long SSL_get_mode(SSL *ssl)
    uint64_t SSL_set_options(SSL *ssl, uint64_t options)
    uint64_t SSL_get_options(const SSL *ssl)
    uint64_t SSL_clear_options(SSL *ssl, uint64_t options)
    void SSL_set_accept_state(SSL *ssl)
    void SSL_set_connect_state(SSL *ssl)
    int SSL_do_handshake(SSL *ssl)
    int SSL_is_init_finished(const SSL *ssl)
    int SSL_in_init(const SSL *ssl)
    int SSL_in_before(const SSL *ssl)
    int SSL_read_ex(SSL *ssl, void *data, size_t size, size_t *done)
    int SSL_peek_ex(SSL *ssl, void *data, size_t size, size_t *done)
    int SSL_write_ex(SSL *ssl, const void *data, size_t size, size_t *done)
    int SSL_read(SSL *ssl, void *data, int size)
    int SSL_write(SSL *ssl, const void *data, int size)
    int SSL_pending(const SSL *ssl)
    int SSL_has_pending(const SSL *ssl)
    int SSL_shutdown(SSL *ssl)
    int SSL_get_shutdown(const SSL *ssl)
    void SSL_set_shutdown(SSL *ssl, int mode)
    void SSL_set_quiet_shutdown(SSL *ssl, int mode)
    void SSL_set_read_ahead(SSL *ssl, int yes)
    int SSL_get_error(const SSL *ssl, int ret)
    int SSL_want(const SSL *ssl)
    int SSL_version(const SSL *ssl)
    const char *SSL_get_version(const SSL *ssl)
    bint SSL_is_server(const SSL *ssl)
    const SSL_CIPHER *SSL_get_current_cipher(const SSL *ssl)
    CipherStack *SSL_get_ciphers(const SSL *ssl)
    CipherStack *SSL_get_client_ciphers(const SSL *ssl)
    CipherStack *SSL_get1_supported_ciphers(SSL *ssl)
    void sk_SSL_CIPHER_free(CipherStack *stack)
    const void *SSL_get_current_compression(SSL *ssl)
    const char *SSL_COMP_get_name(const void *method)
    X509 *SSL_get1_peer_certificate(const SSL *ssl)
    X509Stack *SSL_get_peer_cert_chain(const SSL *ssl)
    X509Stack *SSL_get0_verified_chain(const SSL *ssl)
    long SSL_get_verify_result(const SSL *ssl)
    void SSL_set_verify_result(SSL *ssl, long result)
    int SSL_get_verify_mode(const SSL *ssl)
    void SSL_set_verify(SSL *ssl, int mode, VerifyCallback callback)
    VerifyCallback SSL_get_verify_callback(const SSL *ssl)
    X509_VERIFY_PARAM *SSL_get0_param(SSL *ssl)
    const char *SSL_get0_peername(SSL *ssl)
    int SSL_set1_host(SSL *ssl, const char *name)
    void SSL_set_hostflags(SSL *ssl, unsigned int flags)
    int SSL_set_tlsext_host_name(SSL *ssl, const char *name)
    const char *SSL_get_servername(const SSL *ssl, int kind)
    size_t SSL_get_finished(const SSL *ssl, void *data, size_t size)
    size_t SSL_get_peer_finished(const SSL *ssl, void *data, size_t size)
    int SSL_export_keying_material(SSL *ssl, unsigned char *out, size_t size, const char *label, size_t label_size, const unsigned char *context, size_t context_size, int use_context)
    void SSL_get0_alpn_selected(const SSL *ssl, const unsigned char **data, unsigned int *size)
    int SSL_verify_client_post_handshake(SSL *ssl)
    void SSL_set_post_handshake_auth(SSL *ssl, int value)
    const char *SSL_get0_group_name(SSL *ssl)
    int SSL_get0_peer_signature_name(const SSL *ssl, const char **name)
    int SSL_get0_signature_name(const SSL *ssl, const char **name)
    void SSL_set_msg_callback(SSL *ssl, MessageCallback callback)
    int SSL_session_reused(const SSL *ssl)

    # ---- ssl.h: session ------------------------------------------------------
    SSL_SESSION *SSL_get_session(const SSL *ssl)
    SSL_SESSION *SSL_get1_session(SSL *ssl)
    int SSL_set_session(SSL *ssl, SSL_SESSION *session)
    SSL_SESSION *SSL_SESSION_dup(const SSL_SESSION *session)
    int SSL_SESSION_up_ref(SSL_SESSION *session)
    void SSL_SESSION_free(SSL_SESSION *session)
    int i2d_SSL_SESSION(const SSL_SESSION *session, unsigned char **out)
    SSL_SESSION *d2i_SSL_SESSION(SSL_SESSION **session, const unsigned char **data, long size)
    const unsigned char *SSL_SESSION_get_id(const SSL_SESSION *session, unsigned int *size)
    long SSL_SESSION_get_time(const SSL_SESSION *session)
    long SSL_SESSION_get_timeout(const SSL_SESSION *session)
    long SSL_SESSION_set_timeout(SSL_SESSION *session, long seconds)
    int SSL_SESSION_has_ticket(const SSL_SESSION *session)
    unsigned long SSL_SESSION_get_ticket_lifetime_hint(const SSL_SESSION *session)
    int SSL_SESSION_is_resumable(const SSL_SESSION *session)
    int SSL_SESSION_get_protocol_version(const SSL_SESSION *session)

    # ---- ssl.h: values -------------------------------------------------------
    const int SSL_ERROR_NONE, SSL_ERROR_SSL, SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE, SSL_ERROR_WANT_X509_LOOKUP
    const int SSL_ERROR_SYSCALL, SSL_ERROR_ZERO_RETURN, SSL_ERROR_WANT_CONNECT
    const int RG_ERROR_EOF, RG_ERROR_INVALID
    const int SSL_VERIFY_NONE, SSL_VERIFY_PEER, SSL_VERIFY_FAIL_IF_NO_PEER_CERT, SSL_VERIFY_CLIENT_ONCE, SSL_VERIFY_POST_HANDSHAKE
    const int SSL_SENT_SHUTDOWN, SSL_RECEIVED_SHUTDOWN
    const long SSL_MODE_ENABLE_PARTIAL_WRITE, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, SSL_MODE_AUTO_RETRY, SSL_MODE_RELEASE_BUFFERS
    const long SSL_SESS_CACHE_OFF, SSL_SESS_CACHE_CLIENT, SSL_SESS_CACHE_SERVER, SSL_SESS_CACHE_NO_INTERNAL
    const int SSL_TLSEXT_ERR_OK, SSL_TLSEXT_ERR_ALERT_FATAL, SSL_TLSEXT_ERR_NOACK, TLSEXT_NAMETYPE_host_name
    const int OPENSSL_NPN_NEGOTIATED, SSL_FILETYPE_PEM
    const int SSL3_VERSION, TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION
    const int SSL3_RT_CHANGE_CIPHER_SPEC, SSL3_RT_ALERT, SSL3_RT_HANDSHAKE, SSL3_RT_APPLICATION_DATA, SSL3_RT_HEADER, SSL3_RT_INNER_CONTENT_TYPE
    const int SSL3_MT_CHANGE_CIPHER_SPEC, SSL_MAX_SSL_SESSION_ID_LENGTH, PSK_MAX_PSK_LEN, PSK_MAX_IDENTITY_LEN
    const uint64_t SSL_OP_ALL, SSL_OP_NO_SSLv2, SSL_OP_NO_SSLv3, SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3
    const uint64_t SSL_OP_NO_SSL_MASK
    const uint64_t SSL_OP_CIPHER_SERVER_PREFERENCE, SSL_OP_SINGLE_DH_USE, SSL_OP_SINGLE_ECDH_USE, SSL_OP_NO_TICKET, SSL_OP_NO_COMPRESSION
    const uint64_t SSL_OP_NO_RENEGOTIATION, SSL_OP_ENABLE_MIDDLEBOX_COMPAT, SSL_OP_IGNORE_UNEXPECTED_EOF, SSL_OP_ENABLE_KTLS
    const uint64_t SSL_OP_LEGACY_SERVER_CONNECT, SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS
    const int SSL_AD_CLOSE_NOTIFY, SSL_AD_UNEXPECTED_MESSAGE, SSL_AD_BAD_RECORD_MAC, SSL_AD_RECORD_OVERFLOW, SSL_AD_DECOMPRESSION_FAILURE
    const int SSL_AD_HANDSHAKE_FAILURE, SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED
    const int SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_ILLEGAL_PARAMETER, SSL_AD_UNKNOWN_CA, SSL_AD_ACCESS_DENIED
    const int SSL_AD_DECODE_ERROR, SSL_AD_DECRYPT_ERROR, SSL_AD_PROTOCOL_VERSION, SSL_AD_INSUFFICIENT_SECURITY, SSL_AD_INTERNAL_ERROR
    const int SSL_AD_USER_CANCELLED, SSL_AD_NO_RENEGOTIATION, SSL_AD_UNSUPPORTED_EXTENSION, SSL_AD_CERTIFICATE_UNOBTAINABLE
    const int SSL_AD_UNRECOGNIZED_NAME, SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE, SSL_AD_BAD_CERTIFICATE_HASH_VALUE, SSL_AD_UNKNOWN_PSK_IDENTITY
