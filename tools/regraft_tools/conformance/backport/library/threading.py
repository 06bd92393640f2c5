"""Threads that may be daemons from the start, and meeting points."""
from __future__ import absolute_import, division, print_function

import thread
import threading

__all__ = ["Barrier", "Thread", "get_ident"]

get_ident = thread.get_ident


class Thread(threading.Thread):
    """A thread; `daemon` may be given when it is made."""

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, daemon=None):
        threading.Thread.__init__(self, group, target, name, args, kwargs)
        if daemon is not None:
            self.daemon = daemon


class Barrier(object):
    """Lets threads go on when as many as were announced have come."""

    def __init__(self, parties, action=None, timeout=None):
        self._parties = parties
        self._waiting = 0
        self._round = 0
        self._changed = threading.Condition()

    def wait(self, timeout=None):
        with self._changed:
            mine = self._round
            place = self._waiting
            self._waiting += 1
            if self._waiting == self._parties:
                self._waiting = 0
                self._round += 1
                self._changed.notify_all()
            while mine == self._round:
                self._changed.wait(60)
            return place
