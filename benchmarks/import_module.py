"""Import a module in a fresh interpreter and print the seconds it took, as JSON: `import_module.py NAME`."""
from __future__ import absolute_import, division, print_function

import resource
import sys
import time

clock = getattr(time, "perf_counter", time.time)
before = resource.getrusage(resource.RUSAGE_SELF)
start = clock()
module = __import__(sys.argv[1])

wall = clock() - start
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
sys.stdout.write('{"wall": %.9f, "cpu": %.9f, "file": "%s"}\n' % (wall, cpu, module.__file__))
