"""As `handshake.py`, with no more stack than musl gives a thread for which nobody asked for more."""
from __future__ import absolute_import, division, print_function

import json
import sys
import threading

import handshake

STACK = 128 * 1024  # bytes


def run(answer, arguments):
    """Shake hands from this thread; the server's is as narrow."""
    answer.update(handshake.describe())
    answer.update(handshake.shake_hands(*arguments))


if __name__ == "__main__":
    threading.stack_size(STACK)
    found = {}
    thread = threading.Thread(target=run, args=(found, sys.argv[1:]))
    thread.start()
    thread.join()
    print(json.dumps(found))
