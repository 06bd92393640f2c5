"""`SSLSocket` on Python 3, where a socket is one object and wrapping takes its descriptor over."""
from __future__ import absolute_import, division, print_function

from socket import AF_INET, SO_TYPE, SOCK_STREAM, SOL_SOCKET, socket

from regraft import _behavior, _openssl
from regraft._compat import adopt
from regraft.sslparts.connection import Questions, check_parameters
from regraft.sslparts.legacy import make_context, remember_arguments
from regraft.sslparts.stream import Stream


@adopt(Stream)
@adopt(Questions)
class SSLSocket(socket):
    """A socket whose traffic goes through TLS, made by `SSLContext.wrap_socket()`.

    Since: 2.6, 3.0. Source: ssl documentation.
    Differs: on 3.6 it can be made directly, as there.
    """

    if _behavior.SOCKET_HAS_PUBLIC_CONSTRUCTOR:
        def __init__(self, sock=None, keyfile=None, certfile=None, server_side=False,
                     cert_reqs=_openssl.CERT_NONE, ssl_version=_openssl.PROTOCOL_TLS, ca_certs=None,
                     do_handshake_on_connect=True, family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None,
                     suppress_ragged_eofs=True, npn_protocols=None, ciphers=None, server_hostname=None,
                     _context=None, _session=None):
            if _context is None:
                _context = make_context(ssl_version, cert_reqs, ca_certs, certfile, keyfile, server_side,
                                        npn_protocols, ciphers)
                remember_arguments(self, ssl_version, cert_reqs, ca_certs, certfile, keyfile, ciphers)
            if sock is None:
                sock = socket(family, type, proto, fileno)
            self._rg_take(sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname,
                          _context, _session)
    else:
        def __init__(self, *args, **kwargs):
            raise TypeError("%s does not have a public constructor. Instances are returned by "
                            "SSLContext.wrap_socket()." % (type(self).__name__,))

    @classmethod
    def _create(cls, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                server_hostname=None, context=None, session=None):
        self = cls.__new__(cls)
        self._rg_take(sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname, context,
                      session)
        return self

    def _rg_take(self, sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname, context,
                 session):
        if sock.getsockopt(SOL_SOCKET, SO_TYPE) != SOCK_STREAM:
            raise NotImplementedError("only stream sockets are supported")
        check_parameters(server_side, context, server_hostname, session)
        timeout = sock.gettimeout()
        socket.__init__(self, family=sock.family, type=sock.type, proto=sock.proto, fileno=sock.fileno())
        sock.detach()
        self._context, self._session = context, session
        self._closed, self._connected, self._sslobj = False, False, None
        self.server_side = server_side
        self.do_handshake_on_connect = do_handshake_on_connect
        self.suppress_ragged_eofs = suppress_ragged_eofs
        try:
            self.server_hostname = context._encode_hostname(server_hostname)
            self.settimeout(timeout)
            self._rg_look_for_connection()
            if self._connected:
                self._rg_start()
        except BaseException:
            # Nobody else has the descriptor any more.
            self.close()
            raise

    def _rg_plain(self):
        return super(SSLSocket, self)

    def _rg_wrap(self):
        self._sslobj = self._context._wrap_socket(
            self, self.server_side, self.server_hostname, owner=self, session=self._session)

    if not hasattr(socket, "getblocking"):
        def getblocking(self):
            """Return whether operations wait (bool). Since: 3.7."""
            return self.gettimeout() != 0.0

    def recvmsg(self, *args, **kwargs):
        """Refuse: ancillary data does not go through TLS."""
        raise NotImplementedError("recvmsg not allowed on instances of %s" % self.__class__)

    def recvmsg_into(self, *args, **kwargs):
        """Refuse: ancillary data does not go through TLS."""
        raise NotImplementedError("recvmsg_into not allowed on instances of %s" % self.__class__)

    def sendmsg(self, *args, **kwargs):
        """Refuse: ancillary data does not go through TLS."""
        raise NotImplementedError("sendmsg not allowed on instances of %s" % self.__class__)

    def _rg_send_plain_file(self, file, offset, count):
        return socket.sendfile(self, file, offset, count)

    def _real_close(self):
        self._sslobj = None
        socket._real_close(self)
