"""Reads the files that the doctor looks at: what is named in the environment may be a pipe, or without end."""
from __future__ import absolute_import, division, print_function

import errno
import io
import os
import stat

LARGEST = 16 * 1024 * 1024  # bytes; the largest list of CA certificates in use has 1 MiB


def read(path):
    """Return what is in a file (bytes).

    Args: path (str)
    Raises: EnvironmentError if it cannot be read, is a pipe, or larger than LARGEST.
    """
    if stat.S_ISFIFO(os.stat(path).st_mode):
        raise EnvironmentError(errno.EINVAL, "it is a pipe, which can be read only once; name a file")
    with io.open(path, "rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise EnvironmentError(errno.EFBIG, "it is larger than %d MiB" % (LARGEST >> 20))
    return data
