"""`ssl` of 2.7.0 to 2.7.8: sockets over `_ssl.sslwrap()`, and no contexts.

Written from the documentation of 2.7 and from what programs of the time do with it; the TLS itself is regraft's.
"""
from __future__ import absolute_import, division, print_function

import errno
import re
import socket as host_socket
from socket import SO_TYPE, SOCK_STREAM, SOL_SOCKET, _delegate_methods, _fileobject, socket

from regraft import _emulated, _openssl
from regraft._compat import adopt
from regraft.profiles import contexts
from regraft.sslparts import legacy
from regraft.sslparts.stream import Stream

CERT_NONE, CERT_REQUIRED = int(_openssl.CERT_NONE), int(_openssl.CERT_REQUIRED)
PROTOCOL_SSLv23 = int(_openssl.PROTOCOL_TLS)
# Where OpenSSL has no SSLv3 any more, the nearest thing.
PROTOCOL_SSLv3 = int(getattr(_openssl, "PROTOCOL_SSLv3", PROTOCOL_SSLv23))

NAMES_OF_PROTOCOLS = {3: "TLSv1", 2: "SSLv23", 1: "SSLv3"}

# Texts of today's errors.
_TEXT = re.compile(r"\[(\w+): (\w+)\] (.*) \(_ssl\.c:(\d+)\)$")

# What a certificate's dictionary had; the rest came with 2.7.9.
_SHOWN_OF_A_CERTIFICATE = ("subject", "notAfter", "subjectAltName")


class Connection(legacy.SSLType):
    """What `_ssl.sslwrap()` returned: errors have no more than a number and a text."""

    def __getattr__(self, name):
        member = getattr(self._connection, name)
        if callable(member):
            member = with_plain_errors(member)
            setattr(self, name, member)
        return member

    def do_handshake(self):
        """Shake hands."""
        with_plain_errors(legacy.SSLType.do_handshake)(self)

    def peer_certificate(self, der=False):
        """Return the peer's certificate, with no more in it than then."""
        found = legacy.SSLType.peer_certificate(self, der)
        if isinstance(found, dict):
            found = dict((name, found[name]) for name in _SHOWN_OF_A_CERTIFICATE if name in found)
        return found


def with_plain_errors(function):
    """Return a function that raises `SSLError` itself, where regraft's raises one of its children."""
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except _openssl.SSLError as error:
            raise make_plain(error)
    return call


def make_plain(error):
    """Return an `SSLError` with the number of another, and its text as it was written then.

    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:581)" came with 2.7.9; before it was
    "_ssl.c:504: error:14090086:SSL routines:SSL3_GET_SERVER_CERTIFICATE:certificate verify failed". No release of
    OpenSSL since 3.0 tells the function; neither does this.
    """
    found = _TEXT.match(str(error))
    if found is None:
        return _openssl.SSLError(*error.args)
    library, reason, words, line = found.groups()
    codes = _openssl.err_names_to_codes.get(reason)
    number = "%08X" % (codes[0] << (23 if _openssl.CAPABILITIES["OPENSSL3"] else 24) | codes[1]) if codes else ""
    text = "_ssl.c:%s: error:%s:%s routines::%s" % (line, number, library, words.split(":")[0])
    return _openssl.SSLError(error.errno, text)


def sslwrap(sock, server_side, keyfile=None, certfile=None, cert_reqs=CERT_NONE, ssl_version=PROTOCOL_SSLv23,
            ca_certs=None, ciphers=None):
    """Put TLS on the system's socket; the caller shakes hands. No host name is sent or checked. Returns: SSLType."""
    if not isinstance(sock, _openssl._socket.socket):
        raise TypeError("sslwrap() argument 1 must be _socket.socket, not %s" % type(sock).__name__)
    context = with_plain_errors(legacy.make_bare_context)(
        server_side, keyfile, certfile, cert_reqs, ssl_version, ca_certs, ciphers)
    contexts.age(context, _emulated.RELEASE)
    return Connection(context._wrap_socket(sock, bool(server_side)))


class _Methods(object):
    """Those of `SSLSocket` that it shares with today's."""


