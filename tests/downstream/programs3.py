"""Programs of Python 3.7 and newer for the tests: urllib3 2, aiohttp and asyncio, each run in a process of its own.

They get the address of a page (https://localhost:PORT/), the file of the root certificate, the directory of all
certificates and, where there is one, the address of a proxy as arguments, and print what they read.
"""
from __future__ import absolute_import, division, print_function

URLLIB3 = """
import sys, urllib3
url, root = sys.argv[1:3]
with urllib3.PoolManager(ca_certs=root, retries=False, timeout=10) as pool:
    for _ in range(2):
        print(pool.request("GET", url).data.decode())
    print("%d connection" % pool.connection_from_url(url).num_connections)
"""

URLLIB3_PROXY = """
import sys, urllib3
url, root, certs, proxy = sys.argv[1:5]
with urllib3.ProxyManager(proxy, ca_certs=root, retries=False, timeout=10) as pool:
    for _ in range(2):
        print(pool.request("GET", url).data.decode())
    print("%d connection" % pool.connection_from_url(url).num_connections)
"""

AIOHTTP = """
import asyncio, ssl, sys, aiohttp

async def main(url, root, certs, proxy=None):
    context = ssl.create_default_context(cafile=root)
    connections = []
    async def count(session, details, parameters):
        connections.append(parameters)
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(count)
    patience = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=patience, trace_configs=[trace]) as session:
        for _ in range(2):
            async with session.get(url, ssl=context, proxy=proxy) as answer:
                print(await answer.text())
    print("%d connection" % len(connections))

asyncio.run(main(*sys.argv[1:]))
"""

# A server and a client of aiohttp in one loop; what the client sends comes back in capitals.
AIOHTTP_SERVER = """
import asyncio, os, ssl, sys, aiohttp
from aiohttp import web

async def answer(request):
    version = request.transport.get_extra_info("ssl_object").version()
    return web.Response(text=(await request.text()).upper(), headers={"X-Version": version})

async def main(url, root, certs):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.path.join(certs, "localhost.pem"))
    application = web.Application(client_max_size=2 ** 22)
    application.router.add_post("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]
    client = ssl.create_default_context(cafile=root)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        async with session.post("https://localhost:%d/" % port, data="page" * 2 ** 18, ssl=client) as answered:
            assert await answered.text() == "PAGE" * 2 ** 18
            print("the page over " + answered.headers["X-Version"])
    await runner.cleanup()

asyncio.run(main(*sys.argv[1:4]))
"""

# Streams of asyncio read the page as a program without any package would.
ASYNCIO = """
import asyncio, ssl, sys
from urllib.parse import urlsplit

async def main(url, root):
    context = ssl.create_default_context(cafile=root)
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)
    for last in (False, True):
        writer.write(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        size = int(head.lower().split(b"content-length:")[1].split()[0])
        print((await reader.readexactly(size)).decode())
    writer.close()
    print("1 connection")

asyncio.run(asyncio.wait_for(main(*sys.argv[1:3]), 20))
"""

# Both sides begin in the clear and go over to TLS on the same connection.
START_TLS = """
import asyncio, os, ssl, sys

class Server(asyncio.Protocol):
    def __init__(self, context):
        self.context = context

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if data == b"STARTTLS":
            self.transport.write(b"GO")
            start = asyncio.get_event_loop().start_tls(self.transport, self, self.context, server_side=True)
            self.secured = asyncio.ensure_future(start)
        else:
            asyncio.ensure_future(self.answer(data))

    async def answer(self, data):
        # With TLS 1.3 data may come with the end of the handshake, before start_tls() is done.
        (await self.secured).write(data.upper())

class Client(asyncio.Protocol):
    def __init__(self):
        self.heard = asyncio.Queue()

    def data_received(self, data):
        self.heard.put_nowait(data)

async def main(root, certs):
    loop = asyncio.get_event_loop()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.path.join(certs, "localhost.pem"))
    server = await loop.create_server(lambda: Server(context), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    transport, protocol = await loop.create_connection(Client, *address[:2])
    transport.write(b"STARTTLS")
    assert await protocol.heard.get() == b"GO"
    client = ssl.create_default_context(cafile=root)
    transport = await loop.start_tls(transport, protocol, client, server_hostname="localhost")
    transport.write(b"page")
    assert await protocol.heard.get() == b"PAGE"
    print("the page over " + transport.get_extra_info("ssl_object").version())
    assert transport.get_extra_info("peercert")["subjectAltName"]
    transport.close()
    server.close()
    await server.wait_closed()

asyncio.run(asyncio.wait_for(main(*sys.argv[2:4]), 20))
"""
