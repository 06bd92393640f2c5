"""How the installer speaks: plain sentences on standard output, one line on standard error when it cannot go on."""
from __future__ import absolute_import, division, print_function

import os
import sys


class Refusal(Exception):
    """The work cannot be done; the text is one sentence that says why and what to do."""


def say(text=""):
    """Write a line to standard output. A character that it cannot show is written as an escape."""
    write(sys.stdout, text)


def complain(text):
    """Write a line to standard error."""
    write(sys.stderr, text)


def write(stream, text):
    """Write a line to a stream, if there is one (Python 3 started with a closed one has None)."""
    if stream is None:
        return
    if not isinstance(text, str):
        text = text.encode("utf-8")  # unicode, which on 2.7 comes out of JSON
    encoding = getattr(stream, "encoding", None)
    if not isinstance(text, bytes) and encoding:
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text + "\n")
    stream.flush()


def explain(error):
    """Return the words of an error of the operating system, with the file that it is about."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    name = getattr(error, "filename", None)
    return "%s: %s" % (name, words) if name else words


def name_invocation(archive, command):
    """Return what a person types to give this file a command."""
    return "%s %s %s" % (quote(sys.executable or "python"), quote(archive), command)


def quote(text):
    """Return a word for a shell: as it is, or in quotes if it has more than letters, digits and a few signs."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+=:@" + os.sep
    return text if text and all(each in plain for each in text) else "'%s'" % text.replace("'", "'\\''")
