"""The bundle and the wheels in it. Nothing of a wheel is used before its hash, and each file's, is what it should be."""
from __future__ import absolute_import, division, print_function

import csv
import io
import json
import stat
import zipfile

from . import digests
from .wording import Refusal

MANIFEST = "manifest.json"
WHEELS = "wheels/"
NO_ZLIB = ("this Python has no module zlib, and wheels are compressed (pip needs it as well): build Python with the"
           " headers of zlib (package zlib1g-dev or zlib-devel); nothing was changed")


class Bundle(object):
    """The file that runs.

    Attributes: path (str); version (str); commit (str or None); wheels (dict), name -> row of the manifest.
    """

    def __init__(self, path):
        self.path = path
        manifest = json.loads(self._read(MANIFEST).decode("utf-8"))
        # On 2.7 JSON gives unicode, which does not go together with paths that are bytes.
        self.version = str(manifest["version"])
        self.commit = str(manifest["commit"]) if manifest["commit"] else None
        self.wheels = dict((str(row["name"]), row) for row in manifest["wheels"])

    def _read(self, name):
        try:
            archive = zipfile.ZipFile(self.path)
            try:
                return archive.read(name)
            finally:
                archive.close()
        except (zipfile.BadZipfile, KeyError) as error:
            raise Refusal("%s is damaged (%s): fetch it again; nothing was changed" % (self.path, error))

    def open_wheel(self, name):
        """Return a wheel, checked against the manifest and against its own RECORD.

        Args: name (str).
        Raises:
            Refusal: it is not what the manifest or RECORD says, or this Python cannot unpack it.
        """
        data = self._read(WHEELS + name)
        if digests.show_hex(data) != self.wheels[name]["sha256"]:
            raise Refusal("%s is damaged: SHA-256 of %s in it is %s, and should be %s; fetch it again; nothing was changed"
                          % (self.path, name, digests.show_hex(data), self.wheels[name]["sha256"]))
        return Wheel(name, data)


class Wheel(object):
    """A wheel whose files are what its RECORD says.

    Attributes:
        name (str): of the file; version (str); metadata (str): name of its dist-info directory.
        files (dict): path with slashes -> bytes; without RECORD itself.
        executable (set of str): those with the right to be run.
        hashes (dict): path -> as in RECORD.
    """

    def __init__(self, name, data):
        self.name = name
        distribution, self.version = name.split("-")[:2]
        self.metadata = "%s-%s.dist-info" % (distribution, self.version)
        self.tops = (distribution, self.metadata)
        self.files, self.executable = {}, set()
        try:
            import zlib  # noqa: F401
        except ImportError:
            raise Refusal(NO_ZLIB)
        try:
            self._unpack(zipfile.ZipFile(io.BytesIO(data)))
        except (zipfile.BadZipfile, KeyError, zlib.error) as error:
            raise Refusal("%s is damaged: %s" % (name, error))
        self.hashes = self._compare()

    def _unpack(self, archive):
        for entry in archive.infolist():
            path = entry.filename
            if path.endswith("/"):
                continue
            parts = path.split("/")
            mode = entry.external_attr >> 16
            if parts[0] not in self.tops or len(parts) < 2 or set(parts) & set(("", ".", "..")) or "\\" in path:
                raise Refusal("%s has a file that does not belong there: %r" % (self.name, path))
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                raise Refusal("%s has something that is no plain file: %r" % (self.name, path))
            if str(path) in self.files:
                raise Refusal("%s has a file twice: %r" % (self.name, path))
            self.files[str(path)] = archive.read(entry)
            if mode & 0o111:
                self.executable.add(str(path))

    def _compare(self):
        record = self.metadata + "/RECORD"
        rows = parse_record(self.files.pop(record))
        hashes = dict((path, value) for path, value, _ in rows if path != record)
        if set(hashes) != set(self.files):
            odd = sorted(set(hashes) ^ set(self.files))
            raise Refusal("%s and its RECORD do not have the same files: %s" % (self.name, ", ".join(odd)))
        for path in sorted(hashes):
            if digests.show_record(self.files[path]) != hashes[path]:
                raise Refusal("%s is damaged: %s is not what its RECORD says" % (self.name, path))
        return hashes


def parse_record(data):
    """Return the rows of a RECORD.

    Args: data (bytes).
    Returns:
        list of (str, str, str): path, hash, size in bytes; the last two may be empty.
    """
    text = data.decode("utf-8")
    lines = text.encode("utf-8").splitlines() if str is bytes else text.splitlines()
    rows = [(row + ["", ""])[:3] for row in csv.reader(lines) if row]
    # wheel 0.37, the last for 2.7, writes the name of the algorithm in capitals.
    return [(path, value.replace("SHA256=", "sha256=", 1), size) for path, value, size in rows]


def render_record(rows):
    """Return the bytes of a RECORD, its rows in order.

    Args: rows (iterable of (str, str, str)).
    """
    # The paths are those of the wheel and of bytecode: none needs quotes.
    return "".join("%s,%s,%s\n" % row for row in sorted(rows)).encode("ascii")
