"""What contexts cost in this interpreter: the first, each further one, and 200 of them in memory.

    python2.7 -m regraft run benchmarks/bench_contexts.py [BUNDLE]

BUNDLE is a PEM file of CA certificates; without it the one that `ssl` knows. Plain standard library, one syntax
for 2.7 to 3.15. Memory is read from /proc, so only Linux tells it.
"""
from __future__ import absolute_import, division, print_function

import os
import ssl
import sys
import time

clock = getattr(time, "perf_counter", time.time)
ROUNDS = 50
MANY = 200


def resident():
    """Return the resident memory of this process in KiB, 0 where the system does not tell."""
    if not os.path.exists("/proc/self/status"):
        return 0
    with open("/proc/self/status") as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith("VmRSS"))


def measure(title, make):
    """Print one row: microseconds of the first, the fastest and the median context, and what 200 hold."""
    times = []
    for _ in range(ROUNDS + 1):
        start = clock()
        make()
        times.append((clock() - start) * 1e6)
    further = sorted(times[1:])
    before = resident()
    kept = [make() for _ in range(MANY)]
    grown = resident() - before
    print("%-44s %8.0f %8.0f %8.0f %8d  %d" % (
        title, times[0], further[0], further[ROUNDS // 2], grown, kept[0].cert_store_stats()["x509"]))


def alone(title, make):
    """Print a row from a process of its own, whose memory holds nothing of the rows before."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            measure(title, make)
            sys.stdout.flush()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def main():
    """Measure the ways to a context's trust."""
    bundle = sys.argv[1] if len(sys.argv) > 1 else ssl.get_default_verify_paths().cafile
    print("%s, %s, %s" % (sys.version.split()[0], ssl.OPENSSL_VERSION, ssl.__file__))
    print("%-44s %8s %8s %8s %8s  %s" % ("", "first us", "best us", "median", "200: KiB", "certificates"))
    variables = dict((name, os.environ.pop(name, None)) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    protocol = getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23)
    alone("SSLContext(), trusting nothing", lambda: ssl.SSLContext(protocol))
    alone("create_default_context(), system's default", ssl.create_default_context)
    os.environ["SSL_CERT_FILE"] = ""
    alone("  only a directory, as on Debian", ssl.create_default_context)
    if bundle is not None:
        os.environ.update(SSL_CERT_FILE=bundle, SSL_CERT_DIR="")
        alone("  only a file, SSL_CERT_FILE", ssl.create_default_context)
        alone("create_default_context(cafile=FILE)",
              lambda: ssl.create_default_context(cafile=bundle))
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


if __name__ == "__main__":
    main()
