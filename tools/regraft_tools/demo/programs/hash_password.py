"""Prints a password's scrypt hash:  hash_password.py PASSWORD SALT"""
import binascii
import hashlib
import sys


def main(password, salt):
    key = hashlib.scrypt(password.encode("ascii"), salt=salt.encode("ascii"), n=1024, r=8, p=1)
    print(binascii.hexlify(key).decode("ascii"))


main(*sys.argv[1:])
