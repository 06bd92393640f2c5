"""`enable`: regraft in every program of an environment."""
from __future__ import absolute_import, division, print_function

import os
import subprocess
import sys

from regraft import ActivationError, _boot, activation, hooks, policy, records
from regraft._compat import PY2
from regraft.cli import CommandError

SUMMARY = "start regraft with this environment's interpreter"
DESCRIPTION = """\
Write the start-up hook (%s) into the site-packages of this
interpreter. From then on each of its programs gets regraft, unless it is started with -S or with
REGRAFT_DISABLE=1 in its environment. `python -m regraft disable` takes the hook away, and so does pip
when it uninstalls regraft. An upgrade by pip is an uninstallation too: run this command again after it,
or use --keep.""" % ", ".join(hooks.FILES)

# The modules must be regraft's, and work: what the check prints is only for us.
_CHECK = ("import ssl, hashlib, sys; ssl.SSLContext(ssl.PROTOCOL_TLS); hashlib.sha256(b'').digest();"
          " print(ssl.__file__)")


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument("--user", action="store_true", help="for this user, in all environments that see the"
                        " user's site-packages; not under -s and -I")
    parser.add_argument("--defaults", choices=(policy.HOST, policy.NEWEST), default=policy.HOST,
                        help="TLS defaults: of this Python release (the default), or of the newest; %s in the"
                        " environment goes before it" % policy.VARIABLE)
    parser.add_argument("--keep", action="store_true", help="the hook stays when pip upgrades regraft, and when it"
                        " uninstalls it; then each start says so until the hook is deleted")


def execute(options):
    """Check that regraft works in this interpreter, write the hook, and check that it does its work."""
    if _boot.GRAFTED:
        try:
            activation.check_graft()
        except ActivationError as error:
            raise CommandError(str(error))
        if options.defaults != policy.HOST:
            raise CommandError("the standard library of this Python is grafted, and needs no hook; set %s=%s in the"
                               " environment of programs that are to have the newest defaults"
                               % (policy.VARIABLE, options.defaults))
        print("nothing to do: regraft is in the standard library of this Python, by graft-tree, and always active")
        return 0
    try:
        extension = os.path.basename(activation.load_extension().__file__)
        directory = hooks.find_directory(options.user)
        defaults = options.defaults if options.defaults != policy.HOST else None
        files = hooks.render(directory, extension, defaults)
        check_files(directory, files)
        before = hooks.read(directory)
        done = hooks.write(directory, files)
    except (ActivationError, hooks.HookError) as error:
        raise CommandError(str(error))
    problem = find_failure(_CHECK)
    if problem:
        hooks.remove(directory)
        if before:
            hooks.write(directory, before)
        raise CommandError("the hook in %s has no effect, and was taken away again: %s" % (directory, problem))
    words = {"new": "enabled", "replaced": "enabled anew", "same": "was enabled already"}
    about = enter_record(directory, options)
    print("regraft %s in %s%s\n%s" % (words[done], directory, ", defaults: newest" if defaults else "", about))
    return 0


def enter_record(directory, options):
    """Let pip take the hook away with the package, or not if the user wants to keep it.

    Returns:
        str: what that means for the user.
    """
    try:
        if options.keep:
            records.strike(directory)
            return "pip leaves it where it is: use `python -m regraft disable` before you uninstall regraft"
        records.enter(directory)
    except records.RecordError as error:
        return "pip will not take it away with regraft (%s): use `python -m regraft disable%s` before you uninstall" % (
            error, " --user" if options.user else "")
    return "pip takes it away with regraft, in an upgrade too: enable again after one, or use --keep"


def check_files(directory, files):
    """Try a hook in a child, before it is put where each program reads it.

    Args: directory (str), where it will be; files (dict), as `hooks.render` gives them.
    Raises:
        CommandError: `import ssl` fails with it, or gives the old module.
    """
    path = os.path.join(directory, hooks.SOURCE)
    problem = find_failure(
        "import sys; names = {'__file__': %r, '__name__': %r}; exec(compile(sys.stdin.read(), %r, 'exec'), names);"
        " names['start'](); %s" % (path, hooks.MODULE, path, _CHECK), files[hooks.SOURCE])
    if problem:
        raise CommandError("regraft does not work in this interpreter (%s), nothing was written: %s"
                           % (sys.executable, problem))


def find_failure(code, data=b""):
    """Run code in a new interpreter; it must print where `ssl` comes from.

    Args: code (str); data (bytes), for its standard input.
    Returns:
        str or None: why `ssl` is not regraft's.
    """
    environment = dict(os.environ)
    for name in ("REGRAFT_DISABLE", "REGRAFT_RUN", "PYTHONPATH"):
        environment.pop(name, None)
    child = subprocess.Popen([sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = [_decode(stream) for stream in child.communicate(data)]
    lines = errors.strip().splitlines()
    if child.returncode:
        return lines[-1] if lines else "exit status %d" % child.returncode
    origin = output.strip()
    if os.path.dirname(os.path.realpath(origin)) != os.path.realpath(activation.OVERLAY):
        return lines[-1] if lines else "`import ssl` gives %s" % origin
    return None


def _decode(data):
    return data if PY2 else os.fsdecode(data)
