"""What 3's `sys` tells."""
from __future__ import absolute_import, division, print_function

import sys

__all__ = ["exception", "flags"]


def exception():
    """The exception that is being handled."""
    return sys.exc_info()[1]


class _Flags(object):
    context_aware_warnings = False
    thread_inherit_context = False
    isolated = 0
    utf8_mode = 0
    dev_mode = False

    def __getattr__(self, name):
        return getattr(sys.flags, name)


flags = _Flags()
