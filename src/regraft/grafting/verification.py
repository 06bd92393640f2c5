"""What in a tree is not as graft-tree has left it."""
from __future__ import absolute_import, division, print_function

import os

from regraft.grafting import files, layout, records

ORIGINAL, GRAFTED, ALTERED, INTERRUPTED = "original", "grafted", "altered", "interrupted"


def examine(tree):
    """Return how a tree stands.

    Args: tree (trees.Tree)
    Returns:
        dict: `tree`, `state`, `interrupted` (the command or None), `changes` (list of dict: `path`, `what`), and of the
            receipt `regraft`, `openssl`, `interpreter`, `release`, `time`, `command`.
    Raises:
        GraftError: journal or receipt are damaged.
    """
    report = {"tree": tree.library, "store": tree.store, "state": ORIGINAL, "interrupted": None, "changes": []}
    journal, receipt = records.read(tree)
    if journal is not None or receipt is None and os.path.isdir(tree.store):
        report["state"] = INTERRUPTED
        report["interrupted"] = (journal or {}).get("operation", "graft") + "-tree"
        return report
    if receipt is None:
        return report
    for name in ("regraft", "openssl", "interpreter", "release", "time", "command"):
        report[name] = receipt[name]
    report["changes"] = find_changes(tree, receipt)
    report["state"] = ALTERED if report["changes"] else GRAFTED
    return report


def find_changes(tree, receipt):
    """Return which files are not as the receipt says (list of dict: `path` in the tree, `what`)."""
    changes = []
    for module in receipt["modules"]:
        for path, known in sorted(module["files"].items()):
            if known["put"]:  # else byte code of the original, which Python may write anew
                _compare(tree.library, path, known["put"], changes)
            if known["taken"]:
                _compare(tree.library, _store_path(tree, path), known["taken"], changes)
    for path, known in sorted(receipt["package"].items()):
        _compare(tree.library, os.path.join(layout.PACKAGE, path), known, changes)
    for path in files.list_files(os.path.join(tree.library, layout.PACKAGE)):
        if path not in receipt["package"] and not path.endswith((".pyc", ".pyo")):
            changes.append({"path": os.path.join(layout.PACKAGE, path), "what": "new"})
    for native in receipt["natives"]:
        _compare(tree.library, native["path"], None, changes)
        _compare(tree.library, _store_path(tree, native["stored"]), native["taken"], changes)
    return changes


def find_changed_modules(receipt, changes):
    """Return the paths of changed files that were put in the place of others: what to do with them must be said."""
    sources = set(each["name"] + ".py" for each in receipt["modules"])
    return sorted(each["path"] for each in changes if each["path"] in sources and each["what"] == "changed")


def find_lost_originals(tree, changes):
    """Return the paths of originals that are not what they were: they cannot be given back."""
    store = os.path.relpath(tree.store, tree.library) + os.sep
    return sorted(each["path"] for each in changes if each["path"].startswith(store))


def _store_path(tree, path):
    return os.path.join(os.path.relpath(tree.store, tree.library), path)


def _compare(library, path, known, changes):
    here = os.path.join(library, path)
    if known is None:
        # No file is meant to be there: an extension of the host's, which would not be found first.
        if os.path.lexists(here):
            changes.append({"path": path, "what": "there again"})
    elif not os.path.lexists(here):
        changes.append({"path": path, "what": "missing"})
    else:
        found = files.describe(here)
        if found["sha256"] != known["sha256"]:
            changes.append({"path": path, "what": "changed"})
        elif [found[each] for each in ("mode", "uid", "gid")] != [known[each] for each in ("mode", "uid", "gid")]:
            changes.append({"path": path, "what": "of another mode or owner"})
