"""`ssl` of 2.7.9 to 2.7.18 and of 3.6: contexts of then, and host names that are checked after the handshake."""
from __future__ import absolute_import, division, print_function

from regraft import _emulated, _openssl
from regraft._compat import PY2
from regraft.sslparts import certificates


_TLS_1_2 = 0x0303
_PINNED = (1, 3, 4, 5)  # SSLv3 and TLSv1 to TLSv1_2, which are of one version each


class CertificateError(ValueError):
    """A certificate is not the host's. It was no `SSLError` yet."""


def change(whole, presenter):
    """Let the classes of `ssl` behave as of a release of 2.7, and return what is to be shown instead of names."""
    release = presenter.release
    check_names_afterwards(whole)
    give_defaults(whole.SSLContext, lambda context: age(context, release))
    for name in ("options", "verify_flags", "protocol"):
        # Behind these are the plain numbers of the extension.
        delattr(whole.SSLContext, name)
    take_arguments(whole)
    if release < (2, 7, 16):
        harden_default_contexts(whole)
    whole._create_default_https_context = whole.create_default_context
    if release >= (2, 7, 12):
        whole._create_default_https_context = whole._get_https_context_factory()
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
    return _emulated.SHOWN["ssl"]._PROTOCOL_NAMES.get(protocol_code, "<unknown>")


def _make_fetcher(whole):
    def get_server_certificate(addr, ssl_version=int(whole.PROTOCOL_SSLv23), ca_certs=None):
        """Fetch the certificate of a server. No name is sent to it: only newer releases do. Returns: str, PEM."""
        host, port = addr
        context = _emulated.SHOWN["ssl"]._create_stdlib_context(
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
            _emulated.SHOWN["ssl"].match_hostname(self.getpeercert(), self.server_hostname)

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


def age(context, release):
    """Let a new context have the options, flags and versions of a release of 2.7.

    Args: context (_SSLContext); release (tuple of int).
    """
    bare = _openssl._SSLContext
    if release < (2, 7, 16):
        options = bare.options.__get__(context)
        options &= ~(_openssl.OP_NO_COMPRESSION | _openssl.OP_CIPHER_SERVER_PREFERENCE | _openssl.OP_SINGLE_DH_USE
                     | _openssl.OP_SINGLE_ECDH_USE)
        if release < (2, 7, 11):
            options &= ~_openssl.OP_NO_SSLv3
        bare.options.__set__(context, options)
    if release < (2, 7, 10):
        bare.verify_flags.__set__(context, bare.verify_flags.__get__(context) & ~_openssl.VERIFY_X509_TRUSTED_FIRST)
    if release < (2, 7, 15):
        leave_out_tls_1_3(context)


def harden_default_contexts(whole):
    """Let the functions that make default contexts switch off what bare contexts left on until 2.7.16."""
    make, make_unverified = whole.create_default_context, whole._create_unverified_context
    broken = _openssl.OP_NO_SSLv2 | _openssl.OP_NO_SSLv3
    servers = _openssl.OP_CIPHER_SERVER_PREFERENCE | _openssl.OP_SINGLE_DH_USE | _openssl.OP_SINGLE_ECDH_USE

    def create_default_context(purpose=whole.Purpose.SERVER_AUTH, cafile=None, capath=None, cadata=None):
        context = make(purpose, cafile, capath, cadata)
        context.options |= broken | _openssl.OP_NO_COMPRESSION
        if purpose == whole.Purpose.CLIENT_AUTH:
            context.options |= servers
        return context

    def _create_unverified_context(
            protocol=int(whole.PROTOCOL_SSLv23), cert_reqs=None, check_hostname=False,
            purpose=whole.Purpose.SERVER_AUTH, certfile=None, keyfile=None, cafile=None, capath=None, cadata=None):
        context = make_unverified(
            protocol, cert_reqs, check_hostname, purpose, certfile, keyfile, cafile, capath, cadata)
        context.options |= broken
        return context

    for function, old in ((create_default_context, make), (_create_unverified_context, make_unverified)):
        function.__doc__, function.__module__ = old.__doc__, "ssl"
    whole.create_default_context = create_default_context
    whole._create_stdlib_context = whole._create_unverified_context = _create_unverified_context


def leave_out_tls_1_3(context):
    """Let a context of no fixed version speak TLS 1.2 at most."""
    if _openssl._SSLContext.protocol.__get__(context) not in _PINNED:
        _openssl._SSLContext.maximum_version.__set__(context, _TLS_1_2)


def give_defaults(cls, change):
    """Let a function change each new context of a class."""
    make = cls.__new__

    def new(cls, *args, **kwargs):
        self = make(cls, *args, **kwargs)
        change(self)
        return self

    new.__name__ = "__new__"
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
        return _emulated.SHOWN["ssl"].SSLSocket(
            sock=sock, server_side=server_side, do_handshake_on_connect=do_handshake_on_connect,
            suppress_ragged_eofs=suppress_ragged_eofs, server_hostname=server_hostname, _context=self)

    def new(self, protocol):
        """Nothing is left to do: `__new__` has done it."""

    init.__name__ = new.__name__ = "__init__"
    socket_class.__init__ = init
    whole.SSLContext.wrap_socket = wrap_socket
    whole.SSLContext.__init__ = new
