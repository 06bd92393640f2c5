"""Throw-away environments with a copy of the regraft under test, made without pip and without a network."""
from __future__ import absolute_import, division, print_function

import os
import shutil
import subprocess
import sys

import regraft

PACKAGE = os.path.dirname(os.path.abspath(regraft.__file__))
ORIGIN = "import ssl; print(ssl.__file__)"
# What the environment of the test run must not hand down to the interpreters under test.
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE",
           "PYTHONWARNINGS", "REGRAFT_DISABLE", "REGRAFT_RUN", "REGRAFT_DEFAULTS", "VIRTUAL_ENV")


class Result(object):
    """How a program ended: `status`, `out` and `err` (text)."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return "exit status %r\n--- out\n%s\n--- err\n%s" % (self.status, self.out, self.err)

    @property
    def lines(self):
        return self.out.splitlines()


class Environment(object):
    """An interpreter that the test may do to what it likes.

    Attributes: root, python, packages (its site-packages), package (regraft's directory in it), overlay,
        variables (dict, added to the environment of each program).
    """

    def __init__(self, root, python=None, variables=None):
        self.root = root
        self.python = python or os.path.join(root, "bin", "python")
        self.variables = variables or {}
        self.packages = os.path.join(root, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
        self.package = os.path.join(self.packages, "regraft")
        self.overlay = os.path.join(self.package, "overlay")

    def start(self, *arguments, **options):
        """Start a program; keyword arguments that are not Popen's are variables of its environment."""
        popen = dict((name, options.pop(name)) for name in ("cwd", "preexec_fn") if name in options)
        environment = dict((name, value) for name, value in os.environ.items() if name not in FOREIGN)
        environment.update(self.variables)
        environment.update(options)
        return subprocess.Popen([self.python] + list(arguments), env=environment, universal_newlines=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **popen)

    def run(self, *arguments, **options):
        data = options.pop("data", "")
        child = self.start(*arguments, **options)
        out, err = child.communicate(data)
        return Result(child.returncode, out, err)

    def regraft(self, *arguments, **options):
        return self.run("-m", "regraft", *arguments, **options)

    def enable(self, *arguments, **options):
        result = self.regraft("enable", *arguments, **options)
        assert result.status == 0, result
        return result

    def gets_ours(self, *flags, **options):
        """Tell whether `import ssl` gives regraft's; nothing may be said about it."""
        result = self.run(*(flags + ("-c", ORIGIN)), **options)
        assert result.status == 0 and not result.err, result
        return is_below(result.out.strip(), self.overlay)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        with open(path, "w") as stream:
            stream.write(text)
        return path

    def find_extension(self):
        names = [name for name in os.listdir(self.package) if name.startswith("_openssl.") and not name.endswith(".pyi")]
        assert len(names) == 1, names
        return os.path.join(self.package, names[0])

    def truncate_extension(self):
        # A new file: the old one may be a hard link to the one that the test run has loaded.
        path = self.find_extension()
        with open(path, "rb") as stream:
            head = stream.read(4096)
        os.remove(path)
        with open(path, "wb") as stream:
            stream.write(head)

    def snapshot(self):
        """Return what is in site-packages: path -> mode and bytes."""
        found = {}
        for folder, folders, names in os.walk(self.packages):
            for name in folders + names:
                path = os.path.join(folder, name)
                data = None
                if os.path.isfile(path):
                    with open(path, "rb") as stream:
                        data = stream.read()
                found[os.path.relpath(path, self.packages)] = (os.stat(path).st_mode, data)
        return found


def is_below(path, directory):
    return os.path.realpath(path).startswith(os.path.realpath(directory) + os.sep)


def find_base():
    """Return the interpreter that the environment of this test run was made from."""
    prefix = getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix))
    return os.path.join(prefix, "bin", "python%d.%d" % sys.version_info[:2])


def copy_package(target):
    """Copy regraft, with the extension of this interpreter only, and compiled."""
    import compileall

    from regraft import _openssl

    extension = os.path.basename(_openssl.__file__)

    def leave_out(folder, names):
        return [name for name in names
                if name.endswith((".so", ".pyd")) and name != extension or name == "__pycache__"]

    shutil.copytree(PACKAGE, target, ignore=leave_out)
    compileall.compile_dir(target, quiet=1)


def make_from_this(root):
    """Copy the environment of this test run without what is installed in it: a virtualenv's or a venv's skeleton."""
    library = os.path.join("lib", "python%d.%d" % sys.version_info[:2])
    os.makedirs(os.path.join(root, library, "site-packages"))
    shutil.copytree(os.path.join(sys.prefix, "bin"), os.path.join(root, "bin"), symlinks=True)
    shutil.copy(os.path.join(sys.prefix, "pyvenv.cfg"), root)
    for name in os.listdir(os.path.join(sys.prefix, library)):
        if name != "site-packages":
            source, target = (os.path.join(each, library, name) for each in (sys.prefix, root))
            if os.path.islink(source):
                os.symlink(os.readlink(source), target)
            elif os.path.isdir(source):
                shutil.copytree(source, target, symlinks=True)
            else:
                shutil.copy(source, target)


def make_venv(root):
    subprocess.check_call([find_base(), "-m", "venv", "--without-pip", root])


def make_virtualenv(root):
    subprocess.check_call([sys.executable, "-m", "virtualenv", "--quiet", "--no-download", "--no-seed", root])


def list_makers():
    makers = {"this": make_from_this}
    if sys.version_info[0] > 2:
        makers["venv"] = make_venv
    try:
        import virtualenv  # noqa: F401
    except ImportError:
        return makers
    makers["virtualenv"] = make_virtualenv
    return makers


MAKERS = list_makers()


def copy_environment(template, directory):
    root = str(directory / "it's here")
    extension = os.path.basename(template.find_extension())
    shutil.copytree(template.root, root, symlinks=True, ignore=shutil.ignore_patterns(extension))
    copy = Environment(root)
    # It is large, and no test changes it without making a new file.
    os.link(template.find_extension(), os.path.join(copy.package, extension))
    return copy
