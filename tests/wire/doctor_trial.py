"""Runs the doctor against a host, and then the program of a user: without the opt-ins that it proposes, and with them.

The arguments are those of `doctor` as JSON, with `ready`, what the user has: `cafile` and `certfile`.
"""
from __future__ import absolute_import, division, print_function

import json
import socket
import ssl
import sys


def shake_hands(port, cafile, codes, ready):
    """Return None, or what goes wrong."""
    try:
        context = ssl.create_default_context(cafile=cafile)
        names = dict(ready, ssl=ssl, context=context, server_hostname="localhost")
        for code in codes:
            exec(code, names)
        assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
        plain = socket.create_connection(("localhost", port), timeout=5)
        connection = context.wrap_socket(plain, server_hostname=names["server_hostname"])
        try:
            assert connection.recv(1) == b"."  # a server of TLS 1.3 refuses who has no certificate only now
        finally:
            connection.close()
    except (EnvironmentError, ValueError, AssertionError) as error:
        return "%s: %s" % (type(error).__name__, error)
    return None


def main():
    """Print what came of it, as JSON."""
    from regraft.doctor import host, paper, report, target

    asked = json.loads(sys.argv[1])
    ready = dict((str(name), str(value)) for name, value in asked["ready"].items())
    where = target.parse("localhost:%d" % asked["port"])
    found = host.Examination(ssl, where, asked["cafile"], asked["timeout"]).examine()
    codes = [row["code"] for row in found["opt_ins"]]
    answer = {
        "report": found, "ssl": ssl.__file__, "openssl": ssl.OPENSSL_VERSION_INFO, "defaults": report.examine()["defaults"],
        "without": shake_hands(asked["port"], asked["cafile"], [], ready),
        "with": shake_hands(asked["port"], asked["cafile"], codes, ready) if codes else None,
    }
    paper.write_json(sys.stdout, answer)


if __name__ == "__main__":
    main()
