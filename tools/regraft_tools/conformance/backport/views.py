"""Modules as translated suites see them."""
from __future__ import absolute_import, division, print_function

import importlib
import sys
import types

_views = {}


class View(types.ModuleType):
    """A module with further names. What is set on it is set on the module itself."""

    def __init__(self, name, additions, real):
        types.ModuleType.__init__(self, name, additions.__doc__)
        names = dict((each, getattr(additions, each)) for each in additions.__all__)
        self.__dict__.update(_rb_names=names, _rb_real=real)

    def __getattr__(self, name):
        if name in self._rb_names:
            return self._rb_names[name]
        if self._rb_real is None:
            raise AttributeError("the stand-in for %s has no %r" % (self.__name__, name))
        return getattr(self._rb_real, name)

    def __setattr__(self, name, value):
        if name in self._rb_names or self._rb_real is None:
            self._rb_names[name] = value
        else:
            setattr(self._rb_real, name, value)

    def __delattr__(self, name):
        if name in self._rb_names or self._rb_real is None:
            del self._rb_names[name]
        else:
            delattr(self._rb_real, name)

    def __dir__(self):
        return sorted(set(dir(self._rb_real)) | set(self._rb_names))


def load(name):
    """The module of that name, as a view if the library has names for it.

    Raises: ImportError if 2.7 has no such module and nothing stands in for it.
    """
    if name in _views:
        return _views[name]
    additions = _additions(name)
    if additions is None:
        __import__(name)
        return sys.modules[name]
    real = getattr(additions, "REAL", name)
    _views[name] = view = View(name, additions, real and importlib.import_module(real))
    return view


def load_top(name):
    """What `import a.b` binds: the outermost package, with the inner module in it."""
    packages = name.split(".")
    top = module = load(packages[0])
    for depth in range(2, len(packages) + 1):
        inner = load(".".join(packages[:depth]))
        if getattr(module, packages[depth - 1], None) is not inner:
            if isinstance(module, View):
                module._rb_names[packages[depth - 1]] = inner
            else:
                setattr(module, packages[depth - 1], inner)
        module = inner
    return top


def load_name(module_name, name):
    """What `from module import name` binds: a name of the module, or a module in it.

    Raises: ImportError if it is neither.
    """
    module = load(module_name)
    try:
        return getattr(module, name)
    except AttributeError:
        try:
            return load("%s.%s" % (module_name, name))
        except ImportError:
            raise ImportError("cannot import name %r from %r" % (name, module_name))


def _additions(name):
    """The file in `library` for a module, or None."""
    flat = name.replace(".", "_")
    path = "backport.library." + flat
    try:
        return importlib.import_module(path)
    except ImportError as error:
        # Only that there is no such file may be passed over.
        if str(error) != "No module named %s" % flat:
            raise
        return None
