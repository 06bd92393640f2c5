"""`doctor`: how the network security of this interpreter stands, and whether a host can be reached with it."""
from __future__ import absolute_import, division, print_function

import re

from regraft.cli import CommandError, write_out
from regraft.doctor import CONDITIONS, starttls

SUMMARY = "examine this interpreter's TLS, hashes and randomness, and a host"
USAGE = "python -m regraft doctor [--json] [--fail-on CONDITION,...] [HOST[:PORT] [OPTION ...]]"
DESCRIPTION = """\
Show what network security a program of this interpreter gets that is started as this command is: modules,
OpenSSL, trusted CAs, features, known holes, settings outside the program. With a host, shake hands with it as
a program would, and say what came of it, why it failed, and which opt-in would let it pass.

Exit status: 0; 1 if the host cannot be reached over verified TLS, a condition of --fail-on holds, or the report
cannot be made or written; 2 for wrong arguments."""

FAILED = 1


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument("host", nargs="?", metavar="HOST[:PORT]", help="a server; the port is 443, or the protocol's")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--starttls", choices=sorted(starttls.PROTOCOLS), help="the protocol that is spoken before TLS")
    parser.add_argument("--cafile", metavar="FILE", help="trust the CA certificates in this file, and no others")
    parser.add_argument("--timeout", type=float, default=10, metavar="SECONDS", help="for each connection (10)")
    parser.add_argument("--alpn", metavar="NAME,...", help="application protocols to offer, such as h2,http/1.1")
    parser.add_argument("--fail-on", metavar="CONDITION,...", default="",
                        help="exit status 1 if one holds: cve (a known hole is open), eol (Python or OpenSSL is no"
                        " longer supported), weak (weak defaults, or a weak connection)")


def execute(options):
    """Print the report."""
    # Here, for the other commands need none of it.
    from regraft.doctor import paper, words
    from regraft.doctor import report as reports

    wanted = [each for each in options.fail_on.split(",") if each]
    for each in wanted:
        if each not in CONDITIONS:
            raise CommandError("--fail-on knows no condition %r; there are %s" % (each, ", ".join(CONDITIONS)), 2)
    target = parse_target(options)
    report = reports.examine()
    if target is not None:
        report["host"] = examine_host(options, target)
    holding = reports.list_conditions(report)
    report["conditions"] = holding
    report["failed"] = [each for each in CONDITIONS if each in holding and each in wanted]
    write_out(lambda stream: (paper.write_json if options.json else words.write)(stream, report))
    is_reached = report["host"] is None or report["host"]["passes"]
    return 0 if is_reached and not report["failed"] else FAILED


def parse_target(options):
    """Return the target of a command line or None. Raises: CommandError, for what does not fit together."""
    from regraft.doctor import target

    if not options.timeout > 0 or options.timeout > 3600:
        raise CommandError("--timeout is a number of seconds above 0, at most 3600", 2)
    if any(not 0 < len(each) < 256 or re.search("[^ -~]", each) for each in list_protocols(options)):
        raise CommandError("--alpn takes names of 1 to 255 ASCII characters, with commas between", 2)
    if options.host is None:
        for name in ("starttls", "cafile", "alpn"):
            if getattr(options, name) is not None:
                raise CommandError("--%s is about a host; name one" % name, 2)
        return None
    try:
        return target.parse(options.host, options.starttls)
    except target.TargetError as error:
        raise CommandError(str(error), 2)


def examine_host(options, target):
    """Return the report on a host (dict). Raises: CommandError, if it cannot be tried."""
    from regraft.doctor import host, report, trust

    ssl, error = report.find_ssl()
    if not hasattr(ssl, "create_default_context"):
        raise CommandError("%s cannot be looked at: %s" % (
            target, error or "the ssl of this Python has no contexts (before 2.7.9); regraft brings them"))
    if options.cafile is not None:
        try:
            found, _bad = trust.read(options.cafile)
        except EnvironmentError as problem:
            raise CommandError("--cafile %s: %s" % (options.cafile, problem.strerror), 2)
        if not found:
            raise CommandError("--cafile %s: there is no certificate in it" % options.cafile, 2)
    return host.Examination(ssl, target, options.cafile, options.timeout, list_protocols(options)).examine()


def list_protocols(options):
    """Return the protocols to offer by ALPN (list of str)."""
    return options.alpn.split(",") if options.alpn else []
