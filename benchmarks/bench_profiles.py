"""What a program pays that is shown an old release: `python benchmarks/bench_profiles.py [ROUNDS]`, where regraft is installed.

Interpreters start as children of `python -m regraft run` do, in turns: without a release, and with each of some. They
import what is covered and end; the whole life of the process is measured, in the least processor time of the rounds:
that of a busy machine is not the program's.
"""
from __future__ import absolute_import, division, print_function

import os
import resource
import subprocess
import sys

from regraft import profiles
from regraft.cli import run

CODE = "import ssl, hashlib, hmac, random"


def consumed():
    """Return the processor time that children have taken, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(environment):
    """Return the milliseconds of processor time that a process takes."""
    before = consumed()
    subprocess.check_call([sys.executable, "-c", CODE], env=environment)
    return 1000 * (consumed() - before)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    named = [each for each in profiles.releases() if each not in (profiles.HOST, profiles.NEWEST)]
    shown = [None, named[0], named[len(named) // 2], named[-1]]
    environments = dict((each, run.build_environment(os.environ, None, each)) for each in shown)
    times = dict((each, []) for each in shown)
    for _ in range(rounds):
        for each in shown:
            times[each].append(measure(environments[each]))
    usual = min(times[None])
    print("Python %s, %d rounds: %.0f ms with regraft" % (sys.version.split()[0], rounds, usual))
    for each in shown[1:]:
        print("%-8s %+.0f ms" % (each, min(times[each]) - usual))


if __name__ == "__main__":
    main()
