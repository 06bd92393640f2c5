"""`graft-tree`: regraft in the place of the originals in a standard library."""
from __future__ import absolute_import, division, print_function

import os

from regraft.cli import CommandError

SUMMARY = "put regraft in the place of the originals in a standard library"
DESCRIPTION = """\
Put regraft's modules in the place of ssl, hashlib, hmac, random and secrets in the standard library of an
interpreter, for whoever builds images, packages or appliances. They are then in force with -S, -E and -I, in
virtual environments made from it and in programs that embed it. The originals are kept in the directory
regraft-originals beside them, with a receipt; `ungraft-tree` gives them back. If the command is interrupted,
the interpreter works all the same, and the next graft-tree or ungraft-tree brings things to an end.

Programs that run meanwhile keep what they have loaded, and should be started anew."""


def add_arguments(parser):
    """Declare the arguments."""
    add_tree(parser)
    parser.add_argument("--any-release", action="store_true",
                        help="also where the files are not those of a release that is known, as in a Python with patches")
    parser.add_argument("--destdir", metavar="DIR", help="the tree is in DIR only while a package is built: leave DIR out"
                        " of what byte code and receipt say")


def find_root(path):
    """Return the path of a directory that stands for the root, "" for none. Raises: CommandError, if it is none."""
    if not path:
        return ""
    if not os.path.isdir(path):
        raise CommandError("--destdir %s is no directory" % path, 2)
    return os.path.realpath(path).rstrip(os.sep)


def add_tree(parser):
    """Declare the arguments that name a tree."""
    parser.add_argument("prefix", nargs="?", metavar="PREFIX", help="where the interpreter is installed, such as /usr:"
                        " with bin/pythonX.Y in it")
    parser.add_argument("--python", metavar="EXE", help="its program file, if PREFIX has several")


def execute(options):
    """Graft the tree, or finish what was interrupted."""
    from regraft.grafting import GraftError, files, layout, records, releases, switching, trees

    check(options)
    try:
        tree = trees.find(options.prefix, options.python)
        tree.destdir = find_root(options.destdir)
        with writing(tree), files.locked(tree.library):
            done = switching.recover(tree)
            journal, receipt = records.read(tree)
            if done and receipt is not None:
                print("%s: %s" % (tree.library, done))
                return 0
            if receipt is not None:
                raise GraftError("%s was grafted with regraft %s at %s already; for another graft run `ungraft-tree` first"
                                 % (tree.library, receipt["regraft"], receipt["time"]))
            if done:
                # What the tree said of itself was said halfway.
                tree = trees.find(options.prefix, options.python)
                tree.destdir = find_root(options.destdir)
            layout.check(tree)
            release = None if options.any_release else releases.find(tree)
            plan = layout.Layout(tree)
            receipt = switching.graft(tree, plan, release)
    except GraftError as error:
        raise CommandError(str(error))
    if done:
        print("%s: %s" % (tree.library, done))
    print("grafted %s: %s, over %s" % (tree.library, ", ".join(plan.modules), receipt["openssl"]["loaded"]))
    if plan.built_in:
        print("%s is built into this Python and stays; regraft's modules do not use it" % " and ".join(plan.built_in))
    print("the originals are in %s; `ungraft-tree` gives them back. Programs that run are to be started anew"
          % tree.store)
    return 0


def check(options):
    """Refuse a command line without a tree, or with two. Raises: CommandError."""
    if (options.prefix is None) == (options.python is None):
        raise CommandError("name a tree: PREFIX, or --python EXE", 2)
    if os.name != "posix":
        raise CommandError("trees can be grafted on POSIX systems only", 2)


class writing(object):
    """Refuse what cannot be written to, in a `with` statement. Raises: GraftError."""

    def __init__(self, tree):
        self._library = tree.library

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _traceback):
        from regraft.grafting import GraftError

        if isinstance(error, EnvironmentError):
            raise GraftError("%s cannot be changed: %s (%s)" % (
                self._library, error.strerror or error, error.filename or "no file"))
        return False
