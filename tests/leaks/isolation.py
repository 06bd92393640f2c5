"""Runs what could crash in a process of its own, and tells how it ended."""
from __future__ import absolute_import, division, print_function

import os
import signal
import subprocess
import sys
import traceback

SECONDS = 60 * int(os.environ.get("REGRAFT_TEST_PATIENCE", "1"))  # checkers of memory are slow


def survives(action):
    """Run `action()` in a fork of this process.

    Returns: True. Raises: AssertionError if the child died of a signal, hung (SIGALRM), or raised; its traceback is on
        stderr.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(SECONDS)
            action()
            status = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)
    _child, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise AssertionError("the process died of signal %d" % os.WTERMSIG(status))
    assert os.WEXITSTATUS(status) == 0, "an exception came out, see stderr"
    return True


def output_of(program, *arguments, **keywords):
    """Run Python source text in a new interpreter, which must end with status 0, or the one given as `status`.

    The text finds the directory of these files on `sys.path` and `arguments` in `sys.argv`.
    Returns: what it wrote to stdout and stderr (tuple of two str).
    """
    text = "import sys, signal; signal.alarm(%d); sys.path[:0] = [%r, %r]\nimport regraft; regraft.activate()\n%s" % (
        SECONDS, os.path.dirname(os.path.abspath(__file__)),
        os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["regraft"].__file__))), program)
    process = subprocess.Popen([sys.executable, "-c", text] + list(arguments), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    out, err = process.communicate()
    assert process.returncode == keywords.get("status", 0), "status %d: %s" % (
        process.returncode, err.decode("utf-8", "replace"))
    return out.decode("ascii"), err.decode("ascii", "replace")
