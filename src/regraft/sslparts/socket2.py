"""`SSLSocket` on Python 2, where a socket is a Python object around the system's in `_sock`."""
from __future__ import absolute_import, division, print_function

import os
from socket import AF_INET, SO_TYPE, SOCK_STREAM, SOL_SOCKET, _fileobject, _socketobject, socket
from socket import _closedsocket, _delegate_methods

from regraft import _openssl
from regraft._compat import adopt
from regraft.sslparts.connection import Questions, check_parameters
from regraft.sslparts.files import send_file
from regraft.sslparts.legacy import make_context, remember_arguments
from regraft.sslparts.stream import Stream


@adopt(Stream)
@adopt(Questions)
class SSLSocket(socket):
    """A socket whose traffic goes through TLS.

    Made by `SSLContext.wrap_socket()`; 2.7 allows it to be made directly too. It shares the descriptor
    with the socket it wraps, as 2.7's does.
    Since: 2.6. Source: ssl documentation of 2.7 and 3.15.
    Differs: `send()` returns 0 instead of raising when it would block; time-outs are `SSLError`; it can be made
        directly; what is set for one socket is in slots; there is no `sendmsg_afalg()`, for 2.7's sockets cannot be
        of AF_ALG.
    """

    # In an instance's dictionary these would take another kilobyte for each connection. A subclass and its users can
    # set any other name; with PySocks or gevent in its place, `socket` may have a dictionary already.
    __slots__ = ("_makefile_refs", "_sslobj", "_connected", "_context", "_session", "server_side", "server_hostname",
                 "do_handshake_on_connect", "suppress_ragged_eofs") + (() if socket.__dictoffset__ else ("__dict__",))

    # Programs look; 2.7's never was anything else.
    _closed = False

    def __init__(self, sock=None, keyfile=None, certfile=None, server_side=False, cert_reqs=_openssl.CERT_NONE,
                 ssl_version=_openssl.PROTOCOL_TLS, ca_certs=None, do_handshake_on_connect=True, family=AF_INET,
                 type=SOCK_STREAM, proto=0, fileno=None, suppress_ragged_eofs=True, npn_protocols=None,
                 ciphers=None, server_hostname=None, _context=None, _session=None):
        self._makefile_refs = 0
        self._sslobj = None
        self._connected = False
        if _context is None:
            _context = make_context(ssl_version, cert_reqs, ca_certs, certfile, keyfile, server_side,
                                    npn_protocols, ciphers)
            remember_arguments(self, ssl_version, cert_reqs, ca_certs, certfile, keyfile, ciphers)
        self._context = _context
        if sock.getsockopt(SOL_SOCKET, SO_TYPE) != SOCK_STREAM:
            raise NotImplementedError("only stream sockets are supported")
        check_parameters(server_side, _context, server_hostname, _session)
        if socket is _socketobject:
            # All that its constructor does more is what would have to be undone.
            self._sock = sock._sock
        else:
            socket.__init__(self, _sock=sock._sock)
            self._rg_undelegate()
        self.server_side = server_side
        self.server_hostname = _context._encode_hostname(server_hostname)
        self.do_handshake_on_connect = do_handshake_on_connect
        self.suppress_ragged_eofs = suppress_ragged_eofs
        self._session = _session
        try:
            self._rg_look_for_connection()
            if self._connected:
                self._rg_start()
        except BaseException:
            self.close()
            raise

    @classmethod
    def _create(cls, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                server_hostname=None, context=None, session=None):
        # Subclasses in the field have the constructor of 2.7, which knows no session.
        more = {} if session is None else {"_session": session}
        return cls(sock=sock, server_side=server_side, do_handshake_on_connect=do_handshake_on_connect,
                   suppress_ragged_eofs=suppress_ragged_eofs, server_hostname=server_hostname,
                   _context=context, **more)

    def _rg_undelegate(self):
        # `socket` puts the unencrypted methods of `_sock` on each instance, before ours.
        for name in _delegate_methods:
            try:
                delattr(self, name)
            except AttributeError:
                pass

    def _rg_plain(self):
        return self._sock

    def _rg_wrap(self):
        self._sslobj = self._context._wrap_socket(
            self._sock, self.server_side, self.server_hostname, owner=self, session=self._session)

    def _rg_send_plain_file(self, file, offset, count):
        return send_file(self, file, offset, count)

    def makefile(self, mode="r", bufsize=-1):
        """Return a file object over the connection, which stays open until both are closed.

        Args: mode (str), as for `open()`; bufsize (int), bytes, 0 for none, negative for the default.
        Differs: 2.7's file objects have no encoding.
        """
        self._makefile_refs += 1
        return _fileobject(self, mode, bufsize, close=True)

    def close(self):
        """Close the socket, or count down while file objects still use it."""
        if self._makefile_refs < 1:
            self._real_close()
        else:
            self._makefile_refs -= 1

    def _real_close(self):
        self._sslobj = None
        socket.close(self)

    # ---- what Python 3's sockets have, and `SSLSocket` with them ----

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    @property
    def timeout(self):
        """float or None: seconds that an operation may take; set by `settimeout()`. Since: 3.4."""
        return self.gettimeout()

    def getblocking(self):
        """Return whether operations wait (bool). Since: 3.7."""
        return self.gettimeout() != 0.0

    def get_inheritable(self):
        """Return whether programs that are started get the descriptor (bool). Since: 3.4."""
        import fcntl
        return not fcntl.fcntl(self.fileno(), fcntl.F_GETFD) & fcntl.FD_CLOEXEC

    def set_inheritable(self, inheritable):
        """Say whether programs that are started get the descriptor (bool). Since: 3.4."""
        import fcntl
        flags = fcntl.fcntl(self.fileno(), fcntl.F_GETFD) & ~fcntl.FD_CLOEXEC
        fcntl.fcntl(self.fileno(), fcntl.F_SETFD, flags if inheritable else flags | fcntl.FD_CLOEXEC)

    def detach(self):
        """Close the object and leave the connection of the system open, without TLS.

        Returns: int, a descriptor of it, which the caller closes; -1 if it is closed already. Since: 3.2.
        Differs: a copy of the descriptor, as 2.7's socket objects do not part with theirs.
        """
        if type(self._sock) is _closedsocket:
            return -1
        descriptor = os.dup(self.fileno())
        self._real_close()
        return descriptor

    def recvmsg(self, *args, **kwargs):
        """Refuse: ancillary data does not go through TLS. Since: 3.3."""
        raise NotImplementedError("recvmsg not allowed on instances of %s" % self.__class__)

    def recvmsg_into(self, *args, **kwargs):
        """Refuse: ancillary data does not go through TLS. Since: 3.3."""
        raise NotImplementedError("recvmsg_into not allowed on instances of %s" % self.__class__)

    def sendmsg(self, *args, **kwargs):
        """Refuse: ancillary data does not go through TLS. Since: 3.3."""
        raise NotImplementedError("sendmsg not allowed on instances of %s" % self.__class__)
