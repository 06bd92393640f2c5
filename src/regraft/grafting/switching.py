"""Moves the staged files into a tree, or the originals back. Each step is one rename, and leaves an interpreter that
works; each may be done again after a kill, and the journal says which way things were going.
"""
from __future__ import absolute_import, division, print_function

import os

from regraft.grafting import GraftError, files, layout, packages, records, staging, verification

# Where the package goes first when it is taken out: a directory cannot be removed in one step.
_TAKEN_PACKAGE = "taken-package"


def graft(tree, plan, release):
    """Graft a tree that `layout.check` and `releases.find` have passed.

    Args: tree (trees.Tree); plan (layout.Layout); release (str or None), as in the receipt.
    Returns:
        dict: the receipt.
    Raises:
        GraftError: it could not be done, and the tree is as it was.
    """
    with packages.held(tree.library):
        moment = records.now()
        record = records.begin(tree, release, moment)
        # Before the store, which changes the directory.
        before = files.describe_folder(tree.library)
        try:
            files.make_folder(tree.store, os.stat(os.path.join(tree.library, "ssl.py")))
            records.write(tree, records.JOURNAL, {"operation": "graft", "phase": "staging"})
            records.write_readme(tree)
            staging.stage(plan, record, moment)
            record["folders"][""] = before
            record["openssl"] = staging.check(tree, staged=True)
            records.write(tree, records.JOURNAL, {"operation": "graft", "phase": "switching", "record": record})
            put_in(tree, record)
            staging.check(tree)
            return finish_graft(tree, record)
        except BaseException as error:  # whatever it was: memory that ran out, a handler of signals that raises
            undo(tree)
            if files.describe_folder(tree.library) != before:
                files.set_time(tree.library, before)
            if isinstance(error, EnvironmentError):
                raise GraftError("%s: %s; the tree is as it was" % (error.filename or tree.library, error.strerror or error))
            raise


def undo(tree):
    """Take out what a graft that did not come to its end has put into a tree."""
    if not os.path.isdir(tree.store):
        return
    journal, _receipt = records.read(tree)
    if journal and "record" in journal:
        begin_ungraft(tree, journal["record"], [])
        take_out(tree, *records.read(tree)[:1])
    else:
        # The originals in the store are second names of those in the tree.
        clear(tree)


def recover(tree, forward=True):
    """Bring to its end what was interrupted in a tree.

    Args: tree (trees.Tree); forward (bool), whether a graft that was interrupted is to be finished; otherwise it is
        taken out.
    Returns:
        str or None: what was found and done.
    Raises: GraftError.
    """
    if not os.path.isdir(tree.store):
        return None
    with packages.held(tree.library):
        return _recover(tree, forward)


def _recover(tree, forward):
    journal, receipt = records.read(tree)
    if journal is None:
        if receipt is None:
            _clear_empty(tree)
            return "the directory of an interrupted command was removed"
        files.remove(os.path.join(tree.store, records.STAGED))
        return None
    if journal["operation"] == "ungraft":
        take_out(tree, journal)
        return "an ungraft-tree that was interrupted was finished"
    if "record" not in journal:
        clear(tree)
        return "what a graft-tree that was interrupted had prepared was removed"
    if forward:
        put_in(tree, journal["record"])
        changes = verification.find_changes(tree, journal["record"])
        if changes:
            # Somebody else was at it meanwhile.
            undo(tree)
            raise GraftError("%s: a graft-tree that was interrupted cannot be finished, as %s is not what it put there; it"
                             " was undone" % (tree.library, changes[0]["path"]))
        finish_graft(tree, journal["record"])
        return "a graft-tree that was interrupted was finished"
    undo(tree)
    return "a graft-tree that was interrupted was undone"


def put_in(tree, record):
    """Move the staged files into the tree, in the order of the record."""
    _put(tree, layout.PACKAGE)
    files.flush(tree.library)
    for folder in record["made"]:
        files.make_folder(os.path.join(tree.library, folder), os.stat(os.path.join(tree.library, "ssl.py")))
    natives = dict((each["name"], each["path"]) for each in record["natives"])
    for module in record["modules"]:
        for path in _list_in_order(module):
            if module["files"][path]["put"] is None:
                files.remove(os.path.join(tree.library, path))  # byte code of the original
            else:
                _put(tree, path)
        if module["name"] in natives:
            # The module of that name stands before it already.
            files.remove(os.path.join(tree.library, natives[module["name"]]))
        files.flush(tree.library)


def _put(tree, path):
    staged = os.path.join(tree.store, records.STAGED, path)
    if os.path.lexists(staged):
        os.rename(staged, os.path.join(tree.library, path))


