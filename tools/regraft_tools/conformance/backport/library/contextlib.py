"""Context managers younger than 2.7."""
from __future__ import absolute_import, division, print_function

import contextlib
import sys

from backport.errors import matches
from backport.language import enter, raise_again

__all__ = ["ExitStack", "closing", "nullcontext", "suppress"]


class closing(contextlib.closing):
    """As 2.7 has it."""


class nullcontext(object):
    """Gives what it was made with and does nothing."""

    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *error):
        return None


class suppress(object):
    """Ends its block at certain exceptions and lets the program go on."""

    def __init__(self, *wanted):
        self._wanted = wanted

    def __enter__(self):
        return None

    def __exit__(self, kind, error, trace):
        return kind is not None and matches(error, self._wanted)


class ExitStack(object):
    """Context managers and functions whose number is known only at run time."""

    def __init__(self):
        self._exits = []

    def __enter__(self):
        return self

    def enter_context(self, manager):
        manager = enter(manager)
        result = manager.__enter__()
        self._exits.append(manager.__exit__)
        return result

    def push(self, leave):
        self._exits.append(getattr(leave, "__exit__", leave))
        return leave

    def callback(self, function, *arguments, **keywords):
        def leave(*error):
            function(*arguments, **keywords)
        self._exits.append(leave)
        return function

    def pop_all(self):
        other = ExitStack()
        other._exits, self._exits = self._exits, []
        return other

    def close(self):
        self.__exit__(None, None, None)

    def __exit__(self, *error):
        pending = had = error if error[0] is not None else None
        while self._exits:
            try:
                if self._exits.pop()(*(pending or (None, None, None))):
                    pending = None
            except BaseException:
                pending = sys.exc_info()
        if pending is not None and pending is not had:
            raise_again(*pending)
        return had is not None and pending is None
