"""`ssl` of 2.7.9 to 2.7.18 and of 3.6: contexts of then, and host names that are checked after the handshake."""
from __future__ import absolute_import, division, print_function

import sys

from regraft import _openssl
from regraft._compat import PY2
from regraft.sslparts import certificates


class CertificateError(ValueError):
    """A certificate is not the host's. It was no `SSLError` yet."""


def change(whole, presenter):
    """Let the classes of `ssl` behave as of a release of 2.7, and return what is to be shown instead of names."""
    release = presenter.release
    check_names_afterwards(whole)
    give_options(whole.SSLContext, release)
    for name in ("options", "verify_flags", "protocol"):
        # Behind these are the plain numbers of the extension.
        delattr(whole.SSLContext, name)
    take_arguments(whole)
    # The protocol that is meant when none is given, as a number.
    function = whole._create_unverified_context
    function.__defaults__ = (int(whole.PROTOCOL_SSLv23),) + function.__defaults__[1:]
    shown = {"CertificateError": CertificateError, "match_hostname": match_hostname,
             "_PROTOCOL_NAMES": _name_protocols(whole, release),
             "get_server_certificate": _make_fetcher(whole), "get_protocol_name": get_protocol_name}
    CertificateError.__module__ = "ssl"
    for name in ("match_hostname", "get_server_certificate", "get_protocol_name"):
        shown[name].__module__ = "ssl"
    return shown


def change_3_6(whole):
    """Let the classes of `ssl` behave as of 3.6, and return what is to be shown instead of names (dict)."""
    check_names_afterwards(whole)
    match = whole.match_hostname

    def match_hostname(cert, hostname):
        try:
            match(cert, hostname)
        except _openssl.SSLCertVerificationError as error:
            raise CertificateError(*error.args)

    def init(self, sslobj, owner=None, session=None):
        self._rg_adopt_connection(sslobj, owner, session)

    # No context names classes of its own.
    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                    server_hostname=None, session=None):
        return whole.SSLSocket._create(sock, server_side, do_handshake_on_connect, suppress_ragged_eofs,
                                       server_hostname, self, session)

    def wrap_bio(self, incoming, outgoing, server_side=False, server_hostname=None, session=None):
        return whole.SSLObject._create(incoming, outgoing, server_side, server_hostname, session, self)

    whole.SSLContext.wrap_socket, whole.SSLContext.wrap_bio = wrap_socket, wrap_bio
    match_hostname.__doc__, init.__name__ = match.__doc__, "__init__"
    match_hostname.__module__ = CertificateError.__module__ = "ssl"
    whole.SSLObject.__init__ = init
    return {"CertificateError": CertificateError, "match_hostname": match_hostname}


def _name_protocols(whole, release):
    preferred = "PROTOCOL_TLS" if release >= (2, 7, 13) else "PROTOCOL_SSLv23"
    found = dict((int(value), name) for name, value in vars(whole).items()
                 if name.startswith("PROTOCOL_") and not name.endswith(("_CLIENT", "_SERVER")))
    found[int(whole.PROTOCOL_TLS)] = preferred
    return found


def get_protocol_name(protocol_code):
    """Return the name of a protocol (int), such as "PROTOCOL_TLS", or "<unknown>"."""
    return sys.modules["ssl"]._PROTOCOL_NAMES.get(protocol_code, "<unknown>")


def _make_fetcher(whole):
    def get_server_certificate(addr, ssl_version=int(whole.PROTOCOL_SSLv23), ca_certs=None):
        """Fetch the certificate of a server. No name is sent to it: only newer releases do. Returns: str, PEM."""
        host, port = addr
        context = sys.modules["ssl"]._create_stdlib_context(
            ssl_version, cert_reqs=whole.CERT_NONE if ca_certs is None else whole.CERT_REQUIRED, cafile=ca_certs)
        sock = whole.create_connection((host, port))
        try:
            connection = context.wrap_socket(sock)
            try:
                return whole.DER_cert_to_PEM_cert(connection.getpeercert(True))
            finally:
                connection.close()
        finally:
            sock.close()
    return get_server_certificate


def match_hostname(cert, hostname):
    """Check that a certificate is one of a host. Addresses were not known to it: they are names like others."""
    if not cert:
        raise ValueError("empty or no certificate, match_hostname needs a SSL socket or SSL context with "
                         "either CERT_OPTIONAL or CERT_REQUIRED")
    names = [value for kind, value in cert.get("subjectAltName", ()) if kind == "DNS"]
    if not names:
        names = [value for part in cert.get("subject", ()) for kind, value in part if kind == "commonName"]
    try:
        if any(certificates._dnsname_match(each, hostname) for each in names):
            return
    except _openssl.SSLCertVerificationError as error:
        raise CertificateError(*error.args)
    raise CertificateError(certificates._explain_mismatch(hostname, names))


