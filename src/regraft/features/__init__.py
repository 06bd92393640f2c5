"""The registry: each security feature and fix of the covered modules, and how to ask whether this process has it.

The rows are plain literals in the modules beside this one. They are the one source of the "Security Considerations" of
the documentation, of `python -m regraft doctor` and of what `regraft-tools scan` suggests; tests run each recipe.
Importing this package imports neither `ssl` nor the extension: a query does, when it asks.

A row is a dict:

    name            what queries take: "alpn"
    title           a phrase that goes on "... is missing"
    kind            "feature": there are names to look for; "default": a default that became safer; "fix": a hole
                    that was closed
    module          the covered module: ssl, hashlib, hmac, os, random, secrets
    names           public names that belong to it: "ssl.SSLContext.set_alpn_protocols"
    first_2_7       first maintenance release of 2.7 that has it, or None
    first_3         first releases of 3.x that have it, oldest first; a fix has one for each series that got it.
                    Empty: it is of 2.7 alone, and regraft does not bring it to 3.x either
    first_regraft   first release of regraft that has it; None for a default that stays the host's, because programs
                    rely on it, unless REGRAFT_DEFAULTS=newest
    affected        of a fix: the first releases that had the hole, by "2.7" and "3", of those from 2.7.0 and 3.2 on;
                    None there for never
    unconfirmed     sentences about facts of this row that no source confirms
    openssl         oldest OpenSSL with which it works, or None
    openssl_fixed   of a fix: the OpenSSL with which the hole is closed whatever Python does, or None; queries go by it
                    where there is no recipe `detect`
    capabilities    keys of the extension's CAPABILITIES without which it is not there
    cves            CVE numbers
    defends         what it defends against, a sentence
    beyond          why that concerns others than the program and its machine, a sentence
    sources         issues, PEPs, RFCs, sections of the documentation
    detect harden relax default
                    recipes: code of the standard library alone, for 2.7 and 3.x, to be pasted; or None. The first
                    sets `available`, the last `default`
    without         for each recipe that is None, why
"""
from __future__ import absolute_import, division, print_function

import importlib
import os
import sys
import warnings

from regraft import _behavior, libraries
from regraft.features import (
    certificates, ciphers, connections, crashes, fixes, handshake, hashes, keyexchange, randomness, tls)

__all__ = ["MissingFeatureError", "MissingFeatureWarning", "RECIPES", "default", "get", "has", "names", "require",
           "rows", "warn_missing"]

RECIPES = ("detect", "harden", "relax", "default")

_ROWS = (tls.ROWS + handshake.ROWS + ciphers.ROWS + keyexchange.ROWS + connections.ROWS + certificates.ROWS + hashes.ROWS
         + randomness.ROWS + fixes.ROWS + crashes.ROWS)
_BY_NAME = dict((row["name"], row) for row in _ROWS)
_warned = set()


class MissingFeatureError(RuntimeError):
    """This process lacks a security feature that was required.

    Attributes:
        names (tuple of str): the features, as in the registry.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """

    def __init__(self, names, text):
        RuntimeError.__init__(self, text)
        self.names = names


class MissingFeatureWarning(RuntimeWarning):
    """This process goes on without a security feature.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """


def rows():
    """Return all rows, in the order of the documentation.

    Returns:
        list of dict; the rows themselves, which are not to be changed.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """
    return list(_ROWS)


def names():
    """Return the names of all rows (list of str).

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """
    return [row["name"] for row in _ROWS]


def get(name):
    """Return a row.

    Args:
        name (str): as in `names()`.
    Returns:
        dict; the row itself, which is not to be changed.
    Raises:
        LookupError: there is no such row.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """
    try:
        row = _BY_NAME.get(name)
    except TypeError:  # a list, for instance
        row = None
    if row is None:
        import difflib  # only a mistake pays for it

        near = difflib.get_close_matches(str(name), sorted(_BY_NAME), 1)
        raise LookupError("the registry has no feature %r%s; regraft.features.names() lists them"
                          % (name, ": did you mean %r?" % near[0] if near else ""))
    return row


