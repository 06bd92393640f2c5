"""Reading and writing on an `SSLSocket`, the same for both kinds of socket objects."""
from __future__ import absolute_import, division, print_function

import errno
import socket

from regraft import _behavior, _openssl
from regraft._behavior import SENDALL_RETURNS_THE_SIZE
from regraft._compat import text_type
from regraft._openssl import SSL_ERROR_EOF, SSLError, SSLWantReadError, SSLWantWriteError
from regraft.sslparts.connection import bare
from regraft.sslparts.files import send_file


class Stream(object):
    """The methods of `SSLSocket` that move data.

    The class that adopts them has `_sslobj`, the extension's connection or None, `_rg_wrap()`, which makes it, and
    `_rg_plain()`, which gives the unencrypted `recv`, `send` and their kind.
    """

    @property
    def context(self):
        """SSLContext: the context in use; it may be changed in a server name callback."""
        return self._context

    @context.setter
    def context(self, context):
        self._sslobj.context = context
        self._context = context

    def _checkClosed(self, msg=None):
        """Do nothing: subclasses in the field override this to refuse a closed socket."""

    def _check_connected(self):
        if not self._connected:
            # Gives the error of the system, or finds that the socket has been connected behind our back.
            self.getpeername()

    def read(self, len=1024, buffer=None):
        """Read up to `len` bytes, or into a writable buffer; b"" or 0 at the end.

        Raises: ValueError if the socket is not wrapped; SSLError; SSLEOFError if the peer closed without notice
            and `suppress_ragged_eofs` is false.
        """
        self._checkClosed()
        if self._sslobj is None:
            raise ValueError("Read on closed or unwrapped SSL socket.")
        try:
            if buffer is not None:
                return self._sslobj.read(len, buffer)
            return self._sslobj.read(len)
        except SSLError as error:
            if error.args[0] == SSL_ERROR_EOF and self.suppress_ragged_eofs:
                return 0 if buffer is not None else b""
            raise

    def write(self, data):
        """Write bytes and return how many were taken (int). Raises: ValueError if not wrapped; SSLError."""
        self._checkClosed()
        if self._sslobj is None:
            raise ValueError("Write on closed or unwrapped SSL socket.")
        return self._sslobj.write(data)

    def _rg_refuse_flags(self, method):
        raise ValueError("non-zero flags not allowed in calls to %s() on %s" % (method, self.__class__))

    def _rg_refuse(self, method):
        raise ValueError("%s not allowed on instances of %s" % (method, self.__class__))

    def recv(self, buflen=1024, flags=0):
        """Receive up to `buflen` bytes; b"" at the end."""
        self._checkClosed()
        if self._sslobj is None:
            return self._rg_plain().recv(buflen, flags)
        if flags != 0:
            self._rg_refuse_flags("recv")
        return self.read(buflen)

    def recv_into(self, buffer, nbytes=None, flags=0):
        """Receive into a writable buffer and return the number of bytes (int)."""
        self._checkClosed()
        if nbytes is None:
            nbytes = (_size_of(buffer) if buffer is not None else 0) or 1024
        if self._sslobj is None:
            return self._rg_plain().recv_into(buffer, nbytes, flags)
        if flags != 0:
            self._rg_refuse_flags("recv_into")
        return self.read(nbytes, buffer)

    def recvfrom(self, buflen=1024, flags=0):
        """Receive bytes and an address; only while not wrapped."""
        self._checkClosed()
        if self._sslobj is not None:
            self._rg_refuse("recvfrom")
        return self._rg_plain().recvfrom(buflen, flags)

    def recvfrom_into(self, buffer, nbytes=None, flags=0):
        """Receive into a buffer and return (number of bytes, address); only while not wrapped."""
        self._checkClosed()
        if self._sslobj is not None:
            self._rg_refuse("recvfrom_into")
        return self._rg_plain().recvfrom_into(buffer, nbytes or 0, flags)

    def send(self, data, flags=0):
        """Send bytes and return how many were taken (int).

        Raises: SSLWantWriteError, SSLWantReadError if it would block.
        Differs: returns 0 on 2.7 if it would block, as 2.7 does.
        """
        self._checkClosed()
        if self._sslobj is None:
            return self._rg_plain().send(data, flags)
        if flags != 0:
            self._rg_refuse_flags("send")
        try:
            return self._sslobj.write(data)
        except (SSLWantReadError, SSLWantWriteError):
            if _behavior.SEND_RETURNS_ZERO_WHEN_BLOCKED:
                return 0
            raise

    def sendto(self, data, flags_or_addr, addr=None):
        """Send to an address; only while not wrapped."""
        self._checkClosed()
        if self._sslobj is not None:
            self._rg_refuse("sendto")
        if addr is None:
            return self._rg_plain().sendto(data, flags_or_addr)
        return self._rg_plain().sendto(data, flags_or_addr, addr)

    def sendall(self, data, flags=0):
        """Send all of the bytes. Raises: SSLError; how much was sent before it is not known.

        Differs: returns their number on 2.7, as 2.7's did.
        """
        self._checkClosed()
        if self._sslobj is None:
            return self._rg_plain().sendall(data, flags)
        if flags != 0:
            self._rg_refuse_flags("sendall")
        if data.__class__ is not bytes:  # dearer on 2.7: type(data)
            data = _bytes_view(data)
        size = len(data)
        sent = self.send(data) if size else 0
        if sent < size:
            # Only now: most data fits one record, and a view costs as much as a small write.
            view = memoryview(data)
            while sent < size:
                sent += self.send(view[sent:])
        return size if SENDALL_RETURNS_THE_SIZE else None

    def sendfile(self, file, offset=0, count=None):
        """Send a file.

        Args: file, opened for reading bytes; offset (int), bytes to skip; count (int or None), bytes to send, None for
            all.
        Returns: int, bytes sent; the position of `file` is behind them, also after an exception.
        Raises: ValueError for a file of text or a non-blocking socket; SSLError. A time-out is for 32 KiB at a time.
        Since: 3.5; through the kernel, where it encrypts, 3.15. Differs: on 2.7 there is none on plain sockets.
        """
        self._checkClosed()
        return self._rg_send_plain_file(file, offset, count) if self._sslobj is None else send_file(
            self, file, offset, count)

    def shutdown(self, how):
        """Shut the connection of the system down; TLS ends without a closing handshake."""
        self._checkClosed()
        self._sslobj = None
        self._rg_plain().shutdown(how)

    def unwrap(self):
        """Close the TLS layer and return the socket below it, for a protocol that goes on without.

        Raises: ValueError if the socket is not wrapped; SSLError.
        """
        if self._sslobj is None:
            raise ValueError("No SSL wrapper around " + str(self))
        below = bare(self._sslobj).shutdown()
        self._sslobj = None
        return below

    def verify_client_post_handshake(self):
        """Ask a TLS 1.3 client for its certificate now. Since: 3.6 (maintenance), 3.7, 3.8. Source: RFC 8446 4.6.2."""
        if self._sslobj is None:
            raise ValueError("No SSL wrapper around " + str(self))
        return self._sslobj.verify_client_post_handshake()

    def do_handshake(self, block=False):
        """Shake hands.

        Args: block (bool), true to wait even on a non-blocking socket.
        Raises: SSLError, SSLCertVerificationError; SSLWantReadError, SSLWantWriteError on a non-blocking socket.
        """
        self._check_connected()
        timeout = self.gettimeout()
        try:
            if timeout == 0.0 and block:
                self.settimeout(None)
            self._sslobj.do_handshake()
        finally:
            self.settimeout(timeout)

    def _real_connect(self, addr, connect_ex):
        if self.server_side:
            raise ValueError("can't connect in server-side mode")
        if self._connected or self._sslobj is not None:
            raise ValueError("attempt to connect already-connected SSLSocket!")
        self._rg_wrap()
        try:
            result = None
            if connect_ex:
                result = socket.socket.connect_ex(self, addr)
            else:
                socket.socket.connect(self, addr)
            if not result:
                self._connected = True
                if self.do_handshake_on_connect:
                    self.do_handshake()
            return result
        except (socket.error, ValueError):
            self._sslobj = None
            raise

    def connect(self, addr):
        """Connect to an address and, unless told otherwise, shake hands."""
        self._real_connect(addr, False)

    def connect_ex(self, addr):
        """Connect like `connect()` and return the error number of the connection, 0 for success."""
        return self._real_connect(addr, True)

    def accept(self):
        """Accept a connection. Returns: (SSLSocket, address); with the handshake done, unless told otherwise."""
        plain, addr = socket.socket.accept(self)
        try:
            wrapped = self.context.wrap_socket(
                plain, do_handshake_on_connect=self.do_handshake_on_connect,
                suppress_ragged_eofs=self.suppress_ragged_eofs, server_side=True)
        except BaseException:
            # https://bugs.python.org/issue17918: the peer would wait for as long as the traceback lives.
            plain.close()
            raise
        return wrapped, addr

    def dup(self):
        """Refuse: two descriptors cannot share the state of one TLS connection."""
        raise NotImplementedError("Can't dup() %s instances" % self.__class__.__name__)

    def _rg_look_for_connection(self):
        """Set `_connected`. Raises: SSLError if something came before the handshake and the peer is gone."""
        try:
            self.getpeername()
        except socket.error as error:
            if error.errno not in (errno.ENOTCONN, errno.EINVAL):
                raise
            self._connected = False
            if self._rg_holds_unencrypted_data():
                # CVE-2023-40217: it would be read as if it had come through TLS.
                reason = "Closed before TLS handshake with data in recv buffer."
                refusal = SSLError(_openssl.SSL_ERROR_SSL, reason)
                refusal.reason, refusal.library = reason, None
                raise refusal
        else:
            self._connected = True

    def _rg_holds_unencrypted_data(self):
        plain = self._rg_plain()
        timeout = self.gettimeout()
        self.settimeout(0.0)
        try:
            return bool(plain.recv(1))
        except socket.error as error:
            if error.errno not in (errno.ENOTCONN, errno.EINVAL, errno.EAGAIN, errno.EWOULDBLOCK):
                raise
            return False
        finally:
            self.settimeout(timeout)

    def _rg_start(self):
        """Wrap a connected socket and shake hands if that was asked for."""
        self._rg_wrap()
        if self.do_handshake_on_connect:
            if self.gettimeout() == 0.0:
                raise ValueError("do_handshake_on_connect should not be specified for non-blocking sockets")
            self.do_handshake()


def _bytes_view(data):
    if isinstance(data, text_type) and not isinstance(data, bytes):
        # 2.7 sends ASCII text; memoryview() refuses text on 3, with the error that callers know.
        data = data if not _behavior.SOCKETS_SHARE_THEIR_DESCRIPTOR else data.encode("ascii")
    try:
        view = memoryview(data)
    except TypeError:
        if not _behavior.SOCKETS_SHARE_THEIR_DESCRIPTOR:
            raise
        # Buffers and arrays of 2.7 have the old protocol only.
        return memoryview(bytes(buffer(data)))  # noqa: F821
    if view.itemsize == 1 and view.ndim == 1:
        return view
    if hasattr(view, "cast"):
        return view.cast("B")
    return memoryview(view.tobytes())


def _size_of(buffer):
    try:
        view = memoryview(buffer)
    except TypeError:
        # An array or mmap of 2.7 has the old buffer protocol only.
        return len(buffer) * getattr(buffer, "itemsize", 1)
    return len(view) * view.itemsize if view.ndim == 1 else view.nbytes
