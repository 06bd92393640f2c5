"""The classes of the extension's exceptions."""
from __future__ import absolute_import, division, print_function

import pytest

from regraft import _openssl

CHILDREN = [_openssl.SSLZeroReturnError, _openssl.SSLWantReadError, _openssl.SSLWantWriteError,
            _openssl.SSLSyscallError, _openssl.SSLEOFError, _openssl.SSLCertVerificationError]


def words_of_refusal():
    try:
        int.nickname = "number"
    except TypeError as error:
        return str(error)


# Since 3.10 classes of C refuse attributes by a flag of their own, and the stock SSLError has it.
HOST_HAS_IMMUTABLE_CLASSES = "immutable type" in words_of_refusal()


def test_the_class_SSLError_takes_attributes_only_where_the_stock_class_does():
    if HOST_HAS_IMMUTABLE_CLASSES:
        with pytest.raises(TypeError, match="immutable type"):
            _openssl.SSLError.nickname = "error"
        assert not hasattr(_openssl.SSLError, "nickname")
    else:
        _openssl.SSLError.nickname = "error"
        assert _openssl.SSLEOFError.nickname == "error"
        del _openssl.SSLError.nickname


@pytest.mark.parametrize("child", CHILDREN)
def test_its_children_take_attributes_on_every_host(child):
    child.nickname = "error"
    assert child(1, "x").nickname == "error"
    del child.nickname


def test_instances_and_children_of_programs_take_attributes():
    class Own(_openssl.SSLError):
        pass

    Own.nickname = "error"
    error = Own(1, "words")
    error.certificate = "leaf"
    assert (error.nickname, error.certificate, str(error)) == ("error", "leaf", "words")
