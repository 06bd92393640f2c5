/* What this build can do, decided once.
 *
 * The only file that knows version numbers, of OpenSSL or of Python's C API.
 * Every RG_HAS_<THING> is 0 or 1 and comes out in Python as CAPABILITIES["<THING>"].
 * Where OpenSSL renamed or added a function, the newest name is used everywhere
 * else and this file supplies it to the older libraries.
 */
#ifndef REGRAFT_COMPAT_H
#define REGRAFT_COMPAT_H

#ifndef OPENSSL_SUPPRESS_DEPRECATED
/* DH parameters from a file: the new decoder reports other errors than CPython's callers know. */
#define OPENSSL_SUPPRESS_DEPRECATED
#endif

#include <Python.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <unistd.h>
#include <openssl/opensslv.h>
#include <openssl/opensslconf.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#if defined(LIBRESSL_VERSION_NUMBER) || defined(OPENSSL_IS_BORINGSSL) || defined(OPENSSL_IS_AWSLC)
#error "regraft is written for OpenSSL itself: point REGRAFT_OPENSSL at OpenSSL 1.1.1 or newer"
#endif
#if OPENSSL_VERSION_NUMBER < 0x10101000L
#error "regraft needs OpenSSL 1.1.1 or newer: point REGRAFT_OPENSSL at one"
#endif

#define RG_OPENSSL_AT_LEAST(major, minor) \
    (OPENSSL_VERSION_NUMBER >= ((major) * 0x10000000L + (minor) * 0x100000L))

/* The release of the headers, which may differ from that of the library loaded. */
#define RG_OPENSSL_HEADER_VERSION ((unsigned long)OPENSSL_VERSION_NUMBER)

/* What releases that only correct each other have in common: 1.1.1a and 1.1.1w, 3.0.1 and 3.0.19. */
#define RG_openssl_series(number) ((number) >> 12)

/* ---- capabilities ------------------------------------------------------ */

#define RG_HAS_GROUP RG_OPENSSL_AT_LEAST(3, 2)
#define RG_HAS_SIGALGS_LIST RG_OPENSSL_AT_LEAST(3, 4)
#define RG_HAS_GROUPS_LIST RG_OPENSSL_AT_LEAST(3, 5)
#define RG_HAS_SIGALG_NAMES RG_OPENSSL_AT_LEAST(3, 5)
#define RG_HAS_STORE_SNAPSHOT RG_OPENSSL_AT_LEAST(3, 3)
/* A host name that cannot be in a certificate is refused before the handshake. */
#define RG_HAS_HOST_NAME_SYNTAX RG_OPENSSL_AT_LEAST(4, 0)
#define RG_HAS_OPENSSL3 RG_OPENSSL_AT_LEAST(3, 0)
#define RG_HAS_CONF_DIAGNOSTICS RG_OPENSSL_AT_LEAST(3, 4)
/* Linux alone: elsewhere the urandom() of each host takes the system's own function already. */
#ifdef SYS_getrandom
#define RG_HAS_GETRANDOM 1
#else
#define RG_HAS_GETRANDOM 0
#endif

/* OpenSSL is part of the extension, as in a wheel, whose build says -DRG_BUNDLED_OPENSSL=1. */
#if defined(RG_BUNDLED_OPENSSL) && RG_BUNDLED_OPENSSL
#define RG_HAS_BUNDLED_OPENSSL 1
#else
#define RG_HAS_BUNDLED_OPENSSL 0
#endif

#if RG_OPENSSL_AT_LEAST(3, 0) && !defined(OPENSSL_NO_KTLS)
#define RG_HAS_KTLS 1
#else
#define RG_HAS_KTLS 0
#endif

#ifdef OPENSSL_NO_PSK
#define RG_HAS_PSK 0
#else
#define RG_HAS_PSK 1
#endif

#ifdef OPENSSL_NO_TLS1_3
#define RG_HAS_TLSv1_3 0
#else
#define RG_HAS_TLSv1_3 1
#endif
#if RG_HAS_PSK && RG_HAS_TLSv1_3
#define RG_HAS_PSK_TLS13 1
#else
#define RG_HAS_PSK_TLS13 0
#endif
#define RG_HAS_PHA RG_HAS_TLSv1_3
/* Only the protocol counts, not OPENSSL_NO_TLS1_2_METHOD and its kind: contexts are pinned to a
 * version by its bounds, and OpenSSL 4 has no method of one version any more. */
