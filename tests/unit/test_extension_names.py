"""Which of the files in the package's directory are the extension of this interpreter."""
from __future__ import absolute_import, division, print_function

import sys

import pytest

from regraft import _boot

TAG = getattr(getattr(sys, "implementation", None), "cache_tag", None)  # None on 2.7
PLAIN = "_openssl.so"


@pytest.fixture
def listed(tmpdir, monkeypatch):
    """Return a function that makes files in an empty directory, and tells which are taken."""
    def make(*names):
        for name in names:
            tmpdir.join(name).write("")
        monkeypatch.setattr(_boot, "HOME", str(tmpdir))
        return _boot.list_extensions()

    return make


def test_a_file_without_a_tag_is_2_7s(listed):
    assert listed(PLAIN, "_openssl.pyi") == ([] if TAG else [PLAIN])


def test_a_file_with_the_tag_of_another_python_is_not_taken(listed):
    assert listed("_openssl.cpython-399-x86_64-linux-gnu.so", "_openssl.cp399-win_amd64.pyd") == []


@pytest.mark.skipif(TAG is None, reason="2.7 has no tag")
def test_a_file_with_the_tag_of_this_python_is_taken(listed):
    own = "_openssl.%s-x86_64-linux-gnu.so" % TAG
    assert listed(own, PLAIN, "_openssl.cpython-399-x86_64-linux-gnu.so") == [own]


@pytest.mark.skipif(TAG is None, reason="wheels for musl are for Python 3")
def test_a_file_without_a_tag_is_taken_where_a_mark_says_that_it_is_for_this_python(listed):
    assert listed(PLAIN, _boot.MARK + TAG) == [PLAIN]


@pytest.mark.skipif(TAG is None, reason="wheels for musl are for Python 3")
@pytest.mark.parametrize("flags", ["t", "d", "dm", "td"])
def test_a_file_without_a_tag_is_not_taken_by_a_build_of_another_kind(listed, monkeypatch, flags):
    monkeypatch.setattr(sys, "abiflags", flags)
    assert listed(PLAIN, _boot.MARK + TAG) == []


@pytest.mark.parametrize("tag", ["cpython-399", "cpython-3"])
def test_a_file_without_a_tag_is_not_taken_where_a_mark_says_that_it_is_for_another(listed, tag):
    assert listed(PLAIN, _boot.MARK + tag) == []


@pytest.mark.skipif(TAG is None, reason="2.7 has no tag")
def test_a_file_with_a_tag_comes_before_one_with_a_mark(listed):
    own = "_openssl.%s-x86_64-linux-gnu.so" % TAG
    assert listed(PLAIN, own, _boot.MARK + TAG) == [own, PLAIN]
