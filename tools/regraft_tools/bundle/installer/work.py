"""What the commands do: `install`, `uninstall`, `status`, and the overview that is shown without a command."""
from __future__ import absolute_import, division, print_function

import os
import sys

from . import archive, children, choice, digests, host, installed, places, signals, staging
from .wording import Refusal, name_invocation, say

HOST, NEWEST = "host", "newest"


class Plan(object):
    """What `install` is going to do.

    Attributes:
        place (places.Place); wheel (archive.Wheel); before (installed.Installation or None).
        enabled (bool): whether a hook of the one before is in the place; current (bool): one that needs no renewal.
        defaults (str): those that the hook is to have; was (str): those that it has; keep (bool): whether it is one that pip is to leave alone.
        enable (bool): whether there is to be a hook.
        done (bool): whether all is as it should be already.
    """

    def __init__(self, place, wheel, before):
        self.place, self.wheel, self.before = place, wheel, before
        self.enabled = self.current = self.keep = self.enable = self.done = False
        self.defaults = self.was = HOST


def choose_wheel(bundle, machine):
    """Return the name of the wheel for a host.

    Args: bundle (archive.Bundle); machine (host.Host).
    Raises:
        Refusal: there is none.
    """
    name = choice.choose(bundle.wheels, machine)
    if name is None:
        raise Refusal("no wheel in this file serves %s; there are, for CPython on %s"
                      % (machine.describe(), choice.describe_offer(bundle.wheels)))
    return name


def name_openssl(bundle, name):
    """Return in words which OpenSSL a wheel has, as the manifest says."""
    version = bundle.wheels[name]["openssl"]
    return "OpenSSL %s in it" % version if version else "the OpenSSL of this machine"


def make_plan(bundle, options):
    """Look at all that can be looked at before anything is written.

    Args: bundle (archive.Bundle); options, of the command line.
    Raises: Refusal
    """
    machine = host.examine()
    name = choose_wheel(bundle, machine)
    say("This is %s." % machine.describe())
    place = places.find(options.user, options.target)
    places.check(place, options.break_system_packages)
    finish(place, options.dry_run)
    if digests.is_slow():
        say("This Python has no SHA-256 of its own: checking takes ten seconds and more.")
    plan = Plan(place, bundle.open_wheel(name), installed.find(place.path))
    say("%s is the wheel for it, with %s; its SHA-256 is that of the manifest, and its files are those of its RECORD."
        % (name, name_openssl(bundle, name)))
    for other in places.find_others(place):
        if installed.find(other.path):
            raise Refusal("another regraft is in %s, and Python would find one instead of the other: take that one away"
                          " first (%s); nothing was changed"
                          % (other.path, name_invocation(bundle.path, " ".join(["uninstall"] + other.options))))
    if plan.before:
        check_before(plan, options.force)
        ask_before(plan)
    plan.enable = place.kind != places.TARGET and (options.enable or plan.enabled)
    asked = options.defaults or plan.defaults
    plan.done = bool(plan.before and plan.before.has(plan.wheel) and plan.before.installer == installed.INSTALLER
                     and (plan.current and asked == plan.defaults or not plan.enable) and not options.force)
    plan.was, plan.defaults = plan.defaults, asked
    return plan


def finish(place, dry):
    """Finish what an interrupted process began in a place, or took only half away.

    Args: place (places.Place); dry (bool), whether nothing may be changed.
    Returns:
        bool: whether there was anything.
    Raises:
        Refusal: there is, and nothing may be changed: what is there is no ground for a plan.
    """
    if not os.path.lexists(os.path.join(place.path, staging.FOLDER)):
        return False
    if dry:
        raise Refusal("a change of %s was interrupted, and would be finished first; nothing was changed" % place.path)
    with staging.Staging(place.path):
        say("A change of %s that was interrupted is finished." % place.path)
    return True


def check_before(plan, force):
    """Refuse to put away an installation that is newer, or that has files of somebody else's in it."""
    before, new = plan.before, plan.wheel.version
    if force:
        return
    if before.version and installed.order(before.version) > installed.order(new):
        raise Refusal("%s is in %s, and is newer than the %s in this file: --force puts the older one in its place"
                      % (before.describe(), before.directory, new))
    if before.version is None:
        raise Refusal("%s in %s came without a record of who put it there: --force replaces it"
                      % (installed.PACKAGE, before.directory))
    check_strangers(before)