#ifdef OPENSSL_NO_TLS1_2
#define RG_HAS_TLSv1_2 0
#else
#define RG_HAS_TLSv1_2 1
#endif
#ifdef OPENSSL_NO_TLS1_1
#define RG_HAS_TLSv1_1 0
#else
#define RG_HAS_TLSv1_1 1
#endif
#ifdef OPENSSL_NO_TLS1
#define RG_HAS_TLSv1 0
#else
#define RG_HAS_TLSv1 1
#endif
/* OpenSSL 4.0 dropped SSLv3 with its option; a library built without it says so here. */
#if defined(OPENSSL_NO_SSL3) || RG_OPENSSL_AT_LEAST(4, 0)
#define RG_HAS_SSLv3 0
#else
#define RG_HAS_SSLv3 1
#endif

#if defined(OPENSSL_NO_TLSEXT)
#define RG_HAS_SNI 0
#else
#define RG_HAS_SNI 1
#endif

/* ---- options and flags that not every release has ---------------------- */

#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
#define RG_HAS_OP_IGNORE_UNEXPECTED_EOF 1
#else
#define RG_HAS_OP_IGNORE_UNEXPECTED_EOF 0
#define SSL_OP_IGNORE_UNEXPECTED_EOF 0
#endif
#ifdef SSL_OP_ENABLE_KTLS
#define RG_HAS_OP_ENABLE_KTLS 1
#else
#define RG_HAS_OP_ENABLE_KTLS 0
#define SSL_OP_ENABLE_KTLS 0
#endif
#ifndef SSL_OP_NO_SSLv2
#define SSL_OP_NO_SSLv2 0
#endif
#ifndef SSL_OP_NO_SSLv3
#define SSL_OP_NO_SSLv3 0
#endif
#ifndef SSL_OP_SINGLE_DH_USE
#define SSL_OP_SINGLE_DH_USE 0
#endif
#ifndef SSL_OP_SINGLE_ECDH_USE
#define SSL_OP_SINGLE_ECDH_USE 0
#endif
#ifndef SSL_OP_NO_RENEGOTIATION
#define SSL_OP_NO_RENEGOTIATION 0
#endif
#ifndef SSL_R_UNEXPECTED_EOF_WHILE_READING
#define SSL_R_UNEXPECTED_EOF_WHILE_READING (-1)
#endif
/* Numbers of libraries that came with OpenSSL 3, and of one that 4.0 may leave out. */
#ifndef ERR_LIB_ESS
#define ERR_LIB_ESS 54
#endif
#ifndef ERR_LIB_PROP
#define ERR_LIB_PROP 55
#endif
#ifndef ERR_LIB_CRMF
#define ERR_LIB_CRMF 56
#endif
#ifndef ERR_LIB_PROV
#define ERR_LIB_PROV 57
#endif
#ifndef ERR_LIB_CMP
#define ERR_LIB_CMP 58
#endif
#ifndef ERR_LIB_OSSL_ENCODER
#define ERR_LIB_OSSL_ENCODER 59
#endif
#ifndef ERR_LIB_OSSL_DECODER
#define ERR_LIB_OSSL_DECODER 60
#endif
#ifndef ERR_LIB_HTTP
#define ERR_LIB_HTTP 61
#endif
#ifndef ERR_LIB_ENGINE
#define ERR_LIB_ENGINE 38
#endif
#ifndef ASN1_R_NOT_ENOUGH_DATA
#define ASN1_R_NOT_ENOUGH_DATA 142
#endif

/* ---- newer names on older libraries ------------------------------------ */

#if RG_OPENSSL_AT_LEAST(3, 0)
/* A reason that all libraries share ("PEM lib") has no name of its own in CPython's tables. */
#define RG_REASON_IS_COMMON(reason) (((reason) & ERR_RFLAG_COMMON) != 0)
#define RG_last_error_data(data, flags) ERR_peek_last_error_data(data, flags)
#define RG_next_error(data, flags) ERR_get_error_all(NULL, NULL, NULL, data, flags)
#else
#define SSL_get1_peer_certificate SSL_get_peer_certificate
#define RG_REASON_IS_COMMON(reason) ((reason) < 100)
#define RG_last_error_data(data, flags) ERR_peek_last_error_line_data(NULL, NULL, data, flags)
#define RG_next_error(data, flags) ERR_get_error_line_data(NULL, NULL, data, flags)
#endif

