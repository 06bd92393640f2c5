"""Runs each recipe of the registry in the interpreter that runs this, and prints what came of it as JSON.

By row: `detected` (bool), `default` (its repr, if it was asked for), and for each recipe that failed the kind and the
text of the exception. `harden` is run where the feature is missing too: it must fail there, or `detect` is wrong.
"""
from __future__ import absolute_import, division, print_function

import json
import sys
import warnings

from regraft import features


def examine(row):
    """Return what the recipes of a row do here (dict)."""
    found = {"detected": None, "errors": {}}
    for recipe in features.RECIPES:
        if row[recipe] is None or (recipe in ("relax", "default") and found["detected"] is False):
            continue
        # What is pasted into a library must not warn, or it fails in programs that make errors of warnings. What a
        # recipe opts out of may be deprecated.
        warnings.simplefilter("ignore" if recipe == "relax" else "error", DeprecationWarning)
        try:
            namespace = features.run(row, recipe)
        except Exception as error:  # noqa: B902  (which one is the result)
            found["errors"][recipe] = [type(error).__name__, str(error)]
            continue
        if recipe == "detect":
            found["detected"] = namespace["available"]
        elif recipe == "default":
            found["default"] = repr(namespace["default"])
    return found


def main():
    import ssl

    json.dump({"ssl": getattr(ssl, "__file__", None),
               "rows": dict((row["name"], examine(row)) for row in features.rows())}, sys.stdout)


if __name__ == "__main__":
    main()
