"""Reads a page with urllib2:  read_page.py URL CAFILE"""
import ssl
import sys
try:
    from urllib2 import urlopen
except ImportError:
    from urllib.request import urlopen


def main(url, cafile):
    page = urlopen(url, timeout=20, context=ssl.create_default_context(cafile=cafile))
    sys.stdout.write(page.read().decode("ascii"))


main(*sys.argv[1:])
