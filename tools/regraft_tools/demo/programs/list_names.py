"""Lists the names in a server's certificate:  list_names.py HOST PORT CAFILE"""
import contextlib
import socket
import ssl
import sys


def main(host, port, cafile):
    context = ssl.create_default_context(cafile=cafile)
    with contextlib.closing(socket.create_connection((host, int(port)), 20)) as connection:
        secured = context.wrap_socket(connection, server_hostname=host)
        with contextlib.closing(secured):
            names = [name for kind, name in secured.getpeercert()["subjectAltName"]]
    print(", ".join(names))


main(*sys.argv[1:])
