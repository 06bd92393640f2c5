"""The exceptions of Python 3 that 2.7 has not, told apart by `errno`.

2.7 has `OSError`, `IOError`, `socket.error` and `select.error` where 3 has one class with children. Here are
classes that stand for 3's: `isinstance`, `except` (through `caught`) and `raise` do what they do there. To raise
one makes what a program for 2.7 would raise.
"""
from __future__ import absolute_import, division, print_function

import errno
import select
import socket
import sys

_FAMILY = (EnvironmentError, socket.error, select.error)
_BUILTIN = OSError


class _Standing(type):
    """The class of a stand-in: it has no instances; those of the family that it means count as such."""

    def __instancecheck__(cls, thing):
        if "numbers" not in cls.__dict__:  # a class that a suite derived
            return type.__instancecheck__(cls, thing)
        if not isinstance(thing, _FAMILY + cls.others):
            return False
        return not cls.numbers or isinstance(thing, cls.others) or number_of(thing) in cls.numbers

    def __subclasscheck__(cls, kind):
        if "numbers" not in cls.__dict__ or type.__subclasscheck__(cls, kind):
            return type.__subclasscheck__(cls, kind)
        return issubclass(kind, cls.others or ()) or not cls.numbers and issubclass(kind, _FAMILY)

    def __call__(cls, *arguments):
        if "numbers" not in cls.__dict__:
            return type.__call__(cls, *arguments)
        if not cls.numbers:
            return _BUILTIN(*arguments)
        made = socket.error(*arguments)
        if made.errno is None:
            made.errno = cls.numbers[0]
        return made


def number_of(error):
    """The `errno` of an error; `select.error` of 2.7 has it only among its arguments."""
    number = getattr(error, "errno", None)
    if number is None and isinstance(error, select.error) and error.args:
        number = error.args[0]
    return number


def _stand_in(name, numbers=(), others=()):
    return _Standing(name, (EnvironmentError,), {"numbers": tuple(numbers), "others": tuple(others)})


OSError = _stand_in("OSError")
_CONNECTION = {
    "BrokenPipeError": (errno.EPIPE, errno.ESHUTDOWN),
    "ConnectionAbortedError": (errno.ECONNABORTED,),
    "ConnectionRefusedError": (errno.ECONNREFUSED,),
    "ConnectionResetError": (errno.ECONNRESET,),
}
_OTHERS = {
    "BlockingIOError": (errno.EAGAIN, errno.EALREADY, errno.EWOULDBLOCK, errno.EINPROGRESS),
    "ChildProcessError": (errno.ECHILD,),
    "FileExistsError": (errno.EEXIST,),
    "FileNotFoundError": (errno.ENOENT,),
    "InterruptedError": (errno.EINTR,),
    "IsADirectoryError": (errno.EISDIR,),
    "NotADirectoryError": (errno.ENOTDIR,),
    "PermissionError": (errno.EACCES, errno.EPERM),
    "ProcessLookupError": (errno.ESRCH,),
}
STAND_INS = {
    "OSError": OSError, "IOError": OSError, "EnvironmentError": OSError,
    "ConnectionError": _stand_in("ConnectionError", sum(_CONNECTION.values(), ())),
    "TimeoutError": _stand_in("TimeoutError", (errno.ETIMEDOUT,), (socket.timeout,)),
}
for _table in (_CONNECTION, _OTHERS):
    for _name, _numbers in _table.items():
        STAND_INS[_name] = _stand_in(_name, _numbers)


def matches(error, wanted):
    """Whether `except wanted` of Python 3 would take the error."""
    if isinstance(wanted, tuple):
        return any(matches(error, each) for each in wanted)
    return isinstance(error, wanted)


def caught(wanted):
    """What to write after `except` on 2.7: the class of the current exception, if it is wanted."""
    kind, error, _ = sys.exc_info()
    return kind if matches(error, wanted) else ()
