"""Clocks younger than 2.7. The time of day serves: suites measure spans of seconds."""
from __future__ import absolute_import, division, print_function

import time

__all__ = ["monotonic", "perf_counter", "process_time"]

monotonic = perf_counter = time.time
process_time = time.clock
