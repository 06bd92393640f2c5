"""Contexts from the arguments of `SSLSocket()` and `wrap_socket()`, as before there were contexts."""
from __future__ import absolute_import, division, print_function

import sys


def make_context(ssl_version, cert_reqs, ca_certs, certfile, keyfile, server_side, npn_protocols, ciphers):
    """Make the context that the arguments of 2.7's `SSLSocket()` describe.

    Raises: ValueError for arguments that do not go together; what the methods of `SSLContext` raise.
    """
    if server_side and not certfile:
        raise ValueError("certfile must be specified for server-side operations")
    if keyfile and not certfile:
        raise ValueError("certfile must be specified")
    # Through the module, so that a context class put there by gevent or its kind is the one used.
    context = sys.modules["ssl"].SSLContext(ssl_version)
    context.verify_mode = cert_reqs
    if ca_certs:
        context.load_verify_locations(ca_certs)
    if certfile:
        context.load_cert_chain(certfile, keyfile)
    if npn_protocols:
        context.set_npn_protocols(npn_protocols)
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def remember_arguments(connection, ssl_version, cert_reqs, ca_certs, certfile, keyfile, ciphers):
    """Put the arguments on a socket, as 2.7 does; programs read them there."""
    connection.keyfile, connection.certfile = keyfile or certfile, certfile
    connection.cert_reqs, connection.ssl_version = cert_reqs, ssl_version
    connection.ca_certs, connection.ciphers = ca_certs, ciphers
