# `_hashlib.new`, the constructors `openssl_*`, and the list of what OpenSSL offers.
#
# For the other parts: resolve_digestmod(), choose_data(), _constructors.

cdef bint _warns_of_string = False


cdef inline object choose_data(str function, int position, object first, object data, object string):
    """What to hash, of the parameter by position or by name and of its old name; `_ABSENT` if nothing."""
    if data is _ABSENT and string is _ABSENT:
        return first
    return choose_named(function, position, first, data, string)


cdef object choose_named(str function, int position, object first, object data, object string):
    if data is not _ABSENT:
        if first is not _ABSENT:
            raise TypeError("argument for %s() given by name ('data') and position (%d)" % (function, position))
        first = data
    if string is _ABSENT:
        return first
    if first is not _ABSENT:
        raise TypeError("'data' and 'string' are mutually exclusive and support for 'string' keyword parameter "
                        "is slated for removal in a future version.")
    if _warns_of_string:
        PyErr_WarnEx(DeprecationWarning,
                     b"the 'string' keyword parameter is deprecated since Python 3.15 and slated for removal in "
                     b"Python 3.19; use the 'data' keyword parameter or pass the data to hash as a positional "
                     b"argument instead", 1)
    return string


def set_hash_warnings(bint warn_of_string):
    """Say whether the `string` keyword of the constructors gives 3.15's DeprecationWarning.

    Args: warn_of_string (bool).
    """
    global _warns_of_string
    _warns_of_string = warn_of_string


# A parameter that is given by position or by name is two here, `first` and `data`: given both, the error has the words
# of CPython's, and not those of Cython, whose parsing knows no such thing.

# ---- constructors ------------------------------------------------------------------------------------------

# The digests with a constructor of their own, each at the index that its constructor gives.
cdef tuple _CONSTRUCTED = (
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512",
    "sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake_128", "shake_256")

cdef PyObject *_constructor_algorithms[12]


cdef inline object construct(int index, object first, object data, bint for_security, object string):
    cdef Algorithm algorithm
    if for_security and _constructor_algorithms[index] != NULL:
        algorithm = <Algorithm>_constructor_algorithms[index]
    else:
        algorithm = constructor_algorithm(index, for_security)
    if data is not _ABSENT or string is not _ABSENT:
        first = choose_named("openssl_" + _CONSTRUCTED[index], 1, first, data, string)
    return new_hash(algorithm, first)


cdef Algorithm constructor_algorithm(int index, bint for_security):
    cdef Algorithm algorithm = find_algorithm(_CONSTRUCTED[index], for_security)
    if for_security and _constructor_algorithms[index] == NULL:
        Py_INCREF(algorithm)
        _constructor_algorithms[index] = <PyObject *>algorithm
    return algorithm


@cython.binding(False)
def new(first_name=_ABSENT, first=_ABSENT, /, *, name=_ABSENT, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """new(name, data=b'', *, usedforsecurity=True, string=None)
--

Return a hash object of the digest of that name, in Python's spelling or OpenSSL's.

Args:
    name (str): such as "sha256" or "SHA2-256".
    data (bytes-like; on 2.7 also ASCII unicode): the first bytes to hash.
    usedforsecurity (bool): False also finds digests that a FIPS configuration forbids.
    string: the former name of `data`.
Returns: HASH or HASHXOF.
Raises: UnsupportedDigestmodError (a ValueError) if OpenSSL does not offer the digest.
"""
    if name is _ABSENT:
        name = first_name
    elif first_name is not _ABSENT:
        raise TypeError("argument for new() given by name ('name') and position (1)")
    if name is _ABSENT:
        raise TypeError("new() missing required argument 'name' (pos 1)")
    data = choose_data("new", 2, first, data, string)
    return new_hash(find_algorithm(digest_name(name, "new() argument 'name'"), usedforsecurity), data)


@cython.binding(False)
def openssl_md5(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_md5(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of md5; the arguments are those of `new`."""
    return construct(0, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha1(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha1(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha1; the arguments are those of `new`."""
    return construct(1, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha224(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha224(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha224; the arguments are those of `new`."""
    return construct(2, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha256(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha256(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha256; the arguments are those of `new`."""
    return construct(3, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha384(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha384(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha384; the arguments are those of `new`."""
    return construct(4, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha512(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha512(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha512; the arguments are those of `new`."""
    return construct(5, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha3_224(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha3_224(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha3_224; the arguments are those of `new`."""
    return construct(6, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha3_256(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha3_256(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha3_256; the arguments are those of `new`."""
    return construct(7, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha3_384(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha3_384(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha3_384; the arguments are those of `new`."""
    return construct(8, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_sha3_512(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_sha3_512(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASH of sha3_512; the arguments are those of `new`."""
    return construct(9, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_shake_128(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_shake_128(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASHXOF of shake_128; the arguments are those of `new`."""
    return construct(10, first, data, usedforsecurity, string)


@cython.binding(False)
def openssl_shake_256(first=_ABSENT, /, *, data=_ABSENT, bint usedforsecurity=True, string=_ABSENT):
    """openssl_shake_256(data=b'', *, usedforsecurity=True, string=None)
--

Return a HASHXOF of shake_256; the arguments are those of `new`."""
    return construct(11, first, data, usedforsecurity, string)


cdef dict _constructor_indexes = {globals()["openssl_" + name]: i for i, name in enumerate(_CONSTRUCTED)}
_constructors = PyDictProxy_New({function: _CONSTRUCTED[i] for function, i in _constructor_indexes.items()})


cdef Algorithm resolve_digestmod(object digestmod):
    """The digest that is meant by a name or by one of our constructors; None if it is something else."""
    if isinstance(digestmod, str):
        return find_algorithm(<str>digestmod, True)
    if RG_HASHES_TAKE_TEXT and isinstance(digestmod, unicode):
        return find_algorithm(digest_name(digestmod, "digestmod"), True)
    if type(digestmod) is _CONSTRUCTOR_TYPE:
        index = _constructor_indexes.get(digestmod)
        if index is not None:
            return constructor_algorithm(index, True)
    return None


cdef object _CONSTRUCTOR_TYPE = type(openssl_md5)


@cython.binding(False)
def list_digests():
    """list_digests()
--

Return the names of the digests that OpenSSL's active providers offer (frozenset of str)."""
    cdef int nids[DIGEST_NIDS]
    cdef int count = RG_digest_nids(nids, DIGEST_NIDS)
    cdef int i
    return frozenset([python_name(nids[i]) for i in range(count)])


@cython.binding(False)
def get_fips_mode():
    """get_fips_mode()
--

Return whether OpenSSL's default properties ask for FIPS-approved algorithms (int, 0 or 1)."""
    return RG_fips_mode()


belong_to("_hashlib", list(_constructor_indexes) + [new, get_fips_mode])