for _name in ("recv", "recvfrom", "recvfrom_into", "send", "sendto", "sendall", "shutdown", "pending",
              "_rg_refuse", "_rg_refuse_flags"):
    if _name in vars(Stream):
        setattr(_Methods, _name, vars(Stream)[_name])
del _name


@adopt(_Methods)
class SSLSocket(socket):
    """A socket whose traffic goes through TLS, made directly or by `wrap_socket()`."""

    def __init__(self, sock, keyfile=None, certfile=None, server_side=False, cert_reqs=CERT_NONE,
                 ssl_version=PROTOCOL_SSLv23, ca_certs=None, do_handshake_on_connect=True,
                 suppress_ragged_eofs=True, ciphers=None):
        if sock.getsockopt(SOL_SOCKET, SO_TYPE) != SOCK_STREAM:
            # 2.7.7 was the first to refuse. Sending in clear text what was to be encrypted is not emulated.
            raise NotImplementedError("only stream sockets are supported")
        socket.__init__(self, _sock=sock._sock)
        for name in _delegate_methods:
            # `socket` puts the unencrypted methods of `_sock` on each instance, before ours.
            vars(self).pop(name, None)
            if hasattr(type(self), name) and name in getattr(socket, "__slots__", ()):
                try:
                    delattr(self, name)
                except AttributeError:
                    continue
        if ciphers is None:
            ciphers = _emulated.SHOWN["ssl"].__dict__.get("_DEFAULT_CIPHERS")
        self.keyfile, self.certfile = keyfile or certfile, certfile
        self.cert_reqs, self.ssl_version, self.ca_certs, self.ciphers = cert_reqs, ssl_version, ca_certs, ciphers
        self.do_handshake_on_connect, self.suppress_ragged_eofs = do_handshake_on_connect, suppress_ragged_eofs
        self._makefile_refs = 0
        self._sslobj = None
        self._connected = self._rg_is_connected()
        if self._connected:
            self._rg_wrap(server_side)
            if do_handshake_on_connect:
                self.do_handshake()

    def _checkClosed(self, msg=None):
        pass

    def _rg_plain(self):
        return self._sock

    def _rg_is_connected(self):
        try:
            socket.getpeername(self)
        except host_socket.error as error:
            if error.errno != errno.ENOTCONN:
                raise
            return False
        return True

    def _rg_wrap(self, server_side):
        wrap = _emulated.SHOWN["_ssl"].sslwrap
        self._sslobj = wrap(self._sock, server_side, self.keyfile, self.certfile, self.cert_reqs, self.ssl_version,
                            self.ca_certs, self.ciphers)

    def read(self, len=1024):
        """Read up to `len` bytes; "" at the end."""
        try:
            return self._sslobj.read(len)
        except _openssl.SSLError as error:
            if error.args[0] == _openssl.SSL_ERROR_EOF and self.suppress_ragged_eofs:
                return ""
            raise

    def write(self, data):
        """Write bytes and return how many were taken (int)."""
        return self._sslobj.write(data)

    def recv_into(self, buffer, nbytes=None, flags=0):
        """Receive into a writable buffer and return the number of bytes (int)."""
        if nbytes is None:
            nbytes = len(buffer) if buffer else 1024
        if not self._sslobj:
            return self._sock.recv_into(buffer, nbytes, flags)
        if flags != 0:
            self._rg_refuse_flags("recv_into")
        data = self.read(nbytes)
        memoryview(buffer)[:len(data)] = data
        return len(data)

    def getpeercert(self, binary_form=False):
        """Return the peer's certificate: a dict, empty if it was not validated; DER; None without one."""
        return self._sslobj.peer_certificate(binary_form)

    def cipher(self):
        """Return (name, protocol version, secret bits) of the cipher in use, or None."""
        return self._sslobj.cipher() if self._sslobj else None

    def pending(self):
        """Return the number of decrypted bytes that a read gets without the network."""
        return self._sslobj.pending() if self._sslobj else 0

    def unwrap(self):
        """Close the TLS layer and return the socket below it."""
        if not self._sslobj:
            raise ValueError("No SSL wrapper around " + str(self))
        below = self._sslobj.shutdown()
        self._sslobj = None
        return below

    def shutdown(self, how):
        """Shut the connection of the system down; TLS ends without a closing handshake."""
        self._sslobj = None
        socket.shutdown(self, how)

    def close(self):
        """Close the socket, or count down while file objects still use it."""
        if self._makefile_refs < 1:
            self._sslobj = None
            socket.close(self)
        else:
            self._makefile_refs -= 1

    def do_handshake(self):
        """Shake hands."""
        self._sslobj.do_handshake()

    def _real_connect(self, addr, return_errno):
        if self._connected:
            raise ValueError("attempt to connect already-connected SSLSocket!")
        self._rg_wrap(False)
        try:
            result = socket.connect_ex(self, addr) if return_errno else socket.connect(self, addr)
            if not result:
                if self.do_handshake_on_connect:
                    self.do_handshake()
                self._connected = True
            return result
        except host_socket.error:
            self._sslobj = None
            raise

    def connect(self, addr):
        """Connect to an address and, unless told otherwise, shake hands. No name is sent or checked."""
        self._real_connect(addr, False)

    def connect_ex(self, addr):
        """Connect like `connect()` and return the error number of the connection, 0 for success."""
        return self._real_connect(addr, True)

    def accept(self):
        """Accept a connection. Returns: (SSLSocket, address)."""
        plain, addr = socket.accept(self)
        try:
            return SSLSocket(plain, self.keyfile, self.certfile, True, self.cert_reqs, self.ssl_version, self.ca_certs,
                             self.do_handshake_on_connect, self.suppress_ragged_eofs, self.ciphers), addr
        except host_socket.error:
            # As 2.7.5 and later; a peer that waits for ever is not emulated.
            plain.close()
            raise

    def makefile(self, mode="r", bufsize=-1):
        """Return a file object over the connection, which stays open until both are closed."""
        self._makefile_refs += 1
        return _fileobject(self, mode, bufsize, close=True)


