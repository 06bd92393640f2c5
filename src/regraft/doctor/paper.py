"""The report for a person: plain text that fits the terminal, and JSON for a program."""
from __future__ import absolute_import, division, print_function

import os
import re
import struct
import unicodedata

from regraft._compat import text_type

NARROWEST, USUAL, WIDEST = 40, 80, 110
LEAST_ROOM = 12  # columns for the wrapped cell of a row; with fewer it goes below the others
MARGIN = 7
# A mark stands in the margin: what is wrong must be found without colours as well.
OK, NOTE, BAD, DO, PLAIN = "ok", "note", "BAD", "do", ""
_COLOURS = {OK: "32", NOTE: "33", BAD: "31;1", DO: "36"}
_TITLE = "1"


class Paper(object):
    """Lines of text, wrapped to a width, and with colours if wanted."""

    def __init__(self, width=USUAL, colours=False):
        """Args: width (int), columns; colours (bool)."""
        self.width, self.colours, self.lines = width, colours, []

    def title(self, text):
        """Begin a section."""
        if self.lines:
            self.lines.append(u"")
        self.lines.append(self._paint(to_text(text), _TITLE))

    def add(self, text, mark=PLAIN, indent=0):
        """Write a paragraph, its mark in the margin. Args: text (str); mark (str); indent (int), more columns."""
        left = MARGIN + indent
        for number, line in enumerate(wrap(to_text(text), self.width - left)):
            margin = (u"  %s" % mark if number == 0 else u"").ljust(left)
            if mark and number == 0 and mark in _COLOURS:
                margin = margin.replace(mark, self._paint(u"%s" % mark, _COLOURS[mark]), 1)
            self.lines.append((margin + line).rstrip())

    def row(self, cells, widths, rest, mark=PLAIN):
        """Write a row of a table, the last cell of which is wrapped. Args: cells (list of str); widths (list of int);
        rest (str)."""
        left = u"".join(to_text(cell).ljust(width) for cell, width in zip(cells, widths))
        room = self.width - MARGIN - sum(widths)
        if room < LEAST_ROOM:
            self.add(left.rstrip(), mark)
            if rest:
                self.add(rest, indent=2)
            return
        lines = wrap(to_text(rest), room) or [u""]
        self.add(u"\x00", mark)
        self.lines[-1] = self.lines[-1].replace(u"\\x00", left + lines[0]).rstrip()
        self.lines += [u" " * (MARGIN + sum(widths)) + line for line in lines[1:]]

    def _paint(self, text, code):
        return u"\x1b[%sm%s\x1b[0m" % (code, text) if self.colours else text


def to_text(value):
    """Return text that may go to a terminal: what a certificate or a server says must not move the cursor there.

    Nor begin a line, which could look like one of the doctor's own.

    Args: value (object): text, or bytes of 2.7, or something else that is shown as `str` does.
    """
    if not isinstance(value, text_type):
        value = str(value)
    if not isinstance(value, text_type):
        value = value.decode("utf-8", "replace")
    return u"".join(each if _is_printable(each) else each.encode("unicode_escape").decode("ascii") for each in value)


def _is_printable(character):
    # "C" are controls, formats and halves of surrogate pairs; "Zl" and "Zp" end lines.
    category = unicodedata.category(character)
    return category[0] != "C" and category not in ("Zl", "Zp")


def wrap(text, width):
    """Return the lines (list of text) of a text, none longer than `width`; long paths are broken behind a separator.

    Args: text (text), one line; width (int), at least 1.
    """
    lines, line = [], u""
    for word in text.split(u" "):
        if line and len(line) + 1 + len(word) <= width:
            line += u" " + word
            continue
        if line:
            lines.append(line)
        pieces = _break(word, width)
        lines += pieces[:-1]
        line = pieces[-1]
    lines.append(line)
    return [line for line in lines if line.strip()] or [u""]


def _break(word, width):
    pieces = []
    while len(word) > width:
        at = width
        for separators in (u"/", u"[:,;=_.@-]"):
            places = [each.end() for each in re.finditer(separators, word[:width])]
            # Not so near the beginning that the line would be nearly empty.
            if places and places[-1] > width // 3:
                at = places[-1]
                break
        pieces.append(word[:at])
        word = word[at:]
    return pieces + [word]


def find_width(stream):
    """Return the columns of a stream: the terminal's, or 80 for what is none."""
    if not _is_terminal(stream):
        return USUAL
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if re.match(r"[0-9]{1,9}$", columns) else 0
    if not width:
        try:
            import fcntl
            import termios
            width = struct.unpack("HHHH", fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, b"\0" * 8))[1]
        except (ImportError, EnvironmentError, ValueError):
            width = 0
    return min(max(width or USUAL, NARROWEST), WIDEST)


def has_colours(stream):
    """Return whether a stream is to have colours: https://no-color.org, and a terminal that has them."""
    return _is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _is_terminal(stream):
    return bool(getattr(stream, "isatty", lambda: False)())


def put(stream, text):
    """Write text to a stream, with escapes for what its encoding lacks. Args: stream (file); text (text)."""
    encoding = getattr(stream, "encoding", None) or "ascii"
    data = text.encode(encoding, "backslashreplace")
    stream.write(data if str is bytes else data.decode(encoding))


def write_json(stream, report):
    """Write a report as JSON."""
    import json

    put(stream, u"%s\n" % json.dumps(_for_json(report), indent=2, sort_keys=True))


def _for_json(value):
    if isinstance(value, dict):
        return dict((_for_json(name), _for_json(each)) for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return [_for_json(each) for each in value]
    # On 2.7 a path is bytes, which need not be UTF-8; on 3 what is not has become halves of surrogate pairs, which many
    # readers of JSON refuse.
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, text_type):
        halves = value.encode("utf-16-le", "strict" if str is bytes else "surrogatepass")
        value = halves.decode("utf-16-le", "replace")
    return value
