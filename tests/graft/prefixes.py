"""Throw-away copies of the interpreter under test, whose standard library a test may change."""
from __future__ import absolute_import, division, print_function

import json
import os
import shutil
import stat
import subprocess
import sys

import regraft
from regraft import _boot
from regraft._compat import ORIGINALS

HERE = os.path.dirname(os.path.abspath(__file__))
SITE = os.path.dirname(os.path.dirname(os.path.abspath(regraft.__file__)))
NAME = "python%d.%d" % sys.version_info[:2]
PY2 = sys.version_info[0] == 2
# What a start of Python may be told, and regraft must be there all the same.
FLAGS = ((), ("-S",), ("-E",), ("-S", "-E")) + (() if PY2 else (("-I",), ("-I", "-S")))
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS",
            "REGRAFT_DISABLE", "REGRAFT_RUN", "REGRAFT_DEFAULTS", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH")
_CHANGED = _boot.COVERED + ("os",)


class Result(object):
    """How a program ended: `status`, `out` and `err` (text)."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return "exit status %r\n--- out\n%s\n--- err\n%s" % (self.status, self.out, self.err)


class Prefix(object):
    """An interpreter and its standard library.

    Attributes: path, python, library, store.
    """

    def __init__(self, path):
        self.path = path
        self.python = os.path.join(path, "bin", NAME)
        self.library = os.path.join(path, "lib", NAME)
        self.store = os.path.join(self.library, ORIGINALS)

    @property
    def packages(self):
        """A directory of packages that it reads, which Debian calls otherwise."""
        path = self.run("-c", "import site; print(site.getsitepackages()[-1])").out.strip()
        if not os.path.isdir(path):
            os.makedirs(path)
        return path

    def command(self, *arguments):
        return [self.python, "-B"] + list(arguments)

    def run(self, *arguments, **options):
        """Run its Python; keyword arguments that are not Popen's are variables of the environment."""
        popen = dict((name, options.pop(name)) for name in ("cwd", "preexec_fn") if name in options)
        command = options.pop("command", None) or self.command(*arguments)
        child = subprocess.Popen(command, env=make_environment(options), universal_newlines=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **popen)
        out, err = child.communicate("")
        return Result(child.returncode, out, err)

    def regraft(self, *arguments, **options):
        """Run a command of the regraft under test, or of the tree's own, which comes behind it in the path."""
        if options.pop("own", False):
            return self.run("-m", "regraft", *arguments, **options)
        return self.run("-m", "regraft", *arguments, **dict({"PYTHONPATH": SITE}, **options))

    def graft(self, *arguments, **options):
        result = self.regraft("graft-tree", "--any-release", "--python", self.python, *arguments, **options)
        assert result.status == 0, result
        return result

    def ungraft(self, *arguments, **options):
        result = self.regraft("ungraft-tree", self.path, *arguments, **options)
        assert result.status == 0, result
        return result

    def verify(self, *arguments, **options):
        result = self.regraft("verify-tree", "--json", self.path, *arguments, **options)
        assert not result.err, result
        return result.status, json.loads(result.out)

    def look(self, *flags, **options):
        """Use everything once, in a handshake too (working.py); which of it is regraft's (dict)."""
        result = self.run(*(flags + (os.path.join(HERE, "working.py"), os.environ["REGRAFT_TEST_CERTS"])), **options)
        assert result.status == 0 and not result.err, result
        return json.loads(result.out)

    def snapshot(self):
        """Return all there is: path -> mode, owners, time and bytes; of a directory without its time."""
        found = {}
        for folder, folders, names in os.walk(self.path):
            for name in folders + names:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                what = [status.st_mode, status.st_uid, status.st_gid]
                if stat.S_ISREG(status.st_mode):
                    what += [getattr(status, "st_mtime_ns", status.st_mtime), read(path)]
                found[os.path.relpath(path, self.path)] = what
        return found

    def write(self, name, data):
        """Put another file in the place of one of the library, as a package manager does."""
        path = os.path.join(self.library, name)
        with open(path + ".dpkg-new", "wb") as stream:
            stream.write(data)
        os.rename(path + ".dpkg-new", path)


def make_environment(variables):
    environment = dict((name, value) for name, value in os.environ.items() if name not in _FOREIGN)
    environment.update(variables)
    return environment


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def find_base():
    """Return the prefix of the interpreter that the environment of this test run was made from."""
    return getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix))


def make(path):
    """Return a prefix with copies of what a graft may change, and links to all else."""
    source = os.path.join(find_base(), "lib", NAME)
    target = os.path.join(path, "lib", NAME)
    os.makedirs(os.path.join(target, "site-packages"))
    os.mkdir(os.path.join(path, "bin"))
    # A copy: where a link leads to is where Python looks for its library.
    shutil.copy2(os.path.join(os.path.realpath(find_base()), "bin", NAME), os.path.join(path, "bin", NAME))
    _copy(source, target, ("site-packages", "test", "__pycache__", "lib-dynload"))
    for name in ("__pycache__", "lib-dynload"):
        if os.path.isdir(os.path.join(source, name)):
            os.mkdir(os.path.join(target, name))
            _copy(os.path.join(source, name), os.path.join(target, name), ())
    return Prefix(path)


def copy(prefix, directory):
    """Return a copy of a prefix in a directory, with all times."""
    path = os.path.join(directory, "it's here", "usr")
    shutil.copytree(prefix.path, path, symlinks=True)
    return Prefix(path)


def _copy(source, target, left_out):
    for name in os.listdir(source):
        path = os.path.join(source, name)
        if name in left_out or ".opt-" in name:
            continue  # a tree with fewer kinds of byte code is grafted in half the time
        if name.split(".")[0] in _CHANGED:
            shutil.copy2(path, os.path.join(target, name))
        else:
            os.symlink(path, os.path.join(target, name))