def check_strangers(before):
    """Refuse to put away files that are not regraft's."""
    strangers = before.find_strangers()
    if strangers:
        raise Refusal("there are files that no regraft put there: %s; move them away, or use --force, which deletes them"
                      % ", ".join(strangers[:5] + ["..."] * (len(strangers) > 5)))


def ask_before(plan):
    """Find out whether the one before is enabled, and with which defaults."""
    if plan.place.kind == places.TARGET or installed.PACKAGE not in plan.before.names:
        return
    report = children.ask(plan.place.path, plan.place.kind == places.USER)
    if report is None:
        say("%s, which is there, does not say how it was enabled." % plan.before.describe())
        return
    here = [each for each in report["hooks"]
            if os.path.realpath(each["directory"]) == os.path.realpath(plan.place.path)]
    plan.enabled, plan.current = bool(here), any(each["current"] for each in here)
    plan.keep = any(not each.get("removed_by_pip", True) for each in here)
    if plan.enabled and report["defaults"]:
        plan.defaults = str(report["defaults"])


def install(bundle, options):
    """Put the wheel for this interpreter into its place, and enable it."""
    plan = make_plan(bundle, options)
    place, wheel, before = plan.place, plan.wheel, plan.before
    if plan.done:
        say("%s is in %s already, whole%s: nothing to do."
            % (before.describe(), place.path, " and enabled" if plan.enable else ""))
        return 0
    if options.dry_run:
        describe_plan(plan)
        return 0
    made = places.make(place)
    try:
        with staging.Staging(place.path) as stage:
            before = installed.find(place.path)  # again: only now is nobody else at work here
            try:
                rows = stage_wheel(stage, wheel)
                version = children.try_out(stage.new)
            finally:
                signals.ignore()
            stage.publish(list(wheel.tops), before.names if before else [])
            problem = plan.enable and children.enable(place.path, place.kind == places.USER, plan.defaults, plan.keep)
            if problem:
                withdraw(stage, plan)
                raise Refusal("regraft cannot be enabled, and was taken away again, so that all is as it was: %s"
                              " (--no-enable installs without)" % problem)
    finally:
        places.unmake(place, made)
    if before:
        say("Replaced %s in %s by %s (%d files)." % (before.describe(), place.path, wheel.version, rows))
    else:
        say("Installed regraft %s in %s (%d files)." % (wheel.version, place.path, rows))
    tell_reach(bundle, plan, version)
    return 0


def withdraw(stage, plan):
    """Undo what was published and could not be enabled: whatever `enable` left, the hook is as it was before.

    Args: stage (staging.Staging); plan (Plan).
    """
    user = plan.place.kind == places.USER
    try:
        if not plan.enabled:
            children.disable(plan.place.path, user)
    finally:
        stage.withdraw()
    if plan.enabled:
        children.enable(plan.place.path, user, plan.was, plan.keep)


def stage_wheel(stage, wheel):
    """Write the files of a wheel, their bytecode, and what an installer adds.

    Args: stage (staging.Staging); wheel (archive.Wheel).
    Returns:
        int: how many files.
    """
    rows = [(path, value, str(len(wheel.files[path]))) for path, value in wheel.hashes.items()]
    for path in sorted(wheel.files):
        stage.write(path, wheel.files[path], 0o755 if path in wheel.executable else 0o644)
    rows += [(stage.compile(path), "", "") for path in sorted(wheel.files) if path.endswith(".py")]
    for name, data in (("INSTALLER", installed.INSTALLER.encode("ascii") + b"\n"), ("REQUESTED", b"")):
        path = "%s/%s" % (wheel.metadata, name)
        stage.write(path, data)
        rows.append((path, digests.show_record(data), str(len(data))))
    record = wheel.metadata + "/RECORD"
    rows.append((record, "", ""))
    stage.write(record, archive.render_record(rows))
    return len(rows)


def describe_plan(plan):
    """Say what `install` would do."""
    say("Would install regraft %s in %s (%d files and their bytecode)%s."
        % (plan.wheel.version, plan.place.path, len(plan.wheel.files),
           ", in place of " + plan.before.describe() if plan.before else ""))
    if plan.enable:
        say("Would enable it: each program of %s gets regraft's modules, with the defaults of %s."
            % (sys.executable, "Python 3.15" if plan.defaults == NEWEST else "this Python"))
    say("Nothing was changed.")


