"""TLS for sockets: the public module.

Contexts and what makes them are here; sockets, objects, certificates and constants come from
`regraft.sslparts`, the work from `regraft._openssl`. Programs replace names of this module (gevent puts its own
`SSLContext` here), so functions look each other up by their global names.
"""
from __future__ import absolute_import, division, print_function

import errno  # noqa: F401  (programs use it as a name of `ssl`)
import os
import sys
import warnings
from socket import AF_INET, SO_TYPE, SOCK_STREAM, SOL_SOCKET, socket  # noqa: F401
from socket import _GLOBAL_DEFAULT_TIMEOUT, create_connection
from socket import error as socket_error

import _ssl

from regraft import _openssl as _rg_openssl

if not hasattr(_rg_openssl, "SSLError"):
    # Some Pythons have an `_ssl` of their own built in, which no path comes before.
    vars(_rg_openssl).update(_rg_openssl.serve_tls())

from regraft._openssl import (  # noqa: E402,F401
    MemoryBIO, OPENSSL_VERSION, OPENSSL_VERSION_INFO, OPENSSL_VERSION_NUMBER, RAND_add, RAND_bytes, RAND_status,
    SSLCertVerificationError, SSLEOFError, SSLError, SSLSession, SSLSyscallError, SSLWantReadError,
    SSLWantWriteError, SSLZeroReturnError, _OPENSSL_API_VERSION, _SSLContext, get_sigalgs, nid2obj as _nid2obj,
    txt2obj as _txt2obj)

from regraft import _behavior as _rg_behavior, _emulated as _rg_emulated, policy as _rg_policy
from regraft._compat import (
    LazyModule as _rg_LazyModule, integer_types as _rg_integer_types,
    keyword_only as _rg_keyword_only, native_text as _rg_native_text)
from regraft._enums import members_of as _rg_members_of
from regraft.sslparts import constants as _rg_constants
from regraft.sslparts.asn1 import DefaultVerifyPaths, Purpose, _ASN1Object, get_default_verify_paths  # noqa: F401
from regraft.sslparts.certificates import (  # noqa: F401
    DER_cert_to_PEM_cert, PEM_FOOTER, PEM_HEADER, PEM_cert_to_DER_cert, _dnsname_match, _inet_paton,
    _ipaddress_match, cert_time_to_seconds, encode_hostname as _rg_encode_hostname)
from regraft.sslparts.connection import (  # noqa: F401
    CHANNEL_BINDING_TYPES, SSLObject, check_parameters as _check_sslobject_params)
from regraft.sslparts.constants import (  # noqa: F401
    AlertDescription, Options, SSLErrorNumber, TLSVersion, VerifyFlags, VerifyMode, _SSLMethod, _TLSAlertType,
    _TLSContentType, _TLSMessageType)
from regraft.sslparts.legacy import make_context as _rg_make_context

_ssl = _rg_emulated.implementation(_ssl.__name__)
if _ssl.SSLError is not SSLError:
    _rg_policy.configure(_rg_openssl)
    _rg_policy.describe_host(_rg_openssl)
    _ssl = _rg_openssl

# Programs reach these modules through `ssl`; `ssl` itself can do without them and what they cost.
base64, re, textwrap = _rg_LazyModule("base64"), _rg_LazyModule("re"), _rg_LazyModule("textwrap")

if _rg_behavior.SOCKETS_SHARE_THEIR_DESCRIPTOR:
    from contextlib import closing  # noqa: F401  (a name of 2.7's `ssl`)
    from socket import _delegate_methods, _fileobject  # noqa: F401
    from regraft.sslparts.socket2 import SSLSocket
else:
    from collections import namedtuple  # noqa: F401
    from enum import Enum as _Enum, IntEnum as _IntEnum, IntFlag as _IntFlag  # noqa: F401
    from regraft.sslparts.socket3 import SSLSocket

for _rg_enum in _rg_constants.EXPORTED:
    globals().update(_rg_members_of(_rg_enum))
globals().update((_rg_name, getattr(_ssl, _rg_name)) for _rg_name in dir(_ssl)
                 if _rg_name.startswith("HAS_") and _rg_name != "HAS_TLS_UNIQUE")
