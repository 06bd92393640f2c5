"""Reads a page by TLS 1.3 or not at all:  read_page_with_tls13.py URL CAFILE"""
import ssl
import sys
try:
    from urllib2 import urlopen
except ImportError:
    from urllib.request import urlopen


def main(url, cafile):
    context = ssl.create_default_context(cafile=cafile)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    page = urlopen(url, timeout=20, context=context)
    sys.stdout.write(page.read().decode("ascii"))


main(*sys.argv[1:])
