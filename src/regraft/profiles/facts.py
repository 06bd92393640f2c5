"""What a release had: the registry, and what `regraft.profiles.names` and its neighbours add to it."""
from __future__ import absolute_import, division, print_function

from regraft import features
from regraft.profiles import names

# Modules of which a release of 2.7 shows only what is known to be in it; of the others all but what is known not to be.
LISTED = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac")
# By module, where the names of a module without their own facts are looked up.
PUBLIC = {"_ssl": "ssl", "_hashlib": "hashlib"}

NONE = (9999, 0, 0)


def parse(text):
    """Return a release as a tuple of three int; None as one after all others."""
    return NONE if text is None else features.parse_release(text)


def _read(table):
    return dict((name, parse(release)) for release, words in table for name in words.split())


class Facts(object):
    """Which release of 2.7 first had a name, and last.

    Read once, when a release is emulated: it takes a millisecond.
    """

    def __init__(self):
        self._first = {}
        for row in features.rows():
            for name in row["names"]:
                self._first[name] = parse(row["first_2_7"])
        self._first.update(_read(names.FIRST_2_7))
        self._last = _read(names.LAST_2_7)

    def first(self, name):
        """Return the first release of 2.7 with a name (tuple of int); `NONE` if there is none, None if nothing says.

        Args: name (str), with its module: "ssl.SSLContext.set_alpn_protocols".
        """
        found = self._first.get(name)
        if found is None:
            module, _, rest = name.partition(".")
            if module in PUBLIC:
                found = self._first.get("%s.%s" % (PUBLIC[module], rest))
        if found is None and name.count(".") > 1:
            # A member is as old as its class, unless it is said to be younger.
            return self.first(name.rpartition(".")[0])
        return found

    def has(self, name, release):
        """Return whether a release of 2.7 had a name.

        Args: name (str); release (tuple of int).
        """
        first = self.first(name)
        if first is None:
            if name.partition(".")[0] == "secrets":
                return False
            if name.startswith("ssl.ALERT_DESCRIPTION_") or name.startswith("_ssl.ALERT_DESCRIPTION_"):
                return False
            return name.partition(".")[0] not in LISTED
        return first <= release <= self._last.get(name, NONE)

    def known(self):
        """Return all names that the registry or this package says something about (list of str, sorted)."""
        return sorted(self._first)