def wrap_socket(sock, keyfile=None, certfile=None, server_side=False, cert_reqs=CERT_NONE,
                ssl_version=PROTOCOL_SSLv23, ca_certs=None, do_handshake_on_connect=True,
                suppress_ragged_eofs=True, ciphers=None):
    """Put TLS on a socket. It verifies nothing unless told to, and checks no host name. Returns: SSLSocket."""
    return _emulated.SHOWN["ssl"].SSLSocket(
        sock, keyfile=keyfile, certfile=certfile, server_side=server_side, cert_reqs=cert_reqs,
        ssl_version=ssl_version, ca_certs=ca_certs, do_handshake_on_connect=do_handshake_on_connect,
        suppress_ragged_eofs=suppress_ragged_eofs, ciphers=ciphers)


def sslwrap_simple(sock, keyfile=None, certfile=None):
    """Wrap a socket for `socket.ssl()`. Returns: the connection of `_ssl.sslwrap()`."""
    sock = getattr(sock, "_sock", sock)
    connection = _emulated.SHOWN["_ssl"].sslwrap(sock, 0, keyfile, certfile, CERT_NONE, PROTOCOL_SSLv23, None)
    try:
        sock.getpeername()
    except host_socket.error:
        # Not connected yet: the caller shakes hands later.
        return connection
    connection.do_handshake()
    return connection


def get_server_certificate(addr, ssl_version=PROTOCOL_SSLv3, ca_certs=None):
    """Fetch the certificate of a server, to which no name is sent. Returns: str, PEM."""
    host, port = addr
    module = _emulated.SHOWN["ssl"]
    connection = module.wrap_socket(socket(), ssl_version=ssl_version, ca_certs=ca_certs,
                                    cert_reqs=CERT_NONE if ca_certs is None else CERT_REQUIRED)
    connection.connect((host, port))
    data = connection.getpeercert(True)
    connection.close()
    return module.DER_cert_to_PEM_cert(data)


def cert_time_to_seconds(cert_time):
    """Return the seconds of a certificate's time, which is taken for local time: so it was until 2.7.9."""
    import time

    return time.mktime(time.strptime(cert_time, "%b %d %H:%M:%S %Y GMT"))


def get_protocol_name(protocol_code):
    """Return the name of a protocol (int), such as "TLSv1", or "<unknown>"."""
    return _emulated.SHOWN["ssl"]._PROTOCOL_NAMES.get(protocol_code, "<unknown>")
