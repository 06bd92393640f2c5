"""Our OpenSSL beside another one: `neighbours.py NAME first|last [global] CERTIFICATE CA`. Prints what came of it as JSON.

NAME is a package or module with an OpenSSL of its own or the system's. `first` imports ours first, `last` the other;
`global` lets all that is loaded see the symbols of all. From 2.7 to 3.15.
"""
from __future__ import absolute_import, division, print_function

import ctypes
import importlib
import json
import os
import socket
import sys
import threading

LONGEST = 30  # seconds


def load_stock(name):
    """Import an extension of the standard library from its file, which the overlay's module of that name hides."""
    overlaid = sys.modules.pop(name, None)
    for directory in sys.path:
        if os.path.basename(directory) == "overlay" or not os.path.isdir(directory):
            continue
        for each in sorted(os.listdir(directory)):
            if each.startswith(name + ".") and each.endswith(".so"):
                module = load_file(name, os.path.join(directory, each))
                sys.modules.pop(name, None)
                if overlaid is not None:
                    sys.modules[name] = overlaid
                return module
    raise LookupError("this Python was built without " + name)


def load_file(name, path):
    """Import one extension."""
    if sys.version_info[0] == 2:
        import imp

        return imp.load_dynamic(name, path)
    import importlib.machinery
    import importlib.util

    loader = importlib.machinery.ExtensionFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def listen():
    """Return a socket that listens on loopback."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    listener.settimeout(LONGEST)
    return listener


def answer(certificate, talk):
    """Start a server thread for one connection of ours; returns its port and the list of what it saw."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener, seen = listen(), []

    def serve():
        connection = listener.accept()[0]
        connection.settimeout(LONGEST)
        talk(connection, context, seen)
        connection.close()

    server = threading.Thread(target=serve)
    server.daemon = True
    server.start()
    return listener.getsockname()[1], seen, server


# ---- the others ------------------------------------------------------------------------

def use_ssl(module, certificate, authority):
    """Shake hands in memory with the stock `_ssl`."""
    protocol = module.PROTOCOL_TLS if hasattr(module, "PROTOCOL_TLS") else module.PROTOCOL_SSLv23
    server, client = module._SSLContext(protocol), module._SSLContext(protocol)
    server.load_cert_chain(certificate)
    client.load_verify_locations(authority)
    client.verify_mode = module.CERT_REQUIRED
    if not hasattr(module, "MemoryBIO"):
        # 2.7 knows sockets only.
        one, other = socket.socketpair()
        ends = [(server, one, True), (client, other, False)]
        objects = [context._wrap_socket(getattr(end, "_sock", end), is_server, None, ssl_sock=None) for context, end, is_server in ends]
        thread = threading.Thread(target=objects[0].do_handshake)
        thread.start()
        objects[1].do_handshake()
        thread.join(LONGEST)
        return {"loaded": module.OPENSSL_VERSION, "works": objects[1].peer_certificate() is not None}
    bios = [module.MemoryBIO() for _ in range(2)]
    objects = [server._wrap_bio(bios[0], bios[1], True, None), client._wrap_bio(bios[1], bios[0], False, "localhost")]
    done = set()
    for _ in range(20):
        for each in objects:
            try:
                each.do_handshake()
                done.add(each)
            except Exception as error:
                if type(error).__name__ != "SSLWantReadError":
                    raise
    return {"loaded": module.OPENSSL_VERSION, "works": len(done) == 2}


def use_hashlib(module, certificate, authority):
    """Hash with the stock `_hashlib`. FIPS 180-4."""
    digest = module.new("sha256", b"abc").hexdigest()
    return {"loaded": "", "works": digest.startswith("ba7816bf8f01cfea")}


def use_psycopg2(module, certificate, authority):
    """Have libpq shake hands with a server that then says no more."""
    def talk(connection, context, seen):
        connection.recv(8)  # SSLRequest
        connection.sendall(b"S")
        secured = context.wrap_socket(connection, server_side=True)
        seen.append(secured.version())
        secured.recv(8)
        secured.close()

    port, seen, server = answer(certificate, talk)
    os.environ["PGGSSENCMODE"] = "disable"  # that of 2.7 does not know it, and knows no other way
    try:
        module.connect(host="localhost", hostaddr="127.0.0.1", port=port, sslmode="verify-full", sslrootcert=authority,
                       user="nobody", connect_timeout=LONGEST)
    except module.OperationalError as error:
        words = str(error)
    server.join(LONGEST)
    return {"loaded": str(module.extensions.libpq_version()) if hasattr(module.extensions, "libpq_version") else "",
            "works": bool(seen) and seen[0].startswith("TLSv1") and "certificate" not in words}


def use_cryptography(module, certificate, authority):
    """Read a certificate, sign and verify."""
    from cryptography import x509
    from cryptography.hazmat.backends import default_backend
    from cryptography.hazmat.backends.openssl import backend
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    with open(authority, "rb") as stream:
        root = x509.load_pem_x509_certificate(stream.read(), default_backend())
    key = ec.generate_private_key(ec.SECP256R1(), default_backend())
    key.public_key().verify(key.sign(b"data", ec.ECDSA(hashes.SHA256())), b"data", ec.ECDSA(hashes.SHA256()))
    return {"loaded": backend.openssl_version_text(), "works": root.serial_number > 0}


def use_pycurl(module, certificate, authority):
    """Fetch a page from a server of ours."""
    def talk(connection, context, seen):
        secured = context.wrap_socket(connection, server_side=True)
        secured.recv(4096)
        secured.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
        secured.close()

    port, _seen, server = answer(certificate, talk)
    received = []
    curl = module.Curl()
    for option, value in ((module.URL, "https://localhost:%d/" % port), (module.CAINFO, authority), (module.NOPROXY, "*"),
                          (module.WRITEFUNCTION, received.append), (module.TIMEOUT, LONGEST)):
        curl.setopt(option, value)
    curl.perform()
    curl.close()
    server.join(LONGEST)
    return {"loaded": module.version, "works": b"".join(received) == b"ok"}


OTHERS = {"_ssl": use_ssl, "_hashlib": use_hashlib, "psycopg2": use_psycopg2, "cryptography": use_cryptography,
          "pycurl": use_pycurl}


def load(name):
    """Import one of OTHERS."""
    if name.startswith("_"):
        return load_stock(name)
    if name == "cryptography":
        # What brings its OpenSSL along.
        importlib.import_module("cryptography.hazmat.backends.openssl")
    return importlib.import_module(name)


def main(name, order, *rest):
    """Import both, use the other, ours, and the other again."""
    if rest[0] == "global":
        sys.setdlopenflags(ctypes.RTLD_GLOBAL | os.RTLD_NOW if hasattr(os, "RTLD_NOW") else ctypes.RTLD_GLOBAL | 2)
        rest = rest[1:]
    if order == "first":
        import ssl  # noqa: F401
        module = load(name)
    else:
        module = load(name)
        import ssl  # noqa: F401
    import handshake

    before = OTHERS[name](module, *rest)
    found = handshake.describe()
    found.update(handshake.shake_hands(*rest))
    found["neighbour"] = before
    found["still"] = OTHERS[name](module, *rest)["works"]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
