"""Programs for the tests: what people write, each run in a process of its own against a server on loopback.

They get the address of a page (https://localhost:PORT/) and the file of the root certificate as arguments and print
what they read.
"""
from __future__ import absolute_import, division, print_function

URLLIB2 = """
import ssl, sys, urllib2
url, root = sys.argv[1:3]
print(urllib2.urlopen(url, timeout=10, context=ssl.create_default_context(cafile=root)).read())
"""

REQUESTS = """
import sys, requests
url, root = sys.argv[1:3]
print(requests.get(url, verify=root, timeout=10).text)
"""

GEVENT = "from gevent import monkey; monkey.patch_all()\n"
EVENTLET = "import eventlet; eventlet.monkey_patch()\n"

# Wrapped first and connected afterwards: eventlet then makes the TLS connection itself, without the name.
EVENTLET_CONNECT = """
import sys
from urlparse import urlsplit
from eventlet.green import socket, ssl
url, root = sys.argv[1:3]
context = ssl.create_default_context(cafile=root)
connection = context.wrap_socket(socket.socket(), server_hostname="localhost")
connection.connect(("127.0.0.1", urlsplit(url).port))
connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
connection.read(1024).index(b"\\r\\n\\r\\n")
print("the page over " + connection.version())
connection.unwrap()
"""

TORNADO = """
import sys
from tornado.httpclient import AsyncHTTPClient
from tornado.ioloop import IOLoop
url, root = sys.argv[1:3]
fetch = lambda: AsyncHTTPClient().fetch(url, ca_certs=root, request_timeout=10)
print(IOLoop.current().run_sync(fetch).body)
"""

PIP_VENDORED = """
import sys
from pip._vendor import requests
from pip._vendor.urllib3.util import ssl_
assert ssl_.HAS_SNI and ssl_.SSLContext is __import__("ssl").SSLContext
url, root = sys.argv[1:3]
print(requests.get(url, verify=root, timeout=10).text)
"""

# Two greenlets or more at work at the same time: a hub that waits for one connection must not keep the others.
MANY_GREENLETS = GEVENT + """
import ssl, sys, urllib2, gevent
url, root = sys.argv[1:3]
context = ssl.create_default_context(cafile=root)
read = lambda: urllib2.urlopen(url, timeout=10, context=context).read()
jobs = [gevent.spawn(read) for _ in range(5)]
gevent.joinall(jobs, raise_error=True)
print("".join(each.value for each in jobs))
"""

# A context, a connection and the random number generator of the parent are there before the fork.
FORKING = """
import multiprocessing, os, ssl, sys, urllib2
url, root = sys.argv[1:3]
context = ssl.create_default_context(cafile=root)

def read():
    return urllib2.urlopen(url, timeout=10, context=context).read()

def work(queue):
    queue.put((read(), ssl.RAND_bytes(16), os.urandom(16)))

first = read(), ssl.RAND_bytes(16), os.urandom(16)
queue = multiprocessing.Queue()
children = [multiprocessing.Process(target=work, args=(queue,)) for _ in range(2)]
for each in children:
    each.start()
answers = [first] + [queue.get(True, 20) for each in children]
for each in children:
    each.join(20)
    assert each.exitcode == 0, each.exitcode
assert len(set(answer[1] for answer in answers)) == 3
assert len(set(answer[2] for answer in answers)) == 3
print("".join(answer[0] for answer in answers))
"""

# Other extensions with an OpenSSL of their own inside: what each does after `ssl` has been used, and before.
NEIGHBOURS = {
    "cryptography": """
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives import hashes
digest = hashes.Hash(hashes.SHA256(), default_backend())
digest.update(b"abc")
assert digest.finalize() == __import__("hashlib").sha256(b"abc").digest()
""",
    "pyOpenSSL": """
from OpenSSL import SSL
import socket
def shake_hands():
    from urlparse import urlsplit
    address = urlsplit(sys.argv[1])
    context = SSL.Context(SSL.SSLv23_METHOD)
    context.load_verify_locations(sys.argv[2])
    context.set_verify(SSL.VERIFY_PEER, lambda *told: told[-1])
    plain = socket.create_connection((address.hostname, address.port))
    connection = SSL.Connection(context, plain)
    connection.set_tlsext_host_name(b"localhost")
    connection.set_connect_state()
    connection.do_handshake()
    connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    assert connection.recv(5) == b"HTTP/"
    connection.close()
shake_hands()
""",
    "psycopg2": """
import psycopg2
try:
    psycopg2.connect(host="127.0.0.1", port=1, connect_timeout=2, sslmode="require")
except psycopg2.OperationalError:
    pass
""",
    "twisted": """
from twisted.internet import ssl as twisted_ssl
twisted_ssl.optionsForClientTLS(u"localhost")
""",
}


def make_neighbourly(neighbour, first):
    """The program that reads the page and uses the neighbour, before it or after."""
    parts = [NEIGHBOURS[neighbour], URLLIB2]
    return "import sys\n" + "".join(parts if first else reversed(parts))
