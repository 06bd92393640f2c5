"""`hashlib`, `_hashlib` and `hmac` of releases: constructors and functions with the parameters of then."""
from __future__ import absolute_import, division, print_function

from regraft import _openssl
from regraft._compat import keyword_only, string_types

GUARANTEED = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


class Constructor(object):
    """What makes hash objects of one digest. No function of Python: those become methods in a class."""

    def __init__(self, name):
        self.__name__ = "openssl_" + name
        self.__module__ = "_hashlib"
        self._make = getattr(_openssl, "openssl_" + name)

    def __call__(self, string=b""):
        return self._make(string)

    def __eq__(self, other):
        # `digest_cons` of an HMAC is the function itself.
        return other is self._make or isinstance(other, Constructor) and other._make is self._make

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._make)

    def __reduce__(self):
        return self.__name__  # pickle finds it in `_hashlib`, as it does the built-in function

    def __repr__(self):
        return "<built-in function %s>" % self.__name__


class NewerConstructor(Constructor):
    """One of 3.9 to 3.14."""

    @keyword_only("usedforsecurity")
    def __call__(self, string=b"", usedforsecurity=True):
        return self._make(string, usedforsecurity=usedforsecurity)


def bare(digestmod):
    """Return the extension's function in the place of a constructor; it knows that one."""
    return digestmod._make if isinstance(digestmod, Constructor) else digestmod


CONSTRUCTORS = dict((name, Constructor(name)) for name in GUARANTEED)


def change(name, whole, presenter):
    """Let the classes of a module behave as of the release, and return what is to be shown instead of its names."""
    if name == "hmac":
        return _change_hmac(whole)
    find = getattr(whole, "__get_builtin_constructor", None)

    def new(name, string=b""):
        """Return a hash object by the name of its digest."""
        try:
            return _openssl.new(name, string)
        except ValueError:
            if find is None:
                raise
            return find(name)(string)

    new.__module__ = name
    shown = {"new": new}
    if name == "hashlib":
        shown.update(CONSTRUCTORS)
        if presenter.facts.has("hashlib.algorithms_guaranteed", presenter.release):
            shown["algorithms_guaranteed"] = set(GUARANTEED)
            shown["algorithms_available"] = set(GUARANTEED).union(_openssl.list_digests())
    else:
        shown.update(("openssl_" + each, CONSTRUCTORS[each]) for each in GUARANTEED)
    return shown


def _change_hmac(whole):
    cls = whole.HMAC
    start = cls.__init__

    def init(self, key, msg=None, digestmod=None):
        if isinstance(digestmod, string_types):
            # It went for a module.
            raise AttributeError("%r object has no attribute 'new'" % type(digestmod).__name__)
        shown = CONSTRUCTORS["md5"] if digestmod is None else digestmod
        start(self, key, msg, bare(shown))
        if isinstance(shown, Constructor):
            self.digest_cons = shown

    def new(key, msg=None, digestmod=None):
        """Return a new HMAC; without `digestmod` that of MD5."""
        return cls(key, msg, digestmod)

    init.__name__ = "__init__"
    cls.__init__ = init
    new.__module__ = "hmac"
    return {"new": new}


# ---- 3.x -------------------------------------------------------------------------

_LONGER = ("sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake_128", "shake_256")


# By class and digest: `hashlib` and `_hashlib` have the same ones.
_constructors = {}


def change_3(name, whole, release):
    """Let the classes of a module behave as of a release of 3.x, and return what is to be shown instead of its names."""
    if name == "hmac":
        return _change_hmac_3(whole, release)
    kind = NewerConstructor if release >= (3, 9) else Constructor
    digests = GUARANTEED + (_LONGER if name == "hashlib" or release >= (3, 9) else ())
    prefix = "" if name == "hashlib" else "openssl_"
    shown = dict((prefix + each, _constructors.setdefault((kind, each), kind(each))) for each in digests)
    shown["scrypt"] = scrypt
    if name == "hashlib":
        make = whole.new

        def new(name, data=b"", **kwargs):
            """Return a hash object by the name of its digest."""
            return make(name, data, **kwargs)
    elif release >= (3, 9):
        @keyword_only("usedforsecurity")
        def new(name, string=b"", usedforsecurity=True):
            """Return a hash object by the name of OpenSSL's digest."""
            return _openssl.new(name, string, usedforsecurity=usedforsecurity)
    else:
        def new(name, string=b""):
            """Return a hash object by the name of OpenSSL's digest."""
            return _openssl.new(name, string)
    new.__module__ = name
    shown["new"] = new
    if name == "_hashlib":
        shown.update(hmac_new=hmac_new, hmac_digest=hmac_digest)
    return shown


def hmac_new(key, msg=b"", digestmod=None):
    """Return an HMAC object of OpenSSL's digest."""
    return _openssl.hmac_new(key, msg, bare(digestmod))


def hmac_digest(key, msg, digest):
    """Return the HMAC of one message (bytes) by OpenSSL's digest."""
    return _openssl.hmac_digest(key, msg, bare(digest))


@keyword_only("salt")
def scrypt(password, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64):
    """Return a key (bytes) derived from a password by scrypt (RFC 7914)."""
    for what, value in (("salt", salt), ("n", n), ("r", r), ("p", p)):
        if value is None:
            raise TypeError("%s is required" % what)
    return _openssl.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=maxmem, dklen=dklen)


scrypt.__module__ = hmac_new.__module__ = hmac_digest.__module__ = "_hashlib"


def _change_hmac_3(whole, release):
    cls, make, start = whole.HMAC, whole.new, whole.HMAC.__init__
    missing = None if release < (3, 8) else ""

    def init(self, key, msg=None, digestmod=missing):
        start(self, key, msg, bare(digestmod) or "")

    def new(key, msg=None, digestmod=missing):
        return make(key, msg, bare(digestmod) or "")

    init.__name__, new.__doc__, new.__module__ = "__init__", make.__doc__, "hmac"
    cls.__init__ = init
    shown = {"new": new}
    if hasattr(whole, "digest"):
        compute = whole.digest

        def digest(key, msg, digest):
            return compute(key, msg, bare(digest))

        digest.__doc__, digest.__module__ = compute.__doc__, "hmac"
        shown["digest"] = digest
    return shown
