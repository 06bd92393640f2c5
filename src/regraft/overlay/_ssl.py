"""The names of CPython's `_ssl`, handed on from the extension.

2.7's `socket` imports this module, so it must not import `socket`.
"""
from __future__ import absolute_import, division, print_function

from regraft import _openssl, policy

policy.configure(_openssl)
globals().update((name, value) for name, value in vars(_openssl).items() if not name.startswith("__"))

del _openssl, policy
