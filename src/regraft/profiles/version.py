"""The version of the interpreter as a release's, for programs that ask it instead of the features."""
from __future__ import absolute_import, division, print_function

import sys


class VersionInfo(tuple):
    """In the place of `sys.version_info`, whose own class makes no others."""

    _fields = ("major", "minor", "micro", "releaselevel", "serial")
    major, minor, micro, releaselevel, serial = (
        property(lambda self, index=index: self[index]) for index in range(5))

    def __repr__(self):
        return "sys.version_info(%s)" % ", ".join("%s=%r" % pair for pair in zip(self._fields, self))


def pretend(release):
    """Let `sys`, and with it `platform`, say a release.

    Args: release (tuple of three int).
    """
    number = "%d.%d.%d" % release
    own = "%d.%d.%d" % tuple(sys.version_info[:3])
    sys.version = number + sys.version[len(own):].lstrip("+")
    sys.version_info = VersionInfo(release + ("final", 0))
    sys.hexversion = release[0] << 24 | release[1] << 16 | release[2] << 8 | 0xF0
    implementation = getattr(sys, "implementation", None)
    if implementation is not None:
        implementation.version = sys.version_info
        implementation.hexversion = sys.hexversion
