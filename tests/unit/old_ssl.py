"""A module as 2.7.6's `ssl` was: no contexts, no SNI, no flags; each function raises when it is called."""
from __future__ import absolute_import, division, print_function

import types

NAMES = """CERT_NONE CERT_OPTIONAL CERT_REQUIRED OPENSSL_VERSION OPENSSL_VERSION_INFO OPENSSL_VERSION_NUMBER PEM_FOOTER
    PEM_HEADER PROTOCOL_SSLv2 PROTOCOL_SSLv23 PROTOCOL_SSLv3 PROTOCOL_TLSv1 SSL_ERROR_EOF SSL_ERROR_INVALID_ERROR_CODE SSL_ERROR_SSL
    SSL_ERROR_SYSCALL SSL_ERROR_WANT_CONNECT SSL_ERROR_WANT_READ SSL_ERROR_WANT_WRITE SSL_ERROR_WANT_X509_LOOKUP
    SSL_ERROR_ZERO_RETURN""".split()
FUNCTIONS = """DER_cert_to_PEM_cert PEM_cert_to_DER_cert RAND_add RAND_egd RAND_status get_protocol_name
    sslwrap_simple""".split()


class SSLError(EnvironmentError):
    """2.7.6's."""


class SSLSocket(object):
    """2.7.6's, as far as `hasattr` sees it."""

    def cipher(self):
        raise NotImplementedError

    def close(self):
        """As a plain socket's."""

    do_handshake = getpeercert = pending = read = unwrap = write = cipher


def refuse(*args, **kwargs):
    raise NotImplementedError


def wrap_socket(sock, *args, **kwargs):
    # Of any kind, as 2.7.6 does; nothing is sent.
    return SSLSocket()


def get_server_certificate(addr, ssl_version=3, ca_certs=None):
    raise NotImplementedError


def cert_time_to_seconds(cert_time):
    # 2.7.6 takes the time for a local one; this is an hour east of Greenwich.
    return 993945600.0 - 3600


def make_module():
    """Return it (module)."""
    module = types.ModuleType("ssl")
    for name in NAMES:
        setattr(module, name, 0)
    for name in FUNCTIONS:
        setattr(module, name, refuse)
    module.OPENSSL_VERSION, module.OPENSSL_VERSION_INFO = "OpenSSL 1.0.1e 11 Feb 2013", (1, 0, 1, 5, 15)
    module._DEFAULT_CIPHERS = "DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2"
    for each in (SSLError, SSLSocket, wrap_socket, get_server_certificate, cert_time_to_seconds):
        setattr(module, each.__name__, each)
    return module
