"""Tests under older releases of Python: the parts of the pytest plug-in that only those pay for who ask for them.

`releases` knows names, `conductor` has the items that stand for tests of other processes, `process` starts and asks
such a process, `worker` is what answers in it. `recorder` writes down what `regraft-tools degrade` wants to know.
"""
from __future__ import absolute_import, division, print_function

MARKER = "regraft_as"  # and the setting of that name
ERRAND = "REGRAFT_PYTEST_ERRAND"  # JSON, for the one process that is started with it
LOG = "REGRAFT_PYTEST_LOG"  # a file, for the one process that is started with it
# As pytest's plug-in manager knows them.
CONDUCTOR, WORKER, RECORDER = "regraft-conductor", "regraft-worker", "regraft-recorder"
