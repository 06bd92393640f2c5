"""`hashlib`, `_hashlib` and `hmac` of releases of 2.7."""
from __future__ import absolute_import, division, print_function

from regraft import _openssl
from regraft._compat import string_types

GUARANTEED = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


class Constructor(object):
    """What makes hash objects of one digest. No function of Python: those become methods in a class."""

    def __init__(self, name):
        self.__name__ = "openssl_" + name
        self.__module__ = "_hashlib"
        self._make = getattr(_openssl, "openssl_" + name)

    def __call__(self, string=b""):
        return self._make(string)

    def __repr__(self):
        return "<built-in function %s>" % self.__name__


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
        shown["__all__"] = GUARANTEED
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
        start(self, key, msg, "" if digestmod is None else digestmod)

    def new(key, msg=None, digestmod=None):
        """Return a new HMAC; without `digestmod` that of MD5."""
        return cls(key, msg, digestmod)

    init.__name__ = "__init__"
    cls.__init__ = init
    new.__module__ = "hmac"
    return {"new": new}
