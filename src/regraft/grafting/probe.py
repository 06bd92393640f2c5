"""A program for the interpreter of a tree: says as JSON what it is. Argument: regraft's directory.

It is run with -S and -E, so that nothing but the standard library is looked at.
"""
from __future__ import absolute_import, division, print_function

import sys

if __name__ == "__main__":
    del sys.path[0]  # the directory of this file

import json
import os


def examine(home):
    """Return what the interpreter that runs this is.

    Args: home (str), regraft's directory, whose extensions are looked at.
    Returns:
        dict: text, bool, None and lists of text.
    """
    boot = {"__name__": "_boot", "__file__": os.path.join(home, "_boot.py")}
    with open(boot["__file__"]) as stream:
        exec(compile(stream.read(), boot["__file__"], "exec"), boot)
    implementation = getattr(sys, "implementation", None)
    native = {}
    for name in ("_ssl", "_hashlib"):
        native[name] = "" if name in sys.builtin_module_names else find(name)
    found = boot["list_extensions"]()
    return {
        "release": sys.version.split()[0],
        "implementation": implementation.name if implementation else sys.subversion[0].lower(),
        "executable": os.path.realpath(sys.executable),
        "library": os.path.dirname(os.path.abspath(os.__file__)),
        "tag": getattr(implementation, "cache_tag", None),
        "native": native,
        "lacks_getrandom": boot["lacks_getrandom"](),
        "os_is_frozen": "Frozen" in getattr(getattr(os, "__loader__", None), "__name__", ""),
        "extensions": found,
    }


def find(name):
    """Return the file of an extension module, or None."""
    try:
        from importlib.util import find_spec
    except ImportError:
        import imp
        try:
            found, path, _kind = imp.find_module(name)
        except ImportError:
            return None
        if found:
            found.close()
        return os.path.abspath(path)
    spec = find_spec(name)
    return spec and spec.origin


if __name__ == "__main__":
    print(json.dumps(examine(sys.argv[1])))