/* What OpenSSL's own loaders report when a PEM file could not be read. */
#if RG_OPENSSL_AT_LEAST(3, 0)
#define RG_put_pem_lib_error() ERR_raise(ERR_LIB_SSL, ERR_R_PEM_LIB)
#else
#define RG_put_pem_lib_error() ERR_put_error(ERR_LIB_SSL, 0, ERR_R_PEM_LIB, __FILE__, __LINE__)
#endif

#if !RG_HAS_GROUP
static inline const char *
SSL_get0_group_name(SSL *ssl) { (void)ssl; return NULL; }
#endif

#if RG_HAS_SIGALGS_LIST
#define RG_builtin_sigalgs() SSL_get1_builtin_sigalgs(NULL)
#else
#define RG_builtin_sigalgs() ((char *)NULL)
#endif

#if !RG_HAS_SIGALG_NAMES
static inline int
SSL_get0_peer_signature_name(const SSL *ssl, const char **name) { (void)ssl; *name = NULL; return 0; }
static inline int
SSL_get0_signature_name(const SSL *ssl, const char **name) { (void)ssl; *name = NULL; return 0; }
#endif

/* A new list of borrowed names, or NULL. */
static inline STACK_OF(OPENSSL_CSTRING) *
RG_implemented_groups(SSL_CTX *ctx, int aliases)
{
#if RG_HAS_GROUPS_LIST
    STACK_OF(OPENSSL_CSTRING) *names = sk_OPENSSL_CSTRING_new_null();
    if (names != NULL && !SSL_CTX_get0_implemented_groups(ctx, aliases, names)) {
        sk_OPENSSL_CSTRING_free(names);
        names = NULL;
    }
    return names;
#else
    (void)ctx; (void)aliases;
    return NULL;
#endif
}

/* New contexts fail on what a configuration says wrongly about TLS, and are not left without it. */
#if RG_HAS_CONF_DIAGNOSTICS
#define RG_report_wrong_settings() OSSL_LIB_CTX_set_conf_diagnostics(NULL, 1)
#else
#define RG_report_wrong_settings() ((void)0)
#endif

#if !RG_HAS_PSK
#define SSL_CTX_set_psk_client_callback(ctx, callback) ((void)(callback))
#define SSL_CTX_set_psk_server_callback(ctx, callback) ((void)(callback))
#define SSL_CTX_use_psk_identity_hint(ctx, hint) ((void)(hint), 0)
#endif

#if RG_HAS_KTLS
#define RG_ktls_send(ssl) BIO_get_ktls_send(SSL_get_wbio(ssl))
#define RG_ktls_recv(ssl) BIO_get_ktls_recv(SSL_get_rbio(ssl))
#define RG_sendfile(ssl, fd, offset, size, flags) SSL_sendfile(ssl, fd, offset, size, flags)
#else
#define RG_ktls_send(ssl) 0
#define RG_ktls_recv(ssl) 0
#define RG_sendfile(ssl, fd, offset, size, flags) ((ossl_ssize_t)-1)
#endif

/* Whether a server is at its client's first message. Asked by name: the numbers of the states have
 * changed within OpenSSL 3, and the library may be newer than the headers. */
static inline int
RG_hears_client_hello(const SSL *ssl)
{
    return strcmp(SSL_state_string(ssl), "TRCH") == 0;
}

/* Numbers of CPython's own beside OpenSSL's SSL_ERROR_*. */
#define RG_ERROR_EOF 8
#define RG_ERROR_INVALID 10

/* The names of a CRL distribution point given in full, or NULL. */
static inline GENERAL_NAMES *
RG_dist_point_names(const CRL_DIST_POINTS *points, int index)
{
    const DIST_POINT *point = sk_DIST_POINT_value(points, index);
    if (point == NULL || point->distpoint == NULL || point->distpoint->type != 0)
        return NULL;
    return point->distpoint->name.fullname;
}

/* What a store holds, with a reference of our own to every part: another thread
 * may add to the store while the list is read (CVE-2024-0397). NULL on failure. */
