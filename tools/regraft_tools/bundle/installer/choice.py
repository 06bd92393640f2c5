"""Which wheel serves a host, by the tags in its name (PEP 425, 513, 571, 599, 600, 656)."""
from __future__ import absolute_import, division, print_function

import re

# Names of before PEP 600, and the glibc that they mean.
_OLD_NAMES = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


class Tags(object):
    """What the name of a wheel says.

    Attributes: name (str); version, python, abi (str); platforms (list of str).
    """

    def __init__(self, name):
        parts = name[:-len(".whl")].split("-")
        if not name.endswith(".whl") or len(parts) not in (5, 6):
            raise ValueError("%s is not the name of a wheel" % name)
        self.name, self.version = name, parts[1]
        self.python, self.abi = parts[-3:-1]
        self.platforms = parts[-1].split(".")


def choose(names, host):
    """Return the name of the wheel for a host, that for the newest C library if there are several, or None.

    Args: names (iterable of str); host (Host).
    """
    ranked = []
    for name in names:
        tags = Tags(name)
        if tags.python == host.python and tags.abi == host.abi:
            ranked += [(rank, name) for rank in [rank_platform(each, host) for each in tags.platforms] if rank]
    return max(ranked)[1] if ranked else None


def rank_platform(platform, host):
    """Return a number that is larger the better a tag of a platform fits a host, as a tuple; None if it does not.

    Args: platform (str), such as "manylinux_2_17_x86_64"; host (Host).
    """
    kind, version, machine = parse_platform(platform)
    if machine != host.machine or host.system != "linux":
        return None
    if kind == "linux":
        return (0, 0)
    fits = kind == host.libc and version[0] == host.libc_version[0] and version <= host.libc_version
    return version if fits else None


def parse_platform(platform):
    """Return (kind, version, machine) of a tag: kind is "glibc", "musl", "linux", or None for another system's."""
    found = re.match(r"(many|musl)linux_(\d+)_(\d+)_(\w+)$", platform)
    if found:
        kind = "glibc" if found.group(1) == "many" else "musl"
        return kind, (int(found.group(2)), int(found.group(3))), found.group(4)
    found = re.match(r"(manylinux\d+)_(\w+)$", platform)
    if found and found.group(1) in _OLD_NAMES:
        return "glibc", _OLD_NAMES[found.group(1)], found.group(2)
    found = re.match(r"linux_(\w+)$", platform)
    return ("linux", (), found.group(1)) if found else (None, (), platform)


def describe_offer(names):
    """Return in words for which hosts there are wheels.

    Args: names (iterable of str).
    """
    offers = {}
    for tags in map(Tags, names):
        kind, version, machine = min(map(parse_platform, tags.platforms))
        words = "%s %s" % (kind, ".".join(map(str, version))) if version else "this machine's libraries"
        offers.setdefault("Linux %s, %s" % (machine, words), []).append(tags.abi)
    return "; ".join("%s: %s" % (place, " ".join(sorted(offers[place], key=_order))) for place in sorted(offers))


def _order(abi):
    digits = re.match(r"cp(\d)(\d+)", abi)
    return (tuple(map(int, digits.groups())) if digits else (9, 9)), abi
