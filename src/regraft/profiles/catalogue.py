"""The releases that can be emulated, by name."""
from __future__ import absolute_import, division, print_function

from regraft import features
from regraft._compat import PY2
from regraft.profiles import EmulationError, HOST, NEWEST, limits

LAST_OF_2_7 = 18

# What "3.9" means: the maintenance release whose snapshot was taken (snapshots/cpython-*.json).
SERIES = (("3.6", "3.6.15"), ("3.7", "3.7.16"), ("3.8", "3.8.18"), ("3.9", "3.9.18"), ("3.10", "3.10.13"),
          ("3.11", "3.11.7"), ("3.12", "3.12.1"), ("3.13", "3.13.0"), ("3.14", "3.14.10"))


def list_names(is_2=PY2):
    """Return the names of releases of a language, oldest first (list of str).

    Args: is_2 (bool): 2.7, not 3.x; default the interpreter's.
    """
    return _list_2() if is_2 else _list_3()


def _list_2():
    return ["2.7.%d" % patch for patch in range(LAST_OF_2_7 + 1)]


def _list_3():
    """Return the series, and of their maintenance releases those in which the registry says that something changed."""
    known = dict(SERIES)
    found = set(known) | set("%s.0" % each for each in known)
    for row in features.rows():
        if row["kind"] != "fix":
            found.update(each for each in row["first_3"]
                         if each.count(".") == 2 and each.rpartition(".")[0] in known)
    return sorted(found, key=lambda name: (features.parse_release(name)[:2], name.count("."), features.parse_release(name)))


def find(name):
    """Return the release that a name of `list_names()` stands for.

    Args: name (str).
    Returns: tuple of three int.
    Raises: EmulationError: there is no such release, or it is of the other language.
    """
    if name in list_names():
        return features.parse_release(dict(SERIES).get(name, name))
    if name in _list_2() or name in _list_3():
        raise EmulationError(
            "%s cannot be emulated by this interpreter, which is a Python %s: that is another language, and a program"
            " for the one does not run on the other. Use a Python %s" % (
                name, "2" if PY2 else "3", "3" if PY2 else "2.7"))
    import difflib  # only a mistake pays for it

    near = difflib.get_close_matches(str(name), list_names(), 1)
    raise EmulationError("there is no release %r%s. Known here: %s, %s, %s" % (
        name, ": did you mean %s?" % near[0] if near else "", ", ".join(list_names()), NEWEST, HOST))


def describe(name, release=None):
    """Return what `regraft.profiles.describe` says.

    Args: name (str); release (tuple of int), which it stands for, if it is not of this interpreter's language.
    """
    release = release or find(name)
    lacking = [row for row in features.rows() if row["kind"] != "fix" and not features.release_has(row, release)]
    return {
        "release": name,
        "number": "%d.%d.%d" % release,
        "brought": [row["name"] for row in features.rows()
                    if row["kind"] != "fix" and _is_first(row, release)],
        "lacks": [_show(row, release) for row in lacking if row["kind"] == "feature"],
        "weaker": [_show(row, release) for row in lacking if row["kind"] == "default"],
        "not_emulated": limits.select(limits.NOT_EMULATED, release),
        "unconfirmed": limits.select(limits.UNCONFIRMED, release) + [
            "%s: %s" % (row["name"], each) for row in lacking for each in row["unconfirmed"]],
    }


def _is_first(row, release):
    if release[0] == 2:
        return row["first_2_7"] is not None and features.parse_release(row["first_2_7"]) == release
    return any(features.parse_release(each) == release for each in row["first_3"])


def _show(row, release):
    first = row["first_2_7"] if release[0] == 2 else ", ".join(row["first_3"])
    return {"name": row["name"], "title": row["title"], "first": first or None}