static inline STACK_OF(X509_OBJECT) *
RG_store_objects(X509_STORE *store)
{
#if RG_HAS_STORE_SNAPSHOT
    return X509_STORE_get1_objects(store);
#else
    STACK_OF(X509_OBJECT) *live, *copy = sk_X509_OBJECT_new_null();
    int i, done = 0;

    if (copy == NULL)
        return NULL;
    if (!X509_STORE_lock(store)) {
        sk_X509_OBJECT_free(copy);
        return NULL;
    }
    live = X509_STORE_get0_objects(store);
    for (i = 0; i < sk_X509_OBJECT_num(live); i++) {
        X509_OBJECT *theirs = sk_X509_OBJECT_value(live, i);
        X509_OBJECT *ours = X509_OBJECT_new();
        int ok = ours != NULL;
        if (ok && X509_OBJECT_get_type(theirs) == X509_LU_X509)
            ok = X509_OBJECT_set1_X509(ours, X509_OBJECT_get0_X509(theirs));
        else if (ok && X509_OBJECT_get_type(theirs) == X509_LU_CRL)
            ok = X509_OBJECT_set1_X509_CRL(ours, X509_OBJECT_get0_X509_CRL(theirs));
        if (!ok || !sk_X509_OBJECT_push(copy, ours)) {
            X509_OBJECT_free(ours);
            break;
        }
    }
    done = i >= sk_X509_OBJECT_num(live);
    X509_STORE_unlock(store);
    if (!done) {
        sk_X509_OBJECT_pop_free(copy, X509_OBJECT_free);
        copy = NULL;
    }
    return copy;
#endif
}

/* Cython takes an assignment to errno for one to a local variable. */
#define RG_errno() (errno)
#define RG_clear_errno() ((void)(errno = 0))

/* ---- Python's C API ----------------------------------------------------- */

/* The line of the generated C: what follows "_ssl.c:" in the messages. */
#define RG_LINE __LINE__

/* An empty server_hostname is taken for none (3.7 and later raise). */
#define RG_TAKES_EMPTY_NAMES (PY_VERSION_HEX < 0x03070000)

#if PY_MAJOR_VERSION < 3
#define RG_STR_IS_BYTES 1
#else
#define RG_STR_IS_BYTES 0
#endif
/* The headers before 3.9 do not export the init function of a module built with hidden symbols. */
#ifdef __GNUC__
#if PY_MAJOR_VERSION < 3
__attribute__((visibility("default"))) void init_openssl(void);
#else
__attribute__((visibility("default"))) PyObject *PyInit__openssl(void);
#endif
#endif

/* The types bear the names of CPython's, which stand in messages and in repr(). */
#define RG_name_type(cls, name) (((PyTypeObject *)(cls))->tp_name = (name))

/* A path as bytes, in the encoding of the file system. */
static inline PyObject *
RG_filesystem_path(PyObject *path)
{
    PyObject *data = NULL;
#if PY_MAJOR_VERSION < 3
    if (PyString_Check(path)) {
        Py_INCREF(path);
        data = path;
    } else if (PyUnicode_Check(path)) {
        data = PyUnicode_AsEncodedString(path, Py_FileSystemDefaultEncoding, "strict");
    } else {
        PyErr_Format(PyExc_TypeError, "expected str or unicode, not %.200s", Py_TYPE(path)->tp_name);
    }
    if (data != NULL && strlen(PyString_AS_STRING(data)) != (size_t)PyString_GET_SIZE(data)) {
        Py_DECREF(data);
        data = NULL;
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
    }
#else
    if (!PyUnicode_FSConverter(path, &data))
        data = NULL;
#endif
    return data;
}

/* What threads meet that are in OpenSSL when the interpreter ends.
 *
 * Cython takes the GIL for a callback by PyGILState_Ensure(), which after Py_Finalize() goes
 * by what that has freed: 2.7 follows a null pointer. A thread with a state of its own has
 * only released the GIL, and PyEval_RestoreThread() is made for getting it back at any time: it
 * stops the thread once there is no interpreter. One without a state is stopped here. */
#define RG_TAKEN_BACK ((PyGILState_STATE)(PyGILState_UNLOCKED + 1))

static inline PyGILState_STATE
RG_take_gil(void)
{
    PyThreadState *state = PyGILState_GetThisThreadState();
    if (state == NULL) {
        while (!Py_IsInitialized())
            pause();
        return PyGILState_Ensure();
    }
#if PY_MAJOR_VERSION < 3
    if (state == _PyThreadState_Current)
#else
    if (PyGILState_Check())
#endif
        return PyGILState_LOCKED;
    PyEval_RestoreThread(state);
    return RG_TAKEN_BACK;
}

static inline void
RG_give_gil(PyGILState_STATE before)
{
    if (before == RG_TAKEN_BACK)
        (void)PyEval_SaveThread();
    else if (before == PyGILState_UNLOCKED)
        PyGILState_Release(before);
}

#define PyGILState_Ensure RG_take_gil
#define PyGILState_Release RG_give_gil

