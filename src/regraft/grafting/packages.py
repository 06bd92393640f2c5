"""Package managers: whether a tree is one's, whether it is at work, and what it says of the tree's files.

A root of a system is found above the tree, so that an image's is asked and not that of the machine.
"""
from __future__ import absolute_import, division, print_function

import contextlib
import errno
import fcntl
import glob
import io
import os
import re

from regraft.grafting import GraftError

# Files that say that a manager is there, files that it locks while it works, and how: fcntl() or flock().
_MANAGERS = (
    ("dpkg", "var/lib/dpkg/info", ("var/lib/dpkg/lock-frontend", "var/lib/dpkg/lock"), fcntl.lockf),
    ("rpm", "var/lib/rpm", ("var/lib/rpm/.rpm.lock",), fcntl.lockf),
    ("rpm", "usr/lib/sysimage/rpm", ("usr/lib/sysimage/rpm/.rpm.lock",), fcntl.lockf),
    ("apk", "lib/apk/db", ("lib/apk/db/lock",), fcntl.flock),
)


@contextlib.contextmanager
def held(library):
    """Keep the package manager that a tree belongs to from starting, while the tree is changed.

    Args: library (str), of the tree.
    Raises:
        GraftError: it is at work.
    """
    descriptors = []
    try:
        for root, name, locks, lock in _find_managers(library):
            for path in [os.path.join(root, each) for each in locks]:
                descriptor = _open(path)
                if descriptor is None:
                    continue
                descriptors.append(descriptor)
                try:
                    lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except EnvironmentError:
                    raise GraftError("%s is at work (it holds %s), and %s is its: wait for it to end. In the script of a"
                                     " package it never does: graft when the package is built" % (name, path, library))
        yield
    finally:
        for each in descriptors:
            os.close(each)


def _open(path):
    """Return a descriptor, None if there is no such file, or none that this user may lock: dpkg is root's then."""
    try:
        return os.open(path, os.O_RDWR)
    except EnvironmentError as error:
        if error.errno in (errno.ENOENT, errno.EACCES, errno.EROFS):
            return None
        raise


def _find_managers(library):
    for root in _list_above(library):
        inside = os.path.join("/", os.path.relpath(os.path.join(library, "ssl.py"), root))
        for name, sign, locks, lock in _MANAGERS:
            if os.path.isdir(os.path.join(root, sign)) and _has(name, root, inside):
                yield root, name, locks, lock


def _list_above(path):
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path


def _has(name, root, inside):
    if name == "dpkg":
        return bool(_find_owners(root, [inside]))
    if name == "apk":
        with io.open(os.path.join(root, "lib/apk/db/installed"), encoding="utf-8", errors="replace") as stream:
            return "\nF:%s\n" % os.path.dirname(inside)[1:] in stream.read()
    # Its database is no text. What is in /usr, and not in /usr/local, is its.
    return inside.startswith("/usr/lib")


def _find_owners(root, paths):
    """Return the packages of dpkg's (list of str, as its files are named) that have any of some files."""
    wanted = [("\n%s\n" % path).encode("utf-8") for path in paths]
    found = []
    for path in sorted(glob.glob(os.path.join(root, "var/lib/dpkg/info/*.list"))):
        with io.open(path, "rb") as stream:
            data = b"\n" + stream.read()
        if any(each in data for each in wanted):
            found.append(os.path.basename(path)[:-len(".list")])
    return found


def find_debian_release(library, names):
    """Return the Debian package and version whose files these are, None if dpkg knows none or they were changed.

    Args: library (str), of the tree; names (list of str), paths in it.
    """
    for root in _list_above(library):
        inside = os.path.relpath(library, root)
        paths = [os.path.join(inside, each) for each in names]
        owners = _find_owners(root, ["/" + each for each in paths])
        if not owners:
            continue
        known = {}
        for owner in owners:
            with io.open(os.path.join(root, "var/lib/dpkg/info", owner + ".md5sums"), encoding="utf-8") as stream:
                known.update(reversed(line.rstrip("\n").split("  ", 1)) for line in stream)
        for path in paths:
            with io.open(os.path.join(root, path), "rb") as stream:
                if known.get(path) != _md5(stream.read()):
                    return None
        return "Debian's %s %s" % (owners[-1], _find_version(root, owners[-1].split(":")[0]))
    return None


def _md5(data):
    # Here, as a tree whose hashlib does not load must be given back all the same. MD5 is all that dpkg has, and stands
    # against accidents.
    import hashlib

    try:
        return hashlib.new("md5", data, usedforsecurity=False).hexdigest()
    except TypeError:
        return hashlib.new("md5", data).hexdigest()


def _find_version(root, package):
    with io.open(os.path.join(root, "var/lib/dpkg/status"), encoding="utf-8") as stream:
        found = re.search(r"(?ms)^Package: %s$.*?^Version: (\S+)$" % re.escape(package), stream.read())
    return found.group(1) if found else "(unknown)"
