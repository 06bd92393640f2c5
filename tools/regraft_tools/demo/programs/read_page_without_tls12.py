"""Reads a page with TLS 1.2 switched off:  read_page_without_tls12.py URL CAFILE"""
import ssl
import sys
try:
    from urllib2 import urlopen
except ImportError:
    from urllib.request import urlopen


def main(url, cafile):
    context = ssl.create_default_context(cafile=cafile)
    context.options |= ssl.OP_NO_TLSv1_2
    page = urlopen(url, timeout=20, context=context)
    sys.stdout.write(page.read().decode("ascii"))


main(*sys.argv[1:])
