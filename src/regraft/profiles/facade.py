"""The modules that programs get: what the release had of regraft's, which stay whole behind them.

A covered module calls `Presenter.present` at its end. That puts a module of the same name into `sys.modules` that has
what the release had and nothing more, some of it with the parameters and the behaviour of then; classes that programs
and regraft share lose what the release had not.
"""
from __future__ import absolute_import, division, print_function

import sys
import types

from regraft import _emulated
from regraft._compat import PY2, integer_types
from regraft.profiles import facts

KEPT = ("__name__", "__doc__", "__file__", "__cached__", "__loader__", "__package__", "__spec__", "__path__")


class ReleasedModule(types.ModuleType):
    """A covered module as a release had it.

    What a program puts in the place of one of its names takes that place for the whole module's own functions too: so
    it is where a module is one piece, and gevent and its kind rely on it.
    """

    def __setattr__(self, name, value):
        if name in self.__dict__ and not name.startswith("__"):
            whole = _emulated.IMPLEMENTATIONS.get(self.__name__)
            if whole is not None and name in vars(whole):
                setattr(whole, name, value)
        types.ModuleType.__setattr__(self, name, value)


# Errors name it.
ReleasedModule.__name__ = "module"


class Absent(object):
    """In the place of an attribute that a class of C hands down, and that the release had not.

    Args: owner, name (str); keeps (bool): instances could be given an attribute of that name.
    """

    def __init__(self, owner, name, keeps):
        self._owner, self._name, self._keeps = owner, name, keeps

    def __get__(self, instance, owner=None):
        if instance is None:
            raise AttributeError("type object %r has no attribute %r" % (owner.__name__, self._name))
        if self._keeps and self._name in getattr(instance, "__dict__", ()):
            return instance.__dict__[self._name]
        raise self._error(instance)

    def __set__(self, instance, value):
        if not self._keeps:
            raise self._error(instance)
        instance.__dict__[self._name] = value

    def __delete__(self, instance):
        if not self._keeps or self._name not in instance.__dict__:
            raise self._error(instance)
        del instance.__dict__[self._name]

    def _error(self, instance):
        return AttributeError("%r object has no attribute %r" % (type(instance).__name__, self._name))


def hide(cls, name, keeps=False):
    """Take an attribute from a class, wherever it has it from.

    Args: cls (type); name (str); keeps (bool), as of `Absent`.
    """
    if name in vars(cls):
        delattr(cls, name)
    if hasattr(cls, name):
        setattr(cls, name, Absent(cls, name, keeps))


class Presenter(object):
    """Shows modules as a release had them.

    Args: release (tuple of int).
    """

    def __init__(self, release):
        self.release = release
        self.facts = facts.make()
        # By name, while `importing` has a module loaded: the whole one, if it is not that of `sys.modules`, and the shown one.
        self.loading = {}

    def present(self, name):
        """Put the module of that name, which has just been made, behind one that shows what the release had.

        Args: name (str), `__name__` of the module.
        Raises: ImportError if the release had no such module.
        """
        if not self.has_module(name):
            raise ImportError("No module named %s" % name)
        whole, shown = self.loading.get(name) or (None, ReleasedModule(name))
        whole = whole or sys.modules[name]
        _emulated.IMPLEMENTATIONS[name] = whole
        changes = self.change(name, whole, shown)
        self.trim_classes(name, whole)
        content = vars(shown)
        for key, value in list(vars(whole).items()):
            if key in KEPT:
                content[key] = value
            elif key.startswith("__") and key.endswith("__") or key.lower().startswith("_rg_"):
                continue
            elif self.facts.has("%s.%s" % (name, key), self.release):
                content[key] = int(value) if PY2 and is_enumerated(value) else value
        for key, value in changes.items():
            if key.startswith("__") or self.facts.has("%s.%s" % (name, key), self.release):
                content[key] = value
                if isinstance(value, types.FunctionType) and hasattr(value, "__qualname__"):
                    # What was made inside a function could not be pickled.
                    value.__qualname__ = value.__name__
        if "__all__" in vars(whole):
            content["__all__"] = type(whole.__all__)(each for each in whole.__all__ if each in content)
        if name == "ssl":
            content["_ssl"] = _emulated.SHOWN["_ssl"]
        sys.modules[name] = _emulated.SHOWN[name] = shown

    def has_module(self, name):
        """Tell whether the release had a module (str)."""
        return not PY2 or name != "secrets"

    def change(self, name, whole, shown):
        """Let a module's classes behave as of the release, and return what is to be shown instead of its names.

        Args: name (str); whole (module); shown (ReleasedModule), still empty.
        Returns: dict.
        """
        if PY2:
            from regraft.profiles import changes2 as changes
        else:
            from regraft.profiles import changes3 as changes
        return changes.change(name, whole, shown, self)

    def trim_classes(self, name, whole):
        """Take from the classes of a module what the release had not."""
        for path in self.facts.known():
            module, _, rest = path.partition(".")
            owner, _, member = rest.partition(".")
            cls = vars(whole).get(owner) if module == name and member else None
            if not isinstance(cls, type) or hasattr(cls, "__members__"):
                continue
            if self.facts.has("%s.%s" % (name, owner), self.release) and not self.facts.has(path, self.release):
                # Contexts have had a dictionary since 3.7.
                hide(cls, member, keeps=owner != "SSLContext" or self.release >= (3, 7))


def is_enumerated(value):
    """Tell whether a value is a member of an enumeration of integers."""
    return isinstance(value, integer_types) and type(value) not in integer_types + (bool,)
