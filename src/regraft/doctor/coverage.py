"""Each feature of the registry, and each CVE: what this process has, and what it would have without regraft."""
from __future__ import absolute_import, division, print_function

import marshal
import os
import subprocess
import sys

from regraft import _behavior, _boot, activation, features
from regraft._compat import ORIGINALS
from regraft.doctor import observation

# What the child runs. It has the flags of this process, but not always its sys.path.
# In a grafted tree the stock modules are among the originals, which then come first.
_CHILD = "import sys; sys.path.append(sys.argv[1]); sys.path[:0] = sys.argv[2:]; from regraft.doctor import observation; observation.tell()"


class Stock(object):
    """The stock modules of this interpreter, asked in a child process that runs meanwhile."""

    def __init__(self):
        environment = dict(os.environ, REGRAFT_DISABLE="1")
        # Without regraft there is no release to be shown, and `run` lets nothing start that does not show it.
        environment.pop("REGRAFT_INSECURE_AS", None)
        inherited = environment.pop("PYTHONPATH", "").split(os.pathsep)
        # An overlay there would be in force whatever the kill switch says.
        kept = [each for each in inherited if each and os.path.realpath(each) != os.path.realpath(activation.OVERLAY)]
        if kept:
            environment["PYTHONPATH"] = os.pathsep.join(kept)
        originals = [os.path.join(activation.OVERLAY, ORIGINALS)] if _boot.GRAFTED else []
        self._child, self._problem = None, None
        command = [sys.executable] + subprocess._args_from_interpreter_flags()
        try:
            self._child = subprocess.Popen(command + ["-c", _CHILD, os.path.dirname(_boot.HOME)] + originals,
                                           env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except EnvironmentError as error:  # an embedded interpreter has no program file
            self._problem = "%r cannot be started: %s" % (sys.executable, error.strerror)

    def collect(self):
        """Return what `observation.observe` found there, or None, and why not (text or None)."""
        if self._child is None:
            return None, self._problem
        output, errors = self._child.communicate()
        _before, mark, answer = output.partition(observation.MARK)
        if self._child.returncode or not mark:
            lines = errors.decode("utf-8", "replace").strip().splitlines() or [u"it said nothing"]
            return None, u"the stock modules could not be asked: exit status %d, %s" % (
                self._child.returncode, lines[-1])
        # Of our own child, and in the same interpreter's format. 2.7 takes 13 ms to load `json`.
        return marshal.loads(answer), None


def list_features(now, stock):
    """Return the rows of the report's table of features.

    Args: now (dict), of `observation.observe`; stock (dict or None), of `Stock.collect`.
    Returns:
        list of dict: `name`, `title`, `module`, `kind`, `stock` and `now` (bool or None), `default`,
        `stock_default`, `seen` (whether a recipe found out, rather than the number of the release), `error`.
    """
    found = []
    for row in features.rows():
        here, there = now[row["name"]], (stock or {}).get(row["name"], {})
        found.append({
            "name": row["name"], "title": row["title"], "module": row["module"], "kind": row["kind"],
            "stock": there.get("has"), "now": here["has"], "default": here["default"],
            "stock_default": there.get("default"), "seen": row["detect"] is not None, "error": here["error"]})
    return found


def list_holes(now):
    """Return each CVE of the registry, and whether this process is open to it.

    Args:
        now (dict): of `observation.observe`.
    Returns:
        list of dict: `id`, `feature`, `title`, `open` (bool; None if there is no such module), `basis`: "seen" (a
        recipe found out), "release" (by the number of the release), "regraft" (its modules are free of it), "openssl"
        (the library ends it) or "unknown".
    """
    found = []
    for row in features.rows():
        for each in row["cves"]:
            is_open, basis = _judge(row, now[row["name"]])
            found.append({"id": each, "feature": row["name"], "title": row["title"], "open": is_open, "basis": basis})
    return sorted(found, key=lambda hole: [int(each) for each in hole["id"].split("-")[1:]])


def _judge(row, answer):
    if answer["has"] is None:
        return None, "unknown"
    if answer["has"]:
        if row["detect"] is not None:
            return False, "seen"
        if features.is_regrafted(row["module"]):
            return False, "regraft"
        return False, "release" if features.release_has(row, _behavior.HOST_RELEASE) else "openssl"
    return True, "release" if row["detect"] is None else "seen"
