"""What a release had: the registry, and what `regraft.profiles.names` and its neighbours add to it."""
from __future__ import absolute_import, division, print_function

from regraft import features
from regraft._compat import PY2
from regraft.profiles import names

# Modules of which a release of 2.7 shows only what is known to be in it; of the others all but what is known not to be.
LISTED = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac")
# By module, where the names of a module without their own facts are looked up.
PUBLIC = {"_ssl": "ssl", "_hashlib": "hashlib"}

NONE = (9999, 0, 0)


def parse(text):
    """Return a release as a tuple of three int; None as one after all others."""
    return NONE if text is None else features.parse_release(text)


def _read(table, patch=None):
    """Return the releases of a table of `names` by name; a series stands for its first one, or for `patch`."""
    found = {}
    for text, words in table:
        release = parse(text)
        if patch is not None and text.count(".") == 1:
            release = release[:2] + (patch,)
        found.update((name, release) for name in words.split())
    return found


def make():
    """Return the facts of this interpreter's language: `Facts2` or `Facts3`."""
    return Facts2() if PY2 else Facts3()


class Facts2(object):
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

    def hidden_constants(self, release):
        """Return the constants that enumerations must not have: none, as 2.7 shows no enumerations (frozenset)."""
        return frozenset()

    def known(self):
        """Return all names that the registry or this package says something about (list of str, sorted)."""
        return sorted(self._first)


class Facts3(object):
    """Which releases of 3.x had a name: all of those that are younger than what is said to have brought it."""

    def __init__(self):
        self._rows = {}
        for row in features.rows():
            if row["first_3"]:
                self._rows.update((name, row) for name in row["names"])
        self._first = _read(names.FIRST_3)
        self._last = _read(names.LAST_3, 9999)

    def has(self, name, release):
        """Return whether a release of 3.x had a name.

        Args: name (str); release (tuple of int).
        """
        if name in self._first:
            return self._first[name] <= release <= self._last.get(name, NONE)
        row = self._rows.get(name)
        if row is not None and row["kind"] == "feature":
            return features.release_has(row, release)
        module, _, rest = name.partition(".")
        if name not in self._last and module in PUBLIC:
            public = "%s.%s" % (PUBLIC[module], rest)
            if public in self._first or public in self._rows or public in self._last:
                return self.has(public, release)
        return release <= self._last.get(name, NONE)

    def hidden_constants(self, release):
        """Return the options and verify flags that a release had not, without module (frozenset of str)."""
        return frozenset(name[4:] for name in self.known()
                         if name.startswith(("ssl.OP_", "ssl.VERIFY_")) and not self.has(name, release))

    def known(self):
        """Return all names that the registry or this package says something about (list of str, sorted)."""
        return sorted(set(self._rows) | set(self._first) | set(self._last))
