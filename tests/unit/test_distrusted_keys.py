"""The list of distrusted keys (ext/distrusted.h) in the extension, and what it does there.

The private keys of the list are not to be had. So tests/distrusted runs with a copy of the built extension in which the
rows of the list, and nothing else, are others: the digests of keys that were made for this run.
"""
from __future__ import absolute_import, division, print_function

import binascii
import io
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

import regraft
from regraft import _openssl

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEADER = os.path.join(os.path.dirname(TESTS), "ext", "distrusted.h")


def listed_digests():
    with io.open(HEADER, encoding="ascii") as stream:
        rows = re.findall(r"\{((?:0x[0-9a-f]{2},?\s*){32})\}", stream.read())
    return [binascii.unhexlify("".join(re.findall(r"0x([0-9a-f]{2})", row))) for row in rows]


def built_extension():
    with io.open(_openssl.__file__, "rb") as stream:
        return stream.read()


@pytest.fixture(scope="module")
def package(certs, tmpdir_factory):
    """Directory (str) of a copy of regraft whose list is that of the tests' keys."""
    with io.open(os.path.join(certs, "distrusted.json"), encoding="ascii") as stream:
        ours = [binascii.unhexlify(each) for each in json.load(stream)]
    listed = listed_digests()
    assert len(ours) == len(listed)
    extension = built_extension()
    for old, new in zip(listed, ours):
        extension = extension.replace(old, new)
    folder = str(tmpdir_factory.mktemp("distrusted"))
    house = os.path.dirname(os.path.abspath(regraft.__file__))
    shutil.copytree(house, os.path.join(folder, "regraft"), ignore=shutil.ignore_patterns("*.pyc", "__pycache__"))
    with io.open(os.path.join(folder, "regraft", os.path.basename(_openssl.__file__)), "wb") as stream:
        stream.write(extension)
    return folder


def test_the_extension_has_each_row_of_the_list_once():
    listed = listed_digests()
    assert len(set(listed)) == len(listed) == 8
    extension = built_extension()
    assert [extension.count(each) for each in listed] == [1] * len(listed)


def test_keys_of_the_list_are_refused_everywhere(package, certs):
    environ = dict((name, value) for name, value in os.environ.items() if name != "REGRAFT_RUN")
    environ.update(PYTHONPATH=package, PYTHONDONTWRITEBYTECODE="1", REGRAFT_TEST_CERTS=certs)
    process = subprocess.Popen(
        [sys.executable, "-m", "regraft", "run", "-m", "pytest", "-q", os.path.join(TESTS, "distrusted")],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = process.communicate()[0].decode("utf-8", "replace")
    assert process.returncode == 0, text
    assert package in text
    assert int(re.search(r"(\d+) passed", text).group(1)) > 30
