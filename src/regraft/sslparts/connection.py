"""What `SSLSocket` and `SSLObject` have in common, and `SSLObject`."""
from __future__ import absolute_import, division, print_function

from regraft import _behavior, _openssl
from regraft._compat import adopt

CHANNEL_BINDING_TYPES = ["tls-unique"]


def check_parameters(server_side, context=None, server_hostname=None, session=None):
    """Refuse combinations of arguments that would lose a check of the peer.

    Raises: ValueError. Since: 3.14 (`_check_sslobject_params`). Differs: nothing.
    """
    if server_side:
        if server_hostname:
            raise ValueError("server_hostname can only be specified in client mode")
        if session is not None:
            raise ValueError("session can only be specified in client mode")
    if context.check_hostname and not server_hostname:
        raise ValueError("check_hostname requires server_hostname")


def bare(connection):
    """Return the extension's connection, also of a socket to which eventlet has given an `SSLObject` around it."""
    return connection._sslobj if isinstance(connection, SSLObject) else connection


class Questions(object):
    """What a connection can be asked. A socket that is not wrapped (any more) answers None."""

    @property
    def session(self):
        """SSLSession or None: the session of a client, to give to its next connection.

        Raises (on setting): ValueError after the handshake or for a session of another context. Since: 3.6.
        """
        return None if self._sslobj is None else self._sslobj.session

    @session.setter
    def session(self, session):
        self._session = session
        if self._sslobj is not None:
            self._sslobj.session = session

    @property
    def session_reused(self):
        """bool or None: whether the handshake resumed a session. Since: 3.6."""
        return None if self._sslobj is None else self._sslobj.session_reused

    def getpeercert(self, binary_form=False):
        """Return the peer's certificate.

        Args: binary_form (bool), true for DER.
        Returns: dict, empty if the certificate was not validated; bytes for DER; None if the peer gave none.
        Raises: ValueError before the handshake; SSLError for an extension that cannot be read.
        Since: 2.6, 3.0. Differs: 3.15 leaves out what cannot be read.
        """
        self._checkClosed()
        self._check_connected()
        return self._sslobj.getpeercert(binary_form)

    def get_verified_chain(self):
        """Return the chain as verified, the peer's first, as a list of DER bytes. Since: 3.13."""
        chain = bare(self._sslobj).get_verified_chain()
        return [] if chain is None else [certificate.public_bytes(_openssl.ENCODING_DER) for certificate in chain]

    def get_unverified_chain(self):
        """Return the chain as the peer sent it, the peer's first, as a list of DER bytes. Since: 3.13."""
        chain = bare(self._sslobj).get_unverified_chain()
        return [] if chain is None else [certificate.public_bytes(_openssl.ENCODING_DER) for certificate in chain]

    def selected_npn_protocol(self):
        """Return None: NPN is gone from OpenSSL, ALPN took its place. Since: 2.7.9, 3.3."""
        self._checkClosed()
        return None

    def selected_alpn_protocol(self):
        """Return the protocol that ALPN settled on (str), or None. Since: 2.7.10, 3.5. Source: RFC 7301."""
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.selected_alpn_protocol()

    def cipher(self):
        """Return (name, protocol version, secret bits) of the cipher in use, or None. Since: 2.6, 3.0."""
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.cipher()

    def shared_ciphers(self):
        """Return the ciphers both sides have, as a list of (name, protocol version, secret bits), or None.

        Since: 3.5.
        """
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.shared_ciphers()

    def compression(self):
        """Return the name of the compression in use (str), or None. Since: 2.7.9, 3.3."""
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.compression()

    def version(self):
        """Return the protocol version in use, such as "TLSv1.3", or None before the handshake.

        Since: 2.7.9, 3.5.
        """
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.version()

    def group(self):
        """Return the name of the key agreement group (str), or None.

        Raises: NotImplementedError with OpenSSL older than 3.2. Since: 3.15.
        """
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.group()

    def client_sigalg(self):
        """Return the client's signature algorithm (str), or None.

        Raises: NotImplementedError with OpenSSL older than 3.5. Since: 3.15.
        """
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.client_sigalg()

    def server_sigalg(self):
        """Return the server's signature algorithm (str), or None.

        Raises: NotImplementedError with OpenSSL older than 3.5. Since: 3.15.
        """
        self._checkClosed()
        return None if self._sslobj is None else self._sslobj.server_sigalg()

    def get_channel_binding(self, cb_type="tls-unique"):
        """Return the channel binding data of the connection (bytes), or None before the handshake.

        Args: cb_type (str), "tls-unique" (RFC 5929; not defined for TLS 1.3).
        Raises: ValueError for another type. Since: 2.7.9, 3.3.
        """
        self._checkClosed()
        if self._sslobj is not None:
            return self._sslobj.get_channel_binding(cb_type)
        if cb_type not in CHANNEL_BINDING_TYPES:
            raise ValueError("{0} channel binding type not implemented".format(cb_type))
        return None

    def pending(self):
        """Return the number of decrypted bytes that a read gets without the network."""
        self._checkClosed()
        return 0 if self._sslobj is None else self._sslobj.pending()


