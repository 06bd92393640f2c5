"""Package managers: whether a tree is one's, and whether it is at work.

A root of a system is found above the tree, so that an image's is asked and not that of the machine.
"""
from __future__ import absolute_import, division, print_function

import contextlib
import errno
import fcntl
import os

from regraft.grafting import GraftError, packaged

# Files that say that a manager is there, files that it locks while it works, and how: fcntl() or flock().
_MANAGERS = (
    ("dpkg", "var/lib/dpkg/info", ("var/lib/dpkg/lock-frontend", "var/lib/dpkg/lock"), fcntl.lockf),
    ("rpm", "var/lib/rpm", ("var/lib/rpm/.rpm.lock",), fcntl.lockf),
    ("rpm", "usr/lib/sysimage/rpm", ("usr/lib/sysimage/rpm/.rpm.lock",), fcntl.lockf),
    ("apk", "lib/apk/db", ("lib/apk/db/lock", "run/apk/db.lock"), fcntl.flock),
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
    for root in packaged.list_above(library):
        inside = os.path.join("/", os.path.relpath(os.path.join(library, "ssl.py"), root))
        for name, sign, locks, lock in _MANAGERS:
            if os.path.isdir(os.path.join(root, sign)) and _has(name, root, inside):
                yield root, name, locks, lock


def _has(name, root, inside):
    if name == "dpkg":
        return bool(packaged.find_owners(root, [inside]))
    if name == "apk":
        return inside[1:] in packaged.read_apk(root)
    # Its database is no text. What is in /usr, and not in /usr/local, is its.
    return inside.startswith("/usr/lib")
