"""TLS as before there were contexts: from the arguments of `SSLSocket()`, `wrap_socket()` and `_ssl.sslwrap()`."""
from __future__ import absolute_import, division, print_function

import sys
import types

from regraft import _emulated, _openssl


def make_context(ssl_version, cert_reqs, ca_certs, certfile, keyfile, server_side, npn_protocols, ciphers):
    """Make the context that the arguments of 2.7's `SSLSocket()` describe.

    Raises: ValueError for arguments that do not go together; what the methods of `SSLContext` raise.
    """
    if server_side and not certfile:
        raise ValueError("certfile must be specified for server-side operations")
    if keyfile and not certfile:
        raise ValueError("certfile must be specified")
    # Through the module, so that a context class put there by gevent or its kind is the one used.
    context = _emulated.implementation("ssl").SSLContext(ssl_version)
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


def sslwrap(sock, server_side, keyfile=None, certfile=None, cert_reqs=_openssl.CERT_NONE,
            ssl_version=_openssl.PROTOCOL_TLS, ca_certs=None, ciphers=None):
    """Put TLS on the system's socket; the caller shakes hands. No host name is sent or checked.

    Args: sock (_socket.socket); server_side (bool or int); keyfile, certfile (str or None): both or none, a server
        needs them; cert_reqs (int), CERT_*; ssl_version (int), PROTOCOL_*; ca_certs (str or None), file of the
        authorities, needed unless cert_reqs is CERT_NONE; ciphers (str or None), OpenSSL cipher list.
    Returns: SSLType.
    Raises: SSLError for arguments that do not go together; what the methods of a context raise.
    Since: 2.6, private, gone with 2.7.9 (gevent 1.0 and the eventlet of its time need it). Source: those callers.
    Differs: not in 3.15; default ciphers and versions are those of contexts.
    """
    if not isinstance(sock, _openssl._socket.socket):
        raise TypeError("sslwrap() argument 1 must be _socket.socket, not %s" % type(sock).__name__)
    context = make_bare_context(server_side, keyfile, certfile, cert_reqs, ssl_version, ca_certs, ciphers)
    return SSLType(context._wrap_socket(sock, bool(server_side)))


def make_bare_context(server_side, keyfile, certfile, cert_reqs, ssl_version, ca_certs, ciphers):
    """Make the extension's context that the arguments of `sslwrap()` describe, with its errors."""
    if server_side and not (keyfile and certfile):
        raise _openssl.SSLError("Both the key & certificate files must be specified for server-side operation")
    if bool(keyfile) != bool(certfile):
        raise _openssl.SSLError("Both the key & certificate files must be specified")
    if cert_reqs != _openssl.CERT_NONE and not ca_certs:
        raise _openssl.SSLError("No root certificates specified for verification of other-side certificates.")
    try:
        context = _openssl._SSLContext(ssl_version)
    except ValueError:
        raise _openssl.SSLError("Invalid SSL protocol variant specified.")
    context.check_hostname = False
    context.verify_mode = cert_reqs
    if ciphers is not None:
        context.set_ciphers(ciphers)
    if ca_certs:
        context.load_verify_locations(ca_certs)
    if certfile:
        context.load_cert_chain(certfile, keyfile)
    return context


class ModuleWithSslwrap(types.ModuleType):
    """`_ssl` of 2.7: it has `sslwrap` for those who cannot do without.

    eventlet 0.33, the last for 2.7, asks for `sslwrap` first and takes the context's `_wrap_socket` where there is
    none. Given what it asks for, it would fail, and if not, check no host name. So a function that names both does
    not get it.
    """

    @classmethod
    def replace(cls, name):
        """Put an instance in the place of the module of that name (str), which must be the one being imported."""
        module = cls(name)
        # Kept: 2.7 empties the namespace of a module that nobody holds any more.
        vars(module).update(vars(sys.modules[name]), _rg_first=sys.modules[name])
        sys.modules[name] = module

    def __getattr__(self, name):
        if name != "sslwrap" or "_wrap_socket" in sys._getframe(1).f_code.co_names:
            raise AttributeError("'module' object has no attribute %r" % (name,))
        return sslwrap


class SSLType(object):
    """A connection of `sslwrap()`: that of the extension with what later ones lack.

    Since: 2.6, private, gone with 2.7.9. Differs: not in 3.15.
    """

    def __init__(self, connection):
        self._connection = connection
        self._certificate = None

    def __getattr__(self, name):
        # Reading, writing and all the rest: once looked up, it is found without this.
        member = getattr(self._connection, name)
        if callable(member):
            setattr(self, name, member)
        return member

    def do_handshake(self):
        """Shake hands. Raises: SSLError and its children."""
        self._connection.do_handshake()
        # Kept here: a connection that ended without notice has forgotten it.
        chain = self._connection.get_unverified_chain()
        self._certificate = chain[0] if chain else None

    def peer_certificate(self, der=False):
        """Return the peer's certificate (dict, empty if not verified; bytes for DER); None without one.

        Differs: before the handshake None too, where later connections raise ValueError.
        """
        if self._certificate is None:
            return None
        if der:
            return self._certificate.public_bytes(_openssl.ENCODING_DER)
        return {} if self._connection.context.verify_mode == _openssl.CERT_NONE else self._certificate.get_info()

    def server(self):
        """Return the subject of the peer's certificate, such as "/C=XX/CN=localhost"; "" without one."""
        return self._name("subject")

    def issuer(self):
        """Return the issuer of the peer's certificate in the same form."""
        return self._name("issuer")

    def _name(self, field):
        if self._certificate is None:
            return ""
        parts = []
        for group in self._certificate.get_info()[field]:
            for kind, value in group:
                text = "".join(c if " " <= c <= "~" else "\\x%02X" % ord(c) for c in value.encode("utf-8"))
                parts.append("/%s=%s" % (_openssl.txt2obj(kind, name=True)[1], text))
        return "".join(parts)
