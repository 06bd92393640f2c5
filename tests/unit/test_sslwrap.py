"""`_ssl.sslwrap()` as 2.7.0 to 2.7.8 had it, used as gevent 1.0 uses it; and `SSLSocket()` made directly."""
from __future__ import absolute_import, division, print_function

import _ssl
import os
import socket
import ssl
import subprocess
import sys
import threading

import pytest

pytestmark = pytest.mark.skipif(sys.version_info[0] > 2, reason="Python 3 never had it")


@pytest.fixture
def ends():
    pair = socket.socketpair()
    for end in pair:
        end.settimeout(5)
    yield pair
    for end in pair:
        end.close()


def shake_hands(server, client):
    errors = []

    def serve():
        try:
            server.do_handshake()
        except ssl.SSLError as error:
            errors.append(error)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.do_handshake()
    finally:
        thread.join()
    assert errors == []


def serve(certs, end, *more):
    name = os.path.join(certs, "localhost.pem")
    return _ssl.sslwrap(end, True, name, name, *more)


def test_what_gevent_calls_works(certs, ends):
    server = serve(certs, ends[0], ssl.CERT_NONE, ssl.PROTOCOL_SSLv23, None)
    client = _ssl.sslwrap(ends[1], False, None, None, ssl.CERT_REQUIRED, ssl.PROTOCOL_SSLv23,
                          os.path.join(certs, "ca.pem"), "ECDHE+AESGCM")
    assert isinstance(client, _ssl.SSLType)
    assert client.peer_certificate() is None and client.server() == client.issuer() == ""
    shake_hands(server, client)
    assert client.write(b"hello") == 5
    assert server.read(3) == b"hel" and server.pending() == 2 and server.read() == b"lo"
    assert client.cipher() == server.cipher() and len(client.cipher()) == 3
    assert ("DNS", "localhost") in client.peer_certificate()["subjectAltName"]
    assert client.peer_certificate(True).startswith(b"\x30\x82")
    assert server.peer_certificate() is None
    assert client.server() == "/O=regraft throw-away certificates/OU=localhost"
    assert client.issuer() == "/O=regraft throw-away certificates/OU=root"
    closing = threading.Thread(target=server.shutdown)
    closing.start()
    assert client.shutdown() is ends[1]
    closing.join()


def test_an_unverified_peer_has_an_empty_certificate(certs, ends):
    server, client = serve(certs, ends[0]), _ssl.sslwrap(ends[1], 0)
    shake_hands(server, client)
    assert client.peer_certificate() == {}
    ends[0].shutdown(socket.SHUT_WR)
    with pytest.raises(ssl.SSLError):
        client.read(1)
    assert client.peer_certificate() == {} and client.peer_certificate(True)


def test_a_certificate_of_another_authority_is_refused(certs, ends):
    server = serve(certs, ends[0])
    client = _ssl.sslwrap(ends[1], False, None, None, ssl.CERT_REQUIRED, ssl.PROTOCOL_SSLv23,
                          os.path.join(certs, "other-ca.pem"))
    refusals = []

    def serve_refused():
        try:
            server.do_handshake()
        except ssl.SSLError as error:
            refusals.append(error.reason)
    thread = threading.Thread(target=serve_refused)
    thread.start()
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        client.do_handshake()
    thread.join()
    assert refusals == ["TLSV1_ALERT_UNKNOWN_CA"]


@pytest.mark.parametrize("arguments, words", [
    ((True,), "for server-side operation"),
    ((False, "key.pem", None), "Both the key & certificate files must be specified"),
    ((False, None, "cert.pem"), "Both the key & certificate files must be specified"),
    ((False, None, None, 1), "No root certificates specified"),
    ((False, None, None, 2, 2, None), "No root certificates specified"),
    ((False, None, None, 0, 77), "Invalid SSL protocol variant specified."),
    ((False, None, None, 0, 2, None, "NOTHING"), "No cipher can be selected."),
])
def test_arguments_that_do_not_go_together_are_an_ssl_error(ends, arguments, words):
    with pytest.raises(ssl.SSLError) as caught:
        _ssl.sslwrap(ends[0], *arguments)
    assert words in str(caught.value)


def test_it_wraps_the_socket_of_the_system_and_nothing_else():
    sock = socket.socket()
    with pytest.raises(TypeError, match="must be _socket.socket, not _socketobject"):
        _ssl.sslwrap(sock, False)
    sock.close()


def plain(end):
    return socket.socket(_sock=end)


def test_an_ssl_socket_is_made_directly_with_every_argument(certs, ends):
    name = os.path.join(certs, "localhost.pem")
    trusted = os.path.join(certs, "ca.pem")
    server = ssl.SSLSocket(plain(ends[0]), name, name, True, ssl.CERT_NONE, ssl.PROTOCOL_SSLv23, None, False,
                           socket.AF_INET, socket.SOCK_STREAM, 0, None, True, None, "ECDHE+AESGCM", None, None)
    client = ssl.SSLSocket(
        sock=plain(ends[1]), keyfile=None, certfile=None, server_side=False, cert_reqs=ssl.CERT_REQUIRED,
        ssl_version=ssl.PROTOCOL_TLSv1_2, ca_certs=trusted, do_handshake_on_connect=False, family=socket.AF_INET,
        type=socket.SOCK_STREAM, proto=0, fileno=None, suppress_ragged_eofs=False, npn_protocols=None,
        ciphers="ECDHE+AESGCM", server_hostname="localhost", _context=None)
    shake_hands(server, client)
    assert client.version() == "TLSv1.2" and client.server_hostname == "localhost"
    assert (server.keyfile, server.certfile, server.ca_certs) == (name, name, None)
    assert (client.keyfile, client.certfile, client.ca_certs) == (None, None, trusted)
    assert (client.cert_reqs, client.ssl_version, client.ciphers) == (
        ssl.CERT_REQUIRED, ssl.PROTOCOL_TLSv1_2, "ECDHE+AESGCM")
    assert not client.suppress_ragged_eofs and not client.do_handshake_on_connect
    server.sendall(b"x")
    assert client.recv(1) == b"x"


