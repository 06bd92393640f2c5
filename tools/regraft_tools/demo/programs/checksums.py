"""Prints checksums of a text:  checksums.py TEXT ALGORITHM..."""
import hashlib
import sys


def main(text, *algorithms):
    for algorithm in algorithms:
        print(hashlib.new(algorithm, text.encode("ascii")).hexdigest())


main(*sys.argv[1:])
