"""`ssl` refuses distrusted keys over sockets and over memory BIOs."""
from __future__ import absolute_import, division, print_function

import os
import socket
import ssl

import pytest

from loopback import client_context, connected, echo, server_context, serving


def test_wrap_socket_refuses_the_server(certs):
    with serving(echo, server_context(certs, "distrusted-ca-chain")) as server:
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            with connected(server, client_context(certs)):
                pass
    assert caught.value.verify_code == 28
    assert "certificate verify failed: certificate rejected" in str(caught.value)
    assert [each.reason for each in server.errors] == ["SSLV3_ALERT_BAD_CERTIFICATE"]


def test_create_default_context_refuses_it_too(certs):
    context = ssl.create_default_context(cafile=os.path.join(certs, "distrusted-root.pem"))
    with serving(echo, server_context(certs, "distrusted-root-chain")) as server:
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            with connected(server, context):
                pass
    assert caught.value.verify_code == 28


@pytest.mark.skipif(not ssl.HAS_TLSv1_3, reason="this OpenSSL has no TLS 1.3")
def test_a_client_is_told_that_its_key_is_refused(certs):
    context = server_context(certs)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(os.path.join(certs, "ca.pem"))
    client = client_context(certs)
    client.load_cert_chain(os.path.join(certs, "distrusted-leaf-7.pem"))
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    with serving(echo, context) as server:
        with connected(server, client) as connection:
            # With TLS 1.3 the client learns of it from its first read.
            with pytest.raises((ssl.SSLError, socket.error)):
                connection.recv(1)
    assert [(type(each), each.verify_code) for each in server.errors] == [(ssl.SSLCertVerificationError, 28)]


def test_without_verification_it_is_no_error(certs):
    context = ssl._create_unverified_context()
    with serving(echo, server_context(certs, "distrusted-leaf-0")) as server:
        with connected(server, context) as connection:
            connection.sendall(b"x")
            assert connection.recv(1) == b"x"
    assert not server.errors
