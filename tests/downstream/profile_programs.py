"""Programs on other people's libraries, for the tests of profiles: which way did the library take?

Each gets the address of a page (https://localhost:PORT/) and the file of the root certificate as arguments and prints
one JSON object: what it read, and what tells the branch. None looks at a version.
"""
from __future__ import absolute_import, division, print_function

HEAD = """
import json, sys, warnings
url, root = sys.argv[1:3]
port = int(url.rstrip("/").rpartition(":")[2])
told = {}
"""
TAIL = """
print(json.dumps(told))
"""

# %s: where urllib3 is, where requests is.
_URLLIB3 = """
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from %s import PoolManager
    from %s.util import ssl_
    pool = PoolManager(ca_certs=root, cert_reqs="CERT_REQUIRED")
    told["page"] = pool.request("GET", url, retries=False).data
told["warnings"] = sorted(set(each.category.__name__ for each in caught))
told["context of its own"] = ssl_.SSLContext.__module__ == ssl_.__name__
"""
_REQUESTS = """
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    %s
    told["page"] = requests.get(url, verify=root, timeout=10).text
told["warnings"] = sorted(set(each.category.__name__ for each in caught))
"""

URLLIB3 = _URLLIB3 % ("urllib3", "urllib3")
REQUESTS = _REQUESTS % "import requests"
PIP_URLLIB3 = _URLLIB3 % ("pip._vendor.urllib3", "pip._vendor.urllib3")
PIP_REQUESTS = _REQUESTS % "from pip._vendor import requests"

# As its documentation has it.
SSL_MATCH_HOSTNAME = """
import socket, ssl
try:
    from ssl import match_hostname, CertificateError
except ImportError:
    from backports.ssl_match_hostname import match_hostname, CertificateError
told["from"] = match_hostname.__module__
connection = ssl.wrap_socket(
    socket.create_connection(("localhost", port)), cert_reqs=ssl.CERT_REQUIRED, ca_certs=root)
certificate = connection.getpeercert()
match_hostname(certificate, "localhost")
try:
    match_hostname(certificate, "elsewhere.example")
except CertificateError:
    told["another name"] = "refused"
connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
told["page"] = connection.makefile("rb").read().partition(b"\\r\\n\\r\\n")[2].decode("ascii")
"""

TORNADO = """
from tornado import netutil
from tornado.httpclient import AsyncHTTPClient
from tornado.ioloop import IOLoop
told["defaults"] = type(netutil._client_ssl_defaults).__name__
told["names matched by"] = netutil.ssl_match_hostname.__module__ if hasattr(netutil, "ssl_match_hostname") else "ssl"
from tornado import web
told["digests compared by"] = web._time_independent_equals.__module__
fetch = lambda: AsyncHTTPClient().fetch(url, ca_certs=root, request_timeout=10)
told["page"] = IOLoop.current().run_sync(fetch).body.decode("ascii")
"""

# A server that speaks no WebSocket: what it answers over TLS is as much as is wanted to know here.
WEBSOCKET = """
import websocket
from websocket import _handshake, _ssl_compat
told["has ssl"] = _ssl_compat.HAVE_SSL
told["digests compared by"] = _handshake.compare_digest.__module__
try:
    websocket.create_connection("wss://localhost:%d/" % port, sslopt={"ca_certs": root}, timeout=10)
except websocket.WebSocketException as error:
    told["answer"] = str(error)
"""

PYMONGO = """
from pymongo import auth, pool, ssl_context, ssl_support
import ssl
told["context of its own"] = ssl_context.SSLContext.__module__ == "pymongo.ssl_context"
told["PBKDF2 of its own"] = auth._hi.__module__ == "pymongo.auth"
told["digests compared by"] = auth.compare_digest.__module__
# The key of one known password, so that whichever of the two it is has worked.
told["key"] = "%02x" % bytearray(auth._hi("sha1", b"password", b"salt", 2))[0]
made = ssl_support.get_ssl_context(None, None, None, root, ssl.CERT_REQUIRED, None, True, False)
options = pool.PoolOptions(connect_timeout=10, socket_timeout=10, ssl_context=made, ssl_match_hostname=True)
connection = pool._configured_socket(("localhost", port), options)
connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
told["page"] = connection.makefile("rb").read().partition(b"\\r\\n\\r\\n")[2].decode("ascii")
"""

# A server and a client of SSH in one process. The key exchange on Curve25519 compares in constant time.
PARAMIKO = """
import socket, threading
import paramiko
from cryptography.hazmat.primitives import constant_time
from paramiko import kex_curve25519, util
import hmac
used = []
told["has compare_digest"] = hasattr(hmac, "compare_digest")
told["of hmac"] = "compare_digest" in constant_time.bytes_eq.__code__.co_names
compare = constant_time.bytes_eq
constant_time.bytes_eq = lambda *values: used.append(1) or compare(*values)

class Server(paramiko.ServerInterface):
    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if password == "secret" else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, number):
        return paramiko.OPEN_SUCCEEDED

here, there = socket.socketpair()
serving = paramiko.Transport(there)
serving.add_server_key(paramiko.RSAKey.generate(2048))
serving.start_server(event=threading.Event(), server=Server())
client = paramiko.Transport(here)
client.get_security_options().kex = ("curve25519-sha256@libssh.org",)
client.start_client(timeout=20)
client.auth_password("somebody", "secret")
told["in"] = client.is_authenticated()
told["compared"] = len(used)
client.close()
serving.close()
"""