/* What a weak reference refers to: a new reference, to None when it is gone. */
static inline PyObject *
RG_weakref_target(PyObject *reference)
{
    PyObject *target;
#if PY_VERSION_HEX >= 0x030d0000
    int found = PyWeakref_GetRef(reference, &target);
    if (found < 0)
        return NULL;
    if (found == 0) {
        Py_INCREF(Py_None);
        target = Py_None;
    }
#else
    target = PyWeakref_GetObject(reference);
    Py_XINCREF(target);
#endif
    return target;
}

/* Has a class refuse new attributes where the host has a flag for that. */
static inline void
RG_make_immutable(PyObject *type)
{
#ifdef Py_TPFLAGS_IMMUTABLETYPE
    ((PyTypeObject *)type)->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
#else
    (void)type;
#endif
}

#if PY_MAJOR_VERSION < 3
/* How the `buffer` of 2.7 begins. What it is a buffer of is not to be had otherwise. */
typedef struct {
    PyObject_HEAD
    PyObject *base;
} rg_old_buffer;

/* array.array and mmap lend memory without a lock, and so does a `buffer` of them: it
 * could move while the GIL is released, so it is copied. */
static inline int
rg_may_move(PyObject *source)
{
    if (PyBuffer_Check(source)) {
        PyObject *base = ((rg_old_buffer *)source)->base;
        return base != NULL && !PyString_CheckExact(base);
    }
    return !PyObject_CheckBuffer(source);
}
#endif

static inline int
RG_get_buffer(PyObject *source, Py_buffer *view)
{
#if PY_MAJOR_VERSION < 3
    PyObject *copy = NULL;
    int result;
    if (PyUnicode_Check(source)) {
        copy = PyUnicode_AsASCIIString(source);
    } else if (rg_may_move(source)) {
        const void *data;
        Py_ssize_t size;
        if (PyObject_AsReadBuffer(source, &data, &size) == 0)
            copy = PyBytes_FromStringAndSize((const char *)data, size);
        else if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "must be string or buffer, not %.200s",
                         Py_TYPE(source)->tp_name);
    } else {
        return PyObject_GetBuffer(source, view, PyBUF_SIMPLE);
    }
    if (copy == NULL)
        return -1;
    result = PyObject_GetBuffer(copy, view, PyBUF_SIMPLE);
    Py_DECREF(copy);
    return result;
#else
    return PyObject_GetBuffer(source, view, PyBUF_SIMPLE);
#endif
}

#define RG_LARGEST_READ 16384  /* no TLS record has more */

static inline int
RG_get_writable_buffer(PyObject *target, Py_buffer *view)
{
#if PY_MAJOR_VERSION < 3
    if (!PyObject_CheckBuffer(target)) {
        void *data;
        Py_ssize_t size;
        PyObject *stand_in;
        int result;
        if (PyObject_AsWriteBuffer(target, &data, &size) < 0) {
            if (PyErr_ExceptionMatches(PyExc_TypeError))
                PyErr_Format(PyExc_TypeError, "must be read-write buffer, not %.200s",
                             Py_TYPE(target)->tp_name);
            return -1;
        }
        stand_in = PyByteArray_FromStringAndSize(NULL, size < RG_LARGEST_READ ? size : RG_LARGEST_READ);
        if (stand_in == NULL)
            return -1;
        result = PyObject_GetBuffer(stand_in, view, PyBUF_WRITABLE);
        Py_DECREF(stand_in);
        return result;
    }
#endif
    if (PyObject_GetBuffer(target, view, PyBUF_WRITABLE) < 0) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) || PyErr_ExceptionMatches(PyExc_BufferError))
            PyErr_Format(PyExc_TypeError, "must be read-write bytes-like object, not %.200s",
                         Py_TYPE(target)->tp_name);
        return -1;
    }
    return 0;
}

static inline int
RG_release_writable_buffer(PyObject *target, Py_buffer *view, Py_ssize_t done)
{
    int result = 0;
#if PY_MAJOR_VERSION < 3
    if (done > 0 && !PyObject_CheckBuffer(target)) {
        void *data;
        Py_ssize_t size;
        result = PyObject_AsWriteBuffer(target, &data, &size);
        if (result == 0 && size < done) {
            PyErr_SetString(PyExc_BufferError, "the object became too short while it was read into");
            result = -1;
        }
        if (result == 0)
            memcpy(data, view->buf, done);
    }
#else
    (void)target; (void)done;
#endif
    PyBuffer_Release(view);
    return result;
}

#include "digests.h"
#include "entropy.h"
#include "configuration.h"

#endif
