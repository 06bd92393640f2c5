"""OpenSSL's releases, in the order in which they came, and what runs under its name.

What a library can do is asked of it, by recipes. That a hole is closed in it nothing tells but its release.
"""
from __future__ import absolute_import, division, print_function

import re


def parse_library(text):
    """Return what an OPENSSL_VERSION names: the library, its release and the series of that.

    Args: text (str or None), such as "OpenSSL 3.0.19 27 Jan 2026" or "LibreSSL 3.8.2".
    Returns:
        (str, str, str), each None if there is nothing to see
    """
    match = re.match(r"(\S+) (\d+\.\d+(?:\.\d+)?[a-z]*)", text or "")
    if not match:
        return (text.split(" ")[0] if text else None), None, None
    library, release = match.groups()
    numbers = re.match(r"\d+(?:\.\d+)*", release).group().split(".")
    # Before 3.0 the third number belonged to the series, and a letter counted its releases.
    kept = 3 if library == "OpenSSL" and int(numbers[0]) < 3 else 2
    return library, release, ".".join(numbers[:kept])


def order_release(release):
    """Return a release of OpenSSL as a tuple that sorts as releases do: "1.1.1w" as (1, 1, 1, "w").

    Args: release (str)
    """
    match = re.match(r"(\d+(?:\.\d+)*)([a-z]*)", release)
    numbers = tuple(int(each) for each in match.group(1).split("."))
    return (numbers + (0,) * (3 - len(numbers)))[:3] + (match.group(2),)


def is_openssl(text, least):
    """Return whether an OPENSSL_VERSION is that of an OpenSSL of a release, or a newer one; another library is not.

    Args: text (str or None), such as "OpenSSL 3.0.19 27 Jan 2026"; least (str), such as "1.1.1" or "1.0.1h".
    """
    library, release, _series = parse_library(text)
    # The numbers of other libraries say nothing about OpenSSL's.
    return library == "OpenSSL" and release is not None and order_release(release) >= order_release(least)