def check_names_afterwards(whole):
    """Let contexts and connections check host names as before 3.7: in Python, after the handshake.

    So the class of the exception, its text and what the peer sees of it are those of then; the check itself is no weaker.
    """
    cls = whole.SSLContext
    make, mode = cls.__new__, cls.verify_mode
    inner = _openssl._SSLContext.check_hostname

    def new(cls, protocol=whole.PROTOCOL_TLS, *args, **kwargs):
        self = make(cls, protocol, *args, **kwargs)
        self._rg_checks_names = bool(inner.__get__(self))
        inner.__set__(self, False)
        return self

    def get(self):
        return self._rg_checks_names

    def set(self, value):
        value = bool(value)
        if value and self.verify_mode == whole.CERT_NONE:
            raise ValueError("check_hostname needs a SSL context with either CERT_OPTIONAL or CERT_REQUIRED")
        self._rg_checks_names = value

    def get_mode(self):
        value = mode.__get__(self)
        return int(value) if PY2 else value

    def set_mode(self, value):
        if value == whole.CERT_NONE and self._rg_checks_names:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        mode.__set__(self, value)

    cls.__new__ = staticmethod(new)
    cls.check_hostname = property(get, set)
    cls.verify_mode = property(get_mode, set_mode)
    for each in (whole.SSLSocket, whole.SSLObject):
        _check_after_handshake(each)


def _check_after_handshake(cls):
    shake = vars(cls)["do_handshake"]

    def check(self):
        if self.context.check_hostname:
            if not self.server_hostname:
                raise ValueError("check_hostname needs server_hostname argument")
            sys.modules["ssl"].match_hostname(self.getpeercert(), self.server_hostname)

    if cls.__name__ == "SSLSocket":
        def do_handshake(self, block=False):
            """Shake hands, and check the host's name if the context says so."""
            shake(self, block)
            check(self)
    else:
        def do_handshake(self):
            """Go on with the handshake, and check the host's name at its end if the context says so."""
            shake(self)
            check(self)
    cls.do_handshake = do_handshake


def give_options(cls, release):
    """Let new contexts have the options and flags of a release of 2.7."""
    make = cls.__new__
    options = _openssl._SSLContext.options
    secure = (_openssl.OP_NO_COMPRESSION | _openssl.OP_CIPHER_SERVER_PREFERENCE | _openssl.OP_SINGLE_DH_USE
              | _openssl.OP_SINGLE_ECDH_USE)

    def new(cls, protocol, *args, **kwargs):
        self = make(cls, protocol, *args, **kwargs)
        if release < (2, 7, 16):
            options.__set__(self, options.__get__(self) & ~secure)
        if release < (2, 7, 11):
            options.__set__(self, options.__get__(self) & ~_openssl.OP_NO_SSLv3)
        if release < (2, 7, 10):
            flags = _openssl._SSLContext.verify_flags
            flags.__set__(self, flags.__get__(self) & ~_openssl.VERIFY_X509_TRUSTED_FIRST)
        return self

    cls.__new__ = staticmethod(new)


def take_arguments(whole):
    """Let methods of 2.7 take what they took, and no more."""
    socket_class = whole.SSLSocket
    start = vars(socket_class)["__init__"]
    CERT_NONE, PROTOCOL_SSLv23 = int(whole.CERT_NONE), int(whole.PROTOCOL_SSLv23)

    def init(self, sock=None, keyfile=None, certfile=None, server_side=False, cert_reqs=CERT_NONE,
             ssl_version=PROTOCOL_SSLv23, ca_certs=None, do_handshake_on_connect=True, family=whole.AF_INET,
             type=whole.SOCK_STREAM, proto=0, fileno=None, suppress_ragged_eofs=True, npn_protocols=None,
             ciphers=None, server_hostname=None, _context=None):
        start(self, sock, keyfile, certfile, server_side, cert_reqs, ssl_version, ca_certs, do_handshake_on_connect,
              family, type, proto, fileno, suppress_ragged_eofs, npn_protocols, ciphers, server_hostname, _context)

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                    server_hostname=None):
        """Put TLS on a stream socket. Returns: SSLSocket."""
        return sys.modules["ssl"].SSLSocket(
            sock=sock, server_side=server_side, do_handshake_on_connect=do_handshake_on_connect,
            suppress_ragged_eofs=suppress_ragged_eofs, server_hostname=server_hostname, _context=self)

    def new(self, protocol):
        """Nothing is left to do: `__new__` has done it."""

    init.__name__ = new.__name__ = "__init__"
    socket_class.__init__ = init
    whole.SSLContext.wrap_socket = wrap_socket
    whole.SSLContext.__init__ = new
