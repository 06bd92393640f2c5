"""Two threads hash 64 MiB each: the time of both together, over the time of one. `python benchmarks/threads.py`.

With a free processor for each it is near 1; with one for both it is 2, whatever the hash does.
"""
from __future__ import absolute_import, division, print_function

import hashlib
import sys
import threading
import time

clock = getattr(time, "perf_counter", time.time)
SIZE = 64 * 1024 * 1024


def measure(count, name):
    """Return the seconds that `count` threads take."""
    data = b"m" * SIZE
    workers = [threading.Thread(target=lambda: hashlib.new(name, data).digest()) for _ in range(count)]
    start = clock()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return clock() - start


def main():
    for name in sys.argv[1:] or ["sha256", "sha3_256", "blake2b"]:
        best = [min(measure(count, name) for _ in range(5)) for count in (1, 2)]
        print("%-10s one %.3f s, two %.3f s, ratio %.2f" % (name, best[0], best[1], best[1] / best[0]))


if __name__ == "__main__":
    main()
