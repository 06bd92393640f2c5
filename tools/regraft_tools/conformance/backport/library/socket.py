"""Functions and classes of sockets younger than 2.7."""
from __future__ import absolute_import, division, print_function

import socket

from backport.errors import STAND_INS

__all__ = ["create_server", "error", "has_dualstack_ipv6", "timeout"]

timeout = STAND_INS["TimeoutError"]
error = STAND_INS["OSError"]


def create_server(address, family=socket.AF_INET, backlog=None, reuse_port=False, dualstack_ipv6=False):
    """A socket that listens."""
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(address)
    server.listen(128 if backlog is None else backlog)
    return server


def has_dualstack_ipv6():
    """Whether one socket can serve both families."""
    return False