del _rg_enum

CERT_NONE, CERT_REQUIRED = VerifyMode.CERT_NONE, VerifyMode.CERT_REQUIRED
PROTOCOL_TLS = PROTOCOL_SSLv23 = _SSLMethod.PROTOCOL_TLS
PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER = _SSLMethod.PROTOCOL_TLS_CLIENT, _SSLMethod.PROTOCOL_TLS_SERVER
HAS_NEVER_CHECK_COMMON_NAME = hasattr(_ssl, "HOSTFLAG_NEVER_CHECK_SUBJECT")

CertificateError = SSLCertVerificationError
if _rg_behavior.CERTIFICATE_ERROR_SAYS_ITS_TEXT:
    def _rg_text(self):
        return SSLError.__str__(self) if len(self.args) > 1 else str(self.args[0]) if self.args else ""
    SSLCertVerificationError.__str__ = _rg_text

# Programs and 2.7's tests go through it and expect every protocol to take any socket.
_PROTOCOL_NAMES = dict((value, name) for name, value in _rg_members_of(_SSLMethod).items()
                       if _rg_behavior.PROTOCOL_NAMES_HAVE_SIDES or not name.endswith(("_CLIENT", "_SERVER")))
_SSLv2_IF_EXISTS = None
_DEFAULT_CIPHERS = _rg_policy.DEFAULTS.ciphers
_RESTRICTED_SERVER_CIPHERS = _rg_policy.DEFAULTS.server_ciphers


def _rg_warn_of_old_tls(message):
    # Old protocols, versions and options are the extension's to warn of.
    if _rg_policy.DEFAULTS.warns_of_old_tls:
        warnings.warn(message, DeprecationWarning, stacklevel=3)


class _GiveupOnSSLSendfile(Exception):
    """Raised inside `sendfile()` where the kernel cannot send the file, to go on with `send()`. Since: 3.15."""


