"""What goes where in a grafted tree, and in which order. All paths are relative to the tree's library."""
from __future__ import absolute_import, division, print_function

import io
import os
import re

from regraft import __version__, _boot, activation
from regraft._compat import ORIGINALS
from regraft.grafting import GraftError, files

PACKAGE = "regraft"
# The order in which modules are put in place, after the package; they are given back the other way round. Each step
# leaves an interpreter that works. `secrets` needs the new `random`; the host's `ssl` works over the new `_ssl`, and
# so do hashlib and hmac over `_hashlib`.
ORDER = ("random", "secrets", "hashlib", "hmac", "_hashlib", "_ssl", "ssl", "os")
_MARK = "# What follows was put here by"
# Put into the grafted copy of `_boot`.
_SETTINGS = {"_boot.py": {"GRAFTED": "True"}}


class Layout(object):
    """What is to be done to a tree.

    Attributes:
        tree (trees.Tree)
        modules (list of str): names of the modules that are put in place, in that order.
        natives (dict): name of a module -> path of the extension of the host's that it stands for.
    """

    def __init__(self, tree):
        self.tree = tree
        facts = tree.facts
        self.natives = {}
        for name, path in sorted(facts["native"].items()):
            if path and os.path.dirname(os.path.realpath(path)).startswith(tree.library + os.sep):
                self.natives[name] = os.path.relpath(os.path.realpath(path), tree.library)
        # What is built in is found before each path; ours would never be. `ssl` and `hashlib` do without it.
        self.built_in = [name for name in sorted(facts["native"]) if facts["native"][name] == ""]
        self.modules = [name for name in ORDER if name not in self.built_in
                        and (name != "os" or facts["lacks_getrandom"] and not facts["os_is_frozen"])]

    def read_module(self, name):
        """Return the text (bytes) of a module for the tree."""
        if name == "os":
            return self._read_original("os") + _read_tail()
        return _read(os.path.join(activation.OVERLAY, name + ".py"))

    def read_package(self):
        """Return the files of the package (dict of bytes by path), with the extension for the tree's interpreter."""
        found = {}
        for path in files.list_files(_boot.HOME):
            parts = path.split(os.sep)
            if "overlay" in parts[:1] or "__pycache__" in parts or path.endswith((".pyc", ".pyo")):
                continue
            if len(parts) == 1 and path.startswith("_openssl.") and not path.endswith(".pyi") \
                    and path != self.tree.facts["extensions"][0]:
                continue
            found[path] = _read(os.path.join(_boot.HOME, path))
        # What a distribution says of itself (licence, bill of materials) has no other place here.
        for path in _find_about():
            found[os.path.join("about", os.path.basename(path))] = _read(path)
        for path, settings in _SETTINGS.items():
            found[path] = _fill_in(path, found[path], settings)
        return found

    def find_original(self, name):
        """Return the path of a module's source in the tree, or None."""
        path = name + ".py"
        return path if os.path.lexists(os.path.join(self.tree.library, path)) else None

    def _read_original(self, name):
        data = _read(os.path.join(self.tree.library, name + ".py"))
        return data if data.endswith(b"\n") else data + b"\n"

    def list_kinds(self):
        """Return which byte code the tree has of its `ssl`: pairs of suffix and level of optimisation; 0 always."""
        kinds = [("", 0)]
        if not self.tree.facts["tag"]:
            return kinds + [("o", 1)] * os.path.exists(os.path.join(self.tree.library, "ssl.pyo"))
        for level in (1, 2):
            suffix = ".opt-%d" % level
            if os.path.exists(os.path.join(self.tree.library, self.name_bytecode("ssl.py", suffix))):
                kinds.append((suffix, level))
        return kinds

    def find_mode(self):
        """Return how byte code of the tree is held against its source: "timestamp", "checked-hash", "unchecked-hash"."""
        if self.tree.facts["tag"]:
            try:
                with io.open(os.path.join(self.tree.library, self.name_bytecode("ssl.py", "")), "rb") as stream:
                    flags = bytearray(stream.read(8))[4:]
            except EnvironmentError:
                return "timestamp"  # there is none
            # PEP 552. Before it the four bytes were a time, and none has been 1 or 3 for long.
            if list(flags) in ([1, 0, 0, 0], [3, 0, 0, 0]):
                return "checked-hash" if flags[0] == 3 else "unchecked-hash"
        return "timestamp"

    def name_bytecode(self, source, suffix):
        """Return the path of the byte code of a source, by the suffixes of `list_kinds`."""
        folder, name = os.path.split(source)
        tag = self.tree.facts["tag"]
        if not tag:
            return source + (suffix or "c")
        return os.path.join(folder, "__pycache__", "%s.%s%s.pyc" % (name[:-len(".py")], tag, suffix))


