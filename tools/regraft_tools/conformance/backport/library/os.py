"""File names are native in 2.7: there is nothing to encode."""
from __future__ import absolute_import, division, print_function

__all__ = ["fsdecode", "fsencode", "fspath", "process_cpu_count"]


def _native(name):
    return name.encode("utf-8") if isinstance(name, unicode) else name


fsencode = fsdecode = fspath = _native


def process_cpu_count():
    """The number of processors."""
    import multiprocessing
    return multiprocessing.cpu_count()