class SSLContext(_SSLContext):
    """Settings, certificates and trust that connections have in common.

    Args: protocol (_SSLMethod): `PROTOCOL_TLS_CLIENT` verifies the peer and its name, `PROTOCOL_TLS_SERVER` serves,
        `PROTOCOL_TLS` (the default) does both and verifies nothing until told to.
    Raises: ValueError for a protocol that is not supported.
    Since: 2.7.9, 3.2. Source: ssl documentation.
    Differs: defaults are those of the host release unless REGRAFT_DEFAULTS=newest; so are deprecation warnings.
    """

    _windows_cert_stores = ("CA", "ROOT")

    # Set below: subclasses and instances may name other classes.
    sslsocket_class = None
    sslobject_class = None

    def __new__(cls, protocol=None, *args, **kwargs):
        if protocol is None:
            _rg_warn_of_old_tls("ssl.SSLContext() without protocol argument is deprecated.")
            protocol = PROTOCOL_TLS
        return _SSLContext.__new__(cls, protocol)

    if _rg_behavior.CONTEXT_HAS_CONSTRUCTOR:
        def __init__(self, protocol=None, *args, **kwargs):
            """Do nothing: `__new__` has done it. Subclasses in the field call it, as 2.7 to 3.6 had one."""

    def _encode_hostname(self, hostname):
        return _rg_encode_hostname(hostname)

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                    server_hostname=None, session=None):
        """Put TLS on a stream socket.

        Args: sock (socket); server_side (bool); do_handshake_on_connect (bool): shake hands now or on connecting;
            suppress_ragged_eofs (bool): an end without notice reads as b""; server_hostname (str): the name or IP
            address to ask for and check; session (SSLSession): one to resume.
        Returns: SSLSocket.
        Raises: SSLError, SSLCertVerificationError; ValueError for arguments that do not go together.
        Since: 2.7.9, 3.2. Differs: on 2.7 the wrapped socket keeps its descriptor, as there.
        """
        return self.sslsocket_class._create(
            sock=sock, server_side=server_side, do_handshake_on_connect=do_handshake_on_connect,
            suppress_ragged_eofs=suppress_ragged_eofs, server_hostname=server_hostname, context=self,
            session=session)

    def wrap_bio(self, incoming, outgoing, server_side=False, server_hostname=None, session=None):
        """Put TLS on two `MemoryBIO`s.

        Returns: SSLObject. Raises: ValueError as `wrap_socket()`.
        Since: 3.5. Differs: nothing.
        """
        return self.sslobject_class._create(
            incoming, outgoing, server_side=server_side, server_hostname=server_hostname, session=session,
            context=self)

    def set_npn_protocols(self, npn_protocols):
        """Refuse: NPN is gone from OpenSSL since 1.1.1; use `set_alpn_protocols()`.

        Raises: NotImplementedError, as 2.7 with such an OpenSSL. Since: 2.7.9, 3.3.
        Differs: 3.15 fails with an AttributeError.
        """
        raise NotImplementedError("OpenSSL has no NPN since 1.1.1; use set_alpn_protocols()")

    def set_alpn_protocols(self, alpn_protocols):
        """Offer application protocols, the preferred first.

        Args: alpn_protocols (list of str), such as ["h2", "http/1.1"].
        Raises: SSLError for a name that is empty or longer than 255 bytes.
        Since: 2.7.10, 3.5. Source: RFC 7301. Differs: nothing.
        """
        wire = bytearray()
        for protocol in alpn_protocols:
            name = _rg_alpn_bytes(protocol)
            if not 0 < len(name) < 256:
                raise SSLError("ALPN protocols must be 1 to 255 in length")
            wire.append(len(name))
            wire.extend(name)
        self._set_alpn_protocols(bytes(wire))

    def set_servername_callback(self, server_name_callback):
        """Set a function that is called when a client names the host it wants.

        Args: server_name_callback (callable or None): called with the SSLSocket or SSLObject, the name (None if there
            was none) and this context; returns None or an ALERT_DESCRIPTION_ number.
        Raises: TypeError if it cannot be called.
        Since: 2.7.9, 3.4. Differs: on 2.7 the name is decoded to `unicode`, as there.
        """
        if server_name_callback is None:
            _SSLContext.sni_callback.__set__(self, None)
            return
        if not callable(server_name_callback):
            raise TypeError("not a callable object")

        def call(connection, name, context):
            if _rg_behavior.SERVERNAME_IS_DECODED:
                name = None if name is None else name.decode("idna")
            else:
                name = context._encode_hostname(name)
            return server_name_callback(connection, name, context)
        _SSLContext.sni_callback.__set__(self, call)

    def _load_windows_store_certs(self, storename, purpose):
        certificates = bytearray()
        for certificate, encoding, trust in _ssl.enum_certificates(storename):
            if encoding == "x509_asn" and (trust is True or purpose.oid in trust):
                certificates.extend(certificate)
        if certificates:
            self.load_verify_locations(cadata=certificates)

    def load_default_certs(self, purpose=Purpose.SERVER_AUTH):
        """Load the certification authorities that the system trusts.

        Args: purpose (Purpose), what they are trusted for.
        Raises: TypeError for something else than a purpose.
        Since: 2.7.9, 3.4. Differs: nothing.
        """
        if not isinstance(purpose, _ASN1Object):
            raise TypeError(purpose)
        if sys.platform == "win32":
            for storename in self._windows_cert_stores:
                self._load_windows_store_certs(storename, purpose)
        self.set_default_verify_paths()

    @property
    def minimum_version(self):
        """TLSVersion: the oldest version to speak. Since: 3.7. Differs: nothing."""
        return TLSVersion(_SSLContext.minimum_version.__get__(self))

    @minimum_version.setter
    def minimum_version(self, value):
        if value == TLSVersion.SSLv3:
            self.options &= ~Options.OP_NO_SSLv3
        _SSLContext.minimum_version.__set__(self, value)

    @property
    def maximum_version(self):
        """TLSVersion: the newest version to speak. Since: 3.7. Differs: nothing."""
        return TLSVersion(_SSLContext.maximum_version.__get__(self))

    @maximum_version.setter
    def maximum_version(self, value):
        _SSLContext.maximum_version.__set__(self, value)

    @property
    def options(self):
        """Options: OpenSSL's options. Since: 2.7.9, 3.2. Differs: nothing."""
        return Options(_SSLContext.options.__get__(self))

    @options.setter
    def options(self, value):
        if _rg_behavior.OPTIONS_MAY_BE_NEGATIVE and isinstance(value, _rg_integer_types) and value < 0:
            value &= 0xFFFFFFFF
        _SSLContext.options.__set__(self, value)

    @property
    def hostname_checks_common_name(self):
        """bool: whether a certificate without alternative names is judged by its common name. Since: 3.7."""
        return not self._host_flags & _ssl.HOSTFLAG_NEVER_CHECK_SUBJECT

    @hostname_checks_common_name.setter
    def hostname_checks_common_name(self, value):
        if value:
            self._host_flags &= ~_ssl.HOSTFLAG_NEVER_CHECK_SUBJECT
        else:
            self._host_flags |= _ssl.HOSTFLAG_NEVER_CHECK_SUBJECT

    @property
    def protocol(self):
        """_SSLMethod: the protocol that the context was made with. Since: 2.7.9, 3.2."""
        return _SSLMethod(_SSLContext.protocol.__get__(self))

    @property
    def verify_flags(self):
        """VerifyFlags: how chains are judged. Since: 2.7.9, 3.4. Differs: nothing."""
        return VerifyFlags(_SSLContext.verify_flags.__get__(self))

    @verify_flags.setter
    def verify_flags(self, value):
        _SSLContext.verify_flags.__set__(self, value)

    @property
    def verify_mode(self):
        """VerifyMode: whether the peer must have a certificate that verifies. Since: 2.7.9, 3.2."""
        value = _SSLContext.verify_mode.__get__(self)
        try:
            return VerifyMode(value)
        except ValueError:
            return value

    @verify_mode.setter
    def verify_mode(self, value):
        _SSLContext.verify_mode.__set__(self, value)

    @property
    def _msg_callback(self):
        inner = _SSLContext._msg_callback.__get__(self)
        return None if inner is None else inner.user_function

    @_msg_callback.setter
    def _msg_callback(self, callback):
        if callback is None:
            _SSLContext._msg_callback.__set__(self, None)
            return
        if not hasattr(callback, "__call__"):
            raise TypeError("%s is not callable." % (callback,))

        def call(connection, direction, version, content_type, message_type, data):
            try:
                version = TLSVersion(version)
            except ValueError:
                pass
            content_type, message_type = _rg_constants.describe_message(content_type, message_type)
            return callback(connection, direction, version, content_type, message_type, data)
        call.user_function = callback
        _SSLContext._msg_callback.__set__(self, call)


