# Stores of trusted certificates that contexts share.
#
# Parsing a bundle of CA certificates is nearly all that a context costs (19 ms of 19.1 with
# OpenSSL 3.0). So a bundle is parsed once into a store that nobody changes, and
#
# * a context that trusts nothing else takes that store itself, by reference;
# * a context that adds anything (another file, data, a directory) has a store of its own with the
#   same certificates by reference. A directory is always looked up into a context's own store:
#   what one context found must neither show in another nor be trusted there when it is gone
#   from the directory.
#
# The parameters of a verification (flags, purpose, depth) are the SSL_CTX's and the SSL's;
# a store has its own too, which nobody sets here.

from libc.stdlib cimport calloc, free, realloc

cdef extern from "stores.h" nogil:
    ctypedef struct FileState "rg_file_state":
        pass
    int RG_load_file(X509_STORE *store, const char *path)
    int RG_load_directory(X509_STORE *store, const char *path)
    bint RG_is_file(const char *path)
    bint RG_has_certificates(const char *path)
    int RG_look_at_file(const char *path, FileState *state)
    bint RG_same_state(const FileState *a, const FileState *b)
    bint RG_is_settled(const FileState *state)
    long RG_process_id()


# ---- bundles that are kept ---------------------------------------------------------

cdef enum:
    # The system's, a program's own and some small ones; each keeps a megabyte or less.
    _KEPT_BUNDLES = 8


@cython.final
@cython.internal
cdef class _Bundle:
    # A file as it was once, and the store with its certificates and revocation lists.
    cdef bytes path
    cdef FileState state
    cdef X509_STORE *store

    def __cinit__(self, bytes path):
        self.path = path
        self.store = NULL

    def __dealloc__(self):
        X509_STORE_free(self.store)


# Newest use last. Under the GIL, no call in between that lets another thread run.
cdef list _bundles = []
cdef long _bundles_owner = RG_process_id()


cdef X509_STORE *_kept_store(bytes path, const FileState *state) except? NULL:
    """A reference to the store of a bundle that is kept, NULL if there is none of this state."""
    cdef _Bundle bundle
    for bundle in _bundles:
        if bundle.path == path and RG_same_state(&bundle.state, state):
            _bundles.remove(bundle)
            _bundles.append(bundle)
            return bundle.store if X509_STORE_up_ref(bundle.store) else NULL
    return NULL


cdef int _keep(bytes path, const FileState *state, X509_STORE *store) except -1:
    global _bundles
    cdef _Bundle bundle = _Bundle(path), other
    bundle.state = state[0]
    if not X509_STORE_up_ref(store):
        raise MemoryError()
    bundle.store = store
    # An older state of the file is of no more use.
    _bundles = ([other for other in _bundles if other.path != path] + [bundle])[-_KEPT_BUNDLES:]
    return 0


cdef X509_STORE *borrow_bundle(bytes path, int *saved_errno) except? NULL:
    """A store with what a PEM file holds, not to be changed: a new reference.

    NULL if the file cannot be loaded; why is in the error queue and in `saved_errno`.
    """
    global _bundles, _bundles_owner
    cdef const char *name = path
    cdef FileState before, after
    cdef X509_STORE *store = NULL
    cdef X509_STORE *kept = NULL
    cdef int loaded = 0, known
    if _bundles_owner != RG_process_id():
        # After a fork: a thread that is not here any more may have held the lock of a store.
        _bundles, _bundles_owner = [], RG_process_id()
    with nogil:
        known = RG_look_at_file(name, &before)
    if known:
        kept = _kept_store(path, &before)
        if kept != NULL:
            return kept
    ERR_clear_error()
    with nogil:
        RG_clear_errno()
        store = X509_STORE_new()
        if store != NULL:
            loaded = RG_load_file(store, name)
        saved_errno[0] = RG_errno()
        if not loaded:
            X509_STORE_free(store)
            store = NULL
        known = known and RG_look_at_file(name, &after) and RG_same_state(&before, &after) and RG_is_settled(&after)
    if store == NULL or not known:
        return store
    try:
        # Another thread may have been faster.
        kept = _kept_store(path, &after)
        if kept == NULL:
            _keep(path, &after, store)
    except BaseException:
        X509_STORE_free(store)
        raise
    if kept != NULL:
        X509_STORE_free(store)
        return kept
    return store


# ---- the store of a context --------------------------------------------------------

# What belongs to an SSL_CTX beside its store. None of it: the store is the empty one it came with.
cdef struct Trust:
    bint used           # something was loaded
    bint shared         # the store is not the context's own
    X509_STORE **old    # stores that another thread may still read, freed with the SSL_CTX
    size_t old_count


