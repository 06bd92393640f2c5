"""Files and environment variables of tests."""
from __future__ import absolute_import, division, print_function

import contextlib
import errno
import os
import shutil
import tempfile

TESTFN = "@test_%d_tmp" % os.getpid()


def unlink(path):
    """Deletes a file, if there is one."""
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise


class EnvironmentVarGuard(object):
    """Environment variables that are as before after the block."""

    def __init__(self):
        self._before = {}

    def __getitem__(self, name):
        return os.environ[name]

    def __setitem__(self, name, value):
        self._before.setdefault(name, os.environ.get(name))
        os.environ[name] = value

    def __delitem__(self, name):
        self._before.setdefault(name, os.environ.get(name))
        os.environ.pop(name, None)

    def set(self, name, value):
        self[name] = value

    def unset(self, *names):
        for name in names:
            del self[name]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before.clear()


@contextlib.contextmanager
def temp_dir(path=None, quiet=False):
    """A directory that is gone after the block."""
    path = path or tempfile.mkdtemp()
    if not os.path.isdir(path):
        os.mkdir(path)
    try:
        yield path
    finally:
        shutil.rmtree(path)
