"""What the plug-in knows of releases: their names, and under which one a process runs."""
from __future__ import absolute_import, division, print_function

import os

import pytest

SUFFIX = "[as %s]"


def parse(text):
    """Return the releases that an option names.

    Args: text (str), with commas.
    Returns:
        list of str, each once, in the order given.
    Raises:
        pytest.UsageError: it names none, or one that is not known.
    """
    found = []
    for each in text.replace(",", " ").split():
        fault = find_fault(each)
        if fault:
            raise pytest.UsageError("--regraft-as: %s" % fault)
        if each not in found:
            found.append(each)
    if not found:
        raise pytest.UsageError("--regraft-as names no release; known are %s" % describe_known())
    return found


def find_fault(release):
    """Return why there is no such release here (str); None if there is.

    Args: release (object); in a marker it may be anything.
    """
    from regraft import profiles

    if release in profiles.releases():
        return None
    return "there is no profile of a release %r for this Python; known are %s" % (release, describe_known())


def describe_known():
    """Return all that may be named (str)."""
    from regraft import profiles

    return ", ".join(profiles.releases())


def of_process():
    """Return as which release this process was started (str); empty: as none."""
    from regraft import profiles

    return os.environ.get(profiles.VARIABLE, "")


def sort_key(release):
    """Return what puts releases into the order of `profiles.releases()`, with those that are not there at the end.

    Args: release (str)
    """
    from regraft import profiles

    known = profiles.releases()
    return (known.index(release) if release in known else len(known), release)
