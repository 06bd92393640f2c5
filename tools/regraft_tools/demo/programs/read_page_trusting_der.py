"""Reads a page, trusting a CA that it has in DER:  read_page_trusting_der.py URL CAFILE"""
import ssl
import sys
try:
    from urllib2 import urlopen
except ImportError:
    from urllib.request import urlopen


def main(url, cafile):
    with open(cafile) as ca:
        der = ssl.PEM_cert_to_DER_cert(ca.read())
    context = ssl.create_default_context(cadata=der)
    page = urlopen(url, timeout=20, context=context)
    sys.stdout.write(page.read().decode("ascii"))


main(*sys.argv[1:])
