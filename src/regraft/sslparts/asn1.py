"""OpenSSL's objects (purposes of certificates) as named tuples, and the paths of trusted certificates."""
from __future__ import absolute_import, division, print_function

import os
from operator import itemgetter

from regraft import _openssl
from regraft._compat import PY2


class _Row(tuple):
    """What `collections.namedtuple` gives its classes, for the two of `ssl` on Python 2.

    There `collections` and two classes that it makes from source text cost a third of `import ssl`.
    """
    __slots__ = ()
    _fields = ()

    def __new__(cls, *values, **named):
        values += tuple(named.pop(field) for field in cls._fields[len(values):] if field in named)
        if named or len(values) != len(cls._fields):
            raise TypeError("%s() takes exactly %d arguments: %s"
                            % (cls.__name__, len(cls._fields), ", ".join(cls._fields)))
        return tuple.__new__(cls, values)

    @classmethod
    def _make(cls, iterable):
        return _Row.__new__(cls, *iterable)

    def _asdict(self):
        from collections import OrderedDict
        return OrderedDict(zip(self._fields, self))

    def _replace(self, **changes):
        unknown = sorted(set(changes) - set(self._fields))
        if unknown:
            raise ValueError("Got unexpected field names: %r" % (unknown,))
        return self._make([changes.get(field, value) for field, value in zip(self._fields, self)])

    def __repr__(self):
        pairs = ", ".join("%s=%r" % pair for pair in zip(self._fields, self))
        return "%s(%s)" % (type(self).__name__, pairs)

    def __getnewargs__(self):
        return tuple(self)

    def __getstate__(self):
        """Say that there is no state beside the values; pickle protocols 0 and 1 ask where there are slots."""


def _row_class(name, fields):
    if not PY2:
        from collections import namedtuple
        made = namedtuple(name, fields)
    else:
        names = tuple(fields.split())
        members = dict((field, property(itemgetter(index))) for index, field in enumerate(names))
        made = type(name, (_Row,), dict(members, __slots__=(), _fields=names))
    made.__module__ = "ssl"
    return made


DefaultVerifyPaths = _row_class(
    "DefaultVerifyPaths", "cafile capath openssl_cafile_env openssl_cafile openssl_capath_env openssl_capath")


def get_default_verify_paths():
    """Return where trusted certificates are looked for.

    Returns: DefaultVerifyPaths: `cafile` and `capath` (str, or None if there is no such file or directory) are what
        `SSLContext.set_default_verify_paths()` loads; then the environment variables and built-in paths of OpenSSL.
    Since: 2.7.9, 3.4. Differs: where neither of the built-in paths exists and neither variable is set, `cafile` and
        `capath` are those of the platform, which are what is loaded then; a `capath` of several directories is
        told if one of them exists.
    """
    cafile_env, built_in_file, capath_env, built_in_path = _openssl.get_default_verify_paths()
    _origin, cafile, capath = _openssl.find_default_trust()
    return DefaultVerifyPaths(
        cafile if os.path.isfile(cafile) else None,
        capath if any(os.path.isdir(each) for each in capath.split(os.pathsep)) else None,
        cafile_env, built_in_file, capath_env, built_in_path)


class _ASN1Object(_row_class("_ASN1Object", "nid shortname longname oid")):
    """An object of OpenSSL's table: number, short name, long name, dotted number."""
    __slots__ = ()

    def __new__(cls, oid):
        return super(_ASN1Object, cls).__new__(cls, *_openssl.txt2obj(oid, name=False))

    @classmethod
    def fromnid(cls, nid):
        """Look an object up by OpenSSL's number (int). Raises: ValueError if it is unknown."""
        return super(_ASN1Object, cls).__new__(cls, *_openssl.nid2obj(nid))

    @classmethod
    def fromname(cls, name):
        """Look an object up by short name, long name or dotted number (str). Raises: ValueError if it is unknown."""
        return super(_ASN1Object, cls).__new__(cls, *_openssl.txt2obj(name, name=True))


_ASN1Object.__module__ = "ssl"

# RFC 5280 section 4.2.1.12.
_PURPOSES = (("SERVER_AUTH", "1.3.6.1.5.5.7.3.1"), ("CLIENT_AUTH", "1.3.6.1.5.5.7.3.2"))


def _make_purpose():
    if not PY2:
        from enum import Enum
        return Enum("Purpose", _PURPOSES, module="ssl", type=_ASN1Object)

    Purpose = _PurposeMeta("Purpose", (_PurposeParts, _ASN1Object), {
        "__slots__": (), "__module__": "ssl",
        "__doc__": "What a certificate is for: `SERVER_AUTH` or `CLIENT_AUTH`."})
    for name, oid in _PURPOSES:
        setattr(Purpose, name, Purpose(oid))
    return Purpose


class _PurposeMeta(type):
    """What 3.15's `Purpose` does as an enumeration; calling it with a dotted number is 2.7's."""

    @property
    def __members__(cls):
        from collections import OrderedDict
        return OrderedDict((name, getattr(cls, name)) for name, _ in _PURPOSES)

    def __getitem__(cls, name):
        return cls.__members__[name]

    def __iter__(cls):
        return iter([getattr(cls, name) for name, _ in _PURPOSES])

    def __len__(cls):
        return len(_PURPOSES)

    def __contains__(cls, value):
        return any(value == member for member in cls)

    def __repr__(cls):
        return "<enum 'Purpose'>"


class _PurposeParts(object):
    """What 3.15's members have beside the four values."""
    __slots__ = ()

    @property
    def name(self):
        """str, "SERVER_AUTH" or "CLIENT_AUTH"."""
        return dict((oid, name) for name, oid in _PURPOSES)[self.oid]

    @property
    def value(self):
        """_ASN1Object: the plain object."""
        return _ASN1Object(self.oid)

    def __repr__(self):
        return "<%s: %r>" % (self, self.value)

    def __str__(self):
        return "Purpose." + self.name

    def __reduce_ex__(self, protocol):
        return type(self), (self.oid,)


Purpose = _make_purpose()