@adopt(Questions)
class SSLObject(object):
    """A TLS connection over two `MemoryBIO`s: the protocol without a socket.

    Made by `SSLContext.wrap_bio()`. Nothing here waits: where more data is needed the methods raise
    `SSLWantReadError` or `SSLWantWriteError`.
    Since: 3.5. Source: ssl documentation. Differs: nothing.
    """

    def __init__(self, *args, **kwargs):
        if not _behavior.SOCKET_HAS_PUBLIC_CONSTRUCTOR:
            raise TypeError("%s does not have a public constructor. Instances are returned by SSLContext.wrap_bio()."
                            % (type(self).__name__,))
        self._rg_adopt_connection(*args, **kwargs)

    def _rg_adopt_connection(self, sslobj, owner=None, session=None):
        # The constructor of 3.5 and 3.6, which eventlet calls wherever there is an SSLObject.
        self._sslobj = sslobj
        sslobj.owner = self if owner is None else owner
        if session is not None:
            sslobj.session = session

    @classmethod
    def _create(cls, incoming, outgoing, server_side=False, server_hostname=None, session=None, context=None):
        check_parameters(server_side, context, server_hostname, session)
        self = cls.__new__(cls)
        self._sslobj = context._wrap_bio(
            incoming, outgoing, server_side=server_side, server_hostname=context._encode_hostname(server_hostname),
            owner=self, session=session)
        return self

    def _checkClosed(self):
        """There is no descriptor that could be closed; the methods shared with sockets ask."""

    def _check_connected(self):
        """There is no connection that could be missing; the methods shared with sockets ask."""

    @property
    def context(self):
        """SSLContext: the context in use; it may be changed in a server name callback."""
        return self._sslobj.context

    @context.setter
    def context(self, context):
        self._sslobj.context = context

    @property
    def server_side(self):
        """bool: whether this is a server's end."""
        return self._sslobj.server_side

    @property
    def server_hostname(self):
        """str or None: the name that a client asks for and checks, as an A-label."""
        return self._sslobj.server_hostname

    def read(self, len=1024, buffer=None):
        """Read up to `len` bytes, or into a writable buffer.

        Returns: bytes, or the number of bytes (int) with a buffer. Raises: SSLWantReadError, SSLError.
        """
        if buffer is not None:
            return self._sslobj.read(len, buffer)
        return self._sslobj.read(len)

    def write(self, data):
        """Write bytes and return how many were taken (int). Raises: SSLWantWriteError, SSLError."""
        return self._sslobj.write(data)

    def do_handshake(self):
        """Go on with the handshake. Raises: SSLWantReadError, SSLError, SSLCertVerificationError."""
        self._sslobj.do_handshake()

    def unwrap(self):
        """Go on with the closing handshake. Raises: SSLWantReadError, SSLError."""
        return self._sslobj.shutdown()

    def verify_client_post_handshake(self):
        """Ask a TLS 1.3 client for its certificate now. Since: 3.6 (maintenance), 3.7, 3.8. Source: RFC 8446 4.6.2."""
        return self._sslobj.verify_client_post_handshake()
