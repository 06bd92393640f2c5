"""`hashlib`, whose constructors also stand for those that 3 has without OpenSSL and 2.7 has not."""
from __future__ import absolute_import, division, print_function

import hashlib

__all__ = ["__get_builtin_constructor"]


def __get_builtin_constructor(name):
    """The constructor of a digest that needs no OpenSSL, else the public one."""
    try:
        return getattr(hashlib, "__get_builtin_constructor")(name)
    except ValueError:
        if not hasattr(hashlib, name):
            raise
        return getattr(hashlib, name)
