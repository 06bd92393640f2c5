"""`run`: one program and its children, under regraft."""
from __future__ import absolute_import, division, print_function

import os
import subprocess
import sys

from regraft import ActivationError, _boot, activation, policy, profiles
from regraft.cli import CommandError

SUMMARY = "run a program, and the Python programs that it starts, with regraft"
USAGE = ("python -m regraft run [--defaults host|newest | --as RELEASE [--as-version]]"
         " (PROGRAM | -m MODULE | -c CODE) [ARGUMENT ...]")
DESCRIPTION = """\
Run a Python program with this interpreter and regraft, as `python PROGRAM`, `python -m MODULE` or
`python -c CODE` would run it. The interpreter is started anew, so that argv, __main__, sys.path,
tracebacks, signals and the exit status are the program's.

Children get regraft through two environment variables, PYTHONPATH and REGRAFT_RUN: whatever they start
with this interpreter, through subprocess, multiprocessing or os.exec. Other interpreters among them get it
if regraft has an extension for them, and are left alone otherwise. Children started with -E, -I or -S, or
with an environment without the two, do not get it; `python -m regraft enable` reaches all but -S.

--as RELEASE is for tests: the program gets ssl, hashlib, hmac, random and os.urandom as that release of Python
had them, with its defaults and without what it lacked. That lowers security on purpose, so a line on stderr says
it. `python -m regraft profiles` lists the releases; "newest" means today's defaults, "host" regraft as it is.

Exit status 125: regraft itself could not start, or could not show the release."""

FAILED = 125
CHILDREN = os.path.join(_boot.HOME, "children")


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument("--defaults", choices=(policy.HOST, policy.NEWEST),
                        help="TLS defaults: of this Python release, or of the newest; sets %s" % policy.VARIABLE)
    parser.add_argument("--as", dest="release", metavar="RELEASE",
                        help="lower security on purpose: be that release of Python, such as 2.7.6; sets %s"
                        % profiles.VARIABLE)
    parser.add_argument("--as-version", action="store_true",
                        help="with --as: sys.version_info and its kind say that release, too; sets %s"
                        % profiles.VERSION_VARIABLE)
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
        index += 2 if word in ("--defaults", "--as") else 1
    return arguments[:index], arguments[index:]


def execute(options):
    """Become the program. Returns only on Windows, where that cannot be done, with its exit status."""
    if not options.command:
        raise CommandError("no program to run.\nusage: %s" % USAGE, 2)
    if len(options.command) == 1 and options.command[0] in ("-m", "-c"):
        raise CommandError("%s needs an argument.\nusage: %s" % (options.command[0], USAGE), 2)
    check_emulation(options)
    check_interpreter(options.release)
    environment = build_environment(os.environ, options.defaults, options.release, options.as_version)
    warn_of_emulation(environment)
    command = [sys.executable] + subprocess._args_from_interpreter_flags() + options.command
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        return subprocess.call(command, env=environment)
    os.execve(sys.executable, command, environment)


def check_emulation(options):
    """Refuse options that do not go together, and releases that there are none of."""
    if options.as_version and not options.release:
        raise CommandError("--as-version needs --as RELEASE.\nusage: %s" % USAGE, 2)
    if options.release and options.defaults:
        raise CommandError("--as RELEASE has the defaults of the release: leave --defaults out.\nusage: %s" % USAGE, 2)
    if options.release and options.release not in profiles.releases():
        try:
            profiles.find(options.release)
        except profiles.EmulationError as error:
            raise CommandError(str(error), 2)


def warn_of_emulation(environment):
    """Say on stderr, in one line, that the program gets less than it could."""
    release = environment.get(profiles.VARIABLE)
    if release:
        profiles.warn(release, "the program, with its children,")


def check_interpreter(release=None):
    """Refuse what would leave the program with the old `ssl`; say when the kill switch does.

    Args: release (str or None), one that the program is to be shown.
    """
    if not sys.executable:
        raise CommandError("this Python does not know its own program file (sys.executable is empty)", FAILED)
    if (sys.flags.ignore_environment or sys.flags.no_site) and not _boot.GRAFTED:
        raise CommandError(
            "-E, -I and -S keep a program from getting regraft this way. Leave them out, or use `python -m regraft"
            " enable`, which works with -E and -I", FAILED)
    if _boot.is_switched_off():
        if release or os.environ.get(profiles.VARIABLE):
            raise CommandError("REGRAFT_DISABLE is set: without regraft no release can be shown. Unset it", FAILED)
        sys.stderr.write("regraft run: REGRAFT_DISABLE is set: running without regraft\n")
        return
    try:
        activation.check_graft()
        activation.load_extension()
    except ActivationError as error:
        raise CommandError(str(error), FAILED)


def build_environment(environment, defaults=None, release=None, version=False):
    """Return a copy of an environment in which Python programs start with regraft.

    Args:
        environment (mapping)
        defaults (str or None): for REGRAFT_DEFAULTS.
        release (str or None): what the program is to be shown, instead of what the environment says of it.
        version (bool): whether `sys.version_info` is to say it too.
    Returns:
        dict
    """
    result = dict(environment)
    inherited = [entry for entry in result.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != CHILDREN]
    result["PYTHONPATH"] = os.pathsep.join([CHILDREN] + inherited)
    result["REGRAFT_RUN"] = os.path.realpath(sys.executable)
    if defaults:
        result[policy.VARIABLE] = defaults
    if release:
        for name in (profiles.VARIABLE, profiles.VERSION_VARIABLE):
            result.pop(name, None)
        if release in (profiles.HOST, profiles.NEWEST):
            result[policy.VARIABLE] = release
        else:
            result[profiles.VARIABLE] = release
            if version:
                result[profiles.VERSION_VARIABLE] = "1"
    return result
