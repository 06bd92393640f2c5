"""Sockets of tests."""
from __future__ import absolute_import, division, print_function

import contextlib
import errno
import socket
import unittest

HOST = HOSTv4 = "localhost"
HOSTv6 = "::1"


def _has_ipv6():
    try:
        probe = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    except socket.error:
        return False
    try:
        probe.bind((HOSTv6, 0))
    except socket.error:
        return False
    finally:
        probe.close()
    return True


IPV6_ENABLED = _has_ipv6()


def bind_port(sock, host=HOST):
    """Binds a socket to a free port, which is returned."""
    sock.bind((host, 0))
    return sock.getsockname()[1]


def find_unused_port(family=socket.AF_INET, socktype=socket.SOCK_STREAM):
    """A port that was free a moment ago."""
    probe = socket.socket(family, socktype)
    try:
        return bind_port(probe)
    finally:
        probe.close()


@contextlib.contextmanager
def transient_internet(resource_name, timeout=30.0, errnos=()):
    """Skips the test if the network outside does not answer."""
    try:
        yield
    except socket.gaierror as error:
        raise unittest.SkipTest("%s: %s" % (resource_name, error))
    except socket.error as error:
        if error.errno not in (errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ETIMEDOUT):
            raise
        raise unittest.SkipTest("%s: %s" % (resource_name, error))