def test_an_ssl_socket_made_directly_refuses_what_does_not_go_together(certs):
    sock = socket.socket()
    for named, words in (
            (dict(server_side=True), "certfile must be specified for server-side operations"),
            (dict(keyfile="x"), "certfile must be specified"),
            (dict(server_side=True, certfile=os.path.join(certs, "localhost.pem"), server_hostname="x"),
             "server_hostname can only be specified in client mode")):
        with pytest.raises(ValueError, match=words):
            ssl.SSLSocket(sock, **named)
    with pytest.raises(NotImplementedError, match="NPN"):
        ssl.SSLSocket(sock, npn_protocols=["http/1.1"])
    with pytest.raises(NotImplementedError, match="only stream sockets are supported"):
        ssl.SSLSocket(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    sock.close()


def test_the_methods_of_python_3_sockets_work(certs, ends, tmpdir):
    name = os.path.join(certs, "localhost.pem")
    server = ssl.SSLSocket(plain(ends[0]), certfile=name, server_side=True, do_handshake_on_connect=False)
    client = ssl.SSLSocket(plain(ends[1]), do_handshake_on_connect=False)
    shake_hands(server, client)
    assert client.timeout == 5.0 and client.getblocking()
    client.set_inheritable(False)
    assert not client.get_inheritable()
    client.set_inheritable(True)
    assert client.get_inheritable()
    for method in (client.sendmsg, client.recvmsg, client.recvmsg_into):
        with pytest.raises(NotImplementedError, match="not allowed on instances of"):
            method([b"x"])
    path = tmpdir.join("data")
    path.write_binary(b"0123456789")
    with path.open("rb") as data:
        assert client.sendfile(data, 2, 5) == 5
        assert data.tell() == 7
        assert client.sendfile(data, 7) == 3
        assert server.recv(5) + server.recv(3) == b"23456789"
        with pytest.raises(ValueError, match="count must be a positive integer"):
            client.sendfile(data, 0, 0)
        with pytest.raises(TypeError):
            client.sendfile(data, 0, "5")
        client.setblocking(False)
        assert not client.getblocking()
        with pytest.raises(ValueError, match="non-blocking"):
            client.sendfile(data)
    with path.open("r") as text:
        with pytest.raises(ValueError, match="binary mode"):
            server.sendfile(text)
    with client as entered:
        assert entered is client
    with pytest.raises(socket.error):
        client.send(b"x")


def test_a_detached_connection_stays_open_without_tls(certs, ends):
    client = ssl.SSLSocket(plain(ends[1]), do_handshake_on_connect=False)
    descriptor = client.detach()
    ends[1].close()
    os.write(descriptor, b"plain")
    assert ends[0].recv(5) == b"plain"
    os.close(descriptor)
    assert client.detach() == -1
    with pytest.raises(socket.error):
        client.fileno()


def as_eventlet_does(module):
    try:
        return module.sslwrap
    except AttributeError:
        return ssl.SSLContext._wrap_socket


def test_who_can_do_with_a_context_is_not_given_it():
    assert as_eventlet_does(_ssl).__name__ == as_eventlet_does(ssl._ssl).__name__ == "_wrap_socket"
    assert hasattr(_ssl, "sslwrap") and hasattr(ssl._ssl, "sslwrap")
    with pytest.raises(AttributeError, match="'module' object has no attribute 'other'"):
        _ssl.other


def test_programs_may_put_their_own_in_its_place():
    kept = _ssl.sslwrap
    try:
        _ssl.sslwrap = len
        assert as_eventlet_does(ssl._ssl) is len
    finally:
        del _ssl.sslwrap
    assert _ssl.sslwrap is kept


def test_the_module_is_the_one_that_is_imported():
    assert sys.modules["_ssl"] is _ssl is ssl._ssl
    assert type(reload(_ssl)).__name__ == "ModuleWithSslwrap"  # noqa: F821
    assert _ssl.SSLError is ssl.SSLError and _ssl.sslwrap
    assert "_openssl" not in vars(_ssl) and "policy" not in vars(_ssl)


REPLACED = """
import socket, sys
class Replacement(socket._socketobject):
    pass
socket.socket = socket.SocketType = Replacement
import ssl
end, other = socket.socketpair()
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
connection = context.wrap_socket(Replacement(_sock=end), do_handshake_on_connect=False)
connection.note = "kept"
sys.stdout.write("%s %s %s" % (isinstance(connection, Replacement), connection.note, connection.server_side))
"""


def test_a_class_that_has_replaced_socket_may_have_a_dictionary_of_its_own():
    # PySocks puts such a class there.
    said = subprocess.check_output([sys.executable, "-c", REPLACED])
    assert said == "True kept False"


def test_a_subclass_adds_attributes_and_overrides_those_of_the_connection(ends):
    class Own(ssl.SSLSocket):
        suppress_ragged_eofs = "class"

    connection = Own(plain(ends[0]), do_handshake_on_connect=False, suppress_ragged_eofs="instance")
    connection.note = "kept"
    assert (connection.note, connection.suppress_ragged_eofs) == ("kept", "instance")
    connection.close()
