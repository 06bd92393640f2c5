"""`status`: how regraft stands in this interpreter."""
from __future__ import absolute_import, division, print_function

import json

import regraft
from regraft.cli import write_out
from regraft.inspection import describe_state

SUMMARY = "show which ssl this interpreter gives, from where and why"
DESCRIPTION = """\
Show how regraft stands in a program of this interpreter that is started as this command is. For a program
that runs, use regraft.status() inside it. Exit status 0 if regraft is active, 1 if not."""


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def execute(options):
    """Print the report."""
    report = regraft.status()
    text = json.dumps(report, indent=2, sort_keys=True) if options.json else "\n".join(describe(report))
    write_out(lambda stream: stream.write(text + "\n"))
    return 0 if report["active"] else 1


def describe(report):
    """Return the lines that say in words what a report says.

    Args: report (dict), of `regraft.status()`.
    """
    return [describe_state(report)] + ["  %-12s %s" % row for row in (
        ("interpreter", report["interpreter"]),
        ("ssl", report["ssl"]["file"] or "cannot be imported: %s" % report["ssl"]["error"]),
        ("extension", report["extension"]["file"] or report["extension"]["error"]),
        ("OpenSSL", describe_openssl(report)),
        ("defaults", report["defaults"] or "the stock module's"),
        ("trusts", describe_trust(report["trust"], report["extension"]["bundled"])),
        ("os.urandom", "regraft's" if report["urandom"] == "regraft" else "the host's own"),
        ("overlay", describe_overlay(report["overlay"])),
        ("kill switch", describe_switch(report)),
        ("hook", ", ".join(describe_hook(each, report["graft"]) for each in report["hooks"]) or "none"),
        ("still old", ", ".join("%(module)s.%(name)s (%(holds)s)" % row for row in report["holders"]) or "nothing"),
    )]


def describe_openssl(report):
    """Return the version loaded, and the one built with or that it is part of the extension."""
    extension = report["extension"]
    if not extension["loaded"]:
        return report["ssl"]["openssl"] or "unknown"
    if extension["bundled"]:
        listed = ", listed in %s" % extension["sbom"] if extension["sbom"] else ""
        return "%s, part of the extension%s; the system's is not used" % (extension["loaded"], listed)
    return "%s, built with %s" % (extension["loaded"], extension["built_with"])


def describe_trust(trust, is_bundled=False):
    """Return which CA certificates default contexts load, and who says so."""
    places = " and ".join(each for each in (trust["file"], trust["directory"]) if each)
    if trust["origin"] == "environment":
        return "%s, as SSL_CERT_FILE or SSL_CERT_DIR says" % (places or "NOTHING")
    if not places:
        return "NOTHING: no CA certificates are found; name a file of them in SSL_CERT_FILE"
    if trust["origin"] == "OpenSSL":
        return "%s, as built into OpenSSL" % places
    return "%s, as on %s; OpenSSL's own paths %s" % (
        places, trust["origin"], "do not count" if is_bundled else "do not exist")


def describe_overlay(overlay):
    """Return where the overlay stands in `sys.path`."""
    if overlay["position"] is None:
        return "%s, not in sys.path" % overlay["path"]
    return "sys.path[%d], %s" % (overlay["position"], overlay["path"])


def describe_switch(report):
    """Return what REGRAFT_DISABLE says, and whether it counts."""
    if report["graft"]:
        return "none in a grafted tree; the originals are in %s" % report["graft"]["originals"]
    return "REGRAFT_DISABLE is %sset" % ("" if report["switched_off"] else "not ")


def describe_hook(hook, graft=None):
    """Return a hook's directory, whether it is what this version would write, has an effect, and would be left by pip."""
    if graft:
        return "%s (without effect: the standard library is grafted)" % hook["directory"]
    note = "" if hook["current"] else " (of another version or not whole: run enable again)"
    if not hook["removed_by_pip"]:
        note += " (stays when pip uninstalls regraft)"
    return hook["directory"] + note
