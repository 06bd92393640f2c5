"""Signals that end a process: obeyed while it only prepares, and not from where stopping would leave a half."""
from __future__ import absolute_import, division, print_function

import signal

_NAMES = ("SIGTERM", "SIGHUP", "SIGINT")


class Terminated(BaseException):
    """A signal came that ends the process; what was begun is undone.

    Attributes: status (int): the exit status by which a shell knows it.
    """

    def __init__(self, number):
        BaseException.__init__(self, number)
        self.status = 128 + number


def listen():
    """Let each of the signals raise `Terminated`, but for those that the caller had ignored (`nohup`)."""
    for number in _list_numbers():
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _terminate)


def ignore():
    """From here on there is little to do, and it is done to the end."""
    for number in _list_numbers():
        signal.signal(number, signal.SIG_IGN)


def _list_numbers():
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _terminate(number, frame):
    raise Terminated(number)
