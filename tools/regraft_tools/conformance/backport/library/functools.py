"""Decorators younger than 2.7."""
from __future__ import absolute_import, division, print_function

import functools

__all__ = ["cache", "lru_cache", "wraps"]


def wraps(wrapped, assigned=functools.WRAPPER_ASSIGNMENTS, updated=functools.WRAPPER_UPDATES):
    """As in 3: what has no name is wrapped too, and is found in `__wrapped__`."""
    def decorate(wrapper):
        for name in assigned:
            if hasattr(wrapped, name):
                setattr(wrapper, name, getattr(wrapped, name))
        for name in updated:
            getattr(wrapper, name).update(getattr(wrapped, name, {}))
        wrapper.__wrapped__ = wrapped
        return wrapper
    return decorate


def lru_cache(maxsize=128, typed=False):
    """Remembers every result; none is ever dropped, for a suite is short."""
    if callable(maxsize):
        return lru_cache()(maxsize)

    def decorate(function):
        known = {}

        @wraps(function)
        def wrapper(*arguments, **keywords):
            key = arguments, tuple(sorted(keywords.items()))
            if key not in known:
                known[key] = function(*arguments, **keywords)
            return known[key]
        wrapper.cache_clear = known.clear
        return wrapper
    return decorate


cache = lru_cache
