"""Two threads hash 64 MiB each: the time of both together, over the time of one. `python benchmarks/threads.py`.

With a free processor for each it is near 1; with one for both it is 2, whatever the hash does. Rounds of one and of
two threads alternate, so that what else the machine does meets both. `processors` is processor time over time that
passed: a hash that keeps the GIL cannot get more than 1 of two threads, and other processes only make it less.
"""
from __future__ import absolute_import, division, print_function

import hashlib
import sys
import threading
import time

clock = getattr(time, "perf_counter", time.time)
cpu_clock = getattr(time, "process_time", None) or time.clock
SIZE = 64 * 1024 * 1024
ROUNDS = 15


def measure(count, name, data):
    """Return the seconds that `count` threads take: those that pass, and those of processors."""
    workers = [threading.Thread(target=lambda: hashlib.new(name, data).digest()) for _ in range(count)]
    cpu, start = cpu_clock(), clock()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return clock() - start, cpu_clock() - cpu


def median(values):
    """Return the middle one of an odd number of values."""
    return sorted(values)[len(values) // 2]


def main():
    data = b"m" * SIZE
    for name in sys.argv[1:] or ["sha256", "sha3_256", "blake2b"]:
        rounds = {1: [], 2: []}
        for number in range(ROUNDS):
            for count in ((1, 2), (2, 1))[number % 2]:
                rounds[count].append(measure(count, name, data))
        one, two = (median([passed for passed, _ in rounds[count]]) for count in (1, 2))
        best = min(rounds[2])[0] / min(rounds[1])[0]
        processors = [median([cpu / passed for passed, cpu in rounds[count]]) for count in (1, 2)]
        print("%-10s one %.3f s, two %.3f s, ratio %.2f, of the best %.2f; processors %.2f and %.2f, at most %.2f" % (
            name, one, two, two / one, best, processors[0], processors[1],
            max(cpu / passed for passed, cpu in rounds[2])))


if __name__ == "__main__":
    main()