def _list_in_order(module):
    """Return the paths of a module's files: the source before its byte code, which is nobody's without it."""
    source = module["name"] + ".py"
    return [source] + sorted(each for each in module["files"] if each != source)


def finish_graft(tree, record):
    """Write the receipt, and remove what is not needed any more; the receipt (dict)."""
    for folder in record["made"]:
        record["folders"].setdefault(folder, None)
    record["folders_after"] = dict((each, files.describe_folder(os.path.join(tree.library, each)))
                                   for each in record["folders"])
    records.write(tree, records.RECEIPT, record)
    files.remove(os.path.join(tree.store, records.JOURNAL))
    files.remove(os.path.join(tree.store, records.STAGED))
    files.flush(tree.store)
    return record


def ungraft(tree, receipt, kept=()):
    """Give a grafted tree its originals back.

    Args: tree (trees.Tree); receipt (dict); kept (paths in the tree), of files that were changed and stay.
    Raises:
        GraftError: it could not be done; the next ungraft-tree goes on.
    """
    with packages.held(tree.library):
        try:
            begin_ungraft(tree, receipt, kept)
            take_out(tree, *records.read(tree)[:1])
        except EnvironmentError as error:
            raise GraftError("%s: %s. The interpreter works; ungraft-tree goes on when that is put right"
                             % (error.filename or tree.library, error.strerror or error))


def begin_ungraft(tree, record, kept):
    """Note in the journal that the originals are to come back."""
    after = record.get("folders_after", record["folders"])
    # A directory that somebody else has changed meanwhile keeps the time of that.
    same = dict((each, before) for each, before in record["folders"].items() if before is not None and (
        "folders_after" not in record
        or after[each] == files.describe_folder(os.path.join(tree.library, each))))
    records.write(tree, records.JOURNAL, {
        "operation": "ungraft", "record": record, "kept": sorted(kept), "folders": same})


def take_out(tree, journal):
    """Move the originals back, in the opposite order of `put_in`, and remove what is not the tree's."""
    record = journal["record"]
    natives = dict((each["name"], each) for each in record["natives"])
    # Before anything else, as hooks of other regrafts leave a tree with a receipt to itself.
    files.remove(os.path.join(tree.store, records.RECEIPT))
    files.flush(tree.store)
    for module in reversed(record["modules"]):
        if module["name"] in natives:
            native = natives[module["name"]]
            path = native["path"]
            if not os.path.lexists(os.path.join(tree.library, path)):
                _give_back(tree, path, native["stored"])
                files.flush(os.path.dirname(os.path.join(tree.library, path)))
        _take_out_module(tree, record, module, journal["kept"])
        files.flush(tree.library)
    package = os.path.join(tree.library, layout.PACKAGE)
    if os.path.lexists(package):
        files.remove(os.path.join(tree.store, _TAKEN_PACKAGE))
        os.rename(package, os.path.join(tree.store, _TAKEN_PACKAGE))
        files.flush(tree.library)
    for folder in record["made"]:
        path = os.path.join(tree.library, folder)
        if os.path.isdir(path) and not os.listdir(path):
            os.rmdir(path)
    clear(tree)
    for folder, before in journal["folders"].items():
        files.set_time(os.path.join(tree.library, folder), before)


def _take_out_module(tree, record, module, kept):
    source = module["name"] + ".py"
    paths = _list_in_order(module)
    paths += [each for each in layout.list_bytecode(tree.library, source, record["interpreter"]["tag"])
              if each not in paths]
    if source in kept:
        paths = [each for each in paths if each != source and _is_as_put(tree, module["files"].get(each), each)]
    for path in paths:
        if source not in kept and (module["files"].get(path) or {}).get("taken"):
            _give_back(tree, path)
        else:
            files.remove(os.path.join(tree.library, path))


def _is_as_put(tree, known, path):
    path = os.path.join(tree.library, path)
    return bool(known and known["put"]) and os.path.isfile(path) and files.hash_file(path) == known["put"]["sha256"]


def _give_back(tree, path, stored=None):
    original = os.path.join(tree.store, stored or path)
    if os.path.lexists(original):
        os.rename(original, os.path.join(tree.library, path))


def clear(tree):
    """Remove the store; what says what is being done goes last."""
    for name in sorted(os.listdir(tree.store)):
        if name != records.JOURNAL:
            files.remove(os.path.join(tree.store, name))
    files.remove(os.path.join(tree.store, records.JOURNAL))
    os.rmdir(tree.store)
    files.flush(tree.library)


def _clear_empty(tree):
    strange = [each for each in sorted(os.listdir(tree.store)) if not each.startswith(records.JOURNAL)]
    if strange:
        raise GraftError("%s has neither journal nor receipt, but %s: put it back from a copy of the tree"
                         % (tree.store, strange[0]))
    clear(tree)
