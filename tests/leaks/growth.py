"""Whether doing something again and again takes up more and more.

What is counted is exact: descriptors, objects that the collector knows, blocks of Python's allocator, bytes in use
of the C library's heap, where OpenSSL's memory is. A leak makes a count grow in each of several batches by as much
as the batch is long; caches that fill and tables that double do so once.
"""
from __future__ import absolute_import, division, print_function

import contextlib
import ctypes
import gc
import os
import sys

WARM_UP = 8
BATCHES = 3
MEASURED_AGAIN = 2
# The least that a leak takes at each turn: half an object, half of glibc's smallest block, which is 32 bytes.
UNITS = (("descriptors", 0.5), ("objects", 0.5), ("blocks", 0.5), ("heap", 16))


def _heap_counter():
    library = ctypes.CDLL(None)
    # mallinfo2 came with glibc 2.33; what mallinfo counts wraps around at 2 GiB, which does not matter to differences.
    for name, kind in (("mallinfo2", ctypes.c_size_t), ("mallinfo", ctypes.c_int)):
        function = getattr(library, name, None)
        if function is not None:
            break
    else:
        return lambda: 0
    fields = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")
    function.restype = type("Mallinfo", (ctypes.Structure,), {"_fields_": [(each, kind) for each in fields]})
    allocate, release = library.malloc, library.free
    allocate.restype, allocate.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    release.restype, release.argtypes = None, [ctypes.c_void_p]
    sizes = [size for size in range(24, 1040, 16) for _ in range(20)]
    held = (ctypes.c_void_p * len(sizes))()

    def count():
        # Freed blocks that a thread keeps for itself count as used: taking them first, they always do.
        for index, size in enumerate(sizes):
            held[index] = allocate(size)
        found = function()
        for each in held:
            release(each)
        return found.uordblks + found.hblkhd

    return count


_count_heap = _heap_counter()


def _take(row):
    gc.collect()
    row[0] = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    row[1] = len(gc.get_objects())
    row[2] = sys.getallocatedblocks() if hasattr(sys, "getallocatedblocks") else 0
    row[3] = _count_heap()


def growth_of(action, times=25, heap=0):
    """Do `action()` over and over and return the counts that grow with it: empty if nothing leaks.

    What seems to grow is measured again: a leak is there each time, and a heap that is shifted about is not.

    Args: action (callable); times (int), how often in each of the batches; heap (int), bytes at each turn that are no
        leak yet, for what shifts the heap about: blocks are given a little more than was asked for.
    Returns: dict of lists of int, the counts between the batches by their names.
    """
    for _ in range(WARM_UP):
        action()
    found = _measure(action, times, heap)
    for _ in range(MEASURED_AGAIN):
        if found:
            again = _measure(action, times, heap)
            found = dict((name, series) for name, series in again.items() if name in found)
    return found


def _measure(action, times, heap):
    # What is written down must not count itself.
    rows = ((ctypes.c_longlong * len(UNITS)) * (BATCHES + 1))()
    for batch in range(BATCHES + 1):
        if batch:
            for _ in range(times):
                action()
        _take(rows[batch])
    found = {}
    for index, (name, unit) in enumerate(UNITS):
        series = [row[index] for row in rows]
        least = max(unit, heap) if name == "heap" else unit
        if all(after - before >= least * times for before, after in zip(series, series[1:])):
            found[name] = series
    return found


@contextlib.contextmanager
def failing(*classes):
    """What is inside must raise one of `classes`. pytest.raises would keep each exception's traceback longer."""
    try:
        yield
    except classes:
        return
    raise AssertionError("nothing was raised")
