"""What the start-up hook costs: `python benchmarks/bench_startup.py [ROUNDS]`, where regraft is installed.

New interpreters read a directory as site.py reads site-packages: one directory holds the hook, one a `.pth` file
that does nothing, in turns. The differences are the cost of the hook. Three are shown:

  hook     reading the directory. On Python 3 this has in it the first listing of the directory, which an
           interpreter without the hook makes a moment later, when it looks for sitecustomize
  start    reading the directory, and the search for sitecustomize that follows in each start: what a start
           costs more. This has in it what one more entry in sys.path costs that search, whoever put it there
  again    reading the directory once more, as site.py of a venv does
"""
from __future__ import absolute_import, division, print_function

import os
import shutil
import subprocess
import sys
import tempfile

from regraft import _boot, activation, hooks

READ = """
import sys, time
clock = getattr(time, "perf_counter", None) or time.time
import site
begin = clock()
site.addsitedir(sys.argv[1])
read = clock()
getattr(site, "execsitecustomize", int)()
end = clock()
site.addsitedir(sys.argv[1])
again = clock()
active = [entry for entry in sys.path if entry.endswith("overlay")]
print("%.2f %.2f %.2f %d" % tuple([1e6 * each for each in (read - begin, end - begin, again - end)] + [len(active)]))
"""
NAMES = ("hook", "start", "again")


def measure(directory):
    """Return the three times in microseconds, and whether regraft was activated."""
    environment = dict(os.environ)
    for name in ("PYTHONPATH", "REGRAFT_DISABLE", "REGRAFT_RUN"):
        environment.pop(name, None)
    words = subprocess.check_output([find_base(), "-S", "-c", READ, directory], env=environment).split()
    return [float(word) for word in words[:3]], words[3] != b"0"


def find_base():
    """Return the interpreter itself: the site.py of a virtualenv for 2.7 does not work with -S."""
    prefix = getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix))
    name = "python%d.%d" % sys.version_info[:2]
    for candidate in (os.path.join(prefix, "bin", name), os.path.join(prefix, "python.exe")):
        if os.path.exists(candidate):
            return candidate
    return sys.executable


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    extension = os.path.basename(activation.load_extension().__file__)
    root = tempfile.mkdtemp(prefix="regraft-bench-")
    try:
        with_hook, without = os.path.join(root, "hook"), os.path.join(root, "none")
        hooks.write(with_hook, hooks.render(os.path.dirname(_boot.HOME), extension))
        os.mkdir(without)
        for directory in (with_hook, without):
            os.symlink(_boot.HOME, os.path.join(directory, os.path.basename(_boot.HOME)))
        with open(os.path.join(without, hooks.PTH), "w") as stream:
            stream.write("import sys\n")
        times = {with_hook: [], without: []}
        for _ in range(rounds):
            for directory in times:
                taken, active = measure(directory)
                assert active == (directory == with_hook)
                times[directory].append(taken)
    finally:
        shutil.rmtree(root)
    print("Python %s, %d rounds; microseconds more with the hook" % (sys.version.split()[0], rounds))
    for column, name in enumerate(NAMES):
        ours = sorted(row[column] for row in times[with_hook])
        stock = sorted(row[column] for row in times[without])
        print("  %-6s least %4.0f   median %4.0f" % (
            name, ours[0] - stock[0], ours[rounds // 2] - stock[rounds // 2]))


if __name__ == "__main__":
    main()