def has(name):
    """Return whether this process has a feature, with the modules and the OpenSSL that are in force.

    It runs the row's recipe `detect`, stock or regrafted, and so imports the module. What nothing shows from outside
    is judged by the release of the interpreter, unless the module in force is regraft's.

    Args:
        name (str): as in `names()`.
    Returns:
        bool
    Raises:
        LookupError: there is no such row.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """
    row = get(name)
    if row["detect"] is None:
        return is_by_release(row)
    return bool(run(row, "detect")["available"])


def require(*names):
    """Do nothing if this process has all of these features.

    Args:
        names (str): as in `names()`.
    Raises:
        MissingFeatureError: it lacks some; the text says what is loaded, what is needed and what to do.
        LookupError: there is no such row.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """
    missing = [row for row in map(get, _checked(names)) if not has(row["name"])]
    if missing:
        raise MissingFeatureError(tuple(row["name"] for row in missing), explain(missing))


def warn_missing(*names):
    """Warn, once per process and feature, if this process lacks one of these features.

    The way for a library that goes on without: a `MissingFeatureWarning` that points at the caller's caller.

    Args:
        names (str): as in `names()`.
    Returns:
        bool: True if all are there.
    Raises:
        LookupError: there is no such row.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """
    missing = [row for row in map(get, _checked(names)) if not has(row["name"])]
    new = [row for row in missing if row["name"] not in _warned]
    if new:
        # An error that a filter makes of it must not be the last that is heard of it.
        warnings.warn(explain(new), MissingFeatureWarning, stacklevel=3)
        _warned.update(row["name"] for row in new)
    return not missing


def default(name):
    """Return the setting that this process has for a feature unless it opts in or out.

    Args:
        name (str): as in `names()`.
    Returns:
        what the row's recipe `default` finds: a bool, a number, text, None or a list of these.
    Raises:
        MissingFeatureError: the feature is not there.
        LookupError: there is no such row, or it has no default; the text says why.

    Since: regraft 0.1.0.
    Source: docs/features.rst.
    """
    row = get(name)
    if row["default"] is None:
        raise LookupError("%s has no default: %s" % (name, row["without"]["default"]))
    if row["kind"] != "default":
        require(name)
    try:
        # Of a default that is not in force the setting is wanted all the more; it may have no name here.
        return run(row, "default")["default"]
    except AttributeError:
        require(name)
        raise


def run(row, recipe):
    """Run a recipe of a row as a module of its own, and return its globals (dict).

    Args: row (dict); recipe (str), one of RECIPES.
    """
    namespace = {"__name__": "regraft_recipe"}
    title = "<recipe %s of %s>" % (recipe, row["name"])
    # As pasted: the `from __future__` lines of this file are not the reader's.
    exec(compile(row[recipe], title, "exec", 0, True), namespace)
    return namespace


def is_by_release(row):
    """Return whether a row holds going by releases: others' modules have what their release had, regraft's have all.

    But for the host's defaults, and on 3.x what is of 2.7 alone. A hole that only older OpenSSLs have is closed by a
    newer one, too.

    Args: row (dict)
    """
    if release_has(row, _behavior.HOST_RELEASE):
        return True
    version = getattr(_find_module("ssl"), "OPENSSL_VERSION", None)
    if row["openssl_fixed"] is not None and libraries.is_openssl(version, row["openssl_fixed"]):
        return True
    return is_regrafted(row["module"]) and regraft_has(row, _behavior.HOST_RELEASE)


def regraft_has(row, release):
    """Return whether regraft brings what a row is about to a release of CPython that has it not, with no setting.

    Args:
        row (dict)
        release (tuple of int): such as (3, 9, 18).
    """
    if row["first_regraft"] is None:
        return False
    return release[0] == 2 or row["kind"] == "fix" or bool(row["first_3"])


