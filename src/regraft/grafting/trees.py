"""What a tree is: found by a prefix or an executable, described by its own interpreter."""
from __future__ import absolute_import, division, print_function

import glob
import json
import os
import re
import subprocess

from regraft import _boot
from regraft._compat import ORIGINALS, native_text
from regraft.grafting import GraftError

HERE = os.path.dirname(os.path.abspath(__file__))
_EXECUTABLE = re.compile(r"python\d+\.\d+[a-z]*\Z")


class Tree(object):
    """The standard library of one interpreter.

    Attributes:
        library (str): its directory, without symbolic links in the path.
        store (str): where originals, journal and receipt are, or would be.
        executable (str or None): the interpreter; None if the tree was found by its files.
        facts (dict): what `probe` says of it; empty if the interpreter was not asked.
        destdir (str): a directory that stands for the root of the system that the tree is for, as in the building of
            a package; empty for that of this system.
    """

    def __init__(self, library, executable=None, facts=None):
        self.library = os.path.realpath(library)
        self.store = os.path.join(self.library, ORIGINALS)
        self.executable = executable
        self.facts = facts or {}
        self.destdir = ""

    def show(self, path):
        """Return a path (str) as it will be: without the directory that stands for the root."""
        return path[len(self.destdir):] if self.destdir and is_below(path, self.destdir) else path

    def run(self, program, arguments=(), data="", flags=("-B", "-S", "-E")):
        """Run a program with the tree's interpreter, which must not read the environment.

        Args: program (str), a file of this package; arguments and flags (of str); data (str), its standard input.
        Returns:
            str: what it printed.
        Raises:
            GraftError: it did not end well, or the interpreter cannot be run.
        """
        return run([self.executable] + list(flags) + [os.path.join(HERE, program)] + list(arguments), data)


def run(command, data=""):
    """Run a command in a directory without modules; what it printed. Raises: GraftError."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 cwd=os.sep)
    except EnvironmentError as error:
        raise GraftError("%s cannot be run here: %s. Run the command where it can: inside the image, for another"
                         " architecture under an emulator" % (command[0], error.strerror))
    output, errors = child.communicate(data.encode("ascii"))
    if child.returncode:
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        raise GraftError("%s: %s" % (command[0], native_line(lines[-1]) if lines
                                     else "exit status %d" % child.returncode))
    return output.decode("utf-8", "replace")


def native_line(text):
    """Return text as `str`, with marks in the place of what is not ASCII."""
    return native_text(text.encode("ascii", "replace").decode("ascii"))


def find(prefix=None, executable=None):
    """Return the tree that a command line names, described by its interpreter.

    Args: prefix (str or None), such as /usr; executable (str or None). One of the two.
    Raises:
        GraftError: there is none, or it is no tree that can be changed.
    """
    if prefix is not None:
        executable = _find_executable(prefix)
    executable = _locate(executable)
    answer = run([executable, "-B", "-S", "-E", os.path.join(HERE, "probe.py"), _boot.HOME])
    try:
        facts = json.loads(answer)
    except ValueError:
        raise GraftError("%s did not tell what it is: is it a Python?" % executable)
    library = facts["library"]
    if not os.path.isdir(library):
        raise GraftError("the standard library of %s is in an archive or built in (%s); only one that is a directory"
                         " can be grafted" % (executable, library))
    tree = Tree(library, executable, facts)
    # A copy of an interpreter without its library, as in a broken image, uses the one that it was built for.
    home = os.path.dirname(os.path.dirname(facts["executable"]))
    # home/lib/pythonX.Y, or lib64. Anything in home would not do: that of ~/bin/python2.7 may be in ~/.pyenv.
    _refuse_unless(os.path.dirname(os.path.dirname(tree.library)) == home, tree.library, executable, home)
    if prefix is not None:
        top = os.path.realpath(prefix)
        _refuse_unless(is_below(home, top), tree.library, executable, top)
    return tree


def _refuse_unless(fits, library, named, place):
    if not fits:
        raise GraftError("the standard library of %s is %s, which is not in %s; name the interpreter that it belongs to"
                         % (named, library, os.path.join(place, "lib")))


def find_grafted(prefix=None, executable=None):
    """Return the tree that a command line names; by its files if they tell, so that a broken one can be given back.

    Args: as for `find`.
    Raises: GraftError.
    """
    if prefix is not None:
        pattern = os.path.join(re.sub(r"([\[*?])", r"[\1]", prefix), "lib*", "python*", ORIGINALS)
        libraries = sorted(set(os.path.realpath(os.path.dirname(each)) for each in glob.glob(pattern)))
        if len(libraries) > 1:
            raise GraftError("%s has %d grafted trees (%s): name one with --python" % (
                prefix, len(libraries), ", ".join(libraries)))
        if libraries:
            # A link may lead to another prefix.
            top = os.path.realpath(prefix)
            _refuse_unless(is_below(libraries[0], top), libraries[0], prefix, top)
            return Tree(libraries[0])
    else:
        for library in _guess_libraries(_locate(executable)):
            if os.path.isdir(os.path.join(library, ORIGINALS)):
                home = os.path.dirname(os.path.dirname(library))
                _refuse_unless(os.path.dirname(os.path.dirname(os.path.realpath(library))) == home,
                               os.path.realpath(library), executable, home)
                return Tree(library, executable)
    return find(prefix, executable)


def is_below(path, directory):
    """Tell whether a path is in a directory; both are without symbolic links."""
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)


def _guess_libraries(executable):
    # lib/python2.7 beside the bin of the executable, by the name that it really has.
    executable = os.path.realpath(executable)
    name = os.path.basename(executable)
    if not _EXECUTABLE.match(name):
        return []
    prefix = os.path.dirname(os.path.dirname(executable))
    return [os.path.join(prefix, each, name) for each in ("lib", "lib64")]


def _find_executable(prefix):
    folder = os.path.join(prefix, "bin")
    found = {}
    for name in sorted(os.listdir(folder) if os.path.isdir(folder) else (), key=len, reverse=True):
        if _EXECUTABLE.match(name) and os.path.exists(os.path.join(folder, name)):
            # python3.6 and python3.6m are two names of one file.
            status = os.stat(os.path.join(folder, name))
            found[status.st_dev, status.st_ino] = name
    names = sorted(found.values())
    if len(names) != 1:
        raise GraftError("%s has %s: name the interpreter with --python" % (
            folder, "the interpreters " + ", ".join(names) if names else "no pythonX.Y"))
    return os.path.join(folder, names[0])


def _locate(executable):
    candidates = [executable]
    if os.sep not in executable:
        candidates = [os.path.join(each, executable) for each in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    found = [os.path.abspath(each) for each in candidates if os.path.isfile(each) and os.access(each, os.X_OK)]
    if not found:
        raise GraftError("%s is no program that can be run" % executable)
    for folder in (os.path.dirname(found[0]), os.path.dirname(os.path.dirname(found[0]))):
        if os.path.isfile(os.path.join(folder, "pyvenv.cfg")):
            raise GraftError("%s belongs to the virtual environment %s, whose standard library is another"
                             " interpreter's: name that one" % (found[0], folder))
    return found[0]