cdef void _free_trust(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long argl, void *argp) noexcept nogil:
    cdef Trust *trust = <Trust *>pointer
    cdef size_t i
    if trust != NULL:
        for i in range(trust.old_count):
            X509_STORE_free(trust.old[i])
        free(trust.old)
        free(trust)


cdef int _trust_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, _free_trust)
if _trust_index < 0:
    raise_ssl_error()


cdef Trust *_trust_of(SSL_CTX *ctx) except NULL:
    cdef Trust *trust = <Trust *>SSL_CTX_get_ex_data(ctx, _trust_index)
    if trust == NULL:
        trust = <Trust *>calloc(1, sizeof(Trust))
        if trust == NULL or not SSL_CTX_set_ex_data(ctx, _trust_index, trust):
            free(trust)
            ERR_clear_error()
            raise MemoryError()
    return trust


cdef int _set_store(SSL_CTX *ctx, X509_STORE *store, bint shared) except -1:
    """Give a context another store, of which it takes a reference of its own."""
    cdef Trust *trust = _trust_of(ctx)
    cdef X509_STORE **room
    cdef void *context = SSL_CTX_get_ex_data(ctx, _context_index)
    if context == NULL or (<_SSLContext>context).handshakes:
        # A thread without the GIL may be reading the old one.
        room = <X509_STORE **>realloc(trust.old, (trust.old_count + 1) * sizeof(X509_STORE *))
        if room == NULL:
            raise MemoryError()
        trust.old = room
        room[trust.old_count] = SSL_CTX_get_cert_store(ctx)
        if not X509_STORE_up_ref(room[trust.old_count]):
            raise_ssl_error()
        trust.old_count += 1
    if not X509_STORE_up_ref(store):
        raise_ssl_error()
    SSL_CTX_set_cert_store(ctx, store)
    trust.shared = shared
    return 0


cdef int _add_objects(X509_STORE *store, X509_STORE *source) noexcept nogil:
    """Add by reference what another store holds. 1 if all of it was added."""
    cdef X509ObjectStack *objects = RG_store_objects(source)
    cdef X509_OBJECT *item
    cdef int i, done = objects != NULL
    for i in range(sk_X509_OBJECT_num(objects)):
        item = sk_X509_OBJECT_value(objects, i)
        if X509_OBJECT_get_type(item) == X509_LU_CRL:
            done = X509_STORE_add_crl(store, X509_OBJECT_get0_X509_CRL(item))
        else:
            done = X509_STORE_add_cert(store, X509_OBJECT_get0_X509(item))
        if not done:
            break
    sk_X509_OBJECT_pop_free(objects, X509_OBJECT_free)
    return done


cdef int _add(SSL_CTX *ctx, Trust *trust, X509_STORE *bundle, X509Stack *certificates,
              const char *directory) except -1:
    """0 if another thread has replaced the store in the meantime, so that all was in vain; else 1."""
    cdef X509_STORE *current = SSL_CTX_get_cert_store(ctx)
    cdef X509_STORE *target = NULL
    # Asked with the GIL, as the store is: a moment later the context may have one of its own.
    cdef bint shared = trust.shared
    cdef int done
    ERR_clear_error()
    if not X509_STORE_up_ref(current):
        raise_ssl_error()
    with nogil:
        if shared:
            target = X509_STORE_new()
            done = target != NULL and _add_objects(target, current)
        else:
            target = current
            done = 1
        # First what can fail for a reason other than memory.
        if done and directory != NULL:
            done = RG_load_directory(target, directory)
        if done and bundle != NULL and bundle != current:
            done = _add_objects(target, bundle)
        if done and certificates != NULL:
            done = _add_all(target, certificates)
    try:
        if not done:
            raise_ssl_error()
        ERR_clear_error()
        if target == current:
            return 1
        if SSL_CTX_get_cert_store(ctx) != current:
            return 0
        _set_store(ctx, target, False)
        return 1
    finally:
        if target != current:
            X509_STORE_free(target)
        X509_STORE_free(current)


cdef int add_trust(SSL_CTX *ctx, X509_STORE *bundle, X509Stack *certificates, const char *directory) except -1:
    """Let a context trust more; each of the three may be NULL.

    On an error nothing has changed, unless memory ran out while a store of the context's own was added to.
    """
    cdef Trust *trust = _trust_of(ctx)
    cdef bint more = certificates != NULL or directory != NULL
    if not more and (bundle == NULL or bundle == SSL_CTX_get_cert_store(ctx)):
        return 0
    if not more and not trust.used:
        _set_store(ctx, bundle, True)
        trust.used = True
        return 0
    # From here on no other thread takes the store for the empty one.
    trust.used = True
    while not _add(ctx, trust, bundle, certificates, directory):
        pass
    return 0
