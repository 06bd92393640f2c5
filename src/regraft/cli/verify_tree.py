"""`verify-tree`: what in a standard library is regraft's, and whether it is as graft-tree has left it."""
from __future__ import absolute_import, division, print_function

import json

from regraft.cli import CommandError, write_out
from regraft.cli.graft_tree import add_tree, check

SUMMARY = "show whether a standard library is grafted, and whole"
DESCRIPTION = """\
Show whether a standard library is grafted, with what and when, and which files somebody has changed since, as the
upgrade of a package does. Exit status 0: grafted and whole; 1: changed, or a command was interrupted; 3: not
grafted."""

STATUS = {"grafted": 0, "altered": 1, "interrupted": 1, "original": 3}


def add_arguments(parser):
    """Declare the arguments."""
    add_tree(parser)
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def execute(options):
    """Print the report."""
    from regraft.grafting import GraftError, trees, verification

    check(options)
    try:
        report = verification.examine(trees.find_grafted(options.prefix, options.python))
    except EnvironmentError as error:
        raise CommandError("%s: %s" % (error.filename, error.strerror))
    except GraftError as error:
        raise CommandError(str(error))
    text = json.dumps(report, indent=2, sort_keys=True) if options.json else "\n".join(describe(report))
    write_out(lambda stream: stream.write(text + "\n"))
    return STATUS[report["state"]]


def describe(report):
    """Return the lines that say in words what a report says.

    Args: report (dict), of `verification.examine`.
    """
    if report["state"] == "original":
        return ["%s is not grafted" % report["tree"]]
    if report["state"] == "interrupted":
        return ["%s: %s was interrupted. The interpreter works; the next graft-tree or ungraft-tree brings it to an end"
                % (report["tree"], report["interrupted"])]
    lines = ["%s is grafted%s" % (report["tree"], "" if report["state"] == "grafted" else ", but was CHANGED since"),
             "  with         regraft %s, %s" % (report["regraft"], report["openssl"]["loaded"]),
             "  at           %s" % report["time"],
             "  was          %s" % (report["release"] or "not asked for (--any-release)"),
             "  originals    %s" % report["store"]]
    return lines + ["  %-12s %s" % (each["what"], each["path"]) for each in report["changes"]]
