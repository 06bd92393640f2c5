"""Whether the files of a tree are those of a known release: known.json, or what their package manager says."""
from __future__ import absolute_import, division, print_function

import io
import json
import os

from regraft.grafting import GraftError, files, packaged

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known.json")
# Modules whose text is compared. `_ssl` and `_hashlib` are built anew everywhere.
COMPARED = ("hashlib.py", "hmac.py", "os.py", "random.py", "secrets.py", "ssl.py")


def find(tree):
    """Return the name (str) of the release whose files a tree has.

    Args: tree (trees.Tree), not grafted.
    Raises:
        GraftError: they are of none that is known.
    """
    names = [each for each in COMPARED if os.path.isfile(os.path.join(tree.library, each))]
    found = dict((each, files.hash_file(os.path.join(tree.library, each))) for each in names)
    rows = [each for each in load() if each["release"] == tree.facts["release"]]
    strange = names
    for row in rows:
        others = [each for each in names if row["files"].get(each) != found[each]]
        if not others:
            return row["name"]
        if len(others) < len(strange):
            strange = others
    package = packaged.find(tree.library, names)
    if package:
        return package
    why = "%s there %s not as in a release of Python %s that is known" % (
        ", ".join(strange), "is" if len(strange) == 1 else "are", tree.facts["release"])
    if not rows:
        why = "no release of Python %s is known to this regraft" % tree.facts["release"]
    raise GraftError("%s: %s. If that is meant to be so, use --any-release" % (tree.library, why))


def load():
    """Return the known releases (list of dict): `name`, `release`, `source`, and `files`, hashes by name."""
    with io.open(DATA, encoding="ascii") as stream:
        return json.load(stream)["releases"]
