"""Errors in the arguments of hash constructors: what they say is what Python 3.15 says."""
from __future__ import absolute_import, division, print_function

import _hashlib
import hashlib
import pytest


@pytest.mark.parametrize("name", sorted(hashlib.algorithms_guaranteed))
def test_data_given_by_position_and_by_name_is_refused_in_the_reference_s_words(name):
    constructor = getattr(hashlib, name)
    is_ours = name.startswith("blake2")
    for make, called, position in (
            (constructor, name if is_ours else "openssl_" + name, 1),
            (lambda *data, **keywords: hashlib.new(name, *data, **keywords),) + ((name, 1) if is_ours else ("new", 2))):
        for keywords in ({"data": b"abc"}, {"data": b"abc", "string": b"abc"}):
            with pytest.raises(TypeError) as caught:
                make(b"abc", **keywords)
            assert str(caught.value) == (
                "argument for %s() given by name ('data') and position (%d)" % (called, position))
        for data, keywords in (((b"abc",), {"string": b"abc"}), ((), {"data": b"abc", "string": b"abc"})):
            with pytest.raises(TypeError) as caught:
                make(*data, **keywords)
            assert str(caught.value).startswith("'data' and 'string' are mutually exclusive")
    with pytest.raises(TypeError) as caught:
        constructor(b"abc", nonsense=1)
    assert "unexpected keyword argument 'nonsense'" in str(caught.value)
    assert "cinit" not in str(caught.value)


def test_the_name_of_a_digest_may_be_given_by_position_or_by_name():
    assert _hashlib.new(name="md5", data=b"abc").hexdigest() == _hashlib.new("md5", b"abc").hexdigest()
    with pytest.raises(TypeError) as caught:
        _hashlib.new("md5", name="md5")
    assert str(caught.value) == "argument for new() given by name ('name') and position (1)"
    with pytest.raises(TypeError) as caught:
        _hashlib.new(data=b"abc")
    assert str(caught.value) == "new() missing required argument 'name' (pos 1)"


def test_what_starts_blake2_objects_cannot_be_made_by_others():
    found = [each for each in object.__subclasses__() if each.__name__ == "Parameters" and "regraft" in each.__module__]
    assert len(found) == 1
    for attempt in (found[0], lambda: found[0].__new__(found[0]), lambda: object.__new__(found[0])):
        with pytest.raises(TypeError):
            attempt()