def list_bytecode(library, source, tag):
    """Return the paths of all byte code that the interpreter of a tree may read or write for a source."""
    folder, name = os.path.split(source)
    if not tag:
        names = [source + "c", source + "o"]
    else:
        cache = os.path.join(folder, "__pycache__")
        pattern = re.compile(re.escape("%s.%s" % (name[:-len(".py")], tag)) + r"(\.opt-\w+)?\.pyc\Z")
        inside = os.path.join(library, cache)
        names = [os.path.join(cache, each) for each in sorted(os.listdir(inside) if os.path.isdir(inside) else ())
                 if pattern.match(each)]
    return [each for each in names if os.path.lexists(os.path.join(library, each))]


def check(tree):
    """Refuse a tree into which regraft does not go. Raises: GraftError."""
    facts = tree.facts
    if facts["implementation"] != "cpython":
        raise GraftError("%s is %s; regraft is for CPython" % (tree.executable, facts["implementation"]))
    if not facts["extensions"]:
        raise GraftError(
            "this regraft (%s) has no extension for %s, which is Python %s. Install regraft with that interpreter, and"
            " run graft-tree with it" % (_boot.HOME, tree.executable, facts["release"]))
    if os.path.lexists(os.path.join(tree.library, PACKAGE)):
        raise GraftError("%s has a %s already that no graft-tree has put there"
                         % (tree.library, PACKAGE))
    for name in ORDER:
        path = os.path.join(tree.library, name + ".py")
        if os.path.islink(path):
            raise GraftError("%s is a symbolic link to %s, a file of somebody else's: graft the tree that it is in"
                             % (path, os.path.realpath(path)))
    for name in ("ssl", "hashlib", "hmac", "random"):
        if not os.path.isfile(os.path.join(tree.library, name + ".py")):
            raise GraftError("%s has no %s.py: it is no whole standard library" % (tree.library, name))
    _check_sharing(tree)


def _check_sharing(tree):
    # `_ssl_d.so`, `_ssl.cpython-36dm-*`: a debug build with the same library, for which the extension is not made.
    for path in tree.facts["native"].values():
        if not path:
            continue
        folder, own = os.path.split(path)
        others = [each for each in sorted(os.listdir(folder)) if each != own
                  and re.match(r"(_ssl|_hashlib)(_d)?\.(.*\.)?so\Z", each)
                  and each.split(".")[0].replace("_d", "") == own.split(".")[0]]
        if others:
            raise GraftError("another build of Python uses %s too (%s is there); its ssl would not load any more"
                             % (tree.library, others[0]))


def _find_about():
    top = os.path.join(os.path.dirname(_boot.HOME), "regraft-%s.dist-info" % __version__)
    return [os.path.join(top, each) for each in files.list_files(top)
            if os.path.basename(each).startswith("LICENSE") or each.startswith("sboms" + os.sep)]


def _read(path):
    with io.open(path, "rb") as stream:
        return stream.read()


def _read_tail():
    text = _read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "os_tail.py")).decode("ascii")
    return ("\n" + text[text.index(_MARK):]).encode("ascii")


def _fill_in(path, data, settings):
    text = data.decode("ascii")
    for setting, value in settings.items():
        text, count = re.subn(r"(?m)^%s = .*$" % setting, "%s = %s" % (setting, value), text)
        if count != 1:
            raise GraftError("%s has %d lines `%s = ...`, not one" % (path, count, setting))
    return text.encode("ascii")


def is_grafted(tree):
    """Tell whether there is anything of graft-tree in a tree."""
    return os.path.isdir(os.path.join(tree.library, ORIGINALS))
