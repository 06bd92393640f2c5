"""`run`: one program and its children, under regraft."""
from __future__ import absolute_import, division, print_function

import os
import subprocess
import sys

from regraft import ActivationError, _boot, activation, policy
from regraft.cli import CommandError

SUMMARY = "run a program, and the Python programs that it starts, with regraft"
USAGE = "python -m regraft run [--defaults host|newest] (PROGRAM | -m MODULE | -c CODE) [ARGUMENT ...]"
DESCRIPTION = """\
Run a Python program with this interpreter and regraft, as `python PROGRAM`, `python -m MODULE` or
`python -c CODE` would run it. The interpreter is started anew, so that argv, __main__, sys.path,
tracebacks, signals and the exit status are the program's.

Children get regraft through two environment variables, PYTHONPATH and REGRAFT_RUN: whatever they start
with this interpreter, through subprocess, multiprocessing or os.exec. Other interpreters among them get it
if regraft has an extension for them, and are left alone otherwise. Children started with -E, -I or -S, or
with an environment without the two, do not get it; `python -m regraft enable` reaches all but -S.

Exit status 125: regraft itself could not start."""

FAILED = 125
CHILDREN = os.path.join(_boot.HOME, "children")


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument("--defaults", choices=(policy.HOST, policy.NEWEST),
                        help="TLS defaults: of this Python release, or of the newest; sets %s" % policy.VARIABLE)
    parser.add_argument("-m", metavar="MODULE", help="run a module as a program; ends the options of run")
    parser.add_argument("-c", metavar="CODE", help="run code; ends the options of run")


def split(arguments):
    """Divide the command line into our options and the program's command line.

    Args: arguments (list of str), without the word `run`.
    Returns:
        (list of str, list of str)
    """
    index = 0
    while index < len(arguments):
        word = arguments[index]
        if word == "--":
            return arguments[:index], arguments[index + 1:]
        if word == "-" or not word.startswith("-") or word.startswith(("-m", "-c")):
            break
        index += 2 if word == "--defaults" else 1
    return arguments[:index], arguments[index:]


def execute(options):
    """Become the program. Returns only on Windows, where that cannot be done, with its exit status."""
    if not options.command:
        raise CommandError("no program to run.\nusage: %s" % USAGE, 2)
    if len(options.command) == 1 and options.command[0] in ("-m", "-c"):
        raise CommandError("%s needs an argument.\nusage: %s" % (options.command[0], USAGE), 2)
    check_interpreter()
    environment = build_environment(os.environ, options.defaults)
    command = [sys.executable] + subprocess._args_from_interpreter_flags() + options.command
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        return subprocess.call(command, env=environment)
    os.execve(sys.executable, command, environment)


def check_interpreter():
    """Refuse what would leave the program with the old `ssl`; say when the kill switch does."""
    if not sys.executable:
        raise CommandError("this Python does not know its own program file (sys.executable is empty)", FAILED)
    if (sys.flags.ignore_environment or sys.flags.no_site) and not _boot.GRAFTED:
        raise CommandError(
            "-E, -I and -S keep a program from getting regraft this way. Leave them out, or use `python -m regraft"
            " enable`, which works with -E and -I", FAILED)
    if _boot.is_switched_off():
        sys.stderr.write("regraft run: REGRAFT_DISABLE is set: running without regraft\n")
        return
    try:
        activation.load_extension()
    except ActivationError as error:
        raise CommandError(str(error), FAILED)


def build_environment(environment, defaults=None):
    """Return a copy of an environment in which Python programs start with regraft.

    Args:
        environment (mapping)
        defaults (str or None): for REGRAFT_DEFAULTS.
    Returns:
        dict
    """
    result = dict(environment)
    inherited = [entry for entry in result.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != CHILDREN]
    result["PYTHONPATH"] = os.pathsep.join([CHILDREN] + inherited)
    result["REGRAFT_RUN"] = os.path.realpath(sys.executable)
    if defaults:
        result[policy.VARIABLE] = defaults
    return result
