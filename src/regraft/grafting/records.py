"""The journal of what is being done to a tree, and the receipt of what was done."""
from __future__ import absolute_import, division, print_function

import os
import sys
import time

from regraft import __version__
from regraft.grafting import files

JOURNAL = "journal.json"
RECEIPT = "receipt.json"
README = "README"
# Where what is put into the tree waits, in the store.
STAGED = "new"
FORMAT = 1

_README = """\
Put here by `python -m regraft graft-tree`: the files whose places regraft's have taken in the directory above,
unchanged, and receipt.json, which says what was done. `python -m regraft ungraft-tree` gives them back, and this
directory is gone then. Without a regraft that can be run: while journal.json says "ungraft", or ssl.py of the directory
above is the original, what is missing there can be moved back by hand.
"""


def read(tree):
    """Return the journal and the receipt of a tree, each a dict or None. Raises: GraftError, for a damaged one."""
    return [files.read_json(os.path.join(tree.store, name)) for name in (JOURNAL, RECEIPT)]


def write(tree, name, content):
    """Put the journal or the receipt in its place, in one step."""
    files.write_json(os.path.join(tree.store, name), content)


def write_readme(tree):
    """Write for a person what the store is."""
    path = os.path.join(tree.store, README)
    with open(path, "w") as stream:
        stream.write(_README)
    os.chmod(path, 0o644)


def begin(tree, release, moment):
    """Return a new record (dict) of a graft.

    Args: tree (trees.Tree); release (str or None), whose files they were; moment (int), seconds since 1970.
    """
    return {
        "format": FORMAT,
        "regraft": __version__,
        "interpreter": {"executable": tree.show(tree.executable), "release": tree.facts["release"], "tag": tree.facts["tag"]},
        "release": release,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)),
        "command": [tree.show(each) for each in [sys.executable] + sys.argv],
        "modules": [], "package": [], "natives": [], "made": [], "folders": {},
    }


def now():
    """Return the time in seconds; SOURCE_DATE_EPOCH, if set, for builds that can be repeated."""
    value = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(value) if value.isdigit() else int(time.time())
