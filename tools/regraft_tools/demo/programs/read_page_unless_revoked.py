"""Reads a page unless the certificate is revoked:  read_page_unless_revoked.py URL CAFILE CRLFILE"""
import ssl
import sys
try:
    from urllib2 import urlopen
except ImportError:
    from urllib.request import urlopen


def main(url, cafile, crlfile):
    context = ssl.create_default_context(cafile=cafile)
    context.load_verify_locations(crlfile)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    page = urlopen(url, timeout=20, context=context)
    sys.stdout.write(page.read().decode("ascii"))


main(*sys.argv[1:])
