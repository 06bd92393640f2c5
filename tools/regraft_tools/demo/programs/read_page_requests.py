"""Reads a page with requests:  read_page_requests.py URL CAFILE"""
import sys
import requests


def main(url, cafile):
    answer = requests.get(url, timeout=20, verify=cafile)
    answer.raise_for_status()
    sys.stdout.write(answer.text)


main(*sys.argv[1:])
