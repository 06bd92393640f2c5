"""Interpreters that are started to try, enable, disable or ask the regraft in a directory."""
from __future__ import absolute_import, division, print_function

import json
import os
import subprocess
import sys

from .wording import Refusal

# What leads to another regraft than that of the directory, or to none.
_MISLEADING = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONSAFEPATH")

# As programs use it: with the hook, which may be an old one's, switched off, and the one to be tried before all others.
_TRIAL = ("import os, sys; sys.path.insert(0, os.getcwd()); del os.environ['REGRAFT_DISABLE']; import regraft;"
          " regraft.activate(); import ssl, hashlib; ssl.SSLContext(ssl.PROTOCOL_TLS); hashlib.sha256(b'').digest();"
          " print(ssl.OPENSSL_VERSION)")


def run(arguments, directory, user=False, **variables):
    """Run this interpreter in a directory, which with -m and -c is the first it looks into.

    Args: arguments (list of str); directory (str); user (bool), whether the user's site-packages count too; variables.
    Returns:
        (int, str, str): exit status, standard output, standard error.
    """
    if not sys.executable:
        raise Refusal("this Python does not know its own path: start it by its full path; nothing was changed")
    environment = dict((name, value) for name, value in os.environ.items()
                       if name not in _MISLEADING and not name.startswith("REGRAFT_"))
    environment.update(variables, PYTHONDONTWRITEBYTECODE="1")
    child = subprocess.Popen(
        [sys.executable] + ([] if user else ["-s"]) + arguments, cwd=directory, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = [each if str is bytes else os.fsdecode(each) for each in child.communicate()]
    return child.returncode, output.strip(), errors.strip()


def try_out(directory):
    """Return what `ssl.OPENSSL_VERSION` is with the regraft in a directory.

    Raises:
        Refusal: it does not work in this interpreter.
    """
    status, output, errors = run(["-c", _TRIAL], directory, REGRAFT_DISABLE="1")
    if status:
        raise Refusal("regraft does not work in this Python: %s; nothing was changed" % last_line(status, errors))
    return output.splitlines()[-1]


def enable(directory, user, defaults):
    """Let the regraft in a directory write its hook.

    Args: directory (str); user (bool); defaults (str), "host" or "newest".
    Returns:
        str or None: why it could not.
    """
    options = ["--user"] if user else []
    status, _, errors = run(["-m", "regraft", "enable", "--defaults", defaults] + options, directory, user)
    return last_line(status, errors) if status else None


def disable(directory, user):
    """Let the regraft in a directory take its hook away.

    Args: directory (str); user (bool).
    Returns:
        list of str: what it said.
    Raises:
        Refusal: it could not.
    """
    status, output, errors = run(["-m", "regraft", "disable"] + (["--user"] if user else []), directory, user)
    if status:
        raise Refusal("the start-up hook cannot be taken away, so nothing was: %s" % last_line(status, errors))
    return output.splitlines()


def ask(directory, user):
    """Return what the regraft in a directory says of itself, as a program finds it (dict); None if it cannot say."""
    output = run(["-m", "regraft", "status", "--json"], directory, user)[1]
    try:
        return json.loads(output)
    except ValueError:
        return None


def last_line(status, errors):
    """Return what a child that failed said last."""
    lines = errors.splitlines()
    return lines[-1] if lines else "exit status %d" % status
