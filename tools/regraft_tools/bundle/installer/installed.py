"""What of regraft is in a directory already, whoever put it there."""
from __future__ import absolute_import, division, print_function

import io
import os
import re

from . import digests
from .archive import parse_record
from .wording import Refusal

PACKAGE = "regraft"
INSTALLER = "regraft-bundle"
_METADATA = re.compile(r"regraft-([^-]+)(?:-.*)?\.(dist-info|egg-info)\Z")
# Ways to install that leave the files elsewhere, or in one archive.
_FOREIGN = re.compile(r"(regraft-.*\.egg|regraft\.egg-link|__editable__\.regraft-.*)\Z")


class Installation(object):
    """regraft in a directory.

    Attributes:
        directory (str); names (list of str): its entries there, the package first.
        version (str or None), installer (str or None): as the metadata say; None without them.
        rows (list or None): of RECORD, as `archive.parse_record` gives them; None if it has none.
    """

    def __init__(self, directory, metadata):
        self.directory = directory
        self.names = [each for each in [PACKAGE] + metadata if os.path.lexists(os.path.join(directory, each))]
        self.version = self.installer = self.rows = self._listed = None
        if metadata:
            folder = os.path.join(directory, metadata[-1])
            self.version = _METADATA.match(metadata[-1]).group(1)
            self.installer = (_read(os.path.join(folder, "INSTALLER")) or b"").decode("ascii", "replace").strip() or None
            record = _read(os.path.join(folder, "RECORD"))
            listed = _read(os.path.join(folder, "installed-files.txt"))  # of `setup.py install --record`, by old pips
            if record is not None:
                self.rows = parse_record(record)
                self._listed = [os.path.join(directory, row[0]) for row in self.rows]
            elif listed is not None:
                self._listed = [os.path.join(folder, os.fsdecode(each) if str is not bytes else each)
                                for each in listed.splitlines()]

    def find_strangers(self):
        """Return the files in the package's directory that are not regraft's (list of str); bytecode does not count."""
        if self._listed is None:
            return []
        known = set(os.path.normpath(each) for each in self._listed)
        found = []
        for folder, _, files in os.walk(os.path.join(self.directory, PACKAGE)):
            paths = [os.path.join(folder, each) for each in files if not each.endswith((".pyc", ".pyo"))]
            found += [each for each in paths if os.path.normpath(each) not in known]
        return sorted(found)

    def find_damage(self):
        """Return the files of RECORD that are gone or not as it says (list of str)."""
        found = []
        for path, value, _ in self.rows or ():
            data = _read(os.path.join(self.directory, path))
            if data is None or value.startswith("sha256=") and digests.show_record(data) != value:
                found.append(path)
        return found

    def has(self, wheel):
        """Tell whether this is the wheel, file for file and undamaged.

        Args: wheel (archive.Wheel).
        """
        hashes = dict((path, value) for path, value, _ in self.rows or ())
        return all(hashes.get(path) == value for path, value in wheel.hashes.items()) and not self.find_damage()

    def describe(self):
        """Return it in words."""
        title = "regraft %s" % self.version if self.version else "a regraft of unknown version"
        return title + (" that %s installed" % self.installer if self.installer not in (None, INSTALLER) else "")


def find(directory):
    """Return the Installation in a directory, or None.

    Raises:
        Refusal: it is one that cannot be taken away file by file.
    """
    entries = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    metadata = sorted([each for each in entries if _METADATA.match(each)], key=lambda each: order(
        _METADATA.match(each).group(1)))
    foreign = [each for each in entries if _FOREIGN.match(each)]
    if foreign:
        raise Refusal("%s is an installation of regraft that leads to other files: take it away with what put it there"
                      " (`pip uninstall regraft`); nothing was changed" % os.path.join(directory, foreign[0]))
    for name in [PACKAGE] + metadata:
        path = os.path.join(directory, name)
        if os.path.islink(path) or os.path.lexists(path) and not os.path.isdir(path):
            raise Refusal("%s is %s and no directory: take it away first; nothing was changed"
                          % (path, "a symbolic link" if os.path.islink(path) else "a file"))
    if PACKAGE not in entries and not metadata:
        return None
    return Installation(directory, metadata)


def order(version):
    """Return what sorts versions as PEP 440 does, as far as regraft's go: 0.1.0.dev1 < 0.1.0a1 < 0.1.0 < 0.1.0.post1.

    Args: version (str).
    """
    found = re.match(r"(\d+(?:\.\d+)*)[._-]?(?:(a|b|rc)\.?(\d+))?(?:\.?(post|dev)(\d+))?", version)
    if not found:
        return ((), 0, 0, 0, 0)
    numbers = [int(each) for each in found.group(1).split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    pre, number, after, count = found.group(2), found.group(3), found.group(4), found.group(5)
    stage = {"a": 1, "b": 2, "rc": 3}.get(pre, 0 if after == "dev" else 4)
    return (tuple(numbers), stage, int(number or 0), {"dev": 0, None: 1, "post": 2}[after], int(count or 0))


def _read(path):
    """Return the bytes of a file, or None if there is none."""
    if not os.path.isfile(path):
        return None
    with io.open(path, "rb") as stream:
        return stream.read()
