"""The standard library's clients of TLS, as the emulated release had them.

The host's clients are written for the host's `ssl`: 2.7.18's `httplib` calls what 2.7.8's `ssl` has not. And some of what
a release is known for is theirs: that nothing was verified, and that `context=` was a TypeError. So each client is changed
where the release's differed in TLS, right after its own import and in place; what is never imported costs nothing.
Other changes between releases stay (docs/profiles-clients.rst).
"""
from __future__ import absolute_import, division, print_function

import os
import sys

from regraft import _boot
from regraft._compat import PY2


def install(release):
    """Let the clients that are imported from now on be those of a release.

    To be called before any of them is imported. All of them import `ssl`, so whoever has seen that it is not there yet
    has seen to that, too.

    Args: release (tuple of int), such as (2, 7, 6) or (3, 9, 18).
    """
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, Finder)]
    changes, whole = find_changes(release), find_whole(release)
    if changes or whole:
        sys.meta_path.insert(0, Finder(changes, whole, release))


def find_changes(release):
    """Return what is to be done to which module: name -> list of functions that take the module and the release.

    Args: release (tuple of int).
    """
    if PY2:
        from regraft.profiles.clients import python2 as rows
    else:
        from regraft.profiles.clients import python3 as rows
    found = {}
    for name, first, change in rows.ROWS:
        if first is None or release < first:
            found.setdefault(name, []).append(change)
    return found


def find_whole(release):
    """Return which modules of the host need which covered modules with all that is in them: name -> names.

    Args: release (tuple of int).
    """
    if PY2:
        return {}
    from regraft.profiles.clients import python3 as rows

    return dict((name, covered) for name, first, covered in rows.WHOLE if release < first)


def is_the_hosts(module):
    """Tell whether a module is the standard library's, and not a program's own of that name."""
    path = getattr(module, "__file__", None)
    if not path:
        return True
    directory = os.path.dirname(os.path.abspath(path))
    for _ in range(module.__name__.count(".")):
        directory = os.path.dirname(directory)
    # The program's entries stand before the standard library in `sys.path`; none behind it hides the library's.
    return directory not in [os.path.abspath(entry) for entry in sys.path[:_boot.find_standard_library()]]


class Finder(object):
    """An entry of `sys.meta_path` that has the modules found by the others, and changes them once they are loaded.

    It keeps nothing of an import: the import lock serves several threads, and `reload()` comes here again.

    Args:
        changes (dict), as `find_changes` returns it.
        whole (dict), as `find_whole` returns it.
        release (tuple of int).
    """

    def __init__(self, changes, whole, release):
        self.changes, self.whole, self.release = changes, whole, release

    def change(self, module):
        """Change a module that is loaded."""
        if is_the_hosts(module):
            for each in self.changes.get(module.__name__, ()):
                each(module, self.release)

    def list_others(self):
        """Return the finders behind this one; none if a program has taken it out of the list, and asks it by itself."""
        return sys.meta_path[sys.meta_path.index(self) + 1:] if self in sys.meta_path else []

    # Python 3

    def find_spec(self, name, path=None, target=None):
        """Return the specification that the other finders have, with a loader that changes the module."""
        if name not in self.changes and name not in self.whole:
            return None
        from importlib.machinery import PathFinder

        for finder in self.list_others() or [PathFinder]:
            spec = finder.find_spec(name, path, target) if hasattr(finder, "find_spec") else None
            if spec is not None:
                spec.loader = Loader(spec.loader, self.change, self.whole.get(name, ()))
                return spec
        return None

    # Python 2

    def find_module(self, name, path=None):
        """Return the loader of a module, which changes it."""
        loader = _find_by_others(name, self.list_others()) if name in self.changes else None
        return Loader2(loader, self.change) if loader is not None else None


class Loader2(object):
    """A loader of Python 2 that changes what another one has loaded. All else is the other's.

    Args:
        loader (object): the other.
        change (callable): takes the module.
    """

    def __init__(self, loader, change):
        self.loader, self.change = loader, change

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def load_module(self, name):
        """Load a module, or load it again, and change it."""
        module = self.loader.load_module(name)
        try:
            self.change(module)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        return module


class Loader(object):
    """A loader of Python 3 that changes what another one has loaded. All else is the other's.

    Args:
        loader (object): the other.
        change (callable): takes the module.
        whole (sequence of str): the covered modules that it gets with all that is in them.
    """

    def __init__(self, loader, change, whole):
        self.loader, self.change, self.whole = loader, change, whole

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        """Return the module, or None for a usual one."""
        return self.loader.create_module(spec) if hasattr(self.loader, "create_module") else None

    def exec_module(self, module):
        """Run the module's code, and change what it has made."""
        if self.whole:
            vars(module)["__builtins__"] = _import_whole(self.whole)
        if hasattr(self.loader, "exec_module"):
            self.loader.exec_module(module)
        else:
            # zipimporter, up to 3.9
            exec(self.loader.get_code(module.__name__), vars(module))
        self.change(module)


def _import_whole(names):
    """Return the built-ins of a module whose imports of covered modules get these with all that is in them."""
    import builtins

    from regraft import _emulated

    def __import__(name, *arguments, **named):
        found = builtins.__import__(name, *arguments, **named)
        return _emulated.implementation(name) if name in names else found

    return dict(vars(builtins), __import__=__import__)


def _find_by_others(name, finders):
    import imp
    from pkgutil import ImpLoader  # which `runpy` and `inspect` can ask, too

    for finder in finders:
        loader = finder.find_module(name)
        if loader is not None:
            return loader
    for entry in sys.path:
        # None stands for a plain directory, other importers for zipped libraries.
        importer = sys.path_importer_cache.get(entry)
        loader = importer.find_module(name) if importer is not None else None
        if loader is not None:
            return loader
        try:
            return ImpLoader(name, *imp.find_module(name, [entry]))
        except ImportError:
            continue
    return None
