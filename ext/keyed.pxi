# The core of `hmac.HMAC`.
#
# For the other parts: nothing.

@cython.binding(False)
cdef class KeyedHash:
    """KeyedHash(key, msg=None, digestmod='')
--

What `hmac.HMAC` is made of: OpenSSL's HMAC, or two hash objects of any kind.

A subclass supplies what is policy or rare: `_rg_default_digest()` names the digest when none is given,
`_rg_take_key(key, digestmod)` makes bytes of a key of another type (or None: leave the object empty), and
`_init_old(key, msg, digestmod)` sets `_inner`, `_outer`, `digest_size` and `block_size` for a digest that is
not OpenSSL's."""

    cdef HMAC keyed
    cdef object inner_hash
    cdef object outer_hash
    cdef object constructor
    cdef object own_digest_size
    cdef object own_block_size

    # `old` in the setters outlives the assignment: Cython lets the old value go before the new one is in
    # place, and its end may run code that looks.

    def __init__(self, key, msg=None, digestmod=''):
        cdef Algorithm algorithm
        if not digestmod:
            digestmod = self._rg_default_digest()
        if not isinstance(key, (bytes, bytearray)):
            key = self._rg_take_key(key, digestmod)
            if key is None:
                return
        try:
            algorithm = hmac_algorithm(digestmod)
        except UnsupportedDigestmodError:
            self._init_old(key, msg, digestmod)
            return
        self.adopt(keyed_with(algorithm, key))
        if msg is not None:
            update_hmac(self.keyed, msg)

    cdef int adopt(self, HMAC keyed) except -1:
        old = self.inner_hash, self.outer_hash
        self.keyed = keyed
        self.inner_hash = self.outer_hash = None
        self.own_digest_size = keyed.algorithm.digest_size
        self.own_block_size = keyed.algorithm.block_size
        return 0

    cdef int part(self) except -1:
        """Go over to two hash objects, as callers that ask for them may change them."""
        if self.keyed is None:
            return 0
        if self.keyed.mac != NULL:
            raise AttributeError("the provider of %s does not show the parts of an HMAC" % self.keyed.algorithm.name)
        self.inner_hash, self.outer_hash = self.keyed.parts()
        self.keyed = None
        return 0

    @property
    def digest_size(self):
        return self.own_digest_size

    @digest_size.setter
    def digest_size(self, value):
        old, self.own_digest_size = self.own_digest_size, value

    @property
    def block_size(self):
        return self.own_block_size

    @block_size.setter
    def block_size(self, value):
        old, self.own_block_size = self.own_block_size, value

    @property
    def _hmac(self):
        return self.keyed

    @_hmac.setter
    def _hmac(self, value):
        if value is None:
            self.keyed = None
        else:
            self.adopt(value)

    @property
    def _inner(self):
        return self.inner_hash

    @_inner.setter
    def _inner(self, value):
        self.keyed = None
        old, self.inner_hash = self.inner_hash, value

    @property
    def _outer(self):
        return self.outer_hash

    @_outer.setter
    def _outer(self, value):
        self.keyed = None
        old, self.outer_hash = self.outer_hash, value

    @property
    def inner(self):
        self.part()
        return self.inner_hash

    @inner.setter
    def inner(self, value):
        self.part()
        old, self.inner_hash = self.inner_hash, value

    @property
    def outer(self):
        self.part()
        return self.outer_hash

    @outer.setter
    def outer(self, value):
        self.part()
        old, self.outer_hash = self.outer_hash, value

    @property
    def digest_cons(self):
        if self.constructor is None and self.keyed is not None:
            return constructor_of(self.keyed.algorithm)
        return self.constructor

    @digest_cons.setter
    def digest_cons(self, value):
        old, self.constructor = self.constructor, value

    def update(self, msg):
        """update($self, msg)
--

Authenticate more bytes.

Args: msg (bytes-like; on 2.7 also ASCII unicode)."""
        if self.keyed is not None:
            update_hmac(self.keyed, msg)
        else:
            self.inner_hash.update(msg)

    def digest(self):
        """digest($self)
--

Return the HMAC of what was given so far (bytes)."""
        if self.keyed is not None:
            return digest_of_hmac(self.keyed)
        return self._current().digest()

    def hexdigest(self):
        """hexdigest($self)
--

Return the HMAC of what was given so far (text, two digits for each byte)."""
        if self.keyed is not None:
            return hexdigest_of_hmac(self.keyed)
        return self._current().hexdigest()

    def _current(self):
        """Return an object whose digest() is the HMAC of what was given so far."""
        if self.keyed is not None:
            return self.keyed
        outer = self.outer_hash.copy()
        outer.update(self.inner_hash.digest())
        return outer

    def copy(self):
        """copy($self)
--

Return a second object in the same state."""
        cdef KeyedHash twin = type(self).__new__(type(self))
        twin.own_digest_size = self.own_digest_size
        twin.own_block_size = self.own_block_size
        twin.constructor = self.constructor
        if self.keyed is not None:
            twin.keyed = self.keyed.twin()
        else:
            twin.inner_hash = self.inner_hash.copy()
            twin.outer_hash = self.outer_hash.copy()
        return twin

    def __copy__(self):
        """Return what `copy.copy` does of an object with two attributes: a second object with the same state in it."""
        cdef KeyedHash twin = type(self).__new__(type(self))
        twin.own_digest_size = self.own_digest_size
        twin.own_block_size = self.own_block_size
        twin.constructor = self.constructor
        twin.keyed = self.keyed
        twin.inner_hash = self.inner_hash
        twin.outer_hash = self.outer_hash
        if hasattr(self, "__dict__"):
            twin.__dict__.update(self.__dict__)
        return twin

    def __reduce__(self):
        raise TypeError("cannot pickle '%s.%s' object" % (type(self).__module__, type(self).__name__))

    @property
    def name(self):
        if self.keyed is not None:
            return self.keyed.name
        return "hmac-%s" % (self.inner_hash.name,)


cdef object constructor_of(Algorithm algorithm):
    """A function that makes hash objects of a digest, as 2.7's `HMAC.digest_cons`."""
    for function, name in _constructors.items():
        if name == algorithm.name:
            return function

    def construct_by_name(data=b""):
        return new_hash(algorithm, data)
    return construct_by_name
