"""Files: hashed, written to the disk before they are relied on, put in the place of others in one step."""
from __future__ import absolute_import, division, print_function

import contextlib
import errno
import io
import json
import os
import shutil
import stat
import sys

from regraft._compat import ORIGINALS
from regraft.grafting import GraftError


def hash_file(path):
    """Return the SHA-256 of a file's content as hexadecimal text."""
    digest = _find_hashlib(os.path.dirname(path)).sha256()
    with io.open(path, "rb") as stream:
        while True:
            data = stream.read(1 << 20)
            if not data:
                return digest.hexdigest()
            digest.update(data)


def _find_hashlib(folder):
    """Return `hashlib`; the original one if that of a grafted tree does not load, or a tree could not be given back."""
    try:
        import hashlib
        return hashlib
    except ImportError:
        originals = os.path.join(os.path.dirname(os.path.abspath(os.__file__)), ORIGINALS)
        if not os.path.isdir(originals):
            raise
        for name in ("hashlib", "_hashlib"):
            sys.modules.pop(name, None)
        sys.path.insert(0, originals)
        try:
            import hashlib
        finally:
            sys.path.remove(originals)
        return hashlib


def describe(path):
    """Return hash, size in bytes, mode, owners and time of change in ns of a file (dict)."""
    status = os.lstat(path)
    return {
        "sha256": hash_file(path), "size": status.st_size, "mode": "%o" % stat.S_IMODE(status.st_mode),
        "uid": status.st_uid, "gid": status.st_gid,
        "mtime_ns": getattr(status, "st_mtime_ns", int(status.st_mtime * 1e9)),
    }


def describe_folder(path):
    """Return the time of a directory's last change in ns."""
    status = os.stat(path)
    return getattr(status, "st_mtime_ns", int(status.st_mtime * 1e9))


def set_time(path, moment):
    """Give a directory the time of its last change, in ns; on 2.7 it is cut to a millionth of a second."""
    if os.path.isdir(path):
        try:
            os.utime(path, ns=(moment, moment))
        except TypeError:
            os.utime(path, (moment / 1e9, moment / 1e9))


def keep(path, target):
    """Give a file a second name, in the store; on a file system without links, a copy that is the same in all else."""
    make_folder(os.path.dirname(target), os.stat(path))
    try:
        os.link(path, target)
    except EnvironmentError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS, errno.EACCES):
            raise
        shutil.copy2(path, target)
        status = os.stat(path)
        own(target, status.st_uid, status.st_gid)


def write(path, data, like, moment=None):
    """Write a file that has mode and owners of another.

    Args: path (str); data (bytes); like (os.stat_result); moment (int or None), its time of change in seconds.
    """
    make_folder(os.path.dirname(path), like)
    with io.open(path, "wb") as stream:
        stream.write(data)
    finish(path, like, moment)


def finish(path, like, moment=None):
    """Give a written file mode, owners and time; arguments as for `write`."""
    own(path, like.st_uid, like.st_gid)
    os.chmod(path, stat.S_IMODE(like.st_mode))
    if moment is not None:
        os.utime(path, (moment, moment))


def make_folder(path, like=None):
    """Make a directory and those above it; they get owners and readable mode of a file, if one is given."""
    if os.path.isdir(path):
        return
    make_folder(os.path.dirname(path), like)
    os.mkdir(path)
    if like is not None:
        own(path, like.st_uid, like.st_gid)
        mode = stat.S_IMODE(like.st_mode)
        os.chmod(path, mode | (mode & 0o444) >> 2)  # who may read may enter


def own(path, uid, gid):
    """Give a file its owners, unless it has them."""
    status = os.lstat(path)
    if (status.st_uid, status.st_gid) != (uid, gid):
        os.chown(path, uid, gid)


def flush(path):
    """See the content of a file, or the names in a directory, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_all(top):
    """See all that is below a directory to the disk. Together, when all is written, as each time may cost a write."""
    for folder, _folders, names in os.walk(top):
        for name in names:
            flush(os.path.join(folder, name))
        flush(folder)


def write_json(path, content):
    """Put a JSON file in the place of another, in one step."""
    temporary = path + ".new"
    with io.open(temporary, "wb") as stream:
        stream.write((json.dumps(content, indent=1, sort_keys=True) + "\n").encode("ascii"))
    os.chmod(temporary, 0o644)  # whatever the umask: verify-tree is for everybody
    flush(temporary)
    os.rename(temporary, path)
    flush(os.path.dirname(path))


def read_json(path):
    """Return what a JSON file holds, None if there is none. Raises: GraftError, if it is none."""
    try:
        with io.open(path, encoding="ascii") as stream:
            return json.load(stream)
    except EnvironmentError as error:
        if error.errno == errno.ENOENT:
            return None
        raise GraftError("%s cannot be read: %s" % (path, error.strerror))
    except ValueError:
        raise GraftError("%s is damaged: put it back from a copy of the tree" % path)


def remove(path):
    """Remove a file or a directory with all that is in it, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def list_files(top):
    """Return the paths of the files below a directory, relative to it, sorted."""
    found = []
    for folder, _folders, names in os.walk(top):
        found += [os.path.relpath(os.path.join(folder, name), top) for name in names]
    return sorted(found)


@contextlib.contextmanager
def locked(directory):
    """Let one process at a time change a tree; without a file of its own to leave behind. Raises: GraftError."""
    import fcntl  # not on Windows, where no tree is grafted

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except EnvironmentError:
            raise GraftError("another process is grafting %s; wait for it to end" % directory)
        yield
    finally:
        os.close(descriptor)
