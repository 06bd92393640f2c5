"""Changes a directory of packages so that an interruption leaves what was there, or what is to be there.

All is written into `.regraft_bundle` inside that directory, so on the same file system, and flushed to the disk. Then
names change by renaming: where the kernel can, old and new package change places in one step (`renameat2`), else the old
one goes first. A journal says before the first renaming what is meant; whoever comes after an interruption carries on from it.
"""
from __future__ import absolute_import, division, print_function

import errno
import fcntl
import io
import json
import os
import py_compile
import shutil
import sys

from .wording import Refusal, explain

# Not `.regraft-*`: `enable` takes that for what an interrupted `enable` left.
FOLDER = ".regraft_bundle"
_FORWARD, _BACK = "forward", "back"
# Of the system call, for C libraries without the function (glibc before 2.28, musl before 1.2.5).
_RENAMEAT2 = {"x86_64": 316, "aarch64": 276}
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


class Staging(object):
    """A change of a directory.

    Attributes: directory (str); new (str): where what is to be there is written first.
    """

    def __init__(self, directory):
        self.directory = directory
        self.path = os.path.join(directory, FOLDER)
        self.new, self.old = os.path.join(self.path, "new"), os.path.join(self.path, "old")
        self._journal = os.path.join(self.path, "journal")
        self._lock = None
        # False while names are being changed: what lies in `path` may then be all that there is of an installation.
        self._settled = True

    def __enter__(self):
        """Take the directory for this process alone, and finish what an interrupted one left.

        Raises: Refusal, if another process is at work, or an interrupted one was another user's.
        """
        self._take()
        try:
            self.recover()
            for each in (self.new, self.old):
                os.mkdir(each)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        """Take away all that is not published, and let others in."""
        try:
            if self._settled:
                self._clear()
                os.rmdir(self.path)
            else:
                raise Refusal("the change of %s was interrupted and could not be undone%s: run this again, which"
                              " finishes it" % (self.directory, " (%s)" % explain(error[1]) if error[:1] else ""))
        finally:
            os.close(self._lock)

    def _take(self):
        while True:
            if not os.path.lexists(self.path):
                try:
                    os.mkdir(self.path, 0o755)
                except EnvironmentError as error:
                    if error.errno != errno.EEXIST:
                        raise
            if os.path.islink(self.path) or not os.path.isdir(self.path):
                raise Refusal("%s is no directory of ours: delete it; nothing was changed" % self.path)
            state = os.lstat(self.path)
            if hasattr(os, "geteuid") and state.st_uid != os.geteuid():
                raise Refusal("%s belongs to another user (number %d), whose installation was interrupted: let them"
                              " run it again, or delete it; nothing was changed" % (self.path, state.st_uid))
            self._lock = os.open(self.path, os.O_RDONLY)
            # Children keep it: one that outlives this process is still at work on the directory.
            getattr(os, "set_inheritable", lambda descriptor, inheritable: None)(self._lock, True)
            self._lock_file()
            # Whoever had it before may have deleted it.
            if os.path.lexists(self.path) and os.path.samestat(os.fstat(self._lock), os.lstat(self.path)):
                return
            os.close(self._lock)

    def _lock_file(self):
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except EnvironmentError as error:
            os.close(self._lock)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise Refusal("another process is changing the regraft in %s: wait for its end; nothing was changed"
                          % self.directory)

    def _clear(self):
        # The journal first: without it the rest is of no meaning.
        if os.path.lexists(self._journal):
            os.remove(self._journal)
            flush(self.path)
        for name in os.listdir(self.path):
            path = os.path.join(self.path, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.remove(path)

    def write(self, path, data, mode=0o644):
        """Write a file that is to be published.

        Args: path (str), relative, with slashes; data (bytes); mode (int).
        """
        target = os.path.join(self.new, *path.split("/"))
        make_folders(os.path.dirname(target))
        try:
            with io.open(target, "wb") as stream:
                stream.write(data)
                stream.flush()
                # Whatever the umask: an ssl that other users cannot read breaks their programs.
                os.chmod(target, mode)
                os.fsync(stream.fileno())
        except EnvironmentError as error:
            error.filename = target  # which a full disk does not name
            raise

    def compile(self, path):
        """Write the bytecode of a file, as pip does: who runs programs later may have no right to.

        Args: path (str), relative, of a file that was written.
        Returns:
            str: relative path of the bytecode.
        """
        made = name_bytecode(path)
        target = os.path.join(self.new, *made.split("/"))
        make_folders(os.path.dirname(target))
        py_compile.compile(os.path.join(self.new, *path.split("/")), cfile=target,
                           dfile=os.path.join(self.directory, *path.split("/")), doraise=True)
        os.chmod(target, 0o644)
        flush(target)
        return made

    def publish(self, new, old):
        """Put what was written into its place, and take away what was there.

        Args: new (list of str), names in `self.new`; old (list of str), names in the directory.
        """
        for folder, _, _ in os.walk(self.new):
            flush(folder)
        numbers = dict((name, os.lstat(os.path.join(self.new, name)).st_ino) for name in new)
        journal = {"direction": _FORWARD, "order": list(new), "new": numbers, "old": list(old)}
        self._note(journal)
        try:
            self._go_forward(journal)
            self._settled = True
        except BaseException:
            self.withdraw()
            raise

    def withdraw(self):
        """Undo `publish`."""
        journal = self._read_journal()
        if journal:
            journal["direction"] = _BACK
            self._note(journal)
            self._go_back(journal)
            self._settled = True

    def recover(self):
        """Finish what an interrupted process began; take away what it left."""
        journal = self._read_journal()
        if journal:
            self._settled = False
            (self._go_back if journal["direction"] == _BACK else self._go_forward)(journal)
            self._settled = True
        self._clear()

    def _note(self, journal):
        self._settled = False
        data = json.dumps(journal).encode("ascii")
        with io.open(self._journal + ".new", "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(self._journal + ".new", self._journal)
        flush(self.path)

    def _read_journal(self):
        if not os.path.lexists(self._journal):
            return None
        with io.open(self._journal, "rb") as stream:
            journal = json.loads(stream.read().decode("ascii"))
        journal.update(new=dict((str(name), number) for name, number in journal["new"].items()),
                       old=[str(each) for each in journal["old"]], order=[str(each) for each in journal["order"]])
        return journal

    def _go_forward(self, journal):
        """Each step looks first whether it was done already, for it may run a second time."""
        for name in journal["order"]:
            staged, here, kept = [os.path.join(each, name) for each in (self.new, self.directory, self.old)]
            if not _is(here, journal["new"][name]):
                if os.path.lexists(here) and not exchange(staged, here):
                    move(here, kept)
                if not _is(here, journal["new"][name]):
                    os.rename(staged, here)
            if os.path.lexists(staged):  # what changed places with it
                move(staged, kept)
        for name in journal["old"]:
            here = os.path.join(self.directory, name)
            if name not in journal["new"] and os.path.lexists(here):
                move(here, os.path.join(self.old, name))
        flush(self.directory)

    def _go_back(self, journal):
        for name in reversed(journal["order"]):
            staged, here, kept = [os.path.join(each, name) for each in (self.new, self.directory, self.old)]
            if _is(here, journal["new"][name]):
                before = kept if os.path.lexists(kept) else staged
                if not (os.path.lexists(before) and exchange(before, here)):
                    os.rename(here, os.path.join(self.path, "withdrawn-" + name))
            if os.path.lexists(kept) and not os.path.lexists(here):
                os.rename(kept, here)
        for name in journal["old"]:
            kept, here = os.path.join(self.old, name), os.path.join(self.directory, name)
            if os.path.lexists(kept) and not os.path.lexists(here):
                os.rename(kept, here)
        flush(self.directory)


def _is(path, number):
    return os.path.lexists(path) and os.lstat(path).st_ino == number


def exchange(one, other):
    """Let two paths change places in one step.

    Returns:
        bool: whether that was possible; if not, nothing is changed.
    """
    try:
        import ctypes
        library = ctypes.CDLL(None, use_errno=True)
        function = library.renameat2
        prefix = ()
    except (ImportError, OSError):
        return False
    except AttributeError:
        number = _RENAMEAT2.get(os.uname()[4]) if sys.platform.startswith("linux") else None
        # On a 64-bit kernel the numbers of a 32-bit program are others.
        if number is None or ctypes.sizeof(ctypes.c_void_p) != 8:
            return False
        function, prefix = library.syscall, (ctypes.c_long(number),)
    paths = [each if isinstance(each, bytes) else os.fsencode(each) for each in (one, other)]
    return function(*(prefix + (
        ctypes.c_int(_AT_FDCWD), ctypes.c_char_p(paths[0]), ctypes.c_int(_AT_FDCWD), ctypes.c_char_p(paths[1]),
        ctypes.c_uint(_RENAME_EXCHANGE)))) == 0


def move(source, target):
    """Rename a directory; copy it where the file system cannot (overlayfs, if it came with a lower layer)."""
    if not os.path.lexists(target):
        try:
            os.rename(source, target)
            return
        except EnvironmentError as error:
            if error.errno != errno.EXDEV:
                raise
        partial = target + ".part"
        if os.path.lexists(partial):
            shutil.rmtree(partial)
        shutil.copytree(source, partial, symlinks=True)
        os.rename(partial, target)
    shutil.rmtree(source)  # the copy is whole, be it from before an interruption


def make_folders(path):
    """Make a directory and those above it, readable by all whatever the umask."""
    if not os.path.isdir(path):
        make_folders(os.path.dirname(path))
        os.mkdir(path)
        os.chmod(path, 0o755)


def name_bytecode(path):
    """Return the path of a file's bytecode, relative as the file's is, without regard to PYTHONPYCACHEPREFIX."""
    implementation = getattr(sys, "implementation", None)
    if implementation is None:  # 2.7
        return path + "c"
    folder, _, name = path.rpartition("/")
    return "%s/__pycache__/%s.%s.pyc" % (folder, name[:-len(".py")], implementation.cache_tag)


def flush(path):
    """Have the disk write a file or the names in a directory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
