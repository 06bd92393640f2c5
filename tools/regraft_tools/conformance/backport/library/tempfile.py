"""Directories that go away by themselves."""
from __future__ import absolute_import, division, print_function

import os
import shutil
import tempfile

__all__ = ["NamedTemporaryFile", "TemporaryDirectory"]


class TemporaryDirectory(object):
    """A directory that is deleted, with what is in it, at the end of its block."""

    def __init__(self, suffix="", prefix="tmp", dir=None):
        self.name = tempfile.mkdtemp(suffix, prefix, dir)

    def __enter__(self):
        return self.name

    def __exit__(self, *error):
        self.cleanup()

    def cleanup(self):
        shutil.rmtree(self.name)


class _KeptUntilTheEnd(object):
    """A file that may be closed and opened again before its block ends."""

    def __init__(self, mode, directory):
        number, self.name = tempfile.mkstemp(dir=directory)
        self._file = os.fdopen(number, mode)

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()
        os.unlink(self.name)


def NamedTemporaryFile(mode="w+b", delete=True, delete_on_close=True, dir=None):
    """A file with a name, deleted when it is closed or at the end of its block."""
    if delete and not delete_on_close:
        return _KeptUntilTheEnd(mode, dir)
    return tempfile.NamedTemporaryFile(mode, dir=dir, delete=delete)
