"""The command line."""
from __future__ import absolute_import, division, print_function

import argparse
import os

from . import signals, work
from .archive import Bundle
from .wording import Refusal, complain, explain


def main(path, arguments):
    """Carry out a command line.

    Args: path (str), of the bundle; arguments (list of str).
    Returns:
        int: exit status.
    """
    try:
        bundle = Bundle(path)
        options = build_parser(bundle).parse_args(arguments or ["overview"])
        signals.listen()
        return options.execute(bundle, options)
    except Refusal as error:
        complain("regraft: %s" % error)
    except EnvironmentError as error:
        complain("regraft: %s; what was begun is undone" % explain(error))
    except signals.Terminated as error:
        complain("regraft: interrupted; what was begun is undone")
        return error.status
    return 1


def build_parser(bundle):
    """Return the parser of the command line."""
    title = "regraft %s (commit %s)" % (bundle.version, bundle.commit or "unknown")
    parser = argparse.ArgumentParser(
        prog=os.path.basename(bundle.path), description="Installs regraft %s into the Python that runs this file, from"
        " this file alone; takes it away again." % bundle.version)
    parser.add_argument("--version", action="version", version=title)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, function, words in (
            ("install", work.install, "install regraft and enable it"),
            ("uninstall", work.uninstall, "take it and its start-up hook away"),
            ("status", work.status, "say which regraft this Python has"),
            ("overview", work.overview, "say what this file would do; the same as no command")):
        each = commands.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".")
        each.set_defaults(execute=function)
        if name != "overview":
            where = each.add_mutually_exclusive_group()
            where.add_argument("--user", action="store_true", help="the site-packages of this user")
            where.add_argument("--target", metavar="DIRECTORY", help="a directory of your own; nothing is enabled there")
        if name in ("install", "uninstall"):
            each.add_argument("--dry-run", action="store_true", help="check all and say what would be done")
            each.add_argument("--force", action="store_true", help="though a newer regraft, one without a record, or"
                              " files that are not regraft's are there")
        if name == "install":
            each.add_argument("--no-enable", dest="enable", action="store_false",
                              help="do not enable it (one that is enabled stays so)")
            each.add_argument("--defaults", choices=(work.HOST, work.NEWEST), help="TLS defaults: of this Python"
                              " release (host), or of the newest; those of a regraft that is replaced are kept")
            each.add_argument("--break-system-packages", action="store_true",
                              help="though the system's package manager claims this Python for itself")
    return parser
