"""`ungraft-tree`: a grafted standard library as it was."""
from __future__ import absolute_import, division, print_function

from regraft.cli import CommandError
from regraft.cli.graft_tree import add_tree, check, writing

SUMMARY = "give a grafted standard library its originals back"
DESCRIPTION = """\
Give a standard library that graft-tree has changed its originals back, byte for byte, with their modes, owners
and times. Files that somebody has changed since are neither lost nor overwritten without being asked for."""


def add_arguments(parser):
    """Declare the arguments."""
    add_tree(parser)
    changed = parser.add_mutually_exclusive_group()
    changed.add_argument("--keep-changed", action="store_true",
                         help="files that were changed since stay, as after an upgrade of the package they belong to")
    changed.add_argument("--discard-changed", action="store_true", help="the originals replace them")


def execute(options):
    """Give the originals back, or finish what was interrupted."""
    from regraft.grafting import GraftError, files, records, switching, trees, verification

    check(options)
    try:
        tree = trees.find_grafted(options.prefix, options.python)
        with writing(tree), files.locked(tree.library):
            done = switching.recover(tree, forward=False)
            journal, receipt = records.read(tree)
            if done:
                print("%s: %s" % (tree.library, done))
                return 0
            if receipt is None:
                raise GraftError("%s is not grafted" % tree.library)
            changes = verification.find_changes(tree, receipt)
            lost = verification.find_lost_originals(tree, changes)
            if lost:
                raise GraftError("%s cannot be given back: %s is not what it was; put it back from a copy"
                                 % (tree.library, lost[0]))
            changed = verification.find_changed_modules(receipt, changes)
            if changed and not (options.keep_changed or options.discard_changed):
                raise GraftError("%s: %s changed since graft-tree, perhaps by an upgrade of the package. --keep-changed"
                                 " leaves that in place, --discard-changed puts the original there"
                                 % (tree.library, describe(changed)))
            switching.ungraft(tree, receipt, changed if options.keep_changed else ())
    except GraftError as error:
        raise CommandError(str(error))
    print("%s has its originals back. Programs that run are to be started anew" % tree.library)
    if changed:
        print("%s: %s" % ("left as it was found" if options.keep_changed else "discarded", ", ".join(changed)))
    return 0


def describe(names):
    """Return which files were changed, as the beginning of a sentence (str)."""
    return "%s %s" % (", ".join(names), "was" if len(names) == 1 else "were")
