"""Makes a random token and tells how long it is:  make_token.py BYTES"""
import secrets
import sys


def main(size):
    token = secrets.token_hex(int(size))
    int(token, 16)
    print("%d hexadecimal digits" % len(token))


main(*sys.argv[1:])
