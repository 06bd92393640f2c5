"""The host that is to be looked at: `HOST`, `HOST:PORT`, `[ADDRESS]:PORT` or the beginning of a URL."""
from __future__ import absolute_import, division, print_function

import re
import sys

from regraft._compat import text_type
from regraft.doctor import starttls

HTTPS = 443


class TargetError(ValueError):
    """The text names no host; the message says what is wrong with it."""


class Target(object):
    """A host and a port.

    Attributes: host (str, with A-labels); port (int); protocol (str or None), that of STARTTLS.
    """

    def __init__(self, host, port, protocol=None):
        self.host, self.port, self.protocol = host, port, protocol

    def __str__(self):
        return ("[%s]:%d" if ":" in self.host else "%s:%d") % (self.host, self.port)


def parse(text, protocol=None):
    """Return the `Target` that a text names.

    Args: text (str); protocol (str or None), a key of `starttls.PROTOCOLS`.
    Raises: TargetError
    """
    rest = re.sub(r"^https://", "", text)
    if "://" in rest:
        raise TargetError("%r is no address of a TLS server; name HOST[:PORT], and --starttls for what is not HTTPS"
                          % hide_password(text))
    rest = rest.split("/")[0].rpartition("@")[2] if rest != text else rest
    match = re.match(r"\[(.*)\](?::(.*))?$", rest)
    if match:
        host, port = match.groups()
    elif rest.count(":") > 1:
        host, port = rest, None
    else:
        host, colon, port = rest.partition(":")
        port = port if colon else None
    if port is None:
        number = starttls.PROTOCOLS[protocol].port if protocol else HTTPS
    elif not re.match(r"[0-9]{1,5}$", port) or not 0 < int(port) < 65536:
        raise TargetError("%r is no port; it is a number from 1 to 65535" % hide_password(port))
    else:
        number = int(port)
    return Target(_encode(host), number, protocol)


def hide_password(address):
    """Return the address of a server (text) without who goes there and the password, which are before the last "@".

    Not as RFC 3986 says: people have "/" and "@" in passwords, and leave the scheme out.
    """
    return re.sub(r"(?s)^([\w+.-]*://)?.*@", lambda match: (match.group(1) or "") + "***@", address)


def is_host(text):
    """Return whether a name in a certificate (text) may be asked for as it is: letters, digits, and what joins them."""
    return bool(re.match(r"[0-9A-Za-z_:](?:[0-9A-Za-z_.:-]{0,252}[0-9A-Za-z_])?\Z", text)) and ".." not in text


def _encode(host):
    if not isinstance(host, text_type):
        host = host.decode(sys.stdin.encoding or "utf-8", "replace")
    bad = re.search(u"[^\\w.:%-]", host, re.UNICODE)
    if not host or bad:
        shown = str(hide_password(host).encode("ascii", "backslashreplace").decode("ascii"))
        raise TargetError("%r is no host name" % shown)
    try:
        # An address, and a name in A-labels, are ASCII and stay.
        is_plain = not re.search(u"[^\x00-\x7f]", host)
        return str(host.encode("ascii" if is_plain else "idna").decode("ascii"))
    except UnicodeError as error:
        raise TargetError("the host name cannot be looked up: %s" % error)
