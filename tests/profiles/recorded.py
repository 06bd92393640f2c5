"""The reference of what releases brought (snapshots/maintenance-releases.md), as lists of names to look for."""
from __future__ import absolute_import, division, print_function

import fnmatch
import io
import json
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
SNAPSHOTS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "snapshots")
MODULES = ("ssl", "hashlib", "hmac", "os", "random", "secrets")
OLDEST_3 = (3, 6, 0)

# By word, what has that name too and is not meant.
_NOT_MEANT = {
    "digest()": ("hmac.HMAC.", "hashlib."),
    "wrap_socket()": ("ssl.SSLContext.",),
}


def read(name):
    """Return the text of a file of the snapshots."""
    with io.open(os.path.join(SNAPSHOTS, name), encoding="utf-8") as stream:
        return stream.read()


def words():
    """Return the words in backticks by release (dict of set); of 3.x those of 3.6 to 3.14."""
    found = {}
    text = read("maintenance-releases.md")
    two = text[text.index("## Python 2.7"):text.index("### After 2.7.18")]
    for section in re.split(r"\n### ", two)[1:]:
        release = re.match(r"2\.7\.\d+", section).group()
        for line in section.splitlines()[1:]:
            if not line.startswith("* CVE"):
                found.setdefault(release, set()).update(re.findall(r"`([^`]+)`", line))
    three = text[text.index("## Python 3"):text.index("### CVE numbers in these modules")]
    for line in three.splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if len(cells) != 3:
            continue
        release = re.match(r"3\.\d+(\.\d+)?", cells[1])
        if release and (3, 6) <= number(release.group())[:2] < (3, 15):
            found.setdefault(release.group(), set()).update(re.findall(r"`([^`]+)`", cells[0] + cells[1]))
    return dict((release, each) for release, each in found.items() if each)


def number(release):
    """Return a release as numbers: "3.9" as (3, 9)."""
    return tuple(int(each) for each in release.split("."))


def judged():
    """Return what brought.txt says: by (release, mark) the words (dict of set)."""
    found = {}
    with io.open(os.path.join(HERE, "brought.txt"), encoding="utf-8") as stream:
        for line in stream:
            if line.strip() and not line.startswith("#"):
                parts = line.split()
                found.setdefault((parts[0], parts[1]), set()).update(parts[2:])
    return found


def names_of(word, release):
    """Return the names that a word of the reference means, in the snapshots of the language of a release.

    Args: word, release (str).
    Returns: list of str, at least one.
    """
    key = (word, release[0])
    if key not in _meant:
        _meant[key] = [name for name in _find(word, release[0])
                       if not name.startswith(_NOT_MEANT.get(word, ("?",)))]
    assert _meant[key], "%s of %s means nothing" % (word, release)
    return _meant[key]


_meant = {}


def _find(word, language):
    head = re.match(r"([\w.*]+)(?:\(.*\))?$", word).group(1)
    for name in sorted(_known(language)):
        parts = name.split(".")
        if any(part.startswith("_") for part in parts[1:-1]) or parts[-1].startswith("_") and not head.startswith("_"):
            continue
        if "." in head:
            if name == head:
                yield name
        elif parts[0] in MODULES and fnmatch.fnmatchcase(parts[-1], head):
            yield name


def _known(language):
    if language not in _names:
        names = _names[language] = set()
        for file in os.listdir(SNAPSHOTS):
            if file.startswith("cpython-%s." % language) and file.endswith(".json"):
                for module, items in json.loads(read(file))["modules"].items():
                    for name, item in (items or {}).items():
                        names.add("%s.%s" % (module, name))
                        if isinstance(item, dict):
                            names.update("%s.%s.%s" % (module, name, each) for each in item.get("members", ()))
        # Of enumerations the constants are enough.
        names.difference_update([
            each for each in names if re.match(r"ssl\.(Options|VerifyFlags|AlertDescription|_SSLMethod)\.", each)])
    return _names[language]


_names = {}
