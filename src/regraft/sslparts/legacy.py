"""Contexts from the arguments of `SSLSocket()` and `wrap_socket()`, as before there were contexts."""
from __future__ import absolute_import, division, print_function

import sys

from regraft._compat import integer_types


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


def send_file(connection, file, offset, count):
    """Do `sendfile()` for the sockets of Python 2, which have none, by reading and sending.

    Args: connection (SSLSocket); file (open for reading, binary); offset (int), bytes to skip; count (int or
        None), bytes to send at most.
    Returns: int, bytes sent; the file stands behind the last of them.
    Raises: ValueError for a file of text, a count that is not positive, a non-blocking socket.
    """
    if "b" not in getattr(file, "mode", "b"):
        raise ValueError("file should be opened in binary mode")
    if count is not None:
        if not isinstance(count, integer_types):
            raise TypeError("count must be a positive integer (got %r)" % (count,))
        if count <= 0:
            raise ValueError("count must be a positive integer (got %r)" % (count,))
    if connection.gettimeout() == 0:
        raise ValueError("non-blocking sockets are not supported")
    if offset:
        file.seek(offset)
    total = 0
    try:
        while count is None or total < count:
            data = memoryview(file.read(8192 if count is None else min(8192, count - total)))
            if not len(data):
                break
            sent = 0
            while sent < len(data):
                step = connection.send(data[sent:])
                sent += step
                total += step
    finally:
        # Where sending stopped, not where reading did.
        if total and hasattr(file, "seek"):
            file.seek(offset + total)
    return total
