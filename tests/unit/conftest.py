"""What several files of these tests need."""
from __future__ import absolute_import, division, print_function

import pytest


@pytest.fixture
def host_behavior():
    """The extension's `set_host_behavior`; after the test it is told of the real host again."""
    from regraft import _openssl, policy

    yield _openssl.set_host_behavior
    policy.describe_host(_openssl)
