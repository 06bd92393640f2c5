"""Functions that take an exception alone."""
from __future__ import absolute_import, division, print_function

import sys
import traceback

__all__ = ["format_exception", "print_exception"]


def format_exception(error, *more):
    """The lines of a traceback; of an exception alone, that of the moment."""
    return traceback.format_exception(*((error,) + more if more else sys.exc_info()))


def print_exception(error, *more, **options):
    """Prints a traceback."""
    traceback.print_exception(*((error,) + more if more else sys.exc_info()), **options)