SSLContext.sslsocket_class = SSLSocket
SSLContext.sslobject_class = SSLObject


def _rg_alpn_bytes(protocol):
    if isinstance(protocol, str):
        return bytearray(protocol if bytes is str else protocol.encode("ascii"))
    if bytes is str:
        return bytearray(_rg_native_text(protocol))
    raise TypeError("ALPN protocols are str, not %s" % type(protocol).__name__)


def _rg_load(context, purpose, cafile, capath, cadata):
    """Load the trust that was asked for, or the system's if the context verifies; and honour SSLKEYLOGFILE."""
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    elif context.verify_mode != CERT_NONE:
        context.load_default_certs(purpose)
    if _rg_policy.DEFAULTS.keylog_from_environment and not sys.flags.ignore_environment:
        keylog_filename = os.environ.get("SSLKEYLOGFILE")
        if keylog_filename:
            context.keylog_filename = keylog_filename


def _rg_protocol_for(purpose):
    if not _rg_policy.DEFAULTS.one_sided:
        return PROTOCOL_TLS
    if purpose == Purpose.SERVER_AUTH:
        return PROTOCOL_TLS_CLIENT
    if purpose == Purpose.CLIENT_AUTH:
        return PROTOCOL_TLS_SERVER
    raise ValueError(purpose)