def is_regrafted(name):
    """Return whether a covered module, imported now, is regraft's; `os` is if its `urandom` is.

    Args: name (str), as in `module` of a row.
    """
    from regraft import activation

    if name == "os":
        return os.urandom is getattr(sys.modules.get("regraft._openssl"), "urandom", None)
    module = _find_module(name)
    return module is not None and activation.is_ours(module)


def release_has(row, release):
    """Return whether a release of CPython has what a row is about; a distribution may have patched its own.

    Args:
        row (dict)
        release (tuple of int): such as (3, 9, 18).
    """
    if row["affected"] is not None and _is_before(release, row["affected"]):
        return True
    if release[0] == 2:
        return row["first_2_7"] is not None and release >= parse_release(row["first_2_7"])
    firsts = [parse_release(each) for each in row["first_3"]]
    same_series = [each for each in firsts if each[:2] == release[:2]]
    if same_series:
        return release >= same_series[0]
    return bool(firsts) and release[:2] > firsts[-1][:2]


def _is_before(release, affected):
    first = affected["2.7" if release[0] == 2 else "3"]
    return first is None or release < parse_release(first)


def parse_release(text):
    """Return a release as a tuple of int: "3.9" as (3, 9, 0).

    Args: text (str)
    """
    numbers = tuple(int(each) for each in text.split("."))
    return numbers + (0,) * (3 - len(numbers))


def explain(missing):
    """Return the text that tells a person that features are missing, why, and what to do.

    Args: missing (list of dict), rows.
    """
    lines = []
    for row in missing:
        lines.append("%s (feature %r) is missing" % (row["title"], row["name"]))
        lines.append("  needed: %s" % describe_need(row))
    wanted = sorted(set(row["module"] for row in missing))
    lines.append("  loaded: %s" % "; ".join(map(_describe_module, wanted)))
    brought = [row for row in missing if regraft_has(row, _behavior.HOST_RELEASE)]
    if any(row["first_regraft"] is None for row in missing):
        lines.append("  do: REGRAFT_DEFAULTS=newest with regraft, or the row's recipe `harden` for a context of your own")
    if any(row["first_regraft"] is not None and row not in brought for row in missing):
        lines.append("  do: do without; nothing brings to Python 3 what was of 2.7 alone")
    if brought and all(is_regrafted(row["module"]) for row in brought):
        lines.append("  do: give regraft an OpenSSL that has it; `python -m regraft status` shows the one in use")
    elif brought:
        lines.append("  do: `python -m regraft run PROGRAM`, or `python -m regraft enable` for this environment")
    return "\n".join(lines)


def describe_need(row):
    """Return in words which releases have a row (str): "Python 2.7.10, Python 3.5 or regraft 0.1.0".

    Args: row (dict)
    """
    found = ["Python %s" % each for each in [row["first_2_7"]] + row["first_3"] if each]
    ours = "regraft %s" % row["first_regraft"] if row["first_regraft"] else "regraft with REGRAFT_DEFAULTS=newest"
    need = " or ".join([", ".join(found)] * bool(found) + [ours])
    return need + (", with OpenSSL %s or newer" % row["openssl"] if row["openssl"] else "")


def _find_module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _describe_module(name):
    from regraft import activation

    module = _find_module(name)
    if module is None:
        return "no module %s" % name
    said = "%s from %s" % (name, getattr(module, "__file__", None) or "the interpreter")
    version = getattr(module, "OPENSSL_VERSION", None)
    built = getattr(sys.modules.get("_ssl"), "_OPENSSL_API_VERSION", None)
    if version and built:
        return "%s with %s, built with OpenSSL %s" % (said, version, activation.name_version(*built[:4]))
    return said


def _checked(names):
    if not names:
        raise TypeError("name at least one feature; regraft.features.names() lists them")
    return names
