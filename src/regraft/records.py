"""The record by which pip takes a package away, and the rows in it of the hook that `enable` wrote.

An installed wheel has it in `regraft-VERSION.dist-info/RECORD` (a line of path, hash, size for each file), what pips of
the time of 2.7 install by `setup.py install` in `regraft-VERSION.egg-info/installed-files.txt` (a line of path). Paths
are relative to what holds the package in the first, to the directory of the record itself in the second.
The hook's rows are the first ones, so that without them the rest is what it was, however it ends.
"""
from __future__ import absolute_import, division, print_function

import base64
import csv
import io
import os
import stat

from regraft import _boot, activation, hooks
from regraft._compat import PY2

WHEEL = ("dist-info", "RECORD")
EGG = ("egg-info", "installed-files.txt")


class RecordError(Exception):
    """The hook is not in a record; the text says why."""


def find():
    """Return the paths of the records that the files of this package are in; one, if pip installed it."""
    parent = os.path.dirname(_boot.HOME)
    found = []
    for name in sorted(os.listdir(parent)):
        for suffix, record in (WHEEL, EGG):
            path = os.path.join(parent, name, record)
            if name.startswith("regraft-") and name.endswith("." + suffix) and os.path.isfile(path):
                if any(_resolve(path, line) == _real(_boot.HOME, "_boot.py") for line in _read(path)):
                    found.append(path)
    return found


def enter(directory):
    """Put the files of the hook in a directory into the package's record, so that pip takes them away with it.

    Args: directory (str).
    Raises:
        RecordError: there is no record, or it cannot be written to.
    """
    records = find()
    if not records:
        raise RecordError("pip keeps no record of the package in %s" % _boot.HOME)
    for record in records:
        _amend(record, directory, [_render(record, path) for path in hooks.list_files(directory)])


def strike(directory):
    """Take the files of the hook in a directory out of the package's record.

    Args: directory (str).
    Raises:
        RecordError: it cannot be written to.
    """
    for record in find():
        _amend(record, directory, [])


def holds(directory):
    """Tell whether pip takes the hook in a directory away with the package.

    Args: directory (str).
    """
    wanted = set(_real(path) for path in hooks.list_files(directory))
    return any(wanted <= set(_resolve(record, line) for line in _read(record)) for record in find())


def _amend(record, directory, rows):
    try:
        with hooks.lock(os.path.dirname(record)):
            before = _read(record)
            ending = b"\r\n" if before[0].endswith(b"\r\n") else b"\n"
            after = [row + ending for row in rows]
            after += [line for line in before if not _is_of_hook(_resolve(record, line), directory)]
            if after != before:
                _replace(record, b"".join(after))
    except EnvironmentError as error:
        raise RecordError("%s cannot be written to: %s" % (record, error.strerror or error))


def _replace(record, data):
    """Write a record anew in one step, with the mode and the owner that it has."""
    was = os.stat(record)
    with hooks.replacing(record, stat.S_IMODE(was.st_mode)) as temporary:
        with io.open(temporary, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        now = os.stat(temporary)
        if (now.st_uid, now.st_gid) != (was.st_uid, was.st_gid):
            os.chown(temporary, was.st_uid, was.st_gid)


def _read(record):
    with io.open(record, "rb") as stream:
        return stream.read().splitlines(True)


def _is_of_hook(path, directory):
    folder, name = os.path.split(path)
    stems = [hooks.PTH, hooks.START] + [each[:-len("py")] for each in (hooks.SOURCE, hooks.QUICK)]
    return name.startswith(tuple(stems)) and folder in (_real(directory), _real(directory, "__pycache__"))


def _base(record):
    folder = os.path.dirname(record)
    return folder if os.path.basename(record) == EGG[1] else os.path.dirname(folder)


def _resolve(record, line):
    """Return the path that a line of a record means."""
    text = (line if PY2 else os.fsdecode(line)).rstrip("\r\n")
    if os.path.basename(record) == WHEEL[1]:
        text = (next(csv.reader([text]), None) or [""])[0]
    return _real(_base(record), text)


def _render(record, path):
    """Return the line of a record for a file, as pip would write it: bytecode has neither hash nor size."""
    text = os.path.relpath(_real(path), os.path.realpath(_base(record))).replace(os.sep, "/")
    if os.path.basename(record) == WHEEL[1]:
        values = [text, "", ""]
        if not path.endswith((".pyc", ".pyo")):
            values = [text] + _measure(path)
        stream = io.BytesIO() if PY2 else io.StringIO()
        csv.writer(stream, lineterminator="").writerow(values)
        text = stream.getvalue()
    return text if PY2 else os.fsencode(text)


def _measure(path):
    # By the extension, which a hook is made for: the host's hashlib may have no SHA-256.
    sha256 = activation.load_extension().openssl_sha256
    with io.open(path, "rb") as stream:
        data = stream.read()
    digest = base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=")
    return ["sha256=" + str(digest.decode("ascii")), str(len(data))]


def _real(*parts):
    """Return a path without symbolic links, but for the last name: that is what pip removes."""
    folder, name = os.path.split(os.path.join(*parts))
    return os.path.join(os.path.realpath(folder), name)
