"""`disable`: what `enable` wrote is removed."""
from __future__ import absolute_import, division, print_function

from regraft import _boot, hooks, records
from regraft.cli import CommandError

SUMMARY = "undo enable"
DESCRIPTION = """\
Remove the start-up hook from the site-packages of this interpreter. Programs that run already keep
what they have."""


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument("--user", action="store_true", help="the hook of `enable --user`")


def execute(options):
    """Remove the hook."""
    try:
        directory = hooks.find_directory(options.user)
        removed = hooks.remove(directory)
        others = [each for each in hooks.list_directories() if each != directory and hooks.read(each)]
    except hooks.HookError as error:
        raise CommandError(str(error))
    if removed:
        print("regraft disabled in %s" % directory)
    else:
        print("nothing to do: regraft is not enabled in %s" % directory)
    if _boot.GRAFTED:
        print("regraft stays active: it is in the standard library of this Python. `python -m regraft ungraft-tree` takes"
              " it out")
    for other in others:
        print("still enabled in %s: use `python -m regraft disable%s`" % (other, "" if options.user else " --user"))
    try:
        records.strike(directory)
    except records.RecordError as error:
        raise CommandError("the hook's files stay in the record, which does no harm: %s" % error)
    return 0
