"""Runs a bundle's command in a process that sends itself a signal before a step: `killing.py BUNDLE STEP SIGNAL COMMAND`.

A step is a call that changes the file system, or starts a child. STEP counts from 0; with -1 no signal is sent, and the
names of the steps are the last line of output. `--no-exchange` before the command: as on a kernel that cannot exchange
names.
Runs on any Python that the bundle serves.
"""
from __future__ import absolute_import, division, print_function

import os
import subprocess
import sys


def main(bundle, last, number, arguments):
    """Carry out the command as far as it may get."""
    sys.path.insert(0, bundle)
    from regraft_installer import command, staging
    steps = []

    def watch(place, name):
        function = getattr(place, name)

        def counted(*arguments, **options):
            if len(steps) == last:
                os.kill(os.getpid(), number)
            steps.append(name)
            return function(*arguments, **options)

        setattr(place, name, counted)

    if "--no-exchange" in arguments:
        arguments.remove("--no-exchange")
        staging.exchange = lambda one, other: False
    for name in ("rename", "mkdir", "rmdir", "remove", "unlink", "fsync", "chmod"):
        watch(os, name)
    watch(staging, "exchange")
    watch(subprocess.Popen, "communicate")
    status = command.main(bundle, arguments)
    print(" ".join(steps))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
