"""Where regraft goes: a directory that this Python reads at its start, or one that was named."""
from __future__ import absolute_import, division, print_function

import os
import site
import sys
import sysconfig

from .wording import Refusal, explain

SITE, USER, TARGET = "site", "user", "target"
MARKER = "EXTERNALLY-MANAGED"
_READ_ONLY = 1  # ST_RDONLY, which os of 2.7 does not name
_ELSEWHERE = "Use --user (for this user only), --target DIRECTORY, or the Python of a virtual environment"


class Place(object):
    """A directory for packages.

    Attributes: path (str), absolute; it need not exist. kind (str): SITE, USER or TARGET.
    """

    def __init__(self, path, kind):
        self.path, self.kind = os.path.abspath(path), kind

    @property
    def options(self):
        """What a person adds to a command to mean this place (list of str)."""
        return {SITE: [], USER: ["--user"], TARGET: ["--target", self.path]}[self.kind]


def find(user=False, target=None):
    """Return the Place that the options mean.

    Args: user (bool); target (str or None), a directory.
    Raises:
        Refusal: this Python reads no such directory, or started without looking for one.
    """
    if target is not None:
        return Place(target, TARGET)
    if sys.flags.no_site:
        raise Refusal("this Python was started with -S, and so does not know its site-packages directory:"
                      " leave -S out, or name a directory with --target")
    if user:
        if not site.ENABLE_USER_SITE:
            raise Refusal("this Python (%s) does not read the user's site-packages: it belongs to a virtual environment,"
                          " or was started with -s, -I or PYTHONNOUSERSITE; leave --user out" % sys.executable)
        return Place(site.getusersitepackages(), USER)
    # virtualenv before 20 has a site.py without this function.
    read = [os.path.realpath(each) for each in getattr(site, "getsitepackages", list)() + sys.path]
    usual = sysconfig.get_paths()["platlib"]
    for path in [usual] + getattr(site, "getsitepackages", list)():
        if os.path.realpath(path) in read and (path == usual or os.path.isdir(path)):
            return Place(path, SITE)
    raise Refusal("this Python (%s) reads no site-packages directory: name one with --target" % sys.executable)


def find_others(place):
    """Return the other places whose packages hide, or are hidden by, those of a place (list of Place)."""
    if place.kind == TARGET or not site.ENABLE_USER_SITE:
        return []
    found = find(user=place.kind == SITE)
    return [found] if os.path.realpath(found.path) != os.path.realpath(place.path) else []


def check(place, managed=False):
    """Make sure that a place may be written to.

    Args: place (Place); managed (bool), whether the marker of a distribution counts for nothing.
    Raises: Refusal
    """
    if place.kind != TARGET and not managed and not is_virtual():
        marker = os.path.join(sysconfig.get_path("stdlib"), MARKER)
        if os.path.exists(marker):
            raise Refusal("this Python belongs to the system's package manager (%s, PEP 668). Use --target DIRECTORY, the"
                          " Python of a virtual environment, or --break-system-packages" % marker)
    path = place.path
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    if not os.path.isdir(path):
        raise Refusal("%s is no directory" % path)
    if os.statvfs(path).f_flag & _READ_ONLY:
        raise Refusal("%s is on a file system that is mounted read-only. Name another directory with --target" % path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise Refusal("%s cannot be written to by this user. %s" % (path, _ELSEWHERE))
    if place.kind == USER and hasattr(os, "geteuid") and os.stat(path).st_uid != os.geteuid():
        raise Refusal("%s belongs to another user: HOME is not that of the user who runs this (`sudo -H` sets it)" % path)


def is_virtual():
    """Tell whether this Python is that of a virtual environment."""
    base = getattr(sys, "real_prefix", None) or getattr(sys, "base_prefix", sys.prefix)
    return base != sys.prefix


def make(place):
    """Make the directory of a place; return the topmost one that was made, or None.

    Raises: Refusal
    """
    first, path = None, place.path
    while not os.path.isdir(path):
        first, path = path, os.path.dirname(path)
    if first:
        try:
            os.makedirs(place.path)
        except EnvironmentError as error:
            raise Refusal("%s cannot be made: %s" % (place.path, explain(error)))
    return first


def unmake(place, first):
    """Take away the directories that `make` made, as far as they are empty.

    Args: place (Place); first (str or None), what `make` returned.
    """
    path = place.path
    while first and len(path) >= len(first) and os.path.isdir(path) and not os.listdir(path):
        os.rmdir(path)
        path = os.path.dirname(path)
