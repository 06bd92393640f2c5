"""What runs inside `regraft-<version>.pyz`: puts the right wheel of the bundle into the Python that runs it.

Runs on any CPython from 2.7 on, however bare: standard library only, and of that nothing which needs a module in C that
may be missing (`ssl`, `hashlib`, `ctypes`). `tempfile` and `random` import `hashlib`, so they are not used.
Imports point down: command -> work -> children, installed, staging -> archive, places -> choice -> host, digests,
signals -> wording.
"""
from __future__ import absolute_import, division, print_function