@_rg_keyword_only("cafile")
def create_default_context(purpose=Purpose.SERVER_AUTH, cafile=None, capath=None, cadata=None):
    """Make a context with the settings that suit most programs.

    Args: purpose (Purpose), SERVER_AUTH for clients, CLIENT_AUTH for servers; cafile, capath (str), cadata (str for
        PEM, bytes for DER): certification authorities to trust instead of the system's.
    Returns: SSLContext. Raises: TypeError for something else than a purpose.
    Since: 2.7.9, 3.4. Source: PEP 466, ssl documentation.
    Differs: protocol, ciphers and verify flags are the host release's unless REGRAFT_DEFAULTS=newest.
    """
    if not isinstance(purpose, _ASN1Object):
        raise TypeError(purpose)
    context = SSLContext(_rg_protocol_for(purpose))
    if purpose == Purpose.SERVER_AUTH:
        context.verify_mode = CERT_REQUIRED
        context.check_hostname = True
    elif purpose == Purpose.CLIENT_AUTH and _RESTRICTED_SERVER_CIPHERS != _DEFAULT_CIPHERS:
        context.set_ciphers(_RESTRICTED_SERVER_CIPHERS)
    if _rg_policy.DEFAULTS.strict_x509:
        context.verify_flags |= VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | VerifyFlags.VERIFY_X509_STRICT
    _rg_load(context, purpose, cafile, capath, cadata)
    return context


# None leaves what the protocol brings: 2.7 and 3.6 do, which matters for PROTOCOL_TLS_CLIENT.
_RG_UNVERIFIED_MODE = CERT_NONE if _rg_behavior.UNVERIFIED_CONTEXT_SETS_VERIFY_MODE else None


@_rg_keyword_only("cert_reqs")
def _create_unverified_context(protocol=None, cert_reqs=_RG_UNVERIFIED_MODE,
                               check_hostname=False, purpose=Purpose.SERVER_AUTH, certfile=None, keyfile=None,
                               cafile=None, capath=None, cadata=None):
    """Make a context that verifies nothing unless told to. Since: 2.7.9, 3.4. Source: PEP 476.

    Differs: on 2.7 and 3.6 `cert_reqs` is None, which leaves what the protocol brings; 2.7 takes all by position.
    """
    if not isinstance(purpose, _ASN1Object):
        raise TypeError(purpose)
    if protocol is None:
        protocol = _rg_protocol_for(purpose)
        # Where None is what is left out, it must not leave the verification that newest's protocol brings.
        if cert_reqs is None and _RG_UNVERIFIED_MODE is None:
            cert_reqs = CERT_NONE
    context = SSLContext(protocol)
    # In this order: without verification no name can be checked, and asking for both is an error.
    context.check_hostname = check_hostname
    if cert_reqs is not None:
        context.verify_mode = cert_reqs
    if keyfile and not certfile:
        raise ValueError("certfile must be specified")
    if certfile or keyfile:
        context.load_cert_chain(certfile, keyfile)
    _rg_load(context, purpose, cafile, capath, cadata)
    return context


# What the standard library's clients use when they are given no context.
_create_stdlib_context = _create_unverified_context

if _rg_behavior.HTTPS_VERIFICATION_IS_CONFIGURABLE:
    _https_verify_envvar = "PYTHONHTTPSVERIFY"

    def _get_https_context_factory():
        if not sys.flags.ignore_environment and os.environ.get(_https_verify_envvar) == "0":
            return _create_unverified_context
        return create_default_context

    _create_default_https_context = _get_https_context_factory()

    def _https_verify_certificates(enable=True):
        """Switch the verification of HTTPS clients on or off for this process.

        Args: enable (bool). Since: 2.7.12. Source: PEP 493. Differs: not in 3.15.
        """
        global _create_default_https_context
        _create_default_https_context = create_default_context if enable else _create_unverified_context

    def sslwrap_simple(sock, keyfile=None, certfile=None):
        """Wrap a socket for `socket.ssl()`.

        Returns: the connection of the extension. Since: 2.6, not in 3. Differs: not in 3.15.
        """
        sock = getattr(sock, "_sock", sock)
        context = SSLContext(PROTOCOL_SSLv23)
        if keyfile or certfile:
            context.load_cert_chain(certfile, keyfile)
        connection = context._wrap_socket(sock, server_side=False)
        try:
            sock.getpeername()
        except socket_error:
            # Not connected yet: the caller shakes hands later.
            return connection
        connection.do_handshake()
        return connection

    def _import_symbols(prefix):
        for name in dir(_ssl):
            if name.startswith(prefix):
                globals()[name] = getattr(_ssl, name)
