"""Interpreters that are started to try, enable, disable or ask the regraft in a directory."""
from __future__ import absolute_import, division, print_function

import json
import os
import subprocess
import sys

from .wording import Refusal, explain

# What leads to another regraft than that of the directory, or to none.
_MISLEADING = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONSAFEPATH")

# The directory is on sys.path for one import only: what else is in it need not come before the standard library.
_IMPORT = "import sys; sys.path.insert(0, sys.argv[1]); import regraft; del sys.path[0]; "
_COMMAND = _IMPORT + "from regraft import cli; sys.exit(cli.main(sys.argv[2:]))"
# `enable` writes hashes into the record, and the hashlib of this Python may have no SHA-256.
_ENABLE = _IMPORT + "regraft.activate(); from regraft import cli; sys.exit(cli.main(sys.argv[2:]))"
# As a program uses it that activates it by itself, with the hook, which may be an older one's, switched off.
_TRIAL = _IMPORT + ("import os; del os.environ['REGRAFT_DISABLE']; regraft.activate(); import ssl, hashlib;"
                    " ssl.SSLContext(ssl.PROTOCOL_TLS); hashlib.sha256(b'').digest(); print(ssl.OPENSSL_VERSION)")


def run(code, directory, arguments=(), user=False, **variables):
    """Run code in this interpreter.

    Args:
        code (str), which imports regraft from its first argument; directory (str), that argument; arguments, the others.
        user (bool), whether the user's site-packages count too; variables (str), added to the environment.
    Returns:
        (int, str, str): exit status, standard output, standard error.
    """
    if not sys.executable:
        raise Refusal("this Python does not know its own path: start it by its full path; nothing was changed")
    environment = dict((name, value) for name, value in os.environ.items()
                       if name not in _MISLEADING and not name.startswith("REGRAFT_"))
    environment.update(variables, PYTHONDONTWRITEBYTECODE="1")
    # The caller's working directory may have modules of any name.
    child = subprocess.Popen(
        [sys.executable] + ([] if user else ["-s"]) + ["-c", code, directory] + list(arguments), cwd=os.sep,
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        close_fds=False)  # for the lock of `staging`
    try:
        data = child.communicate()
    except BaseException:
        child.kill()
        child.wait()
        raise
    output, errors = [each if str is bytes else os.fsdecode(each) for each in data]
    return child.returncode, output.strip(), errors.strip()


def command(directory, user, arguments, **variables):
    """Run a command of the regraft in a directory; otherwise as `run`."""
    return run(_COMMAND, directory, arguments, user, **variables)


def try_out(directory):
    """Return what `ssl.OPENSSL_VERSION` is with the regraft in a directory.

    Raises:
        Refusal: it does not work in this interpreter.
    """
    status, output, errors = run(_TRIAL, directory, REGRAFT_DISABLE="1")
    if status:
        raise Refusal("regraft does not work in this Python: %s; nothing was changed" % last_line(status, errors))
    return output.splitlines()[-1]


def enable(directory, user, defaults, keep):
    """Let the regraft in a directory write its hook.

    Args: directory (str); user (bool); defaults (str), "host" or "newest"; keep (bool), whether pip is to leave it alone.
    Returns:
        str or None: why it could not.
    """
    options = ["--user"] * user + ["--keep"] * keep
    try:
        status, _, errors = run(_ENABLE, directory, ["enable", "--defaults", defaults] + options, user)
    except EnvironmentError as error:
        return explain(error)
    return last_line(status, errors) if status else None


def disable(directory, user):
    """Let the regraft in a directory take its hook away.

    Args: directory (str); user (bool).
    Returns:
        list of str: what it said.
    Raises:
        Refusal: it could not.
    """
    status, output, errors = command(directory, user, ["disable"] + ["--user"] * user)
    if status:
        raise Refusal("the start-up hook cannot be taken away, so nothing was (`install` mends it, if it is damaged): %s"
                      % last_line(status, errors))
    return output.splitlines()


def ask(directory, user, **variables):
    """Return what the regraft in a directory says of itself, as a program finds it (dict); None if it cannot say."""
    output = command(directory, user, ["status", "--json"], **variables)[1]
    try:
        report = json.loads(output)
    except ValueError:
        return None
    for each in report["hooks"]:
        if not isinstance(each["directory"], str):  # unicode, of which 2.7 makes no path where the locale is C
            each["directory"] = each["directory"].encode("utf-8")
    return report


def last_line(status, errors):
    """Return what a child that failed said last."""
    lines = errors.splitlines()
    return lines[-1] if lines else "exit status %d" % status