def tell_reach(bundle, plan, version):
    """Say what programs get now, and how to take it back."""
    place = plan.place
    python = sys.executable
    if plan.enable:
        say("Enabled: in each program of %s `import ssl` now is regraft's, with %s and the defaults of %s."
            % (python, version, "Python 3.15" if plan.defaults == NEWEST else "this Python"))
    elif place.kind == places.TARGET:
        say("With PYTHONPATH=%s, `%s -m regraft run PROGRAM` starts a program with it (%s)."
            % (place.path, python, version))
    else:
        say("It is not enabled: `%s -m regraft enable` does that, `%s -m regraft run PROGRAM` starts one program with it"
            " (%s)." % (python, python, version))
    say("To undo this: %s" % name_invocation(bundle.path, " ".join(["uninstall"] + place.options)))


def uninstall(bundle, options):
    """Take away regraft and its hook."""
    place = places.find(options.user, options.target)
    if os.path.isdir(place.path):
        places.check(place, managed=True)
    interrupted = finish(place, options.dry_run)
    before = installed.find(place.path)
    if not before:
        say("There is no regraft in %s%s." % (place.path, "" if interrupted else ": nothing to do"))
        for other in places.find_others(place):
            if installed.find(other.path):
                say("One is in %s: %s" % (other.path, name_invocation(
                    bundle.path, " ".join(["uninstall"] + other.options))))
        return 0
    if not options.force:
        check_strangers(before)
    if options.dry_run:
        say("Would take away %s: %s in %s, and its start-up hook. Nothing was changed."
            % (before.describe(), " and ".join(before.names), place.path))
        return 0
    with staging.Staging(place.path) as stage:
        told = remove(stage, Plan(place, None, installed.find(place.path)))
    say("Took away %s from %s." % (before.describe(), place.path))
    for line in told:
        say(line)
    return 0


def remove(stage, plan):
    """Take away the hook, then the package; if that fails the hook comes back.

    Args: stage (staging.Staging); plan (Plan), of what is there.
    Returns:
        list of str: what `disable` said.
    """
    place, told = plan.place, []
    ask_before(plan)
    signals.ignore()
    if installed.PACKAGE in plan.before.names and has_hook(place):
        told = children.disable(place.path, place.kind == places.USER)
    try:
        stage.publish([], plan.before.names)
    except EnvironmentError:
        if plan.enabled:
            children.enable(place.path, place.kind == places.USER, plan.defaults, plan.keep)
        raise
    return told


def has_hook(place):
    """Tell whether there may be a hook that leads to the regraft in a place."""
    if place.kind != places.TARGET:
        return True
    # `enable` of a regraft elsewhere writes into site-packages; the hook there may be another one's.
    report = children.ask(place.path, False, REGRAFT_DISABLE="1")
    return bool(report) and any(each["current"] for each in report["hooks"])


def status(bundle, options):
    """Say which regraft this interpreter has."""
    place = places.find(options.user, options.target)
    found = installed.find(place.path)
    if os.path.lexists(os.path.join(place.path, staging.FOLDER)):
        say("An installation in %s was interrupted: `install` or `uninstall` finishes it." % place.path)
    if not found:
        say("There is no regraft in %s." % place.path)
        return 1
    say("%s is in %s." % (found.describe(), place.path))
    damage = found.find_damage()
    if damage:
        say("These files are not as they were installed: %s" % ", ".join(damage))
    code, output, errors = children.command(place.path, place.kind == places.USER, ["status"])
    for line in (output or children.last_line(code, errors)).splitlines():
        say(line)
    return 1 if damage else code


def overview(bundle, options):
    """Say what this file is, what it would do, and how."""
    say("regraft %s: today's ssl, hashlib, hmac and secure randomness for the Python that runs this file." % bundle.version)
    say()
    try:
        machine = host.examine()
        name = choose_wheel(bundle, machine)
        place = places.find()
        found = installed.find(place.path)
        say("This is %s." % machine.describe())
        say("`install` would put %s, with %s, into %s%s, and enable it."
            % (name, name_openssl(bundle, name), place.path, ", in place of " + found.describe() if found else ""))
    except Refusal as error:
        say("%s%s." % (str(error)[:1].upper(), str(error)[1:]))
    say()
    for command, does in (("install", "install and enable; nothing is downloaded or compiled"),
                          ("install --dry-run", "check all, change nothing"),
                          ("install --user", "for this user only"),
                          ("status", "what this Python has"),
                          ("uninstall", "take all of it away again"),
                          ("install --help", "the other options")):
        say("  %s" % name_invocation(bundle.path, command))
        say("      " + does)
    return 0
