"""Directories that go away by themselves."""
from __future__ import absolute_import, division, print_function

import shutil
import tempfile

__all__ = ["TemporaryDirectory"]


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