else:
    _create_default_https_context = create_default_context


if _rg_behavior.HAS_MODULE_LEVEL_WRAPPING:
    from regraft.sslparts.certificates import match_hostname  # noqa: F401

    def wrap_socket(sock, keyfile=None, certfile=None, server_side=False, cert_reqs=CERT_NONE,
                    ssl_version=PROTOCOL_TLS, ca_certs=None, do_handshake_on_connect=True,
                    suppress_ragged_eofs=True, ciphers=None):
        """Put TLS on a socket without a context of one's own. It checks no host name.

        Returns: SSLSocket. Raises: ValueError, SSLError.
        Since: 2.6, 3.0 to 3.11; use `SSLContext.wrap_socket()`. Differs: not in 3.15.
        """
        _rg_warn_of_old_tls("ssl.wrap_socket() is deprecated, use SSLContext.wrap_socket()")
        if _rg_behavior.SOCKET_HAS_PUBLIC_CONSTRUCTOR:
            return SSLSocket(
                sock=sock, keyfile=keyfile, certfile=certfile, server_side=server_side, cert_reqs=cert_reqs,
                ssl_version=ssl_version, ca_certs=ca_certs, do_handshake_on_connect=do_handshake_on_connect,
                suppress_ragged_eofs=suppress_ragged_eofs, ciphers=ciphers)
        context = _rg_make_context(ssl_version, cert_reqs, ca_certs, certfile, keyfile, server_side, None, ciphers)
        return context.wrap_socket(
            sock, server_side=server_side, do_handshake_on_connect=do_handshake_on_connect,
            suppress_ragged_eofs=suppress_ragged_eofs)

if _rg_behavior.HAS_PSEUDO_BYTES:
    from regraft._openssl import RAND_pseudo_bytes  # noqa: F401


_RG_FETCH_PROTOCOL = PROTOCOL_TLS_CLIENT if _rg_policy.DEFAULTS.one_sided else PROTOCOL_TLS


def get_server_certificate(addr, ssl_version=_RG_FETCH_PROTOCOL, ca_certs=None, timeout=_GLOBAL_DEFAULT_TIMEOUT):
    """Fetch the certificate of a server.

    Args: addr ((str, int)), host (also sent as server name) and port; ssl_version (_SSLMethod); ca_certs (str), a
        file of authorities that must have signed it; timeout (float), seconds.
    Returns: str, PEM. Raises: SSLError, OSError.
    Since: 2.6, 3.0 (timeout: 3.10). Differs: nothing but the protocol, see docs/defaults.rst.
    """
    host = addr[0]
    context = _create_stdlib_context(
        ssl_version, cert_reqs=CERT_REQUIRED if ca_certs else CERT_NONE, cafile=ca_certs)
    sock = create_connection(addr, timeout=timeout)
    try:
        connection = context.wrap_socket(sock, server_hostname=host)
        try:
            return DER_cert_to_PEM_cert(connection.getpeercert(True))
        finally:
            connection.close()
    finally:
        sock.close()


def get_protocol_name(protocol_code):
    """Return the name of a protocol (int), such as "PROTOCOL_TLS", or "<unknown>".

    Since: 2.6, 3.0. Differs: nothing.
    """
    try:
        return _SSLMethod(protocol_code).name
    except ValueError:
        return "<unknown>"


# `repr()`, tracebacks and pickles name the module in which programs find them.
for _rg_item in (DER_cert_to_PEM_cert, PEM_cert_to_DER_cert, cert_time_to_seconds, _dnsname_match, _inet_paton,
                 _ipaddress_match, get_default_verify_paths, _check_sslobject_params, SSLObject, SSLSocket):
    _rg_item.__module__ = __name__
if _rg_behavior.HAS_MODULE_LEVEL_WRAPPING:
    match_hostname.__module__ = __name__

del absolute_import, division, print_function, _rg_item

if _rg_emulated.RELEASE is not None:
    _rg_emulated.present(__name__)
