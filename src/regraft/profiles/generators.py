"""`random` of releases of 3.x: methods with the parameters of then. Seeded sequences stay the host's."""
from __future__ import absolute_import, division, print_function

# Module-level functions are methods of a hidden instance.
_SHOWN = ("expovariate", "gauss", "normalvariate", "sample", "shuffle")


def change(whole, release):
    """Let the classes of `random` behave as of a release, and return what is to be shown instead of names (dict)."""
    cls = whole.Random
    if release < (3, 12):
        _limit(cls, "expovariate", lambda method: lambda self, lambd: method(self, lambd))
    if release < (3, 11):
        for name in ("gauss", "normalvariate"):
            _limit(cls, name, lambda method: lambda self, mu, sigma: method(self, mu, sigma))
        _limit(cls, "shuffle", _make_shuffle)
    if release < (3, 9):
        _limit(cls, "sample", lambda method: lambda self, population, k: method(self, population, k))
    return dict((name, getattr(whole._inst, name)) for name in _SHOWN)


def _limit(cls, name, make):
    """Let a method of a class, and of its children that regraft has given their own, take less."""
    for each in [cls] + cls.__subclasses__():
        if name in vars(each):
            method = vars(each)[name]
            function = make(method)
            function.__name__, function.__doc__ = name, method.__doc__
            function.__qualname__, function.__module__ = "%s.%s" % (each.__name__, name), "random"
            setattr(each, name, function)


def _make_shuffle(method):
    def shuffle(self, x, random=None):
        if random is None:
            method(self, x)
            return
        for i in reversed(range(1, len(x))):
            j = int(random() * (i + 1))
            x[i], x[j] = x[j], x[i]
    return shuffle
