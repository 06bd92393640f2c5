"""`profiles`: the releases that `run --as` can show, and what they had."""
from __future__ import absolute_import, division, print_function

import json
import textwrap

from regraft import profiles
from regraft.cli import CommandError, write_out

SUMMARY = "list the releases of Python that `run --as` can show a program, and what they had"
DESCRIPTION = """\
List the releases of Python that `python -m regraft run --as RELEASE` can show a program of this interpreter, each
with the features that it was the first to have; or say of one release what it lacked, what was weaker, what is
not emulated, and what is not known. Nothing is changed."""

_WIDTH = 100


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument("release", nargs="?", metavar="RELEASE", help="say more about that one")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def execute(options):
    """Print the list, or what is known of a release."""
    named = [each for each in profiles.releases() if each not in (profiles.HOST, profiles.NEWEST)]
    try:
        found = [profiles.describe(each) for each in ([options.release] if options.release else named)]
    except profiles.EmulationError as error:
        raise CommandError(str(error), 2)
    if options.json:
        text = json.dumps(found[0] if options.release else found, indent=2, sort_keys=True) + "\n"
    elif options.release:
        text = "\n".join(tell(found[0])) + "\n"
    else:
        text = "\n".join(list_all(found)) + "\n"
    write_out(lambda stream: stream.write(text))
    return 0


def list_all(found):
    """Return the lines of the list.

    Args: found (list of dict), of `profiles.describe`.
    """
    lines = []
    for each in found:
        name = each["release"] if each["release"] == each["number"] else "%s = %s" % (each["release"], each["number"])
        lines += _fold("%-14s lacks %d, weaker %d%s" % (
            name, len(each["lacks"]), len(each["weaker"]),
            "; first with " + ", ".join(each["brought"]) if each["brought"] else ""), " " * 15)
    return lines + ["%-14s today's defaults" % profiles.NEWEST, "%-14s regraft as it is" % profiles.HOST]


def tell(found):
    """Return the lines about a release.

    Args: found (dict), of `profiles.describe`.
    """
    lines = ["Python %s" % found["number"]]
    for title, rows in (("It lacked", found["lacks"]), ("It was weaker by default in", found["weaker"])):
        lines.append("%s:" % title)
        for row in rows:
            lines += _fold("  %-26s %s%s" % (
                row["name"], row["title"], ", since %s" % row["first"] if row["first"] else ""), " " * 29)
    for title, sentences in (("Not emulated", found["not_emulated"]), ("Not known for certain", found["unconfirmed"])):
        if sentences:
            lines.append("%s:" % title)
        for each in sentences:
            lines += _fold("  " + each, "    ")
    return lines


def _fold(line, indent):
    return textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)
