"""The files of a scan: which, and their text."""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from regraft_tools.scan.findings import Problem

# Directories that hold what others made: environments, caches, version control.
SKIPPED = frozenset([
    ".bzr", ".eggs", ".environments", ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".svn",
    ".tox", ".venv", "__pycache__", "node_modules",
])
SUFFIXES = (".py", ".pyw")
LARGEST = 8 * 1024 * 1024  # bytes; beyond it is data
# Where an encoding may be declared, and how (PEP 263).
_DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_PYTHON = re.compile(rb"^#!.*\bpython")


class Unreadable(Exception):
    """A file has no text; the message says why."""


def find(paths: Sequence[str], exclude: Sequence[str] = ()) -> Iterator[str | Problem]:
    """The files to scan, each once, and what stands in the way.

    A directory gives its `.py` and `.pyw` files and scripts that name python in their first line; what is named itself
    is taken whatever it is called.

    Args:
        paths: files and directories.
        exclude: patterns, as of `Path.match`, of files and directories that are left out.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            found = os.stat(path)
        except FileNotFoundError:
            yield Problem(path, 0, "there is no such file or directory")
            continue
        except OSError as error:
            yield Problem(path, 0, "cannot be looked at: %s" % _reason(error))
            continue
        if stat.S_ISDIR(found.st_mode):
            yield from _walk(path, exclude, seen)
        elif not stat.S_ISREG(found.st_mode):
            yield Problem(path, 0, "is neither a file nor a directory")
        elif (found.st_dev, found.st_ino) not in seen:
            seen.add((found.st_dev, found.st_ino))
            yield path


def _walk(folder: str, exclude: Sequence[str], seen: set[tuple[int, int]]) -> Iterator[str | Problem]:
    """All of a directory. Links to directories are not followed, so that there are no loops."""
    # A list, for directories can be nested deeper than functions.
    levels = []
    below: str | None = folder
    while levels or below:
        if below:
            try:
                with os.scandir(below) as entries:
                    levels.append(iter(sorted(entries, key=lambda each: each.name)))
            except OSError as error:
                yield Problem(below, 0, "cannot be listed: %s" % _reason(error))
            below = None
            continue
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
            continue
        path = entry.path
        if any(Path(path).match(each) for each in exclude):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED and not os.path.exists(os.path.join(path, "pyvenv.cfg")):
                    below = path
                continue
            # A link to a file is followed, unless to what is there anyway or to nothing.
            found = entry.stat()
        except FileNotFoundError:
            if entry.name.endswith(SUFFIXES):
                yield Problem(path, 0, "is a link to a file that is not there")
            continue
        except OSError as error:
            yield Problem(path, 0, "cannot be looked at: %s" % _reason(error))
            continue
        if not stat.S_ISREG(found.st_mode) or (found.st_dev, found.st_ino) in seen:
            continue
        if entry.name.endswith(SUFFIXES) or ("." not in entry.name and _is_script(path)):
            seen.add((found.st_dev, found.st_ino))
            yield path


def _is_script(path: str) -> bool:
    """Whether the first line of a file has python run it."""
    try:
        with open(path, "rb") as stream:
            return bool(_PYTHON.match(stream.readline(200)))
    except OSError:
        return False  # who may not read it does not know that it is Python


def read(path: str) -> str:
    """The text of a file, with `\\n` at the end of each line, in whatever encoding it says.

    Raises:
        Unreadable: there is none.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(LARGEST + 1)  # what is in /proc says that it has no size
    except OSError as error:
        raise Unreadable("cannot be read: %s" % _reason(error)) from error
    if len(data) > LARGEST:
        raise Unreadable("is larger than %d MiB, so it was left out" % (LARGEST >> 20))
    return decode(data)


def decode(data: bytes) -> str:
    """The text of what is in a file.

    Python 2 takes any bytes in comments and plain strings. So what is not UTF-8 and declares nothing, or declares
    what it is not, is read as Latin-1: each byte is a character, and no finding stands in such characters.

    Raises:
        Unreadable: it is not a text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("is UTF-16, which Python does not read")
    if b"\0" in data:
        raise Unreadable("has null bytes, so it is no source that Python reads")
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    encoding = "utf-8" if marked else _declared(data)
    try:
        if not codecs.lookup(encoding)._is_text_encoding:  # type: ignore[attr-defined]
            raise Unreadable("is in %r, which is no encoding of text" % encoding)
        text = data.decode(encoding)
    except LookupError as error:
        raise Unreadable("is in an encoding that is not known here: %r" % encoding) from error
    except UnicodeError:
        text = data.decode("latin-1")
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)


def _declared(data: bytes) -> str:
    """The encoding that one of the first two lines declares, else UTF-8."""
    for line in data.splitlines()[:2] if len(data) < 4096 else data[:4096].splitlines()[:2]:
        found = _DECLARED.match(line)
        if found:
            return found.group(1).decode("ascii", "replace")
        if not _BLANK.match(line):
            break
    return "utf-8"


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
