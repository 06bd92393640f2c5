"""A program for the interpreter of a tree: writes byte code. Its work is JSON on standard input.

That is a list of `source`, `shown` (the path that tracebacks name), `target`, `optimize` (0, 1, 2; in Python 2 that of
the interpreter, by -O) and `mode` ("timestamp", "checked-hash" or "unchecked-hash", from 3.7).
"""
from __future__ import absolute_import, division, print_function

import sys

if __name__ == "__main__":
    del sys.path[0]  # the directory of this file

import json
import os
import py_compile


def compile_all(tasks):
    """Write the byte code that the tasks ask for. Raises: py_compile.PyCompileError, EnvironmentError."""
    modes = getattr(py_compile, "PycInvalidationMode", None)
    for each in tasks:
        options = {}
        if hasattr(sys, "implementation"):
            options["optimize"] = each["optimize"]
        if modes:
            options["invalidation_mode"] = getattr(modes, each["mode"].upper().replace("-", "_"))
        folder = os.path.dirname(each["target"])
        if not os.path.isdir(folder):
            os.makedirs(folder)
        py_compile.compile(each["source"], cfile=each["target"], dfile=each["shown"], doraise=True, **options)


if __name__ == "__main__":
    compile_all(json.loads(sys.stdin.read()))
