"""`random`, with what suites of other modules make their data with. Of 3's additions regraft has SystemRandom's."""
from __future__ import absolute_import, division, print_function

import os

__all__ = ["randbytes"]


def randbytes(n):
    """Random bytes."""
    return os.urandom(n)
