"""Imports of covered modules under a release: what programs get is there from the first moment, and stays through `reload()`.

`facade` puts the module that is shown into the place of the whole one when that has been loaded. That is too late for two: a
thread of Python 3 that imports a module while another one loads it has it from `sys.modules` already; and `reload()` runs the
code in the module that it is given, which is the shown one.
"""
from __future__ import absolute_import, division, print_function

import os
import sys
import types

from regraft import _boot, _emulated, activation
from regraft._compat import PY2
from regraft.profiles import facade


def install(presenter):
    """Let covered modules that are imported from now on be shown by a presenter.

    Args: presenter (facade.Presenter).
    """
    remove()
    sys.meta_path.insert(0, Finder(presenter))


def remove():
    """Take back what `install` did."""
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, Finder)]


class Finder(object):
    """An entry of `sys.meta_path` for the covered modules.

    Args: presenter (facade.Presenter).
    """

    def __init__(self, presenter):
        self.presenter = presenter

    # Python 3

    def find_spec(self, name, path=None, target=None):
        """Return the specification of a covered module of regraft's; a program's own of such a name is left alone."""
        if name not in _boot.COVERED:
            return None
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path)
        if spec is None or not spec.has_location or not _is_ours(spec.origin):
            return None
        spec.loader = Loader(spec.loader, self.presenter)
        return spec

    # Python 2, whose lock of imports is one for all threads: only `reload()` comes here.

    def find_module(self, name, path=None):
        """Return the loader of a covered module that is shown already, and is to be loaded again."""
        shown = _emulated.SHOWN.get(name)
        return self if PY2 and shown is not None and sys.modules.get(name) is shown else None

    def load_module(self, name):
        """Load a module anew, and let the one that is shown have what is new in it."""
        shown = sys.modules.pop(name)
        self.presenter.loading[name] = None, shown
        try:
            __import__(name)
        except BaseException:
            sys.modules[name] = shown
            raise
        finally:
            self.presenter.loading.pop(name, None)
        return sys.modules[name]


class Loader(object):
    """A loader of Python 3 that runs a module's code behind the module that is shown. All else is the other's.

    Args: loader (object): the other; presenter (facade.Presenter).
    """

    def __init__(self, loader, presenter):
        self.loader, self.presenter = loader, presenter

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        """Return the module that will be shown, empty."""
        return facade.ReleasedModule(spec.name)

    def exec_module(self, module):
        """Run the code in a module of its own, which calls `Presenter.present` at its end."""
        name = module.__name__
        whole = types.ModuleType(name)
        vars(whole).update((each, vars(module)[each]) for each in facade.KEPT if each in vars(module))
        self.presenter.loading[name] = whole, module
        try:
            self.loader.exec_module(whole)
        finally:
            self.presenter.loading.pop(name, None)


def _is_ours(path):
    return os.path.realpath(os.path.dirname(path)) == os.path.realpath(activation.OVERLAY)
