"""What package managers have on record of the files of a tree: dpkg, apk and rpm, of the root that the tree is in.

An answer counts only if it is whole: a file that is not on record, or another one, and the tree is of no known package.
"""
from __future__ import absolute_import, division, print_function

import base64
import binascii
import glob
import io
import os
import re
import subprocess
import threading

RPM_DATABASES = ("var/lib/rpm", "usr/lib/sysimage/rpm")
_APK_DATABASE = "lib/apk/db/installed"
LONGEST = 60  # seconds that rpm has for its answer
# What rpm is to print: a line for a package, and one for each of its files.
_RPM_FORMAT = "P %{NAME} %{VERSION}-%{RELEASE}.%{ARCH} %{FILEDIGESTALGO}\\n[F %{FILEDIGESTS} %{FILENAMES}\\n]"
# OpenPGP's numbers; rpms from before they were written down have MD5.
_RPM_ALGORITHMS = {"(none)": "md5", "1": "md5", "2": "sha1", "8": "sha256", "9": "sha384", "10": "sha512"}


def find(library, names):
    """Return the package and version whose files these are, None if no manager has them on record as they are.

    Args: library (str), of the tree; names (list of str), paths in it.
    """
    for root in list_above(library):
        paths = [os.path.join(os.path.relpath(library, root), each) for each in names]
        for ask in (_ask_dpkg, _ask_apk, _ask_rpm):
            known = ask(root, paths)
            if known and all(_is_as_known(root, path, known.get(path)) for path in paths):
                return known[paths[-1]][0]
    return None


def list_above(path):
    """Yield the directories that a path is in, the nearest first: one of them is the root of its system."""
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path


def _is_as_known(root, path, known):
    if known is None:
        return False
    _package, algorithm, digest = known
    with io.open(os.path.join(root, path), "rb") as stream:
        # apk shortens SHA-256.
        return len(digest) >= 32 and _hash(algorithm, stream.read())[:len(digest)] == digest


def _hash(algorithm, data):
    # Here, as a tree whose hashlib does not load must be given back all the same. What dpkg (MD5) and apk (SHA-1) have
    # on record stands against accidents.
    import hashlib

    try:
        return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
    except TypeError:
        return hashlib.new(algorithm, data).hexdigest()


def find_owners(root, paths):
    """Return the packages of dpkg's (list of str, as its files are named) that have any of some files.

    Args: root (str), of the system; paths (list of str), in it, with a slash before them.
    """
    wanted = [("\n%s\n" % path).encode("utf-8") for path in paths]
    found = []
    for path in sorted(glob.glob(os.path.join(_escape(root), "var/lib/dpkg/info/*.list"))):
        with io.open(path, "rb") as stream:
            data = b"\n" + stream.read()
        if any(each in data for each in wanted):
            found.append(os.path.basename(path)[:-len(".list")])
    return found


def _escape(path):
    return re.sub(r"([\[*?])", r"[\1]", path)


def _ask_dpkg(root, paths):
    """Return path -> (package, algorithm, digest) of the packages that have any of some files, as the others do."""
    known = {}
    for owner in find_owners(root, ["/" + each for each in paths]):
        name = "Debian's %s %s" % (owner, _find_version(root, owner.split(":")[0]))
        sums = os.path.join(root, "var/lib/dpkg/info", owner + ".md5sums")
        for line in _read(sums).splitlines():
            digest, _, path = line.partition("  ")
            known[path] = (name, "md5", digest)
    return known


def _find_version(root, package):
    found = re.search(r"(?ms)^Package: %s$.*?^Version: (\S+)$" % re.escape(package),
                      _read(os.path.join(root, "var/lib/dpkg/status")))
    return found.group(1) if found else "(unknown)"


def _ask_apk(root, _paths):
    return read_apk(root)


def read_apk(root):
    """Return what apk has on record: path -> (package, algorithm, digest); digest "" where it has none that is known.

    The record is lines of a letter and a value: P and V a package and its version, f its flags, F a directory, R a
    file in it, Z its hash. An empty line ends a package.
    """
    known = {}
    fields = {}
    for line in _read(os.path.join(root, _APK_DATABASE)).splitlines():
        if len(line) < 2:
            fields = {}
            continue
        letter, value = line[0], line[2:]
        fields[letter] = value
        if letter in "RZ" and "F" in fields and "R" in fields:
            name = "apk's %s %s" % (fields.get("P"), fields.get("V"))
            algorithm, digest = _read_apk_hash(value, fields.get("f", "")) if letter == "Z" else ("sha1", "")
            known[fields["F"] + "/" + fields["R"]] = (name, algorithm, digest)
    return known


def _read_apk_hash(value, flags):
    """Return algorithm and digest (str) of what apk writes: Q for base64, 1 for SHA-1, 2 for SHA-256."""
    try:
        digest = base64.b64decode(value[2:].encode("ascii"))
    except (TypeError, ValueError):  # what is no base64, in 2.7 and in 3
        return "sha1", ""
    found = binascii.hexlify(digest).decode("ascii")
    if value.startswith("Q1") and len(digest) == 20:
        # A package with the flag S has the first 160 bits of a SHA-256 there.
        return ("sha256" if "S" in flags else "sha1"), found
    if value.startswith("Q2") and len(digest) == 32:
        return "sha256", found
    return "sha1", ""


def _ask_rpm(root, paths):
    known = {}
    for database in RPM_DATABASES:
        if not os.path.isdir(os.path.join(root, database)):
            continue
        command = ["rpm", "--dbpath", "/" + database, "--query", "--queryformat", _RPM_FORMAT, "--file"]
        if root != os.sep:
            command[1:1] = ["--root", root]
        package = algorithm = None
        for line in _ask(command + ["/" + each for each in paths]).splitlines():
            words = line.split(" ", 2) if line.startswith("F ") else line.split(" ")
            if words[0] == "P" and len(words) == 4:
                package, algorithm = "rpm's %s %s" % tuple(words[1:3]), _RPM_ALGORITHMS.get(words[3])
            elif words[0] == "F" and len(words) == 3 and algorithm:
                known[words[2].lstrip("/")] = (package, algorithm, words[1])
    return known


def _ask(command):
    """Return what a program prints, "" if there is none of that name, or it fails, or takes too long."""
    with io.open(os.devnull, "rb") as nothing, io.open(os.devnull, "wb") as nowhere:
        try:
            child = subprocess.Popen(command, stdin=nothing, stdout=subprocess.PIPE, stderr=nowhere, cwd=os.sep,
                                     env=dict(os.environ, LC_ALL="C"))
        except EnvironmentError:
            return ""
        timer = threading.Timer(LONGEST, child.kill)
        timer.start()
        try:
            output = child.communicate()[0]
        finally:
            timer.cancel()
    return "" if child.returncode else output.decode("utf-8", "replace")


def _read(path):
    """Return the text of a file, "" if it is not there or may not be read."""
    try:
        with io.open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except EnvironmentError:
        return ""
