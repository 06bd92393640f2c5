"""What `status` reports: how regraft stands in this process."""
from __future__ import absolute_import, division, print_function

import io
import json
import os
import sys

from regraft import ActivationError, __version__, _boot, _emulated, activation, hooks, records


def examine():
    """Return how regraft stands in this process; `regraft.status` says more."""
    report = {
        "version": __version__,
        "active": False,
        "activated_by": None,
        "switched_off": _boot.is_switched_off(),
        "interpreter": sys.executable,
        "ssl": {"file": None, "openssl": None, "error": None},
        "extension": {"file": None, "loaded": None, "built_with": None, "bundled": False, "sbom": None, "error": None},
        "defaults": None,
        "emulates": "%d.%d.%d" % _emulated.RELEASE if _emulated.RELEASE else None,
        "trust": {"origin": None, "file": None, "directory": None},
        "urandom": "host",
        "overlay": _examine_overlay(),
        "hooks": _examine_hooks(),
        "graft": _examine_graft(),
        "holders": activation.find_holders(),
    }
    try:
        extension = activation.load_extension()
    except ActivationError as error:
        report["extension"]["error"] = str(error)
    else:
        report["extension"].update(
            file=extension.__file__, loaded=extension.OPENSSL_VERSION,
            built_with=activation.name_version(*extension._OPENSSL_API_VERSION[:4]),
            bundled=extension.CAPABILITIES["BUNDLED_OPENSSL"], sbom=find_sbom())
        report["trust"] = _examine_trust(extension)
    if report["extension"]["error"] and report["overlay"]["position"] is not None:
        report["ssl"]["error"] = report["extension"]["error"]
        return report
    try:
        import ssl
    except Exception as error:  # noqa: B902  (some stock builds cannot import it; that is worth reporting)
        report["ssl"]["error"] = str(error)
        return report
    if not hasattr(ssl, "OPENSSL_VERSION"):
        report["ssl"]["error"] = "%s is another module of that name" % getattr(ssl, "__file__", "what is imported")
        return report
    report["ssl"].update(file=getattr(ssl, "__file__", None), openssl=ssl.OPENSSL_VERSION)
    report["active"] = activation.is_ours(ssl)
    if report["active"]:
        from regraft import policy, randomness
        report.update(activated_by=find_activator(), defaults=report["emulates"] or policy.CHOICE,
                      urandom="regraft" if randomness.is_provided() else "host")
    return report


def describe_state(report):
    """Return in one line whether regraft is active, through what, and if not what to do.

    Args: report (dict), of `examine`.
    """
    ways = {
        "pth": "the hook, 000_regraft.pth", "start": "the hook, 000_regraft.start",
        "run": "python -m regraft run", "activate": "regraft.activate()", "PYTHONPATH": "PYTHONPATH",
        "graft": "the standard library itself (graft-tree)",
        "profiles": "regraft.profiles.emulate()"}
    title = "regraft %s" % report["version"]
    if report["active"]:
        state = "%s: active, through %s" % (title, ways.get(report["activated_by"], "sys.path"))
        if report["emulates"]:
            state += "; INSECURE on purpose: it shows what Python %s had" % report["emulates"]
        return state
    if report["switched_off"]:
        return "%s: NOT active, REGRAFT_DISABLE switches it off" % title
    if report["graft"] and report["ssl"]["file"]:
        return "%s: NOT active, though the standard library was grafted: an upgrade of Python? `python -m regraft" \
               " verify-tree --python %s` says what changed" % (title, report["interpreter"])
    if report["extension"]["error"]:
        return "%s: NOT active, and its extension does not load" % title
    if report["hooks"]:
        return "%s: NOT active, though enabled: started with -S, -s or -I? `python -m regraft enable`" \
               " checks the hook" % title
    return "%s: NOT active. `python -m regraft enable` switches it on for this interpreter" % title


def find_activator():
    """Return how regraft became active: "pth", "start", "run", "graft", "activate", "PYTHONPATH", or None."""
    if _boot.GRAFTED:
        return "graft"
    hook = sys.modules.get(hooks.MODULE)
    for starter in (_boot, hook):
        if getattr(starter, "activated_by", None):
            return starter.activated_by
    # The line of the .pth file leaves no trace.
    if any(each["current"] for each in _examine_hooks()):
        return "pth"
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return "PYTHONPATH" if activation.OVERLAY in inherited else None


def find_sbom():
    """Return the path of the list of what this distribution is made of (SBOM, PEP 770), or None without one.

    A wheel with an OpenSSL of its own has it in its metadata, which pip puts beside the package; a grafted standard
    library in the package.
    """
    if _boot.GRAFTED:
        path = os.path.join(_boot.HOME, "about", "regraft.cdx.json")
        return path if os.path.isfile(path) else None
    path = os.path.join(os.path.dirname(_boot.HOME), "regraft-%s.dist-info" % __version__, "sboms", "regraft.cdx.json")
    return path if os.path.isfile(path) else None


def _examine_trust(extension):
    origin, cafile, capath = extension.find_default_trust()
    if origin is None:
        return {"origin": None, "file": None, "directory": None}
    return {
        "origin": origin,
        "file": cafile if os.path.isfile(cafile) else None,
        "directory": capath if any(map(os.path.isdir, capath.split(os.pathsep))) else None,
    }


def _examine_overlay():
    library = _boot.find_standard_library()
    return {
        "path": activation.OVERLAY,
        "position": activation.find_overlay(),
        "before": sys.path[library] if library < len(sys.path) else None,
    }


def _examine_graft():
    """Return where the originals of a grafted standard library are, and what its receipt says; None in any other."""
    if not _boot.GRAFTED:
        return None
    receipt = os.path.join(activation.OVERLAY, _boot.RECEIPT)
    report = {"originals": os.path.dirname(receipt), "time": None, "command": None}
    try:
        with io.open(receipt, encoding="ascii") as stream:
            content = json.load(stream)
    except (EnvironmentError, ValueError):
        return report  # verify-tree says what is wrong
    report.update((name, content.get(name)) for name in ("time", "command"))
    return report


def _examine_hooks():
    found = []
    for directory in hooks.list_directories():
        files = sorted(hooks.read(directory))
        if files:
            found.append({"directory": directory, "files": files, "current": hooks.is_current(directory),
                          "removed_by_pip": records.holds(directory)})
    return found
