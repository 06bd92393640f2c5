"""The commands of `python -m regraft`: one module each, and a row in the table below.

A command's module has `SUMMARY` (str), `DESCRIPTION` (str), `add_arguments(parser)` and `execute(options)`, which
returns the exit status. If it has `split(arguments)` too, that divides the command line into the command's own
part and another program's, which becomes `options.command`.
"""
from __future__ import absolute_import, division, print_function

import argparse
import errno
import importlib
import os
import sys

from regraft import __version__

COMMANDS = ("run", "enable", "disable", "status", "doctor", "profiles", "graft-tree", "ungraft-tree", "verify-tree")


class CommandError(Exception):
    """A command cannot do its work; the text says why and what to do.

    Attributes: status (int), exit status.
    """

    def __init__(self, text, status=1):
        Exception.__init__(self, text)
        self.status = status


def main(arguments=None):
    """Carry out a command line.

    Args: arguments (list of str), without the program; default those of this process.
    Returns:
        int: exit status.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        parser, parsers, modules = build_parser()
    except ImportError as error:  # REGRAFT_DEFAULTS is not one of its values
        sys.stderr.write("regraft: %s\n" % error)
        return 2
    if not arguments:
        parser.print_help()
        return 0
    rest = None
    if hasattr(modules.get(arguments[0]), "split"):
        own, rest = modules[arguments[0]].split(arguments[1:])
        arguments = arguments[:1] + own
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        parsers[options.name].error("unknown arguments: %s" % " ".join(unknown))
    options.command = rest
    try:
        return modules[options.name].execute(options)
    except CommandError as error:
        sys.stderr.write("regraft %s: %s\n" % (options.name, error))
        return error.status


def write_out(write):
    """Let a function write to standard output.

    Args: write (function of a stream)
    Raises: CommandError, if nothing can be written there; a reader that has seen enough is no error.
    """
    if sys.stdout is None:  # Python 3 with a closed one
        raise CommandError("there is no standard output for the report")
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except EnvironmentError as error:
        # What is left in its buffer would be tried again when Python ends, and complained of.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno != errno.EPIPE:  # that is `| head`
            raise CommandError("the report cannot be written: %s" % error.strerror)


def build_parser():
    """Return the parser, and by command's name the dicts of their parsers and modules."""
    parser = argparse.ArgumentParser(
        prog="python -m regraft",
        description="ssl, hashlib, hmac and secure randomness of the newest Python 3 in the Python you already run.",
        epilog="REGRAFT_DISABLE=1 in the environment switches regraft off, however it was activated; but for a grafted"
               " standard library.")
    parser.add_argument("--version", action="version", version="regraft %s" % __version__)
    commands = parser.add_subparsers(dest="name", metavar="COMMAND")
    parsers, modules = {}, {}
    for name in COMMANDS:
        module = importlib.import_module("regraft.cli." + name.replace("-", "_"))
        modules[name] = module
        parsers[name] = commands.add_parser(
            name, help=module.SUMMARY, description=module.DESCRIPTION, usage=getattr(module, "USAGE", None),
            formatter_class=argparse.RawDescriptionHelpFormatter)
        module.add_arguments(parsers[name])
    return parser, parsers, modules
