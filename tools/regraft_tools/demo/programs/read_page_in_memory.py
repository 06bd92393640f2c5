"""Reads a page with TLS kept apart from the socket:  read_page_in_memory.py HOST PORT CAFILE"""
import contextlib
import socket
import ssl
import sys


def main(host, port, cafile):
    context = ssl.create_default_context(cafile=cafile)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    secured = context.wrap_bio(incoming, outgoing, server_hostname=host)
    with contextlib.closing(socket.create_connection((host, int(port)), 20)) as connection:

        def do(action, *arguments):
            while True:
                try:
                    return action(*arguments)
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    data = connection.recv(65536)
                    if data:
                        incoming.write(data)
                    else:
                        incoming.write_eof()

        do(secured.do_handshake)
        do(secured.write, b"GET / HTTP/1.0\r\n\r\n")
        page = b""
        while not page.endswith(b".\n"):
            more = do(secured.read, 65536)
            if not more:
                break
            page += more
    sys.stdout.write(page.split(b"\r\n\r\n", 1)[1].decode("ascii"))


main(*sys.argv[1:])
